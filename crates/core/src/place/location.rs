//! Where something lies: the units of one era, from the widest to the narrowest, known by their codes.
//!
//! A unit may be dissolved after it was noted: then its code stands for the name that is no longer at hand.

use super::{
    Became, OldDistrict, OldDistrictCode, OldProvince, OldProvinceCode, OldWard, OldWardCode, Province, ProvinceCode,
    Ward, WardCode,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::LazyLock;

/// A ward of today and its province.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The province.
    #[serde(rename = "province_code")]
    pub province: ProvinceCode,
    /// The ward, commune or special zone.
    #[serde(rename = "ward_code")]
    pub ward: WardCode,
}

/// A ward of before 2025, its district and its province. Five districts, all islands, had no wards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OldLocation {
    /// The province.
    #[serde(rename = "province_code")]
    pub province: OldProvinceCode,
    /// The district.
    #[serde(rename = "district_code")]
    pub district: OldDistrictCode,
    /// The ward, commune or township, where there was one.
    #[serde(rename = "ward_code", skip_serializing_if = "Option::is_none")]
    pub ward: Option<OldWardCode>,
}

/// Where each ward of today was that is one whole unit of before, and nothing else.
static UNCHANGED: LazyLock<HashMap<WardCode, OldLocation>> = LazyLock::new(|| {
    // A second part makes it `None` for good.
    let mut parts: HashMap<WardCode, Option<OldLocation>> = HashMap::new();
    for (old, became) in OldLocation::all() {
        for ward in became.iter() {
            let whole = became.certain().map(|_| old);
            parts.entry(ward.code()).and_modify(|part| *part = None).or_insert(whole);
        }
    }
    parts.into_iter().filter_map(|(code, old)| Some((code, old?))).collect()
});

impl Location {
    /// Where it was before 2025, if that is certain: all of one unit, and of no other, is this ward today.
    pub fn was(self) -> Option<OldLocation> {
        UNCHANGED.get(&self.ward).copied()
    }

    /// Where `ward` lies.
    pub fn of(ward: &Ward) -> Self {
        Self { province: ward.province_code(), ward: ward.code() }
    }

    /// The name of the province.
    pub fn region(self) -> String {
        named(Province::find(self.province).map(Province::name), self.province.as_str())
    }

    /// The name of what is inside the province.
    pub fn locality(self) -> String {
        named(Ward::find(self.ward).map(Ward::name), self.ward.as_str())
    }
}

impl OldLocation {
    /// All of the narrowest units of before 2025, with what became of each.
    fn all() -> impl Iterator<Item = (Self, Became)> {
        OldProvince::all().iter().flat_map(OldProvince::districts).flat_map(|district| {
            let at = move |ward| Self { province: district.province_code(), district: district.code(), ward };
            let wards = district.wards().iter().map(move |ward| (at(Some(ward.code())), ward.became()));
            // An island district without wards is itself such a unit; the others tell nothing of their own.
            wards.chain([(at(None), district.became())])
        })
    }

    /// What became of it; nothing where the unit is unknown.
    pub fn became(self) -> Option<Became> {
        match self.ward {
            Some(code) => OldWard::find(code).map(OldWard::became),
            None => OldDistrict::find(self.district).map(OldDistrict::became),
        }
    }

    /// The name of the province.
    pub fn region(self) -> String {
        named(OldProvince::find(self.province).map(OldProvince::name), self.province.as_str())
    }

    /// The names of what is inside the province, the narrowest first.
    pub fn locality(self) -> String {
        let district = named(OldDistrict::find(self.district).map(OldDistrict::name), self.district.as_str());
        match &self.ward {
            Some(code) => format!("{}, {district}", named(OldWard::find(*code).map(OldWard::name), code.as_str())),
            None => district,
        }
    }
}

fn named(name: Option<&str>, code: &str) -> String {
    name.unwrap_or(code).to_owned()
}
