//! Somebody who is signed in, and a service that asks for more: the shortest way that is enough, here or at the portal.

use super::{Gate, class, of};
use crate::remembered::{after_password, remembered};
use crate::walk::sign_in_with;
use portal_id_testkit::Citizen;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::provider::Manner;
use portal_id_testkit::service::parameter;
use serde_json::json;

/// A citizen of the portal's house, signed in by password and code.
async fn signed_in(gate: &mut Gate) -> Citizen {
    let an = gate.idp.citizen("nguyen.thi.an").activated().create().await;
    gate.person("an", &an.identity_number);
    let _ = sign_in_with(&gate.idp, &an, &mut gate.browser).await.expect("home");
    an
}

// security: row 10, 11
#[tokio::test]
async fn a_session_of_a_password_is_raised_at_the_portal_and_goes_on() {
    let mut gate = Gate::open().await;
    let an = signed_in(&mut gate).await;
    gate.link(&an.username, "an").await;
    let page = gate.request(&[]).await;
    let before = gate.claims(page).await;
    assert_eq!((&before["acr"], &before["ial"]), (&json!(class(2)), &json!(0)));
    gate.idp.advance(Span::minutes(3)).await;
    let stale = gate.browser.clone();
    let three = class(3);
    let there = gate.request(&[("acr_values", &three)]).await.expect_away(&gate.portal.base);
    assert_eq!((of(&there, "acr_values").as_deref(), of(&there, "prompt")), (Some("LoA2"), None));
    let page = gate.come_back(&there).await;
    let raised = gate.claims(page).await;
    assert_eq!((&raised["acr"], &raised["ial"], &raised["aal"]), (&json!(class(3)), &json!(2), &json!(2)));
    assert_eq!((&raised["sid"], &raised["sub"]), (&before["sid"], &before["sub"]));
    assert_eq!(raised["auth_time"], gate.idp.now().seconds() - 5, "when they signed in there");
    assert!(gate.idp.audited(AuditKind::SteppedUp).await);
    // The cookie from before opens nothing any more; who was raised is asked nothing more.
    let _ = stale.clone().open(&gate.asks(&[])).await.expect("sign-in");
    let page = gate.request(&[("acr_values", &three)]).await;
    assert_eq!(gate.claims(page).await["acr"], three);
}

// security: row 11
#[tokio::test]
async fn who_has_a_factor_here_is_sent_nowhere_for_a_factor() {
    let mut gate = Gate::open().await;
    let an = gate.idp.citizen("nguyen.thi.an").activated().create().await;
    gate.link(&an.username, "an").await;
    gate.browser = remembered(&gate.idp, &an).await;
    let _ = after_password(&gate.idp, &an, &mut gate.browser).await.expect("home");
    gate.idp.advance(Span::minutes(2)).await;
    let _ = gate.request(&[("acr_values", &class(2))]).await.expect("step-up");
    // The same after a sign-in at the portal that was worth no more.
    gate.browser = gate.idp.browser();
    gate.person("an", &an.identity_number);
    gate.vouches("");
    let there = gate.request(&[("idp_hint", "vnconnect")]).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await;
    assert_eq!(gate.claims(page).await["acr"], class(1));
    let _ = gate.request(&[("acr_values", &class(2))]).await.expect("step-up");
    gate.vouches("LoA2");
    // For somebody who vouches there is one journey, which brings the factor along.
    let there = gate.request(&[("acr_values", &class(3))]).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await;
    assert_eq!(gate.claims(page).await["acr"], class(3));
}

// security: row 11
#[tokio::test]
async fn who_has_no_factor_here_is_sent_to_the_portal_for_one_too() {
    let mut gate = Gate::open().await;
    gate.vouches("");
    let there = gate.request(&[("idp_hint", "vnconnect")]).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await;
    assert_eq!(gate.claims(page).await["acr"], class(1));
    gate.vouches("LoA1");
    let there = gate.request(&[("acr_values", &class(2))]).await.expect_away(&gate.portal.base);
    assert_eq!(of(&there, "acr_values").as_deref(), Some("LoA1"));
    let page = gate.come_back(&there).await;
    assert_eq!(gate.claims(page).await["acr"], class(2));
}

// security: row 7, 10
#[tokio::test]
async fn who_comes_back_as_somebody_else_changes_nothing_and_may_go_on_without() {
    let mut gate = Gate::open().await;
    let an = signed_in(&mut gate).await;
    gate.link(&an.username, "an").await;
    gate.person("binh", "024185001234");
    let there = gate.request(&[("acr_values", &class(3))]).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await.expect("upstream-trouble");
    assert!(page.html().contains("arrival-somebody-else-title"), "{}", page.words());
    // Another try is for the same.
    let again = page.link("again").expect("another try");
    let there = gate.browser.open(&again).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await.expect("upstream-trouble");
    let without = page.link("without").expect("the way on");
    let page = gate.browser.open(&without).await;
    let claims = gate.claims(page).await;
    assert_eq!((&claims["acr"], &claims["ial"]), (&json!(class(2)), &json!(0)));
    // A service that can do with no less is told so.
    let demands = gate.demands(&class(3));
    let there = gate.browser.open(&demands).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await.expect("upstream-trouble");
    let without = page.link("without").expect("the way on");
    let back = gate.browser.open(&without).await.expect_away(&gate.service.redirect_uri);
    assert_eq!(parameter(&back, "error").as_deref(), Some("unmet_authentication_requirements"));
    // As themselves they are raised, however often it went wrong.
    gate.person("an", &an.identity_number);
    let there = gate.browser.open(&demands).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await;
    assert_eq!(gate.claims(page).await["acr"], class(3));
}

// security: row 7
#[tokio::test]
async fn who_is_not_linked_yet_proves_that_the_account_is_theirs() {
    let mut gate = Gate::open().await;
    let an = signed_in(&mut gate).await;
    gate.idp.advance(portal_id_testkit::core::time::Span::minutes(1)).await;
    let there = gate.request(&[("acr_values", &class(3))]).await.expect_away(&gate.portal.base);
    let asked = gate.come_back(&there).await.expect("arrival");
    // Until then nothing is raised.
    let page = gate.request(&[]).await;
    assert_eq!(gate.claims(page).await["acr"], class(2));
    let sign_in = gate.browser.open(&asked.link("prove-by-sign-in").unwrap()).await.expect("sign-in");
    let page = an.sign_in(&gate.idp, &mut gate.browser, &sign_in).await;
    assert_eq!(gate.claims(page).await["acr"], class(3));
}

#[tokio::test]
async fn a_portal_that_is_away_keeps_nobody_from_a_service_that_is_content_with_less() {
    let mut gate = Gate::open().await;
    let an = signed_in(&mut gate).await;
    gate.link(&an.username, "an").await;
    let there = gate.request(&[("acr_values", &class(3))]).await.expect_away(&gate.portal.base);
    gate.portal.inside().manners.insert("/oauth2/token".to_owned(), Manner::Away);
    let page = gate.come_back(&there).await.expect("upstream-trouble");
    let without = page.link("without").expect("the way on");
    let page = gate.browser.open(&without).await;
    assert_eq!(gate.claims(page).await["acr"], class(2));
    // Who says no there goes on the same way.
    let there = gate.request(&[("acr_values", &class(3))]).await.expect_away(&gate.portal.base);
    let back = gate.portal.refuse(&there, "access_denied");
    let page = gate.browser.come_back(back.as_str()).await.expect("upstream-trouble");
    assert!(page.html().contains("upstream-refused-title"), "{}", page.words());
    assert!(page.link("again").is_some() && page.text_of("p.lead").contains("không đồng ý"), "{}", page.words());
    let without = page.link("without").expect("the way on");
    let page = gate.browser.open(&without).await;
    assert_eq!(gate.claims(page).await["acr"], class(2));
    // A service that can do with no less is told so.
    let demands = gate.demands(&class(3));
    let there = gate.browser.open(&demands).await.expect_away(&gate.portal.base);
    let back = gate.portal.refuse(&there, "access_denied");
    let page = gate.browser.come_back(back.as_str()).await.expect("upstream-trouble");
    let back = gate.browser.open(&page.link("without").unwrap()).await.expect_away(&gate.service.redirect_uri);
    assert_eq!(parameter(&back, "error").as_deref(), Some("unmet_authentication_requirements"));
}

// security: row 11
#[tokio::test]
async fn nobody_is_led_anywhere_by_a_silent_request_nor_where_no_way_leads() {
    let mut gate = Gate::open().await;
    let _an = signed_in(&mut gate).await;
    let back = gate.request(&[("acr_values", &class(3)), ("prompt", "none")]).await;
    let error = parameter(&back.expect_away(&gate.service.redirect_uri), "error");
    assert_eq!(error.as_deref(), Some("interaction_required"));
    let page = gate.request(&[("acr_values", &class(2)), ("prompt", "none")]).await;
    assert_eq!(gate.claims(page).await["acr"], class(2));

    let mut gate = Gate::with("enabled = false", |_| ()).await;
    let _an = signed_in(&mut gate).await;
    let page = gate.request(&[("acr_values", &class(3))]).await;
    assert_eq!(gate.claims(page).await["acr"], class(2), "the best there is");
    let demands = gate.demands(&class(3));
    for asks in [demands.clone(), format!("{demands}&prompt=none")] {
        let back = gate.browser.open(&asks).await.expect_away(&gate.service.redirect_uri);
        assert_eq!(parameter(&back, "error").as_deref(), Some("unmet_authentication_requirements"));
    }
}

// security: row 11
#[tokio::test]
async fn a_fresh_sign_in_that_is_asked_for_too_is_asked_of_the_portal() {
    let mut gate = Gate::open().await;
    let an = signed_in(&mut gate).await;
    gate.link(&an.username, "an").await;
    let asks = [("acr_values", &*class(3)), ("max_age", "600")];
    let there = gate.request(&asks).await.expect_away(&gate.portal.base);
    assert_eq!(of(&there, "prompt").as_deref(), Some("login"));
    gate.signed_in_there(json!(gate.idp.now().seconds() - 3600));
    let page = gate.come_back(&there).await.expect("upstream-trouble");
    assert!(page.html().contains("upstream-too-old-title"), "{}", page.words());
    gate.signed_in_there(json!(gate.idp.now().seconds()));
    let again = page.link("again").expect("another try");
    let there = gate.browser.open(&again).await.expect_away(&gate.portal.base);
    assert_eq!(of(&there, "prompt").as_deref(), Some("login"));
    let page = gate.come_back(&there).await;
    assert_eq!(gate.claims(page).await["acr"], class(3));
}
