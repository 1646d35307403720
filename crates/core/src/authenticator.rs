//! Codes of an authenticator app (RFC 6238): SHA-1, six digits, a step of 30 seconds, because that is what every app can.
//!
//! Owns the seed and which step a code belongs to. Leaves the last accepted step, by which a code works once, to the
//! credential's row.

use crate::credential::Credential;
use crate::entropy::Entropy;
use crate::ids::{AccountId, CredentialId};
use crate::ports::{SealPurpose, Unsealable, Vault};
use crate::time::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;
use subtle::ConstantTimeEq as _;
use totp_rs::{Algorithm, Secret as Encoding, TOTP};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Digits of a code.
const DIGITS: usize = 6;

/// Seconds of a step.
const STEP: i64 = 30;

/// How many steps a phone's clock may be off, either way (RFC 6238 §5.2).
const SKEW: i64 = 1;

/// Bytes of a seed (RFC 4226 §4, R6: 160 bits are recommended).
const SEED_BYTES: usize = 20;

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What an authenticator and we share. Not printed, wiped from memory.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Seed([u8; SEED_BYTES]);

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// The step that a moment belongs to.
fn step_at(now: Timestamp) -> i64 {
    now.seconds().div_euclid(STEP)
}

impl Seed {
    /// A fresh one.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(*entropy.bytes::<SEED_BYTES>())
    }

    /// From its bytes; `None` when they are too few or too many.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes, to be sealed or digested.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Seals it for its credential's row.
    pub fn seal_for(
        &self,
        account: &AccountId,
        id: &CredentialId,
        vault: &dyn Vault,
        entropy: &dyn Entropy,
    ) -> Vec<u8> {
        vault.seal(SealPurpose::Credential, &Credential::seal_context(account, id), &self.0, entropy)
    }

    /// Opens the seed of a credential.
    pub fn of(credential: &Credential, vault: &dyn Vault) -> Result<Self, Unsealable> {
        let context = Credential::seal_context(&credential.account_id, &credential.id);
        let sealed = credential.sealed.as_deref().ok_or(Unsealable)?;
        Self::from_slice(&vault.open(SealPurpose::Credential, &context, sealed)?).ok_or(Unsealable)
    }

    /// The step whose code `typed` is, if it is one that may still be accepted at `now`: at most one step away, and later
    /// than the last accepted one. All steps are looked at, whichever fits.
    pub fn accepted_step(&self, typed: &str, now: Timestamp, last: i64) -> Option<i64> {
        let middle = step_at(now);
        let mut accepted = None;
        for step in middle - SKEW..=middle + SKEW {
            let fits: bool = self.code_of(step)?.as_bytes().ct_eq(typed.as_bytes()).into();
            if fits && step > last && accepted.is_none() {
                accepted = Some(step);
            }
        }
        accepted
    }

    /// The code that an app with this seed shows at `now`.
    pub fn code_at(&self, now: Timestamp) -> Option<String> {
        self.code_of(step_at(now))
    }

    fn code_of(&self, step: i64) -> Option<String> {
        let totp = TOTP::new(Algorithm::SHA1, DIGITS, 0, STEP.unsigned_abs(), self.0.to_vec()).ok()?;
        Some(totp.generate(u64::try_from(step).ok()?.checked_mul(STEP.unsigned_abs())?))
    }

    /// The seed as a person types it into an app: base32 (RFC 4648 §6).
    pub fn text(&self) -> String {
        Encoding::Raw(self.0.to_vec()).to_encoded().to_string()
    }

    /// The same in groups of four, which are easier to copy.
    pub fn grouped(&self) -> String {
        let letters: Vec<char> = self.text().chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// The address that an app reads from a QR code (Key URI Format).
    pub fn uri(&self, portal: &str, username: &str) -> String {
        // A colon divides the two names, so neither may hold one.
        let plain = |name: &str| utf8_percent_encode(&name.replace(':', " "), RESERVED).to_string();
        let (portal, username, secret) = (plain(portal), plain(username), self.text());
        format!(
            "otpauth://totp/{portal}:{username}?secret={secret}&issuer={portal}&algorithm=SHA1&digits={DIGITS}&period={STEP}"
        )
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::time::Span;
    use proptest::prelude::*;

    /// RFC 6238 appendix B: the seed of the SHA-1 examples.
    fn seed() -> Seed {
        Seed::from_slice(b"12345678901234567890").unwrap()
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(seed().code_at(Timestamp::from_seconds(seconds)).unwrap(), code);
        }
    }

    #[test]
    fn a_code_is_accepted_one_step_early_or_late_and_never_at_or_before_the_last_accepted_step() {
        let now = Timestamp::from_seconds(1_111_111_111);
        let step = 1_111_111_111 / 30;
        let at = |offset: i64| Timestamp::from_seconds(1_111_111_111 + offset * 30);
        for offset in -1..=1 {
            assert_eq!(seed().accepted_step("050471", at(offset), 0), Some(step), "{offset}");
        }
        for offset in [-2, 2] {
            assert_eq!(seed().accepted_step("050471", at(offset), 0), None, "{offset}");
        }
        assert_eq!(seed().accepted_step("050471", now, step - 1), Some(step));
        assert_eq!(seed().accepted_step("050471", now, step), None, "once only");
        assert_eq!(seed().accepted_step("081804", now, step), None, "a step before the last accepted one");
    }

    #[test]
    fn the_seed_is_shown_in_groups_of_four_and_as_an_address_for_apps() {
        assert_eq!(seed().grouped(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            seed().uri("Cổng dịch vụ: tỉnh", "nguyễn.an"),
            "otpauth://totp/C%E1%BB%95ng%20d%E1%BB%8Bch%20v%E1%BB%A5%20%20t%E1%BB%89nh:nguy%E1%BB%85n.an?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=C%E1%BB%95ng%20d%E1%BB%8Bch%20v%E1%BB%A5%20%20t%E1%BB%89nh&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", seed()), "Seed(…)");
    }

    proptest! {
        #[test]
        fn a_code_fits_its_own_step_and_an_accepted_one_is_never_older(bytes in any::<[u8; 20]>(), seconds in 1_000_i64..4_000_000_000, last in 0_i64..140_000_000) {
            let (seed, now) = (Seed(bytes), Timestamp::from_seconds(seconds));
            let code = seed.code_at(now).unwrap();
            prop_assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
            match seed.accepted_step(&code, now, last) {
                Some(step) => prop_assert!(step > last && (step - step_at(now)).abs() <= 1),
                None => prop_assert!(step_at(now) <= last),
            }
            prop_assert_eq!(seed.accepted_step(&code, now + Span::minutes(2), i64::MAX), None);
        }

        // security: row 36
        #[test]
        fn nothing_typed_makes_it_panic(typed in "\\PC{0,20}", millis in any::<i64>(), last in any::<i64>()) {
            let _ = seed().accepted_step(&typed, Timestamp::from_millis(millis), last);
        }
    }
}
