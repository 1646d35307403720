//! Names of passkeys: given with them, changed later by their owner alone.

use crate::passkeys::add_passkey;
use crate::walk::signed_in;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Citizen, Device, Page, TestIdp};

/// Somebody with two passkeys of these names, who has just signed in.
async fn with_two(idp: &TestIdp, name: &str, names: [&str; 2]) -> (Citizen, Browser) {
    let citizen = idp.citizen(name).activated().create().await;
    let mut browser = signed_in(idp, &citizen).await;
    for name in names {
        let _ = add_passkey(&mut browser, &mut Device::new(), name).await.expect("security");
    }
    (citizen, browser)
}

/// The way from the page of factors to another name for the first passkey.
async fn way_to_rename(browser: &mut Browser) -> String {
    let page = browser.open("/account/security").await.expect("security");
    page.attribute("a[href*='passkey/name']", "href").expect("a way to another name")
}

async fn rename(browser: &mut Browser, way: &str, name: &str) -> Page {
    let page = browser.open(way).await.expect("rename-passkey");
    browser.submit(page.form_with("passkey_name").fill("passkey_name", name)).await
}

fn names(page: &Page) -> Vec<String> {
    page.texts_of(".grants strong")
}

#[tokio::test]
async fn the_owner_gives_a_passkey_another_name_and_the_others_keep_theirs() {
    let idp = TestIdp::start().await;
    let (an, mut browser) = with_two(&idp, "nguyen.thi.an", ["", "Máy tính"]).await;
    let way = way_to_rename(&mut browser).await;
    let page = browser.open(&way).await.expect("rename-passkey");
    assert_eq!(page.value_of("passkey_name").as_deref(), Some(""), "it has no name yet");
    let before = idp.mails_to(&an.email).await.len();
    for (typed, kept) in [("  Điện thoại của <mẹ> ", "Điện thoại của <mẹ>"), ("📱", "📱"), ("📱", "📱")]
    {
        let page = rename(&mut browser, &way, typed).await.expect("security");
        assert_eq!(page.text_of("#news"), "Đã đổi tên khóa truy cập.");
        assert_eq!(names(&page), [kept, "Máy tính"]);
        let page = browser.open(&way).await.expect("rename-passkey");
        assert_eq!(page.value_of("passkey_name").as_deref(), Some(kept));
    }
    assert!(idp.audited(AuditKind::PasskeyRenamed).await);
    assert_eq!(idp.mails_to(&an.email).await.len(), before, "who can sign in did not change");
}

#[tokio::test]
async fn what_is_no_name_is_told_beside_the_field_and_changes_nothing() {
    let idp = TestIdp::start().await;
    let (_, mut browser) = with_two(&idp, "nguyen.thi.an", ["Điện thoại", "Máy tính"]).await;
    let way = way_to_rename(&mut browser).await;
    let long = "ế".repeat(61);
    for (typed, told) in [
        ("", "Hãy nhập tên"),
        (" \u{a0} ", "Hãy nhập tên"),
        (long.as_str(), "quá 60 ký tự"),
        ("Điện\u{7}thoại", "không nhìn thấy được"),
        ("Điện\r\nthoại", "không nhìn thấy được"),
        ("\u{202e}iạoht", "không nhìn thấy được"),
    ] {
        let page = rename(&mut browser, &way, typed).await.expect("rename-passkey");
        assert_eq!(page.status(), 422, "{typed:?}");
        assert!(page.error_of("passkey_name").unwrap().contains(told), "{typed:?}");
    }
    let page = browser.open("/account/security").await.expect("security");
    assert_eq!(names(&page), ["Điện thoại", "Máy tính"]);
    assert!(!idp.audited(AuditKind::PasskeyRenamed).await);
}

// security: row 33
#[tokio::test]
async fn nobody_names_somebody_elses_passkey_or_another_thing_of_their_own() {
    let idp = TestIdp::start().await;
    let (_, mut owner) = with_two(&idp, "nguyen.thi.an", ["Điện thoại", "Máy tính"]).await;
    let way = way_to_rename(&mut owner).await;
    idp.advance(Span::minutes(2)).await;
    let (_, mut other) = with_two(&idp, "le.van.binh", ["Của Bình", "Của Bình nữa"]).await;
    crate::factors::add_app(&idp, &mut other).await;
    let page = other.open("/account/security").await.expect("security");
    let app = page.form_with("id").value("id").to_owned();
    // To look at it, and to change it.
    let page = other.open(&way).await.expect("security");
    assert!(page.text_of("#news").contains("Chưa có gì thay đổi"));
    let own = way_to_rename(&mut other).await;
    let (_, id) = way.split_once("id=").unwrap();
    for id in [id.split('&').next().unwrap(), app.as_str(), "", "nothing"] {
        let page = other.open(&own).await.expect("rename-passkey");
        let form = page.form_with("passkey_name").fill("passkey_name", "Của tôi").script("id", id);
        let page = other.submit(form).await.expect("security");
        assert!(page.text_of("#news").contains("Chưa có gì thay đổi"), "{id}");
    }
    let page = owner.open("/account/security").await.expect("security");
    assert_eq!(names(&page), ["Điện thoại", "Máy tính"]);
    assert!(!names(&other.open("/account/security").await).contains(&"Của tôi".to_owned()));
    assert!(!idp.audited(AuditKind::PasskeyRenamed).await);
}

#[tokio::test]
async fn a_name_is_changed_only_by_whoever_has_just_proved_who_they_are() {
    let idp = TestIdp::start().await;
    let (_, mut browser) = with_two(&idp, "nguyen.thi.an", ["Điện thoại", "Máy tính"]).await;
    let way = way_to_rename(&mut browser).await;
    let page = browser.open(&way).await.expect("rename-passkey");
    idp.advance(Span::minutes(20)).await;
    let form = page.form_with("passkey_name").fill("passkey_name", "Của kẻ khác");
    let _ = browser.submit(form).await.expect("confirm");
    let _ = browser.open(&way).await.expect("confirm");
    assert!(!idp.audited(AuditKind::PasskeyRenamed).await);
}

#[tokio::test]
async fn the_sign_in_page_lets_browsers_offer_passkeys_at_the_name_but_not_after_a_refused_one() {
    let idp = TestIdp::start().await;
    let (an, _) = with_two(&idp, "nguyen.thi.an", ["Điện thoại", "Máy tính"]).await;
    let mut browser = idp.browser();
    let offers = |page: &Page| {
        let autofill = page.attribute("form[data-passkey]", "data-autofill").is_some();
        let name = page.attribute("#username", "autocomplete").unwrap();
        assert_eq!(name == "username webauthn", autofill, "{name}");
        autofill
    };
    let page = browser.open("/sign-in").await.expect("sign-in");
    assert!(offers(&page));
    let form = page.form_with("password").fill("username", &an.username).fill("password", "sai");
    assert!(offers(&browser.submit(form).await.expect("sign-in")), "a wrong password");
    let (form, _) = page.passkey_form("ask");
    let page = browser.submit(form).await.expect("sign-in");
    assert_eq!(page.status(), 422);
    assert!(!offers(&page), "a browser that answers by itself would answer the same again");
}
