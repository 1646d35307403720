//! The second time: what is vouched for is refreshed, and nobody comes in as somebody else. And the step up.

use super::{expect_refused, id_of, known, set_state, signed_in};
use portal_id_testkit::core::accounts::{ArrivalOutcome, ArrivalRefusal, Here};
use portal_id_testkit::core::acr::{Amr, Ial};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::facts::{FormerNumber, FullName, IdentityNumber};
use portal_id_testkit::core::profile::{AccountClass, AccountState, FactSource, Identifier, IdentifierKind};
use portal_id_testkit::core::session::Session;
use portal_id_testkit::core::time::{Span, Timestamp};
use portal_id_testkit::core::upstream::{BroughtLevel, LinkKey, Purpose, UpstreamIdentity};
use portal_id_testkit::core::vouched::VouchedKind;
use portal_id_testkit::upstream::{upstream, vouched_citizen};
use portal_id_testkit::{TestIdp, Visitor};

const NUMBER: &str = "024185001234";
const FORMER: &str = "121234567";

fn with_numbers(identity: &UpstreamIdentity, number: &str, former: Option<&str>) -> UpstreamIdentity {
    let mut identity = identity.clone();
    identity.facts.identity_number = Some(IdentityNumber::from_stored(number).unwrap());
    identity.facts.former_number = former.map(|former| FormerNumber::from_stored(former).unwrap());
    identity
}

fn at_level(identity: &UpstreamIdentity, ial: u8) -> UpstreamIdentity {
    UpstreamIdentity { level: BroughtLevel { ial: Ial(ial), ..identity.level.clone() }, ..identity.clone() }
}

#[tokio::test]
async fn later_arrivals_refresh_the_facts_and_a_weaker_one_does_not_undo_what_a_stronger_one_proved() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let identity = vouched_citizen(&idp, "binh", NUMBER);
    visitor.arrive(&identity).await;
    let id = visitor.who().await.expect("signed in").account.id;
    let since = known(&idp, &id).await.vouched[0].verified_at;
    idp.advance(Span::days(40)).await;
    let mut renamed = vouched_citizen(&idp, "binh", NUMBER);
    renamed.facts.full_name = Some(FullName::from_stored("Trần Thị Bình An").unwrap());
    assert!(!signed_in(&visitor.arrive(&renamed).await).1);
    let after = known(&idp, &id).await;
    assert_eq!(after.profile.full_name.as_ref().map(FullName::as_str), Some("Trần Thị Bình An"));
    assert!(after.vouched.iter().all(|fact| fact.verified_at > since));
    let session = visitor.who().await.expect("signed in").session;

    let outcome = visitor.arrive(&at_level(&renamed, 1)).await;
    assert_eq!(signed_in(&outcome).0.ial, Ial(1), "the session tells of this sign-in");
    let weaker = known(&idp, &id).await;
    assert_eq!(weaker.provenance(&idp, VouchedKind::IdentityNumber), Some((FactSource::NationalPortal, 2)));
    assert_eq!(signed_in(&outcome).0.id, session.id);
    // Another upstream at a lower level does not rename them either; one at a higher level does.
    let elsewhere = UpstreamIdentity { upstream: upstream("other"), source: FactSource::Provider, ..identity.clone() };
    let link = Purpose::Link { session: session.id };
    assert!(matches!(visitor.arrive_to(&at_level(&elsewhere, 1), link).await, ArrivalOutcome::Linked));
    assert_eq!(known(&idp, &id).await.profile.full_name.as_ref().map(FullName::as_str), Some("Trần Thị Bình An"));
    visitor.arrive(&at_level(&elsewhere, 3)).await;
    let after = known(&idp, &id).await;
    assert_eq!(after.profile.full_name.as_ref().map(FullName::as_str), Some("Trần Thị Bình"));
    assert_eq!(after.provenance(&idp, VouchedKind::FullName), Some((FactSource::Provider, 3)));
}

#[tokio::test]
async fn somebody_who_moves_from_nine_digits_to_twelve_stays_one_person() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let with_card = vouched_citizen(&idp, "binh", FORMER);
    visitor.arrive(&with_card).await;
    let id = visitor.who().await.expect("signed in").account.id;
    let before = known(&idp, &id).await;
    assert!(before.fact(IdentifierKind::FormerNumber).is_some_and(|former| former.claimed && former.is_verified()));
    // Twelve digits that do not name the nine are another person's.
    expect_refused(&visitor.arrive(&with_numbers(&with_card, NUMBER, None)).await, ArrivalRefusal::PersonChanged);
    expect_refused(
        &visitor.arrive(&with_numbers(&with_card, NUMBER, Some("125000001"))).await,
        ArrivalRefusal::PersonChanged,
    );
    let moved = with_numbers(&with_card, NUMBER, Some(FORMER));
    let outcome = visitor.arrive(&moved).await;
    assert_eq!((&signed_in(&outcome).0.account_id, signed_in(&outcome).1), (&id, false));
    let after = known(&idp, &id).await;
    assert_eq!(after.profile.identity_number.as_ref().map(IdentityNumber::as_str), Some(NUMBER));
    assert_eq!(after.profile.former_number.as_ref().map(FormerNumber::as_str), Some(FORMER));
    for kind in [IdentifierKind::IdentityNumber, IdentifierKind::FormerNumber] {
        assert!(after.fact(kind).is_some_and(|fact| fact.claimed && fact.is_verified()), "{kind:?}");
    }
    // An upstream that says only the nine again takes nothing back.
    assert!(!signed_in(&visitor.arrive(&with_card).await).1);
    let after = known(&idp, &id).await;
    assert_eq!(after.profile.identity_number.as_ref().map(IdentityNumber::as_str), Some(NUMBER));
}

#[tokio::test]
async fn an_account_of_nine_digits_is_found_by_twelve_that_name_them() {
    let idp = TestIdp::start_with(|config| config.accounts.accept_cmnd = true).await;
    let an = idp.citizen("nguyen.thi.an").with(|an| an.identity_number = FORMER.to_owned()).activated().create().await;
    let mut visitor = Visitor::new(&idp, 1);
    let moved = with_numbers(&vouched_citizen(&idp, "an", NUMBER), NUMBER, Some(FORMER));
    let ticket = super::ticket(&visitor.arrive(&moved).await).clone();
    visitor.sign_in(&an).await;
    let who = visitor.who().await.expect("signed in");
    let proved =
        idp.house.accounts.prove_arrival_by_session(&visitor.ctx(), &ticket, &who, Here::default()).await.unwrap();
    assert!(!signed_in(&proved).1);
    let after = known(&idp, &id_of(&idp, &an.username).await).await;
    assert_eq!(after.profile.identity_number.as_ref().map(IdentityNumber::as_str), Some(NUMBER));
    assert!(after.fact(IdentifierKind::FormerNumber).is_some_and(Identifier::is_verified));
}

// security: row 7
#[tokio::test]
async fn a_subject_that_was_given_to_another_person_opens_nothing() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let identity = vouched_citizen(&idp, "binh", NUMBER);
    visitor.arrive(&identity).await;
    let id = visitor.who().await.expect("signed in").account.id;
    let mut stranger = Visitor::new(&idp, 2);
    let other = with_numbers(&identity, "024185004321", None);
    expect_refused(&stranger.arrive(&other).await, ArrivalRefusal::PersonChanged);
    let other = UpstreamIdentity { class: AccountClass::Business, ..identity.clone() };
    expect_refused(&stranger.arrive(&other).await, ArrivalRefusal::ClassChanged);
    assert!(stranger.who().await.is_none());
    // Whoever vouches for nobody says nothing about the number.
    assert!(!signed_in(&stranger.arrive(&at_level(&with_numbers(&identity, "024185004321", None), 0)).await).1);
    assert_eq!(known(&idp, &id).await.profile.identity_number.as_ref().map(IdentityNumber::as_str), Some(NUMBER));
}

// security: row 23
#[tokio::test]
async fn a_stopped_or_closed_account_is_not_entered_by_its_link() {
    let idp = TestIdp::start().await;
    for (subject, number, state, why) in [
        ("binh", NUMBER, AccountState::Disabled, ArrivalRefusal::Disabled),
        ("chi", "024185004321", AccountState::Closed, ArrivalRefusal::Closed),
    ] {
        let mut visitor = Visitor::new(&idp, 1);
        let identity = vouched_citizen(&idp, subject, number);
        visitor.arrive(&identity).await;
        let id = visitor.who().await.expect("signed in").account.id;
        set_state(&idp, &id, state).await;
        expect_refused(&visitor.arrive(&identity).await, why);
    }
}

// security: row 10, 11
#[tokio::test]
async fn a_session_of_a_password_is_raised_by_the_upstream_and_by_nobody_else_of_it() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.sign_in(&an).await;
    let before = visitor.who().await.expect("signed in").session;
    assert_eq!((before.ial, before.acr()), (Ial(0), "urn:portal-id:loa:2"));
    let again = Purpose::Again { session: before.id.clone() };
    let mut identity = vouched_citizen(&idp, "an", &an.identity_number);
    // Not linked: the same number makes nobody the person of the session.
    assert!(matches!(visitor.arrive_to(&identity, again.clone()).await, ArrivalOutcome::Prove(_)));
    assert_eq!(visitor.who().await.expect("signed in").session.secret, before.secret);
    let linked = visitor.arrive_to(&identity, Purpose::Link { session: before.id.clone() }).await;
    assert!(matches!(linked, ArrivalOutcome::Linked), "{linked:?}");
    assert_eq!(visitor.who().await.expect("signed in").session.ial, Ial(0), "to link is not to sign in");

    idp.advance(Span::minutes(2)).await;
    identity.level = BroughtLevel { ial: Ial(3), amr: vec![Amr::Hwk, Amr::Mfa], at: Some(idp.now()), anew: false };
    // In another browser, or as somebody else of the upstream: nothing.
    let mut stranger = Visitor::new(&idp, 2);
    expect_refused(&stranger.arrive_to(&identity, again.clone()).await, ArrivalRefusal::SomebodyElse);
    stranger.arrive(&vouched_citizen(&idp, "binh", NUMBER)).await;
    expect_refused(&stranger.arrive_to(&identity, again.clone()).await, ArrivalRefusal::SomebodyElse);
    let other = vouched_citizen(&idp, "binh", NUMBER);
    expect_refused(&visitor.arrive_to(&other, again.clone()).await, ArrivalRefusal::SomebodyElse);
    let outcome = visitor.arrive_to(&identity, again.clone()).await;
    let (raised, _) = signed_in(&outcome);
    assert_eq!((&raised.id, raised.ial, raised.auth_time), (&before.id, Ial(3), idp.now()));
    // At that moment nobody proved a password or a code.
    assert_eq!(raised.amr, [Amr::Hwk, Amr::Mfa]);
    assert_eq!(raised.acr(), "urn:portal-id:loa:4");
    assert_ne!(raised.secret, before.secret);
    assert!(idp.audited(AuditKind::SteppedUp).await);
    // A later sign-in by password says of itself what it is.
    idp.advance(Span::minutes(2)).await;
    visitor.sign_in(&an).await;
    let session = visitor.who().await.expect("signed in").session;
    assert_eq!((session.ial, session.acr()), (Ial(0), "urn:portal-id:loa:2"));
    let signed_out = idp.house.accounts.sign_out(&visitor.ctx(), &visitor.who().await.unwrap()).await;
    assert!(signed_out.is_ok());
    expect_refused(&visitor.arrive_to(&identity, again).await, ArrivalRefusal::SomebodyElse);
}

// security: row 11
#[tokio::test]
async fn what_the_upstream_says_of_the_sign_in_is_what_the_session_is_worth() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let two = vec![Amr::Pwd, Amr::Sms, Amr::Mfa];
    let hardware = vec![Amr::Hwk, Amr::Mfa];
    for (ial, amr, acr) in [
        (0, vec![Amr::Pwd], "urn:portal-id:loa:1"),
        (0, two.clone(), "urn:portal-id:loa:2"),
        (1, vec![Amr::Pwd], "urn:portal-id:loa:1"),
        (1, two.clone(), "urn:portal-id:loa:2"),
        (2, vec![Amr::Pwd], "urn:portal-id:loa:1"),
        (2, two.clone(), "urn:portal-id:loa:3"),
        (2, hardware.clone(), "urn:portal-id:loa:3"),
        (3, two, "urn:portal-id:loa:3"),
        (3, hardware, "urn:portal-id:loa:4"),
    ] {
        let mut identity = vouched_citizen(&idp, "binh", NUMBER);
        let at = idp.now() - Span::minutes(7);
        identity.level = BroughtLevel { ial: Ial(ial), amr: amr.clone(), at: Some(at), anew: false };
        let outcome = visitor.arrive(&identity).await;
        let (session, _) = signed_in(&outcome);
        assert_eq!((session.acr(), session.ial, &session.amr, session.auth_time), (acr, Ial(ial), &amr, at));
    }
    // A moment that has not come is not believed.
    let mut identity = vouched_citizen(&idp, "binh", NUMBER);
    identity.level.at = Some(idp.now() + Span::hours(1));
    assert_eq!(signed_in(&visitor.arrive(&identity).await).0.auth_time, idp.now());
}

/// Raises the session of a password and a code at an upstream that proves one factor, 20 minutes later.
async fn raised_by_one_factor(idp: &TestIdp, at: Option<Timestamp>, anew: bool) -> (Session, Session) {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut visitor = Visitor::new(idp, 1);
    visitor.sign_in(&an).await;
    let before = visitor.who().await.expect("signed in").session;
    let mut identity = vouched_citizen(idp, "an", &an.identity_number);
    visitor.arrive_to(&identity, Purpose::Link { session: before.id.clone() }).await;
    idp.advance(Span::minutes(20)).await;
    (identity.left_at, identity.auth_time) = (idp.now(), at);
    identity.level = BroughtLevel { ial: Ial(2), amr: vec![Amr::Pwd], at, anew };
    let outcome = visitor.arrive_to(&identity, Purpose::Again { session: before.id.clone() }).await;
    let after = signed_in(&outcome).0.clone();
    // Whoever would change their own factors must have proved two of them a moment ago.
    let who = visitor.who().await.expect("signed in");
    assert!(idp.house.accounts.confirmed(&visitor.ctx(), &who, None).is_none(), "{:?}", who.session);
    (before, after)
}

// security: row 11
#[tokio::test]
async fn what_was_proved_before_still_counts_and_is_no_newer_for_a_journey() {
    let idp = TestIdp::start().await;
    let now = idp.now() + Span::minutes(20);
    let (before, raised) = raised_by_one_factor(&idp, Some(now), false).await;
    assert_eq!((&raised.amr, raised.auth_time), (&before.amr, before.auth_time));
    assert_eq!(raised.acr(), "urn:portal-id:loa:3", "vouched for there, and two factors");

    let idp = TestIdp::start().await;
    let (_, raised) = raised_by_one_factor(&idp, None, false).await;
    assert_eq!((raised.proved_at(), raised.acr()), (None, "urn:portal-id:loa:3"));

    // Asked for anew, it is told of alone.
    let idp = TestIdp::start().await;
    let now = idp.now() + Span::minutes(20);
    let (_, raised) = raised_by_one_factor(&idp, Some(now), true).await;
    assert_eq!((raised.amr.as_slice(), raised.auth_time, raised.ial), (&[Amr::Pwd][..], now, Ial(2)));
}

// security: row 11
#[tokio::test]
async fn a_session_of_which_nobody_knows_when_it_was_proved_changes_no_ways_in_and_proves_no_account() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let mut identity = vouched_citizen(&idp, "binh", NUMBER);
    visitor.arrive(&identity).await;
    assert!(idp.house.accounts.confirmed(&visitor.ctx(), &visitor.who().await.unwrap(), None).is_some());
    (identity.level.at, identity.auth_time) = (None, None);
    let (session, _) = {
        let outcome = visitor.arrive(&identity).await;
        let (session, first) = signed_in(&outcome);
        (session.clone(), first)
    };
    assert_eq!((session.proved_at(), session.acr()), (None, "urn:portal-id:loa:3"));
    let who = visitor.who().await.expect("it lives all the same");
    assert!(idp.house.accounts.confirmed(&visitor.ctx(), &who, None).is_none());
    let listed = idp.house.accounts.own_sessions(&visitor.ctx(), &who).await.unwrap();
    assert_eq!(listed.this.signed_in_at, None);
    // Nor does it prove, to whoever arrives by yet another upstream, that the account is theirs.
    let elsewhere = UpstreamIdentity {
        upstream: upstream("vneid"),
        key: LinkKey { claim: "TechID".to_owned(), value: "binh-vneid".to_owned() },
        ..vouched_citizen(&idp, "binh", NUMBER)
    };
    let ticket = super::ticket(&visitor.arrive(&elsewhere).await).clone();
    identity.left_at = idp.now();
    visitor.arrive(&identity).await;
    let who = visitor.who().await.expect("signed in");
    let (accounts, ctx) = (&idp.house.accounts, visitor.ctx());
    let proved = accounts.prove_arrival_by_session(&ctx, &ticket, &who, Here::default()).await.unwrap();
    assert!(matches!(proved, ArrivalOutcome::NotProved), "{proved:?}");
}

// security: row 7, 10
#[tokio::test]
async fn whoever_is_not_linked_yet_proves_their_own_account_on_the_way_to_a_higher_level() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.sign_in(&an).await;
    let before = visitor.who().await.expect("signed in");
    let again = Purpose::Again { session: before.session.id.clone() };
    // Of another number, or vouched for by nobody: not even asked.
    let identity = vouched_citizen(&idp, "an", &an.identity_number);
    for other in [vouched_citizen(&idp, "binh", NUMBER), at_level(&identity, 0)] {
        expect_refused(&visitor.arrive_to(&other, again.clone()).await, ArrivalRefusal::SomebodyElse);
    }
    idp.advance(Span::minutes(5)).await;
    let identity = vouched_citizen(&idp, "an", &an.identity_number);
    let ticket = super::ticket(&visitor.arrive_to(&identity, again.clone()).await).clone();
    let prove = async |visitor: &mut Visitor<'_>| {
        let who = visitor.who().await.expect("signed in");
        let (accounts, ctx) = (&idp.house.accounts, visitor.ctx());
        let outcome = accounts.prove_arrival_by_session(&ctx, &ticket, &who, Here::default()).await.unwrap();
        visitor.keep(outcome)
    };
    // The session of before is no proof: whoever sits down at a computer that somebody left open has it too.
    assert!(matches!(prove(&mut visitor).await, ArrivalOutcome::NotProved));
    visitor.sign_in(&an).await;
    let (session, first) = {
        let outcome = prove(&mut visitor).await;
        let (session, first) = signed_in(&outcome);
        (session.clone(), first)
    };
    assert_eq!((&session.account_id, session.ial, first), (&before.account.id, Ial(2), false));
    // From now on it is enough to come back.
    idp.advance(Span::minutes(5)).await;
    visitor.sign_in(&an).await;
    let session = visitor.who().await.expect("signed in").session;
    let again = Purpose::Again { session: session.id.clone() };
    let identity = vouched_citizen(&idp, "an", &an.identity_number);
    assert_eq!(signed_in(&visitor.arrive_to(&identity, again).await).0.id, session.id);
}

// security: row 7
#[tokio::test]
async fn a_step_up_asks_for_no_proof_of_an_account_that_somebody_of_the_upstream_holds() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&vouched_citizen(&idp, "binh", NUMBER)).await;
    let session = visitor.who().await.expect("signed in").session;
    let other = vouched_citizen(&idp, "binh-again", NUMBER);
    let again = Purpose::Again { session: session.id };
    expect_refused(&visitor.arrive_to(&other, again).await, ArrivalRefusal::SomebodyElse);
}
