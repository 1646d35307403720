//! The second factor alone, for whoever is signed in with one while a service, or a page of their own, asks for two.

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
    /// Whether a service asks for it.
    pub(super) for_service: bool,
}

/// What the page sends: its button, and nothing else.
pub(crate) struct StepUpFields;

impl FormFields for StepUpFields {
    const FIELDS: &'static [&'static str] = &[];

    fn from_fields(_: &Fields) -> Self {
        Self
    }
}

/// `GET /sign-in/step-up?flow=`, or `?next=` for a page of ours
pub(crate) async fn get(visit: Visit) -> PageResult {
    show(visit, StatusCode::OK, None)
}

/// `POST /sign-in/step-up?flow=`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(StepUpFields): CsrfForm<StepUpFields>,
) -> PageResult {
    if !is_for_something(&visit) {
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

/// Whether a service or a page of ours waits for it.
const fn is_for_something(visit: &Visit) -> bool {
    visit.flow.is_some() || visit.next.is_some()
}

/// The whole sign-in, where there is no session to build on.
fn begin_anew(visit: Visit) -> Response {
    let path = visit.path("/sign-in");
    visit.to(path)
}

fn show(visit: Visit, status: StatusCode, problem: Option<String>) -> PageResult {
    if !is_for_something(&visit) {
        return Err(PageError::FlowOver);
    }
    let Some(username) = visit.called() else {
        return Ok(begin_anew(visit));
    };
    let for_service = visit.flow.is_some();
    let page = StepUpPage { layout: visit.layout("step-up-title"), problem, username, for_service };
    Ok(visit.page(status, page))
}
