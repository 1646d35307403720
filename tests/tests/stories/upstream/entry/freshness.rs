//! When somebody signed in at the portal: what passes for a fresh sign-in, and what a service is told.

use super::{Gate, of};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::page::Page;
use portal_id_testkit::service::{claims_of, parameter};
use serde_json::{Value, json};
use url::Url;

/// Somebody comes in by the portal, where they had a session already.
async fn let_in(gate: &mut Gate, auth_time: Value) -> Page {
    gate.signed_in_there(auth_time);
    let there = gate.request(&[("idp_hint", "vnconnect")]).await.expect_away(&gate.portal.base);
    assert_eq!((of(&there, "prompt"), of(&there, "max_age").as_deref()), (None, Some("2592000")));
    gate.come_back(&there).await
}

/// From the sign-in page to the portal, which is asked to sign the person in anew.
async fn by_the_button(gate: &mut Gate, page: &Page) -> Url {
    let button = page.link("by-vnconnect").expect("the button");
    let there = gate.browser.open(&button).await.expect_away(&gate.portal.base);
    assert_eq!((of(&there, "prompt").as_deref(), of(&there, "max_age").as_deref()), (Some("login"), Some("0")));
    there
}

/// The error that a service gets.
async fn error(gate: &mut Gate, asks: &[(&str, &str)]) -> Option<String> {
    let back = gate.request(asks).await.expect_away(&gate.service.redirect_uri);
    parameter(&back, "error")
}

// security: row 11
#[tokio::test]
async fn a_portal_that_does_not_say_when_makes_no_fresh_sign_in_of_an_old_session() {
    let mut gate = Gate::open().await;
    let page = let_in(&mut gate, Value::Null).await;
    let tokens = gate.service.redeem(&page.expect_away(&gate.service.redirect_uri)).await;
    // A service is told what is known, and no more.
    assert_eq!((tokens.id_token().get("auth_time"), &tokens.id_token()["ial"]), (None, &json!(2)));
    assert_eq!(claims_of(&tokens.field("access_token")).get("auth_time"), None);
    let about = gate.service.introspect(&tokens.field("access_token")).await;
    assert_eq!((&about["active"], about.get("auth_time"), about["amr"][1].as_str()), (&json!(true), None, Some("sms")));
    // However long ago is asked for, it is not known to be so.
    let must_know = json!({ "id_token": { "auth_time": { "essential": true } } }).to_string();
    for asked in [
        ("max_age", "0"),
        ("max_age", "1"),
        ("max_age", "86400"),
        ("max_age", "99999999999"),
        ("prompt", "login"),
        ("claims", &must_know),
    ] {
        let _ = gate.request(&[asked]).await.expect("sign-in");
        if asked.0 != "prompt" {
            let error = error(&mut gate, &[asked, ("prompt", "none")]).await;
            assert_eq!(error.as_deref(), Some("login_required"), "{asked:?}");
        }
    }
    // Nothing is asked: nothing is wrong with the session.
    let page = gate.request(&[("prompt", "none")]).await;
    assert_eq!(gate.claims(page).await.get("auth_time"), None);
    // Nor is it when they come back from a new sign-in as silently: whoever sat there may have taken the question out.
    let page = gate.request(&[("claims", &must_know)]).await.expect("sign-in");
    let there = by_the_button(&mut gate, &page).await;
    let page = gate.come_back(&there).await.expect("upstream-trouble");
    assert!(page.html().contains("upstream-too-old-title"), "{}", page.words());
}

/// The operator of such a provider answers for it.
// security: row 11
#[tokio::test]
async fn a_portal_that_need_not_say_when_is_believed_when_it_was_to_sign_somebody_in_anew() {
    let mut gate = Gate::with("auth_time_required = false\n", |_| ()).await;
    let must_know = json!({ "id_token": { "auth_time": { "essential": true } } }).to_string();
    let _ = let_in(&mut gate, Value::Null).await;
    // It is known that they did so since they left; and that meets the question.
    let page = gate.request(&[("claims", &must_know)]).await.expect("sign-in");
    let there = by_the_button(&mut gate, &page).await;
    let left_at = gate.idp.now().seconds();
    gate.idp.advance(Span::minutes(2)).await;
    let page = gate.come_back(&there).await;
    assert_eq!(gate.claims(page).await["auth_time"], left_at);
    let page = gate.request(&[("max_age", "300")]).await;
    assert_eq!(gate.claims(page).await["auth_time"], left_at);
}

// security: row 11
#[tokio::test]
async fn what_another_tab_brings_from_an_old_session_meets_no_demand_for_a_new_sign_in() {
    for (auth_time, known) in [(Value::Null, false), (json!(1_000_000_000), true)] {
        let mut gate = Gate::open().await;
        let page = let_in(&mut gate, auth_time).await;
        assert_eq!(gate.claims(page).await.get("auth_time").is_some(), known);
        for demand in [("prompt", "login"), ("max_age", "1")] {
            gate.idp.advance(Span::minutes(1)).await;
            let asked = gate.request(&[demand]).await.expect("sign-in");
            gate.idp.advance(Span::minutes(1)).await;
            // Another tab comes in by the portal, which lets the person through.
            let there = gate.browser.open("/upstream/vnconnect/start").await.expect_away(&gate.portal.base);
            assert_eq!(of(&there, "prompt"), None);
            let _ = gate.come_back(&there).await.expect("home");
            // The first tab goes on where it was.
            let flow = of(&asked.url, "flow").expect("the pending request");
            let resume = format!("/authorize/resume?flow={flow}");
            let page = gate.browser.open(&resume).await.expect("sign-in");
            let there = by_the_button(&mut gate, &page).await;
            let page = gate.come_back(&there).await.expect("upstream-trouble");
            assert!(page.html().contains("upstream-too-old-title"), "{}", page.words());
        }
    }
}

// security: row 11
#[tokio::test]
async fn an_old_sign_in_at_the_portal_is_asked_for_anew_wherever_it_matters() {
    let mut gate = Gate::open().await;
    let hour_ago = gate.idp.now().seconds() - 3600;
    let page = let_in(&mut gate, json!(hour_ago)).await;
    assert_eq!(gate.claims(page).await["auth_time"], hour_ago);
    for demand in [("prompt", "login"), ("max_age", "0"), ("max_age", "1")] {
        let page = gate.request(&[demand]).await.expect("sign-in");
        let _ = by_the_button(&mut gate, &page).await;
        // The service may name the portal itself.
        let there = gate.request(&[demand, ("idp_hint", "vnconnect")]).await.expect_away(&gate.portal.base);
        assert_eq!(of(&there, "prompt").as_deref(), Some("login"), "{demand:?}");
        if demand.0 == "max_age" {
            let silent = [demand, ("prompt", "none"), ("idp_hint", "vnconnect")];
            assert_eq!(error(&mut gate, &silent).await.as_deref(), Some("login_required"), "{demand:?}");
        }
    }
}

// security: row 11
#[tokio::test]
async fn a_sign_in_of_tomorrow_is_none_and_a_clock_that_is_a_little_fast_makes_none_of_tomorrow() {
    let mut gate = Gate::open().await;
    let now = gate.idp.now().seconds();
    let page = let_in(&mut gate, json!(now + 61)).await.expect("upstream-trouble");
    assert!(page.html().contains("upstream-distrusted-title"), "{}", page.words());
    let page = let_in(&mut gate, json!(now + 60)).await;
    assert_eq!(gate.claims(page).await["auth_time"], now);
}

// security: row 11
#[tokio::test]
async fn who_came_in_by_a_session_of_unknown_age_proves_again_who_they_are_before_a_password_is_set() {
    let mut gate = Gate::open().await;
    let page = let_in(&mut gate, Value::Null).await;
    let _ = gate.claims(page).await;
    // Pages say what is known.
    for page in ["/", "/account", "/account/sessions"] {
        let page = gate.browser.open(page).await;
        assert!(!page.words().contains("1970"), "{}", page.words());
    }
    let confirm = gate.browser.open("/account/password/first").await.expect("confirm");
    let again = confirm.link("again-vnconnect").expect("the portal");
    let there = gate.browser.open(&again).await.expect_away(&gate.portal.base);
    assert_eq!(of(&there, "prompt").as_deref(), Some("login"));
    let now = gate.idp.now().seconds();
    gate.signed_in_there(json!(now));
    let _ = gate.come_back(&there).await.expect("first-password");
}
