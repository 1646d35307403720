//! The page for a class of account that cannot register itself (decisions 1).

use super::layout::Layout;
use crate::edge::Visit;
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::RegistrationMode;

/// Registration is closed, or possible only by arriving with a national account.
#[derive(Template)]
#[template(path = "pages/register-closed.html")]
pub(crate) struct RegisterClosedPage {
    pub(super) layout: Layout,
    pub(super) federated_only: bool,
}

/// Shows why nobody can register under `mode`.
pub(super) fn show(visit: Visit, mode: RegistrationMode) -> Response {
    let federated_only = mode == RegistrationMode::FederatedOnly;
    let title = if federated_only { "register-federated-title" } else { "register-closed-title" };
    let page = RegisterClosedPage { layout: visit.layout(title), federated_only };
    visit.page(StatusCode::FORBIDDEN, page)
}
