//! Cases about keys and the audit trail.

use super::Subject;
use super::samples::{MINUTE, NOW, TICK, account, account_id, assert_same_signing_key, signing_key};
use portal_id_core::audit::{AuditEntry, AuditKind};
use portal_id_core::ids::{AccountId, AuditId, ClientId, KeyId, SessionId};
use portal_id_core::profile::Account;
use portal_id_core::signing_key::{SigningAlgorithm, SigningKey};
use portal_id_core::store::{AuditFilter, Backfill, DataKey, StoreError, Tx};
use portal_id_core::upstream::UpstreamId;

/// All fields, the oldest first; only the timetable changes.
pub async fn signing_keys_come_back_with_their_timetable(subject: Subject) {
    let newer = SigningKey { created_at: NOW + TICK, algorithm: SigningAlgorithm::Rs256, ..signing_key(1) };
    let older = signing_key(2);
    for key in [&newer, &older, &older] {
        let key = key.clone();
        let added = subject.store.tx("add", move |tx| tx.insert_signing_key(&key)).await;
        assert!(matches!(&added, Ok(())) || added == Err(StoreError::Conflict("signing_keys.kid".to_owned())));
    }
    let list = async || subject.store.read("list", |tx| tx.list_signing_keys()).await.expect("a read");
    let listed = list().await;
    assert_eq!(listed.len(), 2);
    assert_same_signing_key(&listed[0], &older);
    assert_same_signing_key(&listed[1], &newer);
    let planned = SigningKey {
        signs_until: Some(NOW + MINUTE),
        published_until: Some(NOW + MINUTE.times(2)),
        revoked_at: Some(NOW + MINUTE.times(3)),
        ..older
    };
    let plan = planned.clone();
    let update =
        move |tx: &mut dyn Tx| tx.update_signing_key(&SigningKey { public_jwk: "other".to_owned(), ..plan.clone() });
    assert_eq!(subject.store.tx("plan", update).await, Ok(true));
    assert_same_signing_key(&list().await[0], &planned);
    assert_eq!(subject.store.tx("plan", |tx| tx.update_signing_key(&signing_key(9))).await, Ok(false));
    for expected in [true, false] {
        assert_eq!(
            subject.store.tx("delete", |tx| tx.delete_signing_key(&KeyId::from_text("kid-0002"))).await,
            Ok(expected)
        );
    }
    assert_eq!(list().await.len(), 1);
}

fn data_key(name: &str, version: i64) -> DataKey {
    DataKey { name: name.to_owned(), version, sealed: vec![7, 0, 7], created_at: NOW }
}

/// Two nodes that start together: one makes it, the other is told.
pub async fn a_data_key_is_made_once(subject: Subject) {
    for (name, version) in [("seal", 2), ("seal", 1), ("digest", 1)] {
        subject.store.tx("add", move |tx| tx.insert_data_key(&data_key(name, version))).await.expect("added");
    }
    let refused = subject.store.tx("add", |tx| tx.insert_data_key(&data_key("seal", 2))).await;
    assert_eq!(refused, Err(StoreError::Conflict("data_keys.name,version".to_owned())));
    let listed = subject.store.read("list", |tx| tx.list_data_keys()).await.expect("a read");
    let found: Vec<_> = listed
        .into_iter()
        .map(|DataKey { name, version, sealed, created_at }| (name, version, sealed, created_at))
        .collect();
    let expected =
        [("digest", 1), ("seal", 1), ("seal", 2)].map(|(name, version)| (name.to_owned(), version, vec![7, 0, 7], NOW));
    assert_eq!(found, expected);
}

/// All fields.
pub async fn the_audit_trail_is_listed_the_newest_first_and_by_filter(subject: Subject) {
    let account = AccountId::from_text("account-0001");
    let entry = |number: i64, kind| AuditEntry {
        id: AuditId::from_text(format!("audit-{number:04}")),
        at: NOW + MINUTE.times(number / 2),
        kind,
        account_id: None,
        client_id: None,
        session_id: None,
        network: "2001:db8:1:2::/64".to_owned(),
        request_id: "r-1".to_owned(),
        upstream: None,
        reason: None,
    };
    let full = AuditEntry {
        account_id: Some(account.clone()),
        client_id: Some(ClientId::from_text("land")),
        session_id: Some(SessionId::from_text("session-0001")),
        ..entry(4, AuditKind::CodeIssued)
    };
    let entries = vec![
        entry(1, AuditKind::Registered),
        AuditEntry { account_id: Some(account.clone()), ..entry(2, AuditKind::SignedIn) },
        entry(3, AuditKind::SignedIn).upstream(&UpstreamId::parse("vnconnect").expect("an id")).because("disabled"),
        full,
    ];
    let added = entries.clone();
    subject.store.tx("add", move |tx| added.iter().try_for_each(|entry| tx.insert_audit(entry))).await.expect("added");
    let list = async |account_id: Option<AccountId>, kind, limit| {
        let filter = AuditFilter { account_id, kind };
        let listed = subject.store.read("list", move |tx| tx.list_audit(&filter, limit)).await.expect("a read");
        listed
            .iter()
            .map(|entry| entries.iter().position(|put| put == entry).map(|index| index + 1))
            .collect::<Vec<_>>()
    };
    assert_eq!(list(None, None, 100).await, [Some(4), Some(3), Some(2), Some(1)]);
    assert_eq!(list(None, None, 2).await, [Some(4), Some(3)]);
    assert_eq!(list(Some(account.clone()), None, 100).await, [Some(4), Some(2)]);
    assert_eq!(list(None, Some(AuditKind::SignedIn), 100).await, [Some(3), Some(2)]);
    assert_eq!(list(Some(account), Some(AuditKind::SignedIn), 100).await, [Some(2)]);
}

/// One round of a periodic job belongs to one node.
pub async fn a_job_is_taken_once_until_its_end_and_a_clock_that_was_ahead_holds_nobody_up(subject: Subject) {
    let take = async |at, until| subject.store.tx("take", move |tx| tx.take_job("sweep", at, until)).await;
    assert_eq!(take(NOW, NOW + MINUTE).await, Ok(true));
    assert_eq!(take(NOW + TICK, NOW + MINUTE + TICK).await, Ok(false));
    assert_eq!(subject.store.tx("take", |tx| tx.take_job("other", NOW, NOW + MINUTE)).await, Ok(true));
    assert_eq!(take(NOW + MINUTE, NOW + MINUTE.times(2)).await, Ok(true));
    let ahead = NOW + MINUTE.times(60);
    assert_eq!(take(ahead, ahead + MINUTE).await, Ok(true));
    assert_eq!(take(NOW + MINUTE.times(2), NOW + MINUTE.times(3)).await, Ok(true));
}

/// Each pass by its name; accounts in the order of their ids, each once, the youngest left for later.
pub async fn a_pass_over_the_accounts_goes_on_where_it_stood(subject: Subject) {
    let find =
        async |name: &'static str| subject.store.read("find", move |tx| tx.find_backfill(name)).await.expect("a read");
    assert_eq!(find("index").await, None);
    let begun = Backfill { name: "index".to_owned(), after: account_id(2), caught_up_at: None, finished_at: None };
    let caught_up = Backfill { after: account_id(3), caught_up_at: Some(NOW), ..begun.clone() };
    let finished = Backfill { finished_at: Some(NOW + MINUTE), ..caught_up.clone() };
    for stand in [begun, caught_up, finished] {
        let put = stand.clone();
        assert_eq!(subject.store.tx("put", move |tx| tx.put_backfill(&put)).await, Ok(()));
        assert_eq!(find("index").await, Some(stand));
    }
    assert_eq!(find("other").await, None);

    for (number, created_at) in [(3, NOW), (1, NOW), (4, NOW + TICK), (2, NOW)] {
        let account = Account { created_at, ..account(number) };
        subject.store.tx("add", move |tx| tx.insert_account(&account)).await.expect("added");
    }
    let after = async |after: AccountId, before, limit| {
        let list = move |tx: &mut dyn Tx| tx.list_accounts_after(&after, before, limit);
        let listed = subject.store.read("list", list).await.expect("a read");
        let same = |(id, account): (AccountId, Option<Account>)| {
            assert_eq!(account.map(|account| account.id), Some(id.clone()));
            id
        };
        listed.into_iter().map(same).collect::<Vec<_>>()
    };
    let (start, later) = (AccountId::from_text(""), NOW + MINUTE);
    assert_eq!(after(start.clone(), later, 3).await, [1, 2, 3].map(account_id));
    assert_eq!(after(account_id(3), later, 3).await, [account_id(4)]);
    assert_eq!(after(account_id(4), later, 3).await, []);
    assert_eq!(after(start.clone(), NOW + TICK, 9).await, [1, 2, 3].map(account_id));
    assert_eq!(after(start, NOW, 9).await, []);
}
