//! Provinces, districts and wards as they were until 30 June 2025, what became of each, and how their file is read.

use super::alphabet::order;
use super::code::{OldDistrictCode, OldProvinceCode, OldWardCode, WardCode};
use super::{Ward, search_key, short};
use std::collections::HashMap;
use std::sync::LazyLock;

static UNITS: LazyLock<Units> = LazyLock::new(|| Units::read(include_str!("../../data/places-2004.tsv")));

/// The words before names, of all tiers.
const TITLES: [&str; 8] = ["Thành phố", "Tỉnh", "Quận", "Huyện", "Thị xã", "Thị trấn", "Phường", "Xã"];

/// A province or a city of that rank, before 2025.
#[derive(Debug, PartialEq, Eq)]
pub struct OldProvince {
    code: OldProvinceCode,
    name: &'static str,
    districts: Vec<OldDistrict>,
}

/// A district, town or city within a province, before 2025.
#[derive(Debug, PartialEq, Eq)]
pub struct OldDistrict {
    code: OldDistrictCode,
    name: &'static str,
    province: OldProvinceCode,
    wards: Vec<OldWard>,
    became: &'static str,
}

/// A ward, commune or township, before 2025.
#[derive(Debug, PartialEq, Eq)]
pub struct OldWard {
    code: OldWardCode,
    name: &'static str,
    district: OldDistrictCode,
    became: &'static str,
}

/// The wards of today that an old unit lies in: one for certain, or several to choose from, the likeliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Became(Vec<&'static Ward>);

impl Became {
    fn read(codes: &str) -> Self {
        Self(codes.split(' ').filter_map(WardCode::parse).filter_map(Ward::find).collect())
    }

    /// The one ward that all of it lies in; `None` where it was split.
    pub fn certain(&self) -> Option<&'static Ward> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whether only the person knows in which ward they live now.
    pub fn is_split(&self) -> bool {
        self.0.len() > 1
    }

    /// All of them, the likeliest first.
    pub fn iter(&self) -> impl Iterator<Item = &'static Ward> {
        self.0.iter().copied()
    }

    /// The one of them with this code.
    pub fn find(&self, code: WardCode) -> Option<&'static Ward> {
        self.iter().find(|ward| ward.code() == code)
    }
}

impl OldProvince {
    /// All provinces, in Vietnamese alphabetical order of their names without `Tỉnh` or `Thành phố`.
    pub fn all() -> &'static [Self] {
        &UNITS.provinces
    }

    /// The province of a code.
    pub fn find(code: OldProvinceCode) -> Option<&'static Self> {
        Self::all().iter().find(|province| province.code == code)
    }

    /// Two digits.
    pub fn code(&self) -> OldProvinceCode {
        self.code
    }

    /// With its kind: `Tỉnh Bắc Giang`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The name in lower case without accents: `tinh bac giang`.
    pub fn search_key(&self) -> String {
        search_key(self.name)
    }

    /// Its districts in Vietnamese alphabetical order.
    pub fn districts(&self) -> &[OldDistrict] {
        &self.districts
    }
}

impl OldDistrict {
    /// The district of a code, in whichever province.
    pub fn find(code: OldDistrictCode) -> Option<&'static Self> {
        let (province, district) = *UNITS.districts.get(&code)?;
        UNITS.provinces.get(province)?.districts.get(district)
    }

    /// Three digits.
    pub fn code(&self) -> OldDistrictCode {
        self.code
    }

    /// With its kind: `Thành phố Bắc Giang`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The province that it lay in.
    pub fn province_code(&self) -> OldProvinceCode {
        self.province
    }

    /// The name in lower case without accents: `thanh pho bac giang`.
    pub fn search_key(&self) -> String {
        search_key(self.name)
    }

    /// Its wards in Vietnamese alphabetical order; none on five islands, which were governed without.
    pub fn wards(&self) -> &[OldWard] {
        &self.wards
    }

    /// What became of a district without wards; nothing where the wards tell.
    pub fn became(&self) -> Became {
        Became::read(self.became)
    }
}

impl OldWard {
    /// The ward of a code, in whichever district.
    pub fn find(code: OldWardCode) -> Option<&'static Self> {
        let (province, district, ward) = *UNITS.wards.get(&code)?;
        UNITS.provinces.get(province)?.districts.get(district)?.wards.get(ward)
    }

    /// Five digits.
    pub fn code(&self) -> OldWardCode {
        self.code
    }

    /// With its kind: `Phường Thọ Xương`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The district that it lay in.
    pub fn district_code(&self) -> OldDistrictCode {
        self.district
    }

    /// The name in lower case without accents: `phuong tho xuong`.
    pub fn search_key(&self) -> String {
        search_key(self.name)
    }

    /// What became of it.
    pub fn became(&self) -> Became {
        Became::read(self.became)
    }
}

/// All units of the era.
struct Units {
    provinces: Vec<OldProvince>,
    /// Where each district is.
    districts: HashMap<OldDistrictCode, (usize, usize)>,
    /// Where each ward is.
    wards: HashMap<OldWardCode, (usize, usize, usize)>,
}

impl Units {
    /// Reads the file's lines: code, name, what became of it. The length of the code tells the tier; a unit lies in the
    /// one of the higher tier above it. A test counts them all.
    fn read(data: &'static str) -> Self {
        let mut provinces: Vec<OldProvince> = Vec::new();
        for line in data.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (Some(code), Some(name)) = (columns.next(), columns.next()) else { continue };
            let became = columns.next().unwrap_or_default();
            if let Some(code) = OldProvinceCode::parse(code) {
                provinces.push(OldProvince { code, name, districts: Vec::new() });
            } else if let (Some(code), Some(province)) = (OldDistrictCode::parse(code), provinces.last_mut()) {
                let province_code = province.code;
                province.districts.push(OldDistrict { code, name, province: province_code, wards: Vec::new(), became });
            } else if let (Some(code), Some(district)) =
                (OldWardCode::parse(code), provinces.last_mut().and_then(|province| province.districts.last_mut()))
            {
                district.wards.push(OldWard { code, name, district: district.code, became });
            }
        }
        for province in &mut provinces {
            for district in &mut province.districts {
                district.wards.sort_by_cached_key(|ward| (order(short(ward.name, &TITLES)), ward.code));
            }
            province.districts.sort_by_cached_key(|district| (order(short(district.name, &TITLES)), district.code));
        }
        provinces.sort_by_cached_key(|province| order(short(province.name, &TITLES)));
        Self::indexed(provinces)
    }

    fn indexed(provinces: Vec<OldProvince>) -> Self {
        let (mut districts, mut wards) = (HashMap::new(), HashMap::new());
        for (at_province, province) in provinces.iter().enumerate() {
            for (at_district, district) in province.districts.iter().enumerate() {
                districts.insert(district.code, (at_province, at_district));
                for (at_ward, ward) in district.wards.iter().enumerate() {
                    wards.insert(ward.code, (at_province, at_district, at_ward));
                }
            }
        }
        Self { provinces, districts, wards }
    }
}
