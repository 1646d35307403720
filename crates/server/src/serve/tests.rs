#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::tls::pairs::{Authority, Folder};
use axum::routing::get;
use portal_id_core::time::Timestamp;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const NOW: Timestamp = Timestamp::from_seconds(1_795_851_660);

/// A listener with TLS that knows one page, which says where its visitor comes from.
struct House {
    authority: Authority,
    folder: Folder,
    certificates: Arc<Certificates>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    stopping: Option<tokio::sync::oneshot::Sender<()>>,
    gone: Option<tokio::task::JoinHandle<()>>,
}

impl House {
    async fn open(most: usize, patience: Duration) -> Self {
        let (authority, folder) = (Authority::new(), Folder::new());
        folder.write(&authority.pair());
        let certificates = Certificates::open(&folder.settings()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let page = get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() });
        let (stop, stopped) = watch::channel(false);
        let tls = Some(certificates.acceptor().unwrap());
        let door = Door { router: Router::new().route("/", page), tls, patience, stopped };
        let (stopping, told) = tokio::sync::oneshot::channel();
        let gone = tokio::spawn(async move {
            let connections = GracefulShutdown::new();
            tokio::select! {
                never = accept(&listener, &door, most, &connections) => match never {},
                _ = told => {}
            }
            connections.shutdown().await;
        });
        Self { authority, folder, certificates, address, stop, stopping: Some(stopping), gone: Some(gone) }
    }

    async fn visit(&self) -> std::io::Result<TlsStream<TcpStream>> {
        self.visit_as(&self.authority.visitor(&[b"http/1.1"])).await
    }

    async fn visit_as(&self, visitor: &TlsConnector) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        visitor.connect(ServerName::try_from("localhost").unwrap(), stream).await
    }
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with("127.0.0.1") {
        let mut bytes = [0; 512];
        let read = stream.read(&mut bytes).await.unwrap();
        assert!(read > 0, "ended after {answer:?}");
        answer.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    answer
}

fn shown(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test]
async fn a_visitor_over_tls_is_served_over_http_1_1_and_known_by_address() {
    let house = House::open(10, HEAD_TIMEOUT).await;
    let mut stream = house.visit().await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert_eq!(stream.get_ref().1.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200"));
    let both = house.visit_as(&house.authority.visitor(&[b"h2", b"http/1.1"])).await.unwrap();
    assert_eq!(both.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert!(house.visit_as(&house.authority.visitor(&[b"h2"])).await.is_err(), "nothing that we do not speak");
    assert!(house.visit_as(&Authority::new().visitor(&[])).await.is_err(), "the test would notice a wrong certificate");
}

#[tokio::test]
async fn whoever_speaks_http_to_it_gets_nothing() {
    let house = House::open(10, HEAD_TIMEOUT).await;
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // An alert of TLS, or the end; never a page.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_the_next_visitor_while_the_last_one_stays() {
    let house = House::open(10, HEAD_TIMEOUT).await;
    let mut before = house.visit().await.unwrap();
    ask(&mut before).await;
    house.folder.write(&house.authority.pair());
    jobs::look_at_certificates(&house.certificates, NOW).await.unwrap();
    let mut after = house.visit().await.unwrap();
    assert_ne!(shown(&before), shown(&after));
    ask(&mut before).await;
    ask(&mut after).await;
    std::fs::write(house.folder.certificate(), "broken").unwrap();
    jobs::look_at_certificates(&house.certificates, NOW).await.unwrap_err();
    assert_eq!(shown(&house.visit().await.unwrap()), shown(&after));
}

// security: row 16
#[tokio::test]
async fn half_a_handshake_holds_a_place_only_for_a_while() {
    let house = House::open(2, Duration::from_millis(400)).await;
    let silent = TcpStream::connect(house.address).await.unwrap();
    let mut slow = TcpStream::connect(house.address).await.unwrap();
    // The beginning of a record of a handshake, and no more.
    slow.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap();
    let served = async {
        let mut third = house.visit().await.unwrap();
        ask(&mut third).await
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), served).await.unwrap().starts_with("HTTP/1.1 200"));
    drop((silent, slow));
}

#[tokio::test]
async fn a_stop_waits_for_no_handshake_and_ends_idle_connections() {
    let mut house = House::open(10, Duration::from_mins(10)).await;
    let silent = TcpStream::connect(house.address).await.unwrap();
    let mut idle = house.visit().await.unwrap();
    ask(&mut idle).await;
    house.stop.send_replace(true);
    house.stopping.take().unwrap().send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), house.gone.take().unwrap()).await.unwrap().unwrap();
    drop(silent);
}
