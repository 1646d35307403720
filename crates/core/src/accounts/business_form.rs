//! Reading a business's registration form.

use super::registration_form::CheckedRegistration;
use super::{AddressForm, Field, FieldErrors};
use crate::facts::{BusinessCode, BusinessName, Email, Phone, Username};
use crate::password::policy::PersonalWords;
use crate::profile::{AccountClass, Profile};
use time::Date;

/// A business's registration as typed. The address is that of its head office.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of decisions 27 and the guide")]
pub struct BusinessForm {
    pub business_name: String,
    pub business_code: String,
    pub username: String,
    pub phone: String,
    pub email: String,
    pub address: AddressForm,
    pub password: String,
    pub password_confirmation: String,
}

impl BusinessForm {
    /// Checks every field.
    pub(super) fn check(&self, today: Date) -> Result<CheckedRegistration, FieldErrors> {
        let mut errors = FieldErrors::default();
        let business_name = errors.keep(Field::BusinessName, BusinessName::parse(&self.business_name));
        let business_code = errors.keep(Field::BusinessCode, BusinessCode::parse(&self.business_code, today));
        let username = errors.keep(Field::Username, Username::parse(&self.username));
        let phone = errors.keep(Field::Phone, Phone::parse(&self.phone));
        let email = errors.keep(Field::Email, Email::parse(&self.email));
        let address = self.address.check(&mut errors);
        let personal = PersonalWords::new(
            None,
            username.as_ref(),
            phone.as_ref().map(|parsed| &parsed.phone),
            None,
            email.as_ref(),
        )
        .and_business(business_name.as_ref(), business_code.as_ref());
        let password = errors.keep_password(&self.password, &self.password_confirmation, &personal);
        match (username, phone, email, password) {
            (Some(username), Some(phone), Some(email), Some(password)) if errors.is_empty() => {
                let profile = Profile {
                    full_name: None,
                    birth_date: None,
                    email: Some(email.clone()),
                    phone: Some(phone.phone.clone()),
                    identity_number: None,
                    business_name,
                    business_code,
                    address,
                };
                Ok(CheckedRegistration { class: AccountClass::Business, username, password, email, phone, profile })
            }
            _ => Err(errors),
        }
    }
}
