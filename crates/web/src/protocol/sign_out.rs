//! Sign-out asked for by a service (OpenID Connect RP-Initiated Logout 1.0), and the person's answer to it.

use crate::edge::form::read_form;
use crate::edge::visit::see_other;
use crate::edge::{Call, CsrfForm, Fields, FormFields, LocalPath, PageError, PagePolicy, PageResult, Visit};
use crate::pages::sign_out::{SignOutPage, SignedOutPage};
use crate::protocol::answer::to_client;
use crate::protocol::leaving;
use crate::protocol::posted::{self, Destination};
use axum::extract::{RawQuery, Request, State};
use http::StatusCode;
use portal_id_core::accounts::{self, Accounts};
use portal_id_core::ports::Vault;
use portal_id_federation::Federation;
use portal_id_oidc::{ClientRedirect, EndSessionOutcome, Parameters, Provider};
use std::sync::Arc;

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct SignOut {
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) federation: Arc<Federation>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// A request by link or redirect, or one that was posted and arrives by our own redirect.
pub(crate) async fn get(visit: Visit, State(s): State<SignOut>, RawQuery(query): RawQuery) -> PageResult {
    let params = match visit.query.find(posted::PARAMETER) {
        Some(text) => {
            posted::open(s.vault.as_ref(), &visit.ctx, Destination::SignOut, text).ok_or(PageError::FlowOver)?
        }
        None => readable(query.unwrap_or_default().as_bytes())?,
    };
    match s.provider.end_session(&visit.ctx, &params, visit.who.as_ref()).await? {
        EndSessionOutcome::SignOut { return_to } => leave(visit, &s, return_to.as_ref()).await,
        EndSessionOutcome::SignedOut => leave(visit, &s, None).await,
        EndSessionOutcome::Ask { client_name, return_to } => {
            let carried = posted::seal(s.vault.as_ref(), &visit.ctx, Destination::ConfirmSignOut, &params);
            let policy = PagePolicy::default().form_to(return_to.and_then(|redirect| redirect.target().origin()));
            let page =
                SignOutPage::new(visit.layout(SignOutPage::TITLE), client_name, vec![(Confirmation::REQUEST, carried)]);
            Ok(visit.page_under(StatusCode::OK, &policy, page))
        }
    }
}

/// A request by form, mostly from another site: no cookies here, so it goes on as a GET.
pub(crate) async fn post(Call { ctx }: Call, State(s): State<SignOut>, request: Request) -> PageResult {
    let (parts, body) = request.into_parts();
    let params = readable(&read_form(&parts.headers, body).await?)?;
    let sealed = posted::seal(s.vault.as_ref(), &ctx, Destination::SignOut, &params);
    Ok(see_other(LocalPath::new("/sign-out").with(posted::PARAMETER, &sealed).as_str()))
}

/// The person's answer: they want to leave. The service's request is judged anew for where to go then.
pub(crate) async fn confirm(
    visit: Visit,
    State(s): State<SignOut>,
    CsrfForm(form): CsrfForm<Confirmation>,
) -> PageResult {
    let request = posted::open(s.vault.as_ref(), &visit.ctx, Destination::ConfirmSignOut, &form.request);
    let return_to = match request {
        Some(params) => match s.provider.end_session(&visit.ctx, &params, visit.who.as_ref()).await? {
            EndSessionOutcome::SignOut { return_to } | EndSessionOutcome::Ask { return_to, .. } => return_to,
            EndSessionOutcome::SignedOut => None,
        },
        // Our own button, without a service; or one that waited too long: leaving is still what the person wants.
        None => None,
    };
    leave(visit, &s, return_to.as_ref()).await
}

/// The answer's form.
pub(crate) struct Confirmation {
    request: String,
}

impl Confirmation {
    const REQUEST: &'static str = "request";
}

impl FormFields for Confirmation {
    const FIELDS: &'static [&'static str] = &[Self::REQUEST];

    fn from_fields(fields: &Fields) -> Self {
        Self { request: fields.get(Self::REQUEST).to_owned() }
    }
}

/// Back from another provider, at which the person signed out too: on to where the service wanted them, if this browser
/// carries that and it is still so. The provider itself is believed nothing.
pub(crate) async fn came_back(visit: Visit, State(s): State<SignOut>) -> PageResult {
    let carried = visit.query.find("state");
    let carried = carried.and_then(|text| posted::open(s.vault.as_ref(), &visit.ctx, Destination::SignedOut, text));
    let return_to = match carried {
        Some(carried) => s.provider.return_after_sign_out(&carried).await?,
        None => None,
    };
    match return_to {
        // Most ask there by a form whether somebody really wants to leave.
        Some(redirect) => Ok(to_client(visit.like_after_a_form(), &redirect)),
        // Somebody else signed in meanwhile, or nobody ever left.
        None if visit.who.is_some() => Ok(visit.to("/")),
        None => {
            let page = SignedOutPage::new(visit.layout(SignedOutPage::TITLE), Vec::new());
            Ok(visit.page(StatusCode::OK, page))
        }
    }
}

async fn leave(visit: Visit, s: &SignOut, return_to: Option<&ClientRedirect>) -> PageResult {
    // Where nobody was signed in nothing ends, so that a foreign link cannot spoil the forms of other windows.
    let (visit, ended, beyond) = match &visit.who {
        Some(who) => {
            let beyond = leaving::beyond(&visit, s, who).await;
            let ended = s.accounts.sign_out(&visit.ctx, who).await?;
            (visit.end_session(), ended, beyond)
        }
        None => (visit, accounts::SignOut::default(), None),
    };
    leaving::leave(visit, s, &ended, beyond.as_ref(), return_to).await
}

fn readable(raw: &[u8]) -> Result<Parameters, PageError> {
    Parameters::parse(raw).map_err(|fault| PageError::Malformed(fault.key()))
}
