//! A text-message gateway over HTTP for stories: answers as it is told, keeps what it was asked.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// A running gateway.
pub struct SmsServer {
    address: SocketAddr,
    desk: Arc<Desk>,
}

struct Desk {
    /// A status and a body; `None` for silence.
    answer: Mutex<Option<(u16, String)>>,
    asked: Mutex<Vec<Value>>,
    news: Notify,
}

impl SmsServer {
    /// Gives this answer until it is told another.
    pub async fn answering(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let answer = Mutex::new(Some((status, body.to_owned())));
        let desk = Arc::new(Desk { answer, asked: Mutex::default(), news: Notify::new() });
        let router = Router::new().fallback(take).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, desk }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}/send", self.address)
    }

    /// From now on it answers this.
    pub fn answer(&self, status: u16, body: &str) {
        self.tell(Some((status, body.to_owned())));
    }

    /// From now on it takes what it is given and never answers.
    pub fn fall_silent(&self) {
        self.tell(None);
    }

    fn tell(&self, answer: Option<(u16, String)>) {
        *self.desk.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// Every request so far, as JSON.
    pub fn asked(&self) -> Vec<Value> {
        self.desk.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it was asked so often.
    pub async fn was_asked(&self, times: usize) {
        let wait = async {
            loop {
                let news = self.desk.news.notified();
                if self.asked().len() >= times {
                    return;
                }
                news.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.expect("a request within seconds");
    }
}

async fn take(State(desk): State<Arc<Desk>>, body: Bytes) -> Response {
    let request = serde_json::from_slice(&body).unwrap_or_default();
    desk.asked.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    desk.news.notify_waiters();
    let answer = desk.answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match answer {
        Some((status, body)) => {
            (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body).into_response()
        }
        None => std::future::pending().await,
    }
}
