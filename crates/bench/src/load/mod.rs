//! The load: who asks, how often, and what is noted. Leaves what is asked to the walks.

pub(crate) mod browser;
pub(crate) mod figures;
pub(crate) mod http;

use crate::clock;
use anyhow::Result;
use figures::{Figures, Tally};
use futures_util::future::join_all;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Something that is done again and again by one person or program.
pub(crate) trait Walk {
    /// Does it once.
    async fn once(&mut self) -> Result<()>;
}

/// Saturation: everybody begins again as soon as the answer is there.
pub(crate) async fn closed<W: Walk>(walkers: &mut [W], time: Duration) -> Figures {
    let begun = clock::now();
    let until = begun + time;
    let tallies = join_all(walkers.iter_mut().map(async |walker| {
        let mut tally = Tally::default();
        while clock::now() < until {
            let start = clock::now();
            let result = walker.once().await;
            let failed = result.is_err();
            tally.note(start.elapsed(), result);
            if failed {
                // A provider that refuses at once must not be asked a hundred thousand times a second.
                clock::sleep(Duration::from_millis(5)).await;
            }
        }
        tally
    }))
    .await;
    total(tallies, begun.elapsed())
}

/// Below saturation: `rate` operations a second whoever is ready, each measured from the moment it was due.
pub(crate) async fn paced<W: Walk>(walkers: &mut [W], time: Duration, rate: f64) -> Figures {
    let gap = Duration::from_secs_f64(1.0 / rate.max(0.01));
    let begun = clock::now();
    let until = begun + time;
    let next: Cell<Instant> = Cell::new(begun);
    let next = &next;
    let tallies = join_all(walkers.iter_mut().map(async |walker| {
        let mut tally = Tally::default();
        loop {
            let due = next.get();
            if due >= until {
                return tally;
            }
            next.set(due + gap);
            // Whoever is late counts its lateness; the timer's own (a millisecond) is nobody's.
            let late = due <= clock::now();
            clock::sleep_until(due).await;
            let start = if late { due } else { clock::now() };
            let result = walker.once().await;
            tally.note(start.elapsed(), result);
        }
    }))
    .await;
    total(tallies, begun.elapsed())
}

fn total(tallies: Vec<Tally>, elapsed: Duration) -> Figures {
    let mut all = Tally::default();
    for tally in tallies {
        all.merge(tally);
    }
    all.figures(elapsed)
}
