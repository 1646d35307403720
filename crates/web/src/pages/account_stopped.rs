//! The password was right, but the account was stopped by an operator or closed.

use super::layout::Layout;
use crate::edge::Visit;
use askama::Template;
use axum::response::Response;
use http::StatusCode;

/// The page that says so, and whom to ask.
#[derive(Template)]
#[template(path = "pages/account-stopped.html")]
pub(crate) struct AccountStoppedPage {
    pub(super) layout: Layout,
    pub(super) closed: bool,
}

/// Shows it.
pub(super) fn show(visit: Visit, closed: bool) -> Response {
    let title = if closed { "closed-title" } else { "disabled-title" };
    let page = AccountStoppedPage { layout: visit.layout(title), closed };
    visit.page(StatusCode::FORBIDDEN, page)
}
