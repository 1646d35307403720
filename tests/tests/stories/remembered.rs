//! Remembered browsers: where the policy allows it, the password is enough in them; never where more is asked for.

use crate::password_change::change;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Citizen, Page, Service, TestIdp};
use serde_json::json;

/// Signs in and lets the browser be remembered.
pub(crate) async fn remembered(idp: &TestIdp, an: &Citizen) -> Browser {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let form = page.form_with("code").fill("code", &code).tick("remember").press("action", "verify");
    let _ = browser.submit(form).await.expect("home");
    browser
}

/// The page after the password, in a session of its own.
pub(crate) async fn after_password(idp: &TestIdp, an: &Citizen, browser: &mut Browser) -> Page {
    idp.advance(Span::minutes(2)).await;
    browser.forget_session();
    let page = browser.open("/sign-in").await.expect("sign-in");
    an.give_password(browser, &page).await
}

async fn token(service: &Service, browser: &mut Browser) -> serde_json::Value {
    let callback = browser.open(service.authorize_url("openid").as_str()).await.expect_away(&service.redirect_uri);
    service.redeem(&callback).await.id_token()
}

#[tokio::test]
async fn in_a_remembered_browser_the_password_is_enough_and_the_token_says_so() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = remembered(&idp, &an).await;
    assert_eq!(token(&service, &mut own).await["acr"], "urn:portal-id:loa:2");
    let _ = after_password(&idp, &an, &mut own).await.expect("home");
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 1);
    let token = token(&service, &mut own).await;
    assert_eq!((&token["amr"], &token["aal"]), (&json!(["pwd"]), &json!(1)));
    assert_eq!(token["acr"], "urn:portal-id:loa:1");
    assert!(idp.told(&an.email, "vừa được ghi nhớ").await);
    assert!(idp.audited(AuditKind::DeviceRemembered).await);
}

// security: row 11
#[tokio::test]
async fn a_service_that_asks_for_the_second_level_gets_it_from_a_remembered_browser_too() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = remembered(&idp, &an).await;
    let asks = |more: &'static [(&'static str, &'static str)]| {
        let acr = ("acr_values", "urn:portal-id:loa:2");
        service.authorize_url_with("openid", &[&[acr], more].concat())
    };
    // In the middle of a session of one factor, and without any session.
    let _ = after_password(&idp, &an, &mut own).await.expect("home");
    let silent = own.open(asks(&[("prompt", "none")]).as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(portal_id_testkit::service::parameter(&silent, "error").as_deref(), Some("interaction_required"));
    for keep in [true, false] {
        idp.advance(Span::minutes(2)).await;
        if !keep {
            own.forget_session();
        }
        let page = if keep {
            let page = own.clone().open(asks(&[]).as_str()).await.expect("step-up");
            own.open(&page.link("sign-in-again").unwrap()).await.expect("sign-in")
        } else {
            own.open(asks(&[]).as_str()).await.expect("sign-in")
        };
        let page = an.give_password(&mut own, &page).await.expect("code");
        assert!(!page.html().contains("name=\"remember\""), "no promise that would not be kept");
        let code = idp.newest_code(&an.e164).await;
        let form = page.form_with("code").fill("code", &code).press("action", "verify");
        let callback = own.submit(form).await.expect_away(&service.redirect_uri);
        let token = service.redeem(&callback).await.id_token();
        assert_eq!((&token["acr"], &token["aal"]), (&json!("urn:portal-id:loa:2"), &json!(2)));
    }
}

// security: row 11
#[tokio::test]
async fn in_a_session_of_one_factor_nobody_changes_the_factors() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = remembered(&idp, &an).await;
    let _ = after_password(&idp, &an, &mut own).await.expect("home");
    let confirm = own.open("/account/security").await.expect("confirm");
    let page = own.submit(confirm.form_with("password").fill("password", &an.password)).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let form = page.form_with("code").fill("code", &code).press("action", "verify");
    let page = own.submit(form).await.expect("security");
    assert!(page.words().contains("Testkit/1.0"), "the remembered browser is listed: {}", page.words());
}

#[tokio::test]
async fn a_browser_is_remembered_for_thirty_days_and_no_other_one_is() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let own = remembered(&idp, &an).await;
    let _ = after_password(&idp, &an, &mut idp.browser()).await.expect("code");
    idp.advance(Span::days(30) - Span::minutes(4) - Span::millis(1)).await;
    let _ = after_password(&idp, &an, &mut own.clone()).await.expect("home");
    idp.advance(Span::millis(1)).await;
    let _ = after_password(&idp, &an, &mut own.clone()).await.expect("code");
}

// security: row 22
#[tokio::test]
async fn a_forgotten_browser_asks_for_the_second_step_again() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    for all in [true, false] {
        idp.advance(Span::minutes(2)).await;
        let mut own = remembered(&idp, &an).await;
        let page = own.open("/account/security").await.expect("security");
        let form = if all { page.form_to("/account/security") } else { page.form_with("id") };
        let form = if all { form.without("id").press("action", "forget") } else { form.press("action", "remove") };
        let _ = own.submit(form).await.expect("security");
        let _ = after_password(&idp, &an, &mut own).await.expect("code");
    }
    assert!(idp.audited(AuditKind::DevicesForgotten).await);
}

// security: row 22
#[tokio::test]
async fn after_a_new_password_no_browser_is_remembered_and_the_owner_is_told() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = remembered(&idp, &an).await;
    idp.advance(Span::minutes(2)).await;
    let mut elsewhere = remembered(&idp, &an).await;
    let new = "Ba con vịt bơi 7";
    let _ = change(&mut own, &an.password, new).await.expect("password-changed");
    assert!(idp.audited(AuditKind::DevicesForgotten).await);
    assert!(idp.told(&an.email, "vừa bị bỏ ghi nhớ").await);
    let an = Citizen { password: new.to_owned(), ..an };
    for browser in [&mut own, &mut elsewhere] {
        let _ = after_password(&idp, &an, browser).await.expect("code");
    }
}

#[tokio::test]
async fn where_the_policy_does_not_allow_it_no_browser_is_remembered() {
    let idp = TestIdp::start_with(|config| config.accounts.factors.remembered_device_days = 0).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("code");
    assert!(!page.html().contains("name=\"remember\""));
    let code = idp.newest_code(&an.e164).await;
    let form = page.form_with("code").fill("code", &code).press("action", "verify").forge("remember", "yes");
    let _ = browser.submit(form).await.expect("home");
    assert!(browser.cookies().keys().all(|name| !name.ends_with("-r")));
    let _ = after_password(&idp, &an, &mut browser).await.expect("code");
}

#[tokio::test]
async fn a_family_at_one_computer_is_remembered_each_for_themselves() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let mut shared = remembered(&idp, &an).await;
    let page = after_password(&idp, &binh, &mut shared).await.expect("code");
    let code = idp.newest_code(&binh.e164).await;
    let form = page.form_with("code").fill("code", &code).tick("remember").press("action", "verify");
    let _ = shared.submit(form).await.expect("home");
    let _ = after_password(&idp, &an, &mut shared).await.expect("home");
    let _ = after_password(&idp, &binh, &mut shared).await.expect("home");
}
