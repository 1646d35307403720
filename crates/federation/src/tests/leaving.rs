//! Signing out there, and being told that somebody did.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::house::{House, NOW, browser, id};
use super::provider::{CLIENT_ID, Manner, Provider};
use crate::LogoutRefusal;
use portal_id_core::time::Span;
use portal_id_core::upstream::{LogoutOf, UpstreamEnding};
use serde_json::{Map, Value, json};
use url::Url;

fn ending(logout_uri: Option<&str>) -> UpstreamEnding {
    UpstreamEnding { id_token: "id.token.x".to_owned(), logout_uri: logout_uri.map(str::to_owned) }
}

#[tokio::test]
async fn the_browser_leaves_by_the_end_session_endpoint_and_comes_back() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let away = house.federation.farewell(NOW, &id(), &ending(None), Some("s-1")).unwrap();
    let url = Url::parse(&away.location).unwrap();
    assert_eq!((away.origin.as_str(), url.path()), (provider.base.as_str(), "/oidc/logout"));
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let wanted = [
        ("id_token_hint", "id.token.x"),
        ("client_id", CLIENT_ID),
        ("post_logout_redirect_uri", "https://id.example.gov.vn/upstream/vnconnect/signed-out"),
        ("state", "s-1"),
    ];
    assert_eq!(pairs, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let nothing = House::at(&provider, "logout = \"none\"");
    assert!(nothing.federation.farewell(NOW, &id(), &ending(None), None).is_none());
    let unregistered = House::at(&provider, "post_logout_redirect = false");
    assert!(unregistered.federation.farewell(NOW, &id(), &ending(None), Some("s-1")).is_none());
    let own = format!("{}/thoat", provider.base);
    assert!(unregistered.federation.farewell(NOW, &id(), &ending(Some(&own)), None).is_none());
    let nowhere = House::at(&provider, "end_session_endpoint = \"\"");
    assert!(nowhere.federation.farewell(NOW, &id(), &ending(None), None).is_none());
}

// security: row 2
#[tokio::test]
async fn an_address_in_the_claims_is_followed_only_to_the_upstream_itself() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let own = format!("{}/thoat?x=1", provider.base);
    let to = |named: &str| house.federation.farewell(NOW, &id(), &ending(Some(named)), None).unwrap().location;
    assert_eq!(to(&own), own);
    let with = |named: &str| house.federation.farewell(NOW, &id(), &ending(Some(named)), Some("s-1")).unwrap().location;
    let back = "post_logout_redirect_uri=https%3A%2F%2Fid.example.gov.vn%2Fupstream%2Fvnconnect%2Fsigned-out&state=s-1";
    assert_eq!(with(&own), format!("{own}&{back}"), "where a service waits");
    let decided = format!("{own}&state=theirs");
    assert_eq!(with(&decided), decided);
    for foreign in ["https://evil.example/", "javascript:alert(1)", "//evil.example", ""] {
        assert!(to(foreign).starts_with(&format!("{}/oidc/logout?", provider.base)), "{foreign}");
    }
}

#[tokio::test]
async fn while_the_upstream_is_left_alone_nobody_is_sent_there() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    provider.at("/oauth2/token", Manner::Status(500));
    for _ in 0..5 {
        assert!(house.round_trip(&provider).await.is_err());
    }
    assert!(house.federation.farewell(NOW, &id(), &ending(None), None).is_none());
    assert!(house.federation.farewell(NOW + Span::seconds(30), &id(), &ending(None), None).is_some());
}

fn logout_claims(provider: &Provider) -> Map<String, Value> {
    let claims = json!({
        "iss": format!("{}/oauth2/token", provider.base), "aud": CLIENT_ID, "iat": NOW.seconds(),
        "exp": NOW.seconds() + 120, "jti": "j-1", "sub": "s-1", "sid": "sid-1",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    claims.as_object().unwrap().clone()
}

// security: row 26
#[tokio::test]
async fn a_logout_token_names_who_left_and_counts_once() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "logout = \"all\"");
    let ctx = browser(1, NOW);
    let key = provider.state().key.clone();
    let mut header = key.header();
    header["typ"] = json!("logout+jwt");
    let token = key.sign(&header, &logout_claims(&provider));
    let read = |token: String| {
        let (federation, ctx) = (&house.federation, &ctx);
        async move { federation.read_logout_token(ctx, "vnconnect", &token).await }
    };
    let notice = read(token.clone()).await.unwrap();
    assert_eq!(notice.of, LogoutOf { subject: Some("s-1".to_owned()), session: Some("sid-1".to_owned()) });
    assert_eq!((notice.issuer, notice.everywhere), (format!("{}/oauth2/token", provider.base), true));
    assert_eq!(read(token).await, Err(LogoutRefusal::Invalid("the token was sent before")));
    let mut only_sub = logout_claims(&provider);
    only_sub.remove("sid");
    only_sub.insert("jti".to_owned(), json!("j-2"));
    let notice = read(key.sign(&key.header(), &only_sub)).await.unwrap();
    assert_eq!(notice.of, LogoutOf { subject: Some("s-1".to_owned()), session: None });
}

// security: row 26
#[tokio::test]
async fn a_logout_token_with_one_thing_spoilt_ends_nothing() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let ctx = browser(1, NOW);
    let key = provider.state().key.clone();
    let now = NOW.seconds();
    let spoilt = [
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "other" }),
        json!({ "iat": null }),
        json!({ "iat": now - 700 }),
        json!({ "iat": now + 120 }),
        json!({ "exp": now - 61 }),
        json!({ "exp": 1e300 }),
        json!({ "events": null }),
        json!({ "events": {} }),
        json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": true } }),
        json!({ "nonce": "n" }),
        json!({ "sub": null, "sid": null }),
        json!({ "sub": "", "sid": null }),
        json!({ "sub": 7 }),
        json!({ "jti": null }),
        json!({ "jti": "j".repeat(256) }),
    ];
    for changes in spoilt {
        let mut claims = logout_claims(&provider);
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.remove(name);
            } else {
                claims.insert(name.clone(), value.clone());
            }
        }
        let refused = house.federation.read_logout_token(&ctx, "vnconnect", &key.sign(&key.header(), &claims)).await;
        assert!(matches!(refused, Err(LogoutRefusal::Invalid(_))), "{changes}: {refused:?}");
    }
    let id_token = key.sign(&key.header(), &provider.state().id_token.clone());
    let foreign = super::provider::Key::of("k-1", 7);
    for token in
        [id_token, foreign.sign(&foreign.header(), &logout_claims(&provider)), "a.b.c".to_owned(), String::new()]
    {
        let refused = house.federation.read_logout_token(&ctx, "vnconnect", &token).await;
        assert!(matches!(refused, Err(LogoutRefusal::Invalid(_))), "{token}: {refused:?}");
    }
    let closed = House::at(&provider, "backchannel_logout = false");
    let good = key.sign(&key.header(), &logout_claims(&provider));
    let refused = closed.federation.read_logout_token(&ctx, "vnconnect", &good).await;
    assert_eq!(refused, Err(LogoutRefusal::Unknown));
    // A spoilt one has used up no mark of the good one.
    house.federation.read_logout_token(&ctx, "vnconnect", &good).await.unwrap();
}

#[tokio::test]
async fn a_logout_token_that_cannot_be_judged_now_may_be_sent_again() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let ctx = browser(1, NOW);
    let key = provider.state().key.clone();
    let token = key.sign(&key.header(), &logout_claims(&provider));
    let read = || house.federation.read_logout_token(&ctx, "vnconnect", &token);
    provider.at("/oauth2/jwks", Manner::Status(500));
    assert_eq!(read().await, Err(LogoutRefusal::Later));
    provider.at("/oauth2/jwks", Manner::Well);
    house.marks.out_of_reach(true);
    assert_eq!(read().await, Err(LogoutRefusal::Later));
    house.marks.out_of_reach(false);
    let notice = read().await.unwrap();
    assert_eq!(read().await, Err(LogoutRefusal::Invalid("the token was sent before")));
    house.federation.unheed(NOW, &notice).await;
    assert_eq!(read().await, Ok(notice), "nothing came of it the first time");
}
