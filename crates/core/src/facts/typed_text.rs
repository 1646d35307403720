//! Reads one line as somebody typed it: composed (NFC), trimmed, blanks collapsed, and refused where a character
//! has no place. What a field allows beyond that is its own.

use super::FieldError;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters of minority languages carry up to two marks that have no composed form (Ê Đê `ơ̆`).
const MARKS_ON_ONE_LETTER: u8 = 2;

/// Bytes of raw input per allowed code point: room for decomposed letters (NFD), a bound on work for all else.
const BYTES_PER_CODE_POINT: usize = 12;

/// One line of at most `longest` code points in NFC, without blanks around it and with single spaces inside.
/// Latin letters are always allowed, other characters where `also` says so.
pub(super) fn line(typed: &str, longest: usize, also: fn(char) -> bool) -> Result<String, FieldError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(FieldError::Missing);
    }
    if typed.len() > longest.saturating_mul(BYTES_PER_CODE_POINT) {
        return Err(FieldError::TooLong);
    }
    let mut tidy = String::with_capacity(typed.len());
    let mut length = 0_usize;
    for c in typed.nfc().map(plain) {
        if c == ' ' && tidy.ends_with(' ') {
            continue;
        }
        tidy.push(c);
        length += 1;
    }
    if !is_latin(&tidy, |c| c == ' ' || also(c)) {
        return Err(FieldError::NotAllowedCharacter);
    }
    if length > longest {
        return Err(FieldError::TooLong);
    }
    Ok(tidy)
}

/// Whether a composed text is of Latin letters, with no more loose marks than orthographies put on one, and of what
/// `also` says.
pub(super) fn is_latin(text: &str, also: impl Fn(char) -> bool) -> bool {
    let mut marks_left = 0_u8;
    text.chars().all(|c| {
        if is_latin_mark(c) && marks_left > 0 {
            marks_left -= 1;
            return true;
        }
        let letter = is_latin_letter(c);
        marks_left = if letter { MARKS_ON_ONE_LETTER } else { 0 };
        letter || also(c)
    })
}

/// What was stored once: not empty, and not so long that it cannot have been.
pub(super) fn stored_line(text: &str, longest: usize) -> Result<String, FieldError> {
    if text.is_empty() {
        return Err(FieldError::Missing);
    }
    if text.len() > longest.saturating_mul(BYTES_PER_CODE_POINT) {
        return Err(FieldError::TooLong);
    }
    Ok(text.to_owned())
}

/// The ASCII digits of a number written with blanks, dots or hyphens between them.
pub(super) fn digits(typed: &str) -> Result<String, FieldError> {
    const LONGEST: usize = 64;
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(FieldError::Missing);
    }
    if typed.len() > LONGEST {
        return Err(FieldError::WrongLength);
    }
    let mut digits = String::with_capacity(typed.len());
    for c in typed.chars().map(plain) {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '.' | '-' => {}
            _ => return Err(FieldError::NotAllowedCharacter),
        }
    }
    if digits.is_empty() { Err(FieldError::Malformed) } else { Ok(digits) }
}

/// Word processors and phone keyboards put typographic signs where a person means the plain one.
fn plain(c: char) -> char {
    match c {
        '\u{00A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => ' ',
        '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{00B4}' | '\u{0060}' => '\'',
        '\u{201C}' | '\u{201D}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

/// Latin letters: Vietnamese, those of Vietnam's minorities, and those of foreign residents. Other scripts have
/// letters that look the same, which is why names do not mix with them.
pub(super) fn is_latin_letter(c: char) -> bool {
    // U+01C0..U+01C3 are click letters that read as `|` and `!`.
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{1BF}' | '\u{1C4}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
        && c.is_alphabetic()
}

/// Grave, acute, circumflex, tilde, macron, breve, dot above, diaeresis, hook above, caron, horn, dot below,
/// cedilla, ogonek, macron below: what Latin orthographies in use here put on letters.
fn is_latin_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{304}' | '\u{306}'..='\u{30A}' | '\u{30C}' | '\u{31B}' | '\u{323}' | '\u{327}' | '\u{328}' | '\u{331}'
    )
}

/// Lower case without any diacritic, `đ` as `d`: for search, and to compare what people type without accents.
pub fn unaccented(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'đ' | 'ð' => 'd',
            'ƀ' => 'b',
            other => other,
        })
        // U+0130 lowers to `i` and a dot that is a mark again.
        .filter(|c| !is_combining_mark(*c))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{digits, line, unaccented};
    use crate::facts::FieldError;
    use proptest::prelude::*;

    fn letters_only(typed: &str) -> Result<String, FieldError> {
        line(typed, 40, |_| false)
    }

    #[test]
    fn decomposed_letters_are_composed_and_blanks_collapse() {
        let typed = "  Nguye\u{302}\u{303}n\u{a0} \u{2003}Thi\u{323}   An\u{200a}\n";
        assert_eq!(letters_only(typed).unwrap(), "Nguyễn Thị An");
    }

    #[test]
    fn characters_that_cannot_be_seen_are_refused() {
        for hidden in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{7f}',
            '\u{85}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2066}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            let typed = format!("An{hidden}na");
            assert_eq!(letters_only(&typed), Err(FieldError::NotAllowedCharacter), "{hidden:?}");
        }
    }

    #[test]
    fn emoji_and_other_scripts_are_refused() {
        for typed in ["An 🙂", "Аn", "Αn", "安", "An\u{1c0}", "A①"] {
            assert_eq!(letters_only(typed), Err(FieldError::NotAllowedCharacter), "{typed}");
        }
    }

    #[test]
    fn a_letter_takes_two_loose_marks_and_no_tower() {
        assert_eq!(letters_only("Ơ\u{306}n").unwrap(), "Ơ\u{306}n");
        assert_eq!(letters_only("q\u{323}\u{306}\u{301}"), Err(FieldError::NotAllowedCharacter));
        assert_eq!(letters_only("\u{301}an"), Err(FieldError::NotAllowedCharacter));
    }

    #[test]
    fn input_too_big_to_be_honest_is_refused_before_it_is_read() {
        assert_eq!(letters_only(&"é".repeat(100_000)), Err(FieldError::TooLong));
        assert_eq!(letters_only(&"e\u{302}\u{301}".repeat(40)).unwrap().chars().count(), 40);
        assert_eq!(letters_only(&"a".repeat(41)), Err(FieldError::TooLong));
        assert_eq!(digits(&"1".repeat(65)), Err(FieldError::WrongLength));
    }

    #[test]
    fn numbers_may_be_grouped() {
        assert_eq!(digits(" 024.085-001 234\u{a0}").unwrap(), "024085001234");
        assert_eq!(digits("..."), Err(FieldError::Malformed));
        assert_eq!(digits("12a"), Err(FieldError::NotAllowedCharacter));
        assert_eq!(digits("１２"), Err(FieldError::NotAllowedCharacter));
    }

    #[test]
    fn accents_fall_away() {
        assert_eq!(unaccented("Đường Nguyễn Thị Minh Khai"), "duong nguyen thi minh khai");
        assert_eq!(unaccented("İÐ"), "id");
    }

    proptest! {
        #[test]
        fn a_read_line_reads_the_same_again(typed in "\\PC{0,50}|[ a-zA-ZÀ-ỹ\u{300}-\u{330}'.-]{0,50}") {
            if let Ok(tidy) = line(&typed, 40, |c| c.is_ascii_punctuation()) {
                prop_assert_eq!(line(&tidy, 40, |c| c.is_ascii_punctuation()), Ok(tidy.clone()));
                prop_assert!(tidy.chars().count() <= 40);
            }
        }

        #[test]
        fn unaccented_text_stays_as_it_is(text in "\\PC{0,50}") {
            let once = unaccented(&text);
            prop_assert_eq!(unaccented(&once), once);
        }
    }
}
