//! Straight through, the first time and the second.

use super::{SCOPE, Town, expect_trouble, is_signed_in};
use crate::upstream::known;
use portal_id_logwatch::LogWatch;
use portal_id_testkit::core::accounts::RegistrationMode;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Provider, TestIdp};
use serde_json::{Value, json};

#[tokio::test]
async fn a_citizen_arrives_by_the_national_portal_and_the_service_learns_what_it_vouches_for() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let tokens = town.tokens(page).await;
    let id_token = tokens.id_token();
    assert_eq!(id_token["acr"], "urn:portal-id:loa:3");
    assert_eq!((&id_token["ial"], &id_token["aal"]), (&json!(2), &json!(2)));
    assert_eq!(id_token["amr"], json!(["pwd", "sms", "mfa"]));
    assert_eq!(id_token["auth_time"], json!(town.idp.now().seconds() - 5), "when they signed in there");
    let userinfo = town.service.userinfo(&tokens.field("access_token")).await.json();
    assert_eq!((&userinfo["name"], &userinfo["birthdate"]), (&json!("Trần Thị Bình"), &json!("1985-03-15")));
    assert_eq!(
        (&userinfo["identity_number"], &userinfo["identity_number_verified"], &userinfo["identity_number_source"]),
        (&json!("024185001234"), &json!(true), &json!("national_portal"))
    );
    for absent in ["email", "phone_number", "preferred_username"] {
        assert!(userinfo.get(absent).is_none(), "nothing is invented: {userinfo}");
    }
    assert!(town.idp.audited(AuditKind::AccountMadeByFederation).await);
    // The second time, later and in another browser, it is the same person.
    town.idp.advance(Span::days(2)).await;
    town.browser = town.idp.browser();
    let page = town.walk().await;
    let again = town.tokens(page).await.id_token();
    assert_eq!(again["sub"], id_token["sub"]);
    assert_eq!(again["auth_time"], json!(town.idp.now().seconds() - 5));
    // Somebody else is not.
    town.portal.inside().id_token.insert("sub".to_owned(), json!("s-cuc"));
    town.portal.inside().userinfo.extend(
        json!({ "sub": "s-cuc", "TechID": "cuc", "SoDinhDanh": "024185009999", "HoVaTen": "Lê Thị Cúc" })
            .as_object()
            .unwrap()
            .clone(),
    );
    town.browser = town.idp.browser();
    let page = town.walk().await;
    assert_ne!(town.tokens(page).await.id_token()["sub"], id_token["sub"]);
}

// security: row 40
#[tokio::test]
async fn a_name_that_nobody_chose_is_nobodys_to_see() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let tokens = town.tokens(page).await;
    let id_token = tokens.id_token();
    let account = AccountId::from_text(id_token["sub"].as_str().unwrap());
    let username = known(&town.idp, &account).await.account.username;
    assert!(!username.is_chosen());
    let userinfo = town.service.userinfo(&tokens.field("access_token")).await.text();
    assert!(!userinfo.contains(username.as_str()), "{userinfo}");
    for address in ["/", "/account", "/account/sessions", "/sign-out"] {
        let page = town.browser.open(address).await;
        assert!(!page.html().contains(username.as_str()), "{}", page.html());
    }
    let page = town.browser.open("/").await.expect("home");
    assert!(page.html().contains("Đang đăng nhập: Trần Thị Bình"), "{}", page.html());
    // A service that must ask shows whose account it is, by its holder's name.
    let other = town.idp.service().id("other").register().await;
    let page = town.browser.open(other.authorize_url(SCOPE).as_str()).await.expect("consent");
    assert!(page.words().contains("Tài khoản: Trần Thị Bình"), "{}", page.words());
    assert!(!page.html().contains(username.as_str()));
}

#[tokio::test]
async fn a_business_arrives_and_the_service_learns_which_it_is() {
    let mut town = Town::begin().await;
    town.portal.inside().userinfo.extend(claims(json!({
        "LoaiTaiKhoan": "2", "MaSoDoanhNghiep": "0100109106", "MaSoThue": "", "TenDoanhNghiep": "Công ty Vải Thiều Lục Ngạn",
    })));
    let page = town.walk().await;
    let tokens = town.tokens(page).await;
    let userinfo = town.service.userinfo(&tokens.field("access_token")).await.json();
    assert_eq!(userinfo["account_type"], "business");
    assert_eq!(
        (&userinfo["business_code"], &userinfo["business_code_verified"], &userinfo["business_name"]),
        (&json!("0100109106"), &json!(true), &json!("Công ty Vải Thiều Lục Ngạn"))
    );
    for claim in ["business_code", "business_name"] {
        assert_eq!(userinfo[&format!("{claim}_verified")], json!(true), "{claim}");
        assert_eq!(userinfo[&format!("{claim}_source")], json!("national_portal"), "{claim}");
        assert!(userinfo[&format!("{claim}_verified_at")].as_i64().is_some(), "{claim}");
    }
    let page = town.browser.open("/").await.expect("home");
    assert!(page.html().contains("Đang đăng nhập: Công ty Vải Thiều Lục Ngạn"), "{}", page.html());
}

// What real integrations stumbled over.
#[tokio::test]
async fn blanks_are_nothing_and_a_long_name_stays_whole() {
    let name = format!("Công ty {}", "Thương mại và Dịch vụ ".repeat(8));
    let mut town = Town::begin().await;
    town.portal.inside().userinfo.extend(claims(json!({
        "LoaiTaiKhoan": 2, "MaSoDoanhNghiep": "  ", "MaSoThue": "0100109106", "TenDoanhNghiep": name, "ThuDienTu": "",
    })));
    let page = town.walk().await;
    let tokens = town.tokens(page).await;
    let userinfo = town.service.userinfo(&tokens.field("access_token")).await.json();
    assert_eq!((&userinfo["business_code"], &userinfo["business_name"]), (&json!("0100109106"), &json!(name.trim())));
    assert!(userinfo.get("email").is_none());
    // Somebody who had an identity card of nine digits, and then the number of twelve, is one person.
    let mut town = Town::begin().await;
    town.portal.inside().userinfo.extend(claims(json!({ "SoDinhDanh": "", "SoCMND": "121234567" })));
    let page = town.walk().await;
    let before = town.tokens(page).await.id_token();
    town.portal.inside().userinfo.extend(claims(json!({ "SoDinhDanh": "024185001234" })));
    town.browser = town.idp.browser();
    let page = town.walk().await;
    let tokens = town.tokens(page).await;
    assert_eq!(tokens.id_token()["sub"], before["sub"]);
    let userinfo = town.service.userinfo(&tokens.field("access_token")).await.json();
    assert_eq!(
        (&userinfo["identity_number"], &userinfo["former_number"]),
        (&json!("024185001234"), &json!("121234567"))
    );
}

// What real integrations did: tokens in addresses, pages and logs.
#[tokio::test]
async fn no_token_of_the_provider_reaches_the_browser_or_the_log() {
    let mut town = Town::begin().await;
    let log = LogWatch::begin();
    town.browser = town.idp.browser().keeping_a_diary();
    let there = town.leave().await;
    let page = town.browser.open(town.portal.sign_in(&there).as_str()).await.expect("contact");
    let onward = town.browser.open(&page.link("skip").unwrap()).await;
    for address in ["/", "/account", "/account/links", "/account/sessions", "/account/services"] {
        let _ = town.browser.open(address).await;
    }
    // Nor where something is wrong: a person who is refused, and an answer that is not believed.
    for (claim, value) in [("SoDinhDanh", "024185007777"), ("sub", "s-other")] {
        town.portal.inside().userinfo.insert(claim.to_owned(), json!(value));
        let there = town.browser.open("/upstream/vnconnect/start").await.expect_away(&town.portal.base);
        let _ = town.browser.open(town.portal.sign_in(&there).as_str()).await.expect("upstream-trouble");
    }
    let given = town.portal.inside().given.clone();
    assert_eq!(given.len(), 3, "each time it was asked");
    let parts = given.iter().flat_map(|given| {
        let text = |member: &str| given[member].as_str().unwrap().to_owned();
        // The claims are recognised without the rest too.
        let claims = text("id_token").split('.').nth(1).unwrap().to_owned();
        [text("access_token"), text("id_token"), claims]
    });
    let mut secrets: Vec<String> = parts.collect();
    secrets.extend(["eyJhbGciO", "s-binh", "TechID"].map(str::to_owned));
    let (cookies, lines) = (format!("{:?}", town.browser.cookies()), log.all());
    assert!(lines.iter().any(|line| line.contains("person_changed")), "{lines:?}");
    let diary = town.browser.diary();
    assert!(diary.len() >= 15, "{}", diary.len());
    for secret in secrets {
        for got in diary.iter().chain(&lines).chain([&cookies]) {
            assert!(!got.contains(&secret), "{secret} in {got}");
        }
    }
    town.tokens(onward).await.fields();
}

fn claims(object: Value) -> serde_json::Map<String, Value> {
    match object {
        Value::Object(claims) => claims,
        other => panic!("{other} is no object"),
    }
}

// security: rows 28, 36
#[tokio::test]
async fn odd_claims_become_facts_or_nothing_and_never_a_fault() {
    let endless = "A".repeat(10_240);
    for (name, expected) in [
        ("Nguye\u{302}\u{303}n Thi\u{323} A\u{301}nh", Some("Nguyễn Thị Ánh")),
        ("  Trần   Thị\u{a0}Bình ", Some("Trần Thị Bình")),
        ("Trần\r\nBcc: a@b.vn", None),
        ("Trần\u{202e}Bình", None),
        ("Trần\u{7}Bình", None),
        (endless.as_str(), None),
        ("", None),
    ] {
        let mut town = Town::begin().await;
        town.portal.inside().userinfo.insert("HoVaTen".to_owned(), json!(name));
        let page = town.walk().await;
        let tokens = town.tokens(page).await;
        let userinfo = town.service.userinfo(&tokens.field("access_token")).await.json();
        assert_eq!(userinfo["name"].as_str(), expected, "{name:?}");
        assert_eq!(userinfo["identity_number"], "024185001234");
    }
    // What a person is known by must be whole.
    for subject in [json!(endless), json!("a\u{7}b")] {
        let mut town = Town::begin().await;
        town.portal.inside().userinfo.insert("TechID".to_owned(), subject);
        let page = expect_trouble(town.walk().await, 502, "upstream-said");
        assert!(page.html().len() < 20_000 && !is_signed_in(&mut town.browser).await);
    }
}

#[tokio::test]
async fn every_provider_that_is_switched_on_has_its_button_in_the_operators_order() {
    let (portal, province, off) = (Provider::vnconnect(), Provider::generic("tinh"), Provider::generic("cu"));
    let idp = TestIdp::start_with_providers(&[&province, &portal, &off], |config| {
        config.federation.upstreams[2].enabled = false;
        config.accounts.registration.business = Some(RegistrationMode::FederatedOnly.into());
        config.accounts.registration.organisation = Some(RegistrationMode::Closed.into());
    })
    .await;
    let mut browser = idp.browser();
    let national = "Đăng nhập bằng VNConnect – Cổng Dịch vụ công quốc gia";
    for (address, page) in
        [("/sign-in", "sign-in"), ("/register", "register"), ("/register/business", "register-closed")]
    {
        let page = browser.open(address).await.expect(page);
        assert_eq!(page.texts_of("a.button[id^='by-']"), ["Đăng nhập bằng Tài khoản tỉnh", national], "{address}");
        assert_eq!(page.link("by-vnconnect").as_deref(), Some("/upstream/vnconnect/start"));
        assert!(page.link("by-cu").is_none());
    }
    let closed = browser.open("/register/organisation").await.expect("register-closed");
    assert!(closed.link("by-vnconnect").is_none(), "nobody of the class can have an account");
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    assert!(!there.as_str().contains("client_secret"));
    let page = browser.in_language("en").open("/sign-in").await;
    assert_eq!(page.text_of("#by-tinh"), "Sign in with Provincial account");
}

/// A browser that shows what it gets holds every redirect that follows a form against the page's policy (decisions 17).
#[tokio::test]
async fn on_the_way_from_a_service_a_browser_goes_there_by_a_page_of_ours() {
    let mut town = Town::begin().await;
    town.browser = town.idp.browser().showing_pages();
    let page = town.browser.open(town.service.authorize_url(SCOPE).as_str()).await.expect("sign-in");
    let page = town.browser.open(&page.link("by-vnconnect").unwrap()).await.expect("going-there");
    let there = page.link("go-there").unwrap();
    assert!(page.html().contains("http-equiv=\"refresh\""));
    let policy = page.answer.header("content-security-policy").unwrap();
    assert!(!policy.contains("portal.example"), "{policy}");
    let back = town.portal.sign_in(&there.parse().unwrap());
    let page = town.browser.come_back(back.as_str()).await.expect("going-back");
    let callback = page.link("go-back").unwrap().parse().unwrap();
    assert_eq!(town.service.redeem(&callback).await.id_token()["acr"], "urn:portal-id:loa:3");
    // Without a service in between a redirect will do.
    let mut browser = town.idp.browser().showing_pages();
    let _ = browser.open("/upstream/vnconnect/start").await.expect_away(&town.portal.base);
}

/// What most arrivals of a morning are: each statement is a round trip to a server. The second write is the code of the
/// service.
#[tokio::test]
async fn whoever_comes_again_costs_two_durable_writes_and_28_statements() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let _ = town.tokens(page).await;
    town.idp.advance(Span::hours(13)).await;
    town.browser = town.idp.browser();
    let there = town.leave().await;
    let back = town.portal.sign_in(&there);
    let counters = &town.idp.house.counters;
    let (writes, spoken) = (counters.writes(), counters.statements());
    let _ = town.browser.open(back.as_str()).await;
    assert_eq!((counters.writes() - writes, counters.statements() - spoken), (2, 28));
}
