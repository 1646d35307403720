//! One's own sessions: where one is signed in, and ending that.

use super::layout::Layout;
use super::moment;
use super::sign_out::SignedOutPage;
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, EndSessionOutcome, OwnSession, SignedIn};
use portal_id_core::browser_name::{BrowserName, plain_name};
use portal_id_core::ids::SessionId;
use std::sync::Arc;

/// The list.
#[derive(Template)]
#[template(path = "pages/sessions.html")]
pub(crate) struct SessionsPage {
    pub(super) layout: Layout,
    /// What came of a button.
    pub(super) news: Option<String>,
    pub(super) this: SessionLine,
    pub(super) others: Vec<SessionLine>,
    /// Whether there are more than these.
    pub(super) more: bool,
}

/// One session.
pub(crate) struct SessionLine {
    pub(super) id: String,
    pub(super) browser: String,
    pub(super) network: String,
    pub(super) signed_in: String,
    pub(super) last_seen: String,
}

impl SessionLine {
    fn of(texts: Texts, session: &OwnSession) -> Self {
        Self {
            id: session.id.as_str().to_owned(),
            browser: browser(texts, &session.user_agent),
            network: session.network.clone(),
            signed_in: moment::at(session.signed_in_at),
            last_seen: moment::at(session.last_seen_at),
        }
    }
}

/// What a browser is called, in plain words.
pub(super) fn browser(texts: Texts, user_agent: &str) -> String {
    match BrowserName::read(user_agent) {
        BrowserName { browser: Some(browser), system: Some(system) } => {
            texts.text_with("sessions-browser-on", &[("browser", &browser), ("system", &system)])
        }
        BrowserName { browser: Some(browser), system: None } => browser.to_owned(),
        BrowserName { browser: None, system: Some(system) } => {
            texts.text_with("sessions-browser-unknown-on", &[("system", &system)])
        }
        BrowserName { browser: None, system: None } => match plain_name(user_agent) {
            name if name.is_empty() => texts.text("sessions-browser-unknown"),
            name => texts.text_with("sessions-browser-named", &[("name", &name)]),
        },
    }
}

/// What the page's buttons send.
pub(crate) struct SessionsFields {
    action: String,
    session: String,
}

impl FormFields for SessionsFields {
    const FIELDS: &'static [&'static str] = &["action", "session"];

    fn from_fields(fields: &Fields) -> Self {
        Self { action: fields.get("action").to_owned(), session: fields.get("session").to_owned() }
    }
}

/// `GET /account/sessions`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    match visit.who.clone() {
        Some(who) => show(visit, &accounts, &who, None).await,
        None => Ok(visit.by_way_of("/sign-in", Next::Sessions)),
    }
}

/// `POST /account/sessions`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<SessionsFields>,
) -> PageResult {
    let Some(who) = visit.who.clone() else { return Ok(visit.by_way_of("/sign-in", Next::Sessions)) };
    match fields.action.as_str() {
        "end" => end(visit, &accounts, &who, &SessionId::from_text(fields.session)).await,
        "end-others" => {
            accounts.end_other_sessions(&visit.ctx, &who).await?;
            show(visit, &accounts, &who, Some((StatusCode::OK, "sessions-ended-others"))).await
        }
        "end-all" => {
            accounts.end_all_sessions(&visit.ctx, &who).await?;
            Ok(signed_out(visit))
        }
        _ => Err(PageError::Malformed("unknown-action")),
    }
}

async fn end(visit: Visit, accounts: &Accounts, who: &SignedIn, id: &SessionId) -> PageResult {
    let news = match accounts.end_own_session(&visit.ctx, who, id).await? {
        EndSessionOutcome::Ended => (StatusCode::OK, "sessions-ended"),
        EndSessionOutcome::EndedThis => return Ok(signed_out(visit)),
        EndSessionOutcome::Unknown => (StatusCode::NOT_FOUND, "sessions-unknown"),
    };
    show(visit, accounts, who, Some(news)).await
}

fn signed_out(visit: Visit) -> Response {
    let visit = visit.end_session();
    let page = SignedOutPage::new(visit.layout(SignedOutPage::TITLE));
    visit.page(StatusCode::OK, page)
}

async fn show(
    visit: Visit,
    accounts: &Accounts,
    who: &SignedIn,
    news: Option<(StatusCode, &'static str)>,
) -> PageResult {
    let own = accounts.own_sessions(&visit.ctx, who).await?;
    let layout = visit.layout("sessions-title");
    let texts = layout.texts;
    let page = SessionsPage {
        news: news.map(|(_, key)| texts.text(key)),
        this: SessionLine::of(texts, &own.this),
        others: own.others.iter().map(|session| SessionLine::of(texts, session)).collect(),
        more: own.more,
        layout,
    };
    Ok(visit.page(news.map_or(StatusCode::OK, |(status, _)| status), page))
}
