//! Businesses: from the form to a service that learns which business it is, and every refusal on the way.

use crate::walk::{decide, signed_in};
use portal_id_testkit::core::accounts::{ActivateOutcome, Credentials, SignInOutcome};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::client::IdentityPolicy;
use portal_id_testkit::core::profile::{FactSource, IdentifierKind};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::{activation_token, link_in};
use portal_id_testkit::{Business, Citizen, TestIdp};
use serde_json::Value;

async fn try_to_sign_in(idp: &TestIdp, name: &str, password: &str) -> SignInOutcome {
    let mut ctx = idp.ctx();
    ctx.browser = Some(portal_id_testkit::core::digest::Digest::from_bytes([1; 32]));
    let credentials = Credentials { name: name.to_owned(), password: password.to_owned() };
    idp.house.accounts.sign_in(&ctx, credentials).await.unwrap()
}

/// What a service that asks for `scope` learns of a business that signs in and allows it.
async fn told(idp: &TestIdp, business: &Business, policy: IdentityPolicy, scope: &str) -> Value {
    let id = format!("service-{}", idp.now().millis());
    let service = idp.service().id(&id).with(|client| client.identity = policy).register().await;
    let mut browser = idp.browser();
    let page = browser.open(service.authorize_url(scope).as_str()).await.expect("sign-in");
    let consent = business.sign_in(idp, &mut browser, &page).await.expect("consent");
    let callback = decide(&mut browser, &consent, "allow").await.expect_away(&service.redirect_uri);
    let tokens = service.redeem(&callback).await;
    service.userinfo(&tokens.field("access_token")).await.json()
}

// security: row 28
#[tokio::test]
async fn a_business_registers_activates_signs_in_and_a_service_learns_which_business_it_is() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.identity = IdentityPolicy::Any).register().await;
    let mut vai = Business::named("vai.thieu");
    vai.name = "HTX \"Vải thiều\" & 4P's (Lục Ngạn); --".to_owned();
    let mut browser = idp.browser();
    let page = vai.register(&mut browser).await.expect("registered");
    assert!(page.words().contains(&vai.email));
    let link = link_in(&idp.newest_mail(&vai.email).await.text);
    let page = browser.open(&link).await.expect("activate");
    let _ = browser.submit(page.form_with("action").press("action", "activate")).await.expect("activated");

    let page = browser.open(service.authorize_url("openid profile organization").as_str()).await.expect("sign-in");
    let consent = vai.sign_in(&idp, &mut browser, &page).await.expect("consent");
    for shown in [&vai.name, &vai.code] {
        assert!(consent.words().contains(shown.as_str()), "{}", consent.words());
    }
    let callback = decide(&mut browser, &consent, "allow").await.expect_away(&service.redirect_uri);
    let tokens = service.redeem(&callback).await;
    let about = service.userinfo(&tokens.field("access_token")).await.json();
    assert_eq!(about["account_type"], "business");
    assert_eq!(
        (about["name"].as_str(), about["business_name"].as_str()),
        (Some(vai.name.as_str()), Some(vai.name.as_str()))
    );
    assert_eq!(about["business_code"], vai.code);
    assert_eq!(
        (&about["business_code_verified"], &about["business_code_source"]),
        (&false.into(), &"self_declared".into())
    );
    assert!(about["head_office"]["formatted"].as_str().unwrap().contains("Bắc Giang"));
    assert!(about.get("identity_number").is_none() && about.get("birthdate").is_none());

    let home = browser.open("/").await.expect("home");
    assert!(home.words().contains(&vai.name) && home.words().contains(&vai.code));
    assert!(idp.audited(AuditKind::SignedIn).await && idp.audited(AuditKind::PhoneVerified).await);
    idp.expect_an_empty_outbox().await;
}

#[tokio::test]
async fn a_service_that_takes_the_vouched_for_alone_learns_of_a_business_when_somebody_vouches_for_it() {
    let idp = TestIdp::start().await;
    let vai = idp.business("vai.thieu").activated().create().await;
    let about = told(&idp, &vai, IdentityPolicy::VerifiedOnly, "openid organization").await;
    assert_eq!(about.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"], "{about}");

    let (digest, now) = (IdentifierKind::BusinessCode.digest(idp.house.vault.as_ref(), &vai.code), idp.now());
    let at_the_desk = idp.house.store.tx("verify", move |tx| {
        let found = tx.list_accounts_by_identifier(
            IdentifierKind::BusinessCode,
            &digest,
            portal_id_testkit::core::profile::AccountState::Active,
        )?;
        tx.verify_identifier(&found[0].0.id, IdentifierKind::BusinessCode, &digest, FactSource::Desk, now)
    });
    assert!(at_the_desk.await.unwrap());
    idp.advance(Span::minutes(2)).await;
    let about = told(&idp, &vai, IdentityPolicy::VerifiedOnly, "openid organization").await;
    assert_eq!(about["business_code"], vai.code);
    assert_eq!((&about["business_code_verified"], &about["business_code_source"]), (&true.into(), &"desk".into()));
    assert_eq!((&about["business_name_verified"], &about["head_office_verified"]), (&false.into(), &false.into()));
}

// security: row 38
#[tokio::test]
async fn without_its_scope_nothing_is_told_of_the_organization() {
    let idp = TestIdp::start().await;
    let vai = idp.business("vai.thieu").activated().create().await;
    let about = told(&idp, &vai, IdentityPolicy::Any, "openid profile email phone address identity").await;
    let names: Vec<_> = about.as_object().unwrap().keys().collect();
    assert!(names.iter().all(|name| !name.starts_with("business_") && !name.starts_with("head_office")), "{names:?}");
}

#[tokio::test]
async fn all_mistakes_are_shown_at_once_and_nothing_typed_is_lost_but_the_passwords() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let page = Business::named("vai.thieu")
        .register_with(
            &mut browser,
            &[
                ("business_name", "Công ty 🌸"),
                ("business_code", "9900000017"),
                ("phone", "0204 3854 321"),
                ("email", "khong-phai-dia-chi"),
                ("username", "123456"),
                ("street", ""),
                ("password_confirmation", "khac han"),
            ],
        )
        .await
        .expect("register-business");
    assert_eq!(page.status(), 422);
    for field in ["business_name", "business_code", "phone", "email", "username", "street", "password_confirmation"] {
        assert!(page.error_of(field).is_some(), "no error beside {field}");
    }
    for field in ["province_code", "ward_code", "password"] {
        assert_eq!(page.error_of(field), None, "{field}");
    }
    for (field, typed) in
        [("business_name", "Công ty 🌸"), ("business_code", "9900000017"), ("ward_code", "07210"), ("password", "")]
    {
        assert_eq!(page.value_of(field).as_deref(), Some(typed), "{field}");
    }
    idp.expect_an_empty_outbox().await;
    assert!(idp.audit().await.iter().all(|entry| entry.kind != AuditKind::Registered));
}

#[tokio::test]
async fn a_head_office_may_be_written_with_its_district() {
    let idp = TestIdp::start().await;
    let vai = Business::named("vai.thieu");
    let mut browser = idp.browser();
    let mut page = browser.open("/register/business").await.expect("register-business");
    for (field, value, button) in [
        ("address_era", "2004", "choose_era"),
        ("province_code", "24", "choose_province"),
        ("district_code", "213", "choose_district"),
        ("ward_code", "07201", "choose_ward"),
    ] {
        let form = page.form_with("business_name").fill(field, value).press(button, "1");
        page = browser.submit(form).await.expect("register-business");
    }
    let form = vai.fill_but_units(&page);
    let _ = browser.submit(form).await.expect("registered");
    let link = link_in(&idp.newest_mail(&vai.email).await.text);
    let page = browser.open(&link).await.expect("activate");
    let _ = browser.submit(page.form_with("action").press("action", "activate")).await.expect("activated");
    let about = told(&idp, &vai, IdentityPolicy::Any, "openid organization").await;
    assert_eq!(about["head_office"]["era"], "2004", "{about}");
    assert_eq!(about["head_office"]["units_2025"]["ward_code"], "07210", "{about}");
}

// security: row 15
#[tokio::test]
async fn a_known_email_or_code_gets_the_same_page_and_both_sides_are_told_by_mail() {
    let idp = TestIdp::start().await;
    let vai = idp.business("vai.thieu").activated().create().await;
    let fresh = Business::named("gom.tho.ha");
    let expected = fresh.register(&mut idp.browser()).await.expect("registered");
    for (username, changes) in
        [("stranger.one", [("email", vai.email.as_str())]), ("stranger.two", [("business_code", vai.code.as_str())])]
    {
        let stranger = Business::named(username);
        let before = idp.mails_to(&vai.email).await.len();
        let page = stranger.register_with(&mut idp.browser(), &changes).await.expect("registered");
        assert_eq!(page.status(), expected.status());
        let typed = if username == "stranger.one" { &vai.email } else { &stranger.email };
        assert_eq!(
            page.words().replace(typed, "ADDRESS"),
            expected.words().replace(&fresh.email, "ADDRESS"),
            "the page must not tell"
        );
        assert!(idp.mails_to(&vai.email).await.len() > before, "the holder is told");
        // The name stays reserved, as after a good registration: a free name would tell.
        let again = Business::named("another.one").register_with(&mut idp.browser(), &[("username", username)]).await;
        assert!(again.error_of("username").is_some());
    }
    let to_stranger = idp.newest_mail(&Business::named("stranger.two").email).await;
    assert!(!to_stranger.text.contains("token="), "{}", to_stranger.text);
    assert!(idp.audited(AuditKind::RegistrationCollided).await);
}

#[tokio::test]
async fn a_branch_is_not_its_enterprise_and_a_code_is_the_same_however_it_is_written() {
    let idp = TestIdp::start().await;
    let vai = idp.business("vai.thieu").activated().create().await;
    let branch_code = format!("{}-001", vai.code);
    let branch = idp.business("vai.thieu.cn1").with(|other| other.code.clone_from(&branch_code));
    branch.activated().create().await;
    let again = Business::named("vai.thieu.cn2");
    let _ = again
        .register_with(&mut idp.browser(), &[("business_code", &branch_code.replace('-', ""))])
        .await
        .expect("registered");
    assert!(!idp.newest_mail(&again.email).await.text.contains("token="), "the branch has an account");
}

// security: row 8
#[tokio::test]
async fn the_mailbox_alone_does_not_activate_a_business() {
    let idp = TestIdp::start().await;
    let vai = Business::named("vai.thieu");
    let _ = vai.register(&mut idp.browser()).await.expect("registered");
    let link = link_in(&idp.newest_mail(&vai.email).await.text);
    let mut mailbox_owner = idp.browser();
    let page = mailbox_owner.open(&link).await.expect("activate");
    let guess = page.form_with("password").fill("password", "doan mo mat khau").press("action", "activate");
    let page = mailbox_owner.submit(guess).await.expect("activate");
    assert!(!idp.audited(AuditKind::Activated).await);
    let right = page.form_with("password").fill("password", &vai.password).press("action", "activate");
    let _ = mailbox_owner.submit(right).await.expect("activated");
}

// security: row 8
#[tokio::test]
async fn a_later_registration_replaces_an_unactivated_one_of_its_own_class_alone() {
    let idp = TestIdp::start().await;
    let address = [("email", "shared@example.vn")];
    let newest_link = async || link_in(&idp.newest_mail("shared@example.vn").await.text);
    let _ = Citizen::named("nguyen.thi.an").register_with(&mut idp.browser(), &address).await.expect("registered");
    let of_citizen = newest_link().await;
    idp.advance(Span::minutes(1)).await;
    let _ = Business::named("attacker.ltd").register_with(&mut idp.browser(), &address).await.expect("registered");
    let of_attacker = newest_link().await;
    idp.advance(Span::minutes(1)).await;
    let _ = Business::named("vai.thieu").register_with(&mut idp.browser(), &address).await.expect("registered");
    let of_business = newest_link().await;
    for (link, page) in [(of_citizen, "activate"), (of_attacker, "activation-unknown"), (of_business, "activate")] {
        let _ = idp.browser().open(&link).await.expect(page);
    }
    // The same mailbox frees a name of the same class, and of no other.
    let changes = [("email", "shared@example.vn"), ("username", "nguyen.thi.an")];
    let page = Business::named("any.name").register_with(&mut idp.browser(), &changes).await;
    assert!(page.expect("register-business").error_of("username").is_some());
}

// security: row 6
#[tokio::test]
async fn a_businesss_link_works_once_and_only_in_its_time() {
    let idp = TestIdp::start().await;
    let vai = Business::named("vai.thieu");
    let mut browser = idp.browser();
    let _ = vai.register(&mut browser).await.expect("registered");
    let link = link_in(&idp.newest_mail(&vai.email).await.text);
    idp.advance(Span::hours(24)).await;
    let page = browser.open(&link).await.expect("activation-expired");
    let _ = browser.submit(page.form_to("/activate/resend")).await.expect("activation-resent");
    let link = link_in(&idp.newest_mail(&vai.email).await.text);
    idp.advance(Span::hours(24) - Span::millis(1)).await;
    let page = browser.open(&link).await.expect("activate");
    let press = page.form_with("action").press("action", "activate");
    let _ = browser.submit(press.clone()).await.expect("activated");
    let _ = browser.submit(press).await.expect("activation-used");
}

// security: row 9
#[tokio::test]
async fn a_field_that_the_form_does_not_have_is_refused_and_nothing_is_registered() {
    let idp = TestIdp::start().await;
    for (name, value) in [
        ("class", "citizen"),
        ("state", "active"),
        ("business_code_verified", "true"),
        ("identity_number", "024185001234"),
        ("full_name", "Nguyễn Thị An"),
        ("business_code", "9900000016"),
    ] {
        let mut browser = idp.browser();
        let form = Business::named("vai.thieu").filled_form(&mut browser, &[]).await.forge(name, value);
        let refused = browser.submit(form).await.expect("error");
        assert_eq!(refused.status(), 400, "{name}");
    }
    assert!(idp.audit().await.iter().all(|entry| entry.kind != AuditKind::Registered));
}

// security: row 16
#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let form = Business::named("vai.thieu").filled_form(&mut browser, &[("business_name", &"a".repeat(200_000))]).await;
    let refused = browser.submit(form).await.expect("error");
    assert_eq!(refused.status(), 413);
}

/// Decisions 3 and 4: one e-mail may have an account of each class, and then names neither.
#[tokio::test]
async fn one_person_has_a_citizens_and_a_businesss_account_with_one_email_and_phone_and_signs_in_by_username() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    signed_in(&idp, &an).await;
    assert!(matches!(try_to_sign_in(&idp, &an.email, &an.password).await, SignInOutcome::CodeSent(_)));
    idp.advance(Span::minutes(2)).await;
    let vai = idp
        .business("vai.thieu")
        .with(|business| {
            business.email.clone_from(&an.email);
            (business.phone, business.e164) = (an.phone.clone(), an.e164.clone());
            business.password = "Năm con trâu đen 5".to_owned();
        })
        .activated()
        .create()
        .await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    let page = vai.sign_in(&idp, &mut browser, &page).await.expect("home");
    assert!(page.words().contains(&vai.name));
    idp.advance(Span::hours(2)).await;

    for name in [&an.email, &an.phone] {
        for password in [&an.password, &vai.password, &"sai mat khau roi".to_owned()] {
            let outcome = try_to_sign_in(&idp, name, password).await;
            assert!(matches!(outcome, SignInOutcome::Refused), "{name}: {outcome:?}");
        }
    }
    for (name, password) in [(&an.username, &an.password), (&vai.username, &vai.password)] {
        assert!(matches!(try_to_sign_in(&idp, name, password).await, SignInOutcome::CodeSent(_)), "{name}");
    }
}

/// Decisions 4 does not list it.
#[tokio::test]
async fn a_business_code_is_no_sign_in_name_not_even_where_it_is_a_persons_number() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let vai = idp.business("vai.thieu").activated().create().await;
    let household = idp
        .business("ho.kinh.doanh")
        .with(|business| {
            business.code.clone_from(&an.identity_number);
            business.password = "Năm con trâu đen 5".to_owned();
        })
        .activated()
        .create()
        .await;
    for (name, password) in [(&vai.code, &vai.password), (&household.code, &household.password)] {
        let outcome = try_to_sign_in(&idp, name, password).await;
        assert!(matches!(outcome, SignInOutcome::Refused), "{outcome:?}");
    }
    // The number is that of the citizen, whose sign-in it does not spoil.
    assert!(matches!(try_to_sign_in(&idp, &an.identity_number, &an.password).await, SignInOutcome::CodeSent(_)));
}

// security: row 14
#[tokio::test]
async fn guesses_count_for_a_business_whatever_name_they_use() {
    let idp = TestIdp::start().await;
    let vai = idp.business("vai.thieu").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    let _ = vai.sign_in(&idp, &mut browser, &page).await.expect("home");
    let names = [&vai.username, &vai.username.to_uppercase(), &vai.email, &vai.phone, &vai.e164];
    for name in names.iter().cycle().take(10) {
        // Another address each time would do as well; here the minute passes.
        idp.advance(Span::seconds(13)).await;
        assert!(matches!(try_to_sign_in(&idp, name, "sai mat khau").await, SignInOutcome::Refused));
    }
    assert!(matches!(try_to_sign_in(&idp, &vai.username, &vai.password).await, SignInOutcome::Refused));
}

#[tokio::test]
async fn a_household_business_sees_its_owners_number_masked() {
    let idp = TestIdp::start().await;
    let household = idp.business("ho.kinh.doanh").with(|business| business.code = "024185001234".to_owned());
    let household = household.activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    let home = household.sign_in(&idp, &mut browser, &page).await.expect("home");
    assert!(home.words().contains("••••••••1234") && !home.html().contains("024185001234"));
    assert!(!String::from_utf8_lossy(&idp.database_bytes()).contains("024185001234"), "sealed at rest");
}

#[tokio::test]
async fn of_two_registrations_with_one_code_the_first_to_activate_holds_it() {
    let idp = TestIdp::start().await;
    let first = idp.business("first.ltd").create().await;
    let second = idp.business("second.ltd").with(|other| other.code.clone_from(&first.code));
    let second = second.create().await;
    for (business, expected) in [(&second, ActivateOutcome::Activated), (&first, ActivateOutcome::NotCompleted)] {
        let token = activation_token(&idp.newest_mail(&business.email).await.text);
        let outcome = idp.house.accounts.activate(&idp.ctx(), &token, &business.password).await.unwrap();
        assert_eq!(outcome, expected);
    }
}
