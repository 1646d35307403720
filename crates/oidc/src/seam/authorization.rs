//! The executor of the authorization request: response type, scope syntax, PKCE, the scopes that the client may have.

use super::in_order;
use crate::authorize::scopes;
use crate::error::AuthorizationFault;
use crate::parameters::Parameters;
use crate::pkce;
use crate::redirect::VerifiedRedirect;
use oxide_auth::code_grant::authorization::{Authorization, Error, Input, Output, Request};
use oxide_auth::code_grant::error::{AuthorizationError, AuthorizationErrorType};
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl};
use oxide_auth::primitives::scope::Scope;
use portal_id_core::client::Client;
use std::borrow::Cow;

/// An authorization request of a known client with a verified redirect URI.
pub(crate) struct Proposal<'a> {
    /// The request.
    pub(crate) params: &'a Parameters,
    /// Who asks.
    pub(crate) client: &'a Client,
    /// Where the answer goes.
    pub(crate) redirect: &'a VerifiedRedirect,
}

/// What the request comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Negotiated {
    /// The scopes asked for that we know, in our order; the client may have them all.
    pub(crate) scopes: Vec<String>,
    /// The S256 challenge.
    pub(crate) code_challenge: Option<String>,
}

impl Request for Proposal<'_> {
    fn valid(&self) -> bool {
        self.params.repeated().is_none()
    }
    fn client_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.client.id.as_str()))
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.params.get("scope").map(Cow::Borrowed)
    }
    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.redirect.as_str()))
    }
    fn state(&self) -> Option<Cow<'_, str>> {
        self.params.get("state").map(Cow::Borrowed)
    }
    fn response_type(&self) -> Option<Cow<'_, str>> {
        self.params.get("response_type").map(Cow::Borrowed)
    }
    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.params.get(key).map(Cow::Borrowed)
    }
}

/// What the machine asked for, without borrowing it.
enum Next {
    Start,
    Bind,
    Extend,
    Negotiate(Option<Scope>),
}

/// Runs the request through the machine.
pub(crate) fn negotiate(proposal: &Proposal<'_>) -> Result<Negotiated, AuthorizationFault> {
    let mut machine = Authorization::new(proposal);
    let mut next = Next::Start;
    let mut code_challenge = None;
    loop {
        let input = match next {
            Next::Start => Input::None,
            Next::Bind => Input::Bound { request: proposal, bound_client: bound(proposal)? },
            Next::Extend => {
                code_challenge = pkce::challenge(proposal.params, proposal.client)?.map(str::to_owned);
                Input::Extended(extensions(proposal.client, code_challenge.as_deref())?)
            }
            Next::Negotiate(scope) => {
                let asked = scope.as_ref().map(|scope| scope.iter().collect::<Vec<_>>()).unwrap_or_default();
                let allowed = scopes::negotiate(&asked, proposal.client)?;
                let pre_grant = PreGrant {
                    client_id: proposal.client.id.as_str().to_owned(),
                    redirect_uri: RegisteredUrl::Exact(exact(proposal.redirect)?),
                    scope: allowed.join(" ").parse().map_err(|_| out_of_step())?,
                };
                Input::Negotiated { pre_grant, state: None }
            }
        };
        next = match machine.advance(input) {
            Output::Bind { .. } => Next::Bind,
            Output::Extend => Next::Extend,
            Output::Negotiate { scope, .. } => Next::Negotiate(scope),
            // Where the crate would go on to consent and a code of its own, we take over.
            Output::Ok { pre_grant, .. } => {
                return Ok(Negotiated { scopes: in_order(&pre_grant.scope), code_challenge });
            }
            Output::Err(error) => return Err(fault(error)),
        };
    }
}

/// The machine's own reading of the challenge, as far as ours lets it come.
fn extensions(client: &Client, challenge: Option<&str>) -> Result<Extensions, AuthorizationFault> {
    let pkce = if client.needs_pkce() { Pkce::required() } else { Pkce::optional() };
    let method = challenge.map(|_| Cow::Borrowed(pkce::METHOD));
    let mut extensions = Extensions::new();
    if let Some(value) = pkce.challenge(method, challenge.map(Cow::Borrowed)).map_err(|()| out_of_step())? {
        extensions.set(&pkce, value);
    }
    Ok(extensions)
}

fn exact(redirect: &VerifiedRedirect) -> Result<ExactUrl, AuthorizationFault> {
    ExactUrl::new(redirect.as_str().to_owned()).map_err(|_| out_of_step())
}

fn bound(proposal: &Proposal<'_>) -> Result<BoundClient<'static>, AuthorizationFault> {
    Ok(BoundClient {
        client_id: Cow::Owned(proposal.client.id.as_str().to_owned()),
        redirect_uri: Cow::Owned(RegisteredUrl::Exact(exact(proposal.redirect)?)),
    })
}

fn fault(mut error: Error) -> AuthorizationFault {
    match error.description().map(AuthorizationError::kind) {
        Some(AuthorizationErrorType::UnsupportedResponseType) => {
            AuthorizationFault::new("unsupported_response_type", "only the response_type code is supported")
        }
        Some(AuthorizationErrorType::InvalidScope) => {
            AuthorizationFault::invalid_scope("the scope has a character that no scope has")
        }
        Some(AuthorizationErrorType::InvalidRequest) => AuthorizationFault::invalid_request("the request is malformed"),
        _ => out_of_step(),
    }
}

fn out_of_step() -> AuthorizationFault {
    AuthorizationFault::new("server_error", "an unexpected fault")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing;

    const PKCE: &str = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    fn run(query: &str) -> Result<Negotiated, &'static str> {
        let client = testing::client();
        let params = Parameters::parse(query.as_bytes()).unwrap();
        let redirect = VerifiedRedirect::of_authorization(&client, testing::REDIRECT_URI).unwrap();
        negotiate(&Proposal { params: &params, client: &client, redirect: &redirect }).map_err(|fault| fault.error)
    }

    #[test]
    fn a_good_request_comes_to_its_scopes_in_order_and_its_challenge() {
        let negotiated =
            run(&format!("response_type=code&scope=email%20openid%20unknown%20profile%20openid&{PKCE}")).unwrap();
        assert_eq!(negotiated.scopes, ["openid", "profile", "email"]);
        assert_eq!(negotiated.code_challenge.as_deref(), Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    }

    #[test]
    fn one_thing_wrong_gives_its_own_error() {
        for (query, error) in [
            (format!("response_type=token&scope=openid&{PKCE}"), "unsupported_response_type"),
            (format!("response_type=code%20id_token&scope=openid&{PKCE}"), "unsupported_response_type"),
            (format!("response_type=code&scope=%22openid%22&{PKCE}"), "invalid_scope"),
            (format!("response_type=code&scope=openid%20identity&{PKCE}"), "invalid_scope"),
            (format!("response_type=code&scope=unknown&{PKCE}"), "invalid_scope"),
            (format!("response_type=code&{PKCE}"), "invalid_scope"),
            ("response_type=code&scope=openid".to_owned(), "invalid_request"),
        ] {
            assert_eq!(run(&query), Err(error), "{query}");
        }
    }
}
