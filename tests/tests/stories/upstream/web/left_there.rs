//! Somebody leaves the provider while they are on their way from it: by the session that ended nobody arrives.

use super::logout_tokens::{good, post, signed_by, with};
use super::proving::{ask_code, with_an};
use super::{Town, expect_trouble, is_signed_in};
use crate::upstream::{id_of, known};
use http::StatusCode;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use serde_json::{Value, json};

/// The portal says that somebody left it.
async fn says_they_left(town: &Town, changes: &Value) {
    let token = signed_by(&town.portal.inside().key.clone(), &with(good(&town.idp, &town.portal), changes));
    assert_eq!(post(&town.idp, "vnconnect", &token).await.status, StatusCode::OK);
}

/// The ways to say it: by session and person, by one of them.
fn ways_to_say_it() -> [Value; 3] {
    [json!({}), json!({ "sid": null }), json!({ "sub": null })]
}

// security: rows 7, 26
#[tokio::test]
async fn what_waits_for_a_proof_is_over_when_its_session_ends_at_the_portal() {
    for way in ways_to_say_it() {
        let (mut town, an, _) = with_an().await;
        let page = town.walk().await.expect("arrival");
        let sent = ask_code(&mut town.browser, &page).await.expect("arrival-code");
        let decline = town.browser.open(&page.link("decline").unwrap()).await.expect("arrival-decline");
        town.idp.advance(Span::minutes(1)).await;
        says_they_left(&town, &way).await;
        // Neither a right code, nor declining, nor signing in here makes a session of it.
        let code = town.idp.newest_code(&an.e164).await;
        let mut late = town.browser.clone();
        let given = late.submit(sent.form_with("code").fill("code", &code).press("action", "verify")).await;
        expect_trouble(given, 410, "upstream-over");
        let mut declining = town.browser.clone();
        let declined = declining.submit(decline.form_to("/sign-in/arrival/decline")).await;
        expect_trouble(declined, 410, "upstream-over");
        assert!(!is_signed_in(&mut late).await && !is_signed_in(&mut declining).await);
        let sign_in = town.browser.open(&page.link("prove-by-sign-in").unwrap()).await.expect("sign-in");
        let page = an.sign_in(&town.idp, &mut town.browser, &sign_in).await;
        expect_trouble(page, 410, "upstream-over");
        let account = known(&town.idp, &id_of(&town.idp, &an.username).await).await;
        assert!(account.links.is_empty() && account.disputed.is_empty() && account.vouched.is_empty(), "{way}");
        // Whoever signs in there again arrives as ever.
        town.browser = town.idp.browser();
        let _ = town.walk().await.expect("arrival");
    }
}

// security: row 26
#[tokio::test]
async fn whoever_is_still_on_the_way_does_not_arrive_by_a_session_that_ended_meanwhile() {
    for (way, said) in ways_to_say_it().into_iter().flat_map(|way| [(way.clone(), true), (way, false)]) {
        let mut town = Town::begin().await;
        let there = town.leave().await;
        let signed_in_at = town.idp.now().seconds();
        town.portal
            .inside()
            .id_token
            .insert("auth_time".to_owned(), if said { json!(signed_in_at) } else { Value::Null });
        town.idp.advance(Span::minutes(1)).await;
        says_they_left(&town, &way).await;
        town.idp.advance(Span::minutes(1)).await;
        let mut late = town.browser.clone();
        expect_trouble(late.come_back(town.portal.sign_in(&there).as_str()).await, 410, "upstream-over");
        assert!(!is_signed_in(&mut late).await, "{way}");
        assert!(town.idp.audited(AuditKind::ArrivalRefused).await);
        assert!(!town.idp.audited(AuditKind::AccountMadeByFederation).await);
        // Who begins again was let in by the portal since, whatever it says of when.
        let page = town.walk().await;
        let _ = town.tokens(page).await;
        assert!(is_signed_in(&mut town.browser).await, "{way}");
    }
}

// security: row 26
#[tokio::test]
async fn whoever_signed_in_there_since_arrives_and_so_does_anybody_else() {
    // At the portal they left, signed in again, and came back from the journey of before.
    let mut town = Town::begin().await;
    let there = town.leave().await;
    town.idp.advance(Span::minutes(1)).await;
    says_they_left(&town, &json!({ "sid": null })).await;
    town.idp.advance(Span::minutes(1)).await;
    let signed_in_at = town.idp.now().seconds() - 5;
    town.portal.inside().id_token.insert("auth_time".to_owned(), json!(signed_in_at));
    let page = town.come_back(&there).await;
    assert_eq!(town.tokens(page).await.id_token()["auth_time"], signed_in_at);

    for other in [
        json!({ "sid": "sid-other" }),
        json!({ "sub": "s-other" }),
        json!({ "sid": null, "sub": "s-other" }),
        json!({ "sub": null, "sid": "sid-other" }),
        // Names of one kind are none of the other.
        json!({ "sub": null, "sid": "s-binh" }),
        json!({ "sid": null, "sub": "sid-binh" }),
    ] {
        let mut town = Town::begin().await;
        let there = town.leave().await;
        town.portal.inside().id_token.insert("auth_time".to_owned(), Value::Null);
        town.idp.advance(Span::minutes(1)).await;
        says_they_left(&town, &other).await;
        let page = town.come_back(&there).await;
        let _ = town.tokens(page).await;
    }
}

// security: row 26
#[tokio::test]
async fn a_second_sign_out_there_counts_as_the_first_did() {
    let mut town = Town::begin().await;
    says_they_left(&town, &json!({})).await;
    town.idp.advance(Span::minutes(1)).await;
    let there = town.leave().await;
    town.portal.inside().id_token.insert("auth_time".to_owned(), json!(town.idp.now().seconds()));
    town.idp.advance(Span::minutes(1)).await;
    says_they_left(&town, &json!({ "jti": "j-2" })).await;
    expect_trouble(town.come_back(&there).await, 410, "upstream-over");
}
