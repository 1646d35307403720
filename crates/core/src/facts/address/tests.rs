#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Address, AddressInput, AddressRefusal, FieldError, Street};
use crate::place::{Era, Location, OldProvince, OldWard, Province};
use proptest::prelude::*;

const GOOD: AddressInput<'static> = AddressInput {
    era: "2025",
    province: "24",
    district: "",
    ward: "07210",
    new_ward: "",
    street: "Số 5, đường Lê Lợi",
};
const OLD: AddressInput<'static> = AddressInput { era: "2004", district: "213", ward: "07201", ..GOOD };

fn none() -> AddressRefusal {
    AddressRefusal::default()
}

fn refused(input: AddressInput<'_>) -> AddressRefusal {
    Address::parse(input).unwrap_err()
}

/// A ward that was split, with its district's and province's codes.
fn split() -> (String, String, &'static OldWard) {
    let districts = OldProvince::all().iter().flat_map(OldProvince::districts);
    districts
        .flat_map(|district| district.wards().iter().map(move |ward| (district, ward)))
        .find(|(_, ward)| ward.became().is_split())
        .map(|(district, ward)| (district.province_code().to_string(), district.code().to_string(), ward))
        .unwrap()
}

#[test]
fn an_address_of_today_knows_its_names() {
    let address = Address::parse(GOOD).unwrap();
    assert_eq!(address.one_line(), "Số 5, đường Lê Lợi, Phường Bắc Giang, Tỉnh Bắc Ninh");
    let location = address.location().unwrap();
    assert_eq!(
        (address.era(), location.province.as_str(), location.ward.as_str(), address.old_location()),
        (Era::Era2025, "24", "07210", None)
    );
    assert_eq!(Address::parse(AddressInput { era: "", ..GOOD }), Ok(address));
}

#[test]
fn an_address_with_a_district_is_kept_as_typed_and_knows_where_it_is_today() {
    let address = Address::parse(OLD).unwrap();
    assert_eq!(address.one_line(), "Số 5, đường Lê Lợi, Phường Thọ Xương, Thành phố Bắc Giang, Tỉnh Bắc Giang");
    assert_eq!(address.era(), Era::Era2004);
    let (location, old) = (address.location().unwrap(), address.old_location().unwrap());
    assert_eq!((location.locality(), location.region()), ("Phường Bắc Giang".to_owned(), "Tỉnh Bắc Ninh".to_owned()));
    assert_eq!((old.district.as_str(), old.ward.unwrap().as_str()), ("213", "07201"));
    // A choice counts only where there is one.
    assert_eq!(Address::parse(AddressInput { new_ward: "00004", ..OLD }), Ok(address));
}

#[test]
fn an_address_of_today_knows_where_it_was_where_that_is_certain() {
    let mut wards = Province::all().iter().flat_map(Province::wards);
    let (ward, old) = wards.find_map(|ward| Some((ward, Location::of(ward).was()?))).unwrap();
    let (province, code) = (ward.province_code(), ward.code());
    let address = Address::parse(AddressInput { province: province.as_str(), ward: code.as_str(), ..GOOD }).unwrap();
    assert_eq!((address.era(), address.old_location()), (Era::Era2025, Some(old)));
    // Kept is what was typed; the rest follows from it.
    assert!(!serde_json::to_string(&address).unwrap().contains("district"));
}

#[test]
fn where_a_ward_was_split_the_person_chooses_among_its_parts() {
    let (province, district, ward) = split();
    let code = ward.code();
    let of = |new_ward| AddressInput { province: &province, district: &district, ward: code.as_str(), new_ward, ..OLD };
    assert_eq!(refused(of("")), AddressRefusal { new_ward: Some(FieldError::Missing), ..none() });
    for odd in ["07210", "99999", "7210", "x"] {
        assert_eq!(refused(of(odd)), AddressRefusal { new_ward: Some(FieldError::NotASuccessor), ..none() }, "{odd}");
    }
    for part in ward.became().iter() {
        let chosen = part.code();
        let address = Address::parse(AddressInput { new_ward: chosen.as_str(), ..of("") }).unwrap();
        assert_eq!(address.location().unwrap().ward, chosen);
        assert_eq!(address.old_location().unwrap().ward, Some(code));
    }
}

#[test]
fn an_island_district_without_wards_needs_none() {
    let island = OldProvince::all().iter().flat_map(OldProvince::districts).find(|of| of.wards().is_empty()).unwrap();
    let (province, district) = (island.province_code(), island.code());
    let of = |ward| AddressInput { province: province.as_str(), district: district.as_str(), ward, ..OLD };
    let address = Address::parse(of("")).unwrap();
    assert_eq!(address.old_location().unwrap().ward, None);
    assert!(address.location().unwrap().locality().starts_with("Đặc khu "), "{}", address.one_line());
    assert!(address.one_line().contains(island.name()), "{}", address.one_line());
    assert_eq!(refused(of("07201")).ward, Some(FieldError::WardOfAnotherDistrict));
    let json = serde_json::to_string(&address).unwrap();
    assert_eq!(serde_json::from_str::<Address>(&json).unwrap(), address, "{json}");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let all = AddressRefusal {
        era: Some(FieldError::NoDistrictsInThisEra),
        province: Some(FieldError::UnknownPlace),
        ward: Some(FieldError::UnknownPlace),
        street: Some(FieldError::NotAllowedCharacter),
        ..none()
    };
    let bad = AddressInput { district: "213", street: "<>", ward: "99999", province: "99", ..GOOD };
    assert_eq!(refused(bad), all);
    let all = AddressRefusal { era: None, district: Some(FieldError::UnknownPlace), ..all };
    assert_eq!(refused(AddressInput { era: "2004", district: "999", ..bad }), all);
    let missing = Some(FieldError::Missing);
    let empty = AddressRefusal { province: missing, ward: missing, street: missing, ..none() };
    assert_eq!(refused(AddressInput::default()), empty);
    let empty = AddressRefusal { district: missing, ..empty };
    assert_eq!(refused(AddressInput { era: "2004", ..AddressInput::default() }), empty);
}

#[test]
fn a_ward_must_lie_in_its_province() {
    assert_eq!(
        refused(AddressInput { province: "01", ..GOOD }),
        AddressRefusal { ward: Some(FieldError::WardOfAnotherProvince), ..none() }
    );
    assert_eq!(
        refused(AddressInput { province: "27", ..GOOD }),
        AddressRefusal { province: Some(FieldError::UnknownPlace), ..none() }
    );
    // Phường Thọ Xương was dissolved into 07210.
    assert_eq!(refused(AddressInput { ward: "07201", ..GOOD }).ward, Some(FieldError::UnknownPlace));
}

#[test]
fn a_district_must_lie_in_its_province_and_an_old_ward_in_its_district() {
    assert_eq!(
        refused(AddressInput { province: "27", ..OLD }),
        AddressRefusal { district: Some(FieldError::DistrictOfAnotherProvince), ..none() }
    );
    // Thị trấn Vôi lay in Lạng Giang.
    assert_eq!(
        refused(AddressInput { ward: "07375", ..OLD }),
        AddressRefusal { ward: Some(FieldError::WardOfAnotherDistrict), ..none() }
    );
    assert_eq!(
        refused(AddressInput { district: "", ..OLD }),
        AddressRefusal { district: Some(FieldError::Missing), ..none() }
    );
}

#[test]
fn codes_of_the_other_era_are_not_taken_for_those_of_this_one() {
    // Phường Bắc Giang of today is 07210, which was Phường Hoàng Văn Thụ or another ward, or none: never itself.
    let old_of_new = Address::parse(AddressInput { ward: "07210", ..OLD });
    assert!(old_of_new.map_or(true, |address| !address.locality().contains("Phường Bắc Giang")));
    let new_of_old = refused(AddressInput { era: "2025", ..OLD });
    assert_eq!(
        (new_of_old.era, new_of_old.ward),
        (Some(FieldError::NoDistrictsInThisEra), Some(FieldError::UnknownPlace))
    );
}

#[test]
fn without_its_era_a_district_says_too_little_and_an_unknown_era_nothing() {
    assert_eq!(refused(AddressInput { era: "", ..OLD }), AddressRefusal { era: Some(FieldError::Missing), ..none() });
    assert_eq!(
        refused(AddressInput { era: "1945", street: "", ..GOOD }),
        AddressRefusal { era: Some(FieldError::UnknownEra), street: Some(FieldError::Missing), ..none() }
    );
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
    for bad in [
        json.replace("\"24\"", "\"2x\""),
        json.replace("07210", "7210"),
        json.replace("2025", "2024"),
        json.replace("\"2025\"", "\"2004\""),
    ] {
        assert!(serde_json::from_str::<Address>(&bad).is_err(), "{bad}");
    }
}

#[test]
fn an_old_address_is_stored_with_the_codes_of_both_eras() {
    let address = Address::parse(OLD).unwrap();
    let json = serde_json::to_string(&address).unwrap();
    assert_eq!(
        json,
        r#"{"era":"2004","province_code":"24","district_code":"213","ward_code":"07201","street":"Số 5, đường Lê Lợi","today":{"province_code":"24","ward_code":"07210"}}"#
    );
    assert_eq!(serde_json::from_str::<Address>(&json).unwrap(), address);
    // Without it, what follows for certain still follows.
    let without: Address = serde_json::from_str(
        r#"{"era":"2004","province_code":"24","district_code":"213","ward_code":"07201","street":"Số 5"}"#,
    )
    .unwrap();
    assert_eq!(without.location(), address.location());
    let dissolved: Address = serde_json::from_str(
        r#"{"era":"2004","province_code":"99","district_code":"999","ward_code":"99999","street":"Số 5"}"#,
    )
    .unwrap();
    assert_eq!((dissolved.one_line().as_str(), dissolved.location()), ("Số 5, 99999, 999, 99", None));
}

proptest! {
    #[test]
    fn any_input_gives_an_address_or_a_reason(
        era in "\\PC{0,4}|2025|2004",
        province in "\\PC{0,3}|[0-9]{2}",
        district in "\\PC{0,3}|[0-9]{3}",
        ward in "\\PC{0,6}|[0-9]{5}",
        new_ward in "\\PC{0,6}|[0-9]{5}",
        street in "\\PC{0,60}",
    ) {
        let input = AddressInput {
            era: &era, province: &province, district: &district, ward: &ward, new_ward: &new_ward, street: &street,
        };
        match Address::parse(input) {
            Ok(address) => prop_assert_eq!(Street::parse(address.street().as_str()).unwrap(), address.street().clone()),
            Err(refusal) => prop_assert_ne!(refusal, AddressRefusal::default()),
        }
    }
}
