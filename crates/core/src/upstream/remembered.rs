//! What is remembered of the people of upstreams: links, sessions that stand on theirs, and whom a logout ends.

use super::{UpstreamEnding, UpstreamId};
use crate::digest::{Digest, DigestPurpose};
use crate::ids::{AccountId, SessionId, UpstreamLinkId};
use crate::ports::{SealPurpose, Sealed, Unsealable, Vault};
use crate::time::Timestamp;

/// Whom a logout token of an upstream is about: at least one of both (OpenID Connect Back-Channel Logout 1.0 §2.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogoutOf {
    /// `sub`.
    pub subject: Option<String>,
    /// `sid`.
    pub session: Option<String>,
}

impl LogoutOf {
    pub(super) fn digest(vault: &dyn Vault, upstream: &UpstreamId, issuer: &str, kind: &str, value: &str) -> Digest {
        let parts = [upstream.as_str(), issuer, kind, value];
        vault.digest(DigestPurpose::UpstreamSession, &parts.map(str::as_bytes))
    }

    /// Both as the store looks for them; `None` when the token names nobody.
    pub fn ended_by(&self, vault: &dyn Vault, upstream: &UpstreamId, issuer: &str) -> Option<EndedBy> {
        let digest = |kind, value: Option<&str>| value.map(|value| Self::digest(vault, upstream, issuer, kind, value));
        match (digest("sid", self.session.as_deref()), digest("sub", self.subject.as_deref())) {
            (Some(session), Some(subject)) => Some(EndedBy::Both { session, subject }),
            (Some(session), None) => Some(EndedBy::Session(session)),
            (None, Some(subject)) => Some(EndedBy::Subject(subject)),
            (None, None) => None,
        }
    }
}

/// Which sessions an upstream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// Those that began with this session of it.
    Session(Digest),
    /// Those of this person.
    Subject(Digest),
    /// Those that are both: a session of another person is not meant.
    Both {
        /// The session.
        session: Digest,
        /// The person.
        subject: Digest,
    },
}

/// Who of an upstream an account is, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamLink {
    /// Its identity.
    pub id: UpstreamLinkId,
    /// Which upstream.
    pub upstream: UpstreamId,
    /// Its issuer when the person last arrived by it, for operators.
    pub issuer: String,
    /// [`LinkKey::digest`](super::LinkKey::digest).
    pub key: Digest,
    /// The digest of what logout tokens call the person
    /// ([`session_digests`](super::UpstreamIdentity::session_digests)), since they last arrived. `None` where a program
    /// that did not note it was the last to see them.
    pub subject: Option<Digest>,
    /// The account.
    pub account_id: AccountId,
    /// When the link was made.
    pub created_at: Timestamp,
    /// When the person last arrived by it.
    pub last_used_at: Timestamp,
}

/// That a session of ours stands on one of an upstream, as it is remembered.
#[derive(Clone, Debug)]
pub struct UpstreamSession {
    /// Our session.
    pub session_id: SessionId,
    /// The link by which the person arrived; it may be gone by now.
    pub link_id: UpstreamLinkId,
    /// Which upstream.
    pub upstream: UpstreamId,
    /// The digest of the upstream's `sid`.
    pub sid: Option<Digest>,
    /// The digest of the upstream's `sub`.
    pub subject: Digest,
    /// How to end it there.
    pub ending: Sealed<UpstreamEnding>,
    /// When the person arrived.
    pub began_at: Timestamp,
}

impl UpstreamSession {
    /// Opens what is needed to end the upstream's session.
    pub fn open_ending(&self, vault: &dyn Vault) -> Result<UpstreamEnding, Unsealable> {
        self.ending.open(vault, SealPurpose::UpstreamSession, self.session_id.as_str().as_bytes())
    }
}

/// With which addresses a secret of an upstream was used: it goes to no others, now or later, under this name or another
/// (security.md row 37).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamSecret {
    /// Which upstream.
    pub upstream: UpstreamId,
    /// The digest of the addresses that were configured.
    pub addresses: Digest,
    /// The digest of the secret.
    pub secret: Digest,
    /// Since when.
    pub since: Timestamp,
}
