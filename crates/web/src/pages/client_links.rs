//! What a service shows of itself beside its name: its picture and the ways to its pages (RFC 7591 §2).

use portal_id_core::client_links::ClientLinks;

/// A service as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientFace {
    /// Its name, in the language of the page.
    pub(crate) name: String,
    /// The address of its picture: the only foreign one that a page ever shows.
    pub(crate) logo: Option<String>,
    /// Its first page.
    pub(crate) home: Option<String>,
    /// What it does with people's details.
    pub(crate) policy: Option<String>,
    /// Its terms of use.
    pub(crate) terms: Option<String>,
}

impl ClientFace {
    /// The face of the service of this name.
    pub(crate) fn new(name: &str, links: &ClientLinks) -> Self {
        Self { logo: links.logo.clone(), ..Self::without_logo(name, links) }
    }

    /// The same for a page that shows no picture.
    pub(crate) fn without_logo(name: &str, links: &ClientLinks) -> Self {
        Self {
            name: name.to_owned(),
            logo: None,
            home: links.home.clone(),
            policy: links.policy.clone(),
            terms: links.terms.clone(),
        }
    }

    /// Whether there is any way to its pages.
    pub(crate) fn has_links(&self) -> bool {
        self.home.is_some() || self.policy.is_some() || self.terms.is_some()
    }
}
