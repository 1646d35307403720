//! The signing keys as one reading of the table shows them: choosing, signing, verifying, publishing. Pure: no database.
//!
//! Leaves reading the table again, and how old a reading may be, to [`crate::KeyRing`].

use crate::jwk::key_set;
use crate::jws::{self, KeyFault, KeyMaterial, VerifiedToken, VerifyError};
use crate::rotation::{TimelineEntry, signing_at};
use portal_id_core::ids::KeyId;
use portal_id_core::ports::{SealPurpose, Vault};
use portal_id_core::signing_key::{SigningAlgorithm, SigningKey};
use portal_id_core::time::{Span, Timestamp};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// Why a token is not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key table was read too long ago: a key may have been revoked since (decisions 23).
    #[error("the signing keys were last read too long ago")]
    Stale,
    /// No key of this algorithm signs at this moment.
    #[error("no {} key signs at this moment", .0.as_str())]
    NoKey(SigningAlgorithm),
    /// The token would be longer than [`crate::MAX_TOKEN_BYTES`].
    #[error("the token would be too long")]
    TooLong,
    /// The cryptographic library refused: a fault of ours.
    #[error("the token cannot be signed")]
    Fault,
}

/// A row of the key table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// The private key does not open: altered, moved to another row, or sealed under another key.
    #[error("the private key of {0} does not open")]
    Unsealable(KeyId),
    /// The opened key is not the one that its row describes, or is none at all.
    #[error("the key {kid} is damaged: {reason}")]
    Damaged {
        /// The row.
        kid: KeyId,
        /// What is wrong; names no key material.
        reason: String,
    },
}

/// One reading of the key table.
pub(crate) struct KeySet {
    rows: Vec<SigningKey>,
    keys: HashMap<KeyId, Arc<KeyMaterial>>,
    read_at: Timestamp,
    /// For how long a withdrawn key still verifies hints.
    hints_for: Span,
    /// The key set as published from `read_at` until the first key is withdrawn.
    published: Arc<str>,
    published_until: Option<Timestamp>,
}

impl KeySet {
    /// The keys from their rows, read at `now`. Keys that `previous` has are not opened again. Rows that were withdrawn
    /// longer than `hints_for` ago are listed only.
    pub(crate) fn from_rows(
        rows: Vec<SigningKey>,
        vault: &dyn Vault,
        previous: Option<&Self>,
        hints_for: Span,
        now: Timestamp,
    ) -> Result<Self, KeySetError> {
        let mut keys = HashMap::new();
        for row in rows.iter().filter(|row| verifies_hints(row, hints_for, now)) {
            // The `kid` is the key's own thumbprint, so what has the same `kid` is the same key.
            let known = previous.and_then(|set| set.keys.get(&row.kid)).filter(|key| key.algorithm == row.algorithm);
            let key = match known {
                Some(key) => Arc::clone(key),
                None => Arc::new(open(row, vault)?),
            };
            keys.insert(row.kid.clone(), key);
        }
        let mut set = Self { rows, keys, read_at: now, hints_for, published: Arc::from(""), published_until: None };
        set.published = set.render(now);
        set.published_until =
            set.rows.iter().filter(|row| row.is_published(now)).filter_map(|row| row.published_until).min();
        Ok(set)
    }

    /// When the table was read.
    pub(crate) const fn read_at(&self) -> Timestamp {
        self.read_at
    }

    /// The token with this type and these claims, signed by the key whose turn it is at `now`.
    pub(crate) fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: &str,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, SignError> {
        let row = signing_at(&self.rows, algorithm, now).ok_or(SignError::NoKey(algorithm))?;
        let key = self.keys.get(&row.kid).ok_or(SignError::NoKey(algorithm))?;
        match key.sign(typ, claims) {
            Ok(Some(token)) => Ok(token),
            Ok(None) => Err(SignError::TooLong),
            Err(KeyFault { .. }) => Err(SignError::Fault),
        }
    }

    /// Verifies one of our own tokens with a key published at `now`.
    pub(crate) fn verify(&self, token: &str, typ: &str, now: Timestamp) -> Result<VerifiedToken, VerifyError> {
        jws::verify(token, typ, |kid| {
            let row = self.rows.iter().find(|row| row.kid.as_str() == kid && row.is_published(now))?;
            self.keys.get(&row.kid).map(Arc::as_ref)
        })
    }

    /// Verifies one of our own tokens that a client brings back as a hint. People stay signed in at a service for longer
    /// than our keys are published: the hint still says truly whose session it was.
    pub(crate) fn verify_hint(&self, token: &str, typ: &str, now: Timestamp) -> Result<VerifiedToken, VerifyError> {
        jws::verify(token, typ, |kid| {
            let verifies = |row: &&SigningKey| row.kid.as_str() == kid && verifies_hints(row, self.hints_for, now);
            self.keys.get(&self.rows.iter().find(verifies)?.kid).map(Arc::as_ref)
        })
    }

    /// The JWK Set as published at `now`.
    pub(crate) fn jwks(&self, now: Timestamp) -> Arc<str> {
        if self.published_until.is_none_or(|until| now < until) {
            Arc::clone(&self.published)
        } else {
            self.render(now)
        }
    }

    /// Every row with its stage at `now`, the oldest first.
    pub(crate) fn timeline(&self, now: Timestamp) -> Vec<TimelineEntry> {
        self.rows.iter().map(|row| TimelineEntry::of(row, now)).collect()
    }

    /// Whether a key's time is over at `now`, so that its row may go.
    pub(crate) fn has_withdrawn(&self, now: Timestamp) -> bool {
        self.rows.iter().any(|row| is_over(row, self.hints_for, now))
    }

    /// The algorithms of `wanted` of which no key signs or will sign.
    pub(crate) fn without_key(&self, wanted: &[SigningAlgorithm]) -> Vec<SigningAlgorithm> {
        without_key(&self.rows, wanted)
    }

    /// The algorithms of which a key signs or will sign.
    pub(crate) fn in_use(&self) -> Vec<SigningAlgorithm> {
        let missing = self.without_key(&SigningAlgorithm::ALL);
        SigningAlgorithm::ALL.into_iter().filter(|algorithm| !missing.contains(algorithm)).collect()
    }

    fn render(&self, now: Timestamp) -> Arc<str> {
        let published = self.rows.iter().filter(|row| row.is_published(now));
        key_set(published.filter_map(|row| self.keys.get(&row.kid)).map(|key| &key.public)).into()
    }
}

/// The algorithms of `wanted` of which no key signs or will sign.
pub(crate) fn without_key(rows: &[SigningKey], wanted: &[SigningAlgorithm]) -> Vec<SigningAlgorithm> {
    let lives = |key: &SigningKey| key.revoked_at.is_none() && key.signs_until.is_none();
    let has_key = |algorithm| rows.iter().any(|key| key.algorithm == algorithm && lives(key));
    // Each once, however many clients want it.
    SigningAlgorithm::ALL.into_iter().filter(|algorithm| wanted.contains(algorithm) && !has_key(*algorithm)).collect()
}

/// Whether nothing of a key is needed any more.
pub(crate) fn is_over(row: &SigningKey, hints_for: Span, now: Timestamp) -> bool {
    row.published_until.is_some_and(|until| until + hints_for <= now)
}

fn verifies_hints(row: &SigningKey, hints_for: Span, now: Timestamp) -> bool {
    row.revoked_at.is_none() && !is_over(row, hints_for, now)
}

/// Opens the private key of `row`. Its public part comes from there too: the row's own is not sealed, and whoever could
/// change it could make us accept foreign signatures.
fn open(row: &SigningKey, vault: &dyn Vault) -> Result<KeyMaterial, KeySetError> {
    let damaged = |reason: String| KeySetError::Damaged { kid: row.kid.clone(), reason };
    let private = vault
        .open(SealPurpose::SigningKey, row.kid.as_str().as_bytes(), &row.sealed_private_jwk)
        .map_err(|_| KeySetError::Unsealable(row.kid.clone()))?;
    let key = KeyMaterial::import(row.algorithm, &private).map_err(|fault| damaged(fault.to_string()))?;
    if key.kid != row.kid {
        return Err(damaged("the kid is not the thumbprint of the key".to_owned()));
    }
    Ok(key)
}

#[cfg(test)]
mod tests;
