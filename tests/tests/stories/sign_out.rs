//! Signing out, at the portal and from a service.

use crate::walk::signed_in;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Browser, Service, TestIdp};
use url::Url;

async fn ready() -> (TestIdp, Service, Browser, String) {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let callback = browser.open(service.authorize_url("openid").as_str()).await.expect_away(&service.redirect_uri);
    let hint = service.redeem(&callback).await.field("id_token");
    (idp, service, browser, hint)
}

fn sign_out(parameters: &[(&str, &str)]) -> Url {
    Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap()
}

#[tokio::test]
async fn a_service_with_its_hint_ends_the_session_and_gets_the_person_back_with_state() {
    let (idp, service, mut browser, hint) = ready().await;
    let request = sign_out(&[
        ("id_token_hint", &hint),
        ("post_logout_redirect_uri", &service.post_logout),
        ("state", "bye & thanks"),
    ]);
    let back = browser.open(request.as_str()).await.expect_away(&service.post_logout);
    assert_eq!(parameter(&back, "state").as_deref(), Some("bye & thanks"));
    assert!(idp.audited(AuditKind::SignedOut).await);
    let none = service.authorize_url_with("openid", &[("prompt", "none")]);
    let callback = browser.open(none.as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&callback, "error").as_deref(), Some("login_required"));
}

// security: row 2, 35
#[tokio::test]
async fn without_a_valid_hint_the_person_is_asked_and_an_unregistered_address_is_never_followed() {
    let (idp, service, browser, hint) = ready().await;
    for parameters in [
        vec![],
        vec![("post_logout_redirect_uri", service.post_logout.as_str()), ("client_id", "test-service")],
        vec![("id_token_hint", "not.a.token"), ("post_logout_redirect_uri", service.post_logout.as_str())],
    ] {
        let page = browser.clone().open(sign_out(&parameters).as_str()).await;
        assert_eq!(page.name(), "sign-out", "{parameters:?}");
    }
    assert!(!idp.audited(AuditKind::SignedOut).await);
    for uri in [
        "https://evil.example/",
        "https://service.example.vn/bye?x=1",
        "https://service.example.vn/BYE",
        "javascript:alert(1)",
    ] {
        let page = browser
            .clone()
            .open(sign_out(&[("id_token_hint", &hint), ("post_logout_redirect_uri", uri)]).as_str())
            .await;
        assert!(!page.name().starts_with("away"), "{uri}: {}", page.name());
    }
}

#[tokio::test]
async fn a_person_who_is_asked_and_agrees_is_signed_out() {
    let (idp, _, mut browser, _) = ready().await;
    let before = browser.cookies().clone();
    let page = browser.open("/sign-out").await.expect("sign-out");
    let _ = browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
    assert!(idp.audited(AuditKind::SignedOut).await);
    // The cookie that is still in a thief's hands opens nothing.
    assert_ne!(&before, browser.cookies());
    let mut thief = idp.browser();
    thief.clone_from(&browser);
    assert!(!thief.open("/").await.html().contains("Nguyễn Thị An"));
}

// security: row 22
#[tokio::test]
async fn tokens_of_a_session_end_with_it_and_offline_ones_do_not() {
    let (_, service, mut browser, hint) = ready().await;
    let online =
        browser.open(service.authorize_url("openid profile").as_str()).await.expect_away(&service.redirect_uri);
    let online = service.redeem(&online).await.field("access_token");
    let offline =
        browser.open(service.authorize_url("openid offline_access").as_str()).await.expect_away(&service.redirect_uri);
    let offline = service.redeem(&offline).await;
    browser.open(sign_out(&[("id_token_hint", &hint)]).as_str()).await;
    assert_eq!(service.userinfo(&online).await.status, 401);
    service.refresh(&offline.field("refresh_token")).await.fields();
}

#[tokio::test]
async fn a_service_may_post_the_sign_out_from_its_own_site() {
    let (idp, service, mut browser, hint) = ready().await;
    let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", &service.post_logout), ("state", "s")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let endpoint = Url::parse("https://id.example.gov.vn/sign-out").unwrap();
    let answer = idp.browser().post(&endpoint, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let next = endpoint.join(answer.header("location").unwrap()).unwrap();
    let back = browser.open(next.as_str()).await.expect_away(&service.post_logout);
    assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
    assert!(idp.audited(AuditKind::SignedOut).await);
}
