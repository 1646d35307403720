//! The second step: the code by SMS, or what else the person has enrolled. Taking it begins a session. Left to
//! [`super::challenges`]: what its page shows; to [`super::second_step_attempt`]: what its transaction finds and writes.

use super::beginning::Begun;
use super::judging::Judging;
use super::proof::Given;
use super::second_step_attempt::{Attempt, Checked};
use super::{Accounts, Failure, Here, NewPasswordTicket, NewSession};
use crate::ctx::Ctx;
use crate::ids::ChallengeId;
use crate::secret::Secret;
use crate::time::Timestamp;
use std::sync::Arc;

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

impl Accounts {
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
