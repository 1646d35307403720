//! The three things the courier does with the outbox, each one transaction.

use async_trait::async_trait;
use portal_id_core::ids::MessageId;
use portal_id_core::outbox::{Channel, OutboxRow, OutboxState};
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

    /// Ends a message; false when somebody else did.
    async fn settle(&self, id: &MessageId, settlement: Settlement) -> StoreResult<bool>;

    /// Puts a message back; false when somebody else ended it.
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

    async fn settle(&self, id: &MessageId, settlement: Settlement) -> StoreResult<bool> {
        let id = id.clone();
        self.tx("settle_message", move |tx| {
            let Settlement { state, error, attempts, now } = &settlement;
            tx.settle_message(&id, *state, error.as_deref(), *attempts, *now)
        })
        .await
    }

    async fn postpone(&self, id: &MessageId, error: String, attempts: u32, at: Timestamp) -> StoreResult<bool> {
        let id = id.clone();
        self.tx("postpone_message", move |tx| tx.postpone_message(&id, &error, attempts, at)).await
    }
}
