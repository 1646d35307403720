//! What the courier does with the outbox, each one transaction.

use async_trait::async_trait;
use portal_id_core::ids::MessageId;
use portal_id_core::outbox::{Channel, OutboxRow, OutboxState};
use portal_id_core::sms::{Acceptance, SpendDecision, set_parts_aside};
use portal_id_core::store::{Store, StoreResult};
use portal_id_core::time::Timestamp;

/// How a message ends.
#[derive(Clone, Debug)]
pub(super) struct Settlement {
    /// Delivered, dead or expired.
    pub(super) state: OutboxState,
    /// The last refusal.
    pub(super) error: Option<String>,
    /// Attempts made.
    pub(super) attempts: u32,
    /// When.
    pub(super) now: Timestamp,
    /// The gateway that took a text message.
    pub(super) acceptance: Option<Acceptance>,
}

/// The outbox as the courier sees it.
#[async_trait]
pub(super) trait Tray: Send + Sync {
    /// Takes due messages; see `OutboxRepo::claim_messages`.
    async fn claim(
        &self,
        channel: Channel,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<OutboxRow>>;

    /// Sets the parts of a text message aside; see `set_parts_aside`.
    async fn set_aside(
        &self,
        id: &MessageId,
        parts: u32,
        ceiling: Option<u32>,
        now: Timestamp,
    ) -> StoreResult<SpendDecision>;

    /// Keeps what was set aside: a gateway was asked and may have taken the message; see `SmsRepo::keep_parts`.
    async fn keep_parts(&self, id: &MessageId, now: Timestamp) -> StoreResult<()>;

    /// Ends a message, and gives back what was set aside for it unless a gateway took it or may have; false when somebody
    /// else ended it.
    async fn settle(&self, id: &MessageId, settlement: Settlement) -> StoreResult<bool>;

    /// Puts a message back, and gives back what was set aside for it unless a gateway may have taken it; false when
    /// somebody else ended it.
    async fn postpone(&self, id: &MessageId, error: String, attempts: u32, at: Timestamp) -> StoreResult<bool>;
}

#[async_trait]
impl Tray for Store {
    async fn claim(
        &self,
        channel: Channel,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<OutboxRow>> {
        self.tx("claim_messages", move |tx| tx.claim_messages(channel, now, leased_until, limit)).await
    }

    async fn set_aside(
        &self,
        id: &MessageId,
        parts: u32,
        ceiling: Option<u32>,
        now: Timestamp,
    ) -> StoreResult<SpendDecision> {
        let id = id.clone();
        // All texts of a day meet in the day's row: it is not held while a disk is waited for. Were this lost, so would be
        // the note that the message went out, and it would be counted when it goes out again.
        self.tx_soon_durable("set_parts_aside", move |tx| set_parts_aside(tx, &id, parts, ceiling, now)).await
    }

    async fn keep_parts(&self, id: &MessageId, now: Timestamp) -> StoreResult<()> {
        let id = id.clone();
        self.tx("keep_parts", move |tx| tx.keep_parts(&id, now).map(drop)).await
    }

    async fn settle(&self, id: &MessageId, settlement: Settlement) -> StoreResult<bool> {
        let id = id.clone();
        self.tx("settle_message", move |tx| {
            let Settlement { state, error, attempts, now, acceptance } = &settlement;
            if !tx.settle_message(&id, *state, error.as_deref(), *attempts, *now)? {
                return Ok(false);
            }
            match acceptance {
                Some(acceptance) => tx.note_acceptance(&id, acceptance, *now)?,
                None if *state != OutboxState::Accepted => tx.release_parts(&id)?,
                None => false,
            };
            Ok(true)
        })
        .await
    }

    async fn postpone(&self, id: &MessageId, error: String, attempts: u32, at: Timestamp) -> StoreResult<bool> {
        let id = id.clone();
        self.tx("postpone_message", move |tx| {
            let won = tx.postpone_message(&id, &error, attempts, at)?;
            if won {
                tx.release_parts(&id)?;
            }
            Ok(won)
        })
        .await
    }
}
