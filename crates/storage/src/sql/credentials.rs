//! What accounts have enrolled to prove who they are.

use super::columns::{bytes, digest, millis, moment, rows, word};
use super::sweep::sweep;
use crate::schema::credentials;
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::credential::{Credential, CredentialKind};
use portal_id_core::digest::Digest;
use portal_id_core::ids::{AccountId, CredentialId};
use portal_id_core::store::{CredentialRepo, StoreResult};
use portal_id_core::time::Timestamp;

const DELETE_EXPIRED_CREDENTIALS: &str = "DELETE FROM credentials WHERE id IN (\
    SELECT id FROM credentials WHERE expires_at < $1 LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = credentials, treat_none_as_default_value = false)]
pub(super) struct CredentialRow {
    id: String,
    account_id: String,
    kind: String,
    key: Vec<u8>,
    name: String,
    sealed: Option<Vec<u8>>,
    counter: i64,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
}

impl CredentialRow {
    fn of(credential: &Credential) -> Self {
        Self {
            id: credential.id.as_str().to_owned(),
            account_id: credential.account_id.as_str().to_owned(),
            kind: credential.kind.as_str().to_owned(),
            key: bytes(&credential.key),
            name: credential.name.clone(),
            sealed: credential.sealed.clone(),
            counter: credential.counter,
            created_at: credential.created_at.millis(),
            last_used_at: millis(credential.last_used_at),
            expires_at: millis(credential.expires_at),
        }
    }

    pub(super) fn read(self) -> StoreResult<Credential> {
        Ok(Credential {
            id: CredentialId::from_text(self.id),
            account_id: AccountId::from_text(self.account_id),
            kind: word("credentials.kind", CredentialKind::from_text(&self.kind))?,
            key: digest("credentials.key", &self.key)?,
            name: self.name,
            sealed: self.sealed,
            counter: self.counter,
            created_at: Timestamp::from_millis(self.created_at),
            last_used_at: moment(self.last_used_at),
            expires_at: moment(self.expires_at),
        })
    }
}

impl CredentialRepo for SqlTx<'_> {
    fn insert_credential(&mut self, credential: &Credential) -> StoreResult<()> {
        let row = CredentialRow::of(credential);
        self.write(|conn| diesel::insert_into(credentials::table).values(&row).execute(conn)).map(drop)
    }

    fn list_credentials(&mut self, account: &AccountId) -> StoreResult<Vec<Credential>> {
        let query = credentials::table
            .filter(credentials::account_id.eq(account.as_str()))
            .order((credentials::created_at, credentials::id));
        self.read(|conn| query.load::<CredentialRow>(conn))?.into_iter().map(CredentialRow::read).collect()
    }

    fn find_credential(&mut self, kind: CredentialKind, key: &Digest) -> StoreResult<Option<Credential>> {
        let query = credentials::table
            .filter(credentials::key.eq(key.as_bytes().as_slice()))
            .filter(credentials::kind.eq(kind.as_str()));
        self.read(|conn| query.first::<CredentialRow>(conn).optional())?.map(CredentialRow::read).transpose()
    }

    fn advance_credential(&mut self, id: &CredentialId, counter: i64, now: Timestamp) -> StoreResult<bool> {
        let row = credentials::table.filter(credentials::id.eq(id.as_str())).filter(credentials::counter.lt(counter));
        let changes = (credentials::counter.eq(counter), credentials::last_used_at.eq(now.millis()));
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn take_credential(&mut self, id: &CredentialId, now: Timestamp) -> StoreResult<bool> {
        let row =
            credentials::table.filter(credentials::id.eq(id.as_str())).filter(credentials::last_used_at.is_null());
        self.gate(|conn| diesel::update(row).set(credentials::last_used_at.eq(now.millis())).execute(conn))
    }

    fn touch_credential(&mut self, id: &CredentialId, now: Timestamp) -> StoreResult<bool> {
        let row = credentials::table.filter(credentials::id.eq(id.as_str()));
        self.gate(|conn| diesel::update(row).set(credentials::last_used_at.eq(now.millis())).execute(conn))
    }

    fn rename_credential(
        &mut self,
        account: &AccountId,
        kind: CredentialKind,
        id: &CredentialId,
        name: &str,
    ) -> StoreResult<bool> {
        let row = credentials::table
            .filter(credentials::id.eq(id.as_str()))
            .filter(credentials::account_id.eq(account.as_str()))
            .filter(credentials::kind.eq(kind.as_str()));
        self.gate(|conn| diesel::update(row).set(credentials::name.eq(name)).execute(conn))
    }

    fn delete_credential(&mut self, account: &AccountId, id: &CredentialId) -> StoreResult<bool> {
        let row = credentials::table
            .filter(credentials::id.eq(id.as_str()))
            .filter(credentials::account_id.eq(account.as_str()));
        self.gate(|conn| diesel::delete(row).execute(conn))
    }

    fn delete_credentials(&mut self, account: &AccountId, kind: CredentialKind) -> StoreResult<u32> {
        let those = credentials::table
            .filter(credentials::account_id.eq(account.as_str()))
            .filter(credentials::kind.eq(kind.as_str()));
        self.write(|conn| diesel::delete(those).execute(conn)).map(rows)
    }

    fn delete_expired_credentials(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_EXPIRED_CREDENTIALS, before, limit)
    }
}
