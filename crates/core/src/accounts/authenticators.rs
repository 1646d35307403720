//! Adding an authenticator: a seed that a page shows, and the first code that proves that an app has it.

use super::enrolling::{Added, fresh};
use super::six_digits::six_digits;
use super::{Accounts, Confirmed, Failure};
use crate::audit::AuditKind;
use crate::authenticator::Seed;
use crate::credential::{Credential, CredentialKind};
use crate::ctx::Ctx;
use crate::digest::DigestPurpose;
use crate::ids::CredentialId;
use crate::outbox::SecurityChange;
use crate::ports::SealPurpose;
use crate::time::{Span, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How long a page that shows a seed can be answered.
const OFFER_LIFETIME: Span = Span::minutes(30);

/// A seed for an app, before a code proves that the app has it. Nothing is stored yet: the page carries it, sealed for
/// this session.
#[derive(Debug)]
pub struct AuthenticatorOffer {
    /// The seed.
    pub seed: Seed,
    /// What the page carries.
    pub sealed: String,
}

/// What came of the first code of an authenticator.
#[derive(Debug)]
pub enum AddAuthenticatorOutcome {
    /// It counts from now on.
    Added,
    /// Not six digits.
    Malformed(AuthenticatorOffer),
    /// Not a code of this seed at this time.
    Wrong(AuthenticatorOffer),
    /// There are as many as one account may have.
    TooMany,
    /// The page was open too long, was another session's, or was answered already.
    Over,
}

impl Accounts {
    /// A fresh seed to show.
    pub fn offer_authenticator(&self, ctx: &Ctx, owner: &Confirmed) -> AuthenticatorOffer {
        let seed = Seed::random(ctx.entropy());
        let plain = [&ctx.now.millis().to_be_bytes()[..], seed.as_bytes()].concat();
        let sealed = self.vault.seal(SealPurpose::Enrolment, &offer_context(owner), &plain, ctx.entropy());
        AuthenticatorOffer { seed, sealed: URL_SAFE_NO_PAD.encode(sealed) }
    }

    fn open_offer(&self, ctx: &Ctx, owner: &Confirmed, sealed: &str) -> Option<AuthenticatorOffer> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = self.vault.open(SealPurpose::Enrolment, &offer_context(owner), &bytes).ok()?;
        let (made_at, seed) = plain.split_first_chunk::<8>()?;
        let made_at = Timestamp::from_millis(i64::from_be_bytes(*made_at));
        let offer = AuthenticatorOffer { seed: Seed::from_slice(seed)?, sealed: sealed.to_owned() };
        (ctx.now.since(made_at) < OFFER_LIFETIME).then_some(offer)
    }

    /// Adds an authenticator once a code proves that the app has the seed. That code is then used up.
    pub async fn add_authenticator(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
        sealed: &str,
        typed: &str,
    ) -> Result<AddAuthenticatorOutcome, Failure> {
        let Some(offer) = self.open_offer(ctx, owner, sealed) else {
            return Ok(AddAuthenticatorOutcome::Over);
        };
        let Some(code) = six_digits(typed) else {
            return Ok(AddAuthenticatorOutcome::Malformed(offer));
        };
        let Some(step) = offer.seed.accepted_step(&code, ctx.now, 0) else {
            return Ok(AddAuthenticatorOutcome::Wrong(offer));
        };
        let id = CredentialId::new(ctx.now, ctx.entropy());
        let account = &owner.account().id;
        let key = self.vault.digest(DigestPurpose::Credential, &[b"authenticator", offer.seed.as_bytes()]);
        let credential = Credential {
            sealed: Some(offer.seed.seal_for(account, &id, self.vault.as_ref(), ctx.entropy())),
            counter: step,
            ..fresh(ctx, owner, id, CredentialKind::Authenticator, key)
        };
        let news = self.news(ctx, owner, SecurityChange::AuthenticatorAdded, AuditKind::AuthenticatorAdded)?;
        Ok(match self.add_credential("add_authenticator", owner, credential, news).await? {
            Added::Yes => AddAuthenticatorOutcome::Added,
            Added::TooMany => AddAuthenticatorOutcome::TooMany,
            Added::AlreadyThere | Added::TooLate => AddAuthenticatorOutcome::Over,
        })
    }
}

/// A seed that one session was shown is nothing to another.
fn offer_context(owner: &Confirmed) -> Vec<u8> {
    format!("{}/{}", owner.account().id, owner.session().id).into_bytes()
}
