//! Tells services that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.5): claims, has the token written,
//! posts it, and writes down what came of it. The token's words and signature are those of the port `NoticeWriter`.

use super::decision::{Step, after_attempt, before_attempt};
use super::tray::{Settlement, Tray};
use super::{RunReport, counted};
use crate::settings::{Attempts, NotifySettings};
use futures_util::future::join_all;
use portal_id_core::ctx::Ctx;
use portal_id_core::outbox::{Channel, Delivery, Envelope, Message, OutboxRow, OutboxState};
use portal_id_core::ports::{Answered, NotAnswered, NotWritten, NoticeWriter, Outgoing, Vault};
use portal_id_core::store::{Store, StoreError};
use portal_id_core::time::Span;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// Delivers the notices of one node.
pub struct NoticeCourier {
    tray: Arc<dyn Tray>,
    vault: Arc<dyn Vault>,
    writer: Arc<dyn NoticeWriter>,
    outgoing: Arc<dyn Outgoing>,
    parallel: u32,
    lease: Span,
}

impl NoticeCourier {
    /// A courier over these ways out.
    pub fn new(
        store: Store,
        vault: Arc<dyn Vault>,
        writer: Arc<dyn NoticeWriter>,
        outgoing: Arc<dyn Outgoing>,
        settings: &NotifySettings,
    ) -> Self {
        Self {
            tray: Arc::new(store),
            vault,
            writer,
            outgoing,
            parallel: settings.parallel,
            lease: Span::seconds(i64::from(settings.lease_seconds)),
        }
    }

    /// One round at `ctx.now`, as [`Courier::run_once`](super::Courier::run_once) is one of messages to people.
    #[expect(clippy::disallowed_methods, reason = "a delivery must end before its lease, which runs meanwhile")]
    pub async fn run_once(&self, ctx: &Ctx) -> Result<RunReport, StoreError> {
        let began = Instant::now();
        let rows = self.tray.claim(Channel::Backchannel, ctx.now, ctx.now + self.lease, self.parallel).await?;
        let deadline = began + (self.lease - super::MARGIN).to_std();
        let outcomes = join_all(rows.iter().map(|row| self.attend(row, ctx, deadline))).await;
        counted(rows.len(), rows.len() >= self.parallel as usize, outcomes)
    }

    /// Delivers one notice and writes the outcome; `None` when another node ended it meanwhile.
    async fn attend(&self, row: &OutboxRow, ctx: &Ctx, deadline: Instant) -> Result<Option<Step>, StoreError> {
        let (step, attempts) = if let Some(step) = before_attempt(row, ctx.now) {
            (step, row.attempts)
        } else {
            let step = after_attempt(row, self.attempt(row, ctx, deadline).await, Attempts::default(), ctx.now);
            (step, row.attempts.saturating_add(1))
        };
        let (state, error) = match &step {
            Step::Postpone { at, reason } => {
                let won = self.tray.postpone(&row.id, reason.clone(), attempts, *at).await?;
                return Ok(won.then_some(step));
            }
            Step::Accepted { .. } => (OutboxState::Accepted, None),
            Step::Dead { reason } => (OutboxState::Dead, Some(reason.clone())),
            Step::Expired { reason } => (OutboxState::Expired, reason.clone()),
        };
        let settlement =
            Settlement { state, error: error.clone(), attempts, now: ctx.now, acceptance: None, tells_later: false };
        let won = self.tray.settle(&row.id, settlement).await?;
        if won && state != OutboxState::Accepted {
            tracing::warn!(
                message_id = row.id.as_str(),
                client_id = row.masked_recipient,
                state = state.as_str(),
                attempts,
                reason = error.unwrap_or_default(),
                "a service was not told that a session ended and will not be told any more"
            );
        }
        Ok(won.then_some(step))
    }

    async fn attempt(&self, row: &OutboxRow, ctx: &Ctx, deadline: Instant) -> Delivery {
        let Some(sealed) = &row.envelope else { return Delivery::Permanent("the row has no envelope".to_owned()) };
        let envelope: Envelope = match sealed.open(self.vault.as_ref(), Envelope::SEAL, row.id.as_str().as_bytes()) {
            Ok(envelope) => envelope,
            // Perhaps sealed under a newer key that this node has not read yet.
            Err(fault) => return Delivery::Passing(format!("the envelope cannot be opened: {fault}")),
        };
        let (Message::SessionEnded(ended), Some(client)) = (&envelope.message, &row.client_id) else {
            return Delivery::Permanent("the message is no notice".to_owned());
        };
        // Its own for every attempt: a service that took the one before, but whose answer was lost, must not see a replay.
        let jti = format!("{}.{}", row.id.as_str(), row.attempts.saturating_add(1));
        let deliver = async {
            let notice = match self.writer.write(ctx, client, ended, &jti).await {
                Ok(notice) => notice,
                Err(NotWritten::Later(why)) => return Delivery::Passing(why),
                Err(NotWritten::Never(why)) => return Delivery::Permanent(why.to_owned()),
            };
            let fields = [("logout_token", notice.logout_token.expose())];
            verdict(self.outgoing.post_form(&notice.to, &fields).await)
        };
        // Ends before the lease does, or another node would deliver the same notice beside us.
        match timeout_at(deadline, deliver).await {
            Ok(delivery) => delivery,
            Err(_) => Delivery::Passing("delivery took longer than the notice may be held".to_owned()),
        }
    }
}

/// What an answer means (§2.8). 400 says that the service understood us and will not end the session: asking again
/// cannot help. Its words are not kept, they are not ours.
fn verdict(answer: Result<Answered, NotAnswered>) -> Delivery {
    match answer {
        Ok(Answered { status: 200..=299, .. }) => Delivery::Accepted,
        Ok(Answered { status: 400, .. }) => Delivery::Permanent("the service refused the notice (400)".to_owned()),
        Ok(Answered { status, .. }) => Delivery::Passing(format!("the service answered {status}")),
        Err(fault) => Delivery::Passing(format!("the service {fault}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16) -> Delivery {
        verdict(Ok(Answered { status, body: b"<b>words</b>".to_vec() }))
    }

    #[test]
    fn only_success_is_success_and_only_400_is_final() {
        assert_eq!((answered(200), answered(204)), (Delivery::Accepted, Delivery::Accepted));
        assert_eq!(answered(400), Delivery::Permanent("the service refused the notice (400)".to_owned()));
        for status in [302, 401, 403, 404, 405, 413, 429, 500, 501, 503, 504] {
            assert_eq!(answered(status), Delivery::Passing(format!("the service answered {status}")));
        }
        for (fault, words) in [
            (NotAnswered::Forbidden("a private network"), "the service is not to be called: a private network"),
            (NotAnswered::Unreachable("did not answer in time".to_owned()), "the service did not answer in time"),
            (NotAnswered::TooLarge, "the service answered with more than is read"),
        ] {
            assert_eq!(verdict(Err(fault)), Delivery::Passing(words.to_owned()));
        }
    }
}
