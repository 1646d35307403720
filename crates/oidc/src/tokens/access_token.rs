//! The access token, a JWT (RFC 9068): its claims, and judging one that comes back at our own endpoints.

use super::{Issue, put_authentication};
use portal_id_core::ids::{ClientId, GrantId};
use portal_id_core::time::Timestamp;
use serde_json::{Map, Value, json};

/// The `typ` of the header (RFC 9068 §2.1): what keeps an ID token from passing as one.
pub(crate) const TYP: &str = "at+jwt";

/// The claims of an access token. Its audience is the issuer: today the only resource is our own userinfo.
pub(super) fn claims(
    issuer: &str,
    issue: &Issue<'_>,
    jti: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Map<String, Value> {
    let mut claims = Map::new();
    let members = [
        ("iss", json!(issuer)),
        ("aud", json!(issuer)),
        ("sub", json!(issue.grant.subject())),
        ("client_id", json!(issue.client.id)),
        ("scope", json!(issue.scopes.join(" "))),
        ("jti", json!(jti)),
        ("iat", json!(now.seconds())),
        ("exp", json!(expires_at.seconds())),
        ("grant_id", json!(issue.grant.id)),
    ];
    claims.extend(members.map(|(name, value)| (name.to_owned(), value)));
    put_authentication(&mut claims, issue.grant);
    claims
}

/// An access token of ours that is in force as far as it can tell itself. Whether its grant still is, the store knows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AccessClaims {
    pub(crate) subject: String,
    pub(crate) client_id: ClientId,
    pub(crate) grant_id: GrantId,
    pub(crate) scopes: Vec<String>,
}

/// Judges the claims of a token whose signature and type are verified (RFC 9068 §4).
pub(crate) fn judge(claims: &Map<String, Value>, issuer: &str, now: Timestamp) -> Option<AccessClaims> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    // Whole seconds within i64, or no date at all: a foreign `exp` of 1e300 is refused like any other nonsense.
    let expires_at = Timestamp::from_seconds(claims.get("exp").and_then(Value::as_i64)?);
    if text("iss") != Some(issuer) || !is_for(claims.get("aud"), issuer) || now >= expires_at {
        return None;
    }
    Some(AccessClaims {
        subject: text("sub")?.to_owned(),
        client_id: ClientId::from_text(text("client_id")?),
        grant_id: GrantId::from_text(text("grant_id")?),
        scopes: text("scope")?.split(' ').map(str::to_owned).collect(),
    })
}

/// One audience or several (RFC 7519 §4.1.3): we are one of them.
fn is_for(audience: Option<&Value>, issuer: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == issuer,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(issuer)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, NOW};
    use portal_id_core::time::Span;

    const ISSUER: &str = "https://id.example";

    fn good() -> Map<String, Value> {
        let (grant, client) = (testing::grant(), testing::client());
        let issue = Issue {
            grant: &grant,
            client: &client,
            scopes: grant.scopes.clone(),
            generation: None,
            is_first: true,
            person: Map::new(),
        };
        claims(ISSUER, &issue, "the-jti", NOW, NOW + Span::seconds(300))
    }

    fn spoiled(name: &str, value: Value) -> Option<AccessClaims> {
        let mut claims = good();
        claims.insert(name.to_owned(), value);
        judge(&claims, ISSUER, NOW)
    }

    #[test]
    fn an_access_token_has_the_claims_of_rfc_9068() {
        insta::assert_snapshot!(format!("{:#}", Value::Object(good())));
    }

    #[test]
    fn a_token_of_ours_is_read_back() {
        let read = judge(&good(), ISSUER, NOW).unwrap();
        assert_eq!((read.grant_id.as_str(), read.client_id.as_str()), (testing::GRANT_ID, testing::CLIENT_ID));
        assert_eq!(read.scopes, ["openid", "profile", "email", "offline_access"]);
    }

    // security: row 24
    #[test]
    fn another_issuer_audience_or_time_is_refused() {
        assert_eq!(spoiled("iss", json!("https://other.example")), None);
        assert_eq!(spoiled("aud", json!("https://other.example")), None);
        for foreign in [
            json!([]),
            json!(["https://other.example"]),
            json!({ "https://id.example": 1 }),
            json!([["https://id.example"]]),
        ] {
            assert_eq!(spoiled("aud", foreign.clone()), None, "{foreign}");
        }
        assert!(
            spoiled("aud", json!(["https://api.example", "https://id.example"])).is_some(),
            "we are one of several"
        );
        for exp in [
            json!(1e300),
            json!(-1),
            json!("9999999999"),
            json!(1_795_400_300.5),
            json!(u64::MAX),
            json!(null),
            json!(NOW.seconds()),
        ] {
            assert_eq!(spoiled("exp", exp.clone()), None, "{exp}");
        }
        assert!(judge(&good(), ISSUER, NOW + Span::millis(299_999)).is_some());
        assert_eq!(judge(&good(), ISSUER, NOW + Span::seconds(300)), None);
    }

    #[test]
    fn a_token_without_one_of_its_claims_is_refused() {
        for missing in ["iss", "aud", "sub", "client_id", "scope", "exp", "grant_id"] {
            let mut claims = good();
            claims.remove(missing);
            assert_eq!(judge(&claims, ISSUER, NOW), None, "{missing}");
        }
    }
}
