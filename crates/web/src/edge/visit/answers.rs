//! The answers that a page can give: itself under its policy, or the way to another of our pages.

use super::Visit;
use crate::edge::Next;
use crate::edge::arrival::Arrival;
use crate::edge::error::PageError;
use crate::edge::flow::OpenFlow;
use crate::edge::headers::{self, PagePolicy};
use crate::edge::local_path::LocalPath;
use crate::pages::error::ErrorPage;
use crate::pages::layout::Layout;
use askama::Template;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use portal_id_core::language::Language;

impl Visit {
    /// Takes it that a form of another site led here, which nobody can tell: its page's `form-action` then follows the
    /// browser to wherever we lead it, and knows us but not the third (decisions 17).
    #[must_use]
    pub(crate) fn like_after_a_form(mut self) -> Self {
        self.after_form = self.navigates;
        self
    }

    /// Answers with a page. Its forms may lead to ourselves and to the service of the pending request.
    pub(crate) fn page(self, status: StatusCode, template: impl Template) -> Response {
        let policy = self.policy();
        self.page_under(status, &policy, template)
    }

    /// Answers with a page that has the fields of an address: it may run their script, which asks us for lists.
    pub(crate) fn page_with_lists(self, status: StatusCode, template: impl Template) -> Response {
        let policy = self.policy_with_script(self.edge.assets.address_script()).asking_for_lists();
        self.page_under(status, &policy, template)
    }

    /// Answers with a page that asks the browser for a passkey: it may run the one script that does so.
    pub(crate) fn page_with_passkey(self, status: StatusCode, template: impl Template) -> Response {
        let policy = self.policy_with_script(self.edge.assets.passkey_script());
        self.page_under(status, &policy, template)
    }

    fn policy(&self) -> PagePolicy {
        let logo = self.service().filter(|_| self.shows_client).and_then(|service| service.logo.clone());
        PagePolicy::default().form_to(self.flow.as_ref().and_then(OpenFlow::redirect_origin)).image_at(logo)
    }

    /// Lets a page run the file at `path`, and no other.
    fn policy_with_script(&self, path: &str) -> PagePolicy {
        self.policy().script_at(format!("{}{path}", self.edge.origin))
    }

    /// Answers with a page under its own policy.
    pub(crate) fn page_under(self, status: StatusCode, policy: &PagePolicy, template: impl Template) -> Response {
        let response = match template.render() {
            Ok(html) => html_page(status, html, policy, self.ctx.language),
            Err(error) => PageError::from(error).into_response(),
        };
        self.with_cookies(response)
    }

    /// Sends the browser to one of our pages.
    pub(crate) fn to(self, path: impl Into<LocalPath>) -> Response {
        self.see_other(path.into().as_str())
    }

    /// Goes on after a step: to the page that the person was on the way to, back to the pending request, or home.
    pub(crate) fn resume(mut self) -> Response {
        let path = self.onward();
        self.to(path)
    }

    /// Where [`Visit::resume`] goes.
    pub(crate) fn onward(&mut self) -> LocalPath {
        match self.next.take() {
            Some(next) => self.path(next.path()),
            None if self.flow.is_some() => self.path("/authorize/resume"),
            None => LocalPath::new("/"),
        }
    }

    /// Sends the browser to one of our pages, to come back to `next` afterwards.
    pub(crate) fn by_way_of(mut self, path: &'static str, next: Next) -> Response {
        self.next = Some(next);
        let path = self.path(path);
        self.to(path)
    }

    /// Sends the browser to `location`: for [`Visit::to`], and for answers to a client that the protocol vouches for.
    pub(crate) fn see_other(self, location: &str) -> Response {
        self.with_cookies(see_other(location))
    }

    fn with_cookies(self, mut response: Response) -> Response {
        let login_state = self.login_state.cookie(&self.edge);
        for cookie in self.set_cookies.into_iter().chain(login_state) {
            if let Ok(value) = HeaderValue::try_from(cookie) {
                response.headers_mut().append(SET_COOKIE, value);
            }
        }
        response
    }
}

/// Sends a browser of which nothing is known to `location`.
pub(crate) fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        let why = "an address of a redirect has a character that no header takes";
        return PageError::Internal(why.to_owned()).into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, location);
    headers::of_redirect(response.headers_mut());
    response
}

/// Draws the page of an error over the bare answer that carries it, whose headers stay (`Allow`, `Retry-After`).
pub(crate) fn error_page(arrival: &Arrival, error: &PageError, bare: Response) -> Response {
    // What was refused may exist for POST only, or be too long: then the other language begins at home.
    let again = arrival.method == Method::GET && !matches!(error, PageError::MethodNotAllowed | PageError::UriTooLong);
    let uri = if again { arrival.uri.clone() } else { Uri::from_static("/") };
    let layout = Layout::bare(&arrival.edge, &arrival.ctx, ErrorPage::TITLE, &uri);
    let html = ErrorPage::new(layout, error).render().unwrap_or_else(|_| arrival.ctx.request_id.clone());
    let (mut parts, _) = bare.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let drawn = html_page(parts.status, html, &PagePolicy::default(), arrival.ctx.language);
    let (drawn, body) = drawn.into_parts();
    merge(&mut parts.headers, drawn.headers);
    Response::from_parts(parts, body)
}

fn merge(headers: &mut HeaderMap, over: HeaderMap) {
    for (name, value) in over {
        if let Some(name) = name {
            headers.insert(name, value);
        }
    }
}

/// A page's answer.
pub(crate) fn html_page(status: StatusCode, html: String, policy: &PagePolicy, language: Language) -> Response {
    let mut response = (status, html).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers::of_page(response.headers_mut(), policy, language);
    response
}
