//! What every store behind the port `Ephemeral` does: one-time gates under parallel callers, counts within a window,
//! expiry. [`crate::ephemeral_suite!`] makes one test of each case; each case uses names of its own, so that a store which
//! several tests share will do.
//!
//! The cases of [`crate::ephemeral_expiry_suite!`] move the moment that is passed in, so they are for stores that expire
//! by it; a store with its own clock needs a way of its own to let time pass.
#![expect(clippy::expect_used, reason = "a suite is test code")]

use crate::servers;
use portal_id_core::ports::{Ephemeral, EphemeralKey};
use portal_id_core::time::{Span, Timestamp};
use portal_id_ephemeral::{EphemeralSettings, InProcess};
use std::future::Future;
use std::sync::Arc;
use tokio::sync::Barrier;

/// How many callers race.
const RACERS: usize = 64;
/// 2026-11-23T00:00:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_795_392_000);
const MINUTE: Span = Span::minutes(1);
const TICK: Span = Span::millis(1);

/// The store under test.
pub type Subject = Arc<dyn Ephemeral>;

/// A shared store at `url`.
pub async fn redis(url: &str) -> Subject {
    open(url).await.expect("the address names a Redis")
}

/// A shared store at `url`, or why it is not used.
pub async fn open(url: &str) -> Result<Subject, String> {
    let settings = EphemeralSettings {
        url: url.to_owned(),
        prefix: servers::unique("suite"),
        // 64 racers on a machine that also compiles: what is tested is who wins, not how soon.
        patience_milliseconds: 5000,
        ..EphemeralSettings::default()
    };
    portal_id_ephemeral::open(&settings).await.map_err(|refusal| refusal.to_string())
}

/// The store in the process, as large as it is by default.
pub fn in_process() -> Subject {
    Arc::new(InProcess::new(EphemeralSettings::default().max_entries))
}

/// One test per case that holds for every store. `$store` is an expression of type [`Subject`]; it is evaluated once per
/// test.
#[macro_export]
macro_rules! ephemeral_suite {
    ($store:expr $(, #[$attribute:meta])*) => {
        $crate::ephemeral_suite!(@each [$(#[$attribute])*] $store;
            of_64_parallel_puts_of_one_mark_one_wins,
            of_64_parallel_takes_of_one_mark_one_gets_it,
            of_64_parallel_counts_none_is_lost,
            a_mark_is_found_as_often_as_wanted_and_taken_once,
            a_put_on_a_live_mark_changes_nothing,
            a_taken_mark_can_be_put_again,
            what_was_never_put_is_neither_found_nor_taken,
            names_of_different_kinds_never_meet,
            any_bytes_come_back_as_they_were,
        );
    };
    (@each $attributes:tt $store:expr; $($case:ident),+ $(,)?) => {
        $($crate::ephemeral_suite!(@one $attributes $store; $case);)+
    };
    (@one [$($attribute:tt)*] $store:expr; $case:ident) => {
        $($attribute)*
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::suites::ephemeral::$case($store).await;
        }
    };
}

/// One test per case for stores with a clock of their own; they take a part of a second each.
#[macro_export]
macro_rules! ephemeral_clock_suite {
    ($store:expr $(, #[$attribute:meta])*) => {
        $crate::ephemeral_suite!(@each [$(#[$attribute])*] $store;
            a_mark_goes_by_itself_and_can_be_put_again,
            a_window_of_counts_ends_by_itself,
            a_callers_clock_that_jumps_by_an_hour_changes_nothing,
        );
    };
}

/// One test per case for stores that expire by the moment that is passed in.
#[macro_export]
macro_rules! ephemeral_expiry_suite {
    ($store:expr) => {
        $crate::ephemeral_suite!(@each [] $store;
            a_mark_is_there_until_its_end_and_not_at_it,
            an_expired_mark_can_be_put_again,
            of_64_parallel_puts_on_an_expired_mark_one_wins,
            a_window_of_counts_begins_with_the_first_and_restarts_after_its_end,
        );
    };
}

fn key(kind: &'static str, part: &str) -> EphemeralKey {
    EphemeralKey::new(kind, part)
}

/// What [`RACERS`] callers got who all set off together.
async fn race<T, F>(store: &Subject, call: impl Fn(Subject, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(RACERS));
    let racers: Vec<_> = (0..RACERS)
        .map(|racer| {
            let (start, call) = (Arc::clone(&start), call(Arc::clone(store), racer));
            tokio::spawn(async move {
                start.wait().await;
                call.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(RACERS);
    for racer in racers {
        results.push(racer.await.expect("a racer finishes"));
    }
    results
}

async fn put(store: &Subject, key: &EphemeralKey, value: &[u8], now: Timestamp) -> bool {
    store.set_if_absent(key, value, MINUTE, now).await.expect("the store takes a mark")
}

async fn found(store: &Subject, key: &EphemeralKey, now: Timestamp) -> Option<Vec<u8>> {
    store.find(key, now).await.expect("the store can be asked")
}

async fn taken(store: &Subject, key: &EphemeralKey, now: Timestamp) -> Option<Vec<u8>> {
    store.take(key, now).await.expect("the store can be asked")
}

async fn counted(store: &Subject, key: &EphemeralKey, now: Timestamp) -> u64 {
    store.count(key, MINUTE, now).await.expect("the store counts")
}

/// Sixty-four callers put the same mark: one is told that it was first, and the mark carries that caller's value.
pub async fn of_64_parallel_puts_of_one_mark_one_wins(store: Subject) {
    winner_of_puts(&store, &key("race-put", "one"), NOW).await;
}

async fn winner_of_puts(store: &Subject, mark: &EphemeralKey, now: Timestamp) {
    let results = race(store, |store, racer| {
        let mark = mark.clone();
        async move { put(&store, &mark, racer.to_string().as_bytes(), now).await }
    })
    .await;
    let winners: Vec<usize> = (0..RACERS).filter(|racer| results[*racer]).collect();
    assert_eq!(winners.len(), 1, "the winners are {winners:?}");
    assert_eq!(found(store, mark, now).await, Some(winners[0].to_string().into_bytes()));
}

/// Sixty-four callers take the same mark: one gets the value, the others nothing.
pub async fn of_64_parallel_takes_of_one_mark_one_gets_it(store: Subject) {
    let mark = key("race-take", "one");
    assert!(put(&store, &mark, b"state", NOW).await);
    let results = race(&store, |store, _| {
        let mark = mark.clone();
        async move { taken(&store, &mark, NOW).await }
    })
    .await;
    let got: Vec<_> = results.into_iter().flatten().collect();
    assert_eq!(got, [b"state".to_vec()]);
}

/// Sixty-four callers count one thing: they are given the numbers 1 to 64, each once.
pub async fn of_64_parallel_counts_none_is_lost(store: Subject) {
    let mut numbers =
        race(&store, |store, _| async move { counted(&store, &key("race-count", "one"), NOW).await }).await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=64).collect::<Vec<u64>>());
}

/// Finding leaves the mark where it is; taking removes it.
pub async fn a_mark_is_found_as_often_as_wanted_and_taken_once(store: Subject) {
    let mark = key("find", "one");
    assert!(put(&store, &mark, b"state", NOW).await);
    for _ in 0..3 {
        assert_eq!(found(&store, &mark, NOW).await.as_deref(), Some(b"state".as_slice()));
    }
    assert_eq!(taken(&store, &mark, NOW).await.as_deref(), Some(b"state".as_slice()));
    assert_eq!(taken(&store, &mark, NOW).await, None);
    assert_eq!(found(&store, &mark, NOW).await, None);
}

/// A second put is refused and leaves the first one's value.
pub async fn a_put_on_a_live_mark_changes_nothing(store: Subject) {
    let mark = key("put-twice", "one");
    assert!(put(&store, &mark, b"first", NOW).await);
    assert!(!put(&store, &mark, b"second", NOW).await);
    assert_eq!(found(&store, &mark, NOW).await.as_deref(), Some(b"first".as_slice()));
}

/// Taking makes the name free again.
pub async fn a_taken_mark_can_be_put_again(store: Subject) {
    let mark = key("put-again", "one");
    assert!(put(&store, &mark, b"first", NOW).await);
    assert!(taken(&store, &mark, NOW).await.is_some());
    assert!(put(&store, &mark, b"second", NOW).await);
    assert_eq!(found(&store, &mark, NOW).await.as_deref(), Some(b"second".as_slice()));
}

/// An unknown name has no value.
pub async fn what_was_never_put_is_neither_found_nor_taken(store: Subject) {
    let mark = key("never", "one");
    assert_eq!(found(&store, &mark, NOW).await, None);
    assert_eq!(taken(&store, &mark, NOW).await, None);
}

/// One part under two kinds is two names, for marks and for counts (security.md row 32).
pub async fn names_of_different_kinds_never_meet(store: Subject) {
    let (one, other) = (key("kind-a", "same"), key("kind-b", "same"));
    assert!(put(&store, &one, b"a", NOW).await);
    assert!(put(&store, &other, b"b", NOW).await);
    assert_eq!(taken(&store, &one, NOW).await.as_deref(), Some(b"a".as_slice()));
    assert_eq!(found(&store, &other, NOW).await.as_deref(), Some(b"b".as_slice()));

    let (one, other) = (key("kind-c", "same"), key("kind-d", "same"));
    assert_eq!((counted(&store, &one, NOW).await, counted(&store, &one, NOW).await), (1, 2));
    assert_eq!(counted(&store, &other, NOW).await, 1);
    // The division into kind and part is kept, too.
    assert!(put(&store, &key("kind-e", "x:y"), b"", NOW).await);
    assert!(put(&store, &key("kind-e", "x"), b"", NOW).await);
}

/// Values are bytes, not text, and may be empty; parts of names may be any text.
pub async fn any_bytes_come_back_as_they_were(store: Subject) {
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    for (part, value) in [("empty", b"".as_slice()), ("every byte\r\n\0 của Việt Nam", &every_byte)] {
        let mark = key("bytes", part);
        assert!(put(&store, &mark, value, NOW).await);
        assert_eq!(found(&store, &mark, NOW).await.as_deref(), Some(value));
        assert_eq!(taken(&store, &mark, NOW).await.as_deref(), Some(value));
    }
}

/// A mark put for a minute lives one millisecond less than a minute later, and neither at the minute nor after it.
pub async fn a_mark_is_there_until_its_end_and_not_at_it(store: Subject) {
    let end = NOW + MINUTE;
    for (part, moment, there) in [("before", end - TICK, true), ("at", end, false), ("after", end + TICK, false)] {
        let (to_find, to_take) = (key("expiry-find", part), key("expiry-take", part));
        assert!(put(&store, &to_find, b"state", NOW).await);
        assert!(put(&store, &to_take, b"state", NOW).await);
        assert_eq!(found(&store, &to_find, moment).await.is_some(), there, "found {part} its end");
        assert_eq!(taken(&store, &to_take, moment).await.is_some(), there, "taken {part} its end");
    }
}

/// The name is taken until the mark's end and free at it.
pub async fn an_expired_mark_can_be_put_again(store: Subject) {
    let mark = key("expiry-put", "one");
    let end = NOW + MINUTE;
    assert!(put(&store, &mark, b"first", NOW).await);
    assert!(!put(&store, &mark, b"second", end - TICK).await);
    assert!(put(&store, &mark, b"third", end).await);
    // The new mark has its own whole minute.
    assert_eq!(found(&store, &mark, end + MINUTE - TICK).await.as_deref(), Some(b"third".as_slice()));
}

/// An expired mark that is still held lets one of many callers through, not all.
pub async fn of_64_parallel_puts_on_an_expired_mark_one_wins(store: Subject) {
    let mark = key("expiry-race", "one");
    assert!(put(&store, &mark, b"old", NOW).await);
    winner_of_puts(&store, &mark, NOW + MINUTE).await;
}

/// The window is fixed: later counts do not prolong it, and the first count after its end begins a new one.
pub async fn a_window_of_counts_begins_with_the_first_and_restarts_after_its_end(store: Subject) {
    let end = NOW + MINUTE;
    for (part, moment, next) in [("before", end - TICK, 4), ("at", end, 1), ("after", end + TICK, 1)] {
        let what = key("window", part);
        assert_eq!(counted(&store, &what, NOW).await, 1);
        assert_eq!(counted(&store, &what, NOW + Span::seconds(30)).await, 2);
        assert_eq!(counted(&store, &what, NOW + Span::seconds(59)).await, 3);
        assert_eq!(counted(&store, &what, moment).await, next, "{part} the window's end");
        assert_eq!(counted(&store, &what, moment).await, next + 1);
    }
}

/// For how long a name lives in the cases that wait for a real clock.
const SHORT: Span = Span::millis(150);
/// More than [`SHORT`], and than what a busy machine adds to it.
const PAUSE_MILLISECONDS: u64 = 400;

pub async fn a_mark_goes_by_itself_and_can_be_put_again(store: Subject) {
    let key = key("clock", "mark");
    assert!(store.set_if_absent(&key, b"first", SHORT, NOW).await.expect("put"));
    servers::pause(PAUSE_MILLISECONDS);
    assert_eq!(found(&store, &key, NOW).await, None);
    assert_eq!(taken(&store, &key, NOW).await, None);
    assert!(put(&store, &key, b"second", NOW).await);
    assert_eq!(found(&store, &key, NOW).await.as_deref(), Some(b"second".as_slice()));
}

pub async fn a_window_of_counts_ends_by_itself(store: Subject) {
    let key = key("clock", "count");
    let count = async || store.count(&key, SHORT, NOW).await.expect("counted");
    assert_eq!(count().await, 1);
    servers::pause(PAUSE_MILLISECONDS);
    assert_eq!((count().await, count().await), (1, 2));
}

/// One clock for all nodes, the server's: a node whose own is wrong neither loses marks nor keeps them longer.
pub async fn a_callers_clock_that_jumps_by_an_hour_changes_nothing(store: Subject) {
    let key = key("clock", "jump");
    assert!(put(&store, &key, b"mark", NOW).await);
    let ahead = NOW + MINUTE.times(60);
    assert!(!put(&store, &key, b"again", ahead).await);
    assert_eq!(counted(&store, &key, ahead).await, 1);
    assert_eq!(counted(&store, &key, NOW).await, 2);
    assert_eq!(taken(&store, &key, NOW).await.as_deref(), Some(b"mark".as_slice()));
}
