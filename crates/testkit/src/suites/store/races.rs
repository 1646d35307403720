//! Cases with many at once: every gate has one winner.

use super::Subject;
use super::samples::{
    MINUTE, NOW, account, add_account, credential, credential_id, digest, grant, identifier, link, message, session,
};
use portal_id_core::credential::CredentialKind;
use portal_id_core::ids::AccountId;
use portal_id_core::link::LinkPurpose;
use portal_id_core::outbox::Channel;
use portal_id_core::profile::{Account, AccountClass, AccountState, IdentifierKind};
use portal_id_core::sms::{Acceptance, Arrival, ReportedId, VietnamDay};
use portal_id_core::store::{Backfill, PasswordChange, Store, StoreError, StoreResult, Tx};
use portal_id_core::throttle::{Limit, Rule, Throttle};
use portal_id_core::time::Span;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Barrier;

/// How many race.
pub(super) const RACERS: u32 = 64;

/// Starts [`RACERS`] transactions at one moment and gives what each came to.
pub(super) async fn race<T, F>(store: &Store, body: impl Fn(u32) -> F) -> Vec<StoreResult<T>>
where
    T: Send + 'static,
    F: FnMut(&mut dyn Tx) -> StoreResult<T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(usize::try_from(RACERS).expect("a number of racers")));
    let racers = (0..RACERS).map(|number| {
        let (store, start, body) = (store.clone(), Arc::clone(&start), body(number));
        tokio::spawn(async move {
            start.wait().await;
            store.tx("race", body).await
        })
    });
    let mut results = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        results.push(racer.await.expect("a racer ends"));
    }
    results
}

fn winners(results: &[StoreResult<bool>]) -> usize {
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    results.iter().filter(|result| **result == Ok(true)).count()
}

/// All others are told which key is taken.
pub async fn of_64_parallel_registrations_of_one_username_one_wins(subject: Subject) {
    let results = race(&subject.store, |number| {
        let account = Account { username: account(0).username, ..account(number) };
        move |tx: &mut dyn Tx| tx.insert_account(&account)
    });
    let results = results.await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let refused = Err(StoreError::Conflict("accounts.username_key".to_owned()));
    assert_eq!(results.iter().filter(|result| **result == refused).count(), results.len() - 1);
}

/// Decisions 3: at most one account of a class.
pub async fn of_64_parallel_claims_to_one_identifier_one_wins(subject: Subject) {
    let add = |tx: &mut dyn Tx| {
        (0..RACERS).try_for_each(|number| {
            tx.insert_account(&account(number))?;
            tx.insert_identifier(&identifier(&account(number).id, IdentifierKind::Email, digest(b'e', 1)))
        })
    };
    subject.store.tx("add", add).await.expect("added");
    let results = race(&subject.store, |number| {
        move |tx: &mut dyn Tx| tx.claim_identifier(&account(number).id, AccountClass::Citizen, IdentifierKind::Email)
    });
    assert_eq!(winners(&results.await), 1);
}

/// Decisions 3, as an activation does it: whoever loses the claim ends, in the transaction in which it was to begin.
pub async fn of_64_parallel_activations_with_one_business_code_one_wins_and_the_others_are_gone(subject: Subject) {
    let (kind, class) = (IdentifierKind::BusinessCode, AccountClass::Business);
    let add = move |tx: &mut dyn Tx| {
        (0..RACERS).try_for_each(|number| {
            let business = Account { class, ..account(number) };
            tx.insert_account(&business)?;
            tx.insert_identifier(&identifier(&business.id, IdentifierKind::Email, digest(b'e', number)))?;
            tx.insert_identifier(&identifier(&business.id, kind, digest(b'c', 1)))?;
            tx.insert_link(&link(number, &business.id))
        })
    };
    subject.store.tx("add", add).await.expect("added");
    let results = race(&subject.store, |number| {
        let id = account(number).id;
        move |tx: &mut dyn Tx| {
            assert!(tx.take_link(LinkPurpose::Activation, &digest(b'l', number), NOW)?, "everybody's own link");
            if !tx.claim_identifier(&id, class, IdentifierKind::Email)? || !tx.claim_identifier(&id, class, kind)? {
                tx.delete_pending_account(&id)?;
                return Ok(false);
            }
            tx.update_account_state(&id, AccountState::Pending, AccountState::Active, NOW)
        }
    });
    assert_eq!(winners(&results.await), 1);
    let left = subject.store.read("left", move |tx| {
        let claimant = tx.find_claimant(class, kind, &digest(b'c', 1))?;
        let pending = tx.list_accounts_by_identifier(kind, &digest(b'c', 1), AccountState::Pending)?;
        let active = tx.list_accounts_by_identifier(kind, &digest(b'c', 1), AccountState::Active)?;
        Ok((claimant, pending.len(), active.into_iter().map(|(account, _)| account.id).collect::<Vec<_>>()))
    });
    let (claimant, pending, active) = left.await.expect("a read");
    assert_eq!((claimant.as_ref(), pending, active.len()), (active.first(), 0, 1));
}

/// Two clicks on one mail.
// security: row 13
pub async fn of_64_parallel_uses_of_one_link_one_wins(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    subject.store.tx("add", move |tx| tx.insert_link(&link(1, &id))).await.expect("added");
    let results =
        race(&subject.store, |_| |tx: &mut dyn Tx| tx.take_link(LinkPurpose::Activation, &digest(b'l', 1), NOW));
    assert_eq!(winners(&results.await), 1);
}

/// RFC 6749 §4.1.2.
pub async fn of_64_parallel_uses_of_one_code_one_wins(subject: Subject) {
    subject.store.tx("add", |tx| tx.insert_grant(&grant(1))).await.expect("added");
    let results = race(&subject.store, |_| |tx: &mut dyn Tx| tx.use_code(&grant(1).id, None, NOW));
    assert_eq!(winners(&results.await), 1);
}

/// Decisions 21: one generation advances, whatever the parallelism.
pub async fn of_64_parallel_refreshes_one_advances_the_generation(subject: Subject) {
    subject.store.tx("add", |tx| tx.insert_grant(&grant(1))).await.expect("added");
    let results = race(&subject.store, |_| |tx: &mut dyn Tx| tx.advance_generation(&grant(1).id, 0, NOW + MINUTE, NOW));
    assert_eq!(winners(&results.await), 1);
    let found = subject.store.read("find", |tx| tx.find_grant(&grant(1).id)).await.expect("a read").expect("found");
    assert_eq!(found.generation, 1);
}

/// Two changes of one password at once, whatever each wants it to be.
pub async fn of_64_parallel_changes_of_one_password_one_wins(subject: Subject) {
    let old = account(1).password_hash.expect("a hash");
    let add = |tx: &mut dyn Tx| tx.insert_account(&Account { state: AccountState::Active, ..account(1) });
    subject.store.tx("add", add).await.expect("added");
    let results = race(&subject.store, |number| {
        let change = PasswordChange {
            old: old.clone(),
            distrusted_at: None,
            new: format!("new {number}"),
            devices_known_from: NOW,
        };
        move |tx: &mut dyn Tx| tx.replace_password(&account(1).id, &change, NOW)
    });
    assert_eq!(winners(&results.await), 1);
}

/// What "this was not me" takes away is not added again behind its back, whether there is a password or not.
// security: row 13
pub async fn of_64_who_enrol_and_disown_at_once_nothing_enrolled_is_left(subject: Subject) {
    let owner = Account { state: AccountState::Active, password_hash: None, ..account(1) };
    let add = move |tx: &mut dyn Tx| {
        tx.insert_account(&owner)?;
        tx.insert_session(&session(1, &owner.id))
    };
    subject.store.tx("add", add).await.expect("added");
    let results = race(&subject.store, |number| {
        let (id, in_session) = (account(1).id, session(1, &account(1).id).id);
        move |tx: &mut dyn Tx| {
            if number % 8 == 7 {
                assert!(tx.distrust_password(&id, NOW, NOW)?, "an active account");
                tx.delete_credentials(&id, CredentialKind::Passkey)?;
                tx.end_sessions_of_account(&id, None, NOW)?;
                return Ok(false);
            }
            let lives = tx.lock_active_account(&id)?
                && tx.find_session_by_id(&in_session)?.is_some_and(|session| session.ended_at.is_none());
            if lives {
                tx.insert_credential(&credential(number, &id, CredentialKind::Passkey))?;
            }
            Ok(lives)
        }
    });
    winners(&results.await);
    let left = subject.store.read("left", |tx| tx.list_credentials(&account(1).id)).await.expect("a read");
    assert!(left.is_empty(), "{left:?}");
}

/// A code of an authenticator is good for one sign-in, although its step lasts for ninety seconds.
// security: row 13
pub async fn of_64_parallel_uses_of_one_authenticator_code_one_wins(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let put = credential(1, &id, CredentialKind::Authenticator);
    subject.store.tx("add", move |tx| tx.insert_credential(&put)).await.expect("added");
    let results = race(&subject.store, |_| |tx: &mut dyn Tx| tx.advance_credential(&credential_id(1), 59_846_401, NOW));
    assert_eq!(winners(&results.await), 1);
}

/// So is a code of the printed list.
// security: row 13
pub async fn of_64_parallel_uses_of_one_recovery_code_one_wins(subject: Subject) {
    let id = add_account(&subject.store, 1).await;
    let put = credential(1, &id, CredentialKind::RecoveryCode);
    subject.store.tx("add", move |tx| tx.insert_credential(&put)).await.expect("added");
    let results = race(&subject.store, |_| |tx: &mut dyn Tx| tx.take_credential(&credential_id(1), NOW));
    assert_eq!(winners(&results.await), 1);
}

fn mark_key() -> Throttle {
    Throttle::fresh(digest(b't', 1), NOW)
}

/// The insert is a gate too.
pub async fn of_64_parallel_first_marks_one_is_added(subject: Subject) {
    let results = race(&subject.store, |_| |tx: &mut dyn Tx| tx.put_throttle(&mark_key()));
    assert_eq!(winners(&results.await), 1);
}

/// A rule that allows at most `max` marks.
fn at_most(max: u32) -> Rule {
    Rule { limits: vec![Limit { max, period: Span::hours(1) }], pause_after: None }
}

/// Marks as use cases do: reads, decides, writes, and asks to be run again when somebody was faster.
fn mark(rule: Rule) -> impl FnMut(&mut dyn Tx) -> StoreResult<bool> + Send + 'static {
    move |tx| {
        let mut throttle = tx.find_throttle(&mark_key().key)?.unwrap_or_else(mark_key);
        if throttle.mark(&rule, NOW).is_err() {
            return Ok(false);
        }
        if tx.put_throttle(&throttle)? { Ok(true) } else { Err(StoreError::Retry) }
    }
}

/// Running again must come to an end for everybody.
pub async fn of_64_parallel_marks_none_is_lost_when_the_loser_runs_again(subject: Subject) {
    let results = race(&subject.store, |_| mark(at_most(RACERS * 2))).await;
    assert_eq!(winners(&results), results.len());
    let found =
        subject.store.read("find", |tx| tx.find_throttle(&mark_key().key)).await.expect("a read").expect("found");
    assert_eq!((found.marks.len(), found.version), (results.len(), i64::from(RACERS)));
}

/// security.md rows 12–14.
// security: row 13
pub async fn of_64_parallel_marks_only_as_many_pass_as_the_rule_allows(subject: Subject) {
    let results = race(&subject.store, |_| mark(at_most(5))).await;
    assert_eq!(winners(&results), 5);
}

/// As an activation holds to the cap of accounts with one phone: takes its turn, counts, writes.
// security: row 13
pub async fn of_64_parallel_activations_with_one_phone_no_more_are_active_than_the_cap_allows(subject: Subject) {
    let (phone, cap) = (digest(b'p', 1), 5);
    let add = move |tx: &mut dyn Tx| {
        (0..RACERS).try_for_each(|number| {
            tx.insert_account(&account(number))?;
            tx.insert_identifier(&identifier(&account(number).id, IdentifierKind::Phone, phone))
        })
    };
    subject.store.tx("add", add).await.expect("added");
    let results = race(&subject.store, |number| {
        let id = account(number).id;
        move |tx: &mut dyn Tx| {
            let turn = tx.find_throttle(&mark_key().key)?.unwrap_or_else(mark_key);
            if !tx.put_throttle(&turn)? {
                return Err(StoreError::Retry);
            }
            if tx.count_active_accounts(IdentifierKind::Phone, &phone)? >= cap {
                return Ok(false);
            }
            tx.update_account_state(&id, AccountState::Pending, AccountState::Active, NOW)
        }
    });
    assert_eq!(winners(&results.await), 5);
    let active = subject.store.read("active", move |tx| tx.count_active_accounts(IdentifierKind::Phone, &phone));
    assert_eq!(active.await, Ok(cap));
}

/// Each message goes to one worker, and all are given out.
pub async fn parallel_workers_never_get_the_same_message(subject: Subject) {
    let all = 200;
    subject
        .store
        .tx("add", move |tx| (0..all).try_for_each(|number| tx.insert_message(&message(number))))
        .await
        .expect("added");
    let mut seen = BTreeSet::new();
    // On PostgreSQL workers that meet at the same rows come away with fewer: they come again.
    for _ in 0..all {
        let claims =
            race(&subject.store, |_| |tx: &mut dyn Tx| tx.claim_messages(Channel::Sms, NOW, NOW + MINUTE, 7)).await;
        let before = seen.len();
        for claimed in claims {
            for message in claimed.expect("a claim") {
                assert!(seen.insert(message.id.as_str().to_owned()), "{} was given twice", message.id);
            }
        }
        if seen.len() == before {
            break;
        }
    }
    assert_eq!(seen.len(), usize::try_from(all).expect("a number"));
}

/// Whoever comes first, with or without a round before.
pub async fn of_64_nodes_one_takes_a_job(subject: Subject) {
    for round in 0..2 {
        let now = NOW + MINUTE.times(round);
        let results = race(&subject.store, |_| move |tx: &mut dyn Tx| tx.take_job("sweep", now, now + MINUTE));
        assert_eq!(winners(&results.await), 1);
    }
}

/// Whoever comes second notes how far it has come as well, and what it wrote in the same transaction stays.
pub async fn of_64_nodes_that_begin_a_pass_none_loses_what_it_wrote(subject: Subject) {
    let results = race(&subject.store, |number| {
        let stand =
            Backfill { name: "index".to_owned(), after: account(number).id, caught_up_at: None, finished_at: None };
        move |tx: &mut dyn Tx| {
            tx.insert_account(&account(number))?;
            tx.put_backfill(&stand)?;
            Ok(true)
        }
    });
    assert_eq!(winners(&results.await), usize::try_from(RACERS).expect("a number"));
    let all = subject.store.read("all", |tx| tx.list_accounts_after(&AccountId::from_text(""), NOW + MINUTE, 100));
    assert_eq!(all.await.expect("a read").len(), usize::try_from(RACERS).expect("a number"));
}

/// The ceiling is never exceeded, and none of it is lost to those who were refused or gave back.
// security: row 13
pub async fn of_64_parallel_senders_only_as_many_pass_as_the_ceiling_allows(subject: Subject) {
    let (store, day, ceiling) = (&subject.store, VietnamDay::of(NOW), 40);
    let add = |tx: &mut dyn Tx| (0..RACERS).try_for_each(|number| tx.insert_message(&message(number)));
    store.tx("add", add).await.expect("added");
    let reserve = |number: u32| move |tx: &mut dyn Tx| tx.reserve_parts(&[(message(number).id, 2)], day, Some(ceiling));
    assert_eq!(winners(&race(store, reserve).await), 20);
    let parts = async || store.read("day", move |tx| tx.find_sms_day(day)).await.expect("a read").expect("a day").parts;
    assert_eq!(parts().await, 40);
    // Half of the senders fail while all others try again: what is given back can be used, and no more than that.
    let churn = |number: u32| {
        move |tx: &mut dyn Tx| {
            if number.is_multiple_of(2) {
                tx.release_parts(&message(number).id)
            } else {
                tx.reserve_parts(&[(message(number).id, 2)], day, Some(ceiling))
            }
        }
    };
    for _ in 0..3 {
        race(store, churn).await;
        assert!(parts().await <= 40);
    }
    race(store, reserve).await;
    let held = move |tx: &mut dyn Tx| {
        let sends = (0..RACERS).map(|number| tx.find_send(&message(number).id)).collect::<StoreResult<Vec<_>>>()?;
        Ok(sends.into_iter().flatten().map(|send| u64::from(send.parts)).sum::<u64>())
    };
    assert_eq!((store.read("held", held).await, parts().await), (Ok(40), 40));
}

/// Two nodes that hold the same message after a lease ran out bill it once.
pub async fn of_64_parallel_attempts_at_one_message_its_parts_count_once(subject: Subject) {
    let (store, day) = (&subject.store, VietnamDay::of(NOW));
    store.tx("add", |tx| tx.insert_message(&message(1))).await.expect("added");
    let results = race(store, |_| move |tx: &mut dyn Tx| tx.reserve_parts(&[(message(1).id, 2)], day, Some(9))).await;
    assert_eq!(winners(&results), results.len());
    let found = store.read("day", move |tx| tx.find_sms_day(day)).await.expect("a read").expect("a day");
    assert_eq!(found.parts, 2);
}

/// Whichever is written first, by whichever id the gateway speaks of the message.
pub async fn of_32_reports_that_race_with_their_acceptances_none_is_lost(subject: Subject) {
    let (store, day) = (&subject.store, VietnamDay::of(NOW));
    for round in 0..8 {
        let number_of = move |racer: u32| round * RACERS + racer / 2;
        let add = move |tx: &mut dyn Tx| {
            (0..RACERS).step_by(2).try_for_each(|racer| {
                tx.insert_message(&message(number_of(racer)))?;
                tx.reserve_parts(&[(message(number_of(racer)).id, 1)], day, None).map(drop)
            })
        };
        store.tx("add", add).await.expect("added");
        let results = race(store, |racer| {
            let number = number_of(racer);
            let (id, theirs) = (message(number).id, format!("e-{number}"));
            move |tx: &mut dyn Tx| {
                if racer.is_multiple_of(2) {
                    let acceptance = Acceptance { gateway: "esms".to_owned(), id: Some(theirs.clone()) };
                    return tx.note_acceptance(&id, &acceptance, NOW);
                }
                let told = if number.is_multiple_of(2) {
                    ReportedId::Ours(id.clone())
                } else {
                    ReportedId::Gateways(theirs.clone())
                };
                tx.note_arrival("esms", &told, Arrival::Delivered, NOW).map(|_| true)
            }
        });
        assert_eq!(winners(&results.await), usize::try_from(RACERS).expect("a number"));
        let arrivals = move |tx: &mut dyn Tx| {
            let find = |racer| Ok(tx.find_send(&message(number_of(racer)).id)?.and_then(|send| send.arrival));
            (0..RACERS).step_by(2).map(find).collect::<StoreResult<Vec<_>>>()
        };
        let arrivals = store.read("arrivals", arrivals).await.expect("a read");
        assert!(arrivals.iter().all(|arrival| *arrival == Some(Arrival::Delivered)), "{arrivals:?}");
    }
}
