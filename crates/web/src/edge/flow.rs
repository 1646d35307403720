//! A pending authorization request on its way through our pages, in the address of each of them.

use crate::pages::client_links::ClientFace;
use portal_id_core::flow::Requirement;
use portal_id_oidc::{ContactNeed, Flow, SignInAsk};

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
    /// What it demands of the session.
    pub(crate) requirement: Requirement,
    /// How it needs to be able to reach the person.
    pub(crate) contact: ContactNeed,
    /// Whether it named a way to sign in that is switched off.
    pub(crate) upstream_is_off: bool,
}

impl Destination {
    /// The service, as the protocol tells of it.
    pub(crate) fn of(ask: &SignInAsk) -> Self {
        Self {
            service: ClientFace::new(&ask.client_name, &ask.links),
            origin: ask.redirect_origin.clone(),
            requirement: ask.requirement,
            contact: ask.contact,
            upstream_is_off: ask.upstream_is_off,
        }
    }
}

impl OpenFlow {
    /// The languages that the service asked for.
    pub(crate) fn ui_locales(&self) -> Option<&str> {
        self.flow.params.get("ui_locales")
    }

    /// Whether one factor is not enough for where this leads, and a remembered browser is no help; so it is while nobody
    /// knows where.
    pub(crate) fn wants_two_factors(&self) -> bool {
        self.destination.as_ref().is_none_or(|destination| destination.requirement.two_factors())
    }

    /// What is demanded of the session where this leads.
    pub(crate) fn requirement(&self) -> Requirement {
        self.destination.as_ref().map(|destination| destination.requirement).unwrap_or_default()
    }

    /// How the service at the end needs to be able to reach the person.
    pub(crate) fn contact(&self) -> ContactNeed {
        self.destination.as_ref().map(|destination| destination.contact).unwrap_or_default()
    }

    /// Whether the request named a way to sign in that is switched off.
    pub(crate) fn named_a_way_that_is_off(&self) -> bool {
        self.destination.as_ref().is_some_and(|destination| destination.upstream_is_off)
    }

    /// Where the forms of its pages may lead besides ourselves.
    pub(crate) fn redirect_origin(&self) -> Option<String> {
        self.destination.as_ref()?.origin.clone()
    }
}
