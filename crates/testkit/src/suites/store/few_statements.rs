//! Cases about statements that do the work of several: what they give and change is what those would.

use super::Subject;
use super::races::{RACERS, race};
use super::samples::{
    MINUTE, NOW, TICK, account, account_id, add_account, assert_same_account, assert_same_challenge,
    assert_same_message, assert_same_session, challenge, credential, digest, identifier, message, session,
};
use portal_id_core::credential::CredentialKind;
use portal_id_core::ids::ChallengeId;
use portal_id_core::outbox::{OutboxRow, OutboxState};
use portal_id_core::profile::{Account, AccountState, FactSource, IdentifierKind, PhoneStanding};
use portal_id_core::sms::{Acceptance, Arrival, ReportedId, SpendAlarm, SpendDecision, VietnamDay, set_parts_aside};
use portal_id_core::store::{Store, StoreError, StoreResult, Tx};
use portal_id_core::throttle::{Limit, Rule, Throttle};
use portal_id_core::time::{Span, Timestamp};

fn throttle(number: u32, marks: &[Timestamp]) -> Throttle {
    Throttle { marks: marks.to_vec(), expires_at: NOW + MINUTE, ..Throttle::fresh(digest(b't', number), NOW) }
}

async fn find(store: &Store, number: u32) -> Option<Throttle> {
    store.read("find", move |tx| tx.find_throttle(&digest(b't', number))).await.expect("a read")
}

/// Of an account without one yet, and of one whose marks were all taken back; the first says when it was.
pub async fn a_first_mark_is_put_where_there_is_none(subject: Subject) {
    let store = &subject.store;
    let put = async |at: Timestamp| {
        let first = Throttle { expires_at: at + MINUTE, ..throttle(1, &[at]) };
        store.write_alone("put", move |tx| tx.put_first_mark(&first)).await.expect("a gate")
    };
    let take = async |at: Timestamp| {
        store.tx("take", move |tx| tx.take_only_mark(&digest(b't', 1), at)).await.expect("a gate")
    };
    assert!(!take(NOW).await, "there is no row");
    assert!(put(NOW).await);
    let stored = find(store, 1).await.expect("found");
    assert_eq!(stored, Throttle { version: 1, ..throttle(1, &[NOW]) });
    assert!(!put(NOW + TICK).await);
    assert!(!take(NOW + TICK).await, "of another moment");
    let told = Throttle { notified_at: Some(NOW), ..stored };
    assert!(store.tx("tell", move |tx| tx.put_throttle(&told)).await.expect("a gate"));
    assert!(take(NOW).await);
    assert!(!take(NOW).await);
    let emptied = find(store, 1).await.expect("found");
    assert_eq!((emptied.marks.as_slice(), emptied.notified_at, emptied.version), ([].as_slice(), Some(NOW), 3));
    assert!(put(NOW + TICK).await);
    let again = find(store, 1).await.expect("found");
    assert_eq!(again, Throttle { expires_at: NOW + TICK + MINUTE, version: 4, ..throttle(1, &[NOW + TICK]) });
    let more = Throttle { marks: vec![NOW + TICK, NOW + TICK.times(2)], ..again };
    assert!(store.tx("more", move |tx| tx.put_throttle(&more)).await.expect("a gate"));
    assert!(!take(NOW + TICK).await, "there are others");
}

/// One puts it, and everybody else learns that there are marks.
pub async fn of_64_first_marks_at_once_one_is_put(subject: Subject) {
    let body = |_| |tx: &mut dyn Tx| tx.put_first_mark(&throttle(1, &[NOW]));
    let results = race(&subject.store, body).await;
    assert_eq!(results.iter().filter(|result| **result == Ok(true)).count(), 1, "{results:?}");
    assert_eq!(find(&subject.store, 1).await.expect("found").marks, [NOW]);
}

/// In the order they were asked for, whichever are there; put both or not at all.
pub async fn two_throttles_are_found_and_put_together(subject: Subject) {
    let store = &subject.store;
    let both = async || {
        let keys = [digest(b't', 1), digest(b't', 2)];
        store.read("both", move |tx| tx.find_throttles([&keys[0], &keys[1]])).await.expect("a read")
    };
    let put = async |throttles: [Throttle; 2]| {
        let body = move |tx: &mut dyn Tx| {
            if tx.put_throttles(&throttles)? { Ok(()) } else { Err(StoreError::Conflict("lost".to_owned())) }
        };
        store.tx("put", body).await.is_ok()
    };
    assert_eq!(both().await, [None, None]);
    assert!(store.tx("one", |tx| tx.put_throttle(&throttle(2, &[NOW]))).await.expect("a gate"));
    let other = Throttle { version: 1, ..throttle(2, &[NOW]) };
    assert_eq!(both().await, [None, Some(other.clone())]);
    let marked = Throttle { marks: vec![NOW, NOW + TICK], notified_at: Some(NOW), ..other.clone() };
    assert!(put([throttle(1, &[NOW]), marked.clone()]).await);
    let (one, other) = (Throttle { version: 1, ..throttle(1, &[NOW]) }, Throttle { version: 2, ..marked });
    let expected = [Some(one.clone()), Some(other.clone())];
    assert_eq!(both().await, expected);
    let changed = |throttle: &Throttle| Throttle { marks: Vec::new(), ..throttle.clone() };
    assert!(!put([changed(&one), changed(&Throttle { version: 1, ..other.clone() })]).await, "one was changed since");
    assert!(!put([throttle(1, &[]), changed(&other)]).await, "one was added since");
    assert_eq!(both().await, expected);
}

fn phone(number: u32, account: &Account, verified: bool) -> portal_id_core::profile::Identifier {
    let verified_at = verified.then_some(NOW);
    portal_id_core::profile::Identifier {
        verified_at,
        source: FactSource::PhoneCode,
        claimed: false,
        ..identifier(&account.id, IdentifierKind::Phone, digest(b'p', number))
    }
}

/// Accounts with and without a phone, proved and not; the last one's was taken from it.
async fn add_holders(store: &Store) -> Vec<(Account, PhoneStanding)> {
    let holders = [
        (1, None, PhoneStanding::None),
        (2, Some(false), PhoneStanding::Typed),
        (3, Some(true), PhoneStanding::Proved),
        (4, Some(true), PhoneStanding::None),
    ];
    let mut all = Vec::new();
    for (number, verified, standing) in holders {
        let holder = Account { state: AccountState::Active, ..account(number) };
        let (added, phone) = (holder.clone(), verified.map(|verified| phone(number, &holder, verified)));
        let mail = identifier(&holder.id, IdentifierKind::Email, digest(b'e', number));
        let add = move |tx: &mut dyn Tx| {
            tx.insert_account(&added)?;
            tx.insert_identifier(&mail)?;
            phone.iter().try_for_each(|phone| tx.insert_identifier(phone))?;
            if number == 4 {
                assert!(tx.dispute_identifier(&added.id, IdentifierKind::Phone, NOW)?);
            }
            Ok(())
        };
        store.tx("add", add).await.expect("added");
        all.push((holder, standing));
    }
    all
}

/// All of it, the oldest first, in one statement that changes nothing; of another password nothing.
pub async fn a_password_is_confirmed_with_what_is_enrolled(subject: Subject) {
    let store = &subject.store;
    let holders = add_holders(store).await;
    let owner = holders[2].0.id.clone();
    let mut list: Vec<_> = [CredentialKind::Passkey, CredentialKind::Authenticator, CredentialKind::RecoveryCode]
        .into_iter()
        .zip(1..)
        .map(|(kind, number)| credential(number, &owner, kind))
        .collect();
    let added = list.clone();
    let add = move |tx: &mut dyn Tx| added.iter().rev().try_for_each(|one| tx.insert_credential(one));
    store.tx("add", add).await.expect("added");
    list.sort_by_key(|one| (one.created_at, one.id.as_str().to_owned()));
    for (holder, standing) in holders {
        let (id, hash) = (holder.id.clone(), holder.password_hash.clone().expect("a hash"));
        let (before, writes) = (subject.counters.statements(), subject.counters.writes());
        let enrolled = store.tx("confirm", move |tx| tx.confirm_password_of(&id, &hash)).await.expect("a gate");
        assert_eq!((subject.counters.statements() - before, subject.counters.writes() - writes), (1, 0));
        let enrolled = enrolled.expect("the right one");
        assert_eq!(enrolled.phone, standing, "{}", holder.id);
        let ids =
            |all: &[portal_id_core::credential::Credential]| all.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
        let expected = if holder.id == owner { ids(&list) } else { Vec::new() };
        assert_eq!(ids(&enrolled.credentials), expected);
        let id = holder.id;
        let other = store.tx("confirm", move |tx| tx.confirm_password_of(&id, "something else")).await;
        assert!(other.expect("a gate").is_none());
    }
    let (id, hash) = (account_id(1), account(1).password_hash.expect("a hash"));
    let disabled = move |tx: &mut dyn Tx| {
        assert!(tx.update_account_state(&id, AccountState::Active, AccountState::Disabled, NOW)?);
        tx.confirm_password_of(&id, &hash)
    };
    assert!(store.tx("disabled", disabled).await.expect("a gate").is_none());
}

/// Whole, whether it is only looked at or held; nothing of one that is not there.
pub async fn a_challenge_is_found_with_its_account_and_that_ones_phone(subject: Subject) {
    let store = &subject.store;
    for (number, (holder, standing)) in (1..).zip(add_holders(store).await) {
        let put = challenge(number, &holder.id);
        let (added, id) = (put.clone(), put.id.clone());
        store.tx("add", move |tx| tx.insert_challenge(&added)).await.expect("added");
        let (writes, held) = (subject.counters.writes(), id.clone());
        let looked = store.look("look", move |tx| tx.find_challenge_and_account(&id)).await.expect("a look");
        let held = store.tx("hold", move |tx| tx.hold_challenge_and_account(&held)).await.expect("a gate");
        assert_eq!(subject.counters.writes(), writes, "nothing is written for it");
        for (challenge, account, phone) in [looked.expect("found"), held.expect("held")] {
            assert_same_challenge(&challenge, &put);
            assert_same_account(&account, &holder);
            assert_eq!(phone, standing, "{number}");
        }
    }
    let nobodys = |tx: &mut dyn Tx| tx.hold_challenge_and_account(&ChallengeId::from_text("nobody's"));
    assert!(store.tx("hold", nobodys).await.expect("a gate").is_none());
}

/// Whole, or not at all.
pub async fn a_session_is_found_with_its_account(subject: Subject) {
    let owner = add_account(&subject.store, 1).await;
    let put = session(1, &owner);
    let added = put.clone();
    subject.store.tx("add", move |tx| tx.insert_session(&added)).await.expect("added");
    let find = async |number| {
        let find = move |tx: &mut dyn Tx| tx.find_session_and_account(&digest(b's', number));
        subject.store.look("find", find).await.expect("a look")
    };
    let (found, holder) = find(1).await.expect("found");
    assert_same_session(&found, &put);
    assert_same_account(&holder, &account(1));
    assert!(find(2).await.is_none());
}

/// Judges as the second step does: whatever the challenge, one after the other for one account.
fn judge(number: u32, rule: &Rule) -> impl FnMut(&mut dyn Tx) -> StoreResult<bool> + Send + 'static {
    let (id, rule) = (challenge(number, &account_id(1)).id, rule.clone());
    move |tx| {
        tx.hold_challenge_and_account(&id)?.ok_or(StoreError::Fault("no challenge".to_owned()))?;
        let mut limit = tx.find_throttle(&digest(b't', 1))?.unwrap_or_else(|| throttle(1, &[]));
        if limit.mark(&rule, NOW).is_err() {
            return Ok(false);
        }
        // Nobody was faster: whoever waits for the account reads the row only then.
        if tx.put_throttle(&limit)? { Ok(true) } else { Err(StoreError::Fault("somebody was faster".to_owned())) }
    }
}

/// security.md row 13: over all challenges of the account, and nobody has to run again for it.
pub async fn of_64_who_hold_one_accounts_challenges_each_sees_those_before(subject: Subject) {
    let store = &subject.store;
    let owner = add_account(store, 1).await;
    let add = move |tx: &mut dyn Tx| (0..RACERS).try_for_each(|number| tx.insert_challenge(&challenge(number, &owner)));
    store.tx("add", add).await.expect("added");
    let rule = Rule { limits: vec![Limit { max: 15, period: Span::hours(1) }], pause_after: None };
    let results = race(store, |number| judge(number, &rule)).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(results.iter().filter(|result| **result == Ok(true)).count(), 15);
}

/// Durable and counted like any other; a second statement is refused on either engine.
pub async fn a_write_alone_is_one_statement(subject: Subject) {
    let store = &subject.store;
    let before = (subject.counters.writes(), subject.counters.commits());
    store.write_alone("add", |tx| tx.insert_account(&account(1))).await.expect("written");
    assert_eq!((subject.counters.writes(), subject.counters.commits()), (before.0 + 1, before.1 + 1));
    assert!(store.read("find", |tx| tx.find_account(&account_id(1))).await.expect("a read").is_some());
    let taken = store.write_alone("again", |tx| tx.insert_account(&account(1))).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    let two = |tx: &mut dyn Tx| {
        tx.find_account(&account_id(1))?;
        tx.insert_account(&account(2))
    };
    assert!(matches!(store.write_alone("two", two).await, Err(StoreError::Fault(_))));
    assert!(store.read("find", |tx| tx.find_account(&account_id(2))).await.expect("a read").is_none());
    assert_eq!(subject.counters.writes(), before.0 + 1);
}

/// Where there is room for all, in one go; where there is not, for as many as there is room for.
pub async fn the_parts_of_several_texts_are_set_aside_together(subject: Subject) {
    let store = &subject.store;
    let add = |tx: &mut dyn Tx| (1..=6).try_for_each(|number| tx.insert_message(&message(number)));
    store.tx("add", add).await.expect("added");
    let set_aside = async |numbers: &[u32], ceiling| {
        let messages: Vec<_> = numbers.iter().map(|number| (message(*number).id, 2)).collect();
        let body = move |tx: &mut dyn Tx| set_parts_aside(tx, &messages, ceiling, NOW);
        store.tx("set_aside", body).await.expect("a decision")
    };
    let parts = async || {
        let found = store.read("day", |tx| tx.find_sms_day(VietnamDay::of(NOW))).await.expect("a read");
        found.expect("a day").parts
    };
    let decided = |granted: &[bool], alarm| SpendDecision { granted: granted.to_vec(), alarm };
    assert_eq!(set_aside(&[1, 2], None).await, decided(&[true, true], None));
    assert_eq!(parts().await, 4);
    let before = subject.counters.statements();
    assert_eq!(set_aside(&[2, 3], None).await, decided(&[true, true], None), "one of them has its parts already");
    assert_eq!(subject.counters.statements() - before, 3, "the day is met once");
    assert_eq!(parts().await, 6);
    let reached = Some(SpendAlarm::Reached);
    assert_eq!(set_aside(&[3, 4, 5, 6], Some(8)).await, decided(&[true, true, false, false], reached));
    assert_eq!(parts().await, 8);
    let sends =
        async |number| store.read("send", move |tx| tx.find_send(&message(number).id)).await.expect("a read").is_some();
    assert_eq!((sends(4).await, sends(5).await, sends(6).await), (true, false, false));
}

/// The message ends and who took it is noted, once.
pub async fn a_text_that_was_taken_for_good_ends_in_one_statement(subject: Subject) {
    let store = &subject.store;
    let add = |tx: &mut dyn Tx| {
        (1..=3).try_for_each(|number| tx.insert_message(&message(number)))?;
        tx.reserve_parts(&[(message(1).id, 1), (message(2).id, 1)], VietnamDay::of(NOW), None)
    };
    assert_eq!(store.tx("add", add).await, Ok(true));
    let settle = async |number: u32, gateway: &str| {
        let acceptance = Acceptance { gateway: gateway.to_owned(), id: Some("e-1".to_owned()) };
        let body = move |tx: &mut dyn Tx| tx.settle_taken_text(&message(number).id, &acceptance, 2, NOW + TICK);
        store.write_alone("settle", body).await.expect("a gate")
    };
    let find = async |number: u32| {
        let both =
            move |tx: &mut dyn Tx| Ok((tx.find_message(&message(number).id)?, tx.find_send(&message(number).id)?));
        store.read("find", both).await.expect("a read")
    };
    let (statements, writes) = (subject.counters.statements(), subject.counters.writes());
    assert!(settle(1, "esms").await);
    assert_eq!((subject.counters.statements() - statements, subject.counters.writes() - writes), (1, 1));
    let (ended, send) = find(1).await;
    let expected = OutboxRow {
        state: OutboxState::Accepted,
        envelope: None,
        attempts: 2,
        leased_until: None,
        last_error: None,
        settled_at: Some(NOW + TICK),
        ..message(1)
    };
    assert_same_message(&ended.expect("found"), &expected);
    let send = send.expect("found");
    let acceptance = Acceptance { gateway: "esms".to_owned(), id: Some("e-1".to_owned()) };
    assert_eq!((send.acceptance, send.accepted_at, send.arrival), (Some(acceptance), Some(NOW + TICK), None));
    assert!(!settle(1, "twilio").await, "it has ended");
    assert_eq!(find(1).await.1.and_then(|send| send.acceptance).map(|taken| taken.gateway).as_deref(), Some("esms"));
    let (other, send) = find(2).await;
    assert_same_message(&other.expect("found"), &message(2));
    assert_eq!(send.expect("found").acceptance, None);
    assert!(settle(3, "esms").await, "one for which nothing was set aside");
    assert!(find(3).await.1.is_none());
    // Should a gateway tell after all, it is heard.
    let id = ReportedId::Gateways("e-1".to_owned());
    let tell = move |tx: &mut dyn Tx| tx.note_arrival("esms", &id, Arrival::Delivered, NOW + MINUTE);
    assert_eq!(store.tx("tell", tell).await, Ok(true));
}
