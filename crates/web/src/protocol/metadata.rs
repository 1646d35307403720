//! What clients read before they ask: the provider's metadata and its public keys.

use crate::edge::Call;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use portal_id_core::time::Span;
use portal_id_oidc::Provider;
use std::sync::Arc;

/// How long metadata may be kept: it changes with a release or a setting, never in an emergency.
const METADATA_MAX_AGE: Span = Span::hours(1);

/// What these endpoints need.
#[derive(Clone)]
pub(crate) struct Metadata {
    pub(crate) provider: Arc<Provider>,
}

/// The metadata (OpenID Connect Discovery §4, RFC 8414 §3).
pub(crate) async fn discovery(Call { ctx }: Call, State(s): State<Metadata>) -> Response {
    json(s.provider.discovery(ctx.now).to_owned(), METADATA_MAX_AGE)
}

/// The public keys (RFC 7517 §5), kept no longer than a rotation waits for.
pub(crate) async fn jwks(Call { ctx }: Call, State(s): State<Metadata>) -> Response {
    json(s.provider.jwks(ctx.now).to_string(), s.provider.jwks_max_age())
}

fn json(body: String, max_age: Span) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let cache = HeaderValue::try_from(format!("public, max-age={}", max_age.as_seconds()));
    headers.insert(CACHE_CONTROL, cache.unwrap_or(HeaderValue::from_static("no-store")));
    response
}
