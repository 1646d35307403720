//! The second factor alone, for whoever is signed in with one while a service asks for two.

use super::layout::Layout;
use super::sign_in;
use crate::edge::{CsrfForm, Fields, FormFields, PageError, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, SignInOutcome};
use std::sync::Arc;

/// The page that says why, before a code is sent or a device is asked.
#[derive(Template)]
#[template(path = "pages/step-up.html")]
pub(crate) struct StepUpPage {
    pub(super) layout: Layout,
    /// Why it cannot go on.
    pub(super) problem: Option<String>,
    pub(super) username: String,
}

/// What the page sends: its button, and nothing else.
pub(crate) struct StepUpFields;

impl FormFields for StepUpFields {
    const FIELDS: &'static [&'static str] = &[];

    fn from_fields(_: &Fields) -> Self {
        Self
    }
}

/// `GET /sign-in/step-up?flow=`
pub(crate) async fn get(visit: Visit) -> PageResult {
    show(visit, StatusCode::OK, None)
}

/// `POST /sign-in/step-up?flow=`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(StepUpFields): CsrfForm<StepUpFields>,
) -> PageResult {
    if visit.flow.is_none() {
        return Err(PageError::FlowOver);
    }
    let Some(who) = visit.who.clone() else { return Ok(begin_anew(visit)) };
    match accounts.step_up(&visit.ctx, &who).await? {
        SignInOutcome::Refused => Ok(begin_anew(visit)),
        outcome => match sign_in::go_on(visit, outcome) {
            Ok(response) => Ok(response),
            Err((visit, status, problem)) => show(*visit, status, Some(problem)),
        },
    }
}

/// The whole sign-in, where there is no session to build on.
fn begin_anew(visit: Visit) -> Response {
    let path = visit.path("/sign-in");
    visit.to(path)
}

fn show(visit: Visit, status: StatusCode, problem: Option<String>) -> PageResult {
    if visit.flow.is_none() {
        return Err(PageError::FlowOver);
    }
    let Some(username) = visit.called() else {
        return Ok(begin_anew(visit));
    };
    let page = StepUpPage { layout: visit.layout("step-up-title"), problem, username };
    Ok(visit.page(status, page))
}
