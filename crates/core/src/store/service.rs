//! Keys, the outbox, the audit trail, and whose turn a periodic job is.

use super::StoreResult;
use crate::audit::{AuditEntry, AuditKind};
use crate::ids::{AccountId, ClientId, KeyId, MessageId};
use crate::outbox::{Channel, OutboxRow, OutboxState};
use crate::signing_key::SigningKey;
use crate::time::Timestamp;

/// A random key of the house, sealed under the key-encryption key (`docs/adr/0004`).
#[derive(Clone, Debug)]
pub struct DataKey {
    /// What it is for: `seal` or `digest`.
    pub name: String,
    /// Grows when a new one replaces it; older ones still open what they sealed.
    pub version: i64,
    /// The sealed 32 bytes.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Signing keys and data keys.
pub trait KeyRepo {
    /// Adds a signing key. `Conflict("signing_keys.kid")` when the `kid` is taken.
    fn insert_signing_key(&mut self, key: &SigningKey) -> StoreResult<()>;

    /// All signing keys, the oldest first.
    fn list_signing_keys(&mut self) -> StoreResult<Vec<SigningKey>>;

    /// Writes the timetable of a key: `signs_until`, `published_until`, `revoked_at`.
    fn update_signing_key(&mut self, key: &SigningKey) -> StoreResult<bool>;

    /// Deletes a key that is no longer published.
    fn delete_signing_key(&mut self, kid: &KeyId) -> StoreResult<bool>;

    /// Adds a data key. `Conflict` when name and version are taken: another node made it first.
    fn insert_data_key(&mut self, key: &DataKey) -> StoreResult<()>;

    /// All data keys by name and version.
    fn list_data_keys(&mut self) -> StoreResult<Vec<DataKey>>;
}

/// How many messages stand in each state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxCount {
    /// The state.
    pub state: OutboxState,
    /// How many.
    pub count: u64,
}

/// Waiting messages.
pub trait OutboxRepo {
    /// Adds a message.
    fn insert_message(&mut self, row: &OutboxRow) -> StoreResult<()>;

    /// Takes up to `limit` due messages of a channel until `leased_until`: pending, due at `now`, and held by nobody at `now`. Two
    /// workers never get the same message.
    fn claim_messages(
        &mut self,
        channel: Channel,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<OutboxRow>>;

    /// Gate: settles a pending message (delivered, dead, expired) and erases its envelope. `attempts` counts this one.
    fn settle_message(
        &mut self,
        id: &MessageId,
        state: OutboxState,
        error: Option<&str>,
        attempts: u32,
        now: Timestamp,
    ) -> StoreResult<bool>;

    /// Gate: puts a pending message back for a later attempt and ends its lease.
    fn postpone_message(
        &mut self,
        id: &MessageId,
        error: &str,
        attempts: u32,
        next_attempt_at: Timestamp,
    ) -> StoreResult<bool>;

    /// The message with this id.
    fn find_message(&mut self, id: &MessageId) -> StoreResult<Option<OutboxRow>>;

    /// How many notices to this client stand in each state.
    fn count_notices(&mut self, client: &ClientId) -> StoreResult<Vec<OutboxCount>>;

    /// The notices to this client, the newest first.
    fn list_notices(&mut self, client: &ClientId, limit: u32) -> StoreResult<Vec<OutboxRow>>;

    /// Messages in a state, the newest first.
    fn list_messages(&mut self, state: OutboxState, limit: u32) -> StoreResult<Vec<OutboxRow>>;

    /// Deletes messages settled before `before`; at most `limit`; how many.
    fn delete_settled_messages(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Which entries of the audit trail to list.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only about this account.
    pub account_id: Option<AccountId>,
    /// Only of this kind.
    pub kind: Option<AuditKind>,
}

/// The audit trail.
pub trait AuditRepo {
    /// Adds an entry.
    fn insert_audit(&mut self, entry: &AuditEntry) -> StoreResult<()>;

    /// Entries, the newest first. Those of a kind that this version does not know are left aside, and logged.
    fn list_audit(&mut self, filter: &AuditFilter, limit: u32) -> StoreResult<Vec<AuditEntry>>;
}

/// Periodic jobs that run once, on whichever node comes first.
pub trait JobRepo {
    /// Gate: takes the job until `until`, if nobody holds it at `now`. A lease that ends after `until` was taken by a
    /// node whose clock is ahead, and counts for nothing.
    fn take_job(&mut self, name: &str, now: Timestamp, until: Timestamp) -> StoreResult<bool>;
}
