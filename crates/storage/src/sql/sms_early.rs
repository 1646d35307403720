//! What gateways tell about a message before its acceptance is noted.
//!
//! A report and the note of the acceptance may be written at the same moment, and neither sees the other's row before it
//! is committed. So both put their key into `sms_early` first: there they meet, and the second waits for the first.

use super::columns::word;
use crate::schema::sms_early;
use crate::tx::SqlTx;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use portal_id_core::ids::MessageId;
use portal_id_core::sms::{Acceptance, Arrival, ReportedId};
use portal_id_core::store::StoreResult;
use portal_id_core::time::Timestamp;

/// Delivered is final here as well.
const KEEP: &str = "INSERT INTO sms_early (gateway, id, arrival, told_at) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (gateway, id) DO UPDATE SET told_at = excluded.told_at, \
    arrival = CASE WHEN sms_early.arrival = $5 THEN sms_early.arrival ELSE excluded.arrival END";
/// Both ids of a message at once; they may be the same.
const MARK: &str = "INSERT INTO sms_early (gateway, id, told_at) VALUES ($1, $2, $3), ($1, $4, $3) \
    ON CONFLICT (gateway, id) DO NOTHING";
pub(super) const DELETE_EARLY_REPORTS: &str = "DELETE FROM sms_early WHERE (gateway, id) IN (\
    SELECT gateway, id FROM sms_early WHERE told_at < $1 LIMIT $2)";

fn key(id: &ReportedId) -> &str {
    match id {
        ReportedId::Gateways(id) => id,
        ReportedId::Ours(id) => id.as_str(),
    }
}

impl SqlTx<'_> {
    /// Keeps a report until its message is known.
    pub(super) fn keep_early(
        &mut self,
        gateway: &str,
        id: &ReportedId,
        arrival: Arrival,
        now: Timestamp,
    ) -> StoreResult<()> {
        let query = diesel::sql_query(KEEP)
            .bind::<Text, _>(gateway)
            .bind::<Text, _>(key(id))
            .bind::<Text, _>(arrival.as_str())
            .bind::<BigInt, _>(now.millis())
            .bind::<Text, _>(Arrival::Delivered.as_str());
        self.write(|conn| query.execute(conn)).map(drop)
    }

    /// Forgets a report that was noted where it belongs.
    pub(super) fn forget_early(&mut self, gateway: &str, id: &ReportedId) -> StoreResult<()> {
        let own = sms_early::table.filter(sms_early::gateway.eq(gateway)).filter(sms_early::id.eq(key(id)));
        self.write(|conn| diesel::delete(own).execute(conn)).map(drop)
    }

    /// What was told about a message whose acceptance is about to be noted, by the gateway's id or by ours.
    pub(super) fn take_early(
        &mut self,
        id: &MessageId,
        acceptance: &Acceptance,
        now: Timestamp,
    ) -> StoreResult<Option<(Arrival, Timestamp)>> {
        let gateway = acceptance.gateway.as_str();
        let (ours, theirs) = (id.as_str(), acceptance.id.as_deref().unwrap_or(id.as_str()));
        let marks = diesel::sql_query(MARK)
            .bind::<Text, _>(gateway)
            .bind::<Text, _>(ours)
            .bind::<BigInt, _>(now.millis())
            .bind::<Text, _>(theirs);
        self.write(|conn| marks.execute(conn))?;
        let both = sms_early::table
            .filter(sms_early::gateway.eq(gateway))
            .filter(sms_early::id.eq(ours).or(sms_early::id.eq(theirs)));
        let told: Vec<(Option<String>, i64)> = self.write_returning(|conn| {
            diesel::delete(both).returning((sms_early::arrival, sms_early::told_at)).get_results(conn)
        })?;
        let mut found: Option<(Arrival, Timestamp)> = None;
        for (arrival, at) in told {
            let Some(arrival) = arrival else { continue };
            let arrival = word("sms_early.arrival", Arrival::from_text(&arrival))?;
            // Of two, the one that is final.
            if found.is_none_or(|(known, _)| known == Arrival::Failed) {
                found = Some((arrival, Timestamp::from_millis(at)));
            }
        }
        Ok(found)
    }
}
