//! A pending authorization request on its way through our pages, in the address of each of them.

use crate::pages::client_links::ClientFace;
use portal_id_oidc::Flow;

/// A pending request that this browser may go on with.
#[derive(Clone, Debug)]
pub(crate) struct OpenFlow {
    /// The request.
    pub(crate) flow: Flow,
    /// The request as addresses carry it: sealed, and bound to this browser.
    pub(crate) sealed: String,
    /// Whom it leads to; `None` when it may not lead there any more, which its end will tell.
    pub(crate) destination: Option<Destination>,
}

/// The service at the end of a pending request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    /// Its name, in the language of the page, with its own pages and its picture.
    pub(crate) service: ClientFace,
    /// The origin of its registered redirect URI, for the pages' policy (decisions 17); `None` for an app.
    pub(crate) origin: Option<String>,
    /// Whether it asks for two factors: a remembered browser is then no help.
    pub(crate) two_factors: bool,
    /// Whether it asks for a sign-in that is newer than some moment (`prompt=login`, `max_age`).
    pub(crate) anew: bool,
}

impl OpenFlow {
    /// The languages that the service asked for.
    pub(crate) fn ui_locales(&self) -> Option<&str> {
        self.flow.params.get("ui_locales")
    }

    /// Whether one factor is not enough for where this leads; so it is while nobody knows where.
    pub(crate) fn wants_two_factors(&self) -> bool {
        self.destination.as_ref().is_none_or(|destination| destination.two_factors)
    }

    /// Whether where this leads asks for a new sign-in.
    pub(crate) fn wants_a_new_sign_in(&self) -> bool {
        self.destination.as_ref().is_some_and(|destination| destination.anew)
    }

    /// Where the forms of its pages may lead besides ourselves.
    pub(crate) fn redirect_origin(&self) -> Option<String> {
        self.destination.as_ref()?.origin.clone()
    }
}
