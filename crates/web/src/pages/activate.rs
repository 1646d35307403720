//! The page behind the link of the activation mail. Opening it changes nothing; its buttons do (decisions 2).

use super::activation_link;
use super::layout::Layout;
use super::notice::{self, Notice};
use super::problems::{self, Problems};
use crate::edge::{CsrfForm, Fields, FormFields, PageError, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, ActivateOutcome, ActivationView, Field};
use std::sync::Arc;

/// The page with the two buttons.
#[derive(Template)]
#[template(path = "pages/activate.html")]
pub(crate) struct ActivatePage {
    pub(super) layout: Layout,
    pub(super) problems: Problems,
    pub(super) token: String,
    pub(super) username: String,
    pub(super) phone: String,
    pub(super) needs_password: bool,
}

/// The data belong to another account since (decisions 3).
#[derive(Template)]
#[template(path = "pages/not-completed.html")]
pub(crate) struct NotCompletedPage {
    pub(super) layout: Layout,
}

/// What the page sends.
pub(crate) struct ActivateFields {
    token: String,
    password: String,
    action: String,
}

impl FormFields for ActivateFields {
    const FIELDS: &'static [&'static str] = &["token", "password", "action"];

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self { token: get("token"), password: get("password"), action: get("action") }
    }
}

/// `GET /activate?token=`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    let token = visit.query.get("token").to_owned();
    show(visit, &accounts, token, Problems::default()).await
}

/// `POST /activate`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<ActivateFields>,
) -> PageResult {
    match fields.action.as_str() {
        // A form sent without its button means its main one.
        "activate" | "" => {}
        "disown" => return disown(visit, &accounts, &fields.token).await,
        _ => return Err(PageError::Malformed("unknown-action")),
    }
    match accounts.activate(&visit.ctx, &fields.token, &fields.password).await? {
        ActivateOutcome::Activated => Ok(notice::show(visit, Notice::ACTIVATED)),
        ActivateOutcome::NotCompleted => {
            let page = NotCompletedPage { layout: visit.layout("not-completed-title") };
            Ok(visit.page(StatusCode::CONFLICT, page))
        }
        ActivateOutcome::Refused => {
            let text = problems::refused(Texts::of(visit.ctx.language), "activate-refused");
            show(visit, &accounts, fields.token, Problems::one(Field::Password, text)).await
        }
        ActivateOutcome::Link(view) => Ok(activation_link::show(visit, &view, fields.token)),
    }
}

async fn show(visit: Visit, accounts: &Accounts, token: String, problems: Problems) -> PageResult {
    match accounts.view_activation(&visit.ctx, &token).await? {
        ActivationView::Ready { username, phone, needs_password } => {
            let status = if problems.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let page = ActivatePage {
                layout: visit.layout("activate-title"),
                problems,
                token,
                username,
                phone,
                needs_password,
            };
            Ok(visit.page(status, page))
        }
        view => Ok(activation_link::show(visit, &view, token)),
    }
}

async fn disown(visit: Visit, accounts: &Accounts, token: &str) -> PageResult {
    if accounts.disown_registration(&visit.ctx, token).await? {
        return Ok(notice::show(visit, Notice::DISOWNED));
    }
    let view = accounts.view_activation(&visit.ctx, token).await?;
    Ok(activation_link::show(visit, &view, token.to_owned()))
}
