//! The executor of the code's redemption (RFC 6749 §4.1.3, RFC 7636 §4.6), for a client that is authenticated and a
//! grant that was found, is unused, unrevoked and unexpired.

use super::{machine_grant, out_of_step, refused};
use crate::error::ProtocolError;
use crate::pkce;
use oxide_auth::code_grant::accesstoken::{AccessToken, Authorization, Input, Output, Request};
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::Extensions;
use portal_id_core::grant::Grant;
use std::borrow::Cow;

/// What the token request presents.
pub(crate) struct Redemption<'a> {
    /// The authenticated client.
    pub(crate) client_id: &'a str,
    /// The code.
    pub(crate) code: &'a str,
    /// The redirect URI of the authorization request, again.
    pub(crate) redirect_uri: Option<&'a str>,
    /// The PKCE verifier.
    pub(crate) code_verifier: Option<&'a str>,
}

impl Request for Redemption<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn code(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.code))
    }
    // The client is authenticated before the machine starts; it only has to match it against the grant.
    fn authorization(&self) -> Authorization<'_> {
        Authorization::None
    }
    fn client_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.client_id))
    }
    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.redirect_uri.map(Cow::Borrowed)
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("authorization_code"))
    }
    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// What the machine asked for, without borrowing it.
enum Next {
    Start,
    Authenticate,
    Recover,
    Extend(Extensions),
}

/// Whether the code may be redeemed by this request.
pub(crate) fn redeem(request: &Redemption<'_>, grant: &Grant) -> Result<(), ProtocolError> {
    // The machine compares parsed URLs; the rule is byte for byte (RFC 9700 §4.1.3).
    if request.redirect_uri.is_some_and(|uri| uri != grant.redirect_uri) {
        return Err(ProtocolError::invalid_grant("redirect_uri is not the one of the authorization request"));
    }
    check_verifier(request.code_verifier, grant.code_challenge.as_deref())?;
    let pkce = if grant.code_challenge.is_some() { Pkce::required() } else { Pkce::optional() };
    let mut machine = AccessToken::new(request);
    let mut next = Next::Start;
    loop {
        let input = match next {
            Next::Start => Input::None,
            Next::Authenticate => Input::Authenticated,
            Next::Recover => Input::Recovered(Some(machine_grant(grant, challenge(&pkce, grant)?)?)),
            Next::Extend(mut extensions) => {
                let challenge = extensions.remove(&pkce);
                pkce.verify(challenge, request.code_verifier.map(Cow::Borrowed))
                    .map_err(|()| ProtocolError::invalid_grant("code_verifier does not fit the code_challenge"))?;
                Input::Extended { access_extensions: extensions }
            }
        };
        next = match machine.advance(input) {
            Output::Authenticate { .. } => Next::Authenticate,
            Output::Recover { .. } => Next::Recover,
            Output::Extend { extensions } => Next::Extend(std::mem::take(extensions)),
            // Every match is made. Tokens and answer are ours; `Input::Issued` is never fed.
            Output::Issue { .. } => return Ok(()),
            Output::Err(mut error) => return Err(refused(error.description())),
            Output::Ok(_) => return Err(out_of_step()),
        };
    }
}

/// RFC 7636 §4.1 and RFC 9700 §4.8.2: a verifier has its form, and comes if and only if there was a challenge.
fn check_verifier(verifier: Option<&str>, challenge: Option<&str>) -> Result<(), ProtocolError> {
    match (verifier, challenge) {
        (Some(_), None) => Err(ProtocolError::invalid_grant("code_verifier without a code_challenge")),
        (None, Some(_)) => Err(ProtocolError::invalid_grant("code_verifier is missing")),
        (Some(verifier), Some(_)) if !pkce::is_verifier(verifier) => {
            Err(ProtocolError::invalid_grant("code_verifier must be 43 to 128 unreserved characters"))
        }
        _ => Ok(()),
    }
}

fn challenge(verifier: &Pkce, grant: &Grant) -> Result<Extensions, ProtocolError> {
    let mut extensions = Extensions::new();
    if let Some(challenge) = grant.code_challenge.as_deref() {
        let method = Some(Cow::Borrowed(pkce::METHOD));
        if let Some(value) = verifier.challenge(method, Some(Cow::Borrowed(challenge))).map_err(|()| out_of_step())? {
            extensions.set(verifier, value);
        }
    }
    Ok(extensions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn good() -> Redemption<'static> {
        Redemption {
            client_id: testing::CLIENT_ID,
            code: "any",
            redirect_uri: Some(testing::REDIRECT_URI),
            code_verifier: Some(VERIFIER),
        }
    }

    fn grant(challenge: Option<&str>) -> Grant {
        Grant { code_challenge: challenge.map(str::to_owned), ..testing::grant() }
    }

    fn error(request: &Redemption<'_>, grant: &Grant) -> Option<&'static str> {
        redeem(request, grant).err().map(|error| error.error)
    }

    #[test]
    fn the_vector_of_rfc_7636_appendix_b_passes() {
        assert_eq!(redeem(&good(), &grant(Some(CHALLENGE))), Ok(()));
        assert_eq!(redeem(&Redemption { code_verifier: None, ..good() }, &grant(None)), Ok(()));
    }

    // security: row 21
    #[test]
    fn a_verifier_that_is_missing_wrong_or_uncalled_for_is_refused() {
        let with = |code_verifier| Redemption { code_verifier, ..good() };
        let long = "a".repeat(129);
        for verifier in [
            None,
            Some(""),
            Some(&VERIFIER[..42]),
            Some(long.as_str()),
            Some(CHALLENGE),
            Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"),
        ] {
            assert_eq!(error(&with(verifier), &grant(Some(CHALLENGE))), Some("invalid_grant"), "{verifier:?}");
        }
        assert_eq!(
            error(&good(), &grant(None)),
            Some("invalid_grant"),
            "a verifier without a challenge is a downgrade"
        );
    }

    // security: row 20
    #[test]
    fn a_code_is_bound_to_its_client_and_its_redirect_uri() {
        assert_eq!(error(&Redemption { client_id: "other", ..good() }, &grant(Some(CHALLENGE))), Some("invalid_grant"));
        for uri in [
            "https://rp.example/other",
            "https://rp.example:443/cb",
            "https://rp.example/x/../cb",
            "https://RP.example/cb",
            "no uri",
        ] {
            assert_eq!(
                error(&Redemption { redirect_uri: Some(uri), ..good() }, &grant(Some(CHALLENGE))),
                Some("invalid_grant"),
                "{uri}"
            );
        }
        assert_eq!(
            error(&Redemption { redirect_uri: None, ..good() }, &grant(Some(CHALLENGE))),
            Some("invalid_request")
        );
    }
}
