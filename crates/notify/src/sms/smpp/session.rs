//! One session with an SMSC: a task that owns the connection, hands answers to those who wait for them, answers what the
//! SMSC asks, and ends when either side is silent for too long.

use super::receipt;
use crate::SetupError;
use crate::sms::Receipts;
use bytes::BytesMut;
use futures_util::StreamExt as _;
use rusmpp::pdus::{DeliverSm, DeliverSmResp};
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::codec::{Encoder as _, FramedRead};

/// Nothing that an SMSC sends us is longer.
const MOST_OCTETS: usize = 4096;
/// Numbers of requests end here and begin again (SMPP 3.4 §2.7.2).
const LAST_NUMBER: u32 = 0x7fff_ffff;

/// Why there is no answer, in words without any address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    /// No connection.
    #[error("cannot be reached over a protected connection")]
    Unreachable,
    /// No answer in time.
    #[error("did not answer in time")]
    Silent,
    /// The session ended meanwhile.
    #[error("broke the connection")]
    Broken,
}

/// Where the SMSC is.
pub(super) struct Host<'a> {
    pub(super) name: &'a str,
    pub(super) port: u16,
    pub(super) tls: Option<&'a TlsConnector>,
}

/// What makes a TLS connection: the operating system's authorities, and those of a file.
pub(super) fn connector(root_ca_file: Option<&Path>) -> Result<TlsConnector, SetupError> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // One that cannot be read vouches for nobody.
        let _ = roots.add(certificate);
    }
    if let Some(path) = root_ca_file {
        let wrong = || SetupError::new(format!("root_ca_file {} holds no PEM certificates", path.display()));
        let mut found = 0;
        for certificate in CertificateDer::pem_file_iter(path).map_err(|_| wrong())? {
            roots.add(certificate.map_err(|_| wrong())?).map_err(|_| wrong())?;
            found += 1;
        }
        if found == 0 {
            return Err(wrong());
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::new(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A handle on a session; cheap to clone.
#[derive(Clone)]
pub(super) struct Session {
    questions: mpsc::Sender<Question>,
}

struct Question {
    pdu: Pdu,
    answer: oneshot::Sender<Command>,
}

impl Session {
    /// Connects; nothing is said yet.
    pub(super) async fn open(
        host: &Host<'_>,
        patience: Duration,
        keep_alive: Duration,
        gateway: &str,
        receipts: Option<Arc<dyn Receipts>>,
    ) -> Result<Self, Lost> {
        let connect = async {
            let tcp = TcpStream::connect((host.name, host.port)).await.ok()?;
            let Some(tls) = host.tls else { return Some(Self::over(tcp, patience, keep_alive, gateway, receipts)) };
            let name = ServerName::try_from(host.name.to_owned()).ok()?;
            let stream = tls.connect(name, tcp).await.ok()?;
            Some(Self::over(stream, patience, keep_alive, gateway, receipts))
        };
        timeout(patience, connect).await.map_err(|_| Lost::Silent)?.ok_or(Lost::Unreachable)
    }

    fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Sync + 'static,
        patience: Duration,
        keep_alive: Duration,
        gateway: &str,
        receipts: Option<Arc<dyn Receipts>>,
    ) -> Self {
        let (questions, asked) = mpsc::channel(100);
        let (reading, writing) = split(stream);
        let talk = Talk {
            writing,
            patience,
            gateway: gateway.to_owned(),
            receipts,
            waiting: HashMap::new(),
            last_number: 0,
            kept_alive_by: None,
        };
        tokio::spawn(talk.run(
            FramedRead::new(reading, CommandCodec::new().with_max_length(MOST_OCTETS)),
            asked,
            keep_alive,
        ));
        Self { questions }
    }

    /// Whether it can still be asked.
    pub(super) fn is_alive(&self) -> bool {
        !self.questions.is_closed()
    }

    /// Waits for its end.
    #[cfg(test)]
    pub(super) async fn ended(&self) {
        self.questions.closed().await;
    }

    /// Asks and waits for the answer.
    pub(super) async fn ask(&self, pdu: Pdu, patience: Duration) -> Result<Command, Lost> {
        let (answer, answered) = oneshot::channel();
        let asked = async {
            self.questions.send(Question { pdu, answer }).await.map_err(|_| Lost::Broken)?;
            answered.await.map_err(|_| Lost::Broken)
        };
        timeout(patience, asked).await.map_err(|_| Lost::Silent)?
    }
}

/// The task's side.
struct Talk<S> {
    writing: WriteHalf<S>,
    patience: Duration,
    gateway: String,
    receipts: Option<Arc<dyn Receipts>>,
    waiting: HashMap<u32, oneshot::Sender<Command>>,
    last_number: u32,
    /// The number of an enquire_link that is not answered yet.
    kept_alive_by: Option<u32>,
}

/// The session is over.
struct Over;

impl<S: AsyncRead + AsyncWrite + Send + Sync> Talk<S> {
    async fn run<R: AsyncRead + Unpin>(
        mut self,
        mut reading: FramedRead<R, CommandCodec>,
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
                told = reading.next() => match told {
                    Some(Ok(command)) => self.hear(command).await,
                    _ => Err(Over),
                },
                _ = timer.tick() => self.keep_alive().await,
            };
            if next.is_err() {
                break;
            }
        }
        tracing::debug!(gateway = self.gateway, "the SMPP session ended");
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
            tracing::warn!(gateway = self.gateway, "the SMSC no longer answers; the session is opened anew");
            return Err(Over);
        }
        let number = self.next_number();
        self.kept_alive_by = Some(number);
        self.say(CommandStatus::EsmeRok, number, Pdu::EnquireLink).await
    }

    async fn hear(&mut self, command: Command) -> Result<(), Over> {
        let number = command.sequence_number();
        match (command.id(), command.pdu()) {
            (CommandId::DeliverSm, Some(Pdu::DeliverSm(deliver))) => {
                let status = self.take(deliver).await;
                self.say(status, number, Pdu::DeliverSmResp(DeliverSmResp::default())).await
            }
            (CommandId::EnquireLink, _) => self.say(CommandStatus::EsmeRok, number, Pdu::EnquireLinkResp).await,
            (CommandId::Unbind, _) => {
                self.say(CommandStatus::EsmeRok, number, Pdu::UnbindResp).await?;
                Err(Over)
            }
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

    /// Notes a receipt; what is none is acknowledged and forgotten. A store that cannot be reached makes the SMSC try again.
    async fn take(&self, deliver: &DeliverSm) -> CommandStatus {
        let (Some((id, arrival)), Some(receipts)) = (receipt::read(deliver), &self.receipts) else {
            return CommandStatus::EsmeRok;
        };
        if receipts.arrived(&self.gateway, id, arrival).await {
            CommandStatus::EsmeRok
        } else {
            CommandStatus::EsmeRxTAppn
        }
    }

    async fn say(&mut self, status: CommandStatus, number: u32, pdu: Pdu) -> Result<(), Over> {
        let mut octets = BytesMut::new();
        let command = Command::builder().status(status).sequence_number(number).pdu(pdu);
        CommandCodec::new().encode(&command, &mut octets).map_err(|_| Over)?;
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
        self.last_number = if self.last_number == LAST_NUMBER { 1 } else { self.last_number + 1 };
        self.last_number
    }
}
