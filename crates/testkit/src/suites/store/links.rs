//! Cases about mailed links.

use super::Subject;
use super::samples::{MINUTE, NOW, TICK, account, add_account, assert_same_link, digest, link};
use portal_id_core::digest::Digest;
use portal_id_core::link::{LinkPurpose, MailedLink};
use portal_id_core::profile::AccountState;
use portal_id_core::store::{Store, StoreError, StoreResult, Tx};
use portal_id_core::time::{Span, Timestamp};

async fn add(store: &Store, link: MailedLink) -> StoreResult<()> {
    store.tx("add_link", move |tx| tx.insert_link(&link)).await
}

async fn find(store: &Store, purpose: LinkPurpose, secret: Digest) -> Option<MailedLink> {
    store.read("find_link", move |tx| tx.find_link(purpose, &secret)).await.expect("a read")
}

async fn take(store: &Store, purpose: LinkPurpose, secret: Digest, now: Timestamp) -> bool {
    store.tx("take_link", move |tx| tx.take_link(purpose, &secret, now)).await.expect("a gate")
}

/// All fields; security.md row 6.
pub async fn a_link_comes_back_as_it_was_and_only_for_its_purpose(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let full = MailedLink { used_at: Some(NOW + TICK), ..link(1, &id) };
    let bare = MailedLink { browser: None, purpose: LinkPurpose::PhoneCorrection, ..link(2, &id) };
    for put in [&full, &bare] {
        add(&subject.store, put.clone()).await.expect("added");
        assert_same_link(&find(&subject.store, put.purpose, put.secret).await.expect("found"), put);
    }
    assert!(find(&subject.store, LinkPurpose::PhoneCorrection, full.secret).await.is_none());
    assert!(find(&subject.store, LinkPurpose::Activation, digest(b'l', 9)).await.is_none());
    assert_eq!(add(&subject.store, full).await, Err(StoreError::Conflict("mailed_links.secret".to_owned())));
}

/// The gate, with every way to lose it.
pub async fn a_link_is_taken_once_and_before_its_end(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let (first, late) = (link(1, &id), link(2, &id));
    add(&subject.store, first.clone()).await.expect("added");
    add(&subject.store, late.clone()).await.expect("added");
    let store = &subject.store;
    assert!(!take(store, LinkPurpose::PhoneCorrection, first.secret, NOW).await);
    assert!(!take(store, LinkPurpose::Activation, digest(b'l', 9), NOW).await);
    assert!(take(store, LinkPurpose::Activation, first.secret, first.expires_at - TICK).await);
    assert!(!take(store, LinkPurpose::Activation, first.secret, NOW).await);
    assert!(!take(store, LinkPurpose::Activation, late.secret, late.expires_at).await);
    let found = find(store, LinkPurpose::Activation, first.secret).await.expect("found");
    assert_eq!(found.used_at, Some(first.expires_at - TICK));
    assert_eq!(find(store, LinkPurpose::Activation, late.secret).await.expect("found").used_at, None);
}

/// Of this account and this purpose.
pub async fn the_newest_link_of_a_purpose_is_found(subject: Subject) {
    let (one, two) = (add_account(&subject.store, 1).await, add_account(&subject.store, 2).await);
    let later = NOW + MINUTE;
    let links = [
        MailedLink { created_at: later, ..link(1, &one) },
        link(2, &one),
        MailedLink { created_at: later + MINUTE, purpose: LinkPurpose::PhoneCorrection, ..link(3, &one) },
        MailedLink { created_at: later + MINUTE, ..link(4, &two) },
    ];
    for link in links {
        add(&subject.store, link).await.expect("added");
    }
    let newest = async |purpose, number| {
        let id = account(number).id;
        subject
            .store
            .read("newest", move |tx| tx.find_newest_link(purpose, &id))
            .await
            .expect("a read")
            .map(|link| link.secret)
    };
    assert_eq!(newest(LinkPurpose::Activation, 1).await, Some(digest(b'l', 1)));
    assert_eq!(newest(LinkPurpose::PhoneCorrection, 1).await, Some(digest(b'l', 3)));
    assert_eq!(newest(LinkPurpose::PhoneCorrection, 2).await, None);
}

/// Neither a used one, nor one that expires at the very moment, nor one of another purpose or account.
pub async fn the_oldest_link_that_still_works_is_found(subject: Subject) {
    let (one, two) = (add_account(&subject.store, 1).await, add_account(&subject.store, 2).await);
    let end = link(1, &one).expires_at;
    let at = |minutes: i64| NOW + Span::minutes(minutes);
    let links = [
        MailedLink { created_at: at(1), used_at: Some(at(2)), ..link(1, &one) },
        MailedLink { created_at: at(2), purpose: LinkPurpose::PhoneCorrection, ..link(2, &one) },
        MailedLink { created_at: at(3), ..link(3, &two) },
        MailedLink { created_at: at(4), ..link(4, &one) },
        MailedLink { created_at: at(5), expires_at: end + TICK, ..link(5, &one) },
    ];
    for link in links {
        add(&subject.store, link).await.expect("added");
    }
    let oldest = async |now| {
        let id = one.clone();
        let find = move |tx: &mut dyn Tx| tx.find_oldest_good_link(LinkPurpose::Activation, &id, now);
        subject.store.read("oldest", find).await.expect("a read").map(|link| link.secret)
    };
    assert_eq!(oldest(end - TICK).await, Some(digest(b'l', 4)));
    assert_eq!(oldest(end).await, Some(digest(b'l', 5)));
    assert_eq!(oldest(end + TICK).await, None);
}

/// In portions, and never one that expires at the very moment.
pub async fn expired_links_go_but_the_newest_of_a_pending_account_stays(subject: Subject) {
    let (pending, active) = (add_account(&subject.store, 1).await, add_account(&subject.store, 2).await);
    let at = active.clone();
    let activate = subject
        .store
        .tx("activate", move |tx| tx.update_account_state(&at, AccountState::Pending, AccountState::Active, NOW));
    assert_eq!(activate.await, Ok(true));
    let end = link(0, &pending).expires_at;
    for (number, account, created_at, expires_at) in [
        (1, &pending, NOW, end),
        (2, &pending, NOW + TICK, end),
        (3, &pending, NOW + MINUTE, end),
        (4, &active, NOW, end),
        (5, &active, NOW + MINUTE, end),
        (6, &active, NOW, end + MINUTE),
    ] {
        add(&subject.store, MailedLink { created_at, expires_at, ..link(number, account) }).await.expect("added");
    }
    let sweep = async |before, limit| {
        subject.store.tx("sweep", move |tx| tx.delete_expired_links(before, limit)).await.expect("swept")
    };
    assert_eq!(sweep(end, 100).await, 0);
    assert_eq!(sweep(end + TICK, 3).await, 3);
    assert_eq!(sweep(end + TICK, 100).await, 1);
    assert_eq!(sweep(end + TICK, 100).await, 0);
    for (number, stays) in [(1, false), (2, false), (3, true), (4, false), (5, false), (6, true)] {
        let found = find(&subject.store, LinkPurpose::Activation, digest(b'l', number)).await;
        assert_eq!(found.is_some(), stays, "link {number}");
    }
}
