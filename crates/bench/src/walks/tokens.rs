//! A service gets tokens: by code, and by refreshing.

use super::Target;
use crate::load::Walk;
use crate::load::browser::form;
use crate::load::http::{Connection, get, post};
use crate::run::settings::{CLIENT_ID, REDIRECT_URI, SCOPE};
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

const VERIFIER: &str = "bench-0123456789-0123456789-0123456789-0123456789";

/// One string of a flat JSON object of ours, whose strings need no escapes.
pub(crate) fn field<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = json.split_once(&format!("\"{name}\":\""))?;
    after.split('"').next()
}

/// `GET /authorize` with a live session, then `POST /token` with the code (PKCE S256).
pub(crate) struct Authorize {
    connection: Connection,
    host: String,
    request: Vec<u8>,
}

impl Authorize {
    /// For the person whose session `cookies` hold.
    pub(crate) fn new(target: &Target, cookies: &str) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let query = form([
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT_URI),
            ("scope", SCOPE),
            ("state", "af0ifjsldkj"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let request = get(&format!("/authorize?{query}"), &target.host, cookies);
        Self { connection: Connection::to(target.address), host: target.host.clone(), request }
    }

    /// The answer of the token endpoint.
    pub(crate) async fn tokens(&mut self) -> Result<String> {
        let answer = self.connection.send(&self.request).await?.expect(303, "the authorization")?;
        let location = answer.header("location").context("no redirect")?;
        let code = location.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).context("no code")?;
        let body = form([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("client_id", CLIENT_ID),
            ("code_verifier", VERIFIER),
        ]);
        let answer = self.connection.send(&post("/token", &self.host, "", &body)).await?.expect(200, "the tokens")?;
        Ok(answer.text().into_owned())
    }
}

impl Walk for Authorize {
    async fn once(&mut self) -> Result<()> {
        let tokens = self.tokens().await?;
        field(&tokens, "id_token").context("no ID token").map(drop)
    }
}

/// Refreshing one family of tokens, each time with the token of the time before.
pub(crate) struct Refresh {
    connection: Connection,
    host: String,
    path: &'static str,
    token: String,
}

impl Refresh {
    /// With this refresh token, at the provider's `/token` or at a floor's own path.
    pub(crate) fn new(target: &Target, path: &'static str, token: &str) -> Self {
        Self { connection: Connection::to(target.address), host: target.host.clone(), path, token: token.to_owned() }
    }
}

impl Walk for Refresh {
    async fn once(&mut self) -> Result<()> {
        let body = form([("grant_type", "refresh_token"), ("refresh_token", &self.token), ("client_id", CLIENT_ID)]);
        let answer = self.connection.send(&post(self.path, &self.host, "", &body)).await?.expect(200, "a refresh")?;
        field(&answer.text(), "refresh_token").context("no refresh token")?.clone_into(&mut self.token);
        Ok(())
    }
}
