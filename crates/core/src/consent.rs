//! What a person allowed a client to learn, remembered until revoked.

use crate::ids::{AccountId, ClientId};
use crate::time::Timestamp;

/// A remembered consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who allowed it.
    pub account_id: AccountId,
    /// To whom.
    pub client_id: ClientId,
    /// The scopes allowed, in the order of [`crate::client::SCOPES`].
    pub scopes: Vec<String>,
    /// When it was last given.
    pub granted_at: Timestamp,
}

impl Consent {
    /// Whether every one of `scopes` was allowed.
    pub fn covers(&self, scopes: &[String]) -> bool {
        scopes.iter().all(|scope| self.scopes.contains(scope))
    }
}
