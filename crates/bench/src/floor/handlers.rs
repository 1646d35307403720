//! The floor's handlers. No checks, no cookies, no pages: the statements, the signatures, the bytes.

use super::facts::{Facts, circumstances, grant};
use crate::run::settings::REDIRECT_URI;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::audit::{AuditEntry, AuditKind};
use portal_id_core::digest::Digest;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::store::SessionClient;
use portal_id_core::time::Span;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Whatever went wrong, in words; the bench counts it as an error.
type Answer = Result<Response, (StatusCode, String)>;

fn failed(error: impl std::fmt::Display) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

/// Static bytes.
pub(super) fn bytes(bytes: &'static [u8]) -> Response {
    ([(CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// The statements of `GET /authorize` with a live session: a look, a read, one write. The caller's number stands in its cookie.
pub(super) async fn authorize(State(facts): State<Arc<Facts>>, headers: HeaderMap, _: RawQuery) -> Answer {
    let cookie = headers.get("cookie").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let number: usize = cookie.trim_start_matches("caller=").parse().map_err(failed)?;
    let session = &facts.callers[number % facts.callers.len()].session;
    let secret = session.secret;
    let found = facts.store.look("find_session", move |tx| tx.find_session_and_account(&secret));
    let (_, account) = found.await.map_err(failed)?.ok_or_else(|| failed("no session"))?;
    let (client, id) = (facts.client.clone(), account.id.clone());
    let asked = facts.store.read("authorize_facts", move |tx| {
        tx.find_consent(&id, &client)?;
        tx.find_client(&client)
    });
    asked.await.map_err(failed)?.ok_or_else(|| failed("no client"))?;
    let ctx = circumstances();
    let code = ctx.entropy().bytes::<32>();
    let grant = grant(ctx.now, Digest::from_bytes(*code), &facts.client, &account.id, &session.id);
    let (session_id, client_id, subject) = (session.id.clone(), facts.client.clone(), account.id.as_str().to_owned());
    let reached = SessionClient { session_id, client_id, subject };
    let issued = AuditEntry::new(&ctx, AuditKind::CodeIssued).account(&account.id).session(&session.id);
    let written = facts.store.tx("issue_code", move |tx| {
        tx.note_client_of_session(&reached, ctx.now)?;
        tx.insert_grant(&grant)?;
        tx.insert_audit(&issued)
    });
    written.await.map_err(failed)?;
    let place = format!("{REDIRECT_URI}?code={}", URL_SAFE_NO_PAD.encode(code.as_ref()));
    Ok((StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response())
}

/// The statements and signatures of `POST /token` with a code: one read, two ES256 signatures, one write.
pub(super) async fn token(State(facts): State<Arc<Facts>>, body: Bytes) -> Answer {
    let body = std::str::from_utf8(&body).map_err(failed)?;
    let code = body.split('&').find_map(|pair| pair.strip_prefix("code=")).ok_or_else(|| failed("no code"))?;
    let code = URL_SAFE_NO_PAD.decode(code).ok().and_then(|bytes| Digest::from_slice(&bytes));
    let code = code.ok_or_else(|| failed("no code of ours"))?;
    let client = facts.client.clone();
    let found = facts.store.look("token_facts", move |tx| {
        tx.find_client(&client)?;
        let Some(grant) = tx.find_grant_by_code(&code)? else { return Ok(None) };
        Ok(tx.find_account(&grant.account_id)?.map(|account| (grant, account)))
    });
    let (grant, account) = found.await.map_err(failed)?.ok_or_else(|| failed("no grant"))?;
    let now = circumstances().now;
    let claims = claims(account.id.as_str(), now.seconds());
    let sign = |typ| facts.ring.sign(SigningAlgorithm::Es256, typ, &claims, now).map_err(failed);
    let (access_token, id_token) = (sign("at+jwt")?, sign("JWT")?);
    let id = grant.id.clone();
    let used = facts.store.tx("redeem_code", move |tx| tx.use_code(&id, Some(now + Span::days(30)), now));
    if !used.await.map_err(failed)? {
        return Err(failed("the code was used"));
    }
    Ok(json_of(&json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token,
        "refresh_token": grant.id,
    })))
}

/// One transaction with one update of one row. The caller's number is its refresh token.
pub(super) async fn update(State(facts): State<Arc<Facts>>, body: Bytes) -> Answer {
    let number = caller_number(&body)?;
    let caller = &facts.callers[number % facts.callers.len()];
    let (id, now) = (caller.session.id.clone(), circumstances().now);
    facts.store.tx("update", move |tx| tx.touch_session(&id, now)).await.map_err(failed)?;
    Ok(json_of(&json!({ "refresh_token": number.to_string() })))
}

/// What a refresh cannot do without: three reads by primary key, two ES256 signatures, the update.
pub(super) async fn renew(State(facts): State<Arc<Facts>>, body: Bytes) -> Answer {
    let number = caller_number(&body)?;
    let caller = &facts.callers[number % facts.callers.len()];
    let (client, grant) = (facts.client.clone(), caller.grant.clone());
    let found = facts.store.look("token_facts", move |tx| {
        tx.find_client(&client)?;
        let Some(grant) = tx.find_grant(&grant)? else { return Ok(None) };
        tx.find_account(&grant.account_id)
    });
    let account = found.await.map_err(failed)?.ok_or_else(|| failed("no grant"))?;
    let (id, now) = (caller.session.id.clone(), circumstances().now);
    let claims = claims(account.id.as_str(), now.seconds());
    let sign = |typ| facts.ring.sign(SigningAlgorithm::Es256, typ, &claims, now).map_err(failed);
    let (access_token, id_token) = (sign("at+jwt")?, sign("JWT")?);
    facts.store.tx("update", move |tx| tx.touch_session(&id, now)).await.map_err(failed)?;
    Ok(json_of(&json!({
        "access_token": access_token, "id_token": id_token, "refresh_token": number.to_string(),
    })))
}

fn caller_number(body: &[u8]) -> Result<usize, (StatusCode, String)> {
    let body = std::str::from_utf8(body).map_err(failed)?;
    let number = body.split('&').find_map(|pair| pair.strip_prefix("refresh_token="));
    number.unwrap_or_default().parse().map_err(failed)
}

/// One ES256 verification and one read by primary key.
pub(super) async fn userinfo(State(facts): State<Arc<Facts>>, headers: HeaderMap) -> Answer {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header.strip_prefix("Bearer ").ok_or_else(|| failed("no token"))?;
    let now = circumstances().now;
    facts.ring.verify(token, "at+jwt", now).map_err(failed)?;
    let grant = facts.callers[0].grant.clone();
    let found = facts.store.look("userinfo", move |tx| tx.find_grant(&grant)).await.map_err(failed)?;
    let grant = found.ok_or_else(|| failed("no grant"))?;
    Ok(json_of(&json!({ "sub": grant.account_id, "scope": grant.scopes, "updated_at": now.seconds() })))
}

/// One read by primary key and one ES256 signature.
pub(super) async fn token_of_client(State(facts): State<Arc<Facts>>) -> Answer {
    let client = facts.client.clone();
    let found = facts.store.look("client", move |tx| tx.find_client(&client)).await.map_err(failed)?;
    let client = found.ok_or_else(|| failed("no client"))?;
    let now = circumstances().now;
    let claims = claims(client.id.as_str(), now.seconds());
    let access_token = facts.ring.sign(SigningAlgorithm::Es256, "at+jwt", &claims, now).map_err(failed)?;
    Ok(json_of(&json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": 300 })))
}

/// One ES256 verification and two reads by primary key: who asks, and what the token stands on.
pub(super) async fn introspect(State(facts): State<Arc<Facts>>, body: Bytes) -> Answer {
    let body = std::str::from_utf8(&body).map_err(failed)?;
    let token = body.strip_prefix("token=").ok_or_else(|| failed("no token"))?;
    let now = circumstances().now;
    let verified = facts.ring.verify(token, "at+jwt", now).map_err(failed)?;
    let (client, grant) = (facts.client.clone(), facts.callers[0].grant.clone());
    let found = facts.store.look("introspect", move |tx| {
        tx.find_client(&client)?;
        tx.find_grant(&grant)
    });
    let grant = found.await.map_err(failed)?.ok_or_else(|| failed("no grant"))?;
    Ok(json_of(&json!({
        "active": true, "sub": grant.account_id, "scope": grant.scopes, "exp": verified.claims.get("exp"),
    })))
}

/// About as much as the product's tokens hold.
fn claims(subject: &str, now: i64) -> Map<String, Value> {
    let value = json!({
        "iss": "http://localhost:8080", "sub": subject, "aud": "bench", "client_id": "bench", "iat": now,
        "exp": now + 300, "jti": "q83vEjRWeJCrze8SNFZ4kA", "nonce": "n-0S6_WzA2Mj", "auth_time": now,
        "scope": "openid profile email phone offline_access", "acr": "aal2", "amr": ["pwd", "sms", "mfa"],
        "sid": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
    });
    if let Value::Object(claims) = value { claims } else { Map::new() }
}

pub(super) fn json_of(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}
