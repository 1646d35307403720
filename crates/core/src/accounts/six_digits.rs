//! The six digits of a code, by SMS or of an app: made, or read as somebody types or pastes them.

use crate::entropy::Entropy;

/// Longer than any code with what clings to it.
const LONGEST: usize = 32;

/// A code that nobody can guess.
pub(super) fn fresh(entropy: &dyn Entropy) -> String {
    format!("{:06}", entropy.below(1_000_000))
}

/// Reads them. Forgiven is what a paste brings along: blanks, dots and dashes between the digits, marks of the direction
/// of writing, and the wide digits of East Asian keyboards. Anything else is no code.
pub(super) fn six_digits(typed: &str) -> Option<String> {
    let mut digits = String::with_capacity(6);
    for (at, c) in typed.trim().chars().enumerate() {
        match plain(c) {
            _ if at == LONGEST => return None,
            Some(digit) => digits.push(digit),
            None if is_forgiven(c) => {}
            None => return None,
        }
    }
    (digits.len() == 6).then_some(digits)
}

fn plain(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10),
        _ => None,
    }
}

fn is_forgiven(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        // Zero-width blanks, and marks of direction.
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::six_digits;

    #[test]
    fn a_code_is_read_with_what_a_paste_brings_along() {
        for typed in [
            "123456",
            " 123 456 ",
            "123-456",
            "123.456.",
            "1-2-3-4-5-6",
            "123\u{2013}456",
            "123\u{a0}456",
            "\u{200e}123456\u{200f}",
            "\u{202a}123456\u{202c}",
            "\u{2066}123 456\u{2069}",
            "\u{feff}123456",
            "１２３４５６",
            "123456\r\n",
        ] {
            assert_eq!(six_digits(typed).as_deref(), Some("123456"), "{typed:?}");
        }
    }

    #[test]
    fn anything_else_is_no_code() {
        let long = "1".repeat(1 << 16);
        let tower = format!("123456{}", " .".repeat(100));
        for typed in [
            "",
            "   ",
            "12345",
            "1234567",
            "-1234567",
            "12345a",
            "12345O",
            "l23456",
            "123456\0",
            "123456\u{7}",
            "123456🙂",
            "१२३४५६",
            "١٢٣٤٥٦",
            "¹²³⁴⁵⁶",
            "①②③④⑤⑥",
            "123,456",
            "123456é",
            "123456e\u{301}",
            &long,
            &tower,
        ] {
            assert_eq!(six_digits(typed), None, "{typed:?}");
        }
    }
}
