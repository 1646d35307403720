//! The access token, a JWT (RFC 9068): its claims, written and read back.

use super::put_authentication;
use portal_id_core::client::Client;
use portal_id_core::grant::Grant;
use portal_id_core::ids::{ClientId, GrantId};
use portal_id_core::time::Timestamp;
use serde_json::{Map, Value, json};

/// The `typ` of the header (RFC 9068 §2.1): what keeps an ID token from passing as one.
pub(crate) const TYP: &str = "at+jwt";

/// What an access token stands on: a person's grant, or a client alone.
pub(crate) struct TokenBasis<'a> {
    /// Who may use it.
    pub(crate) client: &'a Client,
    /// Whose it is: the person as this client knows them, or the client itself (RFC 9068 §2.2).
    pub(crate) subject: &'a str,
    /// What it opens.
    pub(crate) scopes: &'a [String],
    /// For whom: one audience or several.
    pub(crate) audience: &'a [String],
    /// The person's grant, if there is a person.
    pub(crate) grant: Option<&'a Grant>,
}

/// The claims of an access token.
pub(super) fn claims(
    issuer: &str,
    basis: &TokenBasis<'_>,
    jti: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Map<String, Value> {
    let mut claims = Map::new();
    let audience = if let [only] = basis.audience { json!(only) } else { json!(basis.audience) };
    let scope = (!basis.scopes.is_empty()).then(|| json!(basis.scopes.join(" ")));
    let members = [
        ("iss", Some(json!(issuer))),
        ("aud", Some(audience)),
        ("sub", Some(json!(basis.subject))),
        ("client_id", Some(json!(basis.client.id))),
        ("scope", scope),
        ("jti", Some(json!(jti))),
        ("iat", Some(json!(now.seconds()))),
        ("exp", Some(json!(expires_at.seconds()))),
        ("grant_id", basis.grant.map(|grant| json!(grant.id))),
    ];
    claims.extend(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    if let Some(grant) = basis.grant {
        put_authentication(&mut claims, grant);
    }
    claims
}

/// An access token of ours that has not expired. What it is worth, [`super::judge`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessToken {
    pub(crate) subject: String,
    pub(crate) client_id: ClientId,
    /// `None` for a client's own token.
    pub(crate) grant_id: Option<GrantId>,
    pub(crate) scopes: Vec<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) jti: String,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: Timestamp,
}

impl AccessToken {
    /// Reads the claims of a token whose signature and type are verified (RFC 9068 §4).
    pub(super) fn read(claims: &Map<String, Value>, issuer: &str, now: Timestamp) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        // Whole seconds within i64, or no date at all: a foreign `exp` of 1e300 is refused like any other nonsense.
        let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
        let expires_at = Timestamp::from_seconds(seconds("exp")?);
        if text("iss") != Some(issuer) || now >= expires_at {
            return None;
        }
        // One audience or several (RFC 7519 §4.1.3).
        let audience = match claims.get("aud")? {
            Value::String(one) => vec![one.clone()],
            Value::Array(several) => {
                several.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>()?
            }
            _ => return None,
        };
        // What is there must be of its type: a grant that cannot be read is not the same as none.
        let optional = |name: &str| match claims.get(name) {
            None => Some(None),
            Some(value) => value.as_str().map(Some),
        };
        Some(Self {
            subject: text("sub")?.to_owned(),
            client_id: ClientId::from_text(text("client_id")?),
            grant_id: optional("grant_id")?.map(GrantId::from_text),
            scopes: optional("scope")?.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
            audience,
            jti: text("jti")?.to_owned(),
            issued_at: seconds("iat")?,
            expires_at,
        })
    }

    /// Whether this is its audience, or one of several.
    pub(crate) fn is_for(&self, audience: &str) -> bool {
        self.audience.iter().any(|one| one == audience)
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
        let basis = TokenBasis {
            client: &client,
            subject: grant.subject(),
            scopes: &grant.scopes,
            audience: &[ISSUER.to_owned()],
            grant: Some(&grant),
        };
        claims(ISSUER, &basis, "the-jti", NOW, NOW + Span::seconds(300))
    }

    fn read(claims: &Map<String, Value>, now: Timestamp) -> Option<AccessToken> {
        AccessToken::read(claims, ISSUER, now)
    }

    /// As userinfo takes it: for us.
    fn spoiled(name: &str, value: Value) -> Option<AccessToken> {
        let mut claims = good();
        claims.insert(name.to_owned(), value);
        read(&claims, NOW).filter(|token| token.is_for(ISSUER))
    }

    #[test]
    fn an_access_token_has_the_claims_of_rfc_9068() {
        insta::assert_snapshot!(format!("{:#}", Value::Object(good())));
    }

    #[test]
    fn a_token_of_ours_is_read_back() {
        let read = read(&good(), NOW).unwrap();
        assert_eq!(read.grant_id, Some(GrantId::from_text(testing::GRANT_ID)));
        assert_eq!(read.client_id.as_str(), testing::CLIENT_ID);
        assert_eq!(read.scopes, ["openid", "profile", "email", "offline_access"]);
        assert_eq!((read.jti.as_str(), read.issued_at), ("the-jti", NOW.seconds()));
        assert!(read.is_for(ISSUER) && !read.is_for("https://api.example"));
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
        assert!(read(&good(), NOW + Span::millis(299_999)).is_some());
        assert_eq!(read(&good(), NOW + Span::seconds(300)), None);
        assert_eq!(AccessToken::read(&good(), "https://other.example", NOW), None);
    }

    #[test]
    fn a_token_of_a_client_alone_has_no_person_in_it_and_opens_nothing_of_anybody() {
        let client = testing::client();
        let audience = ["https://tax.example/api".to_owned(), ISSUER.to_owned()];
        let scopes = ["tax:read".to_owned()];
        let basis =
            TokenBasis { client: &client, subject: "dat-lich", scopes: &scopes, audience: &audience, grant: None };
        let claims = claims(ISSUER, &basis, "the-jti", NOW, NOW + Span::seconds(300));
        insta::assert_snapshot!(format!("{:#}", Value::Object(claims.clone())));
        let read = read(&claims, NOW).unwrap();
        assert_eq!((read.grant_id, read.subject.as_str()), (None, "dat-lich"));
        assert_eq!((read.audience.as_slice(), read.scopes.as_slice()), (audience.as_slice(), scopes.as_slice()));
    }

    // security: row 24
    #[test]
    fn a_token_without_one_of_its_claims_or_with_one_of_another_type_is_refused() {
        for needed in ["iss", "aud", "sub", "client_id", "jti", "iat", "exp"] {
            let mut claims = good();
            claims.remove(needed);
            assert_eq!(read(&claims, NOW), None, "{needed}");
            claims.insert(needed.to_owned(), json!([1]));
            assert_eq!(read(&claims, NOW), None, "{needed}");
        }
        // Only a client's own token has none.
        for optional in ["grant_id", "scope"] {
            let mut claims = good();
            claims.remove(optional);
            assert!(read(&claims, NOW).is_some(), "{optional}");
            claims.insert(optional.to_owned(), json!([1]));
            assert_eq!(read(&claims, NOW), None, "{optional}");
        }
    }
}
