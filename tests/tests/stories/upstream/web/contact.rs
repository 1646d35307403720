//! How a new account's holder is reached: asked once, proved by a code, passed on where no service needs it.

use super::{Town, is_signed_in};
use crate::upstream::known;
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::core::profile::IdentifierKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Page};

const EMAIL: &str = "binh@example.vn";

/// Arrives for the first time; the page that asks.
async fn asked(town: &mut Town) -> Page {
    let there = town.leave().await;
    town.browser.open(town.portal.sign_in(&there).as_str()).await.expect("contact")
}

async fn ask(browser: &mut Browser, page: &Page, field: &str, typed: &str) -> Page {
    browser.submit(page.form_with(field).fill(field, typed).press("action", field)).await
}

async fn give(browser: &mut Browser, page: &Page, code: &str) -> Page {
    browser.submit(page.form_with("code").fill("code", code).press("action", "verify")).await
}

/// The code of the newest mail to an address.
async fn mailed(town: &Town, address: &str) -> String {
    let text = town.idp.newest_mail(address).await.text;
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).find(is_code).expect("a code").to_owned()
}

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

async fn account(town: &Town) -> AccountId {
    town.idp.audit().await.into_iter().find_map(|entry| entry.account_id).expect("an account")
}

#[tokio::test]
async fn address_and_phone_are_proved_by_codes_and_then_the_service_gets_them() {
    let mut town = Town::begin().await;
    let page = asked(&mut town).await;
    assert_eq!(page.value_of("phone").as_deref(), Some("0912345678"), "as the portal said, who does not vouch for it");
    assert_eq!(page.value_of("email").as_deref(), Some(""));
    let malformed = ask(&mut town.browser, &page, "email", "binh@").await.expect("contact");
    assert_eq!((malformed.status().as_u16(), malformed.value_of("email").as_deref()), (422, Some("binh@")));
    assert!(malformed.error_of("email").is_some());
    let sent = ask(&mut town.browser, &page, "email", EMAIL).await.expect("contact-code");
    assert!(sent.words().contains("b•••@example.vn"), "{}", sent.words());
    let code = mailed(&town, EMAIL).await;
    let wrong = give(&mut town.browser, &sent, other_than(&code)).await.expect("contact-code");
    assert_eq!(wrong.status(), 422);
    let page = give(&mut town.browser, &sent, &code).await.expect("contact");
    assert!(page.text_of("#news").contains("Đã lưu địa chỉ email"), "{}", page.words());
    assert!(!page.html().contains("name=\"email\"") && page.value_of("phone").as_deref() == Some("0912345678"));
    let sent = ask(&mut town.browser, &page, "phone", "0912 345 678").await.expect("contact-code");
    let code = town.idp.newest_code("+84912345678").await;
    let page = give(&mut town.browser, &sent, &code).await;
    let tokens = town.tokens(page).await;
    assert_eq!(tokens.id_token()["acr"], "urn:portal-id:loa:3");
    let known = known(&town.idp, &account(&town).await).await;
    for kind in [IdentifierKind::Email, IdentifierKind::Phone] {
        assert!(known.fact(kind).is_some_and(portal_id_testkit::core::profile::Identifier::is_verified), "{kind:?}");
    }
    // Used up.
    let _ = give(&mut town.browser, &sent, &code).await.expect("contact-code-over");
    // Nothing is missing any more.
    let _ = town.browser.open("/account/contact").await.expect("home");
    let page = town.browser.open("/account").await.expect("account");
    assert!(page.link("contact").is_none() && page.words().contains("Đã xác minh bằng thư"), "{}", page.words());
}

// security: row 11
#[tokio::test]
async fn a_session_left_open_gives_the_account_no_address_or_phone() {
    let mut town = Town::begin().await;
    let page = asked(&mut town).await;
    let sent = ask(&mut town.browser, &page, "email", EMAIL).await.expect("contact-code");
    let code = mailed(&town, EMAIL).await;
    town.idp.advance(Span::minutes(21)).await;
    let _ = ask(&mut town.browser, &page, "phone", "0987 654 321").await.expect("confirm");
    let _ = give(&mut town.browser, &sent, &code).await.expect("confirm");
    assert!(known(&town.idp, &account(&town).await).await.fact(IdentifierKind::Email).is_none());
    // Proved again at the provider, it goes on.
    let there = town.browser.open("/upstream/vnconnect/start?again=1&next=contact").await;
    let there = there.expect_away(&town.portal.base);
    let page = town.browser.open(town.portal.sign_in(&there).as_str()).await.expect("contact");
    let _ = ask(&mut town.browser, &page, "email", EMAIL).await.expect("contact-code");
}

#[tokio::test]
async fn who_passes_on_is_let_on_unless_the_service_needs_it() {
    let mut town = Town::begin().await;
    let page = asked(&mut town).await;
    let onward = page.link("skip").expect("it may be passed over");
    let page = town.browser.open(&onward).await;
    let _ = town.tokens(page).await;
    let request = town.service.authorize_url("openid email");
    let page = town.browser.open(request.as_str()).await.expect("contact");
    assert!(page.link("skip").is_none() && page.text_of("#needed").contains("chưa bỏ qua được"), "{}", page.words());
    let sent = ask(&mut town.browser, &page, "email", EMAIL).await.expect("contact-code");
    let code = mailed(&town, EMAIL).await;
    let page = give(&mut town.browser, &sent, &code).await;
    // The phone is still missing, and this service does not need it.
    let page = town.browser.open(&page.expect("contact").link("skip").unwrap()).await;
    let _ = town.tokens(page).await;
    // Later the page of the account offers it.
    let page = town.browser.open("/account").await.expect("account");
    let page = town.browser.open(&page.link("contact").unwrap()).await.expect("contact");
    let _ = town.browser.open(&page.link("skip").unwrap()).await.expect("account");
}

// security: rows 13, 15
#[tokio::test]
async fn an_address_of_somebody_else_is_said_to_be_taken_only_to_whoever_reads_its_mail_and_codes_are_counted() {
    let mut town = Town::begin().await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let page = asked(&mut town).await;
    let sent = ask(&mut town.browser, &page, "email", &an.email).await.expect("contact-code");
    let again = town.browser.submit(sent.form_with("code").press("action", "resend")).await.expect("contact-code");
    assert_eq!(again.status(), 429);
    let code = mailed(&town, &an.email).await;
    let taken = give(&mut town.browser, &sent, &code).await.expect("contact");
    assert_eq!(taken.status(), 409);
    assert!(taken.text_of("#news").contains("tài khoản khác"), "{}", taken.words());
    let mut slow = 0;
    for _ in 0..6 {
        let page = ask(&mut town.browser, &page, "email", EMAIL).await;
        slow += u32::from(page.status() == 429);
    }
    assert!(slow > 0, "codes are not sent for ever");
    town.idp.advance(Span::hours(2)).await;
    town.browser = town.idp.browser();
    let page = town.walk().await;
    let _ = town.tokens(page).await;
    let page = town.browser.open("/account/contact").await.expect("contact");
    let sent = ask(&mut town.browser, &page, "email", EMAIL).await.expect("contact-code");
    let code = mailed(&town, EMAIL).await;
    for _ in 0..4 {
        let _ = give(&mut town.browser, &sent, other_than(&code)).await.expect("contact-code");
    }
    let _ = give(&mut town.browser, &sent, other_than(&code)).await.expect("contact-code-over");
    let _ = give(&mut town.browser, &sent, &code).await.expect("contact-code-over");
    assert!(known(&town.idp, &account(&town).await).await.fact(IdentifierKind::Email).is_none());
}

// security: row 10
#[tokio::test]
async fn the_page_of_a_code_is_of_its_person_and_browser() {
    let mut town = Town::begin().await;
    let page = asked(&mut town).await;
    let sent = ask(&mut town.browser, &page, "email", EMAIL).await.expect("contact-code");
    let mut other = town.idp.browser();
    let _ = other.open(sent.url.as_str()).await.expect("sign-in");
    let _ = other.open("/account/contact").await.expect("sign-in");
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let mut other = crate::walk::signed_in(&town.idp, &an).await;
    let _ = other.open(sent.url.as_str()).await.expect("contact-code-over");
    assert!(is_signed_in(&mut town.browser).await);
    town.idp.advance(Span::minutes(31)).await;
    let late = town.browser.open(sent.url.as_str()).await.name();
    assert!(late == "contact-code-over" || late == "sign-in", "{late}");
}
