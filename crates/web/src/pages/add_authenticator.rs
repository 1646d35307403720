//! Adding an authenticator: the QR code and the secret, then the first code, which proves that the app has it.

use super::layout::Layout;
use super::problems::{self, Problems};
use super::qr::Qr;
use super::{confirm, security};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, AddAuthenticatorOutcome, AuthenticatorOffer, Field};
use portal_id_core::facts::FieldError;
use std::sync::Arc;

/// The page that shows the seed.
#[derive(Template)]
#[template(path = "pages/add-authenticator.html")]
pub(crate) struct AddAuthenticatorPage {
    pub(super) layout: Layout,
    pub(super) problems: Problems,
    pub(super) qr: Qr,
    /// The seed in groups of four letters.
    pub(super) secret: String,
    /// The seed as the page carries it.
    pub(super) sealed: String,
}

/// What the page sends.
pub(crate) struct AddAuthenticatorFields {
    code: String,
    sealed: String,
}

impl FormFields for AddAuthenticatorFields {
    const FIELDS: &'static [&'static str] = &["code", "sealed"];

    fn from_fields(fields: &Fields) -> Self {
        Self { code: fields.get("code").to_owned(), sealed: fields.get("sealed").to_owned() }
    }
}

/// `GET /account/security/authenticator`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    match confirm::owner(visit, &accounts, Next::Authenticator) {
        Ok((visit, owner)) => {
            let offer = accounts.offer_authenticator(&visit.ctx, &owner);
            show(visit, &offer, None)
        }
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// `POST /account/security/authenticator`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<AddAuthenticatorFields>,
) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::Authenticator) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match accounts.add_authenticator(&visit.ctx, &owner, &fields.sealed, &fields.code).await? {
        AddAuthenticatorOutcome::Added => Ok(security::after(visit, "authenticator-added")),
        AddAuthenticatorOutcome::TooMany => Ok(security::after(visit, "too-many")),
        AddAuthenticatorOutcome::Over => Ok(security::after(visit, "over")),
        AddAuthenticatorOutcome::Wrong(offer) => show(visit, &offer, Some("add-authenticator-wrong")),
        AddAuthenticatorOutcome::Malformed(offer) => {
            let missing = fields.code.trim().is_empty();
            show(visit, &offer, Some(if missing { MISSING } else { "app-code-malformed" }))
        }
    }
}

/// Stands for the general sentence about an empty field.
const MISSING: &str = "";

fn show(visit: Visit, offer: &AuthenticatorOffer, problem: Option<&str>) -> PageResult {
    let layout = visit.layout("add-authenticator-title");
    let uri = offer.seed.uri(&layout.portal_name, &visit.called().unwrap_or_default());
    let qr = Qr::of(&uri).ok_or_else(|| PageError::Internal("an address for apps fits no QR code".to_owned()))?;
    let (status, problems) = match problem {
        None => (StatusCode::OK, Problems::default()),
        Some(key) => {
            let text = if key == MISSING {
                problems::text_of(layout.texts, Field::Code, FieldError::Missing.key())
            } else {
                layout.t(key)
            };
            (StatusCode::UNPROCESSABLE_ENTITY, Problems::one(Field::Code, text))
        }
    };
    let page =
        AddAuthenticatorPage { layout, problems, qr, secret: offer.seed.grouped(), sealed: offer.sealed.clone() };
    Ok(visit.page(status, page))
}
