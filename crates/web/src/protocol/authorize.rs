//! The authorization endpoint (OpenID Connect Core §3.1.2): GET, cross-site POST, and the way back from our pages.

use crate::edge::form::read_form;
use crate::edge::visit::see_other;
use crate::edge::{Call, LocalPath, PageError, PageResult, Visit};
use crate::protocol::answer::respond_authorize;
use crate::protocol::posted::{self, Destination};
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use portal_id_core::accounts::{Accounts, Failure, Presentable};
use portal_id_core::ports::Vault;
use portal_id_federation::Federation;
use portal_id_oidc::{AuthorizeOutcome, Flow, Parameters, Provider};
use std::sync::Arc;

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct Authorize {
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) federation: Arc<Federation>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// A request by link or redirect.
pub(crate) async fn get(visit: Visit, State(s): State<Authorize>, RawQuery(query): RawQuery) -> PageResult {
    let params = readable(query.unwrap_or_default().as_bytes())?;
    begin(visit, &s, params).await
}

/// A request by form, mostly from another site: no cookies here, so it goes on as a GET. Sets none either, since a
/// fresh browser cookie would replace the one that the browser holds back.
pub(crate) async fn post(Call { ctx }: Call, State(s): State<Authorize>, request: Request) -> PageResult {
    let (parts, body) = request.into_parts();
    let params = readable(&read_form(&parts.headers, body).await?)?;
    let sealed = posted::seal(s.vault.as_ref(), &ctx, Destination::Authorize, &params);
    Ok(see_other(LocalPath::new("/authorize/resume").with(posted::PARAMETER, &sealed).as_str()))
}

/// Goes on: with a posted request as if it had just come by GET, or with a pending one after a step of ours.
pub(crate) async fn resume(mut visit: Visit, State(s): State<Authorize>) -> PageResult {
    if let Some(text) = visit.query.find(posted::PARAMETER) {
        let params =
            posted::open(s.vault.as_ref(), &visit.ctx, Destination::Authorize, text).ok_or(PageError::FlowOver)?;
        return begin(visit, &s, params).await;
    }
    let Some(open) = visit.flow.take() else { return Err(PageError::FlowOver) };
    let Ok(who) = presentable(&visit, &s.accounts).await? else {
        visit.flow = Some(open);
        return Ok(to_enrol(visit));
    };
    let outcome = s.provider.resume(&visit.ctx, &open.flow, who.as_ref()).await?;
    visit.flow = Some(open);
    respond_authorize(visit, &s.federation, outcome).await
}

async fn begin(mut visit: Visit, s: &Authorize, params: Parameters) -> PageResult {
    visit.flow = None;
    let who = match presentable(&visit, &s.accounts).await? {
        Ok(who) => who,
        Err(MustEnrol) if params.is_silent() => {
            let outcome = s.provider.authorize_silently_before_enrolment(&visit.ctx, &params).await?;
            return respond_authorize(visit, &s.federation, outcome).await;
        }
        Err(MustEnrol) => {
            let started_at = visit.ctx.now;
            return Ok(to_enrol(visit.carrying(Flow::new(params, started_at))));
        }
    };
    let outcome = s.provider.authorize(&visit.ctx, &params, who.as_ref()).await?;
    if !matches!(outcome, AuthorizeOutcome::Refused(_) | AuthorizeOutcome::Redirect(_)) {
        let started_at = visit.ctx.now;
        visit = visit.carrying(Flow::new(params, started_at));
    }
    respond_authorize(visit, &s.federation, outcome).await
}

/// The person at the browser must enrol something before a service is told anything of them.
pub(crate) struct MustEnrol;

/// Whom the service may be told of, if anybody is signed in.
pub(crate) async fn presentable(
    visit: &Visit,
    accounts: &Accounts,
) -> Result<Result<Option<Presentable>, MustEnrol>, Failure> {
    let Some(who) = &visit.who else { return Ok(Ok(None)) };
    Ok(accounts.presentable(&visit.ctx, who).await?.map(Some).ok_or(MustEnrol))
}

/// Sends whoever must enrol to where they do so; the request waits.
pub(crate) fn to_enrol(visit: Visit) -> Response {
    let path = visit.path("/account/security");
    visit.to(path)
}

fn readable(raw: &[u8]) -> Result<Parameters, PageError> {
    Parameters::parse(raw).map_err(|fault| PageError::AuthorizeRefused(fault.key()))
}
