//! Proof Key for Code Exchange: which challenges and verifiers are taken. Comparing the two is left to the seam.

use crate::error::AuthorizationFault;
use crate::parameters::Parameters;
use portal_id_core::client::Client;

/// The one method we take. `plain` protects nothing that TLS does not (RFC 9700 §2.1.1).
pub(crate) const METHOD: &str = "S256";

/// Reads the challenge of an authorization request (RFC 7636 §4.3); `None` when the client may do without it and did.
pub(crate) fn challenge<'a>(params: &'a Parameters, client: &Client) -> Result<Option<&'a str>, AuthorizationFault> {
    let fault = AuthorizationFault::invalid_request;
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (None, None) if client.needs_pkce() => Err(fault("PKCE is required: code_challenge is missing")),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(fault("code_challenge_method without code_challenge")),
        // RFC 7636 §4.3: a missing method means plain.
        (Some(_), method) if method != Some(METHOD) => Err(fault("only the code_challenge_method S256 is supported")),
        (Some(challenge), _) if is_s256_challenge(challenge) => Ok(Some(challenge)),
        (Some(_), _) => Err(fault("code_challenge must be 43 characters of base64url")),
    }
}

/// RFC 7636 §4.2: 32 bytes of SHA-256 in base64url are 43 characters, neither more nor fewer.
fn is_s256_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// RFC 7636 §4.1: 43 to 128 unreserved characters.
pub(crate) fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing;
    use proptest::prelude::*;

    /// RFC 7636 appendix B.
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn read(query: &str, required: bool) -> Result<Option<String>, &'static str> {
        let mut client = testing::client();
        client.metadata.require_pkce = required;
        let params = Parameters::parse(query.as_bytes()).unwrap();
        challenge(&params, &client).map(|found| found.map(str::to_owned)).map_err(|fault| fault.error)
    }

    #[test]
    fn an_s256_challenge_is_taken() {
        let query = format!("code_challenge={CHALLENGE}&code_challenge_method=S256");
        assert_eq!(read(&query, true), Ok(Some(CHALLENGE.to_owned())));
        assert_eq!(read(&query, false), Ok(Some(CHALLENGE.to_owned())));
        assert_eq!(read("", false), Ok(None));
    }

    // security: row 21
    #[test]
    fn downgrades_are_refused() {
        let long = format!("{CHALLENGE}x");
        for query in [
            String::new(),
            "code_challenge=&code_challenge_method=S256".to_owned(),
            "code_challenge_method=S256".to_owned(),
            format!("code_challenge={CHALLENGE}"),
            format!("code_challenge={CHALLENGE}&code_challenge_method=plain"),
            format!("code_challenge={CHALLENGE}&code_challenge_method=s256"),
            format!("code_challenge={}&code_challenge_method=S256", &CHALLENGE[..42]),
            format!("code_challenge={long}&code_challenge_method=S256"),
            format!("code_challenge={}%3D&code_challenge_method=S256", &CHALLENGE[..42]),
            format!("code_challenge={}%2B&code_challenge_method=S256", &CHALLENGE[..42]),
        ] {
            assert_eq!(read(&query, true), Err("invalid_request"), "{query}");
        }
        assert_eq!(read("code_challenge_method=S256", false), Err("invalid_request"));
        assert_eq!(read(&format!("code_challenge={CHALLENGE}"), false), Err("invalid_request"));
    }

    // security: row 21
    #[test]
    fn a_public_client_cannot_do_without() {
        let mut client = testing::public_client();
        client.metadata.require_pkce = false;
        assert!(challenge(&Parameters::default(), &client).is_err());
    }

    // security: row 21
    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        for (length, good) in [(0, false), (42, false), (43, true), (128, true), (129, false)] {
            assert_eq!(is_verifier(&"a".repeat(length)), good, "{length}");
        }
        assert!(is_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!is_verifier(&format!("{}=", "a".repeat(43))));
        assert!(!is_verifier(&format!("{}é", "a".repeat(43))));
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_text_makes_the_checks_panic(text in "\\PC{0,140}") {
            prop_assert!(!is_s256_challenge(&text) || text.len() == 43);
            prop_assert!(!is_verifier(&text) || text.is_ascii());
        }
    }
}
