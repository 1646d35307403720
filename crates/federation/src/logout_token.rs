//! An upstream says that somebody left it (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6). The signature was checked
//! before.

use crate::id_token::{Expected, LOGOUT_EVENT, is_of, moment, name};
use crate::settings::MOST_CLOCK_SKEW;
use crate::trouble::{Distrust, LogoutRefusal};
use portal_id_core::time::{Span, Timestamp};
use portal_id_core::upstream::LogoutOf;
use serde_json::{Map, Value};

/// The types of token that a logout token may say to be.
pub(crate) const TYPS: [&str; 2] = ["logout+jwt", "JWT"];
/// How old one may be: it is made when it is sent.
pub(crate) const LIFETIME: Span = Span::minutes(10);

/// How long it is remembered that one was heeded: longer than any is good. One that was made ahead of our time, by as much as
/// settings allow, is good until its lifetime is over, and by as much longer.
pub(crate) const MARKED_FOR: Span = Span::seconds(LIFETIME.as_seconds() + 2 * MOST_CLOCK_SKEW.as_seconds() + 60);

/// Whom it is about, and what marks it as heeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heeded {
    pub(crate) of: LogoutOf,
    pub(crate) jti: String,
    /// When it was made, by the clock of its maker.
    pub(crate) said_at: Timestamp,
}

/// Judges the claims of a verified token.
pub(crate) fn judge(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<Heeded, LogoutRefusal> {
    is_of(claims, expected).map_err(|distrust| {
        LogoutRefusal::Invalid(if distrust == Distrust::Issuer {
            "the token is of another issuer"
        } else {
            "the token is for another client"
        })
    })?;
    let time = |name| moment(claims, name).map_err(|_| LogoutRefusal::Invalid("a time in the token is none"));
    let Some(issued) = time("iat")? else { return Err(LogoutRefusal::Invalid("iat is missing")) };
    let (now, skew) = (expected.now, expected.skew);
    let over = time("exp")?.is_some_and(|expires| now >= expires + skew) || now >= issued + LIFETIME + skew;
    if over || issued > now + skew {
        return Err(LogoutRefusal::Invalid("the time of the token is over, or has not begun"));
    }
    // An ID token has neither the event nor may a logout token have a nonce: neither can pass for the other.
    let event = claims.get("events").and_then(|events| events.get(LOGOUT_EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(LogoutRefusal::Invalid("events does not say that somebody left"));
    }
    if claims.contains_key("nonce") {
        return Err(LogoutRefusal::Invalid("a logout token has no nonce"));
    }
    for claim in ["sub", "sid"] {
        if claims.contains_key(claim) && name(claims, claim).is_none() {
            return Err(LogoutRefusal::Invalid("sub or sid is no name"));
        }
    }
    let of = LogoutOf { subject: name(claims, "sub"), session: name(claims, "sid") };
    if of == LogoutOf::default() {
        return Err(LogoutRefusal::Invalid("neither sub nor sid is there"));
    }
    let jti = name(claims, "jti").ok_or(LogoutRefusal::Invalid("jti is missing"))?;
    Ok(Heeded { of, jti, said_at: issued })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use portal_id_core::time::Timestamp;
    use serde_json::json;

    // security: row 26
    #[test]
    fn whatever_clocks_say_a_token_is_over_before_the_mark_that_it_was_heeded() {
        const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);
        let expected = |now| Expected {
            issuer: "https://sso.example",
            client_id: "tinh",
            nonce: None,
            now,
            skew: MOST_CLOCK_SKEW,
        };
        let made_at = NOW.seconds() + MOST_CLOCK_SKEW.as_seconds();
        let claims = json!({
            "iss": "https://sso.example", "aud": "tinh", "sub": "s-1", "jti": "j-1", "iat": made_at,
            "exp": made_at + 86_400, "events": { LOGOUT_EVENT: {} },
        });
        let claims = claims.as_object().unwrap();
        assert!(judge(claims, &expected(NOW)).is_ok());
        let last = NOW + Span::millis(MARKED_FOR.as_millis() - 60_001);
        assert!(judge(claims, &expected(last)).is_ok());
        assert!(judge(claims, &expected(NOW + MARKED_FOR)).is_err());
    }
}
