//! Help for who cannot sign in. Until recovery exists it names the desk (decisions 8).

use super::layout::Layout;
use crate::edge::Visit;
use askama::Template;
use axum::response::Response;
use http::StatusCode;

/// The help page.
#[derive(Template)]
#[template(path = "pages/sign-in-help.html")]
pub(crate) struct SignInHelpPage {
    pub(super) layout: Layout,
}

/// `GET /sign-in/help`
pub(crate) async fn get(visit: Visit) -> Response {
    let page = SignInHelpPage { layout: visit.layout("help-title") };
    visit.page(StatusCode::OK, page)
}
