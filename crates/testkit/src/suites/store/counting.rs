//! Cases that hold hot paths to a number of statements and durable writes.

use super::Subject;
use super::samples::{NOW, account, add_account, challenge, client, consent, digest, grant, link, message, session};
use portal_id_core::link::LinkPurpose;
use portal_id_core::outbox::Channel;
use portal_id_core::profile::{Account, AccountState};
use portal_id_core::sms::VietnamDay;
use portal_id_core::store::{StoreResult, Tx};
use portal_id_core::throttle::Throttle;

/// However many rows it changes; one that changes nothing is none.
pub async fn a_transaction_is_one_durable_write_and_a_read_is_none(subject: Subject) {
    let before = (subject.counters.writes(), subject.counters.commits());
    let sign_in = |tx: &mut dyn Tx| {
        tx.insert_account(&account(1))?;
        tx.insert_challenge(&challenge(1, &account(1).id))?;
        tx.insert_message(&message(1))
    };
    subject.store.tx("sign_in", sign_in).await.expect("written");
    assert_eq!((subject.counters.writes(), subject.counters.commits()), (before.0 + 1, before.1 + 1));
    subject.store.tx("lost_gate", |tx| tx.revoke_grant(&grant(9).id, NOW)).await.expect("a gate");
    subject.store.tx("only_looks", |tx| tx.find_account(&account(1).id)).await.expect("a look");
    subject.store.read("read", |tx| tx.find_account(&account(1).id)).await.expect("a read");
    assert_eq!((subject.counters.writes(), subject.counters.commits()), (before.0 + 1, before.1 + 1));
}

/// A body, and how many statements it may cost.
type Priced = (&'static str, u64, fn(&mut dyn Tx) -> StoreResult<()>);

/// Whatever a request does often.
pub async fn the_gates_of_hot_paths_cost_one_statement_each(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let add = move |tx: &mut dyn Tx| {
        tx.insert_link(&link(1, &id))?;
        tx.insert_challenge(&challenge(1, &id))?;
        tx.insert_session(&session(1, &id))?;
        tx.insert_grant(&grant(1))?;
        tx.insert_message(&message(1))
    };
    subject.store.tx("add", add).await.expect("added");
    let priced: [Priced; 9] = [
        ("find_session", 1, |tx| tx.find_session(&digest(b's', 1)).map(drop)),
        ("touch_session", 1, |tx| tx.touch_session(&session(1, &account(1).id).id, NOW)),
        ("take_link", 1, |tx| tx.take_link(LinkPurpose::Activation, &digest(b'l', 1), NOW).map(drop)),
        ("update_challenge", 1, |tx| tx.update_challenge(&challenge(1, &account(1).id)).map(drop)),
        ("put_throttle", 1, |tx| tx.put_throttle(&Throttle::fresh(digest(b't', 1), NOW)).map(drop)),
        ("use_code", 1, |tx| tx.use_code(&grant(1).id, Some(NOW), NOW).map(drop)),
        ("advance_generation", 1, |tx| tx.advance_generation(&grant(1).id, 1, NOW, NOW).map(drop)),
        ("claim_messages", 1, |tx| tx.claim_messages(Channel::Sms, NOW, NOW, 10).map(drop)),
        ("list_audit", 1, |tx| tx.list_audit(&portal_id_core::store::AuditFilter::default(), 10).map(drop)),
    ];
    for (name, price, body) in priced {
        let before = subject.counters.statements();
        subject.store.tx(name, body).await.expect("run");
        assert_eq!(subject.counters.statements() - before, price, "{name}");
    }
}

/// The day's row is what every text waits for: one that is refused changes neither it nor any other for it.
pub async fn a_text_that_the_ceiling_refuses_asks_for_the_day_once(subject: Subject) {
    let add = |tx: &mut dyn Tx| (1..=4).try_for_each(|number| tx.insert_message(&message(number)));
    subject.store.tx("add", add).await.expect("added");
    // Noted for the message, added to the day; the day begun and asked for again, or the note withdrawn.
    for (number, parts, passes, price) in [(1, 2, true, 5), (2, 1, true, 2), (3, 2, false, 4), (4, 1, true, 2)] {
        let before = subject.counters.statements();
        let reserve =
            move |tx: &mut dyn Tx| tx.reserve_parts(&[(message(number).id, parts)], VietnamDay::of(NOW), Some(4));
        assert_eq!(subject.store.tx("reserve", reserve).await, Ok(passes), "{number}");
        assert_eq!(subject.counters.statements() - before, price, "{number}");
    }
}

/// Whoever holds it only keeps others from changing it: no row is written, and no disk waited for.
pub async fn holding_a_row_writes_nothing(subject: Subject) {
    let owner = Account { state: AccountState::Active, ..account(1) };
    let consent = consent(&owner.id, "land");
    let (added, given) = (owner.clone(), consent.clone());
    let add = move |tx: &mut dyn Tx| {
        tx.insert_account(&added)?;
        tx.insert_client(&client("land"))?;
        tx.put_consent(&given)
    };
    subject.store.tx("add", add).await.expect("added");
    let before = subject.counters.writes();
    let hold = move |tx: &mut dyn Tx| {
        let hash = owner.password_hash.as_deref().unwrap_or_default();
        Ok([
            tx.lock_account(&owner.id)?,
            tx.lock_active_account(&owner.id)?,
            tx.confirm_password(&owner.id, hash)?,
            tx.hold_consent(&consent)?,
        ])
    };
    assert_eq!(subject.store.tx("hold", hold).await, Ok([true; 4]));
    assert_eq!(subject.counters.writes(), before);
}
