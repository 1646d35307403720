//! What which service may know of a person, and taking that back.

use crate::walk::{decide, sign_in_with, signed_in, to_callback, to_consent, tokens};
use http::StatusCode;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::ids::ClientId;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Browser, Page, Service, TestIdp};

/// Presses the button beside a service, whether the page has one or not.
pub(crate) async fn revoke(browser: &mut Browser, client_id: &str) -> Page {
    let page = browser.open("/account/services").await.expect("services");
    browser
        .submit(page.form_with("service").without("service").forge("service", client_id).press("action", "revoke"))
        .await
}

/// A service that asks for consent, with its own name.
async fn asking(idp: &TestIdp, id: &str, name: &str) -> Service {
    let (vi, en) = (format!("Dịch vụ {name}"), format!("Service {name}"));
    let named = idp.service().id(id).with(|client| {
        client.client_name = vi;
        client.client_name_en = Some(en);
    });
    named.register().await
}

async fn first_party(idp: &TestIdp, id: &str) -> Service {
    idp.service().id(id).with(|client| client.first_party = true).register().await
}

#[tokio::test]
async fn a_person_sees_which_service_may_know_what_and_since_when() {
    let idp = TestIdp::start().await;
    let (tax, land) = (asking(&idp, "tax", "thuế").await, asking(&idp, "land", "đất").await);
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let _ = to_callback(&idp, &an, &mut browser, &tax, "openid profile").await;
    idp.advance(Span::minutes(7)).await;
    let consent = browser.open(land.authorize_url("openid phone offline_access").as_str()).await.expect("consent");
    assert!(consent.words().contains("“Dịch vụ được dùng thông tin của bạn”"), "{}", consent.words());
    let _ = decide(&mut browser, &consent, "allow").await.expect_away(&land.redirect_uri);

    let home = browser.open("/").await.expect("home");
    let account = browser.open(&home.link("account").unwrap()).await.expect("account");
    let page = browser.open(&account.link("services").unwrap()).await.expect("services");
    let entries = page.texts_of("main .grants > li");
    let [of_land, of_tax] = entries.as_slice() else { panic!("{entries:?}") };
    assert!(of_tax.contains("Dịch vụ thuế") && of_tax.contains("Thông tin cơ bản"), "{of_tax}");
    assert!(!of_tax.contains("Số điện thoại") && !of_tax.contains("không đăng nhập"), "{of_tax}");
    assert!(of_land.contains("Số điện thoại") && of_land.contains("cả khi bạn không đăng nhập"), "{of_land}");
    let since = |entry: &str| entry.split("Từ lúc").nth(1).unwrap().trim().split(',').next().unwrap().to_owned();
    assert_ne!(since(of_land), since(of_tax), "each since its own moment");
    let english = browser.open("/account/services?lang=en").await.expect("services").words();
    assert!(english.contains("Service thuế") && english.contains("Phone number"), "{english}");
}

#[tokio::test]
async fn whoever_allowed_nothing_is_told_so_and_a_stranger_comes_back_after_signing_in() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let page = browser.open("/account/services").await.expect("services");
    assert!(page.words().contains("Chưa có dịch vụ nào"), "{}", page.words());
    let mut stranger = idp.browser();
    let sign_in = stranger.open("/account/services").await.expect("sign-in");
    idp.advance(Span::minutes(2)).await;
    let _ = an.sign_in(&idp, &mut stranger, &sign_in).await.expect("services");
}

// security: row 22
#[tokio::test]
async fn taking_it_back_ends_refresh_and_userinfo_at_once_and_the_service_asks_again() {
    let idp = TestIdp::start().await;
    let service = asking(&idp, "tax", "thuế").await;
    let other = asking(&idp, "land", "đất").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let scope = "openid profile offline_access";
    let callback = to_callback(&idp, &an, &mut browser, &service, scope).await;
    let given = service.redeem(&callback).await;
    let consent = browser.open(other.authorize_url(scope).as_str()).await.expect("consent");
    let of_other = other.redeem(&decide(&mut browser, &consent, "allow").await.expect_away(&other.redirect_uri)).await;
    // A code under way, and a service that was heard a moment ago.
    let unredeemed = browser.open(service.authorize_url(scope).as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(service.userinfo(&given.field("access_token")).await.status, StatusCode::OK);

    let page = revoke(&mut browser, "tax").await.expect("services");
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.words().contains("Đã rút lại.") && !page.words().contains("Dịch vụ thuế"), "{}", page.words());

    assert_eq!(service.userinfo(&given.field("access_token")).await.status, StatusCode::UNAUTHORIZED);
    service.refresh(&given.field("refresh_token")).await.expect_error("invalid_grant");
    service.redeem(&unredeemed).await.expect_error("invalid_grant");
    let silent = browser.open(service.authorize_url_with(scope, &[("prompt", "none")]).as_str()).await;
    let silent = silent.expect_away(&service.redirect_uri);
    assert_eq!(parameter(&silent, "error").as_deref(), Some("consent_required"));
    let asked = browser.open(service.authorize_url(scope).as_str()).await.expect("consent");

    assert_eq!(other.userinfo(&of_other.field("access_token")).await.status, StatusCode::OK, "the other goes on");
    other.refresh(&of_other.field("refresh_token")).await.fields();
    let entry = idp.audit().await.into_iter().find(|entry| entry.kind == AuditKind::ServiceRevoked).expect("audited");
    assert_eq!(entry.client_id, Some(ClientId::from_text("tax")));
    assert!(entry.account_id.is_some() && entry.session_id.is_some());

    // Allowed again, it is as before.
    let back = decide(&mut browser, &asked, "allow").await.expect_away(&service.redirect_uri);
    service.redeem(&back).await.fields();
}

// security: row 22
#[tokio::test]
async fn what_was_taken_back_stays_so_after_a_restart() {
    let idp = TestIdp::start().await;
    let service = asking(&idp, "tax", "thuế").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let callback = to_callback(&idp, &an, &mut browser, &service, "openid offline_access").await;
    let given = service.redeem(&callback).await;
    let _ = revoke(&mut browser, "tax").await.expect("services");
    let idp = idp.restart().await;
    let service = service.at(&idp);
    service.refresh(&given.field("refresh_token")).await.expect_error("invalid_grant");
    assert_eq!(service.userinfo(&given.field("access_token")).await.status, StatusCode::UNAUTHORIZED);
}

// security: row 33
#[tokio::test]
async fn what_another_person_allowed_answers_like_what_nobody_did() {
    let idp = TestIdp::start().await;
    let (tax, land) = (asking(&idp, "tax", "thuế").await, asking(&idp, "land", "đất").await);
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let mut his = idp.browser();
    let callback = to_callback(&idp, &binh, &mut his, &tax, "openid offline_access").await;
    let given = tax.redeem(&callback).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut hers = idp.browser();
    let _ = to_callback(&idp, &an, &mut hers, &land, "openid").await;

    let before = idp.audit().await.len();
    let (anothers, none) = (revoke(&mut hers, "tax").await, revoke(&mut hers, "never-was").await);
    for page in [&anothers, &none] {
        assert_eq!((page.name().as_str(), page.status()), ("services", StatusCode::NOT_FOUND));
    }
    assert_eq!(anothers.words(), none.words());
    assert_eq!(idp.audit().await.len(), before, "nothing came of it");
    tax.refresh(&given.field("refresh_token")).await.fields();
    let page = his.open("/account/services").await.expect("services");
    assert!(page.words().contains("Dịch vụ thuế") && !page.words().contains("Dịch vụ đất"), "{}", page.words());
}

#[tokio::test]
async fn a_service_of_the_province_is_there_as_far_as_its_grants_go_and_loses_them() {
    let idp = TestIdp::start().await;
    let service = first_party(&idp, "mot-cua").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let given = tokens(&mut browser, &service, "openid profile offline_access").await;
    let page = browser.open("/account/services").await.expect("services");
    assert!(page.words().contains("Đây là dịch vụ của tỉnh."), "{}", page.words());
    let page = revoke(&mut browser, "mot-cua").await.expect("services");
    assert!(page.words().contains("Chưa có dịch vụ nào"), "{}", page.words());
    service.refresh(&given.field("refresh_token")).await.expect_error("invalid_grant");
    assert_eq!(service.userinfo(&given.field("access_token")).await.status, StatusCode::UNAUTHORIZED);
    // It asks nobody: whoever goes there again is recognised again.
    tokens(&mut browser, &service, "openid profile").await.fields();
    idp.advance(Span::minutes(20)).await;
    let page = browser.open("/account/services").await.expect("services");
    assert!(page.words().contains("Chưa có dịch vụ nào"), "without offline_access it ends by itself: {}", page.words());
}

// security: row 38
#[tokio::test]
async fn a_service_that_asks_for_more_asks_for_all_of_it_again() {
    let idp = TestIdp::start().await;
    let service = asking(&idp, "tax", "thuế").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let _ = to_callback(&idp, &an, &mut browser, &service, "openid profile phone").await;
    let _ = revoke(&mut browser, "tax").await.expect("services");
    let consent = browser.open(service.authorize_url("openid email").as_str()).await.expect("consent");
    let _ = decide(&mut browser, &consent, "allow").await.expect_away(&service.redirect_uri);
    let page = browser.open("/account/services").await.expect("services");
    let known = page.texts_of("main .grants > li").concat();
    assert!(
        known.contains("Địa chỉ email") && !known.contains("Số điện thoại"),
        "what was withdrawn is not back: {known}"
    );
    let _ = browser.open(service.authorize_url("openid phone").as_str()).await.expect("consent");
}

// security: row 22
#[tokio::test]
async fn of_many_at_once_nothing_is_left_that_rests_on_what_was_taken_back() {
    let idp = TestIdp::start().await;
    let service = asking(&idp, "tax", "thuế").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let scope = "openid offline_access";
    let first = to_callback(&idp, &an, &mut browser, &service, scope).await;
    let mut second = idp.browser();
    idp.advance(Span::minutes(2)).await;
    let _ = sign_in_with(&idp, &an, &mut second).await.expect("home");
    let page = second.open("/account/services").await.expect("services");
    let form = page.form_with("service").press("action", "revoke");

    let mut at_once = tokio::task::JoinSet::new();
    for number in 0..64 {
        let (service, mut browser, first) = (service.clone(), browser.clone(), first.clone());
        let (mut second, form) = (second.clone(), form.clone());
        at_once.spawn(async move {
            match number {
                20 => {
                    let _ = second.submit(form).await.expect("services");
                    Vec::new()
                }
                // The code that is there already, which one of them redeems.
                0..8 => vec![service.redeem(&first).await],
                _ => {
                    let page = browser.open(service.authorize_url(scope).as_str()).await;
                    if page.name() == "consent" {
                        return Vec::new();
                    }
                    vec![service.redeem(&page.expect_away(&service.redirect_uri)).await]
                }
            }
        });
    }
    let answers: Vec<_> = at_once.join_all().await.into_iter().flatten().collect();
    let given = answers.iter().filter(|answer| answer.0.status == StatusCode::OK);
    for answer in given {
        service.refresh(&answer.field("refresh_token")).await.expect_error("invalid_grant");
        assert_eq!(service.userinfo(&answer.field("access_token")).await.status, StatusCode::UNAUTHORIZED);
    }
    let page = browser.open("/account/services").await.expect("services");
    assert!(page.words().contains("Chưa có dịch vụ nào"), "{}", page.words());
}

/// A service that shows everything it can of itself.
async fn with_a_face(idp: &TestIdp) -> Service {
    let shown = idp.service().with(|client| {
        client.client_uri = Some("https://service.example.vn/gioi-thieu".to_owned());
        client.logo_uri = Some("https://cdn.example.vn/logo.svg".to_owned());
        client.policy_uri = Some("https://service.example.vn/chinh-sach".to_owned());
        client.tos_uri = Some("https://service.example.vn/dieu-khoan".to_owned());
    });
    shown.register().await
}

// security: row 3
#[tokio::test]
async fn a_service_shows_its_picture_and_its_pages_where_it_asks_for_something_and_nowhere_else() {
    let idp = TestIdp::start().await;
    let service = with_a_face(&idp).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let request = service.authorize_url("openid profile");
    let shows = |page: &Page| {
        let csp = page.answer.header("content-security-policy").unwrap().to_owned();
        let picture = page.attribute("main img", "src");
        let silent = page.attribute("main img", "referrerpolicy");
        assert_eq!(
            picture.is_some(),
            csp.contains("; img-src 'self' https://cdn.example.vn/logo.svg; form-action"),
            "{csp}"
        );
        assert_eq!(csp.contains("cdn.example.vn"), picture.is_some(), "{csp}");
        assert!(picture.is_none() || silent.as_deref() == Some("no-referrer"));
        (picture, page.texts_of("main .client-links a").len())
    };
    let all = (Some("https://cdn.example.vn/logo.svg".to_owned()), 3);
    let sign_in = browser.open(request.as_str()).await.expect("sign-in");
    assert_eq!(shows(&sign_in), all);
    for (address, words) in [
        ("https://service.example.vn/gioi-thieu", "Trang của Dịch vụ thử nghiệm"),
        ("https://service.example.vn/chinh-sach", "Dịch vụ dùng thông tin của bạn như thế nào: Dịch vụ thử nghiệm"),
        ("https://service.example.vn/dieu-khoan", "Điều khoản sử dụng của dịch vụ: Dịch vụ thử nghiệm"),
    ] {
        assert_eq!(sign_in.text_of(&format!("main a[href='{address}']")), words);
    }
    let english = browser.clone().in_language("en").open(&format!("{request}&ui_locales=en")).await.expect("sign-in");
    assert_eq!(english.text_of("main a[href='https://service.example.vn/gioi-thieu']"), "Test service: its own page");
    let register = browser.open(&sign_in.link("register").unwrap()).await.expect("register");
    assert_eq!(shows(&register), all);
    let code = an.give_password(&mut browser, &sign_in).await.expect("code");
    assert_eq!(shows(&code), (None, 0));
    idp.advance(Span::minutes(2)).await;
    let mut other = idp.browser();
    let consent = to_consent(&idp, &an, &mut other, &request).await;
    assert_eq!(shows(&consent), all);
    let _ = decide(&mut other, &consent, "allow").await.expect_away(&service.redirect_uri);
    let services = other.open("/account/services").await.expect("services");
    assert_eq!(shows(&services), (None, 3), "here it would tell every service that its person looks");
    assert_eq!(shows(&other.open("/").await), (None, 0));
}
