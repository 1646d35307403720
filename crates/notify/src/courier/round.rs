//! Places for messages that are delivered at the same time, and the messages that take them.

use portal_id_core::outbox::{Channel, OutboxRow};
use portal_id_core::time::{Span, Timestamp};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The ways to people. Notices to services have a courier of their own, so theirs is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// E-mail.
    Email,
    /// A text message.
    Sms,
}

impl Way {
    pub(super) const fn channel(self) -> Channel {
        match self {
            Self::Email => Channel::Email,
            Self::Sms => Channel::Sms,
        }
    }
}

/// The places of one way. A message keeps its place until it is written down what came of it, so that one that hangs
/// holds up its own place alone.
pub(super) struct Room {
    free: Arc<Semaphore>,
    size: u32,
}

impl Room {
    pub(super) fn of(size: u32) -> Self {
        Self { free: Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(usize::MAX))), size }
    }

    /// Every place that is free; waits until there is one.
    pub(super) async fn take(&self, way: Way) -> Places {
        let mut free = Vec::new();
        // Closed never: it lives as long as the courier does.
        free.extend(Arc::clone(&self.free).acquire_owned().await);
        for _ in 1..self.size {
            let Ok(place) = Arc::clone(&self.free).try_acquire_owned() else { break };
            free.push(place);
        }
        Places { way, free }
    }
}

/// Room for messages that go one way.
pub struct Places {
    pub(super) way: Way,
    free: Vec<OwnedSemaphorePermit>,
}

impl Places {
    /// How many.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.free.len()).unwrap_or(u32::MAX)
    }
}

/// Messages that this node holds, each in its place.
pub struct Round {
    pub(super) now: Timestamp,
    pub(super) messages: Vec<(OutboxRow, OwnedSemaphorePermit)>,
    began: Instant,
    is_full: bool,
}

impl Round {
    pub(super) fn new(rows: Vec<OutboxRow>, places: Places, now: Timestamp, began: Instant) -> Self {
        let is_full = rows.len() >= places.free.len();
        Self { now, messages: rows.into_iter().zip(places.free).collect(), began, is_full }
    }

    /// Whether every place was taken: there may be more to deliver.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// When a delivery must have ended: before the message's time is over, and before another node may take it up. Counted
    /// from the claim, by which the lease is.
    pub(super) fn deadline(&self, row: &OutboxRow, lease: Span) -> (Instant, Span) {
        let patience = (lease - super::MARGIN).min(row.not_after.since(self.now));
        (self.began + patience.to_std(), patience)
    }
}
