//! What may be registered as a redirect URI: checked when a client is added, and once more before a redirect, in case
//! a row was written by other hands.

use portal_id_core::client::{ClientAuthMethod, ClientMetadata};
use url::Url;

/// Why a URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriFault {
    /// Longer than 2048 characters.
    #[error("longer than 2048 characters")]
    TooLong,
    /// A character that no URI has (RFC 3986 §2): white space, a backslash, a control character, a letter with a mark.
    #[error("a character that no URI has")]
    IllegalCharacter,
    /// Relative, or no URI at all (RFC 6749 §3.1.2).
    #[error("not an absolute URI")]
    NotAbsolute,
    /// It has a fragment (RFC 6749 §3.1.2).
    #[error("a redirect URI must not have a fragment")]
    Fragment,
    /// It has credentials before the host: never needed, and a way to make one host look like another.
    #[error("a redirect URI must not have credentials before its host")]
    Userinfo,
    /// http to another machine (RFC 9700 §2.6).
    #[error("http is allowed on loopback only")]
    NotSecure,
    /// A scheme that is neither http(s) nor in the form of a domain name (RFC 8252 §7.1); `javascript:` and `data:`
    /// are of this kind.
    #[error("this scheme is not allowed; an app's own scheme has the form of a domain name")]
    ForbiddenScheme,
    /// An app's own scheme at a client that is not public.
    #[error("an app's own scheme is for public clients only")]
    PrivateUseNeedsPublicClient,
    /// Its query holds a parameter that we append.
    #[error("its query must not hold {0}, which is appended to it")]
    ReservedParameter(&'static str),
}

/// The kinds of redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// https, or http on loopback.
    Web,
    /// An app's own scheme (RFC 8252 §7.1).
    PrivateUse,
}

/// What we append to a redirect URI: one that has it already would say it twice (RFC 6749 §3.1).
pub(super) const OF_ANSWERS: &[&str] =
    &["code", "state", "iss", "error", "error_description", "error_uri", "session_state"];
/// What we append to a URI to return to after sign-out (RP-Initiated Logout §3), whose query is otherwise its own (§2).
pub(super) const OF_SIGN_OUT: &[&str] = &["state"];

/// Checks an address that is called or loaded, to whose query `appended` is added: an app's own scheme is none.
pub fn check_web_uri(uri: &str, appended: &[&'static str]) -> Result<(), RedirectUriFault> {
    match kind_of(uri, appended)? {
        Kind::Web => Ok(()),
        Kind::PrivateUse => Err(RedirectUriFault::ForbiddenScheme),
    }
}

/// Checks every URI that a client is to be registered with; the first that cannot be, and why.
pub fn check_client_redirects(metadata: &ClientMetadata) -> Result<(), (String, RedirectUriFault)> {
    let public = metadata.token_endpoint_auth_method == ClientAuthMethod::None;
    let redirects = metadata.redirect_uris.iter().map(|uri| (uri, OF_ANSWERS));
    let returns = metadata.post_logout_redirect_uris.iter().map(|uri| (uri, OF_SIGN_OUT));
    for (uri, appended) in redirects.chain(returns) {
        match kind_of(uri, appended) {
            Err(fault) => return Err((uri.clone(), fault)),
            Ok(Kind::PrivateUse) if !public => {
                return Err((uri.clone(), RedirectUriFault::PrivateUseNeedsPublicClient));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// The kind of a URI that may be registered. Its query may be anything but what is `appended` to it.
pub(super) fn kind_of(uri: &str, appended: &[&'static str]) -> Result<Kind, RedirectUriFault> {
    if uri.len() > 2048 {
        return Err(RedirectUriFault::TooLong);
    }
    if uri.contains('#') {
        return Err(RedirectUriFault::Fragment);
    }
    if !has_only_uri_characters(uri) {
        return Err(RedirectUriFault::IllegalCharacter);
    }
    let url = Url::parse(uri).map_err(|_| RedirectUriFault::NotAbsolute)?;
    if let Some(twice) = appended.iter().find(|ours| url.query_pairs().any(|(name, _)| name == **ours)) {
        return Err(RedirectUriFault::ReservedParameter(twice));
    }
    match url.scheme() {
        "https" | "http" => {
            // The parser forgives `https:host` and `https:///host`; browsers of all ages need not agree with it.
            let authority =
                uri.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?']).next().unwrap_or_default());
            if authority.is_empty() {
                return Err(RedirectUriFault::NotAbsolute);
            }
            if authority.contains('@') {
                return Err(RedirectUriFault::Userinfo);
            }
            if url.scheme() == "http" && !matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost")) {
                return Err(RedirectUriFault::NotSecure);
            }
            Ok(Kind::Web)
        }
        scheme if scheme.contains('.') && url.host_str().is_none() => Ok(Kind::PrivateUse),
        _ => Err(RedirectUriFault::ForbiddenScheme),
    }
}

/// RFC 3986 §2: unreserved, reserved, and complete percent escapes.
fn has_only_uri_characters(uri: &str) -> bool {
    let bytes = uri.as_bytes();
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => {
            bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit) && bytes.get(at + 2).is_some_and(u8::is_ascii_hexdigit)
        }
        _ => byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=".contains(byte),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing;

    #[test]
    fn secure_loopback_and_app_uris_can_be_registered() {
        for uri in [
            "https://rp.example/callback",
            "https://rp.example:8443/cb?tenant=1&x=%20",
            "https://xn--bcher-kva.example/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:9000/cb",
            "http://localhost:8081/callback",
            "vn.gov.example.app:/oauth2redirect",
        ] {
            assert!(kind_of(uri, OF_ANSWERS).is_ok(), "{uri}");
        }
    }

    // security: row 2
    #[test]
    fn scripts_plain_http_and_other_traps_cannot_be_registered() {
        use RedirectUriFault as F;
        for (uri, fault) in [
            ("", F::NotAbsolute),
            ("/callback", F::NotAbsolute),
            ("//rp.example/cb", F::NotAbsolute),
            ("https:rp.example/cb", F::NotAbsolute),
            ("https:///rp.example/cb", F::NotAbsolute),
            ("https://rp.example/cb#", F::Fragment),
            ("https://rp.example/cb#x", F::Fragment),
            ("https://user@rp.example/cb", F::Userinfo),
            ("https://@rp.example/cb", F::Userinfo),
            ("https://rp.example\\@evil.example/cb", F::IllegalCharacter),
            ("https://rp.example/c b", F::IllegalCharacter),
            ("https://rp.example/cb\n", F::IllegalCharacter),
            ("https://rp.example/\tcb", F::IllegalCharacter),
            ("https://dịchvụ.vn/cb", F::IllegalCharacter),
            ("https://rp.example/%zz", F::IllegalCharacter),
            ("https://rp.example/<script>", F::IllegalCharacter),
            ("http://rp.example/cb", F::NotSecure),
            ("http://127.0.0.2/cb", F::NotSecure),
            ("http://localhost.evil.example/cb", F::NotSecure),
            ("javascript:alert(1)", F::ForbiddenScheme),
            ("JavaScript:alert(1)", F::ForbiddenScheme),
            ("data:text/html,x", F::ForbiddenScheme),
            ("file:///etc/passwd", F::ForbiddenScheme),
            ("myapp:/cb", F::ForbiddenScheme),
            ("ftp://rp.example/cb", F::ForbiddenScheme),
        ] {
            assert_eq!(kind_of(uri, &[]), Err(fault), "{uri:?}");
        }
        assert_eq!(kind_of(&format!("https://rp.example/{}", "a".repeat(2048)), &[]), Err(F::TooLong));
    }

    #[test]
    fn a_query_is_free_but_for_what_is_appended_to_it() {
        let all = ["code", "state", "iss", "error", "error_description", "error_uri", "session_state", "sid", "x"];
        let refused = |appended: &[&'static str]| {
            let with = |name: &str| kind_of(&format!("https://rp.example/cb?a=%20&{name}=1"), appended);
            all.into_iter()
                .filter(|name| with(name) == Err(RedirectUriFault::ReservedParameter(name)))
                .collect::<Vec<_>>()
        };
        assert_eq!(refused(OF_ANSWERS), OF_ANSWERS);
        assert_eq!(refused(OF_SIGN_OUT), ["state"]);
        assert_eq!(refused(&[]), [""; 0]);
        let mut metadata = testing::client().metadata;
        metadata.post_logout_redirect_uris = vec!["https://rp.example/bye?code=1&iss=2&tenant=%20".to_owned()];
        assert_eq!(check_client_redirects(&metadata), Ok(()));
        metadata.post_logout_redirect_uris[0].push_str("&%73tate=3");
        let (_, fault) = check_client_redirects(&metadata).unwrap_err();
        assert_eq!(fault.to_string(), "its query must not hold state, which is appended to it");
        metadata.post_logout_redirect_uris.clear();
        metadata.redirect_uris = vec!["https://rp.example/cb?code=1".to_owned()];
        assert!(check_client_redirects(&metadata).is_err());
    }

    #[test]
    fn an_app_scheme_is_for_public_clients_only() {
        let mut metadata = testing::client().metadata;
        metadata.redirect_uris = vec!["vn.gov.app:/cb".to_owned()];
        assert_eq!(
            check_client_redirects(&metadata),
            Err(("vn.gov.app:/cb".to_owned(), RedirectUriFault::PrivateUseNeedsPublicClient))
        );
        metadata.token_endpoint_auth_method = ClientAuthMethod::None;
        assert_eq!(check_client_redirects(&metadata), Ok(()));
        metadata.post_logout_redirect_uris = vec!["javascript:alert(1)".to_owned()];
        assert_eq!(
            check_client_redirects(&metadata),
            Err(("javascript:alert(1)".to_owned(), RedirectUriFault::ForbiddenScheme))
        );
    }
}
