//! The revocation endpoint (RFC 7009): a client takes back a token of its own. One durable write, and none for a token that
//! is nobody's or over already.

use crate::client_auth;
use crate::error::ProtocolError;
use crate::grants::refresh_token;
use crate::parameters::Parameters;
use crate::provider::Provider;
use portal_id_core::audit::{AuditEntry, AuditKind};
use portal_id_core::ctx::Ctx;
use portal_id_core::ids::GrantId;
use portal_id_core::time::Timestamp;

/// What is to end.
enum Target {
    /// The grant of a refresh or access token, and with it everything else of the grant (RFC 7009 §2.1).
    Grant(GrantId),
    /// An access token without a grant.
    Token { jti: String, expires_at: Timestamp },
}

impl Provider {
    /// Answers a revocation request. An unknown token is no error: what the client wanted is so (RFC 7009 §2.2).
    pub async fn revoke(
        &self,
        ctx: &Ctx,
        authorization_header: Option<&str>,
        params: &Parameters,
    ) -> Result<(), ProtocolError> {
        if params.repeated().is_some() {
            return Err(ProtocolError::invalid_request("a parameter was sent twice"));
        }
        let credentials = client_auth::read(authorization_header, params, self.issuer())?;
        let id = credentials.id().clone();
        let found = self.store().look("revoke", move |tx| tx.find_client(&id)).await?;
        let client = self.authenticate(ctx, credentials, found).await?;
        let client = client.client();
        let text = params.get("token").ok_or_else(|| ProtocolError::invalid_request("token is missing"))?;
        let target = if let Some(access) = self.read_access_token(text, ctx.now) {
            // RFC 7009 §2.1: refused, and told so. Nobody can be fooled by it: an access token names its client openly.
            if access.client_id != client.id {
                return Err(ProtocolError::invalid_grant("the token was issued to another client"));
            }
            match access.grant_id {
                Some(grant) => Target::Grant(grant),
                None => Target::Token { jti: access.jti, expires_at: access.expires_at },
            }
        } else {
            // The authenticator is of this client: a refresh token of another is like none (security.md row 24).
            match refresh_token::grant_of(self.vault(), text, &client.id) {
                Some(grant) => Target::Grant(grant),
                None => return Ok(()),
            }
        };
        self.end(ctx, target, AuditEntry::new(ctx, AuditKind::TokenRevoked).client(&client.id)).await
    }

    async fn end(&self, ctx: &Ctx, target: Target, audit: AuditEntry) -> Result<(), ProtocolError> {
        let now = ctx.now;
        match target {
            Target::Grant(id) => {
                let looked_for = id.clone();
                let grant = self.store().look("revoke_grant", move |tx| tx.find_grant(&looked_for)).await?;
                let Some(grant) = grant.filter(|grant| grant.revoked_at.is_none()) else { return Ok(()) };
                let audit = audit.account(&grant.account_id).session(&grant.session_id);
                self.store()
                    .tx(
                        "revoke_grant",
                        move |tx| if tx.revoke_grant(&id, now)? { tx.insert_audit(&audit) } else { Ok(()) },
                    )
                    .await?;
            }
            Target::Token { jti, expires_at } => {
                let looked_for = jti.clone();
                if self.store().look("revoked", move |tx| tx.is_token_revoked(&looked_for)).await? {
                    return Ok(());
                }
                self.store()
                    .tx("revoke_token", move |tx| {
                        tx.revoke_token(&jti, expires_at)?;
                        tx.insert_audit(&audit)
                    })
                    .await?;
            }
        }
        Ok(())
    }
}
