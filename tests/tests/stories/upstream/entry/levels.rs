//! What a service asks of the level, and what the portal says of it: the token tells the truth, whatever was asked.

use super::{Gate, class, of};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Provider, TestIdp};
use serde_json::json;

/// What the portal says, and the class that it is worth.
const SAID: [(&str, u8); 4] = [("", 1), ("LoA1", 2), ("LoA2", 3), ("LoA3", 4)];

// security: row 11
#[tokio::test]
async fn whatever_class_is_asked_for_the_token_says_what_the_portal_said() {
    let mut gate = Gate::open().await;
    for (said, worth) in SAID {
        gate.vouches(said);
        for asked in ["", "gold"].into_iter().map(str::to_owned).chain((1..=4).map(class)) {
            gate.browser = gate.idp.browser();
            let what = format!("said {said:?}, asked {asked:?}");
            let request = [("idp_hint", "vnconnect"), ("acr_values", asked.as_str())];
            let there = gate.request(&request).await.expect_away(&gate.portal.base);
            let wanted = match asked.rsplit(':').next() {
                Some("3") => "LoA2",
                Some("4") => "LoA3",
                _ => "LoA1",
            };
            assert_eq!(of(&there, "acr_values").as_deref(), Some(wanted), "{what}");
            // One journey: whoever comes back with less is not sent again.
            let page = gate.come_back(&there).await;
            let claims = gate.claims(page).await;
            assert_eq!((&claims["acr"], &claims["ial"]), (&json!(class(worth)), &json!(worth - 1)), "{what}");
        }
    }
}

// security: row 11
#[tokio::test]
async fn less_than_an_essential_class_never_comes_back_as_a_sign_in() {
    let mut gate = Gate::open().await;
    for (said, worth) in SAID {
        gate.vouches(said);
        for asked in 1..=4 {
            gate.browser = gate.idp.browser();
            let what = format!("said {said:?}, demanded {asked}");
            let demands = format!("{}&idp_hint=vnconnect", gate.demands(&class(asked)));
            let there = gate.browser.open(&demands).await.expect_away(&gate.portal.base);
            let back = gate.come_back(&there).await.expect_away(&gate.service.redirect_uri);
            let error = parameter(&back, "error");
            if worth < asked {
                assert_eq!(error.as_deref(), Some("unmet_authentication_requirements"), "{what}");
            } else {
                assert_eq!(error, None, "{what}");
                assert_eq!(gate.service.redeem(&back).await.id_token()["acr"], class(asked), "{what}");
            }
        }
    }
}

// security: row 11
#[tokio::test]
async fn a_sign_in_of_long_ago_at_the_portal_meets_no_question_about_a_fresh_one() {
    let mut gate = Gate::open().await;
    let long_ago = gate.idp.now().seconds() - 3600;
    gate.signed_in_there(json!(long_ago));
    let there = gate.request(&[("idp_hint", "vnconnect")]).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await;
    assert_eq!(gate.claims(page).await["auth_time"], long_ago);
    // The session began this very moment, and proves nothing about the last hour.
    for asked in [("max_age", "3000"), ("max_age", "0"), ("prompt", "login"), ("prompt", "select_account")] {
        let _ = gate.request(&[asked]).await.expect("sign-in");
    }
    let silent = gate.request(&[("max_age", "3000"), ("prompt", "none")]).await;
    let error = parameter(&silent.expect_away(&gate.service.redirect_uri), "error");
    assert_eq!(error.as_deref(), Some("login_required"));
    let page = gate.request(&[("max_age", "4000")]).await;
    assert_eq!(gate.claims(page).await["auth_time"], long_ago);
    // By the button it is the same: the portal is asked to sign the person in anew, and believed only if it did.
    let page = gate.request(&[("max_age", "3000")]).await.expect("sign-in");
    let button = page.link("by-vnconnect").expect("the button");
    let there = gate.browser.open(&button).await.expect_away(&gate.portal.base);
    assert_eq!(of(&there, "prompt").as_deref(), Some("login"));
    let page = gate.come_back(&there).await.expect("upstream-trouble");
    assert!(page.html().contains("upstream-too-old-title"), "{}", page.words());
    // Another try leads there once more.
    gate.idp.advance(Span::minutes(1)).await;
    let now = gate.idp.now().seconds();
    gate.signed_in_there(json!(now));
    let again = page.link("again").expect("another try");
    let there = gate.browser.open(&again).await.expect_away(&gate.portal.base);
    let page = gate.come_back(&there).await;
    assert_eq!(gate.claims(page).await["auth_time"], now);
}

#[tokio::test]
async fn the_sign_in_page_says_who_reaches_the_class_that_is_asked_for() {
    let mut gate = Gate::open().await;
    for (asked, says) in [(class(1), false), (class(2), false), (class(3), true), (class(4), true)] {
        let page = gate.request(&[("acr_values", &asked)]).await.expect("sign-in");
        assert_eq!(page.texts_of("#for-level").len(), usize::from(says), "{asked}");
        // Its button stands with the words, and nowhere else.
        assert_eq!(page.texts_of("#by-vnconnect").len(), 1, "{asked}");
        assert_eq!(page.texts_of("#for-level #by-vnconnect").len(), usize::from(says), "{asked}");
        assert_eq!(page.texts_of("#upstreams").len(), usize::from(!says), "{asked}: no part without a way");
    }
}

// security: row 11
#[tokio::test]
async fn discovery_lists_the_classes_that_somebody_can_reach() {
    let classes = async |idp: &TestIdp| {
        let answer = idp.browser().open("/.well-known/openid-configuration").await.answer;
        answer.json()["acr_values_supported"].as_array().unwrap().len()
    };
    assert_eq!(classes(&TestIdp::start().await).await, 2);
    assert_eq!(classes(&Gate::open().await.idp).await, 4);
    assert_eq!(classes(&Gate::with("enabled = false", |_| ()).await.idp).await, 2);
    let only_second = "[[federation.upstreams.levels]]\nclaim = \"loAs\"\nvalue = \"LoA2\"\nial = 2\namr = [\"pwd\", \"sms\", \"mfa\"]";
    assert_eq!(classes(&Gate::with(only_second, |_| ()).await.idp).await, 3);
    let generic = Provider::generic("keycloak");
    assert_eq!(classes(&TestIdp::start_with_providers(&[&generic], |_| ()).await).await, 2);
}
