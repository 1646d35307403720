//! Proving that an account here is that of whoever arrived.

use super::{expect_refused, id_of, known, signed_in, ticket};
use portal_id_server::config::Config;
use portal_id_testkit::core::accounts::{
    ArrivalCodeOutcome, ArrivalOutcome, ArrivalProofOutcome, ArrivalRefusal, ArrivalView, Credentials, Given, Here,
    RegistrationMode, ResendCodeOutcome, SecondStepOutcome, SignInOutcome,
};
use portal_id_testkit::core::acr::Ial;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::facts::{Email, FullName};
use portal_id_testkit::core::ids::ChallengeId;
use portal_id_testkit::core::profile::{FactSource, IdentifierKind};
use portal_id_testkit::core::secret::Secret;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::core::upstream::UpstreamIdentity;
use portal_id_testkit::core::vouched::VouchedKind;
use portal_id_testkit::upstream::{upstream, vouched_citizen};
use portal_id_testkit::{Citizen, TestIdp, Visitor};

/// A citizen here who has signed in once, so that their phone is verified; and somebody with the same number, who arrives.
async fn arrived<'a>(idp: &'a TestIdp, visitor: &mut Visitor<'a>) -> (Citizen, UpstreamIdentity, Secret) {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    Visitor::new(idp, 99).sign_in(&an).await;
    idp.advance(Span::minutes(2)).await;
    let identity = vouched_citizen(idp, "an", &an.identity_number);
    let ticket = ticket(&visitor.arrive(&identity).await).clone();
    (an, identity, ticket)
}

async fn prove_by_session(idp: &TestIdp, visitor: &mut Visitor<'_>, ticket: &Secret) -> ArrivalOutcome {
    let who = visitor.who().await.expect("signed in");
    let proved = idp.house.accounts.prove_arrival_by_session(&visitor.ctx(), ticket, &who, Here::default()).await;
    visitor.keep(proved.unwrap())
}

async fn send_code(idp: &TestIdp, visitor: &Visitor<'_>, ticket: &Secret) -> ChallengeId {
    match idp.house.accounts.send_arrival_code(&visitor.ctx(), ticket, 0).await.unwrap() {
        ArrivalCodeOutcome::Said(SignInOutcome::CodeSent(challenge)) => challenge,
        other => panic!("{other:?}"),
    }
}

async fn give_code(
    idp: &TestIdp,
    visitor: &mut Visitor<'_>,
    (ticket, challenge): (&Secret, &ChallengeId),
    code: &str,
) -> ArrivalProofOutcome {
    let accounts = &idp.house.accounts;
    let ctx = visitor.ctx();
    accounts.prove_arrival_by_code(&ctx, ticket, challenge, code, Here::default()).await.unwrap()
}

// security: row 10
#[tokio::test]
async fn signing_in_here_proves_the_account_which_is_then_linked_and_vouched_for() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let (an, identity, ticket) = arrived(&idp, &mut visitor).await;
    let id = id_of(&idp, &an.username).await;
    visitor.sign_in(&an).await;
    let before = visitor.who().await.expect("signed in").session;
    let outcome = prove_by_session(&idp, &mut visitor, &ticket).await;
    let (session, first) = signed_in(&outcome);
    assert!(!first);
    assert_eq!((&session.account_id, &session.id, session.ial), (&id, &before.id, Ial(2)));
    assert_ne!(session.secret, before.secret, "no cookie lives through a sign-in");
    let linked = known(&idp, &id).await;
    assert_eq!(linked.links.len(), 1);
    assert_eq!(linked.profile.full_name.as_ref().map(FullName::as_str), Some("Trần Thị Bình"), "refreshed");
    assert_eq!(linked.profile.email.as_ref().map(Email::as_str), Some(an.email.as_str()));
    assert_eq!(linked.provenance(&idp, VouchedKind::IdentityNumber), Some((FactSource::NationalPortal, 2)));
    assert_eq!(linked.provenance(&idp, VouchedKind::Email), None);
    assert!(linked.fact(IdentifierKind::IdentityNumber).is_some_and(|number| number.claimed && number.is_verified()));
    assert!(linked.account.password_hash.is_some() && linked.disputed.is_empty());
    assert!(idp.told(&an.email, "vừa được liên kết").await);
    assert!(idp.audited(AuditKind::UpstreamLinked).await);
    // Straight in from now on, in any browser; the ticket is used up.
    assert!(!signed_in(&Visitor::new(&idp, 2).arrive(&identity).await).1);
    assert!(matches!(prove_by_session(&idp, &mut visitor, &ticket).await, ArrivalOutcome::Over));
}

// security: row 7
#[tokio::test]
async fn a_session_of_before_or_of_another_account_or_of_the_same_upstream_proves_nothing() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let other = idp.citizen("tran.thi.chi").activated().create().await;
    // Signed in before they arrived: whoever sits at this screen is not known to be An.
    visitor.sign_in(&an).await;
    idp.advance(Span::minutes(2)).await;
    let identity = vouched_citizen(&idp, "an", &an.identity_number);
    let of_before = visitor.arrive(&identity).await;
    let ticket = ticket(&of_before);
    assert!(matches!(prove_by_session(&idp, &mut visitor, ticket).await, ArrivalOutcome::NotProved));
    let mut elsewhere = Visitor::new(&idp, 2);
    elsewhere.sign_in(&other).await;
    visitor.cookie.clone_from(&elsewhere.cookie);
    assert!(matches!(prove_by_session(&idp, &mut visitor, ticket).await, ArrivalOutcome::NotProved));
    let id = id_of(&idp, &an.username).await;
    assert!(known(&idp, &id).await.links.is_empty());
    // The right one, in the end: the ticket was not used up by what proved nothing.
    idp.advance(Span::minutes(2)).await;
    visitor.sign_in(&an).await;
    assert!(!signed_in(&prove_by_session(&idp, &mut visitor, ticket).await).1);
    // Now somebody else of the same upstream has that number, and comes back as the first.
    idp.advance(Span::minutes(2)).await;
    let second = vouched_citizen(&idp, "second", &an.identity_number);
    let asked = visitor.arrive(&second).await;
    let ticket = super::ticket(&asked);
    visitor.arrive(&identity).await;
    assert!(matches!(prove_by_session(&idp, &mut visitor, ticket).await, ArrivalOutcome::NotProved));
}

// security: row 7, 10, 25
#[tokio::test]
async fn a_ticket_is_good_in_its_browser_once_and_for_half_an_hour() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let (an, identity, ticket) = arrived(&idp, &mut visitor).await;
    let accounts = &idp.house.accounts;
    let stranger = Visitor::new(&idp, 2);
    assert_eq!(accounts.view_arrival(&stranger.ctx(), &ticket).await.unwrap(), ArrivalView::Over);
    let declined = accounts.decline_arrival(&stranger.ctx(), &ticket, Here::default()).await.unwrap();
    assert!(matches!(declined, ArrivalOutcome::Over));
    let unknown = Secret::new("what-nobody-was-given".to_owned());
    assert_eq!(accounts.view_arrival(&visitor.ctx(), &unknown).await.unwrap(), ArrivalView::Over);
    // It is still there for its own browser, which learns little.
    let ArrivalView::Prove { candidates, upstream: from, .. } =
        accounts.view_arrival(&visitor.ctx(), &ticket).await.unwrap()
    else {
        panic!("over")
    };
    assert_eq!((from, candidates.len()), (identity.upstream.clone(), 1));
    assert_eq!(candidates[0].username.as_deref(), Some("ng••••"));
    assert!(candidates[0].has_password && !candidates[0].phone.as_ref().expect("verified").contains(&an.e164));
    idp.advance(Span::minutes(31)).await;
    let declined = accounts.decline_arrival(&visitor.ctx(), &ticket, Here::default()).await.unwrap();
    assert!(matches!(declined, ArrivalOutcome::Over));
    assert!(known(&idp, &id_of(&idp, &an.username).await).await.disputed.is_empty());
}

#[tokio::test]
async fn a_code_to_the_verified_phone_proves_the_account_too() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let (an, identity, ticket) = arrived(&idp, &mut visitor).await;
    let challenge = send_code(&idp, &visitor, &ticket).await;
    idp.advance(Span::minutes(2)).await;
    let resent = idp.house.accounts.resend_code(&visitor.ctx(), &challenge).await.unwrap();
    assert_eq!(resent, ResendCodeOutcome::Sent);
    let code = idp.newest_code(&an.e164).await;
    assert!(matches!(
        give_code(&idp, &mut visitor, (&ticket, &challenge), "12 34").await,
        ArrivalProofOutcome::Malformed
    ));
    let ArrivalProofOutcome::Arrived(outcome) = give_code(&idp, &mut visitor, (&ticket, &challenge), &code).await
    else {
        panic!("a right code")
    };
    let (session, first) = signed_in(&outcome);
    assert!(!first);
    assert_eq!((&session.amr, session.ial), (&identity.level.amr, Ial(2)));
    assert_eq!(known(&idp, &id_of(&idp, &an.username).await).await.links.len(), 1);
    let again = give_code(&idp, &mut visitor, (&ticket, &challenge), &code).await;
    assert!(matches!(again, ArrivalProofOutcome::Over));
}

// security: row 12, 13
#[tokio::test]
async fn codes_for_an_arrival_are_counted_and_good_for_nothing_else() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let (an, identity, ticket) = arrived(&idp, &mut visitor).await;
    let accounts = &idp.house.accounts;
    let challenge = send_code(&idp, &visitor, &ticket).await;
    let code = idp.newest_code(&an.e164).await;
    // No password was given: it begins no session by itself.
    let given = Given::SmsCode(code.clone());
    let outcome = accounts.take_second_step(&visitor.ctx(), &challenge, given, Here::default()).await.unwrap();
    assert!(matches!(outcome, SecondStepOutcome::Over), "{outcome:?}");
    // Nor does it prove another arrival, or from another browser.
    let other = visitor.arrive(&identity).await;
    for (ticket, browser) in [(super::ticket(&other), 1), (&ticket, 2)] {
        let mut somebody = Visitor::new(&idp, browser);
        let outcome = give_code(&idp, &mut somebody, (ticket, &challenge), &code).await;
        assert!(matches!(outcome, ArrivalProofOutcome::Over), "{outcome:?}");
    }
    // The code of a sign-in, whose password somebody knows, proves none either.
    let credentials = Credentials { name: an.username.clone(), password: an.password.clone() };
    let SignInOutcome::CodeSent(of_sign_in) = accounts.sign_in(&visitor.ctx(), credentials).await.unwrap() else {
        panic!("a code")
    };
    let its_code = idp.newest_code(&an.e164).await;
    let outcome = give_code(&idp, &mut visitor, (&ticket, &of_sign_in), &its_code).await;
    assert!(matches!(outcome, ArrivalProofOutcome::Over), "{outcome:?}");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for left in (1..5).rev() {
        let outcome = give_code(&idp, &mut visitor, (&ticket, &challenge), wrong).await;
        assert!(matches!(outcome, ArrivalProofOutcome::Wrong { tries_left } if tries_left == left), "{outcome:?}");
    }
    for given in [wrong, code.as_str()] {
        let outcome = give_code(&idp, &mut visitor, (&ticket, &challenge), given).await;
        assert!(matches!(outcome, ArrivalProofOutcome::Over), "{outcome:?}");
    }
    assert!(known(&idp, &id_of(&idp, &an.username).await).await.links.is_empty());
}

#[tokio::test]
async fn without_a_verified_phone_no_code_is_sent() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut visitor = Visitor::new(&idp, 1);
    let outcome = visitor.arrive(&vouched_citizen(&idp, "an", &an.identity_number)).await;
    let accounts = &idp.house.accounts;
    let sent = accounts.send_arrival_code(&visitor.ctx(), ticket(&outcome), 0).await.unwrap();
    assert!(matches!(sent, ArrivalCodeOutcome::Said(SignInOutcome::NoSecondStep)), "{sent:?}");
    let sent = accounts.send_arrival_code(&visitor.ctx(), ticket(&outcome), 1).await.unwrap();
    assert!(matches!(sent, ArrivalCodeOutcome::Over), "{sent:?}");
    assert!(idp.texts.kept().iter().all(|text| text.to != an.e164));
}

#[tokio::test]
async fn an_account_of_another_person_of_the_upstream_changes_hands_by_proof_and_never_without() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let (an, old, ticket) = arrived(&idp, &mut visitor).await;
    visitor.sign_in(&an).await;
    let _ = prove_by_session(&idp, &mut visitor, &ticket).await;
    let mut of_old = Visitor::new(&idp, 5);
    assert!(!signed_in(&of_old.arrive(&old).await).1);
    idp.advance(Span::minutes(2)).await;
    let new = vouched_citizen(&idp, "an-under-another-name", &an.identity_number);
    let outcome = visitor.arrive(&new).await;
    let accounts = &idp.house.accounts;
    let declined = accounts.decline_arrival(&visitor.ctx(), super::ticket(&outcome), Here::default()).await.unwrap();
    expect_refused(&declined, ArrivalRefusal::AtTheDesk);
    let id = id_of(&idp, &an.username).await;
    assert!(known(&idp, &id).await.disputed.is_empty());

    let outcome = visitor.arrive(&new).await;
    visitor.sign_in(&an).await;
    assert!(!signed_in(&prove_by_session(&idp, &mut visitor, super::ticket(&outcome)).await).1);
    assert_eq!(known(&idp, &id).await.links.len(), 1);
    assert!(idp.audited(AuditKind::UpstreamLinkReplaced).await);
    assert!(idp.told(&an.email, "vừa được thay").await);
    assert!(of_old.who().await.is_none(), "what the other link had begun ended");
    assert!(visitor.who().await.is_some());
    let _ = super::ticket(&of_old.arrive(&old).await);
}

#[tokio::test]
async fn another_upstream_proves_an_account_without_a_password() {
    let idp = TestIdp::start().await;
    let number = "024185001234";
    let by_portal = vouched_citizen(&idp, "binh", number);
    let mut visitor = Visitor::new(&idp, 1);
    assert!(signed_in(&visitor.arrive(&by_portal).await).1);
    idp.advance(Span::minutes(2)).await;
    let by_vneid = UpstreamIdentity { upstream: upstream("vneid"), ..vouched_citizen(&idp, "binh-vneid", number) };
    let outcome = visitor.arrive(&by_vneid).await;
    let ticket = ticket(&outcome);
    let ArrivalView::Prove { candidates, .. } = idp.house.accounts.view_arrival(&visitor.ctx(), ticket).await.unwrap()
    else {
        panic!("over")
    };
    assert!(candidates[0].username.is_none() && candidates[0].phone.is_none() && !candidates[0].has_password);
    let anew = vouched_citizen(&idp, "binh", number);
    assert!(!signed_in(&visitor.arrive(&anew).await).1);
    assert!(!signed_in(&prove_by_session(&idp, &mut visitor, ticket).await).1);
    let id = visitor.who().await.expect("signed in").account.id;
    assert_eq!(known(&idp, &id).await.links.len(), 2);
}

#[tokio::test]
async fn where_registration_is_closed_a_proof_links_and_declining_takes_nothing() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let closed = |config: &mut Config| {
        config.accounts.registration.citizen = Some(RegistrationMode::Closed.into());
    };
    let idp = idp.restart_with(closed).await;
    let mut visitor = Visitor::new(&idp, 1);
    let identity = vouched_citizen(&idp, "an", &an.identity_number);
    let outcome = visitor.arrive(&identity).await;
    let accounts = &idp.house.accounts;
    let declined = accounts.decline_arrival(&visitor.ctx(), ticket(&outcome), Here::default()).await.unwrap();
    expect_refused(&declined, ArrivalRefusal::NotOpen);
    let id = id_of(&idp, &an.username).await;
    assert!(known(&idp, &id).await.disputed.is_empty());
    let outcome = visitor.arrive(&identity).await;
    visitor.sign_in(&an).await;
    assert!(!signed_in(&prove_by_session(&idp, &mut visitor, ticket(&outcome)).await).1);
    assert_eq!(known(&idp, &id).await.links.len(), 1);
}
