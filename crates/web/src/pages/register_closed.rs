//! The page for a class of account that cannot register itself (decisions 1): where to go instead.

use super::layout::Layout;
use crate::edge::Visit;
use crate::settings::Instead;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, RegistrationMode};
use portal_id_core::language::Language;
use portal_id_core::profile::AccountClass;
use std::sync::Arc;

/// Registration is closed, or possible only by arriving with a national account.
#[derive(Template)]
#[template(path = "pages/register-closed.html")]
pub(crate) struct RegisterClosedPage {
    pub(super) layout: Layout,
    /// Our own words.
    body: &'static str,
    /// The operator's words in place of them.
    instead: Option<String>,
    link: Option<InsteadLink>,
    /// Whom to ask.
    ask: &'static str,
}

/// The way to the place to go to.
struct InsteadLink {
    address: String,
    words: String,
}

impl RegisterClosedPage {
    /// The title for `mode`.
    pub(super) const fn title(mode: RegistrationMode) -> &'static str {
        match mode {
            RegistrationMode::FederatedOnly => "register-federated-title",
            RegistrationMode::Open | RegistrationMode::Closed => "register-closed-title",
        }
    }

    /// The page for `class` under `mode`, with what the operator says about it.
    pub(super) fn new(layout: Layout, class: AccountClass, mode: RegistrationMode, instead: &Instead) -> Self {
        let language = layout.texts.language();
        let (body, ask) = match (mode, class) {
            (RegistrationMode::FederatedOnly, AccountClass::Citizen) => {
                ("register-federated-citizen", "register-federated-citizen-ask")
            }
            (RegistrationMode::FederatedOnly, AccountClass::Business) => {
                ("register-federated-business", "register-federated-business-ask")
            }
            (RegistrationMode::FederatedOnly, AccountClass::Organisation) => {
                ("register-federated-organisation", "register-federated-organisation-ask")
            }
            (RegistrationMode::Open | RegistrationMode::Closed, AccountClass::Citizen) => {
                ("register-closed-citizen", "register-closed-ask")
            }
            (RegistrationMode::Open | RegistrationMode::Closed, AccountClass::Business) => {
                ("register-closed-business", "register-closed-ask")
            }
            (RegistrationMode::Open | RegistrationMode::Closed, AccountClass::Organisation) => {
                ("register-closed-organisation", "register-closed-ask")
            }
        };
        let text = instead.text.text(language);
        Self {
            layout,
            body,
            instead: (!text.is_empty()).then(|| text.to_owned()),
            link: InsteadLink::of(instead, language),
            ask,
        }
    }
}

impl InsteadLink {
    fn of(instead: &Instead, language: Language) -> Option<Self> {
        let address = instead.link.as_ref()?.as_str().to_owned();
        let words = match instead.link_name.text(language) {
            "" => address.clone(),
            words => words.to_owned(),
        };
        Some(Self { address, words })
    }
}

/// `GET /register/organisation`: of this class nobody ever registers here.
pub(crate) async fn get_organisation(visit: Visit, State(accounts): State<Arc<Accounts>>) -> Response {
    let mode = accounts.registration_mode(&visit.ctx, AccountClass::Organisation);
    show(visit, AccountClass::Organisation, mode)
}

/// Shows why nobody of `class` can register under `mode`.
pub(super) fn show(visit: Visit, class: AccountClass, mode: RegistrationMode) -> Response {
    let instead = visit.instead_of_registering(class);
    let page = RegisterClosedPage::new(visit.layout(RegisterClosedPage::title(mode)), class, mode, &instead);
    visit.page(StatusCode::FORBIDDEN, page)
}
