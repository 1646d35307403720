//! Grants: codes and families of refresh tokens.

use super::accounts::AccountRow;
use super::clients::ClientRow;
use super::columns::{bytes, digest, from_json, ial, joined, joined_amr, json, millis, moment, rows, split, split_amr};
use super::standings::{self, Standings};
use super::sweep::sweep;
use crate::schema::{accounts, clients, grants};
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::digest::Digest;
use portal_id_core::grant::Grant;
use portal_id_core::ids::{AccountId, ClientId, GrantId, SessionId};
use portal_id_core::profile::FactStanding;
use portal_id_core::store::{GrantRepo, Ground, LiveGrant, StoreResult};
use portal_id_core::time::Timestamp;

const DELETE_OLD_GRANTS: &str = "DELETE FROM grants WHERE id IN (\
    SELECT id FROM grants WHERE expires_at < $1 LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = grants, treat_none_as_default_value = false)]
struct GrantRow {
    id: String,
    client_id: String,
    account_id: String,
    session_id: String,
    code: Vec<u8>,
    redirect_uri: String,
    scopes: String,
    offline: bool,
    nonce: Option<String>,
    code_challenge: Option<String>,
    auth_time: i64,
    amr: String,
    ial: i64,
    issued_at: i64,
    code_expires_at: i64,
    code_used_at: Option<i64>,
    generation: i64,
    rotated_at: Option<i64>,
    idle_expires_at: Option<i64>,
    expires_at: i64,
    revoked_at: Option<i64>,
    subject: Option<String>,
    claims: Option<String>,
    resources: String,
}

impl GrantRow {
    fn of(grant: &Grant) -> StoreResult<Self> {
        Ok(Self {
            id: grant.id.as_str().to_owned(),
            client_id: grant.client_id.as_str().to_owned(),
            account_id: grant.account_id.as_str().to_owned(),
            session_id: grant.session_id.as_str().to_owned(),
            code: bytes(&grant.code),
            redirect_uri: grant.redirect_uri.clone(),
            scopes: joined(&grant.scopes),
            offline: grant.scopes.iter().any(|scope| scope == "offline_access"),
            nonce: grant.nonce.clone(),
            code_challenge: grant.code_challenge.clone(),
            auth_time: grant.auth_time.millis(),
            amr: joined_amr(&grant.amr),
            ial: i64::from(grant.ial.0),
            issued_at: grant.issued_at.millis(),
            code_expires_at: grant.code_expires_at.millis(),
            code_used_at: millis(grant.code_used_at),
            generation: grant.generation,
            rotated_at: millis(grant.rotated_at),
            idle_expires_at: millis(grant.idle_expires_at),
            expires_at: grant.expires_at.millis(),
            revoked_at: millis(grant.revoked_at),
            subject: grant.subject.clone(),
            claims: grant.claims.as_ref().map(json).transpose()?,
            resources: joined(&grant.resources),
        })
    }

    fn read(self) -> StoreResult<Grant> {
        Ok(Grant {
            id: GrantId::from_text(self.id),
            client_id: ClientId::from_text(self.client_id),
            account_id: AccountId::from_text(self.account_id),
            session_id: SessionId::from_text(self.session_id),
            code: digest("grants.code", &self.code)?,
            redirect_uri: self.redirect_uri,
            scopes: split(&self.scopes),
            nonce: self.nonce,
            code_challenge: self.code_challenge,
            auth_time: Timestamp::from_millis(self.auth_time),
            amr: split_amr("grants.amr", &self.amr)?,
            ial: ial("grants.ial", self.ial)?,
            issued_at: Timestamp::from_millis(self.issued_at),
            code_expires_at: Timestamp::from_millis(self.code_expires_at),
            code_used_at: moment(self.code_used_at),
            generation: self.generation,
            rotated_at: moment(self.rotated_at),
            idle_expires_at: moment(self.idle_expires_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            revoked_at: moment(self.revoked_at),
            subject: self.subject,
            claims: self.claims.map(|text| from_json("grants.claims", &text)).transpose()?,
            resources: split(&self.resources),
        })
    }
}

type GroundRow = (GrantRow, ClientRow, AccountRow);

fn ground((grant, client, account): GroundRow) -> StoreResult<Ground> {
    Ok(Ground { grant: grant.read()?, client: client.read(), account: account.read()? })
}

impl GrantRepo for SqlTx<'_> {
    fn insert_grant(&mut self, grant: &Grant) -> StoreResult<()> {
        let row = GrantRow::of(grant)?;
        self.write(|conn| diesel::insert_into(grants::table).values(&row).execute(conn)).map(drop)
    }

    fn find_grant_by_code(&mut self, code: &Digest) -> StoreResult<Option<Grant>> {
        let query = grants::table.filter(grants::code.eq(code.as_bytes().as_slice()));
        self.read(|conn| query.first::<GrantRow>(conn).optional())?.map(GrantRow::read).transpose()
    }

    fn find_grant(&mut self, id: &GrantId) -> StoreResult<Option<Grant>> {
        let query = grants::table.filter(grants::id.eq(id.as_str()));
        self.read(|conn| query.first::<GrantRow>(conn).optional())?.map(GrantRow::read).transpose()
    }

    fn find_ground(&mut self, id: &GrantId) -> StoreResult<Option<Ground>> {
        let query = grants::table
            .inner_join(clients::table.on(clients::id.eq(grants::client_id)))
            .inner_join(accounts::table.on(accounts::id.eq(grants::account_id)))
            .filter(grants::id.eq(id.as_str()));
        self.read(|conn| query.first::<GroundRow>(conn).optional())?.map(ground).transpose()
    }

    fn find_ground_and_standings(&mut self, id: &GrantId) -> StoreResult<Option<(Ground, Vec<FactStanding>)>> {
        let query = grants::table
            .inner_join(clients::table.on(clients::id.eq(grants::client_id)))
            .inner_join(accounts::table.on(accounts::id.eq(grants::account_id)))
            .filter(grants::id.eq(id.as_str()))
            .select((grants::all_columns, clients::all_columns, accounts::all_columns, Standings));
        let row =
            self.read(|conn| query.first::<(GrantRow, ClientRow, AccountRow, Option<String>)>(conn).optional())?;
        let Some((grant, client, account, listed)) = row else { return Ok(None) };
        Ok(Some((ground((grant, client, account))?, standings::read(listed.as_deref())?)))
    }

    fn use_code(&mut self, id: &GrantId, idle_expires_at: Option<Timestamp>, now: Timestamp) -> StoreResult<bool> {
        let row = grants::table
            .filter(grants::id.eq(id.as_str()))
            .filter(grants::code_used_at.is_null())
            .filter(grants::code_expires_at.gt(now.millis()))
            .filter(grants::revoked_at.is_null());
        let used = grants::code_used_at.eq(now.millis());
        let Some(idle_expires_at) = idle_expires_at else {
            return self.gate(|conn| diesel::update(row).set(used).execute(conn));
        };
        let first = (
            grants::generation.eq(1),
            grants::rotated_at.eq(now.millis()),
            grants::idle_expires_at.eq(idle_expires_at.millis()),
        );
        self.gate(|conn| diesel::update(row).set((used, first)).execute(conn))
    }

    fn advance_generation(
        &mut self,
        id: &GrantId,
        from: i64,
        idle_expires_at: Timestamp,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let row = grants::table
            .filter(grants::id.eq(id.as_str()))
            .filter(grants::generation.eq(from))
            .filter(grants::revoked_at.is_null());
        let changes = (
            grants::generation.eq(from.saturating_add(1)),
            grants::rotated_at.eq(now.millis()),
            grants::idle_expires_at.eq(idle_expires_at.millis()),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn revoke_grant(&mut self, id: &GrantId, now: Timestamp) -> StoreResult<bool> {
        let row = grants::table.filter(grants::id.eq(id.as_str())).filter(grants::revoked_at.is_null());
        self.gate(|conn| diesel::update(row).set(grants::revoked_at.eq(now.millis())).execute(conn))
    }

    fn revoke_grants_of_account(
        &mut self,
        account: &AccountId,
        client: Option<&ClientId>,
        now: Timestamp,
    ) -> StoreResult<u32> {
        let of_account =
            grants::table.filter(grants::account_id.eq(account.as_str())).filter(grants::revoked_at.is_null());
        let revoked = grants::revoked_at.eq(now.millis());
        let Some(client) = client else {
            return self.write(|conn| diesel::update(of_account).set(revoked).execute(conn)).map(rows);
        };
        let of_both = of_account.filter(grants::client_id.eq(client.as_str()));
        self.write(|conn| diesel::update(of_both).set(revoked).execute(conn)).map(rows)
    }

    fn revoke_grants_of_client(&mut self, client: &ClientId, now: Timestamp) -> StoreResult<u32> {
        let of_client =
            grants::table.filter(grants::client_id.eq(client.as_str())).filter(grants::revoked_at.is_null());
        self.write(|conn| diesel::update(of_client).set(grants::revoked_at.eq(now.millis())).execute(conn)).map(rows)
    }

    fn revoke_online_grants_of_session(&mut self, session: &SessionId, now: Timestamp) -> StoreResult<u32> {
        let online = grants::table
            .filter(grants::session_id.eq(session.as_str()))
            .filter(grants::offline.eq(false))
            .filter(grants::revoked_at.is_null());
        self.write(|conn| diesel::update(online).set(grants::revoked_at.eq(now.millis())).execute(conn)).map(rows)
    }

    fn revoke_grants_of_other_sessions(
        &mut self,
        account: &AccountId,
        keep: &SessionId,
        offline_too: bool,
        now: Timestamp,
    ) -> StoreResult<u32> {
        let others = grants::table
            .filter(grants::account_id.eq(account.as_str()))
            .filter(grants::session_id.ne(keep.as_str()))
            .filter(grants::revoked_at.is_null());
        let revoked = grants::revoked_at.eq(now.millis());
        if offline_too {
            return self.write(|conn| diesel::update(others).set(revoked).execute(conn)).map(rows);
        }
        let online = others.filter(grants::offline.eq(false));
        self.write(|conn| diesel::update(online).set(revoked).execute(conn)).map(rows)
    }

    fn list_live_grants(&mut self, account: &AccountId, now: Timestamp) -> StoreResult<Vec<LiveGrant>> {
        let now = now.millis();
        let query = grants::table
            .filter(grants::account_id.eq(account.as_str()))
            .filter(grants::revoked_at.is_null())
            .filter(grants::expires_at.gt(now))
            .filter(grants::idle_expires_at.is_null().or(grants::idle_expires_at.gt(now)))
            .order((grants::issued_at, grants::id))
            .select((grants::client_id, grants::scopes, grants::issued_at));
        let rows = self.read(|conn| query.load::<(String, String, i64)>(conn))?;
        Ok(rows
            .into_iter()
            .map(|(client, scopes, issued_at)| LiveGrant {
                client_id: ClientId::from_text(client),
                scopes: split(&scopes),
                issued_at: Timestamp::from_millis(issued_at),
            })
            .collect())
    }

    fn delete_old_grants(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_OLD_GRANTS, before, limit)
    }
}
