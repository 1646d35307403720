//! The code that was sent to an address or phone: it makes it the account's.

use super::{NewContact, code_digest, open_contact};
use crate::accounts::limits::{self, Limited};
use crate::accounts::six_digits::six_digits;
use crate::accounts::{Accounts, Failure, Letters, SignedIn, phone_cap};
use crate::audit::{AuditEntry, AuditKind};
use crate::challenge::CodeSettings;
use crate::ctx::Ctx;
use crate::ids::PendingContactId;
use crate::pending_contact::PendingContact;
use crate::profile::{Account, FactSource, Identifier, IdentifierKind};
use crate::store::{StoreError, StoreResult, Tx};
use crate::throttle::Throttle;
use crate::time::Timestamp;

/// What came of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProveContactOutcome {
    /// It is the account's now.
    Proved,
    /// The code was right, and another account has the address, or as many as may have the phone.
    Taken,
    /// Not six digits; nothing was counted.
    Malformed,
    /// Wrong.
    Wrong {
        /// Tries left.
        tries_left: u32,
    },
    /// Right or wrong, its time is over: ask for another.
    Expired,
    /// Used, over, unknown, or another browser's.
    Over,
    /// Too many wrong codes of this account.
    Throttled {
        /// When trying is allowed again.
        until: Timestamp,
    },
}

impl Accounts {
    /// Whoever is signed in gives the code that was sent there.
    pub async fn prove_contact(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        id: &PendingContactId,
        code: &str,
    ) -> Result<ProveContactOutcome, Failure> {
        let Some(code) = six_digits(code) else { return Ok(ProveContactOutcome::Malformed) };
        let proving = Proving {
            ctx: ctx.clone(),
            who: who.clone(),
            id: id.clone(),
            code,
            codes: self.settings.codes.clone(),
            letters: self.letters.clone(),
            accounts_per_phone: self.settings.accounts_per_phone,
        };
        Ok(self.store.tx("prove_contact", move |tx| proving.prove(tx)).await?)
    }
}

struct Proving {
    ctx: Ctx,
    who: SignedIn,
    id: PendingContactId,
    code: String,
    codes: CodeSettings,
    letters: Letters,
    accounts_per_phone: u32,
}

impl Proving {
    fn prove(&self, tx: &mut dyn Tx) -> StoreResult<ProveContactOutcome> {
        let (vault, now) = (self.letters.vault.as_ref(), self.ctx.now);
        let owner = &self.who.account.id;
        let found =
            tx.find_pending_contact(&self.id)?.filter(|pending| pending.is_open(&self.ctx, owner, self.codes.tries));
        let Some(mut pending) = found else { return Ok(ProveContactOutcome::Over) };
        let limit = Limited::WrongContactCodes(self.who.account.id.as_str()).key(vault);
        let wrong_codes = tx.find_throttle(&limit)?.unwrap_or_else(|| Throttle::fresh(limit, now));
        if let Some(until) = self.codes.wrong_codes().blocked_until(&wrong_codes.marks, now) {
            return Ok(ProveContactOutcome::Throttled { until });
        }
        if now >= pending.expires_at {
            return Ok(ProveContactOutcome::Expired);
        }
        let text = open_contact(vault, &pending)?;
        if code_digest(vault, &pending.id, &text, &self.code) != pending.code {
            return self.count_wrong(tx, pending, wrong_codes);
        }
        pending.used_at = Some(now);
        if !tx.update_pending_contact(&pending)? {
            return Err(StoreError::Retry);
        }
        // Unchanged, for the gate: of many tries at once each is judged by a row that nobody has changed until then.
        limits::put(tx, &wrong_codes)?;
        let contact = NewContact::parse(pending.kind, &text).map_err(|_| unreadable())?;
        self.take(tx, &contact)
    }

    fn count_wrong(
        &self,
        tx: &mut dyn Tx,
        mut pending: PendingContact,
        mut wrong_codes: Throttle,
    ) -> StoreResult<ProveContactOutcome> {
        pending.tries += 1;
        if !tx.update_pending_contact(&pending)? {
            return Err(StoreError::Retry);
        }
        if let Err(until) = wrong_codes.mark(&self.codes.wrong_codes(), self.ctx.now) {
            return Ok(ProveContactOutcome::Throttled { until });
        }
        limits::put(tx, &wrong_codes)?;
        let tries_left = self.codes.tries.saturating_sub(pending.tries);
        Ok(if tries_left == 0 { ProveContactOutcome::Over } else { ProveContactOutcome::Wrong { tries_left } })
    }

    /// Makes it the account's.
    fn take(&self, tx: &mut dyn Tx, contact: &NewContact) -> StoreResult<ProveContactOutcome> {
        let (vault, now, id) = (self.letters.vault.as_ref(), self.ctx.now, &self.who.account.id);
        if !tx.lock_active_account(id)? {
            return Ok(ProveContactOutcome::Over);
        }
        let Some(account) = tx.find_account(id)? else { return Ok(ProveContactOutcome::Over) };
        let mut profile = account.open_profile(vault)?;
        if !contact.is_missing(&profile) {
            return Ok(ProveContactOutcome::Over);
        }
        let digest = contact.digest(vault);
        let (kind, source, free) = match contact {
            NewContact::Email(email) => {
                profile.email = Some(email.clone());
                let claimant = tx.find_claimant(account.class, IdentifierKind::Email, &digest)?;
                (IdentifierKind::Email, FactSource::Mailbox, claimant.is_none())
            }
            NewContact::Phone(phone) => {
                profile.phone = Some(phone.clone());
                let room = phone_cap::has_room(tx, vault, &digest, self.accounts_per_phone, now)?;
                (IdentifierKind::Phone, FactSource::PhoneCode, room)
            }
        };
        if !free {
            return Ok(ProveContactOutcome::Taken);
        }
        let claimed = kind == IdentifierKind::Email;
        let verified_at = Some(now);
        let identifier = Identifier { account_id: id.clone(), kind, digest, claimed, verified_at, source };
        if !tx.put_vouched_identifier(&identifier)? {
            // Somebody claimed it at this moment.
            return Err(StoreError::Retry);
        }
        let account = Account { profile: profile.seal_for(id, vault, self.ctx.entropy()), ..account };
        tx.update_profile(id, &account.profile, now)?;
        let entry = AuditEntry::new(&self.ctx, AuditKind::ContactVerified).account(id);
        tx.insert_audit(&entry.session(&self.who.session.id))?;
        // The mailbox that was there before, or the one that is the first: no other is known.
        let news = self.letters.security_change(&self.ctx, &account, &profile, contact.change());
        news.iter().try_for_each(|news| news.post(tx, now))?;
        Ok(ProveContactOutcome::Proved)
    }
}

fn unreadable() -> StoreError {
    StoreError::Fault("a contact that was accepted once does not read".to_owned())
}
