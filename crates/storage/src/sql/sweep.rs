//! Deleting old rows in portions, so that no sweep holds the database for long.

use crate::sql::columns::rows;
use crate::tx::SqlTx;
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use portal_id_core::store::StoreResult;
use portal_id_core::time::Timestamp;

/// Runs a statement that deletes what `$1` (a moment) makes old, at most `$2` rows.
pub(super) fn sweep(tx: &mut SqlTx<'_>, statement: &'static str, moment: Timestamp, limit: u32) -> StoreResult<u32> {
    let query = diesel::sql_query(statement).bind::<BigInt, _>(moment.millis()).bind::<BigInt, _>(i64::from(limit));
    tx.write(|conn| query.execute(conn)).map(rows)
}
