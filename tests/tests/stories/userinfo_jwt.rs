//! Userinfo as a signed token, and ID tokens of each algorithm.

use crate::walk::{signed_in, tokens};
use portal_id_testkit::core::claim_aliases::{AliasPreset, ClaimAliases};
use portal_id_testkit::core::signing_key::SigningAlgorithm;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::{claims_of, header_of};
use portal_id_testkit::{Browser, Citizen, Service, TestIdp};
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

async fn ready(algorithm: SigningAlgorithm) -> (TestIdp, Service, Citizen, Browser) {
    let idp = TestIdp::start().await;
    let register = |client: &mut portal_id_testkit::core::client::ClientMetadata| {
        client.first_party = true;
        client.id_token_signed_response_alg = algorithm;
        client.userinfo_signed_response_alg = Some(algorithm);
        client.claim_aliases = ClaimAliases { preset: Some(AliasPreset::Vnconnect), names: BTreeMap::new() };
    };
    let service = idp.service().with(register).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let browser = signed_in(&idp, &an).await;
    (idp, service, an, browser)
}

#[tokio::test]
async fn userinfo_is_a_token_for_a_client_that_registered_so() {
    let (idp, service, an, mut browser) = ready(SigningAlgorithm::Rs256).await;
    let tokens = tokens(&mut browser, &service, "openid profile email").await;
    let answer = service.userinfo(&tokens.field("access_token")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("application/jwt")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let token = answer.text();
    assert_eq!((&header_of(&token)["alg"], &header_of(&token)["typ"]), (&"RS256".into(), &"JWT".into()));
    let told = claims_of(&token);
    assert_eq!((&told["iss"], &told["aud"]), (&"https://id.example.gov.vn".into(), &service.client_id.clone().into()));
    assert_eq!((&told["sub"], &told["email"]), (&tokens.id_token()["sub"], &an.email.clone().into()));
    assert_eq!(told["HoVaTen"], an.full_name);
    // A refusal stays JSON.
    let refused = service.userinfo("nonsense").await;
    assert_eq!((refused.status.as_u16(), refused.header("content-type")), (401, Some("application/json")));
    drop(idp);
}

#[tokio::test]
async fn userinfo_is_encrypted_for_a_client_that_registered_its_key() {
    use portal_id_testkit::core::encryption::{ContentEncryption, KeyEncryption};
    let idp = TestIdp::start().await;
    // RFC 7517 appendix A.1.
    let key = serde_json::json!({
        "kty": "EC", "crv": "P-256", "use": "enc", "kid": "1",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    });
    let register = |client: &mut portal_id_testkit::core::client::ClientMetadata| {
        client.first_party = true;
        client.userinfo_signed_response_alg = Some(SigningAlgorithm::Es256);
        client.userinfo_encrypted_response_alg = Some(KeyEncryption::EcdhEs);
        client.userinfo_encrypted_response_enc = Some(ContentEncryption::A256Gcm);
        client.jwks = Some(serde_json::json!({ "keys": [key] }));
    };
    let service = idp.service().with(register).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let tokens = tokens(&mut browser, &service, "openid profile").await;
    let answer = service.userinfo(&tokens.field("access_token")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("application/jwt")));
    let header = header_of(&answer.text());
    let told = ["alg", "enc", "cty", "kid"].map(|name| header[name].as_str().unwrap().to_owned());
    assert_eq!(told, ["ECDH-ES", "A256GCM", "JWT", "1"]);
    assert_eq!(answer.text().split('.').count(), 5);
    assert_ne!(service.userinfo(&answer.text()).await.status, 200);
}

// security: row 24
#[tokio::test]
async fn signed_userinfo_is_neither_an_access_token_nor_a_hint() {
    let (idp, service, _an, mut browser) = ready(SigningAlgorithm::Es256).await;
    let tokens = tokens(&mut browser, &service, "openid").await;
    let token = service.userinfo(&tokens.field("access_token")).await.text();
    assert!(claims_of(&token).get("exp").is_none());
    assert_eq!(service.userinfo(&token).await.status, 401);
    let parameters = [("id_token_hint", token.as_str()), ("post_logout_redirect_uri", service.post_logout.as_str())];
    let request = Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap();
    let _ = browser.open(request.as_str()).await.expect("sign-out");
    drop(idp);
}

#[tokio::test]
async fn the_first_client_of_an_algorithm_brings_its_key_and_gets_its_tokens_at_once() {
    for algorithm in [SigningAlgorithm::Ps256, SigningAlgorithm::EdDsa] {
        let (_idp, service, _an, mut browser) = ready(algorithm).await;
        let tokens = tokens(&mut browser, &service, "openid").await;
        let header = header_of(&tokens.field("id_token"));
        assert_eq!(header["alg"], algorithm.as_str());
        let jwks: Value = serde_json::from_str(&browser.open("/jwks").await.html()).unwrap();
        let keys = jwks["keys"].as_array().unwrap();
        let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
        assert_eq!((&key["alg"], &key["use"], keys.len()), (&header["alg"], &"sig".into(), 3));
        assert!(["d", "p", "q"].iter().all(|private| key.get(private).is_none()));
        // The ID token is its own hint.
        let hint = tokens.field("id_token");
        let parameters = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", service.post_logout.as_str())];
        let request = Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap();
        let _ = browser.open(request.as_str()).await.expect_away(&service.post_logout);
    }
}

#[tokio::test]
async fn a_rotation_renews_the_key_of_every_algorithm_in_use_and_a_restart_makes_none() {
    let (idp, service, an, browser) = ready(SigningAlgorithm::EdDsa).await;
    assert_eq!(idp.house.ring.rotate(&idp.ctx()).await.unwrap().len(), 3);
    drop((service, browser));
    let idp = idp.restart().await;
    assert_eq!(idp.house.ring.timeline(idp.now()).len(), 6);
    drop(an);
}

#[tokio::test]
async fn a_person_signs_out_with_an_id_token_whose_key_is_long_withdrawn() {
    let (idp, service, _an, mut browser) = ready(SigningAlgorithm::Es256).await;
    let hint = tokens(&mut browser, &service, "openid").await.field("id_token");
    idp.house.ring.rotate(&idp.ctx()).await.unwrap();
    let sign_out = |browser: &Browser| {
        let parameters = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", service.post_logout.as_str())];
        let request = Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap();
        let mut browser = browser.clone();
        async move { browser.open(request.as_str()).await }
    };
    let published = |browser: &Browser, kid: Value| {
        let mut browser = browser.clone();
        async move { browser.open("/jwks").await.html().contains(kid.as_str().unwrap()) }
    };
    let kid = header_of(&hint)["kid"].clone();
    assert!(published(&browser, kid.clone()).await);
    idp.advance(Span::days(31)).await;
    portal_id_server::jobs::sweep_once(&idp.house, idp.now()).await.unwrap();
    assert!(!published(&browser, kid).await);
    let _ = sign_out(&browser).await.expect_away(&service.post_logout);
    idp.advance(Span::days(61)).await;
    portal_id_server::jobs::sweep_once(&idp.house, idp.now()).await.unwrap();
    assert!(!sign_out(&browser).await.name().starts_with("away"), "a hint of a forgotten key proves nothing");
}
