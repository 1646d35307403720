//! Links that we mail: one purpose, one account, one use.

use crate::digest::Digest;
use crate::ids::AccountId;
use crate::time::Timestamp;

/// What a mailed link is for. A link of one purpose opens no other door (security.md row 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// Activating a registration.
    Activation,
    /// Correcting a phone number that has never received a code (decisions 5).
    PhoneCorrection,
    /// Saying that a sign-in or a change of the password was somebody else's.
    NotMe,
}

impl LinkPurpose {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::PhoneCorrection => "phone_correction",
            Self::NotMe => "not_me",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Activation, Self::PhoneCorrection, Self::NotMe].into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// A mailed link as it is remembered.
#[derive(Clone, Debug)]
pub struct MailedLink {
    /// The keyed digest of the link's secret.
    pub secret: Digest,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose it is.
    pub account_id: AccountId,
    /// The blind index of the address it was sent to: a link dies when the address changes.
    pub email: Digest,
    /// The browser that asked for it, which need not give the password again (decisions 2).
    pub browser: Option<Digest>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The first moment at which it no longer works.
    pub expires_at: Timestamp,
    /// Set once it was used.
    pub used_at: Option<Timestamp>,
}

/// How a link stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkStanding {
    /// It works.
    Good,
    /// It was used.
    Used,
    /// Its time is over.
    Expired,
}

impl MailedLink {
    /// How the link stands at `now`.
    pub fn standing(&self, now: Timestamp) -> LinkStanding {
        match self.used_at {
            Some(_) => LinkStanding::Used,
            None if now >= self.expires_at => LinkStanding::Expired,
            None => LinkStanding::Good,
        }
    }
}
