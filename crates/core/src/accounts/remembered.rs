//! Remembered browsers: where the policy allows it and a person wants it, the password is enough there for a while. Never
//! when a service asks for the second level, and never to change factors.
//!
//! The cookie holds secrets, a row for each its keyed digest: forgetting the row is enough.

use super::beginning::Here;
use super::{Accounts, Letters};
use crate::audit::{AuditEntry, AuditKind};
use crate::credential::{Credential, CredentialKind};
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::ids::CredentialId;
use crate::outbox::SecurityChange;
use crate::profile::Account;
use crate::secret::Secret;
use crate::store::{StoreResult, Tx};
use crate::time::Timestamp;

/// How many accounts one browser can be remembered by: a family at one computer.
const ACCOUNTS_PER_BROWSER: usize = 4;

/// A browser that is about to be remembered.
#[derive(Clone)]
pub(super) struct NewDevice {
    id: CredentialId,
    key: Digest,
    expires_at: Timestamp,
    /// The cookie's new value.
    pub(super) cookie: String,
}

impl Accounts {
    /// The keys under which this browser may be remembered.
    pub(super) fn remembered_keys(&self, cookie: Option<&str>) -> Vec<Digest> {
        let secrets = cookie.unwrap_or_default().split('.').filter(|secret| !secret.is_empty());
        secrets.take(ACCOUNTS_PER_BROWSER).map(|secret| self.device_key(secret)).collect()
    }

    fn device_key(&self, secret: &str) -> Digest {
        self.vault.digest(DigestPurpose::Credential, &[b"device", secret.as_bytes()])
    }

    /// The browser, if it is to be remembered.
    pub(super) fn new_device(&self, ctx: &Ctx, here: Here<'_>) -> Option<NewDevice> {
        let lifetime = self.settings.factors.remembered_for().filter(|_| here.remember)?;
        let secret = Secret::random(ctx.entropy());
        let others = here.remembered.unwrap_or_default().split('.').filter(|other| !other.is_empty());
        let cookie: Vec<&str> = std::iter::once(secret.expose()).chain(others.take(ACCOUNTS_PER_BROWSER - 1)).collect();
        Some(NewDevice {
            id: CredentialId::new(ctx.now, ctx.entropy()),
            key: self.device_key(secret.expose()),
            expires_at: ctx.now + lifetime,
            cookie: cookie.join("."),
        })
    }
}

/// Forgets every browser that an account is remembered by, and tells the owner if there were any.
pub(super) fn forget_all(tx: &mut dyn Tx, letters: &Letters, ctx: &Ctx, account: &Account) -> StoreResult<()> {
    if tx.delete_credentials(&account.id, CredentialKind::Device)? == 0 {
        return Ok(());
    }
    let profile = account.open_profile(letters.vault.as_ref())?;
    let mail = letters.security_change(ctx, account, &profile, SecurityChange::DevicesForgotten);
    mail.iter().try_for_each(|mail| mail.post(tx, ctx.now))?;
    tx.insert_audit(&AuditEntry::new(ctx, AuditKind::DevicesForgotten).account(&account.id))
}

/// The remembered browser among an account's credentials that this one is.
pub(super) fn device_here<'a>(
    credentials: &'a [Credential],
    keys: &[Digest],
    now: Timestamp,
) -> Option<&'a Credential> {
    credentials.iter().find(|one| one.kind == CredentialKind::Device && one.is_good(now) && keys.contains(&one.key))
}

impl NewDevice {
    /// Remembers it; the oldest makes room when there are too many.
    pub(super) fn remember(&self, tx: &mut dyn Tx, letters: &Letters, ctx: &Ctx, account: &Account) -> StoreResult<()> {
        let all = tx.list_credentials(&account.id)?;
        let devices: Vec<_> = all.iter().filter(|one| one.kind == CredentialKind::Device).collect();
        let surplus = (devices.len() + 1).saturating_sub(CredentialKind::Device.most());
        for oldest in devices.iter().take(surplus) {
            tx.delete_credential(&account.id, &oldest.id)?;
        }
        tx.insert_credential(&Credential {
            id: self.id.clone(),
            account_id: account.id.clone(),
            kind: CredentialKind::Device,
            key: self.key,
            name: ctx.user_agent.clone(),
            sealed: None,
            counter: 0,
            created_at: ctx.now,
            last_used_at: None,
            expires_at: Some(self.expires_at),
        })?;
        let profile = account.open_profile(letters.vault.as_ref())?;
        let mail = letters.security_change(ctx, account, &profile, SecurityChange::DeviceRemembered);
        mail.iter().try_for_each(|mail| mail.post(tx, ctx.now))?;
        tx.insert_audit(&AuditEntry::new(ctx, AuditKind::DeviceRemembered).account(&account.id))
    }
}
