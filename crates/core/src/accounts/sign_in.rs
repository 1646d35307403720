//! The first step: name and password. One answer for every reason to refuse (decisions 9).

use super::beginning::{Begun, Proved};
use super::beginning::{Here, NewSession};
use super::code_sending::SendLimits;
use super::limits::{self, Limited};
use super::remembered::device_here;
use super::sign_in_name::SignInName;
use super::{Accounts, Failure, ResendTicket};
use crate::acr::{Amr, Ial};
use crate::audit::{AuditEntry, AuditKind};
use crate::challenge::Challenge;
use crate::credential::{Factor, Factors};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::ids::ChallengeId;
use crate::outbox::OutboxRow;
use crate::password::policy::PasswordInput;
use crate::profile::{Account, AccountState};
use crate::secret::Secret;
use crate::session::Session;
use crate::store::{Enrolled, StoreResult, Tx};
use crate::time::{Span, Timestamp};
use std::sync::Arc;

/// What a person typed to sign in.
#[derive(Clone)]
pub struct Credentials {
    /// Username, e-mail, phone or identity number.
    pub name: String,
    /// The password.
    pub password: String,
}

/// What came of the first step.
#[derive(Debug)]
pub enum SignInOutcome {
    /// The password was right and a code is on its way: show the page of this challenge.
    CodeSent(ChallengeId),
    /// The password was right; the person has something better than a code by SMS, so none was sent: show the page that
    /// asks for it.
    SecondStep {
        /// The challenge.
        challenge: ChallengeId,
        /// What to ask for first.
        factor: Factor,
    },
    /// The password was right, and enough at this remembered browser: a session began.
    SignedIn(Box<NewSession>),
    /// Wrong, unknown, or too many tries: one text.
    Refused,
    /// A flood from this network.
    Flood,
    /// The password was right, but no more codes may be sent before then.
    TooManyCodes {
        /// When one may be sent again.
        until: Timestamp,
    },
    /// The password was right, but the account has nothing to take the second step with: no phone, no other factor.
    NoSecondStep,
    /// The password was right; the account waits for its activation.
    NotActivated(ResendTicket),
    /// The password was right; an operator stopped the account.
    Disabled,
    /// The password was right; the account was closed.
    Closed,
}

/// What the transaction after the right password came to.
enum Next {
    Said(SignInOutcome),
    Began(Session),
}

impl Accounts {
    /// Checks name and password at a browser that brings nothing along.
    pub async fn sign_in(&self, ctx: &Ctx, credentials: Credentials) -> Result<SignInOutcome, Failure> {
        self.sign_in_here(ctx, credentials, Here::default()).await
    }

    /// Checks name and password; when right, opens a challenge for this browser and sends the code, if that is what the
    /// person takes the second step with.
    pub async fn sign_in_here(
        &self,
        ctx: &Ctx,
        credentials: Credentials,
        here: Here<'_>,
    ) -> Result<SignInOutcome, Failure> {
        if self.is_flood(ctx, "sign-ins", self.settings.limits.sign_ins_per_minute_and_address, Span::minutes(1)).await
        {
            return Ok(SignInOutcome::Flood);
        }
        let name = Arc::new(SignInName::read(&credentials.name, self.vault.as_ref()));
        let resolving = Arc::clone(&name);
        let account = self.store.look("resolve_sign_in_name", move |tx| resolving.resolve(tx)).await?;
        let known = self.open_known_devices(here.known_device);
        let limited = match &account {
            None => Limited::PasswordsForUnknown(&name.normal),
            Some(account) => known.limit_of(account),
        };
        let key = limited.key(self.vault.as_ref());
        let password = self.weigh(ctx, key, account.as_ref(), &credentials.password).await?;
        let (Some(account), Some(password)) = (account, password) else {
            return Ok(SignInOutcome::Refused);
        };
        match account.state {
            AccountState::Active => self.go_on(ctx, account, key, &password, here).await,
            AccountState::Pending => {
                self.forgive(ctx, key).await?;
                Ok(SignInOutcome::NotActivated(self.resend_ticket(ctx, &account.id)))
            }
            AccountState::Disabled => Ok(SignInOutcome::Disabled),
            AccountState::Closed => Ok(SignInOutcome::Closed),
        }
    }

    /// The password was right: begins the session of a remembered browser, or opens a challenge and puts the code into
    /// the outbox if the person has nothing better, in one transaction.
    async fn go_on(
        &self,
        ctx: &Ctx,
        account: Account,
        tried: Digest,
        password: &PasswordInput,
        here: Here<'_>,
    ) -> Result<SignInOutcome, Failure> {
        let Some(browser) = ctx.browser else {
            return Err(Failure::Internal("a sign-in without a browser cookie".to_owned()));
        };
        let accepted = account.password_hash.clone().unwrap_or_default();
        let rehash = match account.password_hash.clone().filter(|phc| self.hasher.needs_rehash(phc)) {
            Some(old) => Some((self.hasher.hash(password.expose(), ctx.entropy()).await?, old)),
            None => None,
        };
        let id = ChallengeId::new(ctx.now, ctx.entropy());
        let text = self.open_profile(&account)?.phone.map(|phone| {
            let (code, row) = self.new_code(ctx, &account, &phone, &id);
            let ends_at = ctx.now + self.settings.codes.lifetime();
            Text { limits: self.send_limits(&account, &phone), code, row, ends_at }
        });
        let challenge = new_challenge(ctx, &account, id, browser);
        let may_be_remembered = !here.two_factors && self.settings.factors.remembered_for().is_some();
        let remembered = if may_be_remembered { self.remembered_keys(here.remembered) } else { Vec::new() };
        let cookie = Secret::random(ctx.entropy());
        let (owned, beginning) = (ctx.clone(), self.beginning(ctx, &cookie, Here { remember: false, ..here }));
        let next = self
            .store
            .tx("begin_challenge", move |tx| {
                let ctx = &owned;
                limits::unmark(tx, &tried, ctx.now)?;
                // A password that was replaced while it was looked at is no longer the right one.
                let Some(enrolled) = tx.confirm_password_of(&account.id, &accepted)? else {
                    return Ok(Next::Said(SignInOutcome::Refused));
                };
                let right = |tx: &mut dyn Tx| {
                    if let Some((new, old)) = &rehash {
                        tx.update_password_hash(&account.id, old, new, ctx.now)?;
                    }
                    tx.insert_audit(&AuditEntry::new(ctx, AuditKind::PasswordAccepted).account(&account.id))
                };
                let proved = Proved { amr: vec![Amr::Pwd], ial: Ial(0), at: ctx.now };
                // A distrusted password begins nothing here either: then the second step is still to come.
                // One that was forgotten a moment ago is none.
                if let Some(device) = device_here(&enrolled.credentials, &remembered, ctx.now)
                    && tx.touch_credential(&device.id, ctx.now)?
                    && let Begun::Session(session) = beginning.begin(tx, &account, proved, false)?
                {
                    right(tx)?;
                    return Ok(Next::Began(session));
                }
                let outcome = ask_second_step(tx, &challenge, &enrolled, text.as_ref(), ctx.now)?;
                if matches!(outcome, SignInOutcome::CodeSent(_) | SignInOutcome::SecondStep { .. }) {
                    right(tx)?;
                }
                Ok(Next::Said(outcome))
            })
            .await?;
        Ok(match next {
            Next::Said(outcome) => outcome,
            Next::Began(session) => {
                SignInOutcome::SignedIn(Box::new(self.new_session(ctx, cookie, session, here.known_device)))
            }
        })
    }
}

/// A code by SMS, ready to be sent.
pub(super) struct Text {
    pub(super) limits: SendLimits,
    pub(super) code: Digest,
    pub(super) row: OutboxRow,
    pub(super) ends_at: Timestamp,
}

/// Opens a challenge for the factor that the person prefers; sends the code if that is it, and may be sent.
pub(super) fn ask_second_step(
    tx: &mut dyn Tx,
    challenge: &Challenge,
    enrolled: &Enrolled,
    text: Option<&Text>,
    now: Timestamp,
) -> StoreResult<SignInOutcome> {
    let factors = Factors::of(&enrolled.credentials, now);
    let mut factor = factors.preferred();
    if factor == Factor::Sms {
        let refused = match text {
            Some(text) => {
                let Some(until) = text.limits.mark_knowing(tx, enrolled.phone, now)? else {
                    tx.insert_challenge(&challenge.clone().with_code(text.code, text.ends_at))?;
                    tx.insert_message(&text.row)?;
                    return Ok(SignInOutcome::CodeSent(challenge.id.clone()));
                };
                SignInOutcome::TooManyCodes { until }
            }
            None => SignInOutcome::NoSecondStep,
        };
        if factors.recovery_codes == 0 {
            return Ok(refused);
        }
        factor = Factor::RecoveryCode;
    }
    tx.insert_challenge(challenge)?;
    Ok(SignInOutcome::SecondStep { challenge: challenge.id.clone(), factor })
}

/// A challenge for which no code was sent: its code, which nobody knows, ends as it begins.
pub(super) fn new_challenge(ctx: &Ctx, account: &Account, id: ChallengeId, browser: Digest) -> Challenge {
    Challenge {
        id,
        account_id: account.id.clone(),
        browser,
        code: Digest::from_bytes(*ctx.entropy().bytes::<32>()),
        created_at: ctx.now,
        sent_at: ctx.now,
        expires_at: ctx.now,
        tries: 0,
        used_at: None,
        version: 0,
        raises_session: None,
        proves_arrival: None,
    }
}
