//! Whichever endpoint fails, nobody is sent where they could not finish, and nobody waits for what others waited for.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "how long people really wait is what is tested")]

use super::house::{House, NOW, browser};
use super::provider::{Manner, Provider};
use crate::{CircuitState, Trouble};
use portal_id_core::ctx::Ctx;
use portal_id_core::time::{Span, Timestamp};
use std::sync::Arc;
use std::time::{Duration, Instant};

const METADATA: &str = "/oauth2/token/.well-known/openid-configuration";

fn html() -> Manner {
    Manner::Say("text/html", "<html><h1>Bảo trì</h1></html>".to_owned())
}

async fn there_and_back(house: &House, provider: &Provider, now: Timestamp) -> Result<(), Trouble> {
    let ctx = browser(1, now);
    let departure = house.begin(&ctx).await?;
    house.finish(&ctx, &provider.sign_in(&departure)).await.map(drop)
}

/// The other endpoints answer well all the while: that hides nothing.
#[tokio::test]
async fn five_failures_of_any_one_endpoint_keep_people_from_being_sent_there_until_it_works() {
    for path in [METADATA, "/oauth2/jwks", "/oauth2/token", "/oauth2/userinfo"] {
        for manner in [Manner::Status(500), Manner::Status(404), Manner::Status(302), html(), Manner::Cut] {
            let provider = Provider::start().await;
            let discovery = format!("discovery_url = \"{}{METADATA}\"", provider.base);
            let house = House::at(&provider, if path == METADATA { &discovery } else { "" });
            let standing = |now| house.federation.standing(now).remove(0);
            provider.at(path, manner.clone());
            for _ in 0..5 {
                assert_eq!(standing(NOW).circuit, CircuitState::Closed, "{path} {manner:?}");
                assert_eq!(there_and_back(&house, &provider, NOW).await, Err(Trouble::Away), "{path} {manner:?}");
            }
            assert_eq!((standing(NOW).circuit, standing(NOW).failures), (CircuitState::Open, 5), "{path} {manner:?}");
            let asked = provider.state().asked.len();
            assert_eq!(house.begin(&browser(1, NOW)).await.unwrap_err(), Trouble::Away, "{path} {manner:?}");
            assert_eq!(provider.state().asked.len(), asked, "and nobody is called");
            // Half a minute later one finds out that it is still so.
            let later = NOW + Span::seconds(31);
            assert_eq!(there_and_back(&house, &provider, later).await, Err(Trouble::Away), "{path} {manner:?}");
            assert_eq!((standing(later).circuit, standing(later).failures), (CircuitState::Open, 6), "{path}");
            provider.state().manners.clear();
            let at_last = NOW + Span::seconds(62);
            there_and_back(&house, &provider, at_last).await.unwrap();
            assert_eq!(standing(at_last).circuit, CircuitState::Closed, "{path} {manner:?}");
        }
    }
}

#[tokio::test]
async fn a_key_set_without_a_key_is_none() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let published = std::mem::take(&mut provider.state().published);
    assert_eq!(there_and_back(&house, &provider, NOW).await, Err(Trouble::Away));
    provider.state().published = published;
    there_and_back(&house, &provider, NOW).await.unwrap();
    // One that was emptied takes nobody the keys of before.
    provider.state().published.clear();
    let later = NOW + Span::minutes(61);
    let iat = [("iat".to_owned(), later.seconds().into()), ("exp".to_owned(), (later.seconds() + 300).into())];
    provider.state().id_token.extend(iat);
    there_and_back(&house, &provider, later).await.unwrap();
}

/// Anybody can bring a code that is none.
#[tokio::test]
async fn a_refused_code_opens_nothing_and_hides_nothing() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let circuit = |now| house.federation.standing(now).remove(0).circuit;
    for _ in 0..7 {
        provider.at("/oauth2/token", Manner::Status(400));
        assert!(matches!(there_and_back(&house, &provider, NOW).await, Err(Trouble::TheySaid(_))));
    }
    assert_eq!(circuit(NOW), CircuitState::Closed);
    for _ in 0..5 {
        provider.at("/oauth2/token", Manner::Status(400));
        assert!(matches!(there_and_back(&house, &provider, NOW).await, Err(Trouble::TheySaid(_))));
        provider.at("/oauth2/token", Manner::Status(500));
        assert_eq!(there_and_back(&house, &provider, NOW).await, Err(Trouble::Away));
    }
    assert_eq!(circuit(NOW), CircuitState::Open);
    // Nor does it end the pause, or hold up whoever brings a good one.
    let later = NOW + Span::seconds(31);
    provider.at("/oauth2/token", Manner::Status(400));
    assert!(matches!(there_and_back(&house, &provider, later).await, Err(Trouble::TheySaid(_))));
    assert_eq!(circuit(later), CircuitState::Probing);
    provider.state().manners.clear();
    there_and_back(&house, &provider, later).await.unwrap();
    assert_eq!(circuit(later), CircuitState::Closed);
}

async fn left(house: &House, provider: &Provider, number: u8, now: Timestamp) -> (Ctx, crate::Answer) {
    let ctx = browser(number, now);
    let departure = house.begin(&ctx).await.unwrap();
    (ctx, provider.sign_in(&departure))
}

#[tokio::test]
async fn ten_who_wait_for_keys_that_never_come_all_hear_so_at_once() {
    let provider = Provider::start().await;
    let house = Arc::new(House::at(&provider, "nonce = false"));
    provider.at("/oauth2/jwks", Manner::Hang);
    let mut people = Vec::new();
    for number in 0..10 {
        people.push(left(&house, &provider, number, NOW).await);
    }
    // The client of these tests gives up after a second.
    let began = Instant::now();
    let waiting = people.into_iter().map(|(ctx, back)| {
        let house = Arc::clone(&house);
        tokio::spawn(async move { house.finish(&ctx, &back).await.map(drop) })
    });
    for one in waiting.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), Err(Trouble::Away));
    }
    assert!(began.elapsed() < Duration::from_millis(2500), "{:?}", began.elapsed());
    assert_eq!(provider.asked("/oauth2/jwks").len(), 1);
    assert_eq!(house.federation.standing(NOW)[0].failures, 1);
}

/// What serves for a day is asked for anew now and then: one waits for that, the others sign in.
#[tokio::test]
async fn while_old_keys_serve_their_outage_holds_up_one_at_a_time_and_keeps_nobody_out() {
    let provider = Provider::start().await;
    let house = Arc::new(House::at(&provider, "nonce = false"));
    there_and_back(&house, &provider, NOW).await.unwrap();
    provider.at("/oauth2/jwks", Manner::Hang);
    let mut later = NOW + Span::hours(2);
    let iat = [("iat".to_owned(), later.seconds().into()), ("exp".to_owned(), (later.seconds() + 3600).into())];
    provider.state().id_token.extend(iat);
    for round in 0..6 {
        let mut people = Vec::new();
        for number in 0..4 {
            people.push(left(&house, &provider, number, later).await);
        }
        let waiting = people.into_iter().map(|(ctx, back)| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let began = Instant::now();
                house.finish(&ctx, &back).await.map(|_| began.elapsed())
            })
        });
        let mut slow = 0;
        for one in waiting.collect::<Vec<_>>() {
            slow += u32::from(one.await.unwrap().unwrap() > Duration::from_millis(800));
        }
        assert!(slow <= 1, "{slow} waited in round {round}");
        assert_eq!(house.federation.standing(later)[0].circuit, CircuitState::Closed, "they serve");
        later = later + Span::seconds(31);
    }
    assert!((5..=7).contains(&provider.asked("/oauth2/jwks").len()), "{}", provider.asked("/oauth2/jwks").len());
    // In the end they are too old, and nobody is sent where they could not finish.
    let too_late = NOW + Span::hours(25);
    let departure = house.begin(&browser(1, too_late)).await;
    let state = house.federation.standing(too_late)[0].circuit;
    assert!(departure.is_ok() && state == CircuitState::Probing, "{state:?}");
    let stranded = house.finish(&browser(1, too_late), &provider.sign_in(&departure.unwrap())).await;
    assert_eq!(stranded.map(drop), Err(Trouble::Away));
    assert_eq!(house.federation.standing(too_late)[0].circuit, CircuitState::Open);
}
