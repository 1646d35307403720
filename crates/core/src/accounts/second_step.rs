//! The second step: the code by SMS, or what else the person has enrolled. Taking it begins a session.

use super::beginning::{Beginning, Begun, Proved};
use super::code_sending::{Sending, code_message_id};
use super::limits::{self, Limited};
use super::messages::time_and_day;
use super::proof::{Given, Judged, Proof};
use super::{Accounts, Failure, Here, Letters, NewPasswordTicket, NewSession};
use crate::acr::Ial;
use crate::audit::{AuditEntry, AuditKind};
use crate::challenge::Challenge;
use crate::credential::Factors;
use crate::ctx::Ctx;
use crate::facts::Phone;
use crate::ids::{AccountId, ChallengeId};
use crate::outbox::Message;
use crate::ports::Vault;
use crate::profile::{Account, AccountState, FactSource, Identifier, IdentifierKind};
use crate::secret::Secret;
use crate::session::Session;
use crate::store::{StoreError, StoreResult, Tx};
use crate::throttle::Throttle;
use crate::time::Timestamp;
use std::sync::Arc;

/// What the page of a challenge shows.
#[derive(Clone, Debug)]
pub enum ChallengeView {
    /// A code can be given.
    Open {
        /// The phone, masked; an account may have none.
        phone: Option<String>,
        /// How the message with the code fares (decisions 5: say so).
        sending: Sending,
        /// Whether the phone was never verified: its number may still be corrected (decisions 5).
        phone_can_be_corrected: bool,
        /// Whether a code was sent. None is for whoever prefers another factor, until they ask for one.
        code_sent: bool,
        /// What else the person can take this step with.
        factors: Factors,
    },
    /// Over, unknown, or another browser's: sign in again.
    Over,
}

/// What came of a code.
#[derive(Debug)]
pub enum SecondStepOutcome {
    /// Right: a session began.
    SignedIn(Box<NewSession>),
    /// Right, but the password is distrusted: another must be set before a session begins.
    NewPasswordNeeded(NewPasswordTicket),
    /// Not of the form that this kind of code has; nothing was counted.
    Malformed,
    /// Wrong.
    Wrong {
        /// Tries left in this challenge.
        tries_left: u32,
    },
    /// Right or wrong, its time is over; another can be sent.
    Expired,
    /// Over, unknown, or another browser's: sign in again.
    Over,
    /// Too many wrong codes for this account.
    Throttled {
        /// When trying is allowed again.
        until: Timestamp,
    },
}

/// What came of asking for another code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResendCodeOutcome {
    /// Another code is on its way; the one before no longer works.
    Sent,
    /// Too soon.
    Wait {
        /// When another can be sent.
        until: Timestamp,
    },
    /// Too many codes for this account or phone.
    TooMany {
        /// When another can be sent.
        until: Timestamp,
    },
    /// Over, unknown, or another browser's: sign in again.
    Over,
}

impl Accounts {
    /// What to show for a challenge to this browser.
    pub async fn view_challenge(&self, ctx: &Ctx, id: &ChallengeId) -> Result<ChallengeView, Failure> {
        let Some((challenge, account)) = self.open_challenge(ctx, id).await? else {
            return Ok(ChallengeView::Over);
        };
        let phone = self.open_profile(&account)?.phone;
        let (account_id, message) = (account.id.clone(), code_message_id(&challenge.id, challenge.sent_at));
        let (identifiers, sending, credentials) = self
            .store
            .read("view_challenge", move |tx| {
                let identifiers = tx.list_identifiers(&account_id)?;
                Ok((identifiers, Sending::of(tx, &message)?, tx.list_credentials(&account_id)?))
            })
            .await?;
        Ok(ChallengeView::Open {
            phone: phone.map(|phone| phone.masked()),
            sending,
            phone_can_be_corrected: challenge.raises_session.is_none()
                && identifiers.iter().any(Identifier::is_unproved_phone),
            code_sent: challenge.has_code(),
            factors: Factors::of(&credentials, ctx.now),
        })
    }

    /// The challenge and its account, if this browser may go on with it.
    pub(super) async fn open_challenge(
        &self,
        ctx: &Ctx,
        id: &ChallengeId,
    ) -> Result<Option<(Challenge, Account)>, Failure> {
        let (ctx, id, codes) = (ctx.clone(), id.clone(), self.settings.codes.clone());
        let sessions = self.settings.sessions.clone();
        let found = self
            .store
            .read("find_challenge", move |tx| {
                let Some(challenge) = tx.find_challenge(&id)? else {
                    return Ok(None);
                };
                if !challenge.is_open(ctx.now, &codes) || ctx.browser != Some(challenge.browser) {
                    return Ok(None);
                }
                if let Some(raised) = &challenge.raises_session
                    && !tx.find_session_by_id(raised)?.is_some_and(|session| session.is_live(ctx.now, &sessions))
                {
                    return Ok(None);
                }
                let account = tx.find_account(&challenge.account_id)?;
                Ok(account.filter(|account| account.state == AccountState::Active).map(|account| (challenge, account)))
            })
            .await?;
        Ok(found)
    }

    /// Sends another code for the same challenge. The count of wrong tries goes on (security.md row 12).
    pub async fn resend_code(&self, ctx: &Ctx, id: &ChallengeId) -> Result<ResendCodeOutcome, Failure> {
        let Some((challenge, account)) = self.open_challenge(ctx, id).await? else {
            return Ok(ResendCodeOutcome::Over);
        };
        let wait_until = challenge.sent_at + self.settings.codes.resend_after();
        if challenge.has_code() && ctx.now < wait_until {
            return Ok(ResendCodeOutcome::Wait { until: wait_until });
        }
        let Some(phone) = self.open_profile(&account)?.phone else {
            return Ok(ResendCodeOutcome::Over);
        };
        let (code, row) = self.new_code(ctx, &account, &phone, id);
        let send_limits = self.send_limits(&account, &phone);
        let (now, codes) = (ctx.now, self.settings.codes.clone());
        let outcome = self
            .store
            .tx("resend_code", move |tx| {
                if let Some(until) = send_limits.mark(tx, now)? {
                    return Ok(ResendCodeOutcome::TooMany { until });
                }
                let mut challenge = challenge.clone();
                challenge.code = code;
                challenge.sent_at = now;
                challenge.expires_at = now + codes.lifetime();
                // Two requests at once: one sends, the other is told to wait.
                if !tx.update_challenge(&challenge)? {
                    return Err(StoreError::Conflict("challenges.version".to_owned()));
                }
                tx.insert_message(&row)?;
                Ok(ResendCodeOutcome::Sent)
            })
            .await;
        match outcome {
            Err(StoreError::Conflict(_)) => {
                Ok(ResendCodeOutcome::Wait { until: now + self.settings.codes.resend_after() })
            }
            other => Ok(other?),
        }
    }

    /// Checks what was given; the right thing begins a session. One transaction: of many parallel tries each is counted,
    /// and only as many are evaluated as there are tries (security.md row 13), whichever factors they try (row 12).
    pub async fn take_second_step(
        &self,
        ctx: &Ctx,
        id: &ChallengeId,
        given: Given,
        here: Here<'_>,
    ) -> Result<SecondStepOutcome, Failure> {
        let Some(proof) = self.read_proof(ctx, id, given).await? else {
            return Ok(SecondStepOutcome::Malformed);
        };
        let cookie = Secret::random(ctx.entropy());
        let beginning = self.beginning(ctx, &cookie, here);
        let remembered = beginning.remembered();
        let attempt = Attempt {
            ctx: ctx.clone(),
            challenge: id.clone(),
            proof,
            codes: self.settings.codes.clone(),
            letters: self.letters.clone(),
            beginning,
        };
        let vault = Arc::clone(&self.vault);
        let checked = self.store.tx("take_second_step", move |tx| attempt.check(tx, vault.as_ref())).await?;
        Ok(match checked {
            Checked::Right(_, Begun::Session(session)) => {
                let new = self.new_session(ctx, cookie, session, here.known_device);
                SecondStepOutcome::SignedIn(Box::new(NewSession { remembered, ..new }))
            }
            // The browser is not remembered by the way: nobody gave a password here.
            Checked::Raised(session) => {
                SecondStepOutcome::SignedIn(Box::new(self.new_session(ctx, cookie, session, here.known_device)))
            }
            Checked::Right(account, Begun::NewPasswordDemanded { distrusted_at, proved }) => {
                SecondStepOutcome::NewPasswordNeeded(self.ticket_of_sign_in(ctx, &account, distrusted_at, proved))
            }
            Checked::Refused(outcome) => outcome,
        })
    }
}

/// One second step taken, with everything its transaction needs.
struct Attempt {
    ctx: Ctx,
    challenge: ChallengeId,
    proof: Proof,
    codes: crate::challenge::CodeSettings,
    letters: Letters,
    beginning: Beginning,
}

enum Checked {
    Right(AccountId, Begun),
    Raised(Session),
    Refused(SecondStepOutcome),
}

impl Attempt {
    fn check(&self, tx: &mut dyn Tx, vault: &dyn Vault) -> StoreResult<Checked> {
        let (ctx, now) = (&self.ctx, self.ctx.now);
        let Some(mut challenge) = tx.find_challenge(&self.challenge)? else {
            return Ok(Checked::Refused(SecondStepOutcome::Over));
        };
        if !challenge.is_open(now, &self.codes) || ctx.browser != Some(challenge.browser) {
            return Ok(Checked::Refused(SecondStepOutcome::Over));
        }
        let Some(account) =
            tx.find_account(&challenge.account_id)?.filter(|account| account.state == AccountState::Active)
        else {
            return Ok(Checked::Refused(SecondStepOutcome::Over));
        };
        let limit = Limited::WrongCodes(account.id.as_str()).key(vault);
        let wrong_codes = tx.find_throttle(&limit)?.unwrap_or_else(|| Throttle::fresh(limit, now));
        // Whoever knows the password can use the limit up, but not lock out an owner who has a passkey.
        if self.proof.can_be_guessed()
            && let Some(until) = self.codes.wrong_codes().blocked_until(&wrong_codes.marks, now)
        {
            return Ok(Checked::Refused(SecondStepOutcome::Throttled { until }));
        }
        let profile = account.open_profile(vault)?;
        match self.proof.judge(tx, vault, &challenge, profile.phone.as_ref(), now)? {
            Judged::Right => {}
            Judged::Late => return Ok(Checked::Refused(SecondStepOutcome::Expired)),
            Judged::Wrong => return self.count_wrong(tx, challenge, wrong_codes, &account),
        }
        challenge.used_at = Some(now);
        if !tx.update_challenge(&challenge)? {
            return Err(StoreError::Retry);
        }
        if self.proof.can_be_guessed() {
            // Unchanged, for the gate: of many tries at once, also in other challenges, each is judged by a row that
            // nobody has changed until it is written. Else as many would be judged as come at one moment.
            limits::put(tx, &wrong_codes)?;
        }
        let first = match (&self.proof, &profile.phone) {
            (Proof::Sms(_), Some(phone)) => self.verify_phone(tx, vault, &account, phone)?,
            _ => false,
        };
        self.proof.tell(tx, &self.letters, ctx, &account, &profile)?;
        if let Some(session) = &challenge.raises_session {
            return Ok(match self.beginning.raise(tx, &challenge, session, self.proof.amr())? {
                Some(session) => Checked::Raised(session),
                None => Checked::Refused(SecondStepOutcome::Over),
            });
        }
        let proved = Proved { amr: self.proof.amr().to_vec(), ial: Ial(0), at: now };
        let begun = self.beginning.begin(tx, &account, proved, first)?;
        Ok(Checked::Right(account.id, begun))
    }

    /// Counts a wrong one, for this challenge and for the account; the owner learns of the one that reaches the limit.
    fn count_wrong(
        &self,
        tx: &mut dyn Tx,
        mut challenge: Challenge,
        mut wrong_codes: Throttle,
        account: &Account,
    ) -> StoreResult<Checked> {
        let (rule, now) = (self.codes.wrong_codes(), self.ctx.now);
        challenge.tries += 1;
        let tries_left = self.codes.tries.saturating_sub(challenge.tries);
        if !tx.update_challenge(&challenge)? {
            return Err(StoreError::Retry);
        }
        // It fits, unless it is the answer of a passkey.
        if let Err(until) = wrong_codes.mark(&rule, now) {
            return Ok(Checked::Refused(SecondStepOutcome::Throttled { until }));
        }
        if let Some(until) = rule.blocked_until(&wrong_codes.marks, now)
            && wrong_codes.notified_at.is_none()
        {
            wrong_codes.notified_at = Some(now);
            self.tell_of_wrong_codes(tx, account, until)?;
        }
        limits::put(tx, &wrong_codes)?;
        Ok(Checked::Refused(if tries_left == 0 {
            SecondStepOutcome::Over
        } else {
            SecondStepOutcome::Wrong { tries_left }
        }))
    }

    /// Whoever gives codes has given the right password: if it was not the owner, it is known to somebody.
    fn tell_of_wrong_codes(&self, tx: &mut dyn Tx, account: &Account, until: Timestamp) -> StoreResult<()> {
        tx.insert_audit(&AuditEntry::new(&self.ctx, AuditKind::SecondStepThrottled).account(&account.id))?;
        let Some(email) = account.open_profile(self.letters.vault.as_ref())?.email else { return Ok(()) };
        let limited = Limited::WrongCodeMails(account.id.as_str());
        let letter = self.letters.with_not_me(&self.ctx, (account, &email), &limited, |link, days| {
            Message::SecondStepThrottled {
                username: account.username.display().to_owned(),
                until: time_and_day(until),
                link,
                days,
                desk: self.letters.desk(account.language),
            }
        });
        letter.post(tx)
    }

    /// The phone is verified by its first accepted code (decisions 5). The code was bound to this very number. Whether
    /// it was the first.
    fn verify_phone(&self, tx: &mut dyn Tx, vault: &dyn Vault, account: &Account, phone: &Phone) -> StoreResult<bool> {
        let digest = IdentifierKind::Phone.digest(vault, phone.e164());
        let facts = tx.list_identifiers(&account.id)?;
        let unverified = facts.iter().any(Identifier::is_unproved_phone);
        if unverified
            && tx.verify_identifier(&account.id, IdentifierKind::Phone, &digest, FactSource::PhoneCode, self.ctx.now)?
        {
            // Written back unchanged: what a service may have kept by `updated_at` is out of date now.
            tx.update_profile(&account.id, &account.profile, self.ctx.now)?;
            tx.insert_audit(&AuditEntry::new(&self.ctx, AuditKind::PhoneVerified).account(&account.id))?;
        }
        Ok(unverified)
    }
}
