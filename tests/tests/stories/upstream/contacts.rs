//! The address and phone that somebody who arrived has none of yet.

use super::known;
use portal_id_testkit::core::accounts::{AskContactOutcome, ProveContactOutcome};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::facts::{Email, Phone};
use portal_id_testkit::core::ids::PendingContactId;
use portal_id_testkit::core::pending_contact::ContactKind;
use portal_id_testkit::core::profile::{FactSource, IdentifierKind};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::core::upstream::Brought;
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

/// How many mails to the account's address have such words.
async fn told(idp: &TestIdp, words: &str) -> usize {
    idp.mails_to("binh@example.vn").await.iter().filter(|mail| mail.text.contains(words)).count()
}

#[tokio::test]
async fn the_text_to_a_new_phone_says_that_it_confirms_a_number_and_signs_nobody_in() {
    let idp = TestIdp::start().await;
    let visitor = arrived(&idp).await;
    sent(ask(&idp, &visitor, ContactKind::Phone, "0912 345 678").await);
    let code = idp.newest_code(PHONE).await;
    let texts = idp.texts.kept();
    let text = texts.last().expect("a text message");
    assert_eq!(
        text.text,
        format!(
            "Ma xac nhan so dien thoai cho tai khoan Cong DVC la {code}. Hieu luc 5 phut. Khong chia se ma nay. Neu khong \
             phai ban, hay bo qua."
        )
    );
    assert_eq!(text.template, "phone_code");
}

#[tokio::test]
async fn an_address_and_phone_that_a_provider_vouches_for_later_are_told_to_their_holder() {
    let idp = TestIdp::start().await;
    let mut identity = vouched_citizen(&idp, "binh", "024185001234");
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&identity).await;
    identity.facts.email = Some(Brought { value: Email::from_stored("binh@example.vn").unwrap(), vouched: true });
    identity.facts.phone = Some(Brought { value: Phone::from_stored(PHONE).unwrap(), vouched: true });
    for _ in 0..2 {
        visitor.arrive(&identity).await;
        for words in ["nhận thư này vừa được thêm", "Một số điện thoại vừa được thêm"] {
            assert_eq!(told(&idp, words).await, 1, "{words}");
        }
    }
    // An account that is made with both has nothing that could be new to its holder.
    let mut identity = vouched_citizen(&idp, "an", "024185001235");
    identity.facts.email = Some(Brought { value: Email::from_stored("an@example.vn").unwrap(), vouched: true });
    Visitor::new(&idp, 2).arrive(&identity).await;
    assert!(idp.mails_to("an@example.vn").await.is_empty());
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
    // There was no mailbox before: the first one is told.
    assert_eq!(told(&idp, "Địa chỉ email nhận thư này vừa được thêm vào tài khoản").await, 1);
    let id = sent(ask(&idp, &visitor, ContactKind::Phone, "0912 345 678").await);
    assert_eq!(told(&idp, "Một số điện thoại vừa được thêm").await, 0, "nothing is added yet");
    assert_eq!(prove(&idp, &visitor, &id, &idp.newest_code(PHONE).await).await, ProveContactOutcome::Proved);
    let binh = known(&idp, &visitor.who().await.expect("signed in").account.id).await;
    let email = binh.fact(IdentifierKind::Email).expect("the address");
    assert!(email.claimed && email.is_verified());
    assert_eq!(email.source, FactSource::Mailbox);
    let phone = binh.fact(IdentifierKind::Phone).expect("the phone");
    assert_eq!((phone.claimed, phone.is_verified(), phone.source), (false, true, FactSource::PhoneCode));
    assert_eq!(binh.profile.phone.as_ref().map(Phone::e164), Some(PHONE));
    assert!(idp.audited(AuditKind::ContactVerified).await);
    assert_eq!(told(&idp, "Một số điện thoại vừa được thêm vào tài khoản").await, 1);
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
