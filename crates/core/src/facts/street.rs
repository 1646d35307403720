//! The line of an address that no list of places has: house number, street, hamlet.

use super::FieldError;
use super::typed_text::{line, stored_line};
use std::fmt;

/// House number, street, hamlet: 1 to 200 code points, NFC, Latin letters, digits, ordinary punctuation.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Street(String);

serde_as_text!(Street);

impl Street {
    /// Most code points.
    pub const LONGEST: usize = 200;

    /// Reads the street line as typed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let street = line(typed, Self::LONGEST, |c| {
            c.is_ascii_digit()
                || matches!(c, '&' | '\'' | '"' | '(' | ')' | ',' | '-' | '.' | '/' | ':' | ';' | '+' | '#' | '_')
        })?;
        if street.contains(char::is_alphanumeric) { Ok(Self(street)) } else { Err(FieldError::Malformed) }
    }

    /// Takes back a line that was accepted once.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        stored_line(text, Self::LONGEST).map(Self)
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A house number is personal: Debug shows nothing of it.
impl fmt::Debug for Street {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Street(•••)")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{FieldError, Street};
    use proptest::prelude::*;

    #[test]
    fn streets_are_written_in_many_ways_but_not_in_every_way() {
        for street in ["Số 12/3A, ngõ 5, đường Lê Lợi", "Thôn Đông (tổ 4)", "5", "Căn hộ B-1203; tòa \"An Bình\""]
        {
            assert_eq!(Street::parse(street).unwrap().as_str(), street);
        }
        for (typed, reason) in [
            ("", FieldError::Missing),
            ("--", FieldError::Malformed),
            ("a\nb", FieldError::NotAllowedCharacter),
            ("🏠", FieldError::NotAllowedCharacter),
        ] {
            assert_eq!(Street::parse(typed), Err(reason), "{typed:?}");
        }
        assert_eq!(Street::parse(&"a".repeat(201)), Err(FieldError::TooLong));
    }

    proptest! {
        #[test]
        fn streets_are_fixed_points(typed in "\\PC{0,60}") {
            if let Ok(street) = Street::parse(&typed) {
                prop_assert_eq!(Street::parse(street.as_str()), Ok(street));
            }
        }
    }
}
