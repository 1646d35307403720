//! What passkeys sign. A question is made of our own digest, so that nothing is stored for pages that are never answered. An
//! answer leaves a mark in the ephemeral store, which fails closed: it is good once (decisions 11).

use super::proof::Signed;
use super::{Accounts, Failure};
use crate::credential::Credential;
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::passkey::{Assertion, PasskeyFault, encode};
use crate::ports::EphemeralKey;
use crate::time::{Span, Timestamp};

/// How long a page with a passkey's question can be answered.
const QUESTION_LIFETIME: Span = Span::minutes(30);

/// Random bytes of a question.
const NONCE_BYTES: usize = 16;

/// What a question is for: an answer to one is none to another.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// Signing in.
    SignIn,
    /// Proving again who one is.
    Confirm,
    /// Adding a passkey.
    Add,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::SignIn => b"sign-in",
            Self::Confirm => b"confirm",
            Self::Add => b"add",
        }
    }
}

/// Why an answer proves nothing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unproved {
    /// It is not that of the passkey, or nobody here has it.
    Refused,
    /// The page was open too long, or was answered already.
    NotFresh,
}

impl Accounts {
    /// Checks an answer to a question of ours: fresh, signed, and given for the first time.
    pub(super) async fn check_answer(
        &self,
        ctx: &Ctx,
        (purpose, subject): (Purpose, &[u8]),
        assertion: &Assertion,
        credential: &Credential,
    ) -> Result<Result<Signed, Unproved>, Failure> {
        let Some(question) = self.fresh_question(ctx, (purpose, subject), assertion.challenge()) else {
            return Ok(Err(Unproved::NotFresh));
        };
        let Ok(signed) = self.check_signature(assertion, &question, credential)? else {
            return Ok(Err(Unproved::Refused));
        };
        let mark = EphemeralKey::new("passkey", &encode(&question));
        match self.ephemeral.set_if_absent(&mark, b"answered", QUESTION_LIFETIME, ctx.now).await {
            Ok(true) => Ok(Ok(signed)),
            Ok(false) => Ok(Err(Unproved::NotFresh)),
            Err(unreachable) => Err(Failure::Unavailable(unreachable.to_string())),
        }
    }

    pub(super) fn check_signature(
        &self,
        assertion: &Assertion,
        question: &[u8],
        credential: &Credential,
    ) -> Result<Result<Signed, PasskeyFault>, Failure> {
        let key = self.open_passkey(credential)?.key;
        let asserted = assertion.verify(&self.relying_party, question, &key, self.signatures.as_ref());
        Ok(asserted.and_then(|asserted| {
            // A device that counted once and counts no more is not the same device (WebAuthn §6.1.1).
            if asserted.counter == 0 && credential.counter > 0 {
                return Err(PasskeyFault::Signature);
            }
            Ok(Signed { id: credential.id.clone(), counter: asserted.counter })
        }))
    }

    /// A fresh question, base64url: moment, random bytes, and a digest that binds both to this browser and to what the
    /// answer is for. `None` without a browser, and where no browser has passkeys.
    pub(super) fn question(&self, ctx: &Ctx, purpose: Purpose, subject: &[u8]) -> Option<String> {
        if !self.relying_party.is_domain() {
            return None;
        }
        let (moment, nonce) = (ctx.now.millis().to_be_bytes(), ctx.entropy().bytes::<NONCE_BYTES>());
        let stamp = self.stamp(ctx, (purpose, subject), &moment, &nonce[..])?;
        Some(encode(&[&moment[..], &nonce[..], stamp.as_bytes()].concat()))
    }

    /// The question that an answer names, if it is one that this browser was asked for this purpose a short while ago.
    pub(super) fn fresh_question(&self, ctx: &Ctx, what: (Purpose, &[u8]), named: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let question = named?;
        let (moment, rest) = question.split_first_chunk::<8>()?;
        let (nonce, stamp) = rest.split_first_chunk::<NONCE_BYTES>()?;
        if Digest::from_slice(stamp) != Some(self.stamp(ctx, what, moment, nonce)?) {
            return None;
        }
        let asked_at = Timestamp::from_millis(i64::from_be_bytes(*moment));
        // `since` is zero for a moment that another node's clock puts ahead of ours.
        (ctx.now.since(asked_at) < QUESTION_LIFETIME).then_some(question)
    }

    fn stamp(&self, ctx: &Ctx, (purpose, subject): (Purpose, &[u8]), moment: &[u8], nonce: &[u8]) -> Option<Digest> {
        let browser = ctx.browser.as_ref()?;
        let parts: [&[u8]; 5] = [purpose.label(), subject, browser.as_bytes(), moment, nonce];
        Some(self.vault.digest(DigestPurpose::PasskeyChallenge, &parts))
    }
}
