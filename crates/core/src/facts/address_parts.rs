//! Reading the units of an address: each code must exist in its era and lie in the unit above it.

use super::FieldError;
use crate::place::{
    Became, Location, OldDistrict, OldDistrictCode, OldLocation, OldProvince, OldProvinceCode, OldWard, OldWardCode,
    Province, ProvinceCode, Ward, WardCode,
};

/// What is wrong with each unit.
#[derive(Default)]
pub(super) struct UnitRefusal {
    pub(super) province: Option<FieldError>,
    pub(super) district: Option<FieldError>,
    pub(super) ward: Option<FieldError>,
    pub(super) new_ward: Option<FieldError>,
}

/// A province and a ward of today.
pub(super) fn location(province: &str, ward: &str) -> Result<Location, UnitRefusal> {
    let above = unit(province, ProvinceCode::parse, Province::find);
    let below = match (unit(ward, WardCode::parse, Ward::find), &above) {
        (Ok(ward), Ok(province)) if ward.province_code() != province.code() => Err(FieldError::WardOfAnotherProvince),
        (below, _) => below,
    };
    match (above, below) {
        (Ok(_), Ok(ward)) => Ok(Location::of(ward)),
        (above, below) => Err(UnitRefusal { province: above.err(), ward: below.err(), ..UnitRefusal::default() }),
    }
}

/// A province, a district and a ward of before, and the ward of today that they are now. `new_ward` is what the person
/// chose; it counts only where the old unit was split.
pub(super) fn old_location(
    province: &str,
    district: &str,
    ward: &str,
    new_ward: &str,
) -> Result<(OldLocation, Option<Location>), UnitRefusal> {
    let province = unit(province, OldProvinceCode::parse, OldProvince::find);
    let district = match (unit(district, OldDistrictCode::parse, OldDistrict::find), &province) {
        (Ok(district), Ok(province)) if district.province_code() != province.code() => {
            Err(FieldError::DistrictOfAnotherProvince)
        }
        (district, _) => district,
    };
    let ward = match (&district, unit(ward, OldWardCode::parse, OldWard::find)) {
        (Ok(district), Err(FieldError::Missing)) if district.wards().is_empty() => Ok(None),
        // With the district wrong already, the ward alone cannot be blamed.
        (Ok(district), Ok(ward)) if ward.district_code() != district.code() => Err(FieldError::WardOfAnotherDistrict),
        (_, ward) => ward.map(Some),
    };
    match (province, district, ward) {
        (Ok(province), Ok(district), Ok(ward)) => {
            let old =
                OldLocation { province: province.code(), district: district.code(), ward: ward.map(OldWard::code) };
            let became = ward.map_or_else(|| district.became(), OldWard::became);
            let today = today(&became, new_ward)
                .map_err(|error| UnitRefusal { new_ward: Some(error), ..UnitRefusal::default() })?;
            Ok((old, today.map(Location::of)))
        }
        (province, district, ward) => {
            Err(UnitRefusal { province: province.err(), district: district.err(), ward: ward.err(), new_ward: None })
        }
    }
}

/// Where an old unit is today: for certain, or as chosen.
fn today(became: &Became, chosen: &str) -> Result<Option<&'static Ward>, FieldError> {
    if !became.is_split() {
        return Ok(became.certain());
    }
    if chosen.is_empty() {
        return Err(FieldError::Missing);
    }
    let ward = WardCode::parse(chosen).and_then(|code| became.find(code));
    ward.map(Some).ok_or(FieldError::NotASuccessor)
}

fn unit<C, U: 'static>(
    typed: &str,
    parse: fn(&str) -> Option<C>,
    find: fn(C) -> Option<&'static U>,
) -> Result<&'static U, FieldError> {
    match typed {
        "" => Err(FieldError::Missing),
        typed => parse(typed).and_then(find).ok_or(FieldError::UnknownPlace),
    }
}
