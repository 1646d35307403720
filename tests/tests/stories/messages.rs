//! The outbox: what is acknowledged is delivered, once, sealed until then, erased after.

use portal_id_testkit::TestIdp;
use portal_id_testkit::core::outbox::{Delivery, OutboxState};
use portal_id_testkit::core::time::Span;

#[tokio::test]
async fn mail_waits_for_a_server_that_is_away_and_is_erased_once_delivered() {
    let idp = TestIdp::start().await;
    idp.mails.answer(Delivery::Passing("connection refused".to_owned()));
    let an = idp.citizen("nguyen.thi.an").create().await;
    for _ in 0..4 {
        idp.deliver().await;
        idp.advance(Span::minutes(1)).await;
    }
    let waiting = idp.house.store.read("waiting", |tx| tx.list_messages(OutboxState::Pending, 10)).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let sealed = waiting[0].envelope.as_ref().unwrap().as_bytes().to_vec();
    assert!(!String::from_utf8_lossy(&sealed).contains(&an.email), "sealed at rest");
    assert!(!waiting[0].masked_recipient.contains("nguyen.thi.an"));

    idp.mails.answer(Delivery::Accepted);
    idp.advance(Span::hours(1)).await;
    assert_eq!(idp.mails_to(&an.email).await.len(), 1);
    let delivered = idp.house.store.read("delivered", |tx| tx.list_messages(OutboxState::Accepted, 10)).await.unwrap();
    assert!(delivered[0].envelope.is_none(), "erased on delivery");
    idp.deliver().await;
    assert_eq!(idp.mails_to(&an.email).await.len(), 1, "once");
}

#[tokio::test]
async fn a_refusal_for_good_is_given_up_at_once_and_shown_to_operators() {
    let idp = TestIdp::start().await;
    idp.mails.answer(Delivery::Permanent("550 no such mailbox".to_owned()));
    idp.citizen("nguyen.thi.an").create().await;
    idp.deliver().await;
    let dead = idp.house.store.read("dead", |tx| tx.list_messages(OutboxState::Dead, 10)).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].envelope.is_none());
    assert!(dead[0].last_error.as_ref().unwrap().contains("550"));
}

#[tokio::test]
async fn what_waits_is_delivered_after_a_restart() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").create().await;
    let idp = idp.restart().await;
    assert_eq!(idp.mails_to(&an.email).await.len(), 1);
    let token = portal_id_testkit::people::activation_token(&idp.newest_mail(&an.email).await.text);
    let outcome = idp.house.accounts.activate(&idp.ctx(), &token, &an.password).await.unwrap();
    assert_eq!(outcome, portal_id_testkit::core::accounts::ActivateOutcome::Activated);
}

// security: row 28
#[tokio::test]
async fn line_breaks_in_a_typed_address_or_name_never_reach_a_mail() {
    let idp = TestIdp::start().await;
    let an = portal_id_testkit::Citizen::named("nguyen.thi.an");
    for (field, hostile) in [
        ("email", "a@example.vn\r\nBcc: b@example.vn"),
        ("email", "a@example.vn,b@example.vn"),
        ("username", "nguyen.an\r\nBcc: b@example.vn"),
        ("full_name", "An\r\nSubject: x"),
    ] {
        let page = an.register_with(&mut idp.browser(), &[(field, hostile)]).await;
        assert_ne!(page.name(), "registered", "{field}: {hostile:?}");
    }
    idp.deliver().await;
    assert!(idp.mails.kept().is_empty());
}

// security: row 28
#[tokio::test]
async fn a_vietnamese_username_is_written_as_it_is() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyễn.thị.ắn").with(|an| an.email = "an@example.vn".to_owned()).create().await;
    let mail = idp.newest_mail(&an.email).await;
    assert!(mail.text.contains("nguyễn.thị.ắn"));
    assert!(!mail.subject.contains(['\r', '\n']));
}
