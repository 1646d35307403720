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

/// The choice between a citizen's and a business's account.
#[derive(Template)]
#[template(path = "pages/register.html")]
pub(crate) struct RegisterPage {
    pub(super) layout: Layout,
    /// Whether citizens may register here.
    pub(super) citizens: bool,
    /// Whether businesses may.
    pub(super) businesses: bool,
}

/// `GET /register`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> Response {
    let visit = visit.showing_client();
    let open = |class| accounts.registration_mode(&visit.ctx, class) == RegistrationMode::Open;
    let (citizens, businesses) = (open(AccountClass::Citizen), open(AccountClass::Business));
    let page = RegisterPage { layout: visit.layout("register-title"), citizens, businesses };
    visit.page(StatusCode::OK, page)
}
