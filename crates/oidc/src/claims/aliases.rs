//! The names that existing services read, beside ours ([`ClaimAliases`]).
//!
//! An alias is made of claims that are being told anyway: it can never tell more than the scopes, the person's consent
//! and the identity policy allow (security.md row 38).

use portal_id_core::acr::{Aal, Amr};
use portal_id_core::claim_aliases::{AliasSource, ClaimAliases};
use portal_id_core::facts::{BirthDate, Phone};
use portal_id_core::profile::{AccountClass, FactSource};
use serde_json::{Map, Value, json};

/// Adds the aliases to what is told to somebody who signed in by these factors. What is told already stays as it is.
pub(crate) fn put(told: &mut Map<String, Value>, aliases: &ClaimAliases, amr: &[Amr]) {
    for (name, source) in aliases.all() {
        if let Some(value) = value(told, source, amr) {
            told.entry(name).or_insert(value);
        }
    }
}

fn value(told: &Map<String, Value>, source: AliasSource, amr: &[Amr]) -> Option<Value> {
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    let class = || text("account_type").and_then(AccountClass::from_text);
    let born = || BirthDate::from_stored(text("birthdate")?).ok();
    let number_of = |digits: usize| text("identity_number").filter(|number| number.len() == digits);
    let line = |name: &str| told.get(name)?.get("formatted")?.as_str();
    match source {
        AliasSource::Subject => text("sub").map(Value::from),
        AliasSource::FullName => text("name").filter(|_| class() == Some(AccountClass::Citizen)).map(Value::from),
        AliasSource::Name => text("name").map(Value::from),
        AliasSource::Username => text("preferred_username").map(Value::from),
        AliasSource::BirthDate => text("birthdate").map(Value::from),
        AliasSource::BirthDateCompact => born().map(|born| born.as_str().replace('-', "").into()),
        AliasSource::BirthDateVietnamese => born().map(|born| born.vietnamese().into()),
        AliasSource::AccountType => text("account_type").map(Value::from),
        AliasSource::AccountTypeNumber => class().map(|class| number_of_class(class).into()),
        AliasSource::Email => text("email").map(Value::from),
        AliasSource::Phone => text("phone_number").map(Value::from),
        AliasSource::PhoneNational => {
            Phone::from_stored(text("phone_number")?).ok().map(|phone| phone.national().into())
        }
        AliasSource::AddressLine => line("address").or_else(|| line("head_office")).map(Value::from),
        AliasSource::IdentityNumber => text("identity_number").map(Value::from),
        AliasSource::IdentityNumber12 => number_of(12).map(Value::from),
        AliasSource::IdentityNumber9 => number_of(9).or_else(|| text("former_number")).map(Value::from),
        AliasSource::IdentityPapers => papers([text("identity_number"), text("former_number")].into_iter().flatten()),
        AliasSource::BusinessCode => text("business_code").map(Value::from),
        AliasSource::BusinessName => text("business_name").map(Value::from),
        AliasSource::NumberAssurance => number_assurance(told).filter(|_| Aal::of(amr) >= Aal(2)).map(Value::from),
    }
}

/// As the national sign-in counts levels: who vouches for the number that is told.
fn number_assurance(told: &Map<String, Value>) -> Option<&'static str> {
    let number = ["identity_number", "business_code"].into_iter().find(|name| told.contains_key(*name))?;
    let member = |name: &str| told.get(&format!("{number}_{name}"));
    member("verified").and_then(Value::as_bool).filter(|verified| *verified)?;
    let national = member("source").and_then(Value::as_str) == Some(FactSource::NationalPortal.as_str());
    Some(if national { "LoA2" } else { "LoA1" })
}

/// As the national sign-in counts them.
const fn number_of_class(class: AccountClass) -> &'static str {
    match class {
        AccountClass::Citizen => "1",
        AccountClass::Business => "2",
        AccountClass::Organisation => "3",
    }
}

fn papers<'a>(numbers: impl Iterator<Item = &'a str>) -> Option<Value> {
    let paper = |number: &str| json!({ "type": if number.len() == 9 { "CMND" } else { "CCCD" }, "idNumber": number });
    let papers: Vec<Value> = numbers.map(paper).collect();
    (!papers.is_empty()).then(|| papers.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use portal_id_core::claim_aliases::AliasPreset;
    use std::collections::BTreeMap;

    fn told(claims: &Value, aliases: &ClaimAliases) -> Map<String, Value> {
        let mut claims = claims.as_object().unwrap().clone();
        let before = claims.clone();
        put(&mut claims, aliases, &[Amr::Pwd, Amr::Sms, Amr::Mfa]);
        assert!(before.iter().all(|(name, value)| claims[name] == *value), "a claim was changed");
        claims.retain(|name, _| !before.contains_key(name));
        claims
    }

    fn preset(preset: AliasPreset) -> ClaimAliases {
        ClaimAliases { preset: Some(preset), names: BTreeMap::new() }
    }

    #[test]
    fn a_citizen_is_told_in_the_words_of_the_national_sign_in() {
        let claims = json!({
            "sub": "s", "account_type": "citizen", "name": "Nguyễn Thị An", "birthdate": "1990-02-28",
            "email": "an@example.vn", "phone_number": "+84912345678", "identity_number": "024190001234",
            "address": { "formatted": "Số 5, Tỉnh Bắc Ninh" },
        });
        assert_eq!(
            Value::Object(told(&claims, &preset(AliasPreset::Vnconnect))),
            json!({
                "TechID": "s", "LoaiTaiKhoan": "1", "HoVaTen": "Nguyễn Thị An", "NgayThangNamSinh": "19900228",
                "ThuDienTu": "an@example.vn", "SoDienThoai": "0912345678", "SoDinhDanh": "024190001234",
                "DiaChi": "Số 5, Tỉnh Bắc Ninh",
            })
        );
    }

    #[test]
    fn a_business_is_told_in_the_words_of_the_national_sign_in() {
        let claims = json!({
            "sub": "s", "account_type": "business", "name": "Vải Thiều", "business_code": "9900000016",
            "business_name": "Vải Thiều", "head_office": { "formatted": "Số 5, Tỉnh Bắc Ninh" },
        });
        assert_eq!(
            Value::Object(told(&claims, &preset(AliasPreset::Vnconnect))),
            json!({
                "TechID": "s", "LoaiTaiKhoan": "2", "MaSoThue": "9900000016", "MaSoDoanhNghiep": "9900000016",
                "TenDoanhNghiep": "Vải Thiều", "DiaChi": "Số 5, Tỉnh Bắc Ninh",
            })
        );
    }

    #[test]
    fn a_former_card_is_no_number_of_twelve_digits() {
        let claims = json!({ "sub": "s", "identity_number": "121234567", "phone_number": "+84912345678" });
        assert_eq!(
            Value::Object(told(&claims, &preset(AliasPreset::Hue))),
            json!({
                "identityCardId": "121234567", "identityPapers": [{ "type": "CMND", "idNumber": "121234567" }],
                "phone": "0912345678",
            })
        );
        let claims = json!({ "sub": "s", "identity_number": "024190001234" });
        assert_eq!(
            Value::Object(told(&claims, &preset(AliasPreset::Hue))),
            json!({ "citizenId": "024190001234", "identityPapers": [{ "type": "CCCD", "idNumber": "024190001234" }] })
        );
        let claims = json!({ "sub": "s", "identity_number": "024190001234", "former_number": "121234567" });
        let both = told(&claims, &preset(AliasPreset::Hue));
        assert_eq!((&both["citizenId"], &both["identityCardId"]), (&json!("024190001234"), &json!("121234567")));
        assert_eq!(both["identityPapers"][1], json!({ "type": "CMND", "idNumber": "121234567" }));
    }

    // security: row 11
    #[test]
    fn a_number_that_nobody_vouches_for_has_no_assurance_nor_has_a_sign_in_by_one_factor() {
        let names = BTreeMap::from([("loAs".to_owned(), AliasSource::NumberAssurance)]);
        let aliases = ClaimAliases { preset: None, names };
        let of = |number: &str, verified: bool, source: &str, amr: &[Amr]| {
            let (is, from) = (format!("{number}_verified"), format!("{number}_source"));
            let mut claims = json!({ number: "x", is: verified, from: source }).as_object().unwrap().clone();
            put(&mut claims, &aliases, amr);
            claims.get("loAs").and_then(Value::as_str).map(str::to_owned)
        };
        let both = [Amr::Pwd, Amr::Sms, Amr::Mfa];
        assert_eq!(of("identity_number", true, "national_portal", &both).as_deref(), Some("LoA2"));
        assert_eq!(of("business_code", true, "desk", &both).as_deref(), Some("LoA1"));
        assert_eq!(of("identity_number", true, "provider", &both).as_deref(), Some("LoA1"));
        assert_eq!(of("identity_number", false, "self_declared", &both), None);
        assert_eq!(of("identity_number", true, "national_portal", &[Amr::Pwd]), None);
        assert_eq!(of("phone_number", true, "phone_code", &both), None);
    }

    // security: row 38
    #[test]
    fn an_alias_tells_nothing_that_is_not_told_and_replaces_nothing() {
        assert!(told(&json!({ "sub": "s" }), &preset(AliasPreset::Hue)).is_empty());
        let forged = ["sub", "email", "name"].map(|name| (name.to_owned(), AliasSource::BusinessName));
        let names = BTreeMap::from(forged);
        assert!(told(&json!({ "sub": "s", "business_name": "x" }), &ClaimAliases { preset: None, names }).is_empty());
    }

    // security: row 38
    #[test]
    fn no_claim_of_ours_can_be_the_name_of_an_alias() {
        for name in super::super::supported() {
            assert!(portal_id_core::claim_aliases::is_reserved(name), "{name}");
        }
    }
}
