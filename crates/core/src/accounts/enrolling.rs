//! What every change of factors has in common: what must hold still meanwhile, and who learns of it.

use super::messages::Notice;
use super::{Accounts, Confirmed, Failure};
use crate::audit::{AuditEntry, AuditKind};
use crate::credential::{Credential, CredentialKind};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::ids::{AccountId, CredentialId, SessionId};
use crate::outbox::SecurityChange;
use crate::store::{StoreError, StoreResult, Tx};

impl Accounts {
    /// Adds a credential unless there are too many of its kind.
    pub(super) async fn add_credential(
        &self,
        name: &'static str,
        owner: &Confirmed,
        credential: Credential,
        news: News,
    ) -> Result<Added, Failure> {
        let standing = Standing::of(owner);
        let added = self
            .store
            .tx(name, move |tx| {
                if !standing.holds(tx)? {
                    return Ok(Added::TooLate);
                }
                let all = tx.list_credentials(&credential.account_id)?;
                if all.iter().filter(|one| one.kind == credential.kind).count() >= credential.kind.most() {
                    return Ok(Added::TooMany);
                }
                tx.insert_credential(&credential)?;
                news.write(tx)?;
                Ok(Added::Yes)
            })
            .await;
        match added {
            Err(StoreError::Conflict(_)) => Ok(Added::AlreadyThere),
            other => Ok(other?),
        }
    }

    /// What is written with every change: the mail to the owner, the entry of the audit trail.
    pub(super) fn news(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
        change: SecurityChange,
        kind: AuditKind,
    ) -> Result<News, Failure> {
        let account = owner.account();
        let mail = self.letters.security_change(ctx, account, &self.open_profile(account)?, change);
        Ok(News { mail, audit: AuditEntry::new(ctx, kind).account(&account.id).session(&owner.session().id) })
    }
}

/// What came of adding a credential.
pub(super) enum Added {
    Yes,
    TooMany,
    AlreadyThere,
    /// The session ended meanwhile.
    TooLate,
}

/// What must hold still in the transaction that adds or removes something: "this was not me" ends the session and removes
/// what was added, and nothing may be added behind its back (`docs/adr/0014`).
pub(super) struct Standing {
    account: AccountId,
    session: SessionId,
}

impl Standing {
    pub(super) fn of(owner: &Confirmed) -> Self {
        Self { account: owner.account().id.clone(), session: owner.session().id.clone() }
    }

    /// Takes the lock on the account's row, then looks. Whoever takes the trust from a password, or replaces it, writes
    /// that row before ending sessions in the same transaction.
    pub(super) fn holds(&self, tx: &mut dyn Tx) -> StoreResult<bool> {
        Ok(tx.lock_active_account(&self.account)?
            && tx.find_session_by_id(&self.session)?.is_some_and(|session| session.ended_at.is_none()))
    }
}

/// A change, as its owner and the audit trail learn of it.
pub(super) struct News {
    mail: Option<Notice>,
    audit: AuditEntry,
}

impl News {
    pub(super) fn write(&self, tx: &mut dyn Tx) -> StoreResult<()> {
        self.mail.iter().try_for_each(|mail| mail.post(tx, self.audit.at))?;
        tx.insert_audit(&self.audit)
    }
}

/// A credential that was enrolled just now.
pub(super) fn fresh(ctx: &Ctx, owner: &Confirmed, id: CredentialId, kind: CredentialKind, key: Digest) -> Credential {
    Credential {
        id,
        account_id: owner.account().id.clone(),
        kind,
        key,
        name: String::new(),
        sealed: None,
        counter: 0,
        created_at: ctx.now,
        last_used_at: None,
        expires_at: None,
    }
}
