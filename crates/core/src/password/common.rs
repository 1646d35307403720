//! Passwords that many people have, and plain variations of them.
//!
//! The list (`data/common-passwords.txt`, made by `cargo xtask gen passwords`) is lower case and in byte order. Its
//! lines of 8 characters and more are passwords; shorter ones are stems, refused with a few signs around them.

use crate::facts::unaccented;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use time::{Date, Month};

const DATA: &str = include_str!("../../data/common-passwords.txt");

/// Digits and signs put around a listed word add this little; more of them, and the password has a life of its own.
const MOST_DECORATION: usize = 6;

/// Shorter remains of a password are not looked up: no stem is shorter.
const SHORTEST_STEM: usize = 4;

/// A block repeated is as good as the block alone, and a password of this many characters is too short.
const LONGEST_REPEATED_BLOCK: usize = 7;

/// Whether a password is listed, or is a listed one in another case, with or without accents and blanks, with `4`
/// for `a` and the like, with up to six digits or signs around it; or a repeated block, a run, or a date.
pub fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let bare: String = unaccented(password).chars().filter(|c| !c.is_whitespace()).collect();
    let forms: BTreeSet<&str> = [lower.as_str(), bare.as_str()].into();
    forms.into_iter().any(|form| is_pattern(form) || is_listed_with_decoration(form)) || is_date(&bare)
}

fn listed() -> &'static [&'static str] {
    static LISTED: OnceLock<Vec<&'static str>> = OnceLock::new();
    LISTED.get_or_init(|| DATA.lines().collect())
}

fn is_listed(word: &str) -> bool {
    listed().binary_search(&word).is_ok()
}

fn is_listed_with_decoration(form: &str) -> bool {
    let chars: Vec<char> = form.chars().collect();
    let sign = |c: &&char| !c.is_alphabetic();
    let before = chars.iter().take_while(sign).count().min(MOST_DECORATION);
    let after = chars.iter().rev().take_while(sign).count().min(MOST_DECORATION);
    (0..=before)
        .flat_map(|left| (0..=after.min(MOST_DECORATION - left)).map(move |right| (left, right)))
        .filter_map(|(left, right)| chars.get(left..chars.len().saturating_sub(right)))
        .filter(|rest| rest.len() >= SHORTEST_STEM)
        .any(|rest| {
            let word: String = rest.iter().collect();
            is_listed(&word) || is_listed(&plain_letters(&word, 'i')) || is_listed(&plain_letters(&word, 'l'))
        })
}

/// Signs that stand for letters, read back; `one` is what a `1` stands for.
pub(super) fn plain_letters(text: &str, one: char) -> String {
    text.chars()
        .map(|c| match c {
            '4' | '@' => 'a',
            '3' => 'e',
            '1' | '!' | '|' => one,
            '0' => 'o',
            '5' | '$' => 's',
            '7' | '+' => 't',
            other => other,
        })
        .collect()
}

/// `aaaaaaaa`, `abcabcabc`, `matkhaumatkhau`, `23456789`, `hgfedcba`.
fn is_pattern(form: &str) -> bool {
    let chars: Vec<char> = form.chars().collect();
    let repeats =
        |block: usize| chars.len() >= 2 * block && chars.iter().zip(chars.iter().skip(block)).all(|(a, b)| a == b);
    let steps = |step: i64| {
        chars
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if i64::from(u32::from(*b)) - i64::from(u32::from(*a)) == step))
    };
    (1..=LONGEST_REPEATED_BLOCK).any(repeats) || steps(1) || steps(-1)
}

/// A date written with eight digits, with or without signs between: birthdays and anniversaries, in any order.
fn is_date(form: &str) -> bool {
    let digits: String = form.chars().filter(|c| !"/-._".contains(*c)).collect();
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let number =
        |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u16>().ok()).unwrap_or_default();
    let date = |year: u16, month: u16, day: u16| {
        let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok());
        let day = u8::try_from(day).ok();
        let in_living_memory = (1900..=2099).contains(&year);
        in_living_memory
            && month.zip(day).is_some_and(|(month, day)| Date::from_calendar_date(i32::from(year), month, day).is_ok())
    };
    let (dd, mm, yyyy) = (number(0, 2), number(2, 4), number(4, 8));
    date(yyyy, mm, dd) || date(yyyy, dd, mm) || date(number(0, 4), number(4, 6), number(6, 8))
}

#[cfg(test)]
mod tests {
    use super::{DATA, is_common, listed};
    use proptest::prelude::*;

    #[test]
    fn the_list_is_sorted_lower_case_and_of_sensible_size() {
        assert!(listed().windows(2).all(|pair| pair[0] < pair[1]));
        assert!(DATA.len() < 600_000, "{}", DATA.len());
        let long = listed().iter().filter(|word| word.len() >= 8).count();
        assert!(long > 30_000, "{long}");
        for word in listed() {
            assert!(word.len() >= 8 || word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
            assert!((4..=40).contains(&word.len()) && *word == word.to_lowercase(), "{word}");
        }
    }

    #[test]
    fn passwords_known_all_over_the_world_are_common() {
        for password in [
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou1",
            "football",
            "1q2w3e4r",
            "Password1",
            "P@ssw0rd",
            "p4$$w0rd",
            "QWERTY123",
            "princess!",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn passwords_known_all_over_vietnam_are_common() {
        for password in [
            "matkhau123",
            "MatKhau@123",
            "mậtkhẩu123",
            "mật khẩu 1",
            "m@tkh4u2024",
            "anhyeuem",
            "anhyeuem123",
            "AnhYeuEm@1",
            "12345678a",
            "123456a@",
            "Aa123456@",
            "tentoila",
            "khongbiet",
            "vietnam2024",
            "Vietnam@123",
            "hanoi123",
            "saigon1990",
            "bacgiang98",
            "bacgiang@2022",
            "nguyen1990",
            "nguyenan",
            "tuan1990",
            "linh2001",
            "hagl1234",
            "maatjkhaaur",
            "vieetjnam1",
            "quenmatkhau",
            "147258369",
            "68686868",
            "giadinh123",
            "yeuem1234",
            "dichvucong@123",
            "admin@123",
            "abc@12345",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn a_listed_word_stays_common_with_six_signs_around_it_and_no_more() {
        assert!(is_common("matkhau938271"));
        assert!(is_common("938matkhau271"));
        assert!(is_common("!!matkhau!!"));
        assert!(!is_common("matkhau9382714"));
        assert!(!is_common("matkhauquytnx"));
    }

    #[test]
    fn repetitions_runs_and_dates_are_common() {
        for password in [
            "zzzzzzzz",
            "xkxkxkxkxk",
            "tamgtamg",
            "matkhaumatkhau",
            "cdefghij",
            "98765432",
            "20101987",
            "20/10/1987",
            "1987-10-20",
            "10201987",
            "ệệệệệệệệ",
        ] {
            assert!(is_common(password), "{password}");
        }
        for password in ["20131987", "99999199x", "8205917364"] {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn phrases_and_random_passwords_are_not_common() {
        for password in [
            "tram nam trong coi nguoi ta",
            "con mèo trèo cây cau 7",
            "v7#kQz!m",
            "xe dap mau xanh",
            "h8Jw2nQx",
            "quạt trần kêu cót két",
            "🐈🐕🐘🦜🐟🐢🦋🐝",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(password in "\\PC{0,130}") {
            is_common(&password);
        }

        #[test]
        fn case_never_makes_a_listed_password_good(at in 0_usize..37_000, upper in any::<u64>()) {
            let word = listed()[at % listed().len()];
            let mixed: String = word.char_indices().map(|(i, c)| if upper >> (i % 64) & 1 == 1 { c.to_ascii_uppercase() } else { c }).collect();
            prop_assert!(is_common(&mixed));
        }
    }
}
