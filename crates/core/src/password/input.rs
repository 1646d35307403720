//! A password as somebody typed it, at registration and at sign-in alike.

use crate::facts::FieldError;
use precis_profiles::OpaqueString;
use precis_profiles::precis_core::profile::PrecisFastInvocation as _;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A password as typed, enforced by RFC 8265 §4.2 (OpaqueString): 8 to 128 code points in NFC.
///
/// It has no `Debug`, `Display`, `Clone` or `Serialize`, and its memory is wiped.
pub struct PasswordInput(Zeroizing<String>);

impl PasswordInput {
    /// Fewest code points.
    pub const SHORTEST: usize = 8;
    /// Most code points.
    pub const LONGEST: usize = 128;
    /// A bound on work before normalisation: room for 128 decomposed letters of three code points.
    const LONGEST_BYTES: usize = 2048;

    /// Reads a password as typed; blanks belong to it, so nothing is trimmed. Typed in NFD it is the same password.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        if typed.is_empty() {
            return Err(FieldError::Missing);
        }
        if typed.len() > Self::LONGEST_BYTES {
            return Err(FieldError::TooLong);
        }
        let enforced = OpaqueString::enforce(typed).map_err(|_| FieldError::NotAllowedCharacter)?;
        let password = Self(Zeroizing::new(enforced.into_owned()));
        // RFC 8264 §7: what the rules would change once more never becomes a password (U+0387 turns into a sign
        // that is not allowed).
        if !OpaqueString::enforce(password.expose()).is_ok_and(|again| *again == **password.0) {
            return Err(FieldError::NotAllowedCharacter);
        }
        match password.0.chars().count() {
            length if length < Self::SHORTEST => Err(FieldError::TooShort),
            length if length > Self::LONGEST => Err(FieldError::TooLong),
            _ => Ok(password),
        }
    }

    /// Checks the second entry of a form against this one.
    pub fn confirm(&self, typed_again: &str) -> Result<(), FieldError> {
        if typed_again.is_empty() {
            return Err(FieldError::Missing);
        }
        match Self::parse(typed_again) {
            Ok(again) if bool::from(self.0.as_bytes().ct_eq(again.0.as_bytes())) => Ok(()),
            _ => Err(FieldError::DoesNotMatchConfirmation),
        }
    }

    /// The password itself, for hashing and for the policy alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{FieldError, PasswordInput};
    use proptest::prelude::*;

    fn parse(typed: &str) -> Result<String, FieldError> {
        PasswordInput::parse(typed).map(|password| password.expose().to_owned())
    }

    #[test]
    fn a_password_typed_in_nfd_is_the_same_password() {
        assert_eq!(parse("ma\u{323}\u{302}t-khâ\u{309}u-cu\u{309}a-An").unwrap(), "mật-khẩu-của-An");
    }

    #[test]
    fn blanks_case_and_emoji_belong_to_it() {
        assert_eq!(parse(" Con  Mèo 🐈 ").unwrap(), " Con  Mèo 🐈 ");
        assert_eq!(parse("Con\u{a0}Mèo\u{3000}Đen").unwrap(), "Con Mèo Đen");
        assert_ne!(parse("conmeoden"), parse("ConMeoDen"));
    }

    #[test]
    fn eight_and_128_code_points_are_the_ends() {
        assert_eq!(parse(""), Err(FieldError::Missing));
        assert_eq!(parse("ắcđệmnh"), Err(FieldError::TooShort));
        assert_eq!(parse("e\u{302}\u{301}"), Err(FieldError::TooShort));
        assert!(parse("ắcđệmnhỏ").is_ok());
        assert!(parse(&"e\u{302}\u{301}".repeat(128)).is_ok());
        assert!(parse(&"🐈".repeat(128)).is_ok());
        assert_eq!(parse(&"a".repeat(129)), Err(FieldError::TooLong));
        assert_eq!(parse(&"a".repeat(1_000_000)), Err(FieldError::TooLong));
    }

    #[test]
    fn control_and_invisible_characters_are_refused() {
        for hidden in ['\0', '\t', '\n', '\r', '\u{200b}', '\u{202e}', '\u{feff}'] {
            assert_eq!(parse(&format!("mot hai ba{hidden}bon")), Err(FieldError::NotAllowedCharacter), "{hidden:?}");
        }
    }

    #[test]
    fn what_the_rules_would_change_twice_is_refused() {
        assert_eq!(parse("\u{387}motahaiba"), Err(FieldError::NotAllowedCharacter));
    }

    #[test]
    fn the_second_entry_must_be_the_same_password() {
        let password = PasswordInput::parse("mật-khẩu-của-An").unwrap();
        assert_eq!(password.confirm("mật-khẩu-của-An"), Ok(()));
        assert_eq!(password.confirm("ma\u{302}\u{323}t-khẩu-của-An"), Ok(()));
        assert_eq!(password.confirm(""), Err(FieldError::Missing));
        for other in ["mật-khẩu-của-an", "mật-khẩu-của-An ", "mật"] {
            assert_eq!(password.confirm(other), Err(FieldError::DoesNotMatchConfirmation), "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_password_or_a_reason(typed in "\\PC{0,40}|[a-zA-ZÀ-ỹ\u{300}-\u{330} ]{0,150}") {
            if let Ok(enforced) = parse(&typed) {
                prop_assert_eq!(parse(&enforced), Ok(enforced.clone()));
            }
        }
    }
}
