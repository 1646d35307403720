//! One request of a browser: who, in which language, on the way to which service.

mod answers;
mod login_state;

pub(crate) use answers::{error_page, html_page, see_other};

use crate::assets::Assets;
use crate::edge::arrival::Arrival;
use crate::edge::cookies::{Brought, CookieKind};
use crate::edge::error::PageError;
use crate::edge::flow::OpenFlow;
use crate::edge::form::Fields;
use crate::edge::language::{Choice, Signs};
use crate::edge::local_path::LocalPath;
use crate::edge::{Edge, Next, csrf};
use crate::pages::client_links::ClientFace;
use crate::pages::layout::Layout;
use crate::settings::Instead;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderName, Method, Uri};
use login_state::LoginState;
use portal_id_core::accounts::{Here, NewSession, SignedIn};
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::DigestPurpose;
use portal_id_core::language::Language;
use portal_id_core::profile::AccountClass;
use portal_id_core::secret::Secret;
use portal_id_core::time::Timestamp;
use portal_id_federation::Baggage;
use portal_id_oidc::{ClientRedirect, Flow};
use std::sync::Arc;

/// What a browser does with the answer (Fetch Metadata §2.3); programs do not send it.
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// A browser's request.
pub(crate) struct Visit {
    /// The circumstances.
    pub(crate) ctx: Ctx,
    /// Who is signed in.
    pub(crate) who: Option<SignedIn>,
    /// The pending request of a service, from the address.
    pub(crate) flow: Option<OpenFlow>,
    /// Where to go on to after a step, from the address, if not to a service.
    pub(crate) next: Option<Next>,
    /// The fields of the query.
    pub(crate) query: Fields,
    /// Whether a browser shows the answer to a form of ours, directly or after redirects: then `form-action` follows it
    /// to wherever it leads (decisions 17).
    pub(crate) after_form: bool,
    /// Whether a browser shows the answer at all.
    navigates: bool,
    edge: Arc<Edge>,
    uri: Uri,
    /// The name and the session that the browser has, or gets with this answer: its forms are bound to both.
    browser: Secret,
    session: Option<Secret>,
    brought: Brought,
    set_cookies: Vec<String>,
    login_state: LoginState,
    /// Whether the page shows what the service shows of itself.
    shows_client: bool,
    /// When the person last chose a language by the link on a page.
    chosen_at: Option<Timestamp>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let arrival = Arrival::of(&parts.extensions)?;
        let (query, choice) = (arrival.query(), arrival.choice(&parts.headers));
        let (edge, mut ctx, uri) = (Arc::clone(&arrival.edge), arrival.ctx.clone(), arrival.uri.clone());
        let mut set_cookies = Vec::new();
        let browser = edge.browser_cookie(&parts.headers).unwrap_or_else(|| {
            let fresh = Secret::random(ctx.entropy());
            set_cookies.push(edge.cookies.set(CookieKind::Browser, fresh.expose()));
            fresh
        });
        ctx.browser = Some(edge.vault.digest(DigestPurpose::Browser, &[browser.expose().as_bytes()]));
        let session = edge.cookies.read(&parts.headers, CookieKind::Session);
        let who = match &session {
            Some(cookie) => edge.house.session(&ctx, cookie).await?,
            None => None,
        };
        let login_state = LoginState::of_visit(&edge, &parts.headers, who.as_ref());
        let open = |sealed: &str| {
            Some(OpenFlow { flow: edge.house.open_flow(&ctx, sealed)?, sealed: sealed.to_owned(), destination: None })
        };
        let mut flow = query.find("flow").and_then(open);
        let link = query.find("lang");
        let chosen_now = link.and_then(Language::from_tag).map(|_| ctx.now);
        let chosen_at = chosen_now.or_else(|| choice.map(|choice| choice.at));
        if let Some(language) = link.and_then(Language::from_tag) {
            set_cookies.push(edge.cookies.set(CookieKind::Language, &Choice { language, at: ctx.now }.to_text()));
        }
        let signs = Signs {
            link,
            ui_locales: query.find("ui_locales").or_else(|| flow.as_ref().and_then(OpenFlow::ui_locales)),
            asked_at: flow.as_ref().map(|flow| flow.flow.started_at),
            choice,
            account: who.as_ref().map(|who| who.account.language),
        };
        ctx.language = signs.read(&parts.headers);
        if let Some(open) = &mut flow {
            open.destination = edge.house.judge_flow(&ctx, &open.flow).await?;
        }
        let navigates = parts.headers.get(FETCH_MODE).is_some_and(|mode| mode == "navigate");
        let after_form = navigates && (parts.method == Method::POST || flow.is_some());
        let brought = Brought::read(&edge.cookies, &parts.headers);
        let next = query.find("next").and_then(Next::from_word);
        let shows_client = false;
        Ok(Self {
            ctx,
            who,
            flow,
            next,
            query,
            after_form,
            navigates,
            edge,
            uri,
            browser,
            session,
            brought,
            set_cookies,
            login_state,
            shows_client,
            chosen_at,
        })
    }
}

impl Visit {
    /// The cookie with the accounts that this browser is known to, for the use cases.
    pub(crate) fn known_devices(&self) -> Option<&str> {
        self.brought.known_devices.as_ref().map(Secret::expose)
    }

    /// The files that pages load.
    pub(crate) fn assets(&self) -> &Assets {
        &self.edge.assets
    }

    /// What the browser brings along to a sign-in. `remember`: whether the person wants it to be remembered.
    pub(crate) fn here(&self, remember: bool) -> Here<'_> {
        let asked = self.flow.as_ref().is_some_and(OpenFlow::wants_two_factors);
        Here {
            known_device: self.known_devices(),
            remembered: self.brought.remembered.as_ref().map(Secret::expose),
            remember,
            previous: self.who.as_ref().map(|who| &who.session),
            two_factors: asked || self.next.is_some_and(Next::wants_two_factors),
        }
    }

    /// The cookie that says when the person last confirmed who they are, for the use cases.
    pub(crate) fn confirmation(&self) -> Option<&str> {
        self.brought.confirmation.as_ref().map(Secret::expose)
    }

    /// The service that the pending request leads to.
    fn service(&self) -> Option<&ClientFace> {
        self.flow.as_ref()?.destination.as_ref().map(|destination| &destination.service)
    }

    /// Lets the page show what the service shows of itself: its picture, the ways to its own pages.
    #[must_use]
    pub(crate) fn showing_client(self) -> Self {
        Self { shows_client: true, ..self }
    }

    /// What whoever is signed in is called: never by a name that we made up.
    pub(crate) fn called(&self) -> Option<String> {
        self.who.as_ref().map(|who| who.account.called(self.edge.vault.as_ref()))
    }

    /// What the frame of a page needs.
    pub(crate) fn layout(&self, title: &'static str) -> Layout {
        Layout {
            csrf: csrf::value(self.edge.vault.as_ref(), &self.browser, self.session.as_ref()),
            flow: self.flow.as_ref().map(|flow| flow.sealed.clone()),
            next: self.next.map(Next::word),
            service: self.service().map(|service| service.name.clone()),
            client: self.service().filter(|_| self.shows_client).cloned(),
            signed_in_as: self.called(),
            ..Layout::bare(&self.edge, &self.ctx, title, &self.uri)
        }
    }

    /// Where people of `class` are sent who cannot register here, as configured.
    pub(crate) fn instead_of_registering(&self, class: AccountClass) -> Instead {
        let instead = &self.edge.settings.instead_of_registering;
        match class {
            AccountClass::Citizen => instead.citizen.clone(),
            AccountClass::Business => instead.business.clone(),
            AccountClass::Organisation => instead.organisation.clone(),
        }
    }

    /// The address of one of our pages, which keeps the pending request and where to go on to.
    pub(crate) fn path(&self, path: &'static str) -> LocalPath {
        let path = match self.next {
            Some(next) => LocalPath::new(path).with("next", next.word()),
            None => LocalPath::new(path),
        };
        match &self.flow {
            Some(flow) => path.with("flow", &flow.sealed),
            None => path,
        }
    }

    /// Keeps in the browser that the person confirmed who they are.
    #[must_use]
    pub(crate) fn confirmed(mut self, cookie: &str) -> Self {
        self.set_cookies.push(self.edge.cookies.set(CookieKind::Confirmation, cookie));
        self
    }

    /// Begins a session: the browser gets its cookie, and is known to the account from now on. What is drawn in this
    /// answer belongs to the new session already.
    #[must_use]
    pub(crate) fn start_session(mut self, new: &NewSession) -> Self {
        self.set_cookies.push(self.edge.cookies.set(CookieKind::Session, new.cookie.expose()));
        self.set_cookies.push(self.edge.cookies.set(CookieKind::KnownDevices, &new.known_device));
        if let Some(remembered) = &new.remembered {
            self.set_cookies.push(self.edge.cookies.set(CookieKind::Remembered, remembered));
        }
        self.session = Some(new.cookie.clone());
        self.login_state.begins(&self.edge, &new.session);
        self
    }

    /// Ends the session in this browser. It gets a new name too: at a shared computer, forms and pending requests of
    /// one person are nothing to the next (security.md row 10).
    #[must_use]
    pub(crate) fn end_session(mut self) -> Self {
        self.who = None;
        self.flow = None;
        self.session = None;
        self.brought.confirmation = None;
        self.set_cookies.push(self.edge.cookies.remove(CookieKind::Session));
        self.set_cookies.push(self.edge.cookies.remove(CookieKind::Confirmation));
        self.login_state.ends();
        self.browser = Secret::random(self.ctx.entropy());
        self.ctx.browser = Some(self.edge.vault.digest(DigestPurpose::Browser, &[self.browser.expose().as_bytes()]));
        self.set_cookies.push(self.edge.cookies.set(CookieKind::Browser, self.browser.expose()));
        self
    }

    /// Tells a service by which state of this browser it notices a change, if there is any.
    #[must_use]
    pub(crate) fn telling_login_state(&self, answer: ClientRedirect) -> ClientRedirect {
        match self.login_state.text() {
            Some(state) => answer.with_session_state(state, self.ctx.entropy()),
            None => answer,
        }
    }

    /// The ticket of an arrival by another provider, for the use cases.
    pub(crate) fn arrival_ticket(&self) -> Option<&Secret> {
        self.brought.arrival.as_ref()
    }

    /// Keeps the ticket of an arrival in the browser, until the person has proved who they are.
    #[must_use]
    pub(crate) fn keep_arrival(mut self, ticket: &Secret) -> Self {
        self.set_cookies.push(self.edge.cookies.set(CookieKind::Arrival, ticket.expose()));
        self
    }

    /// Takes the ticket out of the browser.
    #[must_use]
    pub(crate) fn forget_arrival(mut self) -> Self {
        if self.brought.arrival.take().is_some() {
            self.set_cookies.push(self.edge.cookies.remove(CookieKind::Arrival));
        }
        self
    }

    /// What somebody who leaves for another provider was on the way to.
    pub(crate) fn baggage(&self) -> Baggage {
        Baggage {
            flow: self.flow.as_ref().map(|open| open.sealed.clone()),
            next: self.next.map(|next| next.word().to_owned()),
        }
    }

    /// Goes on with what the person was on the way to before they left for another provider, whatever the address says.
    pub(crate) async fn back_with(mut self, baggage: &Baggage) -> Result<Self, PageError> {
        self.next = baggage.next.as_deref().and_then(Next::from_word);
        self.flow = None;
        if let Some(sealed) = &baggage.flow
            && let Some(flow) = self.edge.house.open_flow(&self.ctx, sealed)
        {
            // The page speaks as the service asked, unless the person chose otherwise since.
            let otherwise = self.chosen_at.is_some_and(|at| at.seconds() >= flow.started_at.seconds());
            let asked = flow.params.get("ui_locales").and_then(Language::from_ui_locales);
            self.ctx.language = asked.filter(|_| !otherwise).unwrap_or(self.ctx.language);
            let destination = self.edge.house.judge_flow(&self.ctx, &flow).await?;
            self.flow = Some(OpenFlow { flow, sealed: sealed.clone(), destination });
        }
        Ok(self)
    }

    /// Notes in the pending request that the person goes to another provider for the level that it asks for: with what
    /// they come back it is content, and nobody is sent twice.
    #[must_use]
    pub(crate) fn trying_upstream(mut self) -> Self {
        if let Some(open) = self.flow.take() {
            let flow = Flow { upstream_tried: true, ..open.flow };
            let sealed = self.edge.house.seal_flow(&self.ctx, &flow);
            self.flow = Some(OpenFlow { flow, sealed, destination: open.destination });
        }
        self
    }

    /// Whether the person is on the way to a level of another provider that a service asks for, in a session of theirs.
    pub(crate) fn is_stepping_up(&self) -> bool {
        self.who.is_some() && self.flow.as_ref().is_some_and(|open| open.flow.upstream_tried)
    }

    /// Takes a request of a service along to our pages.
    #[must_use]
    pub(crate) fn carrying(mut self, flow: Flow) -> Self {
        let sealed = self.edge.house.seal_flow(&self.ctx, &flow);
        self.flow = Some(OpenFlow { flow, sealed, destination: None });
        self
    }
}
