//! Calls to upstream providers, with what proves who we are in the form: only whoever proves to be the upstream hears it.

use super::{GOOD, Manner, NOT_PUBLIC, Names, SERVICE, Server};
use crate::false_authority::{certified_for, expired_for};
use crate::outgoing::HttpOutgoing;
use portal_id_core::ports::{CallBody, NotAnswered, UpstreamAnswer, UpstreamCall, UpstreamHttp as _};
use portal_id_core::secret::Secret;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const SECRET: &str = "bi-mat-cua-tinh";

/// A production that calls 127.0.0.2 and trusts, beside the system's authorities, that of the file.
fn production(root_ca: Option<&Path>) -> HttpOutgoing {
    let settings = crate::OutgoingSettings {
        root_ca_file: root_ca.map(Path::to_owned),
        allowed_networks: vec!["127.0.0.2".parse().unwrap()],
        timeout_seconds: 2,
    };
    HttpOutgoing::with_names(&settings, false, Names::of(&[&["127.0.0.2"]])).unwrap()
}

/// Redeems a code at `url`, with the secret in the form and in the header: neither is for others.
async fn redeem(outgoing: &HttpOutgoing, url: &str) -> Result<UpstreamAnswer, NotAnswered> {
    let form = [("grant_type", "authorization_code"), ("code", "ma-1"), ("client_secret", SECRET)];
    let authorization = Secret::new(format!("Basic {SECRET}"));
    let call = UpstreamCall {
        url,
        accept: "application/json",
        authorization: Some(&authorization),
        body: CallBody::Form(&form),
    };
    outgoing.call(call).await
}

#[track_caller]
fn assert_unreachable(answer: Result<UpstreamAnswer, NotAnswered>, why: &str) {
    assert_eq!(answer.unwrap_err(), NotAnswered::Unreachable(why.to_owned()));
}

// security: row 27
#[tokio::test]
async fn an_upstream_is_called_as_it_wants_to_be_and_only_within_reach() {
    let typed = "HTTP/1.1 200 OK\r\ncontent-type: Application/JWT; charset=utf-8\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let server = Server::start("127.0.0.2:0", Manner::Answer(typed)).await;
    let outgoing = server.production(Names::of(&[&["127.0.0.2"]]));
    let (url, bearer) = (server.url(), Secret::new("Bearer abc".to_owned()));
    let call = |body, authorization| UpstreamCall { url: &url, accept: "application/json", authorization, body };
    let form = [("grant_type", "authorization_code"), ("code", "a b")];
    for call in [
        call(CallBody::Get, Some(&bearer)),
        call(CallBody::EmptyPost, Some(&bearer)),
        call(CallBody::Form(&form), None),
    ] {
        let answer = outgoing.call(call).await.unwrap();
        assert_eq!(
            (answer.status, answer.content_type.as_str(), answer.body.as_slice()),
            (200, "application/jwt", &b"{}"[..])
        );
    }
    let [got, posted, form] = <[String; 3]>::try_from(server.heard()).unwrap();
    assert!(got.starts_with("GET /out ") && got.contains("authorization: Bearer abc\r\n"), "{got}");
    assert!(posted.starts_with("POST /out ") && posted.contains("content-length: 0\r\n"), "{posted}");
    assert!(posted.contains("authorization: Bearer abc\r\n") && posted.ends_with("\r\n\r\n"), "{posted}");
    assert!(form.ends_with("grant_type=authorization_code&code=a+b") && !form.contains("authorization: "), "{form}");
    let split = Secret::new("Bearer a\r\nx: y".to_owned());
    for refused in [
        outgoing.call(call(CallBody::Get, Some(&split))).await,
        outgoing.call(UpstreamCall { url: "https://10.0.0.1/token", ..call(CallBody::Get, None) }).await,
        outgoing.call(UpstreamCall { url: "http://sso.example/token", ..call(CallBody::Get, None) }).await,
    ] {
        assert!(matches!(refused, Err(NotAnswered::Forbidden(_))), "{refused:?}");
    }
}

// security: rows 27, 29
#[tokio::test]
async fn an_upstream_is_believed_by_the_authority_in_its_own_file_and_by_no_other() {
    let server = Server::start("127.0.0.2:0", GOOD).await;
    let other = Server::start("127.0.0.2:0", GOOD).await;
    let own = production(Some(server.root_ca.path()));
    for stranger in [production(None), production(Some(other.root_ca.path()))] {
        let refused = redeem(&stranger, &server.url()).await;
        assert_unreachable(refused, "its certificate is of an authority that is not trusted; root_ca_file adds one");
    }
    assert_eq!(server.heard(), Vec::<String>::new());
    assert_eq!(redeem(&own, &server.url()).await.unwrap().status, 200);
    assert!(server.heard()[0].contains(SECRET), "so that this test can see");
    // What one upstream's file says holds for that upstream alone.
    assert!(redeem(&own, &other.url()).await.is_err());
    assert_eq!(other.heard(), Vec::<String>::new());
}

// security: rows 27, 29
#[tokio::test]
async fn an_upstream_hears_nothing_by_a_certificate_of_another_time_or_name() {
    let expired = Server::start_as(expired_for(SERVICE), "127.0.0.2:0", GOOD).await;
    let renamed = Server::start_as(certified_for("other.example"), "127.0.0.2:0", GOOD).await;
    let unnamed = Server::start("127.0.0.2:0", GOOD).await;
    for (server, url, why) in [
        (&expired, expired.url(), "its certificate has expired"),
        (&renamed, renamed.url(), "its certificate is for another name"),
        (&unnamed, unnamed.url().replace(SERVICE, "127.0.0.2"), "its certificate is for another name"),
    ] {
        assert_unreachable(redeem(&production(Some(server.root_ca.path())), &url).await, why);
        assert_eq!(server.heard(), Vec::<String>::new(), "{url}");
    }
}

/// Reads what comes first and answers with these bytes, whatever it was; keeps all that comes.
async fn speaks(answer: &[u8]) -> (SocketAddr, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
    let (log, answer) = (Arc::clone(&heard), answer.to_vec());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = [0; 4096];
            let mut answered = false;
            while let Ok(read @ 1..) = stream.read(&mut bytes).await {
                log.lock().unwrap().extend_from_slice(&bytes[..read]);
                if !std::mem::replace(&mut answered, true) {
                    let _ = stream.write_all(&answer).await;
                }
            }
        }
    });
    (address, heard)
}

/// A ServerHello of TLS 1.1 (RFC 4346 §7.4.1.3): its version, random bytes, no session, TLS_RSA_WITH_AES_128_CBC_SHA.
fn hello_of_tls_1_1() -> Vec<u8> {
    [&[22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2][..], &[7; 32], &[0, 0, 0x2f, 0]].concat()
}

/// What a server says that knows no version as new as the offered ones: the alert `protocol_version`.
const ALERT_OF_TLS_1_1: [u8; 7] = [21, 3, 2, 0, 2, 2, 70];

// security: rows 27, 29
#[tokio::test]
async fn no_old_tls_and_no_connection_without_it_hears_of_a_secret() {
    let outdated = "it speaks no version of TLS that is safe";
    for (answer, why) in [
        (&hello_of_tls_1_1()[..], outdated),
        (&ALERT_OF_TLS_1_1, outdated),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "it does not speak TLS at that port"),
    ] {
        let (address, heard) = speaks(answer).await;
        assert_unreachable(redeem(&production(None), &format!("https://{SERVICE}:{}/", address.port())).await, why);
        let heard = heard.lock().unwrap().clone();
        assert_eq!(heard.first(), Some(&22), "a hello");
        assert!(!heard.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()));
    }
    let (address, heard) = speaks(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
    let refused = redeem(&production(None), &format!("http://127.0.0.2:{}/", address.port())).await;
    assert_eq!(refused.unwrap_err(), NotAnswered::Forbidden("the address must be https"));
    assert_eq!(heard.lock().unwrap().len(), 0);
}

// security: row 27
#[tokio::test]
async fn an_upstream_whose_name_leads_to_a_private_network_is_not_called() {
    let trap = Server::start("127.0.0.1:0", GOOD).await;
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fd00::1"] {
        let outgoing = trap.production(Names::of(&[&[address]]));
        assert_eq!(redeem(&outgoing, &trap.url()).await.unwrap_err(), NotAnswered::Forbidden(NOT_PUBLIC), "{address}");
    }
    assert_eq!(trap.heard(), Vec::<String>::new());
}

// security: row 27
#[tokio::test]
async fn an_upstream_that_sends_us_on_is_not_obeyed() {
    let trap = Server::start("127.0.0.2:0", GOOD).await;
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let answer = format!("HTTP/1.1 {status}\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", trap.url());
        let server = Server::start("127.0.0.2:0", Manner::Answer(Box::leak(answer.into_boxed_str()))).await;
        let outgoing = server.production(Names::of(&[&["127.0.0.2"]]));
        let answer = redeem(&outgoing, &server.url()).await.unwrap();
        assert_eq!((answer.status, server.heard().len()), (status[..3].parse().unwrap(), 1));
    }
    assert_eq!(trap.heard(), Vec::<String>::new());
}

// security: rows 16, 27
#[tokio::test]
async fn an_upstream_that_answers_without_end_or_not_at_all_is_given_up() {
    let endless = Server::start("127.0.0.2:0", Manner::Endless).await;
    let outgoing = endless.production(Names::of(&[&["127.0.0.2"]]));
    assert_eq!(redeem(&outgoing, &endless.url()).await.unwrap_err(), NotAnswered::TooLarge);
    let slow = Server::start("127.0.0.2:0", Manner::Drip).await;
    let outgoing = slow.production(Names::of(&[&["127.0.0.2"]]));
    assert_unreachable(redeem(&outgoing, &slow.url()).await, "did not answer in time");
    // It takes the connection and never says hello.
    let (silent, _) = speaks(b"").await;
    let url = format!("https://{SERVICE}:{}/", silent.port());
    assert_unreachable(redeem(&production(None), &url).await, "did not answer in time");
}
