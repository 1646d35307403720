//! The address or phone that an account has none of yet: whoever arrived by another provider may have neither, and a
//! service may need one. It becomes the account's when its holder gives the code that was sent there.
//!
//! The page says the same of every address: only whoever reads its mail learns that another account has it (security.md
//! row 15).

mod asking;
mod proving;

pub use asking::AskContactOutcome;
pub use proving::ProveContactOutcome;

use crate::digest::{Digest, DigestPurpose};
use crate::facts::{Email, FieldError, Phone};
use crate::ids::PendingContactId;
use crate::outbox::SecurityChange;
use crate::pending_contact::{ContactKind, PendingContact};
use crate::ports::{SealPurpose, Unsealable, Vault};
use crate::profile::{IdentifierKind, Profile};

/// What was given, read.
enum NewContact {
    Email(Email),
    Phone(Phone),
}

impl NewContact {
    fn parse(kind: ContactKind, typed: &str) -> Result<Self, FieldError> {
        match kind {
            ContactKind::Email => Email::parse(typed).map(Self::Email),
            ContactKind::Phone => Phone::parse(typed).map(|parsed| Self::Phone(parsed.phone)),
        }
    }

    /// As it is kept.
    fn text(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Phone(phone) => phone.e164(),
        }
    }

    fn digest(&self, vault: &dyn Vault) -> Digest {
        match self {
            Self::Email(email) => IdentifierKind::Email.digest(vault, &email.compare_key()),
            Self::Phone(phone) => IdentifierKind::Phone.digest(vault, phone.e164()),
        }
    }

    fn change(&self) -> SecurityChange {
        match self {
            Self::Email(_) => SecurityChange::EmailAdded,
            Self::Phone(_) => SecurityChange::PhoneAdded,
        }
    }

    fn is_missing(&self, profile: &Profile) -> bool {
        match self {
            Self::Email(_) => profile.email.is_none(),
            Self::Phone(_) => profile.phone.is_none(),
        }
    }
}

/// The address or phone as it was read.
pub(super) fn open_contact(vault: &dyn Vault, pending: &PendingContact) -> Result<String, Unsealable> {
    pending.contact.open(vault, SealPurpose::Contact, pending.id.as_str().as_bytes())
}

/// Bound to the row and to the contact that it was sent to.
fn code_digest(vault: &dyn Vault, id: &PendingContactId, contact: &str, code: &str) -> Digest {
    let parts = ["contact", id.as_str(), contact, code];
    vault.digest(DigestPurpose::Code, &parts.map(str::as_bytes))
}
