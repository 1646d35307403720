//! A code together with its era: the same digits mean other places before and since 1 July 2025.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// The code of a unit of one tier in one era: digits with leading zeros.
///
/// The era is part of the type, so that a code cannot be looked up in the wrong one:
///
/// ```
/// use portal_id_core::place::{OldProvince, OldProvinceCode, Province, ProvinceCode};
/// assert_eq!(ProvinceCode::parse("24").and_then(Province::find).map(Province::name), Some("Tỉnh Bắc Ninh"));
/// assert_eq!(OldProvinceCode::parse("24").and_then(OldProvince::find).map(OldProvince::name), Some("Tỉnh Bắc Giang"));
/// ```
///
/// ```compile_fail,E0631
/// use portal_id_core::place::{OldProvinceCode, Province};
/// let _ = OldProvinceCode::parse("24").and_then(Province::find);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<const ERA: u16, const DIGITS: usize>([u8; DIGITS]);

/// Of a province since 2025.
pub type ProvinceCode = Code<2025, 2>;
/// Of a ward, commune or special zone since 2025.
pub type WardCode = Code<2025, 5>;
/// Of a province before 2025.
pub type OldProvinceCode = Code<2004, 2>;
/// Of a district before 2025.
pub type OldDistrictCode = Code<2004, 3>;
/// Of a ward, commune or township before 2025.
pub type OldWardCode = Code<2004, 5>;

impl<const ERA: u16, const DIGITS: usize> Code<ERA, DIGITS> {
    /// Reads a code by its shape. That a unit has it is another question.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; DIGITS] = text.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// The digits alone; without the era they name nothing.
    pub fn as_str(&self) -> &str {
        // Digits are ASCII, hence text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl<const ERA: u16, const DIGITS: usize> fmt::Display for Code<ERA, DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const ERA: u16, const DIGITS: usize> fmt::Debug for Code<ERA, DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ERA}:{self}")
    }
}

impl<const ERA: u16, const DIGITS: usize> Serialize for Code<ERA, DIGITS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, const ERA: u16, const DIGITS: usize> Deserialize<'de> for Code<ERA, DIGITS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not a code of this tier"))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{OldWardCode, ProvinceCode, WardCode};

    #[test]
    fn a_code_is_its_digits_with_all_zeros_and_shows_its_era() {
        let code = WardCode::parse("00004").unwrap();
        assert_eq!((code.as_str(), code.to_string().as_str()), ("00004", "00004"));
        assert_eq!(format!("{code:?} {:?}", OldWardCode::parse("00004").unwrap()), "2025:00004 2004:00004");
        for odd in ["", "4", "0004", "000004", "0000x", "٠٠٠٠٤", "-0004", " 0004"] {
            assert_eq!(WardCode::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn serde_writes_bare_digits_and_reads_no_others() {
        let code = ProvinceCode::parse("01").unwrap();
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"01\"");
        assert_eq!(serde_json::from_str::<ProvinceCode>("\"01\"").unwrap(), code);
        assert!(serde_json::from_str::<ProvinceCode>("\"1\"").is_err());
        assert!(serde_json::from_str::<ProvinceCode>("1").is_err());
    }
}
