//! The pages of an activation link that no longer works: each says what to do next.

use super::layout::Layout;
use super::notice::{self, Notice};
use crate::edge::Visit;
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::ActivationView;

/// The link expired; another mail can be sent.
#[derive(Template)]
#[template(path = "pages/activation-expired.html")]
pub(crate) struct ActivationExpiredPage {
    pub(super) layout: Layout,
    pub(super) token: String,
}

/// There is no such link.
#[derive(Template)]
#[template(path = "pages/activation-unknown.html")]
pub(crate) struct ActivationUnknownPage {
    pub(super) layout: Layout,
}

/// Shows how a link stands that does not work.
pub(super) fn show(visit: Visit, view: &ActivationView, token: String) -> Response {
    match view {
        ActivationView::Used => notice::show(visit, Notice::ACTIVATION_USED),
        ActivationView::Expired => {
            let page = ActivationExpiredPage { layout: visit.layout("activation-expired-title"), token };
            visit.page(StatusCode::GONE, page)
        }
        // A link that works again: this press of a button met a state that has passed.
        ActivationView::Ready { .. } | ActivationView::Unknown => unknown(visit),
    }
}

/// Shows the page of an unknown link.
pub(super) fn unknown(visit: Visit) -> Response {
    let page = ActivationUnknownPage { layout: visit.layout("activation-unknown-title") };
    visit.page(StatusCode::NOT_FOUND, page)
}
