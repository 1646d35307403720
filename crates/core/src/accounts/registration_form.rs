//! Reading a registration form: every mistake at once, each beside its field. What the classes share, and the citizen's
//! form; the business's is in [`super::business_form`].

use super::{AccountSettings, AddressForm};
use crate::facts::{BirthDate, Email, FieldError, FullName, IdentityNumber, ParsedPhone, Phone, Username};
use crate::password::policy::{PasswordInput, PersonalWords};
use crate::profile::{AccountClass, Profile};
use time::Date;

/// A field of a form, by the name it has there (decisions 27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// `full_name`
    FullName,
    /// `birth_date`
    BirthDate,
    /// `username`
    Username,
    /// `phone`
    Phone,
    /// `email`
    Email,
    /// `identity_number`
    IdentityNumber,
    /// `business_name`
    BusinessName,
    /// `business_code`
    BusinessCode,
    /// `address_era`
    AddressEra,
    /// `province_code`
    ProvinceCode,
    /// `district_code`
    DistrictCode,
    /// `ward_code`
    WardCode,
    /// `new_ward_code`
    NewWardCode,
    /// `street`
    Street,
    /// `password`
    Password,
    /// `password_confirmation`
    PasswordConfirmation,
    /// `code`
    Code,
    /// `current_password`
    CurrentPassword,
}

impl Field {
    /// The field's name in the form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::BirthDate => "birth_date",
            Self::Username => "username",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::IdentityNumber => "identity_number",
            Self::BusinessName => "business_name",
            Self::BusinessCode => "business_code",
            Self::AddressEra => "address_era",
            Self::ProvinceCode => "province_code",
            Self::DistrictCode => "district_code",
            Self::WardCode => "ward_code",
            Self::NewWardCode => "new_ward_code",
            Self::Street => "street",
            Self::Password => "password",
            Self::PasswordConfirmation => "password_confirmation",
            Self::Code => "code",
            Self::CurrentPassword => "current_password",
        }
    }
}

/// What is wrong with a form, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(Field, FieldError)>);

impl FieldErrors {
    /// One mistake.
    pub fn one(field: Field, error: FieldError) -> Self {
        Self(vec![(field, error)])
    }

    /// Notes a mistake; the first one of a field is kept.
    pub fn add(&mut self, field: Field, error: FieldError) {
        if self.get(field).is_none() {
            self.0.push((field, error));
        }
    }

    /// What is wrong with `field`.
    pub fn get(&self, field: Field) -> Option<FieldError> {
        self.0.iter().find(|(of, _)| *of == field).map(|(_, error)| *error)
    }

    /// All mistakes, in the order of the form.
    pub fn iter(&self) -> impl Iterator<Item = (Field, FieldError)> {
        self.0.iter().copied()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes the mistakes of a new password, typed twice, that must not be made of `personal`.
    pub(super) fn keep_password(
        &mut self,
        typed: &str,
        confirmation: &str,
        personal: &PersonalWords,
    ) -> Option<PasswordInput> {
        let password = self.keep(Field::Password, PasswordInput::parse(typed))?;
        self.keep(Field::Password, password.accept_as_new(personal));
        self.keep(Field::PasswordConfirmation, password.confirm(confirmation));
        Some(password)
    }

    /// Notes the mistake of a field.
    pub(super) fn keep<T>(&mut self, field: Field, parsed: Result<T, FieldError>) -> Option<T> {
        parsed.map_err(|error| self.add(field, error)).ok()
    }
}

/// A citizen's registration as typed.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of decisions 27 and the guide")]
pub struct CitizenForm {
    pub full_name: String,
    pub birth_date: String,
    pub username: String,
    pub phone: String,
    pub email: String,
    pub identity_number: String,
    pub address: AddressForm,
    pub password: String,
    pub password_confirmation: String,
}

/// A registration whose every field was checked, of whatever class: the only thing that can become an account.
pub(super) struct CheckedRegistration {
    pub(super) class: AccountClass,
    pub(super) username: Username,
    pub(super) password: PasswordInput,
    pub(super) email: Email,
    pub(super) phone: ParsedPhone,
    /// All facts, e-mail and phone too.
    pub(super) profile: Profile,
}

impl CitizenForm {
    /// Checks every field.
    pub(super) fn check(&self, settings: &AccountSettings, today: Date) -> Result<CheckedRegistration, FieldErrors> {
        let mut errors = FieldErrors::default();
        let full_name = errors.keep(Field::FullName, FullName::parse(&self.full_name));
        let birth_date = errors.keep(Field::BirthDate, BirthDate::parse(&self.birth_date, today));
        let username = errors.keep(Field::Username, Username::parse(&self.username));
        let phone = errors.keep(Field::Phone, Phone::parse(&self.phone));
        let email = errors.keep(Field::Email, Email::parse(&self.email));
        let identity_number = errors.keep(
            Field::IdentityNumber,
            IdentityNumber::parse(&self.identity_number, birth_date.as_ref(), today, settings.accept_cmnd),
        );
        let address = self.address.check(&mut errors);
        let personal = PersonalWords::new(
            full_name.as_ref(),
            username.as_ref(),
            phone.as_ref().map(|parsed| &parsed.phone),
            birth_date.as_ref(),
            email.as_ref(),
        )
        .and_identity_number(identity_number.as_ref());
        let password = errors.keep_password(&self.password, &self.password_confirmation, &personal);
        match (username, phone, email, password) {
            (Some(username), Some(phone), Some(email), Some(password)) if errors.is_empty() => {
                let profile = Profile {
                    full_name,
                    birth_date,
                    email: Some(email.clone()),
                    phone: Some(phone.phone.clone()),
                    identity_number,
                    business_name: None,
                    business_code: None,
                    address,
                };
                Ok(CheckedRegistration { class: AccountClass::Citizen, username, password, email, phone, profile })
            }
            _ => Err(errors),
        }
    }
}
