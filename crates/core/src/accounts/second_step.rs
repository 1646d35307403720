//! The second step: the code by SMS, or what else the person has enrolled. Taking it begins a session.

use super::beginning::{Beginning, Begun, Proved};
use super::code_sending::{Sending, code_message_id};
use super::judging::{Judged, Judging, Right};
use super::proof::Given;
use super::{Accounts, Failure, Here, NewPasswordTicket, NewSession};
use crate::acr::Ial;
use crate::challenge::Challenge;
use crate::credential::Factors;
use crate::ctx::Ctx;
use crate::ids::{AccountId, ChallengeId};
use crate::ports::Vault;
use crate::profile::{Account, AccountState, Identifier};
use crate::secret::Secret;
use crate::session::Session;
use crate::store::{StoreError, StoreResult, Tx};
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
        let Some((challenge, account)) = self.open_any_challenge(ctx, id).await? else {
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
                && challenge.proves_arrival.is_none()
                && identifiers.iter().any(Identifier::is_unproved_phone),
            code_sent: challenge.has_code(),
            // An arrival is proved by the code alone: with anything else its holder signs in.
            factors: match challenge.proves_arrival {
                Some(_) => Factors::default(),
                None => Factors::of(&credentials, ctx.now),
            },
        })
    }

    /// The challenge of a sign-in or step-up and its account, if this browser may go on with it.
    pub(super) async fn open_challenge(
        &self,
        ctx: &Ctx,
        id: &ChallengeId,
    ) -> Result<Option<(Challenge, Account)>, Failure> {
        let found = self.open_any_challenge(ctx, id).await?;
        Ok(found.filter(|(challenge, _)| challenge.proves_arrival.is_none()))
    }

    /// The same, or that of an arrival.
    async fn open_any_challenge(&self, ctx: &Ctx, id: &ChallengeId) -> Result<Option<(Challenge, Account)>, Failure> {
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
        let Some((challenge, account)) = self.open_any_challenge(ctx, id).await? else {
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
        let judging = Judging {
            ctx: ctx.clone(),
            challenge: id.clone(),
            proves_arrival: None,
            proof,
            codes: self.settings.codes.clone(),
            letters: self.letters.clone(),
        };
        let attempt = Attempt { judging, beginning };
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
    judging: Judging,
    beginning: Beginning,
}

enum Checked {
    Right(AccountId, Begun),
    Raised(Session),
    Refused(SecondStepOutcome),
}

impl Attempt {
    fn check(&self, tx: &mut dyn Tx, vault: &dyn Vault) -> StoreResult<Checked> {
        let Right { challenge, account, first } = match self.judging.judge(tx, vault)? {
            Judged::Right(right) => *right,
            Judged::Refused(outcome) => return Ok(Checked::Refused(outcome)),
        };
        let amr = self.judging.proof.amr();
        if let Some(session) = &challenge.raises_session {
            return Ok(match self.beginning.raise(tx, &challenge, session, amr)? {
                Some(session) => Checked::Raised(session),
                None => Checked::Refused(SecondStepOutcome::Over),
            });
        }
        let proved = Proved { amr: amr.to_vec(), ial: Ial(0), at: self.judging.ctx.now };
        let begun = self.beginning.begin(tx, &account, proved, first)?;
        Ok(Checked::Right(account.id, begun))
    }
}
