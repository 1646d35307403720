//! A claim's value as text, whatever type it came in.

use serde_json::Value;
use time::{Date, Month};
use unicode_normalization::UnicodeNormalization as _;

/// A text of more bytes than this is nobody's name, number or date.
const LONGEST: usize = 4096;

/// How many zeros a number may have lost at its beginning: no number that we read begins with three.
const MOST_ZEROS: usize = 2;
/// From here on two numbers may be one by the time they are read: not everybody keeps all their digits (RFC 8259 §6).
const FIRST_UNSURE: u64 = 1 << 53;

/// The text of a string, a whole number or a truth; `None` for anything else, for what is blank, and for what is endless.
pub(super) fn of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) if text.len() <= LONGEST => text.trim().nfc().collect(),
        // A fraction, or what became one because it has too many digits, stands for nothing that we read.
        Value::Number(number) if !number.is_f64() => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The text of what people are known by: as [`of`], but for numbers that may stand for several people.
pub(super) fn name(value: &Value) -> Option<String> {
    let unsure = value.is_number() && value.as_u64().is_none_or(|number| number >= FIRST_UNSURE);
    if unsure { None } else { of(value) }
}

/// The ways in which a value may have been written that should be digits, each with how many zeros were put before it: a
/// number has lost those that it began with.
pub(super) fn spellings(value: &Value) -> Vec<(usize, String)> {
    let Some(text) = of(value) else { return Vec::new() };
    let zeros = if value.is_u64() { MOST_ZEROS } else { 0 };
    (0..=zeros).map(|zeros| (zeros, format!("{}{text}", "0".repeat(zeros)))).collect()
}

/// Whether a claim says anything at all: providers send blanks for what they do not know.
pub(super) fn says_something(value: &Value) -> bool {
    !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
}

/// The digits of a number written with blanks, dots or hyphens; other characters stay, so that it is refused.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect()
}

/// A date as providers write it: `yyyyMMdd`, `yyyy-MM-dd`, `dd/MM/yyyy` or `dd-MM-yyyy`, a time of day after it or not.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let (year, month, day) = match parts.as_slice() {
        [all] if all.len() == 8 && all.is_ascii() => (&all[..4], &all[4..6], &all[6..]),
        [year, month, day] if year.len() == 4 => (*year, *month, *day),
        [day, month, year] if year.len() == 4 => (*year, *month, *day),
        _ => return None,
    };
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u16>().ok()).flatten();
    let month = Month::try_from(u8::try_from(number(month)?).ok()?).ok()?;
    Date::from_calendar_date(i32::from(number(year)?), month, u8::try_from(number(day)?).ok()?).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use time::macros::date;

    #[test]
    fn strings_numbers_and_nothing_are_read_alike() {
        assert_eq!(of(&json!(" 2 ")), Some("2".to_owned()));
        assert_eq!(of(&json!(2)), Some("2".to_owned()));
        assert_eq!(of(&json!(true)), Some("true".to_owned()));
        assert_eq!(of(&json!(u64::MAX)), Some("18446744073709551615".to_owned()));
        assert_eq!(of(&json!("Nguye\u{302}\u{303}n")), Some("Nguyễn".to_owned()), "NFD");
        for nothing in [json!(""), json!("  "), json!(null), json!([]), json!({ "a": 1 }), json!("a".repeat(10_240))] {
            assert_eq!(of(&nothing), None);
        }
        for text in ["1.5", "2.0", "1e3", "18446744073709551616", "-18446744073709551616"] {
            assert_eq!(
                of(&serde_json::from_str(text).unwrap()),
                None,
                "{text} is no whole number that is known to the last digit"
            );
        }
    }

    #[test]
    fn each_form_of_a_date_is_the_same_day() {
        for text in
            ["19850315", "1985-03-15", "15/03/1985", "15-3-1985", "1985-03-15T00:00:00Z", "1985/3/15", "15.03.1985"]
        {
            assert_eq!(date(text), Some(date!(1985 - 03 - 15)), "{text}");
        }
        for text in ["", "1985", "19851503", "31/02/1985", "15/03/85", "1985-03", "0", "đ5/03/1985", "1985031a"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_text_makes_the_readers_panic(text in "\\PC{0,40}") {
            let _ = date(&text);
            let _ = digits(&text);
            let _ = of(&json!(text));
        }
    }
}
