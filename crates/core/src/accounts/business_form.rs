//! Reading a business's registration form: every mistake at once, each beside its field.

use super::contact::{CheckedRegistration, Contact};
use super::{Field, FieldErrors};
use crate::facts::{BusinessCode, BusinessName};
use crate::password::policy::PersonalWords;
use crate::profile::{AccountClass, Profile};
use time::Date;

/// A business's registration as typed. The address is that of its head office.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of decisions 27 and the guide")]
pub struct BusinessForm {
    pub business_name: String,
    pub business_code: String,
    pub contact: Contact,
}

impl BusinessForm {
    /// Checks every field.
    pub(super) fn check(&self, today: Date) -> Result<CheckedRegistration, FieldErrors> {
        let mut errors = FieldErrors::default();
        let business_name = errors.keep(Field::BusinessName, BusinessName::parse(&self.business_name));
        let business_code = errors.keep(Field::BusinessCode, BusinessCode::parse(&self.business_code, today));
        let own = PersonalWords::of_business(business_name.as_ref(), business_code.as_ref());
        match self.contact.check(&mut errors, own) {
            Some(contact) if errors.is_empty() => {
                let own = Profile { business_name, business_code, ..Profile::default() };
                Ok(contact.registration(AccountClass::Business, own))
            }
            _ => Err(errors),
        }
    }
}
