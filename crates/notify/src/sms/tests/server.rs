//! One small HTTP server for all tests: reads whole requests, reacts as it is told, and keeps what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request, read.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    /// Names in lower case.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Request {
    /// A header's value; empty when it was not sent.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The fields of a form.
    pub(super) fn form(&self) -> BTreeMap<String, String> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// How the server behaves towards a request.
#[derive(Clone, Debug)]
pub(super) enum Reaction {
    /// A status and a body.
    Answer(u16, String),
    /// These bytes, whatever they are.
    Raw(String),
    /// Silence, with the connection open.
    Hang,
    /// The beginning of an answer, then the end of the connection.
    CutOff,
}

/// A running server.
pub(super) struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Reacts to each request as `react` says.
    pub(super) async fn start(react: impl Fn(&Request) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, react) = (Arc::clone(&requests), Arc::new(react));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, react) = (Arc::clone(&kept), Arc::clone(&react));
                tokio::spawn(async move {
                    let mut stream = stream;
                    let Some(request) = receive(&mut stream).await else { return };
                    let reaction = react(&request);
                    kept.lock().unwrap().push(request);
                    respond(stream, reaction).await;
                });
            }
        });
        Self { port, requests }
    }

    /// Gives the same answer to every request.
    pub(super) async fn answering(status: u16, body: &str) -> Self {
        let body = body.to_owned();
        Self::start(move |_| Reaction::Answer(status, body.clone())).await
    }

    /// `http://127.0.0.1:port` and the path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Everything asked so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The one request.
    pub(super) fn only_request(&self) -> Request {
        let requests = self.requests();
        assert_eq!(requests.len(), 1);
        requests[0].clone()
    }
}

async fn receive(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(request) = whole(&bytes) {
            return Some(request);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn whole(bytes: &[u8]) -> Option<Request> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?, first.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    (body.len() >= length).then(|| Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: body.to_owned(),
    })
}

async fn respond(mut stream: TcpStream, reaction: Reaction) {
    let answer = match reaction {
        Reaction::Answer(status, body) => {
            format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        }
        Reaction::Raw(bytes) => bytes,
        Reaction::CutOff => "HTTP/1.1 200 X\r\nContent-Length: 500\r\n\r\n{\"Code".to_owned(),
        Reaction::Hang => {
            // Until the other side gives up.
            let _ = stream.read(&mut [0; 1]).await;
            return;
        }
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
