//! Cases about what accounts are looked up by.

use super::Subject;
use super::samples::{
    MINUTE, NOW, account, add_account, assert_same_account, assert_same_identifier, digest, identifier,
};
use portal_id_core::ids::AccountId;
use portal_id_core::profile::{Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind};
use portal_id_core::store::{Store, StoreError, StoreResult, Tx};

async fn add(store: &Store, identifier: Identifier) -> StoreResult<()> {
    store.tx("add_identifier", move |tx| tx.insert_identifier(&identifier)).await
}

async fn list(store: &Store, account: &AccountId) -> Vec<Identifier> {
    let account = account.clone();
    store.read("list_identifiers", move |tx| tx.list_identifiers(&account)).await.expect("a read")
}

/// All fields of all kinds, in the order of the kinds' names.
pub async fn identifiers_come_back_as_they_were(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let put = [
        Identifier { claimed: true, ..identifier(&id, IdentifierKind::BusinessCode, digest(b'c', 1)) },
        Identifier {
            verified_at: Some(NOW),
            source: FactSource::Mailbox,
            ..identifier(&id, IdentifierKind::Email, digest(b'e', 1))
        },
        Identifier { claimed: true, ..identifier(&id, IdentifierKind::FormerNumber, digest(b'f', 1)) },
        Identifier {
            claimed: true,
            verified_at: Some(NOW),
            source: FactSource::NationalPortal,
            ..identifier(&id, IdentifierKind::IdentityNumber, digest(b'i', 1))
        },
        identifier(&id, IdentifierKind::Phone, digest(b'p', 1)),
    ];
    for identifier in put.iter().rev() {
        add(&subject.store, identifier.clone()).await.expect("added");
    }
    let found = list(&subject.store, &id).await;
    assert_eq!(found.len(), put.len());
    for (found, put) in found.iter().zip(&put) {
        assert_same_identifier(found, put);
    }
    assert!(list(&subject.store, &AccountId::from_text("nobody")).await.is_empty());
}

/// One e-mail, one phone, one number.
pub async fn an_account_has_one_identifier_of_a_kind(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    add(&subject.store, identifier(&id, IdentifierKind::Email, digest(b'e', 1))).await.expect("added");
    let refused = add(&subject.store, identifier(&id, IdentifierKind::Email, digest(b'e', 2))).await;
    assert_eq!(refused, Err(StoreError::Conflict("identifiers.account_id,kind".to_owned())));
}

/// Only of the state that is asked for, however many of another there are; another kind with the same digest is another
/// thing.
pub async fn accounts_of_a_state_are_listed_by_identifier_the_oldest_first_and_at_most_sixteen(subject: Subject) {
    let shared = digest(b'p', 1);
    let add = move |tx: &mut dyn Tx| {
        for number in 1..=20 {
            let older = NOW - MINUTE.times(i64::from(number));
            let account = Account { created_at: older, ..account(number) };
            tx.insert_account(&account)?;
            tx.insert_identifier(&identifier(&account.id, IdentifierKind::Phone, shared))?;
            tx.insert_identifier(&identifier(&account.id, IdentifierKind::Email, digest(b'e', number)))?;
        }
        tx.update_account_state(&account(20).id, AccountState::Pending, AccountState::Active, NOW)
    };
    assert_eq!(subject.store.tx("add", add).await, Ok(true));
    let find = async |kind, digest, state| {
        let read = move |tx: &mut dyn Tx| tx.list_accounts_by_identifier(kind, &digest, state);
        subject.store.read("find", read).await.expect("a read")
    };
    let active = find(IdentifierKind::Phone, shared, AccountState::Active).await;
    assert_eq!(active.iter().map(|(account, _)| &account.id).collect::<Vec<_>>(), [&account(20).id]);
    let pending = find(IdentifierKind::Phone, shared, AccountState::Pending).await;
    let ids: Vec<&AccountId> = pending.iter().map(|(account, _)| &account.id).collect();
    let expected: Vec<AccountId> = (4..=19).rev().map(|number| account(number).id).collect();
    assert_eq!(ids, expected.iter().collect::<Vec<_>>());
    let one = find(IdentifierKind::Email, digest(b'e', 7), AccountState::Pending).await;
    assert_eq!(one.len(), 1);
    assert_same_account(&one[0].0, &Account { created_at: NOW - MINUTE.times(7), ..account(7) });
    assert_same_identifier(&one[0].1, &identifier(&account(7).id, IdentifierKind::Email, digest(b'e', 7)));
    assert!(find(IdentifierKind::Email, shared, AccountState::Pending).await.is_empty());
    assert!(find(IdentifierKind::Email, digest(b'e', 7), AccountState::Active).await.is_empty());
}

/// What the limit of accounts per phone counts.
pub async fn only_active_accounts_are_counted(subject: Subject) {
    let shared = digest(b'p', 1);
    let add = move |tx: &mut dyn Tx| {
        for number in 1..=4 {
            let state = if number == 4 { AccountState::Disabled } else { AccountState::Active };
            let account = Account { state, ..account(number) };
            tx.insert_account(&account)?;
            tx.insert_identifier(&identifier(&account.id, IdentifierKind::Phone, shared))?;
        }
        tx.insert_account(&account(5))?;
        tx.insert_identifier(&identifier(&account(5).id, IdentifierKind::Phone, shared))
    };
    subject.store.tx("add", add).await.expect("added");
    let count = async |digest| {
        subject
            .store
            .read("count", move |tx| tx.count_active_accounts(IdentifierKind::Phone, &digest))
            .await
            .expect("a read")
    };
    assert_eq!(count(shared).await, 3);
    assert_eq!(count(digest(b'p', 2)).await, 0);
}

/// Another class may claim the same; a loser's other writes stand.
pub async fn one_account_of_a_class_holds_a_claim_and_the_transaction_of_the_loser_goes_on(subject: Subject) {
    let shared = digest(b'e', 1);
    for number in 1..=3 {
        let id = add_account(&subject.store, number).await;
        add(&subject.store, identifier(&id, IdentifierKind::Email, shared)).await.expect("added");
    }
    let claim = async |number: u32, class| {
        let take = move |tx: &mut dyn Tx| {
            let id = account(number).id;
            let before = tx.update_account_state(&id, AccountState::Pending, AccountState::Active, NOW)?;
            let won = tx.claim_identifier(&id, class, IdentifierKind::Email)?;
            let after = tx.update_account_state(&id, AccountState::Active, AccountState::Disabled, NOW)?;
            assert!(before && after);
            Ok(won)
        };
        subject.store.tx("claim", take).await.expect("a gate")
    };
    assert!(claim(1, AccountClass::Citizen).await);
    assert!(!claim(2, AccountClass::Citizen).await);
    assert!(claim(3, AccountClass::Business).await);
    let check = move |tx: &mut dyn Tx| {
        assert_eq!(tx.find_account(&account(2).id)?.map(|loser| loser.state), Some(AccountState::Disabled));
        assert_eq!(tx.find_claimant(AccountClass::Citizen, IdentifierKind::Email, &shared)?, Some(account(1).id));
        assert_eq!(tx.find_claimant(AccountClass::Business, IdentifierKind::Email, &shared)?, Some(account(3).id));
        assert_eq!(tx.find_claimant(AccountClass::Organisation, IdentifierKind::Email, &shared)?, None);
        assert_eq!(tx.find_claimant(AccountClass::Citizen, IdentifierKind::Phone, &shared)?, None);
        let claimed = |tx: &mut dyn Tx, number| tx.list_identifiers(&account(number).id).map(|list| list[0].claimed);
        assert_eq!((claimed(tx, 1)?, claimed(tx, 2)?, claimed(tx, 3)?), (true, false, true));
        Ok(())
    };
    subject.store.read("check", check).await.expect("a read");
    let again = subject
        .store
        .tx("claim", |tx| tx.claim_identifier(&account(1).id, AccountClass::Citizen, IdentifierKind::Email))
        .await;
    assert_eq!(again, Ok(true));
}

/// The address may have changed between the mail and the click.
pub async fn an_identifier_is_verified_only_with_the_digest_it_still_has(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    add(&subject.store, identifier(&id, IdentifierKind::Email, digest(b'e', 1))).await.expect("added");
    let verify = async |digest| {
        let id = id.clone();
        let verify =
            move |tx: &mut dyn Tx| tx.verify_identifier(&id, IdentifierKind::Email, &digest, FactSource::Mailbox, NOW);
        subject.store.tx("verify", verify).await.expect("a gate")
    };
    assert!(!verify(digest(b'e', 2)).await);
    assert!(verify(digest(b'e', 1)).await);
    let found = &list(&subject.store, &id).await[0];
    assert_eq!((found.verified_at, found.source, found.claimed), (Some(NOW), FactSource::Mailbox, false));
}

/// Decisions 5: until the first accepted code.
pub async fn only_an_unverified_identifier_is_replaced_and_its_claim_ends(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let (old, new) = (digest(b'p', 1), digest(b'p', 2));
    add(&subject.store, Identifier { claimed: true, ..identifier(&id, IdentifierKind::Phone, old) })
        .await
        .expect("added");
    let replace = async |digest| {
        let id = id.clone();
        let replace = move |tx: &mut dyn Tx| tx.replace_unverified_identifier(&id, IdentifierKind::Phone, &digest);
        subject.store.tx("replace", replace).await.expect("a gate")
    };
    assert!(replace(new).await);
    let found = &list(&subject.store, &id).await[0];
    assert_eq!((found.digest, found.claimed), (new, false));
    let at = id.clone();
    let verify =
        move |tx: &mut dyn Tx| tx.verify_identifier(&at, IdentifierKind::Phone, &new, FactSource::PhoneCode, NOW);
    assert_eq!(subject.store.tx("verify", verify).await, Ok(true));
    assert!(!replace(old).await);
    assert_eq!(list(&subject.store, &id).await[0].digest, new);
}
