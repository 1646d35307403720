//! The timetable of signing keys: pure planning, no clock and no database.
//!
//! A new key is published at once and signs when every cache of the key set must have seen it; at that same moment the
//! older ones stop; they stay published until the last token they signed has expired (decisions 23).

use crate::settings::KeySettings;
use portal_id_core::ids::KeyId;
use portal_id_core::signing_key::{SigningAlgorithm, SigningKey};
use portal_id_core::time::Timestamp;

/// When a new key of one algorithm begins, and which older ones it relieves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationPlan {
    /// What the keys sign with.
    pub algorithm: SigningAlgorithm,
    /// The new key.
    pub kid: KeyId,
    /// From when it signs.
    pub signs_from: Timestamp,
    /// The keys that it relieves.
    pub retires: Vec<Retirement>,
}

/// The end of an older key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// The older key.
    pub kid: KeyId,
    /// It no longer signs from then on.
    pub signs_until: Timestamp,
    /// It is no longer published from then on.
    pub published_until: Timestamp,
}

/// What a key does at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStage {
    /// Published, does not sign yet.
    Announced,
    /// Signs.
    Signing,
    /// Published, no longer signs.
    Retired,
    /// Neither signs nor is published: every token it signed has expired. For some time it still verifies hints.
    Withdrawn,
    /// Revoked in an emergency.
    Revoked,
}

impl KeyStage {
    /// The stage of `key` at `now`.
    pub fn of(key: &SigningKey, now: Timestamp) -> Self {
        if key.revoked_at.is_some() {
            Self::Revoked
        } else if !key.is_published(now) {
            Self::Withdrawn
        } else if key.may_sign(now) {
            Self::Signing
        } else if now < key.signs_from {
            Self::Announced
        } else {
            Self::Retired
        }
    }

    /// The stage as a word, for listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Signing => "signing",
            Self::Retired => "retired",
            Self::Withdrawn => "withdrawn",
            Self::Revoked => "revoked",
        }
    }
}

/// One line of `portal-id keys list`.
#[derive(Clone, Debug)]
pub struct TimelineEntry {
    /// The key.
    pub kid: KeyId,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// What it does now.
    pub stage: KeyStage,
    /// When it was made, and published from.
    pub created_at: Timestamp,
    /// From when it signs.
    pub signs_from: Timestamp,
    /// Until when it signs, when that is settled.
    pub signs_until: Option<Timestamp>,
    /// Until when it is published, when that is settled.
    pub published_until: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl TimelineEntry {
    /// The line for `key` at `now`.
    pub(crate) fn of(key: &SigningKey, now: Timestamp) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            stage: KeyStage::of(key, now),
            created_at: key.created_at,
            signs_from: key.signs_from,
            signs_until: key.signs_until,
            published_until: key.published_until,
            revoked_at: key.revoked_at,
        }
    }
}

/// Plans that the new key `kid` relieves those `present` keys of its algorithm that have no end yet.
pub(crate) fn plan(
    present: &[SigningKey],
    algorithm: SigningAlgorithm,
    kid: &KeyId,
    settings: &KeySettings,
    now: Timestamp,
) -> RotationPlan {
    let of_algorithm = || present.iter().filter(|key| key.algorithm == algorithm && key.kid != *kid);
    // With nobody to sign meanwhile (first start, emergency revocation) waiting would only lengthen the outage.
    let signs_from = if of_algorithm().any(|key| key.may_sign(now)) { now + settings.announcement() } else { now };
    let retires = of_algorithm()
        .filter(|key| key.revoked_at.is_none() && key.signs_until.is_none())
        .map(|key| {
            // A key announced for later than the new one (settings were shortened meanwhile) never gets its turn.
            let signs_until = signs_from.max(key.signs_from);
            Retirement {
                kid: key.kid.clone(),
                signs_until,
                published_until: signs_until + settings.longest_token_lifetime(),
            }
        })
        .collect();
    RotationPlan { algorithm, kid: kid.clone(), signs_from, retires }
}

/// The key of `algorithm` that signs at `now`: the one that began last. Ties are broken by `kid`, so that all nodes
/// choose alike.
pub(crate) fn signing_at(keys: &[SigningKey], algorithm: SigningAlgorithm, now: Timestamp) -> Option<&SigningKey> {
    keys.iter()
        .filter(|key| key.algorithm == algorithm && key.may_sign(now))
        .max_by(|a, b| (a.signs_from, &a.kid).cmp(&(b.signs_from, &b.kid)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::NOW;
    use portal_id_core::time::Span;
    use proptest::prelude::*;

    const ES: SigningAlgorithm = SigningAlgorithm::Es256;
    const TICK: Span = Span::millis(1);

    fn key(kid: &str, signs_from: Timestamp) -> SigningKey {
        SigningKey {
            kid: KeyId::from_text(kid),
            algorithm: ES,
            public_jwk: String::new(),
            sealed_private_jwk: Vec::new(),
            created_at: signs_from,
            signs_from,
            signs_until: None,
            published_until: None,
            revoked_at: None,
        }
    }

    /// What `rotate` does to the table.
    fn rotated(mut keys: Vec<SigningKey>, kid: &str, now: Timestamp) -> Vec<SigningKey> {
        let plan = plan(&keys, ES, &KeyId::from_text(kid), &KeySettings::default(), now);
        for end in &plan.retires {
            let old = keys.iter_mut().find(|key| key.kid == end.kid).unwrap();
            old.signs_until = Some(end.signs_until);
            old.published_until = Some(end.published_until);
        }
        keys.push(SigningKey { created_at: now, ..key(kid, plan.signs_from) });
        keys
    }

    fn signer(keys: &[SigningKey], now: Timestamp) -> Option<&str> {
        signing_at(keys, ES, now).map(|key| key.kid.as_str())
    }

    fn stages(keys: &[SigningKey], now: Timestamp) -> Vec<KeyStage> {
        keys.iter().map(|key| KeyStage::of(key, now)).collect()
    }

    #[test]
    fn a_new_key_is_announced_at_once_signs_after_max_age_and_margin_and_the_old_one_is_published_until_its_last_token_expired()
     {
        let keys = rotated(vec![key("old", NOW - Span::days(90))], "new", NOW);
        let turn = NOW + Span::seconds(3600 + 600);
        let end = turn + Span::hours(24);

        assert_eq!(stages(&keys, NOW), [KeyStage::Signing, KeyStage::Announced]);
        assert_eq!(signer(&keys, turn - TICK), Some("old"));
        assert_eq!(stages(&keys, turn), [KeyStage::Retired, KeyStage::Signing]);
        assert_eq!(signer(&keys, turn), Some("new"));
        assert_eq!(stages(&keys, end - TICK), [KeyStage::Retired, KeyStage::Signing]);
        assert_eq!(stages(&keys, end), [KeyStage::Withdrawn, KeyStage::Signing]);
    }

    #[test]
    fn the_first_key_signs_at_once() {
        let keys = rotated(Vec::new(), "first", NOW);
        assert_eq!(signer(&keys, NOW), Some("first"));
    }

    #[test]
    fn after_an_emergency_revocation_the_next_key_signs_at_once_and_the_revoked_one_stays_revoked() {
        let mut lost = key("lost", NOW - Span::days(1));
        lost.revoked_at = Some(NOW);
        let keys = rotated(vec![lost], "next", NOW);
        assert_eq!(signer(&keys, NOW), Some("next"));
        assert_eq!(stages(&keys, NOW), [KeyStage::Revoked, KeyStage::Signing]);
        assert_eq!(keys[0].signs_until, None);
    }

    #[test]
    fn a_second_rotation_during_the_first_gives_each_key_its_turn() {
        let keys = rotated(vec![key("a", NOW - Span::days(1))], "b", NOW);
        let end_of_a = (keys[0].signs_until, keys[0].published_until);
        let later = NOW + Span::minutes(10);
        let keys = rotated(keys, "c", later);
        assert_eq!((keys[0].signs_until, keys[0].published_until), end_of_a);
        let delay = KeySettings::default().announcement();
        assert_eq!(signer(&keys, NOW + delay - TICK), Some("a"));
        assert_eq!(signer(&keys, NOW + delay), Some("b"));
        assert_eq!(signer(&keys, later + delay - TICK), Some("b"));
        assert_eq!(signer(&keys, later + delay), Some("c"));
    }

    #[test]
    fn of_several_keys_that_may_sign_all_nodes_choose_the_one_that_began_last() {
        let (first, second) = (key("z", NOW), key("a", NOW + TICK));
        assert_eq!(signer(&[first.clone(), second.clone()], NOW + TICK), Some("a"));
        assert_eq!(signer(&[second, first.clone()], NOW + TICK), Some("a"));
        let twin = key("y", NOW);
        assert_eq!(signer(&[first.clone(), twin.clone()], NOW), Some("z"));
        assert_eq!(signer(&[twin, first], NOW), Some("z"));
    }

    #[test]
    fn keys_of_the_other_algorithm_are_left_alone() {
        let rsa = SigningKey { algorithm: SigningAlgorithm::Rs256, ..key("rsa", NOW) };
        let plan = plan(&[rsa], ES, &KeyId::from_text("new"), &KeySettings::default(), NOW);
        assert_eq!((plan.signs_from, plan.retires), (NOW, Vec::new()));
    }

    proptest! {
        #[test]
        fn from_the_first_key_on_some_published_key_signs_at_every_moment(
            pauses in prop::collection::vec(0_i64..200_000, 0..8),
            look in 0_i64..2_000_000,
        ) {
            let mut keys = rotated(Vec::new(), "0", NOW);
            let mut now = NOW;
            for (turn, pause) in pauses.iter().enumerate() {
                now = now + Span::seconds(*pause);
                keys = rotated(keys, &(turn + 1).to_string(), now);
            }
            let moment = NOW + Span::seconds(look);
            let signing = signing_at(&keys, ES, moment).unwrap();
            prop_assert!(signing.is_published(moment));
            // Nobody signs with a key that a cache of the key set may not have seen yet.
            let seen_for = moment.since(signing.created_at);
            prop_assert!(signing.kid.as_str() == "0" || seen_for >= KeySettings::default().announcement());
            // Every key outlives the tokens it signed.
            for key in &keys {
                if let (Some(signs), Some(published)) = (key.signs_until, key.published_until) {
                    prop_assert!(published.since(signs) >= KeySettings::default().longest_token_lifetime());
                }
            }
        }
    }
}
