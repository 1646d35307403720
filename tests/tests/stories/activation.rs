//! Activating: mailbox and password together, once, in time.

use portal_id_testkit::core::accounts::ActivateOutcome;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::link_in;
use portal_id_testkit::{Browser, Citizen, Page, TestIdp};

async fn registered(idp: &TestIdp) -> (Citizen, Browser, String) {
    let an = Citizen::named("nguyen.thi.an");
    let mut browser = idp.browser();
    let _ = an.register(&mut browser).await.expect("registered");
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    (an, browser, link)
}

async fn press(browser: &mut Browser, page: &Page, action: &str) -> Page {
    browser.submit(page.form_with("action").press("action", action)).await
}

// security: row 6
#[tokio::test]
async fn opening_the_link_any_number_of_times_activates_nothing() {
    let idp = TestIdp::start().await;
    let (_, mut browser, link) = registered(&idp).await;
    for _ in 0..3 {
        let page = browser.open(&link).await.expect("activate");
        assert_eq!(page.answer.header("referrer-policy"), Some("no-referrer"));
        let path = link.strip_prefix("https://id.example.gov.vn").unwrap();
        let request = http::Request::head(path).body(String::new().into()).unwrap();
        // Scanners have no cookies.
        assert_eq!(idp.browser().send_raw(request).await.status, 200);
    }
    assert!(!idp.audited(AuditKind::Activated).await);
    let page = browser.open(&link).await.expect("activate");
    let _ = press(&mut browser, &page, "activate").await.expect("activated");
}

// security: row 8
#[tokio::test]
async fn the_mailbox_alone_does_not_activate() {
    let idp = TestIdp::start().await;
    let (an, _, link) = registered(&idp).await;
    let mut mailbox_owner = idp.browser();
    let page = mailbox_owner.open(&link).await.expect("activate");
    let refused = mailbox_owner
        .submit(page.form_with("password").fill("password", "doan mo mat khau").press("action", "activate"))
        .await;
    let page = refused.expect("activate");
    assert!(!idp.audited(AuditKind::Activated).await);
    let form = page.form_with("password").fill("password", &an.password).press("action", "activate");
    let _ = mailbox_owner.submit(form).await.expect("activated");
}

// security: row 6
#[tokio::test]
async fn a_link_works_once_and_only_in_its_time() {
    let idp = TestIdp::start().await;
    let (_, mut browser, link) = registered(&idp).await;
    idp.advance(Span::hours(24)).await;
    let page = browser.open(&link).await.expect("activation-expired");
    let page = browser.submit(page.form_to("/activate/resend")).await;
    let _ = page.expect("activation-resent");
    let an = Citizen::named("nguyen.thi.an");
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    idp.advance(Span::hours(24) - Span::millis(1)).await;
    let page = browser.open(&link).await.expect("activate");
    let _ = press(&mut browser, &page, "activate").await.expect("activated");
    let _ = browser.open(&link).await.expect("activation-used");
    let _ = press(&mut browser, &page, "activate").await.expect("activation-used");
    let _ = browser.open(&link.replace("token=", "token=x")).await.expect("activation-unknown");
}

#[tokio::test]
async fn the_owner_of_the_mailbox_can_say_that_it_was_not_them() {
    let idp = TestIdp::start().await;
    let (_, _, link) = registered(&idp).await;
    let mut owner = idp.browser();
    let page = owner.open(&link).await.expect("activate");
    let _ = press(&mut owner, &page, "disown").await.expect("disowned");
    let _ = owner.open(&link).await.expect("activation-unknown");
    assert!(idp.audited(AuditKind::RegistrationDisowned).await);
    // The name is free again at once.
    let _ = Citizen::named("nguyen.thi.an").register(&mut idp.browser()).await.expect("registered");
}

#[tokio::test]
async fn an_account_that_waits_for_activation_is_told_so_only_after_the_right_password() {
    let idp = TestIdp::start().await;
    let (mut an, mut browser, _) = registered(&idp).await;
    let page = browser.open("/sign-in").await.expect("sign-in");
    let not_yet = an.give_password(&mut browser, &page).await.expect("not-activated");
    let before = idp.mails_to(&an.email).await.len();
    let _ = browser.submit(not_yet.form_to("/activate/resend")).await.expect("activation-resent");
    assert_eq!(idp.mails_to(&an.email).await.len(), before + 1);
    an.password = "sai mat khau roi".to_owned();
    let _ = an.give_password(&mut browser, &page).await.expect("sign-in");
}

/// Decisions 3: whoever comes second is told what to do, and whoever was first that somebody tried.
#[tokio::test]
async fn of_two_registrations_with_one_identity_number_the_first_to_activate_holds_it_and_both_are_told() {
    let idp = TestIdp::start().await;
    let second = idp.citizen("second.person").create().await;
    let number = second.identity_number.clone();
    let first = idp.citizen("first.person").with(|citizen| citizen.identity_number = number).activated().create().await;
    let link = link_in(&idp.newest_mail(&second.email).await.text);
    let before = idp.mails_to(&first.email).await.len();
    let mut browser = idp.browser();
    let page = browser.open(&link).await.expect("activate");
    let form = page.form_with("password").fill("password", &second.password).press("action", "activate");
    let _ = browser.submit(form).await.expect("not-completed");

    let to_second = idp.newest_mail(&second.email).await;
    assert!(to_second.subject.contains("chưa hoàn tất") && to_second.text.contains("/sign-in"), "{}", to_second.text);
    assert!(!to_second.text.contains("token=") && !to_second.text.contains("định danh"), "it names no field");
    let to_first = idp.mails_to(&first.email).await;
    assert_eq!(to_first.len(), before + 1);
    assert!(to_first.last().unwrap().subject.contains("Có người vừa đăng ký"), "{}", to_first.last().unwrap().subject);
    assert!(idp.audited(AuditKind::RegistrationCollided).await);
    // The registration is gone; the link tells nothing more, and nobody is mailed again.
    let _ = browser.open(&link).await.expect("activation-unknown");
    assert_eq!(idp.mails_to(&first.email).await.len(), before + 1);
    idp.expect_an_empty_outbox().await;
}

/// Of a phone nobody in particular is the holder.
#[tokio::test]
async fn whoever_activates_beyond_the_accounts_that_a_phone_may_have_is_told_alone() {
    let idp = TestIdp::start_with(|config| config.accounts.accounts_per_phone = 1).await;
    let second = idp.citizen("second.person").create().await;
    let phone = second.phone.clone();
    let first = idp.citizen("first.person").with(|citizen| citizen.phone = phone).activated().create().await;
    let before = idp.mails_to(&first.email).await.len();
    let outcome = portal_id_testkit::people::activate(&idp, &second.email, &second.password).await;
    assert_eq!(outcome, ActivateOutcome::NotCompleted);
    assert!(idp.newest_mail(&second.email).await.subject.contains("chưa hoàn tất"));
    assert_eq!(idp.mails_to(&first.email).await.len(), before);
}

// security: row 13
#[tokio::test]
async fn of_many_parallel_activations_one_wins() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").create().await;
    let token = portal_id_testkit::people::activation_token(&idp.newest_mail(&an.email).await.text);
    let mut tries = tokio::task::JoinSet::new();
    // Four, because more would meet the limit of tries for one address.
    for _ in 0..4 {
        let (accounts, ctx) = (idp.house.accounts.clone(), idp.ctx());
        let (token, password) = (token.clone(), an.password.clone());
        tries.spawn(async move { accounts.activate(&ctx, &token, &password).await.unwrap() });
    }
    let outcomes = tries.join_all().await;
    let won = outcomes.iter().filter(|outcome| **outcome == ActivateOutcome::Activated);
    assert_eq!(won.count(), 1, "{outcomes:?}");
}

// security: row 8
#[tokio::test]
async fn asking_for_another_mail_does_not_make_the_mailbox_enough() {
    let idp = TestIdp::start().await;
    let (an, _, link) = registered(&idp).await;
    let mut mailbox_owner = idp.browser();
    idp.advance(Span::hours(24)).await;
    let expired = mailbox_owner.open(&link).await.expect("activation-expired");
    let _ = mailbox_owner.submit(expired.form_to("/activate/resend")).await.expect("activation-resent");
    let second = link_in(&idp.newest_mail(&an.email).await.text);
    let page = mailbox_owner.open(&second).await.expect("activate");
    let without = page.form_with("password").press("action", "activate");
    let _ = mailbox_owner.submit(without).await.expect("activate");
    assert!(!idp.audited(AuditKind::Activated).await);
}
