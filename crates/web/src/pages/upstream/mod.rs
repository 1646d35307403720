//! Arriving by another provider: the way there, the way back, and what is said when it leads nowhere.

pub(crate) mod arrived;
pub(crate) mod callback;
pub(crate) mod start;
pub(crate) mod trouble;

use crate::texts::Texts;
use portal_id_core::accounts::Accounts;
use portal_id_core::ports::Vault;
use portal_id_federation::{Federation, Offer};
use std::sync::Arc;

/// The value of `again` with which somebody goes to a provider to prove better who they are, for a service.
pub(crate) const AGAIN_FOR_LEVEL: &str = "level";

/// What the way to other providers and back needs.
#[derive(Clone)]
pub(crate) struct Upstreams {
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) federation: Arc<Federation>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// A provider by which people may arrive, as pages offer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// Its name in addresses.
    pub(crate) id: String,
    /// Its name for people.
    pub(crate) name: String,
}

impl Way {
    /// The offer in the language of the page.
    pub(crate) fn of(texts: Texts, offer: &Offer) -> Self {
        Self { id: offer.id.as_str().to_owned(), name: offer.name.text(texts.language()).to_owned() }
    }

    /// All ways that are open, in the operator's order.
    pub(crate) fn all(texts: Texts, federation: &Federation) -> Vec<Self> {
        federation.offers().iter().map(|offer| Self::of(texts, offer)).collect()
    }

    /// Where it begins.
    pub(crate) fn start(&self) -> String {
        format!("/upstream/{}/start", self.id)
    }

    /// Where the form leads that links one's own account.
    pub(crate) fn link(&self) -> String {
        format!("/upstream/{}/link", self.id)
    }
}
