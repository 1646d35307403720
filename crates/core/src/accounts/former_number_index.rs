//! Accounts from before there were former numbers: whoever registered with the nine digits of a former card as identity
//! number is not found by whoever states the same nine as a former number. A pass over all accounts adds that index, so
//! that one person stays one person.

use super::{Accounts, Failure};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::facts::IdentityNumber;
use crate::ids::AccountId;
use crate::profile::{Account, FactSource, Identifier, IdentifierKind};
use crate::store::{Backfill, StoreResult, Tx};
use crate::time::{Span, Timestamp};

/// The name under which the pass notes how far it has come.
const NAME: &str = "former-number-index";
/// For how long it goes on looking at new accounts once it has seen all: nodes of the older program may run meanwhile.
const GO_ON_FOR: Span = Span::days(1);
/// Younger accounts wait: one that is being written now could have an id before the last that was looked at.
const YOUNGEST: Span = Span::minutes(5);

/// What came of a portion of the pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Accounts that were looked at.
    pub looked_at: u32,
    /// Accounts that can be found by their former number from now on.
    pub added: u32,
    /// Of those, the active ones whose number somebody else holds meanwhile.
    pub contested: u32,
    /// Whether there may be more to look at now.
    pub more: bool,
}

impl Accounts {
    /// Whether the pass is over.
    pub async fn former_numbers_are_indexed(&self) -> Result<bool, Failure> {
        let backfill = self.store.read("find_backfill", |tx| tx.find_backfill(NAME)).await?;
        Ok(backfill.is_some_and(|backfill| backfill.finished_at.is_some()))
    }

    /// Looks at the next accounts, at most `portion`. Nothing once the pass is over. Of two nodes at once each may look at
    /// the same accounts: they take turns at each, and the second adds nothing to it.
    pub async fn index_former_numbers(&self, ctx: &Ctx, portion: u32) -> Result<Indexed, Failure> {
        let (now, before) = (ctx.now, ctx.now - YOUNGEST);
        let begun = self
            .store
            .read("find_backfill", move |tx| {
                let backfill = tx.find_backfill(NAME)?.unwrap_or_else(not_begun);
                if backfill.finished_at.is_some() {
                    return Ok(None);
                }
                let accounts = tx.list_accounts_after(&backfill.after, before, portion)?;
                Ok(Some((backfill, accounts)))
            })
            .await?;
        let Some((backfill, accounts)) = begun else { return Ok(Indexed::default()) };
        let looked_at = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
        let more = looked_at == portion;
        let backfill = after_portion(backfill, accounts.last().map(|(id, _)| id), more, now);
        let lacking = self.lacking(accounts);
        let (ctx, written) = (ctx.clone(), backfill.clone());
        let (added, contested) = self
            .store
            .tx("index_former_numbers", move |tx| {
                let (mut added, mut contested) = (0, 0);
                for (account, former) in &lacking {
                    match add(tx, &ctx, account, former)? {
                        Added::Already => {}
                        Added::Yes => added += 1,
                        Added::Contested => (added, contested) = (added + 1, contested + 1),
                    }
                }
                tx.put_backfill(&written)?;
                Ok((added, contested))
            })
            .await?;
        Ok(Indexed { looked_at, added, contested, more })
    }

    /// The accounts whose identity number is a former one, each with the digest of that. One that cannot be read here is
    /// passed by: nothing that this program could do later would change that, and the others have waited long enough.
    fn lacking(&self, accounts: Vec<(AccountId, Option<Account>)>) -> Vec<(Account, Identifier)> {
        let vault = self.vault.as_ref();
        let mut lacking = Vec::new();
        for (id, account) in accounts {
            let opened = account.and_then(|account| Some((self.open_profile(&account).ok()?.identity_number, account)));
            let Some((identity, account)) = opened else {
                tracing::warn!(
                    account = %id,
                    "An account cannot be read: if a former number stands in it, it will not be found by that."
                );
                continue;
            };
            let Some(former) = identity.as_ref().and_then(IdentityNumber::as_former) else { continue };
            let kind = IdentifierKind::FormerNumber;
            let identifier = Identifier {
                account_id: account.id.clone(),
                kind,
                digest: kind.digest(vault, former.digest_input()),
                claimed: false,
                verified_at: None,
                source: FactSource::SelfDeclared,
            };
            lacking.push((account, identifier));
        }
        lacking
    }
}

fn not_begun() -> Backfill {
    Backfill { name: NAME.to_owned(), after: AccountId::from_text(""), caught_up_at: None, finished_at: None }
}

fn after_portion(backfill: Backfill, last: Option<&AccountId>, more: bool, now: Timestamp) -> Backfill {
    let after = last.map_or(backfill.after, AccountId::clone);
    let caught_up_at = backfill.caught_up_at.or((!more).then_some(now));
    let is_over = !more && caught_up_at.is_some_and(|at| at + GO_ON_FOR <= now);
    Backfill { after, caught_up_at, finished_at: is_over.then_some(now), ..backfill }
}

enum Added {
    /// It has the index, or was deleted meanwhile.
    Already,
    Yes,
    Contested,
}

/// Adds the index with the standing of the identity number that it is of.
fn add(tx: &mut dyn Tx, ctx: &Ctx, account: &Account, former: &Identifier) -> StoreResult<Added> {
    // Held before its facts are read: another node that adds the same, an activation that claims what it finds, and a
    // deletion came before, or wait.
    if !tx.lock_account(&account.id)? {
        return Ok(Added::Already);
    }
    let facts = tx.list_identifiers(&account.id)?;
    let of = |kind| facts.iter().find(|fact: &&Identifier| fact.kind == kind);
    let (Some(identity), None) = (of(IdentifierKind::IdentityNumber), of(IdentifierKind::FormerNumber)) else {
        return Ok(Added::Already);
    };
    let standing =
        Identifier { verified_at: identity.verified_at, source: identity.source, claimed: false, ..former.clone() };
    tx.insert_identifier(&standing)?;
    if identity.claimed && !tx.claim_identifier(&account.id, account.class, IdentifierKind::FormerNumber)? {
        // Two active accounts say that it is theirs. Nobody is locked out; operators see it.
        tx.insert_audit(&AuditEntry::new(ctx, AuditKind::FormerNumberContested).account(&account.id))?;
        return Ok(Added::Contested);
    }
    Ok(Added::Yes)
}
