//! Looking after the ways to prove who one is: what is enrolled, naming it, and removing it. All of it behind [`Confirmed`];
//! each change is audited, and the owner is mailed about what changes who can sign in. Left to [`super::enrolling`]: adding.

use super::enrolling::Standing;
use super::{Accounts, Confirmed, Failure, SignedIn, ways_in};
use crate::audit::{AuditEntry, AuditKind};
use crate::credential::{Credential, CredentialKind, Factors};
use crate::ctx::Ctx;
use crate::facts::FieldError;
use crate::ids::CredentialId;
use crate::outbox::SecurityChange;
use crate::passkey::PasskeyName;
use crate::ports::Vault;
use crate::store::{StoreResult, Tx};
use crate::time::Timestamp;
use crate::upstream_way::UpstreamWays;
use std::sync::Arc;

/// What is enrolled, as its owner sees it.
#[derive(Clone, Debug, Default)]
pub struct FactorsView {
    /// Authenticators, the oldest first.
    pub authenticators: Vec<FactorEntry>,
    /// Passkeys, the oldest first.
    pub passkeys: Vec<FactorEntry>,
    /// Remembered browsers, the oldest first.
    pub devices: Vec<FactorEntry>,
    /// Recovery codes that were not used.
    pub recovery_codes_left: usize,
    /// When the list of recovery codes was made, if there is one.
    pub recovery_codes_made_at: Option<Timestamp>,
}

/// One enrolled credential.
#[derive(Clone, Debug)]
pub struct FactorEntry {
    /// Its identity, to remove it by.
    pub id: CredentialId,
    /// What its owner calls it, or what the browser calls itself.
    pub name: String,
    /// When it was enrolled.
    pub added_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// What came of removing something that was enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveCredentialOutcome {
    /// It is gone.
    Removed,
    /// Nothing else leads into the account: set a password, or link it to another provider, first.
    LastWayIn,
    /// The owner has no such thing, or their session ended meanwhile.
    Unknown,
}

/// What came of giving a passkey another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenamePasskeyOutcome {
    /// It has that name now.
    Renamed,
    /// That is no name.
    Refused(FieldError),
    /// The owner has no such passkey, or their session ended meanwhile.
    NotTheirs,
}

impl Accounts {
    /// What is enrolled.
    pub async fn view_factors(&self, ctx: &Ctx, owner: &Confirmed) -> Result<FactorsView, Failure> {
        let id = owner.account().id.clone();
        let all = self.store.read("view_factors", move |tx| tx.list_credentials(&id)).await?;
        let mut view = FactorsView::default();
        for credential in all {
            let good = credential.is_good(ctx.now);
            let entries = match credential.kind {
                CredentialKind::Authenticator => &mut view.authenticators,
                CredentialKind::Passkey => &mut view.passkeys,
                CredentialKind::Device => &mut view.devices,
                CredentialKind::RecoveryCode => {
                    view.recovery_codes_left += usize::from(good);
                    view.recovery_codes_made_at = Some(credential.created_at);
                    continue;
                }
            };
            if good {
                entries.push(FactorEntry {
                    id: credential.id,
                    name: credential.name,
                    added_at: credential.created_at,
                    last_used_at: credential.last_used_at,
                    expires_at: credential.expires_at,
                });
            }
        }
        Ok(view)
    }

    /// What somebody can take the second step with: for the hint on their page, and for the policy that wants it.
    pub async fn factors(&self, ctx: &Ctx, who: &SignedIn) -> Result<Factors, Failure> {
        let id = who.account.id.clone();
        Ok(Factors::of(&self.store.read("factors", move |tx| tx.list_credentials(&id)).await?, ctx.now))
    }

    /// Removes an authenticator, a passkey or a remembered browser of the owner; never the last way into the account.
    pub async fn remove_credential(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
        id: &CredentialId,
    ) -> Result<RemoveCredentialOutcome, Failure> {
        let account = owner.account().id.clone();
        let all = self.store.read("find_credential", move |tx| tx.list_credentials(&account)).await?;
        let Some(credential) = all.into_iter().find(|credential| credential.id == *id) else {
            return Ok(RemoveCredentialOutcome::Unknown);
        };
        let (change, audit) = match credential.kind {
            CredentialKind::Authenticator => (SecurityChange::AuthenticatorRemoved, AuditKind::AuthenticatorRemoved),
            CredentialKind::Passkey => (SecurityChange::PasskeyRemoved, AuditKind::PasskeyRemoved),
            CredentialKind::Device => (SecurityChange::DevicesForgotten, AuditKind::DevicesForgotten),
            // A list is replaced as a whole: one code alone means nothing to its owner.
            CredentialKind::RecoveryCode => return Ok(RemoveCredentialOutcome::Unknown),
        };
        let news = self.news(ctx, owner, change, audit)?;
        let (standing, vault, now) = (Standing::of(owner), Arc::clone(&self.vault), ctx.now);
        let upstreams = Arc::clone(&self.upstreams);
        let removed = self
            .store
            .tx("remove_credential", move |tx| {
                if !standing.holds(tx)? {
                    return Ok(RemoveCredentialOutcome::Unknown);
                }
                if is_last_way_in(tx, vault.as_ref(), &upstreams, &credential, now)? {
                    return Ok(RemoveCredentialOutcome::LastWayIn);
                }
                if !tx.delete_credential(&credential.account_id, &credential.id)? {
                    return Ok(RemoveCredentialOutcome::Unknown);
                }
                news.write(tx)?;
                Ok(RemoveCredentialOutcome::Removed)
            })
            .await?;
        Ok(removed)
    }

    /// Gives a passkey of the owner another name.
    pub async fn rename_passkey(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
        id: &CredentialId,
        typed: &str,
    ) -> Result<RenamePasskeyOutcome, Failure> {
        let name = match PasskeyName::parse(typed) {
            Ok(name) => name,
            Err(error) => return Ok(RenamePasskeyOutcome::Refused(error)),
        };
        let (account, id, standing) = (owner.account().id.clone(), id.clone(), Standing::of(owner));
        let entry = AuditEntry::new(ctx, AuditKind::PasskeyRenamed).account(&account).session(&owner.session().id);
        let renamed = self
            .store
            .tx("rename_passkey", move |tx| {
                let renamed = standing.holds(tx)?
                    && tx.rename_credential(&account, CredentialKind::Passkey, &id, name.as_str())?;
                if renamed {
                    tx.insert_audit(&entry)?;
                }
                Ok(renamed)
            })
            .await?;
        Ok(if renamed { RenamePasskeyOutcome::Renamed } else { RenamePasskeyOutcome::NotTheirs })
    }

    /// Forgets every remembered browser; how many.
    pub async fn forget_devices(&self, ctx: &Ctx, owner: &Confirmed) -> Result<u32, Failure> {
        let account = owner.account().id.clone();
        let news = self.news(ctx, owner, SecurityChange::DevicesForgotten, AuditKind::DevicesForgotten)?;
        let standing = Standing::of(owner);
        let forgotten = self
            .store
            .tx("forget_devices", move |tx| {
                if !standing.holds(tx)? {
                    return Ok(0);
                }
                let forgotten = tx.delete_credentials(&account, CredentialKind::Device)?;
                if forgotten > 0 {
                    news.write(tx)?;
                }
                Ok(forgotten)
            })
            .await?;
        Ok(forgotten)
    }
}

/// Whether nothing would lead into the account without this credential. The account is locked, and read again.
fn is_last_way_in(
    tx: &mut dyn Tx,
    vault: &dyn Vault,
    upstreams: &UpstreamWays,
    credential: &Credential,
    now: Timestamp,
) -> StoreResult<bool> {
    let id = &credential.account_id;
    let Some(account) = tx.find_account(id)?.filter(|_| ways_in::is_part_of_one(credential.kind)) else {
        return Ok(false);
    };
    let (mut credentials, links) = (tx.list_credentials(id)?, tx.list_upstream_links(id)?);
    let profile = account.open_profile(vault)?;
    let before = ways_in::any(&account, &profile, &credentials, &links, upstreams, now);
    credentials.retain(|one| one.id != credential.id);
    Ok(before && !ways_in::any(&account, &profile, &credentials, &links, upstreams, now))
}
