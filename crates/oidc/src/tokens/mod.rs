//! The tokens of a grant: access token, ID token, refresh token, and the answer that carries them (RFC 6749 §5.1).

pub(crate) mod access_token;
pub(crate) mod id_token;
pub(crate) mod judge;

use crate::error::ProtocolError;
use crate::grants::refresh_token;
use crate::provider::Provider;
use access_token::TokenBasis;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::acr::{Aal, Amr, acr};
use portal_id_core::client::Client;
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::DigestPurpose;
use portal_id_core::grant::Grant;
use portal_id_core::ids::{ClientId, SessionId};
use portal_id_core::ports::Vault;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::time::Timestamp;
use portal_id_keys::SignError;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fmt;

/// The answer of the token endpoint (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). It is sent with
/// `Cache-Control: no-store`. `Debug` shows no token.
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// The access token (RFC 9068).
    pub access_token: String,
    /// Always `Bearer` (RFC 6750).
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// The scopes of the access token, divided by spaces; absent when it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The refresh token, with `offline_access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The ID token, with `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("scope", &self.scope)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// What is issued now out of a grant.
pub(crate) struct Issue<'a> {
    /// The grant.
    pub(crate) grant: &'a Grant,
    /// Its client.
    pub(crate) client: &'a Client,
    /// The scopes of these tokens, at most those of the grant.
    pub(crate) scopes: Vec<String>,
    /// Whom the access token is for.
    pub(crate) audience: Vec<String>,
    /// The generation of the refresh token, if there is one.
    pub(crate) generation: Option<i64>,
    /// Whether the code is redeemed: only that ID token echoes the `nonce` (OpenID Connect Core §12.2).
    pub(crate) is_first: bool,
    /// What the ID token tells about the person, because it was asked for there by name.
    pub(crate) person: Map<String, Value>,
}

impl<'a> Issue<'a> {
    /// What its access token stands on.
    fn basis(&'a self) -> TokenBasis<'a> {
        TokenBasis {
            client: self.client,
            subject: self.grant.subject(),
            scopes: &self.scopes,
            audience: &self.audience,
            grant: Some(self.grant),
        }
    }
}

impl Provider {
    /// Signs the tokens. Nothing of them may be handed out before the grant's gate is passed.
    pub(crate) fn issue_tokens(&self, ctx: &Ctx, issue: &Issue<'_>) -> Result<TokenResponse, ProtocolError> {
        let now = ctx.now;
        let expires_at = (now + self.settings().access_token_life()).min(issue.grant.expires_at);
        let access_token = self.sign_access_token(ctx, &issue.basis(), expires_at)?;
        let id_token = if issue.scopes.iter().any(|scope| scope == "openid") {
            let sid = session_id_for_client(self.vault(), &issue.grant.session_id, &issue.client.id);
            let claims =
                id_token::claims(self.issuer(), issue, &sid, &access_token, now, now + self.settings().id_token_life());
            Some(self.sign(issue.client.metadata.id_token_signed_response_alg, id_token::TYP, &claims, ctx)?)
        } else {
            None
        };
        let refresh_token = issue
            .generation
            .map(|generation| refresh_token::text(self.vault(), &issue.grant.id, generation, &issue.client.id));
        Ok(TokenResponse {
            access_token,
            token_type: "Bearer",
            expires_in: expires_at.seconds() - now.seconds(),
            scope: issue.scopes.join(" "),
            refresh_token,
            id_token,
        })
    }

    /// Signs an access token alone.
    pub(crate) fn sign_access_token(
        &self,
        ctx: &Ctx,
        basis: &TokenBasis<'_>,
        expires_at: Timestamp,
    ) -> Result<String, ProtocolError> {
        let jti = URL_SAFE_NO_PAD.encode(ctx.entropy().bytes::<16>().as_ref());
        let claims = access_token::claims(self.issuer(), basis, &jti, ctx.now, expires_at);
        self.sign(SigningAlgorithm::Es256, access_token::TYP, &claims, ctx)
    }

    pub(crate) fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: &str,
        claims: &Map<String, Value>,
        ctx: &Ctx,
    ) -> Result<String, ProtocolError> {
        self.keys().sign(algorithm, typ, claims, ctx.now).map_err(|error| match error {
            // A first key of its algorithm was made a moment ago, by another process.
            SignError::Stale | SignError::NoKey(_) => ProtocolError::temporarily_unavailable(&error),
            other => ProtocolError::server_error(&other),
        })
    }
}

/// The `sid` that one client sees of a session: another client sees another, so the two cannot be matched by it.
pub(crate) fn session_id_for_client(vault: &dyn Vault, session: &SessionId, client: &ClientId) -> String {
    let digest =
        vault.digest(DigestPurpose::SessionIdForClient, &[session.as_str().as_bytes(), client.as_str().as_bytes()]);
    URL_SAFE_NO_PAD.encode(digest.as_bytes())
}

/// How the person signed in, in both tokens: it tells the truth of the sign-in, never what was asked for (decisions 14).
/// Where nobody knows when that was, nothing is said; a client that must know gets no such sign-in (OpenID Connect Core §2).
fn put_authentication(claims: &mut Map<String, Value>, grant: &Grant) {
    let aal = Aal::of(&grant.amr);
    let amr: Vec<&str> = grant.amr.iter().copied().map(Amr::as_str).collect();
    if let Some(at) = grant.proved_at() {
        claims.insert("auth_time".to_owned(), json!(at.seconds()));
    }
    let members =
        [("acr", json!(acr(grant.ial, aal))), ("amr", json!(amr)), ("aal", json!(aal)), ("ial", json!(grant.ial))];
    claims.extend(members.map(|(name, value)| (name.to_owned(), value)));
}
