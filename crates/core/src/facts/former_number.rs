//! The number of a former identity card (CMND), 9 digits, of whoever has a 12-digit number today.
//!
//! Those cards ended on 31 December 2024 (Identity Law 2023 art. 46), but older papers and records still say their
//! numbers: it is kept beside the identity number, to know a person by who arrives with papers of then.

use super::FieldError;
use super::typed_text::digits;

/// A former number; ASCII digits only. They encode nothing and have no check digit.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FormerNumber(String);

serde_as_text!(FormerNumber);
debug_masked!(FormerNumber);

impl FormerNumber {
    const DIGITS: usize = 9;

    /// Reads a number as typed, blanks, dots and hyphens forgiven.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let digits = digits(typed)?;
        if digits.len() == Self::DIGITS { Ok(Self(digits)) } else { Err(FieldError::WrongLength) }
    }

    /// Takes back a number that was accepted once.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FieldError::NotAllowedCharacter);
        }
        if text.len() == Self::DIGITS { Ok(Self(text.to_owned())) } else { Err(FieldError::WrongLength) }
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What blind indexes are made of: all digits.
    pub fn digest_input(&self) -> &str {
        &self.0
    }

    /// For pages that must not show it whole: `•••••4567`.
    pub fn masked(&self) -> String {
        format!("•••••{}", self.0.get(5..).unwrap_or_default())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{FieldError, FormerNumber};
    use proptest::prelude::*;

    #[test]
    fn grouped_digits_are_the_same_number_and_pages_show_four_of_them() {
        let number = FormerNumber::parse(" 121 234.567 ").unwrap();
        assert_eq!((number.as_str(), number.digest_input()), ("121234567", "121234567"));
        assert_eq!(number.masked(), "•••••4567");
        assert_eq!(format!("{number:?}"), "FormerNumber(•••••4567)");
    }

    #[test]
    fn serde_is_the_digits_and_takes_nothing_else() {
        let number = FormerNumber::parse("121234567").unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), "\"121234567\"");
        assert_eq!(serde_json::from_str::<FormerNumber>("\"121234567\"").unwrap(), number);
        for stored in ["\"\"", "\"12123456\"", "\"121 34567\"", "\"024085001234\""] {
            assert!(serde_json::from_str::<FormerNumber>(stored).is_err(), "{stored}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_number_or_a_reason(typed in "\\PC{0,20}|[0-9 .-]{0,14}|[0-9]{9}") {
            match FormerNumber::parse(&typed) {
                Ok(number) => {
                    prop_assert_eq!(FormerNumber::parse(number.as_str()), Ok(number.clone()));
                    prop_assert_eq!(FormerNumber::from_stored(number.as_str()), Ok(number));
                }
                Err(reason) => prop_assert!(matches!(
                    reason,
                    FieldError::Missing | FieldError::WrongLength | FieldError::NotAllowedCharacter | FieldError::Malformed
                )),
            }
        }
    }
}
