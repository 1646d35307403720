//! One request of a browser: who, in which language, on the way to which service; and the answers that a page can give.

use crate::assets::Assets;
use crate::edge::arrival::Arrival;
use crate::edge::cookies::CookieKind;
use crate::edge::error::PageError;
use crate::edge::flow::OpenFlow;
use crate::edge::form::Fields;
use crate::edge::headers::{self, PagePolicy};
use crate::edge::language::{Choice, Signs};
use crate::edge::local_path::LocalPath;
use crate::edge::{Edge, Next, csrf};
use crate::pages::error::ErrorPage;
use crate::pages::layout::{LanguageLink, Layout};
use crate::settings::Instead;
use crate::texts::Texts;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use portal_id_core::accounts::{Here, NewSession, SignedIn};
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::DigestPurpose;
use portal_id_core::language::Language;
use portal_id_core::profile::AccountClass;
use portal_id_core::secret::Secret;
use portal_id_oidc::Flow;
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
    edge: Arc<Edge>,
    uri: Uri,
    browser: Secret,
    session: Option<Secret>,
    known_devices: Option<Secret>,
    remembered: Option<Secret>,
    confirmation: Option<Secret>,
    set_cookies: Vec<String>,
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
        let open = |sealed: &str| {
            Some(OpenFlow { flow: edge.house.open_flow(&ctx, sealed)?, sealed: sealed.to_owned(), destination: None })
        };
        let mut flow = query.find("flow").and_then(open);
        let link = query.find("lang");
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
        let known_devices = edge.cookies.read(&parts.headers, CookieKind::KnownDevices);
        let remembered = edge.cookies.read(&parts.headers, CookieKind::Remembered);
        let confirmation = edge.cookies.read(&parts.headers, CookieKind::Confirmation);
        let next = query.find("next").and_then(Next::from_word);
        Ok(Self {
            ctx,
            who,
            flow,
            next,
            query,
            after_form,
            edge,
            uri,
            browser,
            session,
            known_devices,
            remembered,
            confirmation,
            set_cookies,
        })
    }
}

impl Visit {
    /// The cookie with the accounts that this browser is known to, for the use cases.
    pub(crate) fn known_devices(&self) -> Option<&str> {
        self.known_devices.as_ref().map(Secret::expose)
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
            remembered: self.remembered.as_ref().map(Secret::expose),
            remember,
            previous: self.who.as_ref().map(|who| &who.session),
            two_factors: asked || self.next.is_some_and(Next::wants_two_factors),
        }
    }

    /// The cookie that says when the person last confirmed who they are, for the use cases.
    pub(crate) fn confirmation(&self) -> Option<&str> {
        self.confirmation.as_ref().map(Secret::expose)
    }

    /// What the frame of a page needs.
    pub(crate) fn layout(&self, title: &'static str) -> Layout {
        let csrf = csrf::value(self.edge.vault.as_ref(), &self.browser, self.session.as_ref());
        Layout {
            csrf,
            flow: self.flow.as_ref().map(|flow| flow.sealed.clone()),
            next: self.next.map(Next::word),
            service: self.flow.as_ref().and_then(|flow| Some(flow.destination.as_ref()?.service.clone())),
            signed_in_as: self.who.as_ref().map(|who| who.account.username.as_str().to_owned()),
            ..bare_layout(&self.edge, &self.ctx, title, language_links(&self.uri, self.ctx.language))
        }
    }

    /// Where people of `class` are sent who cannot register here, as configured.
    pub(crate) fn instead_of_registering(&self, class: AccountClass) -> Instead {
        let instead = &self.edge.settings.instead_of_registering;
        match class {
            AccountClass::Citizen => instead.citizen.clone(),
            AccountClass::Business => instead.business.clone(),
            AccountClass::Organisation => Instead::default(),
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

    /// Answers with a page. Its forms may lead to ourselves and to the service of the pending request.
    pub(crate) fn page(self, status: StatusCode, template: impl askama::Template) -> Response {
        let policy = PagePolicy::default().form_to(self.flow.as_ref().and_then(OpenFlow::redirect_origin));
        self.page_under(status, &policy, template)
    }

    /// Answers with a page that has the fields of an address: it may run their script, which asks us for lists.
    pub(crate) fn page_with_lists(self, status: StatusCode, template: impl askama::Template) -> Response {
        let policy = self.policy_with_script(self.edge.assets.address_script()).asking_for_lists();
        self.page_under(status, &policy, template)
    }

    /// Answers with a page that asks the browser for a passkey: it may run the one script that does so.
    pub(crate) fn page_with_passkey(self, status: StatusCode, template: impl askama::Template) -> Response {
        let policy = self.policy_with_script(self.edge.assets.passkey_script());
        self.page_under(status, &policy, template)
    }

    /// Lets a page run the file at `path`, and no other.
    fn policy_with_script(&self, path: &str) -> PagePolicy {
        let target = self.flow.as_ref().and_then(OpenFlow::redirect_origin);
        PagePolicy::default().form_to(target).script_at(format!("{}{path}", self.edge.origin))
    }

    /// Answers with a page under its own policy.
    pub(crate) fn page_under(
        self,
        status: StatusCode,
        policy: &PagePolicy,
        template: impl askama::Template,
    ) -> Response {
        let response = match template.render() {
            Ok(html) => html_page(status, html, policy, self.ctx.language),
            Err(error) => PageError::from(error).into_response(),
        };
        self.with_cookies(response)
    }

    /// Sends the browser to one of our pages.
    pub(crate) fn to(self, path: impl Into<LocalPath>) -> Response {
        self.see_other(path.into().as_str())
    }

    /// Goes on after a step: to the page that the person was on the way to, back to the pending request, or home.
    pub(crate) fn resume(mut self) -> Response {
        let path = match self.next.take() {
            Some(next) => self.path(next.path()),
            None if self.flow.is_some() => self.path("/authorize/resume"),
            None => LocalPath::new("/"),
        };
        self.to(path)
    }

    /// Sends the browser to one of our pages, to come back to `next` afterwards.
    pub(crate) fn by_way_of(mut self, path: &'static str, next: Next) -> Response {
        self.next = Some(next);
        let path = self.path(path);
        self.to(path)
    }

    /// Keeps in the browser that the person confirmed who they are.
    #[must_use]
    pub(crate) fn confirmed(mut self, cookie: &str) -> Self {
        self.set_cookies.push(self.edge.cookies.set(CookieKind::Confirmation, cookie));
        self
    }

    /// Begins a session: the browser gets its cookie, and is known to the account from now on.
    #[must_use]
    pub(crate) fn start_session(mut self, new: &NewSession) -> Self {
        self.set_cookies.push(self.edge.cookies.set(CookieKind::Session, new.cookie.expose()));
        self.set_cookies.push(self.edge.cookies.set(CookieKind::KnownDevices, &new.known_device));
        if let Some(remembered) = &new.remembered {
            self.set_cookies.push(self.edge.cookies.set(CookieKind::Remembered, remembered));
        }
        self
    }

    /// Ends the session in this browser. It gets a new name too: at a shared computer, forms and pending requests of
    /// one person are nothing to the next (security.md row 10).
    #[must_use]
    pub(crate) fn end_session(mut self) -> Self {
        self.who = None;
        self.flow = None;
        self.set_cookies.push(self.edge.cookies.remove(CookieKind::Session));
        self.set_cookies.push(self.edge.cookies.remove(CookieKind::Confirmation));
        self.browser = Secret::random(self.ctx.entropy());
        self.ctx.browser = Some(self.edge.vault.digest(DigestPurpose::Browser, &[self.browser.expose().as_bytes()]));
        self.set_cookies.push(self.edge.cookies.set(CookieKind::Browser, self.browser.expose()));
        self
    }

    /// Takes a request of a service along to our pages.
    #[must_use]
    pub(crate) fn carrying(mut self, flow: Flow) -> Self {
        let sealed = self.edge.house.seal_flow(&self.ctx, &flow);
        self.flow = Some(OpenFlow { flow, sealed, destination: None });
        self
    }

    /// Sends the browser to `location`: for [`Visit::to`], and for answers to a client that the protocol vouches for.
    pub(crate) fn see_other(self, location: &str) -> Response {
        let response = match HeaderValue::from_str(location) {
            Ok(location) => {
                let mut response = StatusCode::SEE_OTHER.into_response();
                response.headers_mut().insert(LOCATION, location);
                headers::of_redirect(response.headers_mut());
                response
            }
            Err(_) => PageError::Internal("an address of a redirect has a character that no header takes".to_owned())
                .into_response(),
        };
        self.with_cookies(response)
    }

    fn with_cookies(self, mut response: Response) -> Response {
        for cookie in self.set_cookies {
            if let Ok(value) = HeaderValue::try_from(cookie) {
                response.headers_mut().append(SET_COOKIE, value);
            }
        }
        response
    }
}

/// Draws the page of an error over the bare answer that carries it, whose headers stay (`Allow`, `Retry-After`).
pub(crate) fn error_page(arrival: &Arrival, error: &PageError, bare: Response) -> Response {
    // What was refused may exist for POST only, or be too long: then the other language begins at home.
    let again = arrival.method == Method::GET && !matches!(error, PageError::MethodNotAllowed | PageError::UriTooLong);
    let uri = if again { arrival.uri.clone() } else { Uri::from_static("/") };
    let links = language_links(&uri, arrival.ctx.language);
    let layout = bare_layout(&arrival.edge, &arrival.ctx, ErrorPage::TITLE, links);
    let html =
        askama::Template::render(&ErrorPage::new(layout, error)).unwrap_or_else(|_| arrival.ctx.request_id.clone());
    let (mut parts, _) = bare.into_parts();
    parts.headers.remove(http::header::CONTENT_LENGTH);
    let drawn = html_page(parts.status, html, &PagePolicy::default(), arrival.ctx.language);
    let (drawn, body) = drawn.into_parts();
    merge(&mut parts.headers, drawn.headers);
    Response::from_parts(parts, body)
}

fn merge(headers: &mut HeaderMap, over: HeaderMap) {
    for (name, value) in over {
        if let Some(name) = name {
            headers.insert(name, value);
        }
    }
}

fn html_page(status: StatusCode, html: String, policy: &PagePolicy, language: Language) -> Response {
    let mut response = (status, html).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers::of_page(response.headers_mut(), policy, language);
    response
}

/// A frame without anything of a visit: no form in it would be taken.
fn bare_layout(edge: &Edge, ctx: &Ctx, title: &'static str, languages: Vec<LanguageLink>) -> Layout {
    Layout {
        texts: Texts::of(ctx.language),
        title,
        portal_name: edge.settings.portal_name.text(ctx.language).to_owned(),
        province_name: Some(edge.settings.province_name.text(ctx.language).to_owned()).filter(|name| !name.is_empty()),
        support_url: edge.settings.support_url.as_ref().map(|url| url.as_str().to_owned()),
        desk: edge.desk.text(ctx.language).to_owned(),
        stylesheet: edge.assets.stylesheet().to_owned(),
        theme: edge.assets.theme().map(str::to_owned),
        logo: edge.assets.logo().to_owned(),
        passkey_script: edge.assets.passkey_script().to_owned(),
        csrf: String::new(),
        flow: None,
        next: None,
        service: None,
        request_id: ctx.request_id.clone(),
        languages,
        signed_in_as: None,
    }
}

/// Links to the same page in the other languages.
fn language_links(uri: &Uri, current: Language) -> Vec<LanguageLink> {
    let link = |language: Language| LanguageLink {
        tag: language.tag(),
        name: match language {
            Language::Vi => "Tiếng Việt",
            Language::En => "English",
        },
        href: LocalPath::in_language(uri, language.tag()).as_str().to_owned(),
    };
    Language::ALL.into_iter().filter(|language| *language != current).map(link).collect()
}
