//! An e-mail address or phone that the holder of an account gave and is about to prove with a code.

use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::ids::{AccountId, PendingContactId};
use crate::ports::Sealed;
use crate::time::{Span, Timestamp};

/// Which of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactKind {
    /// An e-mail address: the code comes by mail.
    Email,
    /// A mobile phone: the code comes by SMS.
    Phone,
}

impl ContactKind {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Email, Self::Phone].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A contact that waits for its code. Each code is a row of its own: whoever asks for another gets another row.
#[derive(Clone, Debug)]
pub struct PendingContact {
    /// Its identity, shown in the page's address.
    pub id: PendingContactId,
    /// Whose it is to be.
    pub account_id: AccountId,
    /// Mailbox or phone.
    pub kind: ContactKind,
    /// What was typed, sealed for this row.
    pub contact: Sealed<String>,
    /// Its blind index.
    pub digest: Digest,
    /// The browser that gave it: no other may go on (security.md row 10).
    pub browser: Digest,
    /// The keyed digest of the code.
    pub code: Digest,
    /// When it was given; over after [`PendingContact::LIFETIME`].
    pub created_at: Timestamp,
    /// When the code was sent: in the same moment, since another code is another row.
    pub sent_at: Timestamp,
    /// When the code ends.
    pub expires_at: Timestamp,
    /// Wrong tries so far, of this code. Over all codes of an account they are bounded by `WrongContactCodes`, whatever it
    /// asks for.
    pub tries: u32,
    /// Set once it was proved.
    pub used_at: Option<Timestamp>,
    /// Grows with every change; the gate against two changes at once.
    pub version: i64,
}

impl PendingContact {
    /// How long it waits.
    pub const LIFETIME: Span = Span::minutes(30);

    /// Whether whoever holds `account` may go on with it in the browser of `ctx`, with at most so many wrong tries.
    pub fn is_open(&self, ctx: &Ctx, account: &AccountId, tries: u32) -> bool {
        self.account_id == *account
            && ctx.browser == Some(self.browser)
            && self.used_at.is_none()
            && self.tries < tries
            && ctx.now < self.created_at + Self::LIFETIME
    }
}
