//! The authorization endpoint: what it accepts, what it refuses, and where it says so.

use crate::walk::signed_in;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::{claims_of, parameter};
use portal_id_testkit::{Service, TestIdp};

async fn ready() -> (TestIdp, Service, portal_id_testkit::Citizen) {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    (idp, service, an)
}

// security: row 1, 2
#[tokio::test]
async fn a_redirect_uri_that_is_not_byte_equal_gets_a_page_and_never_a_redirect() {
    let (idp, service, _) = ready().await;
    let good = service.redirect_uri.clone();
    for uri in [
        "https://service.example.vn/callback/",
        "https://service.example.vn/Callback",
        "https://service.example.vn/callback?x=1",
        "https://service.example.vn/callback#f",
        "https://service.example.vn:443/callback",
        "https://SERVICE.example.vn/callback",
        "https://service.example.vn./callback",
        "https://service.example.vn@evil.example/callback",
        "https://evil.example/\\@service.example.vn/callback",
        "https://service.example.vn/%2e%2e/callback",
        "https://service.example.vn/x/..;/callback",
        "http://service.example.vn/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "//service.example.vn/callback",
    ] {
        let request = service.authorize_url_with("openid", &[("redirect_uri", uri)]);
        let page = idp.browser().open(request.as_str()).await.expect("error");
        assert_eq!(page.status(), 400, "{uri}");
    }
    let twice = format!("{}&redirect_uri={}", service.authorize_url("openid"), "https://evil.example/");
    let _ = idp.browser().open(&twice).await.expect("error");
    let missing = service.authorize_url_with("openid", &[("redirect_uri", "")]);
    let page = idp.browser().open(missing.as_str()).await;
    assert!(page.name() == "error" || page.name() == "sign-in", "{}", page.name());
    let _ = idp
        .browser()
        .open(service.authorize_url_with("openid", &[("redirect_uri", &good)]).as_str())
        .await
        .expect("sign-in");
}

#[tokio::test]
async fn an_unknown_or_missing_client_gets_a_page() {
    let (idp, service, _) = ready().await;
    for client in ["nobody", "", "test-service\0"] {
        let request = service.authorize_url_with("openid", &[("client_id", client)]);
        let page = idp.browser().open(request.as_str()).await.expect("error");
        assert_eq!(page.status(), 400, "{client:?}");
    }
}

#[tokio::test]
async fn every_other_mistake_goes_back_to_the_service_with_state_and_issuer() {
    let (idp, service, _) = ready().await;
    for (changes, error) in [
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_mode", "fragment")], "invalid_request"),
        (vec![("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported"),
        (vec![("request_uri", "https://service.example.vn/r")], "request_uri_not_supported"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge", "too-short")], "invalid_request"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("prompt", "none")], "login_required"),
        (vec![("max_age", "-1")], "invalid_request"),
        (vec![("max_age", "soon")], "invalid_request"),
        (vec![("id_token_hint", "not.a.token")], "invalid_request"),
    ] {
        let request = service.authorize_url_with("openid", &changes);
        let callback = idp.browser().open(request.as_str()).await.expect_away(&service.redirect_uri);
        assert_eq!(parameter(&callback, "error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(parameter(&callback, "state").as_deref(), Some("state-of-the-test"), "{changes:?}");
        assert_eq!(parameter(&callback, "iss").as_deref(), Some("https://id.example.gov.vn"), "{changes:?}");
        assert!(parameter(&callback, "code").is_none());
    }
}

#[tokio::test]
async fn a_parameter_given_twice_is_an_invalid_request() {
    let (idp, service, _) = ready().await;
    let twice = format!("{}&scope=email", service.authorize_url("openid"));
    let callback = idp.browser().open(&twice).await.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&callback, "error").as_deref(), Some("invalid_request"));
}

// security: row 38
#[tokio::test]
async fn a_scope_that_the_client_may_not_have_is_not_granted() {
    let idp = TestIdp::start().await;
    let service = idp
        .service()
        .with(|client| {
            client.first_party = true;
            "openid".clone_into(&mut client.scope);
        })
        .register()
        .await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let callback =
        browser.open(service.authorize_url("openid identity").as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&callback, "error").as_deref(), Some("invalid_scope"));
}

#[tokio::test]
async fn unknown_parameters_and_languages_that_we_lack_are_no_reason_to_refuse() {
    let (idp, service, _) = ready().await;
    for change in [
        ("display", "popup"),
        ("ui_locales", "km lo"),
        ("claims_locales", "xx"),
        ("login_hint", "nobody"),
        ("acr_values", "x y"),
        ("foo", "bar"),
    ] {
        let request = service.authorize_url_with("openid unknown-scope", &[change]);
        let _ = idp.browser().open(request.as_str()).await.expect("sign-in");
    }
}

#[tokio::test]
async fn the_request_may_come_by_a_form_from_the_services_own_site() {
    let (idp, service, an) = ready().await;
    let mut browser = signed_in(&idp, &an).await;
    let url = service.authorize_url("openid");
    let fields: Vec<_> = url.query_pairs().into_owned().collect();
    // A cross-site POST: SameSite=Lax withholds the session cookie.
    let mut without_cookies = browser.clone();
    without_cookies.forget_cookies();
    let mut endpoint = url.clone();
    endpoint.set_query(None);
    let answer = without_cookies.post(&endpoint, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let next = endpoint.join(answer.header("location").unwrap()).unwrap();
    let callback = browser.open(next.as_str()).await.expect_away(&service.redirect_uri);
    assert!(parameter(&callback, "code").is_some());
}

// security: row 11
#[tokio::test]
async fn prompt_and_max_age_get_what_they_ask_for() {
    let (idp, service, an) = ready().await;
    let mut browser = signed_in(&idp, &an).await;
    let signed_in_at = idp.now().seconds();
    idp.advance(Span::minutes(3)).await;

    let none = service.authorize_url_with("openid", &[("prompt", "none"), ("max_age", "10000")]);
    let callback = browser.open(none.as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(service.redeem(&callback).await.id_token()["auth_time"], signed_in_at);

    let stale = service.authorize_url_with("openid", &[("prompt", "none"), ("max_age", "1")]);
    let callback = browser.open(stale.as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&callback, "error").as_deref(), Some("login_required"));

    for change in [("max_age", "1"), ("prompt", "login"), ("max_age", "0")] {
        idp.advance(Span::minutes(3)).await;
        let page = browser.open(service.authorize_url_with("openid", &[change]).as_str()).await.expect("sign-in");
        let now = idp.now().seconds();
        let callback = an.sign_in(&idp, &mut browser, &page).await.expect_away(&service.redirect_uri);
        assert_eq!(service.redeem(&callback).await.id_token()["auth_time"], now, "{change:?}");
    }
}

#[tokio::test]
async fn prompt_none_needs_a_remembered_consent() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let none = service.authorize_url_with("openid profile", &[("prompt", "none")]);
    let callback = browser.open(none.as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&callback, "error").as_deref(), Some("consent_required"));
}

#[tokio::test]
async fn a_hint_of_another_person_does_not_get_this_one() {
    let (idp, service, an) = ready().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let mut hers = signed_in(&idp, &an).await;
    let callback = hers.open(service.authorize_url("openid").as_str()).await.expect_away(&service.redirect_uri);
    let hint = service.redeem(&callback).await.field("id_token");
    idp.advance(Span::days(2)).await;
    let mut his = signed_in(&idp, &binh).await;
    let request = service.authorize_url_with("openid", &[("prompt", "none"), ("id_token_hint", &hint)]);
    let callback = his.open(request.as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&callback, "error").as_deref(), Some("login_required"));
    // An expired hint of the same person is fine.
    let mut hers = signed_in(&idp, &an).await;
    let callback = hers.open(request.as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(claims_of(&service.redeem(&callback).await.field("id_token"))["sub"], claims_of(&hint)["sub"]);
}

#[tokio::test]
async fn a_session_ends_by_idleness_and_after_its_absolute_time() {
    let (idp, service, an) = ready().await;
    let mut browser = signed_in(&idp, &an).await;
    idp.advance(Span::minutes(30) - Span::seconds(1)).await;
    let _ = browser.open(service.authorize_url("openid").as_str()).await.expect_away(&service.redirect_uri);
    idp.advance(Span::minutes(30)).await;
    let _ = browser.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
    let mut browser = signed_in(&idp, &an).await;
    for _ in 0..36 {
        idp.advance(Span::minutes(20)).await;
        browser.open("/").await;
    }
    let _ = browser.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
}

#[tokio::test]
async fn a_posted_request_must_arrive_within_a_minute_and_sets_no_cookie() {
    let (idp, service, an) = ready().await;
    let mut browser = signed_in(&idp, &an).await;
    let url = service.authorize_url("openid");
    let fields: Vec<_> = url.query_pairs().into_owned().collect();
    let mut endpoint = url.clone();
    endpoint.set_query(None);
    for (seconds, arrives) in [(59, true), (60, false)] {
        let mut crossing = idp.browser();
        let answer = crossing.post(&endpoint, &fields).await;
        assert!(crossing.cookies().is_empty(), "a cross-site answer sets no cookie");
        let next = endpoint.join(answer.header("location").unwrap()).unwrap();
        idp.advance(Span::seconds(seconds)).await;
        let page = browser.open(next.as_str()).await;
        assert_eq!(page.name().starts_with("away to https://service.example.vn/callback?code="), arrives, "{seconds}");
    }
}

#[tokio::test]
async fn an_app_of_its_own_scheme_is_opened_by_a_link() {
    let idp = TestIdp::start().await;
    let app = idp
        .service()
        .public()
        .with(|client| {
            client.redirect_uris = vec!["vn.example.app:/callback".to_owned()];
            client.first_party = true;
        })
        .register()
        .await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let page = browser.open(app.authorize_url("openid").as_str()).await.expect("open-app");
    assert_eq!(page.status(), 200);
    assert!(page.html().contains("vn.example.app:/callback?code="));
}
