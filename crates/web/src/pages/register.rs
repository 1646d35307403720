//! Who is the account for?

use super::layout::Layout;
use crate::edge::Visit;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, RegistrationMode};
use portal_id_core::profile::AccountClass;
use std::sync::Arc;

/// The choice between a citizen's account, a business's, and that of another organisation.
#[derive(Template)]
#[template(path = "pages/register.html")]
pub(crate) struct RegisterPage {
    pub(super) layout: Layout,
    /// Whether citizens may register here.
    pub(super) citizens: bool,
    /// Whether businesses may.
    pub(super) businesses: bool,
    /// Whether other organisations may come in with a national account; to register here they never may.
    pub(super) organisations: bool,
}

/// `GET /register`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> Response {
    let visit = visit.showing_client();
    let is = |class, mode| accounts.registration_mode(&visit.ctx, class) == mode;
    let page = RegisterPage {
        layout: visit.layout("register-title"),
        citizens: is(AccountClass::Citizen, RegistrationMode::Open),
        businesses: is(AccountClass::Business, RegistrationMode::Open),
        organisations: is(AccountClass::Organisation, RegistrationMode::FederatedOnly),
    };
    visit.page(StatusCode::OK, page)
}
