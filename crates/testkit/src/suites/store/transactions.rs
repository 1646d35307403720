//! Cases about transactions as such.

use super::Subject;
use super::samples::{NOW, account, add_account, digest, link, message, session};
use portal_id_core::ids::AccountId;
use portal_id_core::profile::AccountState;
use portal_id_core::store::{Access, Store, StoreError, StoreResult, Tx};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// For what must come.
const PATIENCE: Duration = Duration::from_secs(30);

async fn exists(store: &Store, id: AccountId) -> bool {
    store.read("exists", move |tx| Ok(tx.find_account(&id)?.is_some())).await.expect("a read")
}

/// Whatever it wrote before.
pub async fn a_body_that_fails_leaves_nothing(subject: Subject) {
    let put = |tx: &mut dyn Tx| {
        tx.insert_account(&account(1))?;
        tx.insert_link(&link(1, &account(1).id))?;
        Err::<(), _>(StoreError::Fault("changed its mind".to_owned()))
    };
    assert_eq!(subject.store.tx("fail", put).await, Err(StoreError::Fault("changed its mind".to_owned())));
    assert!(!exists(&subject.store, account(1).id).await);
    let conflict = |tx: &mut dyn Tx| {
        tx.insert_account(&account(2))?;
        tx.insert_account(&account(2))
    };
    assert!(matches!(subject.store.tx("conflict", conflict).await, Err(StoreError::Conflict(_))));
    assert!(!exists(&subject.store, account(2).id).await);
}

/// They may share one commit with them.
pub async fn failing_and_panicking_bodies_do_not_disturb_their_neighbours(subject: Subject) {
    let bodies = (0..90_u32).map(|number| {
        let store = subject.store.clone();
        tokio::spawn(async move {
            let body = move |tx: &mut dyn Tx| -> StoreResult<()> {
                tx.insert_account(&account(number))?;
                match number % 3 {
                    0 => Ok(()),
                    1 => Err(StoreError::Fault("on purpose".to_owned())),
                    _ => std::panic::resume_unwind(Box::new("on purpose")),
                }
            };
            (number, store.tx("mixed", body).await)
        })
    });
    for body in bodies.collect::<Vec<_>>() {
        let (number, result) = body.await.expect("the caller does not panic");
        match number % 3 {
            0 => assert_eq!(result, Ok(())),
            _ => assert!(matches!(result, Err(StoreError::Fault(_)))),
        }
        assert_eq!(exists(&subject.store, account(number).id).await, number % 3 == 0);
    }
    // The threads live on.
    assert!(exists(&subject.store, add_account(&subject.store, 100).await).await);
}

/// What the earlier run wrote is gone when the next begins.
pub async fn a_body_that_asks_for_it_is_run_again_from_the_start(subject: Subject) {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let body = move |tx: &mut dyn Tx| {
        let run = counted.fetch_add(1, Ordering::SeqCst);
        tx.insert_account(&account(1))?;
        if run < 3 { Err(StoreError::Retry) } else { Ok(run) }
    };
    assert_eq!(subject.store.tx("again", body).await, Ok(3));
    assert_eq!((runs.load(Ordering::SeqCst), subject.counters.retries()), (4, 3));
    assert!(exists(&subject.store, account(1).id).await);
}

/// A bounded number of times.
pub async fn a_body_that_never_stops_asking_ends_with_retry(subject: Subject) {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let body = move |tx: &mut dyn Tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.insert_account(&account(1))?;
        Err::<(), _>(StoreError::Retry)
    };
    assert_eq!(subject.store.tx("again", body).await, Err(StoreError::Retry));
    assert!((2..=20).contains(&runs.load(Ordering::SeqCst)));
    assert!(!exists(&subject.store, account(1).id).await);
}

/// On PostgreSQL nothing may follow a refused statement; so nowhere.
pub async fn a_body_that_goes_on_after_a_refused_statement_is_undone(subject: Subject) {
    add_account(&subject.store, 1).await;
    let body = |tx: &mut dyn Tx| {
        tx.insert_account(&account(2))?;
        let refused = tx.insert_account(&account(1));
        assert!(matches!(refused, Err(StoreError::Conflict(_))));
        assert_eq!(tx.insert_account(&account(3)), refused, "later statements repeat the refusal");
        Ok(())
    };
    assert!(matches!(subject.store.tx("stubborn", body).await, Err(StoreError::Fault(_))));
    assert!(!exists(&subject.store, account(2).id).await && !exists(&subject.store, account(3).id).await);
}

/// At once, on whatever thread it runs.
pub async fn a_read_sees_what_was_committed_before(subject: Subject) {
    for number in 0..50 {
        let id = add_account(&subject.store, number).await;
        assert!(exists(&subject.store, id).await);
    }
}

/// It fails, and nothing is written.
pub async fn a_read_may_not_write(subject: Subject) {
    let refused = subject.store.read("sly", |tx| tx.insert_account(&account(1))).await;
    assert!(matches!(refused, Err(StoreError::Fault(_))));
    assert!(!exists(&subject.store, account(1).id).await);
    // A gate that changes nothing is a write as well.
    let gate = subject
        .store
        .read("sly", |tx| tx.update_account_state(&account(1).id, AccountState::Pending, AccountState::Active, NOW))
        .await;
    assert!(matches!(gate, Err(StoreError::Fault(_))));
    let refused = subject.store.look("sly", |tx| tx.insert_account(&account(1))).await;
    assert!(matches!(refused, Err(StoreError::Fault(_))));
    assert!(!exists(&subject.store, account(1).id).await);
}

/// A read is of one moment; a look has a moment for each of its statements.
pub async fn only_a_look_sees_what_is_committed_between_its_statements(subject: Subject) {
    for (number, access) in [(1, Access::Read), (2, Access::Look)] {
        let ((asked, has_asked), (added, has_added)) = (mpsc::channel(), mpsc::channel());
        let both = move |tx: &mut dyn Tx| {
            let before = tx.find_account(&account(number).id)?.is_some();
            asked.send(()).expect("the test waits");
            has_added.recv_timeout(PATIENCE).expect("the test adds");
            Ok((before, tx.find_account(&account(number).id)?.is_some()))
        };
        let store = subject.store.clone();
        let asking = tokio::spawn(async move {
            match access {
                Access::Look => store.look("both", both).await,
                _ => store.read("both", both).await,
            }
        });
        let waited = tokio::task::spawn_blocking(move || has_asked.recv_timeout(PATIENCE)).await;
        waited.expect("a thread").expect("the first statement was run");
        add_account(&subject.store, number).await;
        added.send(()).expect("the body waits");
        let seen = asking.await.expect("a task ends").expect("read");
        assert_eq!(seen, (false, access == Access::Look), "{access:?}");
    }
}

/// None fails, and each sees whole transactions: an account is never without its session.
pub async fn many_reads_run_beside_writes(subject: Subject) {
    let writers = (0..40).map(|number| {
        let store = subject.store.clone();
        tokio::spawn(async move {
            let add = move |tx: &mut dyn Tx| {
                tx.insert_account(&account(number))?;
                tx.insert_session(&session(number, &account(number).id))
            };
            store.tx("write", add).await.expect("written");
        })
    });
    let readers = (0..400_u32).map(|number| {
        let store = subject.store.clone();
        tokio::spawn(async move {
            let number = number % 40;
            let look = move |tx: &mut dyn Tx| {
                let account = tx.find_account(&account(number).id)?.is_some();
                let session = tx.find_session(&digest(b's', number))?.is_some();
                Ok((account, session))
            };
            let (account, session) = store.read("read", look).await.expect("read");
            assert_eq!(account, session);
        })
    });
    let tasks: Vec<_> = writers.collect::<Vec<_>>().into_iter().chain(readers.collect::<Vec<_>>()).collect();
    for task in tasks {
        task.await.expect("a task ends");
    }
}

/// Nobody who was taken in is forgotten, not even those who stopped waiting for the answer.
pub async fn dropping_the_store_finishes_what_waits(subject: Subject) {
    let Subject { store, counters, folder } = subject;
    for number in 0..30 {
        let write = store.tx("write", move |tx| tx.insert_message(&message(number)));
        // Asked once, so that it is in the queue; then nobody waits any more.
        tokio::select! {
            biased;
            _ = write => {}
            () = std::future::ready(()) => {}
        }
    }
    drop(store);
    assert_eq!(counters.writes(), 30);
    drop(folder);
}

/// [`Store::tx_soon_durable`] differs from a write only in when it is on the disk: readers see it at once, and it is run
/// although nobody waits for the answer any more.
pub async fn what_may_be_durable_later_is_seen_at_once_and_never_dropped(subject: Subject) {
    let Subject { store, counters, folder } = subject;
    for number in 0..10 {
        let added = store.tx_soon_durable("add", move |tx| tx.insert_account(&account(number))).await;
        assert_eq!(added, Ok(()));
        assert!(exists(&store, account(number).id).await);
    }
    let fails = |tx: &mut dyn Tx| {
        tx.insert_account(&account(10))?;
        Err::<(), _>(StoreError::Fault("changed its mind".to_owned()))
    };
    assert!(matches!(store.tx_soon_durable("fail", fails).await, Err(StoreError::Fault(_))));
    assert!(!exists(&store, account(10).id).await);
    let before = counters.writes();
    for number in 0..60 {
        let write = store.tx_soon_durable("write", move |tx| tx.insert_message(&message(number)));
        // Asked once, so that it is in the queue; then nobody waits any more.
        tokio::select! {
            biased;
            _ = write => {}
            () = std::future::ready(()) => {}
        }
    }
    drop(store);
    assert_eq!(counters.writes() - before, 60);
    drop(folder);
}
