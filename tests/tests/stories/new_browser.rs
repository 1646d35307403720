//! A sign-in from a browser that the account does not know is told to its owner.

use crate::password_change::change;
use crate::walk::{sign_in_with, signed_in};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::link_in;
use portal_id_testkit::{Citizen, TestIdp};

const CHROME: &str =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";

/// How many mails told of a new browser.
async fn told(idp: &TestIdp, citizen: &Citizen) -> usize {
    let mails = idp.mails_to(&citizen.email).await;
    mails.iter().filter(|mail| mail.subject.contains("trình duyệt mới")).count()
}

#[tokio::test]
async fn the_owner_learns_when_in_which_browser_and_roughly_where_once_for_each_browser() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut phone = idp.browser().calling_itself(CHROME).at_address("198.51.100.77");
    let _ = sign_in_with(&idp, &an, &mut phone).await.expect("home");
    let mail = idp.newest_mail(&an.email).await;
    assert!(mail.text.contains("Chrome trên Android") && mail.text.contains("198.51.100.•••"), "{}", mail.text);
    assert!(!mail.text.contains("198.51.100.77"), "{}", mail.text);
    let now = idp.now().in_vietnam();
    assert!(mail.text.contains(&format!("{:02}:{:02}, ", now.hour(), now.minute())), "{}", mail.text);
    assert!(link_in(&mail.text).contains("/sign-in/not-me?token="));
    assert_eq!(told(&idp, &an).await, 1);
    assert!(idp.audited(AuditKind::SignedInFromNewBrowser).await);

    idp.advance(Span::minutes(2)).await;
    phone.forget_session();
    let _ = sign_in_with(&idp, &an, &mut phone).await.expect("home");
    assert_eq!(told(&idp, &an).await, 1, "this browser is known");
    idp.advance(Span::minutes(2)).await;
    signed_in(&idp, &an).await;
    assert_eq!(told(&idp, &an).await, 2, "that one is not");
    idp.expect_an_empty_outbox().await;
}

#[tokio::test]
async fn the_first_sign_in_in_the_browser_that_registered_is_no_news() {
    let idp = TestIdp::start().await;
    let an = Citizen::named("nguyen.thi.an");
    let mut browser = idp.browser();
    let _ = an.register(&mut browser).await.expect("registered");
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    let page = browser.open(&link).await.expect("activate");
    let _ = browser.submit(page.form_with("token").press("action", "activate")).await.expect("activated");
    let _ = sign_in_with(&idp, &an, &mut browser).await.expect("home");
    assert_eq!(told(&idp, &an).await, 0);
    idp.advance(Span::minutes(2)).await;
    browser.forget_cookies();
    let _ = sign_in_with(&idp, &an, &mut browser).await.expect("home");
    assert_eq!(told(&idp, &an).await, 1);
}

#[tokio::test]
async fn many_new_browsers_do_not_flood_the_mailbox_and_sign_in_all_the_same() {
    let idp = TestIdp::start_with(|config| config.accounts.limits.mails_per_hour = 2).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    for _ in 0..4 {
        signed_in(&idp, &an).await;
        idp.advance(Span::minutes(2)).await;
    }
    assert_eq!(told(&idp, &an).await, 2);
    let audit = idp.audit().await;
    assert_eq!(audit.iter().filter(|entry| entry.kind == AuditKind::SignedInFromNewBrowser).count(), 4);
}

/// Whoever knows somebody's e-mail makes us send mails to it, or pretend to, until we send no more of them.
async fn use_up_the_mails_to(idp: &TestIdp, an: &Citizen) {
    let stranger = Citizen::named("nguoi.la");
    let mut browser = idp.browser();
    let _ = stranger.register_with(&mut browser, &[("email", &an.email)]).await.expect("registered");
    let page = browser.open("/sign-in").await.expect("sign-in");
    let waiting = stranger.give_password(&mut browser, &page).await.expect("not-activated");
    for _ in 0..30 {
        let _ = browser.submit(waiting.form_to("/activate/resend")).await;
    }
    for number in 0..30 {
        let another = Citizen::named(&format!("nguoi.la.{number}"));
        let _ = another.register_with(&mut idp.browser(), &[("email", &an.email)]).await;
    }
}

// security: row 15
#[tokio::test]
async fn no_stranger_can_use_up_the_mails_that_tell_the_owner_of_a_stranger() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    use_up_the_mails_to(&idp, &an).await;
    let mut thief = signed_in(&idp, &an).await;
    assert_eq!(told(&idp, &an).await, 1);
    let _ = change(&mut thief, &an.password, "Năm con chó mập 5").await.expect("password-changed");
    let changed = idp.mails_to(&an.email).await.iter().filter(|mail| mail.subject.contains("Mật khẩu")).count();
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn many_new_lists_of_codes_do_not_flood_the_mailbox_and_hide_no_other_change() {
    let idp = TestIdp::start_with(|config| config.accounts.limits.mails_per_hour = 2).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let before = idp.mails_to(&an.email).await.len();
    for _ in 0..4 {
        let _ = crate::factors::make_codes(&mut own).await;
    }
    assert_eq!(idp.mails_to(&an.email).await.len() - before, 2);
    let lists = idp.audit().await.iter().filter(|entry| entry.kind == AuditKind::RecoveryCodesMade).count();
    assert_eq!(lists, 4);
    let _ = crate::factors::add_app(&idp, &mut own).await;
    assert_eq!(idp.mails_to(&an.email).await.len() - before, 3);
}
