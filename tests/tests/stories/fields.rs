//! The fields of the forms beside registration, filled with what people and attackers type. (Those of registration:
//! `crates/core/src/accounts/field_tables`.)

use crate::walk::signed_in;
use portal_id_testkit::core::accounts::{CorrectPhoneOutcome, Credentials, Field, SignInOutcome};
use portal_id_testkit::core::digest::Digest;
use portal_id_testkit::core::facts::{FieldError, Username};
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::core::profile::Account;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::activation_token;
use portal_id_testkit::{Browser, Citizen, Page, TestIdp};

/// Whether name and password lead to the second step.
async fn opens(idp: &TestIdp, name: &str, password: &str) -> bool {
    // Past every pause, and past the minute in which no other code is sent.
    idp.advance(Span::hours(13)).await;
    let mut ctx = idp.ctx();
    ctx.browser = Some(Digest::from_bytes([1; 32]));
    let credentials = Credentials { name: name.to_owned(), password: password.to_owned() };
    match idp.house.accounts.sign_in(&ctx, credentials).await.unwrap() {
        SignInOutcome::CodeSent(_) => true,
        SignInOutcome::Refused => false,
        other => panic!("{name:?}: {other:?}"),
    }
}

#[tokio::test]
async fn sign_in_names() {
    let idp = TestIdp::start().await;
    let an = idp
        .citizen("Nguyễn.Thị.An")
        .with(|an| {
            an.email = "An.85@example.vn".to_owned();
            (an.phone, an.e164) = ("0912345678".to_owned(), "+84912345678".to_owned());
            an.identity_number = "024185001234".to_owned();
        })
        .activated()
        .create()
        .await;
    signed_in(&idp, &an).await;
    for (typed, expected) in [
        ("Nguyễn.Thị.An", true),
        (" NGUYỄN.THỊ.AN ", true),
        ("nguye\u{302}\u{303}n.thi\u{323}.an", true),
        ("ｎguyễn.thị.an", true),
        ("AN.85@EXAMPLE.VN", true),
        ("+84 912.345.678", true),
        ("0912 345 678", true),
        ("024 185 001 234", true),
        ("", false),
        ("   ", false),
        ("nguyen.thi.an", false),
        // A Cyrillic а, and Greek ο and ι where there are none.
        ("nguyễn.thị.\u{430}n", false),
        ("an.85@ex\u{430}mple.vn", false),
        ("0912345678\u{200f}", false),
        ("\u{202e}nguyễn.thị.an", false),
        ("nguyễn.thị.an\u{7}", false),
        ("nguyễn.thị.an🙂", false),
        ("O912345678", false),
        ("٠٩١٢٣٤٥٦٧٨", false),
        ("02418500l234", false),
        ("a".repeat(1 << 14).as_str(), false),
    ] {
        assert_eq!(opens(&idp, typed, &an.password).await, expected, "{typed:?}");
    }
}

/// An account from before usernames were of one script keeps its name.
#[tokio::test]
async fn a_username_that_is_refused_today_still_opens_the_account_that_has_it() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let key = "nguyen.thi.an".to_owned();
    let of_before = Username::from_stored("\u{430}n.thi.nguyen").unwrap();
    let found = idp.house.store.read("find", move |tx| tx.find_account_by_username(&key)).await.unwrap().unwrap();
    let (id, vault) = (AccountId::from_text("from-before"), idp.house.vault.as_ref());
    let profile = found.open_profile(vault).unwrap().seal_for(&id, vault, idp.ctx().entropy());
    let renamed = Account { id, username: of_before, profile, ..found };
    idp.house.store.tx("insert", move |tx| tx.insert_account(&renamed)).await.unwrap();
    assert!(opens(&idp, "\u{410}n.thi.nguyen", &an.password).await);
}

async fn at_the_code(idp: &TestIdp, an: &Citizen) -> (Browser, Page) {
    idp.advance(Span::minutes(2)).await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("code");
    (browser, page)
}

async fn give(browser: &mut Browser, page: &Page, code: &str) -> Page {
    browser.submit(page.form_with("code").fill("code", code).press("action", "verify")).await
}

/// What a phone's clipboard makes of `123456`.
fn pasted(code: &str) -> [String; 6] {
    let (first, last) = code.split_at(3);
    let wide = code.chars().map(|digit| char::from_u32(u32::from(digit) - 0x30 + 0xff10).unwrap()).collect();
    [
        format!("\u{200e}{code}\u{200f}"),
        format!("{first}.{last}."),
        format!("{first}\u{2013}{last}"),
        format!("\u{2066}{first}\u{a0}{last}\u{2069}"),
        format!("{first}-{last}\r\n"),
        wide,
    ]
}

#[tokio::test]
async fn a_code_by_sms_is_read_with_what_a_paste_brings_along() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    for number in 0..pasted("123456").len() {
        let (mut browser, page) = at_the_code(&idp, &an).await;
        let code = idp.newest_code(&an.e164).await;
        let _ = give(&mut browser, &page, &pasted(&code)[number]).await.expect("home");
        idp.advance(Span::minutes(30)).await;
    }
}

#[tokio::test]
async fn a_code_of_an_app_is_read_with_what_a_paste_brings_along() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let page = own.open("/account/security/authenticator").await.expect("add-authenticator");
    let app = portal_id_testkit::App::reading(&page);
    // The one that adds it, too.
    let [first, ..] = pasted(&app.code_at(idp.now()));
    let _ = own.submit(page.form_with("code").fill("code", &first)).await.expect("security");
    for number in 0..pasted("123456").len() {
        idp.advance(Span::minutes(2)).await;
        let mut browser = idp.browser();
        let page = browser.open("/sign-in").await;
        let page = an.give_password(&mut browser, &page).await.expect("app-code");
        let code = app.code_at(idp.now());
        let spaced =
            if number == 0 { format!(" {} {} ", &code[..3], &code[3..]) } else { pasted(&code)[number].clone() };
        let _ = give(&mut browser, &page, &spaced).await.expect("home");
    }
}

/// What is no code is told as that and costs no try, however often.
#[tokio::test]
async fn what_is_no_code_costs_no_try() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut browser, page) = at_the_code(&idp, &an).await;
    let code = idp.newest_code(&an.e164).await;
    for typed in [
        "",
        "  ",
        "12345",
        "1234567",
        "12345O",
        "l23456",
        "123456\u{7}",
        "123456🙂",
        "١٢٣٤٥٦",
        "१२३४५६",
        "123456e\u{301}",
        "1".repeat(1 << 14).as_str(),
    ] {
        let page = give(&mut browser, &page, typed).await.expect("code");
        assert_eq!(page.status(), 422, "{typed:?}");
        let told = page.error_of("code").unwrap();
        let expected = if typed.trim().is_empty() { "Hãy nhập mã" } else { "đúng 6 chữ số" };
        assert!(told.contains(expected), "{typed:?}: {told}");
    }
    let _ = give(&mut browser, &page, &code).await.expect("home");
}

#[tokio::test]
async fn a_corrected_phone() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut browser, page) = at_the_code(&idp, &an).await;
    let _ = browser.submit(page.form_to("/sign-in/phone").press("action", "ask")).await.expect("phone-asked");
    let secret = activation_token(&idp.newest_mail(&an.email).await.text);
    let accounts = &idp.house.accounts;
    for (typed, reason) in [
        ("", FieldError::Missing),
        ("\u{a0}", FieldError::Missing),
        ("091234567", FieldError::Malformed),
        ("+1 202 555 0100", FieldError::Malformed),
        ("0".repeat(1 << 16).as_str(), FieldError::Malformed),
        ("0204 3854 321", FieldError::NotAMobile),
        ("01809123456", FieldError::OldPrefixUnknown),
        ("0912345678\u{7}", FieldError::NotAllowedCharacter),
        ("09l2345678", FieldError::NotAllowedCharacter),
        ("O912345678", FieldError::NotAllowedCharacter),
        ("０９１２３４５６７８", FieldError::NotAllowedCharacter),
        ("٠٩١٢٣٤٥٦٧٨", FieldError::NotAllowedCharacter),
        ("\u{200e}0912345678", FieldError::NotAllowedCharacter),
        ("0912345678☎", FieldError::NotAllowedCharacter),
        ("0912345678e\u{301}", FieldError::NotAllowedCharacter),
    ] {
        let CorrectPhoneOutcome::Refused(errors) =
            accounts.correct_phone(&idp.ctx(), &secret, &an.password, typed).await.unwrap()
        else {
            panic!("{typed:?} was taken")
        };
        assert_eq!(errors.iter().collect::<Vec<_>>(), [(Field::Phone, reason)], "{typed:?}");
    }
    // None of it used the link up.
    let corrected = accounts.correct_phone(&idp.ctx(), &secret, &an.password, "0987.654.321").await.unwrap();
    assert!(matches!(corrected, CorrectPhoneOutcome::Corrected { .. }), "{corrected:?}");
}

async fn change(browser: &mut Browser, current: &str, password: &str, again: &str) -> Page {
    let page = browser.open("/account/password").await.expect("password");
    let form = page.form_with("current_password").fill("current_password", current);
    browser.submit(form.fill("password", password).fill("password_confirmation", again)).await
}

#[tokio::test]
async fn a_new_password_and_its_confirmation() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").with(|an| an.former_number = "121987654".to_owned());
    let an = an.activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let good = "Ba con vịt bơi 7";
    for (typed, again, field) in [
        ("", "", "password"),
        ("ắcđệmnh", "ắcđệmnh", "password"),
        ("ắ".repeat(129).as_str(), "ắ".repeat(129).as_str(), "password"),
        ("a".repeat(8000).as_str(), "a".repeat(8000).as_str(), "password"),
        ("ba con\u{7}vit boi", "ba con\u{7}vit boi", "password"),
        ("ba con\u{202e}vit boi", "ba con\u{202e}vit boi", "password"),
        ("matkhau123", "matkhau123", "password"),
        ("nguyenthian!", "nguyenthian!", "password"),
        ("cmnd 121 987 654", "cmnd 121 987 654", "password"),
        (good, "", "password_confirmation"),
        (good, "Ba con vịt bơi 8", "password_confirmation"),
        (good, "Ba con v\u{456}t bơi 7", "password_confirmation"),
        (good, "Ba con vịt bơi 7\u{200f}", "password_confirmation"),
        (good, "Ba con vịt bơi 7🙂", "password_confirmation"),
    ] {
        let page = change(&mut browser, &an.password, typed, again).await.expect("password");
        assert_eq!(page.status(), 422, "{typed:?}");
        for of in ["current_password", "password", "password_confirmation"] {
            assert_eq!(page.error_of(of).is_some(), of == field, "{of} of {typed:?} and {again:?}");
            assert_eq!(page.value_of(of).as_deref(), Some(""), "a password is never put back");
        }
    }
    // Typed in NFD it is the same password; emoji belong to it.
    let composed = "Ba con vịt bơi 🐥";
    let _ = change(&mut browser, &an.password, composed, "Ba con vi\u{323}t bơi 🐥").await.expect("password-changed");
    assert!(opens(&idp, &an.username, composed).await && !opens(&idp, &an.username, "Ba con vịt bơi").await);
}

#[tokio::test]
async fn the_current_password() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let new = "Ba con vịt bơi 7";
    let nfd = "Bo\u{302}\u{301}n con me\u{300}o be\u{301}o 4";
    for typed in [
        "",
        "Bốn con mèo béo",
        "bốn con mèo béo 4",
        "Bốn con mèo béo 4\u{200f}",
        "\u{202e}Bốn con mèo béo 4",
        "Bốn con mèo béo 4\u{7}",
        "Bốn con mè\u{43e} béo 4",
        "Bốn con mèo béo ４",
        "Bốn con mèo béo 4🙂",
        "a".repeat(8000).as_str(),
    ] {
        idp.advance(Span::minutes(20)).await;
        let page = change(&mut browser, typed, new, new).await.expect("password");
        assert!(page.status() == 422 && page.error_of("current_password").is_some(), "{typed:?}");
        assert_eq!((page.error_of("password"), page.error_of("password_confirmation")), (None, None), "{typed:?}");
    }
    idp.advance(Span::hours(1)).await;
    let page = browser.open("/account/password").await;
    let mut browser = if page.name() == "password" { browser } else { signed_in(&idp, &an).await };
    let _ = change(&mut browser, nfd, new, new).await.expect("password-changed");
}
