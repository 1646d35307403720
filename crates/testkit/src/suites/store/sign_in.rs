//! Cases about sessions, challenges and limits.

use super::Subject;
use super::samples::{
    MINUTE, NOW, TICK, account_id, add_account, assert_same_challenge, assert_same_session, challenge, digest, session,
};
use portal_id_core::acr::Ial;
use portal_id_core::challenge::Challenge;
use portal_id_core::ids::{ChallengeId, SessionId};
use portal_id_core::session::Session;
use portal_id_core::store::{Store, StoreError, Tx};
use portal_id_core::throttle::Throttle;
use portal_id_core::time::{Span, Timestamp};

async fn add_session(store: &Store, session: Session) {
    store.tx("add_session", move |tx| tx.insert_session(&session)).await.expect("added");
}

async fn find_session(store: &Store, number: u32) -> Option<Session> {
    let secret = digest(b's', number);
    store.read("find_session", move |tx| tx.find_session(&secret)).await.expect("a read")
}

/// All fields, by cookie digest and by id; the account need not exist.
pub async fn a_session_comes_back_as_it_was(subject: Subject) {
    let full = Session { ended_at: Some(NOW + MINUTE), ..session(1, &account_id(1)) };
    let bare = Session { amr: Vec::new(), ial: Ial(0), user_agent: String::new(), ..session(2, &account_id(1)) };
    for (number, put) in [(1, full), (2, bare)] {
        add_session(&subject.store, put.clone()).await;
        assert_same_session(&find_session(&subject.store, number).await.expect("found"), &put);
        let id = put.id.clone();
        let found = subject.store.read("find", move |tx| tx.find_session_by_id(&id)).await.expect("a read");
        assert_same_session(&found.expect("found by id"), &put);
    }
    assert!(find_session(&subject.store, 3).await.is_none());
    let twin = Session { id: SessionId::from_text("another"), ..session(1, &account_id(1)) };
    let refused = subject.store.tx("add", move |tx| tx.insert_session(&twin)).await;
    assert_eq!(refused, Err(StoreError::Conflict("sessions.secret".to_owned())));
}

/// Only a live one, only of the same account; the old secret finds nothing any more.
pub async fn a_session_is_renewed_in_place_by_its_own_person(subject: Subject) {
    let put = session(1, &account_id(1));
    add_session(&subject.store, put.clone()).await;
    let renewed = Session { secret: digest(b's', 9), auth_time: NOW + MINUTE, ..put.clone() };
    let renew = async |session: Session| subject.store.tx("renew", move |tx| tx.renew_session(&session)).await;
    let foreign = Session { account_id: account_id(2), ..renewed.clone() };
    assert_eq!(renew(foreign).await, Ok(false));
    assert_eq!(renew(renewed.clone()).await, Ok(true));
    assert!(find_session(&subject.store, 1).await.is_none(), "the old secret");
    let found = find_session(&subject.store, 9).await.expect("the new secret");
    assert_eq!((found.id, found.auth_time), (put.id.clone(), NOW + MINUTE));
    let id = put.id.clone();
    assert_eq!(subject.store.tx("end", move |tx| tx.end_session(&id, NOW + MINUTE)).await, Ok(true));
    assert_eq!(renew(renewed).await, Ok(false));
}

/// Never backwards, never once ended.
pub async fn a_session_is_touched_forwards_and_only_while_it_lasts(subject: Subject) {
    let put = session(1, &account_id(1));
    add_session(&subject.store, put.clone()).await;
    let touch = async |now| {
        let id = put.id.clone();
        subject.store.tx("touch", move |tx| tx.touch_session(&id, now)).await.expect("touched");
        find_session(&subject.store, 1).await.expect("found").last_seen_at
    };
    assert_eq!(touch(NOW + MINUTE).await, NOW + MINUTE);
    assert_eq!(touch(NOW).await, NOW + MINUTE);
    for expected in [true, false] {
        let id = put.id.clone();
        assert_eq!(subject.store.tx("end", move |tx| tx.end_session(&id, NOW + MINUTE)).await, Ok(expected));
    }
    assert_eq!(touch(NOW + Span::hours(1)).await, NOW + MINUTE);
    assert_eq!(find_session(&subject.store, 1).await.expect("found").ended_at, Some(NOW + MINUTE));
}

/// Those that ended or expired are not counted, other accounts are not met.
pub async fn the_sessions_of_an_account_end_but_one(subject: Subject) {
    let (one, two) = (account_id(1), account_id(2));
    for number in 1..=3 {
        add_session(&subject.store, session(number, &one)).await;
    }
    add_session(&subject.store, Session { ended_at: Some(NOW), ..session(4, &one) }).await;
    add_session(&subject.store, Session { expires_at: NOW + MINUTE, ..session(5, &one) }).await;
    add_session(&subject.store, session(6, &two)).await;
    let end = async |keep: Option<SessionId>| {
        let end = move |tx: &mut dyn Tx| tx.end_sessions_of_account(&account_id(1), keep.as_ref(), NOW + MINUTE);
        subject.store.tx("end", end).await.expect("ended")
    };
    assert_eq!(end(Some(session(2, &one).id)).await, [session(1, &one).id, session(3, &one).id]);
    assert!(find_session(&subject.store, 2).await.expect("found").ended_at.is_none());
    assert_eq!(find_session(&subject.store, 1).await.expect("found").ended_at, Some(NOW + MINUTE));
    assert_eq!(find_session(&subject.store, 4).await.expect("found").ended_at, Some(NOW));
    assert_eq!(end(None).await, [session(2, &one).id]);
    assert_eq!(end(None).await, []);
    assert!(find_session(&subject.store, 6).await.expect("found").ended_at.is_none());
}

/// What a person sees of their own sessions.
pub async fn live_sessions_are_listed_the_newest_first(subject: Subject) {
    let id = account_id(1);
    add_session(&subject.store, session(1, &id)).await;
    add_session(&subject.store, Session { auth_time: NOW + MINUTE, ..session(2, &id) }).await;
    add_session(&subject.store, Session { ended_at: Some(NOW), ..session(3, &id) }).await;
    add_session(&subject.store, Session { expires_at: NOW + MINUTE, ..session(4, &id) }).await;
    add_session(&subject.store, session(5, &account_id(2))).await;
    add_session(&subject.store, Session { last_seen_at: NOW, ..session(6, &id) }).await;
    let list = async |limit| {
        let id = id.clone();
        let list = move |tx: &mut dyn Tx| tx.list_sessions(&id, NOW + MINUTE, NOW, limit);
        let listed = subject.store.read("list", list).await.expect("a read");
        listed.iter().map(|session| session.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(9).await, ["session-0002", "session-0001"]);
    assert_eq!(list(1).await, ["session-0002"]);
}

/// Ended or expired before the moment, at most as many as asked for.
pub async fn old_sessions_are_deleted_in_portions(subject: Subject) {
    let id = account_id(1);
    for number in 1..=3 {
        add_session(&subject.store, Session { expires_at: NOW - TICK, ..session(number, &id) }).await;
    }
    add_session(&subject.store, Session { ended_at: Some(NOW - TICK), ..session(4, &id) }).await;
    add_session(&subject.store, Session { ended_at: Some(NOW), ..session(5, &id) }).await;
    add_session(&subject.store, Session { expires_at: NOW, ..session(6, &id) }).await;
    let sweep =
        async |limit| subject.store.tx("sweep", move |tx| tx.delete_old_sessions(NOW, limit)).await.expect("swept");
    assert_eq!((sweep(3).await, sweep(3).await, sweep(3).await), (3, 1, 0));
    assert!(find_session(&subject.store, 4).await.is_none());
    assert!(find_session(&subject.store, 5).await.is_some() && find_session(&subject.store, 6).await.is_some());
}

/// All fields; a second change from the same reading is refused.
pub async fn a_challenge_comes_back_as_it_was_and_changes_by_version(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let put = challenge(1, &id);
    let added = put.clone();
    subject.store.tx("add", move |tx| tx.insert_challenge(&added)).await.expect("added");
    let find = async || {
        let id = challenge(1, &account_id(1)).id;
        subject.store.read("find", move |tx| tx.find_challenge(&id)).await.expect("a read").expect("found")
    };
    assert_same_challenge(&find().await, &put);
    let changed = Challenge {
        browser: digest(b'b', 9),
        code: digest(b'c', 9),
        sent_at: NOW + MINUTE,
        expires_at: NOW + MINUTE.times(6),
        tries: 4,
        used_at: Some(NOW + MINUTE),
        ..put
    };
    for expected in [true, false] {
        let changed = changed.clone();
        assert_eq!(subject.store.tx("change", move |tx| tx.update_challenge(&changed)).await, Ok(expected));
    }
    assert_same_challenge(&find().await, &Challenge { version: 1, ..changed });
    let missing = subject.store.read("find", |tx| tx.find_challenge(&ChallengeId::from_text("none"))).await;
    assert!(missing.expect("a read").is_none());
}

/// Those of others stay, and a step that was being taken finds its row gone.
pub async fn the_challenges_of_an_account_end_together(subject: Subject) {
    let (one, two) = (add_account(&subject.store, 1).await, add_account(&subject.store, 2).await);
    let (owner, other) = (one.clone(), two.clone());
    let add = move |tx: &mut dyn Tx| {
        tx.insert_challenge(&challenge(1, &owner))?;
        tx.insert_challenge(&challenge(2, &owner))?;
        tx.insert_challenge(&challenge(3, &other))
    };
    subject.store.tx("add", add).await.expect("added");
    let end = async || {
        let id = one.clone();
        subject.store.tx("end", move |tx| tx.delete_challenges_of_account(&id)).await.expect("ended")
    };
    assert_eq!((end().await, end().await), (2, 0));
    for (number, owner, expected) in [(1, &one, false), (3, &two, true)] {
        let row = challenge(number, owner);
        assert_eq!(subject.store.tx("step", move |tx| tx.update_challenge(&row)).await, Ok(expected));
    }
}

/// By creation, in portions.
pub async fn old_challenges_are_deleted(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let add = move |tx: &mut dyn Tx| {
        for (number, age) in [(1, TICK), (2, TICK), (3, Span::ZERO)] {
            tx.insert_challenge(&Challenge { created_at: NOW - age, ..challenge(number, &id) })?;
        }
        Ok(())
    };
    subject.store.tx("add", add).await.expect("added");
    let sweep =
        async |limit| subject.store.tx("sweep", move |tx| tx.delete_old_challenges(NOW, limit)).await.expect("swept");
    assert_eq!((sweep(1).await, sweep(9).await, sweep(9).await), (1, 1, 0));
}

fn throttle(number: u32, marks: &[Timestamp]) -> Throttle {
    Throttle {
        key: digest(b't', number),
        marks: marks.to_vec(),
        notified_at: Some(NOW),
        expires_at: NOW + MINUTE,
        version: 0,
    }
}

/// All fields; a lost gate leaves the transaction whole.
pub async fn a_throttle_is_added_once_and_changes_by_version(subject: Subject) {
    let put = async |throttle: &Throttle| {
        let throttle = throttle.clone();
        let put = move |tx: &mut dyn Tx| {
            let won = tx.put_throttle(&throttle)?;
            // The transaction goes on either way.
            tx.find_throttle(&throttle.key).map(|found| (won, found.is_some()))
        };
        subject.store.tx("put", put).await.expect("a gate")
    };
    let find = async || subject.store.read("find", |tx| tx.find_throttle(&digest(b't', 1))).await.expect("a read");
    assert_eq!(find().await, None);
    let first = throttle(1, &[NOW, NOW + TICK, Timestamp::from_millis(-1)]);
    assert_eq!(put(&first).await, (true, true));
    let stored = Throttle { version: 1, ..first.clone() };
    assert_eq!(find().await, Some(stored.clone()));
    assert_eq!(put(&Throttle { marks: Vec::new(), ..first }).await, (false, true));
    let changed = Throttle { marks: Vec::new(), notified_at: None, expires_at: NOW + MINUTE.times(2), ..stored };
    assert_eq!(put(&changed).await, (true, true));
    assert_eq!(put(&changed).await, (false, true));
    assert_eq!(find().await, Some(Throttle { version: 2, ..changed }));
    let swept_meanwhile = Throttle { version: 7, ..throttle(2, &[NOW]) };
    assert_eq!(put(&swept_meanwhile).await, (false, false));
}

/// In portions.
pub async fn expired_throttles_are_deleted(subject: Subject) {
    let add = |tx: &mut dyn Tx| {
        for (number, expires_at) in [(1, NOW - TICK), (2, NOW - TICK), (3, NOW)] {
            assert!(tx.put_throttle(&Throttle { expires_at, ..throttle(number, &[NOW]) })?);
        }
        Ok(())
    };
    subject.store.tx("add", add).await.expect("added");
    let sweep = async |limit| {
        subject.store.tx("sweep", move |tx| tx.delete_expired_throttles(NOW, limit)).await.expect("swept")
    };
    assert_eq!((sweep(1).await, sweep(9).await, sweep(9).await), (1, 1, 0));
    assert!(subject.store.read("find", |tx| tx.find_throttle(&digest(b't', 3))).await.expect("a read").is_some());
}
