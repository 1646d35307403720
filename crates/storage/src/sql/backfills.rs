//! Passes over all accounts: how far each has come.

use super::accounts::AccountRow;
use super::columns::{millis, moment};
use crate::connection::on_each;
use crate::schema::{accounts, backfills};
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::ids::AccountId;
use portal_id_core::profile::Account;
use portal_id_core::store::{Backfill, BackfillRepo, StoreResult};
use portal_id_core::time::Timestamp;

#[derive(Queryable, Insertable)]
#[diesel(table_name = backfills, treat_none_as_default_value = false)]
struct BackfillRow {
    name: String,
    after_account: String,
    caught_up_at: Option<i64>,
    finished_at: Option<i64>,
}

impl BackfillRepo for SqlTx<'_> {
    fn find_backfill(&mut self, name: &str) -> StoreResult<Option<Backfill>> {
        let query = backfills::table.filter(backfills::name.eq(name));
        let row: Option<BackfillRow> = self.read(|conn| query.first(conn).optional())?;
        Ok(row.map(|row| Backfill {
            name: row.name,
            after: AccountId::from_text(row.after_account),
            caught_up_at: moment(row.caught_up_at),
            finished_at: moment(row.finished_at),
        }))
    }

    fn put_backfill(&mut self, backfill: &Backfill) -> StoreResult<()> {
        let (caught_up_at, finished_at) = (millis(backfill.caught_up_at), millis(backfill.finished_at));
        let changes = (
            backfills::after_account.eq(backfill.after.as_str()),
            backfills::caught_up_at.eq(caught_up_at),
            backfills::finished_at.eq(finished_at),
        );
        let row = BackfillRow {
            name: backfill.name.clone(),
            after_account: backfill.after.as_str().to_owned(),
            caught_up_at,
            finished_at,
        };
        // Two nodes may begin at once: that one comes second must not undo what it added.
        self.write(|conn| {
            on_each!(conn, inner => diesel::insert_into(backfills::table)
                .values(&row)
                .on_conflict(backfills::name)
                .do_update()
                .set(changes)
                .execute(inner))
        })
        .map(drop)
    }

    fn list_accounts_after(
        &mut self,
        after: &AccountId,
        before: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<(AccountId, Option<Account>)>> {
        let query = accounts::table
            .filter(accounts::id.gt(after.as_str()))
            .filter(accounts::created_at.lt(before.millis()))
            .order(accounts::id)
            .limit(i64::from(limit));
        let rows = self.read(|conn| query.load::<AccountRow>(conn))?;
        Ok(rows.into_iter().map(|row| (row.id(), row.read().ok())).collect())
    }
}
