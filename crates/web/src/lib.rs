//! Reads a request, calls one use case, shows one page or redirect. Decides nothing.
//!
//! [`edge`] knows HTTP: who asks, forms, cookies, headers, error pages. [`pages`] are what people see, [`protocol`] is
//! what relying parties and their browsers call. Rules about accounts are in `portal-id-core`, those of OpenID Connect
//! in `portal-id-oidc`.

mod assets;
mod edge;
mod pages;
mod places;
mod protocol;
mod settings;
mod texts;
mod wiring;

pub use assets::{AssetFault, Assets};
pub use protocol::health::Readiness;
pub use settings::{Colour, ColourFault, Colours, HttpsUrl, Instead, InsteadOfRegistering, NotHttps, WebSettings};
pub use wiring::WebParts;

use crate::edge::{Edge, PageError};
use crate::pages::registration::ClassForm;
use crate::pages::upstream::Upstreams;
use crate::protocol::authorize::{self, Authorize};
use crate::protocol::check_session::{self, CheckSession};
use crate::protocol::cors::preflight;
use crate::protocol::health::{self, Health};
use crate::protocol::introspect::{self, Introspect};
use crate::protocol::metadata::{self, Metadata};
use crate::protocol::revoke::{self, Revoke};
use crate::protocol::sign_out::{self, SignOut};
use crate::protocol::sms_report::{self, SmsReporting};
use crate::protocol::token::{self, Token};
use crate::protocol::upstream_logout::{self, UpstreamLogout};
use crate::protocol::userinfo::{self, Userinfo};
use crate::wiring::People;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use http::StatusCode;
use portal_id_core::accounts::{BusinessForm, CitizenForm};
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

/// The form of a class.
fn registration<F: ClassForm + Sync + 'static>() -> MethodRouter<People> {
    get(pages::registration::get::<F>).post(pages::registration::post::<F>)
}

/// Proving again who one is, and the ways to do so.
fn factors() -> Router<People> {
    Router::new()
        .route("/account/confirm", get(pages::confirm::get).post(pages::confirm::post))
        .route("/account/confirm/passkey", post(pages::confirm::post_passkey))
        .route("/account/security", get(pages::security::get).post(pages::security::post))
        .route(
            "/account/security/authenticator",
            get(pages::add_authenticator::get).post(pages::add_authenticator::post),
        )
        .route("/account/security/recovery-codes", get(pages::recovery_codes::get).post(pages::recovery_codes::post))
        .route("/account/security/passkey", get(pages::add_passkey::get).post(pages::add_passkey::post))
        .route("/account/security/passkey/name", get(pages::rename_passkey::get).post(pages::rename_passkey::post))
}

/// What is asked of whoever arrived by another provider, and what they look after later.
fn arrivals() -> Router<People> {
    Router::new()
        .route("/sign-in/arrival", get(pages::arrival::get).post(pages::arrival::post).head(not_for_head))
        .route("/sign-in/arrival/code", get(pages::arrival::code::get).post(pages::arrival::code::post))
        .route("/sign-in/arrival/decline", get(pages::arrival::decline::get).post(pages::arrival::decline::post))
        .route("/account/links", get(pages::links::get).post(pages::links::post))
        .route("/account/contact", get(pages::contact::get).post(pages::contact::post))
        .route("/account/contact/code", get(pages::contact::code::get).post(pages::contact::code::post))
        .route("/account/password/first", get(pages::first_password::get).post(pages::first_password::post))
}

/// The pages of people: registering, signing in and looking after the account.
fn own_pages() -> Router<People> {
    Router::new()
        .route("/", get(pages::home::get))
        .route("/register", get(pages::register::get))
        .route("/register/citizen", registration::<CitizenForm>())
        .route("/register/business", registration::<BusinessForm>())
        .route("/register/organisation", get(pages::register_closed::get_organisation))
        .route("/activate", get(pages::activate::get).post(pages::activate::post))
        .route("/activate/resend", post(pages::activation_resend::post))
        .route("/sign-in", get(pages::sign_in::get).post(pages::sign_in::post))
        .route("/sign-in/code", get(pages::code::get).post(pages::code::post))
        .route("/sign-in/app", get(pages::second_step::get_app).post(pages::second_step::post_app))
        .route("/sign-in/recovery", get(pages::second_step::get_recovery).post(pages::second_step::post_recovery))
        .route("/sign-in/passkey", get(pages::passkey::get).post(pages::passkey::post))
        .route("/sign-in/phone", get(pages::phone_correction::get).post(pages::phone_correction::post))
        .route("/sign-in/step-up", get(pages::step_up::get).post(pages::step_up::post))
        .route("/sign-in/help", get(pages::sign_in_help::get))
        .route("/sign-in/not-me", get(pages::not_me::get).post(pages::not_me::post))
        .route("/sign-in/new-password", get(pages::password::get_new).post(pages::password::post_new))
        .merge(arrivals())
        .route("/account/services", get(pages::services::get).post(pages::services::post))
        .route("/account/password", get(pages::password::get).post(pages::password::post))
        .route("/account", get(pages::account::get))
        .merge(factors())
}

/// Every address that the provider answers, and what the handlers of each group get.
///
/// The server must hand over the peer's address (`into_make_service_with_connect_info::<SocketAddr>`): without it all
/// requests look as if they came from nowhere, and limits by address see one client.
pub fn router(parts: WebParts) -> Router {
    let edge = Arc::new(parts.edge());
    let WebParts { accounts, provider, federation, vault, assets, sms_reports, ready, .. } = parts;

    let check_session = CheckSession::new(Arc::clone(&provider), &assets, &edge.cookies, &edge.origin);
    let authorize = Authorize {
        accounts: Arc::clone(&accounts),
        provider: Arc::clone(&provider),
        federation: Arc::clone(&federation),
        vault: Arc::clone(&vault),
    };
    let upstreams =
        Upstreams { accounts: Arc::clone(&accounts), federation: Arc::clone(&federation), vault: Arc::clone(&vault) };
    let people = own_pages()
        .with_state(People { accounts: Arc::clone(&accounts), federation: Arc::clone(&federation) })
        .route("/upstream/{id}/start", get(pages::upstream::start::get).head(not_for_head))
        .route("/upstream/{id}/link", post(pages::upstream::start::link))
        .route(
            "/upstream/{id}/callback",
            get(pages::upstream::callback::get).post(pages::upstream::callback::post).head(not_for_head),
        )
        .with_state(upstreams)
        .route("/consent", get(pages::consent::get).post(pages::consent::post).head(not_for_head))
        .with_state(authorize.clone())
        .route("/assets/{name}", get(assets::get))
        .with_state(assets)
        .route("/places/{era}/{version}/{name}", get(places::get));

    let services = Router::new()
        .route("/authorize", get(authorize::get).post(authorize::post).head(not_for_head))
        .route("/authorize/resume", get(authorize::resume).head(not_for_head))
        .with_state(authorize)
        .route("/sign-out", get(sign_out::get).post(sign_out::post).head(not_for_head))
        .route("/sign-out/confirm", post(sign_out::confirm))
        .route("/account/sessions", get(pages::sessions::get).post(pages::sessions::post))
        .route("/upstream/{id}/signed-out", get(sign_out::came_back).head(not_for_head))
        .with_state(SignOut {
            accounts: Arc::clone(&accounts),
            provider: Arc::clone(&provider),
            federation: Arc::clone(&federation),
            vault,
        })
        .route("/session/check", get(check_session::get))
        .with_state(check_session);

    let programs = Router::new()
        .route("/.well-known/openid-configuration", get(metadata::discovery).options(preflight))
        .route("/.well-known/oauth-authorization-server", get(metadata::discovery).options(preflight))
        .route("/jwks", get(metadata::jwks).options(preflight))
        .with_state(Metadata::new(Arc::clone(&provider)))
        .route("/token", post(token::post).options(preflight))
        .with_state(Token { provider: Arc::clone(&provider) })
        .route("/introspect", post(introspect::post))
        .with_state(Introspect { provider: Arc::clone(&provider) })
        .route("/revoke", post(revoke::post).options(preflight))
        .with_state(Revoke { provider: Arc::clone(&provider) })
        .route("/userinfo", get(userinfo::answer).post(userinfo::answer).options(preflight))
        .with_state(Userinfo { provider })
        .route("/upstream/{id}/backchannel-logout", post(upstream_logout::post))
        .with_state(UpstreamLogout { accounts, federation });

    let gateways = Router::new()
        .route("/callbacks/sms/{gateway}/{secret}", get(sms_report::take).post(sms_report::take).head(not_for_head))
        .with_state(SmsReporting { reports: sms_reports });

    let operators = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .with_state(Health { ready });

    behind_the_edge(people.merge(services).merge(programs).merge(gateways).merge(operators), edge)
}

/// Puts the edge around `routes`. From the outside in: the arrival with its headers and error pages, panics, time.
fn behind_the_edge(routes: Router, edge: Arc<Edge>) -> Router {
    let patience = Duration::from_secs(edge.settings.request_timeout_seconds.max(1));
    routes
        .fallback(|| async { PageError::NotFound })
        .method_not_allowed_fallback(|| async { PageError::MethodNotAllowed })
        // As one layer: the router boxes what each layer makes of each route.
        .layer((
            from_fn_with_state(edge, edge::arrival::receive),
            CatchPanicLayer::custom(edge::error::panicked),
            TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, patience),
        ))
}

/// These GETs act: they issue a code or end a session. A HEAD, which link scanners send, must not (RFC 9110 §9.2.1).
async fn not_for_head() -> PageError {
    PageError::MethodNotAllowed
}
