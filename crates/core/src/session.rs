//! A browser session: who signed in, when, how, until when.

use crate::acr::{Aal, Amr, Ial};
use crate::auth_time;
use crate::digest::Digest;
use crate::ids::{AccountId, SessionId};
use crate::time::{Span, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

/// How long sessions live.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionSettings {
    /// Minutes without any request after which a session ends.
    pub idle_minutes: i64,
    /// Hours after sign-in when a session ends in any case.
    pub absolute_hours: i64,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { idle_minutes: 30, absolute_hours: 12 }
    }
}

/// A session as it is remembered.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its identity in the audit trail and in grants; not the cookie.
    pub id: SessionId,
    /// The digest of the cookie's value.
    pub secret: Digest,
    /// Who signed in.
    pub account_id: AccountId,
    /// When the person last proved who they are: the `auth_time` claim. [`auth_time::UNKNOWN`] where nobody said.
    pub auth_time: Timestamp,
    /// The last request seen, written at most once per [`Session::TOUCH_EVERY`].
    pub last_seen_at: Timestamp,
    /// The end in any case.
    pub expires_at: Timestamp,
    /// The factors proved.
    pub amr: Vec<Amr>,
    /// Who vouches for the identity.
    pub ial: Ial,
    /// What the browser called itself.
    pub user_agent: String,
    /// The network it was begun from, masked.
    pub network: String,
    /// Set when the session was ended before its time.
    pub ended_at: Option<Timestamp>,
}

impl Session {
    /// How stale `last_seen_at` may be: a write for every request would cost more than it tells.
    pub const TOUCH_EVERY: Span = Span::minutes(2);

    /// Whether the session still counts at `now`.
    pub fn is_live(&self, now: Timestamp, settings: &SessionSettings) -> bool {
        self.ended_at.is_none()
            && now < self.expires_at
            && now < self.last_seen_at + Span::minutes(settings.idle_minutes)
    }

    /// When the person last proved who they are, if anybody knows.
    pub fn proved_at(&self) -> Option<Timestamp> {
        auth_time::known(self.auth_time)
    }

    /// How the person signed in, as a level.
    pub fn aal(&self) -> Aal {
        Aal::of(&self.amr)
    }

    /// The `acr` of this session.
    pub fn acr(&self) -> &'static str {
        crate::acr::acr(self.ial, self.aal())
    }

    /// Whether `last_seen_at` is stale enough to be written again.
    pub fn needs_touch(&self, now: Timestamp) -> bool {
        now >= self.last_seen_at + Self::TOUCH_EVERY
    }
}
