//! The second step of signing in: the code by SMS.

use super::layout::Layout;
use super::moment;
use super::problems::{self, Problems};
use crate::edge::{CsrfForm, Fields, FormFields, PageError, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, ChallengeView, CodeOutcome, Field, ResendCodeOutcome};
use portal_id_core::facts::FieldError;
use portal_id_core::ids::ChallengeId;
use std::sync::Arc;

/// The page that asks for the code.
#[derive(Template)]
#[template(path = "pages/code.html")]
pub(crate) struct CodePage {
    pub(super) layout: Layout,
    pub(super) problems: Problems,
    /// What came of asking for another code.
    pub(super) news: Option<String>,
    /// Where the code was sent, and how long it works.
    pub(super) sent: String,
    pub(super) action: String,
    pub(super) challenge: String,
    pub(super) can_correct_phone: bool,
}

/// The sign-in is over: begin again.
#[derive(Template)]
#[template(path = "pages/code-over.html")]
pub(crate) struct CodeOverPage {
    pub(super) layout: Layout,
}

/// What the page sends.
pub(crate) struct CodeFields {
    code: String,
    action: String,
}

impl FormFields for CodeFields {
    const FIELDS: &'static [&'static str] = &["code", "action"];

    fn from_fields(fields: &Fields) -> Self {
        Self { code: fields.get("code").to_owned(), action: fields.get("action").to_owned() }
    }
}

/// What the page says besides its form.
struct Remark {
    status: StatusCode,
    problems: Problems,
    news: Option<String>,
}

impl Remark {
    fn none() -> Self {
        Self { status: StatusCode::OK, problems: Problems::default(), news: None }
    }

    fn problem(status: StatusCode, text: String) -> Self {
        Self { status, problems: Problems::one(Field::Code, text), news: None }
    }

    fn news(status: StatusCode, text: String) -> Self {
        Self { status, problems: Problems::default(), news: Some(text) }
    }
}

/// `GET /sign-in/code?challenge=`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    show(visit, &accounts, Remark::none()).await
}

/// `POST /sign-in/code?challenge=`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<CodeFields>,
) -> PageResult {
    let texts = Texts::of(visit.ctx.language);
    let (mend, slow) = (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS);
    match fields.action.as_str() {
        // A form sent without its button means its main one.
        "verify" | "" => {}
        "resend" => return resend(visit, &accounts).await,
        _ => return Err(PageError::Malformed("unknown-action")),
    }
    let previous = visit.who.as_ref().map(|who| &who.session);
    let remark = match accounts
        .give_code(&visit.ctx, &challenge(&visit), &fields.code, visit.known_devices(), previous)
        .await?
    {
        CodeOutcome::SignedIn(new) => return Ok(visit.start_session(&new).resume()),
        CodeOutcome::NewPasswordNeeded(ticket) => {
            let path = visit.path("/sign-in/new-password").with("ticket", ticket.as_str());
            return Ok(visit.to(path));
        }
        CodeOutcome::Over | CodeOutcome::Wrong { tries_left: 0 } => return Ok(over(visit)),
        CodeOutcome::Malformed => {
            let reason = if fields.code.trim().is_empty() { FieldError::Missing } else { FieldError::Malformed };
            Remark::problem(mend, problems::text_of(texts, Field::Code, reason.key()))
        }
        CodeOutcome::Wrong { tries_left } => {
            Remark::problem(mend, texts.text_with("code-wrong", &[("tries", &tries_left)]))
        }
        CodeOutcome::Expired => Remark::problem(mend, texts.text("code-expired")),
        CodeOutcome::Throttled { until } => {
            Remark::problem(slow, texts.text_with("code-throttled", &[("until", &moment::from(until))]))
        }
    };
    show(visit, &accounts, remark).await
}

async fn resend(visit: Visit, accounts: &Accounts) -> PageResult {
    let texts = Texts::of(visit.ctx.language);
    let slow = StatusCode::TOO_MANY_REQUESTS;
    let remark = match accounts.resend_code(&visit.ctx, &challenge(&visit)).await? {
        ResendCodeOutcome::Sent => Remark::news(StatusCode::OK, texts.text("code-sent-again")),
        ResendCodeOutcome::Wait { until } => {
            // A second that has begun is not over yet.
            let seconds = until.since(visit.ctx.now).as_seconds() + 1;
            Remark::news(slow, texts.text_with("code-wait", &[("seconds", &seconds)]))
        }
        ResendCodeOutcome::TooMany { until } => {
            Remark::news(slow, texts.text_with("code-too-many-sent", &[("until", &moment::from(until))]))
        }
        ResendCodeOutcome::Over => return Ok(over(visit)),
    };
    show(visit, accounts, remark).await
}

async fn show(visit: Visit, accounts: &Accounts, remark: Remark) -> PageResult {
    let id = challenge(&visit);
    let ChallengeView::Open { phone, phone_can_be_corrected, sending_fails } =
        accounts.view_challenge(&visit.ctx, &id).await?
    else {
        return Ok(over(visit));
    };
    let layout = visit.layout("code-title");
    let failing = || layout.texts.text_with("code-gateway-fails", &[("desk", &layout.desk)]);
    let news = remark.news.or_else(|| sending_fails.then(failing));
    let minutes = accounts.settings().codes.lifetime_minutes;
    let page = CodePage {
        sent: layout.texts.text_with("code-sent", &[("phone", &phone), ("minutes", &minutes)]),
        action: layout.to_with("/sign-in/code", &[("challenge", id.as_str())]),
        layout,
        problems: remark.problems,
        news,
        challenge: id.as_str().to_owned(),
        can_correct_phone: phone_can_be_corrected,
    };
    Ok(visit.page(remark.status, page))
}

/// Shows that the sign-in is over.
pub(super) fn over(visit: Visit) -> Response {
    let page = CodeOverPage { layout: visit.layout("code-over-title") };
    visit.page(StatusCode::GONE, page)
}

fn challenge(visit: &Visit) -> ChallengeId {
    ChallengeId::from_text(visit.query.get("challenge"))
}
