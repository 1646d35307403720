//! Answers for programs: JSON, never kept by a cache (RFC 6749 §5.1, §5.2).

use crate::edge::PageError;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use portal_id_oidc::ProtocolError;
use serde::Serialize;

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: &'a str,
}

/// A good answer.
pub(crate) fn ok(body: &impl Serialize) -> Response {
    answer(StatusCode::OK, body)
}

/// A refusal, until [`named`] writes it with the id of its request.
#[derive(Clone, Debug)]
struct Refusal {
    error: &'static str,
    description: String,
}

impl Refusal {
    /// `status` with this refusal, and nothing written yet.
    fn with_status(self, status: StatusCode) -> Response {
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the refusal that an endpoint for programs gave, if it gave one: its description names the request, of which
/// the log has a line.
pub(crate) fn named(bare: Response, path: &str, request_id: &str) -> Response {
    let Some(Refusal { error, description }) = bare.extensions().get::<Refusal>().cloned() else { return bare };
    tracing::info!(path, error, reason = description, request_id, "a request of a program was refused");
    let description = format!("{description}; request {request_id}");
    let mut response = answer(bare.status(), &ErrorBody { error, error_description: &description });
    for (name, value) in bare.headers() {
        if !matches!(*name, CONTENT_LENGTH | CONTENT_TYPE) {
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}

/// A refusal.
pub(crate) fn refused(error: &ProtocolError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = Refusal { error: error.error, description: error.description.clone() }.with_status(status);
    if let Some(challenge) =
        error.www_authenticate.as_deref().and_then(|challenge| HeaderValue::from_str(challenge).ok())
    {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(PageError::UNAVAILABLE_FOR.as_seconds()));
    }
    response
}

/// `invalid_request` for what no rule of the protocol ever gets to see.
pub(crate) fn invalid_request(description: &str) -> ProtocolError {
    ProtocolError { error: "invalid_request", description: description.to_owned(), status: 400, www_authenticate: None }
}

/// What a program gets where a person would get an error page. The bare answer's headers stay (`Allow`,
/// `Retry-After`).
pub(crate) fn of_page_error(error: &PageError, bare: &Response) -> Response {
    let (code, description) = match error {
        PageError::Overloaded(_) | PageError::Unavailable(_) | PageError::TooSlow => {
            ("temporarily_unavailable", "try again in a moment")
        }
        PageError::Internal(_) => ("server_error", "an unexpected fault; try again later"),
        PageError::MethodNotAllowed => ("invalid_request", "this endpoint does not take this method"),
        PageError::NotAForm => ("invalid_request", "the body must be application/x-www-form-urlencoded"),
        PageError::TooLarge | PageError::UriTooLong | PageError::HeadersTooLarge => {
            ("invalid_request", "the request is too large")
        }
        _ => ("invalid_request", "the request could not be read"),
    };
    // RFC 6749 §5.2: an unreadable request is a 400, whatever made it so.
    let status = if matches!(error, PageError::NotAForm) { StatusCode::BAD_REQUEST } else { error.status() };
    let mut response = Refusal { error: code, description: description.to_owned() }.with_status(status);
    keep(bare.headers(), response.headers_mut());
    response
}

fn keep(from: &HeaderMap, to: &mut HeaderMap) {
    for name in [http::header::ALLOW, RETRY_AFTER] {
        if let Some(value) = from.get(&name) {
            to.insert(name, value.clone());
        }
    }
}

fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(json) => {
            let mut response = (status, json).into_response();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
            response
        }
        Err(fault) => PageError::Internal(format!("an answer could not be written as JSON: {fault}")).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_never_cached_and_carries_its_challenge() {
        let error = ProtocolError {
            error: "invalid_client",
            description: "x".to_owned(),
            status: 401,
            www_authenticate: Some("Basic realm=\"r\"".to_owned()),
        };
        let response = named(refused(&error), "/token", "r-1");
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[PRAGMA], "no-cache");
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Basic realm=\"r\"");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }

    #[test]
    fn what_is_no_form_is_a_bad_request_to_a_program() {
        let response = of_page_error(&PageError::NotAForm, &PageError::NotAForm.into_response());
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let overloaded = PageError::Overloaded(portal_id_core::time::Span::seconds(3));
        let response = of_page_error(&overloaded, &overloaded.clone().into_response());
        assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &HeaderValue::from(3)));
    }
}
