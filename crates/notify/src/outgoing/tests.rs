#![expect(clippy::unwrap_used, reason = "tests")]

mod upstream;

use super::guard::NOT_PUBLIC;
use super::resolve::LookingUp;
use super::*;
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The name of the one service here.
const SERVICE: &str = "dich-vu.example";

/// Answers look-ups one after the other; the last answer is given again and again.
struct Names(Arc<Mutex<VecDeque<Vec<IpAddr>>>>);

impl Names {
    fn of(answers: &[&[&str]]) -> Self {
        let answers = answers.iter().map(|answer| answer.iter().map(|text| text.parse().unwrap()).collect());
        Self(Arc::new(Mutex::new(answers.collect())))
    }
}

impl LookUp for Names {
    fn look_up(&self, _: &str) -> LookingUp {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

/// What a server does when it was asked something.
#[derive(Clone, Copy)]
enum Manner {
    Answer(&'static str),
    /// Sends on without an end.
    Endless,
    /// Sends a byte now and then.
    Drip,
}

/// What arrived, readable: one text per connection.
type Heard = Arc<Mutex<Vec<String>>>;

/// A service with its own certificate, for [`SERVICE`].
struct Server {
    address: SocketAddr,
    heard: Heard,
    root_ca: NamedTempFile,
}

impl Server {
    async fn start(at: &str, manner: Manner) -> Self {
        Self::start_as(crate::false_authority::certified_for(SERVICE), at, manner).await
    }

    async fn start_as((acceptor, root_ca): (TlsAcceptor, NamedTempFile), at: &str, manner: Manner) -> Self {
        let listener = TcpListener::bind(at).await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Heard::default();
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let log = Arc::clone(&log);
                if let Ok(stream) = acceptor.accept(stream).await {
                    tokio::spawn(converse(stream, manner, log));
                }
            }
        });
        Self { address, heard, root_ca }
    }

    /// As a client registered it.
    fn url(&self) -> String {
        format!("https://{SERVICE}:{}/out", self.address.port())
    }

    fn settings(&self, allowed: &[&str]) -> OutgoingSettings {
        OutgoingSettings {
            root_ca_file: Some(self.root_ca.path().to_owned()),
            allowed_networks: allowed.iter().map(|network| network.parse().unwrap()).collect(),
            timeout_seconds: 2,
        }
    }

    /// A production that knows the service's certificate and may call 127.0.0.2.
    fn production(&self, names: Names) -> HttpOutgoing {
        HttpOutgoing::with_names(&self.settings(&["127.0.0.2"]), false, names).unwrap()
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, manner: Manner, heard: Heard) {
    let mut request = Vec::new();
    let mut bytes = [0; 1024];
    let whole = |request: &[u8]| {
        let text = String::from_utf8_lossy(request);
        let Some((top, body)) = text.split_once("\r\n\r\n") else { return false };
        let length = top.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        body.len() >= length
    };
    while !whole(&request) {
        match stream.read(&mut bytes).await {
            Ok(read) if read > 0 => request.extend_from_slice(&bytes[..read]),
            _ => return,
        }
    }
    heard.lock().unwrap().push(String::from_utf8(request).unwrap());
    let begin = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1073741824\r\n\r\n";
    match manner {
        Manner::Answer(answer) => {
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Manner::Endless => {
            let _ = stream.write_all(begin.as_bytes()).await;
            while stream.write_all(&[b' '; 8192]).await.is_ok() {}
        }
        Manner::Drip => {
            let _ = stream.write_all(begin.as_bytes()).await;
            let mut timer = tokio::time::interval(Duration::from_millis(50));
            while stream.write_all(b" ").await.is_ok() && stream.flush().await.is_ok() {
                timer.tick().await;
            }
        }
    }
}

const GOOD: Manner = Manner::Answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");

#[tokio::test]
async fn a_service_in_a_network_that_the_operator_named_is_told_what_was_to_be_told() {
    let server = Server::start("127.0.0.2:0", GOOD).await;
    let outgoing = server.production(Names::of(&[&["127.0.0.2"]]));
    let answered = outgoing.post_form(&server.url(), &[("logout_token", "a.b+c"), ("x", "ă")]).await.unwrap();
    assert_eq!(answered, Answered { status: 200, body: b"{}".to_vec() });
    let fetched = outgoing.get(&server.url(), "application/jwk-set+json").await.unwrap();
    assert_eq!(fetched.status, 200);
    let [posted, got] = <[String; 2]>::try_from(server.heard()).unwrap();
    assert!(
        posted.starts_with("POST /out HTTP/1.1\r\n") && posted.ends_with("logout_token=a.b%2Bc&x=%C4%83"),
        "{posted}"
    );
    assert!(got.starts_with("GET /out ") && got.contains("accept: application/jwk-set+json"), "{got}");
}

// security: row 27
#[tokio::test]
async fn a_name_is_judged_by_the_addresses_that_it_resolves_to() {
    let trap = Server::start("127.0.0.1:0", GOOD).await;
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "0.0.0.0"] {
        let outgoing = trap.production(Names::of(&[&[address]]));
        let refused = outgoing.get(&trap.url(), "application/json").await.unwrap_err();
        assert_eq!(refused, NotAnswered::Forbidden(NOT_PUBLIC), "{address}");
    }
    let outgoing = trap.production(Names::of(&[&[]]));
    assert!(outgoing.get(&trap.url(), "application/json").await.is_err(), "a name without addresses");
    assert_eq!(trap.heard(), Vec::<String>::new());
}

// security: row 27
#[tokio::test]
async fn of_several_addresses_only_those_within_reach_are_tried() {
    let server = Server::start("127.0.0.2:0", GOOD).await;
    let outgoing = server.production(Names::of(&[&["10.0.0.1", "127.0.0.1", "127.0.0.2", "::1"]]));
    assert_eq!(outgoing.get(&server.url(), "application/json").await.unwrap().status, 200);
    assert_eq!(server.heard().len(), 1);
}

// security: row 27
#[tokio::test]
async fn a_name_that_resolves_elsewhere_a_moment_later_leads_nowhere() {
    let server = Server::start("127.0.0.2:0", GOOD).await;
    let trap = TcpListener::bind(("127.0.0.1", server.address.port())).await.unwrap();
    let outgoing = server.production(Names::of(&[&["127.0.0.2"], &["127.0.0.1"]]));
    assert_eq!(outgoing.get(&server.url(), "application/json").await.unwrap().status, 200);
    let refused = outgoing.get(&server.url(), "application/json").await.unwrap_err();
    assert_eq!(refused, NotAnswered::Forbidden(NOT_PUBLIC));
    assert_eq!(server.heard().len(), 1);
    let nobody = tokio::time::timeout(Duration::from_millis(100), trap.accept()).await;
    assert!(nobody.is_err(), "somebody connected to the trap");
}

// security: row 27
#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let trap = Server::start("127.0.0.2:0", GOOD).await;
    let location = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", trap.url());
    let server = Server::start("127.0.0.2:0", Manner::Answer(Box::leak(location.into_boxed_str()))).await;
    let outgoing = server.production(Names::of(&[&["127.0.0.2"]]));
    assert_eq!(outgoing.get(&server.url(), "application/json").await.unwrap().status, 307);
    assert_eq!(outgoing.post_form(&server.url(), &[("logout_token", "t")]).await.unwrap().status, 307);
    assert_eq!((server.heard().len(), trap.heard().len()), (2, 0));
}

// security: rows 16, 27
#[tokio::test]
async fn an_answer_without_an_end_is_cut_off_by_size_or_by_time() {
    let endless = Server::start("127.0.0.2:0", Manner::Endless).await;
    let outgoing = endless.production(Names::of(&[&["127.0.0.2"]]));
    let cut = outgoing.get(&endless.url(), "application/json").await.unwrap_err();
    assert_eq!(cut, NotAnswered::TooLarge);

    let slow = Server::start("127.0.0.2:0", Manner::Drip).await;
    let outgoing = slow.production(Names::of(&[&["127.0.0.2"]]));
    let url = slow.url();
    let given_up = tokio::time::timeout(Duration::from_secs(20), outgoing.get(&url, "application/json"));
    assert_eq!(given_up.await.unwrap().unwrap_err(), NotAnswered::Unreachable("did not answer in time".to_owned()));
}

// security: row 29
#[tokio::test]
async fn nothing_is_told_to_a_server_that_cannot_prove_its_name() {
    let server = Server::start("127.0.0.2:0", GOOD).await;
    let stranger = Server::start("127.0.0.2:0", GOOD).await;
    let outgoing = server.production(Names::of(&[&["127.0.0.2"]]));
    for url in [
        stranger.url(),
        server.url().replace(SERVICE, "other.example"),
        format!("https://127.0.0.2:{}/out", server.address.port()),
    ] {
        let refused = outgoing.post_form(&url, &[("logout_token", "secret")]).await.unwrap_err();
        assert!(matches!(refused, NotAnswered::Unreachable(_)), "{url}: {refused}");
    }
    assert_eq!((server.heard().len(), stranger.heard().len()), (0, 0));
}

#[tokio::test]
async fn outside_production_its_own_machine_is_called_by_http() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://localhost:{}/out", listener.local_addr().unwrap().port());
    let heard = Heard::default();
    let log = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            converse(stream, GOOD, Arc::clone(&log)).await;
        }
    });
    let settings = OutgoingSettings::default();
    let development = HttpOutgoing::new(&settings, true).unwrap();
    assert_eq!(development.get(&url, "application/json").await.unwrap().status, 200);
    let production = HttpOutgoing::new(&settings, false).unwrap();
    assert_eq!(
        production.get(&url, "application/json").await.unwrap_err(),
        NotAnswered::Forbidden("the address must be https")
    );
    assert_eq!(
        production.get(&url.replace("http:", "https:"), "application/json").await.unwrap_err(),
        NotAnswered::Forbidden(NOT_PUBLIC)
    );
    assert_eq!(heard.lock().unwrap().len(), 1);
}

#[test]
fn a_roots_file_that_cannot_be_read_is_refused_at_the_start() {
    let settings = OutgoingSettings { root_ca_file: Some("/nowhere/ca.pem".into()), ..OutgoingSettings::default() };
    assert!(HttpOutgoing::new(&settings, false).is_err());
    let unknown = toml::from_str::<OutgoingSettings>("allowed_networks = [\"10.0.0.1/8\"]");
    assert!(unknown.unwrap_err().to_string().contains("network"));
}
