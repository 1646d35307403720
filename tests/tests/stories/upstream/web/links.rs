//! The links of one's own account, on its page.

use super::Town;
use crate::upstream::known;
use crate::walk::sign_in_with;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::idp::ISSUER;
use portal_id_testkit::{Browser, Citizen, Page};
use serde_json::json;

async fn with_an() -> (Town, Citizen) {
    let mut town = Town::begin().await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let _ = sign_in_with(&town.idp, &an, &mut town.browser).await.expect("home");
    town.portal.inside().userinfo.insert("SoDinhDanh".to_owned(), json!(an.identity_number));
    (town, an)
}

pub(super) async fn link(town: &mut Town) -> Page {
    let page = town.browser.open("/account/links").await.expect("links");
    let there = town.browser.submit(page.form_to("/upstream/vnconnect/link")).await.expect_away(&town.portal.base);
    town.come_back(&there).await.expect("links")
}

async fn remove(browser: &mut Browser, page: &Page) -> Page {
    browser.submit(page.form_with("link").press("action", "remove")).await
}

#[tokio::test]
async fn a_link_is_added_and_removed_by_whoever_has_just_proved_who_they_are_and_told_by_mail() {
    let (mut town, an) = with_an().await;
    let account = town.browser.open("/account").await.expect("account");
    let _ = town.browser.open(&account.link("links").unwrap()).await.expect("links");
    let page = link(&mut town).await;
    assert!(page.text_of("#news").contains("Đã liên kết"), "{}", page.words());
    assert!(town.idp.told(&an.email, "vừa được liên kết").await);
    assert!(!page.html().contains("/upstream/vnconnect/link"), "it is linked already");
    // Later the password is asked first, and the way leads back.
    town.idp.advance(Span::minutes(20)).await;
    let confirm = remove(&mut town.browser, &page).await.expect("confirm");
    let confirmed = confirm.form_with("password").fill("password", &an.password);
    let page = town.browser.submit(confirmed).await.expect("links");
    let gone = remove(&mut town.browser, &page).await.expect("links");
    assert!(gone.text_of("#news").contains("Đã gỡ liên kết"), "{}", gone.words());
    assert!(town.idp.told(&an.email, "vừa bị gỡ").await && town.idp.audited(AuditKind::UpstreamUnlinked).await);
    let again = remove(&mut town.browser, &page).await.expect("links");
    assert!(again.text_of("#news").contains("không còn nữa"), "{}", again.words());
}

/// Else the next person at the computer is let in as this one.
#[tokio::test]
async fn whoever_linked_is_signed_out_there_too_when_they_sign_out_here() {
    let (mut town, _) = with_an().await;
    let _ = link(&mut town).await;
    let page = town.browser.open("/sign-out").await.expect("sign-out");
    let there = town.browser.submit(page.form_to("/sign-out/confirm")).await.expect_away(&town.portal.base);
    assert!(there.query_pairs().any(|(name, _)| name == "id_token_hint"), "{there}");
}

// security: row 35
#[tokio::test]
async fn nobody_who_is_not_signed_in_sees_or_changes_links() {
    let (mut town, _) = with_an().await;
    let page = link(&mut town).await;
    let mut other = town.idp.browser();
    let sign_in = other.open("/account/links").await.expect("sign-in");
    assert!(sign_in.url.as_str().ends_with("next=links"), "{}", sign_in.url);
    let refused = other.submit(page.form_with("link").press("action", "remove")).await;
    assert_eq!(refused.status(), 403);
    assert!(!town.idp.audited(AuditKind::UpstreamUnlinked).await);
}

#[tokio::test]
async fn the_only_way_in_stays_and_the_page_says_why() {
    let mut town = Town::begin().await;
    let _ = town.walk().await;
    let page = town.browser.open("/account/links").await.expect("links");
    assert!(page.words().contains("cách duy nhất") && !page.html().contains("value=\"remove\""), "{}", page.words());
    // Whoever sends the form all the same is told too.
    let account = town.idp.audit().await.into_iter().find_map(|entry| entry.account_id).expect("an account");
    let link = known(&town.idp, &account).await.links[0].id.clone();
    let security = town.browser.open("/account").await.expect("account");
    let csrf = security.form_with("csrf").value("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("action", "remove"), ("link", link.as_str())];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = town.browser.post(&format!("{ISSUER}/account/links").parse().unwrap(), &fields).await;
    assert_eq!(answer.header("location"), Some("/account/links?done=last-way"));
    let page = town.browser.open("/account/links?done=last-way").await.expect("links");
    assert!(page.text_of("#news").contains("Chưa gỡ"), "{}", page.words());
    assert_eq!(known(&town.idp, &account).await.links.len(), 1);
}

// security: row 11
#[tokio::test]
async fn whoever_has_no_password_proves_anew_at_the_provider_who_they_are() {
    let mut town = Town::begin().await;
    let _ = town.walk().await;
    town.idp.advance(Span::minutes(20)).await;
    let page = town.browser.open("/account/links").await.expect("confirm");
    assert!(!page.html().contains("type=\"password\""), "{}", page.words());
    let there = town.browser.open(&page.link("again-vnconnect").unwrap()).await.expect_away(&town.portal.base);
    assert!(there.query_pairs().any(|pair| pair == ("prompt".into(), "login".into())), "{there}");
    let now = town.idp.now().seconds();
    town.portal.inside().id_token.insert("auth_time".to_owned(), json!(now));
    let _ = town.come_back(&there).await.expect("links");
}
