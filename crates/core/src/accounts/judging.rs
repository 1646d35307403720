//! Whether what was given for a challenge is right: each try is counted, whichever factor it tries.

use super::limits::{self, Limited};
use super::messages::time_and_day;
use super::proof::{Proof, Worth};
use super::{Letters, SecondStepOutcome};
use crate::audit::{AuditEntry, AuditKind};
use crate::challenge::{Challenge, CodeSettings};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::facts::Phone;
use crate::ids::ChallengeId;
use crate::outbox::Message;
use crate::ports::Vault;
use crate::profile::{Account, AccountState, FactSource, Identifier, IdentifierKind, PhoneStanding};
use crate::store::{StoreError, StoreResult, Tx};
use crate::throttle::Throttle;
use crate::time::Timestamp;

/// Something given for a challenge, with everything its transaction needs.
pub(super) struct Judging {
    pub(super) ctx: Ctx,
    pub(super) challenge: ChallengeId,
    /// The arrival that it proves, if it proves one: a challenge for that is good for nothing else, and no other is.
    pub(super) proves_arrival: Option<Digest>,
    pub(super) proof: Proof,
    pub(super) codes: CodeSettings,
    pub(super) letters: Letters,
}

/// What it came to.
pub(super) enum Judged {
    Right(Box<Right>),
    Refused(SecondStepOutcome),
}

/// The right thing, used up.
pub(super) struct Right {
    pub(super) challenge: Challenge,
    pub(super) account: Account,
    /// Whether it was the first code that the phone ever got.
    pub(super) first: bool,
}

impl Judging {
    /// Judges it, and uses it and the challenge up when it is right.
    pub(super) fn judge(&self, tx: &mut dyn Tx, vault: &dyn Vault) -> StoreResult<Judged> {
        let (ctx, now) = (&self.ctx, self.ctx.now);
        // The account is held: of many tries at once, also in other challenges, each is judged when those before it are
        // counted. Else as many would be judged as come at one moment.
        let Some((mut challenge, account, standing)) = tx.hold_challenge_and_account(&self.challenge)? else {
            return Ok(Judged::Refused(SecondStepOutcome::Over));
        };
        if !challenge.is_open(now, &self.codes)
            || ctx.browser != Some(challenge.browser)
            || challenge.proves_arrival != self.proves_arrival
            || account.state != AccountState::Active
        {
            return Ok(Judged::Refused(SecondStepOutcome::Over));
        }
        let limit = Limited::WrongCodes(account.id.as_str()).key(vault);
        let wrong_codes = tx.find_throttle(&limit)?.unwrap_or_else(|| Throttle::fresh(limit, now));
        // Whoever knows the password can use the limit up, but not lock out an owner who has a passkey.
        if self.proof.can_be_guessed()
            && let Some(until) = self.codes.wrong_codes().blocked_until(&wrong_codes.marks, now)
        {
            return Ok(Judged::Refused(SecondStepOutcome::Throttled { until }));
        }
        let profile = account.open_profile(vault)?;
        match self.proof.judge(tx, vault, &challenge, profile.phone.as_ref(), now)? {
            Worth::Right => {}
            Worth::Late => return Ok(Judged::Refused(SecondStepOutcome::Expired)),
            Worth::Wrong => return self.count_wrong(tx, challenge, wrong_codes, &account),
        }
        challenge.used_at = Some(now);
        if !tx.update_challenge(&challenge)? {
            return Err(StoreError::Retry);
        }
        let first = match (&self.proof, &profile.phone) {
            (Proof::Sms(_), Some(phone)) if standing != PhoneStanding::Proved => {
                self.verify_phone(tx, vault, &account, phone)?
            }
            _ => false,
        };
        self.proof.tell(tx, &self.letters, ctx, &account, &profile)?;
        Ok(Judged::Right(Box::new(Right { challenge, account, first })))
    }

    /// Counts a wrong one, for this challenge and for the account; the owner learns of the one that reaches the limit.
    fn count_wrong(
        &self,
        tx: &mut dyn Tx,
        mut challenge: Challenge,
        mut wrong_codes: Throttle,
        account: &Account,
    ) -> StoreResult<Judged> {
        let (rule, now) = (self.codes.wrong_codes(), self.ctx.now);
        challenge.tries += 1;
        let tries_left = self.codes.tries.saturating_sub(challenge.tries);
        if !tx.update_challenge(&challenge)? {
            return Err(StoreError::Retry);
        }
        // It fits, unless it is the answer of a passkey.
        if let Err(until) = wrong_codes.mark(&rule, now) {
            return Ok(Judged::Refused(SecondStepOutcome::Throttled { until }));
        }
        if let Some(until) = rule.blocked_until(&wrong_codes.marks, now)
            && wrong_codes.notified_at.is_none()
        {
            wrong_codes.notified_at = Some(now);
            self.tell_of_wrong_codes(tx, account, until)?;
        }
        limits::put(tx, &wrong_codes)?;
        Ok(Judged::Refused(if tries_left == 0 {
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
                username: self.letters.called(account),
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
