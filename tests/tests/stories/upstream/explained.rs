//! What operators can find out: by which provider somebody came, and why they were not let in.

use super::{expect_refused, id_of, set_state, ticket, verify};
use portal_id_logwatch::LogWatch;
use portal_id_testkit::core::accounts::{ArrivalRefusal, Here, RegistrationMode};
use portal_id_testkit::core::audit::{AuditEntry, AuditKind};
use portal_id_testkit::core::profile::{AccountState, IdentifierKind};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::core::upstream::{Purpose, UpstreamIdentity};
use portal_id_testkit::upstream::{upstream, vouched_business, vouched_citizen};
use portal_id_testkit::{TestIdp, Visitor};

const NUMBER: &str = "024185001234";

async fn newest(idp: &TestIdp, kind: AuditKind) -> AuditEntry {
    idp.audit().await.into_iter().find(|entry| entry.kind == kind).unwrap_or_else(|| panic!("no {kind:?}"))
}

#[tokio::test]
async fn a_refusal_says_by_whom_and_why_in_the_trail_and_in_the_log_and_nothing_of_the_person() {
    let idp = TestIdp::start_with(|config| {
        config.accounts.registration.business = Some(RegistrationMode::Closed.into());
    })
    .await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let an_id = id_of(&idp, &an.username).await;
    verify(&idp, &an_id, IdentifierKind::IdentityNumber, &an.identity_number).await;
    let mut visitor = Visitor::new(&idp, 1);
    let binh = vouched_citizen(&idp, "binh", NUMBER);
    visitor.arrive(&binh).await;
    let session = visitor.who().await.expect("signed in").session.id;
    set_state(&idp, &an_id, AccountState::Disabled).await;
    let other_number = vouched_citizen(&idp, "binh", "024185004321");
    let business = vouched_business(&idp, "vai", "0100109106");
    let as_business = UpstreamIdentity { key: binh.key.clone(), ..business.clone() };
    let mut nameless = vouched_citizen(&idp, "cuc", NUMBER);
    nameless.facts.identity_number = None;
    let chi = vouched_citizen(&idp, "chi", "024185009999");
    let (again, link) = (Purpose::Again { session: session.clone() }, Purpose::Link { session });
    for (identity, purpose, why, word) in [
        (other_number, Purpose::SignIn, ArrivalRefusal::PersonChanged, "person_changed"),
        (as_business, Purpose::SignIn, ArrivalRefusal::ClassChanged, "class_changed"),
        (business, Purpose::SignIn, ArrivalRefusal::NotOpen, "not_open"),
        (nameless, Purpose::SignIn, ArrivalRefusal::Incomplete, "incomplete"),
        (vouched_citizen(&idp, "an", &an.identity_number), Purpose::SignIn, ArrivalRefusal::Disabled, "disabled"),
        (chi.clone(), again, ArrivalRefusal::SomebodyElse, "somebody_else"),
        (chi, link, ArrivalRefusal::AnotherLinkedHere, "another_linked_here"),
    ] {
        idp.advance(Span::seconds(1)).await;
        let log = LogWatch::begin();
        let ctx = visitor.ctx();
        let who = visitor.who().await;
        let here = Here { previous: who.as_ref().map(|who| &who.session), ..Here::default() };
        let outcome = idp.house.accounts.arrive(&ctx, identity.clone(), purpose, here).await.unwrap();
        expect_refused(&outcome, why);
        let entry = newest(&idp, AuditKind::ArrivalRefused).await;
        assert_eq!((entry.upstream, entry.reason.as_deref()), (Some(upstream("vnconnect")), Some(word)));
        assert_eq!(entry.request_id, ctx.request_id);
        let lines = log.all();
        let [only] = &lines[..] else { panic!("{lines:?}") };
        for told in [ctx.request_id.as_str(), "upstream=vnconnect", &format!("reason=\"{word}\"")] {
            assert!(only.contains(told), "{told} is not in {only}");
        }
        assert!(!only.contains("024") && !only.contains("Trần") && !only.contains("binh"), "{only}");
    }
}

#[tokio::test]
async fn every_entry_about_an_arrival_names_the_provider_and_no_other_does() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.sign_in(&an).await;
    // Declined: an account is made, and the old one loses the number.
    let outcome = visitor.arrive(&vouched_citizen(&idp, "an", &an.identity_number)).await;
    let declined = idp.house.accounts.decline_arrival(&visitor.ctx(), ticket(&outcome), Here::default()).await;
    visitor.keep(declined.unwrap());
    // Linked, replaced after a proof, and unlinked.
    idp.advance(Span::minutes(2)).await;
    visitor.sign_in(&an).await;
    let session = visitor.who().await.expect("signed in").session.id;
    let binh = vouched_citizen(&idp, "binh", NUMBER);
    visitor.arrive_to(&binh, Purpose::Link { session }).await;
    let outcome = visitor.arrive(&vouched_citizen(&idp, "binh-now", NUMBER)).await;
    let proof = ticket(&outcome).clone();
    idp.advance(Span::minutes(2)).await;
    visitor.sign_in(&an).await;
    let who = visitor.who().await.expect("signed in");
    let proved = idp.house.accounts.prove_arrival_by_session(&visitor.ctx(), &proof, &who, Here::default()).await;
    visitor.keep(proved.unwrap());
    let link = super::known(&idp, &who.account.id).await.links[0].id.clone();
    idp.house.accounts.unlink(&visitor.ctx(), &visitor.confirmed().await, &link).await.unwrap();

    let entries = idp.audit().await;
    for kind in [
        AuditKind::UpstreamArrived,
        AuditKind::UpstreamLinked,
        AuditKind::UpstreamLinkReplaced,
        AuditKind::UpstreamUnlinked,
        AuditKind::AccountMadeByFederation,
        AuditKind::FactsVouched,
        AuditKind::NumberDisputed,
        AuditKind::ArrivalDeclined,
    ] {
        let of_kind: Vec<_> = entries.iter().filter(|entry| entry.kind == kind).collect();
        assert!(!of_kind.is_empty(), "{kind:?}");
        assert!(of_kind.iter().all(|entry| entry.upstream == Some(upstream("vnconnect"))), "{of_kind:?}");
    }
    let of_here = [AuditKind::Registered, AuditKind::Activated, AuditKind::PasswordAccepted, AuditKind::PhoneVerified];
    assert!(entries.iter().filter(|entry| of_here.contains(&entry.kind)).all(|entry| entry.upstream.is_none()));
    assert!(entries.iter().all(|entry| entry.reason.is_none()));
}
