//! The address of a form: the same fields for everybody who has one.

use super::{Field, FieldErrors};
use crate::facts::{Address, AddressInput};
use crate::place::{
    Era, OldDistrict, OldDistrictCode, OldProvince, OldProvinceCode, OldWard, OldWardCode, Province, ProvinceCode,
    Ward, WardCode,
};
use std::fmt;

/// An address as typed.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of decisions 6")]
pub struct AddressForm {
    pub era: String,
    pub province_code: String,
    pub district_code: String,
    pub ward_code: String,
    pub new_ward_code: String,
    pub street: String,
}

/// What was typed is personal: Debug shows the era alone.
impl fmt::Debug for AddressForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressForm").field("era", &self.era).finish_non_exhaustive()
    }
}

/// The units that a form names and that exist in its era.
pub enum NamedUnits {
    /// Since 2025.
    Today(Option<&'static Province>, Option<&'static Ward>),
    /// Before.
    Before(Option<&'static OldProvince>, Option<&'static OldDistrict>, Option<&'static OldWard>),
}

impl AddressForm {
    /// The era that the form is filled in for; today's where it says nothing that is known.
    pub fn era(&self) -> Era {
        Era::from_text(self.era.trim()).unwrap_or_default()
    }

    /// The units that it names, whether or not they lie in each other.
    pub fn units(&self) -> NamedUnits {
        let (province, district, ward) = (self.province_code.trim(), self.district_code.trim(), self.ward_code.trim());
        match self.era() {
            Era::Era2025 => NamedUnits::Today(
                ProvinceCode::parse(province).and_then(Province::find),
                WardCode::parse(ward).and_then(Ward::find),
            ),
            Era::Era2004 => NamedUnits::Before(
                OldProvinceCode::parse(province).and_then(OldProvince::find),
                OldDistrictCode::parse(district).and_then(OldDistrict::find),
                OldWardCode::parse(ward).and_then(OldWard::find),
            ),
        }
    }

    /// The form without what does not lie in the unit above it: what is left while somebody chooses from the top down.
    #[must_use]
    pub fn fitted(mut self) -> Self {
        let (district_fits, ward_fits) = match self.units() {
            NamedUnits::Today(province, ward) => {
                (false, province.zip(ward).is_some_and(|(province, ward)| ward.province_code() == province.code()))
            }
            NamedUnits::Before(province, district, ward) => {
                let district = province
                    .zip(district)
                    .filter(|(province, district)| district.province_code() == province.code())
                    .map(|(_, district)| district);
                let ward_fits =
                    district.zip(ward).is_some_and(|(district, ward)| ward.district_code() == district.code());
                (district.is_some(), ward_fits)
            }
        };
        if !district_fits {
            self.district_code.clear();
        }
        if !ward_fits {
            self.ward_code.clear();
            self.new_ward_code.clear();
        }
        self
    }

    /// The form for another era: the old codes would name other places, so only the street stays.
    #[must_use]
    pub fn in_era(self, era: Era) -> Self {
        Self { era: era.as_str().to_owned(), street: self.street, ..Self::default() }
    }

    /// Checks every field, each mistake beside its own.
    pub(super) fn check(&self, errors: &mut FieldErrors) -> Option<Address> {
        let parsed = Address::parse(AddressInput {
            era: &self.era,
            province: &self.province_code,
            district: &self.district_code,
            ward: &self.ward_code,
            new_ward: &self.new_ward_code,
            street: &self.street,
        });
        parsed
            .map_err(|refusal| {
                for (field, error) in [
                    (Field::AddressEra, refusal.era),
                    (Field::ProvinceCode, refusal.province),
                    (Field::DistrictCode, refusal.district),
                    (Field::WardCode, refusal.ward),
                    (Field::NewWardCode, refusal.new_ward),
                    (Field::Street, refusal.street),
                ] {
                    if let Some(error) = error {
                        errors.add(field, error);
                    }
                }
            })
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::AddressForm;
    use crate::place::Era;

    fn form(era: &str, province: &str, district: &str, ward: &str) -> AddressForm {
        let [era, province_code, district_code, ward_code] = [era, province, district, ward].map(str::to_owned);
        AddressForm {
            era,
            province_code,
            district_code,
            ward_code,
            street: "Số 5".to_owned(),
            ..AddressForm::default()
        }
    }

    #[test]
    fn what_lies_elsewhere_goes_when_the_unit_above_is_chosen_anew() {
        for (chosen, left) in [
            (form("2025", "24", "", "07210"), form("2025", "24", "", "07210")),
            (form("2025", "01", "", "07210"), form("2025", "01", "", "")),
            (form("2025", "24", "213", "07210"), form("2025", "24", "", "07210")),
            (form("2004", "24", "213", "07201"), form("2004", "24", "213", "07201")),
            (form("2004", "24", "213", "07375"), form("2004", "24", "213", "")),
            (form("2004", "27", "213", "07201"), form("2004", "27", "", "")),
            (form("2004", "", "213", "07201"), form("2004", "", "", "")),
        ] {
            assert!(chosen.fitted() == left, "{} {}", left.era, left.province_code);
        }
    }

    #[test]
    fn a_code_never_goes_along_into_the_other_era() {
        let form = form("2025", "24", "", "07375").in_era(Era::Era2004);
        assert_eq!((form.province_code.as_str(), form.ward_code.as_str(), form.street.as_str()), ("", "", "Số 5"));
        assert_eq!(form.era(), Era::Era2004);
    }
}
