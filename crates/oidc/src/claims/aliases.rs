//! The names that existing services read, beside ours ([`ClaimAliases`]).
//!
//! An alias is made of claims that are being told anyway: it can never tell more than the scopes, the person's consent
//! and the identity policy allow (security.md row 38).

use portal_id_core::claim_aliases::{AliasSource, ClaimAliases};
use portal_id_core::facts::{BirthDate, Phone};
use portal_id_core::profile::AccountClass;
use serde_json::{Map, Value, json};

/// Adds the aliases to what is told. What is told already stays as it is.
pub(crate) fn put(told: &mut Map<String, Value>, aliases: &ClaimAliases) {
    for (name, source) in aliases.all() {
        if let Some(value) = value(told, source) {
            told.entry(name).or_insert(value);
        }
    }
}

fn value(told: &Map<String, Value>, source: AliasSource) -> Option<Value> {
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
    }
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
        put(&mut claims, aliases);
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
