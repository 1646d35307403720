//! Whoever left an upstream may be about to arrive here by the session that they left: they are still on their way back, or
//! have an account to prove. So a sign-out there leaves a mark for as long as that can take, and nobody arrives by what it
//! ended. There is no session here yet that could end instead.

use super::waiting;
use crate::accounts::{Accounts, Failure};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::ports::{EphemeralKey, Unreachable};
use crate::time::{Span, Timestamp};
use crate::upstream::{EndedBy, LONGEST_JOURNEY, UpstreamIdentity};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// How long a mark lasts: whoever left for the upstream before it has arrived by then, or never will.
const MARKED_FOR: Span = Span::minutes((LONGEST_JOURNEY.as_seconds() + waiting::LIFETIME.as_seconds()) / 60 + 5);
/// How often a mark that others change at the same moment is tried for.
const TRIES: u32 = 5;

/// A sign-out at an upstream.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Left {
    /// When we heard of it, by our clock.
    heard_at: Timestamp,
    /// When the upstream said so, by its own.
    said_at: Timestamp,
}

impl Left {
    /// Whether somebody arrives by what ended then. They do not if they left for the upstream after we had heard of it: it
    /// let them in since. Nor if they signed in there since, by the upstream's own clock.
    fn ended(self, identity: &UpstreamIdentity) -> bool {
        let signed_in_since = identity.auth_time.is_some_and(|at| at > self.said_at);
        identity.left_at < self.heard_at && !signed_in_since
    }
}

impl Accounts {
    /// Marks that this ended at the upstream, which said so at `said_at`.
    pub(super) async fn mark_as_left(&self, ctx: &Ctx, ended: &EndedBy, said_at: Timestamp) -> Result<(), Failure> {
        let key = key(ended);
        let mut left = Left { heard_at: ctx.now, said_at };
        for _ in 0..TRIES {
            let value = serde_json::to_vec(&left).map_err(|error| Failure::Internal(error.to_string()))?;
            if self.ephemeral.set_if_absent(&key, &value, MARKED_FOR, ctx.now).await.map_err(unavailable)? {
                return Ok(());
            }
            // One from before, which may even say more: a token that could not be judged at once comes late. Nobody slips
            // through meanwhile: what they begin is found by whoever marks, or finds the mark.
            let before = self.ephemeral.take(&key, ctx.now).await.map_err(unavailable)?;
            let before: Option<Left> = before.and_then(|value| serde_json::from_slice(&value).ok());
            if let Some(Left { heard_at, said_at }) = before {
                left = Left { heard_at: left.heard_at.max(heard_at), said_at: left.said_at.max(said_at) };
            }
        }
        // Others mark the same at this very moment: theirs stands.
        Ok(())
    }

    /// Whether the session by which a person arrives has ended at its upstream meanwhile.
    pub(super) async fn has_left(&self, ctx: &Ctx, identity: &UpstreamIdentity) -> Result<bool, Failure> {
        let (session, subject) = identity.session_digests(self.vault.as_ref());
        let by_session = session
            .map(|session| [EndedBy::Session(session), EndedBy::Both { session, subject }])
            .into_iter()
            .flatten();
        for ended in by_session.chain([EndedBy::Subject(subject)]) {
            let found = self.ephemeral.find(&key(&ended), ctx.now).await.map_err(unavailable)?;
            let left: Option<Left> = found.and_then(|value| serde_json::from_slice(&value).ok());
            if left.is_some_and(|left| left.ended(identity)) {
                tracing::info!(upstream = %identity.upstream, "Somebody arrives by a session that has ended at its provider.");
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn unavailable(error: Unreachable) -> Failure {
    Failure::Unavailable(error.to_string())
}

fn key(ended: &EndedBy) -> EphemeralKey {
    let text = |digest: &Digest| URL_SAFE_NO_PAD.encode(digest.as_bytes());
    let part = match ended {
        EndedBy::Session(session) => format!("session-{}", text(session)),
        EndedBy::Subject(subject) => format!("subject-{}", text(subject)),
        EndedBy::Both { session, subject } => format!("both-{}-{}", text(session), text(subject)),
    };
    EphemeralKey::new("upstream-left", &part)
}
