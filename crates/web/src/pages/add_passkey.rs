//! Adding a passkey: a name, then the browser makes it.

use super::layout::Layout;
use super::{confirm, security};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, AddPasskeyOutcome, Confirmed};
use portal_id_core::passkey::{ALGORITHMS, Attestation, PasskeyOffer};
use std::sync::Arc;

/// The page whose form asks the browser to make a passkey.
#[derive(Template)]
#[template(path = "pages/add-passkey.html")]
pub(crate) struct AddPasskeyPage {
    pub(super) layout: Layout,
    pub(super) problem: Option<String>,
    pub(super) challenge: String,
    pub(super) rp: String,
    pub(super) user_handle: String,
    pub(super) username: String,
    /// The credential ids that the account has, divided by blanks.
    pub(super) keys: String,
    /// COSE algorithms, divided by blanks.
    pub(super) algorithms: String,
    pub(super) name: String,
}

/// What the page sends.
pub(crate) struct AddPasskeyFields {
    name: String,
    client_data: String,
    attestation_object: String,
}

impl FormFields for AddPasskeyFields {
    const FIELDS: &'static [&'static str] = &["name", "client_data", "attestation_object"];

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self { name: get("name"), client_data: get("client_data"), attestation_object: get("attestation_object") }
    }
}

impl AddPasskeyPage {
    /// The page for this offer.
    pub(super) fn new(layout: Layout, offer: PasskeyOffer, name: String, problem: Option<String>) -> Self {
        Self {
            layout,
            problem,
            challenge: offer.challenge,
            rp: offer.rp_id,
            user_handle: offer.user_handle,
            username: offer.username,
            keys: offer.excluded.join(" "),
            algorithms: ALGORITHMS.map(|algorithm| algorithm.to_string()).join(" "),
            name,
        }
    }
}

/// `GET /account/security/passkey`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    match confirm::owner(visit, &accounts, Next::Passkey) {
        Ok((visit, owner)) => show(visit, &accounts, &owner, String::new(), None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// `POST /account/security/passkey`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<AddPasskeyFields>,
) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::Passkey) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let outcome = match Attestation::read(&fields.client_data, &fields.attestation_object) {
        Ok(attestation) => accounts.add_passkey(&visit.ctx, &owner, &attestation, &fields.name).await?,
        Err(fault) => AddPasskeyOutcome::Refused(fault),
    };
    let problem = match outcome {
        AddPasskeyOutcome::Added => return Ok(security::after(visit, "passkey-added")),
        AddPasskeyOutcome::TooMany => return Ok(security::after(visit, "too-many")),
        AddPasskeyOutcome::AlreadyThere => "add-passkey-already-there",
        AddPasskeyOutcome::NotFresh => "passkey-not-fresh",
        AddPasskeyOutcome::Refused(_) => "add-passkey-refused",
    };
    show(visit, &accounts, &owner, fields.name, Some(problem)).await
}

async fn show(
    visit: Visit,
    accounts: &Accounts,
    owner: &Confirmed,
    name: String,
    problem: Option<&'static str>,
) -> PageResult {
    let layout = visit.layout("add-passkey-title");
    if !layout.passkeys {
        let security = visit.path(Next::Security.path());
        return Ok(visit.to(security));
    }
    let offer = accounts.offer_passkey(&visit.ctx, owner).await?;
    let offer = offer.ok_or_else(|| PageError::Internal("a page without a browser cookie".to_owned()))?;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let problem = problem.map(|key| layout.t(key));
    Ok(visit.page_with_passkey(status, AddPasskeyPage::new(layout, offer, name, problem)))
}
