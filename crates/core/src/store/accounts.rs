//! Accounts, what they are looked up by, and the links mailed to them.

use super::StoreResult;
use crate::credential::Credential;
use crate::digest::Digest;
use crate::facts::Username;
use crate::ids::AccountId;
use crate::link::{LinkPurpose, MailedLink};
use crate::ports::Sealed;
use crate::profile::{
    Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind, PhoneStanding, Profile,
};
use crate::time::Timestamp;

/// What an account can take the second step with.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// Its credentials, the oldest first.
    pub credentials: Vec<Credential>,
    /// Its phone.
    pub phone: PhoneStanding,
}

/// A password that takes the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordChange {
    /// The hash of the one before.
    pub old: String,
    /// Since when that one opened no session, if it did not.
    pub distrusted_at: Option<Timestamp>,
    /// The hash of the new one.
    pub new: String,
    /// From when on marks of known browsers count.
    pub devices_known_from: Timestamp,
}

/// The password of somebody who has none that opens anything, and the name to sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstPassword {
    /// The name.
    pub username: Username,
    /// The hash.
    pub hash: String,
    /// Since when the one before is distrusted, if there is one.
    pub distrusted_at: Option<Timestamp>,
}

/// A number that was taken from an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// From which account.
    pub account_id: AccountId,
    /// What kind of account that is.
    pub class: AccountClass,
    /// Which of its numbers it was.
    pub kind: IdentifierKind,
    /// Its blind index: the number itself is no longer known there.
    pub digest: Digest,
    /// Since when.
    pub since: Timestamp,
}

/// Accounts and their identifiers.
pub trait AccountRepo {
    /// Adds an account. `Conflict("accounts.username_key")` when the name is taken.
    fn insert_account(&mut self, account: &Account) -> StoreResult<()>;

    /// The account with this id.
    fn find_account(&mut self, id: &AccountId) -> StoreResult<Option<Account>>;

    /// The account, pending or not, that holds this case-mapped username.
    fn find_account_by_username(&mut self, key: &str) -> StoreResult<Option<Account>>;

    /// The accounts in `state` that have this identifier, with it; at most 16, the oldest first.
    fn list_accounts_by_identifier(
        &mut self,
        kind: IdentifierKind,
        digest: &Digest,
        state: AccountState,
    ) -> StoreResult<Vec<(Account, Identifier)>>;

    /// How many active accounts have this identifier.
    fn count_active_accounts(&mut self, kind: IdentifierKind, digest: &Digest) -> StoreResult<u32>;

    /// Gate: moves the account from one state to another; `activated_at` is set on the way to `Active`.
    fn update_account_state(
        &mut self,
        id: &AccountId,
        from: AccountState,
        to: AccountState,
        now: Timestamp,
    ) -> StoreResult<bool>;

    /// Gate: replaces the password hash if it is still `old`.
    fn update_password_hash(&mut self, id: &AccountId, old: &str, new: &str, now: Timestamp) -> StoreResult<bool>;

    /// Gate: whether the account is there, in whatever state. It stays there, and in that state, until the transaction
    /// ends: whoever activates or deletes it came before, or waits.
    fn lock_account(&mut self, id: &AccountId) -> StoreResult<bool>;

    /// Gate: whether the account is active. It stays so until the transaction ends, and so does its password, if it has
    /// one: whoever disowns or replaces that came before, or waits.
    fn lock_active_account(&mut self, id: &AccountId) -> StoreResult<bool>;

    /// Gate: whether the account is active and the password hash still this one. Both stay so until the transaction ends:
    /// whoever changes or distrusts the password came before, or waits.
    fn confirm_password(&mut self, id: &AccountId, hash: &str) -> StoreResult<bool>;

    /// Gate: the same, with what the second step needs to know: one statement. `None` when the password is another. What
    /// is enrolled may be as of just before whoever changed the account's row last: whatever is used of it has a gate.
    fn confirm_password_of(&mut self, id: &AccountId, hash: &str) -> StoreResult<Option<Enrolled>>;

    /// Gate: puts a new password in the place of the old one, if the account is active and its password still that one,
    /// and distrusted since that moment or not at all. The new one is trusted.
    fn replace_password(&mut self, id: &AccountId, change: &PasswordChange, now: Timestamp) -> StoreResult<bool>;

    /// Gate: gives an active account a password, which is trusted, and a username: if it has no password, or one that is
    /// distrusted since that very moment. `Conflict("accounts.username_key")` when the name is taken.
    fn set_first_password(&mut self, id: &AccountId, first: &FirstPassword, now: Timestamp) -> StoreResult<bool>;

    /// Gate: from now on the password of an active account opens no session, and marks of known browsers from before
    /// `devices_known_from` are nothing.
    fn distrust_password(&mut self, id: &AccountId, now: Timestamp, devices_known_from: Timestamp)
    -> StoreResult<bool>;

    /// Replaces the sealed profile.
    fn update_profile(&mut self, id: &AccountId, profile: &Sealed<Profile>, now: Timestamp) -> StoreResult<()>;

    /// Gate: deletes an account that was never activated, with its identifiers, links and challenges.
    fn delete_pending_account(&mut self, id: &AccountId) -> StoreResult<bool>;

    /// Adds an identifier; an account has at most one of a kind.
    fn insert_identifier(&mut self, identifier: &Identifier) -> StoreResult<()>;

    /// All identifiers of an account, but those that were taken from it ([`AccountRepo::dispute_identifier`]).
    fn list_identifiers(&mut self, id: &AccountId) -> StoreResult<Vec<Identifier>>;

    /// Gate: takes the claim to an identifier of `class`; `false` when another account of the class holds it. The
    /// transaction goes on either way.
    fn claim_identifier(&mut self, id: &AccountId, class: AccountClass, kind: IdentifierKind) -> StoreResult<bool>;

    /// The account of `class` that holds the claim to an identifier.
    fn find_claimant(
        &mut self,
        class: AccountClass,
        kind: IdentifierKind,
        digest: &Digest,
    ) -> StoreResult<Option<AccountId>>;

    /// Marks an identifier as verified, if it still has this digest.
    fn verify_identifier(
        &mut self,
        id: &AccountId,
        kind: IdentifierKind,
        digest: &Digest,
        source: FactSource,
        now: Timestamp,
    ) -> StoreResult<bool>;

    /// Gate: replaces an identifier that was never verified.
    fn replace_unverified_identifier(
        &mut self,
        id: &AccountId,
        kind: IdentifierKind,
        digest: &Digest,
    ) -> StoreResult<bool>;

    /// Puts an identifier that somebody vouches for in the place of the account's own of that kind, whatever that was, and
    /// claims it if `identifier.claimed`; `false` when another account of the class holds the claim: then it stands
    /// without one. The transaction goes on either way.
    fn put_vouched_identifier(&mut self, identifier: &Identifier) -> StoreResult<bool>;

    /// Gate: takes an identifier from an account: its claim and its verification end, and nobody finds the account by it
    /// any more. That it was there is remembered.
    fn dispute_identifier(&mut self, id: &AccountId, kind: IdentifierKind, now: Timestamp) -> StoreResult<bool>;

    /// The identifiers that were taken from an account, and when.
    fn list_disputed(&mut self, id: &AccountId) -> StoreResult<Vec<(IdentifierKind, Timestamp)>>;

    /// The identifiers that were taken from any account, or from this one; the newest first, at most `limit`.
    fn list_disputes(&mut self, account: Option<&AccountId>, limit: u32) -> StoreResult<Vec<Dispute>>;

    /// Deletes pending accounts whose every activation link has expired before `now`; at most `limit`; how many.
    fn delete_expired_registrations(&mut self, now: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Mailed links.
pub trait LinkRepo {
    /// Adds a link.
    fn insert_link(&mut self, link: &MailedLink) -> StoreResult<()>;

    /// The link of this purpose with this secret, in whatever standing.
    fn find_link(&mut self, purpose: LinkPurpose, secret: &Digest) -> StoreResult<Option<MailedLink>>;

    /// Gate: uses the link once, if it was not used and has not expired at `now`.
    fn take_link(&mut self, purpose: LinkPurpose, secret: &Digest, now: Timestamp) -> StoreResult<bool>;

    /// The newest link of this purpose for an account.
    fn find_newest_link(&mut self, purpose: LinkPurpose, account: &AccountId) -> StoreResult<Option<MailedLink>>;

    /// The oldest link of this purpose for an account that was not used and has not expired at `now`.
    fn find_oldest_good_link(
        &mut self,
        purpose: LinkPurpose,
        account: &AccountId,
        now: Timestamp,
    ) -> StoreResult<Option<MailedLink>>;

    /// Deletes links that expired before `before`, except the newest of a pending account; at most `limit`; how many.
    fn delete_expired_links(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}
