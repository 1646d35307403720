//! Reading a citizen's registration form: every mistake at once, each beside its field.

use super::contact::{CheckedRegistration, Contact};
use super::{AccountSettings, Field, FieldErrors};
use crate::facts::{BirthDate, FieldError, FormerNumber, FullName, IdentityNumber, KnownFacts, Sex};
use crate::password::policy::PersonalWords;
use crate::profile::{AccountClass, Profile};
use time::Date;

/// A citizen's registration as typed. Only the sex and the former number may be left empty.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of decisions 27 and the guide")]
pub struct CitizenForm {
    pub full_name: String,
    pub birth_date: String,
    /// Asked for only where a setting says so, to check the identity number; never kept.
    pub sex: String,
    pub identity_number: String,
    pub former_number: String,
    pub contact: Contact,
}

impl CitizenForm {
    /// Checks every field.
    pub(super) fn check(&self, settings: &AccountSettings, today: Date) -> Result<CheckedRegistration, FieldErrors> {
        let mut errors = FieldErrors::default();
        let full_name = errors.keep(Field::FullName, FullName::parse(&self.full_name));
        let birth_date = errors.keep(Field::BirthDate, BirthDate::parse(&self.birth_date, today));
        let asked = if settings.registration.ask_sex { self.sex.as_str() } else { "" };
        let sex = errors.keep(Field::Sex, Sex::parse(asked)).flatten();
        let known = KnownFacts { born: birth_date.as_ref(), sex };
        let identity_number = errors.keep(
            Field::IdentityNumber,
            IdentityNumber::parse(&self.identity_number, known, today, settings.accept_cmnd),
        );
        let former_number = errors.keep(Field::FormerNumber, self.former_number(identity_number.as_ref())).flatten();
        let own = PersonalWords::of_person(full_name.as_ref(), birth_date.as_ref())
            .and_numbers(identity_number.as_ref(), former_number.as_ref());
        match self.contact.check(&mut errors, own) {
            Some(contact) if errors.is_empty() => {
                let own = Profile { full_name, birth_date, identity_number, former_number, ..Profile::default() };
                Ok(contact.registration(AccountClass::Citizen, own))
            }
            _ => Err(errors),
        }
    }

    /// The former number beside an identity number. One that is the identity number itself is not kept twice, and nobody
    /// has had two.
    fn former_number(&self, identity: Option<&IdentityNumber>) -> Result<Option<FormerNumber>, FieldError> {
        if self.former_number.trim().is_empty() {
            return Ok(None);
        }
        let number = FormerNumber::parse(&self.former_number)?;
        match identity.and_then(IdentityNumber::as_former) {
            None => Ok(Some(number)),
            Some(same) if same == number => Ok(None),
            Some(_) => Err(FieldError::FormerNumberTwice),
        }
    }
}
