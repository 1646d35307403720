//! What the page of an account shows of what is vouched for, and its first password.

use super::Town;
use crate::upstream::known;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::page::Form;
use portal_id_testkit::{Page, Provider};
use serde_json::json;

const NAME: &str = "tran.thi.binh";
const PASSWORD: &str = "Ba con vịt bơi 7";

fn filled(page: &Page, username: &str, password: &str) -> Form {
    let form = page.form_with("password").fill("password", password).fill("password_confirmation", password);
    form.fill("username", username)
}

async fn account(town: &Town) -> AccountId {
    town.idp.audit().await.into_iter().find_map(|entry| entry.account_id).expect("an account")
}

#[tokio::test]
async fn each_fact_says_who_vouches_for_it_at_which_level_and_when() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let _ = town.tokens(page).await;
    let page = town.browser.open("/account").await.expect("account");
    let words = page.words();
    assert!(words.contains("Trần Thị Bình VNConnect – Cổng Dịch vụ công quốc gia xác nhận, mức 2,"), "{words}");
    assert!(!words.contains("024185001234") && !words.contains("Tên đăng nhập:"), "{words}");
    assert!(page.link("set-password").is_some() && page.link("change-password").is_none());
    // Whoever finds a strange sign-in has no password here to change.
    let sessions = town.browser.open("/account/sessions").await.expect("sessions");
    assert!(sessions.words().contains("đổi mật khẩu ở hệ thống") && sessions.link("change-password").is_none());
    let english = town.browser.in_language("en").open("/account?lang=en").await.expect("account");
    assert!(english.words().contains("level 2,"), "{}", english.words());
    // What somebody typed who registered here is told apart.
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = crate::walk::signed_in(&town.idp, &an).await;
    let words = own.open("/account").await.expect("account").words();
    assert!(words.contains("Bạn tự khai, chưa được xác nhận") && words.contains("Đã xác minh bằng thư"), "{words}");
    assert!(!words.contains("mức 2"), "{words}");
}

// security: row 40
#[tokio::test]
async fn the_first_password_is_set_on_its_page_and_signs_in_from_then_on() {
    let mut town = Town::with("vouches_for = [\"phone\"]\n").await;
    let page = town.walk().await;
    let _ = town.tokens(page).await;
    let page = town.browser.open("/account/password").await.expect("first-password");
    let short = town.browser.submit(filled(&page, "binh", "ngắn")).await.expect("first-password");
    assert_eq!(short.status(), 422);
    assert!(short.error_of("username").is_some() && short.error_of("password").is_some());
    assert_eq!(short.value_of("username").as_deref(), Some("binh"), "what was typed stays, but no password");
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let taken = town.browser.submit(filled(&page, &an.username, PASSWORD)).await.expect("first-password");
    assert!(taken.error_of("username").is_some(), "{}", taken.words());
    let form = filled(&page, NAME, PASSWORD);
    let _ = town.browser.submit(form.clone()).await.expect("password-set");
    assert!(town.idp.audited(AuditKind::PasswordSet).await);
    // Twice is no fault: there is one, which can be changed.
    let _ = town.browser.submit(form).await.expect("password");
    let page = town.browser.open("/account").await.expect("account");
    assert!(page.words().contains(NAME) && page.link("change-password").is_some());

    town.idp.advance(Span::hours(13)).await;
    let mut elsewhere = town.idp.browser();
    let page = elsewhere.open("/sign-in").await.expect("sign-in");
    let form = page.form_with("password").fill("username", NAME).fill("password", PASSWORD);
    let page = elsewhere.submit(form).await.expect("code");
    let code = town.idp.newest_code("+84912345678").await;
    let _ = elsewhere.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await.expect("home");
}

/// Whoever gave no phone is not told that the password opens the account, and is led to what is missing.
#[tokio::test]
async fn a_first_password_opens_nothing_without_a_phone_and_the_page_leads_to_one() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let _ = town.tokens(page).await;
    let links = town.browser.open("/account/links").await.expect("links");
    let page = town.browser.open(&links.link("another-way").unwrap()).await.expect("first-password");
    assert!(page.text_of("#needs-phone").contains("thêm số điện thoại"), "{}", page.words());
    let done = town.browser.submit(filled(&page, NAME, PASSWORD)).await.expect("password-set-phone");
    assert!(done.words().contains("chưa dùng để đăng nhập được"), "{}", done.words());
    let sign_in = async |town: &Town| {
        let mut elsewhere = town.idp.browser();
        let page = elsewhere.open("/sign-in").await.expect("sign-in");
        elsewhere.submit(page.form_with("password").fill("username", NAME).fill("password", PASSWORD)).await
    };
    let refused = sign_in(&town).await.expect("sign-in");
    assert!(refused.words().contains("chưa có số điện thoại để nhận mã"), "{}", refused.words());
    // The link is still the only way in, and another password would not change that.
    let links = town.browser.open("/account/links").await.expect("links");
    let _ = town.browser.open(&links.link("another-way").unwrap()).await.expect("contact");
    assert!(links.words().contains("Thêm số điện thoại trước") && !links.html().contains("value=\"remove\""));

    let page = town.browser.open(&done.link("contact").unwrap()).await.expect("contact");
    let phone = page.form_with("phone").fill("phone", "0912 345 678").press("action", "phone");
    let code_page = town.browser.submit(phone).await.expect("contact-code");
    let code = town.idp.newest_code("+84912345678").await;
    let given = code_page.form_with("code").fill("code", &code).press("action", "verify");
    let page = town.browser.submit(given).await.expect("contact");
    let _ = town.browser.open(&page.link("skip").unwrap()).await.expect("account");
    let _ = sign_in(&town).await.expect("code");
    let links = town.browser.open("/account/links").await.expect("links");
    assert!(links.html().contains("value=\"remove\""), "{}", links.words());
}

// security: row 11
#[tokio::test]
async fn whoever_has_not_proved_lately_who_they_are_sets_no_password() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let _ = town.tokens(page).await;
    let page = town.browser.open("/account/password/first").await.expect("first-password");
    town.idp.advance(Span::minutes(20)).await;
    let confirm = town.browser.submit(filled(&page, NAME, PASSWORD)).await.expect("confirm");
    assert!(known(&town.idp, &account(&town).await).await.account.password_hash.is_none());
    let there = town.browser.open(&confirm.link("again-vnconnect").unwrap()).await.expect_away(&town.portal.base);
    let now = town.idp.now().seconds();
    town.portal.inside().id_token.insert("auth_time".to_owned(), json!(now));
    let page = town.come_back(&there).await.expect("first-password");
    let _ = town.browser.submit(filled(&page, NAME, PASSWORD)).await.expect("password-set-phone");
    // Nobody without a session gets there.
    let _ = town.idp.browser().open("/account/password/first").await.expect("sign-in");
}

/// A provider that vouches for nobody leaves everything to be typed.
#[tokio::test]
async fn who_is_vouched_for_by_nobody_is_told_so() {
    let province = Provider::generic("tinh");
    let idp = portal_id_testkit::TestIdp::start_with_providers(&[&province], |_| {}).await;
    let mut browser = idp.browser();
    let there = browser.open("/upstream/tinh/start").await.expect_away(&province.base);
    let _ = browser.come_back(province.sign_in(&there).as_str()).await.expect("home");
    let page = browser.open("/account").await.expect("account");
    assert!(!page.words().contains("xác nhận, mức"), "{}", page.words());
    // One factor, or none that we know of, changes no ways in.
    let page = browser.open("/account/links").await.expect("confirm");
    assert!(page.link("again-tinh").is_some());
}

/// Else nobody whom a provider checks by one factor could ever change how their account is opened.
// security: row 11
#[tokio::test]
async fn whoever_proves_one_factor_elsewhere_confirms_by_their_second_one_here() {
    let levels = "[[federation.upstreams.levels]]\nclaim = \"loAs\"\nvalue = \"LoA2\"\nial = 2\namr = [\"pwd\"]\n";
    let mut town = Town::with(&format!("vouches_for = [\"phone\"]\n{levels}")).await;
    let page = town.walk().await;
    let _ = town.tokens(page).await;
    town.idp.advance(Span::minutes(20)).await;
    let confirm = town.browser.open("/account/links").await.expect("confirm");
    let there = town.browser.open(&confirm.link("again-vnconnect").unwrap()).await.expect_away(&town.portal.base);
    let now = town.idp.now().seconds();
    town.portal.inside().id_token.insert("auth_time".to_owned(), json!(now));
    let confirm = town.come_back(&there).await.expect("confirm");
    let asked = town.browser.open(&confirm.link("second-step").unwrap()).await.expect("step-up");
    assert!(asked.words().contains("Trang này cần bước đó"), "{}", asked.words());
    let page = town.browser.submit(asked.form_to("/sign-in/step-up")).await.expect("code");
    let code = town.idp.newest_code("+84912345678").await;
    let given = page.form_with("code").fill("code", &code).press("action", "verify");
    let _ = town.browser.submit(given).await.expect("links");
    // The second step alone is no fresh sign-in.
    town.idp.advance(Span::minutes(20)).await;
    let _ = town.browser.open("/account/links").await.expect("confirm");
}
