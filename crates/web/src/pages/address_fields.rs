//! The address of a form, in either era: drawn by `templates/parts/address.html`, the same on every page that asks for
//! one. It works by buttons that show the next list; a script of ours does the same at once, and searches.
//!
//! A page that shows it has this as its field `address` and answers with [`Visit::page_with_lists`].
//!
//! [`Visit::page_with_lists`]: crate::edge::Visit::page_with_lists

use crate::assets::Assets;
use crate::edge::Fields;
use crate::places;
use portal_id_core::accounts::{AddressForm, NamedUnits};
use portal_id_core::place::{Became, Era, OldDistrict, OldProvince, OldWard, Province, Ward};

/// What the fields of an address show.
pub(crate) struct AddressFields {
    /// What was typed.
    pub(super) typed: AddressForm,
    /// The era of the lists.
    pub(super) era: Era,
    pub(super) provinces: Vec<Choice>,
    pub(super) districts: Vec<Choice>,
    pub(super) wards: Vec<Choice>,
    /// Whether the chosen district has no wards to choose from.
    pub(super) without_wards: bool,
    /// The wards of today that the chosen one was split among.
    pub(super) new_wards: Vec<Choice>,
    /// The ward of today that the chosen one lies in for certain.
    pub(super) today: Option<String>,
    /// The address of the script.
    pub(super) script: String,
    /// Where the script gets the lists of today.
    pub(super) lists_today: &'static str,
    /// Where it gets those of before 2025.
    pub(super) lists_before: &'static str,
}

/// One line of a list to choose from.
pub(crate) struct Choice {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// What these fields send.
pub(crate) struct PostedAddress {
    /// What was typed.
    pub(crate) typed: AddressForm,
    /// Whether the person only wants to see the next list: then nothing is judged yet.
    pub(crate) shows_lists: bool,
}

impl PostedAddress {
    /// The names of the fields, for [`FormFields::PART`].
    ///
    /// [`FormFields::PART`]: crate::edge::FormFields::PART
    pub(crate) const FIELDS: &'static [&'static str] = &[
        "address_era",
        "address_era_shown",
        "province_code",
        "district_code",
        "ward_code",
        "new_ward_code",
        "street",
        "choose_era",
        "choose_province",
        "choose_district",
        "choose_ward",
    ];

    /// Takes the values.
    pub(crate) fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        let typed = AddressForm {
            era: get("address_era"),
            province_code: get("province_code"),
            district_code: get("district_code"),
            ward_code: get("ward_code"),
            new_ward_code: get("new_ward_code"),
            street: get("street"),
        };
        let pressed = ["choose_era", "choose_province", "choose_district", "choose_ward"]
            .iter()
            .any(|button| fields.find(button).is_some());
        let (era, shown) = (Era::from_text(&typed.era), Era::from_text(fields.get("address_era_shown")));
        match era.zip(shown) {
            // Chosen from the lists of the other era: the codes would name other places.
            Some((era, shown)) if era != shown => Self { typed: typed.in_era(era), shows_lists: true },
            _ if pressed => Self { typed: typed.fitted(), shows_lists: true },
            _ => Self { typed, shows_lists: false },
        }
    }
}

impl AddressFields {
    /// The fields with what was typed before.
    pub(crate) fn new(assets: &Assets, typed: &AddressForm) -> Self {
        let empty = Self {
            typed: typed.clone(),
            era: typed.era(),
            provinces: Vec::new(),
            districts: Vec::new(),
            wards: Vec::new(),
            without_wards: false,
            new_wards: Vec::new(),
            today: None,
            script: assets.address_script().to_owned(),
            lists_today: places::folder(Era::Era2025),
            lists_before: places::folder(Era::Era2004),
        };
        match typed.units() {
            NamedUnits::Today(province, ward) => empty.listing_today(province, ward),
            NamedUnits::Before(province, district, ward) => empty.listing_before(province, district, ward),
        }
    }

    fn listing_today(self, province: Option<&Province>, ward: Option<&Ward>) -> Self {
        let (province_code, ward_code) = (self.typed.province_code.trim(), self.typed.ward_code.trim());
        let provinces = Province::all().iter().map(|unit| Choice::of(unit.code().as_str(), unit.name(), province_code));
        let wards = province.map(Province::wards).unwrap_or_default();
        let wards = wards.iter().map(|unit| Choice::of(unit.code().as_str(), unit.name(), ward_code)).collect();
        let elsewhere = ward.map(|ward| (ward.code().to_string(), ward.full_name()));
        Self { provinces: provinces.collect(), wards: with_mistaken(wards, elsewhere), ..self }
    }

    fn listing_before(
        self,
        province: Option<&OldProvince>,
        district: Option<&OldDistrict>,
        ward: Option<&OldWard>,
    ) -> Self {
        let [province_code, district_code, ward_code, new_ward_code] =
            [&self.typed.province_code, &self.typed.district_code, &self.typed.ward_code, &self.typed.new_ward_code]
                .map(|code| code.trim());
        let provinces =
            OldProvince::all().iter().map(|unit| Choice::of(unit.code().as_str(), unit.name(), province_code));
        let districts = province.map(OldProvince::districts).unwrap_or_default();
        let districts =
            districts.iter().map(|unit| Choice::of(unit.code().as_str(), unit.name(), district_code)).collect();
        let wards = district.map(OldDistrict::wards).unwrap_or_default();
        let wards = wards.iter().map(|unit| Choice::of(unit.code().as_str(), unit.name(), ward_code)).collect();
        let without_wards = district.is_some_and(|district| district.wards().is_empty());
        let became = ward.map(OldWard::became).or_else(|| Some(district.filter(|_| without_wards)?.became()));
        let split = became.as_ref().filter(|became| became.is_split());
        let new_wards = split.into_iter().flat_map(Became::iter);
        let new_wards =
            new_wards.map(|ward| Choice::of(ward.code().as_str(), &ward.full_name(), new_ward_code)).collect();
        let today = became.as_ref().and_then(Became::certain).map(Ward::full_name);
        let district_elsewhere = district.map(|district| {
            let province = OldProvince::find(district.province_code()).map_or("", OldProvince::name);
            (district.code().to_string(), format!("{}, {province}", district.name()))
        });
        let ward_elsewhere = ward.map(|ward| {
            let district = OldDistrict::find(ward.district_code()).map_or("", OldDistrict::name);
            (ward.code().to_string(), format!("{}, {district}", ward.name()))
        });
        Self {
            provinces: provinces.collect(),
            districts: with_mistaken(districts, district_elsewhere),
            wards: with_mistaken(wards, ward_elsewhere),
            without_wards,
            new_wards,
            today,
            ..self
        }
    }

    /// Whether the lists are those with districts.
    pub(super) fn is_before(&self) -> bool {
        self.era == Era::Era2004
    }

    /// What the list of districts shows while nothing is chosen.
    pub(super) fn district_prompt(&self) -> &'static str {
        if self.districts.is_empty() { "address-choose-province-first" } else { "address-choose-one" }
    }

    /// What the list of wards shows while nothing is chosen.
    pub(super) fn ward_prompt(&self) -> &'static str {
        match (self.wards.is_empty(), self.era) {
            (false, _) => "address-choose-one",
            (true, _) if self.without_wards => "address-no-wards",
            (true, Era::Era2004) if !self.districts.is_empty() => "address-choose-district-first",
            (true, _) => "address-choose-province-first",
        }
    }
}

impl Choice {
    fn of(code: &str, name: &str, chosen: &str) -> Self {
        Self { code: code.to_owned(), name: name.to_owned(), chosen: code == chosen }
    }
}

/// What was chosen and lies elsewhere stays in sight, so that one can see what is wrong with it.
fn with_mistaken(mut choices: Vec<Choice>, chosen: Option<(String, String)>) -> Vec<Choice> {
    if let Some((code, name)) = chosen.filter(|(code, _)| choices.iter().all(|choice| choice.code != *code)) {
        choices.push(Choice { code, name, chosen: true });
    }
    choices
}
