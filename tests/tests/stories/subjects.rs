//! Pairwise subjects: the same person under another `sub` in each sector, and everything that names them by it.

use crate::walk::{signed_in, tokens};
use portal_id_server::clients;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::client::{ClientMetadata, SubjectType};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::{claims_of, parameter};
use portal_id_testkit::{Browser, Service, TestIdp};
use url::Url;

fn pairwise(client: &mut ClientMetadata, host: &str) {
    client.first_party = true;
    client.subject_type = SubjectType::Pairwise;
    client.redirect_uris = vec![format!("https://{host}/callback")];
    client.post_logout_redirect_uris = vec![format!("https://{host}/bye")];
}

async fn service(idp: &TestIdp, id: &str, host: &str) -> Service {
    idp.service().id(id).with(|client| pairwise(client, host)).register().await
}

async fn sub_at(browser: &mut Browser, service: &Service) -> String {
    let tokens = tokens(browser, service, "openid profile offline_access").await;
    let sub = tokens.id_token()["sub"].as_str().unwrap().to_owned();
    let access = tokens.field("access_token");
    assert_eq!(claims_of(&access)["sub"], sub, "in the access token");
    assert_eq!(service.userinfo(&access).await.json()["sub"], sub, "at userinfo");
    let refreshed = service.refresh(&tokens.field("refresh_token")).await;
    assert_eq!(refreshed.id_token()["sub"], sub, "refreshed");
    sub
}

#[tokio::test]
async fn services_of_two_sectors_cannot_match_a_person_and_those_of_one_can() {
    let idp = TestIdp::start().await;
    let (one, same, other) = (
        service(&idp, "one", "a.example.vn").await,
        service(&idp, "same", "a.example.vn").await,
        service(&idp, "other", "b.example.vn").await,
    );
    let public = idp.service().id("public").with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let sub = sub_at(&mut browser, &one).await;
    assert_eq!(sub_at(&mut browser, &same).await, sub);
    assert_ne!(sub_at(&mut browser, &other).await, sub);
    let open = sub_at(&mut browser, &public).await;
    assert_ne!(open, sub);
    assert_ne!(sub_at(&mut signed_in(&idp, &binh).await, &one).await, sub);
    // Nothing that the first service gets names the account.
    let tokens = tokens(&mut browser, &one, "openid profile").await;
    for token in [tokens.field("id_token"), tokens.field("access_token")] {
        assert!(!claims_of(&token).to_string().contains(&open), "{}", claims_of(&token));
    }
}

#[tokio::test]
async fn a_person_stays_who_they_are_after_a_restart_at_another_node_and_when_the_service_moves() {
    let idp = TestIdp::start().await;
    let here = service(&idp, "one", "a.example.vn").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let sub = sub_at(&mut browser, &here).await;
    let other = idp.second_node().await;
    let mut browser = browser.at_node(&other);
    assert_eq!(sub_at(&mut browser, &here.clone().at(&other)).await, sub);
    drop((browser, other));
    let idp = idp.restart().await;
    idp.advance(Span::minutes(5)).await;
    let here = here.at(&idp);
    assert_eq!(sub_at(&mut signed_in(&idp, &an).await, &here).await, sub);

    // It moves to another host and keeps its sector, so that nobody there becomes somebody else.
    let ctx = idp.ctx();
    let moved = clients::change(&ctx, &idp.house.store, "one", AuditKind::ClientChanged, |client| {
        pairwise(&mut client.metadata, "moved.example.vn");
        client.metadata.sector = Some("a.example.vn".to_owned());
        Ok(())
    });
    moved.await.unwrap();
    idp.advance(Span::minutes(5)).await;
    let mut there = here.clone();
    there.redirect_uri = "https://moved.example.vn/callback".to_owned();
    assert_eq!(sub_at(&mut signed_in(&idp, &an).await, &there).await, sub);
}

#[tokio::test]
async fn a_hint_names_the_person_by_the_subject_of_its_own_client() {
    let idp = TestIdp::start().await;
    let (one, other) = (service(&idp, "one", "a.example.vn").await, service(&idp, "other", "b.example.vn").await);
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let (mut hers, mut his) = (signed_in(&idp, &an).await, signed_in(&idp, &binh).await);
    let hint = tokens(&mut hers, &one, "openid").await.field("id_token");
    let ask = |service: &Service| service.authorize_url_with("openid", &[("prompt", "none"), ("id_token_hint", &hint)]);
    let again = hers.open(ask(&one).as_str()).await.expect_away(&one.redirect_uri);
    assert_eq!(one.redeem(&again).await.id_token()["sub"], claims_of(&hint)["sub"]);
    let error = |callback: &Url| parameter(callback, "error").unwrap();
    let callback = his.open(ask(&one).as_str()).await.expect_away(&one.redirect_uri);
    assert_eq!(error(&callback), "login_required", "somebody whom the client never met");
    let callback = hers.open(ask(&other).as_str()).await.expect_away(&other.redirect_uri);
    assert_eq!(error(&callback), "invalid_request", "another client's hint");
}

#[tokio::test]
async fn a_person_known_by_a_pairwise_subject_is_signed_out_without_being_asked() {
    let idp = TestIdp::start().await;
    let one = service(&idp, "one", "a.example.vn").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let hint = tokens(&mut browser, &one, "openid").await.field("id_token");
    let parameters = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", one.post_logout.as_str())];
    let request = Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap();
    let _ = browser.open(request.as_str()).await.expect_away(&one.post_logout);
    assert!(idp.audited(AuditKind::SignedOut).await);
}

#[tokio::test]
async fn a_client_that_becomes_pairwise_keeps_what_was_granted_before_as_it_was() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let before = tokens(&mut browser, &service, "openid offline_access").await;
    let ctx = idp.ctx();
    let changed = clients::change(&ctx, &idp.house.store, "test-service", AuditKind::ClientChanged, |client| {
        client.metadata.subject_type = SubjectType::Pairwise;
        Ok(())
    });
    changed.await.unwrap();
    let refreshed = service.refresh(&before.field("refresh_token")).await;
    assert_eq!(refreshed.id_token()["sub"], before.id_token()["sub"]);
    assert_eq!(service.userinfo(&refreshed.field("access_token")).await.status, 200);
    assert_ne!(tokens(&mut browser, &service, "openid").await.id_token()["sub"], before.id_token()["sub"]);
}
