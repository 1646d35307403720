//! Addresses: the same in both forms.

use super::{TODAY, both, business, citizen};
use crate::accounts::{AccountSettings, AddressForm, BusinessForm, CitizenForm, Contact, Field};
use crate::facts::FieldError::{
    self, Malformed, Missing, NoDistrictsInThisEra, NotASuccessor, NotAllowedCharacter, TooLong, UnknownEra,
    UnknownPlace, WardOfAnotherProvince,
};
use crate::place::{OldDistrict, OldProvince, OldWard};

#[test]
fn ward_code() {
    both(
        Field::WardCode,
        &[
            (" 07210 ", Ok("07210")),
            ("", Err(Missing)),
            ("7210", Err(UnknownPlace)),
            ("0721O", Err(UnknownPlace)),
            ("０7210", Err(UnknownPlace)),
            ("07210\0", Err(UnknownPlace)),
            ("\u{200f}07210", Err(UnknownPlace)),
            ("🏠", Err(UnknownPlace)),
            (&"0".repeat(1 << 16), Err(UnknownPlace)),
            ("00004", Err(WardOfAnotherProvince)),
        ],
    );
}

#[test]
fn street() {
    both(
        Field::Street,
        &[
            (" Số 12/3A,  ngõ 5 ", Ok("Số 12/3A, ngõ 5")),
            ("Đươ\u{300}ng Le\u{302} Lơ\u{323}i", Ok("Đường Lê Lợi")),
            ("", Err(Missing)),
            ("--", Err(Malformed)),
            (&"a".repeat(201), Err(TooLong)),
            (&"a".repeat(1 << 16), Err(TooLong)),
            ("Số 5\u{b}", Ok("Số 5")),
            ("Số\u{b}5", Err(NotAllowedCharacter)),
            ("Số 5\nThôn Đông", Err(NotAllowedCharacter)),
            ("Số 5 🏠", Err(NotAllowedCharacter)),
            ("Số\u{200f}5", Err(NotAllowedCharacter)),
            ("Số 5 đường \u{41b}ê Lợi", Err(NotAllowedCharacter)),
            ("<5>", Err(NotAllowedCharacter)),
        ],
    );
}

/// What both forms say of an address in which one thing was changed.
fn of_address(change: impl Fn(&mut AddressForm), expected: &[(Field, FieldError)]) {
    let mut address = super::address();
    change(&mut address);
    let settings = AccountSettings::default();
    let at = |contact: Contact| Contact { address: address.clone(), ..contact };
    let citizen = CitizenForm { contact: at(citizen().contact), ..citizen() }.check(&settings, TODAY);
    let business = BusinessForm { contact: at(business().contact), ..business() }.check(TODAY);
    for found in [citizen, business] {
        let told = found.err().map(|errors| errors.iter().collect::<Vec<_>>()).unwrap_or_default();
        assert_eq!(told, expected, "{address:?}");
    }
}

#[test]
fn address_era_and_district_code() {
    of_address(|address| address.era.clear(), &[]);
    of_address(|address| address.era = "1945".to_owned(), &[(Field::AddressEra, UnknownEra)]);
    of_address(|address| address.era = "2025\0".to_owned(), &[(Field::AddressEra, UnknownEra)]);
    of_address(|address| address.district_code = "213".to_owned(), &[(Field::AddressEra, NoDistrictsInThisEra)]);
    let before = |address: &mut AddressForm, district: &str| {
        let [era, province_code, district_code, ward_code] = ["2004", "24", district, "07201"].map(str::to_owned);
        *address = AddressForm { era, province_code, district_code, ward_code, ..address.clone() };
    };
    of_address(|address| before(address, "213"), &[]);
    of_address(|address| before(address, ""), &[(Field::DistrictCode, Missing)]);
    for typed in ["2I3", "２13", "213🙂", "\u{200f}213", "213\0", &"2".repeat(1 << 16)] {
        of_address(|address| before(address, typed), &[(Field::DistrictCode, UnknownPlace)]);
    }
}

/// A province rules over its wards, so that it is told with them.
#[test]
fn province_code() {
    for (typed, expected) in [
        ("", [(Field::ProvinceCode, Missing)]),
        ("2", [(Field::ProvinceCode, UnknownPlace)]),
        ("27", [(Field::ProvinceCode, UnknownPlace)]),
        ("2\u{200f}4", [(Field::ProvinceCode, UnknownPlace)]),
        ("２4", [(Field::ProvinceCode, UnknownPlace)]),
        ("24🙂", [(Field::ProvinceCode, UnknownPlace)]),
        ("01", [(Field::WardCode, WardOfAnotherProvince)]),
    ] {
        of_address(|address| typed.clone_into(&mut address.province_code), &expected);
    }
}

/// The ward of today, where the old one was split: asked for there alone.
#[test]
fn new_ward_code() {
    let districts = OldProvince::all().iter().flat_map(OldProvince::districts);
    let mut wards = districts.flat_map(|district| district.wards().iter().map(move |ward| (district, ward)));
    let (district, ward): (&OldDistrict, &OldWard) = wards.find(|(_, ward)| ward.became().is_split()).unwrap();
    let split = |address: &mut AddressForm, new_ward_code: &str| {
        let [era, province_code, district_code] =
            ["2004", district.province_code().as_str(), district.code().as_str()].map(str::to_owned);
        let (ward_code, new_ward_code) = (ward.code().to_string(), new_ward_code.to_owned());
        *address = AddressForm { era, province_code, district_code, ward_code, new_ward_code, ..address.clone() };
    };
    for part in ward.became().iter() {
        of_address(|address| split(address, part.code().as_str()), &[]);
        of_address(|address| split(address, &format!(" {} ", part.code())), &[]);
    }
    let part = ward.became().iter().next().unwrap().code();
    of_address(|address| split(address, ""), &[(Field::NewWardCode, Missing)]);
    for typed in [
        // A ward of today, but none of these parts.
        "07210".to_owned(),
        "99999".to_owned(),
        part.as_str()[1..].to_owned(),
        format!("{part}0"),
        format!("{part}\0"),
        format!("{part}\u{7}"),
        format!("{part}🏠"),
        format!("\u{200f}{part}"),
        format!("\u{202e}{part}"),
        part.as_str().replace('0', "O"),
        part.as_str().replace('0', "０"),
        format!("{part}\u{301}"),
        "0".repeat(1 << 16),
    ] {
        of_address(|address| split(address, &typed), &[(Field::NewWardCode, NotASuccessor)]);
    }
    // Nobody asked: what stands there is nothing.
    of_address(|address| address.new_ward_code = "\u{202e}🏠".to_owned(), &[]);
}
