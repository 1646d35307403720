//! The adapter itself, whatever the gateway: what it sends where, and what never happens.

use super::server::{Reaction, Server};
use super::{NOW, gateway, message, open, settings, way_back, with};
use crate::sms::{Failover, Route as _, Verdict};
use portal_id_core::outbox::Delivery;
use portal_id_core::ports::{SmsGateway as _, TextMessage};
use portal_id_core::sms::Acceptance;
use portal_id_logwatch::LogWatch;
use serde_json::{Value, json};
use tokio::net::TcpListener;

fn esms(url: &str) -> Value {
    json!({
        "preset": "esms", "url": url, "api_key": "ak", "secret_key": "sk", "brandname": "BACGIANG", "timeout_seconds": 2,
    })
}

async fn esms_answers(code: Value) -> Verdict {
    let body = json!({ "CodeResult": code, "CountRegenerate": 0, "SMSID": "abc-1", "ErrorMessage": "0912345678" });
    let server = Server::answering(200, &body.to_string()).await;
    gateway(&esms(&server.url("/send"))).hand_over(&message(), NOW).await
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
        let body = json!({ "CodeResult": code, "ErrorMessage": "0912345678 sk-7731" });
        let server = Server::answering(200, &body.to_string()).await;
        let table = with(&esms(&server.url("/send")), &json!({ "secret_key": "sk-7731" }));
        let failover = Failover::from_settings(&[settings(&table)], &way_back()).unwrap();
        let log = LogWatch::begin();
        let delivery = failover.deliver(&message(), NOW).await;
        assert_eq!(log.at(tracing::Level::ERROR).len(), alarms, "{code}");
        let told = format!("{}{delivery:?}", log.everything());
        for secret in ["7731", "912345678", "123456"] {
            assert!(!told.contains(secret), "{code}: {told}");
        }
    }
}

/// decisions 5: a number that nobody reaches stops at once; whatever else fails hands on; all down, the message waits.
#[tokio::test]
async fn failover_follows_the_class_of_the_error() {
    let accepted = json!({ "sid": "SM1" }).to_string();
    let twilio = Server::start(move |_| Reaction::Answer(201, accepted.clone())).await;
    let second = json!({
        "preset": "twilio", "url": twilio.url("/send"), "account_sid": "AC1", "auth_token": "t", "from": "BACGIANG",
    });
    let asked = |reaction: Reaction| {
        let second = &second;
        async move {
            let first = Server::start(move |_| reaction.clone()).await;
            let first = with(&esms(&first.url("/send")), &json!({ "timeout_seconds": 1 }));
            let both = [settings(&first), settings(second)];
            Failover::from_settings(&both, &way_back()).unwrap().deliver(&message(), NOW).await
        }
    };
    let code = |code: &str| Reaction::Answer(200, json!({ "CodeResult": code, "SMSID": "e1" }).to_string());
    let by = |gateway: &str, id: &str| {
        Delivery::AcceptedBy(Acceptance { gateway: gateway.to_owned(), id: Some(id.to_owned()) })
    };
    assert_eq!(asked(code("100")).await, by("esms", "e1"));
    assert_eq!(asked(code("108")).await, Delivery::Permanent("esms: answered 200 with code 108".to_owned()));
    assert!(twilio.requests().is_empty());
    for passing in [code("99"), code("103"), Reaction::Answer(500, String::new()), Reaction::Hang, Reaction::CutOff] {
        assert_eq!(asked(passing.clone()).await, by("twilio", "SM1"), "{passing:?}");
    }
    assert_eq!(twilio.requests().len(), 5);

    let down = Server::answering(503, "").await;
    let both = [settings(&esms(&down.url("/a"))), settings(&with(&second, &json!({ "url": down.url("/b") })))];
    let delivery = Failover::from_settings(&both, &way_back()).unwrap().deliver(&message(), NOW).await;
    assert_eq!(delivery, Delivery::Passing("esms: answered 503; twilio: answered 503".to_owned()));
}

/// decisions 13.
#[tokio::test]
async fn the_web_otp_line_is_added_only_where_the_gateway_allows_it_and_it_fits() {
    let sent = async |web_otp: bool, host: &str| {
        let server = Server::answering(200, r#"{"CodeResult":"100"}"#).await;
        let gateway = gateway(&with(&esms(&server.url("/send")), &json!({ "web_otp": web_otp })));
        let message = TextMessage { web_otp: Some(format!("@{host} #123456")), ..message() };
        gateway.hand_over(&message, NOW).await;
        server.only_request().json()["Content"].as_str().unwrap().to_owned()
    };
    assert_eq!(sent(false, "id.portal.example").await, message().text);
    assert_eq!(sent(true, "id.portal.example").await, format!("{}\n@id.portal.example #123456", message().text));
    assert_eq!(sent(true, &"a".repeat(90)).await, message().text);
}

#[tokio::test]
async fn a_described_gateway_gets_form_fields_headers_and_basic_authentication() {
    let server = Server::answering(201, r#"{"sid":"SM1"}"#).await;
    let table: Value = toml::from_str(&format!(
        r#"
        preset = "http"
        name = "described"
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
        server.url("/send")
    ))
    .unwrap();
    let sly = TextMessage { text: "a&To=x\"\r\n".to_owned(), ..message() };
    assert_eq!(gateway(&table).hand_over(&sly, NOW).await, Verdict::Accepted(Some("SM1".to_owned())));
    let request = server.only_request();
    assert_eq!(request.body, "Body=a%26To%3Dx%22%0D%0A&From=BAC+GIANG&To=%2B84912345678");
    assert!(request.header("x-request").starts_with("r-019ab000-0000-7000-8000-000000000001"));
    assert_eq!(request.header("authorization"), "Basic QUMxOnQw");
}

#[tokio::test]
async fn a_get_gateway_gets_its_fields_in_the_address() {
    let server = Server::answering(200, r#"{"error":0}"#).await;
    let table = json!({
        "preset": "http", "url": server.url("/send"), "method": "get", "number_form": "84x",
        "fields": { "phone": "{phone}", "sms": "{text_base64}" }, "answer": { "code": "/error", "accepted": ["0"] },
    });
    let message = TextMessage { text: "Ma 1".to_owned(), ..message() };
    assert_eq!(gateway(&table).hand_over(&message, NOW).await, Verdict::Accepted(None));
    let request = server.only_request();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/send"));
    assert_eq!(request.query, "phone=84912345678&sms=TWEgMQ%3D%3D");
}

/// The keys go where the operator said, nowhere else.
// security: row 27
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::answering(200, r#"{"CodeResult":"100"}"#).await;
    let answer = format!(
        "HTTP/1.1 307 X\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        target.url("/send")
    );
    let server = Server::start(move |_| Reaction::Raw(answer.clone())).await;
    let verdict = gateway(&esms(&server.url("/send"))).hand_over(&message(), NOW).await;
    assert_eq!(verdict, Verdict::GatewayRefused("answered 307".to_owned()));
    assert!(target.requests().is_empty());
}

/// A gateway that can only be reached unprotected is not reached at all: keys and codes would travel readable.
// security: row 29
#[test]
fn no_preset_talks_over_plain_http_beyond_this_machine() {
    for preset in ["esms", "speedsms", "vnpt", "viettel", "fpt", "vietguys", "stringee", "twilio", "http"] {
        let table = json!({ "preset": preset, "url": "http://sms.example/send", "fields": {} });
        assert!(open(&table).is_err(), "{preset}");
    }
    let table = json!({
        "preset": "fpt", "client_id": "ci", "client_secret": "cs", "brandname": "BACGIANG",
        "token": { "url": "http://app.sms.fpt.net/oauth2/token" },
    });
    let refused = open(&table).err().unwrap().to_string();
    assert!(refused.contains("token.url must be https"), "{refused}");
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let server = Server::answering(200, &"x".repeat(70_000)).await;
    let verdict = gateway(&esms(&server.url("/send"))).hand_over(&message(), NOW).await;
    assert_eq!(verdict, Verdict::Unanswered("answered 200 with more than we read".to_owned()));
}

#[tokio::test]
async fn a_gateway_that_is_gone_makes_the_message_wait() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    drop(listener);
    let verdict = gateway(&esms(&url)).hand_over(&message(), NOW).await;
    assert!(matches!(verdict, Verdict::Passing(_)), "{verdict:?}");
}

#[tokio::test]
async fn a_foreign_or_malformed_number_is_refused_without_a_request() {
    let server = Server::answering(200, r#"{"CodeResult":"100"}"#).await;
    for form in ["0x", "84x", "+84x"] {
        let gateway = gateway(&with(&esms(&server.url("/send")), &json!({ "number_form": form })));
        for to in ["+4915112345678", "+85512345678", "0912345678", "+84912345678,+84912345679"] {
            let verdict = gateway.hand_over(&TextMessage { to: to.to_owned(), ..message() }, NOW).await;
            assert!(matches!(verdict, Verdict::NumberRefused(_)), "{to}");
        }
    }
    assert!(server.requests().is_empty());
}

#[test]
fn settings_that_cannot_work_or_would_leak_are_refused_at_start() {
    let refused = |table: &Value| open(table).is_err();
    let described = |more: Value| with(&json!({ "preset": "http", "url": "https://sms.example/" }), &more);
    assert!(!refused(&described(json!({ "fields": { "to": "{phone}" } }))));
    for more in [
        json!({ "url": "" }),
        json!({ "url": "http://sms.example/send" }),
        json!({ "url": "ftp://127.0.0.1/" }),
        json!({ "url": "https://u:p@sms.example/" }),
        json!({ "url": "https://sms.example/{phone}" }),
        json!({ "name": "a/b" }),
        json!({ "name": "" }),
        json!({ "fields": { "to": "{number}" } }),
        json!({ "body": "form", "fields": { "to": ["{phone}"] } }),
        json!({ "body": "xml" }),
        json!({ "body": "xml", "xml": "<a/>", "fields": { "to": "{phone}" } }),
        json!({ "values": { "phone": "x" } }),
        json!({ "values": { "callback_url": "x" } }),
        json!({ "values": { "a": "x" }, "secrets": { "a": "y" } }),
        json!({ "headers": { "a b": "x" } }),
        json!({ "basic_password": "x" }),
        json!({ "basic_user": "u", "basic_password": "x" }),
        json!({ "basic_user": "{phone}" }),
        json!({ "answer": { "code": "/a" } }),
        json!({ "answer": { "message_id": "id" } }),
        json!({ "secret_files": { "a": "no-such-file" } }),
        json!({ "secrets": { "callback_secret": "short" } }),
        json!({ "secrets": { "callback_secret": "x/".repeat(20) } }),
        json!({ "secrets": { "callback_secret": "s".repeat(24) } }),
        json!({ "report": { "delivered": { "at": "/s" }, "failed": { "at": "/s" } } }),
        json!({ "report": { "id": "/i", "delivered": { "at": "s" }, "failed": { "at": "/s" } } }),
        json!({ "report": { "id": "/i", "failed": { "at": "/s" } } }),
        json!({
            "secrets": { "callback_secret": "s".repeat(24) },
            "report": {
                "id": "/i", "delivered": { "at": "/s" }, "failed": { "at": "/s" },
                "signature": { "scheme": "twilio", "key": "auth_token" },
            },
        }),
        json!({ "token": { "url": "https://sms.example/token", "place": "access_token" } }),
        json!({ "token": { "url": "https://sms.example/token", "place": "" } }),
        json!({ "token": { "url": "" } }),
        json!({ "jwt": { "key": "none" } }),
    ] {
        assert!(refused(&described(more.clone())), "{more}");
    }
    let good = esms("https://rest.esms.vn/send");
    assert!(!refused(&good));
    for more in
        [json!({ "brandname": "TWELVE CHARS" }), json!({ "brandname": "BẮC GIANG" }), json!({ "brandname": " BG" })]
    {
        assert!(refused(&with(&good, &more)), "{more}");
    }
    let without_key = json!({ "preset": "esms", "secret_key": "sk", "brandname": "BACGIANG" });
    let words = open(&without_key).err().unwrap().to_string();
    assert!(words.contains("the SMS gateway esms") && words.contains("{api_key}"), "{words}");
    let twice = [settings(&good), settings(&good)];
    assert!(Failover::from_settings(&twice, &way_back()).is_err(), "two of one name");
}
