//! The business code, which is the tax code: 10 digits, a branch of one, or a household business's 12 digits.

use super::typed_text::digits;
use super::{FieldError, IdentityNumber, KnownFacts};
use std::fmt;
use time::Date;

/// Which kind of business a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BusinessCodeKind {
    /// An enterprise: 10 digits.
    Enterprise,
    /// A branch or dependent unit: `XXXXXXXXXX-YYY`.
    Branch,
    /// A household business: since 1 July 2025 its owner's personal identity number (Circular 86/2024/TT-BTC art. 5).
    Household,
}

/// A business code in its normal form: `XXXXXXXXXX`, `XXXXXXXXXX-YYY` or 12 digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BusinessCode(String);

serde_as_text!(BusinessCode);

/// Weights of the first nine digits; the tenth is 10 less the sum modulo 11 (Circular 86/2024/TT-BTC).
const WEIGHTS: [u32; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];

impl BusinessCode {
    const ENTERPRISE_DIGITS: usize = 10;
    const BRANCH_DIGITS: usize = 13;
    const HOUSEHOLD_DIGITS: usize = 12;

    /// Reads a code as typed: blanks are forgiven, a branch may come without its hyphen.
    ///
    /// A household's 12 digits follow the rules of the identity number, whose birth year `today` limits.
    pub fn parse(typed: &str, today: Date) -> Result<Self, FieldError> {
        let digits = digits(typed)?;
        let hyphens: Vec<usize> = typed
            .chars()
            .filter(|c| !c.is_whitespace())
            .enumerate()
            .filter(|(_, c)| !c.is_ascii_digit())
            .map(|(at, _)| at)
            .collect();
        let hyphen_before_branch = hyphens.is_empty() || hyphens == [Self::ENTERPRISE_DIGITS];
        match digits.len() {
            Self::ENTERPRISE_DIGITS if hyphens.is_empty() => {
                check(&digits)?;
                Ok(Self(digits))
            }
            Self::BRANCH_DIGITS if hyphen_before_branch => {
                let (enterprise, branch) = digits.split_at(Self::ENTERPRISE_DIGITS);
                check(enterprise)?;
                if branch == "000" { Err(FieldError::Malformed) } else { Ok(Self(format!("{enterprise}-{branch}"))) }
            }
            Self::HOUSEHOLD_DIGITS if hyphens.is_empty() => {
                IdentityNumber::parse(&digits, KnownFacts::default(), today, false)
                    .map(|number| Self(number.as_str().to_owned()))
            }
            Self::ENTERPRISE_DIGITS | Self::BRANCH_DIGITS | Self::HOUSEHOLD_DIGITS => Err(FieldError::Malformed),
            _ => Err(FieldError::WrongLength),
        }
    }

    /// Takes back the normal form of a code that was accepted once.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        let digit = |byte: &u8| byte.is_ascii_digit();
        let well_formed = match text.as_bytes() {
            [enterprise @ .., b'-', a, b, c] => {
                enterprise.len() == Self::ENTERPRISE_DIGITS && enterprise.iter().chain([a, b, c]).all(digit)
            }
            bytes => matches!(bytes.len(), Self::ENTERPRISE_DIGITS | Self::HOUSEHOLD_DIGITS) && bytes.iter().all(digit),
        };
        if well_formed { Ok(Self(text.to_owned())) } else { Err(FieldError::Malformed) }
    }

    /// Enterprise, branch or household.
    pub fn kind(&self) -> BusinessCodeKind {
        match self.0.len() {
            Self::ENTERPRISE_DIGITS => BusinessCodeKind::Enterprise,
            Self::HOUSEHOLD_DIGITS => BusinessCodeKind::Household,
            _ => BusinessCodeKind::Branch,
        }
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What blind indexes are made of: the normal form. A branch is not its enterprise.
    pub fn digest_input(&self) -> &str {
        &self.0
    }

    /// For pages: whole, except a household's, which is a person's identity number (`••••••••1234`).
    pub fn masked(&self) -> String {
        match self.kind() {
            BusinessCodeKind::Household => {
                format!("••••••••{}", self.0.get(8..).unwrap_or_default())
            }
            BusinessCodeKind::Enterprise | BusinessCodeKind::Branch => self.0.clone(),
        }
    }
}

/// A household's code is a person's number, so all of them go to logs masked.
impl fmt::Debug for BusinessCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BusinessCode({})", self.masked())
    }
}

fn check(ten_digits: &str) -> Result<(), FieldError> {
    let mut digits = ten_digits.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = WEIGHTS.iter().zip(digits.by_ref()).map(|(weight, digit)| weight * digit).sum();
    // A remainder of 0 would need the check digit 10: no such code is given out.
    if digits.next() == Some(10 - sum % 11) { Ok(()) } else { Err(FieldError::Checksum) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{BusinessCode, BusinessCodeKind, FieldError};
    use proptest::prelude::*;
    use time::{Date, macros::date};

    const TODAY: Date = date!(2026 - 11 - 23);

    fn parse(typed: &str) -> Result<BusinessCode, FieldError> {
        BusinessCode::parse(typed, TODAY)
    }

    #[test]
    fn codes_of_eleven_well_known_enterprises_are_right() {
        for code in [
            "0300588569",
            "0101248141",
            "0100109106",
            "0101245486",
            "0100112437",
            "0100684378",
            "0100150619",
            "0100686174",
            "0101360697",
            "0101243150",
            "0100686209",
        ] {
            let read = parse(code).unwrap();
            assert_eq!((read.as_str(), read.kind()), (code, BusinessCodeKind::Enterprise));
        }
    }

    #[test]
    fn a_branch_has_one_normal_form() {
        for code in ["0100109106-501", "0100112437-005", "0100150619-041", "0100686209-199"] {
            for typed in [
                code.to_owned(),
                code.replace('-', ""),
                format!(" {} ", code.replace('-', " - ")),
                code.replace('-', "\u{2011}"),
            ] {
                let read = parse(&typed).unwrap();
                assert_eq!((read.as_str(), read.kind()), (code, BusinessCodeKind::Branch), "{typed}");
            }
        }
    }

    #[test]
    fn a_household_business_uses_its_owners_number() {
        let read = parse("024085001234").unwrap();
        assert_eq!(read.kind(), BusinessCodeKind::Household);
        assert_eq!(parse("003085001234"), Err(FieldError::UnknownPlace));
        assert_eq!(parse("024485001234"), Err(FieldError::InTheFuture));
        assert_eq!(format!("{read:?}"), "BusinessCode(••••••••1234)");
        assert_eq!(format!("{:?}", parse("0300588569").unwrap()), "BusinessCode(0300588569)");
    }

    #[test]
    fn what_is_no_business_code_is_refused_with_its_reason() {
        for (typed, reason) in [
            ("", FieldError::Missing),
            ("0100233480", FieldError::Checksum),
            ("0107500451", FieldError::Checksum),
            ("0100109107", FieldError::Checksum),
            ("0100109107-501", FieldError::Checksum),
            ("0100109106-000", FieldError::Malformed),
            ("01-00109106", FieldError::Malformed),
            ("0100109106501-", FieldError::Malformed),
            ("0100-109106501", FieldError::Malformed),
            ("0100.109.106", FieldError::Malformed),
            ("024-085001234", FieldError::Malformed),
            ("010010910", FieldError::WrongLength),
            ("0100109106-5", FieldError::WrongLength),
            ("0100109106-5011", FieldError::WrongLength),
            ("O100109106", FieldError::NotAllowedCharacter),
        ] {
            assert_eq!(parse(typed), Err(reason), "{typed:?}");
        }
    }

    #[test]
    fn a_code_whose_check_digit_would_be_ten_does_not_exist() {
        // 0+0+0+0+0+0+0+0+0 leaves 0.
        for last in 0..=9 {
            assert_eq!(parse(&format!("000000000{last}")), Err(FieldError::Checksum));
        }
    }

    #[test]
    fn serde_is_the_normal_form_and_takes_nothing_else() {
        let read = parse("0100109106501").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"0100109106-501\"");
        assert_eq!(serde_json::from_str::<BusinessCode>("\"0100109106-501\"").unwrap(), read);
        for stored in ["\"\"", "\"0100109106501\"", "\"-501\"", "\"0100109106-50a\"", "\"01001091060100109106-501\""] {
            assert!(serde_json::from_str::<BusinessCode>(stored).is_err(), "{stored}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_code_or_a_reason(typed in "\\PC{0,20}|[0-9 -]{0,16}|[0-9]{10}(-?[0-9]{3})?") {
            if let Ok(code) = parse(&typed) {
                prop_assert_eq!(parse(code.as_str()), Ok(code.clone()));
                prop_assert_eq!(BusinessCode::from_stored(code.as_str()), Ok(code));
            }
        }

        #[test]
        fn one_wrong_digit_is_always_noticed(at in 0_usize..10, by in 1_u8..10) {
            let mut digits = *b"0300588569";
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            let typed = String::from_utf8(digits.to_vec()).unwrap();
            prop_assert_eq!(parse(&typed), Err(FieldError::Checksum));
        }
    }
}
