//! eSMS's wire format, as far as a sender looks at it, and the phones behind it.

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Longer than a code takes to arrive, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everybody's phone.
#[derive(Clone, Default)]
pub(crate) struct Phones(Arc<Mutex<HashMap<String, oneshot::Sender<String>>>>);

/// Somebody who looks at a phone and waits.
pub(crate) struct Waiting(oneshot::Receiver<String>);

impl Phones {
    /// Looks at the phone with this number (`0912345678`) from now on.
    pub(crate) fn watch(&self, number: &str) -> Waiting {
        let (sender, receiver) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(number.to_owned(), sender);
        Waiting(receiver)
    }

    fn arrive(&self, number: &str, text: &str) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(number);
        if let (Some(waiting), Some(code)) = (waiting, code_in(text)) {
            // Nobody waits any more: the run is over.
            drop(waiting.send(code));
        }
    }
}

impl Waiting {
    /// The code, once it is there.
    pub(crate) async fn code(self) -> Result<String> {
        let code = tokio::time::timeout(PATIENCE, self.0).await.context("no code arrived in time")?;
        code.context("somebody else looked at this phone")
    }
}

/// The six digits of a message.
fn code_in(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).map(str::to_owned)
}

/// Starts the gateway on a free port; gives its address.
pub(super) async fn start(phones: Phones) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/send", post(take)).with_state(phones);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("the text-message sink ended: {error}");
        }
    });
    Ok(address)
}

async fn take(State(phones): State<Phones>, body: Bytes) -> impl IntoResponse {
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    let field = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
    phones.arrive(field("Phone"), field("Content"));
    let answer = json!({ "CodeResult": "100", "CountRegenerate": 0, "SMSID": field("RequestId") });
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], answer.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_found_in_the_message() {
        assert_eq!(code_in("Cong DVC: ma 123456, het han sau 5 phut").as_deref(), Some("123456"));
        assert_eq!(code_in("12345 1234567"), None);
    }
}
