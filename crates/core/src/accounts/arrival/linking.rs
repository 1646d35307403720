//! The link between a person of an upstream and an account here, and the account made for whoever has none.

use crate::accounts::ending::{self, Which};
use crate::accounts::messages::Letters;
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::facts::Username;
use crate::ids::{AccountId, SessionId, UpstreamLinkId};
use crate::outbox::SecurityChange;
use crate::profile::{Account, AccountState, Profile};
use crate::store::{StoreError, StoreResult, Tx};
use crate::upstream::{UpstreamIdentity, UpstreamLink};

/// One link to be made.
pub(super) struct Linking<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) letters: &'a Letters,
    pub(super) identity: &'a UpstreamIdentity,
    /// The digest of who the person is there.
    pub(super) key: Digest,
    /// The digest of what its logout tokens call the person.
    pub(super) subject: Digest,
    /// The session that goes on whatever else ends.
    pub(super) keep: Option<&'a SessionId>,
}

impl Linking<'_> {
    /// Links an account that was there before. A link to somebody else of the same upstream makes way, and what it began
    /// ends.
    pub(super) fn link(&self, tx: &mut dyn Tx, account: &Account) -> StoreResult<UpstreamLink> {
        let ctx = self.ctx;
        let before = tx.list_upstream_links(&account.id)?;
        let (mut kind, mut change) = (AuditKind::UpstreamLinked, SecurityChange::UpstreamLinked);
        for old in before.iter().filter(|old| old.upstream == self.identity.upstream) {
            end_sessions(tx, self.letters, ctx, &old.id, self.keep)?;
            tx.delete_upstream_link(&account.id, &old.id)?;
            (kind, change) = (AuditKind::UpstreamLinkReplaced, SecurityChange::UpstreamLinkReplaced);
        }
        let link = self.insert(tx, &account.id)?;
        tx.insert_audit(&AuditEntry::new(ctx, kind).upstream(&self.identity.upstream).account(&account.id))?;
        let profile = account.open_profile(self.letters.vault.as_ref())?;
        let mail = self.letters.security_change(ctx, account, &profile, change);
        mail.iter().try_for_each(|mail| mail.post(tx, ctx.now))?;
        Ok(link)
    }

    /// Makes an account for a person who has none here. It has no password until its holder sets one (security.md row
    /// 40), and a name that nobody knows.
    pub(super) fn new_account(
        &self,
        tx: &mut dyn Tx,
        id: &AccountId,
        username: &Username,
    ) -> StoreResult<(Account, UpstreamLink)> {
        let ctx = self.ctx;
        let account = Account {
            id: id.clone(),
            class: self.identity.class,
            state: AccountState::Active,
            username: username.clone(),
            password_hash: None,
            profile: Profile::default().seal_for(id, self.letters.vault.as_ref(), ctx.entropy()),
            language: ctx.language,
            created_at: ctx.now,
            updated_at: ctx.now,
            activated_at: Some(ctx.now),
            password_distrusted_at: None,
            devices_known_from: None,
        };
        tx.insert_account(&account)?;
        let link = self.insert(tx, id)?;
        let entry = AuditEntry::new(ctx, AuditKind::AccountMadeByFederation).upstream(&self.identity.upstream);
        tx.insert_audit(&entry.account(id))?;
        Ok((account, link))
    }

    fn insert(&self, tx: &mut dyn Tx, account: &AccountId) -> StoreResult<UpstreamLink> {
        let link = UpstreamLink {
            id: UpstreamLinkId::new(self.ctx.now, self.ctx.entropy()),
            upstream: self.identity.upstream.clone(),
            issuer: self.identity.issuer.clone(),
            key: self.key,
            subject: Some(self.subject),
            account_id: account.clone(),
            created_at: self.ctx.now,
            last_used_at: self.ctx.now,
        };
        // Somebody arrived at the same moment: run again, and find their link.
        if tx.insert_upstream_link(&link)? { Ok(link) } else { Err(StoreError::Retry) }
    }
}

/// Ends the sessions that began by a link, but one; which it left, if that was among them.
pub(super) fn end_sessions(
    tx: &mut dyn Tx,
    letters: &Letters,
    ctx: &Ctx,
    link: &UpstreamLinkId,
    keep: Option<&SessionId>,
) -> StoreResult<bool> {
    let mut kept = false;
    for session in tx.list_sessions_of_link(link)? {
        if Some(&session) == keep {
            kept = true;
        } else {
            ending::end(tx, letters, ctx, Which::One(&session))?;
        }
    }
    Ok(kept)
}
