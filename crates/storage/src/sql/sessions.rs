//! Browser sessions.

use super::accounts::AccountRow;
use super::columns::{bytes, digest, ial, joined_amr, millis, moment, split_amr};
use super::sweep::sweep;
use crate::schema::{accounts, sessions};
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::digest::Digest;
use portal_id_core::ids::{AccountId, SessionId};
use portal_id_core::profile::Account;
use portal_id_core::session::Session;
use portal_id_core::store::{SessionRepo, StoreResult};
use portal_id_core::time::Timestamp;

const DELETE_OLD_SESSIONS: &str = "DELETE FROM sessions WHERE id IN (\
    SELECT id FROM sessions WHERE expires_at < $1 OR ended_at < $1 LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
struct SessionRow {
    id: String,
    secret: Vec<u8>,
    account_id: String,
    auth_time: i64,
    last_seen_at: i64,
    expires_at: i64,
    amr: String,
    ial: i64,
    user_agent: String,
    ended_at: Option<i64>,
    network: String,
}

impl SessionRow {
    fn of(session: &Session) -> Self {
        Self {
            id: session.id.as_str().to_owned(),
            secret: bytes(&session.secret),
            account_id: session.account_id.as_str().to_owned(),
            auth_time: session.auth_time.millis(),
            last_seen_at: session.last_seen_at.millis(),
            expires_at: session.expires_at.millis(),
            amr: joined_amr(&session.amr),
            ial: i64::from(session.ial.0),
            user_agent: session.user_agent.clone(),
            ended_at: millis(session.ended_at),
            network: session.network.clone(),
        }
    }

    fn read(self) -> StoreResult<Session> {
        Ok(Session {
            id: SessionId::from_text(self.id),
            secret: digest("sessions.secret", &self.secret)?,
            account_id: AccountId::from_text(self.account_id),
            auth_time: Timestamp::from_millis(self.auth_time),
            last_seen_at: Timestamp::from_millis(self.last_seen_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            amr: split_amr("sessions.amr", &self.amr)?,
            ial: ial("sessions.ial", self.ial)?,
            user_agent: self.user_agent,
            network: self.network,
            ended_at: moment(self.ended_at),
        })
    }
}

impl SessionRepo for SqlTx<'_> {
    fn insert_session(&mut self, session: &Session) -> StoreResult<()> {
        let row = SessionRow::of(session);
        self.write(|conn| diesel::insert_into(sessions::table).values(&row).execute(conn)).map(drop)
    }

    fn find_session(&mut self, secret: &Digest) -> StoreResult<Option<Session>> {
        let query = sessions::table.filter(sessions::secret.eq(secret.as_bytes().as_slice()));
        self.read(|conn| query.first::<SessionRow>(conn).optional())?.map(SessionRow::read).transpose()
    }

    fn find_session_and_account(&mut self, secret: &Digest) -> StoreResult<Option<(Session, Account)>> {
        let query =
            sessions::table.inner_join(accounts::table).filter(sessions::secret.eq(secret.as_bytes().as_slice()));
        let found = self.read(|conn| query.first::<(SessionRow, AccountRow)>(conn).optional())?;
        found.map(|(session, account)| Ok((session.read()?, account.read()?))).transpose()
    }

    fn find_session_by_id(&mut self, id: &SessionId) -> StoreResult<Option<Session>> {
        let query = sessions::table.filter(sessions::id.eq(id.as_str()));
        self.read(|conn| query.first::<SessionRow>(conn).optional())?.map(SessionRow::read).transpose()
    }

    fn renew_session(&mut self, session: &Session) -> StoreResult<bool> {
        let fresh = SessionRow::of(session);
        let row = sessions::table
            .filter(sessions::id.eq(fresh.id))
            .filter(sessions::account_id.eq(fresh.account_id))
            .filter(sessions::ended_at.is_null());
        let changes = (
            sessions::secret.eq(fresh.secret),
            sessions::auth_time.eq(fresh.auth_time),
            sessions::last_seen_at.eq(fresh.last_seen_at),
            sessions::expires_at.eq(fresh.expires_at),
            sessions::amr.eq(fresh.amr),
            sessions::ial.eq(fresh.ial),
            sessions::user_agent.eq(fresh.user_agent),
            sessions::network.eq(fresh.network),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn touch_session(&mut self, id: &SessionId, now: Timestamp) -> StoreResult<()> {
        let row = sessions::table
            .filter(sessions::id.eq(id.as_str()))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::last_seen_at.lt(now.millis()));
        self.write(|conn| diesel::update(row).set(sessions::last_seen_at.eq(now.millis())).execute(conn)).map(drop)
    }

    fn end_session(&mut self, id: &SessionId, now: Timestamp) -> StoreResult<bool> {
        let row = sessions::table.filter(sessions::id.eq(id.as_str())).filter(sessions::ended_at.is_null());
        self.gate(|conn| diesel::update(row).set(sessions::ended_at.eq(now.millis())).execute(conn))
    }

    fn end_sessions_of_account(
        &mut self,
        account: &AccountId,
        keep: Option<&SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<SessionId>> {
        // No session has an empty id, so nothing is kept without `keep`.
        let keep = keep.map_or("", SessionId::as_str);
        let live = sessions::table
            .filter(sessions::account_id.eq(account.as_str()))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(now.millis()))
            .filter(sessions::id.ne(keep));
        let ended = sessions::ended_at.eq(now.millis());
        let mut ids: Vec<String> =
            self.write_returning(|conn| diesel::update(live).set(ended).returning(sessions::id).get_results(conn))?;
        // RETURNING keeps no order.
        ids.sort();
        Ok(ids.into_iter().map(SessionId::from_text).collect())
    }

    fn list_sessions(
        &mut self,
        account: &AccountId,
        now: Timestamp,
        seen_after: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<Session>> {
        let query = sessions::table
            .filter(sessions::account_id.eq(account.as_str()))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(now.millis()))
            .filter(sessions::last_seen_at.gt(seen_after.millis()))
            .limit(i64::from(limit))
            .order((sessions::auth_time.desc(), sessions::id.desc()));
        self.read(|conn| query.load::<SessionRow>(conn))?.into_iter().map(SessionRow::read).collect()
    }

    fn delete_old_sessions(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_OLD_SESSIONS, before, limit)
    }
}
