//! Latencies and what is said about them.

use std::collections::BTreeMap;
use std::time::Duration;

/// What one run gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    /// Good operations per second.
    pub(crate) rate: f64,
    /// Latency of good operations.
    pub(crate) p50: Duration,
    /// The 95th percentile.
    pub(crate) p95: Duration,
    /// The 99th percentile.
    pub(crate) p99: Duration,
    /// Good operations.
    pub(crate) good: usize,
    /// Failed operations.
    pub(crate) errors: usize,
    /// Processor time of the measured process per good operation; zero when nobody looked.
    pub(crate) cpu: Duration,
    /// The most common failures, in words.
    pub(crate) causes: Vec<String>,
}

/// What workers collect.
#[derive(Default)]
pub(crate) struct Tally {
    latencies: Vec<Duration>,
    errors: usize,
    causes: BTreeMap<String, usize>,
}

impl Tally {
    /// Notes one operation.
    pub(crate) fn note(&mut self, latency: Duration, result: anyhow::Result<()>) {
        match result {
            Ok(()) => self.latencies.push(latency),
            Err(error) => {
                self.errors += 1;
                let cause: String = format!("{error:#}").chars().take(160).collect();
                *self.causes.entry(cause).or_default() += 1;
            }
        }
    }

    /// Takes another worker's notes in.
    pub(crate) fn merge(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.errors += other.errors;
        for (cause, count) in other.causes {
            *self.causes.entry(cause).or_default() += count;
        }
    }

    /// The figures of `elapsed`.
    pub(crate) fn figures(mut self, elapsed: Duration) -> Figures {
        self.latencies.sort_unstable();
        let at = |per_mille: usize| {
            let index = (self.latencies.len() * per_mille / 1000).min(self.latencies.len().saturating_sub(1));
            self.latencies.get(index).copied().unwrap_or_default()
        };
        let mut causes: Vec<_> = self.causes.iter().collect();
        causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        Figures {
            rate: number(self.latencies.len()) / elapsed.as_secs_f64().max(1e-9),
            p50: at(500),
            p95: at(950),
            p99: at(990),
            good: self.latencies.len(),
            errors: self.errors,
            cpu: Duration::ZERO,
            causes: causes.iter().take(3).map(|(cause, count)| format!("{count} times: {cause}")).collect(),
        }
    }
}

/// A count as a number to divide by.
#[expect(clippy::cast_precision_loss, reason = "counts of operations are far below 2^52")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}

/// The run with the median rate, with the errors of all runs.
pub(crate) fn median(mut runs: Vec<Figures>) -> Figures {
    runs.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    let errors = runs.iter().map(|run| run.errors).sum();
    let causes = runs.iter().flat_map(|run| run.causes.clone()).take(3).collect();
    let middle = runs.len() / 2;
    runs.into_iter().nth(middle).map(|run| Figures { errors, causes, ..run }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_the_median_run() {
        let mut tally = Tally::default();
        for millis in 1..=100 {
            tally.note(Duration::from_millis(millis), Ok(()));
        }
        tally.note(Duration::from_secs(9), Err(anyhow::anyhow!("no")));
        let figures = tally.figures(Duration::from_secs(2));
        assert_eq!((figures.p50.as_millis(), figures.p99.as_millis(), figures.errors), (51, 100, 1));
        assert!((figures.rate - 50.0).abs() < 1e-9);
        let run = |rate| Figures { rate, errors: 1, ..Figures::default() };
        let middle = median(vec![run(3.0), run(1.0), run(2.0)]);
        assert!((middle.rate - 2.0).abs() < 1e-9);
        assert_eq!(middle.errors, 3);
    }
}
