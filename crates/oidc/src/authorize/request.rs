//! A request that has passed every check that does not depend on the person.

use super::checks::{self, Asked};
use super::claims_request::{self, ClaimsAsked};
use super::prompt::{self, Prompt};
use super::upstream;
use crate::error::AuthorizationFault;
use crate::parameters::Parameters;
use crate::redirect::{ResponseMode, ReturnAddress, VerifiedRedirect};
use crate::resource;
use crate::seam::authorization::{Proposal, negotiate};
use crate::session_state::registered_origins;
use crate::settings::OidcSettings;
use portal_id_core::client::Client;
use std::collections::BTreeSet;

/// What the request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) scopes: Vec<String>,
    pub(super) code_challenge: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) prompt: Prompt,
    pub(super) claims: ClaimsAsked,
    /// For which services its access tokens may be (RFC 8707 §2.1); empty for all that the client may have.
    pub(super) resources: Vec<String>,
}

impl Request {
    /// Passes the request through both tables and the seam between them.
    pub(super) fn read(
        params: &Parameters,
        client: &Client,
        redirect: &VerifiedRedirect,
        settings: &OidcSettings,
    ) -> Result<Self, AuthorizationFault> {
        let asked = Asked { params, client, redirect, settings };
        checks::run(&checks::BEFORE_NEGOTIATION, &asked)?;
        let negotiated = negotiate(&Proposal { params, client, redirect })?;
        checks::run(&checks::AFTER_NEGOTIATION, &asked)?;
        let claims = claims_request::read(params, client)?;
        let resources = resource::of_authorization(params, client)?;
        let prompt = prompt::read(params)?.with_level(claims.level()).telling_when(claims.auth_time_is_essential);
        Ok(Self {
            scopes: negotiated.scopes,
            code_challenge: negotiated.code_challenge,
            nonce: params.get("nonce").map(str::to_owned),
            prompt,
            claims,
            resources,
        })
    }
}

/// Where and how every answer to this request travels, also that of a request which is refused.
pub(super) fn return_address(
    params: &Parameters,
    client: &Client,
    to: VerifiedRedirect,
    issuer: &str,
) -> ReturnAddress {
    let asked = params.get("response_mode").and_then(ResponseMode::from_text).unwrap_or_default();
    let mode = if to.is_private_use() { ResponseMode::Query } else { asked };
    let is_openid = params.get("scope").is_some_and(|scope| scope.split(' ').any(|one| one == "openid"));
    // Whoever asks that nothing be shown asks from a frame; the answer by form is a page, and would not be drawn there.
    let framed_by = if params.is_silent() { registered_origins(&client.metadata) } else { BTreeSet::new() };
    ReturnAddress {
        echoed: upstream::echoed(params, &to),
        to,
        mode,
        state: params.get("state").map(str::to_owned),
        issuer: issuer.to_owned(),
        client: client.id.clone(),
        is_openid,
        framed_by: framed_by.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::redirect::ClientRedirect;
    use crate::testing;
    use proptest::prelude::*;

    const GOOD: &str = "response_type=code&scope=openid&nonce=n%20%C4%90&state=s&code_challenge_method=S256\
                        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn read(query: &str) -> Result<Request, AuthorizationFault> {
        let params = Parameters::parse(query.as_bytes()).unwrap();
        let client = testing::client();
        let redirect = VerifiedRedirect::of_authorization(&client, testing::REDIRECT_URI).unwrap();
        Request::read(&params, &client, &redirect, &OidcSettings::default())
    }

    fn address(query: &str) -> ReturnAddress {
        let redirect = VerifiedRedirect::of_authorization(&testing::client(), testing::REDIRECT_URI).unwrap();
        let params = Parameters::parse(query.as_bytes()).unwrap();
        return_address(&params, &testing::client(), redirect, "https://id.example")
    }

    #[test]
    fn a_good_request_keeps_its_nonce_as_sent() {
        let request = read(GOOD).unwrap();
        assert_eq!((request.scopes, request.nonce.as_deref()), (vec!["openid".to_owned()], Some("n Đ")));
    }

    #[test]
    fn the_first_check_that_fails_is_the_answer() {
        assert_eq!(
            read("response_type=token&scope=identity&prompt=none%20login").unwrap_err().error,
            "unsupported_response_type"
        );
        assert_eq!(read("response_type=token&request=x").unwrap_err().error, "request_not_supported");
        assert_eq!(read("request=x&scope=a&scope=b").unwrap_err().error, "invalid_request");
    }

    #[test]
    fn a_state_sent_twice_is_not_echoed() {
        let twice = address("state=1&state=2");
        assert_eq!(twice.state, None);
        let fault = read(&format!("{GOOD}&state=2")).unwrap_err();
        assert_eq!(fault.error, "invalid_request");
        assert!(!ClientRedirect::fault(twice, fault, "r-1").location().contains("state="));
    }

    #[test]
    fn an_answer_travels_as_asked_and_by_query_when_that_is_not_possible() {
        assert_eq!(address("response_mode=form_post").mode, ResponseMode::FormPost);
        assert_eq!(address("response_mode=query").mode, ResponseMode::Query);
        assert_eq!(address("response_mode=fragment").mode, ResponseMode::Query);
        assert_eq!(address("").mode, ResponseMode::Query);
    }

    // security: row 35
    #[test]
    fn only_a_silent_request_is_answered_into_a_frame_and_only_of_the_clients_own_origins() {
        assert_eq!(address("prompt=none").framed_by, ["https://rp.example"]);
        for shown in ["", "prompt=login", "prompt=none%20login", "prompt=none&prompt=none", "prompt=None"] {
            assert_eq!(address(shown).framed_by, [""; 0], "{shown}");
        }
    }

    #[test]
    fn the_state_of_a_session_is_for_openid_connect() {
        let is_openid = |query: &str| address(query).is_openid;
        assert!(is_openid("scope=profile%20openid"));
        assert!(!is_openid("scope=profile") && !is_openid("") && !is_openid("scope=openidx"));
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_request_makes_the_checks_panic(
            pairs in proptest::collection::vec(("response_type|scope|nonce|prompt|max_age|state|code_challenge|code_challenge_method|response_mode|request|claims", "\\PC{0,30}|code|openid|none|S256"), 0..10),
        ) {
            let query = crate::parameters::encode_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            let _ = read(&query);
            prop_assert!(!address(&query).issuer.is_empty());
        }
    }
}
