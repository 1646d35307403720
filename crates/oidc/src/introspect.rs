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
use crate::tokens::presented::PresentedAccess;
use portal_id_core::acr::{Aal, Amr, acr};
use portal_id_core::client::{Client, GrantKind};
use portal_id_core::ctx::Ctx;
use portal_id_core::grant::Grant;
use portal_id_core::profile::{Account, AccountState};
use portal_id_core::store::{Ground, StoreResult, Tx};
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
    /// When.
    pub auth_time: i64,
    /// How sure we are of the person.
    pub acr: &'static str,
    /// By which factors.
    pub amr: Vec<&'static str>,
}

/// What the token turned out to be, before anything is looked up.
#[derive(Clone)]
enum Shown {
    Access(PresentedAccess),
    Refresh(Arc<dyn Presented>),
    Nothing,
}

/// What one read of the store tells.
struct Facts {
    asker: Option<Client>,
    standing: Standing,
}

/// What a token stands on.
enum Standing {
    Grant(Box<Grant>, Box<Account>, Box<Client>),
    ClientAlone(Box<Client>),
    Nothing,
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
                    .map_or(Shown::Nothing, Shown::Refresh),
            },
        };
        let (id, looked_for) = (credentials.id().clone(), shown.clone());
        let facts = self
            .store()
            .read("introspect", move |tx| {
                Ok(Facts { asker: tx.find_client(&id)?, standing: standing(tx, &looked_for)? })
            })
            .await?;
        let asker = self.authenticate(ctx, credentials, facts.asker).await?;
        // RFC 7662 §2.1: without a proof anybody could try tokens out.
        if asker.client().is_public() {
            return Err(ProtocolError::invalid_client(self.issuer(), false));
        }
        if params.get("token").is_none() {
            return Err(ProtocolError::invalid_request("token is missing"));
        }
        let token = match (shown, facts.standing) {
            (Shown::Access(access), standing) if may_ask(asker.client(), &access) => {
                access_in_force(access, &standing, self.issuer(), ctx.now)
            }
            (Shown::Refresh(presented), Standing::Grant(grant, account, _)) => {
                let at = Circumstances { client: asker, settings: self.shared_settings(), now: ctx.now };
                refresh_in_force(presented.as_ref(), &grant, &account, &at, self.issuer())
            }
            _ => None,
        };
        Ok(Introspection { active: token.is_some(), token })
    }
}

fn standing(tx: &mut dyn Tx, shown: &Shown) -> StoreResult<Standing> {
    let grant_id = match shown {
        Shown::Nothing => return Ok(Standing::Nothing),
        Shown::Refresh(presented) => presented.find(tx)?.map(|grant| grant.id),
        Shown::Access(access) => match &access.grant_id {
            Some(id) => Some(id.clone()),
            None if tx.is_token_revoked(&access.jti)? => None,
            None => {
                let client = tx.find_client(&access.client_id)?;
                return Ok(client.map_or(Standing::Nothing, |client| Standing::ClientAlone(Box::new(client))));
            }
        },
    };
    let ground = grant_id.map(|id| tx.find_ground(&id)).transpose()?.flatten();
    Ok(ground.map_or(Standing::Nothing, |Ground { grant, account, client, .. }| {
        Standing::Grant(Box::new(grant), Box::new(account), Box::new(client))
    }))
}

/// Its own tokens, and those for the resource that it is.
fn may_ask(asker: &Client, access: &PresentedAccess) -> bool {
    let is_audience = |resource: &String| access.audience.contains(resource);
    asker.id == access.client_id || asker.metadata.resource_identifier.as_ref().is_some_and(is_audience)
}

/// A token lives no longer than what it stands on (security.md rows 22, 23).
fn access_in_force(access: PresentedAccess, standing: &Standing, issuer: &str, now: Timestamp) -> Option<ActiveToken> {
    let (scopes, signed_in) = match standing {
        Standing::Nothing => return None,
        Standing::Grant(grant, account, client) => {
            let holds = grant.revoked_at.is_none()
                && now < grant.expires_at
                && grant.client_id == access.client_id
                && grant.subject() == access.subject
                && client.disabled_at.is_none()
                && account.state == AccountState::Active;
            let mut open = scopes::still_allowed(&grant.scopes, client);
            open.retain(|scope| access.scopes.contains(scope));
            if !holds || open.is_empty() {
                return None;
            }
            (open, Some(signed_in(grant)))
        }
        Standing::ClientAlone(client) => {
            let own = &client.metadata.api_scopes;
            let open: Vec<String> = access.scopes.iter().filter(|scope| own.contains(scope)).cloned().collect();
            let is_stripped = open.is_empty() && !access.scopes.is_empty();
            if client.disabled_at.is_some() || !client.may_use(GrantKind::ClientCredentials) || is_stripped {
                return None;
            }
            (open, None)
        }
    };
    Some(ActiveToken {
        iss: issuer.to_owned(),
        sub: access.subject,
        client_id: access.client_id.to_string(),
        scope: scopes.join(" "),
        token_type: Some("Bearer"),
        aud: access.audience,
        jti: Some(access.jti),
        iat: access.issued_at,
        exp: access.expires_at.seconds(),
        signed_in,
    })
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
        auth_time: grant.auth_time.seconds(),
        acr: acr(grant.ial, Aal::of(&grant.amr)),
        amr: grant.amr.iter().copied().map(Amr::as_str).collect(),
    }
}
