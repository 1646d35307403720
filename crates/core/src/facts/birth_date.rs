//! A date of birth.

use super::FieldError;
use time::{Date, Month};

/// A date of birth, from 1900 on; its text form is ISO 8601, `YYYY-MM-DD`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BirthDate {
    date: Date,
    iso: String,
}

serde_as_text!(BirthDate);
debug_masked!(BirthDate);

impl BirthDate {
    const FIRST_YEAR: i32 = 1900;

    /// Reads `YYYY-MM-DD` or `dd/MM/yyyy` (a day or month of one digit is fine there); `today` is the last day allowed.
    pub fn parse(typed: &str, today: Date) -> Result<Self, FieldError> {
        Self::from_date(read(typed)?, today)
    }

    /// Takes a date that came as one, for instance from another identity provider.
    pub fn from_date(date: Date, today: Date) -> Result<Self, FieldError> {
        if date > today {
            return Err(FieldError::InTheFuture);
        }
        if date.year() < Self::FIRST_YEAR {
            return Err(FieldError::TooLongAgo);
        }
        Ok(Self::of(date))
    }

    /// Takes back the ISO form of a date that was accepted once.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        if text.contains('-') { read(text).map(Self::of) } else { Err(FieldError::Malformed) }
    }

    fn of(date: Date) -> Self {
        let iso = format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day());
        Self { date, iso }
    }

    /// The date.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The year.
    pub fn year(&self) -> i32 {
        self.date.year()
    }

    /// `YYYY-MM-DD`: the stored form, and OpenID Connect's `birthdate` (OIDC Core §5.1).
    pub fn as_str(&self) -> &str {
        &self.iso
    }

    /// `dd/MM/yyyy`, as Vietnamese pages write it.
    pub fn vietnamese(&self) -> String {
        format!("{:02}/{:02}/{:04}", self.date.day(), u8::from(self.date.month()), self.date.year())
    }

    /// For pages that must not tell it whole: `••/••/1985`.
    pub fn masked(&self) -> String {
        format!("••/••/{:04}", self.date.year())
    }
}

fn read(typed: &str) -> Result<Date, FieldError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(FieldError::Missing);
    }
    let iso = typed.contains('-');
    let mut parts = typed.splitn(3, if iso { '-' } else { '/' });
    let (Some(first), Some(second), Some(third)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(FieldError::Malformed);
    };
    let (year, month, day) = if iso {
        (number(first, 4..=4)?, number(second, 2..=2)?, number(third, 2..=2)?)
    } else {
        (number(third, 4..=4)?, number(second, 1..=2)?, number(first, 1..=2)?)
    };
    let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok());
    let day = u8::try_from(day).ok();
    let (Some(month), Some(day)) = (month, day) else {
        return Err(FieldError::NoSuchDate);
    };
    Date::from_calendar_date(i32::from(year), month, day).map_err(|_| FieldError::NoSuchDate)
}

fn number(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Result<u16, FieldError> {
    if !lengths.contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FieldError::Malformed);
    }
    text.parse().map_err(|_| FieldError::Malformed)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{BirthDate, FieldError};
    use proptest::prelude::*;
    use time::{Date, macros::date};

    const TODAY: Date = date!(2026 - 11 - 23);

    #[test]
    fn both_ways_to_write_a_date_give_the_same_date() {
        for typed in ["1985-02-03", "03/02/1985", "3/2/1985", " 03/02/1985 "] {
            let born = BirthDate::parse(typed, TODAY).unwrap();
            assert_eq!(born.as_str(), "1985-02-03", "{typed}");
            assert_eq!(born.vietnamese(), "03/02/1985");
            assert_eq!(born.date(), date!(1985 - 02 - 03));
        }
    }

    #[test]
    fn today_and_1900_are_the_last_and_the_first_day() {
        assert_eq!(BirthDate::parse("2026-11-23", TODAY).unwrap().year(), 2026);
        assert_eq!(BirthDate::parse("2026-11-24", TODAY), Err(FieldError::InTheFuture));
        assert_eq!(BirthDate::parse("01/01/1900", TODAY).unwrap().year(), 1900);
        assert_eq!(BirthDate::parse("31/12/1899", TODAY), Err(FieldError::TooLongAgo));
    }

    #[test]
    fn what_is_no_date_is_refused_with_its_reason() {
        for (typed, reason) in [
            ("", FieldError::Missing),
            ("31/02/1985", FieldError::NoSuchDate),
            ("29/02/1985", FieldError::NoSuchDate),
            ("1985-13-01", FieldError::NoSuchDate),
            ("00/01/1985", FieldError::NoSuchDate),
            ("1985", FieldError::Malformed),
            ("03.02.1985", FieldError::Malformed),
            ("03-02-1985", FieldError::Malformed),
            ("1985/02/03", FieldError::Malformed),
            ("1985-2-3", FieldError::Malformed),
            ("03/02/85", FieldError::Malformed),
            ("03/02/1985/1", FieldError::Malformed),
            ("+3/02/1985", FieldError::Malformed),
            ("0３/02/1985", FieldError::Malformed),
            ("-", FieldError::Malformed),
            ("ngày 3", FieldError::Malformed),
        ] {
            assert_eq!(BirthDate::parse(typed, TODAY), Err(reason), "{typed:?}");
        }
        assert!(BirthDate::parse("29/02/1984", TODAY).is_ok());
    }

    #[test]
    fn pages_and_debug_tell_the_year_alone() {
        let born = BirthDate::parse("03/02/1985", TODAY).unwrap();
        assert_eq!(format!("{born:?}"), "BirthDate(••/••/1985)");
    }

    #[test]
    fn serde_is_the_iso_date() {
        let born = BirthDate::parse("03/02/1985", TODAY).unwrap();
        assert_eq!(serde_json::to_string(&born).unwrap(), "\"1985-02-03\"");
        assert_eq!(serde_json::from_str::<BirthDate>("\"1985-02-03\"").unwrap(), born);
        assert!(serde_json::from_str::<BirthDate>("\"03/02/1985\"").is_err());
    }

    proptest! {
        #[test]
        fn any_text_gives_a_date_or_a_reason(typed in "\\PC{0,20}|[0-9/-]{0,12}") {
            if let Ok(born) = BirthDate::parse(&typed, TODAY) {
                prop_assert_eq!(BirthDate::parse(born.as_str(), TODAY), Ok(born.clone()));
                prop_assert_eq!(BirthDate::parse(&born.vietnamese(), TODAY), Ok(born.clone()));
                prop_assert_eq!(BirthDate::from_stored(born.as_str()), Ok(born));
            }
        }
    }
}
