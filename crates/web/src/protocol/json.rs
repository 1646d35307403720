//! Answers for programs: JSON, never kept by a cache (RFC 6749 §5.1, §5.2).

use crate::edge::PageError;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use portal_id_core::ctx::Ctx;
use portal_id_core::ids::ClientId;
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

/// A refusal, to the program with the request's id and to the log in one line. `client` is who the request says it is.
pub(crate) fn refused(ctx: &Ctx, endpoint: &str, client: Option<&ClientId>, error: &ProtocolError) -> Response {
    let request_id = &ctx.request_id;
    let client = client.map(ClientId::as_str).unwrap_or_default();
    let (client, code) = (shortened(client), error.error);
    let detail = error.detail.as_deref();
    match error.status {
        500 => {
            tracing::error!(
                request_id,
                endpoint,
                client,
                detail,
                "A program's request failed through a fault of ours."
            );
        }
        503 => tracing::warn!(request_id, endpoint, client, detail, "A program's request had to be put off."),
        _ => tracing::info!(request_id, endpoint, client, error = code, "A program was refused."),
    }
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let description = with_request_id(&error.description, request_id);
    let mut response = answer(status, &ErrorBody { error: error.error, error_description: &description });
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

/// A client id as it may stand in a log line: whatever was sent, in no more than the longest id has.
fn shortened(client: &str) -> String {
    client.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// A description that says what to ask us about. Ids have letters, digits, `-`, `_` and `.`, all of them allowed in RFC 6749 §5.2.
fn with_request_id(description: &str, request_id: &str) -> String {
    format!("{description}; request {request_id}")
}

/// What a program gets where a person would get an error page. The bare answer's headers stay (`Allow`,
/// `Retry-After`).
pub(crate) fn of_page_error(ctx: &Ctx, path: &str, error: &PageError, bare: &Response) -> Response {
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
    // The others have been told as what they are.
    if !status.is_server_error() && !matches!(error, PageError::Overloaded(_) | PageError::TooSlow) {
        let (request_id, why) = (&ctx.request_id, error.key());
        tracing::info!(request_id, endpoint = path, error = code, why, "A program was refused.");
    }
    let description = with_request_id(description, &ctx.request_id);
    let mut response = answer(status, &ErrorBody { error: code, error_description: &description });
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
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use portal_id_core::entropy::OsEntropy;
    use portal_id_core::time::Timestamp;
    use portal_id_logwatch::LogWatch;
    use std::sync::Arc;

    fn ctx() -> Ctx {
        Ctx::for_job(Timestamp::from_seconds(1_795_399_200), Arc::new(OsEntropy), "json")
    }

    #[test]
    fn a_refusal_is_never_cached_and_carries_its_challenge() {
        let error = ProtocolError {
            error: "invalid_client",
            description: "x".to_owned(),
            status: 401,
            www_authenticate: Some("Basic realm=\"r\"".to_owned()),
            detail: None,
        };
        let response = refused(&ctx(), "/token", None, &error);
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[PRAGMA], "no-cache");
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Basic realm=\"r\"");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }

    #[tokio::test]
    async fn a_refusal_is_one_line_in_the_log_and_has_its_id_in_the_answer_but_not_in_the_challenge() {
        let log = LogWatch::begin();
        let error = ProtocolError {
            error: "invalid_client",
            description: "client authentication failed".to_owned(),
            status: 401,
            www_authenticate: Some("Basic realm=\"r\"".to_owned()),
            detail: None,
        };
        let (ctx, client) = (ctx(), ClientId::from_text("mot-cua"));
        let response = refused(&ctx, "/token", Some(&client), &error);
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Basic realm=\"r\"");
        let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        let id = &ctx.request_id;
        let expected =
            format!(r#"{{"error":"invalid_client","error_description":"client authentication failed; request {id}"}}"#);
        assert_eq!(std::str::from_utf8(&body).unwrap(), expected);
        let lines = log.all();
        assert_eq!(lines.len(), 1, "{lines:?}");
        for part in [id.as_str(), "endpoint=\"/token\"", "client=\"mot-cua\"", "error=\"invalid_client\""] {
            assert!(lines[0].contains(part), "{part}: {}", lines[0]);
        }
    }

    // security: row 28
    #[test]
    fn a_client_id_cannot_write_into_the_log() {
        assert_eq!(shortened("a\nb\u{1b}[31m"), "ab[31m");
        assert_eq!(shortened(&"x".repeat(1000)).len(), 64);
    }

    #[test]
    fn what_is_no_form_is_a_bad_request_to_a_program() {
        let response = of_page_error(&ctx(), "/token", &PageError::NotAForm, &PageError::NotAForm.into_response());
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let overloaded = PageError::Overloaded(portal_id_core::time::Span::seconds(3));
        let response = of_page_error(&ctx(), "/token", &overloaded, &overloaded.clone().into_response());
        assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &HeaderValue::from(3)));
    }
}
