//! Against a small HTTP server on this machine that answers as gateways do.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::log_watch::LogWatch;
use portal_id_core::outbox::Delivery;
use portal_id_core::ports::{SmsGateway as _, TextMessage};
use portal_id_core::secret::Secret;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Gives one prepared answer to every request and keeps the requests, head and body.
struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl Server {
    async fn answering(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                while let Ok(read) = stream.read_buf(&mut bytes).await {
                    if let Some(request) = whole(&bytes) {
                        kept.lock().unwrap().push(request);
                        break;
                    }
                    if read == 0 {
                        break;
                    }
                }
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { port, requests }
    }

    async fn answering_json(status: u16, body: &Value) -> Self {
        let body = body.to_string();
        Self::answering(format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()))
            .await
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/send", self.port)
    }

    fn only_request(&self) -> (String, String) {
        let requests = self.requests.lock().unwrap();
        assert_eq!(requests.len(), 1);
        requests[0].clone()
    }
}

fn whole(bytes: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok())
        .unwrap_or(0);
    (body.len() >= length).then(|| (head.to_owned(), body.to_owned()))
}

fn message() -> TextMessage {
    TextMessage {
        id: "019ab000-0000-7000-8000-000000000001".to_owned(),
        to: "+84912345678".to_owned(),
        text: "Ma xac thuc Cong DVC la 123456. Hieu luc 5 phut. Khong chia se ma nay.".to_owned(),
        web_otp: Some("@id.portal.example #123456".to_owned()),
    }
}

fn esms(url: String) -> EsmsSettings {
    EsmsSettings {
        url,
        api_key: Some(Secret::new("ak".to_owned())),
        secret_key: Some(Secret::new("sk".to_owned())),
        brandname: "BACGIANG".to_owned(),
        timeout_seconds: 2,
        ..EsmsSettings::default()
    }
}

async fn esms_answers(code: Value) -> Verdict {
    let server = Server::answering_json(
        200,
        &json!({ "CodeResult": code, "CountRegenerate": 0, "SMSID": "abc-1", "ErrorMessage": "0912345678" }),
    )
    .await;
    HttpGateway::new(&GatewaySettings::Esms(esms(server.url()))).unwrap().hand_over(&message()).await
}

#[tokio::test]
async fn esms_is_spoken_to_in_its_own_words() {
    let server =
        Server::answering_json(200, &json!({ "CodeResult": "100", "CountRegenerate": 0, "SMSID": "abc-1" })).await;
    let gateway = HttpGateway::new(&GatewaySettings::Esms(esms(server.url()))).unwrap();
    assert_eq!(gateway.deliver(&message()).await, Delivery::Accepted);
    let (head, body) = server.only_request();
    assert!(head.starts_with("POST /send HTTP/1.1"));
    assert!(head.to_lowercase().contains("content-type: application/json"));
    let expected = json!({
        "ApiKey": "ak", "SecretKey": "sk", "Phone": "0912345678", "Brandname": "BACGIANG", "SmsType": "2", "IsUnicode": "0", "Sandbox": "0",
        "Content": "Ma xac thuc Cong DVC la 123456. Hieu luc 5 phut. Khong chia se ma nay.",
        "RequestId": "019ab000-0000-7000-8000-000000000001",
    });
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
}

#[tokio::test]
async fn each_esms_code_concerns_somebody() {
    assert_eq!(esms_answers(json!("100")).await, Verdict::Accepted(Some("abc-1".to_owned())));
    assert_eq!(esms_answers(json!(100)).await, Verdict::Accepted(Some("abc-1".to_owned())));
    assert!(
        matches!(esms_answers(json!("124")).await, Verdict::Accepted(_)),
        "a repeated RequestId was accepted the first time"
    );
    assert!(matches!(esms_answers(json!("108")).await, Verdict::NumberRefused(_)));
    for code in ["101", "102", "103", "104", "118", "140", "146", "177"] {
        assert!(matches!(esms_answers(json!(code)).await, Verdict::GatewayRefused(_)), "{code}");
    }
    for code in ["99", "999", ""] {
        assert!(matches!(esms_answers(json!(code)).await, Verdict::Passing(_)), "{code}");
    }
}

#[tokio::test]
async fn a_refusal_never_repeats_the_number() {
    let verdict = esms_answers(json!("108")).await;
    assert_eq!(verdict, Verdict::NumberRefused("answered 200 with code 108".to_owned()));
}

#[tokio::test]
async fn no_key_number_or_code_reaches_the_log_and_a_refusing_gateway_raises_an_alarm() {
    for (code, alarms) in [("100", 0), ("101", 1), ("103", 1), ("99", 0), ("108", 0)] {
        let server =
            Server::answering_json(200, &json!({ "CodeResult": code, "ErrorMessage": "0912345678 sk-7731" })).await;
        let settings = EsmsSettings { secret_key: Some(Secret::new("sk-7731".to_owned())), ..esms(server.url()) };
        let failover = Failover::from_settings(&[GatewaySettings::Esms(settings)]).unwrap();
        let log = LogWatch::begin();
        let delivery = failover.deliver(&message()).await;
        assert_eq!(log.at(tracing::Level::ERROR).len(), alarms, "{code}");
        let told = format!("{}{delivery:?}", log.everything());
        for secret in ["7731", "912345678", "123456"] {
            assert!(!told.contains(secret), "{code}: {told}");
        }
    }
}

/// decisions 13.
#[tokio::test]
async fn the_web_otp_line_is_added_only_where_the_gateway_allows_it_and_it_fits() {
    let sent = async |web_otp, host: &str| {
        let server = Server::answering_json(200, &json!({ "CodeResult": "100" })).await;
        let gateway = HttpGateway::new(&GatewaySettings::Esms(EsmsSettings { web_otp, ..esms(server.url()) })).unwrap();
        gateway.deliver(&TextMessage { web_otp: Some(format!("@{host} #123456")), ..message() }).await;
        serde_json::from_str::<Value>(&server.only_request().1).unwrap()["Content"].as_str().unwrap().to_owned()
    };
    assert_eq!(sent(false, "id.portal.example").await, message().text);
    assert_eq!(sent(true, "id.portal.example").await, format!("{}\n@id.portal.example #123456", message().text));
    assert_eq!(sent(true, &"a".repeat(90)).await, message().text);
}

#[tokio::test]
async fn a_described_gateway_gets_form_fields_headers_and_basic_authentication() {
    let server = Server::answering_json(201, &json!({ "sid": "SM1" })).await;
    let settings: HttpSettings = toml::from_str(&format!(
        r#"
        name = "twilio"
        url = "{}"
        body = "form"
        number_form = "+84x"
        fields = {{ To = "{{phone}}", From = "{{brand}}", Body = "{{text}}" }}
        headers = {{ "X-Request" = "r-{{id}}" }}
        basic_user = "AC1"
        basic_password = "token"
        values = {{ brand = "BAC GIANG" }}
        secrets = {{ token = "t0" }}
        answer = {{ message_id = "/sid" }}
        "#,
        server.url()
    ))
    .unwrap();
    let gateway = HttpGateway::new(&GatewaySettings::Http(Box::new(settings))).unwrap();
    let sly = TextMessage { text: "a&To=x\"\r\n".to_owned(), ..message() };
    assert_eq!(gateway.hand_over(&sly).await, Verdict::Accepted(Some("SM1".to_owned())));
    let (head, body) = server.only_request();
    assert_eq!(body, "Body=a%26To%3Dx%22%0D%0A&From=BAC+GIANG&To=%2B84912345678");
    assert!(head.contains("r-019ab000-0000-7000-8000-000000000001"));
    assert!(head.contains("Basic QUMxOnQw"), "{head}");
}

#[tokio::test]
async fn a_get_gateway_gets_its_fields_in_the_address() {
    let server = Server::answering_json(200, &json!({ "error": 0 })).await;
    let settings: HttpSettings = toml::from_str(&format!(
        r#"
        url = "{}"
        method = "get"
        number_form = "84x"
        fields = {{ phone = "{{phone}}", sms = "{{text_base64}}" }}
        answer = {{ code = "/error", accepted = ["0"] }}
        "#,
        server.url()
    ))
    .unwrap();
    let gateway = HttpGateway::new(&GatewaySettings::Http(Box::new(settings))).unwrap();
    assert_eq!(gateway.hand_over(&TextMessage { text: "Ma 1".to_owned(), ..message() }).await, Verdict::Accepted(None));
    assert!(server.only_request().0.starts_with("GET /send?phone=84912345678&sms=TWEgMQ%3D%3D HTTP/1.1"));
}

/// The keys go where the operator said, nowhere else.
// security: row 27
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::answering_json(200, &json!({ "CodeResult": "100" })).await;
    let answer =
        format!("HTTP/1.1 307 X\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", target.url());
    let server = Server::answering(answer).await;
    let gateway = HttpGateway::new(&GatewaySettings::Esms(esms(server.url()))).unwrap();
    assert_eq!(gateway.hand_over(&message()).await, Verdict::GatewayRefused("answered 307".to_owned()));
    assert!(target.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let body = "x".repeat(70_000);
    let server = Server::answering(format!(
        "HTTP/1.1 200 X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ))
    .await;
    let gateway = HttpGateway::new(&GatewaySettings::Esms(esms(server.url()))).unwrap();
    assert_eq!(gateway.hand_over(&message()).await, Verdict::Passing("answered 200 with more than we read".to_owned()));
}

#[tokio::test]
async fn a_gateway_that_is_silent_or_gone_or_mute_makes_the_message_wait() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let patient = EsmsSettings { timeout_seconds: 1, ..esms(url) };
    let gateway = HttpGateway::new(&GatewaySettings::Esms(patient)).unwrap();
    assert_eq!(gateway.hand_over(&message()).await, Verdict::Passing("did not answer in time".to_owned()));
    drop(listener);
    assert!(matches!(gateway.hand_over(&message()).await, Verdict::Passing(_)));
    let rude = Server::answering(String::new()).await;
    let gateway = HttpGateway::new(&GatewaySettings::Esms(esms(rude.url()))).unwrap();
    assert!(matches!(gateway.hand_over(&message()).await, Verdict::Passing(_)));
}

#[tokio::test]
async fn a_foreign_or_malformed_number_is_refused_without_a_request() {
    let server = Server::answering_json(200, &json!({ "CodeResult": "100" })).await;
    let gateway = HttpGateway::new(&GatewaySettings::Esms(esms(server.url()))).unwrap();
    for to in ["+4915112345678", "0912345678", "+84912345678,+84912345679"] {
        let verdict = gateway.hand_over(&TextMessage { to: to.to_owned(), ..message() }).await;
        assert!(matches!(verdict, Verdict::NumberRefused(_)), "{to}");
    }
    assert!(server.requests.lock().unwrap().is_empty());
}

#[test]
fn settings_that_cannot_work_or_would_leak_are_refused_at_start() {
    let refused = |text: &str| HttpGateway::new(&GatewaySettings::Http(toml::from_str(text).unwrap())).is_err();
    assert!(!refused("url = 'https://sms.example/send'\nfields = { to = '{phone}' }"));
    for text in [
        "url = ''",
        "url = 'http://sms.example/send'",
        "url = 'ftp://127.0.0.1/'",
        "url = 'https://u:p@sms.example/'",
        "url = 'https://sms.example/'\nfields = { to = '{number}' }",
        "url = 'https://sms.example/'\nbody = 'form'\nfields = { to = ['{phone}'] }",
        "url = 'https://sms.example/'\nvalues = { phone = 'x' }",
        "url = 'https://sms.example/'\nvalues = { a = 'x' }\nsecrets = { a = 'y' }",
        "url = 'https://sms.example/'\nheaders = { 'a b' = 'x' }",
        "url = 'https://sms.example/'\nbasic_password = 'x'",
        "url = 'https://sms.example/'\nbasic_user = 'u'\nbasic_password = 'x'",
        "url = 'https://sms.example/'\nanswer = { code = '/a' }",
        "url = 'https://sms.example/'\nanswer = { message_id = 'id' }",
        "url = 'https://sms.example/'\nsecret_files = { a = 'no-such-file' }",
    ] {
        assert!(refused(text), "{text}");
    }
    let esms_refused = |settings: EsmsSettings| HttpGateway::new(&GatewaySettings::Esms(settings)).is_err();
    let good = || esms(EsmsSettings::default().url);
    assert!(!esms_refused(good()));
    assert!(esms_refused(EsmsSettings { api_key: None, ..good() }));
    assert!(esms_refused(EsmsSettings { brandname: "TWELVE CHARS".to_owned(), ..good() }));
    assert!(esms_refused(EsmsSettings { brandname: "BẮC GIANG".to_owned(), ..good() }));
}
