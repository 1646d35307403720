//! The name that an account signs in with (decisions 4).

use super::FieldError;
use super::typed_text::is_latin;
use crate::entropy::Entropy;
use precis_profiles::precis_core::profile::PrecisFastInvocation as Profile;
use precis_profiles::{UsernameCaseMapped, UsernameCasePreserved};
use std::hash::{Hash, Hasher};

/// A username: 6 to 32 code points of RFC 8265 §3.3 (UsernameCaseMapped).
///
/// A new one is of Latin letters with their diacritics, ASCII digits and signs. RFC 8265 takes every script, but other
/// scripts have letters that look like Latin ones (`vаi.thieu` with a Cyrillic `а`), and who is told "signed in as" must
/// be able to see who that is. Refusing mixtures alone would not do: Cyrillic has all the letters of `сосаха`. Names of
/// people are of Latin letters here too ([`super::FullName`]).
///
/// Two usernames are equal when their case-mapped forms are; the way it was typed is kept for showing.
#[derive(Clone, Debug)]
pub struct Username {
    display: String,
    key: String,
}

serde_as_text!(Username);

/// The letters of a made-up name: more than of any that is chosen, and 200 random bits.
const MADE_UP: usize = 40;

impl Username {
    /// Fewest code points.
    pub const SHORTEST: usize = 6;
    /// Most code points.
    pub const LONGEST: usize = 32;
    /// A bound on work: what 32 decomposed letters need, and more.
    const LONGEST_BYTES: usize = 512;

    /// Reads a username as typed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let name = Self::from_stored(typed.trim())?;
        let length = name.display.chars().count();
        if name.key.contains('@') {
            return Err(FieldError::UsernameLooksLikeEmail);
        }
        if length < Self::SHORTEST {
            return Err(FieldError::TooShort);
        }
        if length > Self::LONGEST {
            return Err(FieldError::TooLong);
        }
        if looks_like_number(&name.key) {
            return Err(FieldError::UsernameLooksLikeNumber);
        }
        if !is_latin(&name.display, |c| c.is_ascii_graphic()) {
            return Err(FieldError::UsernameOtherScript);
        }
        if !name.key.contains(char::is_alphabetic) {
            return Err(FieldError::UsernameNeedsLetter);
        }
        Ok(name)
    }

    /// A name for an account whose holder has chosen none: nobody can guess or choose it, it says nothing of the person,
    /// and it is shown to nobody.
    pub fn made_up(entropy: &dyn Entropy) -> Self {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let letters = entropy.bytes::<MADE_UP>();
        let name: String = letters.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
        Self { key: name.clone(), display: name }
    }

    /// Whether its holder chose it: no made-up name is short enough to be chosen.
    pub fn is_chosen(&self) -> bool {
        self.display.chars().count() <= Self::LONGEST
    }

    /// Takes back the display form of a username that was accepted once.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        if text.is_empty() {
            return Err(FieldError::Missing);
        }
        if text.len() > Self::LONGEST_BYTES {
            return Err(FieldError::TooLong);
        }
        let display = settled::<UsernameCasePreserved>(text)?;
        let key = settled::<UsernameCaseMapped>(&display)?;
        Ok(Self { display, key })
    }

    /// As typed, in NFC and with full-width letters made plain.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Same as [`Username::display`]: the stored form.
    pub fn as_str(&self) -> &str {
        &self.display
    }

    /// The case-mapped form: unique among usernames, and what a sign-in name is compared with.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for Username {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Username {}

impl Hash for Username {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

/// RFC 8264 §7: a few strings need the rules more than once until nothing changes; after three, refuse.
fn settled<P: Profile>(text: &str) -> Result<String, FieldError> {
    let mut before = text.to_owned();
    for _ in 0..3 {
        let after = P::enforce(before.as_str()).map_err(|_| FieldError::NotAllowedCharacter)?.into_owned();
        if after == before {
            return Ok(after);
        }
        before = after;
    }
    let after = P::enforce(before.as_str()).map_err(|_| FieldError::NotAllowedCharacter)?;
    if after == before { Ok(before) } else { Err(FieldError::NotAllowedCharacter) }
}

/// Digits of any script and what people put between them: a phone, identity or business number, or one to come.
fn looks_like_number(key: &str) -> bool {
    let mut rest = key.chars().filter(|c| !"+-._/(),:".contains(*c)).peekable();
    rest.peek().is_some() && rest.all(char::is_numeric)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{FieldError, Username};
    use proptest::prelude::*;

    #[test]
    fn a_username_is_shown_as_typed_and_compared_without_case() {
        let name = Username::parse(" Nguyen.Thi.An ").unwrap();
        assert_eq!((name.display(), name.key()), ("Nguyen.Thi.An", "nguyen.thi.an"));
        assert_eq!(name, Username::parse("NGUYEN.THI.AN").unwrap());
    }

    #[test]
    fn decomposed_and_full_width_forms_are_the_same_name() {
        let name = Username::parse("nguyễnan").unwrap();
        assert_eq!(Username::parse("nguye\u{302}\u{303}nan").unwrap(), name);
        assert_eq!(Username::parse("NGUYỄNAN").unwrap().key(), "nguyễnan");
        assert_eq!(Username::parse("ｎｇｕｙｅｎ").unwrap().display(), "nguyen");
    }

    #[test]
    fn six_and_thirty_two_code_points_are_the_ends() {
        assert_eq!(Username::parse("abcde"), Err(FieldError::TooShort));
        assert!(Username::parse("abcdeg").is_ok());
        assert!(Username::parse(&"ễ".repeat(32)).is_ok());
        assert!(Username::parse(&"e\u{302}\u{303}".repeat(32)).is_ok());
        assert_eq!(Username::parse(&"a".repeat(33)), Err(FieldError::TooLong));
        assert_eq!(Username::parse(&"a".repeat(100_000)), Err(FieldError::TooLong));
    }

    #[test]
    fn what_reads_as_a_number_or_an_address_is_refused() {
        for typed in [
            "0912345678",
            "+84912345678",
            "0912.345.678",
            "024085001234",
            "0100109106-501",
            "12345_",
            "०९१२३४५६७८",
            "０９１２３４５６７８",
        ] {
            assert_eq!(Username::parse(typed), Err(FieldError::UsernameLooksLikeNumber), "{typed}");
        }
        for typed in ["an@example.vn", "nguyen@", "nguyen＠an"] {
            assert_eq!(Username::parse(typed), Err(FieldError::UsernameLooksLikeEmail), "{typed}");
        }
        assert!(Username::parse("an0912345678").is_ok());
    }

    #[test]
    fn what_is_no_username_is_refused_with_its_reason() {
        for (typed, reason) in [
            ("", FieldError::Missing),
            ("  ", FieldError::Missing),
            ("______", FieldError::UsernameNeedsLetter),
            ("!!!12!", FieldError::UsernameNeedsLetter),
            ("nguyen an", FieldError::NotAllowedCharacter),
            ("nguyen\0an", FieldError::NotAllowedCharacter),
            ("nguyen\u{200b}an", FieldError::NotAllowedCharacter),
            ("nguyen\u{202e}an", FieldError::NotAllowedCharacter),
            ("nguyen🙂", FieldError::NotAllowedCharacter),
            ("nguyen\r\nan", FieldError::NotAllowedCharacter),
            ("nguyenﬁ", FieldError::NotAllowedCharacter),
        ] {
            assert_eq!(Username::parse(typed), Err(reason), "{typed:?}");
        }
    }

    #[test]
    fn a_letter_that_only_looks_latin_is_refused() {
        for typed in [
            "v\u{430}i.thieu",
            "nguyen.th\u{456}",
            "\u{3bf}ngbac",
            "\u{441}\u{43e}\u{441}\u{430}\u{445}\u{430}",
            "\u{440}\u{430}\u{443}\u{440}\u{430}l",
            "nguy\u{212}n\u{251}n",
            "nguyen\u{585}n",
            "nguyen\u{2bc}an",
            "nguyen\u{1c0}an",
            "an\u{968}\u{969}\u{96a}\u{96b}",
            "김민준김민준",
            "阮文安阮文安",
            "q\u{323}\u{306}\u{301}nnnnn",
        ] {
            assert_eq!(Username::parse(typed), Err(FieldError::UsernameOtherScript), "{typed}");
            // Taken once, it still opens its account.
            assert!(Username::from_stored(typed).is_ok(), "{typed}");
        }
        for typed in ["nguyễn.đỗ.ơ", "hơ\u{306}nnnn", "müller-çelik", "Ksor_H'Bia~1", "ab`cdef"] {
            assert!(Username::parse(typed).is_ok(), "{typed}");
        }
    }

    #[test]
    fn serde_is_the_name_as_typed() {
        let name = Username::parse("Nguyen.Thi.An").unwrap();
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(json, "\"Nguyen.Thi.An\"");
        let back: Username = serde_json::from_str(&json).unwrap();
        assert_eq!((back.display(), back.key()), (name.display(), name.key()));
    }

    proptest! {
        #[test]
        fn usernames_are_fixed_points(typed in "\\PC{0,36}|[a-zA-ZÀ-ỹ0-9._-]{4,34}|[\u{100}-\u{3000}]{6,10}") {
            if let Ok(name) = Username::parse(&typed) {
                let again = Username::parse(name.display()).unwrap();
                prop_assert_eq!((again.display(), again.key()), (name.display(), name.key()));
                let of_key = Username::from_stored(name.key()).unwrap();
                prop_assert_eq!(of_key.key(), name.key());
            }
        }
    }
}
