//! An answer that travels to a client through the browser.

use super::verified::VerifiedRedirect;
use crate::error::AuthorizationFault;
use crate::session_state::session_state;
use portal_id_core::entropy::Entropy;
use portal_id_core::ids::ClientId;
use portal_id_core::secret::Secret;
use std::fmt;

/// How the answer travels (OAuth 2.0 Multiple Response Type Encoding Practices §2.1, Form Post Response Mode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of a redirect.
    #[default]
    Query,
    /// As fields of a form that the browser posts.
    FormPost,
}

impl ResponseMode {
    /// The modes we have, as discovery names them.
    pub(crate) const ALL: [(&'static str, Self); 2] = [("query", Self::Query), ("form_post", Self::FormPost)];

    /// Reads a `response_mode`.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, mode)| mode)
    }
}

/// An answer to a client: the only thing that sends a browser there. `Debug` shows no values.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientRedirect {
    to: VerifiedRedirect,
    mode: ResponseMode,
    fields: Vec<(&'static str, String)>,
    client: ClientId,
    /// Whether it speaks of a session: only OpenID Connect does.
    is_openid: bool,
    framed_by: Vec<String>,
}

/// What every answer to an authorization request carries.
#[derive(Clone, Debug)]
pub(crate) struct ReturnAddress {
    /// Where to.
    pub(crate) to: VerifiedRedirect,
    /// How.
    pub(crate) mode: ResponseMode,
    /// The request's `state`.
    pub(crate) state: Option<String>,
    /// Our issuer, against mix-up (RFC 9207 §2).
    pub(crate) issuer: String,
    /// What came with the request and goes back as it is.
    pub(crate) echoed: Vec<(&'static str, String)>,
    /// The client.
    pub(crate) client: ClientId,
    /// Whether it asked for OpenID Connect: only there is a session to speak of.
    pub(crate) is_openid: bool,
    /// The origins that may frame the answer, where it is a page.
    pub(crate) framed_by: Vec<String>,
}

impl ClientRedirect {
    /// A successful authorization (RFC 6749 §4.1.2).
    pub(crate) fn code(address: ReturnAddress, code: &Secret) -> Self {
        Self::answer(address, vec![("code", code.expose().to_owned())])
    }

    /// A refused authorization (RFC 6749 §4.1.2.1). Its description names the request, which the log knows more of.
    pub(crate) fn fault(address: ReturnAddress, fault: AuthorizationFault, request_id: &str) -> Self {
        let description = format!("{}; request {request_id}", fault.description);
        Self::answer(address, vec![("error", fault.error.to_owned()), ("error_description", description)])
    }

    /// The return after sign-out, with exactly `state` (RP-Initiated Logout §3).
    pub(crate) fn signed_out(client: &ClientId, to: VerifiedRedirect, state: Option<&str>) -> Self {
        Self {
            to,
            mode: ResponseMode::Query,
            fields: state.map(|state| ("state", state.to_owned())).into_iter().collect(),
            client: client.clone(),
            is_openid: false,
            framed_by: Vec::new(),
        }
    }

    fn answer(address: ReturnAddress, mut fields: Vec<(&'static str, String)>) -> Self {
        fields.extend(address.state.map(|state| ("state", state)));
        fields.push(("iss", address.issuer));
        fields.extend(address.echoed);
        let ReturnAddress { to, mode, client, is_openid, framed_by, .. } = address;
        Self { to, mode, fields, client, is_openid, framed_by }
    }

    /// Adds the `session_state` for a browser in this state, good or bad answer alike (OpenID Connect Session
    /// Management 1.0 §2). An app's own scheme has no origin, and nothing there could frame our page.
    #[must_use]
    pub fn with_session_state(mut self, browser_state: &str, entropy: &dyn Entropy) -> Self {
        if self.is_openid
            && let Some(origin) = self.to.origin()
        {
            let salt = Secret::random(entropy);
            let state = session_state(self.client.as_str(), &origin, browser_state, salt.expose());
            self.fields.push(("session_state", state));
        }
        self
    }

    /// The origins that may frame the answer, where it is a page: the client's own, when it asked that nothing be shown
    /// (decisions 18).
    pub fn framed_by(&self) -> &[String] {
        &self.framed_by
    }

    /// The client it goes to.
    pub(crate) fn client(&self) -> &ClientId {
        &self.client
    }

    /// How the answer travels: a redirect to [`location`](Self::location), or a form with [`fields`](Self::fields)
    /// posted to [`action`](Self::action).
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// The `Location` of a redirect.
    pub fn location(&self) -> String {
        self.to.with_query(&self.fields)
    }

    /// The action of the form.
    pub fn action(&self) -> &str {
        self.to.as_str()
    }

    /// The fields of the form.
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.fields
    }

    /// Where it goes.
    pub fn target(&self) -> &VerifiedRedirect {
        &self.to
    }
}

impl fmt::Debug for ClientRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| *name).collect();
        f.debug_struct("ClientRedirect")
            .field("to", &self.to.as_str())
            .field("mode", &self.mode)
            .field("fields", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing;

    fn address() -> ReturnAddress {
        let to = VerifiedRedirect::of_authorization(&testing::client(), testing::REDIRECT_URI).unwrap();
        ReturnAddress {
            to,
            mode: ResponseMode::Query,
            state: Some("a&b".to_owned()),
            issuer: "https://id.example".to_owned(),
            echoed: Vec::new(),
            client: ClientId::from_text("dat-lich"),
            is_openid: false,
            framed_by: Vec::new(),
        }
    }

    #[test]
    fn an_answer_carries_state_and_issuer() {
        let answer = ClientRedirect::code(address(), &Secret::new("the-code".to_owned()));
        assert_eq!(answer.location(), "https://rp.example/cb?code=the-code&state=a%26b&iss=https%3A%2F%2Fid.example");
        assert!(!format!("{answer:?}").contains("the-code"));
    }

    #[test]
    fn a_fault_is_sent_with_its_code_and_text() {
        let answer =
            ClientRedirect::fault(address(), AuthorizationFault::new("login_required", "nobody is signed in"), "r-1");
        assert!(answer.location().starts_with(
            "https://rp.example/cb?error=login_required&error_description=nobody%20is%20signed%20in%3B%20request%20r-1&state="
        ));
    }

    #[test]
    fn an_answer_to_openid_connect_says_the_state_of_the_session_and_no_other_does() {
        let entropy = testing::CountingEntropy::default();
        let fault = || AuthorizationFault::new("login_required", "nobody is signed in");
        let fields = |address: ReturnAddress| {
            let answer = ClientRedirect::fault(address, fault(), "r-1").with_session_state("s-1", &entropy);
            answer.fields().to_vec()
        };
        let of = |address: ReturnAddress| {
            fields(address).into_iter().find(|(name, _)| *name == "session_state").map(|(_, state)| state)
        };
        let monitored = || ReturnAddress { is_openid: true, ..address() };
        let state = of(monitored()).unwrap();
        let (_, salt) = state.split_once('.').unwrap();
        assert_eq!(state, session_state("dat-lich", "https://rp.example", "s-1", salt));
        assert_eq!(salt.len(), 43);
        assert_ne!(of(monitored()), Some(state), "each answer has its own salt");
        assert_eq!(of(address()), None);
        let mut app = testing::client();
        app.metadata.token_endpoint_auth_method = portal_id_core::client::ClientAuthMethod::None;
        app.metadata.redirect_uris = vec!["vn.example.app:/cb".to_owned()];
        let to = VerifiedRedirect::of_authorization(&app, "vn.example.app:/cb").unwrap();
        assert_eq!(of(ReturnAddress { to, ..monitored() }), None);
        let signed_out =
            ClientRedirect::signed_out(&address().client, address().to, None).with_session_state("s-1", &entropy);
        assert_eq!(signed_out.location(), "https://rp.example/cb");
    }

    #[test]
    fn the_return_after_sign_out_carries_state_and_nothing_else() {
        let of = |state| ClientRedirect::signed_out(&address().client, address().to, state).location();
        assert_eq!(of(Some("s")), "https://rp.example/cb?state=s");
        assert_eq!(of(None), "https://rp.example/cb");
    }
}
