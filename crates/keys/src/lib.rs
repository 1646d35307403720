//! The only code that touches private key bytes: sign, verify, rotate, publish, and seal secrets for storage.
//!
//! Three layers of keys. The *key-encryption key* ([`KeyEncryptionKey`]) stays outside the database. It seals the *data
//! keys* of the [`HouseVault`], which seal what must be read again and digest what must only be recognised. Among what
//! the vault seals are the private halves of the *signing keys* ([`KeyRing`]). Beside them stand the public keys of
//! clients and of other providers ([`ClientKeys`]), which verify what those sign and nothing of ours, and the key by which
//! we are a client of another provider ([`OwnClientKey`]).
//!
//! Left to others: which claims a token carries and whether they still hold (`oidc`), where the key-encryption key is
//! kept (`server`, `keys/README.md`), the rows themselves (`storage`).

mod encryption;
mod foreign;
mod jwk;
mod jws;
mod kek;
mod key_set;
mod own_client_key;
mod passkey_signatures;
mod ring;
mod rotation;
mod settings;
mod vault;

#[cfg(test)]
mod testing;

pub use encryption::{EncryptionFault, check_encryption, encrypt_to};
pub use foreign::{CLIENT_ALGORITHMS, ClientKeys, ClientKeysFault, ForeignError, unverified_subject};
pub use jws::{MAX_TOKEN_BYTES, VerifiedToken, VerifyError};
pub use kek::{KekError, KeyEncryptionKey};
pub use key_set::{KeySetError, SignError};
pub use own_client_key::{OwnClientKey, OwnClientKeyFault};
pub use passkey_signatures::PasskeySignatures;
pub use ring::{KeyRing, RingError, new_signing_key};
pub use rotation::{KeyStage, Retirement, RotationPlan, TimelineEntry};
pub use settings::{KeySettings, SettingsError};
pub use vault::{HouseVault, VaultError};
