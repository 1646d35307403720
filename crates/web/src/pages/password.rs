//! Another password: for whoever is signed in, and as the step that a distrusted password leads to.

use super::code;
use super::first_password;
use super::layout::Layout;
use super::notice::{self, Notice};
use super::problems::{self, Problems};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{
    Accounts, ChangePasswordOutcome, Field, NewPasswordOutcome, NewPasswordTicket, NewPasswordView, PasswordForm,
};
use std::sync::Arc;

/// The form of both pages.
#[derive(Template)]
#[template(path = "pages/password.html")]
pub(crate) struct PasswordPage {
    pub(super) layout: Layout,
    pub(super) problems: Problems,
    pub(super) username: String,
    /// Whether the current password is asked.
    pub(super) needs_current: bool,
    /// Whether this is the step of a distrusted password.
    pub(super) step: bool,
    pub(super) action: String,
}

/// The order of the form's fields.
const ORDER: [Field; 3] = [Field::CurrentPassword, Field::Password, Field::PasswordConfirmation];

/// What the form sends.
pub(crate) struct PasswordFields(PasswordForm);

impl FormFields for PasswordFields {
    const FIELDS: &'static [&'static str] = &["current_password", "password", "password_confirmation"];

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self(PasswordForm {
            current_password: get("current_password"),
            password: get("password"),
            password_confirmation: get("password_confirmation"),
        })
    }
}

/// `GET /account/password`
pub(crate) async fn get(visit: Visit) -> Response {
    change_form(visit, Problems::default())
}

/// `POST /account/password`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(PasswordFields(form)): CsrfForm<PasswordFields>,
) -> PageResult {
    let Some(who) = visit.who.clone() else { return Ok(visit.by_way_of("/sign-in", Next::Password)) };
    let texts = Texts::of(visit.ctx.language);
    let problems = match accounts.change_password(&visit.ctx, &who, &form, visit.known_devices()).await? {
        ChangePasswordOutcome::Changed(new) => {
            let visit = visit.start_session(&new);
            return Ok(notice::show(visit, Notice::PASSWORD_CHANGED));
        }
        ChangePasswordOutcome::Refused(errors) => Problems::told(texts, &errors, &ORDER),
        ChangePasswordOutcome::WrongPassword => wrong(texts),
        // Then one is set.
        ChangePasswordOutcome::NoPassword => Problems::default(),
    };
    Ok(change_form(visit, problems))
}

fn change_form(visit: Visit, problems: Problems) -> Response {
    let Some(who) = &visit.who else { return visit.by_way_of("/sign-in", Next::Password) };
    if who.account.wants_password() {
        let path = visit.path(first_password::PATH);
        return visit.to(path);
    }
    let layout = visit.layout("password-title");
    let page = PasswordPage {
        action: layout.to("/account/password"),
        layout,
        username: who.account.username.display().to_owned(),
        needs_current: true,
        step: false,
        problems,
    };
    visit.page(status(&page.problems), page)
}

/// Sends whoever proved everything but a trusted password to the step that sets another.
pub(super) fn step(visit: Visit, ticket: &NewPasswordTicket) -> Response {
    let path = visit.path("/sign-in/new-password").with("ticket", ticket.as_str());
    visit.to(path)
}

/// `GET /sign-in/new-password?ticket=`
pub(crate) async fn get_new(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    let ticket = ticket(&visit);
    new_form(visit, &accounts, &ticket, Problems::default()).await
}

/// `POST /sign-in/new-password?ticket=`
pub(crate) async fn post_new(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(PasswordFields(form)): CsrfForm<PasswordFields>,
) -> PageResult {
    let texts = Texts::of(visit.ctx.language);
    let ticket = ticket(&visit);
    let set = accounts.set_new_password(&visit.ctx, &ticket, &form, visit.here(false)).await?;
    let problems = match set {
        NewPasswordOutcome::SignedIn(new) => return Ok(visit.start_session(&new).resume()),
        NewPasswordOutcome::Saved => return Ok(notice::show(visit, Notice::NEW_PASSWORD_SAVED)),
        NewPasswordOutcome::Over => return Ok(code::over(visit)),
        NewPasswordOutcome::Refused(errors) => Problems::told(texts, &errors, &ORDER),
        NewPasswordOutcome::WrongPassword => wrong(texts),
    };
    new_form(visit, &accounts, &ticket, problems).await
}

async fn new_form(visit: Visit, accounts: &Accounts, ticket: &NewPasswordTicket, problems: Problems) -> PageResult {
    let NewPasswordView::Ready { username, needs_current } = accounts.view_new_password(&visit.ctx, ticket).await?
    else {
        return Ok(code::over(visit));
    };
    let layout = visit.layout("new-password-title");
    let page = PasswordPage {
        action: layout.to_with("/sign-in/new-password", &[("ticket", ticket.as_str())]),
        layout,
        username,
        needs_current,
        step: true,
        problems,
    };
    Ok(visit.page(status(&page.problems), page))
}

fn ticket(visit: &Visit) -> NewPasswordTicket {
    NewPasswordTicket::from_text(visit.query.get("ticket"))
}

fn wrong(texts: Texts) -> Problems {
    Problems::one(Field::CurrentPassword, problems::refused(texts, "password-wrong"))
}

fn status(problems: &Problems) -> StatusCode {
    if problems.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}
