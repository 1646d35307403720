//! A number that an account lost, as the desk sees it, and how it comes back to whoever it belongs to.

use super::last_way::enrolled;
use super::{id_of, known, signed_in, ticket, with_two_providers};
use portal_id_server::commands::account::disputes;
use portal_id_testkit::core::accounts::{ArrivalOutcome, Here, UnlinkOutcome};
use portal_id_testkit::core::credential::CredentialKind;
use portal_id_testkit::core::profile::IdentifierKind;
use portal_id_testkit::core::upstream::Purpose;
use portal_id_testkit::upstream::vouched_citizen;
use portal_id_testkit::{TestIdp, Visitor};

/// The lines of the list, without its head.
async fn listed(idp: &TestIdp) -> Vec<String> {
    disputes(&idp.house, None, 50).await.unwrap().lines().skip(1).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_desk_sees_who_lost_a_number_and_who_has_it_and_the_number_comes_back_by_a_link() {
    let idp = with_two_providers().await;
    assert_eq!(disputes(&idp.house, None, 50).await.unwrap(), "No number is disputed.\n");
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let old = id_of(&idp, &an.username).await;
    let identity = vouched_citizen(&idp, "an", &an.identity_number);
    let mut visitor = Visitor::new(&idp, 1);
    let outcome = visitor.arrive(&identity).await;
    let declined = idp.house.accounts.decline_arrival(&visitor.ctx(), ticket(&outcome), Here::default()).await.unwrap();
    let new = signed_in(&visitor.keep(declined)).0.account_id.clone();

    let said = disputes(&idp.house, None, 50).await.unwrap();
    assert!(!said.contains(&an.identity_number) && !said.contains(&an.username), "{said}");
    let end = &an.identity_number[8..];
    let words = |line: &str| line.split_whitespace().skip(2).map(str::to_owned).collect::<Vec<_>>();
    let masked = format!("••••••••{end}");
    assert_eq!(words(&listed(&idp).await[0]), [old.as_str(), "identity_number", new.as_str(), "vnconnect", &masked]);
    assert_eq!(disputes(&idp.house, Some(old.clone()), 50).await.unwrap(), said);
    assert_eq!(disputes(&idp.house, Some(new.clone()), 50).await.unwrap(), "No number is disputed.\n");

    // Both accounts are of one person, who gives the new one another way in, and links the old one.
    enrolled(&idp, &new, CredentialKind::Passkey, 1).await;
    let link = known(&idp, &new).await.links[0].id.clone();
    let unlinked = idp.house.accounts.unlink(&visitor.ctx(), &visitor.confirmed().await, &link).await.unwrap();
    assert_eq!(unlinked, UnlinkOutcome::Unlinked);
    let mut owner = Visitor::new(&idp, 2);
    owner.sign_in(&an).await;
    let session = owner.who().await.expect("signed in").session.id;
    let linked = owner.arrive_to(&identity, Purpose::Link { session }).await;
    assert!(matches!(linked, ArrivalOutcome::Linked), "{linked:?}");
    let back = known(&idp, &old).await;
    assert!(back.disputed.is_empty() && back.fact(IdentifierKind::IdentityNumber).expect("the number").is_verified());
    assert_eq!(words(&listed(&idp).await[0])[..3], [new.as_str(), "identity_number", old.as_str()]);
}
