//! What an authorization request comes to.

use crate::redirect::ClientRedirect;
use portal_id_core::client_links::ClientLinks;
use portal_id_core::flow::Requirement;
use portal_id_core::upstream::{Purpose, UpstreamId};
use serde_json::{Map, Value};
use std::fmt;

/// The one next thing.
#[derive(Clone, Debug)]
pub enum AuthorizeOutcome {
    /// An error page: there is no verified place to send the person to (RFC 6749 §4.1.2.1).
    Refused(AuthorizeRefusal),
    /// An answer to the client, good or bad.
    Redirect(ClientRedirect),
    /// The person has to sign in; then the request is judged again.
    SignIn(SignInAsk),
    /// The person is signed in and has to prove a second factor; then the request is judged again.
    StepUp(SignInAsk),
    /// The person goes to an upstream at once: the request names it, or nothing else reaches the level that is asked for.
    Upstream(UpstreamAsk),
    /// The person is signed in, and the service needs an e-mail address or a phone of them that is not known.
    Contact(SignInAsk),
    /// The person has to be asked; the answer goes to [`Provider::decide_consent`](crate::Provider::decide_consent).
    Consent(ConsentAsk),
}

/// The way to an upstream.
#[derive(Clone, Debug)]
pub struct UpstreamAsk {
    /// Which one.
    pub upstream: UpstreamId,
    /// What the person does here when they come back.
    pub purpose: Purpose,
    /// What the pages on the way need to know.
    pub ask: SignInAsk,
}

/// How the service needs to be able to reach the person: what its scope is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContactNeed {
    /// By e-mail.
    pub email: bool,
    /// By phone.
    pub phone: bool,
}

impl ContactNeed {
    /// Of what it asks for.
    pub(super) fn of(scopes: &[String]) -> Self {
        let has = |name: &str| scopes.iter().any(|scope| scope == name);
        Self { email: has("email"), phone: has("phone") }
    }

    /// Whether in any way.
    pub const fn is_any(self) -> bool {
        self.email || self.phone
    }
}

/// Why the request cannot be answered to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthorizeRefusal {
    /// `client_id` is missing or was sent twice.
    ClientMissing,
    /// There is no such client.
    ClientUnknown,
    /// The client is switched off.
    ClientDisabled,
    /// `redirect_uri` is missing or was sent twice.
    RedirectUriMissing,
    /// The client did not register this `redirect_uri`.
    RedirectUriUnregistered,
}

impl AuthorizeRefusal {
    /// All of them, for the texts.
    pub const ALL: [Self; 5] = [
        Self::ClientMissing,
        Self::ClientUnknown,
        Self::ClientDisabled,
        Self::RedirectUriMissing,
        Self::RedirectUriUnregistered,
    ];

    /// The key of its text.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ClientMissing => "client-missing",
            Self::ClientUnknown => "client-unknown",
            Self::ClientDisabled => "client-disabled",
            Self::RedirectUriMissing => "redirect-uri-missing",
            Self::RedirectUriUnregistered => "redirect-uri-unregistered",
        }
    }
}

/// What the sign-in page needs to know. `Debug` shows nothing about the person.
#[derive(Clone)]
pub struct SignInAsk {
    /// The service, in the language of the request.
    pub client_name: String,
    /// The service's own pages and its picture.
    pub links: ClientLinks,
    /// Where the answer will go, for `form-action`; `None` for an app's own scheme.
    pub redirect_origin: Option<String>,
    /// Whether the registration page comes first (`prompt=create`).
    pub create: bool,
    /// What is demanded of the session.
    pub requirement: Requirement,
    /// How the service needs to be able to reach the person.
    pub contact: ContactNeed,
    /// Whether the request names an upstream that is switched off.
    pub upstream_is_off: bool,
}

impl fmt::Debug for SignInAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInAsk")
            .field("client_name", &self.client_name)
            .field("create", &self.create)
            .field("requirement", &self.requirement)
            .finish_non_exhaustive()
    }
}

/// What the consent page needs to know. `Debug` shows nothing about the person.
#[derive(Clone)]
pub struct ConsentAsk {
    /// The service, in the language of the request.
    pub client_name: String,
    /// The service's own pages and its picture.
    pub links: ClientLinks,
    /// Where the answer will go, for `form-action`; `None` for an app's own scheme.
    pub redirect_origin: Option<String>,
    /// What it asks for, in the order of [`SCOPES`](portal_id_core::client::SCOPES).
    pub scopes: Vec<String>,
    /// What it would learn now, as userinfo would say it.
    pub claims: Map<String, Value>,
}

impl fmt::Debug for ConsentAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentAsk")
            .field("client_name", &self.client_name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
