//! Periodic jobs: of several nodes one runs each.

use crate::connection::on_each;
use crate::schema::job_leases;
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::store::{JobRepo, StoreResult};
use portal_id_core::time::Timestamp;

impl JobRepo for SqlTx<'_> {
    fn take_job(&mut self, name: &str, now: Timestamp, until: Timestamp) -> StoreResult<bool> {
        let (now, until) = (now.millis(), until.millis());
        let over = job_leases::leased_until.le(now).or(job_leases::leased_until.gt(until));
        let free = job_leases::table.filter(job_leases::name.eq(name)).filter(over);
        if self.gate(|conn| diesel::update(free).set(job_leases::leased_until.eq(until)).execute(conn))? {
            return Ok(true);
        }
        self.gate(|conn| {
            on_each!(conn, inner => diesel::insert_into(job_leases::table)
                .values((job_leases::name.eq(name), job_leases::leased_until.eq(until)))
                .on_conflict(job_leases::name)
                .do_nothing()
                .execute(inner))
        })
    }
}
