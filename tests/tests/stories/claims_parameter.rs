//! The `claims` parameter: what a service asks for by name, and what never comes of it.

use crate::remembered::{after_password, remembered};
use crate::walk::{decide, signed_in, to_consent};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Browser, Citizen, Service, TestIdp, TokenAnswer};
use serde_json::{Value, json};
use url::Url;

async fn ready() -> (TestIdp, Service, Citizen, Browser) {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let browser = signed_in(&idp, &an).await;
    (idp, service, an, browser)
}

fn request(service: &Service, scope: &str, claims: &Value, further: &[(&str, &str)]) -> Url {
    let claims = claims.to_string();
    service.authorize_url_with(scope, &[&[("claims", claims.as_str())], further].concat())
}

async fn redeemed(browser: &mut Browser, service: &Service, request: &Url) -> TokenAnswer {
    let callback = browser.open(request.as_str()).await.expect_away(&service.redirect_uri);
    service.redeem(&callback).await
}

async fn error(browser: &mut Browser, service: &Service, request: &Url) -> String {
    let callback = browser.open(request.as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-of-the-test"));
    parameter(&callback, "error").unwrap_or_else(|| panic!("no error in {callback}"))
}

#[tokio::test]
async fn a_named_claim_comes_in_the_id_token_at_first_and_when_refreshed() {
    let (_idp, service, an, mut browser) = ready().await;
    let claims = json!({ "id_token": { "email": { "essential": true }, "name": null, "nothing_of_ours": null } });
    let asked = request(&service, "openid profile email offline_access", &claims, &[]);
    let tokens = redeemed(&mut browser, &service, &asked).await;
    for answer in [&tokens, &service.refresh(&tokens.field("refresh_token")).await] {
        let told = answer.id_token();
        assert_eq!((&told["email"], &told["name"]), (&json!(an.email), &json!(an.full_name)), "{told}");
        assert!(told.get("birthdate").is_none() && told.get("nothing_of_ours").is_none(), "{told}");
    }
    let about = service.userinfo(&tokens.field("access_token")).await.json();
    assert_eq!((&about["email"], about["birthdate"].is_string()), (&json!(an.email), true));
}

// security: row 38
#[tokio::test]
async fn naming_a_claim_never_opens_what_no_granted_scope_opens() {
    let (_idp, service, _an, mut browser) = ready().await;
    let everything = ["email", "phone_number", "identity_number", "address", "name", "iss", "exp", "sub", "sid"];
    let all: Value = everything
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "essential": true })))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let claims = json!({ "id_token": all.clone(), "userinfo": all });
    let tokens = redeemed(&mut browser, &service, &request(&service, "openid profile", &claims, &[])).await;
    let told = tokens.id_token();
    assert!(told["name"].is_string() && told["iss"] == "https://id.example.gov.vn", "{told}");
    let about = service.userinfo(&tokens.field("access_token")).await.json();
    for name in ["email", "phone_number", "identity_number", "address"] {
        assert!(told.get(name).is_none() && about.get(name).is_none(), "{name}");
    }
}

#[tokio::test]
async fn the_person_is_asked_once_for_the_scopes_and_not_again_for_the_names() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let consent = to_consent(&idp, &an, &mut browser, &service.authorize_url("openid email")).await;
    let _ = decide(&mut browser, &consent, "allow").await.expect_away(&service.redirect_uri);
    let claims = json!({ "id_token": { "email": null, "phone_number": null } });
    let asked = request(&service, "openid email", &claims, &[("prompt", "none")]);
    let told = redeemed(&mut browser, &service, &asked).await.id_token();
    assert_eq!((&told["email"], told.get("phone_number")), (&json!(an.email), None));
}

#[tokio::test]
async fn a_named_person_is_that_person_or_the_answer_is_login_required() {
    let (idp, service, _an, mut hers) = ready().await;
    let sub = redeemed(&mut hers, &service, &service.authorize_url("openid")).await.id_token()["sub"].clone();
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let mut his = signed_in(&idp, &binh).await;
    for claims in [
        json!({ "id_token": { "sub": { "value": sub } } }),
        json!({ "id_token": { "sub": { "essential": true, "values": [sub] } } }),
        json!({ "userinfo": { "sub": { "value": sub } } }),
    ] {
        for prompt in ["none", ""] {
            let asked = request(&service, "openid", &claims, &[("prompt", prompt)]);
            assert_eq!(redeemed(&mut hers, &service, &asked).await.id_token()["sub"], sub);
            assert_eq!(error(&mut his, &service, &asked).await, "login_required", "{claims} {prompt}");
        }
        // Nobody is there yet: whoever then signs in is the right one, or not.
        idp.advance(Span::minutes(5)).await;
        let asked = request(&service, "openid", &claims, &[]);
        let mut fresh = idp.browser();
        let page = fresh.open(asked.as_str()).await.expect("sign-in");
        let callback = binh.sign_in(&idp, &mut fresh, &page).await.expect_away(&service.redirect_uri);
        assert_eq!(parameter(&callback, "error").as_deref(), Some("login_required"));
    }
}

// security: row 11
#[tokio::test]
async fn an_essential_class_is_told_word_for_word_or_the_sign_in_has_failed() {
    let (_idp, service, _an, mut browser) = ready().await;
    let acr = |value: Value| json!({ "id_token": { "acr": value } });
    for (asked, told) in [
        (json!({ "essential": true, "value": "urn:portal-id:loa:2" }), "urn:portal-id:loa:2"),
        (json!({ "essential": true, "value": "urn:portal-id:loa:1" }), "urn:portal-id:loa:1"),
        (json!({ "essential": true, "values": ["urn:portal-id:loa:4", "urn:portal-id:loa:1"] }), "urn:portal-id:loa:1"),
        (json!({ "values": ["urn:portal-id:loa:4"] }), "urn:portal-id:loa:2"),
        (json!({ "essential": true }), "urn:portal-id:loa:2"),
    ] {
        let tokens = redeemed(&mut browser, &service, &request(&service, "openid", &acr(asked.clone()), &[])).await;
        assert_eq!(tokens.id_token()["acr"], told, "{asked}");
        assert_eq!(tokens.id_token()["aal"], 2, "what really happened");
    }
    for asked in [
        json!({ "essential": true, "value": "urn:portal-id:loa:3" }),
        json!({ "essential": true, "values": ["gold", "urn:portal-id:loa:4"] }),
    ] {
        let asked = request(&service, "openid", &acr(asked), &[]);
        assert_eq!(error(&mut browser, &service, &asked).await, "unmet_authentication_requirements");
    }
}

// security: row 11
#[tokio::test]
async fn a_class_asked_for_by_claims_is_asked_for_as_by_acr_values() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = remembered(&idp, &an).await;
    let _ = after_password(&idp, &an, &mut own).await.expect("home");
    for essential in [true, false] {
        let claims = json!({ "id_token": { "acr": { "essential": essential, "value": "urn:portal-id:loa:2" } } });
        let none = request(&service, "openid", &claims, &[("prompt", "none")]);
        assert_eq!(error(&mut own, &service, &none).await, "interaction_required");
    }
    idp.advance(Span::minutes(2)).await;
    let claims = json!({ "id_token": { "acr": { "essential": true, "value": "urn:portal-id:loa:2" } } });
    let page = own.open(request(&service, "openid", &claims, &[]).as_str()).await.expect("step-up");
    let page = own.submit(page.form_to("/sign-in/step-up")).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let given = own.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await;
    let callback = given.expect_away(&service.redirect_uri);
    let told = service.redeem(&callback).await.id_token();
    assert_eq!((&told["acr"], &told["aal"]), (&json!("urn:portal-id:loa:2"), &json!(2)));
}

#[tokio::test]
async fn what_cannot_be_read_is_an_invalid_request_and_travels_to_the_service() {
    let (_idp, service, _an, mut browser) = ready().await;
    let long = format!("{{\"x\":\"{}\"}}", "y".repeat(4090));
    for text in [
        "email",
        "[]",
        "{",
        r#"{"userinfo":7}"#,
        r#"{"id_token":{"email":"yes"}}"#,
        r#"{"id_token":{"email":{"essential":1}}}"#,
        r#"{"id_token":{"email":null,"email":null}}"#,
        long.as_str(),
    ] {
        let asked = service.authorize_url_with("openid", &[("claims", text)]);
        assert_eq!(error(&mut browser, &service, &asked).await, "invalid_request", "{text}");
    }
    let mut twice = service.authorize_url_with("openid", &[("claims", "{}")]);
    twice.query_pairs_mut().append_pair("claims", "{}");
    assert_eq!(error(&mut browser, &service, &twice).await, "invalid_request");
}

#[tokio::test]
async fn values_of_personal_claims_are_not_kept_in_the_database() {
    let (idp, service, _an, mut browser) = ready().await;
    let claims = json!({ "id_token": { "phone_number": { "value": "+84987654321" } } });
    redeemed(&mut browser, &service, &request(&service, "openid phone", &claims, &[])).await;
    let kept = idp.database_bytes();
    assert!(!kept.windows(12).any(|piece| piece == b"+84987654321"));
}
