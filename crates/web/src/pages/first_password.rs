//! The first password of an account that another provider's word made, and the name to sign in with.

use super::layout::Layout;
use super::notice::{self, Notice};
use super::problems::Problems;
use super::{confirm, moment};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, Confirmed, Field, FirstPasswordForm, FirstPasswordOutcome};
use portal_id_core::profile::AccountClass;
use std::sync::Arc;

/// Its address.
pub(super) const PATH: &str = "/account/password/first";

/// The form.
#[derive(Template)]
#[template(path = "pages/first-password.html")]
pub(crate) struct FirstPasswordPage {
    pub(crate) layout: Layout,
    pub(crate) problems: Problems,
    /// Why nothing can be set now.
    pub(crate) news: Option<String>,
    /// The name that was chosen before, if one was.
    pub(crate) named: Option<String>,
    /// What was typed as the name.
    pub(crate) username: String,
    /// The key of the hint at the name.
    pub(crate) username_hint: &'static str,
    /// Whether the password will open nothing until there is a phone.
    pub(crate) needs_phone: bool,
    pub(crate) action: String,
}

/// The order of the form's fields.
const ORDER: [Field; 3] = [Field::Username, Field::Password, Field::PasswordConfirmation];

/// What the form sends.
pub(crate) struct FirstPasswordFields(FirstPasswordForm);

impl FormFields for FirstPasswordFields {
    const FIELDS: &'static [&'static str] = &["username", "password", "password_confirmation"];

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self(FirstPasswordForm {
            username: get("username"),
            password: get("password"),
            password_confirmation: get("password_confirmation"),
        })
    }
}

/// `GET /account/password/first`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::Password) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    if !owner.account().wants_password() {
        return Ok(to_change(visit));
    }
    show(visit, &accounts, &owner, Remark::default()).await
}

/// `POST /account/password/first`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(FirstPasswordFields(form)): CsrfForm<FirstPasswordFields>,
) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::Password) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let texts = Texts::of(visit.ctx.language);
    let (status, problems, news) = match accounts.set_first_password(&visit.ctx, &owner, &form).await? {
        FirstPasswordOutcome::Set => return set(visit, &accounts, &owner).await,
        FirstPasswordOutcome::HasOne => return Ok(to_change(visit)),
        FirstPasswordOutcome::Over => return Ok(visit.by_way_of("/sign-in", Next::Password)),
        FirstPasswordOutcome::Refused(errors) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Problems::told(texts, &errors, &ORDER), None)
        }
        FirstPasswordOutcome::SlowDown { until } => {
            let news = texts.text_with("first-password-slow", &[("until", &moment::from(until))]);
            (StatusCode::TOO_MANY_REQUESTS, Problems::default(), Some(news))
        }
    };
    show(visit, &accounts, &owner, Remark { status, username: form.username, problems, news }).await
}

/// Says what the new password is good for: nothing, until there is a second step to take after it.
async fn set(mut visit: Visit, accounts: &Accounts, owner: &Confirmed) -> PageResult {
    if accounts.has_second_step(&visit.ctx, owner.account()).await? {
        return Ok(notice::show(visit, Notice::PASSWORD_SET));
    }
    visit.next.get_or_insert(Next::Account);
    Ok(notice::show(visit, Notice::PASSWORD_SET_PHONE))
}

fn to_change(visit: Visit) -> Response {
    let path = visit.path(Next::Password.path());
    visit.to(path)
}

/// What the form says back.
#[derive(Default)]
struct Remark {
    status: StatusCode,
    username: String,
    problems: Problems,
    news: Option<String>,
}

async fn show(visit: Visit, accounts: &Accounts, owner: &Confirmed, remark: Remark) -> PageResult {
    let account = owner.account();
    let needs_phone = !accounts.has_second_step(&visit.ctx, account).await?;
    let Remark { status, username, problems, news } = remark;
    let layout = visit.layout("first-password-title");
    let page = FirstPasswordPage {
        problems,
        news,
        named: account.username.is_chosen().then(|| account.username.display().to_owned()),
        username,
        username_hint: match account.class {
            AccountClass::Citizen => "hint-username",
            AccountClass::Business | AccountClass::Organisation => "hint-username-business",
        },
        needs_phone,
        action: layout.to(PATH),
        layout,
    };
    Ok(visit.page(status, page))
}
