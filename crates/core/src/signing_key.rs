//! The signing keys as they are remembered: public part, sealed private part, and their timetable.

use crate::ids::KeyId;
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The signature algorithms we sign with (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: the standard's default for ID tokens.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256: our choice wherever the client takes it.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PSS with SHA-256: what profiles of higher security take of RSA.
    #[serde(rename = "PS256")]
    Ps256,
    /// Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    /// All of them, in the order in which keys are listed.
    pub const ALL: [Self; 4] = [Self::Es256, Self::Rs256, Self::Ps256, Self::EdDsa];

    /// Those with a key from the first start on (decisions 19). The others get one with the first client that wants it.
    pub const AT_FIRST: [Self; 2] = [Self::Es256, Self::Rs256];

    /// The `alg` value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads an `alg` value.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }
}

/// A signing key's row. The timetable decides what it does at a moment; there is no state to fall out of step.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// The `kid`: the RFC 7638 thumbprint of the public key.
    pub kid: KeyId,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// The public JWK as JSON, with `kid`, `use` and `alg`.
    pub public_jwk: String,
    /// The private JWK as JSON, sealed with the `kid` as context.
    pub sealed_private_jwk: Vec<u8>,
    /// When it was made, and published from.
    pub created_at: Timestamp,
    /// It signs from then on: not before every cache of the JWKS has seen it (decisions 23).
    pub signs_from: Timestamp,
    /// It no longer signs from then on.
    pub signs_until: Option<Timestamp>,
    /// It is no longer published from then on: the last token it signed has expired.
    pub published_until: Option<Timestamp>,
    /// Set by an emergency revocation: neither signs nor verifies nor is published.
    pub revoked_at: Option<Timestamp>,
}

impl SigningKey {
    /// Whether the JWKS shows it at `now`, and our own endpoints accept its signatures.
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.published_until.is_none_or(|until| now < until)
    }

    /// Whether it may sign at `now`.
    pub fn may_sign(&self, now: Timestamp) -> bool {
        self.is_published(now) && now >= self.signs_from && self.signs_until.is_none_or(|until| now < until)
    }
}
