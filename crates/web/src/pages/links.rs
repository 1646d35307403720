//! The accounts elsewhere that one's own is linked to: adding one, taking one away.

use super::layout::Layout;
use super::upstream::Way;
use super::{confirm, moment};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, OwnLink, UnlinkOutcome};
use portal_id_core::ids::UpstreamLinkId;
use portal_id_federation::Federation;
use std::sync::Arc;

/// The page.
#[derive(Template)]
#[template(path = "pages/links.html")]
pub(crate) struct LinksPage {
    pub(crate) layout: Layout,
    /// What came of a button: the key of its words.
    pub(crate) news: Option<&'static str>,
    pub(crate) links: Vec<LinkLine>,
    /// The providers that are not linked yet.
    pub(crate) others: Vec<Way>,
}

/// One link.
pub(crate) struct LinkLine {
    pub(crate) id: String,
    /// The provider's name.
    pub(crate) name: String,
    /// Whether the provider is switched off.
    pub(crate) off: bool,
    pub(crate) since: String,
    pub(crate) last_used: String,
    /// Whether nothing else leads into the account.
    pub(crate) only: bool,
}

impl LinkLine {
    fn of(texts: Texts, federation: &Federation, link: &OwnLink) -> Self {
        let offer = federation.offer(link.upstream.as_str());
        let name = offer.as_ref().map(|offer| offer.name.text(texts.language()).to_owned());
        Self {
            id: link.id.as_str().to_owned(),
            off: name.is_none(),
            name: name.unwrap_or_else(|| link.upstream.as_str().to_owned()),
            since: moment::at(link.linked_at),
            last_used: moment::at(link.last_used_at),
            only: link.is_the_only_way_in,
        }
    }
}

/// What the page's buttons send.
pub(crate) struct LinksFields {
    action: String,
    link: String,
}

impl FormFields for LinksFields {
    const FIELDS: &'static [&'static str] = &["action", "link"];

    fn from_fields(fields: &Fields) -> Self {
        Self { action: fields.get("action").to_owned(), link: fields.get("link").to_owned() }
    }
}

/// What can have been done, as the address says it, and the key of its words.
const DONE: [(&str, &str); 4] = [
    ("linked", "links-done-linked"),
    ("removed", "links-done-removed"),
    ("last-way", "links-last-way"),
    ("over", "links-done-over"),
];

/// `GET /account/links`
pub(crate) async fn get(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
) -> PageResult {
    let (visit, _) = match confirm::owner(visit, &accounts, Next::Links) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Links)) };
    let links = accounts.own_links(&visit.ctx, who).await?;
    let layout = visit.layout("links-title");
    let texts = layout.texts;
    let is_linked = |way: &Way| links.iter().any(|link| link.upstream.as_str() == way.id);
    let others = Way::all(texts, &federation).into_iter().filter(|way| !is_linked(way)).collect();
    let done = visit.query.get("done");
    let page = LinksPage {
        news: DONE.into_iter().find(|(word, _)| *word == done).map(|(_, key)| match key {
            "links-last-way" if !layout.passkeys => "links-last-way-without",
            key => key,
        }),
        others,
        links: links.iter().map(|link| LinkLine::of(texts, &federation, link)).collect(),
        layout,
    };
    Ok(visit.page(StatusCode::OK, page))
}

/// `POST /account/links`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<LinksFields>,
) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::Links) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    if fields.action != "remove" {
        return Err(PageError::Malformed("unknown-action"));
    }
    let done = match accounts.unlink(&visit.ctx, &owner, &UpstreamLinkId::from_text(fields.link)).await? {
        UnlinkOutcome::Unlinked => "removed",
        UnlinkOutcome::LastWayIn => "last-way",
        UnlinkOutcome::Unknown => "over",
    };
    let path = visit.path(Next::Links.path()).with("done", done);
    Ok(visit.to(path))
}
