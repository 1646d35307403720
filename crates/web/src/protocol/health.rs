//! Whether the program lives, and whether it can serve.

use crate::edge::Call;
use async_trait::async_trait;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use portal_id_core::ctx::Ctx;
use std::sync::Arc;

/// Says whether this node can serve: its database answers, its keys are fresh.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// `Err` names the part that cannot, in one word for the operator (`"database"`, `"keys"`).
    async fn ready(&self, ctx: &Ctx) -> Result<(), &'static str>;
}

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct Health {
    pub(crate) ready: Arc<dyn Readiness>,
}

/// The program lives: it answers without asking any other part, so that a slow database does not get it restarted.
pub(crate) async fn healthz() -> Response {
    plain(StatusCode::OK, "ok\n".to_owned())
}

/// The node can serve: what a load balancer asks.
pub(crate) async fn readyz(Call { ctx }: Call, State(s): State<Health>) -> Response {
    match s.ready.ready(&ctx).await {
        Ok(()) => plain(StatusCode::OK, "ready\n".to_owned()),
        Err(part) => {
            tracing::warn!(part, "this node is not ready to serve");
            plain(StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {part}\n"))
        }
    }
}

fn plain(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
