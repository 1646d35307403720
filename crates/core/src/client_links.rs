//! Where a client has its own pages and its picture, for the pages that name it (RFC 7591 §2).

use crate::client::Client;

/// A client's addresses; each was checked when it was registered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientLinks {
    /// Its first page (`client_uri`).
    pub home: Option<String>,
    /// Its picture (`logo_uri`).
    pub logo: Option<String>,
    /// What it does with people's details (`policy_uri`).
    pub policy: Option<String>,
    /// Its terms of use (`tos_uri`).
    pub terms: Option<String>,
}

impl Client {
    /// Its addresses.
    pub fn links(&self) -> ClientLinks {
        let metadata = &self.metadata;
        ClientLinks {
            home: metadata.client_uri.clone(),
            logo: metadata.logo_uri.clone(),
            policy: metadata.policy_uri.clone(),
            terms: metadata.tos_uri.clone(),
        }
    }
}
