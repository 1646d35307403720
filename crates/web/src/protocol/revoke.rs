//! The revocation endpoint (RFC 7009): a form in, an empty answer out.

use crate::edge::{Call, PageError};
use crate::protocol::called::Called;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use portal_id_oidc::Provider;
use std::sync::Arc;

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct Revoke {
    pub(crate) provider: Arc<Provider>,
}

/// Takes a token back.
pub(crate) async fn post(Call { ctx }: Call, State(s): State<Revoke>, request: Request) -> Result<Response, PageError> {
    let called = match Called::read(&ctx, "/revoke", request).await? {
        Ok(called) => called,
        Err(refused) => return Ok(refused),
    };
    Ok(match s.provider.revoke(&ctx, called.authorization(), &called.params).await {
        Ok(()) => {
            let mut response = StatusCode::OK.into_response();
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(refusal) => called.refused(&ctx, "/revoke", &refusal),
    })
}
