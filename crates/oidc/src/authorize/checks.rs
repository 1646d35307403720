//! The table of checks that an authorization request passes once its redirect URI is verified, in the order of the
//! specification. Each check is one small function with one reason; the first that refuses is the answer.
//!
//! `display`, `ui_locales`, `claims_locales`, `acr_values`, `login_hint`, `idp_hint` and unknown parameters never refuse a
//! request (OpenID Connect Core §3.1.2.1).

use super::{claims_request, prompt, upstream};
use crate::error::AuthorizationFault;
use crate::parameters::Parameters;
use crate::redirect::{ResponseMode, VerifiedRedirect};
use crate::settings::OidcSettings;
use portal_id_core::client::{Client, GrantKind};

/// What a check looks at.
pub(super) struct Asked<'a> {
    pub(super) params: &'a Parameters,
    pub(super) client: &'a Client,
    pub(super) redirect: &'a VerifiedRedirect,
    pub(super) settings: &'a OidcSettings,
}

/// A check: its name, the section it follows, and the rule.
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) source: &'static str,
    pub(super) rule: fn(&Asked<'_>) -> Result<(), AuthorizationFault>,
}

const fn check(
    name: &'static str,
    source: &'static str,
    rule: fn(&Asked<'_>) -> Result<(), AuthorizationFault>,
) -> Check {
    Check { name, source, rule }
}

/// Before the scope is negotiated (the seam checks response type, scope and PKCE after these).
pub(super) const BEFORE_NEGOTIATION: [Check; 7] = [
    check("once", "RFC 6749 §3.1", each_parameter_comes_once),
    check("client", "RFC 6749 §4.1.2.1", client_may_have_codes),
    check("response_mode", "Multiple Response Types §2.1", response_mode_is_supported),
    check("request", "OpenID Connect Core §6.1", no_request_object),
    check("request_uri", "OpenID Connect Core §6.2", no_request_uri),
    check("registration", "OpenID Connect Core §7.2.1", no_registration),
    check("response_type", "RFC 6749 §4.1.1", response_type_is_there),
];

/// After it.
pub(super) const AFTER_NEGOTIATION: [Check; 4] = [
    check("nonce", "RFC 9700 §2.1.1", nonce_or_pkce),
    check("prompt", "OpenID Connect Core §3.1.2.1", prompt_is_readable),
    check("claims", "OpenID Connect Core §5.5", claims_are_readable),
    check("deep_link", "RFC 6749 §8.2", deep_link_is_plain),
];

/// Runs a table.
pub(super) fn run(table: &[Check], asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    for check in table {
        (check.rule)(asked).inspect_err(|fault| {
            tracing::debug!(
                check = check.name,
                source = check.source,
                error = fault.error,
                "an authorization request was refused"
            );
        })?;
    }
    Ok(())
}

fn each_parameter_comes_once(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    match asked.params.repeated() {
        Some(_) => Err(AuthorizationFault::invalid_request("a parameter was sent twice")),
        None => Ok(()),
    }
}

/// Before anybody signs in for a code that the token endpoint would then not take.
fn client_may_have_codes(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    if asked.client.may_use(GrantKind::AuthorizationCode) {
        Ok(())
    } else {
        Err(AuthorizationFault::new("unauthorized_client", "the client is not registered for authorization_code"))
    }
}

fn response_mode_is_supported(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    match asked.params.get("response_mode").map(ResponseMode::from_text) {
        Some(None) => Err(AuthorizationFault::invalid_request("this response_mode is not supported")),
        Some(Some(ResponseMode::FormPost)) if asked.redirect.is_private_use() => {
            Err(AuthorizationFault::invalid_request("a form cannot be posted to an app's own scheme"))
        }
        _ => Ok(()),
    }
}

fn no_request_object(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    absent(asked, "request", AuthorizationFault::new("request_not_supported", "request objects are not supported"))
}

fn no_request_uri(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    absent(asked, "request_uri", AuthorizationFault::new("request_uri_not_supported", "request_uri is not supported"))
}

fn no_registration(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    absent(
        asked,
        "registration",
        AuthorizationFault::new("registration_not_supported", "registration in a request is not supported"),
    )
}

fn response_type_is_there(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    match asked.params.get("response_type") {
        Some(_) => Ok(()),
        None => Err(AuthorizationFault::invalid_request("response_type is missing")),
    }
}

/// Without PKCE only the nonce of an ID token tells an injected code from the right one (decisions 19).
fn nonce_or_pkce(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    let has_id_token = asked.params.get("scope").is_some_and(|scope| scope.split(' ').any(|one| one == "openid"));
    let protected =
        asked.params.get("code_challenge").is_some() || (has_id_token && asked.params.get("nonce").is_some());
    if protected || !asked.settings.require_nonce_without_pkce {
        Ok(())
    } else {
        Err(AuthorizationFault::invalid_request("without PKCE the scope openid and a nonce are required"))
    }
}

fn prompt_is_readable(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    prompt::read(asked.params).map(|_| ())
}

fn claims_are_readable(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    claims_request::check(asked.params)
}

fn deep_link_is_plain(asked: &Asked<'_>) -> Result<(), AuthorizationFault> {
    upstream::check(asked.params)
}

fn absent(asked: &Asked<'_>, name: &str, fault: AuthorizationFault) -> Result<(), AuthorizationFault> {
    if asked.params.get(name).is_some() { Err(fault) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing;

    fn answer(query: &str) -> Option<&'static str> {
        answer_to(&testing::client(), query)
    }

    fn answer_to(client: &Client, query: &str) -> Option<&'static str> {
        let params = Parameters::parse(query.as_bytes()).unwrap();
        let redirect = VerifiedRedirect::of_authorization(client, testing::REDIRECT_URI).unwrap();
        let settings = OidcSettings::default();
        let asked = Asked { params: &params, client, redirect: &redirect, settings: &settings };
        run(&BEFORE_NEGOTIATION, &asked).and_then(|()| run(&AFTER_NEGOTIATION, &asked)).err().map(|fault| fault.error)
    }

    const GOOD: &str = "response_type=code&scope=openid&code_challenge=x";

    #[test]
    fn a_good_request_passes_whatever_its_hints_say() {
        assert_eq!(answer(GOOD), None);
        for hint in [
            "display=wap",
            "ui_locales=fr%20xx",
            "claims_locales=zz",
            "acr_values=gold",
            "login_hint=nobody",
            "idp_hint=nobody",
            "vnconnect=1&MaTTHCDP=1.004194&MaCoQuanThucHien=H05.18&MaDVC=A_b-7",
            "claims=%7B%7D",
            "dance=1",
        ] {
            assert_eq!(answer(&format!("{GOOD}&{hint}")), None, "{hint}");
        }
    }

    #[test]
    fn one_thing_wrong_gives_its_own_error() {
        for (extra, error) in [
            ("&scope=email", "invalid_request"),
            ("&response_mode=fragment", "invalid_request"),
            ("&response_mode=query.jwt", "invalid_request"),
            ("&request=eyJhbGciOiJub25lIn0..", "request_not_supported"),
            ("&request_uri=https%3A%2F%2Frp.example%2Fr", "request_uri_not_supported"),
            ("&registration=%7B%7D", "registration_not_supported"),
            ("&prompt=none%20login", "invalid_request"),
            ("&max_age=soon", "invalid_request"),
            ("&claims=email", "invalid_request"),
            ("&idp_hint=a&idp_hint=a", "invalid_request"),
            ("&vnconnect=1&vnconnect=1", "invalid_request"),
            ("&MaTTHCDP=1&MaTTHCDP=2", "invalid_request"),
            ("&MaDVC=a%20b", "invalid_request"),
            ("&MaCoQuanThucHien=%3Cscript%3E", "invalid_request"),
        ] {
            assert_eq!(answer(&format!("{GOOD}{extra}")), Some(error), "{extra}");
        }
        assert_eq!(answer("scope=openid&code_challenge=x"), Some("invalid_request"));
    }

    #[test]
    fn a_client_that_acts_for_itself_alone_gets_no_code() {
        let mut client = testing::client();
        client.metadata.grant_types = vec![GrantKind::ClientCredentials];
        assert_eq!(answer_to(&client, GOOD), Some("unauthorized_client"));
        assert_eq!(answer_to(&client, &format!("{GOOD}&prompt=none")), Some("unauthorized_client"));
    }

    // security: row 21
    #[test]
    fn without_pkce_a_nonce_in_an_id_token_is_required() {
        assert_eq!(answer("response_type=code&scope=openid&nonce=n"), None);
        assert_eq!(answer("response_type=code&scope=openid"), Some("invalid_request"));
        assert_eq!(answer("response_type=code&scope=profile&nonce=n"), Some("invalid_request"));
    }

    #[test]
    fn every_check_has_its_own_name_and_cites_a_section() {
        let all: Vec<&Check> = BEFORE_NEGOTIATION.iter().chain(&AFTER_NEGOTIATION).collect();
        for (at, check) in all.iter().enumerate() {
            assert!(check.source.contains('§'), "{}", check.name);
            assert!(all[..at].iter().all(|earlier| earlier.name != check.name), "{}", check.name);
        }
    }
}
