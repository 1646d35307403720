//! One conversation with the mail server. The transport of the library is not used, for three measured reasons: it
//! believes answers that somebody slipped in before TLS, it waits for a silent server for ever, and it takes a failed
//! QUIT for a failed delivery.

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How long a good-bye may take; the mail has been accepted by then.
const GOODBYE: Duration = Duration::from_secs(2);

/// How the connection is protected.
#[derive(Clone)]
pub(super) enum Protection {
    /// TLS from the first byte.
    Tls(TlsParameters),
    /// STARTTLS or nothing.
    StartTls(TlsParameters),
    /// None, on this machine.
    None,
}

/// Why a conversation ended without an accepted mail.
pub(super) enum Broken {
    /// No connection.
    Unreachable,
    /// The server's answer, or a fault of the conversation.
    Refused(Error),
    /// Time was over.
    Silent,
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        if error.is_timeout() { Self::Silent } else { Self::Refused(error) }
    }
}

/// Where and how to connect.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) protection: Protection,
    pub(super) hello: ClientId,
    pub(super) credentials: Option<Credentials>,
    pub(super) timeout: Duration,
}

impl Server {
    /// Hands one mail over; ends within the time-out, whatever the server does.
    pub(super) async fn hand_over(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), Broken> {
        let conversation = async {
            let mut connection = self.connect().await?;
            if let Some(credentials) = &self.credentials {
                connection.auth(DEFAULT_MECHANISMS, credentials).await?;
            }
            connection.send(envelope, mail).await?;
            Ok(connection)
        };
        let mut connection = tokio::time::timeout(self.timeout, conversation).await.unwrap_or(Err(Broken::Silent))?;
        // Accepted is accepted, however the good-bye goes (RFC 5321 §4.1.1.10).
        let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Broken> {
        let address = (self.host.as_str(), self.port);
        let tls = match &self.protection {
            Protection::Tls(parameters) => Some(parameters.clone()),
            Protection::None => None,
            Protection::StartTls(parameters) => {
                let stream = TcpStream::connect(address).await.map_err(|_| Broken::Unreachable)?;
                let stream = Box::new(LineByLine { stream, is_protected: false });
                let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await?;
                connection.starttls(parameters.clone(), &self.hello).await?;
                return Ok(connection);
            }
        };
        Ok(AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &self.hello, tls, None).await?)
    }
}

/// A stream whose reader never gets past the answer it is reading, as long as the stream is unprotected. Without this,
/// bytes sent behind the answer to STARTTLS would wait in the reader's buffer and be taken for answers given under TLS
/// (RFC 3207 §6); with it they meet the TLS handshake, which fails.
#[derive(Debug)]
struct LineByLine {
    stream: TcpStream,
    is_protected: bool,
}

/// The first byte of a TLS handshake (RFC 8446 §5.1); no SMTP command begins with it.
const HANDSHAKE: u8 = 0x16;

impl AsyncRead for LineByLine {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_protected {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        let mut byte = [0];
        let mut single = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut single))?;
        buffer.put_slice(single.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineByLine {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.is_protected |= bytes.first() == Some(&HANDSHAKE);
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for LineByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
