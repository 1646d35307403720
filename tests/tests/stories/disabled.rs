//! What is switched off does nothing any more, at any endpoint.

use crate::walk::signed_in;
use portal_id_server::clients;
use portal_id_testkit::TestIdp;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::profile::AccountState;

// security: row 22, 23
#[tokio::test]
async fn a_client_that_is_switched_off_gets_nothing_more() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let request = service.authorize_url("openid offline_access");
    let tokens = service.redeem(&browser.open(request.as_str()).await.expect_away(&service.redirect_uri)).await;
    let waiting = browser.open(request.as_str()).await.expect_away(&service.redirect_uri);

    let ctx = idp.ctx();
    let now = ctx.now;
    clients::change(&ctx, &idp.house.store, "test-service", AuditKind::ClientDisabled, move |client| {
        client.disabled_at = Some(now);
        Ok(())
    })
    .await
    .unwrap();

    assert_eq!(browser.open(request.as_str()).await.expect("error").status(), 400);
    service.redeem(&waiting).await.expect_error("invalid_client");
    service.refresh(&tokens.field("refresh_token")).await.expect_error("invalid_client");
    assert_eq!(service.userinfo(&tokens.field("access_token")).await.status, 401);
}

// security: row 22, 23
#[tokio::test]
async fn a_person_who_is_switched_off_is_signed_out_everywhere_at_once() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let request = service.authorize_url("openid offline_access");
    let tokens = service.redeem(&browser.open(request.as_str()).await.expect_away(&service.redirect_uri)).await;
    let waiting = browser.open(request.as_str()).await.expect_away(&service.redirect_uri);
    idp.house
        .store
        .tx("disable", {
            let (username, now) = (an.username.clone(), idp.now());
            move |tx| {
                let account = tx.find_account_by_username(&username)?.expect("the account");
                tx.update_account_state(&account.id, AccountState::Active, AccountState::Disabled, now)
            }
        })
        .await
        .unwrap();
    let page = browser.open(request.as_str()).await.expect("sign-in");
    service.redeem(&waiting).await.expect_error("invalid_grant");
    service.refresh(&tokens.field("refresh_token")).await.expect_error("invalid_grant");
    assert_eq!(service.userinfo(&tokens.field("access_token")).await.status, 401);
    // Only the right password learns it.
    let stopped = an.give_password(&mut browser, &page).await;
    assert_eq!(stopped.name(), "account-stopped");
}
