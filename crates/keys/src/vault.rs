//! The vault: seals what must be read again, digests what must only be recognised.
//!
//! Owns the sealed format and the derivation of a key per purpose. Leaves to its callers what the context of a sealed
//! value is (the row's id), and to `storage` where the sealed data keys lie.
//!
//! Sealed: `version (1) ‖ data key's version (4, big-endian) ‖ nonce (24) ‖ XChaCha20-Poly1305 ciphertext and tag`.

use crate::kek::{KeyEncryptionKey, NONCE_BYTES, decrypt, derive, encrypt};
use hmac::{Hmac, Mac as _};
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::entropy::Entropy;
use portal_id_core::ports::{SealPurpose, Unsealable, Vault};
use portal_id_core::store::{DataKey, Store, StoreError};
use portal_id_core::time::Timestamp;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// The data key that seals.
const SEAL: &str = "seal";
/// The data key that digests.
const DIGEST: &str = "digest";
/// The version of the sealed format.
const FORMAT: u8 = 1;
/// Format and data key's version, before the nonce.
const HEADER_BYTES: usize = 5;
/// How often a start that lost the race for the first data keys looks again.
const LOOKS: u32 = 3;

/// Why the vault does not open.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The data keys do not open under this key-encryption key.
    #[error(
        "the key-encryption key is not the one this database was sealed with (data key `{name}`, version {version}): give the right key, never make a new one"
    )]
    WrongKek {
        /// The data key that did not open.
        name: String,
        /// Its version.
        version: i64,
    },
    /// Some data keys are there, but not all that are needed.
    #[error("the data key `{0}` is missing from the database: restore it from a backup")]
    Missing(&'static str),
    /// A data key's row is not one that we write.
    #[error("the data key `{name}`, version {version}, is damaged")]
    Damaged {
        /// The data key.
        name: String,
        /// Its version.
        version: i64,
    },
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys of the house, opened.
pub struct HouseVault {
    seal: BTreeMap<u32, Zeroizing<[u8; 32]>>,
    sealing: u32,
    digest: Zeroizing<[u8; 32]>,
}

impl HouseVault {
    /// Opens the data keys of `store` with `kek`; at the first start of a database it makes them. Two nodes that start
    /// together end with the same keys.
    pub async fn open(
        store: &Store,
        kek: &KeyEncryptionKey,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, VaultError> {
        for _ in 0..LOOKS {
            let rows = store.read("open_vault", |tx| tx.list_data_keys()).await?;
            if !rows.is_empty() {
                return Self::from_data_keys(&rows, kek);
            }
            let fresh = Self::new_data_keys(kek, now, entropy);
            let inserted =
                store.tx("create_data_keys", move |tx| fresh.iter().try_for_each(|key| tx.insert_data_key(key))).await;
            match inserted {
                // Also after a success we read what is stored: that is what every other node will see.
                Ok(()) | Err(StoreError::Conflict(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(VaultError::Missing(SEAL))
    }

    /// The vault from data keys as they are stored.
    pub fn from_data_keys(rows: &[DataKey], kek: &KeyEncryptionKey) -> Result<Self, VaultError> {
        let mut seal = BTreeMap::new();
        let mut digests = BTreeMap::new();
        for row in rows {
            let damaged = || VaultError::Damaged { name: row.name.clone(), version: row.version };
            let keys = match row.name.as_str() {
                SEAL => &mut seal,
                DIGEST => &mut digests,
                _ => return Err(damaged()),
            };
            let version = u32::try_from(row.version).map_err(|_| damaged())?;
            let plain = kek
                .unwrap(&wrap_context(&row.name, row.version), &row.sealed)
                .ok_or_else(|| VaultError::WrongKek { name: row.name.clone(), version: row.version })?;
            let key: [u8; 32] = plain.as_slice().try_into().map_err(|_| damaged())?;
            keys.insert(version, Zeroizing::new(key));
        }
        let sealing = *seal.keys().next_back().ok_or(VaultError::Missing(SEAL))?;
        // Blind indexes must keep matching, so the digest key is the first one for ever.
        let (_, digest) = digests.pop_first().ok_or(VaultError::Missing(DIGEST))?;
        Ok(Self { seal, sealing, digest })
    }

    /// Fresh data keys, sealed under `kek`, for a database that has none.
    pub fn new_data_keys(kek: &KeyEncryptionKey, now: Timestamp, entropy: &dyn Entropy) -> Vec<DataKey> {
        let version = 1;
        let make = |name: &str| DataKey {
            name: name.to_owned(),
            version,
            sealed: kek.wrap(&wrap_context(name, version), entropy.bytes::<32>().as_ref(), entropy),
            created_at: now,
        };
        vec![make(SEAL), make(DIGEST)]
    }
}

impl Vault for HouseVault {
    #[expect(clippy::expect_used, reason = "`sealing` was taken from the map's own keys")]
    fn seal(&self, purpose: SealPurpose, context: &[u8], plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let data_key = self.seal.get(&self.sealing).expect("the sealing version is in the map");
        let nonce = entropy.bytes::<NONCE_BYTES>();
        let header = header(self.sealing);
        let cipher = encrypt(&seal_key(data_key, purpose), &nonce, &associated(header, purpose, context), plain);
        let mut sealed = Vec::with_capacity(HEADER_BYTES + NONCE_BYTES + cipher.len());
        sealed.extend_from_slice(&header);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&cipher);
        sealed
    }

    fn open(&self, purpose: SealPurpose, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let (&[format, version @ ..], rest) = sealed.split_first_chunk::<HEADER_BYTES>().ok_or(Unsealable)?;
        let (nonce, cipher) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Unsealable)?;
        if format != FORMAT {
            return Err(Unsealable);
        }
        let version = u32::from_be_bytes(version);
        let data_key = self.seal.get(&version).ok_or(Unsealable)?;
        decrypt(&seal_key(data_key, purpose), nonce, &associated(header(version), purpose, context), cipher)
            .ok_or(Unsealable)
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104 §2)")]
    fn digest(&self, purpose: DigestPurpose, parts: &[&[u8]]) -> Digest {
        let key = derive(&self.digest, &["portal-id digest v1", purpose.label()]);
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_ref()).expect("HMAC takes 32 bytes");
        for part in parts {
            mac.update(&length(part));
            mac.update(part);
        }
        Digest::from_bytes(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for HouseVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HouseVault(sealing with version {})", self.sealing)
    }
}

/// What binds a sealed data key to its name and version.
fn wrap_context(name: &str, version: i64) -> Vec<u8> {
    format!("portal-id data-key:{name}:{version}").into_bytes()
}

fn seal_key(data_key: &[u8; 32], purpose: SealPurpose) -> Zeroizing<[u8; 32]> {
    derive(data_key, &["portal-id seal v1", purpose.label()])
}

const fn header(version: u32) -> [u8; HEADER_BYTES] {
    let [a, b, c, d] = version.to_be_bytes();
    [FORMAT, a, b, c, d]
}

/// The associated data: header, purpose and context, the purpose with its length so that no two pairs collide.
fn associated(header: [u8; HEADER_BYTES], purpose: SealPurpose, context: &[u8]) -> Vec<u8> {
    let label = purpose.label().as_bytes();
    [header.as_slice(), &length(label), label, context].concat()
}

/// A part's length in bytes, big-endian, always eight of them.
const fn length(part: &[u8]) -> [u8; 8] {
    (part.len() as u64).to_be_bytes()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::{NOW, Seeded, kek, vault};
    use proptest::prelude::*;

    const PLAIN: &[u8] = "Nguyễn Thị An".as_bytes();

    fn sealed() -> Vec<u8> {
        vault(1).seal(SealPurpose::Profile, b"account-1", PLAIN, &Seeded::new(5))
    }

    #[test]
    fn what_is_sealed_opens_again_for_the_same_purpose_and_context() {
        assert_eq!(vault(1).open(SealPurpose::Profile, b"account-1", &sealed()).unwrap().as_slice(), PLAIN);
        assert_eq!(sealed().len(), HEADER_BYTES + NONCE_BYTES + PLAIN.len() + 16);
    }

    #[test]
    fn equal_texts_sealed_twice_do_not_look_alike() {
        let (vault, chance) = (vault(1), Seeded::new(5));
        let once = vault.seal(SealPurpose::Profile, b"account-1", PLAIN, &chance);
        assert_ne!(once, vault.seal(SealPurpose::Profile, b"account-1", PLAIN, &chance));
    }

    #[test]
    fn sealed_data_moved_to_another_context_or_purpose_is_refused() {
        let vault = vault(1);
        for context in [b"account-2".as_slice(), b"account-", b"account-11", b""] {
            assert_eq!(vault.open(SealPurpose::Profile, context, &sealed()), Err(Unsealable));
        }
        for purpose in [SealPurpose::Outbox, SealPurpose::SigningKey, SealPurpose::Flow, SealPurpose::KnownDevice] {
            assert_eq!(vault.open(purpose, b"account-1", &sealed()), Err(Unsealable));
        }
    }

    // security: row 31
    #[test]
    fn every_altered_byte_and_every_shorter_or_longer_piece_of_sealed_data_is_refused() {
        let (vault, good) = (vault(1), sealed());
        let refused = |bytes: &[u8]| vault.open(SealPurpose::Profile, b"account-1", bytes) == Err(Unsealable);
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert!(refused(&bad), "bit {bit} of byte {at}");
            }
            assert!(refused(&good[..at]), "the first {at} bytes");
            assert!(refused(&good[at + 1..]), "all but the first {} bytes", at + 1);
        }
        assert!(refused(&[good.as_slice(), &[0]].concat()));
    }

    #[test]
    fn a_wrong_key_encryption_key_is_recognised_at_once() {
        let rows = HouseVault::new_data_keys(&kek(1), NOW, &Seeded::new(1));
        let refused = HouseVault::from_data_keys(&rows, &kek(2)).unwrap_err();
        assert!(matches!(&refused, VaultError::WrongKek { name, version: 1 } if name == "seal"));
        assert!(refused.to_string().contains("never make a new one"));
    }

    #[test]
    fn a_data_key_cannot_stand_in_for_another() {
        let mut rows = HouseVault::new_data_keys(&kek(1), NOW, &Seeded::new(1));
        let (first, rest) = rows.split_at_mut(1);
        std::mem::swap(&mut first[0].sealed, &mut rest[0].sealed);
        assert!(matches!(HouseVault::from_data_keys(&rows, &kek(1)), Err(VaultError::WrongKek { .. })));
    }

    #[test]
    fn a_missing_or_odd_data_key_stops_the_start() {
        let rows = HouseVault::new_data_keys(&kek(1), NOW, &Seeded::new(1));
        assert!(matches!(HouseVault::from_data_keys(&rows[..1], &kek(1)), Err(VaultError::Missing("digest"))));
        assert!(matches!(HouseVault::from_data_keys(&rows[1..], &kek(1)), Err(VaultError::Missing("seal"))));
        let odd = DataKey { version: -1, ..rows[0].clone() };
        assert!(matches!(HouseVault::from_data_keys(&[odd], &kek(1)), Err(VaultError::Damaged { .. })));
    }

    #[test]
    fn a_newer_data_key_seals_and_the_older_one_still_opens() {
        let kek = kek(1);
        let mut rows = HouseVault::new_data_keys(&kek, NOW, &Seeded::new(1));
        rows.push(DataKey {
            name: "seal".to_owned(),
            version: 2,
            sealed: kek.wrap(&wrap_context("seal", 2), &[42; 32], &Seeded::new(3)),
            created_at: NOW,
        });
        let both = HouseVault::from_data_keys(&rows, &kek).unwrap();
        assert_eq!(both.open(SealPurpose::Profile, b"account-1", &sealed()).unwrap().as_slice(), PLAIN);
        let newer = both.seal(SealPurpose::Profile, b"account-1", PLAIN, &Seeded::new(4));
        assert_eq!(newer[..HEADER_BYTES], [1, 0, 0, 0, 2]);
        assert_eq!(vault(1).open(SealPurpose::Profile, b"account-1", &newer), Err(Unsealable));
        assert_eq!(
            both.digest(DigestPurpose::EmailIndex, &[b"an"]),
            vault(1).digest(DigestPurpose::EmailIndex, &[b"an"])
        );
    }

    // security: row 30
    #[test]
    fn digests_repeat_and_differ_by_purpose_key_and_division_into_parts() {
        let of = |parts: &[&[u8]]| vault(1).digest(DigestPurpose::Session, parts);
        assert_eq!(of(&[b"ab", b"c"]), of(&[b"ab", b"c"]));
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"abc"]));
        assert_ne!(of(&[b"abc", b""]), of(&[b"abc"]));
        assert_ne!(of(&[b"abc"]), vault(1).digest(DigestPurpose::Code, &[b"abc"]));
        assert_ne!(of(&[b"abc"]), vault(2).digest(DigestPurpose::Session, &[b"abc"]));
    }

    proptest! {
        // security: row 36
        #[test]
        fn arbitrary_bytes_never_open_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let vault = vault(1);
            prop_assert_eq!(vault.open(SealPurpose::Flow, b"", &bytes), Err(Unsealable));
            let mut dressed = header(1).to_vec();
            dressed.extend_from_slice(&bytes);
            prop_assert_eq!(vault.open(SealPurpose::Flow, b"", &dressed), Err(Unsealable));
        }

        #[test]
        fn whatever_is_sealed_opens(plain in prop::collection::vec(any::<u8>(), 0..300), context in prop::collection::vec(any::<u8>(), 0..40)) {
            let vault = vault(1);
            let sealed = vault.seal(SealPurpose::Flow, &context, &plain, &Seeded::new(8));
            let opened = vault.open(SealPurpose::Flow, &context, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), plain.as_slice());
        }
    }
}
