//! The authorization endpoint (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2): from a request and the person at the
//! browser to the one next thing.
//!
//! Until the redirect URI is verified a fault is an error page ([`identify`]); after that it travels to the client. The
//! checks of the request stand in two tables ([`checks`]) around the seam's negotiation; then come the questions about
//! the person ([`prompt`], [`upstream`], [`level`], [`consent`]). Pages and cookies are left to `web`, sign-in itself to `core::accounts`.

mod checks;
mod claims_request;
mod consent;
mod demands;
mod identify;
pub(crate) mod issue;
mod level;
mod outcome;
pub(crate) mod prompt;
mod request;
pub(crate) mod scopes;
mod strict_json;
mod upstream;

pub use outcome::{AuthorizeOutcome, AuthorizeRefusal, ConsentAsk, ContactNeed, SignInAsk, UpstreamAsk};

use crate::claims;
use crate::claims::vouchers::{self, Vouchers};
use crate::error::AuthorizationFault;
use crate::flow::Flow;
use crate::parameters::Parameters;
use crate::provider::Provider;
use crate::redirect::{ClientRedirect, ReturnAddress};
use crate::subject;
use demands::Demand;
use issue::Approved;
use portal_id_core::accounts::{Failure, Presentable, SignedIn};
use portal_id_core::client::Client;
use portal_id_core::consent::Consent;
use portal_id_core::ctx::Ctx;
use portal_id_core::ids::ClientId;
use portal_id_core::profile::FactStanding;
use portal_id_core::store::StoreResult;
use portal_id_core::time::Timestamp;
use portal_id_core::upstream::Purpose;
use portal_id_core::upstream_way::UpstreamWay;
use prompt::{Presence, Subjects};
use request::Request;

/// The circumstances of a request that the parameters do not tell.
#[derive(Clone, Copy)]
struct Visit<'a> {
    who: Option<&'a SignedIn>,
    /// When the request first arrived, for a person who comes back from our pages.
    started_at: Option<Timestamp>,
    /// Whether they come back from an upstream, where they were for the level's sake.
    upstream_tried: bool,
    /// What the person just answered on the consent page.
    decision: Option<bool>,
    /// Somebody is signed in, and has to enrol something before any service may be told of them.
    must_enrol: bool,
}

/// A fault that the client is told, and of which the log has a line.
fn refused(ctx: &Ctx, client: &Client, address: ReturnAddress, fault: AuthorizationFault) -> AuthorizeOutcome {
    tracing::info!(
        client_id = client.id.as_str(),
        error = fault.error,
        reason = fault.description,
        request_id = ctx.request_id,
        "an authorization request was refused"
    );
    AuthorizeOutcome::Redirect(ClientRedirect::fault(address, fault, &ctx.request_id))
}

/// Somebody has to sign in: at the upstream that the request names, or here.
fn to_sign_in(ask: SignInAsk, named: Option<&UpstreamWay>) -> AuthorizeOutcome {
    match named.filter(|way| way.is_on && !ask.create).map(|way| way.id.clone()) {
        Some(upstream) => AuthorizeOutcome::Upstream(UpstreamAsk { upstream, purpose: Purpose::SignIn, ask }),
        None => AuthorizeOutcome::SignIn(ask),
    }
}

const fn interaction_required(why: &'static str) -> AuthorizationFault {
    AuthorizationFault::new("interaction_required", why)
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

impl<'a> Visit<'a> {
    /// Somebody who comes back from our pages with `flow`.
    const fn back(flow: &Flow, who: Option<&'a SignedIn>) -> Self {
        let (started_at, upstream_tried) = (Some(flow.started_at), flow.upstream_tried);
        Self { who, started_at, upstream_tried, decision: None, must_enrol: false }
    }
}

impl Provider {
    /// Judges an authorization request that has just arrived. `who` is the proof of who is signed in and may be told of.
    pub async fn authorize(
        &self,
        ctx: &Ctx,
        params: &Parameters,
        who: Option<&Presentable>,
    ) -> Result<AuthorizeOutcome, Failure> {
        let who = who.map(Presentable::who);
        let visit = Visit { who, started_at: None, upstream_tried: false, decision: None, must_enrol: false };
        self.judge(ctx, params, visit).await
    }

    /// Judges it again when the person comes back from our pages: `prompt=login`, `select_account`, `create` and `max_age`
    /// are then met by a sign-in since it arrived, `prompt=consent` by a consent since.
    pub async fn resume(&self, ctx: &Ctx, flow: &Flow, who: Option<&Presentable>) -> Result<AuthorizeOutcome, Failure> {
        self.judge(ctx, &flow.params, Visit::back(flow, who.map(Presentable::who))).await
    }

    /// Judges a request that allows no page, while whoever is signed in has to enrol something first.
    pub async fn authorize_silently_before_enrolment(
        &self,
        ctx: &Ctx,
        params: &Parameters,
    ) -> Result<AuthorizeOutcome, Failure> {
        let visit = Visit { who: None, started_at: None, upstream_tried: false, decision: None, must_enrol: true };
        self.judge(ctx, params, visit).await
    }

    /// Judges the request again with the person's answer on the consent page. Everything is checked anew: meanwhile the
    /// client may have been switched off and the session may have ended or be another's.
    pub async fn decide_consent(
        &self,
        ctx: &Ctx,
        flow: &Flow,
        who: &Presentable,
        allow: bool,
    ) -> Result<AuthorizeOutcome, Failure> {
        let visit = Visit { decision: Some(allow), ..Visit::back(flow, Some(who.who())) };
        self.judge(ctx, &flow.params, visit).await
    }

    async fn judge(&self, ctx: &Ctx, params: &Parameters, visit: Visit<'_>) -> Result<AuthorizeOutcome, Failure> {
        let Facts { client, remembered, known_as } = self.facts_of_request(params, visit.who).await?;
        let (client, redirect) = match identify::identify(params, client) {
            Ok(identified) => identified,
            Err(refusal) => return Ok(AuthorizeOutcome::Refused(refusal)),
        };
        let address = request::return_address(params, &client, redirect, &self.settings().issuer);
        let refuse = |fault| Ok(refused(ctx, &client, address.clone(), fault));
        let request = match Request::read(params, &client, &address.to, self.settings()) {
            Ok(request) => request,
            Err(fault) => return refuse(fault),
        };
        let mut expected = request.claims.subjects.clone();
        match self.hinted_subject(params, &client, ctx.now) {
            Ok(hinted) => expected.extend(hinted.map(|subject| vec![subject])),
            Err(fault) => return refuse(fault),
        }
        let named = upstream::named(params, self.upstreams());
        let session = visit.who.map(|who| &who.session);
        let subjects = Subjects { expected: &expected, present: known_as.as_deref() };
        let ask = |requirement| SignInAsk {
            client_name: client.name(ctx.language).to_owned(),
            links: client.links(),
            redirect_origin: address.to.origin(),
            // While nobody may register, it asks for no more than a sign-in.
            create: request.prompt.create && self.registers(ctx.now),
            requirement,
            contact: ContactNeed::of(&request.scopes),
            upstream_is_off: named.is_some_and(|way| !way.is_on),
        };
        let who = match (request.prompt.presence(session, subjects, visit.started_at, ctx.now), visit.who) {
            (Presence::Present, Some(who)) => who,
            (Presence::SignIn(requirement), _) => {
                // Whoever comes back has been there, or chose another way: they are not sent in circles.
                let at = named.filter(|_| visit.started_at.is_none());
                return Ok(to_sign_in(ask(requirement), at));
            }
            (Presence::LoginRequired | Presence::Present, _) if visit.must_enrol => {
                return refuse(interaction_required("the person has to enrol a factor first"));
            }
            (Presence::LoginRequired | Presence::Present, _) => {
                return refuse(AuthorizationFault::new("login_required", "the person has to sign in"));
            }
        };
        let requirement = request.prompt.requirement(visit.started_at, ctx.now);
        match self.next_demand(ctx, &request, who, &visit).await? {
            Demand::Met => {}
            Demand::SecondFactor => return Ok(AuthorizeOutcome::StepUp(ask(requirement))),
            Demand::Contact => return Ok(AuthorizeOutcome::Contact(ask(requirement))),
            Demand::Upstream(upstream) => {
                let purpose = Purpose::Again { session: who.session.id.clone() };
                return Ok(AuthorizeOutcome::Upstream(UpstreamAsk { upstream, purpose, ask: ask(requirement) }));
            }
            Demand::Refuse(fault) => return refuse(fault),
        }
        let given = consent::is_given(&client, &request.scopes, remembered.as_ref(), request.prompt, visit.started_at);
        let approved = match visit.decision {
            None if given => {
                // A service of the province rests on no consent.
                let rests_on = remembered.filter(|_| !client.metadata.first_party);
                Approved { client: &client, who, request, consent: None, rests_on }
            }
            _ if request.prompt.silent => {
                return refuse(AuthorizationFault::new("consent_required", "the person has to be asked"));
            }
            None => {
                let ask = self.ask_consent(ctx, &client, who, request, address.to.origin()).await?;
                return Ok(AuthorizeOutcome::Consent(ask));
            }
            Some(true) => {
                // What is widened must still stand: a withdrawal meanwhile would be undone by it.
                let consent = Some(issue::widened(remembered.clone(), who, &client, &request.scopes, ctx.now));
                Approved { client: &client, who, request, consent, rests_on: remembered }
            }
            Some(false) => {
                self.note_denial(ctx, &client, who).await?;
                return refuse(AuthorizationFault::new("access_denied", "the person refused"));
            }
        };
        match self.issue_code(ctx, address, approved).await? {
            Some(outcome) => Ok(outcome),
            // Withdrawn at this very moment: judged again as if it had never been given.
            None => Box::pin(self.judge(ctx, params, visit)).await,
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

    /// The subject of `id_token_hint`; an expired hint is fine (OpenID Connect Core §3.1.2.1). It must have been issued to
    /// this client: a subject means nothing to another one, and what another was told is nothing to build on.
    fn hinted_subject(
        &self,
        params: &Parameters,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<String>, AuthorizationFault> {
        let Some(text) = params.get("id_token_hint") else { return Ok(None) };
        match self.read_hint(text, now) {
            Some(hint) if hint.audience == client.id.as_str() => Ok(Some(hint.subject)),
            Some(_) => Err(AuthorizationFault::invalid_request("id_token_hint was issued to another client")),
            None => Err(AuthorizationFault::invalid_request("id_token_hint is not an ID token of ours")),
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
        let (account, scopes) = (who.account.clone(), request.scopes.clone());
        let (identifiers, others) = self
            .store()
            .read("consent_facts", move |tx| {
                Ok((tx.list_identifiers(&account.id)?, vouchers::others(tx, &account, &scopes)?))
            })
            .await?;
        let identifiers: Vec<FactStanding> = identifiers.iter().map(FactStanding::from).collect();
        let vouchers = Vouchers { identifiers: &identifiers, others: &others, vault: self.vault() };
        let profile = claims::open_profile(self.vault(), &who.account)?;
        Ok(ConsentAsk {
            client_name: client.name(ctx.language).to_owned(),
            links: client.links(),
            redirect_origin,
            claims: claims::of_person(&who.account, &profile, &vouchers, &request.scopes, client.metadata.identity),
            scopes: request.scopes,
        })
    }
}
