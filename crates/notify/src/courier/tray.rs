//! What the courier does with the outbox, each one transaction.

use async_trait::async_trait;
use portal_id_core::ids::MessageId;
use portal_id_core::outbox::{Channel, OutboxRow, OutboxState};
use portal_id_core::sms::{Acceptance, SpendDecision, set_parts_aside};
use portal_id_core::store::{Store, StoreResult, Tx};
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
    /// Whether it may tell later what became of it, and perhaps has already.
    pub(super) tells_later: bool,
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

    /// Sets the parts of text messages aside; see `set_parts_aside`.
    async fn set_aside(
        &self,
        messages: &[(MessageId, u32)],
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
        // Were it run twice, what the first run took would come back when its lease ends.
        self.write_alone("claim_messages", move |tx| tx.claim_messages(channel, now, leased_until, limit)).await
    }

    async fn set_aside(
        &self,
        messages: &[(MessageId, u32)],
        ceiling: Option<u32>,
        now: Timestamp,
    ) -> StoreResult<SpendDecision> {
        let messages = messages.to_vec();
        // All texts of a day meet in the day's row: it is not held while a disk is waited for. Were this lost, so would be
        // the note that the message went out, and it would be counted when it goes out again.
        self.tx_soon_durable("set_parts_aside", move |tx| set_parts_aside(tx, &messages, ceiling, now)).await
    }

    async fn keep_parts(&self, id: &MessageId, now: Timestamp) -> StoreResult<()> {
        let id = id.clone();
        self.tx("keep_parts", move |tx| tx.keep_parts(&id, now).map(drop)).await
    }

    async fn settle(&self, id: &MessageId, settlement: Settlement) -> StoreResult<bool> {
        let id = id.clone();
        let Settlement { state, error, attempts, now, acceptance, tells_later } = settlement;
        if let Some(acceptance) = &acceptance
            && !tells_later
        {
            let acceptance = acceptance.clone();
            let settle = move |tx: &mut dyn Tx| tx.settle_taken_text(&id, &acceptance, attempts, now);
            return self.write_alone("settle_text", settle).await;
        }
        if state == OutboxState::Accepted && acceptance.is_none() {
            let settle = move |tx: &mut dyn Tx| tx.settle_message(&id, state, error.as_deref(), attempts, now);
            return self.write_alone("settle_mail", settle).await;
        }
        self.tx("settle_message", move |tx| {
            if !tx.settle_message(&id, state, error.as_deref(), attempts, now)? {
                return Ok(false);
            }
            match &acceptance {
                Some(acceptance) => tx.note_acceptance(&id, acceptance, now)?,
                None => tx.release_parts(&id)?,
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
