//! Provinces and wards of Vietnam since 1 July 2025: their codes, names, order and search.
//!
//! Owns: the embedded data set (`data/places-2025.tsv`, made by `cargo xtask gen places`) and look-ups in it. Codes
//! are text with leading zeros. Leaves: which address of a person they belong to ([`crate::facts`]); the units of
//! before 2025, whose equal codes mean other places.

mod alphabet;
mod units;

pub use units::{Province, ProvinceKind, Ward, WardKind};

use crate::facts::unaccented;
use std::sync::OnceLock;

const DATA: &str = include_str!("../../data/places-2025.tsv");

/// All provinces, in Vietnamese alphabetical order of their names without `Tỉnh` or `Thành phố`.
pub fn provinces() -> &'static [Province] {
    static PROVINCES: OnceLock<Vec<Province>> = OnceLock::new();
    PROVINCES.get_or_init(|| units::read(DATA))
}

/// The wards of a province, in Vietnamese alphabetical order; none for an unknown code.
pub fn wards(province_code: &str) -> &'static [Ward] {
    find_province(province_code).map_or(&[], Province::wards)
}

/// The province of a code.
pub fn find_province(code: &str) -> Option<&'static Province> {
    provinces().iter().find(|province| province.code() == code)
}

/// The ward of a code within its province.
pub fn find_ward(province_code: &str, ward_code: &str) -> Option<&'static Ward> {
    wards(province_code).iter().find(|ward| ward.code() == ward_code)
}

/// The province that a ward lies in.
pub fn province_of_ward(ward_code: &str) -> Option<&'static Province> {
    provinces().iter().find(|province| province.wards().iter().any(|ward| ward.code() == ward_code))
}

/// What a search text is compared by: lower case without accents, apostrophes dropped (`M'Drắk`, `M’Drắk`), every
/// other sign a blank, single blanks. Compare with [`Province::search_key`] and [`Ward::search_key`].
pub fn search_key(text: &str) -> String {
    let signs_as_blanks: String = unaccented(text)
        .chars()
        .filter(|c| !matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '`'))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    signs_as_blanks.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{ProvinceKind, WardKind, find_province, find_ward, province_of_ward, provinces, search_key, wards};
    use std::collections::HashSet;

    /// Counts of Decision 19/2025/QD-TTg.
    #[test]
    fn there_are_34_provinces_and_3321_wards() {
        assert_eq!(provinces().len(), 34);
        assert_eq!(provinces().iter().filter(|province| province.kind() == ProvinceKind::City).count(), 6);
        let all: Vec<_> = provinces().iter().flat_map(super::Province::wards).collect();
        assert_eq!(all.len(), 3321);
        let count = |kind| all.iter().filter(|ward| ward.kind() == kind).count();
        assert_eq!((count(WardKind::Commune), count(WardKind::Ward), count(WardKind::SpecialZone)), (2621, 687, 13));
        assert_eq!(all.iter().map(|ward| ward.code()).collect::<HashSet<_>>().len(), 3321);
    }

    #[test]
    fn code_24_is_bac_ninh_and_has_99_wards() {
        let province = find_province("24").unwrap();
        assert_eq!((province.name(), province.short_name()), ("Tỉnh Bắc Ninh", "Bắc Ninh"));
        assert_eq!(province.wards().len(), 99);
        assert_eq!(wards("24"), province.wards());
        for (code, name) in [("07210", "Phường Bắc Giang"), ("07228", "Phường Đa Mai"), ("07375", "Xã Lạng Giang")]
        {
            assert_eq!(find_ward("24", code).unwrap().name(), name);
            assert_eq!(province_of_ward(code), Some(province));
        }
    }

    #[test]
    fn unknown_codes_find_nothing() {
        for code in ["", "27", "2", "024", "24 "] {
            assert_eq!(find_province(code), None);
            assert!(wards(code).is_empty());
        }
        assert_eq!(find_ward("24", "07201"), None);
        assert_eq!(find_ward("01", "07210"), None);
        assert_eq!(province_of_ward("07201"), None);
    }

    #[test]
    fn lists_are_in_vietnamese_order() {
        let names: Vec<_> = provinces().iter().map(super::Province::short_name).collect();
        assert_eq!(&names[..7], ["An Giang", "Bắc Ninh", "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk"]);
        assert_eq!(names.last(), Some(&"Vĩnh Long"));
    }

    #[test]
    fn every_place_is_found_without_accents() {
        assert_eq!(search_key("  BẮC   Giang "), "bac giang");
        assert_eq!(find_ward("24", "07228").unwrap().search_key(), "phuong da mai");
        assert_eq!(search_key("Xã M’Drắk"), find_ward("66", "24412").unwrap().search_key());
        assert_eq!(find_province("66").unwrap().search_key(), "tinh dak lak");
        let keys = provinces().iter().flat_map(|province| province.wards().iter().map(super::Ward::search_key));
        assert!(keys.into_iter().all(|key| key.is_ascii() && key == search_key(key)));
    }
}
