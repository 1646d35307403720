//! Moments as people read them.

use portal_id_core::time::{Span, Timestamp};
use time::Date;

/// Time and day in Vietnam, such as `14:05, 23/11/2026`.
pub(crate) fn at(moment: Timestamp) -> String {
    let local = moment.in_vietnam();
    format!("{:02}:{:02}, {}", local.hour(), local.minute(), day(local.date()))
}

/// A day, such as `23/11/2026`.
pub(crate) fn day(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year())
}

/// From when something works again: the next full minute, so that whoever comes at that minute is not too early.
pub(crate) fn from(moment: Timestamp) -> String {
    at(moment + Span::millis(59_999))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_vietnamese_way_and_zone() {
        let moment = Timestamp::from_seconds(1_795_404_304); // 2026-11-23T03:25:04Z
        assert_eq!(at(moment), "10:25, 23/11/2026");
        assert_eq!(from(moment), "10:26, 23/11/2026");
        assert_eq!(from(Timestamp::from_seconds(1_795_404_300)), "10:25, 23/11/2026");
    }
}
