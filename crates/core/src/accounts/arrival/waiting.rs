//! An arrival that waits until the person has proved that an account here is theirs. It waits in the ephemeral store,
//! sealed for the browser; the browser has a random name for it and nothing else (security.md row 39).

use crate::accounts::{Accounts, Failure};
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::ids::AccountId;
use crate::ports::{EphemeralKey, SealPurpose, Sealed};
use crate::secret::Secret;
use crate::time::{Span, Timestamp};
use crate::upstream::UpstreamIdentity;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// How long it waits.
pub(super) const LIFETIME: Span = Span::minutes(30);

/// A waiting arrival.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) identity: UpstreamIdentity,
    /// The accounts that the person was asked about.
    pub(super) asked: Vec<AccountId>,
    /// When they arrived: a proof from before is none.
    pub(super) at: Timestamp,
}

impl Accounts {
    /// Keeps an arrival for the browser of `ctx`; its ticket.
    pub(super) async fn keep_waiting(
        &self,
        ctx: &Ctx,
        identity: &UpstreamIdentity,
        asked: Vec<AccountId>,
    ) -> Result<Secret, Failure> {
        if ctx.browser.is_none() {
            return Err(Failure::Internal("an arrival without a browser cookie".to_owned()));
        }
        let ticket = Secret::random(ctx.entropy());
        let digest = self.arrival_digest(&ticket);
        let waiting = Waiting { identity: identity.clone(), asked, at: ctx.now };
        let context = context(ctx, &digest);
        let sealed = Sealed::seal(self.vault.as_ref(), SealPurpose::Arrival, &context, &waiting, ctx.entropy());
        let kept = self.ephemeral.set_if_absent(&key(&digest), sealed.as_bytes(), LIFETIME, ctx.now).await;
        match kept {
            Ok(true) => Ok(ticket),
            Ok(false) => Err(Failure::Internal("two arrivals with one ticket".to_owned())),
            Err(unreachable) => Err(Failure::Unavailable(unreachable.to_string())),
        }
    }

    /// The digest of a ticket.
    pub(super) fn arrival_digest(&self, ticket: &Secret) -> Digest {
        self.vault.digest(DigestPurpose::Arrival, &[ticket.expose().as_bytes()])
    }

    /// The arrival of a ticket, which goes on waiting; `None` as well when the session that it came by has ended there.
    pub(super) async fn find_waiting(&self, ctx: &Ctx, ticket: &Secret) -> Result<Option<Waiting>, Failure> {
        let digest = self.arrival_digest(ticket);
        let found = self.ephemeral.find(&key(&digest), ctx.now).await;
        let found = found.map_err(|error| Failure::Unavailable(error.to_string()))?;
        let Some(waiting) = self.open_waiting(ctx, &digest, found) else { return Ok(None) };
        Ok(if self.has_left(ctx, &waiting.identity).await? { None } else { Some(waiting) })
    }

    /// The arrival of a ticket, which is used up by that: of two requests one goes on. Looked at first, so that another
    /// browser cannot use it up.
    pub(super) async fn take_waiting(&self, ctx: &Ctx, ticket: &Secret) -> Result<Option<Waiting>, Failure> {
        if self.find_waiting(ctx, ticket).await?.is_none() {
            return Ok(None);
        }
        let digest = self.arrival_digest(ticket);
        let taken = self.ephemeral.take(&key(&digest), ctx.now).await;
        Ok(self.open_waiting(ctx, &digest, taken.map_err(|error| Failure::Unavailable(error.to_string()))?))
    }

    fn open_waiting(&self, ctx: &Ctx, digest: &Digest, found: Option<Vec<u8>>) -> Option<Waiting> {
        ctx.browser?;
        let sealed: Sealed<Waiting> = Sealed::from_bytes(found?);
        let waiting = sealed.open(self.vault.as_ref(), SealPurpose::Arrival, &context(ctx, digest)).ok()?;
        (ctx.now < waiting.at + LIFETIME).then_some(waiting)
    }
}

fn key(digest: &Digest) -> EphemeralKey {
    EphemeralKey::new("arrival", &URL_SAFE_NO_PAD.encode(digest.as_bytes()))
}

/// Good for this ticket in this browser.
fn context(ctx: &Ctx, digest: &Digest) -> Vec<u8> {
    let browser = ctx.browser.iter().flat_map(|browser| *browser.as_bytes());
    digest.as_bytes().iter().copied().chain(browser).collect()
}
