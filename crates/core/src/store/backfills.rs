//! Passes over all accounts that add what older programs left out of their rows.

use super::StoreResult;
use crate::ids::AccountId;
use crate::profile::Account;
use crate::time::Timestamp;

/// How far a pass has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// Its name.
    pub name: String,
    /// The last account that was looked at; accounts are looked at in the order of their ids.
    pub after: AccountId,
    /// When it first reached the end.
    pub caught_up_at: Option<Timestamp>,
    /// When it was over for good.
    pub finished_at: Option<Timestamp>,
}

/// Passes over all accounts.
pub trait BackfillRepo {
    /// How far this pass has come; `None` before it began.
    fn find_backfill(&mut self, name: &str) -> StoreResult<Option<Backfill>>;

    /// Notes how far it has come.
    fn put_backfill(&mut self, backfill: &Backfill) -> StoreResult<()>;

    /// The accounts whose ids follow `after`, in the order of their ids, made before `before`; at most `limit`. One that
    /// this version cannot read is known by its id alone: it must not stop those behind it.
    fn list_accounts_after(
        &mut self,
        after: &AccountId,
        before: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<(AccountId, Option<Account>)>>;
}
