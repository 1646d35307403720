//! What which service may know of one, and taking that back.

use super::client_links::ClientFace;
use super::layout::Layout;
use super::moment;
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, RevokeServiceOutcome, ServiceEntry, SignedIn};
use portal_id_core::ids::ClientId;
use std::sync::Arc;

/// The list.
#[derive(Template)]
#[template(path = "pages/services.html")]
pub(crate) struct ServicesPage {
    pub(super) layout: Layout,
    /// What came of a button.
    pub(super) news: Option<String>,
    pub(super) services: Vec<ServiceLine>,
}

/// One service.
pub(crate) struct ServiceLine {
    pub(super) id: String,
    /// Its name and addresses; no picture, for which the page would have to ask every service.
    pub(super) face: ClientFace,
    /// What it may know, in plain words.
    pub(super) knows: Vec<String>,
    pub(super) since: String,
    /// Whether it may know it while the person is not there.
    pub(super) offline: bool,
    /// Whether it is a service of the province, which asks nobody.
    pub(super) first_party: bool,
    /// Whether it is switched off.
    pub(super) off: bool,
}

impl ServiceLine {
    fn of(layout: &Layout, entry: &ServiceEntry) -> Self {
        let texts = layout.texts;
        let title = |scope: &String| texts.optional(&format!("scope-{scope}")).unwrap_or_else(|| scope.clone());
        let (offline, known): (Vec<_>, Vec<_>) = entry.scopes.iter().partition(|scope| *scope == "offline_access");
        Self {
            id: entry.client.id.as_str().to_owned(),
            face: ClientFace::without_logo(entry.client.name(texts.language()), &entry.client.links()),
            knows: known.into_iter().map(title).collect(),
            since: moment::at(entry.since),
            offline: !offline.is_empty(),
            first_party: entry.client.metadata.first_party,
            off: !entry.client.is_on(),
        }
    }
}

/// What the page's buttons send.
pub(crate) struct ServicesFields {
    action: String,
    service: String,
}

impl FormFields for ServicesFields {
    const FIELDS: &'static [&'static str] = &["action", "service"];

    fn from_fields(fields: &Fields) -> Self {
        Self { action: fields.get("action").to_owned(), service: fields.get("service").to_owned() }
    }
}

/// `GET /account/services`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    match visit.who.clone() {
        Some(who) => show(visit, &accounts, &who, None).await,
        None => Ok(visit.by_way_of("/sign-in", Next::Services)),
    }
}

/// `POST /account/services`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<ServicesFields>,
) -> PageResult {
    let Some(who) = visit.who.clone() else { return Ok(visit.by_way_of("/sign-in", Next::Services)) };
    if fields.action != "revoke" {
        return Err(PageError::Malformed("unknown-action"));
    }
    let news = match accounts.revoke_service(&visit.ctx, &who, &ClientId::from_text(fields.service)).await? {
        RevokeServiceOutcome::Revoked => (StatusCode::OK, "services-revoked"),
        RevokeServiceOutcome::Unknown => (StatusCode::NOT_FOUND, "services-unknown"),
    };
    show(visit, &accounts, &who, Some(news)).await
}

async fn show(
    visit: Visit,
    accounts: &Accounts,
    who: &SignedIn,
    news: Option<(StatusCode, &'static str)>,
) -> PageResult {
    let services = accounts.services(&visit.ctx, who).await?;
    let layout = visit.layout("services-title");
    let page = ServicesPage {
        news: news.map(|(_, key)| layout.texts.text(key)),
        services: services.iter().map(|entry| ServiceLine::of(&layout, entry)).collect(),
        layout,
    };
    Ok(visit.page(news.map_or(StatusCode::OK, |(status, _)| status), page))
}
