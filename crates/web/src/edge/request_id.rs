//! The names of requests: UUID version 7 (RFC 9562 §5.7), which sort by time in the logs.
//!
//! A name must be unique, not secret. So chance is drawn once, at the start, and mixed with a count from then on: the
//! system's generator for each request would cost the cheapest endpoints three hundredths of their time.

use portal_id_core::entropy::Entropy;
use portal_id_core::time::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};

/// Gives each request a name of its own.
pub(crate) struct RequestIds {
    node: [u8; 2],
    next: AtomicU64,
}

impl RequestIds {
    /// A sequence that no other node and no other start of this one shares.
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        Self { node: *entropy.bytes::<2>(), next: AtomicU64::new(u64::from_le_bytes(*entropy.bytes::<8>())) }
    }

    /// The name of a request that came in at `now`.
    pub(crate) fn next(&self, now: Timestamp) -> String {
        let count = mix(self.next.fetch_add(1, Ordering::Relaxed)).to_be_bytes();
        let mut random = [0; 10];
        random[..2].copy_from_slice(&self.node);
        random[2..].copy_from_slice(&count);
        uuid::Builder::from_unix_timestamp_millis(now.millis().unsigned_abs(), &random).into_uuid().to_string()
    }
}

/// Spreads a count over all bits, each count to another value (the finalizer of SplitMix64: Steele, Lea, Flood 2014):
/// neighbours in the log look nothing alike, and nobody reads off how many requests came between two of theirs.
const fn mix(count: u64) -> u64 {
    let count = count.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let count = (count ^ (count >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let count = (count ^ (count >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    count ^ (count >> 31)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use portal_id_core::entropy::OsEntropy;
    use std::collections::HashSet;

    #[test]
    fn a_hundred_thousand_names_of_one_moment_differ_and_are_uuids_of_version_7() {
        let ids = RequestIds::new(&OsEntropy);
        let now = Timestamp::from_millis(1_767_225_600_000);
        let names: HashSet<String> = (0..100_000).map(|_| ids.next(now)).collect();
        assert_eq!(names.len(), 100_000);
        let name = uuid::Uuid::parse_str(names.iter().next().unwrap()).unwrap();
        assert_eq!((name.get_version_num(), name.get_timestamp().unwrap().to_unix().0), (7, 1_767_225_600));
    }

    #[test]
    fn names_sort_by_time_and_two_starts_share_none() {
        let (one, two) = (RequestIds::new(&OsEntropy), RequestIds::new(&OsEntropy));
        let at = Timestamp::from_millis;
        assert!(one.next(at(1_000)) < one.next(at(1_001)));
        let of = |ids: &RequestIds| (0..1_000).map(|_| ids.next(at(5))).collect::<HashSet<_>>();
        assert!(of(&one).is_disjoint(&of(&two)));
    }
}
