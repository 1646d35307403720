//! What accounts are looked up by, and the claims to it.

use super::accounts::AccountRow;
use super::columns::{bytes, digest as read_digest, millis, moment, rows, word};
use crate::connection::on_each;
use crate::schema::{accounts, identifiers};
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::digest::Digest;
use portal_id_core::ids::AccountId;
use portal_id_core::profile::{
    Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind, PhoneStanding,
};
use portal_id_core::store::{Dispute, StoreError, StoreResult};
use portal_id_core::time::Timestamp;

/// More accounts than this with one identifier are of no use to anybody.
const MOST_ACCOUNTS: i64 = 16;

#[derive(Queryable, Insertable)]
#[diesel(table_name = identifiers, treat_none_as_default_value = false)]
pub(super) struct IdentifierRow {
    account_id: String,
    kind: String,
    digest: Vec<u8>,
    unique_claim: Option<Vec<u8>>,
    verified_at: Option<i64>,
    source: String,
    disputed_at: Option<i64>,
}

impl IdentifierRow {
    pub(super) fn read(self) -> StoreResult<Identifier> {
        Ok(Identifier {
            account_id: AccountId::from_text(self.account_id),
            kind: word("identifiers.kind", IdentifierKind::from_text(&self.kind))?,
            digest: read_digest("identifiers.digest", &self.digest)?,
            claimed: self.unique_claim.is_some(),
            verified_at: moment(self.verified_at),
            source: word("identifiers.source", FactSource::from_text(&self.source))?,
        })
    }
}

/// Its kind, which says that it is there, and when it was verified.
pub(super) type PhoneRow = (String, Option<i64>);

/// Of the joined row of an account's phone, if there is one: whether it was verified.
pub(super) fn phone_standing(phone: Option<&PhoneRow>) -> PhoneStanding {
    match phone {
        None => PhoneStanding::None,
        Some((_, None)) => PhoneStanding::Typed,
        Some((_, Some(_))) => PhoneStanding::Proved,
    }
}

/// An account's phone, unless it was taken from it: what to join accounts with.
macro_rules! its_phone {
    () => {
        identifiers::table.on(identifiers::account_id
            .eq(accounts::id)
            .and(identifiers::kind.eq(IdentifierKind::Phone.as_str()))
            .and(identifiers::disputed_at.is_null()))
    };
}
pub(super) use its_phone;

/// The value of the unique column: whoever writes it first holds the claim.
fn claim_value(class: AccountClass, kind: IdentifierKind, digest: &[u8]) -> Vec<u8> {
    [class.as_str().as_bytes(), b":", kind.as_str().as_bytes(), b":", digest].concat()
}

pub(super) fn insert(tx: &mut SqlTx<'_>, identifier: &Identifier) -> StoreResult<()> {
    let account = identifier.account_id.as_str();
    let unique_claim = if identifier.claimed {
        let query = accounts::table.filter(accounts::id.eq(account)).select(accounts::class);
        let class: Option<String> = tx.read(|conn| query.first(conn).optional())?;
        let class = class
            .ok_or_else(|| StoreError::Fault("an account that is not there was to claim an identifier".to_owned()))?;
        let class = word("accounts.class", AccountClass::from_text(&class))?;
        Some(claim_value(class, identifier.kind, identifier.digest.as_bytes()))
    } else {
        None
    };
    let row = IdentifierRow {
        account_id: account.to_owned(),
        kind: identifier.kind.as_str().to_owned(),
        digest: bytes(&identifier.digest),
        unique_claim,
        verified_at: millis(identifier.verified_at),
        source: identifier.source.as_str().to_owned(),
        disputed_at: None,
    };
    tx.write(|conn| diesel::insert_into(identifiers::table).values(&row).execute(conn)).map(drop)
}

pub(super) fn list(tx: &mut SqlTx<'_>, id: &AccountId) -> StoreResult<Vec<Identifier>> {
    let query = identifiers::table
        .filter(identifiers::account_id.eq(id.as_str()))
        .filter(identifiers::disputed_at.is_null())
        .order(identifiers::kind);
    tx.read(|conn| query.load::<IdentifierRow>(conn))?.into_iter().map(IdentifierRow::read).collect()
}

pub(super) fn list_accounts(
    tx: &mut SqlTx<'_>,
    kind: IdentifierKind,
    digest: &Digest,
    state: AccountState,
) -> StoreResult<Vec<(Account, Identifier)>> {
    let query = accounts::table
        .inner_join(identifiers::table)
        .filter(identifiers::digest.eq(digest.as_bytes().as_slice()))
        .filter(identifiers::kind.eq(kind.as_str()))
        .filter(identifiers::disputed_at.is_null())
        .filter(accounts::state.eq(state.as_str()))
        .order((accounts::created_at, accounts::id))
        .limit(MOST_ACCOUNTS);
    let found = tx.read(|conn| query.load::<(AccountRow, IdentifierRow)>(conn))?;
    found.into_iter().map(|(account, identifier)| Ok((account.read()?, identifier.read()?))).collect()
}

pub(super) fn count_active_accounts(tx: &mut SqlTx<'_>, kind: IdentifierKind, digest: &Digest) -> StoreResult<u32> {
    let query = accounts::table
        .inner_join(identifiers::table)
        .filter(identifiers::digest.eq(digest.as_bytes().as_slice()))
        .filter(identifiers::kind.eq(kind.as_str()))
        .filter(identifiers::disputed_at.is_null())
        .filter(accounts::state.eq(AccountState::Active.as_str()))
        .count();
    let count: i64 = tx.read(|conn| query.get_result(conn))?;
    Ok(rows(usize::try_from(count).unwrap_or_default()))
}

pub(super) fn claim(
    tx: &mut SqlTx<'_>,
    id: &AccountId,
    class: AccountClass,
    kind: IdentifierKind,
) -> StoreResult<bool> {
    let row =
        identifiers::table.filter(identifiers::account_id.eq(id.as_str())).filter(identifiers::kind.eq(kind.as_str()));
    let digest: Option<Vec<u8>> = tx.read(|conn| row.select(identifiers::digest).first(conn).optional())?;
    let digest =
        digest.ok_or_else(|| StoreError::Fault(format!("an account without {} was to claim it", kind.as_str())))?;
    let digest = read_digest("identifiers.digest", &digest)?;
    let value = claim_value(class, kind, digest.as_bytes());
    let unchanged = row.filter(identifiers::digest.eq(digest.as_bytes().as_slice()));
    tx.gate_unless_taken(|conn| diesel::update(unchanged).set(identifiers::unique_claim.eq(value)).execute(conn))
}

pub(super) fn find_claimant(
    tx: &mut SqlTx<'_>,
    class: AccountClass,
    kind: IdentifierKind,
    digest: &Digest,
) -> StoreResult<Option<AccountId>> {
    let value = claim_value(class, kind, digest.as_bytes());
    let query = identifiers::table.filter(identifiers::unique_claim.eq(value)).select(identifiers::account_id);
    let id: Option<String> = tx.read(|conn| query.first(conn).optional())?;
    Ok(id.map(AccountId::from_text))
}

pub(super) fn verify(
    tx: &mut SqlTx<'_>,
    id: &AccountId,
    kind: IdentifierKind,
    digest: &Digest,
    by: (FactSource, Timestamp),
) -> StoreResult<bool> {
    let row = identifiers::table
        .filter(identifiers::account_id.eq(id.as_str()))
        .filter(identifiers::kind.eq(kind.as_str()))
        .filter(identifiers::digest.eq(digest.as_bytes().as_slice()))
        .filter(identifiers::disputed_at.is_null());
    let changes = (identifiers::source.eq(by.0.as_str()), identifiers::verified_at.eq(by.1.millis()));
    tx.gate(|conn| diesel::update(row).set(changes).execute(conn))
}

pub(super) fn replace_unverified(
    tx: &mut SqlTx<'_>,
    id: &AccountId,
    kind: IdentifierKind,
    digest: &Digest,
) -> StoreResult<bool> {
    let row = identifiers::table
        .filter(identifiers::account_id.eq(id.as_str()))
        .filter(identifiers::kind.eq(kind.as_str()))
        .filter(identifiers::verified_at.is_null());
    // A claim was to the old value, and so was a dispute.
    let changes = (
        identifiers::digest.eq(digest.as_bytes().as_slice()),
        identifiers::unique_claim.eq(None::<Vec<u8>>),
        identifiers::disputed_at.eq(None::<i64>),
    );
    tx.gate(|conn| diesel::update(row).set(changes).execute(conn))
}

/// Replaces the account's row of the kind, then tries for the claim.
pub(super) fn put_vouched(tx: &mut SqlTx<'_>, identifier: &Identifier) -> StoreResult<bool> {
    let account = identifier.account_id.as_str();
    let row = IdentifierRow {
        account_id: account.to_owned(),
        kind: identifier.kind.as_str().to_owned(),
        digest: bytes(&identifier.digest),
        unique_claim: None,
        verified_at: millis(identifier.verified_at),
        source: identifier.source.as_str().to_owned(),
        disputed_at: None,
    };
    let changes = (
        identifiers::digest.eq(row.digest.clone()),
        identifiers::unique_claim.eq(None::<Vec<u8>>),
        identifiers::verified_at.eq(row.verified_at),
        identifiers::source.eq(row.source.clone()),
        identifiers::disputed_at.eq(None::<i64>),
    );
    tx.write(|conn| {
        on_each!(conn, inner => diesel::insert_into(identifiers::table)
            .values(&row)
            .on_conflict((identifiers::account_id, identifiers::kind))
            .do_update()
            .set(changes)
            .execute(inner))
    })?;
    if !identifier.claimed {
        return Ok(true);
    }
    let query = accounts::table.filter(accounts::id.eq(account)).select(accounts::class);
    let class: String = tx.read(|conn| query.first(conn))?;
    let class = word("accounts.class", AccountClass::from_text(&class))?;
    claim(tx, &identifier.account_id, class, identifier.kind)
}

pub(super) fn dispute(tx: &mut SqlTx<'_>, id: &AccountId, kind: IdentifierKind, now: Timestamp) -> StoreResult<bool> {
    let row = identifiers::table
        .filter(identifiers::account_id.eq(id.as_str()))
        .filter(identifiers::kind.eq(kind.as_str()))
        .filter(identifiers::disputed_at.is_null());
    let changes = (
        identifiers::unique_claim.eq(None::<Vec<u8>>),
        identifiers::verified_at.eq(None::<i64>),
        identifiers::disputed_at.eq(now.millis()),
    );
    tx.gate(|conn| diesel::update(row).set(changes).execute(conn))
}

pub(super) fn list_disputed(tx: &mut SqlTx<'_>, id: &AccountId) -> StoreResult<Vec<(IdentifierKind, Timestamp)>> {
    let query = identifiers::table
        .filter(identifiers::account_id.eq(id.as_str()))
        .filter(identifiers::disputed_at.is_not_null())
        .order(identifiers::kind)
        .select((identifiers::kind, identifiers::disputed_at.assume_not_null()));
    let found: Vec<(String, i64)> = tx.read(|conn| query.load(conn))?;
    let read = |(kind, at): (String, i64)| {
        Ok((word("identifiers.kind", IdentifierKind::from_text(&kind))?, Timestamp::from_millis(at)))
    };
    found.into_iter().map(read).collect()
}

pub(super) fn list_disputes(tx: &mut SqlTx<'_>, account: Option<&AccountId>, limit: u32) -> StoreResult<Vec<Dispute>> {
    let mut query = identifiers::table
        .inner_join(accounts::table)
        .filter(identifiers::disputed_at.is_not_null())
        .order((identifiers::disputed_at.desc(), identifiers::account_id, identifiers::kind))
        .limit(limit.into())
        .select((
            identifiers::account_id,
            accounts::class,
            identifiers::kind,
            identifiers::digest,
            identifiers::disputed_at.assume_not_null(),
        ))
        .into_boxed();
    if let Some(account) = account {
        query = query.filter(identifiers::account_id.eq(account.as_str().to_owned()));
    }
    let found: Vec<(String, String, String, Vec<u8>, i64)> = tx.read(|conn| query.load(conn))?;
    let read = |(account, class, kind, digest, since): (String, String, String, Vec<u8>, i64)| {
        Ok(Dispute {
            account_id: AccountId::from_text(account),
            class: word("accounts.class", AccountClass::from_text(&class))?,
            kind: word("identifiers.kind", IdentifierKind::from_text(&kind))?,
            digest: read_digest("identifiers.digest", &digest)?,
            since: Timestamp::from_millis(since),
        })
    };
    found.into_iter().map(read).collect()
}
