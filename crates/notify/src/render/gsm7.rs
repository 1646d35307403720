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
}
