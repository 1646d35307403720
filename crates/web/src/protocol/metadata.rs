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

/// What these endpoints need. The headers are made once: these are the cheapest and most asked pages.
#[derive(Clone)]
pub(crate) struct Metadata {
    provider: Arc<Provider>,
    discovery_may_be_kept: HeaderValue,
    jwks_may_be_kept: HeaderValue,
}

impl Metadata {
    pub(crate) fn new(provider: Arc<Provider>) -> Self {
        let jwks_may_be_kept = may_be_kept(provider.jwks_max_age());
        Self { provider, discovery_may_be_kept: may_be_kept(METADATA_MAX_AGE), jwks_may_be_kept }
    }
}

/// The metadata (OpenID Connect Discovery §4, RFC 8414 §3).
pub(crate) async fn discovery(Call { ctx }: Call, State(s): State<Metadata>) -> Response {
    json(s.provider.discovery(ctx.now).to_owned(), s.discovery_may_be_kept)
}

/// The public keys (RFC 7517 §5), kept no longer than a rotation waits for.
pub(crate) async fn jwks(Call { ctx }: Call, State(s): State<Metadata>) -> Response {
    json(s.provider.jwks(ctx.now).to_string(), s.jwks_may_be_kept)
}

fn may_be_kept(max_age: Span) -> HeaderValue {
    let text = format!("public, max-age={}", max_age.as_seconds());
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("no-store"))
}

fn json(body: String, may_be_kept: HeaderValue) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, may_be_kept);
    response
}
