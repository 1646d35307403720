//! What every registration form asks for, whatever the class: how the holder is reached and signs in, and an address.

use super::{AddressForm, Field, FieldErrors};
use crate::facts::{Address, Email, ParsedPhone, Phone, Username};
use crate::password::policy::{PasswordInput, PersonalWords};
use crate::profile::{AccountClass, Profile};

/// The common part of a registration as typed.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of decisions 27 and the guide")]
pub struct Contact {
    pub username: String,
    pub phone: String,
    pub email: String,
    pub address: AddressForm,
    pub password: String,
    pub password_confirmation: String,
}

/// The common part, checked.
pub(super) struct CheckedContact {
    username: Username,
    password: PasswordInput,
    email: Email,
    phone: ParsedPhone,
    address: Address,
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

impl Contact {
    /// Checks every field. A password must be made neither of these facts nor of `own`, the words of the class.
    pub(super) fn check(&self, errors: &mut FieldErrors, own: PersonalWords) -> Option<CheckedContact> {
        let username = errors.keep(Field::Username, Username::parse(&self.username));
        let phone = errors.keep(Field::Phone, Phone::parse(&self.phone));
        let email = errors.keep(Field::Email, Email::parse(&self.email));
        let address = self.address.check(errors);
        let number = phone.as_ref().map(|parsed| &parsed.phone);
        let personal = own.and_contact(username.as_ref(), number, email.as_ref());
        let password = errors.keep_password(&self.password, &self.password_confirmation, &personal);
        Some(CheckedContact {
            username: username?,
            password: password?,
            email: email?,
            phone: phone?,
            address: address?,
        })
    }
}

impl CheckedContact {
    /// With the facts that only its class has.
    pub(super) fn registration(self, class: AccountClass, own: Profile) -> CheckedRegistration {
        let Self { username, password, email, phone, address } = self;
        let profile =
            Profile { email: Some(email.clone()), phone: Some(phone.phone.clone()), address: Some(address), ..own };
        CheckedRegistration { class, username, password, email, phone, profile }
    }
}
