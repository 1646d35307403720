//! Sessions, the challenges that lead to them, and the limits in front of both.

use super::StoreResult;
use crate::challenge::Challenge;
use crate::digest::Digest;
use crate::ids::{AccountId, ChallengeId, SessionId};
use crate::session::Session;
use crate::throttle::Throttle;
use crate::time::Timestamp;

/// Browser sessions.
pub trait SessionRepo {
    /// Adds a session.
    fn insert_session(&mut self, session: &Session) -> StoreResult<()>;

    /// The session with this cookie digest, in whatever standing.
    fn find_session(&mut self, secret: &Digest) -> StoreResult<Option<Session>>;

    /// The session with this id, in whatever standing.
    fn find_session_by_id(&mut self, id: &SessionId) -> StoreResult<Option<Session>>;

    /// Gate: the same person proved who they are again: a live session of that account gets a new secret, new times and
    /// factors, and keeps its id.
    fn renew_session(&mut self, session: &Session) -> StoreResult<bool>;

    /// Notes a request; never moves backwards, never wakes an ended session.
    fn touch_session(&mut self, id: &SessionId, now: Timestamp) -> StoreResult<()>;

    /// Gate: ends a session.
    fn end_session(&mut self, id: &SessionId, now: Timestamp) -> StoreResult<bool>;

    /// Ends every live session of an account but `keep`; which, by id.
    fn end_sessions_of_account(
        &mut self,
        account: &AccountId,
        keep: Option<&SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<SessionId>>;

    /// The sessions of an account that have not ended, expire after `now` and were seen after `seen_after`, the newest
    /// first; at most `limit`.
    fn list_sessions(
        &mut self,
        account: &AccountId,
        now: Timestamp,
        seen_after: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<Session>>;

    /// Deletes sessions that ended or expired before `before`; at most `limit`; how many.
    fn delete_old_sessions(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Second-step challenges.
pub trait ChallengeRepo {
    /// Adds a challenge.
    fn insert_challenge(&mut self, challenge: &Challenge) -> StoreResult<()>;

    /// The challenge with this id, in whatever standing.
    fn find_challenge(&mut self, id: &ChallengeId) -> StoreResult<Option<Challenge>>;

    /// Gate: writes the changed challenge if its row still has `challenge.version`; the row's version grows by one.
    fn update_challenge(&mut self, challenge: &Challenge) -> StoreResult<bool>;

    /// Deletes every challenge of an account; how many. A step that was being taken meanwhile finds its row gone.
    fn delete_challenges_of_account(&mut self, account: &AccountId) -> StoreResult<u32>;

    /// Deletes challenges created before `before`; at most `limit`; how many.
    fn delete_old_challenges(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Durable limits.
pub trait ThrottleRepo {
    /// The limit's row.
    fn find_throttle(&mut self, key: &Digest) -> StoreResult<Option<Throttle>>;

    /// Gate: adds the row (version 0) or writes it if it still has `throttle.version`; the row's version grows by
    /// one. `false` when somebody was faster. The transaction goes on either way.
    fn put_throttle(&mut self, throttle: &Throttle) -> StoreResult<bool>;

    /// Deletes rows that expired before `now`; at most `limit`; how many.
    fn delete_expired_throttles(&mut self, now: Timestamp, limit: u32) -> StoreResult<u32>;
}
