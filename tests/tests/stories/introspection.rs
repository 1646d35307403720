//! What a token is good for right now, asked by those it concerns.

use crate::walk::{signed_in, tokens};
use portal_id_server::clients;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::client::GrantKind;
use portal_id_testkit::core::ids::ClientId;
use portal_id_testkit::core::profile::AccountState;
use portal_id_testkit::core::signing_key::SigningKey;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::idp::ISSUER;
use portal_id_testkit::service::claims_of;
use portal_id_testkit::{Browser, Citizen, Service, TestIdp, TokenAnswer};
use serde_json::json;

const TAX: &str = "https://tax.example.gov.vn/api";

struct Scene {
    idp: TestIdp,
    service: Service,
    /// The service that the tokens are for.
    api: Service,
    an: Citizen,
    browser: Browser,
}

async fn ready() -> Scene {
    let idp = TestIdp::start().await;
    let builder = idp.service().with(|client| {
        client.first_party = true;
        client.resources = vec![TAX.to_owned()];
    });
    let service = builder.acting_for_itself(&["tax:read"]).register().await;
    let api = idp.service().id("tax").with(|client| client.resource_identifier = Some(TAX.to_owned())).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let browser = signed_in(&idp, &an).await;
    Scene { idp, service, api, an, browser }
}

impl Scene {
    /// Tokens of the person, the access token for the tax service and for us.
    async fn tokens(&mut self, scope: &str) -> TokenAnswer {
        let request = self.service.authorize_url(scope);
        let callback = self.browser.open(request.as_str()).await.expect_away(&self.service.redirect_uri);
        self.service.redeem_with(&callback, &[("resource", TAX)]).await
    }
}

#[tokio::test]
async fn a_client_learns_what_its_own_tokens_are_good_for() {
    let mut scene = ready().await;
    let tokens = scene.tokens("openid email offline_access").await;
    let (access, id) = (tokens.field("access_token"), tokens.id_token());
    let claims = claims_of(&access);
    assert_eq!(claims["aud"], json!([TAX, ISSUER]));
    let (writes, spoken) = (scene.idp.house.counters.writes(), scene.idp.house.counters.statements());
    let about = scene.service.introspect(&access).await;
    let (writes, spoken) = (scene.idp.house.counters.writes() - writes, scene.idp.house.counters.statements() - spoken);
    assert_eq!((writes, spoken), (0, 1), "no writes");
    assert_eq!(about["active"], true);
    for (claim, expected) in
        [("iss", json!(ISSUER)), ("client_id", json!("test-service")), ("token_type", json!("Bearer"))]
    {
        assert_eq!(about[claim], expected, "{claim}");
    }
    for claim in ["sub", "auth_time", "acr", "amr"] {
        assert_eq!(about[claim], id[claim], "{claim}");
    }
    for claim in ["exp", "iat", "jti", "aud", "scope"] {
        assert_eq!(about[claim], claims[claim], "{claim}");
    }
    // RFC 7662 §5: nothing about the person beyond what the token itself says.
    for personal in ["username", "name", "email"] {
        assert_eq!(about.get(personal), None, "{personal}");
    }
    let refresh = scene.service.introspect(&tokens.field("refresh_token")).await;
    assert_eq!(
        (&refresh["active"], &refresh["sub"], &refresh["scope"]),
        (&json!(true), &id["sub"], &json!("openid email offline_access"))
    );
    assert_eq!((refresh.get("token_type"), refresh.get("aud")), (None, None));
    let first = tokens.field("refresh_token");
    let second = scene.service.refresh(&first).await.field("refresh_token");
    scene.idp.advance(Span::seconds(10)).await;
    assert!(!scene.service.finds_active(&first).await);
    assert!(scene.service.finds_active(&second).await);
    scene.idp.advance(Span::seconds(290)).await;
    assert!(!scene.service.finds_active(&access).await, "it has expired");
}

// security: row 24
#[tokio::test]
async fn only_those_it_concerns_learn_anything_of_a_token() {
    let mut scene = ready().await;
    let tokens = scene.tokens("openid offline_access").await;
    let (access, refresh) = (tokens.field("access_token"), tokens.field("refresh_token"));
    let own = scene.service.act_for_itself(&[]).await.field("access_token");
    let stranger = scene.idp.service().id("stranger").register().await;
    for token in [&access, &own] {
        assert!(scene.api.finds_active(token).await, "it is for this one");
        assert!(!stranger.finds_active(token).await);
    }
    assert!(!scene.api.finds_active(&refresh).await, "refresh tokens are their client's alone");
    let plain = tokens_without_resource(&mut scene).await;
    assert!(!scene.api.finds_active(&plain).await, "this one is for us");
    let mut flipped = access.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    for nothing in [
        tokens.field("id_token"),
        "nonsense".to_owned(),
        "a.b.c".to_owned(),
        access[..access.len() - 1].to_owned(),
        String::from_utf8(flipped).unwrap(),
        refresh.replace(".1.", ".2."),
    ] {
        assert!(!scene.service.finds_active(&nothing).await, "{nothing}");
    }
}

async fn tokens_without_resource(scene: &mut Scene) -> String {
    tokens(&mut scene.browser, &scene.service, "openid").await.field("access_token")
}

// security: row 24, 35
#[tokio::test]
async fn who_cannot_prove_who_they_are_learns_nothing() {
    let mut scene = ready().await;
    let access = scene.tokens("openid").await.field("access_token");
    let app = scene.idp.service().id("app").public().register().await;
    let refused = app.call("/introspect", &[("token", &access)]).await;
    assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (401, Some("invalid_client")));
    let mut wrong = scene.service.clone();
    wrong.secret = Some("wrong".to_owned());
    let refused = wrong.call("/introspect", &[("token", &access)]).await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").unwrap().starts_with("Basic"));
    let nobody = scene.service.send("/introspect", None, &[("token", &access)]).await;
    assert_eq!(nobody.status, 401);
    // Nor do scripts of other origins.
    assert_eq!(nobody.header("access-control-allow-origin"), None);
    assert_eq!(refused.header("access-control-allow-origin"), None);
}

/// What is switched off, taken back or over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Off {
    Person,
    Client,
    Grant,
    Consent,
    Session,
    Key,
}

impl Scene {
    async fn switch_off(&mut self, off: Off, refresh: &str) {
        let now = self.idp.now();
        let store = self.idp.house.store.clone();
        let username = self.an.username.clone();
        match off {
            Off::Person => store
                .tx("off", move |tx| {
                    let account = tx.find_account_by_username(&username)?.expect("the account");
                    tx.update_account_state(&account.id, AccountState::Active, AccountState::Disabled, now).map(drop)
                })
                .await
                .unwrap(),
            Off::Client => {
                let ctx = self.idp.ctx();
                let changed = clients::change(&ctx, &store, "test-service", AuditKind::ClientDisabled, move |client| {
                    client.disabled_at = Some(now);
                    Ok(())
                });
                drop(changed.await.unwrap());
            }
            Off::Grant => assert_eq!(self.service.revoke(refresh).await.status, 200),
            Off::Consent => store
                .tx("off", move |tx| {
                    let account = tx.find_account_by_username(&username)?.expect("the account");
                    let client = ClientId::from_text("test-service");
                    tx.delete_consent(&account.id, &client)?;
                    tx.revoke_grants_of_account(&account.id, Some(&client), now).map(drop)
                })
                .await
                .unwrap(),
            Off::Session => {
                let page = self.browser.open("/sign-out").await.expect("sign-out");
                let _ = self.browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
            }
            Off::Key => {
                store
                    .tx("off", move |tx| {
                        for key in tx.list_signing_keys()? {
                            tx.update_signing_key(&SigningKey { revoked_at: Some(now), ..key })?;
                        }
                        Ok(())
                    })
                    .await
                    .unwrap();
                self.idp.house.ring.reload(now).await.unwrap();
            }
        }
    }
}

// security: row 22, 23
#[tokio::test]
async fn whatever_is_off_ends_a_token_at_every_endpoint_at_once_and_after_a_restart() {
    for off in [Off::Person, Off::Client, Off::Grant, Off::Consent, Off::Session, Off::Key] {
        let mut scene = ready().await;
        // Signing out leaves what was granted for longer (offline_access) as it is.
        let scope = if off == Off::Session { "openid" } else { "openid offline_access" };
        let tokens = scene.tokens(scope).await;
        let access = tokens.field("access_token");
        let refresh = tokens.fields()["refresh_token"].as_str().unwrap_or_default().to_owned();
        assert!(scene.api.finds_active(&access).await && scene.service.finds_active(&access).await);
        assert_eq!(scene.service.userinfo(&access).await.status, 200);
        scene.switch_off(off, &refresh).await;
        for restarted in [false, true] {
            if restarted {
                let Scene { idp, service, api, .. } = scene;
                // A key that nobody trusts any more is replaced at the start; nothing else changes.
                drop(scene.browser);
                let idp = idp.restart().await;
                let browser = idp.browser();
                scene = Scene { service: service.at(&idp), api: api.at(&idp), an: scene.an, browser, idp };
            }
            let what = format!("{off:?}, restarted: {restarted}");
            assert!(!scene.api.finds_active(&access).await, "{what}");
            assert_eq!(scene.service.userinfo(&access).await.status, 401, "{what}");
            let revoked = scene.service.revoke(&access).await.status;
            assert_eq!(revoked, if off == Off::Client { 401 } else { 200 }, "{what}");
            if off == Off::Client {
                assert_eq!(scene.service.call("/introspect", &[("token", &access)]).await.status, 401, "{what}");
            } else {
                assert!(!scene.service.finds_active(&access).await, "{what}");
                if off != Off::Key && off != Off::Session {
                    assert!(!scene.service.finds_active(&refresh).await, "{what}");
                }
            }
            match off {
                Off::Client => scene.service.refresh(&refresh).await.expect_error("invalid_client"),
                Off::Key | Off::Session => {}
                _ => scene.service.refresh(&refresh).await.expect_error("invalid_grant"),
            }
        }
    }
}

// security: row 23
#[tokio::test]
async fn a_clients_own_token_ends_with_the_client_and_loses_what_is_taken_from_it() {
    let mut scene = ready().await;
    let own = scene.service.act_for_itself(&[]).await.field("access_token");
    assert_eq!(scene.api.introspect(&own).await["scope"], "tax:read");
    let ctx = scene.idp.ctx();
    let narrowed = clients::change(&ctx, &scene.idp.house.store, "test-service", AuditKind::ClientChanged, |client| {
        client.metadata.api_scopes.clear();
        Ok(())
    });
    narrowed.await.unwrap();
    assert_eq!(scene.api.introspect(&own).await.get("scope"), None);
    scene.switch_off(Off::Client, "").await;
    assert!(!scene.api.finds_active(&own).await);
}

// security: row 24
#[tokio::test]
async fn a_request_may_name_the_resources_of_its_tokens_and_none_that_the_client_may_not_have() {
    let mut scene = ready().await;
    let request = scene.service.authorize_url_with("openid offline_access", &[("resource", TAX)]);
    let callback = scene.browser.open(request.as_str()).await.expect_away(&scene.service.redirect_uri);
    let tokens = scene.service.redeem(&callback).await;
    assert_eq!(claims_of(&tokens.field("access_token"))["aud"], json!([TAX, ISSUER]), "without asking again");
    let refreshed = scene.service.refresh(&tokens.field("refresh_token")).await;
    assert_eq!(claims_of(&refreshed.field("access_token"))["aud"], json!([TAX, ISSUER]));
    for resource in ["https://land.example.gov.vn/api", "tax", "https://tax.example.gov.vn/api#a", ""] {
        let request = scene.service.authorize_url_with("openid", &[("resource", resource)]);
        let callback = scene.browser.open(request.as_str()).await.expect_away(&scene.service.redirect_uri);
        let error = portal_id_testkit::service::parameter(&callback, "error");
        let expected = if resource.is_empty() { None } else { Some("invalid_target") };
        assert_eq!(error.as_deref(), expected, "{resource:?}");
    }
}

// security: row 22
#[tokio::test]
async fn a_token_that_its_client_could_not_get_any_more_is_not_active() {
    let mut scene = ready().await;
    let refresh = scene.tokens("openid offline_access").await.field("refresh_token");
    let alone = scene.service.act_for_itself(&[]).await.field("access_token");
    assert!(scene.service.finds_active(&refresh).await && scene.service.finds_active(&alone).await);
    let id = ClientId::from_text("test-service");
    let change = scene.idp.house.store.tx("change", move |tx| {
        let mut client = tx.find_client(&id)?.expect("the client");
        client.metadata.grant_types = vec![GrantKind::AuthorizationCode];
        tx.update_client(&client)
    });
    assert!(change.await.unwrap());
    assert!(!scene.service.finds_active(&refresh).await, "it could not be refreshed");
    assert!(!scene.service.finds_active(&alone).await, "it could not be had");
}
