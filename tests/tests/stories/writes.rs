//! What the hot paths cost the database: durable writes, counted.

use crate::walk::signed_in;
use portal_id_testkit::TestIdp;
use portal_id_testkit::core::time::Span;

#[tokio::test]
async fn a_sign_in_costs_three_durable_writes() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    signed_in(&idp, &an).await;
    idp.advance(Span::minutes(5)).await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let before = idp.house.counters.writes();
    let page = an.give_password(&mut browser, &page).await.expect("code");
    let with_password = idp.house.counters.writes() - before;
    let code = idp.newest_code(&an.e164).await;
    let before = idp.house.counters.writes();
    let form = page.form_with("code").fill("code", &code).press("action", "verify");
    let _ = browser.submit(form).await;
    let with_code = idp.house.counters.writes() - before;
    assert_eq!((with_password, with_code), (2, 1));
}

/// From a browser that the account knows, the phone proved: what most sign-ins of a morning are. Each statement is a round
/// trip to a server, and each transaction two more.
#[tokio::test]
async fn a_sign_in_costs_few_statements() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    browser.forget_session();
    idp.advance(Span::hours(1)).await;
    let statements = || idp.house.counters.statements();
    let start = statements();
    let page = browser.open("/sign-in").await;
    assert_eq!(statements() - start, 0, "the page");
    let start = statements();
    let page = an.give_password(&mut browser, &page).await;
    assert_eq!(statements() - start, 12, "the password, its page with it");
    let page = page.expect("code");
    let start = statements();
    let code = idp.newest_code(&an.e164).await;
    assert_eq!(statements() - start, 7, "the text, and a look for mails");
    let start = statements();
    let form = page.form_with("code").fill("code", &code).press("action", "verify");
    let _ = browser.submit(form).await;
    assert_eq!(statements() - start, 8, "the code, and the page that the browser is sent to");
}

#[tokio::test]
async fn redeeming_and_refreshing_cost_one_durable_write_and_userinfo_none() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let writes = || idp.house.counters.writes();
    let start = writes();
    let callback =
        browser.open(service.authorize_url("openid offline_access").as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(writes() - start, 1, "a code");
    let start = writes();
    let tokens = service.redeem(&callback).await;
    let refresh = tokens.field("refresh_token");
    assert_eq!(writes() - start, 1, "a redemption");
    let statements = || idp.house.counters.statements();
    let (start, spoken) = (writes(), statements());
    service.refresh(&refresh).await.fields();
    assert_eq!((writes() - start, statements() - spoken), (1, 4), "a refresh");
    let (start, spoken) = (writes(), statements());
    assert_eq!(service.userinfo(&tokens.field("access_token")).await.status, 200);
    assert_eq!((writes() - start, statements() - spoken), (0, 1), "userinfo");
}

#[tokio::test]
async fn client_credentials_and_introspection_cost_no_durable_write_and_a_revocation_one() {
    let idp = TestIdp::start().await;
    let service = idp.service().acting_for_itself(&["tax:read"]).register().await;
    let (writes, statements) = (|| idp.house.counters.writes(), || idp.house.counters.statements());
    let (start, spoken) = (writes(), statements());
    let token = service.act_for_itself(&[]).await.field("access_token");
    assert_eq!((writes() - start, statements() - spoken), (0, 1), "client credentials");
    let (start, spoken) = (writes(), statements());
    assert!(service.finds_active(&token).await);
    assert_eq!((writes() - start, statements() - spoken), (0, 2), "introspection of its own token");
    let start = writes();
    assert_eq!(service.revoke(&token).await.status, 200);
    assert_eq!(writes() - start, 1, "a revocation");
    assert_eq!(service.revoke(&token).await.status, 200);
    assert_eq!(writes() - start, 1, "of a token that is over");
}
