//! The userinfo endpoint (OpenID Connect Core §5.3): what the access token's scopes open, as of now. No writes.

use crate::claims;
use crate::claims::vouchers::{self, Vouchers};
use crate::error::ProtocolError;
use crate::provider::Provider;
use crate::tokens::judge;
use portal_id_core::client::ClientMetadata;
use portal_id_core::ctx::Ctx;
use portal_id_core::store::Ground;
use serde_json::{Map, Value, json};
use std::fmt;

impl Provider {
    /// The answer for a Bearer token (RFC 6750 §2), wherever it was found in the request.
    pub async fn userinfo(&self, ctx: &Ctx, bearer: &str) -> Result<UserinfoAnswer, ProtocolError> {
        let refused = || ProtocolError::invalid_token(self.issuer());
        let has_openid = |scopes: &[String]| {
            let has = scopes.iter().any(|scope| scope == "openid");
            if has { Ok(()) } else { Err(ProtocolError::insufficient_scope(self.issuer(), "openid")) }
        };
        let token = self.read_access_token(bearer, ctx.now).filter(|token| token.is_for(self.issuer()));
        let token = token.ok_or_else(refused)?;
        // A client's own token has nobody to tell about.
        let grant_id = token.grant_id.clone().ok_or_else(refused)?;
        has_openid(&token.scopes)?;
        let found = self
            .store()
            .look("userinfo", move |tx| {
                let Some((ground, identifiers)) = tx.find_ground_and_standings(&grant_id)? else { return Ok(None) };
                let others = vouchers::others(tx, &ground.account, &ground.grant.scopes)?;
                Ok(Some((ground, identifiers, others)))
            })
            .await?;
        let (ground, identifiers, others) = found.ok_or_else(refused)?;
        let open = judge::open_scopes(&token, &ground, ctx.now).ok_or_else(refused)?;
        has_openid(&open)?;
        let Ground { grant, account, client } = &ground;
        let profile =
            claims::open_profile(self.vault(), account).map_err(|error| ProtocolError::server_error(&error))?;
        let vouchers = Vouchers { identifiers: &identifiers, others: &others, vault: self.vault() };
        let mut answer = claims::of_person(account, &profile, &vouchers, &open, client.metadata.identity);
        answer.insert("sub".to_owned(), json!(grant.subject()));
        claims::aliases::put(&mut answer, &client.metadata.claim_aliases, &grant.amr);
        let Some(algorithm) = client.metadata.userinfo_signed_response_alg else {
            return Ok(UserinfoAnswer::Claims(answer));
        };
        // OpenID Connect Core §5.3.2. No `exp`: an ID token has one, so that this can never pass as one.
        answer.insert("iss".to_owned(), json!(self.issuer()));
        answer.insert("aud".to_owned(), json!(client.id));
        answer.insert("iat".to_owned(), json!(ctx.now.seconds()));
        let signed = self.sign(algorithm, SIGNED_TYP, &answer, ctx)?;
        encrypted(&client.metadata, signed).map(UserinfoAnswer::Token)
    }
}

/// The `typ` of a signed answer: what libraries expect.
const SIGNED_TYP: &str = "JWT";

/// Signed and then encrypted, for a client that registered it (OpenID Connect Core §16.14).
fn encrypted(client: &ClientMetadata, signed: String) -> Result<String, ProtocolError> {
    let Some(alg) = client.userinfo_encrypted_response_alg else { return Ok(signed) };
    let enc = client.userinfo_encrypted_response_enc.unwrap_or_default();
    let keys = client.jwks.as_ref().unwrap_or(&Value::Null);
    portal_id_keys::encrypt_to(keys, alg, enc, &signed).map_err(|fault| ProtocolError::server_error(&fault))
}

/// What userinfo answers.
#[derive(Clone, PartialEq)]
pub enum UserinfoAnswer {
    /// The claims, for `application/json`.
    Claims(Map<String, Value>),
    /// The claims as a signed and maybe encrypted JWT, for `application/jwt` (OpenID Connect Core §5.3.2).
    Token(String),
}

/// Shows nothing about the person.
impl fmt::Debug for UserinfoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Claims(_) => "Claims",
            Self::Token(_) => "Token",
        })
    }
}
