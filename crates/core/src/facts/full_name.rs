//! A person's full name, as the identity card writes it.

use super::FieldError;
use super::typed_text::{is_latin_letter, line, stored_line};

/// A full name: 2 to 100 code points, NFC, Latin letters with their diacritics, space, apostrophe, hyphen, dot.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FullName(String);

serde_as_text!(FullName);
debug_masked!(FullName);

impl FullName {
    /// Most code points of a name.
    pub const LONGEST: usize = 100;
    const SHORTEST: usize = 2;

    /// Reads a name as typed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let name = line(typed, Self::LONGEST, |c| matches!(c, '\'' | '-' | '.'))?;
        if !name.starts_with(is_latin_letter) {
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

    /// For logs, which name nobody: each word by its first letter, `N••• T••• A•••`.
    fn masked(&self) -> String {
        let words = self.0.split(' ').filter_map(|word| word.chars().next());
        words.map(|first| format!("{first}•••")).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{FieldError, FullName};
    use proptest::prelude::*;

    #[test]
    fn vietnamese_minority_and_foreign_names_are_names() {
        for name in [
            "Nguyễn Thị An",
            "H'Hen Niê",
            "Y Bih Aliô",
            "Ksor Hơ\u{306}n",
            "Đỗ Ô",
            "Jean-Pierre Müller Jr.",
            "Þóra Çelik",
        ] {
            assert_eq!(FullName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(FullName::parse("H\u{2019}Hen  Niê").unwrap().as_str(), "H'Hen Niê");
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_reason() {
        for (typed, reason) in [
            ("", FieldError::Missing),
            ("   ", FieldError::Missing),
            ("A", FieldError::TooShort),
            ("- An", FieldError::Malformed),
            (".", FieldError::Malformed),
            ("An 2", FieldError::NotAllowedCharacter),
            ("An <b>", FieldError::NotAllowedCharacter),
            ("An\r\nBcc: x", FieldError::NotAllowedCharacter),
            ("=cmd", FieldError::NotAllowedCharacter),
            ("An @", FieldError::NotAllowedCharacter),
            ("An, Bình", FieldError::NotAllowedCharacter),
        ] {
            assert_eq!(FullName::parse(typed), Err(reason), "{typed:?}");
        }
        assert_eq!(FullName::parse(&"ễ".repeat(101)), Err(FieldError::TooLong));
        assert!(FullName::parse(&"ễ".repeat(100)).is_ok());
    }

    #[test]
    fn debug_and_mask_tell_initials_only() {
        let name = FullName::parse("Nguyễn Thị An").unwrap();
        assert_eq!(name.masked(), "N••• T••• A•••");
        assert_eq!(format!("{name:?}"), "FullName(N••• T••• A•••)");
    }

    #[test]
    fn serde_is_the_plain_string() {
        let name = FullName::parse("Nguyễn Thị An").unwrap();
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(json, "\"Nguyễn Thị An\"");
        assert_eq!(serde_json::from_str::<FullName>(&json).unwrap(), name);
        assert!(serde_json::from_str::<FullName>("\"\"").is_err());
    }

    proptest! {
        #[test]
        fn names_are_fixed_points(typed in "\\PC{0,40}|[a-zA-ZÀ-ỹ' .-]{0,40}") {
            if let Ok(name) = FullName::parse(&typed) {
                prop_assert_eq!(FullName::parse(name.as_str()), Ok(name.clone()));
                prop_assert_eq!(FullName::from_stored(name.as_str()), Ok(name));
            }
        }
    }
}
