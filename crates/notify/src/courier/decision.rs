//! What becomes of a message after an attempt: pure rules.

use crate::settings::Attempts;
use portal_id_core::outbox::{Delivery, OutboxRow, backoff};
use portal_id_core::sms::Acceptance;
use portal_id_core::time::Timestamp;

/// What is written about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Taken by the other side; by which gateway, when it was one.
    Accepted {
        /// Which, and under which id.
        acceptance: Option<Acceptance>,
    },
    /// Try again then.
    Postpone {
        /// The next attempt.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// Given up: refused for good, or tried often enough.
    Dead {
        /// Why.
        reason: String,
    },
    /// Its time is over; `reason` is the last refusal, if it was ever tried.
    Expired {
        /// Why it was not delivered in time.
        reason: Option<String>,
    },
}

/// A message whose time is over is not sent any more (decisions 12).
pub(super) fn before_attempt(row: &OutboxRow, now: Timestamp) -> Option<Step> {
    (now >= row.not_after).then(|| Step::Expired { reason: row.last_error.clone() })
}

/// The step after an attempt at `now` that counts as one more than `row.attempts`.
pub(super) fn after_attempt(row: &OutboxRow, delivery: Delivery, attempts: Attempts, now: Timestamp) -> Step {
    let made = row.attempts.saturating_add(1);
    match delivery {
        Delivery::Accepted => Step::Accepted { acceptance: None },
        Delivery::AcceptedBy(acceptance) => Step::Accepted { acceptance: Some(acceptance) },
        Delivery::Permanent(reason) => Step::Dead { reason: brief(&reason) },
        Delivery::Passing(reason) | Delivery::Unanswered(reason) if made >= attempts.limit(row.channel) => {
            Step::Dead { reason: brief(&reason) }
        }
        Delivery::Passing(reason) | Delivery::Unanswered(reason) => {
            let at = now + backoff(row.channel, made);
            let reason = brief(&reason);
            // Nothing can come of a later attempt: its words are erased now rather than then.
            if at >= row.not_after { Step::Expired { reason: Some(reason) } } else { Step::Postpone { at, reason } }
        }
    }
}

/// A reason as a row keeps it: one line, at most 200 characters.
fn brief(reason: &str) -> String {
    reason.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courier::tests::row;
    use portal_id_core::outbox::Channel;
    use portal_id_core::time::Span;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_400_000);

    fn passing() -> Delivery {
        Delivery::Passing("later".to_owned())
    }

    fn step(channel: Channel, made_before: u32, delivery: Delivery) -> Step {
        let row = OutboxRow { attempts: made_before, not_after: NOW + Span::days(1), ..row("m", channel, NOW) };
        after_attempt(&row, delivery, Attempts::default(), NOW)
    }

    #[test]
    fn an_accepted_message_is_delivered_and_a_refused_one_dead() {
        assert_eq!(step(Channel::Email, 11, Delivery::Accepted), Step::Accepted { acceptance: None });
        let acceptance = Acceptance { gateway: "esms".to_owned(), id: Some("abc-1".to_owned()) };
        assert_eq!(
            step(Channel::Sms, 0, Delivery::AcceptedBy(acceptance.clone())),
            Step::Accepted { acceptance: Some(acceptance) }
        );
        assert_eq!(
            step(Channel::Email, 0, Delivery::Permanent("550".to_owned())),
            Step::Dead { reason: "550".to_owned() }
        );
    }

    #[test]
    fn a_passing_failure_waits_longer_each_time() {
        let reason = "later".to_owned();
        assert_eq!(
            step(Channel::Email, 0, passing()),
            Step::Postpone { at: NOW + Span::seconds(2), reason: reason.clone() }
        );
        assert_eq!(
            step(Channel::Email, 9, passing()),
            Step::Postpone { at: NOW + Span::seconds(1024), reason: reason.clone() }
        );
        assert_eq!(step(Channel::Sms, 4, passing()), Step::Postpone { at: NOW + Span::seconds(20), reason });
    }

    #[test]
    fn after_the_last_attempt_it_is_given_up() {
        let last = |channel| Attempts::default().limit(channel) - 1;
        for channel in [Channel::Email, Channel::Sms] {
            assert!(!matches!(step(channel, last(channel) - 1, passing()), Step::Dead { .. }));
            assert!(matches!(step(channel, last(channel), passing()), Step::Dead { .. }));
        }
    }

    /// decisions 12.
    #[test]
    fn a_message_is_never_sent_at_or_after_its_end() {
        let row = row("m", Channel::Sms, NOW);
        let end = row.not_after;
        assert_eq!(before_attempt(&row, end - Span::millis(1)), None);
        assert_eq!(before_attempt(&row, end), Some(Step::Expired { reason: None }));
        assert_eq!(before_attempt(&row, end + Span::days(1)), Some(Step::Expired { reason: None }));
    }

    #[test]
    fn an_attempt_that_would_come_too_late_is_not_planned() {
        let row = OutboxRow { not_after: NOW + Span::seconds(2), ..row("m", Channel::Sms, NOW) };
        let step = after_attempt(&row, passing(), Attempts::default(), NOW);
        assert_eq!(step, Step::Expired { reason: Some("later".to_owned()) });
        let row = OutboxRow { not_after: NOW + Span::millis(2001), ..row };
        assert!(matches!(after_attempt(&row, passing(), Attempts::default(), NOW), Step::Postpone { .. }));
    }

    #[test]
    fn a_reason_is_one_short_line() {
        let step = step(Channel::Email, 0, Delivery::Permanent(format!("a\r\nb{}", "đ".repeat(500))));
        assert_eq!(step, Step::Dead { reason: format!("ab{}", "đ".repeat(198)) });
    }
}
