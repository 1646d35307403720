//! A provider over TLS whose certificate is vouched for by an authority of its own, as those inside a province's network are:
//! it is believed where the operator's file says so, and nothing is told to anybody else.

use super::{Town, expect_trouble, is_signed_in};
use portal_id_logwatch::LogWatch;
use portal_id_testkit::{Provider, TestIdp};
use std::sync::Arc;
use tracing::Level;

async fn portal() -> Arc<Provider> {
    Provider::vnconnect().over_tls().await
}

/// A house that calls the portal, and believes what `more` says.
async fn town(portal: Arc<Provider>, more: &str) -> Town {
    Town::around(TestIdp::start_calling(&portal, more).await, portal).await
}

// security: row 27
#[tokio::test]
async fn a_portal_with_an_authority_of_its_own_is_believed_where_its_file_says_so() {
    let portal = portal().await;
    let more = portal.root_ca_file();
    let mut town = town(portal, &more).await;
    let page = town.walk().await;
    assert_eq!(town.tokens(page).await.id_token()["acr"], "urn:portal-id:loa:3");
}

// security: row 27
#[tokio::test]
async fn without_the_file_the_portal_is_away_the_log_says_why_and_local_sign_in_goes_on() {
    let mut town = town(portal().await, "").await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let log = LogWatch::begin();
    let page = expect_trouble(town.walk().await, 503, "upstream-away");
    let lines = log.at(Level::INFO);
    let told = lines.iter().filter(|line| line.contains("upstream=vnconnect")).collect::<Vec<_>>();
    assert_eq!(told.len(), 1, "{lines:?}");
    assert!(told[0].contains("its certificate is of an authority that is not trusted"), "{told:?}");
    assert!(!is_signed_in(&mut town.browser).await);
    assert_eq!(town.portal.inside().asked.len(), 0, "neither the code nor the secret was told");
    // The service still waits, and the password leads there.
    let sign_in = town.browser.open(&page.link("sign-in").unwrap()).await.expect("sign-in");
    let page = an.sign_in(&town.idp, &mut town.browser, &sign_in).await;
    assert_eq!(town.tokens(page).await.id_token()["acr"], "urn:portal-id:loa:2");
}

// security: row 27
#[tokio::test]
async fn the_file_of_one_upstream_vouches_for_no_other() {
    let (portal, province) = (portal().await, Provider::generic("tinh").over_tls().await);
    let file = portal.root_ca_file();
    let idp = TestIdp::start_calling_all(&[(&portal, &file), (&province, "")]).await;
    let mut browser = idp.browser();
    // Its metadata cannot even be read.
    expect_trouble(browser.open("/upstream/tinh/start").await, 503, "upstream-away");
    assert_eq!(province.inside().asked.len(), 0);
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    let _ = browser.come_back(portal.sign_in(&there).as_str()).await.expect("home");
}
