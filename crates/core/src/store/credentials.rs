//! What accounts have enrolled to prove who they are.

use super::StoreResult;
use crate::credential::{Credential, CredentialKind};
use crate::digest::Digest;
use crate::ids::{AccountId, CredentialId};
use crate::time::Timestamp;

/// Enrolled credentials.
pub trait CredentialRepo {
    /// Adds a credential. `Conflict("credentials.key")` when another one has its key.
    fn insert_credential(&mut self, credential: &Credential) -> StoreResult<()>;

    /// All credentials of an account, in whatever standing, the oldest first.
    fn list_credentials(&mut self, account: &AccountId) -> StoreResult<Vec<Credential>>;

    /// The credential of this kind with this key, in whatever standing.
    fn find_credential(&mut self, kind: CredentialKind, key: &Digest) -> StoreResult<Option<Credential>>;

    /// Gate: moves the counter forward to `counter` and notes the use; `false` when it stands there or further already.
    fn advance_credential(&mut self, id: &CredentialId, counter: i64, now: Timestamp) -> StoreResult<bool>;

    /// Gate: uses a credential that was never used before.
    fn take_credential(&mut self, id: &CredentialId, now: Timestamp) -> StoreResult<bool>;

    /// Notes a use that the counter does not tell; `false` when there is no such credential.
    fn touch_credential(&mut self, id: &CredentialId, now: Timestamp) -> StoreResult<bool>;

    /// Gate: gives a credential of this account and kind another name.
    fn rename_credential(
        &mut self,
        account: &AccountId,
        kind: CredentialKind,
        id: &CredentialId,
        name: &str,
    ) -> StoreResult<bool>;

    /// Gate: deletes a credential of this account.
    fn delete_credential(&mut self, account: &AccountId, id: &CredentialId) -> StoreResult<bool>;

    /// Deletes all credentials of a kind; how many.
    fn delete_credentials(&mut self, account: &AccountId, kind: CredentialKind) -> StoreResult<u32>;

    /// Deletes credentials that expired before `before`; at most `limit`; how many.
    fn delete_expired_credentials(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}
