//! One's own sessions: where one is signed in, and ending that.

use super::layout::Layout;
use super::moment;
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Visit};
use crate::protocol::leaving::{self, Beyond};
use crate::protocol::sign_out::SignOut;
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{self, Accounts, EndSessionOutcome, OwnSession, SignedIn};
use portal_id_core::browser_name::{BrowserName, plain_name};
use portal_id_core::ids::SessionId;

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
    /// Whether there is a password here that somebody else may know.
    pub(super) has_password: bool,
}

/// One session.
pub(crate) struct SessionLine {
    pub(super) id: String,
    pub(super) browser: String,
    pub(super) network: String,
    pub(super) signed_in: Option<String>,
    pub(super) last_seen: String,
}

impl SessionLine {
    fn of(texts: Texts, session: &OwnSession) -> Self {
        Self {
            id: session.id.as_str().to_owned(),
            browser: browser(texts, &session.user_agent),
            network: session.network.clone(),
            signed_in: session.signed_in_at.map(moment::at),
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
pub(crate) async fn get(visit: Visit, State(s): State<SignOut>) -> PageResult {
    match visit.who.clone() {
        Some(who) => show(visit, &s.accounts, &who, None).await,
        None => Ok(visit.by_way_of("/sign-in", Next::Sessions)),
    }
}

/// `POST /account/sessions`
pub(crate) async fn post(
    visit: Visit,
    State(s): State<SignOut>,
    CsrfForm(fields): CsrfForm<SessionsFields>,
) -> PageResult {
    let Some(who) = visit.who.clone() else { return Ok(visit.by_way_of("/sign-in", Next::Sessions)) };
    match fields.action.as_str() {
        "end" => end(visit, &s, &who, &SessionId::from_text(fields.session)).await,
        "end-others" => {
            s.accounts.end_other_sessions(&visit.ctx, &who).await?;
            show(visit, &s.accounts, &who, Some((StatusCode::OK, "sessions-ended-others"))).await
        }
        "end-all" => {
            let beyond = leaving::beyond(&visit, &s, &who).await;
            let ended = s.accounts.end_all_sessions(&visit.ctx, &who).await?;
            signed_out(visit, &s, &ended, beyond.as_ref()).await
        }
        _ => Err(PageError::Malformed("unknown-action")),
    }
}

async fn end(visit: Visit, s: &SignOut, who: &SignedIn, id: &SessionId) -> PageResult {
    let beyond = if *id == who.session.id { leaving::beyond(&visit, s, who).await } else { None };
    let news = match s.accounts.end_own_session(&visit.ctx, who, id).await? {
        EndSessionOutcome::Ended => (StatusCode::OK, "sessions-ended"),
        EndSessionOutcome::EndedThis(ended) => return signed_out(visit, s, &ended, beyond.as_ref()).await,
        EndSessionOutcome::Unknown => (StatusCode::NOT_FOUND, "sessions-unknown"),
    };
    show(visit, &s.accounts, who, Some(news)).await
}

async fn signed_out(visit: Visit, s: &SignOut, ended: &accounts::SignOut, beyond: Option<&Beyond>) -> PageResult {
    leaving::leave(visit.end_session(), s, ended, beyond, None).await
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
        has_password: !who.account.wants_password(),
        layout,
    };
    Ok(visit.page(news.map_or(StatusCode::OK, |(status, _)| status), page))
}
