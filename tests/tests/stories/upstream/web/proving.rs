//! An account here has the number of whoever arrives: they prove that it is theirs.

use super::{Town, expect_trouble, is_signed_in};
use crate::walk::sign_in_with;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::profile::IdentifierKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Citizen, Page, Provider, TestIdp};
use serde_json::json;
use std::sync::Arc;

/// The person at the portal has the number of this account from now on.
fn is(portal: &Provider, an: &Citizen) {
    portal.inside().userinfo.insert("SoDinhDanh".to_owned(), json!(an.identity_number));
}

/// A town where an account has the number of whoever sits at the portal. Its phone is verified: its holder has signed in
/// once, in the browser that is given.
pub(super) async fn with_an() -> (Town, Citizen, Browser) {
    let town = Town::begin().await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = town.idp.browser();
    let _ = sign_in_with(&town.idp, &an, &mut own).await.expect("home");
    is(&town.portal, &an);
    town.idp.advance(Span::minutes(5)).await;
    (town, an, own)
}

async fn give_code(browser: &mut Browser, page: &Page, code: &str) -> Page {
    browser.submit(page.form_with("code").fill("code", code).press("action", "verify")).await
}

/// Asks for the code to the phone of the first account.
pub(super) async fn ask_code(browser: &mut Browser, page: &Page) -> Page {
    browser.submit(page.form_with("account").press("action", "code")).await
}

// security: row 7
#[tokio::test]
async fn signing_in_to_the_account_proves_it_and_the_next_time_leads_straight_in() {
    let (mut town, an, _) = with_an().await;
    let page = town.walk().await.expect("arrival");
    assert!(page.words().contains("ng••••") && !page.html().contains(&an.username), "{}", page.words());
    assert!(!page.html().contains(&an.identity_number));
    assert!(!is_signed_in(&mut town.browser).await);
    let sign_in = town.browser.open(&page.link("prove-by-sign-in").unwrap()).await.expect("sign-in");
    let page = an.sign_in(&town.idp, &mut town.browser, &sign_in).await;
    let tokens = town.tokens(page).await.id_token();
    assert_eq!((&tokens["ial"], &tokens["acr"]), (&json!(2), &json!("urn:portal-id:loa:3")));
    assert!(town.idp.audited(AuditKind::UpstreamLinked).await && town.idp.told(&an.email, "vừa được liên kết").await);
    town.browser = town.idp.browser();
    let page = town.walk().await;
    assert_eq!(town.tokens(page).await.id_token()["sub"], tokens["sub"]);
    // What was asked is over.
    expect_trouble(town.browser.open("/sign-in/arrival").await, 410, "upstream-over");
}

// security: rows 7, 12, 13
#[tokio::test]
async fn a_code_to_the_verified_phone_proves_it_and_wrong_ones_are_counted() {
    let (mut town, an, _) = with_an().await;
    let page = town.walk().await.expect("arrival");
    let sent = ask_code(&mut town.browser, &page).await.expect("arrival-code");
    let code = town.idp.newest_code(&an.e164).await;
    assert!(!sent.html().contains(&an.phone) && sent.words().contains("••• •"), "{}", sent.words());
    // Soon after the last one none is sent again.
    let again = town.browser.submit(sent.form_with("code").press("action", "resend")).await.expect("arrival-code");
    assert_eq!(again.status(), 429);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let page = give_code(&mut town.browser, &sent, "12ab").await.expect("arrival-code");
    assert_eq!(page.status(), 422);
    for left in [4, 3] {
        let page = give_code(&mut town.browser, &sent, wrong).await.expect("arrival-code");
        assert!(page.error_of("code").unwrap().contains(&left.to_string()), "{}", page.words());
    }
    let page = give_code(&mut town.browser, &sent, &code).await;
    let tokens = town.tokens(page).await.id_token();
    assert_eq!(tokens["ial"], json!(2));
    // Sent twice, the form leads nowhere the second time: it was of a browser without a session.
    assert_eq!(give_code(&mut town.browser, &sent, &code).await.status(), 403);
    expect_trouble(town.browser.open(sent.url.as_str()).await, 410, "upstream-over");
    assert!(is_signed_in(&mut town.browser).await);

    let (mut town, an, _) = with_an().await;
    let page = town.walk().await.expect("arrival");
    let sent = ask_code(&mut town.browser, &page).await.expect("arrival-code");
    let code = town.idp.newest_code(&an.e164).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..4 {
        let _ = give_code(&mut town.browser, &sent, wrong).await.expect("arrival-code");
    }
    let over = give_code(&mut town.browser, &sent, wrong).await.expect("arrival-code-over");
    assert_eq!(over.status(), 410);
    let _ = give_code(&mut town.browser, &sent, &code).await.expect("arrival-code-over");
    assert!(!is_signed_in(&mut town.browser).await);
    // The arrival itself still waits.
    let _ = town.browser.open(&over.link("arrival").unwrap()).await.expect("arrival");
}

// security: rows 7, 10
#[tokio::test]
async fn what_waits_for_a_proof_is_of_its_browser_and_waits_for_half_an_hour() {
    let (mut town, an, _) = with_an().await;
    let page = town.walk().await.expect("arrival");
    let sent = ask_code(&mut town.browser, &page).await.expect("arrival-code");
    let mut other = town.idp.browser();
    let _ = other.open("/").await;
    let ticket = town.browser.cookies().iter().find(|(name, _)| name.ends_with("-a")).unwrap();
    other.keep_cookie(ticket.0, ticket.1);
    for address in ["/sign-in/arrival", "/sign-in/arrival/decline", sent.url.as_str()] {
        expect_trouble(other.open(address).await, 410, "upstream-over");
    }
    // Nor does it become another's by looking: here it goes on.
    let _ = town.browser.open("/sign-in/arrival").await.expect("arrival");
    let stolen = town.browser.clone();
    town.idp.advance(Span::minutes(31)).await;
    expect_trouble(town.browser.open("/sign-in/arrival").await, 410, "upstream-over");
    let mut late = stolen;
    let code = town.idp.newest_code(&an.e164).await;
    expect_trouble(give_code(&mut late, &sent, &code).await, 410, "upstream-over");
    assert!(!is_signed_in(&mut late).await);
    // Nobody who never arrived is asked anything.
    expect_trouble(town.idp.browser().open("/sign-in/arrival").await, 410, "upstream-over");
}

// security: row 7
#[tokio::test]
async fn a_session_from_before_proves_nothing_and_its_person_signs_in_once_more() {
    let (mut town, an, own) = with_an().await;
    town.browser = own;
    let page = town.browser.open("/upstream/vnconnect/start").await.expect_away(&town.portal.base);
    let page = town.browser.open(town.portal.sign_in(&page).as_str()).await.expect("arrival");
    assert!(page.text_of("#news").contains(&an.username), "{}", page.words());
    let sign_in = town.browser.open(&page.link("prove-by-sign-in").unwrap()).await.expect("sign-in");
    let _ = an.sign_in(&town.idp, &mut town.browser, &sign_in).await.expect("home");
    assert!(town.idp.audited(AuditKind::UpstreamLinked).await);
    // Somebody else who signs in instead proves nothing.
    let binh = town.idp.citizen("le.van.binh").activated().create().await;
    let cuc = town.idp.citizen("tran.thi.cuc").activated().create().await;
    is(&town.portal, &cuc);
    town.portal.inside().userinfo.insert("TechID".to_owned(), json!("cuc"));
    town.browser = town.idp.browser();
    let page = town.walk().await.expect("arrival");
    assert!(
        page.words().contains("chưa có số điện thoại đã xác minh"),
        "no code to a phone that never got one: {}",
        page.words()
    );
    let sign_in = town.browser.open(&page.link("prove-by-sign-in").unwrap()).await.expect("sign-in");
    let page = binh.sign_in(&town.idp, &mut town.browser, &sign_in).await.expect("arrival");
    assert!(page.text_of("#news").contains(&binh.username), "{}", page.words());
}

#[tokio::test]
async fn an_account_is_proved_by_yet_another_provider_too() {
    let (portal, province) = (Provider::vnconnect(), Provider::generic("tinh"));
    let idp = TestIdp::start_with_providers(&[&portal, &province], |_| {}).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = idp.browser();
    let _ = sign_in_with(&idp, &an, &mut own).await.expect("home");
    let page = own.open("/account/links").await.expect("links");
    let there = own.submit(page.form_to("/upstream/tinh/link")).await.expect_away(&province.base);
    let page = own.open(province.sign_in(&there).as_str()).await.expect("links");
    assert!(page.text_of("#news").contains("Đã liên kết"), "{}", page.words());
    idp.advance(Span::minutes(5)).await;
    is(&portal, &an);
    let mut browser = idp.browser();
    let page = arrive(&mut browser, &portal).await.expect("arrival");
    let there = browser.open(&page.link("prove-by-tinh").unwrap()).await.expect_away(&province.base);
    // An old session there would prove nothing: the person signs in anew.
    assert!(there.query_pairs().any(|pair| pair == ("prompt".into(), "login".into())), "{there}");
    province.inside().id_token.insert("auth_time".to_owned(), json!(idp.now().seconds()));
    let _ = browser.open(province.sign_in(&there).as_str()).await.expect("home");
    // The session is that of the portal, and vouched for.
    let page = browser.open("/account/links").await.expect("links");
    assert_eq!(page.texts_of(".grants strong").len(), 2, "{}", page.words());
}

/// Nothing is said of a phone that is not there, nor of a password that was never set.
#[tokio::test]
async fn of_an_account_without_phone_and_password_the_page_says_what_is_left() {
    let (portal, province) = (Provider::vnconnect(), Provider::generic("tinh"));
    province.inside().userinfo.insert("so".to_owned(), json!("024185001234"));
    let idp = TestIdp::start_with_providers(&[&portal, &province], |config| {
        config.federation.upstreams.clear();
        portal.configure(config, "");
        province.configure(config, "default_level = { ial = 1 }\nclaims = { identity_number = \"so\" }\n");
    })
    .await;
    let _ = arrive(&mut idp.browser(), &portal).await;
    let mut browser = idp.browser();
    let there = browser.open("/upstream/tinh/start").await.expect_away(&province.base);
    let page = browser.come_back(province.sign_in(&there).as_str()).await.expect("arrival");
    let words = page.words();
    assert!(words.contains("không có mật khẩu và chưa có số điện thoại đã xác minh"), "{words}");
    assert!(!words.contains("ghi bên trên") && page.link("prove-by-vnconnect").is_some(), "{words}");
}

async fn arrive(browser: &mut Browser, portal: &Arc<Provider>) -> Page {
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    browser.come_back(portal.sign_in(&there).as_str()).await
}

// security: row 23
#[tokio::test]
async fn a_provider_that_is_switched_off_meanwhile_proves_nothing() {
    let (town, an, _) = with_an().await;
    let mut town = town;
    let _ = town.walk().await.expect("arrival");
    let Town { idp, browser, .. } = town;
    let idp = idp.restart_with(|config| config.federation.upstreams[0].enabled = false).await;
    let mut browser = browser.at_node(&idp);
    for address in ["/sign-in/arrival", "/sign-in/arrival/decline"] {
        let page = browser.open(address).await.expect("upstream-trouble");
        assert!(page.status() == 404 || page.status() == 410, "{}", page.status());
    }
    let id = crate::upstream::id_of(&idp, &an.username).await;
    let known = crate::upstream::known(&idp, &id).await;
    assert!(known.links.is_empty() && known.fact(IdentifierKind::IdentityNumber).is_some());
}
