//! The job that empties the outbox: claims, opens, renders, delivers, and writes down what came of it. Which messages
//! exist and until when they may be sent is decided elsewhere; when this job runs is decided by the server.

mod decision;
mod notices;
#[cfg(test)]
mod tests;
mod tray;

pub use notices::NoticeCourier;

use crate::SetupError;
use crate::render::{Rendered, Renderer, billed_parts};
use crate::settings::{Attempts, NotifySettings};
use decision::{Step, after_attempt, before_attempt};
use futures_util::future::join_all;
use portal_id_core::ctx::Ctx;
use portal_id_core::outbox::{Channel, Delivery, Envelope, OutboxRow, OutboxState};
use portal_id_core::ports::{Mailer, SmsGateway, Vault};
use portal_id_core::sms::SpendAlarm;
use portal_id_core::store::{Store, StoreError};
use portal_id_core::time::{Span, Timestamp};
use std::sync::Arc;
use tray::{Settlement, Tray};

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunReport {
    /// Messages taken.
    pub claimed: u32,
    /// Accepted by the other side.
    pub delivered: u32,
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
    parallel: u32,
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
            parallel: settings.parallel,
            lease: Span::seconds(i64::from(settings.lease_seconds)),
        })
    }

    /// One round at `ctx.now`: takes as many due messages as are delivered at the same time, and delivers them. When
    /// [`RunReport::more`] is set, run again with a fresh `now`: leases and ends of messages are judged by it.
    ///
    /// A message may reach the other side twice (a crash between its acceptance and our note of it), always under the
    /// same id. An error of the store leaves the message to a later round; the other messages are still written down.
    ///
    /// One channel at a time, because a mail server that does not answer must not hold up the codes of people who wait.
    pub async fn run_once(&self, ctx: &Ctx, channel: Channel) -> Result<RunReport, StoreError> {
        let rows = self.tray.claim(channel, ctx.now, ctx.now + self.lease, self.parallel).await?;
        let outcomes = join_all(rows.iter().map(|row| self.attend(row, ctx.now))).await;
        counted(rows.len(), self.parallel, outcomes)
    }

    /// Delivers one message and writes the outcome; `None` when another node ended the message meanwhile.
    async fn attend(&self, row: &OutboxRow, now: Timestamp) -> Result<Option<Step>, StoreError> {
        let step = match before_attempt(row, now) {
            Some(step) => {
                return Ok(self.record(row, row.attempts, &step, now).await?.then_some(step));
            }
            None => after_attempt(row, self.attempt(row, now).await?, self.attempts, now),
        };
        Ok(self.record(row, row.attempts.saturating_add(1), &step, now).await?.then_some(step))
    }

    async fn attempt(&self, row: &OutboxRow, now: Timestamp) -> Result<Delivery, StoreError> {
        let rendered = match self.open(row) {
            Ok(rendered) => rendered,
            Err(delivery) => return Ok(delivery),
        };
        if let Rendered::Sms(message) = &rendered
            && !self.may_spend(row, billed_parts(&message.text), now).await?
        {
            return Ok(Delivery::Passing("the day's ceiling of text messages is reached".to_owned()));
        }
        let deliver = async {
            match &rendered {
                Rendered::Email(email) => self.mailer.deliver(email).await,
                Rendered::Sms(message) => self.gateway.deliver(message, now).await,
            }
        };
        // Ends before the lease does, or another node would deliver the same message beside us.
        let patience = Span::millis(self.lease.as_millis() - Span::seconds(10).as_millis());
        Ok(match tokio::time::timeout(patience.to_std(), deliver).await {
            Ok(delivery) => delivery,
            Err(_) => Delivery::Passing("delivery took longer than the message may be held".to_owned()),
        })
    }

    /// Sets the parts of a text message aside before anybody can bill them, and raises the alarms of the day.
    async fn may_spend(&self, row: &OutboxRow, parts: u32, now: Timestamp) -> Result<bool, StoreError> {
        let decision = self.tray.set_aside(&row.id, parts, self.parts_per_day, now).await?;
        let parts_per_day = self.parts_per_day.unwrap_or_default();
        match decision.alarm {
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
        Ok(decision.granted)
    }

    fn open(&self, row: &OutboxRow) -> Result<Rendered, Delivery> {
        let sealed = row.envelope.as_ref().ok_or_else(|| Delivery::Permanent("the row has no envelope".to_owned()))?;
        // Perhaps sealed under a newer key that this node has not read yet: giving up would erase the message.
        let envelope: Envelope = sealed
            .open(self.vault.as_ref(), Envelope::SEAL, row.id.as_str().as_bytes())
            .map_err(|fault| Delivery::Passing(format!("the envelope cannot be opened: {fault}")))?;
        self.renderer.render(row.id.as_str(), &envelope).map_err(|unfit| Delivery::Permanent(unfit.to_string()))
    }

    /// Writes `step` down; false when another node was first.
    async fn record(&self, row: &OutboxRow, attempts: u32, step: &Step, now: Timestamp) -> Result<bool, StoreError> {
        let (state, error) = match step {
            Step::Postpone { at, reason } => return self.tray.postpone(&row.id, reason.clone(), attempts, *at).await,
            Step::Delivered { .. } => (OutboxState::Delivered, None),
            Step::Dead { reason } => (OutboxState::Dead, Some(reason.clone())),
            Step::Expired { reason } => (OutboxState::Expired, reason.clone()),
        };
        let receipt = if let Step::Delivered { receipt } = step { receipt.clone() } else { None };
        let settlement = Settlement { state, error: error.clone(), attempts, now, receipt };
        let won = self.tray.settle(&row.id, settlement).await?;
        if won && state != OutboxState::Delivered {
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

/// What a round came to, of which `parallel` messages are a full one; the first fault of the store, if there was one.
fn counted(
    claimed: usize,
    parallel: u32,
    outcomes: Vec<Result<Option<Step>, StoreError>>,
) -> Result<RunReport, StoreError> {
    let claimed = u32::try_from(claimed).unwrap_or(u32::MAX);
    let mut report = RunReport { claimed, more: claimed >= parallel, ..RunReport::default() };
    let mut fault = None;
    for outcome in outcomes {
        match outcome {
            Ok(Some(Step::Delivered { .. })) => report.delivered += 1,
            Ok(Some(Step::Postpone { .. })) => report.postponed += 1,
            Ok(Some(Step::Dead { .. })) => report.dead += 1,
            Ok(Some(Step::Expired { .. })) => report.expired += 1,
            Ok(None) => {}
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    fault.map_or(Ok(report), Err)
}
