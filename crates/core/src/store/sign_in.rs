//! Sessions, the challenges that lead to them, and the limits in front of both.

use super::StoreResult;
use crate::challenge::Challenge;
use crate::digest::Digest;
use crate::ids::{AccountId, ChallengeId, SessionId};
use crate::profile::{Account, PhoneStanding};
use crate::session::Session;
use crate::throttle::Throttle;
use crate::time::Timestamp;

/// Browser sessions.
pub trait SessionRepo {
    /// Adds a session.
    fn insert_session(&mut self, session: &Session) -> StoreResult<()>;

    /// The session with this cookie digest, in whatever standing.
    fn find_session(&mut self, secret: &Digest) -> StoreResult<Option<Session>>;

    /// The same, with its account.
    fn find_session_and_account(&mut self, secret: &Digest) -> StoreResult<Option<(Session, Account)>>;

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

/// A challenge, its account, and what is known of that one's phone.
pub type ChallengeFound = (Challenge, Account, PhoneStanding);

/// Second-step challenges.
pub trait ChallengeRepo {
    /// Adds a challenge.
    fn insert_challenge(&mut self, challenge: &Challenge) -> StoreResult<()>;

    /// The challenge with this id, in whatever standing.
    fn find_challenge(&mut self, id: &ChallengeId) -> StoreResult<Option<Challenge>>;

    /// The same, with its account and what is known of that one's phone.
    fn find_challenge_and_account(&mut self, id: &ChallengeId) -> StoreResult<Option<ChallengeFound>>;

    /// Gate: the same, and nobody else gets here with a challenge of the account until the transaction ends. The
    /// challenge itself, and the phone's standing, may be as of before the one who was there last.
    fn hold_challenge_and_account(&mut self, id: &ChallengeId) -> StoreResult<Option<ChallengeFound>>;

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

    /// The rows of two limits.
    fn find_throttles(&mut self, keys: [&Digest; 2]) -> StoreResult<[Option<Throttle>; 2]>;

    /// Gate: the same as [`put_throttle`](Self::put_throttle) for two; `false` when somebody was faster with either, and
    /// then the transaction must not go on.
    fn put_throttles(&mut self, throttles: &[Throttle; 2]) -> StoreResult<bool>;

    /// Gate: adds the row, or puts it in the place of one without marks; `false` when there are marks.
    fn put_first_mark(&mut self, throttle: &Throttle) -> StoreResult<bool>;

    /// Gate: takes the mark of `at` back if it is the row's only one; `false` when there are others, or none.
    fn take_only_mark(&mut self, key: &Digest, at: Timestamp) -> StoreResult<bool>;

    /// Deletes rows that expired before `now`; at most `limit`; how many.
    fn delete_expired_throttles(&mut self, now: Timestamp, limit: u32) -> StoreResult<u32>;
}
