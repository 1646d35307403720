//! Checking the signature of a passkey: the one thing about it that needs a library of cryptography.

use crate::passkey::PublicKey;

/// Checks signatures of keys that are not ours.
pub trait SignatureVerifier: Send + Sync {
    /// Whether `signature` is that of `key` over `message`. ECDSA signatures come as ASN.1 DER (WebAuthn §6.5.5).
    fn holds(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool;
}
