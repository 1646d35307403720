//! Cases about people who arrive by an upstream provider.

use super::Subject;
use super::races::{RACERS, race};
use super::samples::{
    MINUTE, NOW, account, account_id, add_account, assert_same_challenge, assert_same_identifier, challenge, digest,
    identifier, session,
};
use portal_id_core::acr::Ial;
use portal_id_core::challenge::Challenge;
use portal_id_core::ids::{AccountId, PendingContactId, SessionId, UpstreamLinkId};
use portal_id_core::pending_contact::{ContactKind, PendingContact};
use portal_id_core::ports::Sealed;
use portal_id_core::profile::{Account, AccountState, FactSource, Identifier, IdentifierKind};
use portal_id_core::store::{Dispute, Store, StoreError, Tx};
use portal_id_core::time::Span;
use portal_id_core::upstream::{EndedBy, UpstreamId, UpstreamLink, UpstreamSecret, UpstreamSession};
use portal_id_core::vouched::{VouchedFact, VouchedKind};

fn upstream(id: &str) -> UpstreamId {
    UpstreamId::parse(id).expect("an id")
}

fn link(number: u32, account: &AccountId) -> UpstreamLink {
    UpstreamLink {
        id: UpstreamLinkId::from_text(format!("link-{number:04}")),
        upstream: upstream("vnconnect"),
        issuer: "https://sso.example/oauth2/token".to_owned(),
        key: digest(b'u', number),
        subject: Some(digest(b'j', number)),
        account_id: account.clone(),
        created_at: NOW,
        last_used_at: NOW,
    }
}

async fn add(store: &Store, link: &UpstreamLink) -> bool {
    let link = link.clone();
    store.tx("add_link", move |tx| tx.insert_upstream_link(&link)).await.expect("a gate")
}

async fn links(store: &Store, account: &AccountId) -> Vec<UpstreamLink> {
    let account = account.clone();
    store.read("list", move |tx| tx.list_upstream_links(&account)).await.expect("a read")
}

/// Found by its own upstream and key alone; used under the key of today; gone with its account or by its owner.
pub async fn a_link_of_an_upstream_is_found_used_and_deleted_by_its_own(subject: Subject) {
    let store = &subject.store;
    let (one, two) = (add_account(store, 1).await, add_account(store, 2).await);
    let put = link(1, &one);
    assert!(add(store, &put).await);
    let find = async |id: &str, key| {
        let id = upstream(id);
        store.read("find", move |tx| tx.find_upstream_link(&id, &key)).await.expect("a read")
    };
    assert_eq!(find("vnconnect", put.key).await.as_ref(), Some(&put));
    assert_eq!(find("vneid", put.key).await, None);
    assert_eq!(find("vnconnect", digest(b'u', 2)).await, None);
    let issuer = "https://new.example".to_owned();
    let moved = UpstreamLink { key: digest(b'u', 9), subject: Some(digest(b'j', 9)), issuer, ..put.clone() };
    for (used, by, stands) in
        [(true, &moved, true), (false, &UpstreamLink { account_id: two.clone(), ..put.clone() }, true)]
    {
        let (by, at) = (by.clone(), NOW + MINUTE);
        assert_eq!(store.tx("use", move |tx| tx.use_upstream_link(&by, at)).await, Ok(used));
        assert_eq!(links(store, &one).await.len() == 1, stands);
    }
    assert_eq!(links(store, &one).await, [UpstreamLink { last_used_at: NOW + MINUTE, ..moved }]);
    for (owner, deleted) in [(&two, false), (&one, true), (&one, false)] {
        let (owner, id) = (owner.clone(), put.id.clone());
        assert_eq!(store.tx("delete", move |tx| tx.delete_upstream_link(&owner, &id)).await, Ok(deleted));
    }
    assert!(links(store, &one).await.is_empty());
    assert!(add(store, &link(2, &two)).await);
    store.tx("delete", move |tx| tx.delete_pending_account(&two)).await.expect("deleted");
    assert_eq!(find("vnconnect", digest(b'u', 2)).await, None);
}

/// And the transaction of whoever is refused goes on.
pub async fn a_person_of_an_upstream_is_one_account_and_an_account_one_person_of_it(subject: Subject) {
    let store = &subject.store;
    let (one, two) = (add_account(store, 1).await, add_account(store, 2).await);
    assert!(add(store, &link(1, &one)).await);
    let taken = UpstreamLink { id: UpstreamLinkId::from_text("other"), account_id: two.clone(), ..link(1, &one) };
    let goes_on = store.tx("add", move |tx| {
        assert!(!tx.insert_upstream_link(&taken)?, "another account");
        assert!(!tx.insert_upstream_link(&link(2, &account_id(1)))?, "another person");
        tx.insert_upstream_link(&link(3, &taken.account_id))
    });
    assert_eq!(goes_on.await, Ok(true));
    let elsewhere = UpstreamLink { upstream: upstream("vneid"), ..link(4, &one) };
    assert!(add(store, &UpstreamLink { key: digest(b'u', 1), ..elsewhere }).await, "the same key of another upstream");
    let listed: Vec<_> = links(store, &one).await.into_iter().map(|link| link.upstream).collect();
    assert_eq!(listed, [upstream("vnconnect"), upstream("vneid")]);
}

/// Whoever comes second is told to look again, and finds the link.
pub async fn of_64_first_arrivals_of_one_person_one_makes_the_account(subject: Subject) {
    let results = race(&subject.store, |number| {
        move |tx: &mut dyn Tx| {
            if let Some(link) = tx.find_upstream_link(&upstream("vnconnect"), &digest(b'u', 1))? {
                return Ok(link.account_id);
            }
            let new = Account { state: AccountState::Active, ..account(number) };
            tx.insert_account(&new)?;
            let link = UpstreamLink { key: digest(b'u', 1), ..link(number, &new.id) };
            if tx.insert_upstream_link(&link)? { Ok(new.id) } else { Err(StoreError::Retry) }
        }
    });
    let arrived: Vec<_> = results.await.into_iter().map(|result| result.expect("an account")).collect();
    assert!(arrived.iter().all(|id| *id == arrived[0]), "{arrived:?}");
    let made = async |number| {
        let id = account_id(number);
        subject.store.read("find", move |tx| tx.find_account(&id)).await.expect("a read").is_some()
    };
    let mut accounts = 0;
    for number in 0..RACERS {
        accounts += u32::from(made(number).await);
    }
    assert_eq!(accounts, 1, "nothing of the others is left");
}

fn upstream_session(number: u32, link: u32, sid: Option<u32>, subject: u32) -> UpstreamSession {
    UpstreamSession {
        session_id: SessionId::from_text(format!("session-{number:04}")),
        link_id: UpstreamLinkId::from_text(format!("link-{link:04}")),
        upstream: upstream("vnconnect"),
        sid: sid.map(|sid| digest(b'i', sid)),
        subject: digest(b'j', subject),
        ending: Sealed::from_bytes(vec![0, 255, 7]),
        began_at: NOW,
        only_to_end: false,
    }
}

/// By the upstream's session, by its person, or by both; those that ended are nobody's business any more.
pub async fn sessions_are_found_by_what_their_upstream_ended(subject: Subject) {
    let store = &subject.store;
    let (one, two) = (add_account(store, 1).await, add_account(store, 2).await);
    let put = [
        (session(1, &one), upstream_session(1, 1, Some(1), 1)),
        (session(2, &one), upstream_session(2, 1, Some(2), 1)),
        (session(3, &two), upstream_session(3, 2, None, 2)),
        (session(4, &one), upstream_session(4, 1, Some(1), 1)),
    ];
    let add = move |tx: &mut dyn Tx| {
        for (session, of_upstream) in &put {
            tx.insert_session(session)?;
            tx.put_upstream_session(of_upstream)?;
        }
        tx.end_session(&SessionId::from_text("session-0004"), NOW)
    };
    assert_eq!(store.tx("add", add).await, Ok(true));
    let ended = async |id: &str, by: EndedBy| {
        let id = upstream(id);
        let found = store.read("list", move |tx| tx.list_sessions_of_upstream(&id, &by)).await.expect("a read");
        found.into_iter().map(|(session, account)| (session.to_string(), account)).collect::<Vec<_>>()
    };
    let (first, second, third) =
        (("session-0001".to_owned(), one.clone()), ("session-0002".to_owned(), one), ("session-0003".to_owned(), two));
    let (sid, person) = (digest(b'i', 1), digest(b'j', 1));
    assert_eq!(ended("vnconnect", EndedBy::Session(sid)).await, std::slice::from_ref(&first));
    assert_eq!(ended("vnconnect", EndedBy::Subject(person)).await, [first.clone(), second]);
    assert_eq!(ended("vnconnect", EndedBy::Subject(digest(b'j', 2))).await, [third]);
    assert_eq!(ended("vnconnect", EndedBy::Both { session: sid, subject: person }).await, [first]);
    assert!(ended("vnconnect", EndedBy::Both { session: sid, subject: digest(b'j', 2) }).await.is_empty());
    assert!(ended("vneid", EndedBy::Subject(person)).await.is_empty());
    let of_link = store.read("list", |tx| tx.list_sessions_of_link(&UpstreamLinkId::from_text("link-0001"))).await;
    assert_eq!(of_link.expect("a read").len(), 2);
}

/// By their link also when no session is left; where an old program left out whom it is of, by sessions that ended.
pub async fn accounts_are_found_by_whom_their_upstream_means(subject: Subject) {
    let store = &subject.store;
    let (one, two, three) = (add_account(store, 1).await, add_account(store, 2).await, add_account(store, 3).await);
    let of_old = UpstreamLink { subject: None, ..link(2, &two) };
    for link in [&link(1, &one), &of_old, &UpstreamLink { upstream: upstream("vneid"), ..link(3, &three) }] {
        assert!(add(store, link).await);
    }
    // The second link's session has ended; what the third began stands on a link that is gone.
    let put = [
        (session(2, &two), upstream_session(2, 2, Some(2), 2)),
        (session(3, &three), upstream_session(3, 9, Some(3), 3)),
    ];
    let begin = move |tx: &mut dyn Tx| {
        for (session, of_upstream) in &put {
            tx.insert_session(session)?;
            tx.put_upstream_session(of_upstream)?;
        }
        tx.end_session(&SessionId::from_text("session-0002"), NOW)
    };
    assert_eq!(store.tx("begin", begin).await, Ok(true));
    let meant = async |id: &str, by: EndedBy| {
        let id = upstream(id);
        store.read("meant", move |tx| tx.list_accounts_of_upstream(&id, &by)).await.expect("a read")
    };
    let (sid, person) = (|number| digest(b'i', number), |number| digest(b'j', number));
    for (by, expected) in [
        (EndedBy::Subject(person(1)), vec![&one]),
        (EndedBy::Subject(person(2)), vec![&two]),
        (EndedBy::Subject(person(3)), vec![]),
        (EndedBy::Session(sid(2)), vec![&two]),
        (EndedBy::Session(sid(3)), vec![]),
        (EndedBy::Session(sid(9)), vec![]),
        (EndedBy::Both { session: sid(2), subject: person(2) }, vec![&two]),
        (EndedBy::Both { session: sid(9), subject: person(1) }, vec![&one]),
        (EndedBy::Both { session: sid(2), subject: person(1) }, vec![]),
    ] {
        assert_eq!(meant("vnconnect", by).await.iter().collect::<Vec<_>>(), expected, "{by:?}");
    }
    assert_eq!(meant("vneid", EndedBy::Subject(person(3))).await, [three]);
    assert!(meant("vneid", EndedBy::Subject(person(1))).await.is_empty());
}

/// All fields; the newest stands, and goes with its session.
pub async fn a_session_stands_on_the_upstream_session_that_came_last(subject: Subject) {
    let store = &subject.store;
    let id = add_account(store, 1).await;
    let (first, last) = (upstream_session(1, 1, Some(1), 1), upstream_session(1, 2, None, 2));
    let last = UpstreamSession { upstream: upstream("vneid"), began_at: NOW + MINUTE, only_to_end: true, ..last };
    let (begun, puts) = (session(1, &id), [first, last.clone()]);
    let add = move |tx: &mut dyn Tx| {
        tx.insert_session(&begun)?;
        puts.iter().try_for_each(|put| tx.put_upstream_session(put))
    };
    store.tx("add", add).await.expect("added");
    let find = async || {
        store.read("find", |tx| tx.find_upstream_session(&SessionId::from_text("session-0001"))).await.expect("a read")
    };
    let UpstreamSession { session_id, link_id, upstream, sid, subject, ending, began_at, only_to_end } =
        find().await.expect("found");
    let link = link_id.clone();
    assert_eq!((&session_id, &link_id, &upstream), (&last.session_id, &last.link_id, &last.upstream));
    assert_eq!((sid, subject, began_at, only_to_end), (last.sid, last.subject, last.began_at, true));
    let by_link = store.read("by_link", move |tx| tx.list_sessions_of_link(&link)).await;
    let (person, vneid) = (EndedBy::Subject(last.subject), last.upstream);
    let by_person = store.read("by_person", move |tx| tx.list_sessions_of_upstream(&vneid, &person)).await;
    assert_eq!((by_link, by_person), (Ok(vec![]), Ok(vec![])), "ours did not begin by it");
    assert_eq!(ending.as_bytes(), last.ending.as_bytes());
    store.tx("sweep", |tx| tx.delete_old_sessions(NOW + Span::days(30), 100)).await.expect("swept");
    assert!(find().await.is_none());
}

/// All fields; the newest stands.
pub async fn who_vouched_for_a_fact_is_remembered_by_kind(subject: Subject) {
    let store = &subject.store;
    let id = add_account(store, 1).await;
    let fact = |kind, number| VouchedFact {
        account_id: account_id(1),
        kind,
        value: digest(b'v', number),
        source: FactSource::NationalPortal,
        upstream: Some(upstream("vnconnect")),
        ial: Ial(2),
        verified_at: NOW,
    };
    let desk = VouchedFact {
        source: FactSource::Desk,
        upstream: None,
        ial: Ial(1),
        verified_at: NOW + MINUTE,
        ..fact(VouchedKind::FullName, 2)
    };
    let puts = [fact(VouchedKind::IdentityNumber, 1), fact(VouchedKind::FullName, 1), desk.clone()];
    store.tx("put", move |tx| puts.iter().try_for_each(|put| tx.put_vouched_fact(put))).await.expect("put");
    let list = async || {
        let id = id.clone();
        store.read("list", move |tx| tx.list_vouched_facts(&id)).await.expect("a read")
    };
    assert_eq!(list().await, [desk, fact(VouchedKind::IdentityNumber, 1)]);
    for deleted in [true, false] {
        let id = id.clone();
        let delete = move |tx: &mut dyn Tx| tx.delete_vouched_fact(&id, VouchedKind::FullName);
        assert_eq!(store.tx("delete", delete).await, Ok(deleted));
    }
    assert_eq!(list().await, [fact(VouchedKind::IdentityNumber, 1)]);
}

fn number_of(account: u32, number: u32, verified: bool) -> Identifier {
    Identifier {
        claimed: true,
        verified_at: verified.then_some(NOW),
        source: if verified { FactSource::NationalPortal } else { FactSource::SelfDeclared },
        ..identifier(&account_id(account), IdentifierKind::IdentityNumber, digest(b'n', number))
    }
}

/// Decisions 24: what was taken opens no door and is no fact; whoever it was taken for holds it.
pub async fn a_number_that_was_taken_away_leads_to_its_account_no_more(subject: Subject) {
    let store = &subject.store;
    let add = |tx: &mut dyn Tx| {
        for number in [1, 2] {
            tx.insert_account(&Account { state: AccountState::Active, ..account(number) })?;
        }
        tx.insert_identifier(&number_of(1, 7, false))?;
        assert!(!tx.put_vouched_identifier(&number_of(2, 7, true))?, "another holds the claim");
        Ok(())
    };
    store.tx("add", add).await.expect("added");
    let take = |tx: &mut dyn Tx| {
        let took = tx.dispute_identifier(&account_id(1), IdentifierKind::IdentityNumber, NOW + MINUTE)?;
        Ok((took, tx.put_vouched_identifier(&number_of(2, 7, true))?))
    };
    assert_eq!(store.tx("take", take).await, Ok((true, true)));
    let again = |tx: &mut dyn Tx| tx.dispute_identifier(&account_id(1), IdentifierKind::IdentityNumber, NOW);
    assert_eq!(store.tx("take", again).await, Ok(false));
    let look = |tx: &mut dyn Tx| {
        let by_number =
            tx.list_accounts_by_identifier(IdentifierKind::IdentityNumber, &digest(b'n', 7), AccountState::Active)?;
        let verify = (IdentifierKind::IdentityNumber, digest(b'n', 7));
        assert!(!tx.verify_identifier(&account_id(1), verify.0, &verify.1, FactSource::Desk, NOW)?);
        Ok((by_number, tx.list_identifiers(&account_id(1))?, tx.list_disputed(&account_id(1))?))
    };
    let (by_number, left, disputed) = store.tx("look", look).await.expect("a look");
    assert_eq!(by_number.len(), 1);
    assert_same_identifier(&by_number[0].1, &number_of(2, 7, true));
    assert!(left.is_empty());
    assert_eq!(disputed, [(IdentifierKind::IdentityNumber, NOW + MINUTE)]);
}

/// What an operator's desk looks up: the newest first, of everybody or of one; what came back is no dispute.
pub async fn disputes_are_listed_the_newest_first(subject: Subject) {
    let store = &subject.store;
    let add = |tx: &mut dyn Tx| {
        for number in 1..=4 {
            tx.insert_account(&Account { state: AccountState::Active, ..account(number) })?;
            tx.insert_identifier(&number_of(number, number, false))?;
            tx.dispute_identifier(
                &account_id(number),
                IdentifierKind::IdentityNumber,
                NOW + Span::minutes(i64::from(number)),
            )?;
        }
        tx.put_vouched_identifier(&number_of(2, 12, true)).map(drop)
    };
    store.tx("add", add).await.expect("added");
    let list = async |account: Option<u32>, limit| {
        let account = account.map(account_id);
        store.read("list", move |tx| tx.list_disputes(account.as_ref(), limit)).await.expect("a read")
    };
    let of = |number: u32| Dispute {
        account_id: account_id(number),
        class: account(number).class,
        kind: IdentifierKind::IdentityNumber,
        digest: digest(b'n', number),
        since: NOW + Span::minutes(i64::from(number)),
    };
    assert_eq!(list(None, 10).await, [of(4), of(3), of(1)]);
    assert_eq!(list(None, 2).await, [of(4), of(3)]);
    assert_eq!(list(Some(3), 10).await, [of(3)]);
    assert!(list(Some(2), 10).await.is_empty());
}

/// A person who moved to a 12-digit number; and one to whom a disputed number comes back.
pub async fn a_vouched_identifier_stands_in_the_place_of_the_one_before(subject: Subject) {
    let store = &subject.store;
    let id = add_account(store, 1).await;
    let list = async || {
        let id = id.clone();
        store.read("list", move |tx| tx.list_identifiers(&id)).await.expect("a read")
    };
    for put in [number_of(1, 9, false), number_of(1, 12, true)] {
        let wanted = put.clone();
        assert_eq!(store.tx("put", move |tx| tx.put_vouched_identifier(&wanted)).await, Ok(true));
        let found = list().await;
        assert_eq!(found.len(), 1);
        assert_same_identifier(&found[0], &put);
    }
    let back = |tx: &mut dyn Tx| {
        tx.dispute_identifier(&account_id(1), IdentifierKind::IdentityNumber, NOW)?;
        tx.put_vouched_identifier(&number_of(1, 12, true))
    };
    assert_eq!(store.tx("back", back).await, Ok(true));
    assert_same_identifier(&list().await[0], &number_of(1, 12, true));
    let disputed = store.read("list", |tx| tx.list_disputed(&account_id(1))).await.expect("a read");
    assert!(disputed.is_empty());
}

/// All fields; a second change from the same reading is refused; old ones go.
pub async fn a_pending_contact_comes_back_as_it_was_and_changes_by_version(subject: Subject) {
    let store = &subject.store;
    let id = add_account(store, 1).await;
    let put = PendingContact {
        id: PendingContactId::from_text("contact-0001"),
        account_id: id.clone(),
        kind: ContactKind::Phone,
        contact: Sealed::from_bytes(vec![0, 255, 7]),
        digest: digest(b'p', 1),
        browser: digest(b'b', 1),
        code: digest(b'c', 1),
        created_at: NOW,
        sent_at: NOW + MINUTE,
        expires_at: NOW + MINUTE.times(5),
        tries: 0,
        used_at: None,
        version: 0,
    };
    let added = put.clone();
    store.tx("add", move |tx| tx.insert_pending_contact(&added)).await.expect("added");
    let find = async || {
        let id = PendingContactId::from_text("contact-0001");
        store.read("find", move |tx| tx.find_pending_contact(&id)).await.expect("a read")
    };
    assert_same_contact(&find().await.expect("found"), &put);
    let changed = PendingContact {
        code: digest(b'c', 2),
        sent_at: NOW + MINUTE.times(2),
        expires_at: NOW + MINUTE.times(7),
        tries: 3,
        used_at: Some(NOW + MINUTE.times(3)),
        ..put.clone()
    };
    for expected in [true, false] {
        let changed = changed.clone();
        assert_eq!(store.tx("change", move |tx| tx.update_pending_contact(&changed)).await, Ok(expected));
    }
    assert_same_contact(&find().await.expect("found"), &PendingContact { version: 1, ..changed });
    for (before, deleted) in [(NOW, 0), (NOW + MINUTE, 1)] {
        assert_eq!(store.tx("sweep", move |tx| tx.delete_old_pending_contacts(before, 10)).await, Ok(deleted));
    }
    assert!(find().await.is_none());
}

fn assert_same_contact(found: &PendingContact, put: &PendingContact) {
    let PendingContact { id, account_id, kind, contact, digest, browser, code, .. } = found;
    assert_eq!((id, account_id, kind, digest), (&put.id, &put.account_id, &put.kind, &put.digest));
    assert_eq!((contact.as_bytes(), browser, code), (put.contact.as_bytes(), &put.browser, &put.code));
    let PendingContact { created_at, sent_at, expires_at, tries, used_at, version, .. } = found;
    assert_eq!((created_at, sent_at, expires_at), (&put.created_at, &put.sent_at, &put.expires_at));
    assert_eq!((tries, used_at, version), (&put.tries, &put.used_at, &put.version));
}

/// Security.md row 37: of one upstream and secret the newest stands, and no other use of a secret is forgotten.
pub async fn every_use_of_a_secret_is_remembered(subject: Subject) {
    let store = &subject.store;
    let used = |id: &str, secret, addresses, at| UpstreamSecret {
        upstream: upstream(id),
        addresses: digest(b'a', addresses),
        secret: digest(b's', secret),
        since: at,
    };
    let list = async |secret| {
        let secret = digest(b's', secret);
        store.read("list", move |tx| tx.list_upstream_secrets(&secret)).await.expect("a read")
    };
    assert!(list(1).await.is_empty());
    let later = NOW + MINUTE;
    for put in [
        used("vnconnect", 1, 1, NOW),
        used("vnconnect", 2, 1, NOW),
        used("digo", 1, 2, NOW),
        used("vnconnect", 2, 3, later),
    ] {
        store.tx("put", move |tx| tx.put_upstream_secret(&put)).await.expect("put");
    }
    assert_eq!(list(1).await, [used("digo", 1, 2, NOW), used("vnconnect", 1, 1, NOW)]);
    assert_eq!(list(2).await, [used("vnconnect", 2, 3, later)]);
}

/// It names no session, and a program that does not know of arrivals finds none.
pub async fn a_challenge_of_an_arrival_comes_back_as_it_was(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let put = Challenge { proves_arrival: Some(digest(b't', 1)), ..challenge(1, &id) };
    let added = put.clone();
    let found = subject.store.tx("add", move |tx| {
        tx.insert_challenge(&added)?;
        tx.find_challenge(&added.id)
    });
    assert_same_challenge(&found.await.expect("added").expect("found"), &put);
}
