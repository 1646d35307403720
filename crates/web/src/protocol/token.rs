//! The token endpoint (RFC 6749 §3.2): a form in, JSON out.

use crate::edge::form::read_form;
use crate::edge::{Call, PageError};
use crate::protocol::json;
use axum::extract::{Request, State};
use axum::response::Response;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use portal_id_oidc::{Parameters, ProtocolError, Provider};
use std::sync::Arc;

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) provider: Arc<Provider>,
}

/// Exchanges a grant for tokens.
pub(crate) async fn post(Call { ctx }: Call, State(s): State<Token>, request: Request) -> Result<Response, PageError> {
    let (parts, body) = request.into_parts();
    let body = read_form(&parts.headers, body).await?;
    let read = authorization(&parts.headers).and_then(|header| Ok((header, parameters(&body)?)));
    let (header, params) = match read {
        Ok(read) => read,
        Err(refusal) => return Ok(json::refused(&refusal)),
    };
    Ok(match s.provider.token(&ctx, header, &params).await {
        Ok(tokens) => json::ok(&tokens),
        Err(refusal) => json::refused(&refusal),
    })
}

/// The one `Authorization` header. Two of them are two answers to the question who asks.
pub(crate) fn authorization(headers: &HeaderMap) -> Result<Option<&str>, ProtocolError> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => only
            .to_str()
            .map(Some)
            .map_err(|_| json::invalid_request("the Authorization header has a character that does not belong there")),
        (Some(_), Some(_)) => Err(json::invalid_request("there must be one Authorization header")),
    }
}

/// The parameters of a body.
pub(crate) fn parameters(body: &[u8]) -> Result<Parameters, ProtocolError> {
    Parameters::parse(body).map_err(|fault| json::invalid_request(&fault.to_string()))
}
