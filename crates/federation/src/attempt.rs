//! A sign-in that is under way at an upstream. It waits in the ephemeral store, sealed, under a random `state`: nothing
//! else travels, and what came back must fit the browser, the upstream and the moment (decisions 11; RFC 9700 §2.1).

use crate::federation::Departing;
use crate::settings::Resolved;
use crate::trouble::Trouble;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::ports::{Ephemeral, EphemeralKey, SealPurpose, Sealed, Vault};
use portal_id_core::secret::Secret;
use portal_id_core::time::{Span, Timestamp};
use portal_id_core::upstream::{LONGEST_JOURNEY, Purpose, UpstreamId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long an attempt waits.
pub(crate) const LIFETIME: Span = LONGEST_JOURNEY;
/// The kind of key.
const KIND: &str = "upstream";
/// The longest `state` of ours is 43 characters; nothing longer is looked up.
const LONGEST_STATE: usize = 64;

/// What a person was on the way to when they left for an upstream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baggage {
    /// The pending request of a service, as our addresses carry it.
    pub flow: Option<String>,
    /// The word of the page of ours that comes next.
    pub next: Option<String>,
}

/// The attempt.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) upstream: UpstreamId,
    /// The digest of the browser's name.
    browser: [u8; 32],
    pub(crate) nonce: Option<String>,
    pub(crate) verifier: Option<String>,
    pub(crate) purpose: Purpose,
    pub(crate) baggage: Baggage,
    /// Whether the person was to sign in anew.
    pub(crate) anew: bool,
    pub(crate) started_at: Timestamp,
}

/// Where attempts wait.
pub(crate) struct Attempts {
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) ephemeral: Arc<dyn Ephemeral>,
}

impl Attempts {
    fn digest(&self, state: &str) -> Digest {
        self.vault.digest(DigestPurpose::UpstreamState, &[state.as_bytes()])
    }

    fn key(digest: &Digest) -> EphemeralKey {
        EphemeralKey::new(KIND, &URL_SAFE_NO_PAD.encode(digest.as_bytes()))
    }

    /// Begins one; its `state` with it.
    pub(crate) async fn begin(
        &self,
        ctx: &Ctx,
        upstream: &Resolved,
        departing: &Departing,
    ) -> Result<(Secret, Attempt), Trouble> {
        let Some(browser) = ctx.browser else { return Err(Trouble::AttemptOver) };
        let random = |wanted: bool| wanted.then(|| Secret::random(ctx.entropy()).expose().to_owned());
        let state = Secret::random(ctx.entropy());
        let attempt = Attempt {
            upstream: upstream.id.clone(),
            browser: *browser.as_bytes(),
            nonce: random(upstream.nonce),
            verifier: random(upstream.pkce),
            purpose: departing.purpose.clone(),
            baggage: departing.baggage.clone(),
            anew: departing.anew,
            started_at: ctx.now,
        };
        let digest = self.digest(state.expose());
        let sealed =
            Sealed::seal(self.vault.as_ref(), SealPurpose::UpstreamAttempt, digest.as_bytes(), &attempt, ctx.entropy());
        match self.ephemeral.set_if_absent(&Self::key(&digest), sealed.as_bytes(), LIFETIME, ctx.now).await {
            Ok(true) => Ok((state, attempt)),
            // Nobody draws the same 256 bits twice.
            Ok(false) => Err(Trouble::AttemptOver),
            Err(unreachable) => Err(out_of_reach(&unreachable)),
        }
    }

    /// Takes the attempt of a `state`, once, in the browser and for the upstream that it was begun for. What does not
    /// fit takes nothing.
    pub(crate) async fn take(&self, ctx: &Ctx, upstream: &UpstreamId, state: &str) -> Result<Attempt, Trouble> {
        if state.is_empty() || state.len() > LONGEST_STATE {
            return Err(Trouble::AttemptOver);
        }
        let digest = self.digest(state);
        let key = Self::key(&digest);
        let found = self.ephemeral.find(&key, ctx.now).await.map_err(|error| out_of_reach(&error))?;
        let open = |bytes: Vec<u8>| {
            let sealed: Sealed<Attempt> = Sealed::from_bytes(bytes);
            sealed.open(self.vault.as_ref(), SealPurpose::UpstreamAttempt, digest.as_bytes()).ok()
        };
        let attempt = found.and_then(open).filter(|attempt| {
            attempt.upstream == *upstream
                && ctx.browser == Some(Digest::from_bytes(attempt.browser))
                && ctx.now.since(attempt.started_at) < LIFETIME
        });
        let Some(attempt) = attempt else { return Err(Trouble::AttemptOver) };
        match self.ephemeral.take(&key, ctx.now).await {
            Ok(Some(_)) => Ok(attempt),
            Ok(None) => Err(Trouble::AttemptOver),
            Err(unreachable) => Err(out_of_reach(&unreachable)),
        }
    }
}

fn out_of_reach(error: &portal_id_core::ports::Unreachable) -> Trouble {
    tracing::warn!(%error, "Nobody can arrive by another provider: one-time marks are out of reach.");
    Trouble::OutOfReach
}
