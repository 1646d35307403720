//! Taking a number from an account, since an upstream vouches for it being somebody else's (decisions 24): as a fact and as
//! a sign-in name. Nothing of the account is handed over, and its holder is told.

use super::looking::Found;
use crate::accounts::messages::{Letters, time_and_day};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::ids::AccountId;
use crate::outbox::Message;
use crate::profile::{IdentifierKind, Profile};
use crate::store::{StoreResult, Tx};
use crate::upstream::UpstreamId;
use crate::vouched::VouchedKind;

/// Takes every number that `found` shares from it, since `by` vouches for it.
pub(super) fn displace(
    tx: &mut dyn Tx,
    letters: &Letters,
    ctx: &Ctx,
    by: &UpstreamId,
    found: &Found,
) -> StoreResult<()> {
    let id = &found.account.id;
    let mut taken = Vec::new();
    for kind in &found.same {
        if tx.dispute_identifier(id, *kind, ctx.now)? {
            taken.push(*kind);
        }
    }
    if taken.is_empty() {
        return Ok(());
    }
    let Some(account) = tx.find_account(id)? else { return Ok(()) };
    let mut profile = account.open_profile(letters.vault.as_ref())?;
    for kind in &taken {
        forget(tx, id, &mut profile, *kind)?;
    }
    tx.update_profile(id, &profile.seal_for(id, letters.vault.as_ref(), ctx.entropy()), ctx.now)?;
    let kind = if found.as_match.verified { AuditKind::VerifiedNumberDisputed } else { AuditKind::NumberDisputed };
    tx.insert_audit(&AuditEntry::new(ctx, kind).upstream(by).account(id))?;
    let Some(email) = &profile.email else { return Ok(()) };
    let message = Message::NumberDisputed {
        username: letters.called(&account),
        business: taken.contains(&IdentifierKind::BusinessCode),
        at: time_and_day(ctx.now),
        desk: letters.desk(account.language),
    };
    tx.insert_message(&letters.news(ctx, email, account.language, message))
}

/// Forgets the fact, and that anybody vouched for it.
fn forget(tx: &mut dyn Tx, id: &AccountId, profile: &mut Profile, kind: IdentifierKind) -> StoreResult<()> {
    let vouched = match kind {
        IdentifierKind::IdentityNumber => {
            profile.identity_number = None;
            VouchedKind::IdentityNumber
        }
        IdentifierKind::FormerNumber => {
            profile.former_number = None;
            VouchedKind::FormerNumber
        }
        IdentifierKind::BusinessCode => {
            profile.business_code = None;
            VouchedKind::BusinessCode
        }
        // Nobody is ever matched by these.
        IdentifierKind::Email | IdentifierKind::Phone => return Ok(()),
    };
    tx.delete_vouched_fact(id, vouched).map(drop)
}
