//! The first step of signing in: name and password. One answer for every reason to refuse (decisions 9).

use super::layout::Layout;
use super::problems::Problems;
use super::{account_stopped, moment, not_activated};
use crate::edge::{CsrfForm, Fields, FormFields, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, Credentials, SignInOutcome};
use std::sync::Arc;

/// The sign-in page.
#[derive(Template)]
#[template(path = "pages/sign-in.html")]
pub(crate) struct SignInPage {
    pub(super) layout: Layout,
    /// One text for the whole form: no field is blamed.
    pub(super) problem: Option<String>,
    pub(super) unproblematic: Problems,
    pub(super) username: String,
}

/// What the page sends.
pub(crate) struct SignInFields {
    username: String,
    password: String,
}

impl FormFields for SignInFields {
    const FIELDS: &'static [&'static str] = &["username", "password"];

    fn from_fields(fields: &Fields) -> Self {
        Self { username: fields.get("username").to_owned(), password: fields.get("password").to_owned() }
    }
}

impl SignInPage {
    /// The page with the name that was typed or expected.
    pub(super) fn new(layout: Layout, username: String, problem: Option<String>) -> Self {
        Self { layout, problem, unproblematic: Problems::default(), username }
    }
}

/// `GET /sign-in`
pub(crate) async fn get(visit: Visit) -> Response {
    if visit.who.is_some() && visit.flow.is_none() {
        return visit.resume();
    }
    let expected = visit.flow.as_ref().and_then(|open| open.flow.params.get("login_hint")).unwrap_or_default();
    let page = SignInPage::new(visit.layout("sign-in-title"), expected.to_owned(), None);
    visit.page(StatusCode::OK, page)
}

/// `POST /sign-in`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<SignInFields>,
) -> PageResult {
    let credentials = Credentials {
        name: fields.username.clone(),
        password: fields.password,
        known_device: visit.known_devices().map(str::to_owned),
    };
    let texts = Texts::of(visit.ctx.language);
    let again = |visit: Visit, status, problem| {
        let page = SignInPage::new(visit.layout("sign-in-title"), fields.username.clone(), Some(problem));
        Ok(visit.page(status, page))
    };
    match accounts.sign_in(&visit.ctx, credentials).await? {
        SignInOutcome::CodeSent(challenge) => {
            let path = visit.path("/sign-in/code").with("challenge", challenge.as_str());
            Ok(visit.to(path))
        }
        SignInOutcome::Refused { wait_minutes } => again(
            visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            texts.text_with("sign-in-refused", &[("minutes", &wait_minutes)]),
        ),
        SignInOutcome::Flood => again(visit, StatusCode::TOO_MANY_REQUESTS, texts.text("sign-in-flood")),
        SignInOutcome::TooManyCodes { until } => {
            let text = texts.text_with("sign-in-too-many-codes", &[("until", &moment::from(until))]);
            again(visit, StatusCode::TOO_MANY_REQUESTS, text)
        }
        SignInOutcome::NotActivated(ticket) => Ok(not_activated::show(visit, &ticket)),
        SignInOutcome::Disabled => Ok(account_stopped::show(visit, false)),
        SignInOutcome::Closed => Ok(account_stopped::show(visit, true)),
    }
}
