//! The second step of signing in by other means than a code by SMS: an authenticator, a recovery code; and the links
//! between all of them.

use super::code::{self, Remark};
use super::layout::Layout;
use super::password;
use super::problems::Problems;
use crate::edge::{CsrfForm, Fields, FormFields, LocalPath, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use portal_id_core::accounts::{Accounts, ChallengeView, Given, SecondStepOutcome};
use portal_id_core::credential::{Factor, Factors};
use portal_id_core::ids::ChallengeId;
use std::sync::Arc;

/// The page that asks for a code of an authenticator or of the printed list.
#[derive(Template)]
#[template(path = "pages/second-step.html")]
pub(crate) struct SecondStepPage {
    pub(super) layout: Layout,
    pub(super) problems: Problems,
    /// Whether it asks for a code of the printed list.
    pub(super) recovery: bool,
    pub(super) action: String,
    /// Days for which the browser can be remembered, if it can.
    pub(super) remember_days: Option<i64>,
    pub(super) others: Vec<OtherWay>,
}

/// Another way to take the second step.
pub(crate) struct OtherWay {
    /// The link's id.
    pub(super) id: &'static str,
    /// The address.
    pub(super) href: String,
    /// The key of its words.
    pub(super) label: &'static str,
}

/// What the page sends.
pub(crate) struct SecondStepFields {
    code: String,
    remember: bool,
}

impl FormFields for SecondStepFields {
    const FIELDS: &'static [&'static str] = &["code", "remember", "action"];

    fn from_fields(fields: &Fields) -> Self {
        Self { code: fields.get("code").to_owned(), remember: fields.get("remember") == "yes" }
    }
}

/// Where a factor is asked for.
const fn path_of(factor: Factor) -> &'static str {
    match factor {
        Factor::Sms => "/sign-in/code",
        Factor::Authenticator => "/sign-in/app",
        Factor::Passkey => "/sign-in/passkey",
        Factor::RecoveryCode => "/sign-in/recovery",
    }
}

/// The page of a factor for a challenge.
pub(super) fn page_of(visit: &Visit, factor: Factor, challenge: &ChallengeId) -> LocalPath {
    visit.path(path_of(factor)).with("challenge", challenge.as_str())
}

/// The other ways that the person has.
pub(super) fn other_ways(
    layout: &Layout,
    challenge: &ChallengeId,
    (has, has_phone): (Factors, bool),
    here: Factor,
) -> Vec<OtherWay> {
    let all = [
        (Factor::Authenticator, has.authenticators > 0, "by-app", "second-step-by-app"),
        (Factor::Passkey, has.passkeys > 0, "by-passkey", "second-step-by-passkey"),
        (Factor::Sms, has_phone, "by-sms", "second-step-by-sms"),
        (Factor::RecoveryCode, has.recovery_codes > 0, "by-recovery-code", "second-step-by-recovery-code"),
    ];
    let others = all.into_iter().filter(|(factor, has, ..)| *has && *factor != here);
    others
        .map(|(factor, _, id, label)| OtherWay {
            id,
            href: layout.to_with(path_of(factor), &[("challenge", challenge.as_str())]),
            label,
        })
        .collect()
}

/// `GET /sign-in/app?challenge=`
pub(crate) async fn get_app(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    show(visit, &accounts, Factor::Authenticator, Remark::none()).await
}

/// `POST /sign-in/app?challenge=`
pub(crate) async fn post_app(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<SecondStepFields>,
) -> PageResult {
    take(visit, &accounts, Factor::Authenticator, fields).await
}

/// `GET /sign-in/recovery?challenge=`
pub(crate) async fn get_recovery(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    show(visit, &accounts, Factor::RecoveryCode, Remark::none()).await
}

/// `POST /sign-in/recovery?challenge=`
pub(crate) async fn post_recovery(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<SecondStepFields>,
) -> PageResult {
    take(visit, &accounts, Factor::RecoveryCode, fields).await
}

async fn take(visit: Visit, accounts: &Accounts, factor: Factor, fields: SecondStepFields) -> PageResult {
    let id = code::challenge(&visit);
    let typed = fields.code.clone();
    let given =
        if factor == Factor::RecoveryCode { Given::RecoveryCode(typed) } else { Given::AuthenticatorCode(typed) };
    let taken = accounts.take_second_step(&visit.ctx, &id, given, visit.here(fields.remember)).await?;
    let malformed = if factor == Factor::RecoveryCode { "recovery-code-malformed" } else { "app-code-malformed" };
    match settle(visit, taken) {
        Ok(answer) => Ok(answer),
        Err((visit, open)) => {
            let remark = code::remark_of(&visit, &open, &fields.code, Some(malformed));
            show(*visit, accounts, factor, remark).await
        }
    }
}

/// What follows a second step that ends the sign-in, well or not; the outcome again where the person may try on.
pub(super) fn settle(visit: Visit, outcome: SecondStepOutcome) -> Result<Response, (Box<Visit>, SecondStepOutcome)> {
    match outcome {
        SecondStepOutcome::SignedIn(new) => Ok(visit.start_session(&new).resume()),
        SecondStepOutcome::NewPasswordNeeded(ticket) => Ok(password::step(visit, &ticket)),
        SecondStepOutcome::Over | SecondStepOutcome::Wrong { tries_left: 0 } => Ok(code::over(visit)),
        open => Err((Box::new(visit), open)),
    }
}

async fn show(visit: Visit, accounts: &Accounts, factor: Factor, remark: Remark) -> PageResult {
    let id = code::challenge(&visit);
    let ChallengeView::Open { factors, phone, .. } = accounts.view_challenge(&visit.ctx, &id).await? else {
        return Ok(code::over(visit));
    };
    let recovery = factor == Factor::RecoveryCode;
    let layout = visit.layout(if recovery { "recovery-code-title" } else { "app-code-title" });
    let page = SecondStepPage {
        problems: remark.problems,
        recovery,
        action: layout.to_with(path_of(factor), &[("challenge", id.as_str())]),
        remember_days: remember_days(accounts, &visit),
        others: other_ways(&layout, &id, (factors, phone.is_some()), factor),
        layout,
    };
    Ok(visit.page(remark.status, page))
}

/// For how long the browser can be remembered; not at all on the way to something that asks for two factors each time.
pub(super) fn remember_days(accounts: &Accounts, visit: &Visit) -> Option<i64> {
    let days = accounts.settings().factors.remembered_device_days;
    (days > 0 && !visit.here(false).two_factors).then_some(days)
}
