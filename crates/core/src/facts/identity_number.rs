//! The personal identity number: 12 digits (CCCD), and the 9-digit number of former cards (CMND).

use super::typed_text::digits;
use super::{BirthDate, Birthplace, FieldError, FormerNumber, Sex};
use time::Date;

/// Which of the two numbers it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentityKind {
    /// 12 digits: place of registration, century and sex, year, six random digits; no check digit
    /// (Circular 59/2021/TT-BCA art. 4).
    Cccd,
    /// 9 digits, from cards that were valid until 31 December 2024 (Identity Law 2023 art. 46). They encode nothing.
    Cmnd,
}

/// What else is known of the person a number is given for: a 12-digit number must fit all of it (vietnam.md 2). It is
/// held against the number and not kept by it; without `Debug`, so that no log can have it.
#[derive(Clone, Copy, Default)]
pub struct KnownFacts<'a> {
    /// The birth date.
    pub born: Option<&'a BirthDate>,
    /// The sex.
    pub sex: Option<Sex>,
}

/// A personal identity number; ASCII digits only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdentityNumber(String);

serde_as_text!(IdentityNumber);
debug_masked!(IdentityNumber);

impl IdentityNumber {
    const CCCD_DIGITS: usize = 12;
    const CMND_DIGITS: usize = 9;

    /// Reads a number as typed, blanks, dots and hyphens forgiven.
    ///
    /// A 12-digit number must fit what is `known`; 9 digits say nothing and are taken only with `allow_cmnd`
    /// (decisions 6).
    pub fn parse(typed: &str, known: KnownFacts<'_>, today: Date, allow_cmnd: bool) -> Result<Self, FieldError> {
        let number = Self(digits(typed)?);
        match number.0.len() {
            Self::CMND_DIGITS if allow_cmnd => return Ok(number),
            Self::CMND_DIGITS => return Err(FieldError::FormerNumberNotAccepted),
            Self::CCCD_DIGITS => {}
            _ if allow_cmnd => return Err(FieldError::NineOrTwelveDigits),
            _ => return Err(FieldError::WrongLength),
        }
        if number.birthplace().is_none() {
            return Err(FieldError::UnknownPlace);
        }
        if number.birth_year().is_some_and(|year| year > today.year()) {
            return Err(FieldError::InTheFuture);
        }
        if known.born.is_some_and(|born| number.birth_year() != Some(born.year())) {
            return Err(FieldError::BirthDateMismatch);
        }
        if known.sex.is_some_and(|sex| number.sex() != Some(sex)) {
            return Err(FieldError::SexMismatch);
        }
        Ok(number)
    }

    /// Takes back a number that was accepted once.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FieldError::NotAllowedCharacter);
        }
        match text.len() {
            Self::CCCD_DIGITS | Self::CMND_DIGITS => Ok(Self(text.to_owned())),
            _ => Err(FieldError::WrongLength),
        }
    }

    /// 12 or 9 digits.
    pub fn kind(&self) -> IdentityKind {
        if self.0.len() == Self::CMND_DIGITS { IdentityKind::Cmnd } else { IdentityKind::Cccd }
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The normal form that blind indexes are made of: all digits. The two kinds differ in length, so they never meet.
    pub fn digest_input(&self) -> &str {
        &self.0
    }

    /// The same as a former number, if it is one: a CMND.
    pub fn as_former(&self) -> Option<FormerNumber> {
        FormerNumber::from_stored(&self.0).ok()
    }

    /// Where the birth was registered; `None` for a CMND.
    pub fn birthplace(&self) -> Option<Birthplace> {
        self.encoded(0, 3).and_then(Birthplace::of_code)
    }

    /// The year of birth; `None` for a CMND.
    pub fn birth_year(&self) -> Option<i32> {
        let (century, year) = (self.encoded(3, 4)?, self.encoded(4, 6)?);
        Some(1900 + 100 * i32::from(century / 2) + i32::from(year))
    }

    /// The sex; `None` for a CMND. To hold the number against a stated one: none is kept or told, because what no
    /// service needs is not collected.
    pub fn sex(&self) -> Option<Sex> {
        self.encoded(3, 4).map(|century| if century % 2 == 0 { Sex::Male } else { Sex::Female })
    }

    fn encoded(&self, from: usize, to: usize) -> Option<u16> {
        match self.kind() {
            IdentityKind::Cccd => self.0.get(from..to)?.parse().ok(),
            IdentityKind::Cmnd => None,
        }
    }

    /// For pages that must not show it whole: `••••••••1234`.
    pub fn masked(&self) -> String {
        let (hidden, shown) = self.0.split_at(self.0.len() - 4);
        format!("{}{shown}", "•".repeat(hidden.len()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{BirthDate, Birthplace, FieldError, IdentityKind, IdentityNumber, KnownFacts, Sex};
    use proptest::prelude::*;
    use time::{Date, macros::date};

    const TODAY: Date = date!(2026 - 11 - 23);

    fn born(year: i32) -> BirthDate {
        BirthDate::parse(&format!("{year}-06-15"), TODAY).unwrap()
    }

    fn parse(typed: &str) -> Result<IdentityNumber, FieldError> {
        IdentityNumber::parse(typed, KnownFacts::default(), TODAY, false)
    }

    /// Of whoever states both.
    fn parse_of(typed: &str, year: i32, sex: Sex) -> Result<IdentityNumber, FieldError> {
        IdentityNumber::parse(typed, KnownFacts { born: Some(&born(year)), sex: Some(sex) }, TODAY, false)
    }

    /// Synthetic numbers, not of real people.
    #[test]
    fn a_number_tells_place_sex_and_year() {
        for (typed, place, sex, year) in [
            ("024085001234", "Bắc Giang", Sex::Male, 1985),
            ("024185001234", "Bắc Giang", Sex::Female, 1985),
            ("027203004567", "Bắc Ninh", Sex::Male, 2003),
            ("001300000001", "Hà Nội", Sex::Female, 2000),
        ] {
            let number = parse_of(typed, year, sex).unwrap();
            assert_eq!(number.birthplace(), Some(Birthplace::Province(place)), "{typed}");
            assert_eq!((number.sex(), number.birth_year(), number.kind()), (Some(sex), Some(year), IdentityKind::Cccd));
            assert_eq!(number.digest_input(), typed);
        }
    }

    #[test]
    fn grouped_digits_are_the_same_number() {
        assert_eq!(parse("024 085 001 234").unwrap(), parse("024085001234").unwrap());
        assert_eq!(parse(" 024.085.001-234 ").unwrap().as_str(), "024085001234");
    }

    #[test]
    fn births_registered_abroad_are_not_refused() {
        assert_eq!(parse("101085001234").unwrap().birthplace(), Some(Birthplace::Abroad));
        assert_eq!(parse("097085001234").unwrap().birthplace(), Some(Birthplace::Abroad));
    }

    #[test]
    fn what_is_no_identity_number_is_refused_with_its_reason() {
        for (typed, reason) in [
            ("", FieldError::Missing),
            ("003085001234", FieldError::UnknownPlace),
            ("000085001234", FieldError::UnknownPlace),
            ("024485001234", FieldError::InTheFuture),
            ("024227001234", FieldError::InTheFuture),
            ("02408500123", FieldError::WrongLength),
            ("0240850012345", FieldError::WrongLength),
            ("0240850012a4", FieldError::NotAllowedCharacter),
            ("０24085001234", FieldError::NotAllowedCharacter),
            ("121234567", FieldError::FormerNumberNotAccepted),
        ] {
            assert_eq!(parse(typed), Err(reason), "{typed:?}");
        }
        assert!(parse("024226001234").is_ok());
    }

    #[test]
    fn a_number_of_another_birth_year_is_refused() {
        let of = |typed, year| {
            let born = born(year);
            IdentityNumber::parse(typed, KnownFacts { born: Some(&born), sex: None }, TODAY, false)
        };
        assert_eq!(of("024085001234", 1986), Err(FieldError::BirthDateMismatch));
        assert_eq!(of("027203004567", 1903), Err(FieldError::BirthDateMismatch));
        // The century says more than the two digits: the future is told before the mismatch.
        assert_eq!(of("024485001234", 1985), Err(FieldError::InTheFuture));
    }

    #[test]
    fn a_number_of_the_other_sex_is_refused() {
        for (typed, year, sex, other) in [
            ("024085001234", 1985, Sex::Male, Sex::Female),
            ("024185001234", 1985, Sex::Female, Sex::Male),
            ("027203004567", 2003, Sex::Male, Sex::Female),
            ("001300000001", 2000, Sex::Female, Sex::Male),
        ] {
            assert!(parse_of(typed, year, sex).is_ok(), "{typed}");
            assert_eq!(parse_of(typed, year, other), Err(FieldError::SexMismatch), "{typed}");
            let sex_alone = KnownFacts { born: None, sex: Some(other) };
            assert_eq!(IdentityNumber::parse(typed, sex_alone, TODAY, false), Err(FieldError::SexMismatch), "{typed}");
            // One mistake at a time: the year comes first.
            assert_eq!(parse_of(typed, year - 1, other), Err(FieldError::BirthDateMismatch), "{typed}");
        }
        for (typed, reason) in [
            ("003085001234", FieldError::UnknownPlace),
            ("024485001234", FieldError::InTheFuture),
            ("02408500123", FieldError::WrongLength),
        ] {
            assert_eq!(parse_of(typed, 1985, Sex::Female), Err(reason), "{typed}");
        }
    }

    #[test]
    fn a_former_number_is_taken_only_where_the_setting_allows_it() {
        let born = born(1985);
        let known = KnownFacts { born: Some(&born), sex: Some(Sex::Female) };
        let number = IdentityNumber::parse("121 234 567", known, TODAY, true).unwrap();
        assert_eq!(number.kind(), IdentityKind::Cmnd);
        assert_eq!((number.birthplace(), number.birth_year(), number.sex()), (None, None, None));
        assert_eq!(number.masked(), "•••••4567");
        assert_eq!(number.as_former().unwrap().as_str(), "121234567");
        assert_eq!(parse("024085001234").unwrap().as_former(), None);
        // Where both kinds are taken, both are named.
        for typed in ["12123456", "02408500123", "0240850012345"] {
            let parsed = IdentityNumber::parse(typed, KnownFacts::default(), TODAY, true);
            assert_eq!(parsed, Err(FieldError::NineOrTwelveDigits), "{typed}");
        }
    }

    #[test]
    fn pages_and_debug_show_four_digits() {
        let number = parse("024085001234").unwrap();
        assert_eq!(number.masked(), "••••••••1234");
        assert_eq!(format!("{number:?}"), "IdentityNumber(••••••••1234)");
    }

    #[test]
    fn serde_is_the_digits() {
        let number = parse("024085001234").unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), "\"024085001234\"");
        assert_eq!(serde_json::from_str::<IdentityNumber>("\"024085001234\"").unwrap(), number);
        for stored in ["\"\"", "\"0240850012\"", "\"02408500123é\"", "\"024 08500123\""] {
            assert!(serde_json::from_str::<IdentityNumber>(stored).is_err(), "{stored}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_number_or_a_reason(typed in "\\PC{0,20}|[0-9 .-]{0,16}|[0-9]{12}|[0-9]{9}") {
            let parse = |typed: &str| IdentityNumber::parse(typed, KnownFacts::default(), TODAY, true);
            if let Ok(number) = parse(&typed) {
                prop_assert_eq!(parse(number.as_str()), Ok(number.clone()));
                prop_assert_eq!(IdentityNumber::from_stored(number.as_str()), Ok(number.clone()));
                prop_assert!(number.masked().chars().filter(char::is_ascii_digit).count() == 4);
            }
        }
    }
}
