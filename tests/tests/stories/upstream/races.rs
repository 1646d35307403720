//! Many at one moment.

use super::{id_of, known, signed_in};
use portal_id_testkit::core::accounts::{ActivateOutcome, ArrivalOutcome, Here};
use portal_id_testkit::core::ctx::Ctx;
use portal_id_testkit::core::digest::Digest;
use portal_id_testkit::core::profile::{AccountClass, AccountState, IdentifierKind};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::core::upstream::{LogoutOf, Purpose};
use portal_id_testkit::people::activation_token;
use portal_id_testkit::upstream::{UPSTREAM_ISSUER, upstream, vouched_citizen};
use portal_id_testkit::{Citizen, TestIdp, Visitor};
use std::collections::BTreeSet;
use tokio::task::JoinSet;

const RACERS: u8 = 8;

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_first_arrivals_of_one_person_one_makes_the_account_and_all_are_in_it() {
    let idp = TestIdp::start().await;
    let identity = vouched_citizen(&idp, "binh", "024185001234");
    let mut racers = JoinSet::new();
    for number in 0..RACERS {
        let (accounts, identity) = (idp.house.accounts.clone(), identity.clone());
        let ctx = Ctx { browser: Some(Digest::from_bytes([number; 32])), ..idp.ctx() };
        racers.spawn(async move { accounts.arrive(&ctx, identity, Purpose::SignIn, Here::default()).await.unwrap() });
    }
    let outcomes = racers.join_all().await;
    let accounts: BTreeSet<_> = outcomes.iter().map(|one| signed_in(one).0.account_id.clone()).collect();
    assert_eq!(accounts.len(), 1);
    assert_eq!(outcomes.iter().filter(|one| signed_in(one).1).count(), 1);
}

// security: row 8, 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_arrival_and_an_activation_of_one_number_leave_one_holder_of_it() {
    let idp = TestIdp::start().await;
    for round in 0..RACERS {
        let an: Citizen = idp.citizen(&format!("nguyen.thi.an.{round}")).create().await;
        let token = activation_token(&idp.newest_mail(&an.email).await.text);
        let identity = vouched_citizen(&idp, &format!("an-{round}"), &an.identity_number);
        let (accounts, ctx, password) = (idp.house.accounts.clone(), idp.ctx(), an.password.clone());
        let activating = tokio::spawn(async move { accounts.activate(&ctx, &token, &password).await.unwrap() });
        let mut visitor = Visitor::new(&idp, round);
        let arrived = visitor.arrive(&identity).await;
        let kind = IdentifierKind::IdentityNumber;
        let holder = |digest: Digest| {
            idp.house.store.read("holder", move |tx| {
                let all = tx.list_accounts_by_identifier(kind, &digest, AccountState::Active)?;
                Ok((all.len(), tx.find_claimant(AccountClass::Citizen, kind, &digest)?))
            })
        };
        let activated = activating.await.unwrap();
        let digest = kind.digest(idp.house.vault.as_ref(), &an.identity_number);
        let (count, claimant) = holder(digest).await.unwrap();
        assert_eq!(count, 1);
        match (activated, arrived) {
            // The registration came first: the person is asked whether it is theirs.
            (ActivateOutcome::Activated, ArrivalOutcome::Prove(_)) => {
                let an = id_of(&idp, &an.username).await;
                assert_eq!(claimant, Some(an.clone()));
                assert!(known(&idp, &an).await.disputed.is_empty());
            }
            // The arrival did: the number is taken.
            (ActivateOutcome::NotCompleted, ArrivalOutcome::SignedIn { new, first: true, .. }) => {
                assert_eq!(claimant, Some(new.session.account_id));
            }
            other => panic!("{other:?}"),
        }
    }
}

// security: row 13, 26
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_arrival_and_a_sign_out_there_at_one_moment_no_session_is_left() {
    let idp = TestIdp::start().await;
    for round in 0..3 * RACERS {
        let identity = vouched_citizen(&idp, &format!("binh-{round}"), &format!("0241850{round:05}"));
        idp.advance(Span::minutes(1)).await;
        let of = LogoutOf { subject: Some(identity.subject.clone()), session: None };
        let (accounts, ctx, said_at) = (idp.house.accounts.clone(), idp.ctx(), idp.now());
        let leaving = tokio::spawn(async move {
            let name = upstream("vnconnect");
            accounts.end_upstream_sessions(&ctx, &name, UPSTREAM_ISSUER, (&of, said_at), false).await.unwrap()
        });
        let mut visitor = Visitor::new(&idp, round);
        let arrived = visitor.arrive(&identity).await;
        leaving.await.unwrap();
        match arrived {
            ArrivalOutcome::SignedIn { .. } => assert!(visitor.who().await.is_none(), "round {round}"),
            ArrivalOutcome::Over => assert!(visitor.cookie.is_none()),
            other => panic!("{other:?}"),
        }
    }
}
