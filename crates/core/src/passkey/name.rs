//! What its owner calls a passkey.

use crate::facts::FieldError;
use unicode_normalization::UnicodeNormalization as _;

/// A name of one line, to tell one's passkeys apart. Of any script, emoji too: nobody but its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyName(String);

impl PasskeyName {
    /// Code points that it may have.
    pub const LONGEST: usize = 60;
    /// Bytes that are looked at: room for decomposed letters, a bound on work for all else.
    const LONGEST_BYTES: usize = Self::LONGEST * 12;

    /// Reads a name as typed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let typed = typed.trim();
        if typed.len() > Self::LONGEST_BYTES {
            return Err(FieldError::TooLong);
        }
        let composed: String = typed.nfc().collect();
        if composed.chars().any(is_hidden) {
            return Err(FieldError::NotAllowedCharacter);
        }
        let name = composed.split_whitespace().collect::<Vec<_>>().join(" ");
        if !name.chars().any(is_seen) {
            return Err(FieldError::Missing);
        }
        if name.chars().count() > Self::LONGEST {
            return Err(FieldError::TooLong);
        }
        Ok(Self(name))
    }

    /// The same without refusing anything, empty if nothing is left: the device has made its passkey by the time that
    /// the name is read, and would make a second one if its owner were asked again.
    pub fn tidied(typed: &str) -> String {
        let seen: String =
            typed.chars().take(Self::LONGEST_BYTES).map(|c| if is_hidden(c) { ' ' } else { c }).collect();
        let line = seen.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = line.chars().take(Self::LONGEST).collect();
        if short.chars().any(is_seen) { short.trim_end().to_owned() } else { String::new() }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that nobody sees and that change what others see: controls, directions, fillers, tags. Not those that
/// join emoji.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
        )
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
        || matches!(c, '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Neither a blank nor what only joins others.
fn is_seen(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::PasskeyName;
    use crate::facts::FieldError::{Missing, NotAllowedCharacter, TooLong};
    use proptest::prelude::*;

    #[test]
    fn names_as_people_type_them() {
        for (typed, expected) in [
            ("Điện thoại của tôi", Ok("Điện thoại của tôi")),
            ("  Máy   tính\u{a0}cơ quan ", Ok("Máy tính cơ quan")),
            ("\u{110}ie\u{323}\u{302}n thoa\u{323}i", Ok("Điện thoại")),
            ("📱 của mẹ", Ok("📱 của mẹ")),
            ("👩\u{200d}💻", Ok("👩\u{200d}💻")),
            ("我的手机", Ok("我的手机")),
            ("<b>YubiKey</b> & \"5\"", Ok("<b>YubiKey</b> & \"5\"")),
            ("", Err(Missing)),
            (" \u{a0}\u{3000} ", Err(Missing)),
            ("\u{200d}\u{fe0f}", Err(Missing)),
            (&"ế".repeat(60), Ok(&"ế".repeat(60))),
            (&"e\u{302}\u{301}".repeat(60), Ok(&"ế".repeat(60))),
            (&"ế".repeat(61), Err(TooLong)),
            (&"a".repeat(1 << 16), Err(TooLong)),
            ("Điện\0thoại", Err(NotAllowedCharacter)),
            ("Điện\u{7}thoại", Err(NotAllowedCharacter)),
            ("Điện\r\nthoại", Err(NotAllowedCharacter)),
            ("Điện\tthoại", Err(NotAllowedCharacter)),
            ("\u{202e}iạoht", Err(NotAllowedCharacter)),
            ("Điện\u{200f}thoại", Err(NotAllowedCharacter)),
            ("Điện\u{2066}thoại\u{2069}", Err(NotAllowedCharacter)),
            ("Điện\u{200b}thoại", Err(NotAllowedCharacter)),
            ("\u{3164}", Err(NotAllowedCharacter)),
            ("a\u{e0041}", Err(NotAllowedCharacter)),
        ] {
            assert_eq!(
                PasskeyName::parse(typed).as_ref().map(PasskeyName::as_str),
                expected.as_ref().copied(),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn a_name_given_with_the_passkey_is_tidied_and_never_refused() {
        assert_eq!(PasskeyName::tidied("  Điện thoại\r\n của\u{0} mẹ "), "Điện thoại của mẹ");
        assert_eq!(PasskeyName::tidied(&"ế".repeat(90)).chars().count(), 60);
        assert_eq!(PasskeyName::tidied(&"a".repeat(1 << 16)).chars().count(), 60);
        assert_eq!(PasskeyName::tidied("\u{202e}a\u{200f}"), "a");
        for nothing in ["", " \t", "\u{200d}", "\u{3164}"] {
            assert_eq!(PasskeyName::tidied(nothing), "", "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_name_or_refused_and_what_is_tidied_is_a_name(typed in ".{0,80}") {
            if let Ok(name) = PasskeyName::parse(&typed) {
                prop_assert_eq!(PasskeyName::parse(name.as_str()), Ok(name.clone()));
            }
            let tidied = PasskeyName::tidied(&typed);
            prop_assert!(tidied.is_empty() || PasskeyName::parse(&tidied).is_ok(), "{:?}", tidied);
        }
    }
}
