//! Clients that prove who they are with a key of their own (`private_key_jwt`).

use crate::walk::{signed_in, tokens};
use portal_id_server::clients;
use portal_id_testkit::browser::Answer;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::idp::ISSUER;
use portal_id_testkit::service::ASSERTION_TYPE;
use portal_id_testkit::{OwnKey, Service, TestIdp};
use serde_json::{Value, json};

const SELF: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// A service with its own key that also acts for itself: the shortest request that proves who it is.
async fn ready() -> (TestIdp, Service) {
    let idp = TestIdp::start().await;
    let service = idp.service().with_key(&OwnKey::named("first")).acting_for_itself(&["tax:read"]).register().await;
    (idp, service)
}

async fn with(service: &Service, assertion: &str) -> Answer {
    service.call_with_assertion("/token", assertion, &SELF).await
}

/// Signs a good assertion with one claim spoiled.
fn spoiled(service: &Service, name: &str, value: Value) -> String {
    let (key, mut claims) = (service.key.as_ref().unwrap(), service.assertion_claims());
    claims[name] = value;
    key.sign(&key.header(), &claims)
}

fn assert_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.text());
    assert_eq!(answer.json()["error"], "invalid_client", "{what}");
    // RFC 6749 §5.2: a challenge only to who came with a header.
    assert_eq!(answer.header("www-authenticate"), None, "{what}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
}

#[tokio::test]
async fn a_service_with_its_own_key_does_all_that_one_with_a_secret_does() {
    let idp = TestIdp::start().await;
    let builder = idp.service().with_key(&OwnKey::named("first")).with(|client| client.first_party = true);
    let service = builder.register().await;
    assert_eq!(service.secret, None, "there is no secret that could be stolen");
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let first = tokens(&mut browser, &service, "openid offline_access").await;
    let second = service.refresh(&first.field("refresh_token")).await;
    assert!(service.finds_active(&second.field("access_token")).await);
    assert_eq!(service.revoke(&second.field("access_token")).await.status, 200);
    assert!(!service.finds_active(&second.field("access_token")).await);
    service.refresh(&second.field("refresh_token")).await.expect_error("invalid_grant");
}

// security: row 19
#[tokio::test]
async fn an_assertion_is_good_once_at_whatever_endpoint() {
    let (idp, service) = ready().await;
    let assertion = service.assertion();
    assert_eq!(with(&service, &assertion).await.status, 200);
    for path in ["/token", "/introspect", "/revoke"] {
        let again =
            service.call_with_assertion(path, &assertion, &[("grant_type", "client_credentials"), ("token", "x")]);
        let again = again.await;
        assert_refused(&again, path);
        assert!(again.json()["error_description"].as_str().unwrap().contains("used before"), "{path}");
    }
    // It stays used as long as a clock that is late would take it.
    idp.advance(Span::seconds(89)).await;
    assert!(with(&service, &assertion).await.text().contains("used before"));
    idp.advance(Span::seconds(2)).await;
    assert!(with(&service, &assertion).await.text().contains("expired"));
}

// security: row 13, 19
#[tokio::test]
async fn of_sixty_four_parallel_uses_of_one_assertion_one_is_honoured() {
    let (_idp, service) = ready().await;
    let assertion = service.assertion();
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (service, assertion) = (service.clone(), assertion.clone());
        tries.spawn(async move { with(&service, &assertion).await.status.as_u16() });
    }
    let mut statuses = tries.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1..].iter().all(|status| *status == 401)), (200, true), "{statuses:?}");
}

// security: row 32
#[tokio::test]
async fn two_clients_may_choose_the_same_jti() {
    let (idp, service) = ready().await;
    let key = OwnKey::named("second");
    let other = idp.service().id("other").with_key(&key).acting_for_itself(&[]).register().await;
    for one in [&service, &other] {
        assert_eq!(with(one, &spoiled(one, "jti", json!("the-same"))).await.status, 200);
    }
    for one in [&service, &other] {
        assert_refused(&with(one, &spoiled(one, "jti", json!("the-same"))).await, &one.client_id);
    }
}

// security: row 19
#[tokio::test]
async fn the_audience_is_the_issuer_and_nothing_else_unless_the_operator_allowed_the_token_endpoint() {
    let (idp, service) = ready().await;
    let key = OwnKey::named("old");
    let builder = idp.service().id("old").with_key(&key).acting_for_itself(&[]);
    let old = builder.with(|client| client.legacy_assertion_audience = true).register().await;
    let endpoint = format!("{ISSUER}/token");
    for (aud, expected) in [
        (json!(ISSUER), [true, true]),
        (json!([ISSUER]), [false, true]),
        (json!(endpoint), [false, true]),
        (json!([endpoint, ISSUER]), [false, true]),
        (json!([ISSUER, "https://other.example"]), [false, false]),
        (json!("https://other.example/token"), [false, false]),
        (json!(format!("{ISSUER}/introspect")), [false, false]),
        (json!(format!("{ISSUER}/")), [false, false]),
        (json!([]), [false, false]),
        (json!(null), [false, false]),
    ] {
        for (one, good) in [&service, &old].into_iter().zip(expected) {
            let answer = with(one, &spoiled(one, "aud", aud.clone())).await;
            assert_eq!(answer.status == 200, good, "{} of {}: {}", aud, one.client_id, answer.text());
        }
    }
}

// security: row 16, 19
#[tokio::test]
async fn every_claim_is_checked_and_the_refusal_says_which() {
    let (idp, service) = ready().await;
    let now = idp.now().seconds();
    for (name, value, says) in [
        ("iss", json!("other"), "iss and sub"),
        ("sub", json!("other"), "iss and sub"),
        ("iss", json!(null), "iss and sub"),
        ("aud", json!("https://other.example"), "aud"),
        ("exp", json!(now - 30), "expired"),
        ("exp", json!(now + 331), "too long"),
        ("exp", json!(1e300), "exp"),
        ("exp", json!(null), "exp"),
        ("nbf", json!(now + 31), "future"),
        ("iat", json!(now + 31), "future"),
        ("iat", json!("now"), "whole seconds"),
        ("jti", json!(null), "jti"),
        ("jti", json!(""), "jti"),
        ("jti", json!("j".repeat(257)), "jti"),
    ] {
        let answer = with(&service, &spoiled(&service, name, value.clone())).await;
        // Whose sub is another's is looked up there, where it proves nothing.
        if name == "sub" {
            assert_refused(&answer, "another's sub");
            continue;
        }
        assert_refused(&answer, &format!("{name}: {value}"));
        assert!(answer.text().contains(says), "{name}: {}", answer.text());
    }
}

// security: row 18, 31
#[tokio::test]
async fn no_header_of_its_own_choice_no_other_key_and_no_damaged_assertion_is_taken() {
    let (_idp, service) = ready().await;
    let (key, thief) = (service.key.clone().unwrap(), OwnKey::named("thief"));
    let named = key.header();
    let mut spoils = vec![
        ("another key under this kid", thief.sign(&named, &service.assertion_claims())),
        ("another kid", key.sign(&thief.header(), &service.assertion_claims())),
        ("no signature", format!("{}.", key.sign(&named, &service.assertion_claims()).rsplit_once('.').unwrap().0)),
        ("nonsense", "a.b.c".to_owned()),
        ("an access token of ours", service.act_for_itself(&[]).await.field("access_token")),
    ];
    for (member, value) in [
        ("jwk", thief.public_jwk()),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/cert")),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
    ] {
        let mut header = named.clone();
        header[member] = value;
        spoils.push((member, key.sign(&header, &service.assertion_claims())));
    }
    for (member, value) in [("alg", "none"), ("alg", "HS256"), ("alg", "RS256"), ("alg", "ES384"), ("typ", "at+jwt")] {
        let mut header = named.clone();
        header[member] = json!(value);
        spoils.push((value, key.sign(&header, &service.assertion_claims())));
    }
    for (what, assertion) in spoils {
        assert_refused(&with(&service, &assertion).await, what);
    }
    let good = service.assertion();
    for at in (0..good.len()).step_by(13) {
        let mut flipped = good.clone().into_bytes();
        flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
        assert_refused(&with(&service, std::str::from_utf8(&flipped).unwrap()).await, "flipped");
        assert_refused(&with(&service, &good[..at]).await, "cut");
    }
    assert_eq!(with(&service, &good).await.status, 200, "what was refused used nothing up");
}

// security: row 20, 23, 24
#[tokio::test]
async fn an_assertion_counts_only_for_its_client_while_that_is_on_and_registered_for_it() {
    let (idp, service) = ready().await;
    let secret = idp.service().id("with-secret").acting_for_itself(&[]).register().await;
    let key = service.key.clone().unwrap();
    // Whoever has a secret cannot come with an assertion, nor the other way round.
    let mut claims = service.assertion_claims();
    claims["iss"] = json!("with-secret");
    claims["sub"] = json!("with-secret");
    assert_refused(&with(&service, &key.sign(&key.header(), &claims)).await, "a client with a secret");
    let by_name = [SELF[0], ("client_id", "test-service")];
    assert_refused(&service.send("/token", None, &by_name).await, "the client's name alone");
    let with_secret = [SELF[0], ("client_id", "test-service"), ("client_secret", secret.secret.as_deref().unwrap())];
    assert_refused(&service.send("/token", None, &with_secret).await, "a secret instead");
    // Two proofs are one too many; a name beside the assertion must be the same.
    let both = [SELF[0], ("client_secret", "x")];
    let answer = service.call_with_assertion("/token", &service.assertion(), &both).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (400, Some("invalid_request")));
    for (id, status) in [("test-service", 200), ("with-secret", 401)] {
        let named = [SELF[0], ("client_id", id)];
        assert_eq!(service.call_with_assertion("/token", &service.assertion(), &named).await.status, status, "{id}");
    }
    let half = [SELF[0], ("client_assertion", "x")];
    assert_refused(&service.send("/token", None, &half).await, "no type");
    let saml = [SELF[0], ("client_assertion", "x"), ("client_assertion_type", &ASSERTION_TYPE.replace("jwt", "saml2"))];
    assert_refused(&service.send("/token", None, &saml).await, "another type");

    let (ctx, now) = (idp.ctx(), idp.now());
    let off = clients::change(&ctx, &idp.house.store, "test-service", AuditKind::ClientDisabled, move |client| {
        client.disabled_at = Some(now);
        Ok(())
    });
    off.await.unwrap();
    assert_refused(&with(&service, &service.assertion()).await, "switched off");
}

// security: row 27
#[tokio::test]
async fn published_keys_are_fetched_when_needed_kept_and_fetched_again_for_a_new_key() {
    const ADDRESS: &str = "https://service.example.vn/jwks";
    let idp = TestIdp::start().await;
    let key = OwnKey::named("first");
    let builder = idp.service().signing_with(&key).acting_for_itself(&[]);
    let mut service = builder.with(|client| client.jwks_uri = Some(ADDRESS.to_owned())).register().await;
    let fetched = || idp.beyond.fetched().len();

    let away = with(&service, &service.assertion()).await;
    assert_eq!((away.status.as_u16(), away.json()["error"].as_str()), (503, Some("temporarily_unavailable")));
    assert!(away.header("retry-after").is_some());
    idp.beyond.at(ADDRESS, 200, key.set().to_string());
    idp.advance(Span::seconds(10)).await;
    for _ in 0..3 {
        assert_eq!(with(&service, &service.assertion()).await.status, 200);
    }
    assert_eq!(fetched(), 2, "once in vain, once for all three");

    // The client rotates: both keys are published, then only the new one.
    let next = OwnKey::named("next");
    idp.beyond.at(ADDRESS, 200, json!({ "keys": [key.public_jwk(), next.public_jwk()] }).to_string());
    service.key = Some(next.clone());
    assert_refused(&with(&service, &service.assertion()).await, "within a minute nobody can make us fetch again");
    idp.advance(Span::seconds(60)).await;
    assert_eq!(with(&service, &service.assertion()).await.status, 200);
    assert_eq!(fetched(), 3);
    // Who invents kids does not make us fetch more than once a minute.
    let thief = OwnKey::named("thief");
    service.key = Some(thief);
    for _ in 0..5 {
        assert_refused(&with(&service, &service.assertion()).await, "an invented kid");
    }
    assert_eq!(fetched(), 3);
    // While its publisher is away the client goes on with the keys it had.
    service.key = Some(next);
    idp.beyond.away(ADDRESS);
    idp.advance(Span::hours(2)).await;
    assert_eq!(with(&service, &service.assertion()).await.status, 200);
    for bad in ["not json", "{}", r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#] {
        idp.advance(Span::hours(2)).await;
        idp.beyond.at(ADDRESS, 200, bad);
        assert_eq!(with(&service, &service.assertion()).await.status, 200, "{bad}");
    }
    assert!(idp.beyond.fetched().iter().all(|address| address == ADDRESS));
}
