//! What an activation finds and writes, in one transaction: whether the link still works, whether somebody else activated
//! the same data first.

use super::activation::{ActivateOutcome, ActivationView};
use super::collision::Collision;
use super::messages::Letters;
use super::phone_cap;
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::link::{LinkPurpose, MailedLink};
use crate::outbox::OutboxRow;
use crate::profile::{Account, AccountState, FactSource, Identifier, IdentifierKind};
use crate::store::{StoreError, StoreResult, Tx};
use crate::throttle::Rule;

/// One activation, with everything its transaction needs.
pub(super) struct Activating {
    pub(super) ctx: Ctx,
    pub(super) link: MailedLink,
    pub(super) account: Account,
    pub(super) letters: Letters,
    /// Sent to the typed address when somebody else was first.
    pub(super) not_completed: Option<OutboxRow>,
    pub(super) accounts_per_phone: u32,
    pub(super) mails: Rule,
}

impl Activating {
    pub(super) fn activate(&self, tx: &mut dyn Tx) -> StoreResult<ActivateOutcome> {
        let (ctx, account) = (&self.ctx, &self.account);
        if !tx.take_link(LinkPurpose::Activation, &self.link.secret, ctx.now)? {
            return Ok(ActivateOutcome::Link(ActivationView::Used));
        }
        // What else is found by a fact may be added to a registration that waits (the pass over former numbers): whoever
        // does so came before, and it is claimed here, or waits, and then claims it as that of an active account.
        if !tx.lock_account(&account.id)? {
            return Err(StoreError::Conflict("activation".to_owned()));
        }
        for fact in tx.list_identifiers(&account.id)? {
            if let Some(collision) = self.take(tx, &fact)? {
                self.end(tx, &collision)?;
                return Ok(ActivateOutcome::NotCompleted);
            }
        }
        if !tx.update_account_state(&account.id, AccountState::Pending, AccountState::Active, ctx.now)? {
            // Another of its links was faster. Nothing of this one may remain, its use included.
            return Err(StoreError::Conflict("activation".to_owned()));
        }
        tx.verify_identifier(&account.id, IdentifierKind::Email, &self.link.email, FactSource::Mailbox, ctx.now)?;
        tx.insert_audit(&AuditEntry::new(ctx, AuditKind::Activated).account(&account.id))?;
        Ok(ActivateOutcome::Activated)
    }

    /// Takes a fact for the account, unless somebody else has it.
    fn take(&self, tx: &mut dyn Tx, fact: &Identifier) -> StoreResult<Option<Collision>> {
        let class = self.account.class;
        match fact.kind {
            // Never claimed: it is counted.
            IdentifierKind::Phone => {
                let vault = self.letters.vault.as_ref();
                let room = phone_cap::has_room(tx, vault, &fact.digest, self.accounts_per_phone, self.ctx.now)?;
                Ok((!room).then_some(Collision { holder: None }))
            }
            kind if tx.claim_identifier(&self.account.id, class, kind)? => Ok(None),
            kind => Ok(Some(Collision { holder: tx.find_claimant(class, kind, &fact.digest)? })),
        }
    }

    /// Somebody else activated the same e-mail or number first: the registration ends, and both are told (decisions 3).
    fn end(&self, tx: &mut dyn Tx, collision: &Collision) -> StoreResult<()> {
        tx.delete_pending_account(&self.account.id)?;
        tx.insert_audit(&AuditEntry::new(&self.ctx, AuditKind::RegistrationCollided).account(&self.account.id))?;
        self.not_completed.iter().try_for_each(|row| tx.insert_message(row))?;
        let holder = collision.holder.as_ref();
        holder.map_or(Ok(()), |holder| self.letters.tell_holder(tx, &self.ctx, holder, &self.mails))
    }
}
