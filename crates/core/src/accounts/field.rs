//! The fields of our forms, by their names there, and what is wrong with a form.

use crate::facts::FieldError;
use crate::password::policy::{PasswordInput, PersonalWords};

/// Defines the fields once: variant, name, and the list of all of them.
macro_rules! fields {
    ($($variant:ident = $name:literal,)+) => {
        /// A field of a form, by the name it has there (decisions 27).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl Field {
            /// Every field, so that a test can prove that each has its texts in each language.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The field's name in the form.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

fields! {
    FullName = "full_name",
    BirthDate = "birth_date",
    Username = "username",
    Phone = "phone",
    Email = "email",
    IdentityNumber = "identity_number",
    Sex = "sex",
    FormerNumber = "former_number",
    BusinessName = "business_name",
    BusinessCode = "business_code",
    AddressEra = "address_era",
    ProvinceCode = "province_code",
    DistrictCode = "district_code",
    WardCode = "ward_code",
    NewWardCode = "new_ward_code",
    Street = "street",
    Password = "password",
    PasswordConfirmation = "password_confirmation",
    Code = "code",
    CurrentPassword = "current_password",
    PasskeyName = "passkey_name",
}

/// What is wrong with a form, each field's first mistake, in the order in which they were found.
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

    /// All mistakes.
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
