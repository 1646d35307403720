//! After a registration: what happens next. The same page in every case (decisions 3).

use super::layout::Layout;
use crate::edge::Visit;
use askama::Template;
use axum::response::Response;
use http::StatusCode;

/// The page after the form.
#[derive(Template)]
#[template(path = "pages/registered.html")]
pub(crate) struct RegisteredPage {
    pub(super) layout: Layout,
    /// As typed, so that a slip is seen.
    pub(super) email: String,
    pub(super) hours: i64,
}

/// Shows it.
pub(super) fn show(visit: Visit, email: String, hours: i64) -> Response {
    let page = RegisteredPage { layout: visit.layout("registered-title"), email, hours };
    visit.page(StatusCode::OK, page)
}
