//! The introspection endpoint (RFC 7662): what a token is good for right now. No writes.
//!
//! Only a client that proves who it is gets an answer, and only about tokens that were issued to it or are for the
//! resource that it is; of every other token it learns as much as of nonsense (security.md row 24).

use crate::authorize::scopes;
use crate::client_auth;
use crate::error::ProtocolError;
use crate::grants::{Circumstances, Presented, refresh_token};
use crate::parameters::Parameters;
use crate::provider::Provider;
use crate::tokens::access_token::AccessToken;
use crate::tokens::judge::Standing;
use portal_id_core::acr::{Aal, Amr, acr};
use portal_id_core::client::{Client, GrantKind};
use portal_id_core::ctx::Ctx;
use portal_id_core::grant::Grant;
use portal_id_core::ids::{ClientId, GrantId};
use portal_id_core::profile::{Account, AccountState};
use portal_id_core::store::{StoreResult, Tx};
use portal_id_core::time::Timestamp;
use serde::Serialize;
use std::sync::Arc;

/// The answer about a token (RFC 7662 §2.2). Nothing but `active` about one that is over, unknown or none of the asker's
/// business.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Introspection {
    /// Whether the token works.
    pub active: bool,
    /// What it is good for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub token: Option<ActiveToken>,
}

/// A token that works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActiveToken {
    /// The issuer.
    pub iss: String,
    /// Whose it is, as the client of the token knows them; the client itself when there is no person.
    pub sub: String,
    /// The client that it was issued to.
    pub client_id: String,
    /// What it still opens, divided by spaces.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// `Bearer` for an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// The services that an access token is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aud: Vec<String>,
    /// The access token's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// When it was issued.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// How the person signed in (RFC 9470 §6.2); nothing without a person.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<SignedInHow>,
}

/// How a person signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedInHow {
    /// When, if anybody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How sure we are of the person.
    pub acr: &'static str,
    /// By which factors.
    pub amr: Vec<&'static str>,
}

/// What the token turned out to be, before anything is looked up.
#[derive(Clone)]
enum Shown {
    Access(AccessToken),
    Refresh(GrantId, Arc<dyn Presented>),
    Nothing,
}

/// What one look at the store tells.
struct Facts {
    asker: Option<Client>,
    standing: Standing,
}

impl Facts {
    fn find(tx: &mut dyn Tx, asker: &ClientId, shown: &Shown) -> StoreResult<Self> {
        let standing = match shown {
            Shown::Access(token) => Standing::find(tx, token)?,
            Shown::Refresh(grant, _) => {
                tx.find_ground(grant)?.map_or(Standing::Nothing, |ground| Standing::Grant(Box::new(ground)))
            }
            Shown::Nothing => Standing::Nothing,
        };
        // Most ask about tokens of their own, and the token's client is found already.
        let asker = match standing.client() {
            Some(client) if client.id == *asker => Some(client.clone()),
            _ => tx.find_client(asker)?,
        };
        Ok(Self { asker, standing })
    }
}

impl Provider {
    /// Answers an introspection request.
    pub async fn introspect(
        &self,
        ctx: &Ctx,
        authorization_header: Option<&str>,
        params: &Parameters,
    ) -> Result<Introspection, ProtocolError> {
        if params.repeated().is_some() {
            return Err(ProtocolError::invalid_request("a parameter was sent twice"));
        }
        let credentials = client_auth::read(authorization_header, params, self.issuer())?;
        let shown = match params.get("token") {
            None => Shown::Nothing,
            // The hint is not needed: the two kinds look nothing alike (RFC 7662 §2.1 lets it be ignored).
            Some(text) => match self.read_access_token(text, ctx.now) {
                Some(access) => Shown::Access(access),
                None => refresh_token::presented(self.vault(), text, credentials.id())
                    .map_or(Shown::Nothing, |(grant, presented)| Shown::Refresh(grant, presented)),
            },
        };
        let (id, looked_for) = (credentials.id().clone(), shown.clone());
        let facts = self.store().look("introspect", move |tx| Facts::find(tx, &id, &looked_for)).await?;
        let asker = self.authenticate(ctx, credentials, facts.asker).await?;
        // RFC 7662 §2.1: without a proof anybody could try tokens out.
        if asker.client().is_public() {
            return Err(ProtocolError::invalid_client(self.issuer(), false));
        }
        if params.get("token").is_none() {
            return Err(ProtocolError::invalid_request("token is missing"));
        }
        let token = match (shown, facts.standing) {
            (Shown::Access(token), standing) if may_ask(asker.client(), &token) => standing
                .open_scopes(&token, ctx.now)
                .map(|scopes| access_in_force(token, &scopes, &standing, self.issuer())),
            (Shown::Refresh(_, presented), Standing::Grant(ground)) => {
                let at = Circumstances { client: asker, settings: self.shared_settings(), now: ctx.now };
                refresh_in_force(presented.as_ref(), &ground.grant, &ground.account, &at, self.issuer())
            }
            _ => None,
        };
        Ok(Introspection { active: token.is_some(), token })
    }
}

/// Its own tokens, and those for the resource that it is.
fn may_ask(asker: &Client, token: &AccessToken) -> bool {
    let resource = asker.metadata.resource_identifier.as_ref();
    asker.id == token.client_id || resource.is_some_and(|resource| token.is_for(resource))
}

fn access_in_force(token: AccessToken, scopes: &[String], standing: &Standing, issuer: &str) -> ActiveToken {
    let signed_in = match standing {
        Standing::Grant(ground) => Some(signed_in(&ground.grant)),
        Standing::ClientAlone(_) | Standing::Nothing => None,
    };
    ActiveToken {
        iss: issuer.to_owned(),
        sub: token.subject,
        client_id: token.client_id.to_string(),
        scope: scopes.join(" "),
        token_type: Some("Bearer"),
        aud: token.audience,
        jti: Some(token.jti),
        iat: token.issued_at,
        exp: token.expires_at.seconds(),
        signed_in,
    }
}

/// A refresh token is active while it could be refreshed.
fn refresh_in_force(
    presented: &dyn Presented,
    grant: &Grant,
    account: &Account,
    at: &Circumstances,
    issuer: &str,
) -> Option<ActiveToken> {
    let client = at.client.client();
    let open = scopes::still_allowed(&grant.scopes, client);
    let may_refresh = client.may_use(GrantKind::RefreshToken) && account.state == AccountState::Active;
    presented.judge(grant, at).ok().filter(|_| may_refresh && !open.is_empty())?;
    Some(ActiveToken {
        iss: issuer.to_owned(),
        sub: grant.subject().to_owned(),
        client_id: client.id.to_string(),
        scope: open.join(" "),
        token_type: None,
        aud: Vec::new(),
        jti: None,
        iat: grant.rotated_at.or(grant.code_used_at).unwrap_or(grant.issued_at).seconds(),
        exp: grant.idle_expires_at.map_or(grant.expires_at, |idle| idle.min(grant.expires_at)).seconds(),
        signed_in: Some(signed_in(grant)),
    })
}

fn signed_in(grant: &Grant) -> SignedInHow {
    SignedInHow {
        auth_time: grant.proved_at().map(Timestamp::seconds),
        acr: acr(grant.ial, Aal::of(&grant.amr)),
        amr: grant.amr.iter().copied().map(Amr::as_str).collect(),
    }
}
