//! Cases about what accounts have enrolled to prove who they are.

use super::Subject;
use super::samples::{MINUTE, NOW, TICK, account_id, add_account, credential, credential_id, digest};
use portal_id_core::credential::{Credential, CredentialKind};
use portal_id_core::store::{Store, StoreError, Tx};

async fn add(store: &Store, credential: Credential) {
    store.tx("add_credential", move |tx| tx.insert_credential(&credential)).await.expect("added");
}

async fn list(store: &Store, account: u32) -> Vec<Credential> {
    store.read("list_credentials", move |tx| tx.list_credentials(&account_id(account))).await.expect("a read")
}

fn assert_same(found: &Credential, put: &Credential) {
    let Credential { id, account_id, kind, key, name, sealed, counter, created_at, last_used_at, expires_at } = found;
    assert_eq!((id, account_id, kind, key, name), (&put.id, &put.account_id, &put.kind, &put.key, &put.name));
    assert_eq!((sealed, counter, created_at), (&put.sealed, &put.counter, &put.created_at));
    assert_eq!((last_used_at, expires_at), (&put.last_used_at, &put.expires_at));
}

/// All fields, in the list of its account and by its key, which finds it only as what it is.
pub async fn a_credential_comes_back_as_it_was(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let put: Vec<Credential> = (1..)
        .zip(CredentialKind::ALL)
        .map(|(number, kind)| match kind {
            CredentialKind::Device => Credential {
                sealed: None,
                last_used_at: Some(NOW),
                expires_at: Some(NOW + MINUTE),
                ..credential(number, &id, kind)
            },
            _ => credential(number, &id, kind),
        })
        .collect();
    for credential in put.iter().rev() {
        add(&subject.store, credential.clone()).await;
    }
    let listed = list(&subject.store, 1).await;
    assert_eq!(listed.len(), put.len());
    for (found, put) in listed.iter().zip(&put) {
        assert_same(found, put);
        let (kind, key) = (put.kind, put.key);
        let found = subject.store.read("find", move |tx| tx.find_credential(kind, &key)).await.expect("a read");
        assert_same(&found.expect("found by its key"), put);
        for other in CredentialKind::ALL.into_iter().filter(|other| *other != kind) {
            let found = subject.store.read("find", move |tx| tx.find_credential(other, &key)).await.expect("a read");
            assert!(found.is_none(), "{kind:?} as {other:?}");
        }
    }
    assert!(list(&subject.store, 2).await.is_empty());
}

/// Whatever their kinds and accounts.
pub async fn no_two_credentials_share_a_key(subject: Subject) {
    let (one, two) = (add_account(&subject.store, 1).await, add_account(&subject.store, 2).await);
    add(&subject.store, credential(1, &one, CredentialKind::Passkey)).await;
    let twin = Credential { key: digest(b'k', 1), ..credential(2, &two, CredentialKind::Authenticator) };
    let refused = subject.store.tx("add", move |tx| tx.insert_credential(&twin)).await;
    assert_eq!(refused, Err(StoreError::Conflict("credentials.key".to_owned())));
}

/// The use is noted with the step that was won.
pub async fn a_counter_moves_forwards_only_and_each_step_once(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    add(&subject.store, credential(1, &id, CredentialKind::Authenticator)).await;
    let advance = async |counter, now| {
        let advance = move |tx: &mut dyn Tx| tx.advance_credential(&credential_id(1), counter, now);
        subject.store.tx("advance", advance).await.expect("a gate")
    };
    assert!(!advance(59_846_400, NOW + MINUTE).await, "the step where it stands");
    assert!(advance(59_846_402, NOW + MINUTE).await);
    assert!(!advance(59_846_402, NOW + MINUTE).await);
    assert!(!advance(59_846_401, NOW + MINUTE).await, "the step before");
    let found = list(&subject.store, 1).await.remove(0);
    assert_eq!((found.counter, found.last_used_at), (59_846_402, Some(NOW + MINUTE)));
}

/// A recovery code; a passkey whose device does not count.
pub async fn a_credential_is_taken_once_and_noted_any_number_of_times(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    add(&subject.store, credential(1, &id, CredentialKind::RecoveryCode)).await;
    add(&subject.store, credential(2, &id, CredentialKind::Passkey)).await;
    for expected in [true, false] {
        let taken = subject.store.tx("take", move |tx| tx.take_credential(&credential_id(1), NOW)).await;
        assert_eq!(taken, Ok(expected));
        let noted = subject.store.tx("touch", move |tx| tx.touch_credential(&credential_id(2), NOW)).await;
        assert_eq!(noted, Ok(true));
    }
    assert_eq!(subject.store.tx("touch", |tx| tx.touch_credential(&credential_id(9), NOW)).await, Ok(false));
    assert!(list(&subject.store, 1).await.iter().all(|credential| credential.last_used_at == Some(NOW)));
}

/// security.md row 33: another account's id is nobody's.
pub async fn a_credential_is_renamed_as_what_it_is_by_its_own_account_alone(subject: Subject) {
    let (one, two) = (add_account(&subject.store, 1).await, add_account(&subject.store, 2).await);
    add(&subject.store, credential(1, &one, CredentialKind::Passkey)).await;
    add(&subject.store, credential(2, &one, CredentialKind::Passkey)).await;
    let before = list(&subject.store, 1).await;
    for (account, kind, number, expected) in [
        (&two, CredentialKind::Passkey, 1, false),
        (&one, CredentialKind::Authenticator, 1, false),
        (&one, CredentialKind::Passkey, 3, false),
        (&one, CredentialKind::Passkey, 1, true),
        (&one, CredentialKind::Passkey, 1, true),
    ] {
        let (account, name) = (account.clone(), "Điện thoại của mẹ");
        let rename = move |tx: &mut dyn Tx| tx.rename_credential(&account, kind, &credential_id(number), name);
        assert_eq!(subject.store.tx("rename", rename).await, Ok(expected), "{kind:?} {number}");
    }
    let after = list(&subject.store, 1).await;
    assert_same(&after[0], &Credential { name: "Điện thoại của mẹ".to_owned(), ..before[0].clone() });
    assert_same(&after[1], &before[1]);
}

/// security.md row 33: another account's id is nobody's.
pub async fn a_credential_is_deleted_by_its_own_account_alone(subject: Subject) {
    let (one, two) = (add_account(&subject.store, 1).await, add_account(&subject.store, 2).await);
    add(&subject.store, credential(1, &one, CredentialKind::Passkey)).await;
    for (account, expected) in [(two, false), (one.clone(), true), (one, false)] {
        let deleted = subject.store.tx("delete", move |tx| tx.delete_credential(&account, &credential_id(1))).await;
        assert_eq!(deleted, Ok(expected));
    }
}

/// An old list of recovery codes; a registration that is over.
pub async fn credentials_of_a_kind_go_together_and_all_with_their_account(subject: Subject) {
    let (one, two) = (add_account(&subject.store, 1).await, add_account(&subject.store, 2).await);
    for number in 1..=3 {
        add(&subject.store, credential(number, &one, CredentialKind::RecoveryCode)).await;
    }
    add(&subject.store, credential(4, &one, CredentialKind::Passkey)).await;
    add(&subject.store, credential(5, &two, CredentialKind::RecoveryCode)).await;
    let delete = move |tx: &mut dyn Tx| tx.delete_credentials(&account_id(1), CredentialKind::RecoveryCode);
    assert_eq!(subject.store.tx("delete", delete).await, Ok(3));
    assert_eq!((list(&subject.store, 1).await.len(), list(&subject.store, 2).await.len()), (1, 1));
    assert_eq!(subject.store.tx("delete_account", move |tx| tx.delete_pending_account(&one)).await, Ok(true));
    assert!(list(&subject.store, 1).await.is_empty());
}

/// Those without an end stay.
pub async fn expired_credentials_are_deleted_in_portions(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    for number in 1..=3 {
        let device = credential(number, &id, CredentialKind::Device);
        add(&subject.store, Credential { expires_at: Some(NOW - TICK), ..device }).await;
    }
    let device = credential(4, &id, CredentialKind::Device);
    add(&subject.store, Credential { expires_at: Some(NOW), ..device }).await;
    add(&subject.store, credential(5, &id, CredentialKind::Authenticator)).await;
    let sweep = async |limit| {
        subject.store.tx("sweep", move |tx| tx.delete_expired_credentials(NOW, limit)).await.expect("swept")
    };
    assert_eq!((sweep(2).await, sweep(2).await, sweep(2).await), (2, 1, 0));
    assert_eq!(list(&subject.store, 1).await.len(), 2);
}
