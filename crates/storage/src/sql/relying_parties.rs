//! What clients reached and know people by, and which of their tokens were taken back.

use super::sweep::sweep;
use crate::connection::on_each;
use crate::schema::{pairwise_subjects, revoked_tokens, session_clients, sessions};
use crate::tx::SqlTx;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use portal_id_core::ids::{AccountId, ClientId, SessionId};
use portal_id_core::store::{RevokedTokenRepo, SessionClient, SessionClientRepo, StoreResult, SubjectRepo};
use portal_id_core::time::Timestamp;

/// SQLite numbers `$n` by where they stand, so they stand in their order. Changing what stands into itself makes the row
/// count say that the session lives.
macro_rules! note_client {
    ($lock:literal) => {
        concat!(
            "INSERT INTO session_clients (session_id, client_id, subject, since) ",
            "SELECT id, $1, $2, $3 FROM sessions WHERE id = $4 AND ended_at IS NULL ",
            $lock,
            "ON CONFLICT (session_id, client_id) DO UPDATE SET subject = excluded.subject"
        )
    };
}

/// Holds the session until the end of the transaction, so that it cannot end in between.
const NOTE_CLIENT_POSTGRES: &str = note_client!("FOR SHARE ");
/// One writer at a time: nothing can happen in between.
const NOTE_CLIENT_SQLITE: &str = note_client!("");

const DELETE_EXPIRED_REVOCATIONS: &str = "DELETE FROM revoked_tokens WHERE jti IN (\
    SELECT jti FROM revoked_tokens WHERE expires_at < $1 LIMIT $2)";

type ReachedRow = (String, String, String);

fn reached((session_id, client_id, subject): ReachedRow) -> SessionClient {
    SessionClient { session_id: SessionId::from_text(session_id), client_id: ClientId::from_text(client_id), subject }
}

/// In the order of ids here and not in the database, where the order of texts depends on its locale.
fn ordered(mut rows: Vec<ReachedRow>) -> Vec<SessionClient> {
    rows.sort();
    rows.into_iter().map(reached).collect()
}

const REACHED: (session_clients::session_id, session_clients::client_id, session_clients::subject) =
    (session_clients::session_id, session_clients::client_id, session_clients::subject);

impl SessionClientRepo for SqlTx<'_> {
    fn note_client_of_session(&mut self, reached: &SessionClient, now: Timestamp) -> StoreResult<bool> {
        self.gate(|conn| {
            let statement = if conn.is_postgres() { NOTE_CLIENT_POSTGRES } else { NOTE_CLIENT_SQLITE };
            diesel::sql_query(statement)
                .bind::<Text, _>(reached.client_id.as_str())
                .bind::<Text, _>(&reached.subject)
                .bind::<BigInt, _>(now.millis())
                .bind::<Text, _>(reached.session_id.as_str())
                .execute(conn)
        })
    }

    fn list_session_clients(&mut self, session: &SessionId) -> StoreResult<Vec<SessionClient>> {
        let query = session_clients::table.filter(session_clients::session_id.eq(session.as_str())).select(REACHED);
        self.read(|conn| query.load(conn)).map(ordered)
    }

    fn take_client_of_sessions(&mut self, account: &AccountId, client: &ClientId) -> StoreResult<Vec<SessionClient>> {
        let live = sessions::table
            .filter(sessions::account_id.eq(account.as_str()))
            .filter(sessions::ended_at.is_null())
            .select(sessions::id);
        let taken = session_clients::table
            .filter(session_clients::client_id.eq(client.as_str()))
            .filter(session_clients::session_id.eq_any(live));
        self.write_returning(|conn| diesel::delete(taken).returning(REACHED).get_results(conn)).map(ordered)
    }
}

impl SubjectRepo for SqlTx<'_> {
    fn put_pairwise_subject(
        &mut self,
        sector: &str,
        account: &AccountId,
        fresh: &str,
        now: Timestamp,
    ) -> StoreResult<String> {
        let row = (
            pairwise_subjects::sector.eq(sector),
            pairwise_subjects::account_id.eq(account.as_str()),
            pairwise_subjects::subject.eq(fresh),
            pairwise_subjects::created_at.eq(now.millis()),
        );
        // Writing what stands back makes the row come back, whoever wrote it first.
        self.write_returning(|conn| {
            on_each!(conn, inner => diesel::insert_into(pairwise_subjects::table)
                .values(row)
                .on_conflict((pairwise_subjects::sector, pairwise_subjects::account_id))
                .do_update()
                .set(pairwise_subjects::account_id.eq(account.as_str()))
                .returning(pairwise_subjects::subject)
                .get_results(inner))
        })?
        .pop()
        .ok_or_else(|| super::columns::unreadable("pairwise_subjects.subject"))
    }

    fn find_pairwise_subject(&mut self, sector: &str, account: &AccountId) -> StoreResult<Option<String>> {
        let query = pairwise_subjects::table
            .filter(pairwise_subjects::sector.eq(sector))
            .filter(pairwise_subjects::account_id.eq(account.as_str()))
            .select(pairwise_subjects::subject);
        self.read(|conn| query.first(conn).optional())
    }
}

impl RevokedTokenRepo for SqlTx<'_> {
    fn revoke_token(&mut self, jti: &str, expires_at: Timestamp) -> StoreResult<()> {
        let row = (revoked_tokens::jti.eq(jti), revoked_tokens::expires_at.eq(expires_at.millis()));
        self.write(|conn| {
            on_each!(conn, inner => diesel::insert_into(revoked_tokens::table)
                .values(row)
                .on_conflict(revoked_tokens::jti)
                .do_nothing()
                .execute(inner))
        })
        .map(drop)
    }

    fn is_token_revoked(&mut self, jti: &str) -> StoreResult<bool> {
        let query = revoked_tokens::table.filter(revoked_tokens::jti.eq(jti)).select(revoked_tokens::jti);
        Ok(self.read(|conn| query.first::<String>(conn).optional())?.is_some())
    }

    fn delete_expired_revocations(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_EXPIRED_REVOCATIONS, before, limit)
    }
}
