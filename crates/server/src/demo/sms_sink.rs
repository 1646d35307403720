//! The demonstration's text-message gateway: eSMS's real wire format (developers.esms.vn), and an inbox behind it
//! instead of a mobile network.

use super::inbox::DemoInbox;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use portal_id_core::facts::Phone;
use portal_id_notify::GatewaySettings;
use serde::Deserialize;
use serde_json::json;
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

/// Where eSMS takes messages.
const PATH: &str = "/MainService.svc/json/SendMultipleMessage_V4_post_json";

/// eSMS remembers request ids for a day; this many are enough for a demonstration.
const REMEMBERED: usize = 1000;

/// What eSMS reads of a request.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Submission {
    api_key: String,
    secret_key: String,
    phone: String,
    content: String,
    brandname: String,
    sms_type: String,
    sandbox: String,
    request_id: String,
}

#[derive(Clone)]
struct Sink {
    inbox: DemoInbox,
    request_ids: Arc<Mutex<VecDeque<String>>>,
}

/// Starts the gateway on a free port of this machine; gives its address.
pub(super) async fn start(inbox: DemoInbox) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router(inbox)).await {
            tracing::error!(%error, "the demonstration's SMS gateway ended");
        }
    });
    Ok(address)
}

/// The settings of the gateway at `address`.
pub(super) fn gateway(address: SocketAddr) -> anyhow::Result<GatewaySettings> {
    let table = serde_json::Map::from_iter([
        ("preset".to_owned(), json!("esms")),
        ("url".to_owned(), json!(format!("http://{address}{PATH}/"))),
        ("api_key".to_owned(), json!("demo")),
        ("secret_key".to_owned(), json!("demo")),
        ("brandname".to_owned(), json!("CONG DVC")),
        ("web_otp".to_owned(), json!(true)),
    ]);
    GatewaySettings::from_table(table).map_err(anyhow::Error::msg)
}

/// The gateway's one address, with and without the final slash that clients disagree on.
fn router(inbox: DemoInbox) -> Router {
    Router::new()
        .route(PATH, post(send))
        .route(&format!("{PATH}/"), post(send))
        .layer(DefaultBodyLimit::max(16 * 1024))
        .with_state(Sink { inbox, request_ids: Arc::default() })
}

async fn send(State(sink): State<Sink>, body: Bytes) -> Response {
    let answer = match sink.take(&body) {
        Ok(id) => json!({ "CodeResult": "100", "CountRegenerate": 0, "SMSID": id }),
        Err((code, words)) => json!({ "CodeResult": code, "CountRegenerate": 0, "ErrorMessage": words }),
    };
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], answer.to_string()).into_response()
}

impl Sink {
    /// The new message's id, or eSMS's code and words for a refusal.
    fn take(&self, body: &[u8]) -> Result<String, (&'static str, &'static str)> {
        let request: Submission = serde_json::from_slice(body).map_err(|_| ("99", "Malformed request"))?;
        if request.api_key.is_empty() || request.secret_key.is_empty() {
            return Err(("101", "Authorize Failed"));
        }
        if request.sms_type != "2" {
            return Err(("118", "SMS type is not valid"));
        }
        if request.brandname.is_empty() || request.brandname.chars().count() > 11 {
            return Err(("104", "Brandname is not exist"));
        }
        let phone = Phone::parse(&request.phone).map_err(|_| ("108", "Phone number is not valid"))?.phone;
        if request.content.trim().is_empty() {
            return Err(("99", "Content is empty"));
        }
        let id = self.remember(&request.request_id).ok_or(("124", "RequestID is exist"))?;
        // As with the real gateway, a sandbox request is checked and sent to nobody.
        if request.sandbox != "1" {
            self.inbox.take_sms(phone.e164().to_owned(), request.content);
        }
        Ok(id)
    }

    /// Takes a request id once; none is always new.
    fn remember(&self, request_id: &str) -> Option<String> {
        let mut request_ids = self.request_ids.lock().unwrap_or_else(PoisonError::into_inner);
        if !request_id.is_empty() && request_ids.iter().any(|known| known == request_id) {
            return None;
        }
        if request_ids.len() >= REMEMBERED {
            request_ids.pop_front();
        }
        request_ids.push_back(request_id.to_owned());
        Some(format!("demo-{request_id}"))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use portal_id_core::ports::TextMessage;
    use portal_id_core::time::{Clock, Timestamp};
    use portal_id_notify::{Verdict, WayBack, open_route};
    use std::collections::BTreeMap;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(1_795_400_000)
        }
    }

    fn message(id: &str) -> TextMessage {
        TextMessage {
            id: id.to_owned(),
            to: "+84912345678".to_owned(),
            text: "Ma xac thuc Cong DVC la 123456.".to_owned(),
            web_otp: Some("@localhost #123456".to_owned()),
            template: "sign_in_code",
            parameters: BTreeMap::new(),
            not_after: Timestamp::from_seconds(1_795_400_300),
        }
    }

    #[tokio::test]
    async fn our_own_gateway_adapter_reaches_the_inbox_and_a_repetition_arrives_once() {
        let inbox = DemoInbox::new(Arc::new(Still));
        let address = start(inbox.clone()).await.unwrap();
        let gateway = open_route(&gateway(address).unwrap(), &WayBack::default()).unwrap();
        for _ in 0..2 {
            assert!(matches!(gateway.hand_over(&message("id-1"), Still.now()).await, Verdict::Accepted(_)));
        }
        let messages = inbox.newest_first();
        assert_eq!(messages.len(), 1);
        assert_eq!((messages[0].channel, messages[0].to.as_str()), ("sms", "+84912345678"));
        assert_eq!(messages[0].text, "Ma xac thuc Cong DVC la 123456.\n@localhost #123456");
    }

    #[test]
    fn refusals_bear_the_real_codes() {
        let sink = Sink { inbox: DemoInbox::new(Arc::new(Still)), request_ids: Arc::default() };
        let good = json!({ "ApiKey": "a", "SecretKey": "s", "Phone": "0912345678", "Content": "x", "Brandname": "B", "SmsType": "2", "Sandbox": "1" });
        let after = |name: &str, value: &str| {
            let mut request = good.clone();
            request[name] = value.into();
            sink.take(request.to_string().as_bytes()).map_err(|(code, _)| code)
        };
        assert!(after("Phone", "84912345678").is_ok());
        assert_eq!(after("ApiKey", ""), Err("101"));
        assert_eq!(after("Phone", "12345"), Err("108"));
        assert_eq!(after("Brandname", ""), Err("104"));
        assert_eq!(after("SmsType", "1"), Err("118"));
        assert!(after("RequestId", "r1").is_ok());
        assert_eq!(after("RequestId", "r1"), Err("124"));
        assert_eq!(sink.take(b"not json").map_err(|(code, _)| code), Err("99"));
        assert!(sink.inbox.newest_first().is_empty(), "a sandbox request reaches nobody");
    }
}
