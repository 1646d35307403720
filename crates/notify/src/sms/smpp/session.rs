//! One session with an SMSC, as those see it who ask something. What is said in it is the [`Talk`]'s.

use super::talk::{ReceiptDesk, Talk};
use crate::SetupError;
use crate::sms::Verdict;
use rusmpp::{Command, Pdu};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Why there is no answer, in words without any address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    /// No connection.
    #[error("cannot be reached over a protected connection")]
    Unreachable,
    /// No answer in time.
    #[error("did not answer in time")]
    Silent,
    /// The session ended before anything was asked.
    #[error("ended the session")]
    Ended,
    /// The session ended meanwhile.
    #[error("broke the connection")]
    Broken,
}

impl Lost {
    /// What it means for a message that was to be handed over.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Unreachable | Self::Ended => Verdict::Passing(self.to_string()),
            Self::Silent | Self::Broken => Verdict::Unanswered(self.to_string()),
        }
    }
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

/// Something to ask, and who wants to know.
pub(super) struct Question {
    pub(super) pdu: Pdu,
    pub(super) answer: oneshot::Sender<Command>,
}

/// How long things may take.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    /// One answer, or one write.
    pub(super) patience: Duration,
    /// The time between two signs of life.
    pub(super) keep_alive: Duration,
}

impl Session {
    /// Connects; nothing is said yet.
    pub(super) async fn open(host: &Host<'_>, pace: Pace, desk: ReceiptDesk) -> Result<Self, Lost> {
        let connect = async {
            let tcp = TcpStream::connect((host.name, host.port)).await.ok()?;
            let Some(tls) = host.tls else { return Some(Self::over(tcp, pace, desk)) };
            let name = ServerName::try_from(host.name.to_owned()).ok()?;
            let stream = tls.connect(name, tcp).await.ok()?;
            Some(Self::over(stream, pace, desk))
        };
        timeout(pace.patience, connect).await.map_err(|_| Lost::Silent)?.ok_or(Lost::Unreachable)
    }

    /// Over a connection that stands already.
    pub(super) fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Sync + 'static,
        pace: Pace,
        desk: ReceiptDesk,
    ) -> Self {
        let (questions, asked) = mpsc::channel(100);
        tokio::spawn(Talk::begin(stream, pace, desk, asked));
        Self { questions }
    }

    /// Whether both are handles on one session.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.questions.same_channel(&other.questions)
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
            self.questions.send(Question { pdu, answer }).await.map_err(|_| Lost::Ended)?;
            answered.await.map_err(|_| Lost::Broken)
        };
        timeout(patience, asked).await.map_err(|_| Lost::Silent)?
    }
}
