//! What ended at the upstream ends here.

use super::{id_of, known, signed_in};
use portal_id_testkit::core::accounts::ArrivalOutcome;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::{Span, Timestamp};
use portal_id_testkit::core::upstream::{LogoutOf, Purpose, UpstreamIdentity};
use portal_id_testkit::upstream::{UPSTREAM_ISSUER, upstream, vouched_citizen};
use portal_id_testkit::{Citizen, TestIdp, Visitor};

const NUMBER: &str = "024185001234";

fn of(subject: Option<&str>, session: Option<&str>) -> LogoutOf {
    LogoutOf { subject: subject.map(str::to_owned), session: session.map(str::to_owned) }
}

async fn end(idp: &TestIdp, name: &str, issuer: &str, of: &LogoutOf, everywhere: bool) -> u32 {
    let accounts = &idp.house.accounts;
    let said_at = Timestamp::from_seconds(idp.now().seconds());
    accounts.end_upstream_sessions(&idp.ctx(), &upstream(name), issuer, (of, said_at), everywhere).await.unwrap()
}

/// A citizen who signed in by a password and linked their account, and never arrived by the link.
async fn linked(idp: &TestIdp) -> (Citizen, UpstreamIdentity, Visitor<'_>) {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut visitor = Visitor::new(idp, 1);
    visitor.sign_in(&an).await;
    let session = visitor.who().await.expect("signed in").session.id;
    let identity = vouched_citizen(idp, "an", &an.identity_number);
    visitor.arrive_to(&identity, Purpose::Link { session }).await;
    (an, identity, visitor)
}

/// Tokens that could not be judged at once are sent again, and come out of order.
// security: row 26
#[tokio::test]
async fn a_notice_that_comes_late_takes_back_nothing_of_a_newer_one() {
    let idp = TestIdp::start().await;
    let now = Timestamp::from_seconds(idp.now().seconds());
    let mut identity = vouched_citizen(&idp, "binh", NUMBER);
    (identity.left_at, identity.auth_time) = (now - Span::minutes(1), Some(now - Span::seconds(30)));
    for said_at in [now, now - Span::minutes(2)] {
        let whose = (&of(Some("binh"), None), said_at);
        idp.house
            .accounts
            .end_upstream_sessions(&idp.ctx(), &upstream("vnconnect"), UPSTREAM_ISSUER, whose, false)
            .await
            .unwrap();
    }
    let outcome = Visitor::new(&idp, 1).arrive(&identity).await;
    assert!(matches!(outcome, ArrivalOutcome::Over), "{outcome:?}");
}

// security: row 26
#[tokio::test]
async fn a_session_or_a_person_that_ended_there_ends_here_and_no_other() {
    let idp = TestIdp::start().await;
    let identity = vouched_citizen(&idp, "binh", NUMBER);
    let second = UpstreamIdentity { session: Some("second".to_owned()), ..identity.clone() };
    let (mut one, mut two, mut three) = (Visitor::new(&idp, 1), Visitor::new(&idp, 2), Visitor::new(&idp, 3));
    one.arrive(&identity).await;
    two.arrive(&second).await;
    three.arrive(&vouched_citizen(&idp, "chi", "024185004321")).await;
    // Of nobody, of another issuer or upstream, of a session that is another person's.
    for (name, issuer, who) in [
        ("vnconnect", UPSTREAM_ISSUER, of(None, None)),
        ("vnconnect", UPSTREAM_ISSUER, of(Some("nobody"), None)),
        ("vnconnect", "https://elsewhere.example", of(Some("binh"), None)),
        ("other", UPSTREAM_ISSUER, of(Some("binh"), None)),
        ("vnconnect", UPSTREAM_ISSUER, of(Some("chi"), Some("second"))),
        ("vnconnect", UPSTREAM_ISSUER, of(None, Some("binh"))),
        ("vnconnect", UPSTREAM_ISSUER, of(Some("second"), None)),
    ] {
        assert_eq!(end(&idp, name, issuer, &who, true).await, 0, "{name} {issuer} {who:?}");
    }
    assert_eq!(end(&idp, "vnconnect", UPSTREAM_ISSUER, &of(None, Some("second")), false).await, 1);
    assert!(one.who().await.is_some() && two.who().await.is_none());
    assert!(idp.audited(AuditKind::UpstreamEndedSession).await);
    assert_eq!(end(&idp, "vnconnect", UPSTREAM_ISSUER, &of(None, Some("second")), false).await, 0, "once");
    two.arrive(&second).await;
    assert_eq!(end(&idp, "vnconnect", UPSTREAM_ISSUER, &of(Some("binh"), None), false).await, 2);
    assert!(one.who().await.is_none() && two.who().await.is_none() && three.who().await.is_some());
}

#[tokio::test]
async fn everywhere_means_every_session_of_the_person_however_it_began() {
    let idp = TestIdp::start().await;
    let (_, identity, visitor) = linked(&idp).await;
    let mut by_link = Visitor::new(&idp, 2);
    by_link.arrive(&identity).await;
    let whose = of(Some("an"), None);
    assert_eq!(end(&idp, "vnconnect", UPSTREAM_ISSUER, &whose, false).await, 1);
    assert!(visitor.who().await.is_some(), "it began by a password");
    by_link.arrive(&identity).await;
    assert_eq!(end(&idp, "vnconnect", UPSTREAM_ISSUER, &whose, true).await, 2);
    assert!(visitor.who().await.is_none() && by_link.who().await.is_none());
}

/// Also when nothing that began there is left: signed out by hand, or swept.
#[tokio::test]
async fn everywhere_reaches_a_person_who_has_no_session_left_that_began_there() {
    let idp = TestIdp::start().await;
    let (an, identity, mut visitor) = linked(&idp).await;
    assert_eq!(end(&idp, "vnconnect", UPSTREAM_ISSUER, &of(Some("an"), None), false).await, 0);
    assert_eq!(end(&idp, "vnconnect", UPSTREAM_ISSUER, &of(Some("an"), Some("never-seen")), true).await, 1);
    assert!(visitor.who().await.is_none());
    // The session that began there has ended, the other goes on; the notice names only that session.
    let mut by_link = Visitor::new(&idp, 2);
    by_link.arrive(&identity).await;
    idp.house.accounts.sign_out(&by_link.ctx(), &by_link.who().await.expect("signed in")).await.unwrap();
    idp.advance(Span::minutes(2)).await;
    visitor.sign_in(&an).await;
    assert_eq!(end(&idp, "vnconnect", UPSTREAM_ISSUER, &of(None, Some("session-of-an")), true).await, 1);
    assert!(visitor.who().await.is_none());
    // Whoever took the link away is no business of the upstream any more.
    idp.advance(Span::minutes(2)).await;
    visitor.sign_in(&an).await;
    let link = known(&idp, &id_of(&idp, &an.username).await).await.links[0].id.clone();
    idp.house.accounts.unlink(&visitor.ctx(), &visitor.confirmed().await, &link).await.unwrap();
    assert_eq!(end(&idp, "vnconnect", UPSTREAM_ISSUER, &of(Some("an"), None), true).await, 0);
    assert!(visitor.who().await.is_some());
}

#[tokio::test]
async fn a_session_remembers_how_that_of_the_upstream_is_ended() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut local = Visitor::new(&idp, 1);
    local.sign_in(&an).await;
    let accounts = &idp.house.accounts;
    let of_local = local.who().await.expect("signed in").session.id;
    assert!(accounts.upstream_ending(&of_local).await.unwrap().is_none());
    let mut visitor = Visitor::new(&idp, 2);
    let mut identity = vouched_citizen(&idp, "binh", NUMBER);
    identity.ending.logout_uri = Some("https://portal.example/logout".to_owned());
    let outcome = visitor.arrive(&identity).await;
    let (from, ending) = accounts.upstream_ending(&signed_in(&outcome).0.id).await.unwrap().expect("by the upstream");
    assert_eq!((from, ending), (upstream("vnconnect"), identity.ending));
}
