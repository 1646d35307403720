//! Waiting messages.

use super::columns::{count, millis, moment, word};
use super::sweep::sweep;
use crate::schema::outbox;
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::ids::{ClientId, MessageId};
use portal_id_core::outbox::{Channel, OutboxRow as Message, OutboxState};
use portal_id_core::ports::Sealed;
use portal_id_core::store::{OutboxCount, OutboxRepo, StoreResult};
use portal_id_core::time::Timestamp;

const DELETE_SETTLED_MESSAGES: &str = "DELETE FROM outbox WHERE id IN (\
    SELECT id FROM outbox WHERE settled_at < $1 LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
struct MessageRow {
    id: String,
    channel: String,
    template: String,
    masked_recipient: String,
    envelope: Option<Vec<u8>>,
    state: String,
    attempts: i64,
    next_attempt_at: i64,
    leased_until: Option<i64>,
    last_error: Option<String>,
    created_at: i64,
    not_after: i64,
    settled_at: Option<i64>,
    client_id: Option<String>,
}

impl MessageRow {
    fn of(message: &Message) -> Self {
        Self {
            id: message.id.as_str().to_owned(),
            channel: message.channel.as_str().to_owned(),
            template: message.template.clone(),
            masked_recipient: message.masked_recipient.clone(),
            envelope: message.envelope.as_ref().map(|envelope| envelope.as_bytes().to_vec()),
            state: message.state.as_str().to_owned(),
            attempts: i64::from(message.attempts),
            next_attempt_at: message.next_attempt_at.millis(),
            leased_until: millis(message.leased_until),
            last_error: message.last_error.clone(),
            created_at: message.created_at.millis(),
            not_after: message.not_after.millis(),
            settled_at: millis(message.settled_at),
            client_id: message.client_id.as_ref().map(|id| id.as_str().to_owned()),
        }
    }

    fn read(self) -> StoreResult<Message> {
        Ok(Message {
            id: MessageId::from_text(self.id),
            channel: word("outbox.channel", Channel::from_text(&self.channel))?,
            template: self.template,
            masked_recipient: self.masked_recipient,
            envelope: self.envelope.map(Sealed::from_bytes),
            state: word("outbox.state", OutboxState::from_text(&self.state))?,
            attempts: count("outbox.attempts", self.attempts)?,
            next_attempt_at: Timestamp::from_millis(self.next_attempt_at),
            leased_until: moment(self.leased_until),
            last_error: self.last_error,
            created_at: Timestamp::from_millis(self.created_at),
            not_after: Timestamp::from_millis(self.not_after),
            settled_at: moment(self.settled_at),
            client_id: self.client_id.map(ClientId::from_text),
        })
    }
}

fn counts(rows: Vec<(String, i64)>) -> StoreResult<Vec<OutboxCount>> {
    let counts = rows.into_iter().map(|(state, count)| {
        let state = word("outbox.state", OutboxState::from_text(&state))?;
        Ok(OutboxCount { state, count: count.unsigned_abs() })
    });
    let mut counts = counts.collect::<StoreResult<Vec<_>>>()?;
    counts.sort_by_key(|count| count.state.as_str());
    Ok(counts)
}

impl OutboxRepo for SqlTx<'_> {
    fn insert_message(&mut self, message: &Message) -> StoreResult<()> {
        let row = MessageRow::of(message);
        self.write(|conn| diesel::insert_into(outbox::table).values(&row).execute(conn)).map(drop)
    }

    fn claim_messages(
        &mut self,
        channel: Channel,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<Message>> {
        let (pending, now) = (OutboxState::Pending.as_str(), now.millis());
        let candidates = diesel::alias!(outbox as candidates);
        let due = candidates
            .filter(candidates.field(outbox::state).eq(pending))
            .filter(candidates.field(outbox::channel).eq(channel.as_str()))
            .filter(candidates.field(outbox::next_attempt_at).le(now))
            .filter(candidates.field(outbox::leased_until).is_null().or(candidates.field(outbox::leased_until).le(now)))
            .order(candidates.field(outbox::next_attempt_at))
            .limit(i64::from(limit))
            .select(candidates.field(outbox::id));
        // The conditions stand here again: PostgreSQL looks at them once more after waiting for another worker's row.
        let free = outbox::table
            .filter(outbox::id.eq_any(due))
            .filter(outbox::state.eq(pending))
            .filter(outbox::leased_until.is_null().or(outbox::leased_until.le(now)));
        let lease = outbox::leased_until.eq(leased_until.millis());
        let mut rows: Vec<MessageRow> = self
            .write_returning(|conn| diesel::update(free).set(lease).returning(outbox::all_columns).get_results(conn))?;
        // RETURNING keeps no order.
        rows.sort_by(|one, other| (one.next_attempt_at, &one.id).cmp(&(other.next_attempt_at, &other.id)));
        rows.into_iter().map(MessageRow::read).collect()
    }

    fn settle_message(
        &mut self,
        id: &MessageId,
        state: OutboxState,
        error: Option<&str>,
        attempts: u32,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let row =
            outbox::table.filter(outbox::id.eq(id.as_str())).filter(outbox::state.eq(OutboxState::Pending.as_str()));
        let changes = (
            outbox::state.eq(state.as_str()),
            outbox::envelope.eq(None::<Vec<u8>>),
            outbox::last_error.eq(error),
            outbox::attempts.eq(i64::from(attempts)),
            outbox::leased_until.eq(None::<i64>),
            outbox::settled_at.eq(now.millis()),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn postpone_message(
        &mut self,
        id: &MessageId,
        error: &str,
        attempts: u32,
        next_attempt_at: Timestamp,
    ) -> StoreResult<bool> {
        let row =
            outbox::table.filter(outbox::id.eq(id.as_str())).filter(outbox::state.eq(OutboxState::Pending.as_str()));
        let changes = (
            outbox::last_error.eq(error),
            outbox::attempts.eq(i64::from(attempts)),
            outbox::next_attempt_at.eq(next_attempt_at.millis()),
            outbox::leased_until.eq(None::<i64>),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn find_message(&mut self, id: &MessageId) -> StoreResult<Option<Message>> {
        let query = outbox::table.filter(outbox::id.eq(id.as_str()));
        self.read(|conn| query.first::<MessageRow>(conn).optional())?.map(MessageRow::read).transpose()
    }

    fn count_notices(&mut self, client: &ClientId) -> StoreResult<Vec<OutboxCount>> {
        let query = outbox::table
            .filter(outbox::client_id.eq(client.as_str()))
            .group_by(outbox::state)
            .select((outbox::state, diesel::dsl::count_star()));
        counts(self.read(|conn| query.load(conn))?)
    }

    fn list_notices(&mut self, client: &ClientId, limit: u32) -> StoreResult<Vec<Message>> {
        let query = outbox::table
            .filter(outbox::client_id.eq(client.as_str()))
            .order((outbox::created_at.desc(), outbox::id.desc()))
            .limit(i64::from(limit));
        self.read(|conn| query.load::<MessageRow>(conn))?.into_iter().map(MessageRow::read).collect()
    }

    fn list_messages(&mut self, state: OutboxState, limit: u32) -> StoreResult<Vec<Message>> {
        let query = outbox::table
            .filter(outbox::state.eq(state.as_str()))
            .order((outbox::created_at.desc(), outbox::id.desc()))
            .limit(i64::from(limit));
        self.read(|conn| query.load::<MessageRow>(conn))?.into_iter().map(MessageRow::read).collect()
    }

    fn delete_settled_messages(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_SETTLED_MESSAGES, before, limit)
    }
}
