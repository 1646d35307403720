//! Client credentials (RFC 6749 §4.4): a client asks for itself, without a person. No grant, no refresh token, no ID
//! token, no durable write.

use super::refuse_unless_registered;
use crate::client_auth;
use crate::error::ProtocolError;
use crate::parameters::Parameters;
use crate::provider::Provider;
use crate::resource;
use crate::tokens::TokenResponse;
use crate::tokens::access_token::TokenBasis;
use portal_id_core::client::{Client, GrantKind};
use portal_id_core::ctx::Ctx;

impl Provider {
    /// Answers a token request of a client for itself.
    pub(super) async fn client_credentials(
        &self,
        ctx: &Ctx,
        credentials: client_auth::Presented,
        params: &Parameters,
    ) -> Result<TokenResponse, ProtocolError> {
        let id = credentials.id().clone();
        let found = self.store().look("client_credentials", move |tx| tx.find_client(&id)).await?;
        let client = self.authenticate(ctx, credentials, found).await?;
        let client = client.client();
        // RFC 6749 §4.4: only clients that can prove who they are, whatever was registered.
        if client.is_public() {
            return Err(ProtocolError::unauthorized_client("a public client cannot act for itself"));
        }
        refuse_unless_registered(client, GrantKind::ClientCredentials)?;
        let scopes = scopes(params.get("scope"), client)?;
        let audience = resource::audience_of_client(resource::asked(params)?, client, self.issuer())?;
        let expires_at = ctx.now + self.settings().client_token_life();
        let basis =
            TokenBasis { client, subject: client.id.as_str(), scopes: &scopes, audience: &audience, grant: None };
        Ok(TokenResponse {
            access_token: self.sign_access_token(ctx, &basis, expires_at)?,
            token_type: "Bearer",
            expires_in: expires_at.seconds() - ctx.now.seconds(),
            scope: scopes.join(" "),
            refresh_token: None,
            id_token: None,
        })
    }
}

/// The scopes asked for, else all that the client may have without a person (RFC 6749 §3.3). Those about people are none
/// of them, since there is nobody who could have agreed (security.md row 38).
fn scopes(asked: Option<&str>, client: &Client) -> Result<Vec<String>, ProtocolError> {
    let own = &client.metadata.api_scopes;
    let Some(asked) = asked else { return Ok(own.clone()) };
    let asked: Vec<&str> = asked.split_ascii_whitespace().collect();
    if asked.is_empty() || !asked.iter().all(|scope| own.iter().any(|known| known == scope)) {
        return Err(ProtocolError::invalid_scope("the client may not have one of the scopes without a person"));
    }
    Ok(own.iter().filter(|scope| asked.contains(&scope.as_str())).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    // security: row 38
    #[test]
    fn only_registered_scopes_without_a_person_are_had_each_once_and_in_their_order() {
        let mut client = testing::client();
        let of = |client: &Client, asked| scopes(asked, client).map_err(|error| error.error);
        assert_eq!(of(&client, None), Ok(Vec::new()));
        client.metadata.api_scopes = vec!["tax:read".to_owned(), "tax:write".to_owned()];
        assert_eq!(of(&client, None).as_deref(), Ok(client.metadata.api_scopes.as_slice()));
        assert_eq!(
            of(&client, Some("tax:write tax:read  tax:read")).as_deref(),
            Ok(client.metadata.api_scopes.as_slice())
        );
        assert_eq!(of(&client, Some("tax:write")), Ok(vec!["tax:write".to_owned()]));
        for asked in ["openid", "profile", "tax:read openid", "tax:delete", "tax", "TAX:READ", " ", "offline_access"] {
            assert_eq!(of(&client, Some(asked)), Err("invalid_scope"), "{asked}");
        }
    }
}
