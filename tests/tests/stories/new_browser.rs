//! A sign-in from a browser that the account does not know is told to its owner.

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
