//! The last page of a session: the services that it reached are told by frames (OpenID Connect Front-Channel Logout 1.0
//! §3), then the browser goes on: to the provider by which the person had arrived, so that they sign out there too, and
//! to where it was asked to go. By then the session here has ended, and no provider can keep anybody in it.

use crate::edge::{PagePolicy, PageResult, Visit};
use crate::pages::sign_out::{LeavingPage, SignedOutPage};
use crate::protocol::answer::to_client;
use crate::protocol::posted::{self, Destination};
use crate::protocol::sign_out::SignOut;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{self, SignedIn};
use portal_id_core::upstream::{UpstreamEnding, UpstreamId};
use portal_id_oidc::{ClientRedirect, FrontChannelFrame};

/// A session at another provider on which one of ours stands, and how to end it there.
pub(crate) type Beyond = (UpstreamId, UpstreamEnding);

/// The longest address that every browser and server takes.
const LONGEST_ADDRESS: usize = 8_000;

/// Where the browser goes on to.
enum Onward<'a> {
    Nowhere,
    Service(&'a ClientRedirect),
    Provider { address: String, name: String },
}

/// On which session at another provider the session of `who` stands. To be asked before it ends; what cannot be told keeps
/// nobody from leaving.
pub(crate) async fn beyond(visit: &Visit, s: &SignOut, who: &SignedIn) -> Option<Beyond> {
    match s.accounts.upstream_ending(&who.session.id).await {
        Ok(beyond) => beyond,
        Err(failure) => {
            let request_id = &visit.ctx.request_id;
            tracing::warn!(request_id, %failure, "How to sign somebody out at another provider cannot be told.");
            None
        }
    }
}

/// Leaves the browser, in which `ended` has ended: by way of the session `beyond`, at `return_to` or at the page that says
/// so.
pub(crate) async fn leave(
    visit: Visit,
    s: &SignOut,
    ended: &accounts::SignOut,
    beyond: Option<&Beyond>,
    return_to: Option<&ClientRedirect>,
) -> PageResult {
    let frames = s.provider.front_channel(ended).await?;
    let provider = beyond.and_then(|beyond| provider(&visit, s, beyond, return_to));
    // A service signs people out by a form of its own, whose policy knows us and not the provider.
    let visit = if provider.is_some() { visit.like_after_a_form() } else { visit };
    let onward = provider.unwrap_or_else(|| return_to.map_or(Onward::Nowhere, Onward::Service));
    Ok(match onward {
        Onward::Service(redirect) if frames.is_empty() => to_client(visit, redirect),
        // After a form a redirect is held against the form's page, and so is each that follows (decisions 17).
        Onward::Provider { address, .. } if frames.is_empty() && !visit.after_form => visit.see_other(&address),
        onward => last_page(visit, frames, onward),
    })
}

fn last_page(visit: Visit, frames: Vec<FrontChannelFrame>, onward: Onward<'_>) -> Response {
    let (frames, origins): (Vec<_>, Vec<_>) =
        frames.into_iter().map(|FrontChannelFrame { address, origin }| (address, origin)).unzip();
    let policy = PagePolicy::default().framing(origins);
    let (address, provider, by_itself) = match onward {
        Onward::Nowhere => {
            let page = SignedOutPage::new(visit.layout(SignedOutPage::TITLE), frames);
            return visit.page_under(StatusCode::OK, &policy, page);
        }
        // Browsers open an app for a person who presses something, not for a script (decisions 17).
        Onward::Service(redirect) => (redirect.location(), None, !redirect.target().is_private_use()),
        Onward::Provider { address, name } => (address, Some(name), true),
    };
    let policy = if by_itself { policy.script(LeavingPage::SCRIPT) } else { policy };
    let page = LeavingPage { layout: visit.layout(LeavingPage::TITLE), frames, address, provider, by_itself };
    visit.page_under(StatusCode::OK, &policy, page)
}

/// The way by the other provider, if one leads there now. Where a service waits is carried along, for this browser alone.
fn provider<'a>(
    visit: &Visit,
    s: &SignOut,
    (id, ending): &Beyond,
    return_to: Option<&ClientRedirect>,
) -> Option<Onward<'a>> {
    let carried = return_to.map(|to| posted::seal(s.vault.as_ref(), &visit.ctx, Destination::SignedOut, &to.carried()));
    let departure = s.federation.farewell(visit.ctx.now, id, ending, carried.as_deref())?;
    let name = s.federation.offer(id.as_str())?.name.text(visit.ctx.language).to_owned();
    let address = departure.location;
    if address.len() > LONGEST_ADDRESS {
        let (request_id, bytes) = (&visit.ctx.request_id, address.len());
        tracing::warn!(
            request_id,
            upstream = %id,
            bytes,
            "Somebody who signed out here is not sent to another provider: the address would be too long, as its ID token is."
        );
        return None;
    }
    Some(Onward::Provider { address, name })
}
