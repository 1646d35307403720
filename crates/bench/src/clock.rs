//! The bench's own clock: it measures, so it must read time and wait, which the product's rules may not.

use std::time::{Duration, Instant};

/// The moment.
#[expect(clippy::disallowed_methods, reason = "durations are what this program measures")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Waits.
#[expect(clippy::disallowed_methods, reason = "a load is spread over real time")]
pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Waits until `moment`; a moment that has passed is now.
#[expect(clippy::disallowed_methods, reason = "a load is spread over real time")]
pub(crate) async fn sleep_until(moment: Instant) {
    tokio::time::sleep_until(moment.into()).await;
}
