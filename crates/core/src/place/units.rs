//! One province, one ward, and how the data file is read.

use super::alphabet::order;
use super::search_key;

/// A province or a city of that rank.
#[derive(Debug, PartialEq, Eq)]
pub struct Province {
    code: &'static str,
    name: &'static str,
    kind: ProvinceKind,
    search_key: String,
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

/// A unit of the lower tier.
#[derive(Debug, PartialEq, Eq)]
pub struct Ward {
    code: &'static str,
    name: &'static str,
    kind: WardKind,
    search_key: String,
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
    fn read(code: &'static str, name: &'static str) -> Option<Self> {
        let kind = ProvinceKind::ALL.into_iter().find(|kind| name.starts_with(kind.title()))?;
        Some(Self { code, name, kind, search_key: search_key(name), wards: Vec::new() })
    }

    /// Two digits.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// With its kind: `Tỉnh Bắc Ninh`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Without its kind: `Bắc Ninh`.
    pub fn short_name(&self) -> &'static str {
        short(self.name, self.kind.title())
    }

    /// Province or city.
    pub fn kind(&self) -> ProvinceKind {
        self.kind
    }

    /// The name in lower case without accents: `tinh bac ninh`.
    pub fn search_key(&self) -> &str {
        &self.search_key
    }

    /// Its wards in Vietnamese alphabetical order.
    pub fn wards(&self) -> &[Ward] {
        &self.wards
    }
}

impl Ward {
    fn read(code: &'static str, name: &'static str) -> Option<Self> {
        let kind = WardKind::ALL.into_iter().find(|kind| name.starts_with(kind.title()))?;
        Some(Self { code, name, kind, search_key: search_key(name) })
    }

    /// Five digits.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// With its kind: `Phường Bắc Giang`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Without its kind: `Bắc Giang`.
    pub fn short_name(&self) -> &'static str {
        short(self.name, self.kind.title())
    }

    /// Commune, ward or special zone.
    pub fn kind(&self) -> WardKind {
        self.kind
    }

    /// The name in lower case without accents: `phuong bac giang`.
    pub fn search_key(&self) -> &str {
        &self.search_key
    }
}

fn short(name: &'static str, title: &str) -> &'static str {
    name.strip_prefix(title).map_or(name, str::trim_start)
}

/// Reads the file's lines: two columns start a province, three columns are a ward of it. A test counts them all.
pub(super) fn read(data: &'static str) -> Vec<Province> {
    let mut provinces: Vec<Province> = Vec::new();
    for line in data.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        match (columns.next(), columns.next(), columns.next()) {
            (Some(code), Some(name), None) => provinces.extend(Province::read(code, name)),
            (Some(of), Some(code), Some(name)) => {
                let province = provinces.last_mut().filter(|province| province.code == of);
                if let (Some(province), Some(ward)) = (province, Ward::read(code, name)) {
                    province.wards.push(ward);
                }
            }
            _ => {}
        }
    }
    for province in &mut provinces {
        province.wards.sort_by_cached_key(|ward| (order(ward.short_name()), ward.code));
    }
    provinces.sort_by_cached_key(|province| order(province.short_name()));
    provinces
}
