//! The job that empties the outbox: claims, opens, renders, delivers, and writes down what came of it. Which messages
//! exist and until when they may be sent is decided elsewhere; when this job runs is decided by the server.

mod decision;
mod notices;
mod round;
#[cfg(test)]
mod tests;
mod tray;

pub use notices::NoticeCourier;
pub use round::{Places, Round, Way};

use crate::SetupError;
use crate::render::{Rendered, Renderer, billed_parts};
use crate::settings::{Attempts, NotifySettings};
use decision::{Step, after_attempt, before_attempt};
use futures_util::future::join_all;
use portal_id_core::ctx::Ctx;
use portal_id_core::outbox::{Delivery, Envelope, OutboxRow, OutboxState};
use portal_id_core::ports::{Mailer, SmsGateway, Vault};
use portal_id_core::sms::SpendAlarm;
use portal_id_core::store::{Store, StoreError};
use portal_id_core::time::{Span, Timestamp};
use round::Room;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};
use tray::{Settlement, Tray};

/// A delivery ends so long before its lease, so that what came of it can be written down.
pub(crate) const MARGIN: Span = Span::seconds(10);

/// What a message says, or why it cannot be delivered.
type Opened = Result<Rendered, Delivery>;

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunReport {
    /// Messages taken.
    pub claimed: u32,
    /// Accepted by the other side.
    pub accepted: u32,
    /// Put back for later.
    pub postponed: u32,
    /// Given up.
    pub dead: u32,
    /// Too late to be sent.
    pub expired: u32,
    /// The round was full: the next one should follow at once, with a fresh `now`.
    pub more: bool,
}

/// Delivers the outbox of one node.
pub struct Courier {
    tray: Arc<dyn Tray>,
    vault: Arc<dyn Vault>,
    mailer: Arc<dyn Mailer>,
    gateway: Arc<dyn SmsGateway>,
    renderer: Renderer,
    attempts: Attempts,
    parts_per_day: Option<u32>,
    /// One room for each way, because a mail server that does not answer must not hold up the codes of people who wait.
    mails: Room,
    texts: Room,
    lease: Span,
}

impl Courier {
    /// A courier with the given ways out (real ones, or fakes in tests).
    pub fn new(
        store: Store,
        vault: Arc<dyn Vault>,
        mailer: Arc<dyn Mailer>,
        gateway: Arc<dyn SmsGateway>,
        renderer: Renderer,
        settings: &NotifySettings,
    ) -> Result<Self, SetupError> {
        Self::over(Arc::new(store), vault, mailer, gateway, renderer, settings)
    }

    fn over(
        tray: Arc<dyn Tray>,
        vault: Arc<dyn Vault>,
        mailer: Arc<dyn Mailer>,
        gateway: Arc<dyn SmsGateway>,
        renderer: Renderer,
        settings: &NotifySettings,
    ) -> Result<Self, SetupError> {
        settings.check()?;
        Ok(Self {
            tray,
            vault,
            mailer,
            gateway,
            renderer,
            attempts: settings.attempts,
            parts_per_day: settings.sms.parts_per_day,
            mails: Room::of(settings.parallel),
            texts: Room::of(settings.parallel),
            lease: Span::seconds(i64::from(settings.lease_seconds)),
        })
    }

    /// Waits for room; gives all there is.
    pub async fn places(&self, way: Way) -> Places {
        let room = match way {
            Way::Email => &self.mails,
            Way::Sms => &self.texts,
        };
        room.take(way).await
    }

    /// Takes as many due messages as there are places.
    #[expect(clippy::disallowed_methods, reason = "a delivery must end before its lease, which runs meanwhile")]
    pub async fn claim(&self, ctx: &Ctx, places: Places) -> Result<Round, StoreError> {
        let began = Instant::now();
        let rows = self.tray.claim(places.way.channel(), ctx.now, ctx.now + self.lease, places.count()).await?;
        Ok(Round::new(rows, places, ctx.now, began))
    }

    /// Delivers what was taken. Rounds may run side by side.
    ///
    /// A message may reach the other side twice (a crash between its acceptance and our note of it), always under the
    /// same id. An error of the store leaves the message to a later round; the other messages are still written down.
    pub async fn deliver(&self, mut round: Round) -> Result<RunReport, StoreError> {
        let messages = std::mem::take(&mut round.messages);
        let (claimed, more) = (messages.len(), round.is_full());
        let round = &round;
        let opened: Vec<_> = messages.iter().map(|(row, _)| self.open_in_time(row, round.now)).collect();
        let granted = self.set_aside(&messages, &opened, round.now).await;
        let attend = |((row, place), (opened, granted))| async move {
            let outcome = self.attend(&row, opened, granted, round).await;
            drop(place);
            outcome
        };
        counted(claimed, more, join_all(messages.into_iter().zip(opened.into_iter().zip(granted)).map(attend)).await)
    }

    /// One round at `ctx.now`, to its end. When [`RunReport::more`] is set, run again with a fresh `now`: leases and ends
    /// of messages are judged by it.
    pub async fn run_once(&self, ctx: &Ctx, way: Way) -> Result<RunReport, StoreError> {
        let places = self.places(way).await;
        self.deliver(self.claim(ctx, places).await?).await
    }

    /// Delivers one message and writes the outcome; `None` when another node ended the message meanwhile.
    async fn attend(
        &self,
        row: &OutboxRow,
        opened: Result<Opened, Step>,
        granted: Result<bool, StoreError>,
        round: &Round,
    ) -> Result<Option<Step>, StoreError> {
        let opened = match opened {
            Ok(opened) => opened,
            Err(step) => return Ok(self.record(row, row.attempts, &step, round.now).await?.then_some(step)),
        };
        let (delivery, now) = self.attempt(row, opened, granted?, round).await?;
        let step = after_attempt(row, delivery, self.attempts, now);
        Ok(self.record(row, row.attempts.saturating_add(1), &step, now).await?.then_some(step))
    }

    /// What came of an attempt, and the moment that it counts for: later than the round's when it was cut off.
    async fn attempt(
        &self,
        row: &OutboxRow,
        opened: Opened,
        granted: bool,
        round: &Round,
    ) -> Result<(Delivery, Timestamp), StoreError> {
        let now = round.now;
        let rendered = match opened {
            Ok(rendered) => rendered,
            Err(delivery) => return Ok((delivery, now)),
        };
        if !granted {
            return Ok((Delivery::Passing("the day's ceiling of text messages is reached".to_owned()), now));
        }
        let deliver = async {
            match &rendered {
                Rendered::Email(email) => self.mailer.deliver(email).await,
                Rendered::Sms(message) => self.gateway.deliver(message, now).await,
            }
        };
        let (deadline, patience) = round.deadline(row, self.lease);
        let delivered = timeout_at(deadline, deliver).await;
        let (delivery, now) = delivered.map_or_else(
            |_| {
                let reason = "delivery took longer than the message may be held or lives";
                (Delivery::Unanswered(reason.to_owned()), now + patience)
            },
            |delivery| (delivery, now),
        );
        if matches!((&delivery, &rendered), (Delivery::Unanswered(_), Rendered::Sms(_))) {
            self.tray.keep_parts(&row.id, now).await?;
        }
        Ok((delivery, now))
    }

    /// Sets the parts of a round's text messages aside before anybody can bill them, and raises the alarms of the day. For
    /// each message, whether it may go out; all of them meet in the day's row, so it is asked once.
    async fn set_aside(
        &self,
        messages: &[(OutboxRow, OwnedSemaphorePermit)],
        opened: &[Result<Opened, Step>],
        now: Timestamp,
    ) -> Vec<Result<bool, StoreError>> {
        let mut granted = vec![Ok(true); messages.len()];
        let (mut places, mut texts) = (Vec::new(), Vec::new());
        for (place, ((row, _), opened)) in messages.iter().zip(opened).enumerate() {
            if let Ok(Ok(Rendered::Sms(message))) = opened {
                places.push(place);
                texts.push((row.id.clone(), billed_parts(&message.text)));
            }
        }
        if texts.is_empty() {
            return granted;
        }
        let answers = match self.tray.set_aside(&texts, self.parts_per_day, now).await {
            Ok(decision) => {
                self.raise(decision.alarm);
                decision.granted.into_iter().map(Ok).collect()
            }
            Err(error) => vec![Err(error); texts.len()],
        };
        for (place, answer) in places.into_iter().zip(answers) {
            granted[place] = answer;
        }
        granted
    }

    fn raise(&self, alarm: Option<SpendAlarm>) {
        let parts_per_day = self.parts_per_day.unwrap_or_default();
        match alarm {
            Some(SpendAlarm::MostlyUsed) => tracing::warn!(
                parts_per_day,
                "four fifths of the day's text messages are used; codes stop at notify.sms.parts_per_day"
            ),
            Some(SpendAlarm::Reached) => tracing::error!(
                parts_per_day,
                "the day's ceiling of text messages is reached: no code leaves before midnight in Vietnam, unless \
                 notify.sms.parts_per_day is raised"
            ),
            None => {}
        }
    }

    /// What a message says; what becomes of it instead when its time is over.
    fn open_in_time(&self, row: &OutboxRow, now: Timestamp) -> Result<Opened, Step> {
        before_attempt(row, now).map_or_else(|| Ok(self.open(row)), Err)
    }

    fn open(&self, row: &OutboxRow) -> Opened {
        let sealed = row.envelope.as_ref().ok_or_else(|| Delivery::Permanent("the row has no envelope".to_owned()))?;
        // Perhaps sealed under a newer key that this node has not read yet: giving up would erase the message.
        let envelope: Envelope = sealed
            .open(self.vault.as_ref(), Envelope::SEAL, row.id.as_str().as_bytes())
            .map_err(|fault| Delivery::Passing(format!("the envelope cannot be opened: {fault}")))?;
        self.renderer
            .render(row.id.as_str(), row.not_after, &envelope)
            .map_err(|unfit| Delivery::Permanent(unfit.to_string()))
    }

    /// Writes `step` down; false when another node was first.
    async fn record(&self, row: &OutboxRow, attempts: u32, step: &Step, now: Timestamp) -> Result<bool, StoreError> {
        let (state, error) = match step {
            Step::Postpone { at, reason } => return self.tray.postpone(&row.id, reason.clone(), attempts, *at).await,
            Step::Accepted { .. } => (OutboxState::Accepted, None),
            Step::Dead { reason } => (OutboxState::Dead, Some(reason.clone())),
            Step::Expired { reason } => (OutboxState::Expired, reason.clone()),
        };
        let acceptance = if let Step::Accepted { acceptance } = step { acceptance.clone() } else { None };
        let tells_later = acceptance.as_ref().is_some_and(|taken| self.gateway.tells_later(&taken.gateway));
        let settlement = Settlement { state, error: error.clone(), attempts, now, acceptance, tells_later };
        let won = self.tray.settle(&row.id, settlement).await?;
        if won && state != OutboxState::Accepted {
            tracing::warn!(
                message_id = row.id.as_str(),
                template = row.template,
                recipient = row.masked_recipient,
                state = state.as_str(),
                attempts,
                reason = error.unwrap_or_default(),
                "a message was not delivered and will not be tried again"
            );
        }
        Ok(won)
    }
}

/// What a round came to that took `claimed` messages and left `more` or none; the first fault of the store, if there was one.
fn counted(
    claimed: usize,
    more: bool,
    outcomes: Vec<Result<Option<Step>, StoreError>>,
) -> Result<RunReport, StoreError> {
    let claimed = u32::try_from(claimed).unwrap_or(u32::MAX);
    let mut report = RunReport { claimed, more, ..RunReport::default() };
    let mut fault = None;
    for outcome in outcomes {
        match outcome {
            Ok(Some(Step::Accepted { .. })) => report.accepted += 1,
            Ok(Some(Step::Postpone { .. })) => report.postponed += 1,
            Ok(Some(Step::Dead { .. })) => report.dead += 1,
            Ok(Some(Step::Expired { .. })) => report.expired += 1,
            Ok(None) => {}
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    fault.map_or(Ok(report), Err)
}
