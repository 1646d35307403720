//! When an endpoint of an upstream that fails is left alone for a while, so that nobody waits for it in vain and it can
//! recover.

use portal_id_core::time::{Span, Timestamp};

/// Failures in a row that open the circuit.
const FAILURES: u32 = 5;
/// How long it stays open; then one call finds out.
const OPEN_FOR: Span = Span::seconds(30);

/// How an upstream fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitState {
    /// It is called.
    Closed,
    /// It is left alone.
    Open,
    /// One call finds out whether it works again.
    Probing,
}

/// One endpoint's circuit.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    failures_in_a_row: u32,
    /// Until when it is left alone.
    open_until: Option<Timestamp>,
    /// Whether a call is under way that finds out.
    probing: bool,
}

impl Circuit {
    /// Whether a call may be made. While open the first caller after the pause is let through, and the pause begins anew
    /// for all others: a probe that is never heard of again holds nobody up for longer than that.
    pub(crate) fn admits(&mut self, now: Timestamp) -> bool {
        match self.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                self.open_until = Some(now + OPEN_FOR);
                self.probing = true;
                true
            }
        }
    }

    /// It worked. Whether that is news.
    pub(crate) fn succeeded(&mut self) -> bool {
        (self.failures_in_a_row, self.probing) = (0, false);
        self.open_until.take().is_some()
    }

    /// It answered, and nothing is known by that: the next call finds out.
    pub(crate) const fn undecided(&mut self, now: Timestamp) {
        if self.probing {
            (self.open_until, self.probing) = (Some(now), false);
        }
    }

    /// It failed. Whether the circuit opened by that.
    pub(crate) fn failed(&mut self, now: Timestamp) -> bool {
        self.probing = false;
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        if self.failures_in_a_row < FAILURES {
            return false;
        }
        self.open_until.replace(now + OPEN_FOR).is_none()
    }

    pub(crate) fn state(&self, now: Timestamp) -> CircuitState {
        match self.open_until {
            None => CircuitState::Closed,
            Some(until) if now < until => CircuitState::Open,
            Some(_) => CircuitState::Probing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);

    fn failing() -> Circuit {
        let mut circuit = Circuit::default();
        for number in 1..=FAILURES {
            assert!(circuit.admits(NOW));
            assert_eq!(circuit.failed(NOW), number == FAILURES, "{number}");
        }
        circuit
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_a_success_in_between_does_not() {
        assert_eq!(failing().state(NOW), CircuitState::Open);
        let mut circuit = Circuit::default();
        for _ in 0..3 {
            for _ in 1..FAILURES {
                circuit.failed(NOW);
            }
            assert!(!circuit.succeeded(), "it had not opened");
        }
        assert_eq!(circuit.state(NOW), CircuitState::Closed);
    }

    #[test]
    fn after_the_pause_one_call_finds_out() {
        let mut circuit = failing();
        assert!(!circuit.admits(NOW + OPEN_FOR - Span::millis(1)));
        let later = NOW + OPEN_FOR;
        assert_eq!(circuit.state(later), CircuitState::Probing);
        assert!(circuit.admits(later));
        assert!(!circuit.admits(later), "one");
        assert!(!circuit.failed(later), "still open is no news");
        assert!(!circuit.admits(later + OPEN_FOR - Span::millis(1)));
        assert!(circuit.admits(later + OPEN_FOR));
        assert!(circuit.succeeded());
        assert!(circuit.admits(later) && circuit.admits(later));
    }

    #[test]
    fn an_answer_that_decides_nothing_neither_opens_nor_closes_it_and_hands_the_probe_on() {
        let mut circuit = Circuit::default();
        for _ in 1..FAILURES {
            circuit.failed(NOW);
        }
        circuit.undecided(NOW);
        assert_eq!(circuit.state(NOW), CircuitState::Closed);
        assert!(circuit.failed(NOW), "it did not count as a success");
        circuit.undecided(NOW);
        assert!(!circuit.admits(NOW), "a call from before ends no pause");
        let later = NOW + OPEN_FOR;
        assert!(circuit.admits(later) && !circuit.admits(later));
        circuit.undecided(later);
        assert_eq!(circuit.state(later), CircuitState::Probing);
        assert!(circuit.admits(later) && !circuit.admits(later));
    }

    #[test]
    fn a_probe_that_is_never_heard_of_again_is_followed_by_another() {
        let mut circuit = failing();
        assert!(circuit.admits(NOW + OPEN_FOR));
        assert!(circuit.admits(NOW + OPEN_FOR + OPEN_FOR));
    }
}
