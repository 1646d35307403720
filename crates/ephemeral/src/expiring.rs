//! A map whose entries expire, of bounded size. Not shared: its owner locks it.
//!
//! Expired entries go in the order of their end, a few with every insertion, so that no call ever walks the whole map and
//! nobody needs a sweeping timer.

use portal_id_core::ports::EphemeralKey;
use portal_id_core::time::Timestamp;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How many expired entries one insertion clears away at most; two are enough to gain on what comes in.
const SWEPT_PER_INSERTION: usize = 4;

/// Entries of `V`, each until its end.
pub(crate) struct Expiring<V> {
    entries: HashMap<Arc<EphemeralKey>, Entry<V>>,
    by_end: BTreeSet<(Timestamp, OrderedKey)>,
    capacity: usize,
}

struct Entry<V> {
    value: V,
    ends_at: Timestamp,
}

/// The key, ordered by its text.
#[derive(Clone, PartialEq, Eq)]
struct OrderedKey(Arc<EphemeralKey>);

impl Ord for OrderedKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.as_str().cmp(other.0.as_str())
    }
}

impl PartialOrd for OrderedKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<V> Expiring<V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), by_end: BTreeSet::new(), capacity }
    }

    /// The value at `now`. An entry that ends at `now` is gone.
    pub(crate) fn get(&self, key: &EphemeralKey, now: Timestamp) -> Option<&V> {
        self.entries.get(key).filter(|entry| now < entry.ends_at).map(|entry| &entry.value)
    }

    /// The value at `now`, to be changed.
    pub(crate) fn get_mut(&mut self, key: &EphemeralKey, now: Timestamp) -> Option<&mut V> {
        self.entries.get_mut(key).filter(|entry| now < entry.ends_at).map(|entry| &mut entry.value)
    }

    /// Removes the entry; its value when it was still alive at `now`.
    pub(crate) fn remove(&mut self, key: &EphemeralKey, now: Timestamp) -> Option<V> {
        let (key, entry) = self.entries.remove_entry(key)?;
        self.by_end.remove(&(entry.ends_at, OrderedKey(key)));
        (now < entry.ends_at).then_some(entry.value)
    }

    /// Puts an entry, in place of an expired one of the same key if need be. `false` when the map is full of entries
    /// that are alive.
    pub(crate) fn insert(&mut self, key: &EphemeralKey, value: V, ends_at: Timestamp, now: Timestamp) -> bool {
        self.remove(key, now);
        self.sweep(now);
        if self.entries.len() >= self.capacity {
            return false;
        }
        let key = Arc::new(key.clone());
        self.by_end.insert((ends_at, OrderedKey(Arc::clone(&key))));
        self.entries.insert(key, Entry { value, ends_at });
        true
    }

    /// Forgets the entry that would end first, alive or not.
    pub(crate) fn forget_next_to_end(&mut self) {
        if let Some((_, key)) = self.by_end.pop_first() {
            self.entries.remove(&key.0);
        }
    }

    /// How many entries are held, expired ones included.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn sweep(&mut self, now: Timestamp) {
        for _ in 0..SWEPT_PER_INSERTION {
            match self.by_end.first() {
                Some((ends_at, _)) if *ends_at <= now => self.forget_next_to_end(),
                _ => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portal_id_core::time::Span;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_392_000);

    fn key(number: u32) -> EphemeralKey {
        EphemeralKey::new("test", &number.to_string())
    }

    #[test]
    fn a_full_map_makes_room_from_what_has_expired_and_from_nothing_else() {
        let mut map = Expiring::new(3);
        for number in 0..3 {
            assert!(map.insert(&key(number), number, NOW + Span::seconds(i64::from(number) + 1), NOW));
        }
        assert!(!map.insert(&key(3), 3, NOW + Span::seconds(9), NOW));
        let later = NOW + Span::seconds(1);
        assert!(map.insert(&key(3), 3, later + Span::seconds(9), later));
        assert!(!map.insert(&key(4), 4, later + Span::seconds(9), later));
        assert_eq!((map.get(&key(0), later), map.get(&key(1), later)), (None, Some(&1)));
    }

    #[test]
    fn the_next_to_end_is_forgotten_first() {
        let mut map = Expiring::new(3);
        map.insert(&key(1), 1, NOW + Span::seconds(5), NOW);
        map.insert(&key(2), 2, NOW + Span::seconds(3), NOW);
        map.forget_next_to_end();
        assert_eq!((map.get(&key(1), NOW), map.get(&key(2), NOW), map.len()), (Some(&1), None, 1));
    }

    #[test]
    fn what_has_expired_is_cleared_away_without_anybody_asking() {
        let mut map = Expiring::new(100_000);
        for number in 0..1000 {
            map.insert(&key(number), (), NOW + Span::seconds(1), NOW);
        }
        let later = NOW + Span::seconds(1);
        for number in 1000..1400 {
            map.insert(&key(number), (), later + Span::seconds(1), later);
        }
        assert_eq!(map.len(), 400);
    }

    proptest! {
        #[test]
        fn the_two_indexes_never_fall_out_of_step(steps in prop::collection::vec((0_u32..8, 0_u8..4, 1_i64..20, 0_i64..6), 0..120)) {
            let mut map = Expiring::new(5);
            let mut now = NOW;
            for (number, action, life, pause) in steps {
                now = now + Span::millis(pause);
                match action {
                    0 => drop(map.remove(&key(number), now)),
                    1 => map.forget_next_to_end(),
                    _ => drop(map.insert(&key(number), number, now + Span::millis(life), now)),
                }
                prop_assert_eq!(map.entries.len(), map.by_end.len());
                prop_assert!(map.len() <= 5);
                prop_assert!(map.by_end.iter().all(|(ends_at, key)| map.entries.get(&key.0).is_some_and(|entry| entry.ends_at == *ends_at)));
            }
        }
    }
}
