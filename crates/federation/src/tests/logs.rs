//! What operators read about a provider: what failed and why, and nothing of anybody.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::house::{House, NOW, browser, departing};
use super::provider::{Key, Manner, Provider, SECRET};
use crate::Departing;
use portal_id_logwatch::LogWatch;
use serde_json::json;
use tracing::Level;
use url::Url;

// security: rows 24, 28
#[tokio::test]
async fn the_log_says_what_was_not_believed_and_no_claim_token_or_secret() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let log = LogWatch::begin();
    let id_token = provider.state().id_token.clone();
    let userinfo = provider.state().userinfo.clone();
    let mut secrets =
        vec!["s-1", "tech-1", "sid-1", "024085001234", "Nguy", "0912345678", "at-1", "code-1", "eyJ", SECRET];
    secrets.extend(["evil.example", "sealed-flow"]);
    for (claim, value, why) in [
        ("iss", json!("https://evil.example"), "another issuer"),
        ("aud", json!("024085001234"), "another client"),
        ("nonce", json!("024085001234"), "another request"),
        ("exp", json!(NOW.seconds() - 3600), "time is over"),
        ("sub", json!(""), "names nobody"),
    ] {
        provider.state().id_token.insert(claim.to_owned(), value);
        house.round_trip(&provider).await.unwrap_err();
        let told = log.at(Level::WARN).pop().unwrap();
        assert!(told.contains("upstream=vnconnect") && told.contains(why), "{claim}: {told}");
        provider.state().id_token.clone_from(&id_token);
    }
    provider.state().userinfo.insert("sub".to_owned(), json!("s-2"));
    house.round_trip(&provider).await.unwrap_err();
    assert!(log.at(Level::WARN).pop().unwrap().contains("userinfo is of another person"));
    for (claim, value) in [("LoaiTaiKhoan", json!("024085001234")), ("SoDinhDanh", json!("Nguyễn"))] {
        provider.state().userinfo.clone_from(&userinfo);
        provider.state().userinfo.insert(claim.to_owned(), value);
        house.round_trip(&provider).await.unwrap_err();
        assert!(log.at(Level::WARN).pop().unwrap().contains("said too little"), "{claim}");
    }
    provider.state().userinfo.clone_from(&userinfo);
    provider.state().key = Key::of("stranger", 7);
    house.round_trip(&provider).await.unwrap_err();
    assert!(log.at(Level::WARN).pop().unwrap().contains("signature does not hold"));
    let departing = Departing { login_hint: Some("024085001234".to_owned()), ..departing() };
    let departure = house.begin_as(&browser(1, NOW), departing).await.unwrap();
    let state = Url::parse(&departure.location)
        .unwrap()
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    house.finish(&browser(2, NOW), &provider.sign_in(&departure)).await.unwrap_err();
    for line in log.all() {
        for secret in secrets.iter().chain([&state.as_str()]) {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[tokio::test]
async fn the_log_tells_of_each_change_of_a_circuit_once() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let log = LogWatch::begin();
    provider.state().manners.insert("/oauth2/token", Manner::Status(503));
    for _ in 0..7 {
        house.round_trip(&provider).await.unwrap_err();
    }
    let opened = log.at(Level::WARN);
    assert_eq!(opened.len(), 1, "{opened:?}");
    assert!(opened[0].contains("upstream=vnconnect") && opened[0].contains("it answered 503"), "{opened:?}");
    assert!(opened[0].contains("left alone for a while"), "{opened:?}");
    provider.state().manners.clear();
    let later = browser(1, NOW + portal_id_core::time::Span::seconds(31));
    let departure = house.begin(&later).await.unwrap();
    let _ = house.finish(&later, &provider.sign_in(&departure)).await;
    let works = log.at(Level::INFO);
    assert_eq!(works.iter().filter(|line| line.contains("works again")).count(), 1, "{works:?}");
}
