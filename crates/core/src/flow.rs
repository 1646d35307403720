//! The one dispatcher of the login flow: from stored facts to the next step. Steps know neither each other nor their
//! order; each returns here.

use crate::acr::Aal;
use crate::session::Session;
use crate::time::Timestamp;

/// What a request demands of the session it will use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    /// The person must have proved who they are at or after this moment (`prompt=login`, `max_age`).
    pub signed_in_since: Option<Timestamp>,
    /// One factor is not enough (`acr_values`): a session of a remembered browser does not count.
    pub two_factors: bool,
}

/// The next step of a person on the way to the end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Give name and password.
    SignIn,
    /// Prove a second factor; the session, of one factor, is good otherwise.
    SecondFactor,
    /// Nothing more to prove.
    Done,
}

/// The next step, from the facts. The second step (the code) follows from an open challenge, which only the page that
/// holds its address can know; a session exists only after both, and after a new password where the old one is distrusted:
/// that step follows from a ticket which the second step hands over.
pub fn next_step(session: Option<&Session>, requirement: Requirement) -> Step {
    let young = |session: &Session| requirement.signed_in_since.is_none_or(|since| session.auth_time >= since);
    let strong = |session: &Session| !requirement.two_factors || session.aal() >= Aal(2);
    match session {
        Some(session) if young(session) && strong(session) => Step::Done,
        Some(session) if young(session) => Step::SecondFactor,
        _ => Step::SignIn,
    }
}
