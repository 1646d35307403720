//! Durable limits.

use super::columns::{bytes, digest, millis, moment, unreadable};
use super::sweep::sweep;
use crate::connection::{AnyConn, on_each};
use crate::schema::throttles;
use crate::tx::SqlTx;
use diesel::prelude::*;
use diesel::query_dsl::methods as dsl;
use diesel::upsert::excluded;
use portal_id_core::digest::Digest;
use portal_id_core::store::{StoreResult, ThrottleRepo};
use portal_id_core::throttle::Throttle;
use portal_id_core::time::Timestamp;

const DELETE_EXPIRED_THROTTLES: &str = "DELETE FROM throttles WHERE key IN (\
    SELECT key FROM throttles WHERE expires_at < $1 LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = throttles, treat_none_as_default_value = false)]
struct ThrottleRow {
    key: Vec<u8>,
    marks: Vec<u8>,
    notified_at: Option<i64>,
    expires_at: i64,
    version: i64,
}

fn pack(marks: &[Timestamp]) -> Vec<u8> {
    marks.iter().flat_map(|mark| mark.millis().to_be_bytes()).collect()
}

fn unpack(bytes: &[u8]) -> StoreResult<Vec<Timestamp>> {
    let (marks, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(unreadable("throttles.marks"));
    }
    Ok(marks.iter().map(|mark| Timestamp::from_millis(i64::from_be_bytes(*mark))).collect())
}

impl ThrottleRow {
    /// The row as it is after the write: its version has grown.
    fn after(throttle: &Throttle) -> Self {
        Self {
            key: bytes(&throttle.key),
            marks: pack(&throttle.marks),
            notified_at: millis(throttle.notified_at),
            expires_at: throttle.expires_at.millis(),
            version: throttle.version + 1,
        }
    }

    fn read(self) -> StoreResult<Throttle> {
        Ok(Throttle {
            key: digest("throttles.key", &self.key)?,
            marks: unpack(&self.marks)?,
            notified_at: moment(self.notified_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            version: self.version,
        })
    }
}

/// Adds rows, or puts each in the place of the one that its version follows.
macro_rules! put {
    ($rows:expr, $inner:expr) => {{
        let put = diesel::insert_into(throttles::table).values($rows).on_conflict(throttles::key).do_update().set((
            throttles::marks.eq(excluded(throttles::marks)),
            throttles::notified_at.eq(excluded(throttles::notified_at)),
            throttles::expires_at.eq(excluded(throttles::expires_at)),
            throttles::version.eq(excluded(throttles::version)),
        ));
        dsl::FilterDsl::filter(put, (throttles::version + 1).eq(excluded(throttles::version))).execute($inner)
    }};
}

impl ThrottleRepo for SqlTx<'_> {
    fn find_throttle(&mut self, key: &Digest) -> StoreResult<Option<Throttle>> {
        let query = throttles::table.filter(throttles::key.eq(key.as_bytes().as_slice()));
        self.read(|conn| query.first::<ThrottleRow>(conn).optional())?.map(ThrottleRow::read).transpose()
    }

    fn put_throttle(&mut self, throttle: &Throttle) -> StoreResult<bool> {
        let row = ThrottleRow::after(throttle);
        if throttle.version == 0 {
            return self.gate(|conn| {
                on_each!(conn, inner => diesel::insert_into(throttles::table)
                    .values(&row)
                    .on_conflict(throttles::key)
                    .do_nothing()
                    .execute(inner))
            });
        }
        let old = throttles::table.filter(throttles::key.eq(row.key)).filter(throttles::version.eq(throttle.version));
        let changes = (
            throttles::marks.eq(row.marks),
            throttles::notified_at.eq(row.notified_at),
            throttles::expires_at.eq(row.expires_at),
            throttles::version.eq(row.version),
        );
        self.gate(|conn| diesel::update(old).set(changes).execute(conn))
    }

    fn find_throttles(&mut self, keys: [&Digest; 2]) -> StoreResult<[Option<Throttle>; 2]> {
        let [one, other] = keys.map(|key| throttles::key.eq(key.as_bytes().as_slice()));
        let query = throttles::table.filter(one.or(other));
        let mut found = [None, None];
        for row in self.read(|conn| query.load::<ThrottleRow>(conn))? {
            let throttle = row.read()?;
            if let Some(index) = keys.iter().position(|key| **key == throttle.key) {
                found[index] = Some(throttle);
            }
        }
        Ok(found)
    }

    fn put_throttles(&mut self, throttles: &[Throttle; 2]) -> StoreResult<bool> {
        let rows = throttles.each_ref().map(ThrottleRow::after);
        let written = self.write(|conn| match conn {
            // It inserts rows one by one, and asks no server.
            AnyConn::Sqlite(inner) => {
                let mut written = 0;
                for row in &rows {
                    written += put!(row, inner)?;
                }
                Ok(written)
            }
            AnyConn::Postgres(inner) => put!(&rows, inner),
        })?;
        Ok(written == throttles.len())
    }

    fn put_first_mark(&mut self, throttle: &Throttle) -> StoreResult<bool> {
        let row = ThrottleRow::after(throttle);
        let no_marks: &[u8] = &[];
        let changes = (
            throttles::marks.eq(&row.marks),
            throttles::notified_at.eq(row.notified_at),
            throttles::expires_at.eq(row.expires_at),
            throttles::version.eq(throttles::version + 1),
        );
        self.gate(|conn| {
            on_each!(conn, inner => {
                let put =
                    diesel::insert_into(throttles::table).values(&row).on_conflict(throttles::key).do_update().set(changes);
                dsl::FilterDsl::filter(put, throttles::marks.eq(no_marks)).execute(inner)
            })
        })
    }

    fn take_only_mark(&mut self, key: &Digest, at: Timestamp) -> StoreResult<bool> {
        let row = throttles::table
            .filter(throttles::key.eq(key.as_bytes().as_slice()))
            .filter(throttles::marks.eq(pack(&[at])));
        let no_marks: &[u8] = &[];
        let changes = (throttles::marks.eq(no_marks), throttles::version.eq(throttles::version + 1));
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn delete_expired_throttles(&mut self, now: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_EXPIRED_THROTTLES, now, limit)
    }
}
