//! One's own account: an overview, and the ways to its parts.

use super::home::AccountSummary;
use super::layout::Layout;
use crate::edge::{Next, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::Accounts;
use std::sync::Arc;

/// The overview.
#[derive(Template)]
#[template(path = "pages/account.html")]
pub(crate) struct AccountPage {
    pub(super) layout: Layout,
    pub(super) account: AccountSummary,
}

/// `GET /account`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Account)) };
    let account = AccountSummary::of(who, &accounts.profile(who).await?.0);
    let page = AccountPage { layout: visit.layout("account-title"), account };
    Ok(visit.page(StatusCode::OK, page))
}
