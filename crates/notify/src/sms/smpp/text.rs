//! A text as an SMSC takes it: the GSM 7-bit alphabet one septet an octet (data coding 0), else UCS-2 (data coding 8); a
//! long one in parts that name each other (3GPP TS 23.040 §9.2.3.24.1).

use crate::render::{Split, split};

/// A text in parts.
pub(super) struct Encoded {
    /// Whether it is UCS-2.
    pub(super) is_ucs2: bool,
    /// The parts, each with its header when there are several.
    pub(super) parts: Vec<Vec<u8>>,
}

impl Encoded {
    /// Whether parts carry a header.
    pub(super) fn is_split(&self) -> bool {
        self.parts.len() > 1
    }
}

/// Encodes `text`; `reference` tells its parts from those of another.
pub(super) fn encode(text: &str, reference: u8) -> Encoded {
    let Split { is_ucs2, mut parts } = split(text);
    if parts.len() > 1 {
        let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
        for (number, part) in (1_u8..).zip(parts.iter_mut()) {
            part.splice(0..0, [5, 0, 3, reference, count, number]);
        }
    }
    Encoded { is_ucs2, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_part_of_the_gsm_alphabet() {
        let encoded = encode("Ma @ la 123_4 [1]", 7);
        assert!(!encoded.is_ucs2 && !encoded.is_split());
        assert_eq!(encoded.parts[0], b"Ma \x00 la 123\x114 \x1b\x3c1\x1b\x3e");
    }

    #[test]
    fn long_texts_are_split_with_a_header_and_no_letter_is_torn() {
        let long = encode(&format!("{}[", "a".repeat(160)), 7);
        assert_eq!(long.parts.iter().map(Vec::len).collect::<Vec<_>>(), [6 + 153, 6 + 9]);
        assert_eq!((&long.parts[0][..6], &long.parts[1][..6]), (&[5, 0, 3, 7, 2, 1][..], &[5, 0, 3, 7, 2, 2][..]));
        let torn = encode(&format!("{}[{}", "a".repeat(152), "b".repeat(20)), 7);
        assert_eq!(torn.parts[0].len(), 6 + 152, "the escape went with its letter");
    }

    #[test]
    fn accented_letters_become_ucs_2() {
        let encoded = encode("Mã đ", 7);
        assert!(encoded.is_ucs2);
        assert_eq!(encoded.parts, [vec![0, b'M', 0, 0xe3, 0, b' ', 1, 0x11]]);
        let long = encode(&"đ".repeat(71), 7);
        assert_eq!(long.parts.iter().map(Vec::len).collect::<Vec<_>>(), [6 + 134, 6 + 8]);
        let pairs = encode(&"😀".repeat(36), 7);
        assert_eq!(pairs.parts.iter().map(Vec::len).collect::<Vec<_>>(), [6 + 132, 6 + 12], "no pair is torn");
    }
}
