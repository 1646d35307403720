//! The same provider on a socket of its own, where the house reaches it by its real client: there it can also hang, and
//! break off in the middle of an answer.

use super::{Asked, Manner, Provider};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{Method, StatusCode};
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;

impl Provider {
    /// The national portal, on a socket of this machine.
    pub async fn vnconnect_on_a_socket() -> Arc<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let mut provider = Arc::into_inner(Self::vnconnect()).expect("nobody else has it yet");
        provider.base = format!("http://{}", listener.local_addr().expect("an address"));
        let provider = Arc::new(provider);
        let router = Router::new().fallback(answer).with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// Waits until it was asked so often at a path.
    pub async fn has_been_asked(&self, path: &str, times: usize) {
        loop {
            let news = self.news.notified();
            if self.asked_at(path).len() >= times {
                return;
            }
            news.await;
        }
    }

    /// Whoever hangs is cut off.
    pub fn hang_up(&self) {
        self.released.send_replace(());
    }
}

async fn answer(State(provider): State<Arc<Provider>>, parts: Parts, body: Bytes) -> Response {
    let mut released = provider.released.subscribe();
    let path = parts.uri.path().to_owned();
    let manner = provider.inside().manners.get(&path).cloned();
    let fields = form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let authorization = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let method = if parts.method == Method::POST { "POST" } else { "GET" };
    let heard = provider.hear(&Asked { path, method, authorization, fields });
    provider.news.notify_waiters();
    match (manner, heard) {
        (Some(Manner::Hang), _) => {
            // The end comes from outside, or from whoever has no more patience.
            let _ = released.changed().await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        (Some(Manner::Cut), Ok(answer)) => {
            let half = Bytes::copy_from_slice(&answer.body[..answer.body.len() / 2]);
            let broken = std::io::Error::other("broken off");
            let body = Body::from_stream(futures_util::stream::iter([Ok(half), Err(broken)]));
            ([(CONTENT_TYPE, answer.content_type)], body).into_response()
        }
        (_, Ok(answer)) => {
            let status = StatusCode::from_u16(answer.status).expect("a status");
            (status, [(CONTENT_TYPE, answer.content_type)], answer.body).into_response()
        }
        (_, Err(_)) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
