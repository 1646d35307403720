//! Making a list of recovery codes, which is shown once.

use super::confirm;
use super::layout::Layout;
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::Accounts;
use portal_id_core::recovery_code::RecoveryCode;
use std::sync::Arc;

/// The page that says what the list is for.
#[derive(Template)]
#[template(path = "pages/make-recovery-codes.html")]
pub(crate) struct MakeRecoveryCodesPage {
    pub(super) layout: Layout,
    /// Whether there is a list that ends when the new one is made.
    pub(super) again: bool,
}

/// The page that shows the list, this once.
#[derive(Template)]
#[template(path = "pages/recovery-codes.html")]
pub(crate) struct RecoveryCodesPage {
    pub(super) layout: Layout,
    pub(super) username: String,
    pub(super) codes: Vec<String>,
}

/// What the first page sends: nothing but its proof.
pub(crate) struct MakeFields;

impl FormFields for MakeFields {
    const FIELDS: &'static [&'static str] = &[];

    fn from_fields(_: &Fields) -> Self {
        Self
    }
}

/// `GET /account/security/recovery-codes`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::RecoveryCodes) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let again = accounts.view_factors(&visit.ctx, &owner).await?.recovery_codes_made_at.is_some();
    let page = MakeRecoveryCodesPage { layout: visit.layout("make-recovery-codes-title"), again };
    Ok(visit.page(StatusCode::OK, page))
}

/// `POST /account/security/recovery-codes`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(MakeFields): CsrfForm<MakeFields>,
) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::RecoveryCodes) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Some(codes) = accounts.make_recovery_codes(&visit.ctx, &owner).await? else {
        return Ok(visit.by_way_of("/sign-in", Next::RecoveryCodes));
    };
    let page = RecoveryCodesPage {
        layout: visit.layout("recovery-codes-title"),
        username: visit.called().unwrap_or_default(),
        codes: codes.iter().map(RecoveryCode::shown).collect(),
    };
    Ok(visit.page(StatusCode::OK, page))
}
