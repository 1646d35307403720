//! A Vietnamese mobile number: the one that receives the codes (decisions 5 and 6).

use super::FieldError;
use super::typed_text::digits;

/// A mobile number, kept in E.164: `+84` and nine digits.
///
/// Carriers are not read from the prefix: numbers move between them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

serde_as_text!(Phone);
debug_masked!(Phone);

/// A number as read, and whether its pre-2018 prefix was replaced: the page says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedPhone {
    /// The number as it is dialled today.
    pub phone: Phone,
    /// What was replaced, if an 11-digit number from before 2018 was typed.
    pub moved: Option<PrefixMove>,
}

/// A prefix of an 11-digit number from before 2018, and the one that took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrefixMove {
    /// Four digits: `0168`.
    pub old: &'static str,
    /// Three digits: `038`.
    pub new: &'static str,
}

/// The prefixes of the 2018 migration (15 September 2018 to 30 June 2019); the last seven digits stayed.
const MIGRATION: [(&str, &str); 21] = [
    ("0120", "070"),
    ("0121", "079"),
    ("0122", "077"),
    ("0126", "076"),
    ("0128", "078"),
    ("0123", "083"),
    ("0124", "084"),
    ("0125", "085"),
    ("0127", "081"),
    ("0129", "082"),
    ("0162", "032"),
    ("0163", "033"),
    ("0164", "034"),
    ("0165", "035"),
    ("0166", "036"),
    ("0167", "037"),
    ("0168", "038"),
    ("0169", "039"),
    ("0186", "056"),
    ("0188", "058"),
    ("0199", "059"),
];

impl Phone {
    /// Reads a number as typed: blanks, dots, hyphens and a leading `+84` or `84` are forgiven, nothing else is.
    pub fn parse(typed: &str) -> Result<ParsedPhone, FieldError> {
        let typed = typed.trim();
        let (international, rest) = match typed.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, typed),
        };
        let digits = digits(rest).map_err(|reason| match reason {
            FieldError::WrongLength => FieldError::Malformed,
            other => other,
        })?;
        let national = if international {
            format!("0{}", digits.strip_prefix("84").ok_or(FieldError::Malformed)?)
        } else if let Some(subscriber) = digits.strip_prefix("84") {
            format!("0{subscriber}")
        } else {
            digits
        };
        Self::from_national(&national)
    }

    fn from_national(national: &str) -> Result<ParsedPhone, FieldError> {
        match (national.as_bytes(), national.len()) {
            ([b'0', b'3' | b'5' | b'7' | b'8' | b'9', ..], 10) => {
                Ok(ParsedPhone { phone: Self::of(national), moved: None })
            }
            ([b'0', b'1', ..], 11) => {
                let (old, subscriber) = national.split_at(4);
                let &(old, new) =
                    MIGRATION.iter().find(|(from, _)| *from == old).ok_or(FieldError::OldPrefixUnknown)?;
                let moved = Some(PrefixMove { old, new });
                Ok(ParsedPhone { phone: Self::of(&format!("{new}{subscriber}")), moved })
            }
            ([b'0', b'2', ..], 10 | 11) => Err(FieldError::NotAMobile),
            _ => Err(FieldError::Malformed),
        }
    }

    fn of(national: &str) -> Self {
        Self(format!("+84{}", &national[1..]))
    }

    /// Takes back the E.164 form of a number that was accepted once.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        match text.strip_prefix("+84") {
            Some(rest) if rest.len() == 9 && rest.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(FieldError::Malformed),
        }
    }

    /// E.164, `+84912345678`: the stored form, the `phone_number` claim (OIDC Core §5.1), the gateways' form.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// Same as [`Phone::e164`].
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As dialled within Vietnam, `0912345678`.
    pub fn national(&self) -> String {
        format!("0{}", &self.0[3..])
    }

    /// For pages that must not show it whole: `091 ••• •678`.
    pub fn masked(&self) -> String {
        let national = self.national();
        format!("{} ••• •{}", &national[..3], &national[7..])
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{FieldError, Phone};
    use proptest::prelude::*;

    #[test]
    fn every_forgiven_way_to_write_a_number_gives_the_same_number() {
        for typed in [
            "0912345678",
            "091 234 56 78",
            "0912.345.678",
            "0912-345-678",
            " +84912345678 ",
            "+84 912 345 678",
            "84912345678",
            "84.912.345.678",
            "0912\u{a0}345\u{a0}678",
            "0912\u{2011}345\u{2011}678",
        ] {
            let read = Phone::parse(typed).unwrap();
            assert_eq!(read.phone.e164(), "+84912345678", "{typed}");
            assert_eq!(read.moved, None);
        }
    }

    #[test]
    fn each_mobile_prefix_of_today_is_taken() {
        for prefix in
            ["031", "032", "039", "052", "055", "056", "059", "070", "076", "081", "086", "089", "090", "095", "099"]
        {
            assert!(Phone::parse(&format!("{prefix}1234567")).is_ok(), "{prefix}");
        }
    }

    #[test]
    fn numbers_from_before_2018_move_to_their_new_prefix() {
        for (old, new) in [
            ("0120", "70"),
            ("0121", "79"),
            ("0122", "77"),
            ("0126", "76"),
            ("0128", "78"),
            ("0123", "83"),
            ("0124", "84"),
            ("0125", "85"),
            ("0127", "81"),
            ("0129", "82"),
            ("0162", "32"),
            ("0163", "33"),
            ("0164", "34"),
            ("0165", "35"),
            ("0166", "36"),
            ("0167", "37"),
            ("0168", "38"),
            ("0169", "39"),
            ("0186", "56"),
            ("0188", "58"),
            ("0199", "59"),
        ] {
            let read = Phone::parse(&format!("{old}9123456")).unwrap();
            assert_eq!(read.phone.e164(), format!("+84{new}9123456"));
            assert_eq!(read.moved.map(|moved| (moved.old, &moved.new[1..])), Some((old, new)));
        }
        assert_eq!(Phone::parse("+84 168 912 3456").unwrap().phone.national(), "0389123456");
        assert_eq!(Phone::parse("01809123456"), Err(FieldError::OldPrefixUnknown));
    }

    #[test]
    fn what_cannot_receive_a_code_is_refused_with_its_reason() {
        for (typed, reason) in [
            ("", FieldError::Missing),
            ("+", FieldError::Missing),
            ("02043854321", FieldError::NotAMobile),
            ("0204 385 4321", FieldError::NotAMobile),
            ("+842438221234", FieldError::NotAMobile),
            ("0243822123", FieldError::NotAMobile),
            ("19001234", FieldError::Malformed),
            ("18001234", FieldError::Malformed),
            ("091234567", FieldError::Malformed),
            ("09123456789", FieldError::Malformed),
            ("0612345678", FieldError::Malformed),
            ("912345678", FieldError::Malformed),
            ("840912345678", FieldError::Malformed),
            ("0084912345678", FieldError::Malformed),
            ("+1 202 555 0100", FieldError::Malformed),
            ("+0912345678", FieldError::Malformed),
            ("024085001234", FieldError::Malformed),
            ("09l2345678", FieldError::NotAllowedCharacter),
            ("(091)2345678", FieldError::NotAllowedCharacter),
            ("0912345678;0987654321", FieldError::NotAllowedCharacter),
            ("０９１２３４５６７８", FieldError::NotAllowedCharacter),
            ("0912+345678", FieldError::NotAllowedCharacter),
            ("++84912345678", FieldError::NotAllowedCharacter),
        ] {
            assert_eq!(Phone::parse(typed).map(|read| read.phone.national()), Err(reason), "{typed:?}");
        }
        assert_eq!(Phone::parse(&"0".repeat(1000)), Err(FieldError::Malformed));
    }

    #[test]
    fn pages_and_debug_show_a_masked_number() {
        let phone = Phone::parse("0912345678").unwrap().phone;
        assert_eq!(phone.masked(), "091 ••• •678");
        assert_eq!(format!("{phone:?}"), "Phone(091 ••• •678)");
    }

    #[test]
    fn serde_is_e164_and_takes_nothing_else() {
        let phone = Phone::parse("0912345678").unwrap().phone;
        assert_eq!(serde_json::to_string(&phone).unwrap(), "\"+84912345678\"");
        assert_eq!(serde_json::from_str::<Phone>("\"+84912345678\"").unwrap(), phone);
        for stored in ["\"0912345678\"", "\"+849123456789\"", "\"+8491234567é\""] {
            assert!(serde_json::from_str::<Phone>(stored).is_err(), "{stored}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_number_or_a_reason(typed in "\\PC{0,20}|[+]?(84|0)[0-9 .-]{0,14}") {
            if let Ok(read) = Phone::parse(&typed) {
                let again = Phone::parse(read.phone.e164()).unwrap();
                prop_assert_eq!(again.moved, None);
                prop_assert_eq!(&again.phone, &read.phone);
                prop_assert_eq!(Phone::parse(&read.phone.national()).unwrap().phone, read.phone.clone());
                prop_assert_eq!(Phone::from_stored(read.phone.e164()), Ok(read.phone));
            }
        }
    }
}
