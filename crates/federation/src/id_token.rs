//! The ID token (OpenID Connect Core §3.1.3.7): each check cites its number there. The signature was checked before.

use crate::trouble::Distrust;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::time::{Span, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha512};
use subtle::ConstantTimeEq as _;

/// The types of token that an ID token may say to be.
pub(crate) const TYPS: [&str; 2] = ["JWT", "id_token"];
/// The member that makes a token a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).
pub(crate) const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The longest `sub` (OpenID Connect Core §2) and `sid`.
const LONGEST_NAME: usize = 255;
/// The greatest number of seconds that is a moment: the end of the year 9999.
const LAST_MOMENT: i64 = 253_402_300_799;

/// What a token must fit.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    /// The nonce that was sent.
    pub(crate) nonce: Option<&'a str>,
    pub(crate) now: Timestamp,
    pub(crate) skew: Span,
}

/// What is used of an ID token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdToken {
    pub(crate) subject: String,
    pub(crate) session: Option<String>,
    pub(crate) auth_time: Option<Timestamp>,
    pub(crate) amr: Vec<String>,
}

/// Judges the claims of a verified token.
pub(crate) fn judge(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<IdToken, Distrust> {
    is_of(claims, expected)?;
    // A logout token is signed by the same keys for the same audience.
    if claims.get("events").is_some() {
        return Err(Distrust::OtherKind);
    }
    // 9: not over; `iat` is required (§2) and not of tomorrow.
    let (expires, issued) = (moment(claims, "exp")?, moment(claims, "iat")?);
    let (Some(expires), Some(issued)) = (expires, issued) else { return Err(Distrust::Time) };
    let begins = moment(claims, "nbf")?.unwrap_or(issued);
    let latest = expected.now + expected.skew;
    if expected.now >= expires + expected.skew || issued > latest || begins > latest {
        return Err(Distrust::Time);
    }
    // 11: the very nonce that was sent.
    if let Some(nonce) = expected.nonce {
        let said = claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
        if !bool::from(said.as_bytes().ct_eq(nonce.as_bytes())) {
            return Err(Distrust::Nonce);
        }
    }
    // Nobody signed in tomorrow: to take it for today would make a fresh sign-in of any.
    let auth_time = moment(claims, "auth_time")?;
    if auth_time.is_some_and(|at| at > latest) {
        return Err(Distrust::Time);
    }
    Ok(IdToken {
        subject: name(claims, "sub").ok_or(Distrust::Subject)?,
        session: name(claims, "sid"),
        auth_time,
        amr: words(claims.get("amr")),
    })
}

/// Whether a token is of this issuer, for us.
pub(crate) fn is_of(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), Distrust> {
    // 2: the issuer, to the letter.
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(Distrust::Issuer);
    }
    // 3: one audience or several, and we among them.
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audiences.contains(&expected.client_id) {
        return Err(Distrust::Audience);
    }
    // 4, 5: among several, it was made for us.
    let party = claims.get("azp").and_then(Value::as_str);
    let ours = party == Some(expected.client_id);
    if (party.is_some() || audiences.len() > 1) && !ours {
        return Err(Distrust::Audience);
    }
    Ok(())
}

/// Whether `at_hash`, if it is there, belongs to the access token (§3.1.3.8). The header is that of the verified token.
pub(crate) fn binds(id_token: &str, claims: &Map<String, Value>, access_token: &str) -> Result<(), Distrust> {
    let Some(hash) = claims.get("at_hash") else { return Ok(()) };
    let header = id_token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header: Option<Map<String, Value>> = header.and_then(|header| serde_json::from_slice(&header).ok());
    let alg = header.as_ref().and_then(|header| header.get("alg")).and_then(Value::as_str).unwrap_or_default();
    let half = if alg.starts_with("Ed") {
        Sha512::digest(access_token.as_bytes())[..32].to_vec()
    } else {
        Sha256::digest(access_token.as_bytes())[..16].to_vec()
    };
    if hash.as_str() == Some(URL_SAFE_NO_PAD.encode(half).as_str()) { Ok(()) } else { Err(Distrust::AccessTokenHash) }
}

/// A name of the upstream's: not empty, not endless, nothing invisible in it.
pub(crate) fn name(claims: &Map<String, Value>, claim: &str) -> Option<String> {
    let text = claims.get(claim).and_then(Value::as_str)?;
    let good = !text.trim().is_empty() && text.len() <= LONGEST_NAME && !text.chars().any(char::is_control);
    good.then(|| text.to_owned())
}

/// A number of seconds; one that no calendar has spoils the token.
pub(crate) fn moment(claims: &Map<String, Value>, claim: &str) -> Result<Option<Timestamp>, Distrust> {
    let Some(value) = claims.get(claim).filter(|value| !value.is_null()) else { return Ok(None) };
    // Some providers write fractions.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked after")]
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64));
    match seconds {
        Some(seconds) if (0..=LAST_MOMENT).contains(&seconds) => Ok(Some(Timestamp::from_seconds(seconds))),
        _ => Err(Distrust::Time),
    }
}

fn words(value: Option<&Value>) -> Vec<String> {
    let words = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    words.iter().filter_map(Value::as_str).take(16).map(str::to_owned).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "tests: claims read best as arguments")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);

    fn expected() -> Expected<'static> {
        Expected {
            issuer: "https://sso.example/oauth2/token",
            client_id: "tinh",
            nonce: Some("n-1"),
            now: NOW,
            skew: Span::seconds(60),
        }
    }

    fn good() -> Map<String, Value> {
        let claims = json!({
            "iss": "https://sso.example/oauth2/token", "aud": "tinh", "sub": "s-1", "nonce": "n-1", "sid": "sid-1",
            "iat": NOW.seconds(), "exp": NOW.seconds() + 300, "auth_time": NOW.seconds() - 10, "amr": ["pwd", 7, "sms"],
        });
        claims.as_object().unwrap().clone()
    }

    fn judged(changes: Value) -> Result<IdToken, Distrust> {
        let mut claims = good();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.remove(name);
            } else {
                claims.insert(name.clone(), value.clone());
            }
        }
        judge(&claims, &expected())
    }

    #[test]
    fn a_good_token_says_who_signed_in_and_when() {
        let read = judged(json!({})).unwrap();
        assert_eq!((read.subject.as_str(), read.session.as_deref()), ("s-1", Some("sid-1")));
        assert_eq!((read.auth_time, read.amr), (Some(NOW - Span::seconds(10)), vec!["pwd".into(), "sms".into()]));
        for fine in [
            json!({ "aud": ["tinh"] }),
            json!({ "aud": ["tinh", "other"], "azp": "tinh" }),
            json!({ "exp": NOW.seconds() - 59 }),
            json!({ "iat": NOW.seconds() + 60 }),
            json!({ "iat": 1_795_399_199.617, "exp": 1_795_399_500.5 }),
            json!({ "nbf": NOW.seconds() - 1 }),
            json!({ "sid": null, "auth_time": null, "amr": "pwd" }),
            json!({ "auth_time": NOW.seconds() + 60 }),
        ] {
            assert!(judged(fine.clone()).is_ok(), "{fine}");
        }
    }

    // security: row 24
    #[test]
    fn a_token_with_one_thing_spoilt_is_refused_with_its_reason() {
        let now = NOW.seconds();
        for (spoilt, reason) in [
            (json!({ "iss": null }), Distrust::Issuer),
            (json!({ "iss": "https://sso.example/oauth2/token/" }), Distrust::Issuer),
            (json!({ "iss": "https://other.example" }), Distrust::Issuer),
            (json!({ "aud": null }), Distrust::Audience),
            (json!({ "aud": "other" }), Distrust::Audience),
            (json!({ "aud": ["other"] }), Distrust::Audience),
            (json!({ "aud": ["tinh", "other"] }), Distrust::Audience),
            (json!({ "aud": ["tinh", "other"], "azp": "other" }), Distrust::Audience),
            (json!({ "azp": "other" }), Distrust::Audience),
            (json!({ "exp": null }), Distrust::Time),
            (json!({ "exp": now - 60 }), Distrust::Time),
            (json!({ "exp": 1e300 }), Distrust::Time),
            (json!({ "exp": "tomorrow" }), Distrust::Time),
            (json!({ "exp": i64::MAX }), Distrust::Time),
            (json!({ "iat": null }), Distrust::Time),
            (json!({ "iat": now + 61 }), Distrust::Time),
            (json!({ "nbf": now + 61 }), Distrust::Time),
            (json!({ "auth_time": -1 }), Distrust::Time),
            (json!({ "auth_time": now + 61 }), Distrust::Time),
            (json!({ "auth_time": now * 1000 }), Distrust::Time),
            (json!({ "nonce": null }), Distrust::Nonce),
            (json!({ "nonce": "n-2" }), Distrust::Nonce),
            (json!({ "nonce": 1 }), Distrust::Nonce),
            (json!({ "sub": null }), Distrust::Subject),
            (json!({ "sub": "" }), Distrust::Subject),
            (json!({ "sub": " " }), Distrust::Subject),
            (json!({ "sub": 7 }), Distrust::Subject),
            (json!({ "sub": "a\u{0}b" }), Distrust::Subject),
            (json!({ "sub": "s".repeat(256) }), Distrust::Subject),
            (json!({ "events": { LOGOUT_EVENT: {} } }), Distrust::OtherKind),
        ] {
            assert_eq!(judged(spoilt.clone()), Err(reason), "{spoilt}");
        }
    }

    // security: row 24
    #[test]
    fn an_access_token_of_another_answer_is_noticed() {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#);
        let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(b"token")[..16]);
        let claims = json!({ "at_hash": hash });
        let claims = claims.as_object().unwrap();
        assert_eq!(binds(&format!("{header}.x.y"), claims, "token"), Ok(()));
        assert_eq!(binds(&format!("{header}.x.y"), claims, "other"), Err(Distrust::AccessTokenHash));
        assert_eq!(binds("x.y.z", &Map::new(), "token"), Ok(()), "it may be absent in the code flow");
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_claims_make_the_judge_panic(number in any::<f64>(), text in "\\PC{0,40}") {
            for claim in ["exp", "iat", "nbf", "auth_time", "aud", "sub", "nonce", "amr"] {
                let _ = judged(json!({ claim: number }));
                let _ = judged(json!({ claim: text.clone() }));
                let _ = judged(json!({ claim: [number, text.clone()] }));
            }
        }
    }
}
