//! An upstream says that somebody left it (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6). The signature was checked
//! before.

use crate::id_token::{Expected, LOGOUT_EVENT, is_of, moment, name};
use crate::trouble::{Distrust, LogoutRefusal};
use portal_id_core::time::{Span, Timestamp};
use portal_id_core::upstream::LogoutOf;
use serde_json::{Map, Value};

/// The types of token that a logout token may say to be.
pub(crate) const TYPS: [&str; 2] = ["logout+jwt", "JWT"];
/// How old one may be: it is made when it is sent.
pub(crate) const LIFETIME: Span = Span::minutes(10);

/// How long it is remembered that one was heeded: longer than any is good, the clocks being as far off as settings allow.
pub(crate) const MARKED_FOR: Span = Span::minutes(31);

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
