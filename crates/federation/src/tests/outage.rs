//! The upstream fails, hangs, breaks off, changes its keys.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::house::{House, NOW, browser};
use super::provider::{Key, Manner, Provider};
use crate::{CircuitState, Trouble};
use portal_id_core::time::Span;

#[tokio::test]
async fn whatever_fails_there_is_away_here_and_works_again_by_itself() {
    for path in ["/oauth2/token", "/oauth2/jwks", "/oauth2/userinfo"] {
        for manner in [
            Manner::Status(500),
            Manner::Status(503),
            Manner::Status(429),
            Manner::Cut,
            Manner::Say("text/html", "<html>bảo trì</html>".to_owned()),
            Manner::Say("application/json", "[]".to_owned()),
            Manner::Say("application/json", format!("{{\"a\":\"{}\"}}", "x".repeat(70_000))),
        ] {
            let provider = Provider::start().await;
            let house = House::at(&provider, "");
            provider.at(path, manner);
            assert_eq!(house.round_trip(&provider).await.map(|_| ()), Err(Trouble::Away), "{path}");
            provider.at(path, Manner::Well);
            house.round_trip(&provider).await.unwrap();
        }
    }
}

#[tokio::test]
async fn whoever_hangs_is_given_up_after_its_time_and_left_alone_after_five() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    provider.at("/oauth2/token", Manner::Hang);
    for _ in 0..5 {
        assert_eq!(house.round_trip(&provider).await.map(|_| ()), Err(Trouble::Away));
    }
    let standing = &house.federation.standing(NOW)[0];
    assert_eq!((standing.circuit, standing.failures), (CircuitState::Open, 5));
    assert!(standing.last_failure.as_ref().unwrap().1.contains("in time"));
    let asked = provider.state().asked.len();
    assert_eq!(house.begin(&browser(1, NOW)).await.unwrap_err(), Trouble::Away, "nobody is sent there");
    assert_eq!(provider.state().asked.len(), asked, "and nobody calls it");
    // Half a minute later it is tried again.
    provider.at("/oauth2/token", Manner::Well);
    let later = browser(1, NOW + Span::seconds(30));
    let departure = house.begin(&later).await.unwrap();
    house.finish(&later, &provider.sign_in(&departure)).await.unwrap();
    assert_eq!(house.federation.standing(later.now)[0].circuit, CircuitState::Closed);
}

#[tokio::test]
async fn no_more_than_thirty_two_wait_for_an_upstream_at_a_time() {
    let provider = Provider::start().await;
    let house = std::sync::Arc::new(House::at(&provider, ""));
    provider.at("/oauth2/token", Manner::Hang);
    let mut waiting = Vec::new();
    for number in 0..40 {
        let ctx = browser(number, NOW);
        let departure = house.begin(&ctx).await.unwrap();
        let (house, back) = (house.clone(), provider.sign_in(&departure));
        waiting.push(tokio::spawn(async move { house.finish(&ctx, &back).await.map(|_| ()).unwrap_err() }));
    }
    let (mut busy, mut away) = (0, 0);
    for one in waiting {
        match one.await.unwrap() {
            Trouble::Busy => busy += 1,
            Trouble::Away => away += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((busy, away), (8, 32));
}

#[tokio::test]
async fn keys_that_change_during_a_sign_in_are_fetched_again_once() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    house.round_trip(&provider).await.unwrap();
    house.round_trip(&provider).await.unwrap();
    assert_eq!(provider.asked("/oauth2/jwks").len(), 1, "kept");
    let rotate = |kid: &str, number| {
        let key = Key::of(kid, number);
        let mut state = provider.state();
        state.published = vec![key.public_jwk()];
        state.key = key;
    };
    // Under another name, and then another key under the same name.
    for (kid, number, seconds) in [("k-2", 2, 11), ("k-2", 3, 22)] {
        let ctx = browser(1, NOW + Span::seconds(seconds));
        let departure = house.begin(&ctx).await.unwrap();
        let back = provider.sign_in(&departure);
        rotate(kid, number);
        house.finish(&ctx, &back).await.unwrap();
    }
    assert_eq!(provider.asked("/oauth2/jwks").len(), 3);
    // What nobody published makes us ask no more often than every ten seconds.
    provider.state().key = Key::of("made-up", 9);
    for _ in 0..3 {
        let ctx = browser(1, NOW + Span::seconds(25));
        let departure = house.begin(&ctx).await.unwrap();
        let back = provider.sign_in(&departure);
        assert!(matches!(house.finish(&ctx, &back).await, Err(Trouble::Distrusted(_))));
    }
    assert_eq!(provider.asked("/oauth2/jwks").len(), 3);
}

#[tokio::test]
async fn metadata_and_keys_that_are_known_serve_while_they_cannot_be_fetched() {
    let provider = Provider::start().await;
    let house = House::at(
        &provider,
        &format!("discovery_url = \"{}/oauth2/token/.well-known/openid-configuration\"", provider.base),
    );
    house.round_trip(&provider).await.unwrap();
    provider.at("/oauth2/token/.well-known/openid-configuration", Manner::Status(500));
    provider.at("/oauth2/jwks", Manner::Status(500));
    let later = NOW + Span::hours(2);
    provider
        .state()
        .id_token
        .extend([("iat".to_owned(), later.seconds().into()), ("exp".to_owned(), (later.seconds() + 300).into())]);
    let ctx = browser(1, later);
    let departure = house.begin(&ctx).await.unwrap();
    house.finish(&ctx, &provider.sign_in(&departure)).await.unwrap();
    let much_later = browser(1, NOW + Span::hours(30));
    assert_eq!(house.begin(&much_later).await.unwrap_err(), Trouble::Away, "but not for ever");
}

#[tokio::test]
async fn a_provider_that_is_not_there_at_the_start_is_away_and_then_it_is_there() {
    let provider = Provider::start().await;
    provider.at("/oauth2/token/.well-known/openid-configuration", Manner::Status(502));
    let house = House::at(
        &provider,
        &format!("discovery_url = \"{}/oauth2/token/.well-known/openid-configuration\"", provider.base),
    );
    assert_eq!(house.begin(&browser(1, NOW)).await.unwrap_err(), Trouble::Away);
    provider.at("/oauth2/token/.well-known/openid-configuration", Manner::Well);
    house.round_trip(&provider).await.unwrap();
}
