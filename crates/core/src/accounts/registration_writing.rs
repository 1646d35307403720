//! What a registration finds and writes, in one transaction: whether its name is free, whether it replaces an earlier one,
//! whether somebody holds its data already.

use super::limits::{self, Limited};
use super::messages::Letters;
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::ids::AccountId;
use crate::link::{LinkPurpose, MailedLink};
use crate::outbox::{Message, OutboxRow};
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
            Collision::None => (AuditKind::Registered, &new.activation),
            Collision::With(_) | Collision::PhoneShared => (AuditKind::RegistrationCollided, &new.not_completed),
        };
        tx.insert_message(row)?;
        tx.insert_audit(&AuditEntry::new(&self.ctx, kind).account(&new.account.id))?;
        if let Collision::With(holder) = collision {
            self.tell_holder(tx, &holder)?;
        }
        Ok(Written::Accepted)
    }

    /// Tells the holder of an account that somebody tried to register with its data (decisions 3).
    fn tell_holder(&self, tx: &mut dyn Tx, holder: &AccountId) -> StoreResult<()> {
        let vault = self.letters.vault.as_ref();
        let Some(account) = tx.find_account(holder)? else {
            return Ok(());
        };
        let profile = account.open_profile(vault)?;
        let Some(email) = profile.email else {
            return Ok(());
        };
        let key = Limited::MailsTo(&IdentifierKind::Email.digest(vault, &email.compare_key())).key(vault);
        if limits::mark(tx, &key, &self.mails, self.ctx.now)?.is_err() {
            // The holder has been told often enough this hour.
            return Ok(());
        }
        let message = Message::RegistrationAttempted {
            sign_in: self.letters.sign_in_url(),
            desk: self.letters.desk(account.language),
        };
        tx.insert_message(&self.letters.news(&self.ctx, &email, account.language, message))
    }

    /// Whether the username is free, freeing it when only a lapsed registration, or one of the same mailbox, holds it.
    fn free_username(&self, tx: &mut dyn Tx) -> StoreResult<bool> {
        let Some(holder) = tx.find_account_by_username(self.new.account.username.key())? else {
            return Ok(true);
        };
        if holder.state != AccountState::Pending {
            return Ok(false);
        }
        let same_mailbox = tx
            .list_identifiers(&holder.id)?
            .iter()
            .any(|fact| fact.kind == IdentifierKind::Email && fact.digest == self.email());
        let reserved = tx
            .find_newest_link(LinkPurpose::Activation, &holder.id)?
            .is_some_and(|link| self.ctx.now < link.expires_at);
        if reserved && !(same_mailbox && holder.class == self.new.account.class) {
            return Ok(false);
        }
        self.delete_pending(tx, &holder.id)?;
        Ok(true)
    }

    /// A later registration with the same e-mail replaces one that was never activated (decisions 2).
    fn replace_unactivated(&self, tx: &mut dyn Tx) -> StoreResult<()> {
        for (account, _) in
            tx.list_accounts_by_identifier(IdentifierKind::Email, &self.email(), AccountState::Pending)?
        {
            if account.class == self.new.account.class {
                self.delete_pending(tx, &account.id)?;
            }
        }
        Ok(())
    }

    fn delete_pending(&self, tx: &mut dyn Tx, id: &AccountId) -> StoreResult<()> {
        if tx.delete_pending_account(id)? {
            tx.insert_audit(&AuditEntry::new(&self.ctx, AuditKind::RegistrationReplaced).account(id))?;
        }
        Ok(())
    }

    fn collision(&self, tx: &mut dyn Tx) -> StoreResult<Collision> {
        for identifier in &self.new.identifiers {
            match identifier.kind {
                IdentifierKind::Phone => {
                    if tx.count_active_accounts(IdentifierKind::Phone, &identifier.digest)? >= self.accounts_per_phone {
                        return Ok(Collision::PhoneShared);
                    }
                }
                kind => {
                    if let Some(holder) = tx.find_claimant(self.new.account.class, kind, &identifier.digest)? {
                        return Ok(Collision::With(holder));
                    }
                }
            }
        }
        Ok(Collision::None)
    }

    fn email(&self) -> Digest {
        self.new.link.email
    }
}

/// What of a registration is already taken.
enum Collision {
    None,
    /// This account holds the e-mail or the number.
    With(AccountId),
    /// The phone already has as many accounts as it may; nobody in particular is to be told.
    PhoneShared,
}
