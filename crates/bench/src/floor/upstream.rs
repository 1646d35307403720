//! Another provider, by which people arrive at the one that is measured: in the shape of the national portal, well, or
//! hanging when it is told to. It signs by the keys that the floor reads, so it needs none of its own.

use super::facts::{Facts, circumstances};
use super::handlers::{bytes, json_of};
use crate::run::settings::UPSTREAM_CLIENT;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use portal_id_core::signing_key::SigningAlgorithm;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::watch;

struct Upstream {
    facts: Arc<Facts>,
    base: String,
    hangs: watch::Sender<bool>,
    /// How many wait for it.
    waiting: AtomicUsize,
}

impl Upstream {
    fn tell(&self, hangs: bool) {
        self.hangs.send_replace(hangs);
    }
}

/// Its routes, for a floor that listens at `port`.
pub(super) fn router(facts: Arc<Facts>, port: u16, jwks: &'static [u8]) -> Router {
    let base = format!("http://127.0.0.1:{port}");
    let upstream = Upstream { facts, base, hangs: watch::Sender::new(false), waiting: AtomicUsize::new(0) };
    Router::new()
        .route("/oauth2/jwks", get(async move || bytes(jwks)))
        .route("/oauth2/token", post(token))
        .route("/oauth2/userinfo", any(userinfo))
        .route("/upstream/hang", post(async |State(it): State<Arc<Upstream>>| it.tell(true)))
        .route("/upstream/recover", post(async |State(it): State<Arc<Upstream>>| it.tell(false)))
        .route(
            "/upstream/waiting",
            get(async |State(it): State<Arc<Upstream>>| it.waiting.load(Ordering::Relaxed).to_string()),
        )
        .with_state(Arc::new(upstream))
}

/// The code is whose it is and the nonce, so that nothing has to be kept.
async fn token(State(it): State<Arc<Upstream>>, body: Bytes) -> Response {
    let mut hangs = it.hangs.subscribe();
    if *hangs.borrow_and_update() {
        it.waiting.fetch_add(1, Ordering::Relaxed);
        // Until it recovers; whoever waited so long is told that it failed.
        let _ = hangs.changed().await;
        it.waiting.fetch_sub(1, Ordering::Relaxed);
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let code = form_urlencoded::parse(&body).find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
    let Some((person, nonce)) = code.as_deref().and_then(|code| code.split_once('.')) else {
        return (StatusCode::BAD_REQUEST, "no code").into_response();
    };
    let now = circumstances().now;
    let claims = json!({
        "iss": format!("{}/oauth2/token", it.base), "aud": UPSTREAM_CLIENT, "sub": format!("bench-{person}"),
        "nonce": nonce, "iat": now.seconds(), "exp": now.seconds() + 300, "auth_time": now.seconds() - 1,
    });
    let claims: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
    match it.facts.ring.sign(SigningAlgorithm::Es256, "JWT", &claims, now) {
        Ok(id_token) => {
            json_of(&json!({ "access_token": person, "token_type": "Bearer", "expires_in": 300, "id_token": id_token }))
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn userinfo(headers: HeaderMap) -> Response {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(person) = bearer.and_then(|value| value.strip_prefix("Bearer ")?.parse::<u32>().ok()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    json_of(&json!({
        "sub": format!("bench-{person}"), "TechID": format!("bench{person}"), "LoaiTaiKhoan": 1, "loAs": "LoA2",
        "SoDinhDanh": format!("024185{person:06}"), "HoVaTen": "Trần Thị Bình", "NgayThangNamSinh": "19850315",
    }))
}
