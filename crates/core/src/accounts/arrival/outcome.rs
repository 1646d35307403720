//! What comes of arriving by another provider.

use crate::accounts::{NewSession, SignInOutcome};
use crate::facts::{Email, Phone};
use crate::profile::AccountClass;
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::upstream::UpstreamId;

/// What came of an arrival.
#[derive(Debug)]
pub enum ArrivalOutcome {
    /// A session began, or goes on stronger.
    SignedIn {
        /// The session.
        new: Box<NewSession>,
        /// Whether an account was made for the person just now.
        first: bool,
        /// How the person cannot be reached yet.
        missing: Missing,
    },
    /// Accounts here have the same number: the person is to prove that one is theirs. The browser keeps the ticket.
    Prove(Secret),
    /// The account that the person is signed in to is linked.
    Linked,
    /// The proof does not count: another account's session, or one from before the arrival.
    NotProved,
    /// The ticket is used, too old, or another browser's: begin again.
    Over,
    /// Nothing happened.
    Refused(ArrivalRefusal),
}

/// Why nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrivalRefusal {
    /// Nobody may register an account of the class today.
    NotOpen,
    /// The upstream did not say what an account of the class needs.
    Incomplete,
    /// The upstream's person is another than the one that it vouched for: the subject was given away, or the number is
    /// wrong. Only the desk can tell.
    PersonChanged,
    /// The upstream says another class than that of the account.
    ClassChanged,
    /// The person is linked to another account here.
    LinkedElsewhere,
    /// The account is linked to another person of the upstream: that link must go first.
    AnotherLinkedHere,
    /// Whoever came back is not the person of the session that asked, or the session is over.
    SomebodyElse,
    /// An operator stopped the account.
    Disabled,
    /// The account was closed.
    Closed,
    /// An account that was not proved has the number, and would take it back or must keep it: it is linked to another person of
    /// the upstream, another upstream whose word weighs more vouches for it, or an operator stopped it. Only the desk can tell.
    AtTheDesk,
}

impl ArrivalRefusal {
    /// The word in the audit trail and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotOpen => "not_open",
            Self::Incomplete => "incomplete",
            Self::PersonChanged => "person_changed",
            Self::ClassChanged => "class_changed",
            Self::LinkedElsewhere => "linked_elsewhere",
            Self::AnotherLinkedHere => "another_linked_here",
            Self::SomebodyElse => "somebody_else",
            Self::Disabled => "disabled",
            Self::Closed => "closed",
            Self::AtTheDesk => "at_the_desk",
        }
    }
}

/// How a person cannot be reached yet, and what the upstream suggests: where it did not vouch for that, or it is not free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// No e-mail address is known.
    pub email: bool,
    /// No phone is known.
    pub phone: bool,
    /// What to suggest for the address.
    pub suggested_email: Option<Email>,
    /// What to suggest for the phone.
    pub suggested_phone: Option<Phone>,
}

/// What the page of an arrival shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArrivalView {
    /// One of these accounts can be proved.
    Prove {
        /// By which upstream the person came.
        upstream: UpstreamId,
        /// The class of the accounts.
        class: AccountClass,
        /// The accounts.
        candidates: Vec<Candidate>,
    },
    /// Used, too old, or another browser's.
    Over,
}

/// An account that may be the person's, told so that its holder recognises it and nobody else learns much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The username, masked; `None` where its holder never chose one.
    pub username: Option<String>,
    /// The verified phone, masked: a code can be sent there.
    pub phone: Option<String>,
    /// Whether it has a password to sign in with.
    pub has_password: bool,
}

/// What came of asking for a code to an account's phone.
#[derive(Debug)]
pub enum ArrivalCodeOutcome {
    /// On its way, or not: what a sign-in says of its code.
    Said(SignInOutcome),
    /// The ticket is used, too old, or another browser's, or has no such account.
    Over,
}

/// What came of a code.
#[derive(Debug)]
pub enum ArrivalProofOutcome {
    /// Right: what came of the arrival.
    Arrived(ArrivalOutcome),
    /// Not six digits; nothing was counted.
    Malformed,
    /// Wrong.
    Wrong {
        /// Tries left for this code's challenge.
        tries_left: u32,
    },
    /// Right or wrong, its time is over; another can be sent.
    Expired,
    /// The code or the arrival is over: begin again.
    Over,
    /// Too many wrong codes for this account.
    Throttled {
        /// When trying is allowed again.
        until: Timestamp,
    },
}
