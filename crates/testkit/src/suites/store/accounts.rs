//! Cases about accounts.

use super::Subject;
use super::samples::{
    MINUTE, NOW, TICK, account, add_account, assert_same_account, challenge, digest, identifier, link, session,
};
use portal_id_core::facts::Username;
use portal_id_core::ids::AccountId;
use portal_id_core::language::Language;
use portal_id_core::link::{LinkPurpose, MailedLink};
use portal_id_core::ports::Sealed;
use portal_id_core::profile::{Account, AccountClass, AccountState, IdentifierKind};
use portal_id_core::store::{FirstPassword, PasswordChange, Store, StoreError, Tx};
use portal_id_core::time::{Span, Timestamp};

async fn find(store: &Store, id: &AccountId) -> Option<Account> {
    let id = id.clone();
    store.read("find_account", move |tx| tx.find_account(&id)).await.expect("a read")
}

async fn move_state(store: &Store, id: &AccountId, from: AccountState, to: AccountState) -> bool {
    let id = id.clone();
    store.tx("move_state", move |tx| tx.update_account_state(&id, from, to, NOW + MINUTE)).await.expect("a gate")
}

/// All fields, with and without the optional ones; by id and by case-mapped username.
pub async fn an_account_comes_back_as_it_was(subject: Subject) {
    let full = Account {
        class: AccountClass::Business,
        state: AccountState::Disabled,
        language: Language::Vi,
        activated_at: Some(NOW + TICK),
        password_distrusted_at: Some(NOW + MINUTE),
        devices_known_from: Some(NOW - TICK),
        ..account(1)
    };
    let bare = Account {
        password_hash: None,
        profile: Sealed::from_bytes(Vec::new()),
        class: AccountClass::Organisation,
        ..account(2)
    };
    for put in [full, bare] {
        let added = put.clone();
        subject.store.tx("add", move |tx| tx.insert_account(&added)).await.expect("added");
        assert_same_account(&find(&subject.store, &put.id).await.expect("found"), &put);
        let key = put.username.key().to_owned();
        let found = subject.store.read("find", move |tx| tx.find_account_by_username(&key)).await.expect("a read");
        assert_same_account(&found.expect("found by name"), &put);
    }
    assert!(find(&subject.store, &AccountId::from_text("nobody")).await.is_none());
    let missing =
        subject.store.read("find", |tx| tx.find_account_by_username("Nguyen.Thi.An.1")).await.expect("a read");
    assert!(missing.is_none(), "a username that was not case-mapped finds nobody");
}

/// The second of two names that differ in case only.
pub async fn a_taken_username_is_a_conflict_that_names_the_key(subject: Subject) {
    add_account(&subject.store, 1).await;
    let twin = Account { username: Username::parse("NGUYEN.thi.an.1").expect("a username"), ..account(2) };
    let id = twin.id.clone();
    let refused = subject.store.tx("add", move |tx| tx.insert_account(&twin)).await;
    assert_eq!(refused, Err(StoreError::Conflict("accounts.username_key".to_owned())));
    assert!(find(&subject.store, &id).await.is_none());
    let again = Account { username: Username::parse("another.name").expect("a username"), ..account(1) };
    let refused = subject.store.tx("add", move |tx| tx.insert_account(&again)).await;
    assert_eq!(refused, Err(StoreError::Conflict("accounts.id".to_owned())));
}

/// The gate of activation.
pub async fn a_state_changes_once_and_only_activation_is_dated(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    assert!(!move_state(&subject.store, &id, AccountState::Active, AccountState::Disabled).await);
    assert!(move_state(&subject.store, &id, AccountState::Pending, AccountState::Active).await);
    assert!(!move_state(&subject.store, &id, AccountState::Pending, AccountState::Active).await);
    let found = find(&subject.store, &id).await.expect("found");
    assert_eq!((found.state, found.activated_at), (AccountState::Active, Some(NOW + MINUTE)));
    assert!(move_state(&subject.store, &id, AccountState::Active, AccountState::Closed).await);
    let found = find(&subject.store, &id).await.expect("found");
    assert_eq!((found.state, found.activated_at), (AccountState::Closed, Some(NOW + MINUTE)));
    assert!(
        !move_state(&subject.store, &AccountId::from_text("nobody"), AccountState::Pending, AccountState::Active).await
    );
}

/// The gate of a re-hash: a password changed meanwhile stays.
pub async fn a_password_hash_changes_only_from_the_old_one(subject: Subject) {
    let put = account(1);
    let (id, old) = (add_account(&subject.store, 1).await, put.password_hash.expect("a hash"));
    let change = async |from: &str, to: &str| {
        let (id, from, to) = (id.clone(), from.to_owned(), to.to_owned());
        let later = NOW + Span::hours(1);
        subject.store.tx("rehash", move |tx| tx.update_password_hash(&id, &from, &to, later)).await.expect("a gate")
    };
    assert!(!change("something else", "new").await);
    assert!(change(&old, "new").await);
    assert!(!change(&old, "newer").await);
    let found = find(&subject.store, &id).await.expect("found");
    assert_eq!((found.password_hash.as_deref(), found.updated_at), (Some("new"), NOW + Span::hours(1)));
}

fn password_change(from: &str, to: &str, distrusted_at: Option<Timestamp>) -> PasswordChange {
    PasswordChange { old: from.to_owned(), distrusted_at, new: to.to_owned(), devices_known_from: NOW + TICK }
}

async fn replace(store: &Store, id: &AccountId, change: PasswordChange) -> bool {
    let id = id.clone();
    store.tx("replace", move |tx| tx.replace_password(&id, &change, NOW + MINUTE)).await.expect("a gate")
}

async fn distrust(store: &Store, id: &AccountId, at: Timestamp) -> bool {
    let id = id.clone();
    store.tx("distrust", move |tx| tx.distrust_password(&id, at, at + TICK)).await.expect("a gate")
}

/// From that hash, and distrusted since that moment or not at all.
pub async fn a_password_is_replaced_only_as_it_was_and_is_trusted_then(subject: Subject) {
    let store = &subject.store;
    let (id, old) = (add_account(store, 1).await, account(1).password_hash.expect("a hash"));
    assert!(!replace(store, &id, password_change(&old, "new", None)).await, "not active");
    assert!(move_state(store, &id, AccountState::Pending, AccountState::Active).await);
    assert!(!replace(store, &id, password_change("something else", "new", None)).await);
    assert!(!replace(store, &id, password_change(&old, "new", Some(NOW))).await);
    assert!(replace(store, &id, password_change(&old, "new", None)).await);
    assert!(!replace(store, &id, password_change(&old, "newer", None)).await);
    assert!(distrust(store, &id, NOW).await);
    assert!(!replace(store, &id, password_change("new", "newer", None)).await);
    assert!(!replace(store, &id, password_change("new", "newer", Some(NOW + TICK))).await);
    assert!(replace(store, &id, password_change("new", "newer", Some(NOW))).await);
    let found = find(store, &id).await.expect("found");
    assert_eq!((found.password_hash.as_deref(), found.updated_at), (Some("newer"), NOW + MINUTE));
    assert_eq!((found.password_distrusted_at, found.devices_known_from), (None, Some(NOW + TICK)));
}

/// Where there is none, or one that is distrusted since that moment; with a name that is free.
pub async fn a_first_password_is_set_once_and_its_name_is_nobody_elses(subject: Subject) {
    let store = &subject.store;
    add_account(store, 1).await;
    let without = Account { state: AccountState::Active, password_hash: None, ..account(2) };
    let id = without.id.clone();
    store.tx("add", move |tx| tx.insert_account(&without)).await.expect("added");
    let set = async |username: &str, hash: &str, distrusted_at: Option<Timestamp>| {
        let username = Username::parse(username).expect("a username");
        let (id, first) = (id.clone(), FirstPassword { username, hash: hash.to_owned(), distrusted_at });
        store.tx("first", move |tx| tx.set_first_password(&id, &first, NOW + MINUTE)).await
    };
    let taken = Err(StoreError::Conflict("accounts.username_key".to_owned()));
    assert_eq!(set("NGUYEN.thi.an.1", "first", None).await, taken);
    assert_eq!(set("tran.thi.binh", "first", Some(NOW)).await, Ok(false), "it is not distrusted");
    assert_eq!(set("Tran.Thi.Binh", "first", None).await, Ok(true));
    assert_eq!(set("another.name", "second", None).await, Ok(false), "there is one");
    let found = find(store, &id).await.expect("found");
    assert_eq!((found.username.display(), found.username.key()), ("Tran.Thi.Binh", "tran.thi.binh"));
    assert_eq!((found.password_hash.as_deref(), found.updated_at), (Some("first"), NOW + MINUTE));
    assert!(distrust(store, &id, NOW).await);
    assert_eq!(set("tran.thi.binh", "second", None).await, Ok(false));
    assert_eq!(set("tran.thi.binh", "second", Some(NOW + TICK)).await, Ok(false));
    assert_eq!(set("tran.thi.binh", "second", Some(NOW)).await, Ok(true), "the name may stay");
    let found = find(store, &id).await.expect("found");
    assert_eq!((found.password_hash.as_deref(), found.password_distrusted_at), (Some("second"), None));
    assert!(move_state(store, &id, AccountState::Active, AccountState::Disabled).await);
    assert!(!distrust(store, &id, NOW).await);
    assert_eq!(set("tran.thi.binh", "third", None).await, Ok(false));
}

/// And nothing changes.
pub async fn a_password_is_confirmed_while_it_stays_and_its_account_is_active(subject: Subject) {
    let put = Account { state: AccountState::Active, ..account(1) };
    let (id, hash) = (put.id.clone(), put.password_hash.clone().expect("a hash"));
    let added = put.clone();
    subject.store.tx("add", move |tx| tx.insert_account(&added)).await.expect("added");
    let confirm = async |hash: &str| {
        let (id, hash) = (id.clone(), hash.to_owned());
        subject.store.tx("confirm", move |tx| tx.confirm_password(&id, &hash)).await
    };
    for (hash, expected) in [(hash.as_str(), true), ("something else", false)] {
        assert_eq!(confirm(hash).await, Ok(expected));
    }
    assert_same_account(&find(&subject.store, &id).await.expect("found"), &put);
    assert!(move_state(&subject.store, &id, AccountState::Active, AccountState::Disabled).await);
    assert_eq!(confirm(&hash).await, Ok(false));
}

/// If it is there; and nothing changes.
pub async fn an_account_is_locked_in_whatever_state(subject: Subject) {
    let states = [AccountState::Pending, AccountState::Active, AccountState::Disabled];
    for (number, state) in (1..).zip(states) {
        let put = Account { state, ..account(number) };
        let added = put.clone();
        subject.store.tx("add", move |tx| tx.insert_account(&added)).await.expect("added");
        let id = put.id.clone();
        assert_eq!(subject.store.tx("lock", move |tx| tx.lock_account(&id)).await, Ok(true), "{state:?}");
        assert_same_account(&find(&subject.store, &put.id).await.expect("found"), &put);
    }
    let nobody = AccountId::from_text("nobody");
    assert_eq!(subject.store.tx("lock", move |tx| tx.lock_account(&nobody)).await, Ok(false));
}

/// And nothing changes.
pub async fn an_active_account_is_locked_with_or_without_a_password(subject: Subject) {
    let with = Account { state: AccountState::Active, ..account(1) };
    let without = Account { state: AccountState::Active, password_hash: None, ..account(2) };
    for (put, expected) in [(with, true), (without, true), (account(3), false)] {
        let added = put.clone();
        subject.store.tx("add", move |tx| tx.insert_account(&added)).await.expect("added");
        let id = put.id.clone();
        assert_eq!(subject.store.tx("lock", move |tx| tx.lock_active_account(&id)).await, Ok(expected));
        assert_same_account(&find(&subject.store, &put.id).await.expect("found"), &put);
    }
    let nobody = AccountId::from_text("nobody");
    assert_eq!(subject.store.tx("lock", move |tx| tx.lock_active_account(&nobody)).await, Ok(false));
}

/// As often as its holder says so; the last moment counts.
pub async fn only_the_password_of_an_active_account_is_distrusted(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    assert!(!distrust(&subject.store, &id, NOW).await);
    assert!(move_state(&subject.store, &id, AccountState::Pending, AccountState::Active).await);
    assert!(distrust(&subject.store, &id, NOW).await);
    assert!(distrust(&subject.store, &id, NOW + MINUTE).await);
    let found = find(&subject.store, &id).await.expect("found");
    assert_eq!(found.password_distrusted_at, Some(NOW + MINUTE));
    assert_eq!(found.devices_known_from, Some(NOW + MINUTE + TICK));
    assert_eq!(found.password_hash, account(1).password_hash);
}

/// A missing account is a fault, not silence.
pub async fn a_profile_is_replaced_only_on_an_account_that_is_there(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let profile = Sealed::from_bytes(vec![4, 5, 6]);
    let (at, new) = (id.clone(), profile.clone());
    subject.store.tx("replace", move |tx| tx.update_profile(&at, &new, NOW + Span::hours(2))).await.expect("replaced");
    let found = find(&subject.store, &id).await.expect("found");
    assert_eq!((found.profile.as_bytes(), found.updated_at), ([4, 5, 6].as_slice(), NOW + Span::hours(2)));
    let nobody = AccountId::from_text("nobody");
    let refused = subject.store.tx("replace", move |tx| tx.update_profile(&nobody, &profile, NOW)).await;
    assert!(matches!(refused, Err(StoreError::Fault(_))));
}

/// Identifiers, links and challenges go; a session is history.
pub async fn a_pending_account_goes_with_all_that_belongs_to_it(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let other = add_account(&subject.store, 2).await;
    for (number, account) in [(1, id.clone()), (2, other.clone())] {
        let add = move |tx: &mut dyn Tx| {
            tx.insert_identifier(&identifier(&account, IdentifierKind::Email, digest(b'e', 1)))?;
            tx.insert_link(&link(number, &account))?;
            tx.insert_challenge(&challenge(number, &account))?;
            tx.insert_session(&session(number, &account))
        };
        subject.store.tx("add", add).await.expect("added");
    }
    for expected in [true, false] {
        let id = id.clone();
        let deleted = subject.store.tx("disown", move |tx| tx.delete_pending_account(&id)).await.expect("a gate");
        assert_eq!(deleted, expected);
    }
    let check = move |tx: &mut dyn Tx| {
        assert!(tx.find_account(&id)?.is_none());
        assert!(tx.list_identifiers(&id)?.is_empty());
        assert!(tx.find_link(LinkPurpose::Activation, &link(1, &id).secret)?.is_none());
        assert!(tx.find_challenge(&challenge(1, &id).id)?.is_none());
        assert!(tx.find_session_by_id(&session(1, &id).id)?.is_some());
        assert!(tx.find_account(&other)?.is_some());
        assert_eq!(tx.list_identifiers(&other)?.len(), 1);
        assert!(tx.find_link(LinkPurpose::Activation, &link(2, &other).secret)?.is_some());
        assert!(tx.find_challenge(&challenge(2, &other).id)?.is_some());
        Ok(())
    };
    subject.store.read("check", check).await.expect("a read");
}

/// The same gate, lost.
pub async fn an_active_account_is_not_deleted_as_pending(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    assert!(move_state(&subject.store, &id, AccountState::Pending, AccountState::Active).await);
    let gone = id.clone();
    assert!(!subject.store.tx("disown", move |tx| tx.delete_pending_account(&gone)).await.expect("a gate"));
    assert!(find(&subject.store, &id).await.is_some());
}

/// Not before, not an active one, not one without any link, and not more than asked for.
pub async fn a_registration_ends_when_its_last_link_has_expired(subject: Subject) {
    let end = link(0, &account(0).id).expires_at;
    for number in 1..=6 {
        let id = add_account(&subject.store, number).await;
        let add = move |tx: &mut dyn Tx| {
            // Account 6 never got a link, account 4 also has one that lives longer, account 5 is in use.
            if number != 6 {
                tx.insert_link(&link(number, &id))?;
            }
            if number == 4 {
                tx.insert_link(&MailedLink { expires_at: end + MINUTE, ..link(40, &id) })?;
            }
            if number == 5 {
                tx.update_account_state(&id, AccountState::Pending, AccountState::Active, NOW)?;
            }
            Ok(())
        };
        subject.store.tx("add", add).await.expect("added");
    }
    let sweep = async |now, limit| {
        subject.store.tx("sweep", move |tx| tx.delete_expired_registrations(now, limit)).await.expect("swept")
    };
    assert_eq!(sweep(end - TICK, 100).await, 0);
    assert_eq!(sweep(end, 2).await, 2);
    assert_eq!(sweep(end, 100).await, 1);
    assert_eq!(sweep(end, 100).await, 0);
    assert_eq!(sweep(end + MINUTE, 100).await, 1);
    for (number, stays) in [(1, false), (2, false), (3, false), (4, false), (5, true), (6, true)] {
        assert_eq!(find(&subject.store, &account(number).id).await.is_some(), stays, "account {number}");
    }
}
