//! Who may register, and from which day on: what people and services meet when a class is open, ends, or is not.

use portal_id_testkit::core::accounts::{RegistrationMode, RegistrationPolicy};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::language::LocalText;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::link_in;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Business, Citizen, TestIdp};
use serde_json::{Value, json};

fn policy(written: Value) -> RegistrationPolicy {
    serde_json::from_value(written).unwrap()
}

/// Businesses may register until the end of 9 December 2026, citizens always. Every test begins on 23 November.
async fn until_the_ninth() -> TestIdp {
    TestIdp::start_with(|config| {
        config.accounts.registration.business =
            Some(policy(json!([{ "mode": "open" }, { "mode": "federated-only", "from": "2026-12-10" }])));
    })
    .await
}

/// To the first moment of 10 December in Vietnam, less what is asked for. It is nine in the morning of 23 November there.
async fn to_the_tenth(idp: &TestIdp, less: Span) {
    idp.advance(Span::hours(16 * 24 + 15) - less).await;
}

#[tokio::test]
async fn a_class_that_is_not_open_is_told_where_to_go_instead() {
    for mode in [RegistrationMode::FederatedOnly, RegistrationMode::Closed] {
        let idp = TestIdp::start_with(|config| {
            config.accounts.registration.citizen = Some(mode.into());
            config.accounts.registration.business = Some(mode.into());
            config.accounts.desk = LocalText::new("quầy số 7", "desk 7");
            let instead = &mut config.web.instead_of_registering.business;
            instead.text = LocalText::new("Hãy dùng tài khoản tổ chức.", "Use the account of the organisation.");
            instead.link = Some("https://dichvucong.gov.vn/to-chuc".parse().unwrap());
            instead.link_name = LocalText::new("Cổng quốc gia", "The national portal");
        })
        .await;
        let mut browser = idp.browser();
        let citizens = browser.open("/register/citizen").await.expect("register-closed");
        let businesses = browser.open("/register/business").await.expect("register-closed");
        for page in [&citizens, &businesses] {
            assert_eq!(page.status(), 403);
            assert!(page.words().contains("quầy số 7"), "{}", page.words());
        }
        assert!(!citizens.html().contains("dichvucong.gov.vn"), "each class has its own way");
        assert_eq!(citizens.words().contains("VNeID"), mode == RegistrationMode::FederatedOnly);
        assert!(businesses.words().contains("Hãy dùng tài khoản tổ chức. Cổng quốc gia"), "{}", businesses.words());
        assert!(businesses.html().contains("href=\"https://dichvucong.gov.vn/to-chuc\""));
        browser.language = "en".to_owned();
        let page = browser.open("/register/business").await.expect("register-closed");
        assert!(page.words().contains("Use the account of the organisation. The national portal"), "{}", page.words());
        let chooser = browser.open("/register").await.expect("register");
        assert_eq!(chooser.words().matches("cannot be done here").count(), 2, "{}", chooser.words());
    }
}

/// Decisions 1: through federation alone, whatever the setting.
#[tokio::test]
async fn other_organisations_are_a_third_choice_that_leads_to_where_they_come_in() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let chooser = browser.open("/register").await.expect("register");
    assert!(chooser.words().contains("Cơ quan, tổ chức khác Không cần đăng ký"), "{}", chooser.words());
    let page = browser.open(&chooser.link("organisation").unwrap()).await.expect("register-closed");
    assert_eq!(page.status(), 403);
    assert!(page.words().contains("VNeID") && !page.words().contains("doanh nghiệp nữa"), "{}", page.words());
    browser.language = "en".to_owned();
    let page = browser.open("/register/organisation").await.expect("register-closed");
    assert!(page.words().contains("Organisations other than businesses"), "{}", page.words());

    let idp = TestIdp::start_with(|config| {
        config.accounts.registration.organisation = Some(RegistrationMode::Closed.into());
        let instead = &mut config.web.instead_of_registering.organisation;
        instead.text = LocalText::new("Hãy gọi 1022.", "Call 1022.");
        instead.link = Some("https://dichvucong.gov.vn/co-quan".parse().unwrap());
    })
    .await;
    let mut browser = idp.browser();
    let chooser = browser.open("/register").await.expect("register");
    assert_eq!(chooser.words().matches("Hiện không đăng ký được tại đây").count(), 1, "{}", chooser.words());
    let page = browser.open("/register/organisation").await.expect("register-closed");
    assert!(page.words().contains("Hãy gọi 1022.") && page.html().contains("https://dichvucong.gov.vn/co-quan"));
}

#[tokio::test]
async fn the_last_day_is_told_on_the_form_when_it_is_near() {
    let idp = until_the_ninth().await;
    let mut browser = idp.browser();
    let page = browser.open("/register/business").await.expect("register-business");
    assert!(page.words().contains("09/12/2026"), "{}", page.words());
    let mistakes = browser.submit(page.form_with("business_name")).await.expect("register-business");
    assert!(mistakes.words().contains("09/12/2026"));
    let citizens = browser.open("/register/citizen").await.expect("register-citizen");
    assert!(!citizens.words().contains("/12/2026"));

    let far = TestIdp::start_with(|config| {
        config.accounts.registration.citizen =
            Some(policy(json!([{ "mode": "open" }, { "mode": "closed", "from": "2027-07-01" }])));
    })
    .await;
    let page = far.browser().open("/register/citizen").await.expect("register-citizen");
    assert!(!page.words().contains("/06/2027"));
}

#[tokio::test]
async fn a_class_closes_at_midnight_in_vietnam_and_a_form_opened_before_registers_nothing() {
    let idp = until_the_ninth().await;
    to_the_tenth(&idp, Span::seconds(2)).await;
    let mut browser = idp.browser();
    let form = Business::named("vai.thieu").filled_form(&mut browser, &[]).await;
    let early = Business::named("gom.tho.ha");
    let _ = early.register(&mut idp.browser()).await.expect("registered");
    idp.advance(Span::seconds(2)).await;
    let page = browser.submit(form).await.expect("register-closed");
    assert_eq!(page.status(), 403);
    assert_eq!(idp.audit().await.iter().filter(|entry| entry.kind == AuditKind::Registered).count(), 1);
    let _ = Citizen::named("nguyen.thi.an").register(&mut idp.browser()).await.expect("registered");

    // Whoever came in time may finish.
    let link = link_in(&idp.newest_mail(&early.email).await.text);
    let mut browser = idp.browser();
    let page = browser.open(&link).await.expect("activate");
    let form = page.form_with("password").fill("password", &early.password).press("action", "activate");
    let _ = browser.submit(form).await.expect("activated");
}

#[tokio::test]
async fn a_class_opens_on_its_day() {
    let idp = TestIdp::start_with(|config| {
        config.accounts.registration.citizen =
            Some(policy(json!([{ "mode": "closed" }, { "mode": "open", "from": "2026-12-10" }])));
    })
    .await;
    to_the_tenth(&idp, Span::millis(1)).await;
    let _ = idp.browser().open("/register/citizen").await.expect("register-closed");
    idp.advance(Span::millis(1)).await;
    let _ = Citizen::named("nguyen.thi.an").register(&mut idp.browser()).await.expect("registered");
}

#[tokio::test]
async fn prompt_create_is_advertised_and_leads_to_registration_only_while_somebody_may_register() {
    let idp = TestIdp::start_with(|config| {
        config.accounts.registration.citizen = Some(RegistrationMode::Closed.into());
        config.accounts.registration.business =
            Some(policy(json!([{ "mode": "open" }, { "mode": "closed", "from": "2026-12-10" }])));
    })
    .await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let prompts = async || {
        let page = idp.browser().open("/.well-known/openid-configuration").await;
        page.answer.json()["prompt_values_supported"].as_array().unwrap().contains(&json!("create"))
    };
    let request = service.authorize_url_with("openid", &[("prompt", "create")]);
    assert!(prompts().await);
    let _ = idp.browser().open(request.as_str()).await.expect("register");

    let vai = idp.business("vai.thieu").activated().create().await;
    to_the_tenth(&idp, Span::ZERO).await;
    assert!(!prompts().await);
    // What is not advertised asks for a sign-in, and never goes on with whoever is there.
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    let _ = vai.sign_in(&idp, &mut browser, &page).await.expect("home");
    let page = browser.open(request.as_str()).await.expect("sign-in");
    idp.advance(Span::minutes(2)).await;
    let callback = vai.sign_in(&idp, &mut browser, &page).await.expect_away(&service.redirect_uri);
    assert!(parameter(&callback, "code").is_some());
}
