//! Cases about waiting messages.

use super::Subject;
use super::samples::{MINUTE, NOW, TICK, assert_same_message, message};
use portal_id_core::ids::{ClientId, MessageId};
use portal_id_core::outbox::{Channel, OutboxRow, OutboxState};
use portal_id_core::store::{OutboxCount, Store, Tx};
use portal_id_core::time::Timestamp;

async fn add(store: &Store, message: OutboxRow) {
    store.tx("add_message", move |tx| tx.insert_message(&message)).await.expect("added");
}

async fn find(store: &Store, number: u32) -> OutboxRow {
    let id = message(number).id;
    store.read("find_message", move |tx| tx.find_message(&id)).await.expect("a read").expect("found")
}

async fn claim(store: &Store, now: Timestamp, limit: u32) -> Vec<OutboxRow> {
    store.tx("claim", move |tx| tx.claim_messages(Channel::Sms, now, now + MINUTE, limit)).await.expect("claimed")
}

fn names(messages: &[OutboxRow]) -> Vec<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

/// All fields.
pub async fn a_message_comes_back_as_it_was(subject: Subject) {
    let full = OutboxRow {
        channel: Channel::Email,
        envelope: None,
        state: OutboxState::Dead,
        attempts: 7,
        leased_until: Some(NOW + TICK),
        last_error: Some("550 không có hộp thư".to_owned()),
        settled_at: Some(NOW + MINUTE),
        ..message(1)
    };
    for (number, put) in [(1, full), (2, message(2))] {
        add(&subject.store, put.clone()).await;
        assert_same_message(&find(&subject.store, number).await, &put);
    }
    let missing = subject.store.read("find", |tx| tx.find_message(&MessageId::from_text("none"))).await;
    assert!(missing.expect("a read").is_none());
}

/// The oldest due first; not early, not twice, not what is settled.
pub async fn a_due_message_is_claimed_until_its_lease_ends(subject: Subject) {
    for (number, due) in [(1, NOW), (2, NOW - MINUTE), (3, NOW + TICK), (4, NOW - TICK)] {
        add(&subject.store, OutboxRow { next_attempt_at: due, ..message(number) }).await;
    }
    add(&subject.store, OutboxRow { state: OutboxState::Accepted, ..message(5) }).await;
    let first = claim(&subject.store, NOW, 2).await;
    assert_eq!(names(&first), ["message-0002", "message-0004"]);
    let leased = OutboxRow { next_attempt_at: NOW - MINUTE, leased_until: Some(NOW + MINUTE), ..message(2) };
    assert_same_message(&first[0], &leased);
    assert_eq!(names(&claim(&subject.store, NOW, 9).await), ["message-0001"]);
    assert!(claim(&subject.store, NOW, 9).await.is_empty());
    // A worker that died: its messages are free again when the lease ends.
    let all = claim(&subject.store, NOW + MINUTE, 9).await;
    assert_eq!(names(&all), ["message-0002", "message-0004", "message-0001", "message-0003"]);
}

/// Decisions 12: the envelope is erased.
pub async fn a_settled_message_is_erased_and_stays_settled(subject: Subject) {
    for number in 1..=2 {
        add(&subject.store, message(number)).await;
    }
    claim(&subject.store, NOW, 9).await;
    let settle = async |number, state, error: Option<&'static str>| {
        let id = message(number).id;
        let settle = move |tx: &mut dyn Tx| tx.settle_message(&id, state, error, 3, NOW + TICK);
        subject.store.tx("settle", settle).await.expect("a gate")
    };
    assert!(settle(1, OutboxState::Accepted, None).await);
    assert!(!settle(1, OutboxState::Dead, None).await);
    assert!(settle(2, OutboxState::Dead, Some("refused")).await);
    assert!(!settle(9, OutboxState::Accepted, None).await);
    let settled = OutboxRow { envelope: None, attempts: 3, settled_at: Some(NOW + TICK), ..message(1) };
    assert_same_message(&find(&subject.store, 1).await, &OutboxRow { state: OutboxState::Accepted, ..settled.clone() });
    let dead =
        OutboxRow { id: message(2).id, state: OutboxState::Dead, last_error: Some("refused".to_owned()), ..settled };
    assert_same_message(&find(&subject.store, 2).await, &dead);
    assert!(claim(&subject.store, NOW + MINUTE, 9).await.is_empty());
    let postpone = |tx: &mut dyn Tx| tx.postpone_message(&message(1).id, "late", 4, NOW);
    assert_eq!(subject.store.tx("postpone", postpone).await, Ok(false));
}

/// The lease ends with it.
pub async fn a_postponed_message_is_due_again_later(subject: Subject) {
    add(&subject.store, message(1)).await;
    claim(&subject.store, NOW, 9).await;
    let later = NOW + MINUTE.times(9);
    let postpone = move |tx: &mut dyn Tx| tx.postpone_message(&message(1).id, "busy", 1, later);
    assert_eq!(subject.store.tx("postpone", postpone).await, Ok(true));
    let waiting = OutboxRow { attempts: 1, next_attempt_at: later, last_error: Some("busy".to_owned()), ..message(1) };
    assert_same_message(&find(&subject.store, 1).await, &waiting);
    assert!(claim(&subject.store, later - TICK, 9).await.is_empty());
    assert_eq!(claim(&subject.store, later, 9).await.len(), 1);
}

/// A client's own, and no message to a person.
pub async fn the_notices_to_a_client_are_counted_and_listed(subject: Subject) {
    let to = |client: &str| Some(ClientId::from_text(client));
    for (number, client_id, state) in [
        (1, to("tax"), OutboxState::Pending),
        (2, to("tax"), OutboxState::Dead),
        (3, to("tax"), OutboxState::Dead),
        (4, to("Tax"), OutboxState::Pending),
        (5, None, OutboxState::Pending),
    ] {
        let created_at = NOW + MINUTE.times(i64::from(number));
        let channel = if client_id.is_some() { Channel::Backchannel } else { Channel::Sms };
        add(&subject.store, OutboxRow { channel, client_id, state, created_at, ..message(number) }).await;
    }
    let tax = ClientId::from_text("tax");
    let counts = subject.store.read("count", move |tx| tx.count_notices(&tax)).await.expect("a read");
    let of = |state, count| OutboxCount { state, count };
    assert_eq!(counts, [of(OutboxState::Dead, 2), of(OutboxState::Pending, 1)]);
    let list = async |client: &'static str, limit| {
        let client = ClientId::from_text(client);
        subject.store.read("list", move |tx| tx.list_notices(&client, limit)).await.expect("a read")
    };
    assert_eq!(names(&list("tax", 2).await), ["message-0003", "message-0002"]);
    assert_eq!(names(&list("tax", 9).await), ["message-0003", "message-0002", "message-0001"]);
    assert!(list("land", 9).await.is_empty());
    let found = list("Tax", 9).await.remove(0);
    assert_eq!((found.channel, found.client_id), (Channel::Backchannel, to("Tax")));
}

/// What operators see, and what the sweep leaves.
pub async fn messages_are_listed_and_swept(subject: Subject) {
    for number in 1..=3 {
        let (state, settled_at) = (OutboxState::Accepted, Some(NOW - TICK));
        let created_at = NOW - MINUTE.times(i64::from(number));
        add(&subject.store, OutboxRow { state, settled_at, created_at, ..message(number) }).await;
    }
    add(&subject.store, OutboxRow { state: OutboxState::Expired, settled_at: Some(NOW), ..message(4) }).await;
    add(&subject.store, message(5)).await;
    let listed = subject.store.read("list", |tx| tx.list_messages(OutboxState::Accepted, 2)).await.expect("a read");
    assert_eq!(names(&listed), ["message-0001", "message-0002"]);
    let sweep =
        async |limit| subject.store.tx("sweep", move |tx| tx.delete_settled_messages(NOW, limit)).await.expect("swept");
    assert_eq!((sweep(2).await, sweep(9).await, sweep(9).await), (2, 1, 0));
    find(&subject.store, 4).await;
    find(&subject.store, 5).await;
}
