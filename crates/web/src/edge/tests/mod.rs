//! The edge under test: real layers around a few pages of the test's own, with stand-ins for the house. Stories
//! through the whole provider are told in the workspace's `tests`.

#![expect(clippy::expect_used, reason = "tests")]

mod answers;
mod forms;
mod hostile;

use crate::assets::Assets;
use crate::edge::cookies::{CookieKind, CookieNames};
use crate::edge::flow::Destination;
use crate::edge::request_id::RequestIds;
use crate::edge::{CsrfForm, Edge, Fields, FormFields, House, PageResult, Visit};
use crate::pages::client_links::ClientFace;
use crate::pages::sign_out::SignOutPage;
use crate::settings::WebSettings;
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use portal_id_core::accounts::{Failure, NewSession, SignedIn};
use portal_id_core::acr::Ial;
use portal_id_core::client_links::ClientLinks;
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::entropy::{Entropy, OsEntropy};
use portal_id_core::flow::Requirement;
use portal_id_core::ids::{AccountId, SessionId};
use portal_id_core::language::LocalText;
use portal_id_core::ports::{SealPurpose, Unsealable, Vault};
use portal_id_core::secret::Secret;
use portal_id_core::session::Session;
use portal_id_core::time::{Clock, Timestamp};
use portal_id_oidc::{ContactNeed, Flow, Parameters};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tower::ServiceExt as _;
use zeroize::Zeroizing;

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_366_800);
pub(super) const ISSUER: &str = "https://id.tinh.example";

/// Seals by appending a checksum: enough to see that altered and moved texts do not open.
pub(crate) struct FakeVault;

fn checksum(label: &str, context: &[u8], plain: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(label)
        .chain_update([0])
        .chain_update(context)
        .chain_update([0])
        .chain_update(plain)
        .finalize()
        .into()
}

impl Vault for FakeVault {
    fn seal(&self, purpose: SealPurpose, context: &[u8], plain: &[u8], _: &dyn Entropy) -> Vec<u8> {
        [plain, &checksum(purpose.label(), context, plain)].concat()
    }

    fn open(&self, purpose: SealPurpose, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let (plain, sum) = sealed.split_last_chunk::<32>().ok_or(Unsealable)?;
        if *sum == checksum(purpose.label(), context, plain) {
            Ok(Zeroizing::new(plain.to_vec()))
        } else {
            Err(Unsealable)
        }
    }

    fn digest(&self, purpose: DigestPurpose, parts: &[&[u8]]) -> Digest {
        Digest::from_bytes(checksum(purpose.label(), &[], &parts.join(&0)))
    }
}

/// The circumstances of a request at `now`.
pub(crate) fn ctx_at(now: Timestamp) -> Ctx {
    Ctx::for_job(now, Arc::new(OsEntropy), "test")
}

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// A house where nobody is signed in, the database can be cut off, and flows are bound to browsers.
struct FakeHouse;

pub(super) const CUT_OFF: &str = "the-database-is-away-for-this-one";

#[async_trait]
impl House for FakeHouse {
    async fn session(&self, _: &Ctx, cookie: &Secret) -> Result<Option<SignedIn>, Failure> {
        if cookie.expose() == CUT_OFF { Err(Failure::Unavailable("secret detail".to_owned())) } else { Ok(None) }
    }

    fn seal_flow(&self, ctx: &Ctx, flow: &Flow) -> String {
        let browser = ctx.browser.map(|browser| *browser.as_bytes()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(FakeVault.seal(
            SealPurpose::Flow,
            &browser,
            flow.params.encode().as_bytes(),
            ctx.entropy(),
        ))
    }

    async fn judge_flow(&self, _: &Ctx, flow: &Flow) -> Result<Option<Destination>, Failure> {
        let registered = flow.params.get("redirect_uri") == Some("https://rp.example:8443/cb");
        Ok(registered.then(|| Destination {
            service: ClientFace::new("Đất đai", &ClientLinks::default()),
            origin: Some("https://rp.example:8443".to_owned()),
            requirement: Requirement::default(),
            contact: ContactNeed::default(),
            upstream_is_off: false,
        }))
    }

    fn open_flow(&self, ctx: &Ctx, text: &str) -> Option<Flow> {
        let plain =
            FakeVault.open(SealPurpose::Flow, ctx.browser?.as_bytes(), &URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        Some(Flow::new(Parameters::parse(&plain).ok()?, NOW))
    }
}

struct Credentials {
    username: String,
}

impl FormFields for Credentials {
    const FIELDS: &'static [&'static str] = &["username", "password"];

    fn from_fields(fields: &Fields) -> Self {
        Self { username: fields.get("username").to_owned() }
    }
}

async fn page(visit: Visit) -> PageResult {
    let page = SignOutPage::new(visit.layout(SignOutPage::TITLE), None, Vec::new());
    Ok(visit.page(StatusCode::OK, page))
}

async fn form(visit: Visit, CsrfForm(form): CsrfForm<Credentials>) -> PageResult {
    let page = SignOutPage::new(visit.layout(SignOutPage::TITLE), Some(form.username), Vec::new());
    Ok(visit.page(StatusCode::OK, page))
}

async fn leave(visit: Visit) -> PageResult {
    Ok(visit.end_session().to("/"))
}

/// Ends the session and goes on with a form of the same answer.
async fn leave_and_stay(visit: Visit) -> PageResult {
    page(visit.end_session()).await
}

/// Begins a session and goes on with a form of the same answer.
async fn enter(visit: Visit) -> PageResult {
    let session = Session {
        id: SessionId::from_text("session".to_owned()),
        secret: Digest::from_bytes([0; 32]),
        account_id: AccountId::from_text("account".to_owned()),
        auth_time: NOW,
        last_seen_at: NOW,
        expires_at: NOW,
        amr: Vec::new(),
        ial: Ial(0),
        user_agent: String::new(),
        network: String::new(),
        ended_at: None,
    };
    let cookie = Secret::new("s".repeat(43));
    let new = NewSession { cookie, session, known_device: "known".to_owned(), remembered: None };
    page(visit.start_session(&new)).await
}

async fn carry(visit: Visit) -> PageResult {
    let params =
        Parameters::parse(b"redirect_uri=https%3A%2F%2Frp.example%3A8443%2Fcb&ui_locales=en").unwrap_or_default();
    Ok(visit.carrying(Flow::new(params, NOW)).resume())
}

async fn broken() -> PageResult {
    #[expect(clippy::panic, reason = "what is tested")]
    {
        panic!("a secret in a panic")
    }
}

async fn never() -> PageResult {
    std::future::pending().await
}

/// Pages of the test's own; `/token` and `/jwks` stand for the endpoints for programs.
pub(super) fn app_of(settings: WebSettings) -> Router {
    let issuer: url::Url = ISSUER.parse().expect("an issuer");
    let edge = Edge {
        clock: Arc::new(StandingClock),
        entropy: Arc::new(OsEntropy),
        request_ids: RequestIds::new(&OsEntropy),
        vault: Arc::new(FakeVault),
        house: Arc::new(FakeHouse),
        assets: Assets::load(&settings).expect("assets"),
        settings,
        desk: LocalText::default(),
        cookies: CookieNames::of(&issuer),
        origin: issuer.origin().ascii_serialization(),
    };
    let routes = Router::new()
        .route("/page", get(page))
        .route("/form", post(form))
        .route("/leave", post(leave))
        .route("/leave-and-stay", post(leave_and_stay))
        .route("/enter", post(enter))
        .route("/carry", get(carry))
        .route("/broken", get(broken))
        .route("/never", get(never))
        .route("/token", post(form).options(crate::protocol::cors::preflight))
        .route("/jwks", get(broken));
    crate::behind_the_edge(routes, Arc::new(edge))
}

pub(super) fn app() -> Router {
    app_of(WebSettings::default())
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    /// The value that a cookie was set to.
    pub(super) fn cookie(&self, kind: CookieKind) -> Option<String> {
        let start = format!("{}=", cookie_name(kind));
        let all = self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().expect("text"));
        all.filter_map(|set| set.strip_prefix(&start))
            .map(|rest| rest.split(';').next().unwrap_or_default().to_owned())
            .next_back()
    }

    /// The value of the page's hidden field.
    pub(super) fn csrf(&self) -> String {
        let (_, rest) = self.body.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().expect("a value").to_owned()
    }
}

pub(super) fn cookie_name(kind: CookieKind) -> String {
    CookieNames::of(&ISSUER.parse().expect("an issuer")).name(kind)
}

pub(super) async fn send(app: &Router, request: Request<Body>) -> Answer {
    let response = app.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

pub(super) async fn open(app: &Router, path: &str) -> Answer {
    send(app, Request::get(path).body(Body::empty()).expect("a request")).await
}

/// A browser that opened the page with the form.
pub(super) struct Browser {
    pub(super) cookie: String,
    pub(super) csrf: String,
}

impl Browser {
    pub(super) async fn new(app: &Router) -> Self {
        let page = open(app, "/page").await;
        let value = page.cookie(CookieKind::Browser).expect("a browser cookie");
        Self { cookie: format!("{}={value}", cookie_name(CookieKind::Browser)), csrf: page.csrf() }
    }

    /// A form as this browser sends it, to be spoiled by a test.
    pub(super) fn form(&self) -> http::request::Builder {
        Request::post("/form").header(COOKIE, &self.cookie).header(CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    pub(super) fn fields(&self, rest: &str) -> String {
        format!("csrf={}&{rest}", self.csrf)
    }
}
