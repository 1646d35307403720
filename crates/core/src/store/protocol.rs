//! Clients, consents and grants.

use super::StoreResult;
use crate::client::Client;
use crate::consent::Consent;
use crate::digest::Digest;
use crate::grant::Grant;
use crate::ids::{AccountId, ClientId, GrantId, SessionId};
use crate::profile::{Account, FactStanding};
use crate::time::Timestamp;

/// Registered clients.
pub trait ClientRepo {
    /// Adds a client. `Conflict("clients.id")` when the id is taken.
    fn insert_client(&mut self, client: &Client) -> StoreResult<()>;

    /// The client with this id, switched off or not.
    fn find_client(&mut self, id: &ClientId) -> StoreResult<Option<Client>>;

    /// All clients by id, also those that this version cannot read.
    fn list_clients(&mut self) -> StoreResult<Vec<Client>>;

    /// Replaces everything but id and creation time; `false` when there is no such client. Of a client that this version
    /// cannot read only whether it is switched off.
    fn update_client(&mut self, client: &Client) -> StoreResult<bool>;
}

/// Remembered consents.
pub trait ConsentRepo {
    /// What this person allowed this client.
    fn find_consent(&mut self, account: &AccountId, client: &ClientId) -> StoreResult<Option<Consent>>;

    /// Remembers or replaces a consent.
    fn put_consent(&mut self, consent: &Consent) -> StoreResult<()>;

    /// Forgets a consent.
    fn delete_consent(&mut self, account: &AccountId, client: &ClientId) -> StoreResult<bool>;

    /// Gate: whether a consent still stands; it cannot be withdrawn before this transaction ends.
    fn hold_consent(&mut self, consent: &Consent) -> StoreResult<bool>;

    /// Everything this person allowed, by client id.
    fn list_consents(&mut self, account: &AccountId) -> StoreResult<Vec<Consent>>;
}

/// What a token stands on: each in whatever standing.
#[derive(Clone, Debug)]
pub struct Ground {
    /// What was granted.
    pub grant: Grant,
    /// To whom.
    pub client: Client,
    /// By whom.
    pub account: Account,
}

/// What a person gave a client and what still works, without what only the protocol needs of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveGrant {
    /// To whom.
    pub client_id: ClientId,
    /// What it opens, in the order of [`crate::client::SCOPES`].
    pub scopes: Vec<String>,
    /// When it was given.
    pub issued_at: Timestamp,
}

/// Grants: codes and families of refresh tokens.
pub trait GrantRepo {
    /// Adds a grant with its code.
    fn insert_grant(&mut self, grant: &Grant) -> StoreResult<()>;

    /// The grant with this code, in whatever standing.
    fn find_grant_by_code(&mut self, code: &Digest) -> StoreResult<Option<Grant>>;

    /// The grant with this id, in whatever standing.
    fn find_grant(&mut self, id: &GrantId) -> StoreResult<Option<Grant>>;

    /// What the tokens of this grant stand on; `None` when grant, client or person is missing. One statement, because
    /// every introspection needs all of it.
    fn find_ground(&mut self, id: &GrantId) -> StoreResult<Option<Ground>>;

    /// The same, and who vouches for which of that person's facts (disputed ones left out), in no particular order. One
    /// statement and one row too, for every userinfo request.
    fn find_ground_and_standings(&mut self, id: &GrantId) -> StoreResult<Option<(Ground, Vec<FactStanding>)>>;

    /// Gate: redeems the code once, if it was not used, has not expired at `now` and the grant is not revoked. With
    /// `idle_expires_at` the first refresh generation (1) begins.
    fn use_code(&mut self, id: &GrantId, idle_expires_at: Option<Timestamp>, now: Timestamp) -> StoreResult<bool>;

    /// Gate: moves from generation `from` to `from + 1`, unless revoked.
    fn advance_generation(
        &mut self,
        id: &GrantId,
        from: i64,
        idle_expires_at: Timestamp,
        now: Timestamp,
    ) -> StoreResult<bool>;

    /// Gate: revokes a grant.
    fn revoke_grant(&mut self, id: &GrantId, now: Timestamp) -> StoreResult<bool>;

    /// Revokes every grant of an account, or only those for one client; how many.
    fn revoke_grants_of_account(
        &mut self,
        account: &AccountId,
        client: Option<&ClientId>,
        now: Timestamp,
    ) -> StoreResult<u32>;

    /// Revokes every grant of a client; how many.
    fn revoke_grants_of_client(&mut self, client: &ClientId, now: Timestamp) -> StoreResult<u32>;

    /// Revokes the grants of a session whose scopes lack `offline_access`; how many.
    fn revoke_online_grants_of_session(&mut self, session: &SessionId, now: Timestamp) -> StoreResult<u32>;

    /// Revokes the grants that an account gave in other sessions than `keep`, those with `offline_access` only if
    /// `offline_too`; how many.
    fn revoke_grants_of_other_sessions(
        &mut self,
        account: &AccountId,
        keep: &SessionId,
        offline_too: bool,
        now: Timestamp,
    ) -> StoreResult<u32>;

    /// The grants of an account of which something still works at `now`, the oldest first.
    fn list_live_grants(&mut self, account: &AccountId, now: Timestamp) -> StoreResult<Vec<LiveGrant>>;

    /// Deletes grants that expired before `before`; at most `limit`; how many.
    fn delete_old_grants(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}
