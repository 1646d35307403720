//! Answers that do not belong to what was asked (security.md rows 10, 25).
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::house::{House, NOW, browser, departing, settings};
use super::provider::Provider;
use crate::{Answer, Departure, Distrust, Stranded, Trouble};
use portal_id_core::time::Span;
use portal_id_core::upstream::Purpose;
use serde_json::json;
use url::Url;

fn state_of(departure: &Departure) -> String {
    let url = Url::parse(&departure.location).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

fn answer(pairs: &[(&str, &str)]) -> Answer {
    Answer::read(pairs.iter().copied()).unwrap()
}

// security: rows 10, 25
#[tokio::test]
async fn a_state_is_good_once_in_its_browser_for_a_quarter_of_an_hour() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let ctx = browser(1, NOW);
    let departure = house.begin(&ctx).await.unwrap();
    let good = provider.sign_in(&departure);
    let over = |outcome: Result<_, Trouble>| matches!(outcome.map(|_: crate::Arrived| ()), Err(Trouble::AttemptOver));
    assert!(over(house.finish(&browser(2, NOW), &good).await), "another browser");
    assert!(over(house.finish(&portal_id_core::ctx::Ctx { browser: None, ..ctx.clone() }, &good).await), "no browser");
    for pairs in [
        vec![("code", "code-1")],
        vec![("code", "code-1"), ("state", "")],
        vec![("code", "code-1"), ("state", "made-up")],
        vec![("error", "access_denied")],
    ] {
        assert!(over(house.finish(&ctx, &answer(&pairs)).await), "{pairs:?}");
    }
    assert!(over(house.finish(&browser(1, NOW + Span::minutes(15)), &good).await), "too late");
    assert!(provider.asked("/oauth2/token").is_empty(), "no code was tried by any of these");
    house.finish(&ctx, &good).await.unwrap();
    assert!(over(house.finish(&ctx, &good).await), "a second time");
    assert_eq!(provider.asked("/oauth2/token").len(), 1);
}

// security: rows 13, 25
#[tokio::test]
async fn of_many_answers_with_one_state_one_is_taken() {
    let provider = Provider::start().await;
    let house = std::sync::Arc::new(House::at(&provider, ""));
    let departure = house.begin(&browser(1, NOW)).await.unwrap();
    let good = provider.sign_in(&departure);
    let racers = (0..16).map(|_| {
        let (house, good) = (house.clone(), good.clone());
        tokio::spawn(async move { house.finish(&browser(1, NOW), &good).await.is_ok() })
    });
    let mut arrived = 0;
    for racer in racers.collect::<Vec<_>>() {
        arrived += u32::from(racer.await.unwrap());
    }
    assert_eq!((arrived, provider.asked("/oauth2/token").len()), (1, 1));
}

// security: row 25
#[tokio::test]
async fn what_was_begun_at_one_upstream_is_nothing_at_another() {
    let (one, two) = (Provider::start().await, Provider::start().await);
    let other = two.vnconnect("").replace("id = \"vnconnect\"", "id = \"other\"");
    let house = House::with(vec![settings(&one.vnconnect("")), settings(&other)]);
    let ctx = browser(1, NOW);
    let departure = house.begin(&ctx).await.unwrap();
    let good = one.sign_in(&departure);
    let stranded = house.federation.finish(&ctx, "other", &good).await.unwrap_err();
    assert_eq!(stranded, Stranded::from(Trouble::AttemptOver), "and nothing of the attempt is told");
    assert!(two.asked("/oauth2/token").is_empty(), "the code of one never reaches the other");
    // The token of one, given out by the other, is of another issuer and of another key.
    let elsewhere = house.federation.begin(&ctx, "other", departing()).await.unwrap();
    let back = two.sign_in(&elsewhere);
    let mut claims = one.state().id_token.clone();
    let nonce = two.state().nonce.clone();
    claims.insert("nonce".to_owned(), json!(nonce));
    let key = one.state().key.clone();
    two.state().token = Some(key.sign(&key.header(), &claims));
    let outcome = house.federation.finish(&ctx, "other", &back).await;
    assert_eq!(outcome.unwrap_err().trouble, Trouble::Distrusted(Distrust::Issuer), "both sign with the same key here");
    house.finish(&ctx, &good).await.unwrap();
}

// security: row 25
#[tokio::test]
async fn the_issuer_in_an_answer_is_the_upstreams_and_is_there_when_promised() {
    let provider = Provider::start().await;
    let discovered = format!("discovery_url = \"{}/oauth2/token/.well-known/openid-configuration\"", provider.base);
    let issuer = format!("{}/oauth2/token", provider.base);
    let try_with = async |house: &House, iss: Option<&str>| {
        let ctx = browser(1, NOW);
        let departure = house.begin(&ctx).await.unwrap();
        provider.sign_in(&departure);
        let state = state_of(&departure);
        let mut pairs = vec![("code", "code-1"), ("state", state.as_str())];
        pairs.extend(iss.map(|iss| ("iss", iss)));
        house.finish(&ctx, &answer(&pairs)).await.map(|_| ())
    };
    let refused = Err(Trouble::Distrusted(Distrust::ResponseIssuer));
    let silent = House::at(&provider, "");
    assert_eq!(try_with(&silent, None).await, Ok(()));
    assert_eq!(try_with(&silent, Some(&issuer)).await, Ok(()));
    assert_eq!(try_with(&silent, Some("https://evil.example")).await, refused);
    provider.state().metadata.insert("authorization_response_iss_parameter_supported".to_owned(), json!(true));
    let promising = House::at(&provider, &discovered);
    assert_eq!(try_with(&promising, None).await, refused);
    assert_eq!(try_with(&promising, Some(&issuer)).await, Ok(()));
}

#[tokio::test]
async fn a_refusal_comes_back_with_what_the_person_was_on_the_way_to() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let ctx = browser(1, NOW);
    for error in ["access_denied", "login_required", "<script>"] {
        let departure = house.begin(&ctx).await.unwrap();
        let state = state_of(&departure);
        let outcome = house.back(&ctx, &answer(&[("error", error), ("state", &state)])).await;
        let stranded = outcome.unwrap_err();
        match stranded.trouble {
            Trouble::Denied => assert_eq!(error, "access_denied"),
            Trouble::TheySaid(said) => assert!(matches!(said.as_str(), "login_required" | "script"), "{said}"),
            other => panic!("{other:?}"),
        }
        let (purpose, baggage) = stranded.begun.unwrap();
        assert_eq!((purpose, baggage.flow.as_deref()), (Purpose::SignIn, Some("sealed-flow")));
    }
    let departure = house.begin(&ctx).await.unwrap();
    let neither = house.finish(&ctx, &answer(&[("state", &state_of(&departure))])).await;
    assert_eq!(neither.unwrap_err(), Trouble::Malformed);
}

// security: row 23
#[tokio::test]
async fn an_upstream_that_is_switched_off_or_held_is_not_there() {
    let provider = Provider::start().await;
    let on = House::at(&provider, "");
    let ctx = browser(1, NOW);
    let departure = on.begin(&ctx).await.unwrap();
    let good = provider.sign_in(&departure);
    let mut off = House::at(&provider, "enabled = false");
    let mut held = House::at(&provider, "");
    held.federation = held.federation.holding(vec![super::house::id()]);
    for house in [&mut off, &mut held] {
        assert!(house.federation.offers().is_empty());
        assert_eq!(house.federation.ways().of_deep_link().map(|way| way.is_on), Some(false));
        assert!(house.federation.reaching(portal_id_core::acr::Ial(0), portal_id_core::acr::Aal(1)).is_empty());
        assert_eq!(house.begin(&ctx).await.unwrap_err(), Trouble::Unknown);
        assert_eq!(house.finish(&ctx, &good).await.unwrap_err(), Trouble::Unknown);
        let refused = house.federation.read_logout_token(&ctx, "vnconnect", "a.b.c").await;
        assert_eq!(refused.unwrap_err(), crate::LogoutRefusal::Unknown);
        let ending = portal_id_core::upstream::UpstreamEnding { id_token: "t".to_owned(), logout_uri: None };
        assert!(house.federation.farewell(NOW, &super::house::id(), &ending, None).is_none());
    }
    assert_eq!(on.federation.begin(&ctx, "nobody", departing()).await.unwrap_err(), Trouble::Unknown);
}

#[tokio::test]
async fn without_marks_nobody_leaves_or_arrives() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let ctx = browser(1, NOW);
    let departure = house.begin(&ctx).await.unwrap();
    let good = provider.sign_in(&departure);
    house.marks.out_of_reach(true);
    assert_eq!(house.begin(&ctx).await.unwrap_err(), Trouble::OutOfReach);
    assert_eq!(house.finish(&ctx, &good).await.unwrap_err(), Trouble::OutOfReach);
    house.marks.out_of_reach(false);
    house.finish(&ctx, &good).await.unwrap();
}
