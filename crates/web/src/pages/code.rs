//! The second step of signing in: the code by SMS.

use super::layout::Layout;
use super::moment;
use super::notice::{self, Notice};
use super::problems::{self, Problems};
use super::second_step::{OtherWay, other_ways, remember_days, settle};
use crate::edge::{CsrfForm, Fields, FormFields, PageError, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, ChallengeView, Field, Given, ResendCodeOutcome, SecondStepOutcome, Sending};
use portal_id_core::credential::Factor;
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
    /// Whether a code was sent. None is before the person asks for one, if they have something better.
    pub(super) code_sent: bool,
    /// Where the code was sent, and how long it works; or where it would be sent.
    pub(super) sent: String,
    pub(super) action: String,
    pub(super) challenge: String,
    pub(super) can_correct_phone: bool,
    /// Days for which the browser can be remembered, if it can.
    pub(super) remember_days: Option<i64>,
    pub(super) others: Vec<OtherWay>,
}

/// What the page sends.
pub(crate) struct CodeFields {
    code: String,
    action: String,
    remember: bool,
}

impl FormFields for CodeFields {
    const FIELDS: &'static [&'static str] = &["code", "action", "remember"];

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self { code: get("code"), action: get("action"), remember: fields.get("remember") == "yes" }
    }
}

/// What the page says besides its form.
pub(super) struct Remark {
    pub(super) status: StatusCode,
    pub(super) problems: Problems,
    pub(super) news: Option<String>,
}

impl Remark {
    pub(super) fn none() -> Self {
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
    match fields.action.as_str() {
        // A form sent without its button means its main one.
        "verify" | "" => {}
        "resend" => return resend(visit, &accounts).await,
        _ => return Err(PageError::Malformed("unknown-action")),
    }
    let given = Given::SmsCode(fields.code.clone());
    let here = visit.here(fields.remember);
    let taken = accounts.take_second_step(&visit.ctx, &challenge(&visit), given, here).await?;
    match settle(visit, taken) {
        Ok(answer) => Ok(answer),
        Err((visit, open)) => {
            let remark = remark_of(&visit, &open, &fields.code, None);
            show(*visit, &accounts, remark).await
        }
    }
}

/// What to say about a code that did not do. `malformed`: the key for one of another form than its page asks for.
pub(super) fn remark_of(visit: &Visit, outcome: &SecondStepOutcome, typed: &str, malformed: Option<&str>) -> Remark {
    let texts = Texts::of(visit.ctx.language);
    let mend = StatusCode::UNPROCESSABLE_ENTITY;
    match outcome {
        SecondStepOutcome::Malformed if typed.trim().is_empty() => {
            Remark::problem(mend, problems::text_of(texts, Field::Code, FieldError::Missing.key()))
        }
        SecondStepOutcome::Malformed => {
            let general = || problems::text_of(texts, Field::Code, FieldError::Malformed.key());
            Remark::problem(mend, malformed.map_or_else(general, |key| texts.text(key)))
        }
        SecondStepOutcome::Wrong { tries_left } => {
            Remark::problem(mend, texts.text_with("code-wrong", &[("tries", tries_left)]))
        }
        SecondStepOutcome::Expired => Remark::problem(mend, texts.text("code-expired")),
        SecondStepOutcome::Throttled { until } => {
            let text = texts.text_with("code-throttled", &[("until", &moment::from(*until))]);
            Remark::problem(StatusCode::TOO_MANY_REQUESTS, text)
        }
        SecondStepOutcome::SignedIn(_) | SecondStepOutcome::NewPasswordNeeded(_) | SecondStepOutcome::Over => {
            Remark::none()
        }
    }
}

async fn resend(visit: Visit, accounts: &Accounts) -> PageResult {
    let outcome = accounts.resend_code(&visit.ctx, &challenge(&visit)).await?;
    match resent(&visit, &outcome) {
        Some(remark) => show(visit, accounts, remark).await,
        None => Ok(over(visit)),
    }
}

/// What to say of another code; `None` when its challenge is over.
pub(super) fn resent(visit: &Visit, outcome: &ResendCodeOutcome) -> Option<Remark> {
    let texts = Texts::of(visit.ctx.language);
    let slow = StatusCode::TOO_MANY_REQUESTS;
    match outcome {
        ResendCodeOutcome::Sent => Some(Remark::news(StatusCode::OK, texts.text("code-sent-again"))),
        ResendCodeOutcome::Wait { until } => {
            // A second that has begun is not over yet.
            let seconds = until.since(visit.ctx.now).as_seconds() + 1;
            Some(Remark::news(slow, texts.text_with("code-wait", &[("seconds", &seconds)])))
        }
        ResendCodeOutcome::TooMany { until } => {
            Some(Remark::news(slow, texts.text_with("code-too-many-sent", &[("until", &moment::from(*until))])))
        }
        ResendCodeOutcome::Over => None,
    }
}

async fn show(visit: Visit, accounts: &Accounts, remark: Remark) -> PageResult {
    let id = challenge(&visit);
    let ChallengeView::Open { phone, phone_can_be_corrected, sending, code_sent, factors } =
        accounts.view_challenge(&visit.ctx, &id).await?
    else {
        return Ok(over(visit));
    };
    // Without a phone there is nothing to ask for here.
    let Some(phone) = phone else { return Ok(over(visit)) };
    let layout = visit.layout("code-title");
    let others = other_ways(&layout, &id, (factors, true), Factor::Sms);
    let trouble = sending_trouble(sending, !others.is_empty());
    let news = remark.news.or_else(|| Some(layout.texts.text_with(trouble?, &[("desk", &layout.desk)])));
    let minutes = accounts.settings().codes.lifetime_minutes;
    let sent = if code_sent {
        layout.texts.text_with("code-sent", &[("phone", &phone), ("minutes", &minutes)])
    } else {
        layout.texts.text_with("code-not-sent", &[("phone", &phone)])
    };
    let page = CodePage {
        code_sent,
        sent,
        action: layout.to_with("/sign-in/code", &[("challenge", id.as_str())]),
        layout,
        problems: remark.problems,
        news,
        challenge: id.as_str().to_owned(),
        can_correct_phone: phone_can_be_corrected,
        remember_days: remember_days(accounts, &visit),
        others,
    };
    Ok(visit.page(remark.status, page))
}

/// The key of what to say about a message that does not arrive. `others`: whether there is another way to take this step.
pub(super) fn sending_trouble(sending: Sending, others: bool) -> Option<&'static str> {
    match (sending, others) {
        (Sending::Fine, _) => None,
        (Sending::StillTrying, false) => Some("code-gateway-fails"),
        (Sending::StillTrying, true) => Some("code-gateway-fails-others"),
        (Sending::GivenUp, false) => Some("code-given-up"),
        (Sending::GivenUp, true) => Some("code-given-up-others"),
        (Sending::NotDelivered, false) => Some("code-not-delivered"),
        (Sending::NotDelivered, true) => Some("code-not-delivered-others"),
    }
}

/// Shows that the sign-in is over.
pub(super) fn over(visit: Visit) -> Response {
    notice::show(visit, Notice::CODE_OVER)
}

pub(super) fn challenge(visit: &Visit) -> ChallengeId {
    ChallengeId::from_text(visit.query.get("challenge"))
}
