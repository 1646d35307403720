//! Correcting a phone number that never received a code: asking for the mailed link, and the page behind it (decisions 5).

use super::layout::Layout;
use super::notice::{self, Notice};
use super::problems::{self, Problems};
use super::{code, moment, registered};
use crate::edge::{CsrfForm, Fields, FormFields, PageError, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, AskCorrectionOutcome, CorrectPhoneOutcome, Field, PhoneCorrectionView};
use portal_id_core::ids::ChallengeId;
use std::sync::Arc;

/// The form behind the link.
#[derive(Template)]
#[template(path = "pages/phone-correct.html")]
pub(crate) struct PhoneCorrectPage {
    pub(super) layout: Layout,
    pub(super) problems: Problems,
    pub(super) token: String,
    pub(super) username: String,
    pub(super) phone_now: String,
    pub(super) phone: String,
}

/// The number was corrected.
#[derive(Template)]
#[template(path = "pages/phone-corrected.html")]
pub(crate) struct PhoneCorrectedPage {
    pub(super) layout: Layout,
    pub(super) phone_moved: Option<String>,
}

/// What both pages send.
pub(crate) struct CorrectionFields {
    action: String,
    challenge: String,
    token: String,
    phone: String,
    password: String,
}

impl FormFields for CorrectionFields {
    const FIELDS: &'static [&'static str] = &["action", "challenge", "token", "phone", "password"];

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self {
            action: get("action"),
            challenge: get("challenge"),
            token: get("token"),
            phone: get("phone"),
            password: get("password"),
        }
    }
}

/// `GET /sign-in/phone?token=`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    let token = visit.query.get("token").to_owned();
    show(visit, &accounts, token, String::new(), Problems::default()).await
}

/// `POST /sign-in/phone`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<CorrectionFields>,
) -> PageResult {
    match fields.action.as_str() {
        "ask" => ask(visit, &accounts, &ChallengeId::from_text(fields.challenge)).await,
        "correct" => correct(visit, &accounts, fields).await,
        _ => Err(PageError::Malformed("unknown-action")),
    }
}

async fn ask(visit: Visit, accounts: &Accounts, challenge: &ChallengeId) -> PageResult {
    match accounts.ask_phone_correction(&visit.ctx, challenge).await? {
        AskCorrectionOutcome::Sent { minutes } => {
            Ok(notice::show_with(visit, Notice::PHONE_ASKED, &[("minutes", &minutes)]))
        }
        AskCorrectionOutcome::NotPossible => Ok(notice::show(visit, Notice::PHONE_NOT_POSSIBLE)),
        AskCorrectionOutcome::SlowDown { until } => {
            Ok(notice::show_with(visit, Notice::PHONE_SLOW, &[("until", &moment::from(until))]))
        }
        AskCorrectionOutcome::Over => Ok(code::over(visit)),
    }
}

async fn correct(visit: Visit, accounts: &Accounts, fields: CorrectionFields) -> PageResult {
    let texts = Texts::of(visit.ctx.language);
    let problems = match accounts.correct_phone(&visit.ctx, &fields.token, &fields.password, &fields.phone).await? {
        CorrectPhoneOutcome::Corrected { phone } => {
            let phone_moved = registered::phone_moved(texts, &phone);
            let page = PhoneCorrectedPage { layout: visit.layout("phone-corrected-title"), phone_moved };
            return Ok(visit.page(StatusCode::OK, page));
        }
        CorrectPhoneOutcome::Over => return Ok(notice::show(visit, Notice::PHONE_LINK_OVER)),
        CorrectPhoneOutcome::Refused(errors) => Problems::told(texts, &errors, &[Field::Phone, Field::Password]),
        CorrectPhoneOutcome::WrongPassword => {
            Problems::one(Field::Password, problems::refused(texts, "phone-correct-refused"))
        }
    };
    show(visit, accounts, fields.token, fields.phone, problems).await
}

async fn show(visit: Visit, accounts: &Accounts, token: String, phone: String, problems: Problems) -> PageResult {
    match accounts.view_phone_correction(&visit.ctx, &token).await? {
        PhoneCorrectionView::Ready { username, phone: phone_now } => {
            let status = if problems.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let page = PhoneCorrectPage {
                layout: visit.layout("phone-correct-title"),
                problems,
                token,
                username,
                phone_now,
                phone,
            };
            Ok(visit.page(status, page))
        }
        PhoneCorrectionView::Over => Ok(notice::show(visit, Notice::PHONE_LINK_OVER)),
    }
}
