//! Seeded chance and a ready vault for this crate's own tests.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::kek::KeyEncryptionKey;
use crate::vault::HouseVault;
use portal_id_core::ctx::Ctx;
use portal_id_core::entropy::Entropy;
use portal_id_core::time::Timestamp;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use std::sync::{Arc, Mutex};

/// 2026-11-23T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_795_392_000);

/// Chance that repeats itself.
pub(crate) struct Seeded(Mutex<ChaCha20Rng>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(buffer);
    }
}

/// A key-encryption key that depends only on `seed`.
pub(crate) fn kek(seed: u64) -> KeyEncryptionKey {
    KeyEncryptionKey::parse(KeyEncryptionKey::generate(&Seeded::new(seed), true).expose()).unwrap()
}

/// A vault with fresh data keys that depend only on `seed`.
pub(crate) fn vault(seed: u64) -> HouseVault {
    let kek = kek(seed);
    HouseVault::from_data_keys(&HouseVault::new_data_keys(&kek, NOW, &Seeded::new(seed)), &kek).unwrap()
}

/// The circumstances of a job at `now`.
pub(crate) fn ctx(now: Timestamp) -> Ctx {
    Ctx::for_job(now, Arc::new(Seeded::new(9)), "test")
}
