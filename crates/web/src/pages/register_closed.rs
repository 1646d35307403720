//! The page for a class of account that cannot register itself (decisions 1): where to go instead.

use super::layout::Layout;
use super::upstream::Way;
use crate::edge::Visit;
use crate::settings::Instead;
use crate::wiring::People;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::RegistrationMode;
use portal_id_core::language::Language;
use portal_id_core::profile::AccountClass;
use portal_id_federation::Federation;

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
    /// The providers by which an account can be had all the same.
    ways: Vec<Way>,
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
        Self::saying(layout, body, instead, ask)
    }

    /// The page for somebody of `class` who arrived by another provider, has no account here and can have none.
    pub(super) fn after_arrival(layout: Layout, class: AccountClass, instead: &Instead) -> Self {
        let body = match class {
            AccountClass::Citizen => "arrival-not-open-citizen",
            AccountClass::Business => "arrival-not-open-business",
            AccountClass::Organisation => "arrival-not-open-organisation",
        };
        Self::saying(layout, body, instead, "register-closed-ask")
    }

    fn saying(layout: Layout, body: &'static str, instead: &Instead, ask: &'static str) -> Self {
        let language = layout.texts.language();
        let text = instead.text.text(language);
        Self {
            layout,
            body,
            instead: (!text.is_empty()).then(|| text.to_owned()),
            link: InsteadLink::of(instead, language),
            ways: Vec::new(),
            ask,
        }
    }

    /// The same with the ways by which an account can be had all the same.
    pub(super) fn with_ways(self, ways: Vec<Way>) -> Self {
        Self { ways, ..self }
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
pub(crate) async fn get_organisation(visit: Visit, State(people): State<People>) -> Response {
    let mode = people.accounts.registration_mode(&visit.ctx, AccountClass::Organisation);
    show(visit, &people.federation, AccountClass::Organisation, mode)
}

/// Shows why nobody of `class` can register under `mode`.
pub(super) fn show(visit: Visit, federation: &Federation, class: AccountClass, mode: RegistrationMode) -> Response {
    let instead = visit.instead_of_registering(class);
    let layout = visit.layout(RegisterClosedPage::title(mode));
    let federated = mode == RegistrationMode::FederatedOnly;
    let ways = if federated { Way::all(layout.texts, federation) } else { Vec::new() };
    let page = RegisterClosedPage::new(layout, class, mode, &instead).with_ways(ways);
    visit.page(StatusCode::FORBIDDEN, page)
}

/// Shows somebody of `class` who arrived by another provider why they have no account here.
pub(super) fn show_after_arrival(visit: Visit, class: AccountClass) -> Response {
    let instead = visit.instead_of_registering(class);
    let layout = visit.layout("arrival-not-open-title");
    let page = RegisterClosedPage::after_arrival(layout, class, &instead);
    visit.page(StatusCode::FORBIDDEN, page)
}
