//! Businesses cannot register here yet: the page says where they can.

use super::layout::Layout;
use crate::edge::Visit;
use askama::Template;
use axum::response::Response;
use http::StatusCode;

/// The page for businesses.
#[derive(Template)]
#[template(path = "pages/register-business.html")]
pub(crate) struct RegisterBusinessPage {
    pub(super) layout: Layout,
}

/// `GET /register/business`
pub(crate) async fn get(visit: Visit) -> Response {
    let page = RegisterBusinessPage { layout: visit.layout("register-business-title") };
    visit.page(StatusCode::OK, page)
}
