//! Where a person lives or a business has its head office.
//!
//! An administrative code means nothing without its era: 24 was Bắc Giang and is now Bắc Ninh.

use super::address_parts::{location, old_location};
use super::{FieldError, Street};
use crate::place::{
    Became, Era, Location, OldDistrictCode, OldLocation, OldProvinceCode, OldWardCode, ProvinceCode, WardCode,
};
use serde::{Deserialize, Serialize};

/// The fields of an address as a form sends them; codes are bare, absent fields empty.
#[derive(Clone, Copy, Default)]
pub struct AddressInput<'a> {
    /// `2025`, `2004`, or empty for 2025.
    pub era: &'a str,
    /// Two digits.
    pub province: &'a str,
    /// Three digits; only before 2025.
    pub district: &'a str,
    /// Five digits; none in five old districts.
    pub ward: &'a str,
    /// Five digits: the ward of today, where an old one was split.
    pub new_ward: &'a str,
    /// House number, street, hamlet.
    pub street: &'a str,
}

/// What is wrong with each field of an address; at least one is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressRefusal {
    /// About the era.
    pub era: Option<FieldError>,
    /// About the province.
    pub province: Option<FieldError>,
    /// About the district.
    pub district: Option<FieldError>,
    /// About the ward.
    pub ward: Option<FieldError>,
    /// About the ward of today.
    pub new_ward: Option<FieldError>,
    /// About the street line.
    pub street: Option<FieldError>,
}

/// An address as typed: units of one era and a street line. One of before 2025 also knows where it is today.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredAddress", into = "StoredAddress")]
pub struct Address {
    place: Place,
    street: Street,
}

/// The units of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Since2025(Location),
    Before2025 { as_typed: OldLocation, today: Option<Location> },
}

impl Address {
    /// Reads an address as typed, all mistakes at once. The codes must exist in their era, and each lie in the one
    /// above; where an old unit was split, the person says which ward of today it is.
    pub fn parse(input: AddressInput<'_>) -> Result<Self, AddressRefusal> {
        let [era, province, district, ward, new_ward] =
            [input.era, input.province, input.district, input.ward, input.new_ward].map(str::trim);
        let street = Street::parse(input.street);
        let mut refusal = AddressRefusal { street: street.as_ref().err().copied(), ..AddressRefusal::default() };
        let units = match Era::from_text(era) {
            Some(Era::Era2025) => {
                refusal.era = (!district.is_empty()).then_some(FieldError::NoDistrictsInThisEra);
                location(province, ward).map(Place::Since2025)
            }
            Some(Era::Era2004) => old_location(province, district, ward, new_ward)
                .map(|(as_typed, today)| Place::Before2025 { as_typed, today }),
            None if era.is_empty() && district.is_empty() => location(province, ward).map(Place::Since2025),
            // Codes cannot be judged without the era, so nothing is said of them.
            None => {
                let error = if era.is_empty() { FieldError::Missing } else { FieldError::UnknownEra };
                return Err(AddressRefusal { era: Some(error), ..refusal });
            }
        };
        match (units, street) {
            (Ok(place), Ok(street)) if refusal == AddressRefusal::default() => Ok(Self { place, street }),
            (Ok(_), _) => Err(refusal),
            (Err(units), _) => Err(AddressRefusal {
                province: units.province,
                district: units.district,
                ward: units.ward,
                new_ward: units.new_ward,
                ..refusal
            }),
        }
    }

    /// The era that it is written in.
    pub fn era(&self) -> Era {
        match self.place {
            Place::Since2025(_) => Era::Era2025,
            Place::Before2025 { .. } => Era::Era2004,
        }
    }

    /// Where it is today: as typed, as chosen, or as follows for certain.
    pub fn location(&self) -> Option<Location> {
        match self.place {
            Place::Since2025(location) | Place::Before2025 { today: Some(location), .. } => Some(location),
            Place::Before2025 { as_typed, today: None } => {
                as_typed.became().as_ref().and_then(Became::certain).map(Location::of)
            }
        }
    }

    /// Where it was before 2025: as typed, or as follows for certain.
    pub fn old_location(&self) -> Option<OldLocation> {
        match self.place {
            Place::Since2025(location) => location.was(),
            Place::Before2025 { as_typed, .. } => Some(as_typed),
        }
    }

    /// House number, street, hamlet.
    pub fn street(&self) -> &Street {
        &self.street
    }

    /// The name of the province as typed. Codes stand for names not at hand.
    pub fn region(&self) -> String {
        match self.place {
            Place::Since2025(location) => location.region(),
            Place::Before2025 { as_typed, .. } => as_typed.region(),
        }
    }

    /// The names of what is inside the province as typed, the narrowest first.
    pub fn locality(&self) -> String {
        match self.place {
            Place::Since2025(location) => location.locality(),
            Place::Before2025 { as_typed, .. } => as_typed.locality(),
        }
    }

    /// As written on an envelope: `Số 5 Lê Lợi, Phường Bắc Giang, Tỉnh Bắc Ninh`.
    pub fn one_line(&self) -> String {
        format!("{}, {}, {}", self.street.as_str(), self.locality(), self.region())
    }
}

/// An address as stored. Its first form, without `today`, knew only addresses since 2025.
#[derive(Serialize, Deserialize)]
struct StoredAddress {
    era: Era,
    province_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    district_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ward_code: Option<String>,
    street: Street,
    #[serde(skip_serializing_if = "Option::is_none")]
    today: Option<Location>,
}

impl TryFrom<StoredAddress> for Address {
    type Error = FieldError;

    /// The shape of the codes alone: a unit may have been dissolved since it was stored.
    fn try_from(stored: StoredAddress) -> Result<Self, FieldError> {
        stored.place().map(|place| Self { place, street: stored.street }).ok_or(FieldError::Malformed)
    }
}

impl StoredAddress {
    fn place(&self) -> Option<Place> {
        let (province, district, ward) =
            (self.province_code.as_str(), self.district_code.as_deref(), self.ward_code.as_deref());
        match (self.era, district) {
            (Era::Era2025, None) => Some(Place::Since2025(Location {
                province: ProvinceCode::parse(province)?,
                ward: WardCode::parse(ward?)?,
            })),
            (Era::Era2025, Some(_)) | (Era::Era2004, None) => None,
            (Era::Era2004, Some(district)) => {
                let ward = match ward {
                    Some(code) => Some(OldWardCode::parse(code)?),
                    None => None,
                };
                let as_typed = OldLocation {
                    province: OldProvinceCode::parse(province)?,
                    district: OldDistrictCode::parse(district)?,
                    ward,
                };
                Some(Place::Before2025 { as_typed, today: self.today })
            }
        }
    }
}

impl From<Address> for StoredAddress {
    fn from(Address { place, street }: Address) -> Self {
        match place {
            Place::Since2025(Location { province, ward }) => Self {
                era: Era::Era2025,
                province_code: province.to_string(),
                district_code: None,
                ward_code: Some(ward.to_string()),
                street,
                today: None,
            },
            Place::Before2025 { as_typed, today } => Self {
                era: Era::Era2004,
                province_code: as_typed.province.to_string(),
                district_code: Some(as_typed.district.to_string()),
                ward_code: as_typed.ward.map(|code| code.to_string()),
                street,
                today,
            },
        }
    }
}

#[cfg(test)]
mod tests;
