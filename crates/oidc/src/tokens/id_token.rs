//! The ID token (OpenID Connect Core §2): its claims, and reading one back as a hint.

use super::{Issue, put_authentication};
use crate::provider::Provider;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::acr::{Aal, best_met};
use portal_id_core::grant::Grant;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::time::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha512};

/// The `typ` of the header.
pub(crate) const TYP: &str = "JWT";

/// The claims of an ID token that comes with `access_token`. What the scopes open is in userinfo (OpenID Connect Core
/// §5.4).
pub(super) fn claims(
    issuer: &str,
    issue: &Issue<'_>,
    sid: &str,
    access_token: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Map<String, Value> {
    let mut claims = Map::new();
    let members = [
        ("iss", json!(issuer)),
        ("sub", json!(issue.grant.subject())),
        ("aud", json!(issue.client.id)),
        ("iat", json!(now.seconds())),
        ("exp", json!(expires_at.seconds())),
        ("sid", json!(sid)),
        ("at_hash", json!(at_hash(issue.client.metadata.id_token_signed_response_alg, access_token))),
    ];
    claims.extend(members.map(|(name, value)| (name.to_owned(), value)));
    put_authentication(&mut claims, issue.grant);
    if let Some(nonce) = issue.grant.nonce.as_ref().filter(|_| issue.is_first) {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    if let Some(acr) = acr_asked_for(issue.grant) {
        claims.insert("acr".to_owned(), json!(acr));
    }
    for (name, value) in &issue.person {
        claims.entry(name.as_str()).or_insert_with(|| value.clone());
    }
    claims
}

/// OpenID Connect Core §5.5.1.1: one of the classes that the client cannot do without, word for word. A class is a
/// minimum, so a lower one than was reached is true as well.
fn acr_asked_for(grant: &Grant) -> Option<&'static str> {
    let asked = grant.claims.as_ref()?.id_token.get("acr").filter(|asked| asked.essential)?;
    best_met(asked.values.iter().filter_map(Value::as_str), grant.ial, Aal::of(&grant.amr))
}

/// OpenID Connect Core §3.1.3.6: the left half of the hash of the algorithm; Ed25519 hashes with SHA-512 (RFC 8032 §5.1).
fn at_hash(algorithm: SigningAlgorithm, access_token: &str) -> String {
    match algorithm {
        SigningAlgorithm::Es256 | SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
            URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16])
        }
        SigningAlgorithm::EdDsa => URL_SAFE_NO_PAD.encode(&Sha512::digest(access_token)[..32]),
    }
}

/// An ID token of ours that came back as `id_token_hint`. It may have expired.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    /// Whose it is.
    pub(crate) subject: String,
    /// Which client got it.
    pub(crate) audience: String,
    /// The session, as that client knows it.
    pub(crate) sid: Option<String>,
}

impl Provider {
    /// Reads a hint; `None` when it is no ID token that we signed.
    pub(crate) fn read_hint(&self, text: &str, now: Timestamp) -> Option<Hint> {
        let token = self.keys().verify_hint(text, TYP, now).ok()?;
        hint(&token.claims, self.issuer())
    }
}

fn hint(claims: &Map<String, Value>, issuer: &str) -> Option<Hint> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let is_id_token = text("iss") == Some(issuer) && text("at_hash").is_some();
    is_id_token.then_some(())?;
    Some(Hint {
        subject: text("sub")?.to_owned(),
        audience: text("aud")?.to_owned(),
        sid: text("sid").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, NOW};
    use portal_id_core::time::Span;

    const ISSUER: &str = "https://id.example";

    fn of(is_first: bool) -> Map<String, Value> {
        let (grant, client) = (testing::grant(), testing::client());
        let issue = Issue {
            grant: &grant,
            client: &client,
            scopes: grant.scopes.clone(),
            audience: vec![ISSUER.to_owned()],
            generation: Some(1),
            is_first,
            person: Map::new(),
        };
        claims(ISSUER, &issue, "the-sid", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", NOW, NOW + Span::seconds(300))
    }

    #[test]
    fn the_access_token_is_hashed_as_in_the_standards_example() {
        // OpenID Connect Core appendix A.4.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::Rs256, SigningAlgorithm::Ps256] {
            assert_eq!(at_hash(algorithm, token), "77QmUPtjPfzWtF2AnpK9RQ");
        }
    }

    #[test]
    fn with_eddsa_the_access_token_is_hashed_by_the_longer_hash() {
        // The beginning of SHA-512 of "abc" (FIPS 180-4 example).
        assert_eq!(at_hash(SigningAlgorithm::EdDsa, "abc"), "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o");
    }

    #[test]
    fn an_id_token_says_who_signed_in_when_and_how() {
        insta::assert_snapshot!(format!("{:#}", Value::Object(of(true))));
    }

    #[test]
    fn a_refreshed_id_token_keeps_person_and_auth_time_and_drops_the_nonce() {
        let (first, later) = (of(true), of(false));
        for claim in ["iss", "sub", "aud", "auth_time", "sid", "acr"] {
            assert_eq!(first.get(claim), later.get(claim), "{claim}");
        }
        assert_eq!((first.get("nonce").and_then(Value::as_str), later.get("nonce")), (Some("n-0S6_WzA2Mj"), None));
    }

    // security: row 38
    #[test]
    fn no_fact_about_the_person_is_in_it() {
        for claim in ["name", "email", "phone_number", "address", "birthdate", "identity_number", "preferred_username"]
        {
            assert!(!of(true).contains_key(claim), "{claim}");
        }
    }

    // security: row 24
    #[test]
    fn only_an_id_token_of_this_issuer_is_a_hint() {
        let good = of(true);
        assert_eq!(hint(&good, ISSUER).unwrap().subject, testing::SUBJECT);
        assert_eq!(hint(&good, "https://other.example"), None);
        for missing in ["iss", "sub", "aud", "at_hash"] {
            let mut spoiled = good.clone();
            spoiled.remove(missing);
            assert_eq!(hint(&spoiled, ISSUER), None, "{missing}");
        }
        let mut spoiled = good;
        spoiled.insert("aud".to_owned(), json!(["a", "b"]));
        assert_eq!(hint(&spoiled, ISSUER), None);
    }
}
