//! The end of a text message that its gateway took for good: the message and its note at the gateway in one statement on
//! PostgreSQL, which spares a server three of four round trips for what every sign-in by a code ends with.

use crate::connection::AnyConn;
use crate::schema::{outbox, sms_sends};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};
use portal_id_core::ids::MessageId;
use portal_id_core::outbox::OutboxState;
use portal_id_core::sms::Acceptance;
use portal_id_core::time::Timestamp;

/// What becomes of both rows.
#[derive(Clone, Copy)]
pub(super) struct TakenText<'a> {
    pending: &'static str,
    accepted: &'static str,
    id: &'a str,
    attempts: i64,
    gateway: &'a str,
    gateways_id: Option<&'a str>,
    now: i64,
}

impl<'a> TakenText<'a> {
    pub(super) fn new(id: &'a MessageId, acceptance: &'a Acceptance, attempts: u32, now: Timestamp) -> Self {
        Self {
            pending: OutboxState::Pending.as_str(),
            accepted: OutboxState::Accepted.as_str(),
            id: id.as_str(),
            attempts: i64::from(attempts),
            gateway: &acceptance.gateway,
            gateways_id: acceptance.id.as_deref(),
            now: now.millis(),
        }
    }

    /// Writes both; how many messages were ended: one, or none when somebody else had ended it.
    pub(super) fn write(&self, conn: &mut AnyConn) -> QueryResult<usize> {
        match conn {
            // Statements cost it no round trips, and it can change one table at a time only.
            AnyConn::Sqlite(inner) => self.write_one_by_one(inner),
            AnyConn::Postgres(inner) => (*self).execute(inner),
        }
    }

    fn write_one_by_one(&self, conn: &mut SqliteConnection) -> QueryResult<usize> {
        let message = outbox::table.filter(outbox::id.eq(self.id)).filter(outbox::state.eq(self.pending));
        let ended = diesel::update(message)
            .set((
                outbox::state.eq(self.accepted),
                outbox::envelope.eq(None::<Vec<u8>>),
                outbox::last_error.eq(None::<String>),
                outbox::attempts.eq(self.attempts),
                outbox::leased_until.eq(None::<i64>),
                outbox::settled_at.eq(self.now),
            ))
            .execute(conn)?;
        if ended > 0 {
            let send =
                sms_sends::table.filter(sms_sends::message_id.eq(self.id)).filter(sms_sends::accepted_at.is_null());
            diesel::update(send)
                .set((
                    sms_sends::gateway.eq(self.gateway),
                    sms_sends::gateways_id.eq(self.gateways_id),
                    sms_sends::accepted_at.eq(self.now),
                ))
                .execute(conn)?;
        }
        Ok(ended)
    }
}

impl RunQueryDsl<PgConnection> for TakenText<'_> {}

impl QueryId for TakenText<'_> {
    type QueryId = TakenText<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

/// Written by hand, because the query builder has no `WITH`; prepared once for each connection, as its queries are.
impl QueryFragment<Pg> for TakenText<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH ended AS (UPDATE outbox SET state = ");
        out.push_bind_param::<Text, _>(self.accepted)?;
        out.push_sql(", envelope = NULL, last_error = NULL, leased_until = NULL, attempts = ");
        out.push_bind_param::<BigInt, _>(&self.attempts)?;
        out.push_sql(", settled_at = ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Text, _>(self.id)?;
        out.push_sql(" AND state = ");
        out.push_bind_param::<Text, _>(self.pending)?;
        out.push_sql(" RETURNING id), noted AS (UPDATE sms_sends SET gateway = ");
        out.push_bind_param::<Text, _>(self.gateway)?;
        out.push_sql(", gateways_id = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.gateways_id)?;
        out.push_sql(", accepted_at = ");
        out.push_bind_param::<BigInt, _>(&self.now)?;
        // The rows that are counted are those of the outermost: the ended message.
        out.push_sql(
            " FROM ended WHERE sms_sends.message_id = ended.id AND sms_sends.accepted_at IS NULL) SELECT id FROM ended",
        );
        Ok(())
    }
}
