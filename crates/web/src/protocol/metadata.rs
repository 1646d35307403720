//! What clients read before they ask: the provider's metadata and its public keys.

use crate::edge::Call;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use portal_id_core::time::Span;
use portal_id_oidc::Provider;
use std::sync::Arc;

/// How long metadata may be kept: it changes with a release or a setting, never in an emergency.
const METADATA_MAX_AGE: Span = Span::hours(1);

/// What these endpoints need. Whatever does not change is made once: these are the cheapest and most asked pages.
#[derive(Clone)]
pub(crate) struct Metadata {
    provider: Arc<Provider>,
    discovery: Bytes,
    discovery_may_be_kept: HeaderValue,
    jwks_may_be_kept: HeaderValue,
}

impl Metadata {
    pub(crate) fn new(provider: Arc<Provider>) -> Self {
        let discovery = Bytes::copy_from_slice(provider.discovery().as_bytes());
        let jwks_may_be_kept = may_be_kept(provider.jwks_max_age());
        Self { provider, discovery, discovery_may_be_kept: may_be_kept(METADATA_MAX_AGE), jwks_may_be_kept }
    }
}

/// The metadata (OpenID Connect Discovery §4, RFC 8414 §3).
pub(crate) async fn discovery(State(s): State<Metadata>) -> Response {
    json(s.discovery, s.discovery_may_be_kept)
}

/// The public keys (RFC 7517 §5), kept no longer than a rotation waits for.
pub(crate) async fn jwks(Call { ctx }: Call, State(s): State<Metadata>) -> Response {
    json(s.provider.jwks(ctx.now).to_string().into(), s.jwks_may_be_kept)
}

fn may_be_kept(max_age: Span) -> HeaderValue {
    let text = format!("public, max-age={}", max_age.as_seconds());
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("no-store"))
}

fn json(body: Bytes, may_be_kept: HeaderValue) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, may_be_kept);
    response
}
