//! Text messages at their gateways, and what a day of them cost.

use super::columns::{count, moment, rows, word};
use super::sms_early::DELETE_EARLY_REPORTS;
use super::sweep::sweep;
use super::taken_text::TakenText;
use crate::connection::on_each;
use crate::schema::{sms_days, sms_sends};
use crate::tx::SqlTx;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use portal_id_core::ids::MessageId;
use portal_id_core::sms::{Acceptance, Arrival, ReportedId, SmsDay, SmsSend, SpendAlarm, VietnamDay};
use portal_id_core::store::{SmsRepo, StoreResult};
use portal_id_core::time::Timestamp;

const TELL_BY_GATEWAYS_ID: &str = "UPDATE sms_sends SET arrival = $1, told_at = $2 \
    WHERE gateway = $3 AND gateways_id = $4 AND (arrival IS NULL OR arrival = $5)";
const TELL_BY_OUR_ID: &str = "UPDATE sms_sends SET arrival = $1, told_at = $2 \
    WHERE gateway = $3 AND message_id = $4 AND (arrival IS NULL OR arrival = $5)";
const MARK_WARNED: &str = "UPDATE sms_days SET warned_at = $1, warned_of = $2 \
    WHERE day = $3 AND (warned_at IS NULL OR warned_of < $2)";
const MARK_REFUSED: &str = "UPDATE sms_days SET refused_at = $1, refused_of = $2 \
    WHERE day = $3 AND (refused_at IS NULL OR refused_of < $2)";
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
    unanswered_at: Option<i64>,
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
            unanswered_at: None,
        }
    }

    fn read(self) -> StoreResult<SmsSend> {
        let arrival = self.arrival.map(|text| word("sms_sends.arrival", Arrival::from_text(&text))).transpose()?;
        let gateways_id = self.gateways_id;
        Ok(SmsSend {
            message_id: MessageId::from_text(self.message_id),
            day: VietnamDay::from_number(self.day),
            parts: count("sms_sends.parts", self.parts)?,
            acceptance: self.gateway.map(|gateway| Acceptance { gateway, id: gateways_id }),
            accepted_at: moment(self.accepted_at),
            unanswered_at: moment(self.unanswered_at),
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
    warned_of: Option<i64>,
    refused_of: Option<i64>,
}

impl DayRow {
    fn read(self) -> StoreResult<SmsDay> {
        Ok(SmsDay {
            day: VietnamDay::from_number(self.day),
            parts: word("sms_days.parts", u64::try_from(self.parts).ok())?,
            warned: told("sms_days.warned_of", self.warned_at, self.warned_of)?,
            refused: told("sms_days.refused_of", self.refused_at, self.refused_of)?,
        })
    }
}

/// An alarm that was given. One by a program that did not write down its ceiling was about every ceiling.
fn told(column: &'static str, at: Option<i64>, of: Option<i64>) -> StoreResult<Option<(Timestamp, u64)>> {
    let of = of.map(|of| word(column, u64::try_from(of).ok())).transpose()?;
    Ok(moment(at).map(|at| (at, of.unwrap_or(u64::MAX))))
}

impl SqlTx<'_> {
    /// Adds `parts` to the day unless it would then exceed `ceiling`.
    fn add_parts(&mut self, day: VietnamDay, parts: u32, ceiling: Option<u32>) -> StoreResult<bool> {
        let (day, parts) = (day.number(), i64::from(parts));
        let room = ceiling.map_or(i64::MAX, i64::from) - parts;
        // Every text of the day meets in this row, so one that has room touches it once. One that finds none asks why: the
        // day is there and full, and nothing more is written for it, or it has not begun yet.
        if self.raise_day(day, parts, room)? {
            return Ok(true);
        }
        let held = sms_days::table.filter(sms_days::day.eq(day)).select(sms_days::parts);
        let held: Option<i64> = self.read(|conn| held.first(conn).optional())?;
        if held.is_some_and(|held| held > room) {
            return Ok(false);
        }
        if held.is_none() {
            self.write(|conn| {
                on_each!(conn, inner => diesel::insert_into(sms_days::table)
                    .values((sms_days::day.eq(day), sms_days::parts.eq(0_i64)))
                    .on_conflict(sms_days::day)
                    .do_nothing()
                    .execute(inner))
            })?;
        }
        self.raise_day(day, parts, room)
    }

    /// Gate: adds `parts` to a day that has no more than `room`.
    fn raise_day(&mut self, day: i64, parts: i64, room: i64) -> StoreResult<bool> {
        let row = sms_days::table.filter(sms_days::day.eq(day)).filter(sms_days::parts.le(room));
        self.gate(|conn| diesel::update(row).set(sms_days::parts.eq(sms_days::parts + parts)).execute(conn))
    }
}

impl SmsRepo for SqlTx<'_> {
    fn reserve_parts(
        &mut self,
        messages: &[(MessageId, u32)],
        day: VietnamDay,
        ceiling: Option<u32>,
    ) -> StoreResult<bool> {
        let (mut noted, mut sum) = (Vec::new(), 0_u32);
        for (id, parts) in messages {
            let row = SendRow::set_aside(id, day, *parts);
            let is_first = self.gate(|conn| {
                on_each!(conn, inner => diesel::insert_into(sms_sends::table)
                    .values(&row)
                    .on_conflict(sms_sends::message_id)
                    .do_nothing()
                    .execute(inner))
            })?;
            if is_first {
                noted.push(id);
                sum = sum.saturating_add(*parts);
            }
        }
        if noted.is_empty() || self.add_parts(day, sum, ceiling)? {
            return Ok(true);
        }
        for id in noted {
            let own = sms_sends::table.filter(sms_sends::message_id.eq(id.as_str()));
            self.write(|conn| diesel::delete(own).execute(conn))?;
        }
        Ok(false)
    }

    fn keep_parts(&mut self, id: &MessageId, now: Timestamp) -> StoreResult<bool> {
        let own = sms_sends::table.filter(sms_sends::message_id.eq(id.as_str()));
        let change = sms_sends::unanswered_at.eq(Some(now.millis()));
        self.gate(|conn| diesel::update(own).set(change).execute(conn))
    }

    fn release_parts(&mut self, id: &MessageId) -> StoreResult<bool> {
        let own = sms_sends::table
            .filter(sms_sends::message_id.eq(id.as_str()))
            .filter(sms_sends::accepted_at.is_null())
            .filter(sms_sends::unanswered_at.is_null());
        let held: Vec<(i64, i64)> = self.write_returning(|conn| {
            diesel::delete(own).returning((sms_sends::day, sms_sends::parts)).get_results(conn)
        })?;
        let Some((day, parts)) = held.first().copied() else { return Ok(false) };
        let row = sms_days::table.filter(sms_days::day.eq(day));
        self.write(|conn| diesel::update(row).set(sms_days::parts.eq(sms_days::parts - parts)).execute(conn))?;
        Ok(true)
    }

    fn note_acceptance(&mut self, id: &MessageId, acceptance: &Acceptance, now: Timestamp) -> StoreResult<bool> {
        let early = self.take_early(id, acceptance, now)?;
        let row =
            sms_sends::table.filter(sms_sends::message_id.eq(id.as_str())).filter(sms_sends::accepted_at.is_null());
        let changes = (
            sms_sends::gateway.eq(Some(acceptance.gateway.as_str())),
            sms_sends::gateways_id.eq(acceptance.id.as_deref()),
            sms_sends::accepted_at.eq(Some(now.millis())),
            sms_sends::arrival.eq(early.map(|(arrival, _)| arrival.as_str())),
            sms_sends::told_at.eq(early.map(|(_, at)| at.millis())),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn settle_taken_text(
        &mut self,
        id: &MessageId,
        acceptance: &Acceptance,
        attempts: u32,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let taken = TakenText::new(id, acceptance, attempts, now);
        self.gate(|conn| taken.write(conn))
    }

    fn note_arrival(&mut self, gateway: &str, id: &ReportedId, arrival: Arrival, now: Timestamp) -> StoreResult<bool> {
        self.keep_early(gateway, id, arrival, now)?;
        let (statement, own) = match id {
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
            .bind::<Text, _>(own)
            .bind::<Text, _>(replaces);
        let is_news = self.gate(|conn| query.execute(conn))?;
        if is_news {
            self.forget_early(gateway, id)?;
        }
        Ok(is_news)
    }

    fn find_send(&mut self, id: &MessageId) -> StoreResult<Option<SmsSend>> {
        let query = sms_sends::table.filter(sms_sends::message_id.eq(id.as_str()));
        self.read(|conn| query.first::<SendRow>(conn).optional())?.map(SendRow::read).transpose()
    }

    fn find_sms_day(&mut self, day: VietnamDay) -> StoreResult<Option<SmsDay>> {
        let query = sms_days::table.filter(sms_days::day.eq(day.number()));
        self.read(|conn| query.first::<DayRow>(conn).optional())?.map(DayRow::read).transpose()
    }

    fn mark_spend_alarm(
        &mut self,
        day: VietnamDay,
        alarm: SpendAlarm,
        ceiling: u64,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let statement = match alarm {
            SpendAlarm::MostlyUsed => MARK_WARNED,
            SpendAlarm::Reached => MARK_REFUSED,
        };
        let query = diesel::sql_query(statement)
            .bind::<BigInt, _>(now.millis())
            .bind::<BigInt, _>(i64::try_from(ceiling).unwrap_or(i64::MAX))
            .bind::<BigInt, _>(day.number());
        self.gate(|conn| query.execute(conn))
    }

    fn delete_early_reports(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_EARLY_REPORTS, before, limit)
    }

    fn delete_old_sms_days(&mut self, before: VietnamDay, limit: u32) -> StoreResult<u32> {
        let query =
            diesel::sql_query(DELETE_OLD_DAYS).bind::<BigInt, _>(before.number()).bind::<BigInt, _>(i64::from(limit));
        self.write(|conn| query.execute(conn)).map(rows)
    }
}
