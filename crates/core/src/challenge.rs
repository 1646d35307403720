//! A sign-in that waits for its second step; and the code by SMS: how long it lives, how often it may be tried and sent
//! again.

use crate::digest::Digest;
use crate::ids::{AccountId, ChallengeId, SessionId};
use crate::time::{Span, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

/// The limits of a code by SMS.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CodeSettings {
    /// Minutes a code lives.
    pub lifetime_minutes: i64,
    /// Wrong tries after which a challenge is over. Sending again does not give new tries.
    pub tries: u32,
    /// Seconds before a code can be sent again.
    pub resend_after_seconds: i64,
    /// Codes sent per hour for one account, and to one phone for all accounts that typed it; three times as many to a phone
    /// for all accounts that have proved to hold it.
    pub sends_per_hour: u32,
    /// Codes sent per day, counted likewise.
    pub sends_per_day: u32,
}

impl Default for CodeSettings {
    fn default() -> Self {
        Self { lifetime_minutes: 5, tries: 5, resend_after_seconds: 60, sends_per_hour: 5, sends_per_day: 10 }
    }
}

impl CodeSettings {
    /// How long one code lives.
    pub const fn lifetime(&self) -> Span {
        Span::minutes(self.lifetime_minutes)
    }

    /// How long a person must wait before the next send.
    pub const fn resend_after(&self) -> Span {
        Span::seconds(self.resend_after_seconds)
    }
}

/// A sign-in that waits for its second step.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Its identity, shown in the page's address.
    pub id: ChallengeId,
    /// Who gave the right password, or whose session is raised.
    pub account_id: AccountId,
    /// The browser that gave it: no other may go on (security.md row 10).
    pub browser: Digest,
    /// The keyed digest of the current code.
    pub code: Digest,
    /// When the password was given; the challenge is over after [`Challenge::LIFETIME`].
    pub created_at: Timestamp,
    /// When the current code was sent.
    pub sent_at: Timestamp,
    /// When the current code ends.
    pub expires_at: Timestamp,
    /// Wrong tries so far, over all codes and factors of this challenge.
    pub tries: u32,
    /// Set once the second step was taken.
    pub used_at: Option<Timestamp>,
    /// Grows with every change; the gate against two changes at once.
    pub version: i64,
    /// The live session that the second step raises, when there was no password before it.
    pub raises_session: Option<SessionId>,
    /// The arrival by an upstream that the second step proves to be of this account, when there was no password before
    /// it: the digest of its ticket.
    pub proves_arrival: Option<Digest>,
}

impl Challenge {
    /// How long the right password stays good without its code.
    pub const LIFETIME: Span = Span::minutes(30);

    /// The same challenge with a code that was sent and is good until `expires_at`.
    #[must_use]
    pub fn with_code(self, code: Digest, expires_at: Timestamp) -> Self {
        Self { code, expires_at, ..self }
    }

    /// Whether a code was sent.
    pub fn has_code(&self) -> bool {
        self.expires_at > self.created_at
    }

    /// Whether this challenge can still lead to a session.
    pub fn is_open(&self, now: Timestamp, settings: &CodeSettings) -> bool {
        self.used_at.is_none() && self.tries < settings.tries && now < self.created_at + Self::LIFETIME
    }
}
