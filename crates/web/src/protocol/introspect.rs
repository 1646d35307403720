//! The introspection endpoint (RFC 7662): a form in, JSON out. Not for scripts of other origins: whoever may ask has a
//! secret, which no page in a browser can keep.

use crate::edge::{Call, PageError};
use crate::protocol::called::Called;
use crate::protocol::json;
use axum::extract::{Request, State};
use axum::response::Response;
use portal_id_oidc::Provider;
use std::sync::Arc;

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct Introspect {
    pub(crate) provider: Arc<Provider>,
}

/// Says what a token is good for.
pub(crate) async fn post(
    Call { ctx }: Call,
    State(s): State<Introspect>,
    request: Request,
) -> Result<Response, PageError> {
    let called = match Called::read(&ctx, "/introspect", request).await? {
        Ok(called) => called,
        Err(refused) => return Ok(refused),
    };
    Ok(match s.provider.introspect(&ctx, called.authorization(), &called.params).await {
        Ok(answer) => json::ok(&answer),
        Err(refusal) => called.refused(&ctx, "/introspect", &refusal),
    })
}
