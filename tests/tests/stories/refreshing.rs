//! Refresh tokens: one generation at a time, ten seconds of grace, a replay ends the family.

use crate::walk::signed_in;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Service, TestIdp, TokenAnswer};

async fn ready(scope: &str) -> (TestIdp, Service, TokenAnswer) {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let callback = browser.open(service.authorize_url(scope).as_str()).await.expect_away(&service.redirect_uri);
    let tokens = service.redeem(&callback).await;
    (idp, service, tokens)
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let (_, _, tokens) = ready("openid profile").await;
    assert!(tokens.fields().get("refresh_token").is_none());
}

#[tokio::test]
async fn a_refreshed_id_token_is_about_the_same_sign_in() {
    let (idp, service, tokens) = ready("openid offline_access").await;
    idp.advance(Span::hours(20)).await;
    let refreshed = service.refresh(&tokens.field("refresh_token")).await;
    let (before, after) = (tokens.id_token(), refreshed.id_token());
    for claim in ["iss", "sub", "aud", "auth_time", "acr"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    assert_eq!(after["iat"], idp.now().seconds());
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_within_ten_seconds() {
    let (idp, service, tokens) = ready("openid offline_access").await;
    let first = tokens.field("refresh_token");
    let second = service.refresh(&first).await.field("refresh_token");
    assert_ne!(first, second);
    idp.advance(Span::seconds(9)).await;
    assert_eq!(service.refresh(&first).await.field("refresh_token"), second, "the same successor");
    service.refresh(&second).await.fields();
}

// security: row 20
#[tokio::test]
async fn an_old_refresh_token_ends_the_whole_family() {
    let (idp, service, tokens) = ready("openid offline_access").await;
    let first = tokens.field("refresh_token");
    let second = service.refresh(&first).await;
    idp.advance(Span::seconds(11)).await;
    service.refresh(&first).await.expect_error("invalid_grant");
    service.refresh(&second.field("refresh_token")).await.expect_error("invalid_grant");
    assert_eq!(service.userinfo(&second.field("access_token")).await.status, 401);
    assert!(idp.audited(AuditKind::ReplayDetected).await);
}

// security: row 13
#[tokio::test]
async fn of_sixty_four_parallel_refreshes_one_generation_advances() {
    let (_, service, tokens) = ready("openid offline_access").await;
    let first = tokens.field("refresh_token");
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (service, first) = (service.clone(), first.clone());
        tries.spawn(async move { service.refresh(&first).await.field("refresh_token") });
    }
    let successors: std::collections::BTreeSet<_> = tries.join_all().await.into_iter().collect();
    assert_eq!(successors.len(), 1);
}

// security: row 20
#[tokio::test]
async fn a_refresh_token_is_bound_to_its_client_and_narrowing_is_all_it_can_do() {
    let (idp, service, tokens) = ready("openid profile offline_access").await;
    let token = tokens.field("refresh_token");
    let other = idp.service().id("other-service").register().await;
    other.refresh(&token).await.expect_error("invalid_grant");
    let wider = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "openid profile email")];
    service.token(&wider).await.expect_error("invalid_scope");
    let narrower = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "openid")];
    assert_eq!(service.token(&narrower).await.fields()["scope"], "openid");
}

#[tokio::test]
async fn a_refresh_token_ends_after_thirty_idle_days_and_after_ninety_in_any_case() {
    let (idp, service, tokens) = ready("openid offline_access").await;
    let mut token = tokens.field("refresh_token");
    for _ in 0..3 {
        idp.advance(Span::days(29)).await;
        token = service.refresh(&token).await.field("refresh_token");
    }
    idp.advance(Span::days(3)).await;
    service.refresh(&token).await.expect_error("invalid_grant");
    let (idp, service, tokens) = ready("openid offline_access").await;
    idp.advance(Span::days(30)).await;
    service.refresh(&tokens.field("refresh_token")).await.expect_error("invalid_grant");
}

// security: row 31
#[tokio::test]
async fn no_damaged_refresh_token_is_accepted() {
    let (_, service, tokens) = ready("openid offline_access").await;
    let token = tokens.field("refresh_token");
    for cut in (0..token.len()).step_by(7) {
        service.refresh(&token[..cut]).await.0.status.is_success().then(|| panic!("prefix of {cut} accepted"));
    }
    for index in (0..token.len()).step_by(5) {
        let mut damaged = token.clone().into_bytes();
        damaged[index] = if damaged[index] == b'1' { b'2' } else { b'1' };
        let answer = service.refresh(std::str::from_utf8(&damaged).unwrap()).await;
        assert!(answer.0.status.is_client_error(), "flipped at {index}");
    }
    service.refresh(&token).await.fields();
}

// security: row 22
#[tokio::test]
async fn what_was_revoked_stays_revoked_after_a_restart_and_the_rest_goes_on() {
    let (idp, service, tokens) = ready("openid offline_access").await;
    let first = tokens.field("refresh_token");
    let second = service.refresh(&first).await.field("refresh_token");
    let idp = idp.restart().await;
    let service = service.at(&idp);
    let third = service.refresh(&second).await;
    idp.advance(Span::seconds(11)).await;
    service.refresh(&first).await.expect_error("invalid_grant");
    let idp = idp.restart().await;
    let service = service.at(&idp);
    service.refresh(&third.field("refresh_token")).await.expect_error("invalid_grant");
    assert_eq!(service.userinfo(&third.field("access_token")).await.status, 401);
}
