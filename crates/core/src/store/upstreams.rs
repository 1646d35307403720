//! Who of which upstream provider is who here, what they vouched for, and contacts that wait for their proof.

use super::StoreResult;
use crate::digest::Digest;
use crate::ids::{AccountId, PendingContactId, SessionId, UpstreamLinkId};
use crate::pending_contact::PendingContact;
use crate::time::Timestamp;
use crate::upstream::{EndedBy, UpstreamId, UpstreamLink, UpstreamSecret, UpstreamSession};
use crate::vouched::{VouchedFact, VouchedKind};

/// Links, and the sessions that began by them.
pub trait UpstreamRepo {
    /// Gate: adds a link; `false` when that person of the upstream, or that account at the upstream, has one already.
    /// The transaction goes on either way.
    fn insert_upstream_link(&mut self, link: &UpstreamLink) -> StoreResult<bool>;

    /// The link of a person of an upstream.
    fn find_upstream_link(&mut self, upstream: &UpstreamId, key: &Digest) -> StoreResult<Option<UpstreamLink>>;

    /// The links of an account, the oldest first.
    fn list_upstream_links(&mut self, account: &AccountId) -> StoreResult<Vec<UpstreamLink>>;

    /// Gate: notes an arrival by a link, under key and subject of today; `false` when it is gone. It stays until the transaction
    /// ends: whoever unlinks came before, or waits.
    fn use_upstream_link(&mut self, link: &UpstreamLink, now: Timestamp) -> StoreResult<bool>;

    /// Gate: deletes a link of this account.
    fn delete_upstream_link(&mut self, account: &AccountId, id: &UpstreamLinkId) -> StoreResult<bool>;

    /// Notes with which session of an upstream a session of ours began or was raised; the newest stands.
    fn put_upstream_session(&mut self, session: &UpstreamSession) -> StoreResult<()>;

    /// The session of an upstream that a session of ours stands on.
    fn find_upstream_session(&mut self, session: &SessionId) -> StoreResult<Option<UpstreamSession>>;

    /// The sessions that have not ended and stand on what an upstream ended, with whose they are.
    fn list_sessions_of_upstream(
        &mut self,
        upstream: &UpstreamId,
        ended: &EndedBy,
    ) -> StoreResult<Vec<(SessionId, AccountId)>>;

    /// The accounts that are linked to whom an upstream means, by id; also where no session is left that began by the
    /// link. Of a session and a person that are not each other's nobody is meant.
    fn list_accounts_of_upstream(&mut self, upstream: &UpstreamId, ended: &EndedBy) -> StoreResult<Vec<AccountId>>;

    /// The sessions that have not ended and began by a link.
    fn list_sessions_of_link(&mut self, link: &UpstreamLinkId) -> StoreResult<Vec<SessionId>>;

    /// With which addresses an upstream's secret was used.
    fn find_upstream_secret(&mut self, upstream: &UpstreamId) -> StoreResult<Option<UpstreamSecret>>;

    /// Notes with which addresses an upstream's secret is used from now on.
    fn put_upstream_secret(&mut self, secret: &UpstreamSecret) -> StoreResult<()>;
}

/// Who vouched for what.
pub trait VouchedFactRepo {
    /// Notes that somebody vouched for a fact; the newest stands.
    fn put_vouched_fact(&mut self, fact: &VouchedFact) -> StoreResult<()>;

    /// Everything that was vouched for, by kind. Whether each is still about the fact of today is the caller's to see.
    fn list_vouched_facts(&mut self, account: &AccountId) -> StoreResult<Vec<VouchedFact>>;

    /// Gate: forgets that somebody vouched for a fact.
    fn delete_vouched_fact(&mut self, account: &AccountId, kind: VouchedKind) -> StoreResult<bool>;
}

/// Contacts that wait for their proof.
pub trait ContactRepo {
    /// Adds one.
    fn insert_pending_contact(&mut self, contact: &PendingContact) -> StoreResult<()>;

    /// The contact with this id, in whatever standing.
    fn find_pending_contact(&mut self, id: &PendingContactId) -> StoreResult<Option<PendingContact>>;

    /// Gate: writes code, times, tries and use if the row still has `contact.version`; the row's version grows by one.
    fn update_pending_contact(&mut self, contact: &PendingContact) -> StoreResult<bool>;

    /// Deletes contacts given before `before`; at most `limit`; how many.
    fn delete_old_pending_contacts(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}
