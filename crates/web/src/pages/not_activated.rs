//! The password was right, but the account waits for its activation.

use super::layout::Layout;
use crate::edge::Visit;
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::ResendTicket;

/// The page with the button that sends the mail again.
#[derive(Template)]
#[template(path = "pages/not-activated.html")]
pub(crate) struct NotActivatedPage {
    pub(super) layout: Layout,
    pub(super) ticket: String,
}

/// Shows it.
pub(super) fn show(visit: Visit, ticket: &ResendTicket) -> Response {
    let page = NotActivatedPage { layout: visit.layout("not-activated-title"), ticket: ticket.as_str().to_owned() };
    visit.page(StatusCode::FORBIDDEN, page)
}
