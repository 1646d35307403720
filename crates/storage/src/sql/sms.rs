//! Text messages at their gateways, and what a day of them cost.

use super::columns::{count, millis, moment, rows, word};
use crate::connection::on_each;
use crate::schema::{sms_days, sms_sends};
use crate::tx::SqlTx;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use portal_id_core::ids::MessageId;
use portal_id_core::sms::{Arrival, GatewayReceipt, ReportedId, SmsDay, SmsSend, SpendAlarm, VietnamDay};
use portal_id_core::store::{SmsRepo, StoreResult};
use portal_id_core::time::Timestamp;

const TELL_BY_GATEWAYS_ID: &str = "UPDATE sms_sends SET arrival = $1, told_at = $2 \
    WHERE gateway = $3 AND gateways_id = $4 AND (arrival IS NULL OR arrival = $5)";
const TELL_BY_OUR_ID: &str = "UPDATE sms_sends SET arrival = $1, told_at = $2 \
    WHERE gateway = $3 AND message_id = $4 AND (arrival IS NULL OR arrival = $5)";
const DELETE_OLD_DAYS: &str = "DELETE FROM sms_days WHERE day IN (SELECT day FROM sms_days WHERE day < $1 LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = sms_sends, treat_none_as_default_value = false)]
struct SendRow {
    message_id: String,
    day: i64,
    parts: i64,
    gateway: Option<String>,
    gateways_id: Option<String>,
    accepted_at: Option<i64>,
    arrival: Option<String>,
    told_at: Option<i64>,
}

impl SendRow {
    /// Parts set aside, not accepted yet.
    fn set_aside(id: &MessageId, day: VietnamDay, parts: u32) -> Self {
        Self {
            message_id: id.as_str().to_owned(),
            day: day.number(),
            parts: i64::from(parts),
            gateway: None,
            gateways_id: None,
            accepted_at: None,
            arrival: None,
            told_at: None,
        }
    }

    fn read(self) -> StoreResult<SmsSend> {
        let arrival = self.arrival.map(|text| word("sms_sends.arrival", Arrival::from_text(&text))).transpose()?;
        let gateways_id = self.gateways_id;
        Ok(SmsSend {
            message_id: MessageId::from_text(self.message_id),
            day: VietnamDay::from_number(self.day),
            parts: count("sms_sends.parts", self.parts)?,
            receipt: self.gateway.map(|gateway| GatewayReceipt { gateway, id: gateways_id }),
            accepted_at: moment(self.accepted_at),
            arrival,
            told_at: moment(self.told_at),
        })
    }
}

#[derive(Queryable)]
struct DayRow {
    day: i64,
    parts: i64,
    warned_at: Option<i64>,
    refused_at: Option<i64>,
}

impl DayRow {
    fn read(self) -> StoreResult<SmsDay> {
        Ok(SmsDay {
            day: VietnamDay::from_number(self.day),
            parts: word("sms_days.parts", u64::try_from(self.parts).ok())?,
            warned_at: moment(self.warned_at),
            refused_at: moment(self.refused_at),
        })
    }
}

impl SqlTx<'_> {
    /// Adds `parts` to the day unless it would then exceed `ceiling`.
    fn add_parts(&mut self, day: VietnamDay, parts: u32, ceiling: Option<u32>) -> StoreResult<bool> {
        let (day, parts) = (day.number(), i64::from(parts));
        let room = ceiling.map_or(i64::MAX, i64::from) - parts;
        self.write(|conn| {
            on_each!(conn, inner => diesel::insert_into(sms_days::table)
                .values((sms_days::day.eq(day), sms_days::parts.eq(0_i64)))
                .on_conflict(sms_days::day)
                .do_nothing()
                .execute(inner))
        })?;
        let row = sms_days::table.filter(sms_days::day.eq(day)).filter(sms_days::parts.le(room));
        self.gate(|conn| diesel::update(row).set(sms_days::parts.eq(sms_days::parts + parts)).execute(conn))
    }
}

impl SmsRepo for SqlTx<'_> {
    fn reserve_parts(
        &mut self,
        id: &MessageId,
        day: VietnamDay,
        parts: u32,
        ceiling: Option<u32>,
    ) -> StoreResult<bool> {
        let row = SendRow::set_aside(id, day, parts);
        let is_first = self.gate(|conn| {
            on_each!(conn, inner => diesel::insert_into(sms_sends::table)
                .values(&row)
                .on_conflict(sms_sends::message_id)
                .do_nothing()
                .execute(inner))
        })?;
        if !is_first || self.add_parts(day, parts, ceiling)? {
            return Ok(true);
        }
        let own = sms_sends::table.filter(sms_sends::message_id.eq(id.as_str()));
        self.write(|conn| diesel::delete(own).execute(conn))?;
        Ok(false)
    }

    fn release_parts(&mut self, id: &MessageId) -> StoreResult<bool> {
        let own =
            sms_sends::table.filter(sms_sends::message_id.eq(id.as_str())).filter(sms_sends::accepted_at.is_null());
        let held: Vec<(i64, i64)> = self.write_returning(|conn| {
            diesel::delete(own).returning((sms_sends::day, sms_sends::parts)).get_results(conn)
        })?;
        let Some((day, parts)) = held.first().copied() else { return Ok(false) };
        let row = sms_days::table.filter(sms_days::day.eq(day));
        self.write(|conn| diesel::update(row).set(sms_days::parts.eq(sms_days::parts - parts)).execute(conn))?;
        Ok(true)
    }

    fn note_acceptance(&mut self, id: &MessageId, receipt: &GatewayReceipt, now: Timestamp) -> StoreResult<bool> {
        let row =
            sms_sends::table.filter(sms_sends::message_id.eq(id.as_str())).filter(sms_sends::accepted_at.is_null());
        let changes = (
            sms_sends::gateway.eq(Some(receipt.gateway.as_str())),
            sms_sends::gateways_id.eq(receipt.id.as_deref()),
            sms_sends::accepted_at.eq(Some(now.millis())),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn note_arrival(&mut self, gateway: &str, id: &ReportedId, arrival: Arrival, now: Timestamp) -> StoreResult<bool> {
        let (statement, id) = match id {
            ReportedId::Gateways(id) => (TELL_BY_GATEWAYS_ID, id.as_str()),
            ReportedId::Ours(id) => (TELL_BY_OUR_ID, id.as_str()),
        };
        // The arrival that this one may replace, besides none.
        let replaces = match arrival {
            Arrival::Delivered => Arrival::Failed.as_str(),
            Arrival::Failed => "",
        };
        let query = diesel::sql_query(statement)
            .bind::<Text, _>(arrival.as_str())
            .bind::<BigInt, _>(now.millis())
            .bind::<Text, _>(gateway)
            .bind::<Text, _>(id)
            .bind::<Text, _>(replaces);
        self.gate(|conn| query.execute(conn))
    }

    fn find_send(&mut self, id: &MessageId) -> StoreResult<Option<SmsSend>> {
        let query = sms_sends::table.filter(sms_sends::message_id.eq(id.as_str()));
        self.read(|conn| query.first::<SendRow>(conn).optional())?.map(SendRow::read).transpose()
    }

    fn find_sms_day(&mut self, day: VietnamDay) -> StoreResult<Option<SmsDay>> {
        let query = sms_days::table.filter(sms_days::day.eq(day.number()));
        self.read(|conn| query.first::<DayRow>(conn).optional())?.map(DayRow::read).transpose()
    }

    fn mark_spend_alarm(&mut self, day: VietnamDay, alarm: SpendAlarm, now: Timestamp) -> StoreResult<bool> {
        let row = sms_days::table.filter(sms_days::day.eq(day.number()));
        let now = millis(Some(now));
        match alarm {
            SpendAlarm::MostlyUsed => {
                let row = row.filter(sms_days::warned_at.is_null());
                self.gate(|conn| diesel::update(row).set(sms_days::warned_at.eq(now)).execute(conn))
            }
            SpendAlarm::Reached => {
                let row = row.filter(sms_days::refused_at.is_null());
                self.gate(|conn| diesel::update(row).set(sms_days::refused_at.eq(now)).execute(conn))
            }
        }
    }

    fn delete_old_sms_days(&mut self, before: VietnamDay, limit: u32) -> StoreResult<u32> {
        let query =
            diesel::sql_query(DELETE_OLD_DAYS).bind::<BigInt, _>(before.number()).bind::<BigInt, _>(i64::from(limit));
        self.write(|conn| query.execute(conn)).map(rows)
    }
}
