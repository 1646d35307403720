//! What clients reached and know people by, and which of their tokens were taken back.

use super::StoreResult;
use crate::ids::{AccountId, ClientId, SessionId};
use crate::time::Timestamp;

/// A client that a session reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionClient {
    /// The session.
    pub session_id: SessionId,
    /// The client.
    pub client_id: ClientId,
    /// The `sub` by which the client knows the person.
    pub subject: String,
}

/// Which clients a session reached. Kept as long as the session: those to be told when it ends.
pub trait SessionClientRepo {
    /// Gate: notes a client of a session that has not ended, by the subject that the client knows now. Whoever ends the session meanwhile waits
    /// for this transaction, and then finds the client.
    fn note_client_of_session(&mut self, reached: &SessionClient, now: Timestamp) -> StoreResult<bool>;

    /// The clients that a session reached, by client id.
    fn list_session_clients(&mut self, session: &SessionId) -> StoreResult<Vec<SessionClient>>;

    /// Forgets that sessions of an account which have not ended reached a client; which they were, by session id.
    fn take_client_of_sessions(&mut self, account: &AccountId, client: &ClientId) -> StoreResult<Vec<SessionClient>>;
}

/// Pairwise subjects (OpenID Connect Core §8.1). Stored, so that services can be merged or moved.
pub trait SubjectRepo {
    /// The subject of an account in a sector: the one that stands, or else `fresh`, which stands from now on.
    fn put_pairwise_subject(
        &mut self,
        sector: &str,
        account: &AccountId,
        fresh: &str,
        now: Timestamp,
    ) -> StoreResult<String>;

    /// The subject of an account in a sector.
    fn find_pairwise_subject(&mut self, sector: &str, account: &AccountId) -> StoreResult<Option<String>>;
}

/// Access tokens without a grant that were revoked before they expired (RFC 7009).
pub trait RevokedTokenRepo {
    /// Remembers a token as revoked until it expires anyway.
    fn revoke_token(&mut self, jti: &str, expires_at: Timestamp) -> StoreResult<()>;

    /// Whether a token was revoked.
    fn is_token_revoked(&mut self, jti: &str) -> StoreResult<bool>;

    /// Forgets tokens that expired before `before`; at most `limit`; how many.
    fn delete_expired_revocations(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}
