//! The key-encryption key: the one secret of the house that is not in the database.
//!
//! Owns its text form, the rules for the file it lies in, and the sealing of data keys under it. Leaves to `server` where
//! it is configured, and that a demonstration key stops a production start (security.md row 34).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use portal_id_core::entropy::Entropy;
use portal_id_core::secret::Secret;
use sha2::Sha256;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use zeroize::Zeroizing;

/// What the text form begins with.
const PREFIX: &str = "portal-id-kek-v1:";
/// XChaCha20-Poly1305's nonce: long enough to be drawn at random (draft-irtf-cfrg-xchacha §3.1).
pub(crate) const NONCE_BYTES: usize = 24;
/// The text form has 65 characters; a file much longer than that is some other file.
const LONGEST_FILE: u64 = 256;

/// Why a key-encryption key cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum KekError {
    /// Not the text form.
    #[error("this is not a key-encryption key: expected portal-id-kek-v1:<demo|prod>:<43 characters of base64url>")]
    Form,
    /// All bytes are the same: a placeholder, not a key.
    #[error("this key-encryption key is a placeholder: make one with `portal-id keys generate-kek`")]
    Placeholder,
    /// The file can be read by everybody, or written by others than its owner.
    #[error(
        "the key file's permissions are {mode:04o}: nobody but its owner may write it and others may not read it (chmod 0400)"
    )]
    Permissions {
        /// The permission bits found.
        mode: u32,
    },
    /// The file cannot be read.
    #[error("the key file cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
}

/// The key that seals the data keys. Never printed; its memory is wiped.
pub struct KeyEncryptionKey {
    key: Zeroizing<[u8; 32]>,
    demo: bool,
}

impl KeyEncryptionKey {
    /// A fresh key in its text form; `demo` marks it as one that production must refuse.
    pub fn generate(entropy: &dyn Entropy, demo: bool) -> Secret {
        let mut text = String::with_capacity(80);
        text.push_str(PREFIX);
        text.push_str(word(demo));
        text.push(':');
        URL_SAFE_NO_PAD.encode_string(entropy.bytes::<32>().as_ref(), &mut text);
        Secret::new(text)
    }

    /// Reads the text form; white space around it (the file's last newline) is forgiven.
    pub fn parse(text: &str) -> Result<Self, KekError> {
        let (kind, encoded) =
            text.trim().strip_prefix(PREFIX).and_then(|rest| rest.split_once(':')).ok_or(KekError::Form)?;
        let demo = match kind {
            "demo" => true,
            "prod" => false,
            _ => return Err(KekError::Form),
        };
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).map_err(|_| KekError::Form)?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KekError::Form)?;
        let key = Zeroizing::new(key);
        if key.iter().all(|byte| byte == &key[0]) {
            return Err(KekError::Placeholder);
        }
        Ok(Self { key, demo })
    }

    /// Reads the text form from a file whose permissions keep others out. A group may read it, as files that systemd
    /// or Kubernetes hand to a service are; nobody but the owner may write it.
    pub fn read(path: &Path) -> Result<Self, KekError> {
        // The permissions are those of the opened file, so that it cannot be exchanged between the look and the read.
        let file = File::open(path)?;
        keeps_others_out(&file)?;
        let mut text = Zeroizing::new(String::new());
        file.take(LONGEST_FILE).read_to_string(&mut text)?;
        Self::parse(&text)
    }

    /// Whether it was made for a demonstration.
    pub const fn is_demo(&self) -> bool {
        self.demo
    }

    /// Seals a data key; `context` names it.
    pub(crate) fn wrap(&self, context: &[u8], plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let nonce = entropy.bytes::<NONCE_BYTES>();
        let mut sealed = nonce.to_vec();
        sealed.extend(encrypt(&self.subkey(), &nonce, context, plain));
        sealed
    }

    /// Opens what [`Self::wrap`] made with the same key and context.
    pub(crate) fn unwrap(&self, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, cipher) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        decrypt(&self.subkey(), nonce, context, cipher)
    }

    /// The word `demo` or `prod` takes part in the key: changing it in the text gives a key that opens nothing, so a
    /// demonstration's database cannot be carried into production by editing the word (security.md row 34).
    fn subkey(&self) -> Zeroizing<[u8; 32]> {
        derive(&self.key, &["portal-id kek v1", word(self.demo)])
    }
}

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyEncryptionKey({})", word(self.demo))
    }
}

const fn word(demo: bool) -> &'static str {
    if demo { "demo" } else { "prod" }
}

#[cfg(unix)]
fn keeps_others_out(file: &File) -> Result<(), KekError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    if mode & 0o027 == 0 { Ok(()) } else { Err(KekError::Permissions { mode }) }
}

#[cfg(not(unix))]
const fn keeps_others_out(_: &File) -> Result<(), KekError> {
    Ok(())
}

/// A subkey of `key` for `labels`. The key is already uniformly random, so HKDF's extraction is skipped (RFC 5869 §3.3).
#[expect(
    clippy::expect_used,
    reason = "32 bytes are a whole key for SHA-256, and 32 bytes are far below HKDF's limit (RFC 5869 §2.3)"
)]
pub(crate) fn derive(key: &[u8; 32], labels: &[&str]) -> Zeroizing<[u8; 32]> {
    let info = labels.join(":");
    let mut subkey = Zeroizing::new([0; 32]);
    let kdf = Hkdf::<Sha256>::from_prk(key).expect("32 bytes are a key for HKDF-SHA-256");
    kdf.expand(info.as_bytes(), subkey.as_mut()).expect("HKDF-SHA-256 gives 32 bytes");
    subkey
}

#[expect(clippy::expect_used, reason = "XChaCha20-Poly1305 refuses only messages beyond 256 GiB")]
pub(crate) fn encrypt(key: &[u8; 32], nonce: &[u8; NONCE_BYTES], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.encrypt(XNonce::from_slice(nonce), Payload { msg: plain, aad }).expect("the message is shorter than 256 GiB")
}

pub(crate) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE_BYTES],
    aad: &[u8],
    cipher: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    XChaCha20Poly1305::new(key.into())
        .decrypt(XNonce::from_slice(nonce), Payload { msg: cipher, aad })
        .ok()
        .map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::Seeded;
    use proptest::prelude::*;

    fn text(demo: bool) -> String {
        KeyEncryptionKey::generate(&Seeded::new(1), demo).expose().to_owned()
    }

    #[test]
    fn a_generated_key_is_read_back_and_knows_whether_it_is_for_a_demonstration() {
        for demo in [true, false] {
            let kek = KeyEncryptionKey::parse(&format!("{}\n", text(demo))).unwrap();
            assert_eq!(kek.is_demo(), demo);
        }
        assert_eq!(text(true).len(), "portal-id-kek-v1:demo:".len() + 43);
    }

    #[test]
    fn two_generated_keys_differ() {
        let chance = Seeded::new(1);
        let first = KeyEncryptionKey::generate(&chance, true);
        assert!(first.expose() != KeyEncryptionKey::generate(&chance, true).expose());
    }

    #[test]
    fn anything_but_the_text_form_is_refused() {
        let good = text(false);
        for bad in [
            String::new(),
            "portal-id-kek-v1:".to_owned(),
            good.replace("v1", "v2"),
            good.replace("prod", "test"),
            good.replace("prod", "PROD"),
            format!("{good}A"),
            format!("{good}="),
            good[..good.len() - 1].to_owned(),
            good.replacen("prod:", "prod", 1),
        ] {
            assert!(matches!(KeyEncryptionKey::parse(&bad), Err(KekError::Form)), "{bad}");
        }
    }

    // security: row 34
    #[test]
    fn a_placeholder_of_equal_bytes_is_not_a_key() {
        let zeros = format!("portal-id-kek-v1:prod:{}", "A".repeat(43));
        assert!(matches!(KeyEncryptionKey::parse(&zeros), Err(KekError::Placeholder)));
    }

    // security: row 34
    #[test]
    fn renaming_a_demonstration_key_to_production_gives_another_key() {
        let demo = KeyEncryptionKey::parse(&text(true)).unwrap();
        let renamed = KeyEncryptionKey::parse(&text(true).replace("demo", "prod")).unwrap();
        let sealed = demo.wrap(b"seal:1", &[7; 32], &Seeded::new(2));
        assert_eq!(demo.unwrap(b"seal:1", &sealed).unwrap().as_slice(), [7; 32]);
        assert!(renamed.unwrap(b"seal:1", &sealed).is_none());
        assert!(demo.unwrap(b"digest:1", &sealed).is_none());
    }

    #[test]
    fn the_key_does_not_show_in_debug() {
        let kek = KeyEncryptionKey::parse(&text(true)).unwrap();
        assert_eq!(format!("{kek:?}"), "KeyEncryptionKey(demo)");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_or_change_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        std::fs::write(&path, text(false)).unwrap();
        let with = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            KeyEncryptionKey::read(&path)
        };
        for mode in [0o400, 0o600, 0o440, 0o640] {
            assert!(with(mode).is_ok(), "{mode:o}");
        }
        for mode in [0o644, 0o660, 0o604, 0o606, 0o666] {
            assert!(matches!(with(mode), Err(KekError::Permissions { mode: found }) if found == mode), "{mode:o}");
        }
    }

    #[test]
    fn a_missing_or_overlong_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        assert!(matches!(KeyEncryptionKey::read(&path), Err(KekError::Unreadable(_))));
        std::fs::write(&path, text(false).repeat(9)).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o400)).unwrap();
        assert!(matches!(KeyEncryptionKey::read(&path), Err(KekError::Form)));
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_text_makes_the_reader_of_keys_panic(text in ".{0,120}") {
            prop_assert!(KeyEncryptionKey::parse(&text).is_err());
            let _ = KeyEncryptionKey::parse(&format!("portal-id-kek-v1:prod:{text}"));
        }

        // security: row 36
        #[test]
        fn arbitrary_bytes_are_not_a_sealed_data_key(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let kek = KeyEncryptionKey::parse(&text(false)).unwrap();
            prop_assert!(kek.unwrap(b"seal:1", &bytes).is_none());
        }
    }
}
