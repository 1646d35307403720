//! The first time.

use super::{expect_refused, id_of, known, set_state, signed_in, ticket, verify};
use portal_id_testkit::core::accounts::{
    ActivateOutcome, ArrivalOutcome, ArrivalRefusal, Credentials, Here, Missing, RegistrationMode, SignInOutcome,
};
use portal_id_testkit::core::acr::Ial;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::facts::{Email, Phone};
use portal_id_testkit::core::profile::{AccountClass, AccountState, FactSource, IdentifierKind};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::core::upstream::{Brought, BroughtFacts, LinkKey, UpstreamIdentity};
use portal_id_testkit::core::vouched::VouchedKind;
use portal_id_testkit::people::activate;
use portal_id_testkit::upstream::{upstream, vouched_business, vouched_citizen};
use portal_id_testkit::{TestIdp, Visitor};

const NUMBER: &str = "024185001234";

// security: row 40
#[tokio::test]
async fn whoever_is_new_gets_an_account_of_vouched_facts_without_a_password_and_without_an_invented_address() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    let mut identity = vouched_citizen(&idp, "binh", NUMBER);
    identity.level.at = idp.now() - Span::hours(20);
    let suggested = Phone::from_stored("+84912345678").unwrap();
    identity.facts.phone = Some(Brought { value: suggested.clone(), vouched: false });
    let outcome = visitor.arrive(&identity).await;
    let (session, first) = signed_in(&outcome);
    assert!(first);
    assert_eq!((session.ial, session.acr(), session.auth_time), (Ial(2), "urn:portal-id:loa:3", identity.level.at));
    let ArrivalOutcome::SignedIn { missing, .. } = &outcome else { unreachable!() };
    let expected = Missing { email: true, phone: true, suggested_email: None, suggested_phone: Some(suggested) };
    assert_eq!(*missing, expected);
    // The session lives from now on, however long ago the person signed in there.
    let who = visitor.who().await.expect("signed in");
    let binh = known(&idp, &who.account.id).await;
    assert_eq!((binh.account.state, binh.account.class), (AccountState::Active, AccountClass::Citizen));
    assert!(binh.account.password_hash.is_none() && !binh.account.username.is_chosen());
    assert_eq!(
        (&binh.profile.email, &binh.profile.phone),
        (&None, &None),
        "nothing is invented, nothing taken as given"
    );
    let number = binh.fact(IdentifierKind::IdentityNumber).expect("the number");
    assert!(number.claimed && number.is_verified());
    assert_eq!(number.source, FactSource::NationalPortal);
    for kind in [VouchedKind::FullName, VouchedKind::BirthDate, VouchedKind::IdentityNumber] {
        assert_eq!(binh.provenance(&idp, kind), Some((FactSource::NationalPortal, 2)), "{kind:?}");
    }
    for kind in [AuditKind::AccountMadeByFederation, AuditKind::FactsVouched, AuditKind::UpstreamArrived] {
        assert!(idp.audited(kind).await, "{kind:?}");
    }
    assert!(!String::from_utf8_lossy(&idp.database_bytes()).contains("id-token-of-binh"), "sealed at rest");
    // No name and no password open it.
    for (name, password) in [(NUMBER, ""), (NUMBER, "00000000-0000-0000-0000-000000000000"), (NUMBER, NUMBER)] {
        let credentials = Credentials { name: name.to_owned(), password: password.to_owned() };
        let outcome = idp.house.accounts.sign_in(&visitor.ctx(), credentials).await.unwrap();
        assert!(matches!(outcome, SignInOutcome::Refused), "{outcome:?}");
    }
    let name = binh.account.username.display().to_owned();
    let outcome =
        idp.house.accounts.sign_in(&visitor.ctx(), Credentials { name, password: String::new() }).await.unwrap();
    assert!(matches!(outcome, SignInOutcome::Refused), "{outcome:?}");
}

// security: row 7
#[tokio::test]
async fn an_account_with_the_number_is_asked_about_and_when_declined_loses_the_number_and_nothing_else() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut owner = Visitor::new(&idp, 9);
    owner.sign_in(&an).await;
    let an_id = id_of(&idp, &an.username).await;
    let mut visitor = Visitor::new(&idp, 1);
    let identity = vouched_citizen(&idp, "binh", &an.identity_number);
    let outcome = visitor.arrive(&identity).await;
    let before = known(&idp, &an_id).await;
    assert!(before.disputed.is_empty() && before.links.is_empty(), "asking changes nothing");
    let declined = idp.house.accounts.decline_arrival(&visitor.ctx(), ticket(&outcome), Here::default()).await.unwrap();
    assert!(signed_in(&visitor.keep(declined)).1, "an account of their own");

    let after = known(&idp, &an_id).await;
    assert_eq!(after.disputed, [IdentifierKind::IdentityNumber]);
    assert_eq!((after.profile.identity_number, after.profile.email), (None, before.profile.email));
    assert!(after.links.is_empty());
    assert!(owner.who().await.is_some(), "the rest is theirs as before");
    let binh = known(&idp, &visitor.who().await.expect("signed in").account.id).await;
    assert!(binh.fact(IdentifierKind::IdentityNumber).expect("the number").claimed);
    assert_eq!(
        (binh.profile.email, binh.profile.phone, binh.profile.address),
        (None, None, None),
        "nothing handed over"
    );
    assert!(idp.told(&an.email, "đã được gỡ khỏi tài khoản của bạn").await);
    assert!(idp.audited(AuditKind::NumberDisputed).await && idp.audited(AuditKind::ArrivalDeclined).await);
    assert!(!idp.audited(AuditKind::VerifiedNumberDisputed).await);
    // The number no longer leads to An, and their username does.
    for (name, found) in [(&an.identity_number, false), (&an.username, true)] {
        let credentials = Credentials { name: name.clone(), password: an.password.clone() };
        idp.advance(Span::minutes(2)).await;
        let outcome = idp.house.accounts.sign_in(&owner.ctx(), credentials).await.unwrap();
        assert_eq!(matches!(outcome, SignInOutcome::CodeSent(_)), found, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_number_that_the_desk_had_verified_is_lost_too_and_the_trail_says_so() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let id = id_of(&idp, &an.username).await;
    verify(&idp, &id, IdentifierKind::IdentityNumber, &an.identity_number).await;
    let mut visitor = Visitor::new(&idp, 1);
    let outcome = visitor.arrive(&vouched_citizen(&idp, "binh", &an.identity_number)).await;
    let declined = idp.house.accounts.decline_arrival(&visitor.ctx(), ticket(&outcome), Here::default()).await.unwrap();
    assert!(signed_in(&declined).1);
    assert!(idp.audited(AuditKind::VerifiedNumberDisputed).await);
    assert!(known(&idp, &id).await.fact(IdentifierKind::IdentityNumber).is_none());
}

/// Who knows less takes nothing from who knows better: not at the first arrival, and not at a later one unasked.
// security: row 7
#[tokio::test]
async fn a_number_that_a_weightier_upstream_vouches_for_is_the_desks_to_move() {
    let idp = TestIdp::start().await;
    let mut owner = Visitor::new(&idp, 9);
    let first = owner.arrive(&vouched_citizen(&idp, "an", NUMBER)).await;
    assert!(signed_in(&first).1);
    let an = owner.who().await.expect("signed in").account.id;
    let of_employees = |subject: &str, level: u8| {
        let mut identity = vouched_citizen(&idp, subject, NUMBER);
        (identity.upstream, identity.source) = (upstream("keycloak"), FactSource::Provider);
        identity.level.ial = Ial(level);
        identity
    };
    let mut visitor = Visitor::new(&idp, 1);
    let outcome = visitor.arrive(&of_employees("e-7", 1)).await;
    let declined = idp.house.accounts.decline_arrival(&visitor.ctx(), ticket(&outcome), Here::default()).await.unwrap();
    expect_refused(&declined, ArrivalRefusal::AtTheDesk);
    assert!(signed_in(&visitor.arrive(&of_employees("e-8", 0)).await).1, "a person without a number");
    expect_refused(&visitor.arrive(&of_employees("e-8", 1)).await, ArrivalRefusal::AtTheDesk);
    let after = known(&idp, &an).await;
    assert!(after.disputed.is_empty() && after.fact(IdentifierKind::IdentityNumber).expect("the number").claimed);
    let outcome = visitor.arrive(&of_employees("e-7", 2)).await;
    let declined = idp.house.accounts.decline_arrival(&visitor.ctx(), ticket(&outcome), Here::default()).await.unwrap();
    expect_refused(&declined, ArrivalRefusal::AtTheDesk);
    // Whose word weighs more takes it.
    let outcome = visitor.arrive(&of_employees("e-7", 3)).await;
    let declined = idp.house.accounts.decline_arrival(&visitor.ctx(), ticket(&outcome), Here::default()).await.unwrap();
    assert!(signed_in(&declined).1);
    assert_eq!(known(&idp, &an).await.disputed, [IdentifierKind::IdentityNumber]);
}

#[tokio::test]
async fn an_account_that_an_operator_stopped_is_not_got_round_but_a_mere_claim_of_one_holds_nobody_up() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let chi = idp.citizen("tran.thi.chi").activated().create().await;
    let (an_id, chi_id) = (id_of(&idp, &an.username).await, id_of(&idp, &chi.username).await);
    verify(&idp, &an_id, IdentifierKind::IdentityNumber, &an.identity_number).await;
    set_state(&idp, &an_id, AccountState::Disabled).await;
    set_state(&idp, &chi_id, AccountState::Disabled).await;
    let mut visitor = Visitor::new(&idp, 1);
    let outcome = visitor.arrive(&vouched_citizen(&idp, "an", &an.identity_number)).await;
    expect_refused(&outcome, ArrivalRefusal::Disabled);
    assert!(idp.audited(AuditKind::ArrivalRefused).await && known(&idp, &an_id).await.disputed.is_empty());
    let outcome = visitor.arrive(&vouched_citizen(&idp, "chi", &chi.identity_number)).await;
    assert!(signed_in(&outcome).1);
    assert_eq!(known(&idp, &chi_id).await.disputed, [IdentifierKind::IdentityNumber]);
}

// security: row 7
#[tokio::test]
async fn the_same_address_and_phone_match_nobody_and_take_nothing() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut identity = vouched_citizen(&idp, "binh", NUMBER);
    identity.facts.email = Some(Brought { value: Email::from_stored(&an.email).unwrap(), vouched: true });
    identity.facts.phone = Some(Brought { value: Phone::from_stored(&an.e164).unwrap(), vouched: true });
    let mut visitor = Visitor::new(&idp, 1);
    assert!(signed_in(&visitor.arrive(&identity).await).1);
    let binh = known(&idp, &visitor.who().await.expect("signed in").account.id).await;
    assert_eq!(binh.profile.email, None, "it is somebody's sign-in name here");
    let phone = binh.fact(IdentifierKind::Phone).expect("a phone may be shared");
    assert!(phone.is_verified() && !phone.claimed);
    let an = known(&idp, &id_of(&idp, &an.username).await).await;
    assert!(an.links.is_empty() && an.disputed.is_empty());
    assert!(an.fact(IdentifierKind::Email).expect("the address").claimed);
    // A free one, for which the upstream vouches, is the person's.
    let mut identity = vouched_citizen(&idp, "chi", "024185004321");
    identity.facts.email = Some(Brought { value: Email::from_stored("chi@example.vn").unwrap(), vouched: true });
    let mut visitor = Visitor::new(&idp, 2);
    visitor.arrive(&identity).await;
    let chi = known(&idp, &visitor.who().await.expect("signed in").account.id).await;
    assert!(chi.fact(IdentifierKind::Email).is_some_and(|email| email.claimed && email.is_verified()));
}

// security: row 7
#[tokio::test]
async fn an_upstream_that_vouches_for_nobody_brings_only_who_the_person_is_there() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut identity = vouched_citizen(&idp, "binh", &an.identity_number);
    identity.level.ial = Ial(0);
    identity.facts.email = Some(Brought { value: Email::from_stored("b@example.vn").unwrap(), vouched: true });
    let mut visitor = Visitor::new(&idp, 1);
    let outcome = visitor.arrive(&identity).await;
    let (session, first) = signed_in(&outcome);
    assert!(first && session.ial == Ial(0));
    let binh = known(&idp, &session.account_id.clone()).await;
    assert!(binh.profile.full_name.is_none() && binh.profile.identity_number.is_none() && binh.profile.email.is_none());
    assert!(binh.identifiers.is_empty() && binh.vouched.is_empty());
    assert!(known(&idp, &id_of(&idp, &an.username).await).await.disputed.is_empty());
    // Vouched for later, the number is the person's.
    let better = UpstreamIdentity { level: vouched_citizen(&idp, "", NUMBER).level, ..identity };
    assert!(!signed_in(&visitor.arrive(&better).await).1);
    assert_eq!(known(&idp, &id_of(&idp, &an.username).await).await.disputed, [IdentifierKind::IdentityNumber]);
}

#[tokio::test]
async fn the_registration_policy_of_the_day_holds_for_whoever_arrives() {
    let closed = TestIdp::start_with(|config| {
        config.accounts.registration.citizen = Some(RegistrationMode::Closed.into());
        config.accounts.registration.business = Some(RegistrationMode::FederatedOnly.into());
    });
    let idp = closed.await;
    let mut visitor = Visitor::new(&idp, 1);
    let outcome = visitor.arrive(&vouched_citizen(&idp, "binh", NUMBER)).await;
    expect_refused(&outcome, ArrivalRefusal::NotOpen);
    assert!(visitor.who().await.is_none());
    assert!(signed_in(&visitor.arrive(&vouched_business(&idp, "vai", "0100109106")).await).1);
}

#[tokio::test]
async fn a_business_is_known_by_its_code_and_a_branch_is_not_its_enterprise() {
    let idp = TestIdp::start().await;
    let company = idp.business("vai.thieu").activated().create().await;
    let code = company.code.clone();
    let mut visitor = Visitor::new(&idp, 1);
    let outcome = visitor.arrive(&vouched_business(&idp, "vai", &code)).await;
    let _ = ticket(&outcome);
    let branch = vouched_business(&idp, "branch", &format!("{code}-001"));
    assert!(signed_in(&visitor.arrive(&branch).await).1);
    let made = known(&idp, &visitor.who().await.expect("signed in").account.id).await;
    assert!(made.fact(IdentifierKind::BusinessCode).is_some_and(|code| code.claimed && code.is_verified()));
    assert!(made.profile.identity_number.is_some(), "that of who represents it");
    assert!(made.fact(IdentifierKind::IdentityNumber).is_none(), "and no sign-in name of the business");
}

#[tokio::test]
async fn an_organisation_is_known_by_its_link_alone_and_never_by_a_persons_sub() {
    let idp = TestIdp::start().await;
    let organisation =
        UpstreamIdentity { class: AccountClass::Organisation, ..vouched_business(&idp, "so-tu-phap", "0100109106") };
    let by_sub = UpstreamIdentity {
        key: LinkKey { claim: "sub".to_owned(), value: "person".to_owned() },
        ..organisation.clone()
    };
    let mut visitor = Visitor::new(&idp, 1);
    expect_refused(&visitor.arrive(&by_sub).await, ArrivalRefusal::Incomplete);
    assert!(signed_in(&visitor.arrive(&organisation).await).1);
    let same_code = UpstreamIdentity {
        key: LinkKey { claim: "TechID".to_owned(), value: "phong-cong-chung".to_owned() },
        ..organisation.clone()
    };
    assert!(signed_in(&visitor.arrive(&same_code).await).1, "nobody is matched by a code");
    assert!(!signed_in(&visitor.arrive(&organisation).await).1);
    // Without a number a citizen is incomplete.
    let nobody = UpstreamIdentity { facts: BroughtFacts::default(), ..vouched_citizen(&idp, "binh", NUMBER) };
    expect_refused(&visitor.arrive(&nobody).await, ArrivalRefusal::Incomplete);
}

#[tokio::test]
async fn the_same_name_at_another_upstream_issuer_or_claim_is_another_person() {
    let idp = TestIdp::start().await;
    let identity = vouched_citizen(&idp, "binh", NUMBER);
    let mut visitor = Visitor::new(&idp, 1);
    assert!(signed_in(&visitor.arrive(&identity).await).1);
    let other = UpstreamIdentity { upstream: upstream("other"), ..identity.clone() };
    let moved = UpstreamIdentity { issuer: "https://elsewhere.example".to_owned(), ..identity.clone() };
    let claim =
        UpstreamIdentity { key: LinkKey { claim: "sub".to_owned(), ..identity.key.clone() }, ..identity.clone() };
    for stranger in [other, moved.clone(), claim] {
        let _ = ticket(&visitor.arrive(&stranger).await);
    }
    // An upstream that moved house, as configured, still knows its people.
    let moved = UpstreamIdentity { former_issuers: vec![identity.issuer.clone()], ..moved };
    assert!(!signed_in(&visitor.arrive(&moved).await).1);
    let link = known(&idp, &visitor.who().await.expect("signed in").account.id).await.links.remove(0);
    assert_eq!(link.issuer, "https://elsewhere.example");
    let settled = UpstreamIdentity { former_issuers: Vec::new(), ..moved };
    assert!(!signed_in(&visitor.arrive(&settled).await).1);
}

// security: row 8
#[tokio::test]
async fn an_arrival_completes_no_waiting_registration_whose_activation_then_collides() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").create().await;
    let mut visitor = Visitor::new(&idp, 1);
    let outcome = visitor.arrive(&vouched_citizen(&idp, "binh", &an.identity_number)).await;
    assert!(signed_in(&outcome).1);
    assert_eq!(known(&idp, &id_of(&idp, &an.username).await).await.account.state, AccountState::Pending);
    assert_eq!(activate(&idp, &an.email, &an.password).await, ActivateOutcome::NotCompleted);
    assert!(visitor.who().await.is_some());
}
