//! Who vouched for what.

use super::upstream;
use crate::connection::on_each;
use crate::schema::vouched_facts;
use crate::sql::columns::{bytes, digest, ial, word};
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::ids::AccountId;
use portal_id_core::profile::FactSource;
use portal_id_core::store::{StoreResult, VouchedFactRepo};
use portal_id_core::time::Timestamp;
use portal_id_core::vouched::{VouchedFact, VouchedKind};

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = vouched_facts, treat_none_as_default_value = false, treat_none_as_null = true)]
struct FactRow {
    account_id: String,
    kind: String,
    value: Vec<u8>,
    source: String,
    upstream: Option<String>,
    ial: i64,
    verified_at: i64,
}

impl FactRow {
    fn of(fact: &VouchedFact) -> Self {
        Self {
            account_id: fact.account_id.as_str().to_owned(),
            kind: fact.kind.as_str().to_owned(),
            value: bytes(&fact.value),
            source: fact.source.as_str().to_owned(),
            upstream: fact.upstream.as_ref().map(|id| id.as_str().to_owned()),
            ial: i64::from(fact.ial.0),
            verified_at: fact.verified_at.millis(),
        }
    }

    fn read(self) -> StoreResult<VouchedFact> {
        let upstream = self.upstream.map(|id| upstream("vouched_facts.upstream", &id)).transpose()?;
        Ok(VouchedFact {
            account_id: AccountId::from_text(self.account_id),
            kind: word("vouched_facts.kind", VouchedKind::from_text(&self.kind))?,
            value: digest("vouched_facts.value", &self.value)?,
            source: word("vouched_facts.source", FactSource::from_text(&self.source))?,
            upstream,
            ial: ial("vouched_facts.ial", self.ial)?,
            verified_at: Timestamp::from_millis(self.verified_at),
        })
    }
}

impl VouchedFactRepo for SqlTx<'_> {
    fn put_vouched_fact(&mut self, fact: &VouchedFact) -> StoreResult<()> {
        let row = FactRow::of(fact);
        self.write(|conn| {
            on_each!(conn, inner => diesel::insert_into(vouched_facts::table)
                .values(&row)
                .on_conflict((vouched_facts::account_id, vouched_facts::kind))
                .do_update()
                .set(&row)
                .execute(inner))
        })
        .map(drop)
    }

    fn list_vouched_facts(&mut self, account: &AccountId) -> StoreResult<Vec<VouchedFact>> {
        let query = vouched_facts::table.filter(vouched_facts::account_id.eq(account.as_str()));
        let rows = self.read(|conn| query.load::<FactRow>(conn))?;
        let mut facts = rows.into_iter().map(FactRow::read).collect::<StoreResult<Vec<_>>>()?;
        facts.sort_by_key(|fact| fact.kind);
        Ok(facts)
    }

    fn delete_vouched_fact(&mut self, account: &AccountId, kind: VouchedKind) -> StoreResult<bool> {
        let row = vouched_facts::table
            .filter(vouched_facts::account_id.eq(account.as_str()))
            .filter(vouched_facts::kind.eq(kind.as_str()));
        self.gate(|conn| diesel::delete(row).execute(conn))
    }
}
