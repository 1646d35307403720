//! A business's registered name.

use super::FieldError;
use super::typed_text::{is_latin_letter, line, stored_line};

/// A business name: 2 to 300 code points, NFC, Latin letters, digits, ordinary punctuation. Public, not masked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BusinessName(String);

serde_as_text!(BusinessName);

impl BusinessName {
    /// Most code points; registered names longer than 150 exist.
    pub const LONGEST: usize = 300;
    const SHORTEST: usize = 2;

    /// Reads a name as typed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let name = line(typed, Self::LONGEST, |c| {
            c.is_ascii_digit()
                || matches!(
                    c,
                    '&' | '\''
                        | '"'
                        | '('
                        | ')'
                        | ','
                        | '-'
                        | '.'
                        | '/'
                        | ':'
                        | ';'
                        | '+'
                        | '!'
                        | '?'
                        | '#'
                        | '%'
                        | '*'
                        | '@'
                        | '_'
                )
        })?;
        if !name.contains(is_latin_letter) {
            return Err(FieldError::Malformed);
        }
        if name.chars().count() < Self::SHORTEST {
            return Err(FieldError::TooShort);
        }
        Ok(Self(name))
    }

    /// Takes back a name that was accepted once.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        stored_line(text, Self::LONGEST).map(Self)
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{BusinessName, FieldError};
    use proptest::prelude::*;

    #[test]
    fn registered_names_with_digits_and_signs_are_taken() {
        for name in [
            "CÔNG TY TNHH MTV 36-68 BẮC GIANG",
            "Công ty CP Thương mại & Dịch vụ A.B.C (Chi nhánh 2)",
            "4P's",
            "HTX \"Vải thiều\" Lục Ngạn",
        ] {
            assert_eq!(BusinessName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(BusinessName::parse("Cửa hàng “Hoa” – Đa Mai").unwrap().as_str(), "Cửa hàng \"Hoa\" - Đa Mai");
        let long = "Công ty ".repeat(25);
        assert_eq!(BusinessName::parse(&long).unwrap().as_str(), long.trim());
    }

    #[test]
    fn what_is_no_business_name_is_refused_with_its_reason() {
        for (typed, reason) in [
            (" ", FieldError::Missing),
            ("A", FieldError::TooShort),
            ("123", FieldError::Malformed),
            ("<script>", FieldError::NotAllowedCharacter),
            ("=HYPERLINK(1)", FieldError::NotAllowedCharacter),
            ("A\u{202e}B", FieldError::NotAllowedCharacter),
            ("Hoa 🌸", FieldError::NotAllowedCharacter),
            ("A\nB", FieldError::NotAllowedCharacter),
        ] {
            assert_eq!(BusinessName::parse(typed), Err(reason), "{typed:?}");
        }
        assert_eq!(BusinessName::parse(&"a".repeat(301)), Err(FieldError::TooLong));
    }

    proptest! {
        #[test]
        fn business_names_are_fixed_points(typed in "\\PC{0,60}") {
            if let Ok(name) = BusinessName::parse(&typed) {
                prop_assert_eq!(BusinessName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
