//! What a registration finds and writes, in one transaction: whether its name is free, whether it replaces an earlier one,
//! whether somebody holds its data already.

use super::collision::{self, Collision};
use super::limits;
use super::messages::Letters;
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::facts::Username;
use crate::ids::AccountId;
use crate::link::{LinkPurpose, MailedLink};
use crate::outbox::OutboxRow;
use crate::profile::{Account, AccountState, Identifier, IdentifierKind};
use crate::store::{StoreResult, Tx};
use crate::throttle::Rule;
use crate::time::Timestamp;

/// Everything a registration writes, made before its transaction.
pub(super) struct NewRegistration {
    pub(super) account: Account,
    pub(super) identifiers: Vec<Identifier>,
    pub(super) link: MailedLink,
    /// Sent when nothing collides.
    pub(super) activation: OutboxRow,
    /// Sent instead, when something does.
    pub(super) not_completed: OutboxRow,
    /// Counts registrations with this address, known or not; never the mails to a holder of it, or the count would tell.
    pub(super) registrations: Digest,
}

/// The body of the transaction that registers.
pub(super) struct Writer {
    pub(super) ctx: Ctx,
    pub(super) new: NewRegistration,
    pub(super) letters: Letters,
    pub(super) accounts_per_phone: u32,
    pub(super) mails: Rule,
}

/// What came of it.
pub(super) enum Written {
    Accepted,
    UsernameTaken,
    TooManyMails { until: Timestamp },
}

impl Writer {
    pub(super) fn write(&self, tx: &mut dyn Tx) -> StoreResult<Written> {
        let new = &self.new;
        // Looked at before anything is freed: a refusal must leave the earlier registration as it was.
        if let Some(until) = limits::blocked_until(tx, &new.registrations, &self.mails, self.ctx.now)? {
            return Ok(Written::TooManyMails { until });
        }
        if !self.free_username(tx)? {
            return Ok(Written::UsernameTaken);
        }
        if let Err(blocked) = limits::mark(tx, &new.registrations, &self.mails, self.ctx.now)? {
            return Ok(Written::TooManyMails { until: blocked.until });
        }
        self.replace_unactivated(tx)?;
        let collision = self.collision(tx)?;
        // The account is written even when something collides, without a link that anybody knows: a name that stayed
        // free would tell a stranger that the e-mail or number is known here.
        tx.insert_account(&new.account)?;
        new.identifiers.iter().try_for_each(|identifier| tx.insert_identifier(identifier))?;
        tx.insert_link(&new.link)?;
        let (kind, row) = match collision {
            None => (AuditKind::Registered, &new.activation),
            Some(_) => (AuditKind::RegistrationCollided, &new.not_completed),
        };
        tx.insert_message(row)?;
        tx.insert_audit(&AuditEntry::new(&self.ctx, kind).account(&new.account.id))?;
        if let Some(holder) = collision.and_then(|collision| collision.holder) {
            self.letters.tell_holder(tx, &self.ctx, &holder, &self.mails)?;
        }
        Ok(Written::Accepted)
    }

    /// Whether the username is free, freeing it when only a lapsed registration, or one of the same mailbox, holds it.
    fn free_username(&self, tx: &mut dyn Tx) -> StoreResult<bool> {
        free_username(tx, &self.ctx, &self.new.account.username, |tx, holder| {
            let facts = tx.list_identifiers(&holder.id)?;
            let same_mailbox =
                facts.iter().any(|fact| fact.kind == IdentifierKind::Email && fact.digest == self.email());
            Ok(same_mailbox && holder.class == self.new.account.class)
        })
    }

    /// A later registration with the same e-mail replaces one that was never activated (decisions 2).
    fn replace_unactivated(&self, tx: &mut dyn Tx) -> StoreResult<()> {
        for (account, _) in
            tx.list_accounts_by_identifier(IdentifierKind::Email, &self.email(), AccountState::Pending)?
        {
            if account.class == self.new.account.class {
                delete_pending(tx, &self.ctx, &account.id)?;
            }
        }
        Ok(())
    }

    fn collision(&self, tx: &mut dyn Tx) -> StoreResult<Option<Collision>> {
        for fact in &self.new.identifiers {
            let collision = collision::of_fact(tx, self.new.account.class, fact, self.accounts_per_phone)?;
            if collision.is_some() {
                return Ok(collision);
            }
        }
        Ok(None)
    }

    fn email(&self) -> Digest {
        self.new.link.email
    }
}

/// Whether a username is free, freeing it when only a registration holds it that has lapsed, or that may be replaced.
pub(super) fn free_username(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    username: &Username,
    may_replace: impl FnOnce(&mut dyn Tx, &Account) -> StoreResult<bool>,
) -> StoreResult<bool> {
    let Some(holder) = tx.find_account_by_username(username.key())? else {
        return Ok(true);
    };
    if holder.state != AccountState::Pending {
        return Ok(false);
    }
    let link = tx.find_newest_link(LinkPurpose::Activation, &holder.id)?;
    let reserved = link.is_some_and(|link| ctx.now < link.expires_at);
    if reserved && !may_replace(tx, &holder)? {
        return Ok(false);
    }
    delete_pending(tx, ctx, &holder.id)?;
    Ok(true)
}

fn delete_pending(tx: &mut dyn Tx, ctx: &Ctx, id: &AccountId) -> StoreResult<()> {
    if tx.delete_pending_account(id)? {
        tx.insert_audit(&AuditEntry::new(ctx, AuditKind::RegistrationReplaced).account(id))?;
    }
    Ok(())
}
