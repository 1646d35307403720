//! The key ring: the signing keys of a running node, kept in step with the key table.
//!
//! Owns first keys, rotation, and how old a reading of the table may be. The rules are in `key_set` (what a reading
//! means) and `rotation` (the timetable); this file only carries them to and from the store.

use crate::jws::{KeyMaterial, VerifiedToken, VerifyError, generate};
use crate::key_set::{KeySet, KeySetError, SignError, is_over, without_key};
use crate::rotation::{RotationPlan, TimelineEntry, plan};
use crate::settings::{KeySettings, SettingsError};
use portal_id_core::audit::{AuditEntry, AuditKind};
use portal_id_core::ctx::Ctx;
use portal_id_core::entropy::Entropy;
use portal_id_core::ports::{SealPurpose, Vault};
use portal_id_core::signing_key::{SigningAlgorithm, SigningKey};
use portal_id_core::store::{Store, StoreError, StoreResult, Tx};
use portal_id_core::time::{Span, Timestamp};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Why the key ring cannot be opened, read again or rotated.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// The settings do not fit together.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] KeySetError),
    /// A new key cannot be made.
    #[error("no new signing key can be made: {0}")]
    Generate(String),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The signing keys of a running node.
pub struct KeyRing {
    store: Store,
    vault: Arc<dyn Vault>,
    settings: KeySettings,
    current: RwLock<Arc<KeySet>>,
}

impl KeyRing {
    /// Opens the ring; at the first start it makes one key of each algorithm that clients have by default (decisions 19),
    /// which takes a good part of a second of computing.
    pub async fn open(
        store: Store,
        vault: Arc<dyn Vault>,
        settings: KeySettings,
        ctx: &Ctx,
    ) -> Result<Arc<Self>, RingError> {
        settings.check()?;
        let rows = read(&store).await?;
        let set = KeySet::from_rows(rows, vault.as_ref(), None, settings.hints_for(), ctx.now)?;
        let ring = Self { store, vault, settings, current: RwLock::new(Arc::new(set)) };
        ring.ensure(&SigningAlgorithm::AT_FIRST, ctx).await?;
        Ok(Arc::new(ring))
    }

    /// Makes a first key of each of these algorithms that has none. It signs at once: nobody was ever given a token of
    /// that algorithm, so to whom its key is news it is news like the client's own registration. Other nodes know it once
    /// they have read the table again.
    pub async fn ensure(&self, algorithms: &[SigningAlgorithm], ctx: &Ctx) -> Result<(), RingError> {
        let missing = self.current().without_key(algorithms);
        if missing.is_empty() {
            return Ok(());
        }
        let fresh = new_keys(&missing, self.vault.as_ref(), ctx.now, ctx.entropy())?;
        let audited = ctx.clone();
        self.store.tx("create_first_signing_keys", move |tx| insert_missing(tx, &fresh, &audited)).await?;
        self.reload(ctx.now).await
    }

    /// Signs `claims` as a token of type `typ` (`JWT`, `at+jwt`, `logout+jwt`) with the key whose turn it is at `now`.
    pub fn sign(
        &self,
        alg: SigningAlgorithm,
        typ: &str,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, SignError> {
        let set = self.current();
        if !self.is_fresh_reading(&set, now) {
            return Err(SignError::Stale);
        }
        set.sign(alg, typ, claims, now)
    }

    /// Verifies one of **our own** tokens of type `typ`: signature and header. The claims are the caller's to judge.
    pub fn verify(&self, token: &str, typ: &str, now: Timestamp) -> Result<VerifiedToken, VerifyError> {
        self.current().verify(token, typ, now)
    }

    /// The same for an ID token that a client brings back as a hint: also with a key that was withdrawn
    /// ([`KeySettings::hint_days`]).
    pub fn verify_hint(&self, token: &str, typ: &str, now: Timestamp) -> Result<VerifiedToken, VerifyError> {
        self.current().verify_hint(token, typ, now)
    }

    /// The JWK Set published at `now`, as JSON (RFC 7517 §5).
    pub fn jwks(&self, now: Timestamp) -> Arc<str> {
        self.current().jwks(now)
    }

    /// For how long the JWK Set may be kept.
    pub fn max_age(&self) -> Span {
        self.settings.jwks_max_age()
    }

    /// Whether the last good reading of the key table is recent enough to sign: part of readiness.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.is_fresh_reading(&self.current(), now)
    }

    /// Reads the key table again (a job, every 30 s). On an error the last good reading stays.
    pub async fn reload(&self, now: Timestamp) -> Result<(), RingError> {
        let rows = read(&self.store).await?;
        let set = KeySet::from_rows(rows, self.vault.as_ref(), Some(&self.current()), self.settings.hints_for(), now)?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        // Of two readings at once, the one that began later stays.
        if current.read_at() <= now {
            *current = Arc::new(set);
        }
        Ok(())
    }

    /// Announces a new key of each algorithm in use now; it signs, and the older ones stop, once every cache of the key set
    /// must have seen it (decisions 23). Says what was planned.
    pub async fn rotate(&self, ctx: &Ctx) -> Result<Vec<RotationPlan>, RingError> {
        let fresh = new_keys(&self.current().in_use(), self.vault.as_ref(), ctx.now, ctx.entropy())?;
        let (settings, audited) = (self.settings.clone(), ctx.clone());
        let plans = self
            .store
            .tx("rotate_signing_keys", move |tx| {
                tx.insert_audit(&AuditEntry::new(&audited, AuditKind::SigningKeysRotated))?;
                fresh.iter().map(|key| relieve(tx, key, &settings, audited.now)).collect()
            })
            .await?;
        self.reload(ctx.now).await?;
        Ok(plans)
    }

    /// Deletes keys that neither sign nor verify anything any more, private parts and all (a job); how many. Asks the last reading first,
    /// so that the job writes nothing on an ordinary day.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, RingError> {
        if !self.current().has_withdrawn(now) {
            return Ok(0);
        }
        let hints_for = self.settings.hints_for();
        let deleted = self
            .store
            .tx("sweep_signing_keys", move |tx| {
                let mut deleted = 0;
                for key in tx.list_signing_keys()? {
                    if is_over(&key, hints_for, now) {
                        deleted += usize::from(tx.delete_signing_key(&key.kid)?);
                    }
                }
                Ok(deleted)
            })
            .await?;
        self.reload(now).await?;
        Ok(deleted)
    }

    /// Every key of the last reading with its stage at `now`, the oldest first.
    pub fn timeline(&self, now: Timestamp) -> Vec<TimelineEntry> {
        self.current().timeline(now)
    }

    fn current(&self) -> Arc<KeySet> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_fresh_reading(&self, set: &KeySet, now: Timestamp) -> bool {
        now.since(set.read_at()) <= self.settings.max_staleness()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("read_at", &self.current().read_at()).finish_non_exhaustive()
    }
}

/// Makes a signing key that signs from `signs_from`, its private part sealed in `vault`.
pub fn new_signing_key(
    algorithm: SigningAlgorithm,
    vault: &dyn Vault,
    now: Timestamp,
    signs_from: Timestamp,
    entropy: &dyn Entropy,
) -> Result<SigningKey, RingError> {
    let failed = |fault: crate::jws::KeyFault| RingError::Generate(fault.to_string());
    let private = generate(algorithm).map_err(failed)?;
    let key = KeyMaterial::import(algorithm, &private).map_err(failed)?;
    Ok(SigningKey {
        sealed_private_jwk: vault.seal(SealPurpose::SigningKey, key.kid.as_str().as_bytes(), &private, entropy),
        public_jwk: Value::Object(key.public).to_string(),
        kid: key.kid,
        algorithm,
        created_at: now,
        signs_from,
        signs_until: None,
        published_until: None,
        revoked_at: None,
    })
}

fn new_keys(
    algorithms: &[SigningAlgorithm],
    vault: &dyn Vault,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Vec<SigningKey>, RingError> {
    algorithms.iter().map(|algorithm| new_signing_key(*algorithm, vault, now, now, entropy)).collect()
}

async fn read(store: &Store) -> StoreResult<Vec<SigningKey>> {
    store.read("read_signing_keys", |tx| tx.list_signing_keys()).await
}

/// Looks again inside the transaction: another node may have made the first keys meanwhile. Where the database lets
/// two such transactions pass each other, both keys stay, all nodes choose the same one, and a rotation retires both.
fn insert_missing(tx: &mut dyn Tx, fresh: &[SigningKey], ctx: &Ctx) -> StoreResult<()> {
    let wanted: Vec<SigningAlgorithm> = fresh.iter().map(|key| key.algorithm).collect();
    let missing = without_key(&tx.list_signing_keys()?, &wanted);
    for key in fresh.iter().filter(|key| missing.contains(&key.algorithm)) {
        tx.insert_signing_key(key)?;
        tx.insert_audit(&AuditEntry::new(ctx, AuditKind::SigningKeyCreated))?;
    }
    Ok(())
}

/// Inserts `fresh` and gives the keys that it relieves their end.
fn relieve(tx: &mut dyn Tx, fresh: &SigningKey, settings: &KeySettings, now: Timestamp) -> StoreResult<RotationPlan> {
    let present = tx.list_signing_keys()?;
    let plan = plan(&present, fresh.algorithm, &fresh.kid, settings, now);
    tx.insert_signing_key(&SigningKey { signs_from: plan.signs_from, ..fresh.clone() })?;
    for end in &plan.retires {
        let Some(old) = present.iter().find(|key| key.kid == end.kid) else {
            continue;
        };
        let ended = SigningKey {
            signs_until: Some(end.signs_until),
            published_until: Some(end.published_until),
            ..old.clone()
        };
        if !tx.update_signing_key(&ended)? {
            // Deleted or changed by another command meanwhile: plan again on what is there now.
            return Err(StoreError::Retry);
        }
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::{NOW, Seeded, ctx, vault};
    use portal_id_core::store::{Access, Backend, Job};

    const ES: SigningAlgorithm = SigningAlgorithm::Es256;

    /// A database that cannot be reached.
    struct CutOff;

    #[async_trait::async_trait]
    impl Backend for CutOff {
        async fn run(&self, name: &'static str, _: Access, _: Job) -> StoreResult<()> {
            Err(StoreError::Unavailable(name.to_owned()))
        }
    }

    fn cut_off_since_now() -> KeyRing {
        let rows = new_keys(&[ES], &vault(1), NOW, &Seeded::new(2)).unwrap();
        KeyRing {
            store: Store::new(CutOff),
            settings: KeySettings::default(),
            current: RwLock::new(Arc::new(
                KeySet::from_rows(rows, &vault(1), None, KeySettings::default().hints_for(), NOW).unwrap(),
            )),
            vault: Arc::new(vault(1)),
        }
    }

    #[tokio::test]
    async fn a_node_cut_off_from_the_database_signs_for_five_minutes_and_no_longer() {
        let ring = cut_off_since_now();
        let last = NOW + Span::minutes(5);
        assert!(ring.reload(last).await.is_err());
        let token = ring.sign(ES, "JWT", &Map::new(), last).unwrap();
        assert!(ring.is_fresh(last));

        let later = last + Span::millis(1);
        assert_eq!(ring.sign(ES, "JWT", &Map::new(), later), Err(SignError::Stale));
        assert!(!ring.is_fresh(later));
        // What was signed still verifies, and the key set is still handed out (decisions 11).
        assert!(ring.verify(&token, "JWT", later).is_ok());
        assert!(ring.jwks(later).contains("ES256"));
    }

    #[tokio::test]
    async fn a_ring_does_not_open_without_the_database_or_with_settings_that_do_not_fit() {
        let ctx = ctx(NOW);
        let open = |settings| KeyRing::open(Store::new(CutOff), Arc::new(vault(1)), settings, &ctx);
        let refused = open(KeySettings::default()).await.unwrap_err();
        assert!(matches!(refused, RingError::Store(StoreError::Unavailable(_))));
        let refused = open(KeySettings { margin_seconds: 0, ..KeySettings::default() }).await.unwrap_err();
        assert!(matches!(refused, RingError::Settings(SettingsError::MarginBelowStaleness)));
    }

    #[test]
    fn an_algorithm_needs_a_first_key_when_none_lives() {
        let first = SigningAlgorithm::AT_FIRST;
        assert_eq!(without_key(&[], &first), first);
        assert_eq!(without_key(&[], &[ES, ES]), [ES], "one key, however many clients want it");
        let live = new_signing_key(ES, &vault(1), NOW, NOW, &Seeded::new(2)).unwrap();
        assert_eq!(without_key(std::slice::from_ref(&live), &first), [SigningAlgorithm::Rs256]);
        let revoked = SigningKey { revoked_at: Some(NOW), ..live };
        assert_eq!(without_key(&[revoked], &first), first);
    }

    #[test]
    fn a_ring_shows_no_key_in_debug() {
        assert_eq!(format!("{:?}", cut_off_since_now()), format!("KeyRing {{ read_at: {NOW:?}, .. }}"));
    }
}
