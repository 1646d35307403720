//! Against a small HTTP server on this machine that behaves as gateways do.
#![expect(clippy::unwrap_used, reason = "tests")]

mod adapter;
mod presets;
mod server;
mod tls;
mod tokens;

use super::{GatewaySettings, HttpGateway, WayBack};
use crate::SetupError;
use portal_id_core::ports::TextMessage;
use portal_id_core::time::{Span, Timestamp};
use serde_json::Value;

const NOW: Timestamp = Timestamp::from_seconds(1_795_400_000);
const PUBLIC_URL: &str = "https://id.portal.example";

fn message() -> TextMessage {
    TextMessage {
        id: "019ab000-0000-7000-8000-000000000001.1795400000000".to_owned(),
        to: "+84912345678".to_owned(),
        text: "Ma xac thuc Cong DVC la 123456. Hieu luc 5 phut. Khong chia se ma nay.".to_owned(),
        web_otp: Some("@id.portal.example #123456".to_owned()),
        template: "sign_in_code",
        parameters: [("code", "123456".to_owned()), ("minutes", "5".to_owned())].into(),
        not_after: NOW + Span::minutes(5),
    }
}

/// The gateway of an operator's table.
fn gateway(table: &Value) -> HttpGateway {
    open(table).unwrap()
}

fn open(table: &Value) -> Result<HttpGateway, SetupError> {
    let GatewaySettings::Http(settings) = settings(table) else { unreachable!("a preset over HTTP") };
    HttpGateway::new(&settings, PUBLIC_URL)
}

fn way_back() -> WayBack {
    WayBack { public_url: PUBLIC_URL.to_owned(), receipts: None }
}

fn settings(table: &Value) -> GatewaySettings {
    GatewaySettings::from_table(table.as_object().unwrap().clone()).unwrap()
}

/// Lays one table over another, as operators do.
fn with(table: &Value, more: &Value) -> Value {
    let mut whole = table.as_object().unwrap().clone();
    whole.extend(more.as_object().unwrap().clone());
    Value::Object(whole)
}
