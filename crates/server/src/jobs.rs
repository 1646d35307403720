//! What runs beside the requests. Each job is a `run_once(now)` of the room that owns the rows; tests call that, and
//! only this loop knows about timers.

use crate::delivery;
use crate::house::House;
use crate::tls::Certificates;
use portal_id_core::outbox::Channel;
use portal_id_core::sms::VietnamDay;
use portal_id_core::store::{StoreResult, Tx};
use portal_id_core::time::{Span, Timestamp};
use portal_id_notify::Way;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often the outbox is looked at for notices to services, for which nobody waits at a screen.
const NOTICES_EVERY: Duration = Duration::from_secs(1);
/// How often the key table is read (decisions 23).
const KEYS_EVERY: Duration = Duration::from_secs(30);
/// How often what is over is swept.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// For how long one node's sweep keeps the others from theirs: a little less than a round, so that a timer that is a
/// little early does not miss its turn.
const SWEEP_TURN: Span = Span::seconds(55);
/// Rows per transaction: a sweep must never hold the writer for long.
const SWEEP_LIMIT: u32 = 500;
/// How long ended registrations, sessions and messages are kept for questions of their owners and operators.
const KEEP: Span = Span::days(7);
/// For how long one node's pass over the accounts keeps the others from theirs.
const INDEX_TURN: Span = SWEEP_TURN;
/// Portions of a pass over the accounts in one round, so that a round ends.
const INDEX_PORTIONS: u32 = 200;
/// How long it is kept what a day of text messages cost: a bill may be late.
const KEEP_SPEND: Span = Span::days(400);

/// How long a report about an unknown text message is kept: its acceptance is noted within seconds, or never.
const KEEP_EARLY_REPORTS: Span = Span::days(1);

/// Starts the jobs; they end after `stop` says so, having finished what they had begun.
pub fn start(house: &Arc<House>, stop: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    vec![
        delivery::start(house, stop, "deliver-emails", Way::Email),
        delivery::start(house, stop, "deliver-texts", Way::Sms),
        every(house, stop, "deliver-notices", NOTICES_EVERY, |house| async move {
            deliver_once(&house, Channel::Backchannel).await
        }),
        every(house, stop, "read-keys", KEYS_EVERY, |house| async move {
            Ok(house.ring.reload(house.outside.clock.now()).await?)
        }),
        every(house, stop, "sweep", SWEEP_EVERY, |house| async move {
            sweep_in_turn(&house, house.outside.clock.now()).await
        }),
        every(house, stop, "index-former-numbers", SWEEP_EVERY, |house| async move {
            index_in_turn(&house, house.outside.clock.now()).await
        }),
    ]
}

/// Looks at the listener's certificate again and again; ends like the others.
pub fn reload_certificates(
    house: &Arc<House>,
    stop: &watch::Receiver<bool>,
    certificates: Arc<Certificates>,
) -> JoinHandle<()> {
    every(house, stop, "reload-certificate", certificates.period(), move |house| {
        let certificates = Arc::clone(&certificates);
        async move { look_at_certificates(&certificates, house.outside.clock.now()).await }
    })
}

/// Looks at the listener's certificate; its files may lie on a slow disk.
pub async fn look_at_certificates(certificates: &Arc<Certificates>, now: Timestamp) -> anyhow::Result<()> {
    let certificates = Arc::clone(certificates);
    tokio::task::spawn_blocking(move || certificates.reload(now)).await?
}

fn every<F, Run>(
    house: &Arc<House>,
    stop: &watch::Receiver<bool>,
    name: &'static str,
    period: Duration,
    run: F,
) -> JoinHandle<()>
where
    F: Fn(Arc<House>) -> Run + Send + 'static,
    Run: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let (house, mut stop) = (Arc::clone(house), stop.clone());
    tokio::spawn(async move {
        let mut timer = tokio::time::interval(period);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut trouble = Trouble::of_a_job_every(period);
        loop {
            tokio::select! {
                _ = timer.tick() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            // A task of its own, so that a panic ends this round and not the job.
            match tokio::spawn(run(Arc::clone(&house))).await {
                Ok(outcome) => trouble.note(name, outcome),
                Err(panic) => tracing::error!(job = name, %panic, "A job broke; it is tried again."),
            }
        }
    })
}

/// What the log hears of a job that fails round after round: the first failure, one each minute, and the end. While a
/// database is away for an hour, thousands of equal lines would bury the one that says why.
pub(crate) struct Trouble {
    rounds_a_minute: u128,
    failed: u128,
}

impl Trouble {
    pub(crate) fn of_a_job_every(period: Duration) -> Self {
        Self { rounds_a_minute: (60_000 / period.as_millis().max(1)).max(1), failed: 0 }
    }

    /// Notes what came of a round, and tells the log what it should hear.
    pub(crate) fn note(&mut self, job: &'static str, outcome: anyhow::Result<()>) {
        match outcome {
            Ok(()) => {
                if let Some(rounds) = self.passed() {
                    tracing::info!(job, rounds, "A job that had failed works again.");
                }
            }
            Err(error) => {
                if self.is_to_be_told() {
                    tracing::warn!(job, error = format!("{error:#}"), "A job failed; it is tried again.");
                }
            }
        }
    }

    /// Notes a failure; whether the log is to hear of it.
    fn is_to_be_told(&mut self) -> bool {
        self.failed += 1;
        (self.failed - 1).is_multiple_of(self.rounds_a_minute)
    }

    /// Notes a good round; after bad ones, how many they were.
    fn passed(&mut self) -> Option<u128> {
        let failed = std::mem::take(&mut self.failed);
        (failed > 0).then_some(failed)
    }
}

/// Delivers what is due of one channel, round by round; for tests and commands.
pub async fn deliver_once(house: &House, channel: Channel) -> anyhow::Result<()> {
    loop {
        let ctx = house.outside.job_ctx("deliver");
        let round = match channel {
            Channel::Backchannel => house.notices.run_once(&ctx).await?,
            Channel::Email => house.courier.run_once(&ctx, Way::Email).await?,
            Channel::Sms => house.courier.run_once(&ctx, Way::Sms).await?,
        };
        if !round.more {
            return Ok(());
        }
    }
}

/// Sweeps, unless another node did so within the last round. On one node the turn is always ours.
pub async fn sweep_in_turn(house: &House, now: Timestamp) -> anyhow::Result<()> {
    let until = now + SWEEP_TURN;
    if house.store.tx("take_sweep", move |tx| tx.take_job("sweep", now, until)).await? {
        sweep_once(house, now).await?;
    }
    Ok(())
}

/// Deletes what is over at `now`, in portions that are transactions of their own, until nothing is left.
pub async fn sweep_once(house: &House, now: Timestamp) -> anyhow::Result<()> {
    house.ring.sweep(now).await?;
    for sweep in SWEEPS {
        while house.store.tx("sweep", move |tx| sweep(tx, now)).await? == SWEEP_LIMIT {}
    }
    Ok(())
}

/// Goes on with the pass that finds accounts by their former numbers, unless another node did so within the last round.
pub async fn index_in_turn(house: &House, now: Timestamp) -> anyhow::Result<()> {
    // Asked first: once it is over, nothing is written for it any more.
    if house.accounts.former_numbers_are_indexed().await? {
        return Ok(());
    }
    let until = now + INDEX_TURN;
    if !house.store.tx("take_index", move |tx| tx.take_job("index-former-numbers", now, until)).await? {
        return Ok(());
    }
    let ctx = house.outside.job_ctx("index-former-numbers");
    for _ in 0..INDEX_PORTIONS {
        let indexed = house.accounts.index_former_numbers(&ctx, SWEEP_LIMIT).await?;
        if indexed.added > 0 {
            let (added, contested) = (indexed.added, indexed.contested);
            tracing::info!(added, contested, "accounts with a former number alone can now be found by it");
        }
        if !indexed.more {
            break;
        }
    }
    Ok(())
}

type Sweep = fn(&mut dyn Tx, Timestamp) -> StoreResult<u32>;

/// One per table that grows: each deletes a portion and says how many.
const SWEEPS: [Sweep; 12] = [
    |tx, now| tx.delete_expired_registrations(now - KEEP, SWEEP_LIMIT),
    |tx, now| tx.delete_expired_links(now - KEEP, SWEEP_LIMIT),
    |tx, now| tx.delete_old_sessions(now - KEEP, SWEEP_LIMIT),
    |tx, now| tx.delete_old_challenges(now - KEEP, SWEEP_LIMIT),
    |tx, now| tx.delete_old_pending_contacts(now - KEEP, SWEEP_LIMIT),
    |tx, now| tx.delete_expired_credentials(now, SWEEP_LIMIT),
    |tx, now| tx.delete_expired_throttles(now, SWEEP_LIMIT),
    |tx, now| tx.delete_old_grants(now, SWEEP_LIMIT),
    |tx, now| tx.delete_expired_revocations(now, SWEEP_LIMIT),
    |tx, now| tx.delete_settled_messages(now - KEEP, SWEEP_LIMIT),
    |tx, now| tx.delete_old_sms_days(VietnamDay::of(now - KEEP_SPEND), SWEEP_LIMIT),
    |tx, now| tx.delete_early_reports(now - KEEP_EARLY_REPORTS, SWEEP_LIMIT),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn told(period: Duration, rounds: usize) -> usize {
        let mut trouble = Trouble::of_a_job_every(period);
        (0..rounds).filter(|_| trouble.is_to_be_told()).count()
    }

    #[test]
    fn a_job_that_fails_for_an_hour_is_told_at_once_then_once_a_minute() {
        assert_eq!(told(delivery::EVERY, 1), 1);
        assert_eq!(told(delivery::EVERY, 7_200), 60);
        assert_eq!(told(KEYS_EVERY, 120), 60);
        assert_eq!(told(SWEEP_EVERY, 60), 60);
    }

    #[test]
    fn its_end_is_told_once_and_the_next_failure_at_once() {
        let mut trouble = Trouble::of_a_job_every(delivery::EVERY);
        assert_eq!(trouble.passed(), None);
        assert!(trouble.is_to_be_told());
        assert!(!trouble.is_to_be_told());
        assert_eq!((trouble.passed(), trouble.passed()), (Some(2), None));
        assert!(trouble.is_to_be_told());
    }
}
