//! What an operator's collector sees of a provider that is away, over a socket as in earnest.

use super::{Town, expect_trouble};
use portal_id_server::serve::metrics;
use portal_id_testkit::TestIdp;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::provider::Manner;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The listener for metrics of one house; it ends with the sender.
async fn listen(idp: &TestIdp) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(metrics::serve(listener, metrics::router(&idp.house), stopped));
    (address, stop)
}

async fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// The number of one sample; `None` where there is no such line.
async fn number(address: SocketAddr, sample: &str) -> Option<u64> {
    let answer = ask(address, "/metrics").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("content-type: text/plain; version=0.0.4"), "{answer}");
    let line = answer.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '))?;
    Some(line.parse().unwrap())
}

async fn of_the_portal(address: SocketAddr, name: &str) -> Option<u64> {
    number(address, &format!("portal_id_upstream_{name}{{upstream=\"vnconnect\"}}")).await
}

#[tokio::test]
async fn metrics_tell_of_an_outage_and_of_its_end() {
    let mut town = Town::begin().await;
    let (address, _stop) = listen(&town.idp).await;
    assert_eq!(of_the_portal(address, "circuit_open").await, Some(0));
    assert_eq!(of_the_portal(address, "failures_total").await, Some(0));
    assert_eq!(of_the_portal(address, "last_success_timestamp_seconds").await, None);
    town.portal.inside().manners.insert("/oauth2/token".to_owned(), Manner::Status(503));
    for _ in 0..5 {
        town.browser = town.idp.browser();
        expect_trouble(town.walk().await, 503, "upstream-away");
    }
    assert_eq!(of_the_portal(address, "circuit_open").await, Some(1));
    assert_eq!(of_the_portal(address, "failures_total").await, Some(5));
    let calls = of_the_portal(address, "calls_total").await.unwrap();
    town.portal.inside().manners.clear();
    town.idp.advance(Span::seconds(31)).await;
    assert_eq!(of_the_portal(address, "circuit_open").await, Some(1), "nothing says yet that it works");
    town.browser = town.idp.browser();
    let page = town.walk().await;
    town.tokens(page).await.fields();
    assert_eq!(of_the_portal(address, "circuit_open").await, Some(0));
    assert_eq!(of_the_portal(address, "failures_total").await, Some(5));
    assert_eq!(of_the_portal(address, "calls_in_flight").await, Some(0));
    assert!(of_the_portal(address, "calls_total").await.unwrap() > calls);
    let now = u64::try_from(town.idp.house.outside.clock.now().seconds()).unwrap();
    assert_eq!(of_the_portal(address, "last_success_timestamp_seconds").await, Some(now));
    assert!(number(address, "portal_id_store_commits_total").await.unwrap() > 0);
}

/// Whichever endpoint it is, and the others working all the while.
#[tokio::test]
async fn metrics_tell_of_the_outage_of_any_one_endpoint() {
    let html = Manner::Say("text/html", "<h1>Bảo trì</h1>".to_owned());
    for (path, manner) in [
        ("/oauth2/jwks", Manner::Status(500)),
        ("/oauth2/userinfo", Manner::Away),
        ("/oauth2/userinfo", html.clone()),
        ("/oauth2/token", html),
    ] {
        let mut town = Town::begin().await;
        let (address, _stop) = listen(&town.idp).await;
        town.portal.inside().manners.insert(path.to_owned(), manner.clone());
        for number in 0..5 {
            assert_eq!(of_the_portal(address, "circuit_open").await, Some(0), "{path} {manner:?} after {number}");
            town.browser = town.idp.browser();
            expect_trouble(town.walk().await, 503, "upstream-away");
        }
        assert_eq!(of_the_portal(address, "circuit_open").await, Some(1), "{path} {manner:?}");
        assert_eq!(of_the_portal(address, "failures_total").await, Some(5), "{path} {manner:?}");
        expect_trouble(town.idp.browser().open("/upstream/vnconnect/start").await, 503, "upstream-away");
        town.portal.inside().manners.clear();
        town.idp.advance(Span::seconds(31)).await;
        town.browser = town.idp.browser();
        let page = town.walk().await;
        town.tokens(page).await.fields();
        assert_eq!(of_the_portal(address, "circuit_open").await, Some(0), "{path} {manner:?}");
    }
}

#[tokio::test]
async fn metrics_are_not_where_people_come_and_nothing_else_is_where_metrics_are() {
    let idp = TestIdp::start().await;
    assert_eq!(idp.browser().open("/metrics").await.status(), 404);
    let (address, _stop) = listen(&idp).await;
    for path in ["/", "/healthz", "/sign-in", "/.well-known/openid-configuration"] {
        assert!(ask(address, path).await.starts_with("HTTP/1.1 404"), "{path}");
    }
}
