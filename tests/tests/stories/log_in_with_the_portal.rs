//! The main job, whole: a citizen registers, activates, and is signed in at a provincial service.

use crate::walk::{decide, to_callback, to_consent};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::link_in;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Citizen, TestIdp};

#[tokio::test]
async fn a_citizen_registers_activates_and_is_signed_in_at_a_service() {
    let idp = TestIdp::start().await;
    let service = idp.service().confidential().register().await;
    let an = Citizen::named("nguyen.thi.an");
    let mut browser = idp.browser();

    let _ = an.register(&mut browser).await.expect("registered");
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    let page = browser.open(&link).await.expect("activate");
    assert!(page.words().contains("nguyen.thi.an"));
    let form = page.form_with("action").press("action", "activate");
    let _ = browser.submit(form).await.expect("activated");

    let request = service.authorize_url("openid profile email phone address identity offline_access");
    let consent = to_consent(&idp, &an, &mut browser, &request).await;
    assert!(consent.words().contains("Dịch vụ thử nghiệm"));
    let callback = decide(&mut browser, &consent, "allow").await.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-of-the-test"));
    assert_eq!(parameter(&callback, "iss").as_deref(), Some("https://id.example.gov.vn"));

    let tokens = service.redeem(&callback).await;
    let id_token = tokens.id_token();
    assert_eq!(id_token["iss"], "https://id.example.gov.vn");
    assert_eq!(id_token["aud"], "test-service");
    assert_eq!(id_token["nonce"], "nonce-of-the-test");
    assert_eq!(id_token["acr"], "urn:portal-id:loa:2");
    assert_eq!(id_token["amr"], serde_json::json!(["pwd", "sms", "mfa"]));
    assert_eq!(id_token["auth_time"], idp.now().seconds());
    assert_eq!(id_token["aal"], 2);
    assert_eq!(id_token["ial"], 0);

    let about = service.userinfo(&tokens.field("access_token")).await.json();
    assert_eq!(about["sub"], id_token["sub"]);
    assert_eq!(about["name"], "Nguyễn Thị An");
    assert_eq!(about["birthdate"], "1985-03-15");
    assert_eq!(about["email"], "nguyen.thi.an@example.vn");
    assert_eq!(about["email_verified"], true);
    assert_eq!(about["phone_number"], an.e164);
    assert_eq!(about["phone_number_verified"], true);
    assert!(about["address"]["formatted"].as_str().unwrap().contains("Bắc Giang"));
    assert!(about.get("identity_number").is_none(), "self-declared is not verified: {about}");

    service.redeem(&callback).await.expect_error("invalid_grant");
    assert!(idp.audited(AuditKind::SignedIn).await && idp.audited(AuditKind::PhoneVerified).await);
    idp.expect_an_empty_outbox().await;
}

#[tokio::test]
async fn a_second_service_gets_the_person_without_a_question_once_consent_is_remembered() {
    let idp = TestIdp::start().await;
    let first = idp.service().register().await;
    let second = idp.service().id("first-party").with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let callback = to_callback(&idp, &an, &mut browser, &first, "openid").await;
    let sub = first.redeem(&callback).await.id_token()["sub"].clone();

    idp.advance(Span::minutes(5)).await;
    let again = browser.open(first.authorize_url("openid").as_str()).await.expect_away(&first.redirect_uri);
    assert!(parameter(&again, "code").is_some());
    let elsewhere =
        browser.open(second.authorize_url("openid profile").as_str()).await.expect_away(&second.redirect_uri);
    assert_eq!(second.redeem(&elsewhere).await.id_token()["sub"], sub);
}

#[tokio::test]
async fn a_person_who_refuses_is_sent_back_with_access_denied() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let consent = to_consent(&idp, &an, &mut browser, &service.authorize_url("openid profile")).await;
    let callback = decide(&mut browser, &consent, "deny").await.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&callback, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-of-the-test"));
    assert!(parameter(&callback, "code").is_none());
    assert!(idp.audited(AuditKind::ConsentDenied).await);
}

#[tokio::test]
async fn a_request_to_create_an_account_goes_straight_to_registration_and_comes_back_to_the_service() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let mut browser = idp.browser();
    let request = service.authorize_url_with("openid", &[("prompt", "create")]);
    let page = browser.open(request.as_str()).await.expect("register");
    // Whoever it is, the way back to the service goes along.
    for class in ["citizen", "business"] {
        let html = page.html();
        let way = html.split("href=\"").find(|rest| rest.starts_with(&format!("/register/{class}?flow="))).unwrap();
        let way = way.split('"').next().unwrap().replace("&amp;", "&");
        let form = browser.open(&way).await.expect(&format!("register-{class}"));
        assert!(form.words().contains("Dịch vụ thử nghiệm"), "{}", form.words());
    }
}

#[tokio::test]
async fn the_answer_can_be_posted_as_a_form() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = crate::walk::signed_in(&idp, &an).await;
    let page = browser.open(service.authorize_url_with("openid", &[("response_mode", "form_post")]).as_str()).await;
    let form = page.expect("form-post").form_with("code");
    assert_eq!(form.action.as_str(), service.redirect_uri);
    let fields = form.into_fields();
    assert!(fields.contains(&("state".to_owned(), "state-of-the-test".to_owned())));
    assert!(fields.contains(&("iss".to_owned(), "https://id.example.gov.vn".to_owned())));
}

// security: row 10
#[tokio::test]
async fn a_consent_page_shown_to_one_person_does_not_act_for_the_next_one_at_the_same_browser() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let mut shared = idp.browser();
    let hers = to_consent(&idp, &an, &mut shared, &service.authorize_url("openid profile")).await;
    let other_tab = service.authorize_url_with("openid profile", &[("prompt", "login")]);
    let _ = to_consent(&idp, &binh, &mut shared, &other_tab).await;
    let refused = decide(&mut shared, &hers, "allow").await.expect("error");
    assert_eq!(refused.status(), 403);
    assert!(!idp.audited(AuditKind::ConsentGranted).await);
}

// security: row 22
#[tokio::test]
async fn what_one_persons_session_had_given_ends_when_another_signs_in_at_the_same_browser() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let mut browser = crate::walk::signed_in(&idp, &an).await;
    let callback = browser.open(service.authorize_url("openid").as_str()).await.expect_away(&service.redirect_uri);
    let access = service.redeem(&callback).await.field("access_token");
    assert_eq!(service.userinfo(&access).await.status, 200);
    let request = service.authorize_url_with("openid", &[("prompt", "login")]);
    let page = browser.open(request.as_str()).await.expect("sign-in");
    let _ = binh.sign_in(&idp, &mut browser, &page).await.expect_away(&service.redirect_uri);
    assert_eq!(service.userinfo(&access).await.status, 401);
}

#[tokio::test]
async fn a_person_who_signs_in_again_stays_signed_in_at_the_other_services() {
    let idp = TestIdp::start().await;
    let first = idp.service().with(|client| client.first_party = true).register().await;
    let second = idp.service().id("second").with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = crate::walk::signed_in(&idp, &an).await;
    let callback = browser.open(first.authorize_url("openid").as_str()).await.expect_away(&first.redirect_uri);
    let before = first.redeem(&callback).await;
    let stolen = browser.clone();
    idp.advance(Span::minutes(2)).await;
    let request = second.authorize_url_with("openid", &[("prompt", "login")]);
    let page = browser.open(request.as_str()).await.expect("sign-in");
    let _ = an.sign_in(&idp, &mut browser, &page).await.expect_away(&second.redirect_uri);

    assert_eq!(first.userinfo(&before.field("access_token")).await.status, 200);
    let callback = browser.open(first.authorize_url("openid").as_str()).await.expect_away(&first.redirect_uri);
    let after = first.redeem(&callback).await.id_token();
    assert_eq!(before.id_token()["sid"], after["sid"], "the same session for the service");
    assert_eq!(after["auth_time"], idp.now().seconds());
    // But not the same cookie.
    let mut thief = stolen;
    let _ = thief.open(first.authorize_url("openid").as_str()).await.expect("sign-in");
}
