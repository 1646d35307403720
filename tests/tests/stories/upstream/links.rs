//! The links of one's own account.

use super::{expect_refused, id_of, known, signed_in, with_two_providers};
use portal_id_testkit::core::accounts::{ArrivalOutcome, ArrivalRefusal, NotMeOutcome, UnlinkOutcome};
use portal_id_testkit::core::acr::Ial;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::ids::UpstreamLinkId;
use portal_id_testkit::core::profile::IdentifierKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::core::upstream::{Purpose, UpstreamIdentity};
use portal_id_testkit::people::link_in;
use portal_id_testkit::upstream::{upstream, vouched_business, vouched_citizen};
use portal_id_testkit::{TestIdp, Visitor};

const NUMBER: &str = "024185001234";

async fn link(visitor: &mut Visitor<'_>, identity: &UpstreamIdentity) -> ArrivalOutcome {
    let session = visitor.who().await.expect("signed in").session.id;
    visitor.arrive_to(identity, Purpose::Link { session }).await
}

async fn unlink(idp: &TestIdp, visitor: &Visitor<'_>, id: &UpstreamLinkId) -> UnlinkOutcome {
    idp.house.accounts.unlink(&visitor.ctx(), &visitor.confirmed().await, id).await.unwrap()
}

async fn own_links(idp: &TestIdp, visitor: &Visitor<'_>) -> Vec<(UpstreamLinkId, bool)> {
    let who = visitor.who().await.expect("signed in");
    let links = idp.house.accounts.own_links(&visitor.ctx(), &who).await.unwrap();
    links.into_iter().map(|link| (link.id, link.is_the_only_way_in)).collect()
}

#[tokio::test]
async fn one_links_ones_own_account_and_takes_the_link_away_again() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let id = id_of(&idp, &an.username).await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.sign_in(&an).await;
    let identity = vouched_citizen(&idp, "an", &an.identity_number);
    assert!(matches!(link(&mut visitor, &identity).await, ArrivalOutcome::Linked));
    assert!(idp.audited(AuditKind::UpstreamLinked).await && idp.told(&an.email, "vừa được liên kết").await);
    assert!(known(&idp, &id).await.fact(IdentifierKind::IdentityNumber).expect("the number").is_verified());
    // Once more changes nothing.
    assert!(matches!(link(&mut visitor, &identity).await, ArrivalOutcome::Linked));
    let links = own_links(&idp, &visitor).await;
    assert_eq!((links.len(), links[0].1), (1, false), "there is a password too");

    let mut by_link = Visitor::new(&idp, 2);
    assert!(!signed_in(&by_link.arrive(&identity).await).1);
    let mut other_person = Visitor::new(&idp, 3);
    other_person.arrive(&vouched_citizen(&idp, "binh", NUMBER)).await;
    assert_eq!(unlink(&idp, &other_person, &links[0].0).await, UnlinkOutcome::Unknown, "not theirs");
    assert_eq!(unlink(&idp, &visitor, &links[0].0).await, UnlinkOutcome::Unlinked);
    assert_eq!(unlink(&idp, &visitor, &links[0].0).await, UnlinkOutcome::Unknown);
    assert!(idp.audited(AuditKind::UpstreamUnlinked).await && idp.told(&an.email, "vừa bị gỡ").await);
    assert!(by_link.who().await.is_none(), "what began by it ended");
    assert!(visitor.who().await.is_some());
    let _ = super::ticket(&by_link.arrive(&identity).await);
}

#[tokio::test]
async fn a_session_that_takes_away_its_own_link_goes_on_vouched_for_by_nobody() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.sign_in(&an).await;
    let identity = vouched_citizen(&idp, "an", &an.identity_number);
    let _ = link(&mut visitor, &identity).await;
    assert_eq!(signed_in(&visitor.arrive(&identity).await).0.ial, Ial(2));
    let links = own_links(&idp, &visitor).await;
    assert_eq!(unlink(&idp, &visitor, &links[0].0).await, UnlinkOutcome::Unlinked);
    let session = visitor.who().await.expect("still signed in").session;
    assert_eq!((session.ial, session.acr()), (Ial(0), "urn:portal-id:loa:2"));
}

#[tokio::test]
async fn the_only_way_in_stays() {
    let idp = with_two_providers().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&vouched_citizen(&idp, "binh", NUMBER)).await;
    let links = own_links(&idp, &visitor).await;
    assert!(links[0].1);
    assert_eq!(unlink(&idp, &visitor, &links[0].0).await, UnlinkOutcome::LastWayIn);
    let other = UpstreamIdentity { upstream: upstream("vneid"), ..vouched_citizen(&idp, "binh", NUMBER) };
    assert!(matches!(link(&mut visitor, &other).await, ArrivalOutcome::Linked));
    let links = own_links(&idp, &visitor).await;
    assert_eq!(links.iter().map(|link| link.1).collect::<Vec<_>>(), [false, false]);
    assert_eq!(unlink(&idp, &visitor, &links[0].0).await, UnlinkOutcome::Unlinked);
    assert_eq!(unlink(&idp, &visitor, &links[1].0).await, UnlinkOutcome::LastWayIn);
}

// security: row 7
#[tokio::test]
async fn nobody_links_what_is_another_persons() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut binh = Visitor::new(&idp, 2);
    let of_binh = vouched_citizen(&idp, "binh", NUMBER);
    binh.arrive(&of_binh).await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.sign_in(&an).await;
    expect_refused(&link(&mut visitor, &of_binh).await, ArrivalRefusal::LinkedElsewhere);
    // The number is that of Bình, whom the upstream knows under another name.
    let double = vouched_citizen(&idp, "binh-double", NUMBER);
    expect_refused(&link(&mut visitor, &double).await, ArrivalRefusal::AtTheDesk);
    expect_refused(
        &link(&mut visitor, &vouched_business(&idp, "vai", "0100109106")).await,
        ArrivalRefusal::ClassChanged,
    );
    let own = vouched_citizen(&idp, "an", &an.identity_number);
    let of_binh_session = Purpose::Link { session: binh.who().await.expect("signed in").session.id };
    expect_refused(&visitor.arrive_to(&own, of_binh_session).await, ArrivalRefusal::SomebodyElse);
    assert!(matches!(link(&mut visitor, &own).await, ArrivalOutcome::Linked));
    let second = vouched_citizen(&idp, "an-again", &an.identity_number);
    expect_refused(&link(&mut visitor, &second).await, ArrivalRefusal::AnotherLinkedHere);
    // Vouched for, the number stays: another upstream cannot make another person of them.
    let other = UpstreamIdentity { upstream: upstream("vneid"), ..vouched_citizen(&idp, "somebody", "024185007777") };
    expect_refused(&link(&mut visitor, &other).await, ArrivalRefusal::PersonChanged);
    assert_eq!(known(&idp, &id_of(&idp, &an.username).await).await.links.len(), 1);
}

#[tokio::test]
async fn this_was_not_me_removes_links_added_since_but_not_the_one_the_account_was_made_by() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    idp.advance(Span::minutes(2)).await;
    let mut stranger = Visitor::new(&idp, 7);
    stranger.sign_in(&an).await;
    let mail = idp.newest_mail(&an.email).await.text;
    let token = link_in(&mail).split_once("token=").unwrap().1.to_owned();
    let identity = vouched_citizen(&idp, "stranger", &an.identity_number);
    assert!(matches!(link(&mut stranger, &identity).await, ArrivalOutcome::Linked));
    idp.advance(Span::minutes(5)).await;
    let outcome = idp.house.accounts.disown_sign_in(&idp.ctx(), &token).await.unwrap();
    assert!(matches!(outcome, NotMeOutcome::Ended(_)), "{outcome:?}");
    assert!(known(&idp, &id_of(&idp, &an.username).await).await.links.is_empty());
    assert!(idp.audited(AuditKind::UpstreamUnlinked).await);
    assert!(idp.told(&an.email, "liên kết mới thêm gần đây đã bị xóa").await);
    assert!(stranger.who().await.is_none());

    // Made by federation, with an address of its own, and signed in from another browser.
    let mut identity = vouched_citizen(&idp, "binh", NUMBER);
    identity.facts.email = Some(portal_id_testkit::core::upstream::Brought {
        value: portal_id_testkit::core::facts::Email::from_stored("binh@example.vn").unwrap(),
        vouched: true,
    });
    let mut binh = Visitor::new(&idp, 1);
    binh.arrive(&identity).await;
    let id = binh.who().await.expect("signed in").account.id;
    assert!(idp.mails_to("binh@example.vn").await.is_empty(), "nobody need be told that they are new");
    Visitor::new(&idp, 2).arrive(&identity).await;
    let mail = idp.newest_mail("binh@example.vn").await.text;
    assert!(mail.contains("Trần Thị Bình"), "called by their name: {mail}");
    let username = known(&idp, &id).await.account.username;
    assert!(!mail.contains(username.display()));
    let token = link_in(&mail).split_once("token=").unwrap().1.to_owned();
    let outcome = idp.house.accounts.disown_sign_in(&idp.ctx(), &token).await.unwrap();
    assert!(matches!(outcome, NotMeOutcome::Ended(None)), "{outcome:?}");
    assert_eq!(known(&idp, &id).await.links.len(), 1);
    assert!(binh.who().await.is_none());
    assert!(!signed_in(&binh.arrive(&identity).await).1);
}
