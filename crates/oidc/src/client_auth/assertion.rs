//! Client authentication by an assertion signed with the client's own key: `private_key_jwt` (OpenID Connect Core §9,
//! RFC 7523 §3, RFC 10070).

use crate::error::ProtocolError;
use crate::parameters::Parameters;
use crate::provider::Provider;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::client::Client;
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::DigestPurpose;
use portal_id_core::ids::ClientId;
use portal_id_core::ports::{EphemeralKey, Vault};
use portal_id_core::secret::Secret;
use portal_id_core::time::{Span, Timestamp};
use portal_id_keys::unverified_subject;
use serde_json::{Map, Value};

/// The one `client_assertion_type` (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The types of token that an assertion may say to be (RFC 10070), if it says any.
pub(super) const TYPS: [&str; 2] = ["JWT", "client-authentication+jwt"];
/// How far a client's clock may be off.
const SKEW: Span = Span::seconds(30);
/// The longest `jti`.
const LONGEST_JTI: usize = 256;

/// The assertion of a request, if it has one.
pub(super) fn read(params: &Parameters) -> Result<Option<Secret>, ()> {
    match (params.get("client_assertion_type"), params.get("client_assertion")) {
        (None, None) => Ok(None),
        (Some(ASSERTION_TYPE), Some(assertion)) => Ok(Some(Secret::new(assertion.to_owned()))),
        _ => Err(()),
    }
}

/// The client that an assertion names, before anybody has verified it.
pub(super) fn named_client(assertion: &Secret) -> Option<ClientId> {
    let subject = unverified_subject(assertion.expose())?;
    // The same as of a client_id in a form: no control characters, and NUL none that every database takes.
    (!subject.is_empty() && !subject.chars().any(char::is_control)).then(|| ClientId::from_text(subject))
}

/// What an assertion is judged by.
struct Rules<'a> {
    client: &'a Client,
    issuer: &'a str,
    token_endpoint: &'a str,
    /// The longest life of an assertion.
    life: Span,
    now: Timestamp,
}

/// An assertion that holds, if it was not used before.
#[derive(Debug, PartialEq, Eq)]
struct Once {
    jti: String,
    /// How long it has to be remembered as used.
    remember: Span,
}

/// Judges the claims of an assertion whose signature holds; why not, for the developer of the client.
fn judge(claims: &Map<String, Value>, rules: &Rules<'_>) -> Result<Once, &'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    // Whole seconds within i64, or no date at all: 1e300 is refused like any other nonsense (security.md row 36).
    let moment = |name: &str| claims.get(name).and_then(Value::as_i64);
    let id = Some(rules.client.id.as_str());
    if text("iss") != id || text("sub") != id {
        return Err("iss and sub of the assertion must both be the client_id");
    }
    if !is_for_us(claims.get("aud"), rules) {
        return Err("aud of the assertion must be the issuer, as one string");
    }
    let now = rules.now.seconds();
    let (life, skew) = (rules.life.as_seconds(), SKEW.as_seconds());
    let expires_at = moment("exp").ok_or("exp of the assertion must be there, in whole seconds")?;
    // Both sides saturate: a date at the end of all numbers is far away and nothing else.
    if now >= expires_at.saturating_add(skew) {
        return Err("the assertion has expired");
    }
    if expires_at > now + life + skew {
        return Err("the assertion lives too long");
    }
    for name in ["nbf", "iat"] {
        if !claims.contains_key(name) {
            continue;
        }
        let at = moment(name).ok_or("nbf and iat of the assertion must be whole seconds")?;
        if at > now + skew {
            return Err("nbf or iat of the assertion is in the future");
        }
    }
    let jti = text("jti").filter(|jti| (1..=LONGEST_JTI).contains(&jti.len()));
    let jti = jti.ok_or("jti of the assertion must be there, at most 256 bytes long")?;
    Ok(Once { jti: jti.to_owned(), remember: Span::seconds(expires_at - now + skew + 1) })
}

/// Decisions 20: the issuer as one string (RFC 10070), so that an assertion made for another server that gave our token
/// endpoint for its own cannot be used here (security.md row 19).
fn is_for_us(audience: Option<&Value>, rules: &Rules<'_>) -> bool {
    let is_ours = |one: &Value| one.as_str() == Some(rules.issuer);
    if !rules.client.metadata.legacy_assertion_audience {
        return audience.is_some_and(is_ours);
    }
    let is_either = |one: &Value| is_ours(one) || one.as_str() == Some(rules.token_endpoint);
    match audience {
        Some(Value::Array(several)) => !several.is_empty() && several.iter().all(is_either),
        Some(one) => is_either(one),
        None => false,
    }
}

/// Where it is remembered that an assertion was used: under the client, so that two clients may choose the same `jti`,
/// and as a digest, so that no text of a client can lead to another's mark (security.md row 32).
fn mark(vault: &dyn Vault, client: &ClientId, jti: &str) -> EphemeralKey {
    let digest = vault.digest(DigestPurpose::ClientAssertion, &[client.as_str().as_bytes(), jti.as_bytes()]);
    EphemeralKey::new("assertion", &URL_SAFE_NO_PAD.encode(digest.as_bytes()))
}

impl Provider {
    /// Checks an assertion of this client and uses it up.
    pub(super) async fn check_assertion(
        &self,
        ctx: &Ctx,
        client: &Client,
        assertion: &str,
    ) -> Result<(), ProtocolError> {
        let claims = self.verify_assertion(client, assertion, ctx.now).await?;
        let token_endpoint = format!("{}/token", self.issuer().trim_end_matches('/'));
        let rules = Rules {
            client,
            issuer: self.issuer(),
            token_endpoint: &token_endpoint,
            life: self.settings().assertion_life(),
            now: ctx.now,
        };
        // Whoever holds the key may know what is wrong; without it nobody gets this far.
        let refused = |why: &str| ProtocolError::invalid_assertion(why);
        let once = judge(&claims, &rules).map_err(refused)?;
        let key = mark(self.vault(), &client.id, &once.jti);
        // Without the mark it could be an assertion used before: it fails closed (decisions 11).
        match self.ephemeral().set_if_absent(&key, b"", once.remember, ctx.now).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                tracing::warn!(client = %client.id, "A client's assertion was used again and refused.");
                Err(refused("the assertion was used before: jti must be new each time"))
            }
            Err(error) => Err(ProtocolError::temporarily_unavailable(&error)),
        }
    }
}

#[cfg(test)]
mod tests;
