//! What happens to whoever does not prove an account: told before they decide.

use super::{Waiting, by_class, waiting};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageResult, Visit};
use crate::pages::layout::Layout;
use crate::pages::upstream::arrived::arrived;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, RegistrationMode};
use portal_id_federation::Federation;
use std::sync::Arc;

/// Its address.
pub(super) const PATH: &str = "/sign-in/arrival/decline";

/// The page.
#[derive(Template)]
#[template(path = "pages/arrival-decline.html")]
pub(crate) struct DeclinePage {
    pub(crate) layout: Layout,
    /// The provider's name.
    pub(crate) name: String,
    /// The key of what happens to the number.
    pub(crate) number: &'static str,
    /// Whether no account can be opened now: then nothing happens.
    pub(crate) closed: bool,
    pub(crate) action: String,
    pub(crate) back: String,
}

/// What the page sends: its button, and nothing else.
pub(crate) struct DeclineFields;

impl FormFields for DeclineFields {
    const FIELDS: &'static [&'static str] = &[];

    fn from_fields(_: &Fields) -> Self {
        Self
    }
}

/// `GET /sign-in/arrival/decline`
pub(crate) async fn get(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
) -> PageResult {
    let Waiting { mut visit, by, way, .. } = match waiting(visit, &accounts, &federation).await? {
        Ok(waiting) => waiting,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    visit.next = None;
    let layout = visit.layout("arrival-decline-title");
    let page = DeclinePage {
        name: way.name,
        number: by_class(by.class, "arrival-decline-number", "arrival-decline-number-business"),
        closed: accounts.registration_mode(&visit.ctx, by.class) == RegistrationMode::Closed,
        action: layout.to(PATH),
        back: layout.to(Next::Arrival.path()),
        layout,
    };
    Ok(visit.page(StatusCode::OK, page))
}

/// `POST /sign-in/arrival/decline`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
    CsrfForm(DeclineFields): CsrfForm<DeclineFields>,
) -> PageResult {
    let Waiting { visit, ticket, by, .. } = match waiting(visit, &accounts, &federation).await? {
        Ok(waiting) => waiting,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let outcome = accounts.decline_arrival(&visit.ctx, &ticket, visit.here(false)).await?;
    Ok(arrived(visit, &federation, &by, outcome))
}
