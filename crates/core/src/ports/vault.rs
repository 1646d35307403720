//! Sealing what must be read again, digesting what must only be recognised.

use crate::digest::{Digest, DigestPurpose};
use crate::entropy::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::marker::PhantomData;
use zeroize::Zeroizing;

/// What is sealed. Each purpose has its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SealPurpose {
    /// The personal facts of an account.
    Profile,
    /// A waiting message.
    Outbox,
    /// A private signing key.
    SigningKey,
    /// A pending authorization request carried by the browser.
    Flow,
    /// The cookie that marks a browser as known to an account.
    KnownDevice,
    /// The seed of an authenticator, the public key of a passkey.
    Credential,
    /// A seed on its way to an authenticator, carried by the page that shows it.
    Enrolment,
    /// The cookie that says when the person of a session last confirmed who they are.
    Confirmation,
    /// A sign-in that is under way at an upstream provider.
    UpstreamAttempt,
    /// What is needed to end an upstream's session.
    UpstreamSession,
    /// An arrival by an upstream that waits for a proof.
    Arrival,
    /// A contact that waits for its proof.
    Contact,
}

impl SealPurpose {
    /// The label that separates this purpose's key from all others.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Outbox => "outbox",
            Self::SigningKey => "signing-key",
            Self::Flow => "flow",
            Self::KnownDevice => "known-device",
            Self::Credential => "credential",
            Self::Enrolment => "enrolment",
            Self::Confirmation => "confirmation",
            Self::UpstreamAttempt => "upstream-attempt",
            Self::UpstreamSession => "upstream-session",
            Self::Arrival => "arrival",
            Self::Contact => "contact",
        }
    }
}

/// Sealed bytes that do not open: altered, of another purpose or context, or under a key we do not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed data does not open: altered, or sealed under another key")]
pub struct Unsealable;

/// The keys of the house, behind one door.
pub trait Vault: Send + Sync {
    /// Seals `plain` (AEAD); `context` must be given again to open, so that a row's data cannot be moved to another.
    fn seal(&self, purpose: SealPurpose, context: &[u8], plain: &[u8], entropy: &dyn Entropy) -> Vec<u8>;

    /// Opens what [`Vault::seal`] made for the same purpose and context.
    fn open(&self, purpose: SealPurpose, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable>;

    /// The keyed digest of the concatenation of `parts`, each with its length, so that no two lists collide.
    fn digest(&self, purpose: DigestPurpose, parts: &[&[u8]]) -> Digest;
}

/// A sealed `T`: can be stored, cannot be read without the vault.
pub struct Sealed<T> {
    bytes: Vec<u8>,
    of: PhantomData<fn() -> T>,
}

impl<T> Sealed<T> {
    /// Takes stored bytes in.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes, of: PhantomData }
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<T: Serialize + DeserializeOwned> Sealed<T> {
    /// Seals `value` for `context`.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "our own types have no maps with odd keys: they always serialise"
    )]
    pub fn seal(vault: &dyn Vault, purpose: SealPurpose, context: &[u8], value: &T, entropy: &dyn Entropy) -> Self {
        let plain = Zeroizing::new(serde_json::to_vec(value).expect("our own types serialise"));
        Self::from_bytes(vault.seal(purpose, context, &plain, entropy))
    }

    /// As text for a form, an address or a cookie (base64url).
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.bytes)
    }

    /// Takes such a text in; `None` when it is none.
    pub fn from_text(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok().map(Self::from_bytes)
    }

    /// Opens it for the same `context`.
    pub fn open(&self, vault: &dyn Vault, purpose: SealPurpose, context: &[u8]) -> Result<T, Unsealable> {
        let plain = vault.open(purpose, context, &self.bytes)?;
        serde_json::from_slice(&plain).map_err(|_| Unsealable)
    }
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self::from_bytes(self.bytes.clone())
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.bytes.len())
    }
}
