//! Everything that may vanish: counters of floods, one-time marks. In-process, or Redis.

use crate::time::{Span, Timestamp};
use async_trait::async_trait;

/// A name in the ephemeral store: the kind first, so that two kinds can never meet (security.md row 32).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EphemeralKey(String);

impl EphemeralKey {
    /// The key `part` of `kind`. `kind` is a fixed word without a colon.
    pub fn new(kind: &'static str, part: &str) -> Self {
        Self(format!("{kind}:{part}"))
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ephemeral store cannot be reached. Whatever needed a one-time mark must be refused (decisions 11).
#[derive(Clone, Debug, thiserror::Error)]
#[error("the ephemeral store cannot be reached: {0}")]
pub struct Unreachable(pub String);

/// A store whose content may vanish at any time without harm. `now` is the caller's moment; a store with its own
/// clock (Redis) uses that for expiry.
#[async_trait]
pub trait Ephemeral: Send + Sync {
    /// Puts `value` for `ttl` unless the key is there: `true` when it was put. The one gate for one-time things.
    async fn set_if_absent(
        &self,
        key: &EphemeralKey,
        value: &[u8],
        ttl: Span,
        now: Timestamp,
    ) -> Result<bool, Unreachable>;

    /// Removes the key and gives its value; of many parallel calls one gets it.
    async fn take(&self, key: &EphemeralKey, now: Timestamp) -> Result<Option<Vec<u8>>, Unreachable>;

    /// Gives the value without removing it.
    async fn find(&self, key: &EphemeralKey, now: Timestamp) -> Result<Option<Vec<u8>>, Unreachable>;

    /// Counts one more within a window of `period` that began with the first count, and gives the new number.
    async fn count(&self, key: &EphemeralKey, period: Span, now: Timestamp) -> Result<u64, Unreachable>;
}
