//! What went wrong with a request, as the page that says what to do next.
//!
//! A [`PageError`] becomes an empty answer that carries it; [`super::arrival`] sees it, logs it once and draws the page
//! (or, at an endpoint for programs, the JSON), because only there language and request id are known for every case:
//! refusals before a handler, panics and time-outs too.

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use portal_id_core::accounts::Failure;
use portal_id_core::time::Span;

/// The result of every handler of a page.
pub(crate) type PageResult = Result<Response, PageError>;

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PageError {
    /// No such page.
    NotFound,
    /// The page is there, but not for this method.
    MethodNotAllowed,
    /// The form is not what our pages send: not UTF-8, a field twice, a field that the page does not have.
    Malformed(&'static str),
    /// The body is not a form.
    NotAForm,
    /// The form is larger than any of ours.
    TooLarge,
    /// The address is longer than any of ours.
    UriTooLong,
    /// The headers are larger than a browser's.
    HeadersTooLarge,
    /// The form does not come from a page that this browser got from us: start again.
    StartAgain,
    /// The pending request is over, or of another browser: go back to the service.
    FlowOver,
    /// A service's request that cannot be answered to the service; the reason's key.
    AuthorizeRefused(&'static str),
    /// The request took too long.
    TooSlow,
    /// Too much work waits already.
    Overloaded(Span),
    /// A necessary part is out of reach; the detail is for the log.
    Unavailable(String),
    /// A fault of ours; the detail is for the log.
    Internal(String),
}

impl PageError {
    /// When to come back while a necessary part is out of reach.
    pub(crate) const UNAVAILABLE_FOR: Span = Span::seconds(5);

    /// The HTTP status.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Malformed(_) | Self::FlowOver | Self::AuthorizeRefused(_) => StatusCode::BAD_REQUEST,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::StartAgain => StatusCode::FORBIDDEN,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Overloaded(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The key of the page's texts.
    pub(crate) const fn key(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Malformed(_) => "malformed",
            Self::NotAForm => "not-a-form",
            Self::TooLarge => "too-large",
            Self::UriTooLong => "uri-too-long",
            Self::HeadersTooLarge => "headers-too-large",
            Self::StartAgain => "start-again",
            Self::FlowOver => "flow-over",
            Self::AuthorizeRefused(_) => "authorize-refused",
            Self::TooSlow => "too-slow",
            Self::Overloaded(_) => "overloaded",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// What a developer should know besides, not for the person: a reason's key.
    pub(crate) const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(reason) | Self::AuthorizeRefused(reason) => Some(reason),
            _ => None,
        }
    }

    /// When to come back.
    pub(crate) const fn retry_after(&self) -> Option<Span> {
        match self {
            Self::Overloaded(wait) => Some(*wait),
            Self::Unavailable(_) => Some(Self::UNAVAILABLE_FOR),
            _ => None,
        }
    }

    /// The error that `response` carries.
    pub(crate) fn of(response: &Response) -> Option<Self> {
        match response.extensions().get::<Self>() {
            Some(error) => Some(error.clone()),
            // The time-out layer knows nothing of pages; nobody else here answers 408.
            None if response.status() == StatusCode::REQUEST_TIMEOUT => Some(Self::TooSlow),
            None => None,
        }
    }

    /// Logs what an operator must know of. The visitor sees the same request id.
    pub(crate) fn log(&self, request_id: &str, path: &str) {
        match self {
            Self::Internal(detail) => {
                tracing::error!(request_id, path, detail, "a request failed through a fault of ours");
            }
            Self::Unavailable(detail) => {
                tracing::warn!(request_id, path, detail, "a request failed because a necessary part is out of reach");
            }
            Self::Overloaded(_) | Self::TooSlow => {
                tracing::warn!(request_id, path, why = self.key(), "a request could not be served in time");
            }
            // Whoever connects a service meets this one first, and there is no place to tell the service.
            Self::AuthorizeRefused(why) => {
                tracing::info!(request_id, path, why, "an authorization request was refused");
            }
            refusal => tracing::debug!(
                request_id,
                path,
                why = refusal.key(),
                reason = refusal.reason(),
                "a request was refused"
            ),
        }
    }
}

impl From<Failure> for PageError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Overloaded { retry_after } => Self::Overloaded(retry_after),
            Failure::Unavailable(why) => Self::Unavailable(why),
            Failure::Internal(why) => Self::Internal(why),
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(format!("a page could not be drawn: {error}"))
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(wait) = self.retry_after() {
            // A wait of less than a second is still a wait.
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_seconds().max(1)));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// What a panic leaves behind, for [`tower_http::catch_panic`].
#[expect(clippy::needless_pass_by_value, reason = "the shape that the layer asks for")]
pub(crate) fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    PageError::Internal(format!("panic: {}", said.unwrap_or("no message"))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overload_says_when_to_come_back_and_is_never_now() {
        let response = PageError::from(Failure::Overloaded { retry_after: Span::millis(10) }).into_response();
        assert_eq!((response.status().as_u16(), &response.headers()[RETRY_AFTER]), (429, &HeaderValue::from(1)));
        let response = PageError::from(Failure::Unavailable("down".to_owned())).into_response();
        assert_eq!((response.status().as_u16(), &response.headers()[RETRY_AFTER]), (503, &HeaderValue::from(5)));
    }

    #[test]
    fn an_answer_carries_its_error_until_the_page_is_drawn() {
        assert_eq!(PageError::of(&PageError::NotFound.into_response()), Some(PageError::NotFound));
        assert_eq!(PageError::of(&StatusCode::OK.into_response()), None);
        assert_eq!(PageError::of(&StatusCode::REQUEST_TIMEOUT.into_response()), Some(PageError::TooSlow));
        assert_eq!(PageError::of(&panicked(Box::new("boom"))), Some(PageError::Internal("panic: boom".to_owned())));
    }
}
