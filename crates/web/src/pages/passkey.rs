//! Passkeys at sign-in: alone, from the button of the sign-in page, or as the second step. The page's script asks the
//! browser; what comes back is a form like any other.

use super::layout::Layout;
use super::notice::{self, Notice};
use super::second_step::{self, OtherWay, other_ways};
use super::sign_in::{self, SignInPage};
use super::{code, moment};
use crate::edge::{CsrfForm, Fields, FormFields, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, ChallengeView, Given, PasskeyOutcome, SecondStepOutcome};
use portal_id_core::credential::Factor;
use portal_id_core::ids::ChallengeId;
use portal_id_core::passkey::{Assertion, PasskeyAsk, PasskeyFault};
use portal_id_federation::Federation;
use std::sync::Arc;

/// What a page's form asks the browser for.
pub(crate) struct PasskeyForm {
    pub(super) challenge: String,
    pub(super) rp: String,
    /// The credential ids that will do, divided by blanks.
    pub(super) keys: String,
}

impl From<PasskeyAsk> for PasskeyForm {
    fn from(ask: PasskeyAsk) -> Self {
        Self { challenge: ask.challenge, rp: ask.rp_id, keys: ask.allowed.join(" ") }
    }
}

/// The second step by a passkey.
#[derive(Template)]
#[template(path = "pages/passkey.html")]
pub(crate) struct PasskeyPage {
    pub(super) layout: Layout,
    pub(super) problem: Option<String>,
    pub(super) action: String,
    pub(super) passkey: PasskeyForm,
    pub(super) others: Vec<OtherWay>,
}

/// What the script puts into the form.
pub(crate) struct PasskeyFields {
    credential_id: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
    user_handle: String,
}

impl FormFields for PasskeyFields {
    const FIELDS: &'static [&'static str] =
        &["credential_id", "client_data", "authenticator_data", "signature", "user_handle"];

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self {
            credential_id: get("credential_id"),
            client_data: get("client_data"),
            authenticator_data: get("authenticator_data"),
            signature: get("signature"),
            user_handle: get("user_handle"),
        }
    }
}

impl PasskeyFields {
    /// The browser's answer.
    pub(super) fn assertion(&self) -> Result<Assertion, PasskeyFault> {
        Assertion::read(
            &self.credential_id,
            &self.client_data,
            &self.authenticator_data,
            &self.signature,
            &self.user_handle,
        )
    }
}

/// `GET /sign-in/passkey?challenge=`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    show(visit, &accounts, StatusCode::OK, None).await
}

/// `POST /sign-in/passkey`, with `?challenge=` as the second step, without it alone.
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
    CsrfForm(fields): CsrfForm<PasskeyFields>,
) -> PageResult {
    let Some(challenge) = visit.query.find("challenge").map(ChallengeId::from_text) else {
        return alone(visit, &accounts, &federation, &fields).await;
    };
    let texts = Texts::of(visit.ctx.language);
    let Ok(assertion) = fields.assertion() else {
        return show(visit, &accounts, StatusCode::UNPROCESSABLE_ENTITY, Some(texts.text("passkey-refused"))).await;
    };
    let taken = accounts.take_second_step(&visit.ctx, &challenge, Given::Passkey(assertion), visit.here(false)).await?;
    let (visit, status, problem) = match second_step::settle(visit, taken) {
        Ok(answer) => return Ok(answer),
        Err((visit, SecondStepOutcome::Throttled { until })) => {
            let text = texts.text_with("code-throttled", &[("until", &moment::from(until))]);
            (visit, StatusCode::TOO_MANY_REQUESTS, text)
        }
        Err((visit, _)) => (visit, StatusCode::UNPROCESSABLE_ENTITY, texts.text("passkey-refused")),
    };
    show(*visit, &accounts, status, Some(problem)).await
}

/// Without a password: from the button of the sign-in page.
async fn alone(visit: Visit, accounts: &Accounts, federation: &Federation, fields: &PasskeyFields) -> PageResult {
    let outcome = match fields.assertion() {
        Ok(assertion) => accounts.sign_in_with_passkey(&visit.ctx, &assertion, visit.here(false)).await?,
        Err(_) => PasskeyOutcome::Refused,
    };
    let (status, key) = match outcome {
        PasskeyOutcome::SignedIn(new) => return Ok(visit.start_session(&new).resume()),
        PasskeyOutcome::Disabled => return Ok(notice::show(visit, Notice::DISABLED)),
        PasskeyOutcome::Closed => return Ok(notice::show(visit, Notice::CLOSED)),
        PasskeyOutcome::Refused => (StatusCode::UNPROCESSABLE_ENTITY, "passkey-unknown"),
        PasskeyOutcome::NotFresh => (StatusCode::UNPROCESSABLE_ENTITY, "passkey-not-fresh"),
        PasskeyOutcome::Flood => (StatusCode::TOO_MANY_REQUESTS, "sign-in-flood"),
    };
    let problem = Texts::of(visit.ctx.language).text(key);
    let visit = visit.showing_client();
    let page = SignInPage::new(visit.layout(sign_in::TITLE), String::new(), Some(problem))
        .with_passkey(accounts.ask_passkey(&visit.ctx))
        .with_ways(&visit, accounts, federation)
        .without_autofill();
    Ok(visit.page_with_passkey(status, page))
}

async fn show(visit: Visit, accounts: &Accounts, status: StatusCode, problem: Option<String>) -> PageResult {
    let id = ChallengeId::from_text(visit.query.get("challenge"));
    let ChallengeView::Open { factors, phone, .. } = accounts.view_challenge(&visit.ctx, &id).await? else {
        return Ok(code::over(visit));
    };
    let Some(ask) = accounts.ask_passkey_of_challenge(&visit.ctx, &id).await? else {
        return Ok(code::over(visit));
    };
    let layout = visit.layout("passkey-title");
    let page = PasskeyPage {
        problem,
        action: layout.to_with("/sign-in/passkey", &[("challenge", id.as_str())]),
        passkey: ask.into(),
        others: other_ways(&layout, &id, (factors, phone.is_some()), Factor::Passkey),
        layout,
    };
    Ok(visit.page_with_passkey(status, page))
}
