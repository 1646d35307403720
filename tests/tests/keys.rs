//! The vault and the key ring on a real database: first start, two nodes, rotation, restart, the wrong key.
#![expect(clippy::unwrap_used, reason = "tests")]

use portal_id_keys::{HouseVault, KeyEncryptionKey, KeyRing, KeySettings, KeyStage, VaultError, VerifyError};
use portal_id_testkit::core::ctx::Ctx;
use portal_id_testkit::core::digest::DigestPurpose;
use portal_id_testkit::core::entropy::OsEntropy;
use portal_id_testkit::core::ports::{SealPurpose, Vault};
use portal_id_testkit::core::signing_key::SigningAlgorithm;
use portal_id_testkit::core::store::Store;
use portal_id_testkit::core::time::{Span, Timestamp};
use portal_id_testkit::suites::store::Subject;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// 2026-11-23T00:00:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_795_392_000);
const ES: SigningAlgorithm = SigningAlgorithm::Es256;
/// From a rotation to the new keys' first signature, by default.
const ANNOUNCEMENT: Span = Span::minutes(70);

fn new_kek() -> KeyEncryptionKey {
    KeyEncryptionKey::parse(KeyEncryptionKey::generate(&OsEntropy, true).expose()).unwrap()
}

fn at(now: Timestamp) -> Ctx {
    Ctx::for_job(now, Arc::new(OsEntropy), "test")
}

async fn vault(store: &Store, kek: &KeyEncryptionKey) -> Arc<dyn Vault> {
    Arc::new(HouseVault::open(store, kek, NOW, &OsEntropy).await.unwrap())
}

async fn ring(store: &Store, kek: &KeyEncryptionKey, now: Timestamp) -> Arc<KeyRing> {
    KeyRing::open(store.clone(), vault(store, kek).await, KeySettings::default(), &at(now)).await.unwrap()
}

fn claims() -> Map<String, Value> {
    json!({ "sub": "018f" }).as_object().unwrap().clone()
}

fn stages(ring: &KeyRing, now: Timestamp) -> Vec<KeyStage> {
    ring.timeline(now).into_iter().filter(|entry| entry.algorithm == ES).map(|entry| entry.stage).collect()
}

#[tokio::test]
async fn the_vault_opens_what_it_sealed_before_a_restart() {
    let subject = Subject::sqlite();
    let kek = new_kek();
    let before = vault(&subject.store, &kek).await;
    let sealed = before.seal(SealPurpose::Profile, b"account-1", b"facts", &OsEntropy);
    let after = vault(&subject.store, &kek).await;
    assert_eq!(after.open(SealPurpose::Profile, b"account-1", &sealed).unwrap().as_slice(), b"facts");
    assert_eq!(before.digest(DigestPurpose::EmailIndex, &[b"an"]), after.digest(DigestPurpose::EmailIndex, &[b"an"]));
}

#[tokio::test]
async fn another_key_encryption_key_is_refused_and_changes_nothing() {
    let subject = Subject::sqlite();
    let kek = new_kek();
    let sealed = vault(&subject.store, &kek).await.seal(SealPurpose::Profile, b"account-1", b"facts", &OsEntropy);
    let refused = HouseVault::open(&subject.store, &new_kek(), NOW, &OsEntropy).await.unwrap_err();
    assert!(matches!(refused, VaultError::WrongKek { .. }));
    assert!(vault(&subject.store, &kek).await.open(SealPurpose::Profile, b"account-1", &sealed).is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_on_an_empty_database_end_with_the_same_keys() {
    let subject = Subject::sqlite();
    let kek = Arc::new(new_kek());
    let nodes: Vec<_> = (0..8)
        .map(|_| {
            let (store, kek) = (subject.store.clone(), Arc::clone(&kek));
            tokio::spawn(async move { (vault(&store, &kek).await, ring(&store, &kek, NOW).await) })
        })
        .collect();
    let mut started = Vec::new();
    for node in nodes {
        started.push(node.await.unwrap());
    }
    let (first_vault, first_ring) = &started[0];
    let token = first_ring.sign(ES, "JWT", &claims(), NOW).unwrap();
    let sealed = first_vault.seal(SealPurpose::Flow, b"", b"flow", &OsEntropy);
    for (vault, ring) in &started {
        assert!(vault.open(SealPurpose::Flow, b"", &sealed).is_ok());
        assert_eq!(ring.verify(&token, "JWT", NOW).unwrap().claims, claims());
        assert_eq!(ring.timeline(NOW).len(), 2);
        assert_eq!(ring.jwks(NOW), first_ring.jwks(NOW));
    }
}

#[tokio::test]
async fn a_rotation_is_published_at_once_takes_its_turn_later_and_ends_with_the_old_key_gone() {
    let subject = Subject::sqlite();
    let kek = new_kek();
    let ring = ring(&subject.store, &kek, NOW - Span::days(90)).await;
    ring.reload(NOW).await.unwrap();
    let before = ring.jwks(NOW);
    let plans = ring.rotate(&at(NOW)).await.unwrap();
    assert_eq!(plans.len(), 2);
    assert!(plans.iter().all(|plan| plan.signs_from == NOW + ANNOUNCEMENT && plan.retires.len() == 1));
    assert_ne!(ring.jwks(NOW), before);
    assert_eq!(stages(&ring, NOW), [KeyStage::Signing, KeyStage::Announced]);

    let turn = NOW + ANNOUNCEMENT;
    ring.reload(turn).await.unwrap();
    let last_of_old = ring.sign(ES, "JWT", &claims(), turn - Span::millis(1)).unwrap();
    let first_of_new = ring.sign(ES, "JWT", &claims(), turn).unwrap();
    let kid = |token: &str| ring.verify(token, "JWT", turn).unwrap().kid;
    let plan = plans.iter().find(|plan| plan.algorithm == ES).unwrap();
    assert_eq!((kid(&last_of_old), kid(&first_of_new)), (plan.retires[0].kid.clone(), plan.kid.clone()));

    let end = plan.retires[0].published_until;
    assert_eq!(end, turn + Span::hours(24));
    assert_eq!(ring.sweep(end - Span::millis(1)).await.unwrap(), 0);
    assert!(ring.verify(&last_of_old, "JWT", end - Span::millis(1)).is_ok());
    assert_eq!(ring.verify(&last_of_old, "JWT", end), Err(VerifyError::UnknownKey));
    // Its row stays for the hints of services where people are still signed in.
    let over = end + Span::days(90);
    assert_eq!(ring.sweep(over - Span::millis(1)).await.unwrap(), 0);
    ring.reload(over - Span::millis(1)).await.unwrap();
    assert!(ring.verify_hint(&last_of_old, "JWT", over - Span::millis(1)).is_ok());
    assert_eq!(ring.sweep(over).await.unwrap(), 2);
    assert_eq!(stages(&ring, over), [KeyStage::Signing]);
    assert!(ring.verify(&first_of_new, "JWT", over).is_ok());
}

#[tokio::test]
async fn another_node_learns_of_a_rotation_when_it_reads_the_table_again() {
    let subject = Subject::sqlite();
    let kek = new_kek();
    let (one, other) = (ring(&subject.store, &kek, NOW).await, ring(&subject.store, &kek, NOW).await);
    one.rotate(&at(NOW)).await.unwrap();
    assert_ne!(one.jwks(NOW), other.jwks(NOW));
    let later = NOW + Span::seconds(30);
    other.reload(later).await.unwrap();
    assert_eq!(one.jwks(later), other.jwks(later));
}

#[tokio::test]
async fn a_restart_neither_makes_new_keys_nor_forgets_a_signature() {
    let subject = Subject::sqlite();
    let kek = new_kek();
    let token = ring(&subject.store, &kek, NOW).await.sign(SigningAlgorithm::Rs256, "JWT", &claims(), NOW).unwrap();
    let later = NOW + Span::days(3);
    let after = ring(&subject.store, &kek, later).await;
    assert_eq!(after.timeline(later).len(), 2);
    assert!(after.verify(&token, "JWT", later).is_ok());
}

#[tokio::test]
async fn the_private_keys_in_the_database_are_sealed() {
    let subject = Subject::sqlite();
    ring(&subject.store, &new_kek(), NOW).await;
    let rows = subject.store.read("look", |tx| Ok((tx.list_signing_keys()?, tx.list_data_keys()?))).await.unwrap();
    for key in rows.0 {
        assert!(!String::from_utf8_lossy(&key.sealed_private_jwk).contains("kty"));
        assert!(!key.public_jwk.contains("\"d\""));
    }
    for key in rows.1 {
        // Nonce, 32 bytes, tag: no room for anything readable.
        assert_eq!(key.sealed.len(), 24 + 32 + 16);
    }
}
