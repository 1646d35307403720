//! Vietnamese alphabetical order: syllable by syllable, letters before tones, numbers by their value.

use unicode_normalization::UnicodeNormalization;

/// The Vietnamese letters in order, with the foreign ones where Latin has them; digits come first.
const LETTERS: &str = "0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";

/// The tones in order: level (none), falling, asking, tumbling, rising, heavy.
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// A syllable to sort by: the places of its letters, then its tone.
type Syllable = (Vec<usize>, usize);

/// What to sort a name by.
pub(super) fn order(name: &str) -> Vec<Syllable> {
    let name: String = name.nfc().collect();
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(syllable).collect()
}

fn syllable(word: &str) -> Syllable {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        // A longer number is a greater one: Quận 2 before Quận 10.
        let digits = word.trim_start_matches('0');
        let places = digits.chars().filter_map(|digit| LETTERS.chars().position(|of| of == digit));
        return (std::iter::once(digits.len()).chain(places).collect(), 0);
    }
    let (tones, letters): (Vec<char>, Vec<char>) =
        word.nfd().flat_map(char::to_lowercase).partition(|c| TONES.contains(c));
    let tone = tones.first().and_then(|tone| TONES.iter().position(|of| of == tone)).map_or(0, |place| place + 1);
    // Composed again, a letter keeps its breve, circumflex or horn and is one of the alphabet.
    let places = letters.into_iter().nfc().filter_map(|letter| LETTERS.chars().position(|of| of == letter)).collect();
    (places, tone)
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn letters_come_before_tones_and_tones_before_the_next_syllable() {
        let sorted = [
            "1",
            "02",
            "9",
            "10",
            "A Lưới",
            "Á Châu",
            "An",
            "Ấn",
            "Ba Vì",
            "Bà Rịa",
            "Bả",
            "Bã",
            "Bá",
            "Bạ",
            "Bắc Ninh",
            "Dầu",
            "Đa Mai",
            "Đà Lạt",
            "Đà Nẵng",
            "Em",
            "Êm",
            "Ô",
            "Ơ",
            "Vĩnh Long",
        ];
        let mut again = sorted;
        again.reverse();
        again.sort_by_key(|name| order(name));
        assert_eq!(again, sorted);
    }

    #[test]
    fn decomposed_names_sort_like_composed_ones() {
        assert_eq!(order("Ba\u{306}\u{301}c"), order("Bắc"));
    }
}
