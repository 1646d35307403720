//! The token endpoint (RFC 6749 §3.2): the phases that every grant type shares, once. A grant type fills the hooks of
//! [`GrantType`] and [`Presented`] and adds one line to [`hooks`].
//!
//! The phases: read the client's credentials and the grant's · look everything up at once · authenticate the
//! client · judge the grant · sign · pass the gate, the one durable write · hand out. Nothing leaves before the gate.
//! Client credentials have neither grant nor gate and go their own, shorter way.

pub(crate) mod authorization_code;
mod client_credentials;
mod gate;
pub(crate) mod refresh_token;

use crate::authorize::scopes;
use crate::claims::by_name;
use crate::claims::vouchers::{self, Vouchers};
use crate::client_auth::{self, ClientAuthenticated};
use crate::error::ProtocolError;
use crate::parameters::Parameters;
use crate::provider::Provider;
use crate::resource;
use crate::settings::OidcSettings;
use crate::tokens::{Issue, TokenResponse};
use gate::Passage;
use portal_id_core::client::{Client, GrantKind};
use portal_id_core::ctx::Ctx;
use portal_id_core::grant::Grant;
use portal_id_core::ids::ClientId;
use portal_id_core::ports::Vault;
use portal_id_core::profile::{Account, AccountState, FactStanding};
use portal_id_core::store::{StoreResult, Tx};
use portal_id_core::time::Timestamp;
use portal_id_core::vouched::VouchedFact;
use std::sync::Arc;

/// The hooks of the grant types that stand on a person's grant.
fn hooks(kind: GrantKind) -> Option<&'static dyn GrantType> {
    match kind {
        GrantKind::AuthorizationCode => Some(&authorization_code::AuthorizationCode),
        GrantKind::RefreshToken => Some(&refresh_token::RefreshToken),
        GrantKind::ClientCredentials => None,
    }
}

/// A grant type's first hook.
pub(crate) trait GrantType: Sync {
    /// Reads what the request presents. Pure: no look-up yet, and the client is not yet believed.
    fn read(&self, request: &TokenRequest<'_>) -> Result<Arc<dyn Presented>, ProtocolError>;
}

/// A token request of a client that named itself.
pub(crate) struct TokenRequest<'a> {
    pub(crate) params: &'a Parameters,
    pub(crate) client_id: &'a ClientId,
    pub(crate) vault: &'a dyn Vault,
}

/// What was presented, and a grant type's further hooks.
pub(crate) trait Presented: Send + Sync {
    /// Finds the grant, in whatever standing.
    fn find(&self, tx: &mut dyn Tx) -> StoreResult<Option<Grant>>;

    /// Judges the grant as it stands in the store.
    fn judge(&self, grant: &Grant, at: &Circumstances) -> Result<Step, Denial>;

    /// The scopes asked for, at most those granted.
    fn scopes(&self, grant: &Grant, client: &Client) -> Result<Vec<String>, ProtocolError>;

    /// What a grant that cannot be used is called.
    fn refusal(&self) -> ProtocolError;
}

/// What a grant is judged by: the authenticated client and the moment.
pub(crate) struct Circumstances {
    pub(crate) client: ClientAuthenticated,
    pub(crate) settings: Arc<OidcSettings>,
    pub(crate) now: Timestamp,
}

/// The step that a good request takes the grant by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The code is used up; with a moment the first refresh generation begins and lives idle until then.
    Redeem {
        /// The end of the first generation when nobody refreshes.
        idle_expires_at: Option<Timestamp>,
    },
    /// The family moves on by one generation.
    Advance {
        /// The generation in force.
        from: i64,
        /// The end of the next one when nobody refreshes.
        idle_expires_at: Timestamp,
    },
    /// The family moved on a moment ago and the answer was lost: the same successor again (decisions 21).
    Repeat {
        /// The generation in force.
        generation: i64,
    },
}

impl Step {
    /// The generation of the refresh token to hand out.
    fn generation(self) -> Option<i64> {
        match self {
            Self::Redeem { idle_expires_at } => idle_expires_at.map(|_| 1),
            Self::Advance { from, .. } => Some(from + 1),
            Self::Repeat { generation } => Some(generation),
        }
    }
}

/// Why a grant cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// It was used before by somebody: everything issued from it ends (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
    Replayed,
    /// Another reason.
    Because(ProtocolError),
}

/// What one look at the store tells about a request. Each is judged for itself, and the gate judges the grant again.
struct Facts {
    client: Option<Client>,
    grant: Option<(Grant, Account)>,
    /// Who vouches for what, when the ID token is to tell about the person.
    identifiers: Vec<FactStanding>,
    others: Vec<VouchedFact>,
}

impl Provider {
    /// Answers a token request. `authorization_header` is the request's `Authorization`, if any.
    pub async fn token(
        &self,
        ctx: &Ctx,
        authorization_header: Option<&str>,
        params: &Parameters,
    ) -> Result<TokenResponse, ProtocolError> {
        if params.repeated().is_some() {
            // RFC 6749 §3.2: parameters must not be sent twice.
            return Err(ProtocolError::invalid_request("a parameter was sent twice"));
        }
        let credentials = client_auth::read(authorization_header, params, self.issuer())?;
        let grant_type =
            params.get("grant_type").ok_or_else(|| ProtocolError::invalid_request("grant_type is missing"))?;
        let kind = GrantKind::from_text(grant_type).ok_or_else(ProtocolError::unsupported_grant_type)?;
        let Some(grant_type) = hooks(kind) else {
            return self.client_credentials(ctx, credentials, params).await;
        };
        // Told only after the client has proved who it is.
        let presented = grant_type.read(&TokenRequest { params, client_id: credentials.id(), vault: self.vault() });
        let facts = self.facts(credentials.id(), presented.as_ref().ok()).await?;
        let client = self.authenticate(ctx, credentials, facts.client).await?;
        refuse_unless_registered(client.client(), kind)?;
        let presented = presented?;
        let resources = resource::asked(params)?;
        let (grant, account) = facts.grant.ok_or_else(|| presented.refusal())?;
        let at = Arc::new(Circumstances { client, settings: self.shared_settings(), now: ctx.now });
        let step = match presented.judge(&grant, &at) {
            Ok(step) => step,
            Err(Denial::Because(error)) => return Err(error),
            Err(Denial::Replayed) => {
                self.end_family(ctx, &grant).await?;
                return Err(presented.refusal());
            }
        };
        // security.md row 22: who was stopped meanwhile gets nothing more.
        if account.state != AccountState::Active {
            return Err(presented.refusal());
        }
        let client = at.client.client();
        let scopes = scopes::still_allowed(&presented.scopes(&grant, client)?, client);
        if scopes.is_empty() {
            return Err(ProtocolError::invalid_scope("the client may no longer have any of the scopes granted"));
        }
        let is_first = matches!(step, Step::Redeem { .. });
        let audience = resource::audience(resources, &grant, client, &scopes, self.issuer())?;
        let vouchers = Vouchers { identifiers: &facts.identifiers, others: &facts.others, vault: self.vault() };
        let person = by_name::of_id_token(&grant, client, (&account, &vouchers), &scopes)
            .map_err(|error| ProtocolError::server_error(&error))?;
        let generation = step.generation();
        let issue = Issue { grant: &grant, client, scopes, audience, generation, is_first, person };
        let response = self.issue_tokens(ctx, &issue)?;
        match self.pass_gate(ctx, &presented, &grant, step, &at).await? {
            Passage::Passed => Ok(response),
            Passage::Refused(error) => Err(error),
        }
    }

    async fn facts(
        &self,
        client_id: &ClientId,
        presented: Option<&Arc<dyn Presented>>,
    ) -> Result<Facts, ProtocolError> {
        let (client_id, presented) = (client_id.clone(), presented.cloned());
        let facts = self
            .store()
            .look("token_facts", move |tx| {
                let client = tx.find_client(&client_id)?;
                let grant = match &presented {
                    Some(presented) => presented.find(tx)?,
                    None => None,
                };
                let account = match &grant {
                    Some(grant) => tx.find_account(&grant.account_id)?,
                    None => None,
                };
                let grant = grant.zip(account);
                let (identifiers, others) = match &grant {
                    Some((grant, account)) if by_name::wants_person(grant) => {
                        (tx.list_identifiers(&account.id)?, vouchers::others(tx, account, &grant.scopes)?)
                    }
                    _ => Default::default(),
                };
                let identifiers = identifiers.iter().map(FactStanding::from).collect();
                Ok(Facts { client, grant, identifiers, others })
            })
            .await?;
        Ok(facts)
    }
}

/// RFC 6749 §5.2: what the operator did not allow this client, it is told so.
fn refuse_unless_registered(client: &Client, kind: GrantKind) -> Result<(), ProtocolError> {
    if client.may_use(kind) {
        Ok(())
    } else {
        Err(ProtocolError::unauthorized_client("the client is not registered for this grant type"))
    }
}
