//! Recovery codes: a printed list of ten, each good once, for whoever has lost their phone.

use crate::digest::{Digest, DigestPurpose};
use crate::entropy::Entropy;
use crate::ids::AccountId;
use crate::ports::Vault;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Codes in a list.
pub const LIST: usize = 10;

/// Letters of a code: ten of five bits each.
const LETTERS: usize = 10;

/// Crockford's base 32 in small letters: no i, l, o or u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// One code. Not printed, wiped from memory; shown once, when its list is made.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode(String);

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

impl RecoveryCode {
    /// A fresh one.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let bytes = entropy.bytes::<LETTERS>();
        Self(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect())
    }

    /// What a person typed: capitals, blanks, hyphens and dots are forgiven, and so are o for 0, i and l for 1.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut code = String::with_capacity(LETTERS);
        for letter in typed.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '–' | '.')) {
            let meant = match letter.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            };
            if code.len() == LETTERS || !u8::try_from(meant).is_ok_and(|byte| ALPHABET.contains(&byte)) {
                return None;
            }
            code.push(meant);
        }
        (code.len() == LETTERS).then_some(Self(code))
    }

    /// The code as it is shown: two groups of five.
    pub fn shown(&self) -> String {
        let (first, second) = self.0.split_at(LETTERS / 2);
        format!("{first}-{second}")
    }

    /// What it is found by: bound to its account.
    pub fn key(&self, account: &AccountId, vault: &dyn Vault) -> Digest {
        vault.digest(DigestPurpose::Credential, &[b"recovery-code", account.as_str().as_bytes(), self.0.as_bytes()])
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_read_back_however_a_person_writes_it() {
        let code = RecoveryCode("01abcdefgh".to_owned());
        for typed in ["01abc-defgh", "01ABC DEFGH", " oiabc–defgh ", "OLabcdefgh", "0 1 a b c d e f g h", "01abc.defgh"]
        {
            assert_eq!(RecoveryCode::parse(typed).unwrap().shown(), code.shown(), "{typed}");
        }
        for typed in ["", "01abc-defg", "01abc-defghj", "01abc-defgu", "01abc_defgh", "０１abc-defgh", "123456"] {
            assert!(RecoveryCode::parse(typed).is_none(), "{typed}");
        }
        assert_eq!(format!("{code:?}"), "RecoveryCode(…)");
    }

    #[test]
    fn a_fresh_code_is_shown_in_two_groups_and_differs_from_the_next() {
        let (one, two) = (RecoveryCode::random(&OsEntropy), RecoveryCode::random(&OsEntropy));
        assert!(one.shown().len() == 11 && one.shown().as_bytes()[5] == b'-');
        assert_eq!(RecoveryCode::parse(&one.shown()).unwrap().shown(), one.shown());
        assert_ne!(one.shown(), two.shown());
    }

    proptest! {
        // security: row 36
        #[test]
        fn anything_typed_is_a_code_or_none(typed in "\\PC{0,40}") {
            if let Some(code) = RecoveryCode::parse(&typed) {
                prop_assert_eq!(RecoveryCode::parse(&code.shown()).unwrap().shown(), code.shown());
            }
        }
    }
}
