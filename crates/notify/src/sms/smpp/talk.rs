//! What is said in a session: a task that owns the connection, hands answers to those who wait for them, answers what the
//! SMSC asks, and ends when either side is silent for too long. It waits for nobody: the store is asked beside it.

use super::frame::{self, Heard};
use super::receipt::{self, Receipt};
use super::session::{Pace, Question};
use crate::sms::Receipts;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use rusmpp::pdus::{DataSmResp, DeliverSmResp};
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf, split};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::codec::{FramedRead, LengthDelimitedCodec};

/// Numbers of requests end here and begin again (SMPP 3.4 §2.7.2).
const LAST_NUMBER: u32 = 0x7fff_ffff;
/// So many receipts are noted at the same time; what is more is told to come again.
const MOST_RECEIPTS: usize = 100;

/// To whom receipts are told.
#[derive(Clone)]
pub(super) struct ReceiptDesk {
    /// Whose they are.
    pub(super) gateway: String,
    /// Who notes them; `None` when nobody wants to know.
    pub(super) receipts: Option<Arc<dyn Receipts>>,
    /// Whether what is not marked as a receipt may be one.
    pub(super) unmarked: bool,
}

/// One session's side of ours.
pub(super) struct Talk<S> {
    writing: WriteHalf<S>,
    patience: Duration,
    desk: ReceiptDesk,
    waiting: HashMap<u32, oneshot::Sender<Command>>,
    /// Receipts that are being noted; each gives the answer to the SMSC.
    noting: FuturesUnordered<BoxFuture<'static, Reply>>,
    last_number: u32,
    /// The number of an enquire_link that is not answered yet.
    kept_alive_by: Option<u32>,
}

/// An answer to the SMSC.
struct Reply {
    status: CommandStatus,
    number: u32,
    pdu: Pdu,
}

/// The session is over.
struct Over;

impl<S: AsyncRead + AsyncWrite + Send + Sync> Talk<S> {
    /// Talks until the session is over.
    pub(super) async fn begin(stream: S, pace: Pace, desk: ReceiptDesk, asked: mpsc::Receiver<Question>) {
        let (reading, writing) = split(stream);
        let talk = Self {
            writing,
            patience: pace.patience,
            desk,
            waiting: HashMap::new(),
            noting: FuturesUnordered::new(),
            last_number: 0,
            kept_alive_by: None,
        };
        talk.run(FramedRead::new(reading, frame::cutter()), asked, pace.keep_alive).await;
    }

    async fn run(
        mut self,
        mut reading: FramedRead<ReadHalf<S>, LengthDelimitedCodec>,
        mut asked: mpsc::Receiver<Question>,
        keep_alive: Duration,
    ) {
        let mut timer = tokio::time::interval(keep_alive);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The first tick comes at once, and says nothing about silence.
        timer.tick().await;
        loop {
            let next = tokio::select! {
                question = asked.recv() => match question {
                    Some(question) => self.put(question).await,
                    // Nobody can ask any more: the gateway is gone.
                    None => Err(Over),
                },
                cut = reading.next() => match cut {
                    Some(Ok(pdu)) => match frame::read(&pdu) {
                        Some(Heard::Command(command)) => self.hear(*command).await,
                        Some(Heard::Unreadable { number }) => self.refuse(number, CommandStatus::EsmeRinvcmdlen).await,
                        None => Err(Over),
                    },
                    _ => Err(Over),
                },
                Some(reply) = self.noting.next() => self.say(reply.status, reply.number, reply.pdu).await,
                _ = timer.tick() => self.keep_alive().await,
            };
            if next.is_err() {
                break;
            }
        }
        tracing::debug!(gateway = self.desk.gateway, "the SMPP session ended");
        let _ = self.writing.shutdown().await;
    }

    async fn put(&mut self, question: Question) -> Result<(), Over> {
        self.waiting.retain(|_, answer| !answer.is_closed());
        let number = self.next_number();
        self.waiting.insert(number, question.answer);
        self.say(CommandStatus::EsmeRok, number, question.pdu).await
    }

    async fn keep_alive(&mut self) -> Result<(), Over> {
        if self.kept_alive_by.is_some() {
            tracing::warn!(gateway = self.desk.gateway, "the SMSC no longer answers; the session is opened anew");
            return Err(Over);
        }
        let number = self.next_number();
        self.kept_alive_by = Some(number);
        self.say(CommandStatus::EsmeRok, number, Pdu::EnquireLink).await
    }

    async fn hear(&mut self, command: Command) -> Result<(), Over> {
        let number = command.sequence_number();
        match (command.id(), command.pdu()) {
            (CommandId::DeliverSm, Some(Pdu::DeliverSm(told))) => {
                let receipt = receipt::of_deliver(told, self.desk.unmarked);
                self.take(receipt, number, Pdu::DeliverSmResp(DeliverSmResp::default())).await
            }
            (CommandId::DataSm, Some(Pdu::DataSm(told))) => {
                let receipt = receipt::of_data(told, self.desk.unmarked);
                self.take(receipt, number, Pdu::DataSmResp(DataSmResp::default())).await
            }
            (CommandId::EnquireLink, _) => self.say(CommandStatus::EsmeRok, number, Pdu::EnquireLinkResp).await,
            (CommandId::Unbind, _) => {
                self.say(CommandStatus::EsmeRok, number, Pdu::UnbindResp).await?;
                Err(Over)
            }
            // These two have no answer (SMPP 3.4 §4.1.7, §4.12).
            (CommandId::AlertNotification | CommandId::Outbind, _) => Ok(()),
            // The SMSC numbers its own requests: a request is never the answer to one of ours.
            (id, _) if !id.is_response() => self.refuse(number, CommandStatus::EsmeRinvcmdid).await,
            _ => {
                if self.kept_alive_by == Some(number) {
                    self.kept_alive_by = None;
                } else if let Some(answer) = self.waiting.remove(&number) {
                    // Whoever asked may have stopped waiting.
                    let _ = answer.send(command);
                }
                Ok(())
            }
        }
    }

    async fn refuse(&mut self, number: u32, status: CommandStatus) -> Result<(), Over> {
        tracing::warn!(
            gateway = self.desk.gateway,
            status = u32::from(status),
            "the SMSC sent something that we do not understand; it was refused"
        );
        self.say(status, number, Pdu::GenericNack).await
    }

    /// Notes a receipt; what is none is acknowledged and forgotten. A store that cannot be reached makes the SMSC try again.
    async fn take(&mut self, receipt: Option<Receipt>, number: u32, pdu: Pdu) -> Result<(), Over> {
        let (Some(receipt), Some(receipts)) = (receipt, self.desk.receipts.clone()) else {
            return self.say(CommandStatus::EsmeRok, number, pdu).await;
        };
        if self.noting.len() >= MOST_RECEIPTS {
            return self.say(CommandStatus::EsmeRxTAppn, number, pdu).await;
        }
        let gateway = self.desk.gateway.clone();
        self.noting.push(Box::pin(async move {
            let is_noted = receipts.arrived(&gateway, receipt.id, receipt.arrival).await;
            Reply { status: if is_noted { CommandStatus::EsmeRok } else { CommandStatus::EsmeRxTAppn }, number, pdu }
        }));
        Ok(())
    }

    async fn say(&mut self, status: CommandStatus, number: u32, pdu: Pdu) -> Result<(), Over> {
        let octets = frame::write(status, number, pdu).ok_or(Over)?;
        let written = async {
            self.writing.write_all(&octets).await?;
            self.writing.flush().await
        };
        match timeout(self.patience, written).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Over),
        }
    }

    fn next_number(&mut self) -> u32 {
        self.last_number = next_after(self.last_number);
        self.last_number
    }
}

fn next_after(number: u32) -> u32 {
    if number >= LAST_NUMBER { 1 } else { number + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_again_after_the_last_one() {
        assert_eq!((next_after(0), next_after(LAST_NUMBER - 1), next_after(LAST_NUMBER)), (1, LAST_NUMBER, 1));
    }
}
