//! Nodes are upgraded one after the other: this one is the old one, and meets clients that a newer one registered.

use crate::walk::{signed_in, tokens};
use portal_id_server::jobs;
use portal_id_testkit::core::client::{Client, Stored};
use portal_id_testkit::core::ids::ClientId;
use portal_id_testkit::core::outbox::{Channel, OutboxState};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Service, TestIdp};
use serde_json::{Value, json};

const TOLD_AT: &str = "https://tax.example.vn/backchannel";

async fn service(idp: &TestIdp, id: &str) -> Service {
    let change = |client: &mut portal_id_testkit::core::client::ClientMetadata| {
        client.first_party = true;
        client.backchannel_logout_uri = Some(TOLD_AT.to_owned());
    };
    idp.service().id(id).with(change).acting_for_itself(&["tax:read"]).register().await
}

/// What a newer node writes: these fields beside ours or in place of them.
async fn written_by_a_newer_node(idp: &TestIdp, id: &str, fields: Value) {
    let Value::Object(fields) = fields else { panic!("fields") };
    rewrite(idp, id, Stored::WithUnknownFields(fields)).await;
}

async fn rewrite(idp: &TestIdp, id: &str, stored: Stored) {
    let (id, known) = (ClientId::from_text(id), ClientId::from_text("land"));
    let body = move |tx: &mut dyn portal_id_testkit::core::store::Tx| {
        let here = tx.find_client(&id)?.expect("the client");
        let of_land = tx.find_client(&known)?.expect("the other");
        let secrets = if here.unreadable().is_some() { of_land.secrets } else { here.secrets.clone() };
        tx.update_client(&Client { metadata: of_land.metadata, secrets, stored: stored.clone(), ..here })
    };
    assert!(idp.house.store.tx("rewrite", body).await.unwrap());
}

#[tokio::test]
async fn a_field_that_this_version_does_not_know_changes_nothing() {
    let idp = TestIdp::start().await;
    let (tax, _) = (service(&idp, "tax").await, service(&idp, "land").await);
    written_by_a_newer_node(&idp, "tax", json!({ "of_the_future": { "a": [1] } })).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let access = tokens(&mut browser, &tax, "openid").await.field("access_token");
    assert_eq!(tax.userinfo(&access).await.status, 200);
    assert!(tax.finds_active(&tax.act_for_itself(&[]).await.field("access_token")).await);
}

// security: row 23, 38
#[tokio::test]
async fn a_client_with_a_value_of_the_future_is_unavailable_here_and_nobody_else_is() {
    let idp = TestIdp::start().await;
    let (tax, land) = (service(&idp, "tax").await, service(&idp, "land").await);
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let given = tokens(&mut browser, &tax, "openid offline_access").await;
    let own = tax.act_for_itself(&[]).await.field("access_token");
    for (name, value) in [
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("id_token_signed_response_alg", json!("ML-DSA-65")),
        ("grant_types", json!(["authorization_code", "refresh_token", "client_credentials", "ciba"])),
    ] {
        written_by_a_newer_node(&idp, "tax", json!({ name: value })).await;
        let page = browser.open(tax.authorize_url("openid").as_str()).await.expect("error");
        assert_eq!(page.status(), 400, "{name}");
        tax.refresh(&given.field("refresh_token")).await.expect_error("invalid_client");
        tax.act_for_itself(&[]).await.expect_error("invalid_client");
        assert_eq!(tax.userinfo(&given.field("access_token")).await.status, 401, "{name}");
        for token in [&given.field("access_token"), &own] {
            assert_eq!(tax.call("/introspect", &[("token", token)]).await.status, 401, "{name}");
        }
        // The others go on, at a start of this node too, where all clients are looked through.
        let other = tokens(&mut browser, &land, "openid offline_access").await;
        assert_eq!(land.userinfo(&other.field("access_token")).await.status, 200, "{name}");
        let _ = land.refresh(&other.field("refresh_token")).await.fields();
        let _ = browser.open("/account/services").await.expect("services");
        let clients = idp.house.store.read("list", |tx| tx.list_clients()).await.unwrap();
        let states: Vec<_> = clients.iter().map(|client| (client.id.as_str(), client.is_on())).collect();
        assert_eq!(states, [("land", true), ("tax", false)], "{name}");
        rewrite(&idp, "tax", Stored::Known).await;
    }
    written_by_a_newer_node(&idp, "tax", json!({ "subject_type": "ephemeral" })).await;
    drop(browser);
    let idp = idp.restart().await;
    let mut browser = signed_in(&idp, &an).await;
    let _ = tokens(&mut browser, &land.at(&idp), "openid").await.fields();
}

/// This node cannot write its notice, and does not forget it either.
#[tokio::test]
async fn a_sign_out_waits_for_the_newer_node_to_tell_its_client() {
    let idp = TestIdp::start().await;
    let (tax, _) = (service(&idp, "tax").await, service(&idp, "land").await);
    idp.beyond.at(TOLD_AT, 200, "");
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let _ = tokens(&mut browser, &tax, "openid").await.fields();
    written_by_a_newer_node(&idp, "tax", json!({ "id_token_signed_response_alg": "ML-DSA-65" })).await;
    let page = browser.open("/sign-out").await.expect("sign-out");
    let _ = browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
    jobs::deliver_once(&idp.house, Channel::Backchannel).await.unwrap();
    assert!(idp.beyond.posted().is_empty());
    let row = idp.house.store.read("notices", |tx| tx.list_notices(&ClientId::from_text("tax"), 10)).await.unwrap();
    assert_eq!((row.len(), row[0].state), (1, OutboxState::Pending));
    // As on the newer node, which can read it.
    rewrite(&idp, "tax", Stored::Known).await;
    idp.advance(Span::minutes(1)).await;
    idp.deliver().await;
    assert_eq!(idp.beyond.posted().len(), 1);
    idp.expect_an_empty_outbox().await;
}
