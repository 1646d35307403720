//! Who is the account for?

use super::layout::Layout;
use crate::edge::Visit;
use askama::Template;
use axum::response::Response;
use http::StatusCode;

/// The choice between a citizen's and a business's account.
#[derive(Template)]
#[template(path = "pages/register.html")]
pub(crate) struct RegisterPage {
    pub(super) layout: Layout,
}

/// `GET /register`
pub(crate) async fn get(visit: Visit) -> Response {
    let page = RegisterPage { layout: visit.layout("register-title") };
    visit.page(StatusCode::OK, page)
}
