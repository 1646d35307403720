//! Exchanging the code (OpenID Connect Core §3.1.3).

use crate::answer::plain_error;
use crate::discovery::Endpoints;
use crate::line::{Errand, Failed, Line};
use crate::settings::{ClientProof, Resolved};
use crate::trouble::Distrust;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal_id_core::ctx::Ctx;
use portal_id_core::ports::{CallBody, UpstreamCall};
use portal_id_core::secret::Secret;
use portal_id_core::time::Span;
use serde_json::{Map, Value, json};
use url::form_urlencoded::byte_serialize;

/// How long an assertion of ours is good.
const ASSERTION_LIFETIME: Span = Span::minutes(2);
/// The one type of assertion (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the upstream gave for the code.
pub(crate) struct Tokens {
    pub(crate) id_token: String,
    pub(crate) access_token: Option<Secret>,
}

/// Why there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoTokens {
    Failed(Failed),
    /// Refused, with the error's code.
    Refused(String),
    Distrusted(Distrust),
}

impl From<Failed> for NoTokens {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

/// The code, and what belongs to it.
pub(crate) struct Exchange<'a> {
    pub(crate) code: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) verifier: Option<&'a str>,
}

/// Exchanges the code.
pub(crate) async fn exchange(
    ctx: &Ctx,
    upstream: &Resolved,
    endpoints: &Endpoints,
    line: &Line,
    exchange: Exchange<'_>,
) -> Result<Tokens, NoTokens> {
    let exchanged = ask(ctx, upstream, endpoints, line, exchange).await;
    match &exchanged {
        Ok(_) => line.worked(ctx.now, Errand::Tokens),
        // A code that is none is refused by an endpoint that works, and perhaps by one that does nothing else.
        Err(NoTokens::Refused(_) | NoTokens::Distrusted(_)) => line.said_nothing(ctx.now, Errand::Tokens),
        Err(NoTokens::Failed(_)) => {}
    }
    exchanged
}

async fn ask(
    ctx: &Ctx,
    upstream: &Resolved,
    endpoints: &Endpoints,
    line: &Line,
    exchange: Exchange<'_>,
) -> Result<Tokens, NoTokens> {
    let mut fields =
        vec![("grant_type", "authorization_code"), ("code", exchange.code), ("redirect_uri", exchange.redirect_uri)];
    fields.extend(exchange.verifier.map(|verifier| ("code_verifier", verifier)));
    let mut authorization = None;
    let assertion;
    match &upstream.proof {
        ClientProof::Post(secret) => {
            fields.extend([("client_id", upstream.client_id.as_str()), ("client_secret", secret.expose())]);
        }
        ClientProof::Basic(secret) => authorization = Some(basic(&upstream.client_id, secret)),
        ClientProof::Key { key, audience } => {
            let audience = audience.as_deref().unwrap_or(&endpoints.issuer);
            let claims = assertion_claims(ctx, &upstream.client_id, audience);
            assertion = key.sign(&claims).map_err(|fault| line.failed(ctx.now, Errand::Tokens, fault.to_string()))?;
            fields.extend([
                ("client_id", upstream.client_id.as_str()),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", assertion.expose()),
            ]);
        }
    }
    let call = UpstreamCall {
        url: &endpoints.token,
        accept: "application/json",
        authorization: authorization.as_ref(),
        body: CallBody::Form(&fields),
    };
    let answer = line.call(ctx.now, Errand::Tokens, call).await?;
    if answer.status != 200 {
        line.judge_status(ctx.now, Errand::Tokens, answer.status)?;
        return Err(NoTokens::Refused(refusal(answer.status, &answer.body)));
    }
    let body = line.object(ctx.now, Errand::Tokens, &answer.body)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    // RFC 6749 §5.1: any other type of token we would not know how to use.
    let bearer = text("token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let access_token = text("access_token").filter(|_| bearer).map(|token| Secret::new(token.to_owned()));
    let id_token = text("id_token").ok_or(NoTokens::Distrusted(Distrust::NoToken))?.to_owned();
    Ok(Tokens { id_token, access_token })
}

/// RFC 6749 §2.3.1: both are form-encoded first.
fn basic(id: &str, secret: &Secret) -> Secret {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    Secret::new(format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret.expose())))))
}

fn assertion_claims(ctx: &Ctx, client_id: &str, audience: &str) -> Map<String, Value> {
    // One string and no more (RFC 10070): what we sign for one provider is nothing at another.
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": Secret::random(ctx.entropy()).expose(),
        "iat": ctx.now.seconds(),
        "exp": (ctx.now + ASSERTION_LIFETIME).seconds(),
    });
    if let Value::Object(claims) = claims { claims } else { Map::new() }
}

/// The error's code (RFC 6749 §5.2); whatever else the body says may hold anything.
fn refusal(status: u16, body: &[u8]) -> String {
    let read: Option<Map<String, Value>> = serde_json::from_slice(body).ok();
    let error = read.as_ref().and_then(|body| body.get("error")).and_then(Value::as_str);
    error.map_or_else(|| format!("status_{status}"), plain_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_form_encoded_before_it_becomes_a_header() {
        let header = basic("tinh:bac", &Secret::new("a b&c%đ".to_owned()));
        let decoded = STANDARD.decode(header.expose().trim_start_matches("Basic ")).unwrap_or_default();
        assert_eq!(decoded, b"tinh%3Abac:a+b%26c%25%C4%91");
    }

    #[test]
    fn a_refusal_is_repeated_by_its_code_alone() {
        assert_eq!(refusal(400, br#"{"error":"invalid_grant","error_description":"token abc"}"#), "invalid_grant");
        assert_eq!(refusal(401, b"<html>"), "status_401");
        assert_eq!(refusal(400, br#"{"error":{"a":1}}"#), "status_400");
    }
}
