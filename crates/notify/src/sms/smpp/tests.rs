//! Against a short message centre that is not ours (`tests/smsc`, npm's smpp), which `cargo xtask test sms` starts; and
//! what can be seen without one.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::sms::{GatewaySettings, open_route};
use portal_id_core::sms::Arrival;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex as StdMutex;
use tokio::net::TcpListener;
use tokio::sync::Notify;

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_400_000);

/// Keeps what it is told.
#[derive(Default)]
pub(super) struct Told {
    receipts: StdMutex<BTreeMap<String, Arrival>>,
    news: Notify,
}

#[async_trait]
impl Receipts for Told {
    async fn arrived(&self, gateway: &str, id: String, arrival: Arrival) -> bool {
        assert_eq!(gateway, "smpp");
        self.receipts.lock().unwrap().insert(id, arrival);
        self.news.notify_waiters();
        true
    }
}

impl Told {
    /// What became of the message, once it is told.
    pub(super) async fn of(&self, id: &str) -> Arrival {
        let wait = async {
            loop {
                let news = self.news.notified();
                if let Some(arrival) = self.receipts.lock().unwrap().get(id) {
                    return *arrival;
                }
                news.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), wait).await.unwrap()
    }
}

pub(super) fn table(port: u16) -> Value {
    json!({
        "preset": "smpp", "host": "127.0.0.1", "port": port, "tls": false, "system_id": "portal", "password": "secret",
        "brandname": "BACGIANG", "timeout_seconds": 4,
    })
}

pub(super) fn settings(table: &Value, more: &Value) -> SmppSettings {
    let mut table = table.as_object().unwrap().clone();
    table.extend(more.as_object().unwrap().clone());
    match GatewaySettings::from_table(table).unwrap() {
        GatewaySettings::Smpp(settings) => *settings,
        GatewaySettings::Http(_) => unreachable!("a table of SMPP"),
    }
}

/// A gateway to the SMSC of `PORTAL_ID_TEST_SMSC` (its port), and what it tells back.
fn at_the_smsc(more: &Value) -> (SmppGateway, Arc<Told>) {
    let port = std::env::var("PORTAL_ID_TEST_SMSC").unwrap().parse().unwrap();
    let told = Arc::new(Told::default());
    (SmppGateway::new(&settings(&table(port), more), Some(told.clone())).unwrap(), told)
}

fn message(ending: &str, text: &str) -> TextMessage {
    TextMessage {
        id: "019ab000-0000-7000-8000-000000000001.1795400000000".to_owned(),
        to: format!("+84912345{ending}"),
        text: text.to_owned(),
        web_otp: None,
        template: "sign_in_code",
        parameters: BTreeMap::new(),
        not_after: NOW + Span::minutes(5),
    }
}

pub(super) fn code(ending: &str) -> TextMessage {
    message(ending, "Ma xac thuc Cong DVC la 123456. Hieu luc 5 phut. Khong chia se ma nay.")
}

fn id(verdict: Verdict) -> String {
    let Verdict::Accepted(Some(id)) = verdict else { unreachable!("{verdict:?}") };
    id
}

#[tokio::test]
#[ignore = "needs an SMSC"]
async fn a_code_is_accepted_first_and_delivered_when_the_receipt_comes() {
    let (gateway, told) = at_the_smsc(&json!({}));
    let delivered = id(gateway.hand_over(&code("678"), NOW).await);
    let failed = id(gateway.hand_over(&code("105"), NOW).await);
    assert_ne!(delivered, failed);
    for by_parameters in ["108", "109"] {
        let id = id(gateway.hand_over(&code(by_parameters), NOW).await);
        assert_eq!(told.of(&id).await, Arrival::Delivered, "{by_parameters}");
    }
    assert_eq!((told.of(&delivered).await, told.of(&failed).await), (Arrival::Delivered, Arrival::Failed));
}

#[tokio::test]
#[ignore = "needs an SMSC"]
async fn accented_and_long_texts_arrive_whole() {
    let (gateway, told) = at_the_smsc(&json!({}));
    let long = format!("{}@_", "Ma xac thuc [1] ".repeat(20));
    for (ending, text) in
        [("801", "Mã xác thực của bạn là 123456 €"), ("802", &long), ("803", &"Mã xác thực ".repeat(20))]
    {
        let id = id(gateway.hand_over(&message(ending, text), NOW).await);
        assert_eq!(told.of(&id).await, Arrival::Delivered, "{ending}");
    }
}

#[tokio::test]
#[ignore = "needs an SMSC"]
async fn each_refusal_concerns_somebody() {
    let (gateway, _) = at_the_smsc(&json!({ "gateway": [0x400] }));
    let of = async |ending: &str| gateway.hand_over(&code(ending), NOW).await;
    assert_eq!(of("101").await, Verdict::NumberRefused("answered with status 0xb".to_owned()));
    assert_eq!(of("106").await, Verdict::GatewayRefused("answered with status 0x400".to_owned()));
    assert_eq!(of("103").await, Verdict::Unanswered("did not answer in time".to_owned()));
    assert_eq!(of("104").await, Verdict::Unanswered("broke the connection".to_owned()));
    assert!(matches!(of("678").await, Verdict::Accepted(_)), "in a session opened anew");
}

#[tokio::test]
#[ignore = "needs an SMSC"]
async fn when_the_smsc_asks_us_to_slow_down_others_are_tried_for_a_while() {
    let (gateway, _) = at_the_smsc(&json!({}));
    let busy = gateway.hand_over(&code("102"), NOW).await;
    assert_eq!(busy, Verdict::Passing("answered with status 0x58".to_owned()));
    let waiting = gateway.hand_over(&code("678"), NOW + Span::millis(1999)).await;
    assert_eq!(waiting, Verdict::Passing("asked us to slow down a moment ago".to_owned()));
    assert!(matches!(gateway.hand_over(&code("102"), NOW + Span::seconds(2)).await, Verdict::Accepted(_)));
}

#[tokio::test]
#[ignore = "needs an SMSC"]
async fn a_session_that_the_smsc_ends_or_that_falls_silent_is_opened_anew() {
    let (gateway, _) = at_the_smsc(&json!({ "system_id": "mute", "enquire_link_seconds": 1 }));
    assert!(matches!(gateway.hand_over(&code("107"), NOW).await, Verdict::Accepted(_)));
    let first = gateway.state.lock().await.session.clone().unwrap();
    tokio::time::timeout(Duration::from_secs(5), first.ended()).await.unwrap();
    assert!(matches!(gateway.hand_over(&code("678"), NOW).await, Verdict::Accepted(_)));
    let second = gateway.state.lock().await.session.clone().unwrap();
    tokio::time::timeout(Duration::from_secs(10), second.ended()).await.unwrap();
    assert!(matches!(gateway.hand_over(&code("678"), NOW).await, Verdict::Accepted(_)));
}

#[tokio::test]
#[ignore = "needs an SMSC"]
async fn a_wrong_password_needs_an_operator_and_many_messages_share_one_session() {
    let (stranger, _) = at_the_smsc(&json!({ "password": "wrong" }));
    let refused = stranger.hand_over(&code("678"), NOW).await;
    assert_eq!(refused, Verdict::GatewayRefused("refused the session with status 0xe".to_owned()));
    let (gateway, told) = at_the_smsc(&json!({ "window": 3 }));
    let all: Vec<_> = (0..40).map(|_| code("678")).collect();
    let verdicts = futures_util::future::join_all(all.iter().map(|message| gateway.hand_over(message, NOW))).await;
    let ids: std::collections::BTreeSet<_> = verdicts.into_iter().map(id).collect();
    assert_eq!(ids.len(), 40);
    for id in ids {
        assert_eq!(told.of(&id).await, Arrival::Delivered);
    }
}

#[tokio::test]
async fn an_smsc_that_is_gone_silent_or_talks_nonsense_makes_the_message_wait() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let gateway = SmppGateway::new(&settings(&table(port), &json!({ "timeout_seconds": 1 })), None).unwrap();
    let silent = gateway.hand_over(&code("678"), NOW).await;
    assert_eq!(silent, Verdict::Passing("did not answer in time".to_owned()));
    let again = gateway.hand_over(&code("678"), NOW).await;
    assert_eq!(again, silent, "nobody waits twice in one round");
    let rude = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        let (_first, _) = listener.accept().await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let nonsense = gateway.hand_over(&code("678"), NOW + Span::seconds(2)).await;
    assert_eq!(nonsense, Verdict::Passing("broke the connection".to_owned()));
    rude.await.unwrap();
    let gone = gateway.hand_over(&code("678"), NOW + Span::seconds(4)).await;
    assert_eq!(gone, Verdict::Passing("cannot be reached over a protected connection".to_owned()));
}

// security: row 29
#[test]
fn a_session_without_tls_is_for_this_machine_only() {
    let open = |more: Value| {
        let mut whole = table(2775).as_object().unwrap().clone();
        whole.extend(more.as_object().unwrap().clone());
        open_route(&GatewaySettings::from_table(whole).unwrap(), &crate::sms::WayBack::default()).is_ok()
    };
    assert!(open(json!({})) && open(json!({ "host": "smsc.example", "tls": true })));
    for more in [
        json!({ "host": "smsc.example" }),
        json!({ "host": "10.1.2.3" }),
        json!({ "host": "" }),
        json!({ "brandname": "" }),
        json!({ "system_id": "x".repeat(16) }),
        json!({ "password": "x".repeat(9) }),
        json!({ "tls": true, "root_ca_file": "no-such-file" }),
        json!({ "name": "a b" }),
    ] {
        assert!(!open(more.clone()), "{more}");
    }
}

#[tokio::test]
async fn a_foreign_number_never_reaches_the_smsc() {
    let gateway = SmppGateway::new(&settings(&table(1), &json!({})), None).unwrap();
    let foreign = TextMessage { to: "+4915112345678".to_owned(), ..code("678") };
    assert!(matches!(gateway.hand_over(&foreign, NOW).await, Verdict::NumberRefused(_)));
}

/// An SMSC that speaks TLS under `certified_for`, counts what it was told inside, and says nothing; with its authority.
async fn behind_tls(certified_for: &str) -> (u16, tempfile::NamedTempFile, tokio::task::JoinHandle<usize>) {
    use tokio::io::AsyncReadExt as _;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (acceptor, authority) = crate::false_authority::certified_for(certified_for);
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = acceptor.accept(stream).await else { return 0 };
        stream.read(&mut [0; 512]).await.unwrap_or_default()
    });
    (port, authority, heard)
}

// security: row 29
#[tokio::test]
async fn an_smsc_with_another_name_or_an_unknown_authority_learns_nothing() {
    for (name, known, is_told) in
        [("localhost", true, true), ("smsc.example", true, false), ("localhost", false, false)]
    {
        let (port, authority, heard) = behind_tls(name).await;
        let more = if known { json!({ "root_ca_file": authority.path() }) } else { json!({}) };
        let mut settings = settings(&table(port), &more);
        (settings.tls, settings.host, settings.timeout_seconds) = (true, "localhost".to_owned(), 1);
        let verdict = SmppGateway::new(&settings, None).unwrap().hand_over(&code("678"), NOW).await;
        assert!(matches!(verdict, Verdict::Passing(_)), "{verdict:?}");
        assert_eq!(heard.await.unwrap() > 0, is_told, "{name}, known: {known}");
    }
}
