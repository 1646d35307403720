//! Answers for programs: JSON, never kept by a cache (RFC 6749 §5.1, §5.2).

use crate::edge::PageError;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
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

/// A good answer that is a signed token (OpenID Connect Core §5.3.2).
pub(crate) fn jwt(token: String) -> Response {
    whole(StatusCode::OK, "application/jwt", token.into_bytes())
}

/// A refusal.
pub(crate) fn refused(error: &ProtocolError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = answer(status, &ErrorBody { error: error.error, error_description: &error.description });
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
    let mut response = answer(status, &ErrorBody { error: code, error_description: description });
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
        Ok(json) => whole(status, "application/json", json),
        Err(fault) => PageError::Internal(format!("an answer could not be written as JSON: {fault}")).into_response(),
    }
}

fn whole(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
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
        let response = refused(&error);
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
