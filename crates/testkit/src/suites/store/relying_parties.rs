//! Cases about what clients reached and know people by, and which of their tokens were taken back.

use super::Subject;
use super::races::{RACERS, race};
use super::samples::{MINUTE, NOW, TICK, add_account, session};
use portal_id_core::ids::{AccountId, ClientId, SessionId};
use portal_id_core::store::{SessionClient, Store, Tx};
use portal_id_core::time::Span;
use std::collections::BTreeSet;

fn reached(session: &SessionId, client: &str, subject: &str) -> SessionClient {
    SessionClient { session_id: session.clone(), client_id: ClientId::from_text(client), subject: subject.to_owned() }
}

async fn note(store: &Store, one: SessionClient) {
    assert!(store.tx("note", move |tx| tx.note_client_of_session(&one, NOW)).await.expect("noted"));
}

async fn add_session(store: &Store, number: u32, account: &AccountId) -> SessionId {
    let one = session(number, account);
    let id = one.id.clone();
    store.tx("add", move |tx| tx.insert_session(&one)).await.expect("added");
    id
}

/// The first note stands; the notes end with the row of the session.
pub async fn the_clients_of_a_session_are_noted_once_and_go_with_it(subject: Subject) {
    let account = add_account(&subject.store, 1).await;
    let (one, two) = (add_session(&subject.store, 1, &account).await, add_session(&subject.store, 2, &account).await);
    for noted in
        [reached(&one, "tax", "a"), reached(&one, "Land", "a"), reached(&one, "tax", "b"), reached(&two, "tax", "a")]
    {
        note(&subject.store, noted).await;
    }
    let list = async |id: &SessionId| {
        let id = id.clone();
        subject.store.read("list", move |tx| tx.list_session_clients(&id)).await.expect("a read")
    };
    assert_eq!(
        list(&one).await,
        [reached(&one, "Land", "a"), reached(&one, "tax", "b")],
        "as the client knows the person now"
    );
    let ended = one.clone();
    subject.store.tx("end", move |tx| tx.end_session(&ended, NOW)).await.expect("ended");
    assert_eq!(list(&one).await.len(), 2, "kept while the session's row is");
    subject.store.tx("sweep", |tx| tx.delete_old_sessions(NOW + Span::days(30), 1000)).await.expect("swept");
    assert_eq!((list(&one).await, list(&two).await), (Vec::new(), Vec::new()));
}

/// And a session that never was takes none.
pub async fn a_session_that_ended_takes_no_more_clients(subject: Subject) {
    let account = add_account(&subject.store, 1).await;
    let id = add_session(&subject.store, 1, &account).await;
    note(&subject.store, reached(&id, "tax", "a")).await;
    let ended = id.clone();
    subject.store.tx("end", move |tx| tx.end_session(&ended, NOW)).await.expect("ended");
    for (session, client) in [(&id, "land"), (&id, "tax"), (&SessionId::from_text("none"), "tax")] {
        let one = reached(session, client, "a");
        let noted = subject.store.tx("note", move |tx| tx.note_client_of_session(&one, NOW)).await;
        assert_eq!(noted, Ok(false), "{client}");
    }
    let listed = subject.store.read("list", move |tx| tx.list_session_clients(&id)).await.expect("a read");
    assert_eq!(listed.len(), 1);
}

/// And may be noted again by a session that goes on.
pub async fn a_client_is_taken_from_the_sessions_of_one_account_that_have_not_ended(subject: Subject) {
    let store = &subject.store;
    let (an, binh) = (add_account(store, 1).await, add_account(store, 2).await);
    let (one, two) = (add_session(store, 1, &an).await, add_session(store, 2, &an).await);
    let (ended, his) = (add_session(store, 3, &an).await, add_session(store, 4, &binh).await);
    for session in [&two, &one, &ended, &his] {
        note(store, reached(session, "tax", "a")).await;
        note(store, reached(session, "land", "a")).await;
    }
    let over = ended.clone();
    store.tx("end", move |tx| tx.end_session(&over, NOW)).await.expect("ended");
    let take = async || {
        let (account, client) = (an.clone(), ClientId::from_text("tax"));
        store.tx("take", move |tx| tx.take_client_of_sessions(&account, &client)).await.expect("taken")
    };
    assert_eq!(take().await, [reached(&one, "tax", "a"), reached(&two, "tax", "a")]);
    assert_eq!(take().await, []);
    let list = async |id: &SessionId| {
        let id = id.clone();
        store.read("list", move |tx| tx.list_session_clients(&id)).await.expect("a read").len()
    };
    assert_eq!((list(&one).await, list(&two).await, list(&ended).await, list(&his).await), (1, 1, 2, 2));
    note(store, reached(&two, "tax", "b")).await;
    assert_eq!(take().await, [reached(&two, "tax", "b")]);
}

/// Whoever ends a session finds every client that it reached, and no client is let in after.
pub async fn of_64_who_reach_and_end_a_session_at_once_nobody_is_forgotten(subject: Subject) {
    let account = add_account(&subject.store, 1).await;
    let id = add_session(&subject.store, 1, &account).await;
    let results = race(&subject.store, |number| {
        let (id, account) = (id.clone(), account.clone());
        move |tx: &mut dyn Tx| {
            if number == RACERS / 2 {
                let ended = tx.end_sessions_of_account(&account, None, NOW)?;
                assert_eq!(ended, std::slice::from_ref(&id));
                return Ok((tx.list_session_clients(&id)?, None));
            }
            let one = reached(&id, &format!("client-{number:02}"), "a");
            let noted = tx.note_client_of_session(&one, NOW)?;
            Ok((Vec::new(), noted.then_some(one)))
        }
    });
    let (mut found, mut noted) = (Vec::new(), Vec::new());
    for result in results.await {
        let (listed, one) = result.expect("an outcome");
        found.extend(listed);
        noted.extend(one);
    }
    noted.sort_by(|one, other| one.client_id.cmp(&other.client_id));
    assert_eq!(found, noted);
}

/// And is found again; another sector knows another.
pub async fn a_pairwise_subject_stands_once_made_and_differs_by_sector(subject: Subject) {
    let account = add_account(&subject.store, 1).await;
    let put = async |sector: &'static str, fresh: &'static str| {
        let account = account.clone();
        subject.store.tx("put", move |tx| tx.put_pairwise_subject(sector, &account, fresh, NOW)).await.expect("put")
    };
    assert_eq!(put("a.example", "one").await, "one");
    assert_eq!(put("a.example", "two").await, "one");
    assert_eq!(put("b.example", "three").await, "three");
    let find = async |sector: &'static str| {
        let account = account.clone();
        subject.store.read("find", move |tx| tx.find_pairwise_subject(sector, &account)).await.expect("a read")
    };
    assert_eq!(find("a.example").await.as_deref(), Some("one"));
    assert_eq!(find("c.example").await, None);
}

/// Everybody is told the same.
pub async fn of_64_parallel_pairwise_subjects_one_stands(subject: Subject) {
    let account = add_account(&subject.store, 1).await;
    let results = race(&subject.store, |number| {
        let account = account.clone();
        move |tx: &mut dyn Tx| tx.put_pairwise_subject("a.example", &account, &format!("subject-{number}"), NOW)
    });
    let told = results.await.into_iter().map(|result| result.expect("a subject")).collect::<Vec<_>>();
    assert_eq!(told.len(), usize::try_from(RACERS).expect("a number of racers"));
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>().len(), 1);
}

/// Any number of times.
pub async fn a_revoked_token_is_remembered_until_it_is_swept(subject: Subject) {
    let revoked =
        async |jti: &'static str| subject.store.read("look", move |tx| tx.is_token_revoked(jti)).await.expect("a read");
    for _ in 0..2 {
        subject.store.tx("revoke", |tx| tx.revoke_token("one", NOW + MINUTE)).await.expect("revoked");
    }
    assert_eq!((revoked("one").await, revoked("two").await), (true, false));
    let sweep = async |before| {
        subject.store.tx("sweep", move |tx| tx.delete_expired_revocations(before, 10)).await.expect("swept")
    };
    assert_eq!(sweep(NOW + MINUTE).await, 0);
    assert_eq!((sweep(NOW + MINUTE + TICK).await, revoked("one").await), (1, false));
}
