//! The provider's metadata (OpenID Connect Discovery §3, RFC 8414 §2). Everything said here works, and nothing works
//! that is not said.

use crate::authorize::prompt;
use crate::client_auth;
use crate::pkce;
use crate::redirect::ResponseMode;
use portal_id_core::client::{ClientAuthMethod, GrantKind, SCOPES, SubjectType};
use portal_id_core::encryption::{ContentEncryption, KeyEncryption};
use portal_id_core::language::Language;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_keys::CLIENT_ALGORITHMS;
use serde_json::{Map, Value, json};

/// The metadata document. `registers` says whether there is anybody who may register: only then `prompt=create` works.
/// `classes` are those that people can reach here and by the upstreams.
pub(crate) fn document(issuer: &str, registers: bool, classes: &[&str]) -> Value {
    let at = |path: &str| format!("{}{path}", issuer.trim_end_matches('/'));
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "end_session_endpoint": at("/sign-out"),
        "check_session_iframe": at("/session/check"),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::ALL.map(|(name, _)| name),
        "grant_types_supported": GrantKind::ALL.map(GrantKind::as_str),
        "code_challenge_methods_supported": [pkce::METHOD],
        "id_token_signing_alg_values_supported": SigningAlgorithm::ALL.map(SigningAlgorithm::as_str),
        "userinfo_signing_alg_values_supported": SigningAlgorithm::ALL.map(SigningAlgorithm::as_str),
        "userinfo_encryption_alg_values_supported": KeyEncryption::ALL.map(KeyEncryption::as_str),
        "userinfo_encryption_enc_values_supported": ContentEncryption::ALL.map(ContentEncryption::as_str),
        "subject_types_supported": SubjectType::ALL.map(SubjectType::as_str),
        "claim_types_supported": ["normal"],
        "claims_supported": crate::claims::supported(),
        "acr_values_supported": classes,
        "prompt_values_supported": prompt::values(registers),
        "ui_locales_supported": Language::ALL.map(Language::tag),
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    });
    if let Value::Object(members) = &mut document {
        programs(members, at);
    }
    document
}

/// How programs prove who they are, and where they ask about tokens and take them back (RFC 8414 §2).
fn programs(members: &mut Map<String, Value>, at: impl Fn(&str) -> String) {
    let proofs: Vec<&str> = client_auth::METHODS
        .into_iter()
        .filter(|m| *m != ClientAuthMethod::None)
        .map(ClientAuthMethod::as_str)
        .collect();
    let all = client_auth::METHODS.map(ClientAuthMethod::as_str);
    members.extend(
        [
            ("introspection_endpoint", json!(at("/introspect"))),
            ("introspection_endpoint_auth_methods_supported", json!(proofs)),
            ("introspection_endpoint_auth_signing_alg_values_supported", json!(CLIENT_ALGORITHMS)),
            ("revocation_endpoint", json!(at("/revoke"))),
            ("revocation_endpoint_auth_methods_supported", json!(all)),
            ("revocation_endpoint_auth_signing_alg_values_supported", json!(CLIENT_ALGORITHMS)),
            ("token_endpoint_auth_methods_supported", json!(all)),
            ("token_endpoint_auth_signing_alg_values_supported", json!(CLIENT_ALGORITHMS)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use portal_id_core::acr::{Aal, Ial, LOCAL, reachable};

    fn local(issuer: &str, registers: bool) -> Value {
        document(issuer, registers, &reachable(&[LOCAL]))
    }

    #[test]
    fn the_metadata_says_what_works() {
        insta::assert_snapshot!(format!("{:#}", local("https://id.example.gov.vn", true)));
    }

    #[test]
    fn registering_is_advertised_only_while_somebody_may() {
        let prompts = |registers| local("https://id.example.gov.vn", registers)["prompt_values_supported"].clone();
        assert_eq!(prompts(true), json!(["none", "login", "consent", "select_account", "create"]));
        assert_eq!(prompts(false), json!(["none", "login", "consent", "select_account"]));
    }

    #[test]
    fn an_issuer_with_a_path_keeps_it_before_each_endpoint() {
        assert_eq!(local("https://example.gov.vn/id", true)["token_endpoint"], "https://example.gov.vn/id/token");
    }

    // security: row 11
    #[test]
    fn the_classes_are_those_that_somebody_can_reach() {
        let portal = document("https://id.example.gov.vn", true, &reachable(&[LOCAL, (Ial(2), Aal(2))]));
        let classes = |document: &Value| document["acr_values_supported"].as_array().map(Vec::len);
        assert_eq!(classes(&local("https://id.example.gov.vn", true)), Some(2));
        assert_eq!(classes(&portal), Some(3));
        assert_eq!(portal["acr_values_supported"][2], "urn:portal-id:loa:3");
    }
}
