//! A client takes back what it was given.

use crate::walk::{signed_in, tokens};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Service, TestIdp, TokenAnswer};

async fn ready() -> (TestIdp, Service, Browser) {
    let idp = TestIdp::start().await;
    let builder = idp.service().with(|client| client.first_party = true);
    let service = builder.acting_for_itself(&["tax:read"]).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let browser = signed_in(&idp, &an).await;
    (idp, service, browser)
}

async fn assert_all_over(service: &Service, tokens: &TokenAnswer) {
    let (access, refresh) = (tokens.field("access_token"), tokens.field("refresh_token"));
    assert_eq!(service.userinfo(&access).await.status, 401);
    assert!(!service.finds_active(&access).await);
    assert!(!service.finds_active(&refresh).await);
    service.refresh(&refresh).await.expect_error("invalid_grant");
}

// security: row 22
#[tokio::test]
async fn one_token_of_a_grant_taken_back_ends_them_all_and_only_those() {
    let (idp, service, mut browser) = ready().await;
    let kept = tokens(&mut browser, &service, "openid offline_access").await;
    for by in ["access_token", "refresh_token"] {
        let given = tokens(&mut browser, &service, "openid offline_access").await;
        let writes = idp.house.counters.writes();
        let answer = service.revoke(&given.field(by)).await;
        assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, ""));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(idp.house.counters.writes() - writes, 1, "{by}");
        assert_all_over(&service, &given).await;
        // Once more is as good, and costs nothing.
        let writes = idp.house.counters.writes();
        assert_eq!(service.revoke(&given.field(by)).await.status, 200);
        assert_eq!(idp.house.counters.writes(), writes, "{by}");
    }
    assert!(idp.audited(AuditKind::TokenRevoked).await);
    assert_eq!(service.userinfo(&kept.field("access_token")).await.status, 200);
    let idp = idp.restart().await;
    service.at(&idp).refresh(&kept.field("refresh_token")).await.fields();
}

// security: row 22
#[tokio::test]
async fn an_older_refresh_token_of_the_family_ends_it_too() {
    let (idp, service, mut browser) = ready().await;
    let first = tokens(&mut browser, &service, "openid offline_access").await;
    let second = service.refresh(&first.field("refresh_token")).await;
    idp.advance(Span::minutes(1)).await;
    assert_eq!(service.revoke(&first.field("refresh_token")).await.status, 200);
    assert_all_over(&service, &second).await;
}

// security: row 22
#[tokio::test]
async fn a_clients_own_token_is_over_at_once_and_after_a_restart_and_its_others_are_not() {
    let (idp, service, _browser) = ready().await;
    let (own, other) = (service.act_for_itself(&[]).await, service.act_for_itself(&[]).await);
    let (own, other) = (own.field("access_token"), other.field("access_token"));
    let writes = idp.house.counters.writes();
    assert_eq!(service.revoke(&own).await.status, 200);
    assert_eq!(idp.house.counters.writes() - writes, 1);
    assert_eq!(service.revoke(&own).await.status, 200);
    assert_eq!(idp.house.counters.writes() - writes, 1, "the second time there is nothing to do");
    assert!(!service.finds_active(&own).await && service.finds_active(&other).await);
    let idp = idp.restart().await;
    let service = service.at(&idp);
    assert!(!service.finds_active(&own).await && service.finds_active(&other).await);
    // It is remembered as long as it would have worked.
    idp.advance(Span::seconds(301)).await;
    portal_id_server::jobs::sweep_once(&idp.house, idp.now()).await.unwrap();
    assert!(!service.finds_active(&own).await && !service.finds_active(&other).await);
}

// security: row 20, 24
#[tokio::test]
async fn nobody_takes_back_what_is_anothers() {
    let (idp, service, mut browser) = ready().await;
    let given = tokens(&mut browser, &service, "openid offline_access").await;
    let own = service.act_for_itself(&[]).await.field("access_token");
    let other = idp.service().id("other").register().await;
    let app = idp.service().id("app").public().register().await;
    let writes = idp.house.counters.writes();
    for thief in [&other, &app] {
        for token in [&given.field("access_token"), &own] {
            let refused = thief.revoke(token).await;
            assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (400, Some("invalid_grant")));
        }
        // Like any text that we never wrote for this client (RFC 7009 §2.2).
        assert_eq!(thief.revoke(&given.field("refresh_token")).await.status, 200);
    }
    let mut wrong = service.clone();
    wrong.secret = Some("wrong".to_owned());
    let refused = wrong.revoke(&given.field("access_token")).await;
    assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (401, Some("invalid_client")));
    assert_eq!(idp.house.counters.writes(), writes);
    assert_eq!(service.userinfo(&given.field("access_token")).await.status, 200);
    service.refresh(&given.field("refresh_token")).await.fields();
    assert!(service.finds_active(&own).await);
}

#[tokio::test]
async fn what_is_no_token_or_none_any_more_is_no_error() {
    let (idp, service, mut browser) = ready().await;
    let given = tokens(&mut browser, &service, "openid offline_access").await;
    let writes = idp.house.counters.writes();
    for token in ["nonsense", "a.b.c", "1.1.1", &given.field("id_token")] {
        for hint in [None, Some("access_token"), Some("refresh_token"), Some("anything")] {
            let mut fields = vec![("token", token)];
            fields.extend(hint.map(|hint| ("token_type_hint", hint)));
            assert_eq!(service.call("/revoke", &fields).await.status, 200, "{token} {hint:?}");
        }
    }
    assert_eq!(idp.house.counters.writes(), writes);
    idp.advance(Span::minutes(6)).await;
    assert_eq!(service.revoke(&given.field("access_token")).await.status, 200, "expired");
    service.refresh(&given.field("refresh_token")).await.fields();
}

// security: row 35
#[tokio::test]
async fn an_app_in_a_browser_takes_back_its_own_token_from_its_own_origin() {
    let idp = TestIdp::start().await;
    let app = idp.service().public().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let given = tokens(&mut signed_in(&idp, &an).await, &app, "openid offline_access").await;
    let answer = app.revoke(&given.field("refresh_token")).await;
    assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (200, Some("*")));
    app.refresh(&given.field("refresh_token")).await.expect_error("invalid_grant");
}
