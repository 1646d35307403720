//! The provider's metadata (OpenID Connect Discovery §3, RFC 8414 §2). Everything said here works, and nothing works
//! that is not said.

use crate::authorize::prompt;
use crate::client_auth;
use crate::grants::{self, GrantType};
use crate::pkce;
use crate::redirect::ResponseMode;
use portal_id_core::client::{ClientAuthMethod, SCOPES};
use portal_id_core::language::Language;
use portal_id_core::signing_key::SigningAlgorithm;
use serde_json::{Value, json};

/// The metadata document. `registers` says whether there is anybody who may register: only then `prompt=create` works.
pub(crate) fn document(issuer: &str, registers: bool) -> Value {
    let at = |path: &str| format!("{}{path}", issuer.trim_end_matches('/'));
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "end_session_endpoint": at("/sign-out"),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::ALL.map(|(name, _)| name),
        "grant_types_supported": grants::ALL.map(GrantType::name),
        "code_challenge_methods_supported": [pkce::METHOD],
        "token_endpoint_auth_methods_supported": client_auth::METHODS.map(ClientAuthMethod::as_str),
        "id_token_signing_alg_values_supported": SigningAlgorithm::ALL.map(SigningAlgorithm::as_str),
        "subject_types_supported": ["public"],
        "claim_types_supported": ["normal"],
        "claims_supported": crate::claims::SUPPORTED,
        "acr_values_supported": portal_id_core::acr::supported(),
        "prompt_values_supported": prompt::values(registers),
        "ui_locales_supported": Language::ALL.map(Language::tag),
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_says_what_works() {
        insta::assert_snapshot!(format!("{:#}", document("https://id.example.gov.vn", true)));
    }

    #[test]
    fn registering_is_advertised_only_while_somebody_may() {
        let prompts = |registers| document("https://id.example.gov.vn", registers)["prompt_values_supported"].clone();
        assert_eq!(prompts(true), json!(["none", "login", "consent", "select_account", "create"]));
        assert_eq!(prompts(false), json!(["none", "login", "consent", "select_account"]));
    }

    #[test]
    fn an_issuer_with_a_path_keeps_it_before_each_endpoint() {
        assert_eq!(document("https://example.gov.vn/id", true)["token_endpoint"], "https://example.gov.vn/id/token");
    }
}
