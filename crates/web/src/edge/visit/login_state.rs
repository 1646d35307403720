//! What a browser holds, readable for one script of ours, about which session it is in (OpenID Connect Session Management
//! 1.0 §4). Made from the session's id by a key, so that it says nothing; never read to decide who somebody is.

use crate::edge::Edge;
use crate::edge::cookies::CookieKind;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use portal_id_core::accounts::SignedIn;
use portal_id_core::digest::DigestPurpose;
use portal_id_core::session::Session;

/// A browser from which somebody left. Kept, since a missing cookie means something else: that the browser does not show
/// it in this frame, or never had one.
const SIGNED_OUT: &str = "signed-out";

/// The browser's state before and after this request.
pub(super) struct LoginState {
    brought: Option<String>,
    now: Option<String>,
}

impl LoginState {
    /// As the browser comes, with what has changed here since its last visit.
    pub(super) fn of_visit(edge: &Edge, headers: &HeaderMap, who: Option<&SignedIn>) -> Self {
        let read = edge.cookies.read(headers, CookieKind::LoginState);
        let brought = read.map(|value| value.expose().to_owned()).filter(|value| is_ours(value));
        // In a frame of another site this cookie comes alone: that the others are missing does not mean that nobody is
        // signed in.
        let comes_with_the_others = edge.browser_cookie(headers).is_some();
        let now = match who {
            Some(who) => Some(of_session(edge, &who.session)),
            None if comes_with_the_others && brought.is_some() => Some(SIGNED_OUT.to_owned()),
            None => brought.clone(),
        };
        Self { brought, now }
    }

    /// A session begins with this answer.
    pub(super) fn begins(&mut self, edge: &Edge, session: &Session) {
        self.now = Some(of_session(edge, session));
    }

    /// The session ends with this answer.
    pub(super) fn ends(&mut self) {
        self.now = Some(SIGNED_OUT.to_owned());
    }

    /// The state that the browser is in once it has this answer; `None` when it keeps none.
    pub(super) fn text(&self) -> Option<&str> {
        self.now.as_deref()
    }

    /// The `Set-Cookie` value, if the state has changed.
    pub(super) fn cookie(&self, edge: &Edge) -> Option<String> {
        let state = self.now.as_ref().filter(|_| self.now != self.brought)?;
        Some(edge.cookies.set(CookieKind::LoginState, state))
    }
}

fn of_session(edge: &Edge, session: &Session) -> String {
    let digest = edge.vault.digest(DigestPurpose::LoginState, &[session.id.as_str().as_bytes()]);
    URL_SAFE_NO_PAD.encode(digest.as_bytes())
}

/// Whether it can be a value of ours; it goes into a hash whose parts are separated by spaces.
fn is_ours(value: &str) -> bool {
    value == SIGNED_OUT
        || (value.len() == 43 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))
}
