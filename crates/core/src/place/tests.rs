//! What the data sets must say, trap by trap.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::{
    Location, OldDistrict, OldDistrictCode, OldProvince, OldProvinceCode, OldWard, OldWardCode, Province, ProvinceCode,
    ProvinceKind, Ward, WardCode, WardKind, search_key,
};
use std::collections::{HashMap, HashSet};

fn province(code: &str) -> &'static Province {
    ProvinceCode::parse(code).and_then(Province::find).unwrap()
}

fn ward(code: &str) -> &'static Ward {
    WardCode::parse(code).and_then(Ward::find).unwrap()
}

fn old_province(code: &str) -> &'static OldProvince {
    OldProvinceCode::parse(code).and_then(OldProvince::find).unwrap()
}

fn old_district(code: &str) -> &'static OldDistrict {
    OldDistrictCode::parse(code).and_then(OldDistrict::find).unwrap()
}

fn old_ward(code: &str) -> &'static OldWard {
    OldWardCode::parse(code).and_then(OldWard::find).unwrap()
}

fn wards() -> impl Iterator<Item = &'static Ward> {
    Province::all().iter().flat_map(Province::wards)
}

fn old_districts() -> impl Iterator<Item = &'static OldDistrict> {
    OldProvince::all().iter().flat_map(OldProvince::districts)
}

fn old_wards() -> impl Iterator<Item = &'static OldWard> {
    old_districts().flat_map(OldDistrict::wards)
}

/// Counts of Decision 19/2025/QD-TTg.
#[test]
fn there_are_34_provinces_and_3321_wards() {
    assert_eq!(Province::all().len(), 34);
    assert_eq!(Province::all().iter().filter(|province| province.kind() == ProvinceKind::City).count(), 6);
    assert_eq!(wards().count(), 3321);
    let count = |kind| wards().filter(|ward| ward.kind() == kind).count();
    assert_eq!((count(WardKind::Commune), count(WardKind::Ward), count(WardKind::SpecialZone)), (2621, 687, 13));
    assert_eq!(wards().map(Ward::code).collect::<HashSet<_>>().len(), 3321);
}

#[test]
fn there_were_63_provinces_696_districts_and_10035_wards() {
    assert_eq!(OldProvince::all().len(), 63);
    assert_eq!(old_districts().count(), 696);
    assert_eq!(old_wards().count(), 10_035);
    assert_eq!(old_districts().map(OldDistrict::code).collect::<HashSet<_>>().len(), 696);
    assert_eq!(old_wards().map(OldWard::code).collect::<HashSet<_>>().len(), 10_035);
    let islands: Vec<_> = old_districts().filter(|district| district.wards().is_empty()).collect();
    assert_eq!(islands.len(), 5);
    for island in islands {
        let now = island.became().certain().unwrap();
        assert_eq!(now.kind(), WardKind::SpecialZone, "{}", island.name());
    }
}

/// Trap 1: the code of the old Bắc Giang is that of the new Bắc Ninh.
#[test]
fn code_24_was_bac_giang_and_is_bac_ninh() {
    assert_eq!((old_province("24").name(), province("24").name()), ("Tỉnh Bắc Giang", "Tỉnh Bắc Ninh"));
    assert_eq!(old_province("27").name(), "Tỉnh Bắc Ninh");
    assert_eq!(ProvinceCode::parse("27").and_then(Province::find), None);
    assert_eq!((province("24").wards().len(), province("24").short_name()), (99, "Bắc Ninh"));
    let count = |of: &OldProvince| {
        (of.districts().len(), of.districts().iter().map(|district| district.wards().len()).sum::<usize>())
    };
    assert_eq!((count(old_province("24")), count(old_province("27"))), ((10, 192), (8, 121)));
}

/// Trap 2: almost every new code was an old one, two thirds of them with another name.
#[test]
fn code_07375_was_a_township_and_is_a_commune() {
    assert_eq!((old_ward("07375").name(), ward("07375").name()), ("Thị trấn Vôi", "Xã Lạng Giang"));
    let reused: Vec<_> = wards()
        .filter_map(|ward| Some((ward, OldWardCode::parse(ward.code().as_str()).and_then(OldWard::find)?)))
        .collect();
    let renamed = reused.iter().filter(|(ward, old)| ward.name() != old.name()).count();
    assert_eq!((reused.len(), renamed), (3316, 2145));
}

/// Trap 3: a name finds one place within a province only.
#[test]
fn names_repeat_across_provinces_and_never_inside_one() {
    let mut provinces_of: HashMap<&str, HashSet<ProvinceCode>> = HashMap::new();
    for ward in wards() {
        assert!(provinces_of.entry(ward.name()).or_default().insert(ward.province_code()), "{}", ward.full_name());
    }
    assert!(provinces_of.values().any(|provinces| provinces.len() > 1));
    let old_names = old_wards().map(OldWard::name).collect::<HashSet<_>>();
    assert!(old_names.len() < 10_035, "old names repeat too");
}

#[test]
fn what_became_of_a_ward_is_certain_unless_it_was_split() {
    for (was, is) in [("07201", "07210"), ("07687", "07228"), ("07375", "07375")] {
        assert_eq!(old_ward(was).became().certain(), Some(ward(is)), "{was}");
    }
    assert_eq!(
        [ward("07210").full_name(), ward("07228").full_name(), ward("07375").full_name()],
        ["Phường Bắc Giang, Tỉnh Bắc Ninh", "Phường Đa Mai, Tỉnh Bắc Ninh", "Xã Lạng Giang, Tỉnh Bắc Ninh"]
    );
    let split: Vec<_> = old_wards().filter(|old| old.became().is_split()).collect();
    assert!((441..=471).contains(&split.len()), "{} wards were split", split.len());
    for old in split {
        let became = old.became();
        assert_eq!(became.certain(), None, "{}", old.name());
        assert!(became.iter().map(Ward::code).collect::<HashSet<_>>().len() > 1, "{}", old.name());
    }
    assert!(old_wards().all(|old| old.became().iter().next().is_some()), "nothing was lost");
}

#[test]
fn no_ward_of_bac_giang_and_the_old_bac_ninh_was_split_and_all_are_in_bac_ninh_now() {
    for district in [old_province("24"), old_province("27")].into_iter().flat_map(OldProvince::districts) {
        for old in district.wards() {
            assert_eq!(old.became().certain().unwrap().province_code(), province("24").code(), "{}", old.name());
        }
    }
}

#[test]
fn every_ward_of_today_came_from_somewhere() {
    let wards_tell = old_wards().flat_map(|old| old.became().iter().collect::<Vec<_>>());
    let islands_tell = old_districts().flat_map(|island| island.became().iter().collect::<Vec<_>>());
    let reached: HashSet<_> = wards_tell.chain(islands_tell).map(Ward::code).collect();
    assert_eq!(reached.len(), 3321);
}

/// What the reform of 2025 left as it was, or only renamed.
#[test]
fn a_ward_that_is_one_whole_unit_of_before_knows_which_it_was() {
    let mut parts: HashMap<WardCode, usize> = HashMap::new();
    let islands = old_districts().map(OldDistrict::became);
    for part in old_wards().map(OldWard::became).chain(islands).flat_map(|became| became.iter().collect::<Vec<_>>()) {
        *parts.entry(part.code()).or_default() += 1;
    }
    let known: Vec<_> = wards().filter_map(|ward| Some((ward, Location::of(ward).was()?))).collect();
    for (ward, old) in &known {
        assert_eq!((old.became().unwrap().certain(), parts[&ward.code()]), (Some(*ward), 1), "{}", ward.full_name());
    }
    let islands = known.iter().filter(|(_, old)| old.ward.is_none()).count();
    assert_eq!((known.len() - islands, islands), (132, 5));
    // Phường Bắc Giang was made of several wards.
    assert_eq!(Location::of(ward("07210")).was(), None);
}

#[test]
fn a_unit_knows_what_it_lies_in() {
    assert_eq!(ward("07210").province_code(), province("24").code());
    let old = old_ward("07201");
    assert_eq!((old.name(), old.district_code()), ("Phường Thọ Xương", old_district("213").code()));
    assert_eq!(
        (old_district("213").name(), old_district("213").province_code()),
        ("Thành phố Bắc Giang", old_province("24").code())
    );
}

#[test]
fn lists_are_in_vietnamese_order() {
    let names: Vec<_> = Province::all().iter().map(Province::short_name).collect();
    assert_eq!(&names[..7], ["An Giang", "Bắc Ninh", "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk"]);
    assert_eq!(names.last(), Some(&"Vĩnh Long"));
    let old: Vec<_> = OldProvince::all().iter().map(OldProvince::name).collect();
    assert_eq!(&old[..3], ["Tỉnh An Giang", "Tỉnh Bà Rịa - Vũng Tàu", "Tỉnh Bạc Liêu"]);
    assert_eq!(old.last(), Some(&"Tỉnh Yên Bái"));
    let saigon: Vec<_> = old_province("79").districts().iter().map(OldDistrict::name).collect();
    assert_eq!(&saigon[..3], ["Quận 1", "Quận 3", "Quận 4"]);
    assert!(saigon.iter().position(|name| *name == "Quận 8") < saigon.iter().position(|name| *name == "Quận 10"));
}

#[test]
fn every_place_is_found_without_accents() {
    assert_eq!(search_key("  BẮC   Giang "), "bac giang");
    assert_eq!(ward("07228").search_key(), "phuong da mai");
    assert_eq!(search_key("Xã M’Drắk"), ward("24412").search_key());
    assert_eq!(province("66").search_key(), "tinh dak lak");
    assert!(old_province("24").search_key().contains("bac giang"));
    let keys = wards()
        .map(Ward::search_key)
        .chain(old_wards().map(OldWard::search_key))
        .chain(old_districts().map(OldDistrict::search_key));
    assert!(keys.into_iter().all(|key| key.is_ascii() && key == search_key(&key)));
}
