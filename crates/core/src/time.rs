//! Moments and spans. A moment is read once per request or job at an edge and passed on as a value.

use serde::{Deserialize, Serialize};
use std::ops::{Add, Sub};

#[expect(
    clippy::unsafe_derive_deserialize,
    reason = "the `offset!` macro expands to checked unsafe code; any number is a valid moment"
)]
/// A moment: milliseconds since 1970-01-01T00:00:00Z. Stored as BIGINT in both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the epoch, the unit of JWT's NumericDate (RFC 7519 §2).
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The span from `earlier` to this moment; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0).max(0))
    }

    /// The calendar day in Vietnam (UTC+7, no daylight saving).
    pub fn date_in_vietnam(self) -> time::Date {
        self.in_vietnam().date()
    }

    /// The wall clock in Vietnam (UTC+7), for texts that people read.
    pub fn in_vietnam(self) -> time::OffsetDateTime {
        let seconds = self.seconds().clamp(-62_135_596_800, 253_370_764_800);
        time::OffsetDateTime::from_unix_timestamp(seconds)
            .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
            .to_offset(time::macros::offset!(+7))
    }
}

/// A length of time in milliseconds, never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From milliseconds; negative input counts as zero.
    pub const fn millis(millis: i64) -> Self {
        Self(if millis < 0 { 0 } else { millis })
    }

    /// From seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self::millis(seconds.saturating_mul(1000))
    }

    /// From minutes.
    pub const fn minutes(minutes: i64) -> Self {
        Self::seconds(minutes.saturating_mul(60))
    }

    /// From hours.
    pub const fn hours(hours: i64) -> Self {
        Self::minutes(hours.saturating_mul(60))
    }

    /// From days.
    pub const fn days(days: i64) -> Self {
        Self::hours(days.saturating_mul(24))
    }

    /// In milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// In whole seconds, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1000
    }

    /// In minutes, rounded up: what a page tells a person to wait.
    pub const fn as_minutes_up(self) -> i64 {
        (self.0 + 59_999) / 60_000
    }

    /// As the standard library's duration, for timers at the edges.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0.unsigned_abs())
    }

    /// This span `factor` times over, saturating.
    #[must_use]
    pub const fn times(self, factor: i64) -> Self {
        Self::millis(self.0.saturating_mul(factor))
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::millis(self.0 - other.0)
    }
}

/// Where the time comes from. Only edges (the HTTP layer, the job loop, the command line) hold one.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_never_negative_and_arithmetic_saturates() {
        assert_eq!(Span::millis(-5), Span::ZERO);
        assert_eq!(Timestamp::from_millis(3).since(Timestamp::from_millis(9)), Span::ZERO);
        assert_eq!((Timestamp::from_millis(i64::MAX) + Span::days(1)).millis(), i64::MAX);
        assert_eq!(Span::seconds(61).as_minutes_up(), 2);
        assert_eq!(Timestamp::from_millis(-1).seconds(), -1);
    }

    #[test]
    fn the_day_in_vietnam_begins_seven_hours_before_utc() {
        let evening = Timestamp::from_seconds(1_795_366_800); // 2026-11-22T17:00:00Z
        assert_eq!(evening.date_in_vietnam(), time::macros::date!(2026 - 11 - 23));
    }
}
