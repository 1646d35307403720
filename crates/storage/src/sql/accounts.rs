//! Accounts.

use super::columns::{millis, moment, unreadable, word};
use super::credentials::CredentialRow;
use super::identifiers::{self as own_identifiers, PhoneRow, its_phone};
use super::sweep::sweep;
use crate::connection::{holding_accounts, locked};
use crate::schema::{accounts, credentials, identifiers};
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::digest::Digest;
use portal_id_core::facts::Username;
use portal_id_core::ids::AccountId;
use portal_id_core::language::Language;
use portal_id_core::ports::Sealed;
use portal_id_core::profile::{Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind, Profile};
use portal_id_core::store::{AccountRepo, Dispute, Enrolled, FirstPassword, PasswordChange, StoreError, StoreResult};
use portal_id_core::time::Timestamp;

/// A registration is over when its account still waits and no activation link of it works any more. One without any
/// link was not registered by a person and is left alone.
const DELETE_EXPIRED_REGISTRATIONS: &str = "DELETE FROM accounts WHERE state = 'pending' AND id IN (\
    SELECT old.account_id FROM mailed_links AS old WHERE old.purpose = 'activation' AND old.expires_at <= $1 \
    AND EXISTS (SELECT 1 FROM accounts AS a WHERE a.id = old.account_id AND a.state = 'pending') \
    AND NOT EXISTS (SELECT 1 FROM mailed_links AS good WHERE good.account_id = old.account_id \
        AND good.purpose = 'activation' AND good.expires_at > $1) LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub(super) struct AccountRow {
    id: String,
    class: String,
    state: String,
    username: String,
    username_key: String,
    password_hash: Option<String>,
    profile: Vec<u8>,
    language: String,
    created_at: i64,
    updated_at: i64,
    activated_at: Option<i64>,
    password_distrusted_at: Option<i64>,
    devices_known_from: Option<i64>,
}

impl AccountRow {
    fn of(account: &Account) -> Self {
        Self {
            id: account.id.as_str().to_owned(),
            class: account.class.as_str().to_owned(),
            state: account.state.as_str().to_owned(),
            username: account.username.display().to_owned(),
            username_key: account.username.key().to_owned(),
            password_hash: account.password_hash.clone(),
            profile: account.profile.as_bytes().to_vec(),
            language: account.language.tag().to_owned(),
            created_at: account.created_at.millis(),
            updated_at: account.updated_at.millis(),
            activated_at: millis(account.activated_at),
            password_distrusted_at: millis(account.password_distrusted_at),
            devices_known_from: millis(account.devices_known_from),
        }
    }

    pub(super) fn id(&self) -> AccountId {
        AccountId::from_text(&self.id)
    }

    pub(super) fn read(self) -> StoreResult<Account> {
        Ok(Account {
            id: AccountId::from_text(self.id),
            class: word("accounts.class", AccountClass::from_text(&self.class))?,
            state: word("accounts.state", AccountState::from_text(&self.state))?,
            username: Username::from_stored(&self.username).map_err(|_| unreadable("accounts.username"))?,
            password_hash: self.password_hash,
            profile: Sealed::from_bytes(self.profile),
            language: word("accounts.language", Language::from_tag(&self.language))?,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            activated_at: moment(self.activated_at),
            password_distrusted_at: moment(self.password_distrusted_at),
            devices_known_from: moment(self.devices_known_from),
        })
    }
}

impl AccountRepo for SqlTx<'_> {
    fn insert_account(&mut self, account: &Account) -> StoreResult<()> {
        let row = AccountRow::of(account);
        self.write(|conn| diesel::insert_into(accounts::table).values(&row).execute(conn)).map(drop)
    }

    fn find_account(&mut self, id: &AccountId) -> StoreResult<Option<Account>> {
        let query = accounts::table.filter(accounts::id.eq(id.as_str()));
        self.read(|conn| query.first::<AccountRow>(conn).optional())?.map(AccountRow::read).transpose()
    }

    fn find_account_by_username(&mut self, key: &str) -> StoreResult<Option<Account>> {
        let query = accounts::table.filter(accounts::username_key.eq(key));
        self.read(|conn| query.first::<AccountRow>(conn).optional())?.map(AccountRow::read).transpose()
    }

    fn list_accounts_by_identifier(
        &mut self,
        kind: IdentifierKind,
        digest: &Digest,
        state: AccountState,
    ) -> StoreResult<Vec<(Account, Identifier)>> {
        own_identifiers::list_accounts(self, kind, digest, state)
    }

    fn count_active_accounts(&mut self, kind: IdentifierKind, digest: &Digest) -> StoreResult<u32> {
        own_identifiers::count_active_accounts(self, kind, digest)
    }

    fn update_account_state(
        &mut self,
        id: &AccountId,
        from: AccountState,
        to: AccountState,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let row = accounts::table.filter(accounts::id.eq(id.as_str())).filter(accounts::state.eq(from.as_str()));
        let state = accounts::state.eq(to.as_str());
        if to == AccountState::Active {
            let changes = (state, accounts::activated_at.eq(now.millis()));
            return self.gate(|conn| diesel::update(row).set(changes).execute(conn));
        }
        self.gate(|conn| diesel::update(row).set(state).execute(conn))
    }

    fn update_password_hash(&mut self, id: &AccountId, old: &str, new: &str, now: Timestamp) -> StoreResult<bool> {
        let row = accounts::table.filter(accounts::id.eq(id.as_str())).filter(accounts::password_hash.eq(old));
        let changes = (accounts::password_hash.eq(new), accounts::updated_at.eq(now.millis()));
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn lock_account(&mut self, id: &AccountId) -> StoreResult<bool> {
        let row = accounts::table.filter(accounts::id.eq(id.as_str())).select(accounts::id);
        self.lock(|conn| locked!(conn, row))
    }

    fn lock_active_account(&mut self, id: &AccountId) -> StoreResult<bool> {
        let row = accounts::table
            .filter(accounts::id.eq(id.as_str()))
            .filter(accounts::state.eq(AccountState::Active.as_str()))
            .select(accounts::id);
        self.lock(|conn| locked!(conn, row))
    }

    fn confirm_password(&mut self, id: &AccountId, hash: &str) -> StoreResult<bool> {
        let row = accounts::table
            .filter(accounts::id.eq(id.as_str()))
            .filter(accounts::state.eq(AccountState::Active.as_str()))
            .filter(accounts::password_hash.eq(hash))
            .select(accounts::id);
        self.lock(|conn| locked!(conn, row))
    }

    fn confirm_password_of(&mut self, id: &AccountId, hash: &str) -> StoreResult<Option<Enrolled>> {
        let query = accounts::table
            .left_join(its_phone!())
            .left_join(credentials::table)
            .filter(accounts::id.eq(id.as_str()))
            .filter(accounts::state.eq(AccountState::Active.as_str()))
            .filter(accounts::password_hash.eq(hash))
            .order((credentials::created_at, credentials::id))
            .select(((identifiers::kind, identifiers::verified_at).nullable(), credentials::all_columns.nullable()));
        let found: Vec<(Option<PhoneRow>, Option<CredentialRow>)> = self.hold(|conn| holding_accounts!(conn, query))?;
        let mut enrolled = None;
        for (phone, credential) in found {
            let all = enrolled.get_or_insert_with(|| Enrolled {
                credentials: Vec::new(),
                phone: own_identifiers::phone_standing(phone.as_ref()),
            });
            all.credentials.extend(credential.map(CredentialRow::read).transpose()?);
        }
        Ok(enrolled)
    }

    fn replace_password(&mut self, id: &AccountId, change: &PasswordChange, now: Timestamp) -> StoreResult<bool> {
        let row = accounts::table
            .filter(accounts::id.eq(id.as_str()))
            .filter(accounts::state.eq(AccountState::Active.as_str()))
            .filter(accounts::password_hash.eq(&change.old));
        let changes = (
            accounts::password_hash.eq(&change.new),
            accounts::password_distrusted_at.eq(None::<i64>),
            accounts::devices_known_from.eq(change.devices_known_from.millis()),
            accounts::updated_at.eq(now.millis()),
        );
        if let Some(at) = change.distrusted_at {
            let row = row.filter(accounts::password_distrusted_at.eq(at.millis()));
            return self.gate(|conn| diesel::update(row).set(changes).execute(conn));
        }
        let row = row.filter(accounts::password_distrusted_at.is_null());
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn set_first_password(&mut self, id: &AccountId, first: &FirstPassword, now: Timestamp) -> StoreResult<bool> {
        let row = accounts::table
            .filter(accounts::id.eq(id.as_str()))
            .filter(accounts::state.eq(AccountState::Active.as_str()));
        let changes = (
            accounts::username.eq(first.username.display()),
            accounts::username_key.eq(first.username.key()),
            accounts::password_hash.eq(&first.hash),
            accounts::password_distrusted_at.eq(None::<i64>),
            accounts::updated_at.eq(now.millis()),
        );
        if let Some(at) = first.distrusted_at {
            let row = row.filter(accounts::password_distrusted_at.eq(at.millis()));
            return self.gate(|conn| diesel::update(row).set(changes).execute(conn));
        }
        let row = row.filter(accounts::password_distrusted_at.is_null()).filter(accounts::password_hash.is_null());
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn distrust_password(
        &mut self,
        id: &AccountId,
        now: Timestamp,
        devices_known_from: Timestamp,
    ) -> StoreResult<bool> {
        let row = accounts::table
            .filter(accounts::id.eq(id.as_str()))
            .filter(accounts::state.eq(AccountState::Active.as_str()));
        let changes = (
            accounts::password_distrusted_at.eq(now.millis()),
            accounts::devices_known_from.eq(devices_known_from.millis()),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn update_profile(&mut self, id: &AccountId, profile: &Sealed<Profile>, now: Timestamp) -> StoreResult<()> {
        let row = accounts::table.filter(accounts::id.eq(id.as_str()));
        let changes = (accounts::profile.eq(profile.as_bytes()), accounts::updated_at.eq(now.millis()));
        match self.write(|conn| diesel::update(row).set(changes).execute(conn))? {
            0 => Err(StoreError::Fault("the profile of an account that is not there was to be replaced".to_owned())),
            _ => Ok(()),
        }
    }

    fn delete_pending_account(&mut self, id: &AccountId) -> StoreResult<bool> {
        let row = accounts::table
            .filter(accounts::id.eq(id.as_str()))
            .filter(accounts::state.eq(AccountState::Pending.as_str()));
        self.gate(|conn| diesel::delete(row).execute(conn))
    }

    fn insert_identifier(&mut self, identifier: &Identifier) -> StoreResult<()> {
        own_identifiers::insert(self, identifier)
    }

    fn list_identifiers(&mut self, id: &AccountId) -> StoreResult<Vec<Identifier>> {
        own_identifiers::list(self, id)
    }

    fn claim_identifier(&mut self, id: &AccountId, class: AccountClass, kind: IdentifierKind) -> StoreResult<bool> {
        own_identifiers::claim(self, id, class, kind)
    }

    fn find_claimant(
        &mut self,
        class: AccountClass,
        kind: IdentifierKind,
        digest: &Digest,
    ) -> StoreResult<Option<AccountId>> {
        own_identifiers::find_claimant(self, class, kind, digest)
    }

    fn verify_identifier(
        &mut self,
        id: &AccountId,
        kind: IdentifierKind,
        digest: &Digest,
        source: FactSource,
        now: Timestamp,
    ) -> StoreResult<bool> {
        own_identifiers::verify(self, id, kind, digest, (source, now))
    }

    fn replace_unverified_identifier(
        &mut self,
        id: &AccountId,
        kind: IdentifierKind,
        digest: &Digest,
    ) -> StoreResult<bool> {
        own_identifiers::replace_unverified(self, id, kind, digest)
    }

    fn put_vouched_identifier(&mut self, identifier: &Identifier) -> StoreResult<bool> {
        own_identifiers::put_vouched(self, identifier)
    }

    fn dispute_identifier(&mut self, id: &AccountId, kind: IdentifierKind, now: Timestamp) -> StoreResult<bool> {
        own_identifiers::dispute(self, id, kind, now)
    }

    fn list_disputed(&mut self, id: &AccountId) -> StoreResult<Vec<(IdentifierKind, Timestamp)>> {
        own_identifiers::list_disputed(self, id)
    }

    fn list_disputes(&mut self, account: Option<&AccountId>, limit: u32) -> StoreResult<Vec<Dispute>> {
        own_identifiers::list_disputes(self, account, limit)
    }

    fn delete_expired_registrations(&mut self, now: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_EXPIRED_REGISTRATIONS, now, limit)
    }
}
