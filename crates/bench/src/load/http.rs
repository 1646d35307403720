//! An HTTP/1.1 client that costs little: one kept connection, one request at a time. The same one asks the product and
//! the floors, so its own cost is on both sides of every ratio.

use crate::clock;
use anyhow::{Context as _, Result, bail, ensure};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// No answer of ours is larger.
const MOST_BYTES: usize = 1024 * 1024;

/// The product closes connections that say nothing for 15 seconds; one that may be closing is not used again.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);

/// A connection, opened again when the other side has closed it.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<(TcpStream, Instant)>,
    buffer: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    head: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Every value of a header.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.head.split("\r\n").filter_map(move |line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.split("\r\n").find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body as text.
    pub(crate) fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// An error that shows the answer, unless it has this status.
    pub(crate) fn expect(self, status: u16, what: &str) -> Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        let start: String = self.text().chars().take(300).collect();
        bail!("{what}: {} instead of {status}: {start}", self.status)
    }
}

impl Connection {
    /// A connection to `address`, not opened yet.
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::with_capacity(16 * 1024) }
    }

    /// Sends a whole request and reads its answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        let mut stream = match self.stream.take() {
            Some((stream, used)) if used.elapsed() < LONGEST_SILENCE => stream,
            _ => self.open().await?,
        };
        // The stream is put back only after a complete answer: what broke off half-way is not used again.
        stream.write_all(request).await.context("sending a request")?;
        let (answer, closes) = self.read(&mut stream).await?;
        self.stream = (!closes).then(|| (stream, clock::now()));
        Ok(answer)
    }

    async fn open(&self) -> Result<TcpStream> {
        let stream = TcpStream::connect(self.address).await.context("connecting")?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn read(&mut self, stream: &mut TcpStream) -> Result<(Answer, bool)> {
        self.buffer.clear();
        let mut searched = 0;
        let end = loop {
            if let Some(found) = self.buffer[searched..].windows(4).position(|four| four == b"\r\n\r\n") {
                break searched + found;
            }
            searched = self.buffer.len().saturating_sub(3);
            self.more(stream).await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).context("no status line")?;
        let mut answer = Answer { status, head, body: Vec::new() };
        let length: usize = match answer.header("content-length") {
            Some(length) => length.parse().context("no length")?,
            None if answer.header("transfer-encoding").is_some() => bail!("an answer without its length"),
            None => 0,
        };
        let whole = end + 4 + length;
        while self.buffer.len() < whole {
            self.more(stream).await?;
        }
        answer.body = self.buffer[end + 4..whole].to_vec();
        let closes = answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        Ok((answer, closes))
    }

    async fn more(&mut self, stream: &mut TcpStream) -> Result<()> {
        ensure!(self.buffer.len() < MOST_BYTES, "an answer without an end");
        let read = stream.read_buf(&mut self.buffer).await.context("reading an answer")?;
        ensure!(read > 0, "the connection was closed before the answer was complete");
        Ok(())
    }
}

/// The bytes of a GET. `headers` are whole lines, each with its end.
pub(crate) fn get(path: &str, host: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n{headers}\r\n").into_bytes()
}

/// The bytes of a form's POST.
pub(crate) fn post(path: &str, host: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}
