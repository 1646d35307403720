//! The numbers that accounts lost, since an upstream vouches for them being somebody else's (decisions 24): for operators,
//! whose desk is asked about them.

use super::{Accounts, Failure};
use crate::facts::{BusinessCode, FormerNumber, IdentityNumber};
use crate::ids::AccountId;
use crate::ports::Vault;
use crate::profile::{IdentifierKind, Profile};
use crate::store::{Dispute, StoreResult, Tx};
use crate::upstream::UpstreamId;
use crate::vouched::VouchedKind;
use std::sync::Arc;

/// Who has a disputed number now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberHolder {
    /// Which account.
    pub account_id: AccountId,
    /// The number, masked.
    pub masked: Option<String>,
    /// Which upstream vouches for it, if one does today.
    pub vouched_by: Option<UpstreamId>,
}

/// The number of this kind.
fn masked(profile: &Profile, kind: IdentifierKind) -> Option<String> {
    match kind {
        IdentifierKind::IdentityNumber => profile.identity_number.as_ref().map(IdentityNumber::masked),
        IdentifierKind::FormerNumber => profile.any_former_number().as_ref().map(FormerNumber::masked),
        IdentifierKind::BusinessCode => profile.business_code.as_ref().map(BusinessCode::masked),
        // Nobody is ever matched by these.
        IdentifierKind::Email | IdentifierKind::Phone => None,
    }
}

fn holder(tx: &mut dyn Tx, vault: &dyn Vault, dispute: &Dispute) -> StoreResult<Option<NumberHolder>> {
    let Some(id) = tx.find_claimant(dispute.class, dispute.kind, &dispute.digest)? else { return Ok(None) };
    let Some(account) = tx.find_account(&id)? else { return Ok(None) };
    let profile = account.open_profile(vault)?;
    let (masked, kind) = (masked(&profile, dispute.kind), VouchedKind::from(dispute.kind));
    let facts = tx.list_vouched_facts(&id)?;
    let vouched_by = facts.into_iter().find(|one| one.kind == kind && one.holds(&profile, vault));
    Ok(Some(NumberHolder { account_id: id, masked, vouched_by: vouched_by.and_then(|fact| fact.upstream) }))
}

impl Accounts {
    /// The numbers that accounts lost, or this one alone; the newest first, with who has each now. `None` where nobody
    /// holds it any more.
    pub async fn disputes(
        &self,
        account: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<(Dispute, Option<NumberHolder>)>, Failure> {
        let vault = Arc::clone(&self.vault);
        let found = self.store.read("list_disputes", move |tx| {
            let mut found = Vec::new();
            for dispute in tx.list_disputes(account.as_ref(), limit)? {
                let holder = holder(tx, vault.as_ref(), &dispute)?;
                found.push((dispute, holder));
            }
            Ok(found)
        });
        Ok(found.await?)
    }
}
