//! What a program sends to an endpoint of its own: an `Authorization` header and a form; and how it is refused.

use crate::edge::PageError;
use crate::edge::form::read_form;
use crate::protocol::json;
use axum::extract::Request;
use axum::response::Response;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use portal_id_core::ctx::Ctx;
use portal_id_oidc::{Parameters, ProtocolError, named_client};

/// The request of a program.
pub(crate) struct Called {
    headers: HeaderMap,
    /// The parameters of its form.
    pub(crate) params: Parameters,
}

impl Called {
    /// Reads it; what cannot be read at all is refused already.
    pub(crate) async fn read(ctx: &Ctx, endpoint: &str, request: Request) -> Result<Result<Self, Response>, PageError> {
        let (parts, body) = request.into_parts();
        let body = read_form(&parts.headers, body).await?;
        let read = authorization(&parts.headers).and_then(|_| parameters(&body));
        Ok(match read {
            Ok(params) => Ok(Self { headers: parts.headers, params }),
            Err(refusal) => Err(json::refused(ctx, endpoint, None, &refusal)),
        })
    }

    /// Its `Authorization` header.
    pub(crate) fn authorization(&self) -> Option<&str> {
        authorization(&self.headers).ok().flatten()
    }

    /// Refuses it, with a line in the log that names the client.
    pub(crate) fn refused(&self, ctx: &Ctx, endpoint: &str, refusal: &ProtocolError) -> Response {
        let client = named_client(self.authorization(), &self.params);
        json::refused(ctx, endpoint, client.as_ref(), refusal)
    }
}

/// The one `Authorization` header. Two of them are two answers to the question who asks.
pub(crate) fn authorization(headers: &HeaderMap) -> Result<Option<&str>, ProtocolError> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => only.to_str().map(Some).map_err(|_| {
            ProtocolError::invalid_request("the Authorization header has a character that does not belong there")
        }),
        (Some(_), Some(_)) => Err(ProtocolError::invalid_request("there must be one Authorization header")),
    }
}

/// The parameters of a body.
pub(crate) fn parameters(body: &[u8]) -> Result<Parameters, ProtocolError> {
    Parameters::parse(body).map_err(|fault| ProtocolError::invalid_request(&fault.to_string()))
}
