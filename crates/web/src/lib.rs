//! Reads a request, calls one use case, shows one page or redirect. Decides nothing.
//!
//! [`edge`] knows HTTP: who asks, forms, cookies, headers, error pages. [`pages`] are what people see, [`protocol`] is
//! what relying parties and their browsers call. Rules about accounts are in `portal-id-core`, those of OpenID Connect
//! in `portal-id-oidc`.

mod assets;
mod edge;
mod pages;
mod protocol;
mod settings;
mod texts;
mod wiring;

pub use assets::{AssetFault, Assets};
pub use protocol::health::Readiness;
pub use settings::{Colour, ColourFault, Colours, LocalText, Network, NotANetwork, NotHttps, SupportUrl, WebSettings};
pub use wiring::WebParts;

use crate::edge::{Edge, PageError};
use crate::protocol::authorize::Authorize;
use crate::protocol::cors::preflight;
use crate::protocol::health::Health;
use crate::protocol::metadata::Metadata;
use crate::protocol::sign_out::SignOut;
use crate::protocol::token::Token;
use crate::protocol::userinfo::Userinfo;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use http::StatusCode;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

/// Every address that the provider answers, and what each handler gets.
pub fn router(parts: WebParts) -> Router {
    let edge = Arc::new(parts.edge());
    let WebParts { accounts, provider, vault, assets, ready, .. } = parts;
    let authorize = Authorize { provider: Arc::clone(&provider), vault: Arc::clone(&vault) };
    let sign_out = SignOut { accounts: Arc::clone(&accounts), provider: Arc::clone(&provider), vault };
    let metadata = Metadata { provider: Arc::clone(&provider) };

    let people = Router::new()
        .route("/", get(pages::home::get))
        .route("/register", get(pages::register::get))
        .route("/register/citizen", get(pages::register_citizen::get).post(pages::register_citizen::post))
        .route("/register/business", get(pages::register_business::get))
        .route("/activate", get(pages::activate::get).post(pages::activate::post))
        .route("/activate/resend", post(pages::activation_resend::post))
        .route("/sign-in", get(pages::sign_in::get).post(pages::sign_in::post))
        .route("/sign-in/code", get(pages::code::get).post(pages::code::post))
        .route("/sign-in/phone", get(pages::phone_correction::get).post(pages::phone_correction::post))
        .route("/sign-in/help", get(pages::sign_in_help::get))
        .with_state(accounts)
        .route("/consent", get(pages::consent::get).post(pages::consent::post).with_state(Arc::clone(&provider)))
        .route("/assets/{name}", get(assets::get).with_state(assets));

    let services = Router::new()
        .route("/authorize", get(protocol::authorize::get).post(protocol::authorize::post).with_state(authorize.clone()))
        .route("/authorize/resume", get(protocol::authorize::resume).with_state(authorize))
        .route("/sign-out", get(protocol::sign_out::get).post(protocol::sign_out::post).with_state(sign_out.clone()))
        .route("/sign-out/confirm", post(protocol::sign_out::confirm).with_state(sign_out));

    let discovery = || get(protocol::metadata::discovery).options(preflight).with_state(metadata.clone());
    let programs = Router::new()
        .route("/token", post(protocol::token::post).options(preflight).with_state(Token { provider: Arc::clone(&provider) }))
        .route("/userinfo", get(protocol::userinfo::answer).post(protocol::userinfo::answer).options(preflight).with_state(Userinfo { provider }))
        .route("/jwks", get(protocol::metadata::jwks).options(preflight).with_state(metadata.clone()))
        .route("/.well-known/openid-configuration", discovery())
        .route("/.well-known/oauth-authorization-server", discovery());

    let operators = Router::new()
        .route("/healthz", get(protocol::health::healthz))
        .route("/readyz", get(protocol::health::readyz).with_state(Health { ready }));

    behind_the_edge(people.merge(services).merge(programs).merge(operators), edge)
}

/// Puts the edge around `routes`. From the outside in: the arrival with its headers and error pages, panics, time.
fn behind_the_edge(routes: Router, edge: Arc<Edge>) -> Router {
    let patience = Duration::from_secs(edge.settings.request_timeout_seconds.max(1));
    routes
        .fallback(|| async { PageError::NotFound })
        .method_not_allowed_fallback(|| async { PageError::MethodNotAllowed })
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, patience))
        .layer(CatchPanicLayer::custom(edge::error::panicked))
        .layer(from_fn_with_state(edge, edge::arrival::receive))
}
