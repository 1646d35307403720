//! A provider whose tokens have one thing wrong lets nobody in.

use super::{Town, expect_trouble, is_signed_in};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_testkit::OwnKey;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::provider::{CLIENT_ID, Inside, Manner};
use serde_json::{Value, json};

type Spoiler = Box<dyn Fn(&mut Inside, i64)>;
type Spoil = (&'static str, Spoiler);

fn claim(name: &'static str, value: Value) -> Spoiler {
    Box::new(move |inside, _| drop(inside.id_token.insert(name.to_owned(), value.clone())))
}

/// Each takes a good answer and spoils one thing.
fn all() -> Vec<Spoil> {
    let unsigned = |claims: &Value| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&json!({ "alg": "none" })), part(claims))
    };
    vec![
        ("another issuer", claim("iss", json!("https://evil.example"))),
        ("no issuer", claim("iss", Value::Null)),
        ("for another client", claim("aud", json!("another"))),
        ("for several, ours not the party", claim("aud", json!([CLIENT_ID, "another"]))),
        ("another nonce", claim("nonce", json!("guessed"))),
        ("no nonce", claim("nonce", Value::Null)),
        ("over", Box::new(|inside, now| drop(inside.id_token.insert("exp".to_owned(), json!(now - 61))))),
        ("without an end", claim("exp", Value::Null)),
        ("from the future", Box::new(|inside, now| drop(inside.id_token.insert("iat".to_owned(), json!(now + 120))))),
        ("of nobody", claim("sub", Value::Null)),
        ("of an empty name", claim("sub", json!(""))),
        ("a logout token", claim("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} }))),
        ("another's key under its own name", Box::new(|inside, _| inside.key = OwnKey::named("stranger"))),
        (
            "another's key under the provider's name",
            Box::new(|inside, _| {
                inside.header = Some(inside.key.header());
                inside.key = OwnKey::named("stranger");
            }),
        ),
        (
            "unsigned",
            Box::new(move |inside, now| {
                let claims = json!({
                    "iss": "https://portal.example/oauth2/token", "aud": CLIENT_ID, "sub": "s-binh", "iat": now, "exp": now + 300,
                });
                inside.token = Some(unsigned(&claims));
            }),
        ),
        (
            "a key of its own choice",
            Box::new(|inside, _| {
                let stranger = OwnKey::named("stranger");
                inside.header = Some(json!({ "alg": "ES256", "jwk": stranger.public_jwk() }));
                inside.key = stranger;
            }),
        ),
        (
            "no ID token",
            Box::new(|inside, _| {
                let answer =
                    json!({ "access_token": "access-token-of-the-portal", "token_type": "Bearer" }).to_string();
                inside.manners.insert("/oauth2/token".to_owned(), Manner::Say("application/json", answer));
            }),
        ),
        (
            "userinfo of somebody else",
            Box::new(|inside, _| drop(inside.userinfo.insert("sub".to_owned(), json!("s-cuc")))),
        ),
        ("userinfo of nobody", Box::new(|inside, _| drop(inside.userinfo.remove("sub")))),
    ]
}

// security: rows 18, 24
#[tokio::test]
async fn a_token_with_one_thing_wrong_lets_nobody_in_and_says_so_kindly() {
    let mut town = Town::begin().await;
    let (id_token, userinfo) = {
        let inside = town.portal.inside();
        (inside.id_token.clone(), inside.userinfo.clone())
    };
    for (what, spoil) in all() {
        town.idp.advance(Span::seconds(11)).await;
        town.browser = town.idp.browser();
        spoil(&mut town.portal.inside(), town.idp.now().seconds());
        let page = expect_trouble(town.walk().await, 502, "upstream-distrusted");
        assert!(!page.text_of("#request-id").is_empty());
        for personal in ["Bình", "024185001234", "s-binh", "evil"] {
            assert!(!page.html().contains(personal), "{what}: {personal}");
        }
        let sign_in = page.link("sign-in").expect("another way");
        assert!(sign_in.contains("flow="), "{what}: the service waits");
        assert!(!is_signed_in(&mut town.browser).await, "{what}");
        let mut inside = town.portal.inside();
        inside.key = OwnKey::named("key-of-vnconnect");
        (inside.header, inside.token) = (None, None);
        inside.manners.clear();
        (inside.id_token, inside.userinfo) = (id_token.clone(), userinfo.clone());
    }
    assert!(!town.idp.audited(AuditKind::AccountMadeByFederation).await);
    town.browser = town.idp.browser();
    let page = town.walk().await;
    town.tokens(page).await.fields();
}

// security: row 11
#[tokio::test]
async fn whoever_was_to_sign_in_anew_and_did_not_is_asked_again() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    town.tokens(page).await.fields();
    let request = town.service.authorize_url_with("openid", &[("prompt", "login")]);
    let page = town.browser.open(request.as_str()).await.expect("sign-in");
    let there = town.browser.open(&page.link("by-vnconnect").unwrap()).await.expect_away(&town.portal.base);
    assert!(there.query_pairs().any(|pair| pair == ("prompt".into(), "login".into())), "{there}");
    let hour_ago = town.idp.now().seconds() - 3600;
    town.portal.inside().id_token.insert("auth_time".to_owned(), json!(hour_ago));
    let page = expect_trouble(town.come_back(&there).await, 403, "upstream-too-old");
    town.portal.inside().id_token.remove("auth_time");
    let there = town.browser.open(&page.link("again").unwrap()).await.expect_away(&town.portal.base);
    let now = town.idp.now().seconds();
    town.portal.inside().id_token.insert("auth_time".to_owned(), json!(now));
    let page = town.come_back(&there).await;
    assert_eq!(town.tokens(page).await.id_token()["auth_time"], json!(now));
}
