//! The ways to prove who one is: what is enrolled, and removing it; from here to adding and naming.

use super::layout::Layout;
use super::{confirm, moment, rename_passkey};
use crate::edge::{CsrfForm, Fields, FormFields, LocalPath, Next, PageError, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, Confirmed, FactorEntry, FactorsView, RemoveCredentialOutcome};
use portal_id_core::credential::CredentialKind;
use portal_id_core::ids::CredentialId;
use std::sync::Arc;

/// The page of factors.
#[derive(Template)]
#[template(path = "pages/security.html")]
pub(crate) struct SecurityPage {
    pub(super) layout: Layout,
    /// The key of what was just done.
    pub(super) news: Option<&'static str>,
    pub(super) onward: Onward,
    pub(super) authenticators: Vec<Row>,
    pub(super) another_authenticator: bool,
    pub(super) passkeys: Vec<Row>,
    pub(super) another_passkey: bool,
    pub(super) recovery_codes_left: u32,
    pub(super) recovery_codes_made: Option<String>,
    pub(super) devices: Vec<Row>,
}

/// Whether the person can go on from here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Onward {
    /// Nothing waits for them.
    Nowhere,
    /// A service does.
    ToService,
    /// The policy wants an authenticator or a passkey before anything else.
    AfterEnrolling,
}

impl Onward {
    fn must_enrol(self) -> bool {
        self == Self::AfterEnrolling
    }

    fn service_waits(self) -> bool {
        self == Self::ToService
    }
}

/// One enrolled thing.
pub(crate) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) added: String,
    pub(super) last_used: Option<String>,
    pub(super) until: Option<String>,
    /// Where it can be given another name, if it can.
    pub(super) rename: Option<String>,
}

impl Row {
    /// `unnamed`: what to call a thing without a name of its own.
    fn of(entry: FactorEntry, unnamed: &str) -> Self {
        Self {
            id: entry.id.as_str().to_owned(),
            name: if entry.name.is_empty() { unnamed.to_owned() } else { entry.name },
            added: moment::at(entry.added_at),
            last_used: entry.last_used_at.map(moment::at),
            until: entry.expires_at.map(moment::at),
            rename: None,
        }
    }

    /// The same with a way to another name.
    fn renamable(self, layout: &Layout) -> Self {
        Self { rename: Some(layout.to_with(rename_passkey::PATH, &[("id", &self.id)])), ..self }
    }
}

/// What the page sends.
pub(crate) struct SecurityFields {
    action: String,
    id: String,
}

impl FormFields for SecurityFields {
    const FIELDS: &'static [&'static str] = &["action", "id"];

    fn from_fields(fields: &Fields) -> Self {
        Self { action: fields.get("action").to_owned(), id: fields.get("id").to_owned() }
    }
}

/// What can have been done, as the address says it, and the key of its words.
const DONE: [(&str, &str); 8] = [
    ("authenticator-added", "security-done-authenticator-added"),
    ("passkey-added", "security-done-passkey-added"),
    ("renamed", "security-done-renamed"),
    ("removed", "security-done-removed"),
    ("forgotten", "security-done-forgotten"),
    ("too-many", "security-done-too-many"),
    ("over", "security-done-over"),
    ("last-way", "security-done-last-way"),
];

/// Back to the page, which then says what was done.
pub(super) fn after(visit: Visit, done: &'static str) -> Response {
    let path: LocalPath = visit.path(Next::Security.path()).with("done", done);
    visit.to(path)
}

/// `GET /account/security`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    match confirm::owner(visit, &accounts, Next::Security) {
        Ok((visit, owner)) => show(visit, &accounts, &owner).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// `POST /account/security`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<SecurityFields>,
) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::Security) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match fields.action.as_str() {
        "remove" => {
            let id = CredentialId::from_text(fields.id);
            let done = match accounts.remove_credential(&visit.ctx, &owner, &id).await? {
                RemoveCredentialOutcome::Removed => "removed",
                RemoveCredentialOutcome::LastWayIn => "last-way",
                RemoveCredentialOutcome::Unknown => "over",
            };
            Ok(after(visit, done))
        }
        "forget" => {
            accounts.forget_devices(&visit.ctx, &owner).await?;
            Ok(after(visit, "forgotten"))
        }
        _ => Err(PageError::Malformed("unknown-action")),
    }
}

async fn show(visit: Visit, accounts: &Accounts, owner: &Confirmed) -> PageResult {
    let view = accounts.view_factors(&visit.ctx, owner).await?;
    let onward = match &visit.who {
        Some(who) if accounts.must_enrol(&visit.ctx, who).await? => Onward::AfterEnrolling,
        _ if visit.flow.is_some() => Onward::ToService,
        _ => Onward::Nowhere,
    };
    let done = visit.query.get("done");
    let news = DONE.into_iter().find(|(word, _)| *word == done).map(|(_, key)| key);
    let page = SecurityPage::of(visit.layout("security-title"), view, news, onward);
    Ok(visit.page(StatusCode::OK, page))
}

impl SecurityPage {
    fn of(layout: Layout, view: FactorsView, news: Option<&'static str>, onward: Onward) -> Self {
        let rows = |entries: Vec<FactorEntry>, unnamed: &str| {
            let unnamed = layout.t(unnamed);
            entries.into_iter().map(|entry| Row::of(entry, &unnamed)).collect::<Vec<_>>()
        };
        Self {
            news,
            onward,
            another_authenticator: view.authenticators.len() < CredentialKind::Authenticator.most(),
            authenticators: rows(view.authenticators, "security-unnamed-authenticator"),
            another_passkey: layout.passkeys && view.passkeys.len() < CredentialKind::Passkey.most(),
            passkeys: rows(view.passkeys, "security-unnamed-passkey")
                .into_iter()
                .map(|row| row.renamable(&layout))
                .collect(),
            recovery_codes_left: u32::try_from(view.recovery_codes_left).unwrap_or(u32::MAX),
            recovery_codes_made: view.recovery_codes_made_at.map(moment::at),
            devices: rows(view.devices, "security-unnamed-device"),
            layout,
        }
    }
}
