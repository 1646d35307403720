//! The userinfo endpoint (OpenID Connect Core §5.3): what the access token's scopes open, as of now. No writes.

use crate::authorize::scopes;
use crate::claims;
use crate::error::ProtocolError;
use crate::provider::Provider;
use crate::tokens::access_token::{self, AccessClaims};
use portal_id_core::client::Client;
use portal_id_core::ctx::Ctx;
use portal_id_core::grant::Grant;
use portal_id_core::profile::{Account, AccountState, Identifier};
use portal_id_core::store::{StoreResult, Tx};
use portal_id_core::time::Timestamp;
use serde_json::{Map, Value, json};

/// The scopes whose claims say who vouches for a fact.
const VOUCHED: [&str; 4] = ["email", "phone", "identity", "organization"];

/// What the store knows about a token.
struct Facts {
    grant: Grant,
    client: Client,
    account: Account,
    identifiers: Vec<Identifier>,
}

impl Provider {
    /// The claims for a Bearer token (RFC 6750 §2), wherever it was found in the request.
    pub async fn userinfo(&self, ctx: &Ctx, bearer: &str) -> Result<Map<String, Value>, ProtocolError> {
        let refused = || ProtocolError::invalid_token(self.issuer());
        let token = self.keys().verify(bearer, access_token::TYP, ctx.now).map_err(|_| refused())?;
        let token = access_token::judge(&token.claims, self.issuer(), ctx.now).ok_or_else(refused)?;
        if !token.scopes.iter().any(|scope| scope == "openid") {
            return Err(ProtocolError::insufficient_scope(self.issuer(), "openid"));
        }
        let needs_identifiers = token.scopes.iter().any(|scope| VOUCHED.contains(&scope.as_str()));
        let (grant_id, now) = (token.grant_id.clone(), ctx.now);
        let facts = self.store().read("userinfo", move |tx| find_facts(tx, &grant_id, needs_identifiers)).await?;
        let facts = facts.filter(|facts| is_in_force(facts, &token, now)).ok_or_else(refused)?;
        let profile =
            claims::open_profile(self.vault(), &facts.account).map_err(|error| ProtocolError::server_error(&error))?;
        let open = still_open(&token, &facts);
        let mut answer =
            claims::of_person(&facts.account, &profile, &facts.identifiers, &open, facts.client.metadata.identity);
        answer.insert("sub".to_owned(), json!(facts.account.id));
        Ok(answer)
    }
}

fn find_facts(
    tx: &mut dyn Tx,
    grant_id: &portal_id_core::ids::GrantId,
    needs_identifiers: bool,
) -> StoreResult<Option<Facts>> {
    let Some(grant) = tx.find_grant(grant_id)? else { return Ok(None) };
    let (client, account) = (tx.find_client(&grant.client_id)?, tx.find_account(&grant.account_id)?);
    let identifiers = if needs_identifiers { tx.list_identifiers(&grant.account_id)? } else { Vec::new() };
    Ok(client.zip(account).map(|(client, account)| Facts { grant, client, account, identifiers }))
}

/// A token lives no longer than its grant, its client and its person (security.md rows 22, 23).
fn is_in_force(facts: &Facts, token: &AccessClaims, now: Timestamp) -> bool {
    let grant = &facts.grant;
    grant.revoked_at.is_none()
        && now < grant.expires_at
        && grant.client_id == token.client_id
        && grant.account_id == token.subject
        && facts.client.disabled_at.is_none()
        && facts.account.state == AccountState::Active
}

/// In the token, in the grant, and still allowed to the client (security.md row 38).
fn still_open(token: &AccessClaims, facts: &Facts) -> Vec<String> {
    let mut open = scopes::still_allowed(&facts.grant.scopes, &facts.client);
    open.retain(|scope| token.scopes.contains(scope));
    open
}
