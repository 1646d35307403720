//! The owner changes the password.

use crate::walk::{sign_in_with, signed_in, tokens};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::link_in;
use portal_id_testkit::{Browser, Citizen, Page, TestIdp};

const NEW: &str = "Ba con vịt bơi 7";

pub(crate) async fn change(browser: &mut Browser, current: &str, password: &str) -> Page {
    let page = browser.open("/account/password").await.expect("password");
    let form = page.form_with("current_password").fill("current_password", current);
    browser.submit(form.fill("password", password).fill("password_confirmation", password)).await
}

async fn two_places(idp: &TestIdp) -> (Citizen, Browser, Browser) {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let here = signed_in(idp, &an).await;
    idp.advance(Span::minutes(2)).await;
    let elsewhere = signed_in(idp, &an).await;
    (an, here, elsewhere)
}

// security: row 22
#[tokio::test]
async fn a_new_password_ends_everything_that_the_old_one_had_opened_elsewhere() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let (an, mut here, mut elsewhere) = two_places(&idp).await;
    let foreign = tokens(&mut elsewhere, &service, "openid offline_access").await;
    let own = tokens(&mut here, &service, "openid offline_access").await;
    let stolen = here.clone();

    let _ = change(&mut here, &an.password, NEW).await.expect("password-changed");
    assert!(idp.audited(AuditKind::PasswordChanged).await);
    let _ = elsewhere.open("/account/sessions").await.expect("sign-in");
    service.refresh(&foreign.field("refresh_token")).await.expect_error("invalid_grant");
    assert_eq!(service.userinfo(&foreign.field("access_token")).await.status, 401);
    let _ = here.open("/account/sessions").await.expect("sessions");
    assert_eq!(service.userinfo(&own.field("access_token")).await.status, 200);
    service.refresh(&own.field("refresh_token")).await.fields();
    // A copy of this session's cookie is nothing any more.
    let _ = stolen.clone().open("/account/sessions").await.expect("sign-in");

    idp.advance(Span::minutes(2)).await;
    let page = elsewhere.open("/sign-in").await.expect("sign-in");
    let _ = an.give_password(&mut elsewhere, &page).await.expect("sign-in");
    let an = Citizen { password: NEW.to_owned(), ..an };
    let _ = sign_in_with(&idp, &an, &mut elsewhere).await.expect("home");
}

#[tokio::test]
async fn the_owner_is_mailed_with_a_way_to_say_that_it_was_somebody_else() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut here = signed_in(&idp, &an).await;
    let _ = change(&mut here, &an.password, NEW).await.expect("password-changed");
    // The mail about the new browser is of the same moment, so that either may have left first.
    let mails = idp.mails_to(&an.email).await;
    let mail = mails.iter().find(|mail| mail.subject.starts_with("Mật khẩu của tài khoản đã được đổi")).expect("told");
    assert!(!format!("{}{}", mail.text, mail.html).contains(NEW));
    let mut owner = idp.browser();
    let page = owner.open(&link_in(&mail.text)).await.expect("not-me");
    let _ = owner.submit(page.form_with("token")).await.expect("not-me-done");
    let _ = here.open("/account/sessions").await.expect("sign-in");
    idp.expect_an_empty_outbox().await;
}

// security: row 12
#[tokio::test]
async fn a_wrong_current_password_changes_nothing_and_counts_like_a_wrong_sign_in() {
    let idp = TestIdp::start().await;
    let (an, mut here, mut elsewhere) = two_places(&idp).await;
    for _ in 0..10 {
        let page = change(&mut here, "sai mat khau", NEW).await.expect("password");
        assert!(page.error_of("current_password").unwrap().contains("không đúng"), "{}", page.words());
        idp.advance(Span::seconds(20)).await;
    }
    let before = idp.house.accounts.passwords_evaluated();
    let _ = change(&mut here, &an.password, NEW).await.expect("password");
    assert_eq!(idp.house.accounts.passwords_evaluated(), before, "not even looked at");
    let mut same_browser = here.clone();
    same_browser.forget_session();
    let page = same_browser.open("/sign-in").await.expect("sign-in");
    let _ = an.give_password(&mut same_browser, &page).await.expect("sign-in");
    let _ = elsewhere.open("/account/sessions").await.expect("sessions");
    assert!(!idp.audited(AuditKind::PasswordChanged).await);
    idp.advance(Span::minutes(15)).await;
    let _ = change(&mut here, &an.password, NEW).await.expect("password-changed");
}

#[tokio::test]
async fn a_new_password_is_held_to_the_rules_before_the_current_one_is_looked_at() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut here = signed_in(&idp, &an).await;
    let before = idp.house.accounts.passwords_evaluated();
    for (current, password, field) in [
        (an.password.as_str(), "matkhau123", "password"),
        (an.password.as_str(), an.password.as_str(), "password"),
        (an.password.as_str(), "Nguyễn Thị An 85", "password"),
        (an.password.as_str(), "", "password"),
        ("", NEW, "current_password"),
    ] {
        let page = change(&mut here, current, password).await.expect("password");
        assert_eq!(page.status(), 422);
        assert!(page.error_of(field).is_some(), "{password}: {}", page.words());
    }
    assert_eq!(idp.house.accounts.passwords_evaluated(), before);
    let _ = idp.browser().open("/account/password").await.expect("sign-in");
}

// security: row 9
#[tokio::test]
async fn a_field_that_the_form_does_not_have_is_refused() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut here = signed_in(&idp, &an).await;
    let page = here.open("/account/password").await.expect("password");
    let form = page
        .form_with("current_password")
        .fill("current_password", &an.password)
        .fill("password", NEW)
        .fill("password_confirmation", NEW);
    for (field, value) in [("username", "admin"), ("account_id", "x"), ("password_distrusted_at", "0")] {
        assert_eq!(here.submit(form.clone().forge(field, value)).await.status(), 400, "{field}");
    }
    assert_eq!(here.submit(form.without("csrf")).await.status(), 403);
    assert!(!idp.audited(AuditKind::PasswordChanged).await);
}

// security: row 10
#[tokio::test]
async fn a_sign_in_begun_with_the_old_password_cannot_be_finished_after_the_change() {
    let idp = TestIdp::start().await;
    let (an, mut here, mut elsewhere) = two_places(&idp).await;
    elsewhere.forget_session();
    let page = elsewhere.open("/sign-in").await.expect("sign-in");
    let waiting = an.give_password(&mut elsewhere, &page).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let _ = change(&mut here, &an.password, NEW).await.expect("password-changed");
    let form = waiting.form_with("code").fill("code", &code).press("action", "verify");
    let _ = elsewhere.submit(form).await.expect("code-over");
}

// security: row 13
#[tokio::test]
async fn of_two_changes_at_once_one_wins() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut here = signed_in(&idp, &an).await;
    let page = here.open("/account/password").await.expect("password");
    let form = |password: &str| {
        page.form_with("current_password")
            .fill("current_password", &an.password)
            .fill("password", password)
            .fill("password_confirmation", password)
    };
    let (mut one, mut two) = (here.clone(), here.clone());
    let passwords = ["Ba con vịt bơi 7", "Năm con gà gáy 9"];
    let (first, second) = tokio::join!(one.submit(form(passwords[0])), two.submit(form(passwords[1])));
    let won = [first.name() == "password-changed", second.name() == "password-changed"];
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{} and {}", first.words(), second.words());
    idp.advance(Span::minutes(2)).await;
    for (password, won) in passwords.into_iter().zip(won) {
        let an = Citizen { password: password.to_owned(), ..an.clone() };
        let mut browser = idp.browser();
        let page = browser.open("/sign-in").await.expect("sign-in");
        let page = an.give_password(&mut browser, &page).await;
        assert_eq!(page.name() == "code", won, "{password}");
    }
}
