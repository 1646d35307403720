//! Durable limits: how often something may happen to one account or one phone.
//!
//! The rule is pure; the row is changed through its version, so that of many parallel tries only as many pass
//! as the rule allows (security.md rows 12–14). Floods by address are counted in the ephemeral store instead.

use crate::digest::Digest;
use crate::time::{Span, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

/// The moments at which something happened, kept while a limit still looks at them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// The keyed digest of what is limited.
    pub key: Digest,
    /// The moments that count, the oldest first.
    pub marks: Vec<Timestamp>,
    /// When its owner was told about the limit, if they were (decisions 9: once).
    pub notified_at: Option<Timestamp>,
    /// When the row can be swept.
    pub expires_at: Timestamp,
    /// Grows with every change; the gate against two changes at once.
    pub version: i64,
}

/// At most `max` marks within `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub max: u32,
    /// Within how long.
    pub period: Span,
}

/// A set of limits that hold together, and a pause that grows with the number of marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// All of them must hold.
    pub limits: Vec<Limit>,
    /// After how many marks the growing pause begins; `None` for no pause.
    pub pause_after: Option<u32>,
}

/// The longest growing pause: what pages name as the time to wait, which must not tell how many tries there were. Beyond
/// it is only the limit of twelve hours.
pub const LONGEST_PAUSE: Span = Span::minutes(15);

impl Rule {
    /// The span after which a mark no longer matters.
    pub fn memory(&self) -> Span {
        self.limits.iter().map(|limit| limit.period).max().unwrap_or(Span::ZERO)
    }

    /// When the next mark is allowed: `None` means now.
    pub fn blocked_until(&self, marks: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
        let by_limit = self.limits.iter().filter_map(|limit| {
            let max = usize::try_from(limit.max).unwrap_or(usize::MAX);
            let oldest_that_counts = marks.iter().rev().nth(max.saturating_sub(1))?;
            Some(*oldest_that_counts + limit.period)
        });
        by_limit.chain(self.pause(marks)).filter(|until| *until > now).max()
    }

    /// The growing pause after the last mark: a minute, two, four … at most a quarter of an hour.
    fn pause(&self, marks: &[Timestamp]) -> Option<Timestamp> {
        let after = usize::try_from(self.pause_after?).unwrap_or(usize::MAX);
        let last = *marks.last()?;
        let beyond = marks.len().checked_sub(after)?;
        let doublings = u32::try_from(beyond.min(10)).unwrap_or(10);
        Some(last + Span::minutes(1_i64 << doublings).min(LONGEST_PAUSE))
    }
}

impl Throttle {
    /// A key that nothing has happened to yet.
    pub fn fresh(key: Digest, now: Timestamp) -> Self {
        Self { key, marks: Vec::new(), notified_at: None, expires_at: now, version: 0 }
    }

    /// Puts a mark at `now` when `rule` allows it, else says until when it does not.
    pub fn mark(&mut self, rule: &Rule, now: Timestamp) -> Result<(), Timestamp> {
        let memory = rule.memory();
        self.marks.retain(|mark| now < *mark + memory);
        if let Some(until) = rule.blocked_until(&self.marks, now) {
            return Err(until);
        }
        if self.marks.is_empty() {
            self.notified_at = None;
        }
        self.marks.push(now);
        self.expires_at = now + memory;
        Ok(())
    }

    /// Takes the mark of `at` back: the try turned out to be right.
    pub fn unmark(&mut self, at: Timestamp) {
        if let Some(index) = self.marks.iter().rposition(|mark| *mark == at) {
            self.marks.remove(index);
        }
    }
}

/// The limits of sign-in (security.md, defaults).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignInLimits {
    /// Tries per minute for one account from one address.
    pub tries_per_minute: u32,
    /// Wrong tries per twelve hours for one account, over all addresses.
    pub tries_per_12_hours: u32,
    /// Wrong tries after which each further one must wait longer.
    pub pause_after: u32,
    /// Sign-ins per minute from one address: against floods only.
    pub sign_ins_per_minute_and_address: u32,
    /// Registrations per hour from one address: against floods only.
    pub registrations_per_hour_and_address: u32,
    /// Mails of one kind per hour to one account or address. Each kind counts apart: mails that a stranger can cause
    /// never use up those that tell an owner of a stranger.
    pub mails_per_hour: u32,
    /// Networks that the limits by address do not apply to, such as the exit of a commune's offices: addresses, or
    /// for IPv6 the /64 in the form `2001:db8:1:2::/64`.
    pub exempt_networks: Vec<String>,
}

impl Default for SignInLimits {
    fn default() -> Self {
        Self {
            tries_per_minute: 5,
            tries_per_12_hours: 50,
            pause_after: 10,
            sign_ins_per_minute_and_address: 600,
            registrations_per_hour_and_address: 300,
            mails_per_hour: 20,
            exempt_networks: Vec::new(),
        }
    }
}

impl SignInLimits {
    /// Wrong passwords for one account.
    pub fn passwords(&self) -> Rule {
        Rule {
            limits: vec![Limit { max: self.tries_per_12_hours, period: Span::hours(12) }],
            pause_after: Some(self.pause_after),
        }
    }

    /// Mails of one kind to one account or address.
    pub fn mails(&self) -> Rule {
        Rule { limits: vec![Limit { max: self.mails_per_hour, period: Span::hours(1) }], pause_after: None }
    }
}

impl crate::challenge::CodeSettings {
    /// Codes sent for one account, or to one phone that was only typed.
    pub fn sends(&self) -> Rule {
        self.sends_times(1)
    }

    /// Codes sent to one phone for all accounts that have proved to hold it: a family, a person and their business.
    pub fn sends_to_proved_phone(&self) -> Rule {
        self.sends_times(3)
    }

    fn sends_times(&self, factor: u32) -> Rule {
        Rule {
            limits: vec![
                Limit { max: self.sends_per_hour.saturating_mul(factor), period: Span::hours(1) },
                Limit { max: self.sends_per_day.saturating_mul(factor), period: Span::days(1) },
            ],
            pause_after: None,
        }
    }

    /// Wrong codes for one account over all its challenges: three challenges' worth an hour, then it must wait.
    pub fn wrong_codes(&self) -> Rule {
        Rule {
            limits: vec![
                Limit { max: self.tries.saturating_mul(3), period: Span::hours(1) },
                Limit { max: self.tries.saturating_mul(10), period: Span::days(1) },
            ],
            pause_after: None,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn rule() -> Rule {
        Rule {
            limits: vec![Limit { max: 3, period: Span::hours(1) }, Limit { max: 4, period: Span::days(1) }],
            pause_after: None,
        }
    }

    #[test]
    fn the_fourth_mark_within_the_hour_is_refused_and_allowed_one_hour_after_the_first() {
        let start = Timestamp::from_seconds(1_000_000);
        let mut throttle = Throttle::fresh(Digest::from_bytes([1; 32]), start);
        for minute in 0..3 {
            throttle.mark(&rule(), start + Span::minutes(minute)).unwrap();
        }
        let until = throttle.mark(&rule(), start + Span::minutes(3)).unwrap_err();
        assert_eq!(until, start + Span::hours(1));
        assert!(throttle.mark(&rule(), until - Span::millis(1)).is_err());
        throttle.mark(&rule(), until).unwrap();
        assert_eq!(throttle.mark(&rule(), until + Span::hours(3)).unwrap_err(), start + Span::days(1));
    }

    #[test]
    fn the_pause_grows_and_stops_growing_at_a_quarter_of_an_hour() {
        let rule = Rule { limits: vec![Limit { max: 50, period: Span::hours(12) }], pause_after: Some(2) };
        let start = Timestamp::from_seconds(1_000_000);
        let mut throttle = Throttle::fresh(Digest::from_bytes([1; 32]), start);
        throttle.mark(&rule, start).unwrap();
        throttle.mark(&rule, start).unwrap();
        let mut pauses = Vec::new();
        let mut now = start;
        for _ in 0..6 {
            let until = throttle.mark(&rule, now).unwrap_err();
            pauses.push(until.since(now).as_minutes_up());
            now = until;
            throttle.mark(&rule, now).unwrap();
        }
        assert_eq!(pauses, [1, 2, 4, 8, 15, 15]);
    }

    #[test]
    fn a_right_try_takes_its_mark_back() {
        let start = Timestamp::from_seconds(1_000_000);
        let mut throttle = Throttle::fresh(Digest::from_bytes([1; 32]), start);
        for _ in 0..20 {
            throttle.mark(&rule(), start).unwrap();
            throttle.unmark(start);
        }
        assert!(throttle.marks.is_empty());
    }
}
