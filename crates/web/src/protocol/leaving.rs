//! The last page of a session: the services that it reached are told by frames (OpenID Connect Front-Channel Logout 1.0
//! §3), then the browser goes where it was asked to.

use crate::edge::{PagePolicy, PageResult, Visit};
use crate::pages::sign_out::{LeavingPage, SignedOutPage};
use crate::protocol::answer::to_client;
use http::StatusCode;
use portal_id_core::accounts::SignOut;
use portal_id_oidc::{ClientRedirect, FrontChannelFrame, Provider};

/// Leaves the browser, in which `ended` has ended, at `return_to` or at the page that says so.
pub(crate) async fn leave(
    visit: Visit,
    provider: &Provider,
    ended: &SignOut,
    return_to: Option<&ClientRedirect>,
) -> PageResult {
    let frames = provider.front_channel(ended).await?;
    if let Some(redirect) = return_to
        && frames.is_empty()
    {
        return Ok(to_client(visit, redirect));
    }
    let (addresses, origins): (Vec<_>, Vec<_>) =
        frames.into_iter().map(|FrontChannelFrame { address, origin }| (address, origin)).unzip();
    let policy = PagePolicy::default().framing(origins);
    let Some(redirect) = return_to else {
        let page = SignedOutPage::new(visit.layout(SignedOutPage::TITLE), addresses);
        return Ok(visit.page_under(StatusCode::OK, &policy, page));
    };
    // Browsers open an app for a person who presses something, not for a script (decisions 17).
    let by_itself = !redirect.target().is_private_use();
    let policy = if by_itself { policy.script(LeavingPage::SCRIPT) } else { policy };
    let layout = visit.layout(LeavingPage::TITLE);
    let page = LeavingPage { layout, frames: addresses, address: redirect.location(), by_itself };
    Ok(visit.page_under(StatusCode::OK, &policy, page))
}
