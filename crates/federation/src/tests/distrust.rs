//! One thing is spoilt at a time, and nobody arrives.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::house::{House, NOW, browser, departing};
use super::provider::{CLIENT_ID, Key, Manner, Provider};
use crate::{Departing, Distrust, Trouble};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::Digest as _;

async fn distrusted(house: &House, provider: &Provider) -> Distrust {
    match house.round_trip(provider).await {
        Err(Trouble::Distrusted(distrust)) => distrust,
        other => panic!("{other:?}"),
    }
}

// security: row 24
#[tokio::test]
async fn an_id_token_with_one_claim_spoilt_lets_nobody_in() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let now = NOW.seconds();
    for (claim, value, reason) in [
        ("iss", json!("https://evil.example"), Distrust::Issuer),
        ("aud", json!("other"), Distrust::Audience),
        ("nonce", json!("another"), Distrust::Nonce),
        ("exp", json!(now - 61), Distrust::Time),
        ("exp", json!(1e300), Distrust::Time),
        ("iat", json!(now + 120), Distrust::Time),
        ("sub", json!(""), Distrust::Subject),
        ("sub", Value::Null, Distrust::Subject),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), Distrust::AccessTokenHash),
    ] {
        let good = provider.state().id_token.clone();
        provider.state().id_token.insert(claim.to_owned(), value.clone());
        assert_eq!(distrusted(&house, &provider).await, reason, "{claim} {value}");
        provider.state().id_token = good;
    }
    house.round_trip(&provider).await.unwrap();
}

// security: row 24
#[tokio::test]
async fn a_nonce_that_was_sent_must_come_back_unless_none_was() {
    let provider = Provider::start().await;
    provider.state().id_token.insert("nonce".to_owned(), Value::Null);
    assert_eq!(distrusted(&House::at(&provider, ""), &provider).await, Distrust::Nonce);
    House::at(&provider, "nonce = false").round_trip(&provider).await.unwrap();
}

// security: row 18
#[tokio::test]
async fn no_signature_but_that_of_a_published_key_is_taken() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "nonce = false");
    let claims = provider.state().id_token.clone();
    let key = Key::of("k-1", 1);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let body = part(&Value::Object(claims.clone()));
    let good = key.sign(&key.header(), &claims);
    let signature = good.rsplit('.').next().unwrap().to_owned();
    let with = |member: &str, value: Value| {
        let mut header = key.header();
        header[member] = value;
        key.sign(&header, &claims)
    };
    let foreign = Key::of("k-1", 2);
    for (token, reason) in [
        (format!("{}.{body}.", part(&json!({ "alg": "none" }))), Distrust::Algorithm),
        (format!("{}.{body}.{signature}", part(&json!({ "alg": "none", "kid": "k-1" }))), Distrust::Algorithm),
        (format!("{}.{body}.{signature}", part(&json!({ "alg": "HS256", "kid": "k-1" }))), Distrust::Algorithm),
        (format!("{}.{body}.{signature}", part(&json!({ "alg": "RS256", "kid": "k-1" }))), Distrust::Signature),
        (foreign.sign(&foreign.header(), &claims), Distrust::Signature),
        (with("crit", json!(["x"])), Distrust::Form),
        (with("jwk", foreign.public_jwk()), Distrust::Form),
        (with("jku", json!("https://evil.example/jwks")), Distrust::Form),
        (with("x5u", json!("https://evil.example/pem")), Distrust::Form),
        (with("typ", json!("logout+jwt")), Distrust::Form),
        (with("typ", json!("at+jwt")), Distrust::Form),
        (good[..good.len() - 2].to_owned(), Distrust::Signature),
        ("a.b".to_owned(), Distrust::Form),
        (String::from("x"), Distrust::Form),
    ] {
        provider.state().token = Some(token.clone());
        assert_eq!(distrusted(&house, &provider).await, reason, "{token}");
    }
    provider.state().token = Some(good);
    house.round_trip(&provider).await.unwrap();
}

// security: row 26
#[tokio::test]
async fn a_logout_token_is_no_id_token() {
    let provider = Provider::start().await;
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    provider.state().id_token.insert("events".to_owned(), event);
    assert_eq!(distrusted(&House::at(&provider, ""), &provider).await, Distrust::OtherKind);
}

// security: row 16
#[tokio::test]
async fn claims_of_ten_kilobytes_are_too_long_in_a_token_and_left_out_of_userinfo() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    provider.state().userinfo.insert("HoVaTen".to_owned(), json!("Ă".repeat(10_240)));
    assert!(house.round_trip(&provider).await.unwrap().identity.facts.full_name.is_none());
    provider.state().id_token.insert("x".to_owned(), json!("x".repeat(10_240)));
    assert_eq!(distrusted(&house, &provider).await, Distrust::TooLong);
}

// security: row 24
#[tokio::test]
async fn userinfo_of_another_person_or_of_nobody_lets_nobody_in() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    for sub in [json!("s-2"), json!(""), json!(1), Value::Null] {
        provider.state().userinfo.insert("sub".to_owned(), sub.clone());
        assert_eq!(distrusted(&house, &provider).await, Distrust::UserinfoSubject, "{sub}");
    }
    provider.state().userinfo.remove("sub");
    assert_eq!(distrusted(&house, &provider).await, Distrust::UserinfoSubject);
}

// security: row 24
#[tokio::test]
async fn signed_userinfo_is_of_this_issuer_for_us_and_nothing_else_that_is_signed() {
    let provider = Provider::start().await;
    provider.state().signs_userinfo = true;
    let issuer = json!(format!("{}/oauth2/token", provider.base));
    let good = provider.state().userinfo.clone();
    let house = House::at(&provider, "");
    for (changes, reason) in [
        (json!({ "aud": CLIENT_ID }), Distrust::Issuer),
        (json!({ "iss": issuer }), Distrust::Audience),
        (json!({ "iss": issuer, "aud": "other" }), Distrust::Audience),
        (json!({ "iss": issuer, "aud": CLIENT_ID, "nonce": "n" }), Distrust::UserinfoForm),
        (json!({ "iss": issuer, "aud": CLIENT_ID, "events": {} }), Distrust::UserinfoForm),
        (json!({ "iss": issuer, "aud": CLIENT_ID, "sub": "s-2" }), Distrust::UserinfoSubject),
    ] {
        let mut userinfo = good.clone();
        userinfo.extend(changes.as_object().unwrap().clone());
        provider.state().userinfo = userinfo;
        assert_eq!(distrusted(&house, &provider).await, reason, "{changes}");
    }
    let never = House::at(&provider, "userinfo_signed = \"never\"");
    assert_eq!(distrusted(&never, &provider).await, Distrust::UserinfoForm);
    provider.state().signs_userinfo = false;
    let always = House::at(&provider, "userinfo_signed = \"always\"");
    assert_eq!(distrusted(&always, &provider).await, Distrust::UserinfoForm);
}

// security: row 11
#[tokio::test]
async fn whoever_was_to_sign_in_anew_and_did_not_is_not_let_in() {
    let provider = Provider::start().await;
    let ctx = browser(1, NOW);
    let try_with = async |more: &str, auth_time: Option<i64>| {
        match auth_time {
            Some(at) => provider.state().id_token.insert("auth_time".to_owned(), json!(at)),
            None => provider.state().id_token.remove("auth_time"),
        };
        let house = House::at(&provider, more);
        let departure = house.begin_as(&ctx, Departing { anew: true, ..departing() }).await.unwrap();
        house.finish(&ctx, &provider.sign_in(&departure)).await
    };
    let now = NOW.seconds();
    assert!(try_with("", Some(now)).await.is_ok());
    let off = try_with("", Some(now - 60)).await.unwrap();
    assert_eq!(off.identity.level.at, Some(NOW), "and by ours the person has just signed in");
    assert_eq!(try_with("", Some(now - 3600)).await.unwrap_err(), Trouble::Distrusted(Distrust::TooOld));
    // Who is asked and does not say may never have been asked: what went through the browser can be taken out there.
    for silent in ["", "auth_time_required = true", "max_age = false\nauth_time_required = true"] {
        let refused = try_with(silent, None).await.unwrap_err();
        assert_eq!(refused, Trouble::Distrusted(Distrust::TooOld), "{silent}");
    }
    for believed in ["max_age = false", "auth_time_required = false"] {
        assert!(try_with(believed, None).await.is_ok(), "{believed}");
    }
}

#[tokio::test]
async fn an_access_token_bound_to_the_id_token_is_the_right_one() {
    let provider = Provider::start().await;
    let hash = URL_SAFE_NO_PAD.encode(&sha2::Sha256::digest(b"at-1")[..16]);
    provider.state().id_token.insert("at_hash".to_owned(), json!(hash));
    House::at(&provider, "").round_trip(&provider).await.unwrap();
}

#[tokio::test]
async fn a_token_answer_without_tokens_is_no_sign_in() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    for body in [r#"{"access_token":"a"}"#, r#"{"access_token":"a","id_token":""}"#, r#"{"id_token":7}"#] {
        provider.at("/oauth2/token", Manner::Say("application/json", body.to_owned()));
        assert_eq!(distrusted(&house, &provider).await, Distrust::NoToken, "{body}");
    }
    provider.at("/oauth2/token", Manner::Status(400));
    assert!(matches!(house.round_trip(&provider).await, Err(Trouble::TheySaid(error)) if error == "status_400"));
}
