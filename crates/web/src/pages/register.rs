//! Who is the account for?

use super::layout::Layout;
use super::upstream::Way;
use crate::edge::Visit;
use crate::wiring::People;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::RegistrationMode;
use portal_id_core::profile::AccountClass;

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
    /// The providers by which nobody need register at all.
    pub(super) ways: Vec<Way>,
}

/// `GET /register`
pub(crate) async fn get(visit: Visit, State(People { accounts, federation }): State<People>) -> Response {
    let visit = visit.showing_client();
    let is = |class, mode| accounts.registration_mode(&visit.ctx, class) == mode;
    let layout = visit.layout("register-title");
    let page = RegisterPage {
        ways: Way::all(layout.texts, &federation),
        layout,
        citizens: is(AccountClass::Citizen, RegistrationMode::Open),
        businesses: is(AccountClass::Business, RegistrationMode::Open),
        organisations: is(AccountClass::Organisation, RegistrationMode::FederatedOnly),
    };
    visit.page(StatusCode::OK, page)
}
