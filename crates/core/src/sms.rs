//! What becomes of a text message at its gateway, and what a day of text messages may cost.
//!
//! A gateway that accepts a message has not delivered it: many tell later whether it arrived. Every accepted message is
//! billed by its parts, so the parts of a Vietnamese day are counted, and a ceiling can be set (toll fraud, a loop).

use crate::ids::MessageId;
use crate::store::{StoreResult, Tx};
use crate::time::{Span, Timestamp};

/// Who took a text message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The gateway's name in the configuration.
    pub gateway: String,
    /// The gateway's own id of the message, if it gave one: by it the gateway tells later what became of it.
    pub id: Option<String>,
}

/// What a gateway told after it had accepted a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrival {
    /// The phone has it.
    Delivered,
    /// The network gave up.
    Failed,
}

impl Arrival {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Delivered, Self::Failed].into_iter().find(|arrival| arrival.as_str() == text)
    }
}

/// By which id a gateway speaks of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportedId {
    /// The one it gave when it accepted the message.
    Gateways(String),
    /// Ours, which it was given with the message.
    Ours(MessageId),
}

/// A text message on its way through a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsSend {
    /// The message in the outbox.
    pub message_id: MessageId,
    /// The day that its parts count for.
    pub day: VietnamDay,
    /// Its billed parts.
    pub parts: u32,
    /// Who took it; `None` while its parts are only set aside.
    pub acceptance: Option<Acceptance>,
    /// When it was taken.
    pub accepted_at: Option<Timestamp>,
    /// When a gateway was asked to take it and gave no answer.
    pub unanswered_at: Option<Timestamp>,
    /// What the gateway told afterwards.
    pub arrival: Option<Arrival>,
    /// When it told so.
    pub told_at: Option<Timestamp>,
}

/// A calendar day in Vietnam, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VietnamDay(i64);

impl VietnamDay {
    /// The day of this moment.
    pub const fn of(now: Timestamp) -> Self {
        Self((now.millis() + Span::hours(7).as_millis()).div_euclid(Span::days(1).as_millis()))
    }

    /// From a stored number.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number to store.
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// What was counted on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsDay {
    /// Which day.
    pub day: VietnamDay,
    /// Parts of accepted messages, and of those under way.
    pub parts: u64,
    /// When the operators were warned that most of the ceiling is used, and which.
    pub warned: Option<(Timestamp, u64)>,
    /// When the first message was held back by the ceiling, and which.
    pub refused: Option<(Timestamp, u64)>,
}

/// What is told to operators once a day each, and again for a ceiling that was raised meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpendAlarm {
    /// Four fifths of the ceiling are used.
    MostlyUsed,
    /// The ceiling is reached.
    Reached,
}

/// Which of some messages may be sent today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpendDecision {
    /// For each, whether its parts were set aside.
    pub granted: Vec<bool>,
    /// What must be told now: given to one caller a day.
    pub alarm: Option<SpendAlarm>,
}

/// Sets the parts of text messages aside before they are handed over, as far as the day's ceiling allows it. They are
/// given back when nobody can have accepted the message; whoever takes the message up after a crash finds them set aside
/// already, so that a message counts once however often it is tried.
pub fn set_parts_aside(
    tx: &mut dyn Tx,
    messages: &[(MessageId, u32)],
    ceiling: Option<u32>,
    now: Timestamp,
) -> StoreResult<SpendDecision> {
    let day = VietnamDay::of(now);
    let granted = match messages {
        // Nearly always there is room for all, and they meet in the day's row once.
        all if tx.reserve_parts(all, day, ceiling)? => vec![true; all.len()],
        [_] => vec![false],
        all => all.chunks(1).map(|one| tx.reserve_parts(one, day, ceiling)).collect::<StoreResult<_>>()?,
    };
    let Some(ceiling) = ceiling.map(u64::from) else { return Ok(SpendDecision { granted, alarm: None }) };
    let Some(today) = tx.find_sms_day(day)? else { return Ok(SpendDecision { granted, alarm: None }) };
    let is_new = |told: Option<(Timestamp, u64)>| told.is_none_or(|(_, of)| of < ceiling);
    let (some_granted, some_refused) = (granted.contains(&true), granted.contains(&false));
    let alarm = if some_refused && is_new(today.refused) {
        Some(SpendAlarm::Reached)
    } else if some_granted && is_new(today.warned) && today.parts * 5 >= ceiling * 4 {
        Some(SpendAlarm::MostlyUsed)
    } else {
        None
    };
    let alarm = match alarm {
        Some(alarm) if tx.mark_spend_alarm(day, alarm, ceiling, now)? => Some(alarm),
        _ => None,
    };
    Ok(SpendDecision { granted, alarm })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_vietnam() {
        let midnight = Timestamp::from_seconds(1_795_366_800); // 2026-11-22T17:00:00Z
        assert_ne!(VietnamDay::of(midnight - Span::millis(1)), VietnamDay::of(midnight));
        assert_eq!(VietnamDay::of(midnight), VietnamDay::of(midnight + Span::hours(24) - Span::millis(1)));
        assert_eq!(VietnamDay::of(Timestamp::from_seconds(0)).number(), 0);
        assert_eq!(VietnamDay::of(Timestamp::from_seconds(-8 * 3600)).number(), -1);
    }
}
