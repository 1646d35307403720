//! `idp_hint`: straight to the upstream, once, and to the sign-in page where that cannot be.

use super::{Gate, class, of};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;
use serde_json::json;

const HINT: (&str, &str) = ("idp_hint", "vnconnect");

#[tokio::test]
async fn a_request_that_names_an_upstream_leads_straight_there_and_back_to_the_service() {
    let mut gate = Gate::open().await;
    let there = gate.request(&[HINT, ("login_hint", "024185001234")]).await.expect_away(&gate.portal.base);
    assert_eq!((of(&there, "prompt"), of(&there, "max_age").as_deref()), (None, Some("2592000")));
    assert_eq!(of(&there, "login_hint").as_deref(), Some("024185001234"), "the service named whom it meant it for");
    let page = gate.come_back(&there).await;
    let claims = gate.claims(page).await;
    assert_eq!((&claims["acr"], &claims["nonce"]), (&json!(class(3)), &json!("nonce-of-the-test")));
    // Whoever is signed in already is not sent anywhere.
    let page = gate.request(&[HINT]).await;
    assert_eq!(gate.claims(page).await["sid"], claims["sid"]);
    // By form it is the same.
    let url = url::Url::parse(&gate.asks(&[HINT])).unwrap();
    let fields: Vec<_> = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let mut other = gate.idp.browser();
    let answer = other.post(&url::Url::parse("https://id.example.gov.vn/authorize").unwrap(), &fields).await;
    let on = answer.header("location").expect("a redirect").to_owned();
    let _ = other.open(&on).await.expect_away(&gate.portal.base);
}

// security: row 11
#[tokio::test]
async fn asked_to_sign_in_anew_somebody_signs_in_anew_there_whoever_is_signed_in_here() {
    let mut gate = Gate::open().await;
    let there = gate.request(&[HINT]).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await;
    let before = gate.claims(page).await;
    gate.idp.advance(Span::hours(1)).await;
    for asks in [("prompt", "login"), ("max_age", "60")] {
        let there = gate.request(&[HINT, asks]).await.expect_away(&gate.portal.base);
        assert_eq!(of(&there, "prompt").as_deref(), Some("login"), "{asks:?}");
        assert_eq!(of(&there, "max_age").as_deref(), Some("0"), "{asks:?}");
        // Who did not is not let through, and nothing changed.
        gate.signed_in_there(json!(gate.idp.now().seconds() - 3000));
        let page = gate.come_back(&there).await.expect("upstream-trouble");
        assert!(page.html().contains("upstream-too-old-title"), "{}", page.words());
        // Who did, by a clock that is a little off, is: they are not sent in circles.
        gate.signed_in_there(json!(gate.idp.now().seconds() - 40));
        let again = page.link("again").expect("another try");
        let there = gate.browser.open(&again).await.expect_away(&gate.portal.base);
        assert_eq!(of(&there, "prompt").as_deref(), Some("login"), "{asks:?}");
        let page = gate.come_back(&there).await;
        let claims = gate.claims(page).await;
        assert_eq!(claims["sub"], before["sub"]);
        assert!(claims["auth_time"].as_i64() >= Some(gate.idp.now().seconds() - 1), "{claims}");
        gate.idp.advance(Span::minutes(10)).await;
    }
}

// security: row 2, 23
#[tokio::test]
async fn a_hint_that_leads_nowhere_ends_at_the_sign_in_page() {
    let mut gate = Gate::with("enabled = false", |_| ()).await;
    let page = gate.request(&[("idp_hint", "nobody")]).await.expect("sign-in");
    assert!(!page.words().contains("Cổng hiện không nhận"), "{}", page.words());
    let _ = gate.request(&[("idp_hint", "https://evil.example/")]).await.expect("sign-in");
    for named in [HINT, ("vnconnect", "1")] {
        let page = gate.request(&[named]).await.expect("sign-in");
        assert!(page.words().contains("Cổng hiện không nhận"), "{}", page.words());
        assert!(page.link("by-vnconnect").is_none());
    }
    assert!(gate.portal.inside().asked.is_empty());
    let _ = gate.browser.open("/upstream/vnconnect/start").await.expect("upstream-trouble");
    let silent = gate.request(&[HINT, ("prompt", "none")]).await.expect_away(&gate.service.redirect_uri);
    assert_eq!(parameter(&silent, "error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_silent_request_leads_nobody_upstream_and_who_says_no_there_is_asked_here() {
    let mut gate = Gate::open().await;
    let silent = gate.request(&[HINT, ("prompt", "none")]).await.expect_away(&gate.service.redirect_uri);
    assert_eq!(parameter(&silent, "error").as_deref(), Some("login_required"));
    let there = gate.request(&[HINT]).await.expect_away(&gate.portal.base);
    let back = gate.portal.refuse(&there, "access_denied");
    let page = gate.browser.come_back(back.as_str()).await.expect("sign-in");
    assert!(page.link("by-vnconnect").is_some(), "they may think better of it");
    let an = gate.idp.citizen("nguyen.thi.an").activated().create().await;
    let page = an.sign_in(&gate.idp, &mut gate.browser, &page).await;
    assert_eq!(gate.claims(page).await["acr"], class(2));
}

#[tokio::test]
async fn whoever_chooses_another_upstream_than_the_service_meant_tells_it_nothing_of_the_hint() {
    let mut gate = Gate::open().await;
    let page = gate.request(&[("login_hint", "nguyen.thi.an")]).await.expect("sign-in");
    let button = page.link("by-vnconnect").expect("the button");
    let there = gate.browser.open(&button).await.expect_away(&gate.portal.base);
    assert_eq!(of(&there, "login_hint"), None);
}
