//! Redeeming codes, and what is not a token.

use crate::walk::{signed_in, to_callback};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::{VERIFIER, parameter};
use portal_id_testkit::{Citizen, Service, TestIdp};
use url::Url;

async fn ready() -> (TestIdp, Service, Citizen, Url) {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let callback = browser
        .open(service.authorize_url("openid profile offline_access").as_str())
        .await
        .expect_away(&service.redirect_uri);
    (idp, service, an, callback)
}

// security: row 20
#[tokio::test]
async fn a_code_is_bound_to_its_client_its_redirect_uri_and_its_time() {
    let (idp, service, _, callback) = ready().await;
    let other = idp.service().id("other-service").register().await;
    other.redeem(&callback).await.expect_error("invalid_grant");
    service
        .redeem_with(&callback, &[("redirect_uri", "https://service.example.vn/other")])
        .await
        .expect_error("invalid_grant");
    idp.advance(Span::seconds(60)).await;
    service.redeem(&callback).await.expect_error("invalid_grant");
}

// security: row 21
#[tokio::test]
async fn a_verifier_must_fit_its_challenge_and_have_the_right_form() {
    let (_, service, _, callback) = ready().await;
    for verifier in [
        "",
        "short",
        &"a".repeat(42),
        &"a".repeat(129),
        &"a".repeat(43),
        &format!("{VERIFIER}="),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    ] {
        let refused = service.redeem_with(&callback, &[("code_verifier", verifier)]).await;
        let error = refused.0.json()["error"].as_str().unwrap().to_owned();
        assert!(["invalid_grant", "invalid_request"].contains(&error.as_str()), "{verifier}: {error}");
    }
}

// security: row 20
#[tokio::test]
async fn a_second_use_of_a_code_is_refused_and_revokes_what_the_first_one_gave() {
    let (idp, service, _, callback) = ready().await;
    let tokens = service.redeem(&callback).await;
    let (access, refresh) = (tokens.field("access_token"), tokens.field("refresh_token"));
    assert_eq!(service.userinfo(&access).await.status, 200);
    idp.advance(Span::minutes(4)).await;
    service.redeem(&callback).await.expect_error("invalid_grant");
    assert_eq!(service.userinfo(&access).await.status, 401);
    service.refresh(&refresh).await.expect_error("invalid_grant");
}

// security: row 13, 20
#[tokio::test]
async fn of_sixty_four_parallel_redemptions_one_is_honoured_and_even_its_tokens_end() {
    let (_, service, _, callback) = ready().await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (service, callback) = (service.clone(), callback.clone());
        tries.spawn(async move { service.redeem(&callback).await });
    }
    let (honoured, refused): (Vec<_>, Vec<_>) =
        tries.join_all().await.into_iter().partition(|answer| answer.0.status == 200);
    for answer in &refused {
        answer.expect_error("invalid_grant");
    }
    let [tokens] = honoured.as_slice() else { panic!("{} were honoured", honoured.len()) };
    // Whoever came second replayed the code; nobody can tell which of them was the thief (RFC 6749 §4.1.2).
    assert_eq!(service.userinfo(&tokens.field("access_token")).await.status, 401);
    service.refresh(&tokens.field("refresh_token")).await.expect_error("invalid_grant");
}

#[tokio::test]
async fn a_client_must_prove_who_it_is_by_its_registered_method() {
    let (idp, service, _, callback) = ready().await;
    let mut wrong = service.clone();
    wrong.secret = Some("not the secret".to_owned());
    let refused = wrong.redeem(&callback).await;
    refused.expect_error("invalid_client");
    assert_eq!(refused.0.status, 401);
    assert!(refused.0.header("www-authenticate").unwrap().starts_with("Basic "));
    let mut unknown = wrong.clone();
    unknown.client_id = "nobody".to_owned();
    let also = unknown.redeem(&callback).await;
    assert_eq!((also.0.status, also.0.json()["error"].clone()), (refused.0.status, refused.0.json()["error"].clone()));
    for odd in ["test-service\0", "a\nb"] {
        let mut odd_client = wrong.clone();
        odd_client.client_id = odd.to_owned();
        odd_client.redeem(&callback).await.expect_error("invalid_client");
    }
    let mut bare = service.clone();
    let secret = bare.secret.take().unwrap();
    bare.redeem(&callback).await.expect_error("invalid_client");
    bare.redeem_with(&callback, &[("client_secret", &secret)]).await.expect_error("invalid_client");
    service.redeem_with(&callback, &[("client_secret", &secret)]).await.expect_error("invalid_request");
    assert!(service.redeem(&callback).await.fields()["id_token"].is_string());
    drop(idp);
}

#[tokio::test]
async fn a_public_client_redeems_with_pkce_alone() {
    let idp = TestIdp::start().await;
    let app = idp.service().public().register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let callback = to_callback(&idp, &an, &mut idp.browser(), &app, "openid").await;
    assert!(app.redeem(&callback).await.fields()["id_token"].is_string());
}

#[tokio::test]
async fn token_answers_are_not_to_be_kept_and_say_what_they_are() {
    let (_, service, _, callback) = ready().await;
    let tokens = service.redeem(&callback).await;
    assert_eq!(tokens.0.header("cache-control"), Some("no-store"));
    let fields = tokens.fields();
    assert_eq!(fields["token_type"], "Bearer");
    assert_eq!(fields["expires_in"], 300);
    assert_eq!(fields["scope"], "openid profile offline_access");
}

#[tokio::test]
async fn malformed_token_requests_get_the_standards_errors() {
    let (_, service, _, callback) = ready().await;
    let code = parameter(&callback, "code").unwrap();
    for (fields, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "authorization_code")], "invalid_request"),
        (
            vec![
                ("grant_type", "authorization_code"),
                ("code", "nonsense"),
                ("redirect_uri", &service.redirect_uri),
                ("code_verifier", VERIFIER),
            ],
            "invalid_grant",
        ),
        (vec![("grant_type", "authorization_code"), ("code", &code), ("code", &code)], "invalid_request"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "nonsense")], "invalid_grant"),
    ] {
        let refused = service.token(&fields).await;
        refused.expect_error(error);
        let description = refused.0.json()["error_description"].as_str().unwrap_or_default().to_owned();
        let id = refused.0.header("x-request-id").unwrap_or_default();
        assert!(description.ends_with(&format!("; request {id}")), "{description}");
        assert!(
            description.bytes().all(|byte| (0x20..=0x7e).contains(&byte) && byte != b'"' && byte != b'\\'),
            "{description}"
        );
    }
}

// security: row 24, 31
#[tokio::test]
async fn an_id_token_or_a_damaged_token_is_no_access_token() {
    let (idp, service, _, callback) = ready().await;
    let tokens = service.redeem(&callback).await;
    let access = tokens.field("access_token");
    let mut flipped = access.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    for token in [
        tokens.field("id_token"),
        tokens.field("refresh_token"),
        access[..access.len() - 1].to_owned(),
        access[1..].to_owned(),
        String::from_utf8(flipped).unwrap(),
        String::new(),
    ] {
        let refused = service.userinfo(&token).await;
        assert_eq!(refused.status, 401);
        assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer"));
    }
    assert_eq!(service.userinfo(&access).await.status, 200);
    idp.advance(Span::seconds(300)).await;
    let expired = service.userinfo(&access).await;
    assert_eq!(expired.status, 401);
    assert!(expired.header("www-authenticate").unwrap().contains("invalid_token"));
}

#[tokio::test]
async fn self_declared_numbers_reach_only_clients_that_take_them() {
    use portal_id_testkit::core::client::IdentityPolicy;
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    for (id, policy, expected) in [
        ("strict", IdentityPolicy::VerifiedOnly, None),
        ("lenient", IdentityPolicy::Any, Some(an.identity_number.as_str())),
    ] {
        let service = idp
            .service()
            .id(id)
            .with(|client| {
                client.first_party = true;
                client.identity = policy;
            })
            .register()
            .await;
        let callback =
            browser.open(service.authorize_url("openid identity").as_str()).await.expect_away(&service.redirect_uri);
        let about = service.userinfo(&service.redeem(&callback).await.field("access_token")).await.json();
        assert_eq!(about["identity_number"].as_str(), expected, "{about}");
        if expected.is_some() {
            assert_eq!(about["identity_number_verified"], false);
        }
    }
}
