//! Whoever says no at the provider, or fails there, and is signed in here: told so where they came from, and free to choose.

use super::{Town, links, proving};
use crate::walk::sign_in_with;
use http::StatusCode;
use portal_id_testkit::Page;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use url::Url;

impl Town {
    /// They say no there, and come back.
    async fn refuse(&mut self, there: &Url) -> Page {
        let back = self.portal.refuse(there, "access_denied");
        self.browser.open(back.as_str()).await
    }
}

#[tokio::test]
async fn to_a_link_they_are_back_at_their_links_and_nothing_is_linked() {
    let (mut town, _, own) = proving::with_an().await;
    town.browser = own;
    let page = town.browser.open("/account/links").await.expect("links");
    let there = town.browser.submit(page.form_to("/upstream/vnconnect/link")).await.expect_away(&town.portal.base);
    let page = town.refuse(&there).await.expect("links");
    assert!(page.text_of("#news").contains("không đồng ý"), "{}", page.words());
    assert!(!town.idp.audited(AuditKind::UpstreamLinked).await);
    // Another try is at hand.
    let there = town.browser.submit(page.form_to("/upstream/vnconnect/link")).await.expect_away(&town.portal.base);
    let page = town.come_back(&there).await.expect("links");
    assert!(page.text_of("#news").contains("Đã liên kết"), "{}", page.words());
}

/// Another try of a link is a link: whoever signed in there instead would have a second account, and be signed in to it.
// security: row 7
#[tokio::test]
async fn what_fails_is_tried_again_for_what_it_was_for() {
    let (mut town, _, own) = proving::with_an().await;
    town.browser = own;
    for error in ["temporarily_unavailable", "server_error"] {
        let page = town.browser.open("/account/links").await.expect("links");
        let there = town.browser.submit(page.form_to("/upstream/vnconnect/link")).await.expect_away(&town.portal.base);
        let back = town.portal.refuse(&there, error);
        let page = town.browser.open(back.as_str()).await.expect("upstream-trouble");
        assert_eq!((page.status(), page.link("again").as_deref()), (StatusCode::BAD_GATEWAY, Some("/account/links")));
    }
    let _ = links::link(&mut town).await;
    town.idp.advance(Span::minutes(20)).await;
    let page = town.browser.open("/account/links").await.expect("confirm");
    let there = town.browser.open(&page.link("again-vnconnect").unwrap()).await.expect_away(&town.portal.base);
    let back = town.portal.refuse(&there, "server_error");
    let page = town.browser.open(back.as_str()).await.expect("upstream-trouble");
    let there = town.browser.open(&page.link("again").unwrap()).await.expect_away(&town.portal.base);
    assert!(there.query_pairs().any(|pair| pair == ("prompt".into(), "login".into())), "{there}");
}

#[tokio::test]
async fn to_prove_again_who_they_are_they_are_back_where_they_may_do_so_otherwise() {
    let (mut town, an, own) = proving::with_an().await;
    town.browser = own;
    let _ = links::link(&mut town).await;
    town.idp.advance(Span::minutes(20)).await;
    let page = town.browser.open("/account/links").await.expect("confirm");
    let there = town.browser.open(&page.link("again-vnconnect").unwrap()).await.expect_away(&town.portal.base);
    let page = town.refuse(&there).await.expect("confirm");
    assert!(page.text_of("#news").contains("không đồng ý"), "{}", page.words());
    // By the password, and from there where they wanted to go.
    let confirmed = page.form_with("password").fill("password", &an.password);
    let page = town.browser.submit(confirmed).await.expect("links");
    assert!(page.html().contains("value=\"remove\""), "{}", page.words());
}

#[tokio::test]
async fn to_prove_an_account_or_merely_to_sign_in_they_are_told_too_though_they_are_signed_in() {
    let mut town = Town::begin().await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let _ = sign_in_with(&town.idp, &an, &mut town.browser).await.expect("home");
    for start in ["/upstream/vnconnect/start", "/upstream/vnconnect/start?next=arrival"] {
        let there = town.browser.open(start).await.expect_away(&town.portal.base);
        let page = town.refuse(&there).await.expect("sign-in");
        assert!(page.text_of("#refused").contains("không đồng ý"), "{}", page.words());
    }
    // Signed in they are all the same.
    let _ = town.browser.open("/sign-in").await.expect("home");
}
