//! Giving a passkey another name.

use super::layout::Layout;
use super::problems::Problems;
use super::{confirm, security};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, Field, FieldErrors, RenamePasskeyOutcome};
use portal_id_core::ids::CredentialId;
use std::sync::Arc;

/// Where the page is.
pub(super) const PATH: &str = "/account/security/passkey/name";

/// The page that asks for the name.
#[derive(Template)]
#[template(path = "pages/rename-passkey.html")]
pub(crate) struct RenamePasskeyPage {
    pub(super) layout: Layout,
    pub(super) problems: Problems,
    pub(super) id: String,
    pub(super) typed: String,
}

/// What the page sends.
pub(crate) struct RenamePasskeyFields {
    id: String,
    name: String,
}

impl FormFields for RenamePasskeyFields {
    const FIELDS: &'static [&'static str] = &["id", "passkey_name"];

    fn from_fields(fields: &Fields) -> Self {
        Self { id: fields.get("id").to_owned(), name: fields.get("passkey_name").to_owned() }
    }
}

/// `GET /account/security/passkey/name?id=`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::Security) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let id = CredentialId::from_text(visit.query.get("id"));
    let passkeys = accounts.view_factors(&visit.ctx, &owner).await?.passkeys;
    Ok(match passkeys.into_iter().find(|passkey| passkey.id == id) {
        Some(passkey) => show(visit, StatusCode::OK, (id, passkey.name), Problems::default()),
        // Gone, or somebody else's: both are told alike.
        None => security::after(visit, "over"),
    })
}

/// `POST /account/security/passkey/name`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<RenamePasskeyFields>,
) -> PageResult {
    let (visit, owner) = match confirm::owner(visit, &accounts, Next::Security) {
        Ok(owned) => owned,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let id = CredentialId::from_text(fields.id);
    Ok(match accounts.rename_passkey(&visit.ctx, &owner, &id, &fields.name).await? {
        RenamePasskeyOutcome::Renamed => security::after(visit, "renamed"),
        RenamePasskeyOutcome::NotTheirs => security::after(visit, "over"),
        RenamePasskeyOutcome::Refused(error) => {
            let errors = FieldErrors::one(Field::PasskeyName, error);
            let problems = Problems::told(Texts::of(visit.ctx.language), &errors, &[Field::PasskeyName]);
            show(visit, StatusCode::UNPROCESSABLE_ENTITY, (id, fields.name), problems)
        }
    })
}

fn show(visit: Visit, status: StatusCode, passkey: (CredentialId, String), problems: Problems) -> Response {
    let (id, typed) = passkey;
    let layout = visit.layout("rename-passkey-title");
    visit.page(status, RenamePasskeyPage { layout, problems, id: id.as_str().to_owned(), typed })
}
