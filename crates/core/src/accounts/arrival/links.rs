//! The links of one's own account, and taking one away.

use super::linking::end_sessions;
use crate::accounts::{Accounts, Confirmed, Failure, SignedIn, ways_in};
use crate::acr::Ial;
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::ids::UpstreamLinkId;
use crate::outbox::SecurityChange;
use crate::ports::Vault;
use crate::profile::Account;
use crate::session::Session;
use crate::store::{StoreError, StoreResult, Tx};
use crate::time::Timestamp;
use crate::upstream::{UpstreamId, UpstreamLink};
use std::sync::Arc;

/// A link, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnLink {
    /// Its identity.
    pub id: UpstreamLinkId,
    /// To which upstream.
    pub upstream: UpstreamId,
    /// Since when.
    pub linked_at: Timestamp,
    /// When the person last arrived by it.
    pub last_used_at: Timestamp,
    /// Whether nothing else leads into the account: it cannot be taken away.
    pub is_the_only_way_in: bool,
}

/// What came of taking a link away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlinkOutcome {
    /// It is gone, and so are the sessions that began by it, but this one.
    Unlinked,
    /// Nothing else leads into the account: set a password, or add a passkey, first.
    LastWayIn,
    /// There is no such link.
    Unknown,
}

/// Whether something leads into the account without one of its links.
fn has_other_ways(
    tx: &mut dyn Tx,
    vault: &dyn Vault,
    account: &Account,
    links: &[UpstreamLink],
    now: Timestamp,
) -> StoreResult<bool> {
    let others = links.get(1..).unwrap_or_default();
    let credentials = tx.list_credentials(&account.id)?;
    Ok(ways_in::any(account, &account.open_profile(vault)?, &credentials, others, now))
}

impl Accounts {
    /// The links of whoever is signed in, the oldest first.
    pub async fn own_links(&self, ctx: &Ctx, who: &SignedIn) -> Result<Vec<OwnLink>, Failure> {
        let (account, vault, now) = (who.account.clone(), Arc::clone(&self.vault), ctx.now);
        let links = self
            .store
            .read("own_links", move |tx| {
                let links = tx.list_upstream_links(&account.id)?;
                let only = !has_other_ways(tx, vault.as_ref(), &account, &links, now)?;
                Ok(links
                    .into_iter()
                    .map(|link| OwnLink {
                        id: link.id,
                        upstream: link.upstream,
                        linked_at: link.created_at,
                        last_used_at: link.last_used_at,
                        is_the_only_way_in: only,
                    })
                    .collect())
            })
            .await?;
        Ok(links)
    }

    /// Takes a link away from one's own account. The sessions that it began end; the one that asks goes on, and nobody
    /// vouches for its person any more.
    pub async fn unlink(&self, ctx: &Ctx, owner: &Confirmed, id: &UpstreamLinkId) -> Result<UnlinkOutcome, Failure> {
        let (ctx, letters, id) = (ctx.clone(), self.letters.clone(), id.clone());
        let (account, session) = (owner.account().id.clone(), owner.session().id.clone());
        let outcome = self
            .store
            .tx("unlink", move |tx| {
                // Of two at once one comes after the other: else both ways in could go.
                if !tx.lock_active_account(&account)? {
                    return Ok(UnlinkOutcome::Unknown);
                }
                let Some(account) = tx.find_account(&account)? else { return Ok(UnlinkOutcome::Unknown) };
                let links = tx.list_upstream_links(&account.id)?;
                let Some(link) = links.iter().find(|link| link.id == id) else { return Ok(UnlinkOutcome::Unknown) };
                if !has_other_ways(tx, letters.vault.as_ref(), &account, &links, ctx.now)? {
                    return Ok(UnlinkOutcome::LastWayIn);
                }
                if !tx.delete_upstream_link(&account.id, &id)? {
                    return Err(StoreError::Retry);
                }
                if end_sessions(tx, &letters, &ctx, &id, Some(&session))?
                    && let Some(own) = tx.find_session_by_id(&session)?
                {
                    tx.renew_session(&Session { ial: Ial(0), ..own })?;
                }
                let entry = AuditEntry::new(&ctx, AuditKind::UpstreamUnlinked).upstream(&link.upstream);
                tx.insert_audit(&entry.account(&account.id))?;
                let profile = account.open_profile(letters.vault.as_ref())?;
                let mail = letters.security_change(&ctx, &account, &profile, SecurityChange::UpstreamUnlinked);
                mail.iter().try_for_each(|mail| mail.post(tx, ctx.now))?;
                Ok(UnlinkOutcome::Unlinked)
            })
            .await?;
        Ok(outcome)
    }
}
