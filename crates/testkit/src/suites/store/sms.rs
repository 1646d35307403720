//! Cases about text messages at their gateways, and what a day of them may cost.

use super::Subject;
use super::samples::{MINUTE, NOW, TICK, message};
use portal_id_core::outbox::OutboxState;
use portal_id_core::sms::{
    Acceptance, Arrival, ReportedId, SmsDay, SmsSend, SpendAlarm, SpendDecision, VietnamDay, set_parts_aside,
};
use portal_id_core::store::{Store, Tx};

/// Adds messages with these numbers to the outbox.
async fn add(store: &Store, numbers: std::ops::RangeInclusive<u32>) {
    let add = move |tx: &mut dyn Tx| numbers.clone().try_for_each(|number| tx.insert_message(&message(number)));
    store.tx("add_messages", add).await.expect("added");
}

fn today() -> VietnamDay {
    VietnamDay::of(NOW)
}

async fn reserve(store: &Store, number: u32, parts: u32, ceiling: Option<u32>) -> bool {
    let reserve = move |tx: &mut dyn Tx| tx.reserve_parts(&[(message(number).id, parts)], today(), ceiling);
    store.tx("reserve", reserve).await.expect("a gate")
}

async fn release(store: &Store, number: u32) -> bool {
    store.tx("release", move |tx| tx.release_parts(&message(number).id)).await.expect("a gate")
}

async fn accept(store: &Store, number: u32, gateway: &str, id: Option<&str>) -> bool {
    let acceptance = Acceptance { gateway: gateway.to_owned(), id: id.map(str::to_owned) };
    let accept = move |tx: &mut dyn Tx| tx.note_acceptance(&message(number).id, &acceptance, NOW + TICK);
    store.tx("accept", accept).await.expect("a gate")
}

async fn tell(store: &Store, gateway: &'static str, id: ReportedId, arrival: Arrival) -> bool {
    let tell = move |tx: &mut dyn Tx| tx.note_arrival(gateway, &id, arrival, NOW + MINUTE);
    store.tx("tell", tell).await.expect("a gate")
}

async fn find(store: &Store, number: u32) -> Option<SmsSend> {
    store.read("find_send", move |tx| tx.find_send(&message(number).id)).await.expect("a read")
}

async fn day(store: &Store) -> Option<SmsDay> {
    store.read("find_sms_day", |tx| tx.find_sms_day(today())).await.expect("a read")
}

async fn parts(store: &Store) -> u64 {
    day(store).await.map_or(0, |day| day.parts)
}

fn gateways(id: &str) -> ReportedId {
    ReportedId::Gateways(id.to_owned())
}

/// All fields, from the moment that parts are set aside to the report of the gateway.
pub async fn a_text_message_is_followed_from_its_reservation_to_its_report(subject: Subject) {
    let store = &subject.store;
    add(store, 1..=1).await;
    assert_eq!(find(store, 1).await, None);
    assert!(reserve(store, 1, 2, None).await);
    let set_aside = SmsSend {
        message_id: message(1).id,
        day: today(),
        parts: 2,
        acceptance: None,
        accepted_at: None,
        unanswered_at: None,
        arrival: None,
        told_at: None,
    };
    assert_eq!(find(store, 1).await, Some(set_aside.clone()));
    assert!(accept(store, 1, "esms", Some("e-1")).await);
    assert!(!accept(store, 1, "twilio", Some("t-1")).await, "once");
    let acceptance = Some(Acceptance { gateway: "esms".to_owned(), id: Some("e-1".to_owned()) });
    let accepted = SmsSend { acceptance, accepted_at: Some(NOW + TICK), ..set_aside };
    assert_eq!(find(store, 1).await, Some(accepted.clone()));
    assert!(tell(store, "esms", gateways("e-1"), Arrival::Delivered).await);
    let told = SmsSend { arrival: Some(Arrival::Delivered), told_at: Some(NOW + MINUTE), ..accepted };
    assert_eq!(find(store, 1).await, Some(told));
    assert!(!accept(store, 9, "esms", None).await, "nothing was set aside");
}

/// However often it is tried; what a gateway accepted is not given back.
pub async fn parts_are_set_aside_once_and_given_back_unless_accepted(subject: Subject) {
    let store = &subject.store;
    add(store, 1..=2).await;
    for _ in 0..3 {
        assert!(reserve(store, 1, 2, Some(10)).await);
    }
    assert_eq!(parts(store).await, 2);
    assert!(release(store, 1).await);
    assert!(!release(store, 1).await);
    assert_eq!((parts(store).await, find(store, 1).await), (0, None));
    assert!(reserve(store, 1, 3, Some(10)).await);
    assert!(accept(store, 1, "esms", None).await);
    assert!(!release(store, 1).await);
    assert!(reserve(store, 1, 3, Some(1)).await, "it has its parts, whatever the ceiling is now");
    assert_eq!(parts(store).await, 3);
    assert!(!release(store, 2).await);
}

/// It may be billed, whatever a later attempt comes to.
pub async fn parts_of_a_message_that_may_have_been_taken_are_kept(subject: Subject) {
    let store = &subject.store;
    add(store, 1..=2).await;
    let keep = async |number: u32| {
        let keep = move |tx: &mut dyn Tx| tx.keep_parts(&message(number).id, NOW + TICK);
        store.tx("keep", keep).await.expect("a gate")
    };
    assert!(!keep(1).await, "nothing was set aside");
    assert!(reserve(store, 1, 2, Some(3)).await);
    assert!(keep(1).await);
    assert!(!release(store, 1).await);
    assert_eq!(find(store, 1).await.and_then(|send| send.unanswered_at), Some(NOW + TICK));
    assert!(reserve(store, 1, 2, Some(3)).await, "tried again");
    assert!(!reserve(store, 2, 2, Some(3)).await, "the ceiling counts it");
    assert_eq!(parts(store).await, 2);
    assert!(accept(store, 1, "esms", None).await);
}

/// A gateway may tell before we have written down that it accepted.
pub async fn a_report_that_overtakes_the_acceptance_is_noted_with_it(subject: Subject) {
    let store = &subject.store;
    add(store, 1..=4).await;
    for number in 1..=4 {
        assert!(reserve(store, number, 1, None).await);
    }
    let arrival = async |number| find(store, number).await.and_then(|send| Some((send.arrival?, send.told_at?)));
    assert!(!tell(store, "esms", gateways("e-1"), Arrival::Failed).await);
    assert!(!tell(store, "twilio", gateways("e-1"), Arrival::Delivered).await, "another gateway's");
    assert!(accept(store, 1, "esms", Some("e-1")).await);
    assert_eq!(arrival(1).await, Some((Arrival::Failed, NOW + MINUTE)));
    assert!(tell(store, "esms", gateways("e-1"), Arrival::Delivered).await, "later");
    assert_eq!(arrival(1).await, Some((Arrival::Delivered, NOW + MINUTE)));

    assert!(!tell(store, "esms", gateways("e-2"), Arrival::Delivered).await);
    assert!(!tell(store, "esms", gateways("e-2"), Arrival::Failed).await);
    assert!(accept(store, 2, "esms", Some("e-2")).await);
    assert_eq!(arrival(2).await, Some((Arrival::Delivered, NOW + MINUTE)), "delivered is final");

    assert!(!tell(store, "esms", ReportedId::Ours(message(3).id), Arrival::Delivered).await);
    assert!(accept(store, 3, "esms", None).await);
    assert_eq!(arrival(3).await, Some((Arrival::Delivered, NOW + MINUTE)));

    assert!(!tell(store, "esms", gateways("e-4"), Arrival::Delivered).await);
    let sweep = |before| store.tx("sweep", move |tx| tx.delete_early_reports(before, 9));
    assert_eq!(sweep(NOW + MINUTE).await, Ok(0));
    assert_eq!(sweep(NOW + MINUTE + TICK).await, Ok(2), "the stranger's and the unknown one's");
    assert!(accept(store, 4, "esms", Some("e-4")).await);
    assert_eq!(arrival(4).await, None);
}

/// Exactly up to the ceiling; another day has parts of its own.
pub async fn the_ceiling_of_a_day_holds(subject: Subject) {
    let store = &subject.store;
    add(store, 1..=5).await;
    assert!(reserve(store, 1, 2, Some(5)).await);
    assert!(reserve(store, 2, 2, Some(5)).await);
    assert!(!reserve(store, 3, 2, Some(5)).await);
    assert_eq!((parts(store).await, find(store, 3).await), (4, None), "a refusal leaves nothing");
    assert!(reserve(store, 3, 1, Some(5)).await);
    assert!(!reserve(store, 4, 1, Some(5)).await);
    let tomorrow = VietnamDay::from_number(today().number() + 1);
    let next = move |tx: &mut dyn Tx| tx.reserve_parts(&[(message(4).id, 5)], tomorrow, Some(5));
    assert_eq!(store.tx("reserve", next).await, Ok(true));
    assert!(reserve(store, 5, 1, None).await, "no ceiling");
    assert_eq!(parts(store).await, 6);
}

/// Whoever asks first is told to tell; nobody else.
pub async fn an_alarm_is_given_once_a_day(subject: Subject) {
    let store = &subject.store;
    add(store, 1..=7).await;
    let spend_of = async |number: u32, ceiling: u32, now| {
        let spend = move |tx: &mut dyn Tx| set_parts_aside(tx, &[(message(number).id, 1)], Some(ceiling), now);
        store.tx("spend", spend).await.expect("a decision")
    };
    let spend = async |number: u32, now| spend_of(number, 5, now).await;
    let decided = |granted, alarm| SpendDecision { granted: vec![granted], alarm };
    for number in 1..=3 {
        assert_eq!(spend(number, NOW).await, decided(true, None));
    }
    assert_eq!(spend(4, NOW).await, decided(true, Some(SpendAlarm::MostlyUsed)), "four fifths");
    assert_eq!(spend(5, NOW).await, decided(true, None));
    assert_eq!(spend(6, NOW).await, decided(false, Some(SpendAlarm::Reached)));
    assert_eq!(spend(7, NOW).await, decided(false, None));
    let told = day(store).await.expect("the day");
    assert_eq!((told.parts, told.warned, told.refused), (5, Some((NOW, 5)), Some((NOW, 5))));
    assert_eq!(spend_of(6, 6, NOW + TICK).await, decided(true, Some(SpendAlarm::MostlyUsed)), "of a raised ceiling");
    assert_eq!(spend_of(7, 6, NOW + TICK).await, decided(false, Some(SpendAlarm::Reached)));
    assert_eq!(spend_of(7, 6, NOW + TICK).await, decided(false, None));
    assert_eq!(spend_of(7, 5, NOW + TICK).await, decided(false, None), "a node that has the old one");
    let tomorrow = NOW + MINUTE.times(24 * 60);
    assert_eq!(spend(7, tomorrow).await, decided(true, None));
}

/// By the id it gave or by ours; never for another gateway's message.
pub async fn a_report_counts_for_its_own_gateway_and_delivered_is_final(subject: Subject) {
    let store = &subject.store;
    add(store, 1..=3).await;
    for (number, gateway, id) in [(1, "esms", Some("same")), (2, "twilio", Some("same")), (3, "esms", None)] {
        assert!(reserve(store, number, 1, None).await);
        assert!(accept(store, number, gateway, id).await);
    }
    let arrival = async |number| find(store, number).await.and_then(|send| send.arrival);
    assert!(!tell(store, "esms", gateways("unknown"), Arrival::Delivered).await);
    assert!(!tell(store, "twilio", ReportedId::Ours(message(1).id), Arrival::Delivered).await);
    assert!(tell(store, "esms", gateways("same"), Arrival::Failed).await);
    assert_eq!((arrival(1).await, arrival(2).await), (Some(Arrival::Failed), None));
    assert!(!tell(store, "esms", gateways("same"), Arrival::Failed).await, "no news");
    assert!(tell(store, "esms", gateways("same"), Arrival::Delivered).await);
    assert!(!tell(store, "esms", gateways("same"), Arrival::Failed).await);
    assert_eq!(arrival(1).await, Some(Arrival::Delivered));
    assert!(tell(store, "esms", ReportedId::Ours(message(3).id), Arrival::Delivered).await);
    assert_eq!(arrival(3).await, Some(Arrival::Delivered));
}

/// What is kept of a message is kept no longer than the message; days are kept for themselves.
pub async fn a_send_goes_with_its_message_and_old_days_are_deleted(subject: Subject) {
    let store = &subject.store;
    add(store, 1..=1).await;
    assert!(reserve(store, 1, 1, None).await);
    assert!(accept(store, 1, "esms", Some("e-1")).await);
    let settle = |tx: &mut dyn Tx| tx.settle_message(&message(1).id, OutboxState::Accepted, None, 1, NOW);
    assert_eq!(store.tx("settle", settle).await, Ok(true));
    assert_eq!(store.tx("sweep", |tx| tx.delete_settled_messages(NOW + TICK, 9)).await, Ok(1));
    assert_eq!((find(store, 1).await, parts(store).await), (None, 1));
    assert!(!tell(store, "esms", gateways("e-1"), Arrival::Delivered).await);
    let later = VietnamDay::from_number(today().number() + 1);
    assert_eq!(store.tx("sweep", |tx| tx.delete_old_sms_days(today(), 9)).await, Ok(0));
    assert_eq!(store.tx("sweep", move |tx| tx.delete_old_sms_days(later, 9)).await, Ok(1));
    assert_eq!(day(store).await, None);
}
