//! A reading of the key table through its life: first keys, rotation, withdrawal, revocation, tampering.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::ring::new_signing_key;
use crate::testing::{NOW, Seeded, vault};
use portal_id_core::time::Span;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const ES: SigningAlgorithm = SigningAlgorithm::Es256;
const TICK: Span = Span::millis(1);
const ANNOUNCEMENT: Span = Span::minutes(70);
const HINTS: Span = Span::days(90);

/// RSA keys are slow to make: these serve all tests.
static ROWS: LazyLock<Vec<SigningKey>> =
    LazyLock::new(|| SigningAlgorithm::ALL.map(|algorithm| row(algorithm, NOW)).to_vec());

fn row(algorithm: SigningAlgorithm, signs_from: Timestamp) -> SigningKey {
    new_signing_key(algorithm, &vault(1), NOW, signs_from, &Seeded::new(3)).unwrap()
}

fn set(rows: Vec<SigningKey>) -> KeySet {
    KeySet::from_rows(rows, &vault(1), None, HINTS, NOW).unwrap()
}

fn claims() -> Map<String, Value> {
    json!({ "sub": "018f" }).as_object().unwrap().clone()
}

fn kids(jwks: &str) -> Vec<String> {
    let set: Value = serde_json::from_str(jwks).unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// An elliptic key in its last hours and its successor, as `rotate` at `NOW` leaves them.
fn rotated() -> (Vec<SigningKey>, Timestamp, Timestamp) {
    let turn = NOW + ANNOUNCEMENT;
    let end = turn + Span::hours(24);
    let old = SigningKey { signs_until: Some(turn), published_until: Some(end), ..row(ES, NOW - Span::days(90)) };
    (vec![old, row(ES, turn)], turn, end)
}

#[test]
fn the_first_keys_sign_and_verify_with_every_algorithm() {
    let set = set(ROWS.clone());
    for algorithm in SigningAlgorithm::ALL {
        let token = set.sign(algorithm, "JWT", &claims(), NOW).unwrap();
        assert_eq!(set.verify(&token, "JWT", NOW).unwrap().claims, claims());
    }
    assert!(matches!(set.verify("a.b", "JWT", NOW), Err(VerifyError::Parts)));
}

#[test]
fn the_published_set_has_distinct_kids_and_public_members_only() {
    let (mut rows, ..) = rotated();
    rows.extend(ROWS.clone());
    let jwks = set(rows).jwks(NOW);
    let parsed: Value = serde_json::from_str(&jwks).unwrap();
    for key in parsed["keys"].as_array().unwrap() {
        let members: BTreeSet<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = match key["alg"].as_str().unwrap() {
            "ES256" => BTreeSet::from(["kty", "crv", "x", "y", "kid", "use", "alg"]),
            "EdDSA" => BTreeSet::from(["kty", "crv", "x", "kid", "use", "alg"]),
            _ => BTreeSet::from(["kty", "n", "e", "kid", "use", "alg"]),
        };
        assert_eq!(members, expected);
    }
    let kids = kids(&jwks);
    assert_eq!(kids.len(), 6);
    assert_eq!(kids.iter().collect::<BTreeSet<_>>().len(), 6);
}

#[test]
fn a_retired_key_verifies_until_it_is_no_longer_published() {
    let (rows, turn, end) = rotated();
    let (old, new) = (rows[0].kid.clone(), rows[1].kid.clone());
    let set = set(rows);

    let last = set.sign(ES, "JWT", &claims(), turn - TICK).unwrap();
    assert_eq!(set.verify(&last, "JWT", turn - TICK).unwrap().kid, old);
    let next = set.sign(ES, "JWT", &claims(), turn).unwrap();
    assert_eq!(set.verify(&next, "JWT", turn).unwrap().kid, new);

    assert!(set.verify(&last, "JWT", end - TICK).is_ok());
    assert_eq!(set.verify(&last, "JWT", end), Err(VerifyError::UnknownKey));
    assert_eq!(set.verify(&last, "JWT", end + TICK), Err(VerifyError::UnknownKey));
}

#[test]
fn a_withdrawn_key_verifies_hints_for_some_time_and_nothing_else() {
    let (rows, turn, end) = rotated();
    let reading = |now| KeySet::from_rows(rows.clone(), &vault(1), None, HINTS, now).unwrap();
    let last = set(rows.clone()).sign(ES, "JWT", &claims(), turn - TICK).unwrap();
    let over = end + HINTS;
    for now in [end, over - TICK] {
        assert_eq!(reading(now).verify(&last, "JWT", now), Err(VerifyError::UnknownKey));
        assert_eq!(reading(now).verify_hint(&last, "JWT", now).unwrap().claims, claims());
        assert_eq!(kids(&reading(now).jwks(now)).len(), 1);
        assert!(!reading(now).has_withdrawn(now), "its row stays");
    }
    assert_eq!(reading(over).verify_hint(&last, "JWT", over), Err(VerifyError::UnknownKey));
    assert!(reading(over).has_withdrawn(over));
    assert_eq!(reading(end).verify_hint(&last, "at+jwt", end), Err(VerifyError::Type));
}

#[test]
fn the_new_key_is_published_from_the_rotation_on_and_the_old_one_until_its_last_token_expired() {
    let (rows, _, end) = rotated();
    let set = set(rows.clone());
    let both = vec![rows[0].kid.to_string(), rows[1].kid.to_string()];
    assert_eq!(kids(&set.jwks(NOW)), both);
    assert_eq!(kids(&set.jwks(end - TICK)), both);
    assert_eq!(kids(&set.jwks(end)), both[1..]);
}

#[test]
fn an_announced_key_does_not_sign_even_when_there_is_no_other() {
    let set = set(vec![row(ES, NOW + Span::minutes(70))]);
    assert_eq!(set.sign(ES, "JWT", &claims(), NOW), Err(SignError::NoKey(ES)));
    assert_eq!(kids(&set.jwks(NOW)).len(), 1);
}

#[test]
fn a_revoked_key_neither_signs_nor_verifies_nor_is_published() {
    let before = set(ROWS.clone());
    let token = before.sign(ES, "JWT", &claims(), NOW).unwrap();
    let mut rows = ROWS.clone();
    rows.iter_mut().find(|key| key.algorithm == ES).unwrap().revoked_at = Some(NOW);
    let after = KeySet::from_rows(rows, &vault(1), Some(&before), HINTS, NOW).unwrap();
    assert_eq!(after.verify(&token, "JWT", NOW), Err(VerifyError::UnknownKey));
    assert_eq!(after.sign(ES, "JWT", &claims(), NOW), Err(SignError::NoKey(ES)));
    assert_eq!(kids(&after.jwks(NOW)).len(), ROWS.len() - 1);
    assert_eq!(after.verify_hint(&token, "JWT", NOW), Err(VerifyError::UnknownKey));
    assert!(after.sign(SigningAlgorithm::Rs256, "JWT", &claims(), NOW).is_ok());
}

#[test]
fn a_key_that_is_known_is_not_opened_again() {
    let first = set(ROWS.clone());
    // The other vault could open nothing: the keys come from the earlier reading.
    let second = KeySet::from_rows(ROWS.clone(), &vault(2), Some(&first), HINTS, NOW).unwrap();
    for row in ROWS.iter() {
        assert!(Arc::ptr_eq(&first.keys[&row.kid], &second.keys[&row.kid]));
    }
    assert!(matches!(KeySet::from_rows(ROWS.clone(), &vault(2), None, HINTS, NOW), Err(KeySetError::Unsealable(_))));
}

#[test]
fn a_private_key_moved_to_another_row_does_not_open() {
    let mut rows = vec![row(ES, NOW), row(ES, NOW)];
    rows[0].sealed_private_jwk = rows[1].sealed_private_jwk.clone();
    assert!(matches!(KeySet::from_rows(rows, &vault(1), None, HINTS, NOW), Err(KeySetError::Unsealable(_))));
}

#[test]
fn a_kid_that_is_not_the_keys_own_thumbprint_is_refused() {
    let (vault, honest) = (vault(1), row(ES, NOW));
    let private =
        vault.open(SealPurpose::SigningKey, honest.kid.as_str().as_bytes(), &honest.sealed_private_jwk).unwrap();
    let renamed = SigningKey {
        kid: KeyId::from_text("1"),
        sealed_private_jwk: vault.seal(SealPurpose::SigningKey, b"1", &private, &Seeded::new(4)),
        ..honest
    };
    let refused = KeySet::from_rows(vec![renamed], &vault, None, HINTS, NOW).err().unwrap();
    assert_eq!(refused.to_string(), "the key 1 is damaged: the kid is not the thumbprint of the key");
}

// security: row 18
#[test]
fn a_row_cannot_give_a_key_another_algorithm_or_another_public_part() {
    let confused = SigningKey { algorithm: SigningAlgorithm::Rs256, ..row(ES, NOW) };
    assert!(matches!(KeySet::from_rows(vec![confused], &vault(1), None, HINTS, NOW), Err(KeySetError::Damaged { .. })));

    let (honest, stranger) = (row(ES, NOW), row(ES, NOW));
    let swapped = SigningKey { public_jwk: stranger.public_jwk.clone(), ..honest.clone() };
    let set = set(vec![swapped]);
    assert_eq!(kids(&set.jwks(NOW)), [honest.kid.to_string()]);
    let foreign = self::set(vec![stranger]).sign(ES, "JWT", &claims(), NOW).unwrap();
    assert_eq!(set.verify(&foreign, "JWT", NOW), Err(VerifyError::UnknownKey));
}

#[test]
fn a_key_withdrawn_longer_ago_than_hints_are_taken_is_listed_but_never_opened() {
    let withdrawn = SigningKey {
        published_until: Some(NOW - HINTS),
        sealed_private_jwk: Vec::new(),
        ..row(ES, NOW - Span::days(99))
    };
    let set = set(vec![withdrawn]);
    let timeline = set.timeline(NOW);
    assert_eq!(timeline.len(), 1);
    assert_eq!(timeline[0].stage.as_str(), "withdrawn");
    assert_eq!(kids(&set.jwks(NOW)), Vec::<String>::new());
}

#[test]
fn the_timeline_tells_what_each_key_does() {
    let (rows, turn, end) = rotated();
    let set = set(rows);
    let stages = |now| set.timeline(now).iter().map(|entry| entry.stage.as_str()).collect::<Vec<_>>();
    assert_eq!(stages(NOW), ["signing", "announced"]);
    assert_eq!(stages(turn), ["retired", "signing"]);
    assert_eq!(stages(end), ["withdrawn", "signing"]);
}
