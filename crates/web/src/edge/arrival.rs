//! The first and last to see a request: reads the clock once, names the request, finds its sender, and on the way back
//! turns errors into pages and adds the headers of every answer.

use crate::edge::address::Sender;
use crate::edge::cookies::CookieKind;
use crate::edge::error::PageError;
use crate::edge::form::Fields;
use crate::edge::language::{Choice, Signs};
use crate::edge::{Edge, headers, limits, visit};
use crate::protocol;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::USER_AGENT;
use http::request::Parts;
use http::{Extensions, HeaderMap, Method, Uri};
use portal_id_core::ctx::Ctx;
use std::sync::Arc;

/// What is known of every request before its handler.
pub(crate) struct Arrival {
    /// The edge itself.
    pub(crate) edge: Arc<Edge>,
    /// The circumstances. No browser yet: endpoints for programs have none.
    pub(crate) ctx: Ctx,
    /// What was asked for.
    pub(crate) uri: Uri,
    /// How.
    pub(crate) method: Method,
}

impl Arrival {
    /// The arrival of the request with these extensions.
    pub(crate) fn of(extensions: &Extensions) -> Result<Arc<Self>, PageError> {
        extensions
            .get::<Arc<Self>>()
            .cloned()
            .ok_or_else(|| PageError::Internal("a handler was reached past the edge".to_owned()))
    }

    /// The query's fields; none when it is not a query of ours.
    pub(crate) fn query(&self) -> Fields {
        Fields::parse(self.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default()
    }

    fn note(edge: Arc<Edge>, request: &Request) -> Self {
        let request_headers = request.headers();
        let now = edge.clock.now();
        let sender = Sender::of(request.extensions(), request_headers, &edge.settings.trusted_proxies);
        let given_id = if sender.through_proxy { given_request_id(request_headers) } else { None };
        let ctx = Ctx {
            now,
            entropy: Arc::clone(&edge.entropy),
            request_id: given_id.unwrap_or_else(|| edge.request_ids.next(now)),
            address: sender.address,
            language: portal_id_core::language::Language::default(),
            browser: None,
            user_agent: user_agent(request_headers),
        };
        let mut arrival = Self { edge, ctx, uri: request.uri().clone(), method: request.method().clone() };
        let query = arrival.query();
        let signs = Signs {
            link: query.find("lang"),
            ui_locales: query.find("ui_locales"),
            choice: arrival.choice(request_headers),
            ..Signs::default()
        };
        arrival.ctx.language = signs.read(request_headers);
        arrival
    }

    /// The language chosen before in this browser.
    pub(crate) fn choice(&self, headers: &HeaderMap) -> Option<Choice> {
        Choice::parse(self.edge.cookies.read(headers, CookieKind::Language)?.expose())
    }
}

/// A request of a program: no browser, no cookies, no page.
pub(crate) struct Call {
    /// The circumstances.
    pub(crate) ctx: Ctx,
}

impl<S: Send + Sync> FromRequestParts<S> for Call {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        Ok(Self { ctx: Arrival::of(&parts.extensions)?.ctx.clone() })
    }
}

/// The outermost layer of the router.
pub(crate) async fn receive(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let arrival = Arc::new(Arrival::note(edge, &request));
    let checked = limits::check(request.uri(), request.headers());
    request.extensions_mut().insert(Arc::clone(&arrival));
    let mut response = match checked {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let path = arrival.uri.path();
    if let Some(error) = PageError::of(&response) {
        error.log(&arrival.ctx.request_id, protocol::sms_report::without_secret(path));
        response = if protocol::is_for_programs(path) {
            protocol::json::of_page_error(&error, &response)
        } else {
            visit::error_page(&arrival, &error, response)
        };
    }
    response = protocol::json::named(response, path, &arrival.ctx.request_id);
    if protocol::is_for_programs(path) {
        protocol::cors::open(response.headers_mut());
    }
    headers::of_every_answer(response.headers_mut(), arrival.edge.cookies.secure(), &arrival.ctx.request_id);
    response
}

/// The id that a trusted proxy gave the request, if it can stand in a log line and a header as it is.
fn given_request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(headers::REQUEST_ID)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((8..=64).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
}

/// What the browser calls itself: readable characters only, since it is shown to the owner and logged.
fn user_agent(headers: &HeaderMap) -> String {
    let named = headers.get(USER_AGENT).map(|name| String::from_utf8_lossy(name.as_bytes()));
    named.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
}
