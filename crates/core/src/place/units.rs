//! Provinces and wards since 1 July 2025, and how their file is read.

use super::alphabet::order;
use super::code::{ProvinceCode, WardCode};
use super::{search_key, short};
use std::collections::HashMap;
use std::sync::LazyLock;

static UNITS: LazyLock<Units> = LazyLock::new(|| Units::read(include_str!("../../data/places-2025.tsv")));

/// A province or a city of that rank, since 2025.
#[derive(Debug, PartialEq, Eq)]
pub struct Province {
    code: ProvinceCode,
    name: &'static str,
    kind: ProvinceKind,
    wards: Vec<Ward>,
}

/// What a unit of the upper tier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvinceKind {
    /// `Tỉnh`.
    Province,
    /// `Thành phố`, run by the centre.
    City,
}

/// A unit of the lower tier, since 2025.
#[derive(Debug, PartialEq, Eq)]
pub struct Ward {
    code: WardCode,
    name: &'static str,
    kind: WardKind,
    province: ProvinceCode,
}

/// What a unit of the lower tier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WardKind {
    /// `Xã`, rural.
    Commune,
    /// `Phường`, urban.
    Ward,
    /// `Đặc khu`, on islands.
    SpecialZone,
}

impl ProvinceKind {
    const ALL: [Self; 2] = [Self::Province, Self::City];

    /// The word before the name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Province => "Tỉnh",
            Self::City => "Thành phố",
        }
    }
}

impl WardKind {
    const ALL: [Self; 3] = [Self::Commune, Self::Ward, Self::SpecialZone];

    /// The word before the name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Commune => "Xã",
            Self::Ward => "Phường",
            Self::SpecialZone => "Đặc khu",
        }
    }
}

impl Province {
    /// All provinces, in Vietnamese alphabetical order of their names without `Tỉnh` or `Thành phố`.
    pub fn all() -> &'static [Self] {
        &UNITS.provinces
    }

    /// The province of a code.
    pub fn find(code: ProvinceCode) -> Option<&'static Self> {
        Self::all().iter().find(|province| province.code == code)
    }

    fn read(code: &'static str, name: &'static str) -> Option<Self> {
        let kind = ProvinceKind::ALL.into_iter().find(|kind| name.starts_with(kind.title()))?;
        Some(Self { code: ProvinceCode::parse(code)?, name, kind, wards: Vec::new() })
    }

    /// Two digits.
    pub fn code(&self) -> ProvinceCode {
        self.code
    }

    /// With its kind: `Tỉnh Bắc Ninh`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Without its kind: `Bắc Ninh`.
    pub fn short_name(&self) -> &'static str {
        short(self.name, &[self.kind.title()])
    }

    /// Province or city.
    pub fn kind(&self) -> ProvinceKind {
        self.kind
    }

    /// The name in lower case without accents: `tinh bac ninh`.
    pub fn search_key(&self) -> String {
        search_key(self.name)
    }

    /// Its wards in Vietnamese alphabetical order.
    pub fn wards(&self) -> &[Ward] {
        &self.wards
    }
}

impl Ward {
    /// The ward of a code, in whichever province.
    pub fn find(code: WardCode) -> Option<&'static Self> {
        let (province, ward) = *UNITS.wards.get(&code)?;
        UNITS.provinces.get(province)?.wards.get(ward)
    }

    fn read(province: ProvinceCode, code: &'static str, name: &'static str) -> Option<Self> {
        let kind = WardKind::ALL.into_iter().find(|kind| name.starts_with(kind.title()))?;
        Some(Self { code: WardCode::parse(code)?, name, kind, province })
    }

    /// Five digits.
    pub fn code(&self) -> WardCode {
        self.code
    }

    /// With its kind: `Phường Bắc Giang`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Without its kind: `Bắc Giang`.
    pub fn short_name(&self) -> &'static str {
        short(self.name, &[self.kind.title()])
    }

    /// Commune, ward or special zone.
    pub fn kind(&self) -> WardKind {
        self.kind
    }

    /// The province that it lies in.
    pub fn province_code(&self) -> ProvinceCode {
        self.province
    }

    /// With its province: `Phường Bắc Giang, Tỉnh Bắc Ninh`.
    pub fn full_name(&self) -> String {
        let province = Province::find(self.province).map_or("", Province::name);
        format!("{}, {province}", self.name)
    }

    /// The name in lower case without accents: `phuong bac giang`.
    pub fn search_key(&self) -> String {
        search_key(self.name)
    }
}

/// All units of the era.
struct Units {
    provinces: Vec<Province>,
    /// Where each ward is.
    wards: HashMap<WardCode, (usize, usize)>,
}

impl Units {
    /// Reads the file's lines: two columns start a province, three columns are a ward of it. A test counts them all.
    fn read(data: &'static str) -> Self {
        let mut provinces: Vec<Province> = Vec::new();
        for line in data.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            match (columns.next(), columns.next(), columns.next()) {
                (Some(code), Some(name), None) => provinces.extend(Province::read(code, name)),
                (Some(of), Some(code), Some(name)) => {
                    if let Some(province) = provinces.last_mut().filter(|province| province.code.as_str() == of) {
                        province.wards.extend(Ward::read(province.code, code, name));
                    }
                }
                _ => {}
            }
        }
        for province in &mut provinces {
            province.wards.sort_by_cached_key(|ward| (order(ward.short_name()), ward.code));
        }
        provinces.sort_by_cached_key(|province| order(province.short_name()));
        let places = provinces.iter().enumerate().flat_map(|(at, province)| {
            province.wards.iter().enumerate().map(move |(number, ward)| (ward.code, (at, number)))
        });
        Self { wards: places.collect(), provinces }
    }
}
