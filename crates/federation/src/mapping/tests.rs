//! What comes of the claims that providers really send.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::needless_pass_by_value, reason = "tests: claims read best as arguments")]

use super::*;
use crate::settings::Resolved;
use portal_id_core::acr::{Amr, Ial};
use proptest::prelude::*;
use serde_json::json;

const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);

fn upstream(more: &str) -> Resolved {
    let settings = format!("id = \"u\"\nclient_id = \"t\"\nclient_secret = \"s\"\n{more}");
    Resolved::of(&toml::from_str(&settings).unwrap()).unwrap()
}

fn vnconnect() -> Resolved {
    upstream("preset = \"vnconnect\"")
}

fn read_as(upstream: &Resolved, userinfo: Value) -> Result<Mapped, Unmapped> {
    let userinfo = userinfo.as_object().unwrap().clone();
    let id_token = IdToken { subject: "s-1".to_owned(), session: None, auth_time: None, amr: Vec::new() };
    read(upstream, &Claims { userinfo: &userinfo, id_token: &Map::new() }, &id_token, NOW)
}

fn citizen(changes: Value) -> Result<Mapped, Unmapped> {
    let mut claims = json!({
        "sub": "s-1", "TechID": "t-1", "LoaiTaiKhoan": "1", "loAs": "LoA1", "SoDinhDanh": "024085001234",
    });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    read_as(&vnconnect(), claims)
}

fn business(changes: Value) -> Result<Mapped, Unmapped> {
    let mut claims = json!({
        "sub": "s-1", "TechID": "t-1", "LoaiTaiKhoan": 2, "loAs": ["LoA1"], "MaSoThue": "", "MaSoDoanhNghiep": "0100109106",
    });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    read_as(&vnconnect(), claims)
}

#[test]
fn the_kind_of_account_is_a_number_or_a_string_and_never_guessed() {
    for value in [json!("1"), json!(1), json!(" 1 ")] {
        assert_eq!(citizen(json!({ "LoaiTaiKhoan": value })).unwrap().class, AccountClass::Citizen);
    }
    assert_eq!(citizen(json!({ "LoaiTaiKhoan": "3" })).unwrap().class, AccountClass::Organisation);
    for value in [json!("0"), json!(4), json!("citizen"), json!(""), json!(null), json!([1]), json!(1.5), json!(true)] {
        assert_eq!(citizen(json!({ "LoaiTaiKhoan": value })).unwrap_err(), Unmapped::UnknownClass, "{value}");
    }
}

#[test]
fn people_are_known_by_techid_and_by_sub_where_there_is_none() {
    let key = |changes| citizen(changes).map(|mapped| (mapped.key.claim, mapped.key.value));
    assert_eq!(key(json!({})).unwrap(), ("TechID".to_owned(), "t-1".to_owned()));
    assert_eq!(key(json!({ "TechID": 17 })).unwrap().1, "17");
    assert_eq!(key(json!({ "TechID": "" })).unwrap(), ("sub".to_owned(), "s-1".to_owned()));
    assert_eq!(key(json!({ "TechID": null, "sub": "" })).unwrap_err(), Unmapped::Incomplete(Missing::Subject));
    assert_eq!(key(json!({ "TechID": "t".repeat(300) })).unwrap_err(), Unmapped::Incomplete(Missing::Subject));
    let organisation = json!({ "LoaiTaiKhoan": 3, "TechID": "" });
    assert_eq!(citizen(organisation).unwrap_err(), Unmapped::Incomplete(Missing::Subject), "sub is not enough");
}

/// vietnam.md 1.5, 6: empty strings, and whichever claim a number comes in.
#[test]
fn the_twelve_digit_number_leads_and_the_nine_digit_one_stands_beside_it() {
    let numbers = |changes| {
        let facts = citizen(changes).unwrap().facts;
        let identity = facts.identity_number.map(|number| number.as_str().to_owned());
        (identity.unwrap(), facts.former_number.map(|number| number.as_str().to_owned()))
    };
    let of = |identity: &str, former: Option<&str>| (identity.to_owned(), former.map(str::to_owned));
    assert_eq!(numbers(json!({ "SoCMND": "" })), of("024085001234", None));
    assert_eq!(numbers(json!({ "SoCMND": "121234567" })), of("024085001234", Some("121234567")));
    assert_eq!(numbers(json!({ "SoDinhDanh": "", "SoCMND": "121 234 567" })), of("121234567", None));
    assert_eq!(
        numbers(json!({ "SoDinhDanh": 24_085_001_234_u64, "SoCMND": "024085001234" })),
        of("024085001234", None)
    );
    assert_eq!(
        numbers(json!({ "SoDinhDanh": "121234567", "SoCMND": "024085001234" })),
        of("024085001234", Some("121234567"))
    );
    for nothing in
        [json!({ "SoDinhDanh": "" }), json!({ "SoDinhDanh": "12345" }), json!({ "SoDinhDanh": "0240850012३4" })]
    {
        assert_eq!(citizen(nothing.clone()).unwrap_err(), Unmapped::Incomplete(Missing::IdentityNumber), "{nothing}");
    }
}

/// A number has lost the zeros that it began with. They come back where nothing else can be meant.
#[test]
fn zeros_that_a_number_lost_come_back_where_there_is_one_way_to_read_it() {
    let identity = |number: u64| {
        let facts = citizen(json!({ "SoDinhDanh": number })).map(|mapped| mapped.facts);
        facts.ok().map(|facts| facts.identity_number.unwrap().as_str().to_owned())
    };
    for (number, wanted) in [
        (24_085_001_234, Some("024085001234")),
        // Hà Nội, 001.
        (1_300_000_001, Some("001300000001")),
        (101_085_001_234, Some("101085001234")),
        (121_234_567, Some("121234567")),
        // A former number of Hà Nội, 01.
        (12_345_678, Some("012345678")),
        // 003 and 000 are no places.
        (3_085_001_234, None),
        (1_234_567, None),
        (0, None),
    ] {
        assert_eq!(identity(number).as_deref(), wanted, "{number}");
    }
    assert!(citizen(json!({ "SoDinhDanh": "24085001234" })).is_err(), "a text has lost nothing");
    let code = |number: u64| {
        let facts = business(json!({ "MaSoDoanhNghiep": number })).map(|mapped| mapped.facts);
        facts.ok().map(|facts| facts.business_code.unwrap().as_str().to_owned())
    };
    for (number, wanted) in [
        (100_109_106, Some("0100109106")),
        (100_109_107, None),
        // A branch, or a person born abroad in 1909.
        (100_109_106_501, None),
        (300_588_569_001, Some("0300588569-001")),
        (3_700_109_106_501, None),
        (24_085_001_234, Some("024085001234")),
    ] {
        assert_eq!(code(number).as_deref(), wanted, "{number}");
    }
    let phone = |number: u64| {
        citizen(json!({ "SoDienThoai": number })).unwrap().facts.phone.map(|phone| phone.value.e164().to_owned())
    };
    for (number, wanted) in [
        (912_345_678, Some("+84912345678")),
        (84_912_345_678, Some("+84912345678")),
        (841_234_567, Some("+84841234567")),
        // From before 2018: 0168.
        (1_689_123_456, Some("+84389123456")),
        (2_043_854_321, None),
        (12_345, None),
    ] {
        assert_eq!(phone(number).as_deref(), wanted, "{number}");
    }
}

/// Two people whose numbers became one on the way would share an account.
// security: row 7
#[test]
fn a_number_that_is_not_known_to_its_last_digit_is_nobodys_name() {
    let key = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        citizen(json!({ "TechID": value })).map(|mapped| mapped.key.value)
    };
    assert_eq!(key("9007199254740991").unwrap(), "9007199254740991");
    for number in ["9007199254740992", "18446744073709551615", "18446744073709551617", "1.5", "1e20", "-1", "[17]"] {
        assert_eq!(key(number).unwrap_err(), Unmapped::Incomplete(Missing::Subject), "{number}");
    }
    // As a text it may have as many digits as it likes.
    assert_eq!(key("\"18446744073709551617\"").unwrap(), "18446744073709551617");
}

/// Who says where the class is means it.
#[test]
fn where_a_claim_says_the_class_nobody_is_a_citizen_by_default() {
    let class = |more: &str, value: Value| {
        let set = upstream(&format!("issuer = \"https://op.example\"\n{more}"));
        read_as(&set, json!({ "sub": "s-1", "kind": value })).map(|mapped| mapped.class)
    };
    let classes = "classes = { \"1\" = \"citizen\", \"3\" = \"organisation\" }\n";
    for preset in ["keycloak", "wso2", "oidc"] {
        let named = format!("preset = \"{preset}\"\n{classes}claims.class = \"kind\"");
        assert_eq!(class(&named, json!("3")).unwrap(), AccountClass::Organisation, "{preset}");
        for value in [json!(null), json!(""), json!(["3"]), json!("9"), json!(1.0), json!({})] {
            assert_eq!(class(&named, value.clone()).unwrap_err(), Unmapped::UnknownClass, "{preset} {value}");
        }
        // Somebody who says so takes whoever says nothing, not whoever says what nobody knows.
        let set = format!("preset = \"{preset}\"\ndefault_class = \"citizen\"\n{classes}claims.class = \"kind\"");
        for value in [json!(null), json!("")] {
            assert_eq!(class(&set, value).unwrap(), AccountClass::Citizen, "{preset}");
        }
        assert_eq!(class(&set, json!(["3"])).unwrap_err(), Unmapped::UnknownClass, "{preset}");
        let unnamed = format!("preset = \"{preset}\"\nclaims.class = \"\"");
        assert_eq!(class(&unnamed, json!("3")).unwrap(), AccountClass::Citizen, "{preset}");
    }
}

#[test]
fn a_business_has_the_first_code_that_is_one() {
    let code = |changes| business(changes).map(|mapped| mapped.facts.business_code.unwrap().as_str().to_owned());
    assert_eq!(code(json!({})).unwrap(), "0100109106");
    assert_eq!(code(json!({ "MaSoDoanhNghiep": "", "MaSoThue": "0100109106-501" })).unwrap(), "0100109106-501");
    assert_eq!(code(json!({ "MaSoDoanhNghiep": "không rõ", "MaSoThue": "0100109106" })).unwrap(), "0100109106");
    for none in [json!({ "MaSoDoanhNghiep": "" }), json!({ "MaSoDoanhNghiep": "0100109107" })] {
        assert_eq!(business(none).unwrap_err(), Unmapped::Incomplete(Missing::BusinessCode));
    }
}

/// vietnam.md 1.5, 8: longer than 150 characters, and whole.
#[test]
fn names_are_whole_composed_and_of_plain_characters_or_absent() {
    let name = |value: Value| {
        citizen(json!({ "HoVaTen": value })).unwrap().facts.full_name.map(|name| name.as_str().to_owned())
    };
    assert_eq!(name(json!("Nguye\u{302}\u{303}n Thi\u{323} An")), Some("Nguyễn Thị An".to_owned()), "NFD");
    for none in
        [json!("An\u{7}\u{7}"), json!("An\u{202e}nA"), json!("a\nb"), json!("Ă".repeat(10_240)), json!(""), json!({})]
    {
        assert_eq!(name(none.clone()), None, "{none}");
    }
    let long = format!("Công ty TNHH {}", "Sản xuất và Thương mại ".repeat(9)).trim().to_owned();
    assert!(long.chars().count() > 150);
    let kept = business(json!({ "TenDoanhNghiep": long })).unwrap().facts.business_name.unwrap();
    assert_eq!(kept.as_str(), long);
}

#[test]
fn a_date_that_is_none_or_of_tomorrow_is_left_out() {
    let date = |value: Value| {
        citizen(json!({ "NgayThangNamSinh": value })).unwrap().facts.birth_date.map(|date| date.as_str().to_owned())
    };
    for good in [json!("19850315"), json!(19_850_315), json!("1985-03-15"), json!("15/03/1985")] {
        assert_eq!(date(good.clone()).as_deref(), Some("1985-03-15"), "{good}");
    }
    for none in [json!("1985"), json!("20991231"), json!("00000000"), json!("18000101"), json!(null)] {
        assert_eq!(date(none.clone()), None, "{none}");
    }
}

#[test]
fn a_contact_is_vouched_for_when_it_is_said_so() {
    let oidc = "issuer = \"https://op.example\"\ndefault_level = { ial = 1 }\n";
    let claims = |verified: Value| json!({ "sub": "s-1", "email": "an@example.vn", "email_verified": verified, "phone_number": "+84 912 345 678" });
    let vouched = |settings: &str, verified: Value| {
        let facts = read_as(&upstream(settings), claims(verified)).unwrap().facts;
        (facts.email.unwrap().vouched, facts.phone.unwrap().vouched)
    };
    assert_eq!(vouched(oidc, json!(true)), (true, false));
    assert_eq!(vouched(oidc, json!("true")), (true, false));
    for no in [json!(false), json!("yes"), json!(1), json!(null)] {
        assert_eq!(vouched(oidc, no), (false, false));
    }
    assert_eq!(vouched(&format!("{oidc}vouches_for = [\"phone\"]"), json!(false)), (false, true));
}

// security: row 11
#[test]
fn levels_are_what_the_rules_say_and_never_more() {
    let vneid =
        upstream("preset = \"vneid\"\nclient_auth = \"client_secret_post\"\ndiscovery_url = \"https://sso.example/d\"");
    let level = |upstream: &Resolved, changes: Value| {
        let mut claims = json!({ "sub": "s", "TechID": "t", "LoaiTaiKhoan": 1, "SoDinhDanh": "024085001234" });
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let level = read_as(upstream, claims).unwrap().level;
        (level.ial.0, level.amr)
    };
    let (sms, app) = (vec![Amr::Pwd, Amr::Sms, Amr::Mfa], vec![Amr::Pwd, Amr::Otp, Amr::Mfa]);
    let key = vec![Amr::Hwk, Amr::Mfa];
    for (changes, wanted) in [
        (json!({ "loAs": "LoA1" }), (1, sms.clone())),
        (json!({ "loAs": 2 }), (2, sms.clone())),
        (json!({ "loAs": "LoA1 LoA2" }), (2, sms.clone())),
        (json!({ "loAs": ["LoA3", "LoA1"] }), (3, key.clone())),
        (json!({ "loAs": "LoA9" }), (0, vec![Amr::Pwd])),
        (json!({ "loAs": "loa2" }), (0, vec![Amr::Pwd])),
        (json!({ "loAs": { "LoA3": true } }), (0, vec![Amr::Pwd])),
        (json!({}), (0, vec![Amr::Pwd])),
    ] {
        assert_eq!(level(&vnconnect(), changes.clone()), wanted, "{changes}");
    }
    // The first claim with a known value decides, whatever others say.
    assert_eq!(level(&vneid, json!({ "IAL": 1, "loAs": "LoA3" })), (1, app.clone()));
    assert_eq!(level(&vneid, json!({ "IAL": "2" })), (2, app));
    assert_eq!(level(&vneid, json!({ "IAL": 7, "loAs": "LoA2" })), (2, sms));
}

#[test]
fn how_somebody_signed_in_is_said_by_rule_and_token_in_words_that_we_know() {
    let token = |amr: &[&str], auth_time| IdToken {
        subject: "s".to_owned(),
        session: None,
        auth_time,
        amr: amr.iter().map(|word| (*word).to_owned()).collect(),
    };
    let set = upstream("issuer = \"https://op.example\"\ndefault_level = { ial = 2, amr = [] }");
    let userinfo = json!({ "sub": "s" }).as_object().unwrap().clone();
    let claims = Claims { userinfo: &userinfo, id_token: &Map::new() };
    let level = |token: &IdToken| level::read(&set, &claims, token, NOW);
    let said = level(&token(&["mfa", "hwk", "face", "<b>"], None));
    assert_eq!((said.amr, said.ial), (vec![Amr::Hwk, Amr::Mfa], Ial(2)));
    assert_eq!(level(&token(&[], None)).amr, [Amr::Pwd]);
    let tomorrow = NOW + portal_id_core::time::Span::days(1);
    assert_eq!(level(&token(&[], Some(tomorrow))).at, NOW, "nobody signed in tomorrow");
}

proptest! {
    // security: row 36
    #[test]
    fn no_claims_make_the_readers_panic(text in "\\PC{0,60}", number in any::<f64>(), which in 0..12_usize) {
        let names = ["sub", "TechID", "LoaiTaiKhoan", "SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh", "loAs",
            "SoDienThoai", "ThuDienTu", "MaSoThue", "TenDoanhNghiep"];
        for value in [json!(text), json!(number), json!([text, number]), json!({ "a": text })] {
            let _ = citizen(json!({ names[which]: value.clone() }));
            let _ = business(json!({ names[which]: value }));
        }
    }
}
