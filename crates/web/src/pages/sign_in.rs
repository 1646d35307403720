//! The first step of signing in: name and password. One answer for every reason to refuse (decisions 9).

use super::layout::Layout;
use super::new_here::NewHere;
use super::notice::{self, Notice};
use super::passkey::PasskeyForm;
use super::problems::{self, Problems};
use super::upstream::{DENIED, Way};
use super::{moment, not_activated, second_step};
use crate::edge::flow::OpenFlow;
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, Credentials, SignInOutcome};
use portal_id_core::acr::LOCAL;
use portal_id_core::credential::Factor;
use portal_id_core::passkey::PasskeyAsk;
use portal_id_federation::Federation;
use std::sync::Arc;

/// The key of the page's title.
pub(super) const TITLE: &str = "sign-in-title";

/// The sign-in page.
#[derive(Template)]
#[template(path = "pages/sign-in.html")]
pub(crate) struct SignInPage {
    pub(super) layout: Layout,
    /// One text for the whole form: no field is blamed.
    pub(super) problem: Option<String>,
    pub(super) unproblematic: Problems,
    pub(super) username: String,
    /// What the button for passkeys asks the browser for: the same for everybody (security.md row 15).
    pub(super) passkey: Option<PasskeyForm>,
    /// Whether the browser may offer passkeys beside its stored names, at the field for the name.
    pub(super) autofill: bool,
    /// The providers that vouch for people, but that of `for_level`.
    pub(super) ways: Vec<Way>,
    /// How somebody without an account comes to one.
    pub(super) new_here: NewHere,
    /// The provider that reaches the level which the service asks for, where nothing here does. Its button stands at the top.
    pub(super) for_level: Option<Way>,
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
        let unproblematic = Problems::default();
        let new_here = NewHere::Register;
        Self {
            layout,
            problem,
            unproblematic,
            username,
            passkey: None,
            autofill: true,
            ways: Vec::new(),
            new_here,
            for_level: None,
        }
    }

    /// The page with the ways to other providers, and to an account.
    pub(super) fn with_ways(self, visit: &Visit, accounts: &Accounts, federation: &Federation) -> Self {
        let texts = self.layout.texts;
        let mut ways = Way::all(texts, federation);
        let new_here = NewHere::of(accounts, &visit.ctx, &ways);
        let level = visit.flow.as_ref().and_then(|open| open.requirement().level);
        // Nobody is vouched for here: whoever signs in by password goes there afterwards all the same.
        let reaching = level.filter(|(ial, _)| *ial > LOCAL.0).map(|(ial, aal)| federation.reaching(ial, aal));
        let for_level = reaching.and_then(|offers| offers.first().map(|offer| Way::of(texts, offer)));
        ways.retain(|way| Some(way) != for_level.as_ref());
        Self { ways, new_here, for_level, ..self }
    }

    /// The page with the button for passkeys.
    pub(super) fn with_passkey(self, ask: Option<PasskeyAsk>) -> Self {
        Self { passkey: ask.map(PasskeyForm::from), ..self }
    }

    /// What the browser may fill the name with (HTML, WebAuthn §5.1.4: `webauthn` for conditional mediation).
    fn name_autocomplete(&self) -> &'static str {
        if self.passkey.is_some() && self.autofill { "username webauthn" } else { "username" }
    }

    /// The page after a passkey was refused: a browser that answers by itself would answer the same again.
    pub(super) fn without_autofill(self) -> Self {
        Self { autofill: false, ..self }
    }
}

/// `GET /sign-in`
pub(crate) async fn get(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
) -> Response {
    let denied = visit.query.get("said") == DENIED;
    // Whoever is to prove an account by signing in to it signs in, whoever they are already; and whoever said no at another
    // provider is told so.
    if visit.who.is_some() && visit.flow.is_none() && visit.next != Some(Next::Arrival) && !denied {
        return visit.resume();
    }
    let visit = visit.showing_client();
    let expected = visit.flow.as_ref().and_then(|open| open.flow.params.get("login_hint")).unwrap_or_default();
    let off = visit.flow.as_ref().is_some_and(OpenFlow::named_a_way_that_is_off);
    let said = if denied { Some("upstream-denied") } else { off.then_some("way-is-off") };
    let problem = said.map(|key| Texts::of(visit.ctx.language).text(key));
    let page = SignInPage::new(visit.layout(TITLE), expected.to_owned(), problem)
        .with_passkey(accounts.ask_passkey(&visit.ctx))
        .with_ways(&visit, &accounts, &federation);
    visit.page_with_passkey(StatusCode::OK, page)
}

/// `POST /sign-in`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
    CsrfForm(fields): CsrfForm<SignInFields>,
) -> PageResult {
    let credentials = Credentials { name: fields.username.clone(), password: fields.password };
    let outcome = accounts.sign_in_here(&visit.ctx, credentials, visit.here(false)).await?;
    Ok(match go_on(visit, outcome) {
        Ok(response) => response,
        Err((visit, status, problem)) => {
            let visit = visit.showing_client();
            let page = SignInPage::new(visit.layout(TITLE), fields.username, Some(problem))
                .with_passkey(accounts.ask_passkey(&visit.ctx))
                .with_ways(&visit, &accounts, &federation);
            visit.page_with_passkey(status, page)
        }
    })
}

/// What follows the first step: a page of its own, or a problem to tell on the page that asked for the password.
pub(super) fn go_on(visit: Visit, outcome: SignInOutcome) -> Result<Response, (Box<Visit>, StatusCode, String)> {
    let texts = Texts::of(visit.ctx.language);
    let (status, problem) = match outcome {
        SignInOutcome::CodeSent(challenge) => {
            let page = second_step::page_of(&visit, Factor::Sms, &challenge);
            return Ok(visit.to(page));
        }
        SignInOutcome::SecondStep { challenge, factor } => {
            let page = second_step::page_of(&visit, factor, &challenge);
            return Ok(visit.to(page));
        }
        SignInOutcome::SignedIn(new) => return Ok(visit.start_session(&new).resume()),
        SignInOutcome::NotActivated(ticket) => return Ok(not_activated::show(visit, &ticket)),
        SignInOutcome::Disabled => return Ok(notice::show(visit, Notice::DISABLED)),
        SignInOutcome::Closed => return Ok(notice::show(visit, Notice::CLOSED)),
        SignInOutcome::Refused => (StatusCode::UNPROCESSABLE_ENTITY, problems::refused(texts, "sign-in-refused")),
        SignInOutcome::NoSecondStep => {
            let desk = visit.layout(TITLE).desk;
            (StatusCode::UNPROCESSABLE_ENTITY, texts.text_with("sign-in-no-second-step", &[("desk", &desk)]))
        }
        SignInOutcome::Flood => (StatusCode::TOO_MANY_REQUESTS, texts.text("sign-in-flood")),
        SignInOutcome::TooManyCodes { until } => {
            let text = texts.text_with("sign-in-too-many-codes", &[("until", &moment::from(until))]);
            (StatusCode::TOO_MANY_REQUESTS, text)
        }
    };
    Err((Box::new(visit), status, problem))
}
