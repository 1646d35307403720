//! One authorization by a person for a client: its code and its family of refresh tokens are one row, so that issuing,
//! redeeming and refreshing cost one durable write each.

use crate::acr::{Amr, Ial};
use crate::auth_time;
use crate::claims_request::RequestedClaims;
use crate::digest::Digest;
use crate::ids::{AccountId, ClientId, GrantId, SessionId};
use crate::time::Timestamp;

/// A grant as it is remembered. Kept until the last token of it has expired, so that a replayed code revokes it.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Its identity; part of its tokens.
    pub id: GrantId,
    /// Who may use it.
    pub client_id: ClientId,
    /// Whose data it opens.
    pub account_id: AccountId,
    /// The session it was given in.
    pub session_id: SessionId,
    /// The keyed digest of the authorization code.
    pub code: Digest,
    /// The redirect URI of the authorization request, as sent (RFC 6749 §4.1.3).
    pub redirect_uri: String,
    /// The scopes granted, in the order of [`crate::client::SCOPES`].
    pub scopes: Vec<String>,
    /// The `nonce` to echo.
    pub nonce: Option<String>,
    /// The S256 code challenge (RFC 7636 §4.2).
    pub code_challenge: Option<String>,
    /// When the person proved who they are. [`auth_time::UNKNOWN`] where nobody said.
    pub auth_time: Timestamp,
    /// The factors proved.
    pub amr: Vec<Amr>,
    /// Who vouches for the identity.
    pub ial: Ial,
    /// When the code was issued.
    pub issued_at: Timestamp,
    /// The first moment at which the code no longer works.
    pub code_expires_at: Timestamp,
    /// Set once the code was redeemed.
    pub code_used_at: Option<Timestamp>,
    /// The generation of the refresh token in force; 0 before the first.
    pub generation: i64,
    /// When that generation began (decisions 21: ten seconds of grace for the one before).
    pub rotated_at: Option<Timestamp>,
    /// The first moment at which the refresh token no longer works for idleness.
    pub idle_expires_at: Option<Timestamp>,
    /// The first moment at which nothing of this grant works any more.
    pub expires_at: Timestamp,
    /// Set once revoked.
    pub revoked_at: Option<Timestamp>,
    /// The subject that the client knows the person by; `None` for the account's id ([`Grant::subject`]).
    pub subject: Option<String>,
    /// What the `claims` parameter asked for.
    pub claims: Option<RequestedClaims>,
    /// The resource indicators that were asked for (RFC 8707 §2).
    pub resources: Vec<String>,
}

impl Grant {
    /// The `sub` of everything that this grant gives: decided once, when the code was issued, so that it cannot change
    /// under the client.
    pub fn subject(&self) -> &str {
        self.subject.as_deref().unwrap_or(self.account_id.as_str())
    }

    /// When the person proved who they are, if anybody knows.
    pub fn proved_at(&self) -> Option<Timestamp> {
        auth_time::known(self.auth_time)
    }
}
