//! Passkeys: signing in with one alone, taking the second step with one, adding one. Left to
//! [`super::passkey_questions`]: what they sign.

use super::beginning::{Begun, Proved};
use super::beginning::{Here, NewSession};
use super::enrolling::{Added, fresh};
use super::passkey_questions::{Purpose, Unproved};
use super::proof::Signed;
use super::{Accounts, Confirmed, Failure, SignedIn};
use crate::acr::{Amr, Ial};
use crate::audit::AuditKind;
use crate::challenge::Challenge;
use crate::credential::{Credential, CredentialKind};
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::ids::{AccountId, ChallengeId, CredentialId};
use crate::outbox::SecurityChange;
use crate::passkey::{
    Assertion, Attestation, PasskeyAsk, PasskeyFault, PasskeyName, PasskeyOffer, StoredPasskey, encode,
};
use crate::ports::{SealPurpose, Sealed};
use crate::profile::{Account, AccountState};
use crate::secret::Secret;
use crate::time::Span;

/// What came of a passkey alone.
#[derive(Debug)]
pub enum PasskeyOutcome {
    /// It is the person's: a session began.
    SignedIn(Box<NewSession>),
    /// It proves nothing, or nobody here has it.
    Refused,
    /// The page was open too long, or was answered already: ask again.
    NotFresh,
    /// A flood from this network.
    Flood,
    /// It is the person's; an operator stopped the account.
    Disabled,
    /// It is the person's; the account was closed, or was never activated.
    Closed,
}

/// What came of adding a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddPasskeyOutcome {
    /// It counts from now on.
    Added,
    /// The answer proves nothing.
    Refused(PasskeyFault),
    /// The page was open too long, or was another session's.
    NotFresh,
    /// There are as many as one account may have.
    TooMany,
    /// This passkey is enrolled already.
    AlreadyThere,
}

impl Accounts {
    /// What the sign-in page asks a browser for. The same for everybody: it names no credential (security.md row 15).
    pub fn ask_passkey(&self, ctx: &Ctx) -> Option<PasskeyAsk> {
        let question = self.question(ctx, Purpose::SignIn, b"")?;
        Some(PasskeyAsk { challenge: question, rp_id: self.relying_party.id.clone(), allowed: Vec::new() })
    }

    /// Signs in with a passkey alone: the device has verified the person, so it is two factors in one.
    pub async fn sign_in_with_passkey(
        &self,
        ctx: &Ctx,
        assertion: &Assertion,
        here: Here<'_>,
    ) -> Result<PasskeyOutcome, Failure> {
        let max = self.settings.limits.sign_ins_per_minute_and_address;
        if self.is_flood(ctx, "sign-ins", max, Span::minutes(1)).await {
            return Ok(PasskeyOutcome::Flood);
        }
        let Some((credential, account)) = self.find_passkey(&assertion.credential_id).await? else {
            return Ok(PasskeyOutcome::Refused);
        };
        if assertion.user_handle != account.id.as_str().as_bytes() {
            return Ok(PasskeyOutcome::Refused);
        }
        let signed = match self.check_answer(ctx, (Purpose::SignIn, b""), assertion, &credential).await? {
            Ok(signed) => signed,
            Err(Unproved::Refused) => return Ok(PasskeyOutcome::Refused),
            Err(Unproved::NotFresh) => return Ok(PasskeyOutcome::NotFresh),
        };
        match account.state {
            AccountState::Active => {}
            AccountState::Disabled => return Ok(PasskeyOutcome::Disabled),
            AccountState::Pending | AccountState::Closed => return Ok(PasskeyOutcome::Closed),
        }
        Ok(match self.begin_passkey_session(ctx, &account, signed, here).await? {
            Some(new) => PasskeyOutcome::SignedIn(Box::new(new)),
            None => PasskeyOutcome::Refused,
        })
    }

    /// Begins a session on a passkey's word; `None` when the passkey was removed meanwhile, or is a copy of another.
    pub(super) async fn begin_passkey_session(
        &self,
        ctx: &Ctx,
        account: &Account,
        signed: Signed,
        here: Here<'_>,
    ) -> Result<Option<NewSession>, Failure> {
        let cookie = Secret::random(ctx.entropy());
        let beginning = self.beginning(ctx, &cookie, here);
        let remembered = beginning.remembered();
        let (id, now) = (account.id.clone(), ctx.now);
        let began = self
            .store
            .tx("sign_in_with_passkey", move |tx| {
                // Looked at again: it may have been switched off since.
                let Some(account) = tx.find_account(&id)?.filter(|account| account.state == AccountState::Active)
                else {
                    return Ok(None);
                };
                if !signed.note_use(tx, now)? {
                    return Ok(None);
                }
                // No password was proved, so a distrusted one is in nobody's way.
                let proved = Proved { amr: vec![Amr::Pop, Amr::User, Amr::Mfa], ial: Ial(0), at: now };
                Ok(match beginning.begin(tx, &account, proved, false)? {
                    Begun::Session(session) => Some(session),
                    Begun::NewPasswordDemanded { .. } => None,
                })
            })
            .await?;
        Ok(began.map(|session| NewSession { remembered, ..self.new_session(ctx, cookie, session, here.known_device) }))
    }

    /// What the second step asks a browser for; `None` when the challenge is over or the person has no passkey.
    pub async fn ask_passkey_of_challenge(&self, ctx: &Ctx, id: &ChallengeId) -> Result<Option<PasskeyAsk>, Failure> {
        let Some((challenge, account)) = self.open_challenge(ctx, id).await? else { return Ok(None) };
        let allowed = self.own_passkeys(&account.id).await?;
        let challenge = encode(self.question_of(&challenge).as_bytes());
        let ask = PasskeyAsk { challenge, rp_id: self.relying_party.id.clone(), allowed };
        Ok(Some(ask).filter(|ask| !ask.allowed.is_empty()))
    }

    /// The question of a challenge is made of it, so that its gate makes the answer good once.
    fn question_of(&self, challenge: &Challenge) -> Digest {
        let parts: [&[u8]; 3] = [b"second-step", challenge.id.as_str().as_bytes(), challenge.browser.as_bytes()];
        self.vault.digest(DigestPurpose::PasskeyChallenge, &parts)
    }

    /// The passkey of the challenge's account whose signature holds, if it does.
    pub(super) async fn check_passkey_of_challenge(
        &self,
        ctx: &Ctx,
        id: &ChallengeId,
        assertion: &Assertion,
    ) -> Result<Option<Signed>, Failure> {
        let Some((challenge, account)) = self.open_challenge(ctx, id).await? else { return Ok(None) };
        let found = self.find_passkey(&assertion.credential_id).await?;
        let Some((credential, _)) = found.filter(|(_, owner)| owner.id == account.id && is_of(assertion, &owner.id))
        else {
            return Ok(None);
        };
        Ok(self.check_signature(assertion, self.question_of(&challenge).as_bytes(), &credential)?.ok())
    }

    /// What to ask the browser of somebody who is signed in for; `None` for whoever has no passkey.
    pub(super) async fn ask_own_passkey(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        purpose: Purpose,
    ) -> Result<Option<PasskeyAsk>, Failure> {
        let allowed = self.own_passkeys(&who.account.id).await?;
        let question = self.question(ctx, purpose, who.session.id.as_str().as_bytes());
        let ask = question.map(|challenge| PasskeyAsk { challenge, rp_id: self.relying_party.id.clone(), allowed });
        Ok(ask.filter(|ask| !ask.allowed.is_empty()))
    }

    /// Checks the answer of somebody who is signed in.
    pub(super) async fn check_own_passkey(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        purpose: Purpose,
        assertion: &Assertion,
    ) -> Result<Result<Signed, Unproved>, Failure> {
        let found = self.find_passkey(&assertion.credential_id).await?;
        let own = |owner: &Account| owner.id == who.account.id && is_of(assertion, &owner.id);
        let Some((credential, _)) = found.filter(|(_, owner)| own(owner)) else {
            return Ok(Err(Unproved::Refused));
        };
        self.check_answer(ctx, (purpose, who.session.id.as_str().as_bytes()), assertion, &credential).await
    }

    /// What the page asks a browser for, to make a passkey for the owner.
    pub async fn offer_passkey(&self, ctx: &Ctx, owner: &Confirmed) -> Result<Option<PasskeyOffer>, Failure> {
        let account = owner.account();
        let excluded = self.own_passkeys(&account.id).await?;
        let question = self.question(ctx, Purpose::Add, owner.session().id.as_str().as_bytes());
        Ok(question.map(|challenge| PasskeyOffer {
            challenge,
            rp_id: self.relying_party.id.clone(),
            user_handle: encode(account.id.as_str().as_bytes()),
            username: self.letters.called(account),
            excluded,
        }))
    }

    /// Adds the passkey that the browser made. It can be added once: no two credentials share an id.
    pub async fn add_passkey(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
        attestation: &Attestation,
        name: &str,
    ) -> Result<AddPasskeyOutcome, Failure> {
        let subject = owner.session().id.as_str().as_bytes();
        let Some(question) = self.fresh_question(ctx, (Purpose::Add, subject), attestation.challenge()) else {
            return Ok(AddPasskeyOutcome::NotFresh);
        };
        let passkey = match attestation.verify(&self.relying_party, &question) {
            Ok(passkey) => passkey,
            Err(fault) => return Ok(AddPasskeyOutcome::Refused(fault)),
        };
        let id = CredentialId::new(ctx.now, ctx.entropy());
        let stored = StoredPasskey { id: encode(&passkey.id), key: passkey.key };
        let context = Credential::seal_context(&owner.account().id, &id);
        let sealed = Sealed::seal(self.vault.as_ref(), SealPurpose::Credential, &context, &stored, ctx.entropy());
        let credential = Credential {
            name: PasskeyName::tidied(name),
            sealed: Some(sealed.as_bytes().to_vec()),
            counter: i64::from(passkey.counter),
            ..fresh(ctx, owner, id, CredentialKind::Passkey, self.passkey_key(&passkey.id))
        };
        let news = self.news(ctx, owner, SecurityChange::PasskeyAdded, AuditKind::PasskeyAdded)?;
        Ok(match self.add_credential("add_passkey", owner, credential, news).await? {
            Added::Yes => AddPasskeyOutcome::Added,
            Added::TooMany => AddPasskeyOutcome::TooMany,
            Added::AlreadyThere => AddPasskeyOutcome::AlreadyThere,
            Added::TooLate => AddPasskeyOutcome::NotFresh,
        })
    }

    fn passkey_key(&self, id: &[u8]) -> Digest {
        self.vault.digest(DigestPurpose::Credential, &[b"passkey", id])
    }

    async fn find_passkey(&self, id: &[u8]) -> Result<Option<(Credential, Account)>, Failure> {
        let key = self.passkey_key(id);
        let found = self
            .store
            .read("find_passkey", move |tx| {
                let Some(credential) = tx.find_credential(CredentialKind::Passkey, &key)? else { return Ok(None) };
                Ok(tx.find_account(&credential.account_id)?.map(|account| (credential, account)))
            })
            .await?;
        Ok(found)
    }

    /// The ids of an account's passkeys, as browsers are asked for them.
    async fn own_passkeys(&self, account: &AccountId) -> Result<Vec<String>, Failure> {
        let account = account.clone();
        let all = self.store.read("own_passkeys", move |tx| tx.list_credentials(&account)).await?;
        let passkeys = all.iter().filter(|credential| credential.kind == CredentialKind::Passkey);
        passkeys.map(|one| self.open_passkey(one).map(|passkey| passkey.id).map_err(Failure::from)).collect()
    }

    pub(super) fn open_passkey(&self, credential: &Credential) -> Result<StoredPasskey, crate::ports::Unsealable> {
        let context = Credential::seal_context(&credential.account_id, &credential.id);
        let sealed = Sealed::from_bytes(credential.sealed.clone().unwrap_or_default());
        sealed.open(self.vault.as_ref(), SealPurpose::Credential, &context)
    }
}

/// Where the answer says whose passkey it is, it says this account (WebAuthn §7.2).
fn is_of(assertion: &Assertion, account: &AccountId) -> bool {
    assertion.user_handle.is_empty() || assertion.user_handle == account.as_str().as_bytes()
}
