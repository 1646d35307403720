//! Where a person lives or a business has its head office.
//!
//! An administrative code means nothing without its era: 24 was Bắc Giang and is now Bắc Ninh.

use super::{AddressEra, FieldError, Street};
use crate::place;
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
    /// Five digits.
    pub ward: &'a str,
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
    /// About the street line.
    pub street: Option<FieldError>,
}

/// An address: codes of one era and a street line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredAddress")]
pub struct Address {
    era: AddressEra,
    province_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    district_code: Option<String>,
    ward_code: String,
    street: Street,
}

impl Address {
    /// Reads an address as typed, all mistakes at once. The codes must exist, and the ward lie in the province.
    ///
    /// Only [`AddressEra::Era2025`] is offered; `2004` is refused.
    pub fn parse(input: AddressInput<'_>) -> Result<Self, AddressRefusal> {
        let (era, province, district, ward) =
            (input.era.trim(), input.province.trim(), input.district.trim(), input.ward.trim());
        match if era.is_empty() { Some(AddressEra::Era2025) } else { AddressEra::from_text(era) } {
            Some(AddressEra::Era2025) => {}
            // Codes cannot be judged without the era, so nothing is said of them.
            Some(AddressEra::Era2004) => {
                return Err(AddressRefusal { era: Some(FieldError::EraNotOffered), ..AddressRefusal::default() });
            }
            None => {
                return Err(AddressRefusal { era: Some(FieldError::UnknownEra), ..AddressRefusal::default() });
            }
        }
        let street = Street::parse(input.street);
        let refusal = AddressRefusal {
            era: None,
            province: province_refusal(province),
            district: if district.is_empty() { None } else { Some(FieldError::NoDistrictsInThisEra) },
            ward: ward_refusal(province, ward),
            street: street.as_ref().err().copied(),
        };
        match street {
            Ok(street) if refusal == AddressRefusal::default() => Ok(Self {
                era: AddressEra::Era2025,
                province_code: province.to_owned(),
                district_code: None,
                ward_code: ward.to_owned(),
                street,
            }),
            _ => Err(refusal),
        }
    }

    /// The era of the codes.
    pub fn era(&self) -> AddressEra {
        self.era
    }

    /// Two digits.
    pub fn province_code(&self) -> &str {
        &self.province_code
    }

    /// Three digits; `None` since 2025.
    pub fn district_code(&self) -> Option<&str> {
        self.district_code.as_deref()
    }

    /// Five digits.
    pub fn ward_code(&self) -> &str {
        &self.ward_code
    }

    /// House number, street, hamlet.
    pub fn street(&self) -> &Street {
        &self.street
    }

    /// The province's name; `None` where the era's names are not at hand.
    pub fn province_name(&self) -> Option<&'static str> {
        match self.era {
            AddressEra::Era2025 => place::find_province(&self.province_code).map(place::Province::name),
            AddressEra::Era2004 => None,
        }
    }

    /// The ward's name; `None` where the era's names are not at hand.
    pub fn ward_name(&self) -> Option<&'static str> {
        match self.era {
            AddressEra::Era2025 => place::find_ward(&self.province_code, &self.ward_code).map(place::Ward::name),
            AddressEra::Era2004 => None,
        }
    }

    /// As written on an envelope: `Số 5 Lê Lợi, Phường Bắc Giang, Tỉnh Bắc Ninh`. Codes stand for names not at hand.
    pub fn one_line(&self) -> String {
        let ward = self.ward_name().unwrap_or(&self.ward_code);
        let province = self.province_name().unwrap_or(&self.province_code);
        format!("{}, {ward}, {province}", self.street.as_str())
    }
}

fn province_refusal(code: &str) -> Option<FieldError> {
    match place::find_province(code) {
        _ if code.is_empty() => Some(FieldError::Missing),
        None => Some(FieldError::UnknownPlace),
        Some(_) => None,
    }
}

fn ward_refusal(province: &str, code: &str) -> Option<FieldError> {
    if code.is_empty() {
        return Some(FieldError::Missing);
    }
    if place::find_ward(province, code).is_some() {
        return None;
    }
    match place::province_of_ward(code) {
        None => Some(FieldError::UnknownPlace),
        // With the province wrong already, the ward alone cannot be blamed.
        Some(_) if place::find_province(province).is_none() => None,
        Some(_) => Some(FieldError::WardOfAnotherProvince),
    }
}

/// An address as stored, before its codes are looked at.
#[derive(Deserialize)]
struct StoredAddress {
    era: AddressEra,
    province_code: String,
    district_code: Option<String>,
    ward_code: String,
    street: Street,
}

impl TryFrom<StoredAddress> for Address {
    type Error = FieldError;

    /// The shape of the codes alone: a unit may have been dissolved since it was stored.
    fn try_from(stored: StoredAddress) -> Result<Self, FieldError> {
        let digits = |code: &str, length| code.len() == length && code.bytes().all(|byte| byte.is_ascii_digit());
        let district_fits = match (stored.era, stored.district_code.as_deref()) {
            (AddressEra::Era2025, district) => district.is_none(),
            (AddressEra::Era2004, district) => district.is_some_and(|code| digits(code, 3)),
        };
        if !(district_fits && digits(&stored.province_code, 2) && digits(&stored.ward_code, 5)) {
            return Err(FieldError::Malformed);
        }
        let StoredAddress { era, province_code, district_code, ward_code, street } = stored;
        Ok(Self { era, province_code, district_code, ward_code, street })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Address, AddressEra, AddressInput, AddressRefusal, FieldError, Street};
    use proptest::prelude::*;

    const GOOD: AddressInput<'static> =
        AddressInput {
            era: "2025", province: "24", district: "", ward: "07210", street: "Số 5, đường Lê Lợi"
        };

    #[test]
    fn an_address_of_today_knows_its_names() {
        let address = Address::parse(GOOD).unwrap();
        assert_eq!(address.one_line(), "Số 5, đường Lê Lợi, Phường Bắc Giang, Tỉnh Bắc Ninh");
        assert_eq!(
            (address.era(), address.province_code(), address.district_code(), address.ward_code()),
            (AddressEra::Era2025, "24", None, "07210")
        );
        assert_eq!(Address::parse(AddressInput { era: "", ..GOOD }), Ok(address));
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let refused =
            Address::parse(AddressInput { district: "213", street: "<>", ward: "99999", province: "99", era: "" });
        let all = AddressRefusal {
            era: None,
            province: Some(FieldError::UnknownPlace),
            district: Some(FieldError::NoDistrictsInThisEra),
            ward: Some(FieldError::UnknownPlace),
            street: Some(FieldError::NotAllowedCharacter),
        };
        assert_eq!(refused, Err(all));
        let empty = Address::parse(AddressInput::default()).unwrap_err();
        assert_eq!(
            (empty.province, empty.ward, empty.street),
            (Some(FieldError::Missing), Some(FieldError::Missing), Some(FieldError::Missing))
        );
    }

    #[test]
    fn a_ward_must_lie_in_its_province() {
        let refused = Address::parse(AddressInput { province: "01", ..GOOD }).unwrap_err();
        assert_eq!(
            refused,
            AddressRefusal { ward: Some(FieldError::WardOfAnotherProvince), ..AddressRefusal::default() }
        );
        let wrong_province = Address::parse(AddressInput { province: "27", ..GOOD }).unwrap_err();
        assert_eq!(
            wrong_province,
            AddressRefusal { province: Some(FieldError::UnknownPlace), ..AddressRefusal::default() }
        );
        // Old ward codes: Phường Thọ Xương was dissolved into 07210.
        let old_ward = Address::parse(AddressInput { ward: "07201", ..GOOD }).unwrap_err();
        assert_eq!(old_ward.ward, Some(FieldError::UnknownPlace));
    }

    #[test]
    fn addresses_with_districts_are_not_offered() {
        let refused = |era| Address::parse(AddressInput { era, ..GOOD }).unwrap_err();
        assert_eq!(
            refused("2004"),
            AddressRefusal { era: Some(FieldError::EraNotOffered), ..AddressRefusal::default() }
        );
        assert_eq!(refused("1945").era, Some(FieldError::UnknownEra));
    }

    #[test]
    fn debug_does_not_tell_the_street() {
        let shown = format!("{:?}", Address::parse(GOOD).unwrap());
        assert!(!shown.contains("Lợi") && shown.contains("24"), "{shown}");
    }

    #[test]
    fn serde_keeps_bare_codes_and_looks_at_their_shape() {
        let address = Address::parse(GOOD).unwrap();
        let json = serde_json::to_string(&address).unwrap();
        assert_eq!(json, r#"{"era":"2025","province_code":"24","ward_code":"07210","street":"Số 5, đường Lê Lợi"}"#);
        assert_eq!(serde_json::from_str::<Address>(&json).unwrap(), address);
        let old = r#"{"era":"2004","province_code":"24","district_code":"213","ward_code":"07201","street":"Số 5"}"#;
        let old: Address = serde_json::from_str(old).unwrap();
        assert_eq!((old.district_code(), old.one_line().as_str()), (Some("213"), "Số 5, 07201, 24"));
        for bad in [
            json.replace("\"24\"", "\"2x\""),
            json.replace("07210", "7210"),
            json.replace("2025", "2024"),
            json.replace("\"2025\"", "\"2004\""),
        ] {
            assert!(serde_json::from_str::<Address>(&bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_input_gives_an_address_or_a_reason(era in "\\PC{0,4}|2025|2004", province in "\\PC{0,3}|[0-9]{2}", ward in "\\PC{0,6}|[0-9]{5}", street in "\\PC{0,60}") {
            let input = AddressInput { era: &era, province: &province, district: "", ward: &ward, street: &street };
            match Address::parse(input) {
                Ok(address) => prop_assert_eq!(Street::parse(address.street().as_str()).unwrap(), address.street().clone()),
                Err(refusal) => prop_assert_ne!(refusal, AddressRefusal::default()),
            }
        }
    }
}
