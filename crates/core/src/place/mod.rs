//! Places of Vietnam in two eras: units and codes, names, order and search, and what became of the old ones.
//!
//! Since 1 July 2025 there are provinces and wards ([`Province`], [`Ward`]); before, there were districts between them
//! ([`OldProvince`], [`OldDistrict`], [`OldWard`]). Almost every new code was an old one too, often of another place,
//! so that a [`Code`] has its era in its type and each unit is found by codes of its own era alone.
//!
//! Owns: the embedded data sets (`data/places-*.tsv`, made by `cargo xtask gen`) and look-ups in them. Leaves: which
//! address of a person they belong to ([`crate::facts`]).

mod alphabet;
mod code;
mod era;
mod location;
mod old_units;
mod units;

pub use code::{Code, OldDistrictCode, OldProvinceCode, OldWardCode, ProvinceCode, WardCode};
pub use era::Era;
pub use location::{Location, OldLocation};
pub use old_units::{Became, OldDistrict, OldProvince, OldWard};
pub use units::{Province, ProvinceKind, Ward, WardKind};

use crate::facts::unaccented;

/// What a search text is compared by: lower case without accents, apostrophes dropped (`M'Drắk`, `M’Drắk`), every
/// other sign a blank, single blanks. Compare with the `search_key` of a unit.
pub fn search_key(text: &str) -> String {
    let signs_as_blanks: String = unaccented(text)
        .chars()
        .filter(|c| !matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '`'))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    signs_as_blanks.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name without the word for its kind.
fn short(name: &'static str, titles: &[&str]) -> &'static str {
    let without = |title: &&str| name.strip_prefix(*title)?.strip_prefix(' ');
    titles.iter().find_map(without).unwrap_or(name)
}

#[cfg(test)]
mod tests;
