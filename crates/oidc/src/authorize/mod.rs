//! The authorization endpoint (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2): from a request and the person at the
//! browser to the one next thing.
//!
//! Until the redirect URI is verified a fault is an error page ([`identify`]); after that it travels to the client. The
//! checks of the request stand in two tables ([`checks`]) around the seam's negotiation; then come the questions about
//! the person ([`prompt`], [`consent`]). Pages and cookies are left to `web`, sign-in itself to `core::accounts`.

mod checks;
mod claims_request;
mod consent;
mod identify;
pub(crate) mod issue;
mod outcome;
pub(crate) mod prompt;
mod request;
pub(crate) mod scopes;
mod strict_json;

pub use outcome::{AuthorizeOutcome, AuthorizeRefusal, ConsentAsk, SignInAsk};

use crate::claims;
use crate::error::AuthorizationFault;
use crate::parameters::Parameters;
use crate::provider::Provider;
use crate::redirect::ClientRedirect;
use crate::subject;
use issue::Approved;
use portal_id_core::accounts::{Failure, Presentable, SignedIn};
use portal_id_core::client::Client;
use portal_id_core::consent::Consent;
use portal_id_core::ctx::Ctx;
use portal_id_core::ids::ClientId;
use portal_id_core::store::StoreResult;
use portal_id_core::time::Timestamp;
use prompt::{Presence, Subjects};
use request::Request;

/// The circumstances of a request that the parameters do not tell.
#[derive(Clone, Copy)]
struct Visit<'a> {
    who: Option<&'a SignedIn>,
    /// When the request first arrived, for a person who comes back from our pages.
    started_at: Option<Timestamp>,
    /// What the person just answered on the consent page.
    decision: Option<bool>,
}

/// What the store knows about a request.
#[derive(Default)]
struct Facts {
    /// The client that it names.
    client: Option<Client>,
    /// What the person at the browser allowed that client.
    remembered: Option<Consent>,
    /// The `sub` by which the client knows that person.
    known_as: Option<String>,
}

impl Provider {
    /// Judges an authorization request. `who` is the proof of who is signed in and may be told of. `started_at` is when the request first
    /// arrived, for a person who comes back from our pages: `prompt=login`, `select_account`, `create` and `max_age`
    /// are then met by a sign-in since that moment, `prompt=consent` by a consent since.
    pub async fn authorize(
        &self,
        ctx: &Ctx,
        params: &Parameters,
        who: Option<&Presentable>,
        started_at: Option<Timestamp>,
    ) -> Result<AuthorizeOutcome, Failure> {
        let who = who.map(Presentable::who);
        self.judge(ctx, params, Visit { who, started_at, decision: None }).await
    }

    /// Judges the request again with the person's answer on the consent page. Everything is checked anew: meanwhile the
    /// client may have been switched off and the session may have ended or be another's.
    pub async fn decide_consent(
        &self,
        ctx: &Ctx,
        params: &Parameters,
        who: &Presentable,
        started_at: Timestamp,
        allow: bool,
    ) -> Result<AuthorizeOutcome, Failure> {
        let who = who.who();
        self.judge(ctx, params, Visit { who: Some(who), started_at: Some(started_at), decision: Some(allow) }).await
    }

    async fn judge(&self, ctx: &Ctx, params: &Parameters, visit: Visit<'_>) -> Result<AuthorizeOutcome, Failure> {
        let Facts { client, remembered, known_as } = self.facts_of_request(params, visit.who).await?;
        let (client, redirect) = match identify::identify(params, client) {
            Ok(identified) => identified,
            Err(refusal) => return Ok(AuthorizeOutcome::Refused(refusal)),
        };
        let address = request::return_address(params, redirect, &self.settings().issuer);
        let refuse = |fault| Ok(AuthorizeOutcome::Redirect(ClientRedirect::fault(address.clone(), fault)));
        let request = match Request::read(params, &client, &address.to, self.settings()) {
            Ok(request) => request,
            Err(fault) => return refuse(fault),
        };
        let mut expected = request.claims.subjects.clone();
        match self.hinted_subject(params, &client, ctx.now) {
            Ok(hinted) => expected.extend(hinted.map(|subject| vec![subject])),
            Err(fault) => return refuse(fault),
        }
        let session = visit.who.map(|who| &who.session);
        let subjects = Subjects { expected: &expected, present: known_as.as_deref() };
        let who = match (request.prompt.presence(session, subjects, visit.started_at, ctx.now), visit.who) {
            (Presence::Present, Some(who)) => who,
            (Presence::SignIn(requirement), _) => {
                return Ok(AuthorizeOutcome::SignIn(SignInAsk {
                    client_name: client.name(ctx.language).to_owned(),
                    redirect_origin: address.to.origin(),
                    login_hint: params.get("login_hint").map(str::to_owned),
                    // While nobody may register, it asks for no more than a sign-in.
                    create: request.prompt.create && self.registers(ctx.now),
                    requirement,
                    ui_locales: params.get("ui_locales").map(str::to_owned),
                }));
            }
            (Presence::LoginRequired | Presence::Present, _) => {
                return refuse(AuthorizationFault::new("login_required", "the person has to sign in"));
            }
        };
        if !request.claims.is_met_by(&who.session) {
            // OpenID Connect Unmet Authentication Requirements §3.
            return refuse(AuthorizationFault::new(
                "unmet_authentication_requirements",
                "the person cannot sign in as the acr in claims demands",
            ));
        }
        let given = consent::is_given(&client, &request.scopes, remembered.as_ref(), request.prompt, visit.started_at);
        match visit.decision {
            None if given => {
                self.issue_code(ctx, address, Approved { client: &client, who, request, consent: None }).await
            }
            _ if request.prompt.silent => {
                refuse(AuthorizationFault::new("consent_required", "the person has to be asked"))
            }
            None => {
                Ok(AuthorizeOutcome::Consent(self.ask_consent(ctx, &client, who, request, address.to.origin()).await?))
            }
            Some(true) => {
                let consent = Some(issue::widened(remembered, who, &client, &request.scopes, ctx.now));
                self.issue_code(ctx, address, Approved { client: &client, who, request, consent }).await
            }
            Some(false) => {
                self.note_denial(ctx, &client, who).await?;
                refuse(AuthorizationFault::new("access_denied", "the person refused"))
            }
        }
    }

    /// What the store knows about the request and the person at the browser.
    async fn facts_of_request(&self, params: &Parameters, who: Option<&SignedIn>) -> Result<Facts, Failure> {
        let Some(id) = params.get("client_id").map(ClientId::from_text) else { return Ok(Facts::default()) };
        let account = who.map(|who| who.account.id.clone());
        let found = self
            .store()
            .read("authorize_facts", move |tx| {
                let client = tx.find_client(&id)?;
                let (mut remembered, mut known_as) = (None, None);
                if let Some(account) = &account {
                    remembered = tx.find_consent(account, &id)?;
                    if let Some(client) = &client {
                        known_as = subject::known_as(tx, client, account)?;
                    }
                }
                StoreResult::Ok(Facts { client, remembered, known_as })
            })
            .await?;
        Ok(found)
    }

    /// The subject of `id_token_hint`; an expired hint is fine (OpenID Connect Core §3.1.2.1). Another client's ID token
    /// says nothing about whom this one knows.
    fn hinted_subject(
        &self,
        params: &Parameters,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<String>, AuthorizationFault> {
        let Some(text) = params.get("id_token_hint") else { return Ok(None) };
        match self.read_hint(text, now) {
            Some(hint) if hint.audience == client.id.as_str() => Ok(Some(hint.subject)),
            _ => Err(AuthorizationFault::invalid_request("id_token_hint is not an ID token of ours for this client")),
        }
    }

    async fn ask_consent(
        &self,
        ctx: &Ctx,
        client: &Client,
        who: &SignedIn,
        request: Request,
        redirect_origin: Option<String>,
    ) -> Result<ConsentAsk, Failure> {
        let id = who.account.id.clone();
        let identifiers = self.store().read("consent_facts", move |tx| tx.list_identifiers(&id)).await?;
        let profile = claims::open_profile(self.vault(), &who.account)?;
        Ok(ConsentAsk {
            client_name: client.name(ctx.language).to_owned(),
            redirect_origin,
            claims: claims::of_person(&who.account, &profile, &identifiers, &request.scopes, client.metadata.identity),
            scopes: request.scopes,
        })
    }
}
