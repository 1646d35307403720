//! The page that services keep in a hidden frame to hear whether the person at the browser is still the same (OpenID
//! Connect Session Management 1.0 §3.2). It reads one cookie by script and asks nobody.
//!
//! A stock client loads the address as discovery names it, without a word about who it is: the frame's referrer says so.
//! A page that hides its origin, or whose origin nobody registered, gets a page that may not be framed.

use crate::assets::Assets;
use crate::edge::cookies::{CookieKind, CookieNames};
use crate::edge::visit::html_page;
use crate::edge::{Call, PageError, PagePolicy};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::header::REFERER;
use http::{HeaderMap, StatusCode};
use portal_id_oidc::Provider;
use std::sync::Arc;

/// What this page needs.
#[derive(Clone)]
pub(crate) struct CheckSession {
    provider: Arc<Provider>,
    script: String,
    cookie: String,
    /// Our own origin, as browsers write it.
    origin: String,
}

impl CheckSession {
    pub(crate) fn new(provider: Arc<Provider>, assets: &Assets, cookies: &CookieNames, origin: &str) -> Self {
        let (script, cookie) = (assets.check_session_script().to_owned(), cookies.name(CookieKind::LoginState));
        Self { provider, script, cookie, origin: origin.to_owned() }
    }
}

/// The page. It has no visitor: in a frame of another site a browser sends none of the cookies that say who it is.
#[derive(Template)]
#[template(path = "check-session.html")]
struct CheckSessionPage<'a> {
    texts: Texts,
    script: &'a str,
    cookie: &'a str,
    /// The origin whose questions are answered; `None`: nobody's.
    origin: Option<String>,
}

/// Shows it to whoever may frame it.
pub(crate) async fn get(
    Call { ctx }: Call,
    State(s): State<CheckSession>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let origin = match headers.get(REFERER).and_then(|address| address.to_str().ok()) {
        Some(address) => s.provider.origin_of_a_client(&ctx, address).await?,
        None => None,
    };
    let mut policy = PagePolicy::default();
    if let Some(origin) = &origin {
        policy = policy.script_at(format!("{}{}", s.origin, s.script)).framed_by([origin.clone()]);
    }
    let page = CheckSessionPage { texts: Texts::of(ctx.language), script: &s.script, cookie: &s.cookie, origin };
    Ok(html_page(StatusCode::OK, page.render()?, &policy, ctx.language))
}
