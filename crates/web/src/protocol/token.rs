//! The token endpoint (RFC 6749 §3.2): a form in, JSON out.

use crate::edge::{Call, PageError};
use crate::protocol::called::Called;
use crate::protocol::json;
use axum::extract::{Request, State};
use axum::response::Response;
use portal_id_oidc::Provider;
use std::sync::Arc;

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) provider: Arc<Provider>,
}

/// Exchanges a grant for tokens.
pub(crate) async fn post(Call { ctx }: Call, State(s): State<Token>, request: Request) -> Result<Response, PageError> {
    let called = match Called::read(&ctx, "/token", request).await? {
        Ok(called) => called,
        Err(refused) => return Ok(refused),
    };
    Ok(match s.provider.token(&ctx, called.authorization(), &called.params).await {
        Ok(tokens) => json::ok(&tokens),
        Err(refusal) => called.refused(&ctx, "/token", &refusal),
    })
}
