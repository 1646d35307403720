//! Whoever cannot or will not prove the account is told what that does, and decides (decisions 24).

use super::proving::with_an;
use super::{expect_trouble, is_signed_in};
use crate::upstream::{id_of, known};
use crate::walk::sign_in_with;
use portal_id_testkit::TestIdp;
use portal_id_testkit::core::accounts::RegistrationMode;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::profile::IdentifierKind;
use portal_id_testkit::core::time::Span;
use serde_json::json;

// security: row 7
#[tokio::test]
async fn whoever_declines_gets_an_account_of_their_own_and_the_old_one_loses_the_number_alone() {
    let (mut town, an, mut own) = with_an().await;
    let page = town.walk().await.expect("arrival");
    let page = town.browser.open(&page.link("decline").unwrap()).await.expect("arrival-decline");
    assert!(page.words().contains("gỡ khỏi tài khoản cũ") && page.words().contains("báo bằng thư"), "{}", page.words());
    // Looking changes nothing, and one may go back.
    let _ = town.browser.open(&page.link("back").unwrap()).await.expect("arrival");
    let id = id_of(&town.idp, &an.username).await;
    assert!(known(&town.idp, &id).await.disputed.is_empty());
    let decline = page.form_to("/sign-in/arrival/decline");
    let declined = town.browser.submit(decline.clone()).await.expect("contact");
    assert!(is_signed_in(&mut town.browser).await && declined.link("skip").is_some());
    // Sent again with the page of before: its proof was of a browser without this session.
    let again = town.browser.submit(decline).await;
    assert_eq!((again.name().as_str(), again.status().as_u16()), ("error", 403));
    expect_trouble(town.browser.open("/sign-in/arrival/decline").await, 410, "upstream-over");
    assert!(town.idp.audited(AuditKind::ArrivalDeclined).await && town.idp.audited(AuditKind::NumberDisputed).await);
    let old = known(&town.idp, &id).await;
    assert_eq!(old.disputed, [IdentifierKind::IdentityNumber]);
    assert!(old.links.is_empty() && old.profile.email.is_some());
    assert!(town.idp.told(&an.email, "gỡ khỏi tài khoản").await);
    // Its holder signs in as before, and is told on the page as well.
    let page = own.open("/account").await.expect("account");
    assert!(page.words().contains("được gỡ khỏi tài khoản này") && !page.words().contains("Số định danh cá nhân"));
    // Of one service, both are known as different people.
    let onward = town.browser.open(&declined.link("skip").unwrap()).await;
    let new = town.tokens(onward).await.id_token();
    assert_ne!(new["sub"], json!(id.as_str()));
    town.idp.advance(Span::hours(1)).await;
    let mut by_name = town.idp.browser();
    let _ = sign_in_with(&town.idp, &an, &mut by_name).await.expect("home");
}

/// Between asking and declining somebody activated an account with the number of the person's former card.
// security: row 7
#[tokio::test]
async fn whoever_has_the_number_only_since_is_asked_about_before_they_lose_it() {
    let portal = portal_id_testkit::Provider::vnconnect();
    let idp = TestIdp::start_with_providers(&[&portal], |config| config.accounts.accept_cmnd = true).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let numbers = json!({ "SoDinhDanh": an.identity_number, "SoCMND": "121234567" });
    portal.inside().userinfo.extend(numbers.as_object().unwrap().clone());
    let mut browser = idp.browser();
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    let page = browser.open(portal.sign_in(&there).as_str()).await.expect("arrival");
    assert!(page.words().contains("ng••••") && !page.words().contains("tr••••"), "{}", page.words());
    let page = browser.open(&page.link("decline").unwrap()).await.expect("arrival-decline");

    let chi =
        idp.citizen("tran.thi.chi").with(|chi| chi.identity_number = "121234567".to_owned()).activated().create().await;
    let ids = [id_of(&idp, &an.username).await, id_of(&idp, &chi.username).await];
    let page = browser.submit(page.form_to("/sign-in/arrival/decline")).await.expect("arrival");
    assert!(page.words().contains("ng••••") && page.words().contains("tr••••"), "{}", page.words());
    assert!(!is_signed_in(&mut browser).await);
    for id in &ids {
        assert!(known(&idp, id).await.disputed.is_empty());
    }
    assert!(!idp.audited(AuditKind::AccountMadeByFederation).await && !idp.audited(AuditKind::ArrivalDeclined).await);

    let page = browser.open(&page.link("decline").unwrap()).await.expect("arrival-decline");
    let _ = browser.submit(page.form_to("/sign-in/arrival/decline")).await.expect("contact");
    assert!(is_signed_in(&mut browser).await);
    for (id, email) in ids.iter().zip([&an.email, &chi.email]) {
        assert!(!known(&idp, id).await.disputed.is_empty() && idp.told(email, "gỡ khỏi tài khoản").await);
    }
}

#[tokio::test]
async fn where_no_account_can_be_opened_the_page_says_so_and_offers_nothing() {
    let portal = portal_id_testkit::Provider::vnconnect();
    let idp = TestIdp::start_with_providers(&[&portal], |_| {}).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    portal.inside().userinfo.insert("SoDinhDanh".to_owned(), json!(an.identity_number));
    let idp =
        idp.restart_with(|config| config.accounts.registration.citizen = Some(RegistrationMode::Closed.into())).await;
    let mut browser = idp.browser();
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    let page = browser.open(portal.sign_in(&there).as_str()).await.expect("arrival");
    let page = browser.open(&page.link("decline").unwrap()).await.expect("arrival-decline");
    assert!(page.words().contains("không mở tài khoản mới") && !page.html().contains("id=\"submit\""));
}
