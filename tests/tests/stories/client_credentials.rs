//! Clients that act for themselves, without a person.

use portal_id_testkit::core::client::{ClientAuthMethod, GrantKind};
use portal_id_testkit::idp::ISSUER;
use portal_id_testkit::service::{claims_of, header_of};
use portal_id_testkit::{Service, TestIdp};
use serde_json::json;

const TAX: &str = "https://tax.example.gov.vn/api";
const LAND: &str = "https://land.example.gov.vn/api";

async fn ready() -> (TestIdp, Service) {
    let idp = TestIdp::start().await;
    let builder = idp.service().acting_for_itself(&["tax:read", "tax:write"]);
    let service = builder.with(|client| client.resources = vec![TAX.to_owned(), LAND.to_owned()]).register().await;
    (idp, service)
}

#[tokio::test]
async fn a_client_gets_a_token_about_itself_and_nothing_about_anybody() {
    let (idp, service) = ready().await;
    let writes = idp.house.counters.writes();
    let answer = service.act_for_itself(&[]).await;
    assert_eq!(answer.0.header("cache-control"), Some("no-store"));
    let fields = answer.fields();
    let mut names: Vec<&String> = fields.as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(names, ["access_token", "expires_in", "scope", "token_type"], "no refresh token, no ID token");
    assert_eq!((&fields["expires_in"], &fields["token_type"]), (&json!(300), &json!("Bearer")));
    assert_eq!(fields["scope"], "tax:read tax:write");
    let token = answer.field("access_token");
    let (claims, header) = (claims_of(&token), header_of(&token));
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    assert_eq!(
        (&claims["iss"], &claims["sub"], &claims["client_id"]),
        (&json!(ISSUER), &json!("test-service"), &json!("test-service"))
    );
    assert_eq!(claims["aud"], json!([TAX, LAND]));
    for personal in ["grant_id", "auth_time", "acr", "amr", "aal", "ial", "sid"] {
        assert!(claims.get(personal).is_none(), "{personal}");
    }
    // security.md row 24: it is no token of a person.
    assert_eq!(service.userinfo(&token).await.status, 401);
    let about = service.introspect(&token).await;
    assert_eq!(
        (&about["active"], &about["sub"], &about["aud"]),
        (&json!(true), &json!("test-service"), &json!([TAX, LAND]))
    );
    assert_eq!((about.get("username"), about.get("acr")), (None, None));
    assert_eq!(idp.house.counters.writes(), writes, "nothing was written");
}

// security: row 38
#[tokio::test]
async fn scopes_and_resources_are_those_registered_or_fewer() {
    let (_idp, service) = ready().await;
    assert_eq!(service.act_for_itself(&[("scope", "tax:read")]).await.fields()["scope"], "tax:read");
    for scope in ["openid", "profile tax:read", "tax:delete", "identity", "offline_access", " "] {
        service.act_for_itself(&[("scope", scope)]).await.expect_error("invalid_scope");
    }
    let aud = async |fields: &[(&str, &str)]| {
        claims_of(&service.act_for_itself(fields).await.field("access_token"))["aud"].clone()
    };
    assert_eq!(aud(&[("resource", LAND)]).await, json!(LAND));
    assert_eq!(aud(&[("resource", LAND), ("resource", TAX)]).await, json!([LAND, TAX]));
    for resource in
        ["https://other.example", ISSUER, "tax", "https://tax.example.gov.vn/api#x", "https://tax.example.gov.vn/API"]
    {
        service.act_for_itself(&[("resource", resource)]).await.expect_error("invalid_target");
    }
}

#[tokio::test]
async fn without_scopes_and_resources_of_its_own_the_token_is_for_us_and_opens_nothing() {
    let idp = TestIdp::start().await;
    let service = idp.service().acting_for_itself(&[]).register().await;
    let answer = service.act_for_itself(&[]).await;
    assert_eq!(answer.fields().get("scope"), None);
    let token = answer.field("access_token");
    let claims = claims_of(&token);
    assert_eq!((&claims["aud"], claims.get("scope")), (&json!(ISSUER), None));
    assert_eq!(service.userinfo(&token).await.status, 401);
}

// security: row 23
#[tokio::test]
async fn a_client_uses_only_the_grant_types_it_is_registered_for() {
    let idp = TestIdp::start().await;
    let usual = idp.service().register().await;
    usual.act_for_itself(&[]).await.expect_error("unauthorized_client");
    let machine = idp.service().id("machine").acting_for_itself(&[]);
    let machine = machine.with(|client| {
        client.grant_types = vec![GrantKind::ClientCredentials];
        client.redirect_uris.clear();
    });
    let machine = machine.register().await;
    machine.act_for_itself(&[]).await.fields();
    for kind in ["authorization_code", "refresh_token"] {
        let fields = [("grant_type", kind), ("code", "x"), ("refresh_token", "x")];
        machine.token(&fields).await.expect_error("unauthorized_client");
    }
    let mut wrong = machine.clone();
    wrong.secret = Some("wrong".to_owned());
    wrong.act_for_itself(&[]).await.expect_error("invalid_client");
    // Without any address to return to there is nothing to authorize.
    let page = idp.browser().open(machine.authorize_url("openid").as_str()).await;
    assert_eq!(page.status(), 400);
}

// security: row 23
#[tokio::test]
async fn a_client_that_became_public_cannot_act_for_itself() {
    use portal_id_server::clients;
    use portal_id_testkit::core::audit::AuditKind;
    let (idp, mut service) = ready().await;
    let ctx = idp.ctx();
    // By other hands than ours: the command and the file refuse it.
    let changed = clients::change(&ctx, &idp.house.store, "test-service", AuditKind::ClientChanged, |client| {
        client.metadata.token_endpoint_auth_method = ClientAuthMethod::None;
        Ok(())
    });
    changed.await.unwrap();
    service.secret = None;
    service.act_for_itself(&[]).await.expect_error("unauthorized_client");
    assert_eq!(service.call("/introspect", &[("token", "x")]).await.status, 401);
}
