//! The job that empties the outbox. Its rounds overlap: a gateway that hangs holds up the messages that it was given, and
//! never those that come after them.

use crate::house::House;
use crate::jobs::Trouble;
use portal_id_core::store::StoreError;
use portal_id_notify::{Places, Round, RunReport, Way};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle, JoinSet};

/// How often the outbox is looked at.
pub(crate) const EVERY: Duration = Duration::from_millis(500);

/// Delivers what goes one way until `stop` says so, and then to the end what it had taken.
pub(crate) fn start(house: &Arc<House>, stop: &watch::Receiver<bool>, name: &'static str, way: Way) -> JoinHandle<()> {
    let (house, mut stop) = (Arc::clone(house), stop.clone());
    tokio::spawn(async move {
        let mut timer = tokio::time::interval(EVERY);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut job =
            Job { house: Arc::clone(&house), name, trouble: Trouble::of_a_job_every(EVERY), rounds: JoinSet::new() };
        // Whether to look again as soon as there is room.
        let mut is_due = false;
        loop {
            let places = tokio::select! {
                _ = timer.tick(), if !is_due => {
                    is_due = true;
                    continue;
                }
                places = house.courier.places(way), if is_due => places,
                Some(ended) = job.rounds.join_next() => {
                    job.note(ended);
                    continue;
                }
                _ = stop.wait_for(|stop| *stop) => break,
            };
            is_due = job.take(places).await;
        }
        while let Some(ended) = job.rounds.join_next().await {
            job.note(ended);
        }
    })
}

struct Job {
    house: Arc<House>,
    name: &'static str,
    trouble: Trouble,
    rounds: JoinSet<Result<RunReport, StoreError>>,
}

impl Job {
    /// Takes what is due and begins to deliver it; whether more may be due.
    async fn take(&mut self, places: Places) -> bool {
        let house = Arc::clone(&self.house);
        // A task of its own, so that a panic ends this round and not the job.
        let taken = tokio::spawn(async move { house.courier.claim(&house.outside.job_ctx("deliver"), places).await });
        match taken.await {
            Ok(Ok(round)) => {
                let is_full = round.is_full();
                self.deliver(round);
                is_full
            }
            Ok(Err(error)) => {
                self.note(Ok(Err(error)));
                false
            }
            Err(panic) => {
                self.note(Err(panic));
                false
            }
        }
    }

    fn deliver(&mut self, round: Round) {
        let house = Arc::clone(&self.house);
        self.rounds.spawn(async move { house.courier.deliver(round).await });
    }

    fn note(&mut self, ended: Result<Result<RunReport, StoreError>, JoinError>) {
        match ended {
            Ok(outcome) => self.trouble.note(self.name, outcome.map(drop).map_err(Into::into)),
            Err(panic) => tracing::error!(job = self.name, %panic, "A job broke; it is tried again."),
        }
    }
}
