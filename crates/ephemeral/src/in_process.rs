//! The store in this process's memory: for one node, gone at its restart.
//!
//! Expiry follows the caller's `now`, so tests need no sleeping. Keys are spread over shards, so that callers rarely wait
//! for each other.

use crate::LONGEST_VALUE;
use crate::expiring::Expiring;
use async_trait::async_trait;
use portal_id_core::ports::{Ephemeral, EphemeralKey, Unreachable};
use portal_id_core::time::{Span, Timestamp};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many locks the keys are spread over.
const SHARDS: u32 = 16;

/// The store in this process's memory.
pub struct InProcess {
    shards: Vec<Mutex<Shard>>,
    /// Keyed at random: nobody can choose keys that all fall into one shard.
    spread: RandomState,
}

struct Shard {
    marks: Expiring<Vec<u8>>,
    counts: Expiring<u64>,
}

impl InProcess {
    /// A store for at most `max_entries` marks and as many counts, divided evenly over its shards.
    pub fn new(max_entries: u32) -> Self {
        let capacity = usize::try_from(max_entries.div_ceil(SHARDS)).unwrap_or(usize::MAX);
        let shard = || Mutex::new(Shard { marks: Expiring::new(capacity), counts: Expiring::new(capacity) });
        Self { shards: (0..SHARDS).map(|_| shard()).collect(), spread: RandomState::new() }
    }

    /// How many marks and counts are held, expired ones included.
    pub fn held(&self) -> (usize, usize) {
        let held = self.shards.iter().map(lock).map(|shard| (shard.marks.len(), shard.counts.len()));
        held.fold((0, 0), |(marks, counts), (more_marks, more_counts)| (marks + more_marks, counts + more_counts))
    }

    #[expect(clippy::expect_used, reason = "a remainder of SHARDS is an index into SHARDS shards")]
    fn shard(&self, key: &EphemeralKey) -> MutexGuard<'_, Shard> {
        let index = usize::try_from(self.spread.hash_one(key) % u64::from(SHARDS)).expect("a number below 16 fits");
        lock(&self.shards[index])
    }
}

/// A panic elsewhere leaves a shard usable: each change to it is complete before anything can panic.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Ephemeral for InProcess {
    async fn set_if_absent(
        &self,
        key: &EphemeralKey,
        value: &[u8],
        ttl: Span,
        now: Timestamp,
    ) -> Result<bool, Unreachable> {
        if value.len() > LONGEST_VALUE {
            return Err(Unreachable(format!("a value may have at most {LONGEST_VALUE} bytes")));
        }
        let mut shard = self.shard(key);
        if shard.marks.get(key, now).is_some() {
            return Ok(false);
        }
        // Forgetting a live mark would let what it stands for be replayed: better to take no new one.
        if shard.marks.insert(key, value.to_vec(), now + ttl, now) {
            Ok(true)
        } else {
            Err(Unreachable("the in-process store is full of live marks".to_owned()))
        }
    }

    async fn take(&self, key: &EphemeralKey, now: Timestamp) -> Result<Option<Vec<u8>>, Unreachable> {
        Ok(self.shard(key).marks.remove(key, now))
    }

    async fn find(&self, key: &EphemeralKey, now: Timestamp) -> Result<Option<Vec<u8>>, Unreachable> {
        Ok(self.shard(key).marks.get(key, now).cloned())
    }

    async fn count(&self, key: &EphemeralKey, period: Span, now: Timestamp) -> Result<u64, Unreachable> {
        let mut shard = self.shard(key);
        if let Some(number) = shard.counts.get_mut(key, now) {
            *number = number.saturating_add(1);
            return Ok(*number);
        }
        // Counts hold off floods only. The oldest gives way, so that a flood of addresses cannot stop the counting.
        if !shard.counts.insert(key, 1, now + period, now) {
            shard.counts.forget_next_to_end();
            shard.counts.insert(key, 1, now + period, now);
        }
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_392_000);
    const MINUTE: Span = Span::minutes(1);

    fn key(number: u32) -> EphemeralKey {
        EphemeralKey::new("test", &number.to_string())
    }

    #[tokio::test]
    async fn a_store_full_of_live_marks_refuses_new_ones_and_forgets_none() {
        let store = InProcess::new(160);
        let mut kept = Vec::new();
        for number in 0..1000 {
            match store.set_if_absent(&key(number), b"", MINUTE, NOW).await {
                Ok(put) => {
                    assert!(put);
                    kept.push(number);
                }
                Err(Unreachable(reason)) => assert!(reason.contains("full")),
            }
        }
        assert_eq!((kept.len(), store.held().0), (160, 160));
        for number in kept {
            assert!(!store.set_if_absent(&key(number), b"", MINUTE, NOW).await.unwrap(), "mark {number} was forgotten");
        }
    }

    #[tokio::test]
    async fn a_full_store_takes_marks_again_when_old_ones_have_expired() {
        let store = InProcess::new(160);
        for number in 0..1000 {
            let _ = store.set_if_absent(&key(number), b"", MINUTE, NOW).await;
        }
        let later = NOW + MINUTE;
        let mut put = 0;
        for number in 1000..1100 {
            put += u32::from(store.set_if_absent(&key(number), b"", MINUTE, later).await.unwrap_or(false));
        }
        assert!(put > 60, "{put}");
        assert!(store.held().0 <= 160);
    }

    #[tokio::test]
    async fn a_flood_of_counts_stays_within_bounds_and_touches_no_mark() {
        let store = InProcess::new(160);
        assert!(store.set_if_absent(&key(0), b"kept", MINUTE, NOW).await.unwrap());
        for number in 0..5000 {
            assert_eq!(store.count(&key(number), MINUTE, NOW).await.unwrap(), 1);
        }
        assert_eq!(store.held(), (1, 160));
        assert_eq!(store.find(&key(0), NOW).await.unwrap().as_deref(), Some(b"kept".as_slice()));
    }

    #[tokio::test]
    async fn a_value_too_long_is_refused() {
        let store = InProcess::new(160);
        assert!(store.set_if_absent(&key(0), &vec![0; LONGEST_VALUE], MINUTE, NOW).await.unwrap());
        assert!(store.set_if_absent(&key(1), &vec![0; LONGEST_VALUE + 1], MINUTE, NOW).await.is_err());
    }

    #[tokio::test]
    async fn a_count_and_a_mark_of_one_name_never_meet() {
        let store = InProcess::new(160);
        assert_eq!(store.count(&key(0), MINUTE, NOW).await.unwrap(), 1);
        assert!(store.set_if_absent(&key(0), b"mark", MINUTE, NOW).await.unwrap());
        assert_eq!(store.count(&key(0), MINUTE, NOW).await.unwrap(), 2);
        assert_eq!(store.take(&key(0), NOW).await.unwrap().as_deref(), Some(b"mark".as_slice()));
        assert_eq!(store.count(&key(0), MINUTE, NOW).await.unwrap(), 3);
    }
}
