//! An access token that a program shows us to ask about it or to take it back (RFC 7662, RFC 7009): with a person's grant
//! or without, for whatever audience.

use super::access_token;
use crate::provider::Provider;
use portal_id_core::ids::{ClientId, GrantId};
use portal_id_core::time::Timestamp;
use serde_json::{Map, Value};

/// An access token of ours that has not expired. Whether what it stands on is still in force, the store knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PresentedAccess {
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

impl Provider {
    /// Reads an access token; `None` when it is none of ours or has expired.
    pub(crate) fn read_access_token(&self, text: &str, now: Timestamp) -> Option<PresentedAccess> {
        let verified = self.keys().verify(text, access_token::TYP, now).ok()?;
        read(&verified.claims, self.issuer(), now)
    }
}

/// Reads the claims of a token whose signature and type are verified.
fn read(claims: &Map<String, Value>, issuer: &str, now: Timestamp) -> Option<PresentedAccess> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    let expires_at = Timestamp::from_seconds(seconds("exp")?);
    if text("iss") != Some(issuer) || now >= expires_at {
        return None;
    }
    let audience = match claims.get("aud")? {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>()?,
        _ => return None,
    };
    Some(PresentedAccess {
        subject: text("sub")?.to_owned(),
        client_id: ClientId::from_text(text("client_id")?),
        grant_id: text("grant_id").map(GrantId::from_text),
        scopes: text("scope").unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
        audience,
        jti: text("jti")?.to_owned(),
        issued_at: seconds("iat")?,
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_400_000);

    fn good() -> Map<String, Value> {
        let claims = json!({
            "iss": "https://id.example", "aud": ["a", "b"], "sub": "s", "client_id": "c", "scope": "x:y", "jti": "j",
            "iat": NOW.seconds(), "exp": NOW.seconds() + 1, "grant_id": "g",
        });
        claims.as_object().unwrap().clone()
    }

    // security: row 24
    #[test]
    fn a_token_is_read_with_and_without_a_person_and_never_when_it_is_over_or_of_another_issuer() {
        let of = |claims: &Map<String, Value>, now| read(claims, "https://id.example", now);
        assert_eq!(of(&good(), NOW).unwrap().grant_id, Some(GrantId::from_text("g")));
        for optional in ["grant_id", "scope"] {
            let mut claims = good();
            claims.remove(optional);
            assert!(of(&claims, NOW).is_some(), "{optional}");
        }
        for needed in ["iss", "aud", "sub", "client_id", "jti", "iat", "exp"] {
            let mut claims = good();
            claims.remove(needed);
            assert_eq!(of(&claims, NOW), None, "{needed}");
            claims.insert(needed.to_owned(), json!([1]));
            assert_eq!(of(&claims, NOW), None, "{needed}");
        }
        assert_eq!(of(&good(), NOW + portal_id_core::time::Span::seconds(1)), None);
        assert_eq!(read(&good(), "https://other.example", NOW), None);
    }
}
