//! What fits one text message: the GSM 7-bit alphabet (3GPP TS 23.038 §6.2.1) and its 160 places.

/// Why a text cannot travel as one plain text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Gsm7Fault {
    /// A character outside the alphabet: the whole message would become UCS-2, 70 characters a part.
    #[error("the character {0:?} is not in the GSM 7-bit alphabet")]
    Foreign(char),
    /// More than 160 places: it would be billed as two.
    #[error("{0} places, and one text message has 160")]
    TooLong(usize),
}

/// Places in one text message.
const PLACES: usize = 160;

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Reached through an escape: each takes two places.
const EXTENDED: &str = "^{}\\[~]|€";

/// How many places `text` takes, if it fits one message.
pub(crate) fn places(text: &str) -> Result<usize, Gsm7Fault> {
    let mut taken = 0;
    for letter in text.chars() {
        taken += match letter {
            _ if BASIC.contains(letter) => 1,
            _ if EXTENDED.contains(letter) => 2,
            _ => return Err(Gsm7Fault::Foreign(letter)),
        };
    }
    if taken > PLACES { Err(Gsm7Fault::TooLong(taken)) } else { Ok(taken) }
}

/// The octets of each letter in the GSM 7-bit alphabet, one septet an octet, as SMSCs take it; `None` when a letter is not in
/// it.
fn gsm7_octets(text: &str) -> Option<Vec<Vec<u8>>> {
    const ESCAPE: u8 = 0x1b;
    const EXTENDED_OCTETS: [u8; 9] = [0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65];
    let of = |letter: char| {
        if let Some(place) = BASIC.chars().position(|basic| basic == letter) {
            let place = u8::try_from(place).ok()?;
            // The escape has a place of its own that the list leaves out.
            return Some(vec![if place < ESCAPE { place } else { place + 1 }]);
        }
        let place = EXTENDED.chars().position(|extended| extended == letter)?;
        EXTENDED_OCTETS.get(place).map(|octet| vec![ESCAPE, *octet])
    };
    text.chars().map(of).collect()
}

/// A text as networks carry it: in the GSM 7-bit alphabet if it can be, one septet an octet, else in UCS-2.
pub(crate) struct Split {
    /// Whether it is UCS-2.
    pub(crate) is_ucs2: bool,
    /// The octets of each part, without the header that several of them carry. At least one.
    pub(crate) parts: Vec<Vec<u8>>,
}

/// Splits `text` as networks do: 160 places of GSM 7-bit or 153 in each of several, 70 units of UCS-2 or 67 (3GPP TS 23.040
/// §9.2.3.24.1). An escape and its letter, and the two units of a rare letter, stay together.
pub(crate) fn split(text: &str) -> Split {
    let ucs2 = |letter: char| -> Vec<u8> {
        letter.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()).collect()
    };
    let (is_ucs2, letters, whole, split) = match gsm7_octets(text) {
        Some(letters) => (false, letters, PLACES, 153),
        None => (true, text.chars().map(ucs2).collect(), 140, 134),
    };
    let room = if letters.iter().map(Vec::len).sum::<usize>() <= whole { whole } else { split };
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    for letter in letters {
        match parts.last_mut() {
            Some(part) if part.len() + letter.len() <= room => part.extend(letter),
            _ => parts.push(letter),
        }
    }
    Split { is_ucs2, parts }
}

/// How many parts `text` is billed as. At least one.
pub(crate) fn billed_parts(text: &str) -> u32 {
    u32::try_from(split(text).parts.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accented_vietnamese_letter_does_not_fit_but_the_six_of_gsm_do() {
        assert_eq!(places("Ma xac thuc"), Ok(11));
        assert_eq!(places("àèéìòù"), Ok(6));
        assert_eq!(places("Mã"), Err(Gsm7Fault::Foreign('ã')));
        assert_eq!(places("đ"), Err(Gsm7Fault::Foreign('đ')));
        assert_eq!(places("a\u{a0}b"), Err(Gsm7Fault::Foreign('\u{a0}')));
    }

    #[test]
    fn braces_take_two_places_and_the_161st_place_is_one_too_many() {
        assert_eq!(places("[]"), Ok(4));
        assert_eq!(places(&"a".repeat(160)), Ok(160));
        assert_eq!(places(&"a".repeat(161)), Err(Gsm7Fault::TooLong(161)));
        assert_eq!(places(&"€".repeat(81)), Err(Gsm7Fault::TooLong(162)));
    }

    #[test]
    fn letters_have_the_octets_of_the_standard() {
        let octets = |text: &str| gsm7_octets(text).map(|letters| letters.concat());
        assert_eq!(octets("@£$ 0Aaz"), Some(vec![0, 1, 2, 0x20, 0x30, 0x41, 0x61, 0x7a]));
        assert_eq!(octets("ΞÆÉà_§"), Some(vec![0x1a, 0x1c, 0x1f, 0x7f, 0x11, 0x5f]));
        assert_eq!(
            octets("^{}\\[~]|€"),
            Some(b"\x1b\x14\x1b\x28\x1b\x29\x1b\x2f\x1b\x3c\x1b\x3d\x1b\x3e\x1b\x40\x1b\x65".to_vec())
        );
        assert_eq!(octets("đ"), None);
    }

    #[test]
    fn parts_are_counted_as_they_are_billed() {
        for (letter, length, parts) in [
            ("a", 0, 1),
            ("a", 160, 1),
            ("a", 161, 2),
            ("a", 306, 2),
            ("a", 307, 3),
            ("[", 80, 1),
            ("[", 81, 2),
            ("đ", 70, 1),
            ("đ", 71, 2),
            ("đ", 134, 2),
            ("đ", 135, 3),
            ("😀", 35, 1),
            ("😀", 36, 2),
            // 67 units hold 33 pairs and half of one.
            ("😀", 67, 3),
            // 153 places hold 76 escapes with their letters and half of one.
            ("[", 153, 3),
        ] {
            assert_eq!(billed_parts(&letter.repeat(length)), parts, "{length} × {letter}");
        }
    }
}
