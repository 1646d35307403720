//! Addresses of both eras on the registration page, as somebody without scripts fills them in, and what the lists for
//! those with scripts hold.

use crate::walk::to_callback;
use portal_id_testkit::core::facts::Address;
use portal_id_testkit::core::place::{Era, OldProvince, OldWard};
use portal_id_testkit::core::ports::{SealPurpose, Sealed};
use portal_id_testkit::idp::ISSUER;
use portal_id_testkit::{Browser, Citizen, Page, TestIdp};
use std::collections::HashSet;

/// Codes of before 2025.
struct OldCodes<'a> {
    province: &'a str,
    district: &'a str,
    ward: &'a str,
}

const THO_XUONG: OldCodes<'static> = OldCodes { province: "24", district: "213", ward: "07201" };

/// Chooses an old address list by list, with the buttons; gives the page on which everything but the rest is chosen.
async fn choose(browser: &mut Browser, codes: &OldCodes<'_>) -> Page {
    let page = browser.open("/register/citizen").await.expect("register-citizen");
    let form = page.form_with("full_name").fill("address_era", "2004").press("choose_era", "1");
    let page = browser.submit(form).await.expect("register-citizen");
    let form = page.form_with("full_name").fill("province_code", codes.province).press("choose_province", "1");
    let page = browser.submit(form).await.expect("register-citizen");
    let form = page.form_with("full_name").fill("district_code", codes.district).press("choose_district", "1");
    let page = browser.submit(form).await.expect("register-citizen");
    let form = page.form_with("full_name").fill("ward_code", codes.ward).press("choose_ward", "1");
    browser.submit(form).await.expect("register-citizen")
}

/// The address as kept for who has this username.
async fn kept(idp: &TestIdp, username: &str) -> Address {
    let username = username.to_owned();
    let read = idp.house.store.read("account", move |tx| tx.find_account_by_username(&username)).await;
    let account = read.unwrap().expect("an account");
    account.open_profile(idp.house.vault.as_ref()).unwrap().address.expect("an address")
}

fn split_ward() -> (OldCodes<'static>, &'static OldWard) {
    let districts = OldProvince::all().iter().flat_map(OldProvince::districts);
    let mut wards = districts.flat_map(|district| district.wards().iter().map(move |ward| (district, ward)));
    let (district, ward) = wards.find(|(_, ward)| ward.became().is_split()).unwrap();
    let text = |code: String| -> &'static str { code.leak() };
    let codes = OldCodes {
        province: text(district.province_code().to_string()),
        district: text(district.code().to_string()),
        ward: text(ward.code().to_string()),
    };
    (codes, ward)
}

#[tokio::test]
async fn a_citizen_whose_papers_show_a_district_registers_and_is_told_the_ward_of_today() {
    let idp = TestIdp::start().await;
    let an = Citizen::named("nguyen.thi.an");
    let mut browser = idp.browser();
    let page = choose(&mut browser, &THO_XUONG).await;
    assert_eq!(page.status(), 200);
    assert!(page.words().contains("Hiện nay thuộc: Phường Bắc Giang, Tỉnh Bắc Ninh"), "{}", page.words());
    assert!(page.choices_of("new_ward_code").is_empty(), "nothing to choose");
    let _ = browser.submit(an.fill_but_units(&page)).await.expect("registered");
    let address = kept(&idp, "nguyen.thi.an").await;
    assert_eq!(address.era(), Era::Era2004);
    assert!(address.one_line().ends_with("Phường Thọ Xương, Thành phố Bắc Giang, Tỉnh Bắc Giang"));
    let today = address.location().unwrap();
    assert_eq!((today.province.as_str(), today.ward.as_str()), ("24", "07210"));
}

#[tokio::test]
async fn where_the_old_ward_was_split_the_citizen_chooses_among_its_parts_and_both_are_kept() {
    let idp = TestIdp::start().await;
    let (codes, ward) = split_ward();
    let an = Citizen::named("nguyen.thi.an");
    let mut browser = idp.browser();
    let page = choose(&mut browser, &codes).await;
    let parts: Vec<_> = ward.became().iter().map(|part| (part.code().to_string(), part.full_name())).collect();
    assert_eq!(page.choices_of("new_ward_code"), parts, "the likeliest first");
    assert_eq!(page.value_of("new_ward_code").as_deref(), Some(""), "nobody chooses for the person");

    let page = browser.submit(an.fill_but_units(&page)).await.expect("register-citizen");
    assert_eq!(page.status(), 422);
    assert!(page.error_of("new_ward_code").is_some());
    for (field, value) in [
        ("address_era", "2004"),
        ("province_code", codes.province),
        ("district_code", codes.district),
        ("ward_code", codes.ward),
    ] {
        assert_eq!(page.error_of(field), None, "{field}");
        assert_eq!(page.value_of(field).as_deref(), Some(value), "{field} is kept");
    }
    let elsewhere = an.fill_but_units(&page).fill("new_ward_code", "07210");
    let page = browser.submit(elsewhere).await.expect("register-citizen");
    assert!(page.error_of("new_ward_code").is_some());

    let (chosen, _) = parts.last().unwrap();
    let _ = browser.submit(an.fill_but_units(&page).fill("new_ward_code", chosen)).await.expect("registered");
    let address = kept(&idp, "nguyen.thi.an").await;
    assert_eq!(address.location().unwrap().ward.as_str(), chosen);
    assert_eq!(address.old_location().unwrap().ward, Some(ward.code()));
}

#[tokio::test]
async fn an_island_district_without_wards_is_an_address_too() {
    let idp = TestIdp::start().await;
    let island = OldProvince::all().iter().flat_map(OldProvince::districts).find(|of| of.wards().is_empty()).unwrap();
    let (province, district) = (island.province_code().to_string(), island.code().to_string());
    let mut browser = idp.browser();
    let page = choose(&mut browser, &OldCodes { province: &province, district: &district, ward: "" }).await;
    assert!(page.words().contains("Hiện nay thuộc: Đặc khu"), "{}", page.words());
    let _ = browser.submit(Citizen::named("nguyen.thi.an").fill_but_units(&page)).await.expect("registered");
    assert_eq!(kept(&idp, "nguyen.thi.an").await.old_location().unwrap().ward, None);
}

#[tokio::test]
async fn units_that_do_not_fit_are_refused_beside_their_fields_and_nothing_chosen_is_lost() {
    let idp = TestIdp::start().await;
    let an = Citizen::named("nguyen.thi.an");
    for (field, spoiled) in [
        // The old Bắc Ninh; 213 lay in Bắc Giang.
        ("district_code", OldCodes { province: "27", ..THO_XUONG }),
        // Thị trấn Vôi lay in another district.
        ("ward_code", OldCodes { ward: "07375", ..THO_XUONG }),
        ("district_code", OldCodes { district: "", ..THO_XUONG }),
        ("ward_code", OldCodes { ward: "", ..THO_XUONG }),
        ("ward_code", OldCodes { ward: "99999", ..THO_XUONG }),
    ] {
        let mut browser = idp.browser();
        let page = choose(&mut browser, &THO_XUONG).await;
        let form = an
            .fill_but_units(&page)
            .fill("province_code", spoiled.province)
            .fill("district_code", spoiled.district)
            .fill("ward_code", spoiled.ward);
        let page = browser.submit(form).await.expect("register-citizen");
        assert_eq!(page.status(), 422);
        for of in ["address_era", "province_code", "district_code", "ward_code", "new_ward_code", "street"] {
            assert_eq!(page.error_of(of).is_some(), of == field, "{of}, {field} spoiled");
        }
        for (name, value) in [
            ("address_era", "2004"),
            ("province_code", spoiled.province),
            ("district_code", spoiled.district),
            // A code that nobody ever had is not in any list.
            ("ward_code", if spoiled.ward == "99999" { "" } else { spoiled.ward }),
            ("street", "Số 1 đường Hùng Vương"),
            ("full_name", &an.full_name),
        ] {
            assert_eq!(page.value_of(name).as_deref(), Some(value), "{name}, {field} spoiled");
        }
    }
    idp.expect_an_empty_outbox().await;
}

#[tokio::test]
async fn codes_without_their_era_or_under_the_other_one_are_refused() {
    let idp = TestIdp::start().await;
    let an = Citizen::named("nguyen.thi.an");
    // What a program sends that does not say for which era its lists were drawn.
    for (era, codes, refused) in [
        ("", THO_XUONG, ["address_era"].as_slice()),
        ("1945", THO_XUONG, &["address_era"]),
        ("2025", THO_XUONG, &["address_era", "ward_code"]),
        ("2004", OldCodes { district: "", ward: "07210", ..THO_XUONG }, &["district_code"]),
        ("2004", OldCodes { province: "24", district: "217", ward: "07228" }, &["ward_code"]),
    ] {
        let mut browser = idp.browser();
        let page = choose(&mut browser, &THO_XUONG).await;
        let form = an
            .fill_but_units(&page)
            .without("address_era_shown")
            .fill("address_era", era)
            .fill("province_code", codes.province)
            .fill("district_code", codes.district)
            .fill("ward_code", codes.ward);
        let page = browser.submit(form).await.expect("register-citizen");
        assert_eq!(page.status(), 422, "{era}");
        for of in ["address_era", "province_code", "district_code", "ward_code", "new_ward_code"] {
            assert_eq!(page.error_of(of).is_some(), refused.contains(&of), "{of} with era {era:?} and {}", codes.ward);
        }
        assert_eq!(page.value_of("street").as_deref(), Some("Số 1 đường Hùng Vương"));
    }
}

#[tokio::test]
async fn whoever_changes_the_era_chooses_anew_because_the_same_code_is_another_place() {
    let idp = TestIdp::start().await;
    let an = Citizen::named("nguyen.thi.an");
    let mut browser = idp.browser();
    let form = an.filled_form(&mut browser, &[]).await.fill("address_era", "2004");
    let page = browser.submit(form).await.expect("register-citizen");
    assert_eq!(page.status(), 200, "nothing is wrong, there is more to choose");
    assert_eq!(page.value_of("address_era").as_deref(), Some("2004"));
    for list in ["province_code", "district_code", "ward_code"] {
        assert_eq!(page.value_of(list).as_deref(), Some(""), "{list}");
    }
    assert_eq!(page.choices_of("province_code").len(), 63);
    assert_eq!(page.value_of("full_name").as_deref(), Some(an.full_name.as_str()));
    assert_eq!(page.value_of("street").as_deref(), Some("Số 1 đường Hùng Vương"));
}

#[tokio::test]
async fn a_service_learns_the_address_as_typed_and_the_codes_of_both_eras() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let an = idp
        .citizen("nguyen.thi.an")
        .with(|an| {
            an.address.era = "2004".to_owned();
            an.address.district_code = "213".to_owned();
            an.address.ward_code = "07201".to_owned();
        })
        .activated()
        .create()
        .await;
    let callback = to_callback(&idp, &an, &mut idp.browser(), &service, "openid address").await;
    let tokens = service.redeem(&callback).await;
    let claims = service.userinfo(&tokens.field("access_token")).await.json();
    let address = &claims["address"];
    assert_eq!(address["locality"], "Phường Thọ Xương, Thành phố Bắc Giang");
    assert_eq!(address["region"], "Tỉnh Bắc Giang");
    assert_eq!(address["era"], "2004");
    assert_eq!(address["units_2004"]["ward_code"], "07201");
    assert_eq!(address["units_2025"]["ward_code"], "07210");
}

/// Where the page says that the lists of each era are.
async fn folders(idp: &TestIdp) -> (String, String) {
    let page = idp.browser().open("/register/citizen").await;
    let folder = |name| page.attribute("[data-address]", name).unwrap();
    (folder("data-lists-today"), folder("data-lists-before"))
}

#[tokio::test]
async fn the_lists_for_scripts_hold_every_unit_of_both_eras() {
    let idp = TestIdp::start().await;
    let (today, before) = folders(&idp).await;
    let mut browser = idp.browser();
    let mut wards = HashSet::new();
    let provinces = browser.open(&format!("{today}provinces.json")).await.answer.json();
    for province in provinces.as_array().unwrap() {
        let list = browser.open(&format!("{today}{}.json", province[0].as_str().unwrap())).await.answer.json();
        wards.extend(list["wards"].as_array().unwrap().iter().map(|ward| ward[0].as_str().unwrap().to_owned()));
    }
    assert_eq!((provinces.as_array().unwrap().len(), wards.len()), (34, 3321));

    let (mut districts, mut old_wards, mut split, mut islands) = (HashSet::new(), HashSet::new(), 0, 0);
    let provinces = browser.open(&format!("{before}provinces.json")).await.answer.json();
    for province in provinces.as_array().unwrap() {
        let list = browser.open(&format!("{before}{}.json", province[0].as_str().unwrap())).await.answer.json();
        for district in list["districts"].as_array().unwrap() {
            districts.insert(district["code"].as_str().unwrap().to_owned());
            let inside = district["wards"].as_array().unwrap();
            islands += usize::from(inside.is_empty() && !district["became"].as_array().unwrap().is_empty());
            for ward in inside {
                old_wards.insert(ward[0].as_str().unwrap().to_owned());
                let became = ward[2].as_array().unwrap();
                split += usize::from(became.len() > 1);
                for part in became {
                    let part = part.as_str().unwrap();
                    assert!(wards.contains(part) && list["today"][part].is_string(), "{ward} became {part}");
                }
            }
        }
    }
    assert_eq!((provinces.as_array().unwrap().len(), districts.len(), old_wards.len(), islands), (63, 696, 10_035, 5));
    assert!((441..=471).contains(&split), "{split}");
}

// security: row 3
#[tokio::test]
async fn lists_may_be_kept_for_ever_and_only_pages_with_an_address_run_a_script() {
    let idp = TestIdp::start().await;
    let (today, before) = folders(&idp).await;
    let mut browser = idp.browser();
    for address in [format!("{today}24.json"), format!("{before}24.json")] {
        let list = browser.open(&address).await;
        assert_eq!(list.answer.header("content-type"), Some("application/json"));
        assert_eq!(list.answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(list.answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(list.answer.header("access-control-allow-origin"), None);
        assert!(list.answer.header("set-cookie").is_none(), "a kept answer is for everybody");
    }
    for odd in [
        today.replace("/2025/", "/2004/") + "24.json",
        "/places/2025/0000000000000000/24.json".to_owned(),
        format!("{today}27.json"),
        format!("{today}../24.json"),
        format!("{today}24"),
        "/places/1945/x/24.json".to_owned(),
    ] {
        assert_eq!(browser.open(&odd).await.status(), 404, "{odd}");
    }

    let page = browser.open("/register/citizen").await;
    let csp = page.answer.header("content-security-policy").unwrap();
    let source = page.attribute("script", "src").unwrap();
    let may = format!("; script-src {ISSUER}{source}; connect-src 'self';");
    assert!(csp.contains(&may) && !csp.contains("unsafe"), "{csp}");
    assert_eq!(page.html().matches("<script").count(), 1);
    let script = browser.open(&source).await;
    assert_eq!(script.status(), 200);
    assert_eq!(script.answer.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(script.html(), include_str!("../../../crates/web/assets/address.js"));
    for other in ["/", "/sign-in", "/register", "/no-such-page"] {
        let page = browser.open(other).await;
        let csp = page.answer.header("content-security-policy").unwrap();
        assert!(!csp.contains(&source) && !csp.contains("connect-src"), "{other}");
        assert_eq!(csp.contains("script-src"), other == "/sign-in", "it asks for passkeys: {other}");
    }
}

#[tokio::test]
async fn a_profile_sealed_before_addresses_had_two_eras_still_opens() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    // As it was written then, byte for byte.
    let written = r#"{"full_name":"Nguyễn Thị An","birth_date":"1985-03-15","email":"nguyen.thi.an@example.vn","phone":"+84912345678","identity_number":"024185001234","business_name":null,"business_code":null,"address":{"era":"2025","province_code":"24","ward_code":"07375","street":"Số 1 đường Hùng Vương"}}"#;
    let username = an.username.clone();
    let vault = idp.house.vault.clone();
    let entropy = idp.house.outside.entropy.clone();
    idp.house
        .store
        .tx("rewrite_profile", move |tx| {
            let account = tx.find_account_by_username(&username)?.expect("an account");
            let sealed =
                vault.seal(SealPurpose::Profile, account.id.as_str().as_bytes(), written.as_bytes(), entropy.as_ref());
            tx.update_profile(&account.id, &Sealed::from_bytes(sealed), account.updated_at)
        })
        .await
        .unwrap();
    let address = kept(&idp, "nguyen.thi.an").await;
    assert_eq!(address.one_line(), "Số 1 đường Hùng Vương, Xã Lạng Giang, Tỉnh Bắc Ninh");
    assert_eq!((address.era(), address.old_location()), (Era::Era2025, None));
}
