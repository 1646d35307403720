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

async fn registered(idp: &TestIdp, id: &'static str) -> Client {
    let found = idp.house.store.read("client", move |tx| tx.find_client(&ClientId::from_text(id))).await;
    found.unwrap().expect("the client")
}

async fn write(idp: &TestIdp, client: Client) {
    assert!(idp.house.store.tx("write", move |tx| tx.update_client(&client)).await.unwrap());
}

/// What a newer node writes of this client: these fields beside ours or in place of them.
async fn written_by_a_newer_node(idp: &TestIdp, client: &Client, fields: Value) {
    let Value::Object(fields) = fields else { panic!("fields") };
    write(idp, Client { stored: Stored::WithUnknownFields(fields), ..client.clone() }).await;
}

// security: row 23, 38
#[tokio::test]
async fn a_client_with_a_field_or_value_of_the_future_is_unavailable_here_and_nobody_else_is() {
    let idp = TestIdp::start().await;
    let (tax, land) = (service(&idp, "tax").await, service(&idp, "land").await);
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let given = tokens(&mut browser, &tax, "openid offline_access").await;
    let own = tax.act_for_itself(&[]).await.field("access_token");
    let original = registered(&idp, "tax").await;
    for (name, value) in [
        ("of_the_future", json!({ "a": [1] })),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("id_token_signed_response_alg", json!("ML-DSA-65")),
        ("grant_types", json!(["authorization_code", "refresh_token", "client_credentials", "ciba"])),
    ] {
        written_by_a_newer_node(&idp, &original, json!({ name: value })).await;
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
        // On a node that can read it everything is as it was.
        write(&idp, original.clone()).await;
        assert_eq!(tax.userinfo(&given.field("access_token")).await.status, 200, "{name}");
        assert!(tax.finds_active(&own).await, "{name}");
    }
    written_by_a_newer_node(&idp, &original, json!({ "subject_type": "ephemeral" })).await;
    drop(browser);
    let idp = idp.restart().await;
    idp.advance(Span::minutes(2)).await;
    let mut browser = signed_in(&idp, &an).await;
    let _ = tokens(&mut browser, &land.at(&idp), "openid").await.fields();
}

/// This node cannot write its notice, and does not forget it either.
#[tokio::test]
async fn a_sign_out_waits_for_the_newer_node_to_tell_its_client() {
    let idp = TestIdp::start().await;
    let tax = service(&idp, "tax").await;
    let original = registered(&idp, "tax").await;
    idp.beyond.at(TOLD_AT, 200, "");
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let _ = tokens(&mut browser, &tax, "openid").await.fields();
    written_by_a_newer_node(&idp, &original, json!({ "id_token_signed_response_alg": "ML-DSA-65" })).await;
    let page = browser.open("/sign-out").await.expect("sign-out");
    let _ = browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
    jobs::deliver_once(&idp.house, Channel::Backchannel).await.unwrap();
    assert!(idp.beyond.posted().is_empty());
    let row = idp.house.store.read("notices", |tx| tx.list_notices(&ClientId::from_text("tax"), 10)).await.unwrap();
    assert_eq!((row.len(), row[0].state), (1, OutboxState::Pending));
    // As on the newer node, which can read it.
    write(&idp, original).await;
    idp.advance(Span::minutes(1)).await;
    idp.deliver().await;
    assert_eq!(idp.beyond.posted().len(), 1);
    idp.expect_an_empty_outbox().await;
}

/// The newer node's file says more of the client than this one's does.
#[tokio::test]
async fn a_start_with_an_older_clients_file_changes_nothing_of_it() {
    let idp = TestIdp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = idp.house.config.clone();
    config.server.clients_file = Some(folder.path().join("clients.toml"));
    let start_with = async |text: &str| {
        std::fs::write(folder.path().join("clients.toml"), text).unwrap();
        portal_id_server::clients::sync_file(&config, &idp.house.store, &idp.ctx()).await.unwrap();
        registered(&idp, "land").await
    };
    let file =
        "[[client]]\nclient_id = \"land\"\nclient_name = \"Mới\"\nredirect_uris = [\"https://land.example/cb\"]\n";
    let known = start_with(file).await;
    assert!(known.is_on());
    written_by_a_newer_node(&idp, &known, json!({ "subject_type": "ephemeral" })).await;
    idp.advance(Span::minutes(1)).await;
    let before = start_with(file).await;
    assert!(before.unreadable().is_some() && before.disabled_at.is_none());
    // Another name, and not there at all.
    for text in [file.replace("Mới", "Khác"), String::new()] {
        assert_eq!(start_with(&text).await, before, "{text}");
    }
}
