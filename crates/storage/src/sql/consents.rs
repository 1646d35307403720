//! Remembered consents.

use super::columns::{joined, split};
use crate::connection::{locked, on_each};
use crate::schema::consents;
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::consent::Consent;
use portal_id_core::ids::{AccountId, ClientId};
use portal_id_core::store::{ConsentRepo, StoreResult};
use portal_id_core::time::Timestamp;

#[derive(Queryable, Insertable)]
#[diesel(table_name = consents)]
struct ConsentRow {
    account_id: String,
    client_id: String,
    scopes: String,
    granted_at: i64,
}

impl ConsentRow {
    fn of(consent: &Consent) -> Self {
        Self {
            account_id: consent.account_id.as_str().to_owned(),
            client_id: consent.client_id.as_str().to_owned(),
            scopes: joined(&consent.scopes),
            granted_at: consent.granted_at.millis(),
        }
    }

    fn read(self) -> Consent {
        Consent {
            account_id: AccountId::from_text(self.account_id),
            client_id: ClientId::from_text(self.client_id),
            scopes: split(&self.scopes),
            granted_at: Timestamp::from_millis(self.granted_at),
        }
    }
}

impl ConsentRepo for SqlTx<'_> {
    fn find_consent(&mut self, account: &AccountId, client: &ClientId) -> StoreResult<Option<Consent>> {
        let query = consents::table
            .filter(consents::account_id.eq(account.as_str()))
            .filter(consents::client_id.eq(client.as_str()));
        Ok(self.read(|conn| query.first::<ConsentRow>(conn).optional())?.map(ConsentRow::read))
    }

    fn put_consent(&mut self, consent: &Consent) -> StoreResult<()> {
        let row = ConsentRow::of(consent);
        let changes = (consents::scopes.eq(row.scopes.clone()), consents::granted_at.eq(row.granted_at));
        self.write(|conn| {
            on_each!(conn, inner => diesel::insert_into(consents::table)
                .values(&row)
                .on_conflict((consents::account_id, consents::client_id))
                .do_update()
                .set(changes)
                .execute(inner))
        })
        .map(drop)
    }

    fn delete_consent(&mut self, account: &AccountId, client: &ClientId) -> StoreResult<bool> {
        let row = consents::table
            .filter(consents::account_id.eq(account.as_str()))
            .filter(consents::client_id.eq(client.as_str()));
        self.gate(|conn| diesel::delete(row).execute(conn))
    }

    fn hold_consent(&mut self, consent: &Consent) -> StoreResult<bool> {
        let of = ConsentRow::of(consent);
        let row = consents::table
            .filter(consents::account_id.eq(of.account_id))
            .filter(consents::client_id.eq(of.client_id))
            .filter(consents::scopes.eq(of.scopes))
            .filter(consents::granted_at.eq(of.granted_at))
            .select(consents::account_id);
        self.lock(|conn| locked!(conn, row))
    }

    fn list_consents(&mut self, account: &AccountId) -> StoreResult<Vec<Consent>> {
        let query = consents::table.filter(consents::account_id.eq(account.as_str()));
        let rows = self.read(|conn| query.load::<ConsentRow>(conn))?;
        let mut consents: Vec<Consent> = rows.into_iter().map(ConsentRow::read).collect();
        // Here and not in the database, where the order of texts depends on its locale.
        consents.sort_by(|one, other| one.client_id.cmp(&other.client_id));
        Ok(consents)
    }
}
