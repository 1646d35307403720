//! The address and phone that somebody who arrived has none of yet.

use super::known;
use portal_id_testkit::core::accounts::{AskContactOutcome, ProveContactOutcome};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::facts::Phone;
use portal_id_testkit::core::ids::PendingContactId;
use portal_id_testkit::core::pending_contact::ContactKind;
use portal_id_testkit::core::profile::{FactSource, IdentifierKind};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::upstream::vouched_citizen;
use portal_id_testkit::{TestIdp, Visitor};

const PHONE: &str = "+84912345678";

async fn arrived(idp: &TestIdp) -> Visitor<'_> {
    let mut visitor = Visitor::new(idp, 1);
    visitor.arrive(&vouched_citizen(idp, "binh", "024185001234")).await;
    visitor
}

async fn ask(idp: &TestIdp, visitor: &Visitor<'_>, kind: ContactKind, typed: &str) -> AskContactOutcome {
    let who = visitor.who().await.expect("signed in");
    idp.house.accounts.ask_contact(&visitor.ctx(), &who, kind, typed).await.unwrap()
}

async fn prove(idp: &TestIdp, visitor: &Visitor<'_>, id: &PendingContactId, code: &str) -> ProveContactOutcome {
    let who = visitor.who().await.expect("signed in");
    idp.house.accounts.prove_contact(&visitor.ctx(), &who, id, code).await.unwrap()
}

#[track_caller]
fn sent(outcome: AskContactOutcome) -> PendingContactId {
    match outcome {
        AskContactOutcome::Sent(id) => id,
        other => panic!("{other:?}"),
    }
}

/// The code in the newest mail to an address.
async fn mailed_code(idp: &TestIdp, address: &str) -> String {
    let mail = idp.newest_mail(address).await.text;
    let code = mail.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6);
    code.unwrap_or_else(|| panic!("no code in {mail}")).to_owned()
}

#[tokio::test]
async fn an_address_and_a_phone_become_the_accounts_by_the_code_that_was_sent_there() {
    let idp = TestIdp::start().await;
    let visitor = arrived(&idp).await;
    let malformed = ask(&idp, &visitor, ContactKind::Email, "binh").await;
    assert!(matches!(malformed, AskContactOutcome::Malformed(_)), "{malformed:?}");
    let id = sent(ask(&idp, &visitor, ContactKind::Email, "binh@example.vn").await);
    let code = mailed_code(&idp, "binh@example.vn").await;
    assert_eq!(prove(&idp, &visitor, &id, "12").await, ProveContactOutcome::Malformed);
    assert_eq!(prove(&idp, &visitor, &id, &code).await, ProveContactOutcome::Proved);
    assert_eq!(prove(&idp, &visitor, &id, &code).await, ProveContactOutcome::Over, "once");
    let id = sent(ask(&idp, &visitor, ContactKind::Phone, "0912 345 678").await);
    assert_eq!(prove(&idp, &visitor, &id, &idp.newest_code(PHONE).await).await, ProveContactOutcome::Proved);
    let binh = known(&idp, &visitor.who().await.expect("signed in").account.id).await;
    let email = binh.fact(IdentifierKind::Email).expect("the address");
    assert!(email.claimed && email.is_verified());
    assert_eq!(email.source, FactSource::Mailbox);
    let phone = binh.fact(IdentifierKind::Phone).expect("the phone");
    assert_eq!((phone.claimed, phone.is_verified(), phone.source), (false, true, FactSource::PhoneCode));
    assert_eq!(binh.profile.phone.as_ref().map(Phone::e164), Some(PHONE));
    assert!(idp.audited(AuditKind::ContactVerified).await);
    // What is there is changed another way.
    for (kind, typed) in [(ContactKind::Email, "b@example.vn"), (ContactKind::Phone, "0912345679")] {
        assert_eq!(ask(&idp, &visitor, kind, typed).await, AskContactOutcome::NotMissing);
    }
}

// security: row 10, 12, 15
#[tokio::test]
async fn codes_for_a_contact_are_counted_bound_to_their_browser_and_tell_nobody_whose_an_address_is() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let visitor = arrived(&idp).await;
    let id = sent(ask(&idp, &visitor, ContactKind::Email, &an.email).await);
    let code = mailed_code(&idp, &an.email).await;
    let mut elsewhere = Visitor::new(&idp, 2);
    elsewhere.cookie.clone_from(&visitor.cookie);
    assert_eq!(prove(&idp, &elsewhere, &id, &code).await, ProveContactOutcome::Over);
    assert_eq!(prove(&idp, &visitor, &id, &code).await, ProveContactOutcome::Taken, "told in that mailbox alone");
    assert_eq!(known(&idp, &visitor.who().await.expect("signed in").account.id).await.profile.email, None);

    let id = sent(ask(&idp, &visitor, ContactKind::Email, "binh@example.vn").await);
    let code = mailed_code(&idp, "binh@example.vn").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for tries_left in (1..5).rev() {
        assert_eq!(prove(&idp, &visitor, &id, wrong).await, ProveContactOutcome::Wrong { tries_left });
    }
    assert_eq!(prove(&idp, &visitor, &id, wrong).await, ProveContactOutcome::Over);
    assert_eq!(prove(&idp, &visitor, &id, &code).await, ProveContactOutcome::Over);
    let id = sent(ask(&idp, &visitor, ContactKind::Email, "binh@example.vn").await);
    let code = mailed_code(&idp, "binh@example.vn").await;
    idp.advance(Span::minutes(6)).await;
    assert_eq!(prove(&idp, &visitor, &id, &code).await, ProveContactOutcome::Expired);
    for _ in 0..2 {
        sent(ask(&idp, &visitor, ContactKind::Email, "binh@example.vn").await);
    }
    let outcome = ask(&idp, &visitor, ContactKind::Email, "binh@example.vn").await;
    assert!(matches!(outcome, AskContactOutcome::TooMany { .. }), "{outcome:?}");
}
