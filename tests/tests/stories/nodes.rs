//! Several nodes on one database, and clocks that are wrong.

use crate::walk::{signed_in, to_callback};
use async_trait::async_trait;
use portal_id_server::jobs;
use portal_id_testkit::core::outbox::Channel;
use portal_id_testkit::core::store::{Access, Backend, Job, Store, StoreError, StoreResult};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Service, TestIdp, TokenAnswer};
use std::sync::atomic::{AtomicBool, Ordering};
use url::Url;

/// A person signed in at one node; the service redeemed the code at the other.
struct Redeemed {
    idp: TestIdp,
    _other: TestIdp,
    /// The service, talking to the first node.
    service: Service,
    /// The same service, talking to the other.
    there: Service,
    callback: Url,
    tokens: TokenAnswer,
}

async fn redeemed_at_the_other_node() -> Redeemed {
    let idp = TestIdp::start().await;
    let other = idp.second_node().await;
    let service = idp.service().register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let callback = to_callback(&idp, &an, &mut browser, &service, "openid offline_access").await;
    let there = service.clone().at(&other);
    let tokens = there.redeem(&callback).await;
    Redeemed { idp, _other: other, service, there, callback, tokens }
}

#[tokio::test]
async fn a_person_signs_in_at_one_node_and_is_known_at_the_other() {
    let idp = TestIdp::start().await;
    let other = idp.second_node().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    // The balancer may send every request of one sign-in elsewhere.
    let mut browser = browser.at_node(&other);
    let page = an.give_password(&mut browser, &page).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let mut browser = browser.at_node(&idp);
    let form = page.form_with("code").fill("code", &code).press("action", "verify");
    let _ = browser.submit(form).await.expect("home");
    let mut browser = browser.at_node(&other);
    assert!(browser.open("/").await.words().contains("nguyen.thi.an"));
}

// security: row 20
#[tokio::test]
async fn a_code_of_one_node_is_redeemed_at_the_other_and_only_once() {
    let Redeemed { service, there, callback, tokens, .. } = redeemed_at_the_other_node().await;
    let refreshed = service.refresh(&tokens.field("refresh_token")).await;
    assert_eq!(there.userinfo(&refreshed.field("access_token")).await.status, 200);
    service.redeem(&callback).await.expect_error("invalid_grant");
    // The replay at one node ended at the other what the first use gave.
    there.refresh(&refreshed.field("refresh_token")).await.expect_error("invalid_grant");
}

// security: row 12, 13
#[tokio::test]
async fn wrong_codes_count_over_all_nodes() {
    let idp = TestIdp::start().await;
    let other = idp.second_node().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let mut page = an.give_password(&mut browser, &page).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for node in [&idp, &other, &idp, &other] {
        browser = browser.at_node(node);
        page =
            browser.submit(page.form_with("code").fill("code", wrong).press("action", "verify")).await.expect("code");
    }
    browser = browser.at_node(&other);
    let fifth = browser.submit(page.form_with("code").fill("code", wrong).press("action", "verify")).await;
    assert_ne!(fifth.name(), "home");
    browser = browser.at_node(&idp);
    let right = browser.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await;
    assert_ne!(right.name(), "home", "five wrong codes were given at two nodes");
}

#[tokio::test]
async fn a_message_is_delivered_by_one_node() {
    let idp = TestIdp::start().await;
    let other = idp.second_node().await;
    for number in 0..12 {
        let name = format!("nguyen.van.{number:02}");
        idp.citizen(&name).with(|citizen| citizen.email = format!("{name}@example.vn")).create().await;
    }
    let (one, two) =
        tokio::join!(jobs::deliver_once(&idp.house, Channel::Email), jobs::deliver_once(&other.house, Channel::Email));
    one.unwrap();
    two.unwrap();
    idp.deliver().await;
    let mut ids: Vec<_> = idp.mails.kept().into_iter().map(|mail| mail.id).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), all >= 12), (all, true), "a message was delivered twice");
    idp.expect_an_empty_outbox().await;
}

#[tokio::test]
async fn one_node_sweeps_for_all() {
    let idp = TestIdp::start().await;
    let other = idp.second_node().await;
    let writes = || (idp.house.counters.writes(), other.house.counters.writes());
    let before = writes();
    jobs::sweep_in_turn(&idp.house, idp.now()).await.unwrap();
    jobs::sweep_in_turn(&other.house, idp.now()).await.unwrap();
    assert_eq!((writes().0 - before.0, writes().1 - before.1), (1, 0), "the turn is taken once");
    idp.advance(Span::minutes(1)).await;
    jobs::sweep_in_turn(&other.house, idp.now()).await.unwrap();
    assert_eq!(writes().1 - before.1, 1, "the next round is anybody's");
}

#[tokio::test]
async fn a_rotation_at_one_node_is_followed_by_the_other_and_no_token_fails_meanwhile() {
    let idp = TestIdp::start().await;
    let other = idp.second_node().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let there = service.clone().at(&other);
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let mut tokens = {
        let address = service.authorize_url("openid offline_access");
        let callback = browser.open(address.as_str()).await.expect_away(&service.redirect_uri);
        service.redeem(&callback).await
    };
    let kid = |token: &str| portal_id_testkit::service::header_of(token)["kid"].clone();
    let first = kid(&tokens.field("id_token"));
    idp.house.ring.rotate(&idp.ctx()).await.unwrap();
    for _ in 0..16 {
        idp.advance(Span::minutes(5)).await;
        other.house.ring.reload(idp.now()).await.unwrap();
        // Whichever node signs, the other takes it.
        let refreshed = there.refresh(&tokens.field("refresh_token")).await;
        assert_eq!(service.userinfo(&refreshed.field("access_token")).await.status, 200);
        tokens = service.refresh(&refreshed.field("refresh_token")).await;
        assert_eq!(there.userinfo(&tokens.field("access_token")).await.status, 200);
    }
    assert_ne!(kid(&tokens.field("id_token")), first, "80 minutes later the new key signs");
}

// security: row 22, 23
#[tokio::test]
async fn a_client_switched_off_at_one_node_is_off_at_the_other() {
    let Redeemed { idp, service, there, tokens, .. } = redeemed_at_the_other_node().await;
    let id = portal_id_testkit::core::ids::ClientId::from_text(&service.client_id);
    let now = idp.now();
    idp.house
        .store
        .tx("disable", move |tx| {
            let mut client = tx.find_client(&id)?.expect("the client");
            client.disabled_at = Some(now);
            tx.update_client(&client)
        })
        .await
        .unwrap();
    there.refresh(&tokens.field("refresh_token")).await.expect_error("invalid_client");
    assert_ne!(there.userinfo(&tokens.field("access_token")).await.status, 200);
}

/// Whatever a clock does, a person can start over and get in, and nothing is left half-done.
#[tokio::test]
async fn a_clock_that_jumps_by_an_hour_ends_what_is_short_lived_and_nothing_else() {
    for forwards in [true, false] {
        let idp = TestIdp::start().await;
        idp.advance(Span::hours(2)).await;
        let service = idp.service().with(|client| client.first_party = true).register().await;
        let an = idp.citizen("nguyen.thi.an").activated().create().await;
        let mut browser = signed_in(&idp, &an).await;
        let address = service.authorize_url("openid offline_access");
        let callback = browser.open(address.as_str()).await.expect_away(&service.redirect_uri);
        let tokens = service.redeem(&callback).await;
        let mut half = idp.browser();
        let page = half.open("/sign-in").await;
        let page = an.give_password(&mut half, &page).await.expect("code");
        let code = idp.newest_code(&an.e164).await;

        if forwards {
            idp.clock.advance(Span::hours(1));
        } else {
            idp.clock.turn_back(Span::hours(1));
        }
        // The node reads its keys again by itself (a job); until then it may refuse to sign, never sign wrongly.
        idp.house.ring.reload(idp.now()).await.unwrap();
        let late = half.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await;
        assert_eq!(late.name() == "home", !forwards, "a code an hour old is over; one from the future works");
        let refreshed = service.refresh(&tokens.field("refresh_token")).await;
        refreshed.fields();
        // A new device, from the start.
        let _ = signed_in(&idp, &an).await;
        idp.expect_an_empty_outbox().await;
    }
}

/// A node that is beaten to its first change: another one, which started at the same moment, has committed before.
struct Beaten {
    store: Store,
    beaten: AtomicBool,
}

#[async_trait]
impl Backend for Beaten {
    async fn run(&self, name: &'static str, access: Access, mut job: Job) -> StoreResult<()> {
        if access == Access::Write && !self.beaten.swap(true, Ordering::Relaxed) {
            return Err(StoreError::Conflict("clients.id".to_owned()));
        }
        self.store.tx(name, move |tx| job(tx)).await
    }
}

#[tokio::test]
async fn two_nodes_that_find_a_new_client_in_their_file_at_one_moment_both_start() {
    let idp = TestIdp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clients.toml");
    let client =
        "[[client]]\nclient_id = \"moi\"\nclient_name = \"Mới\"\nredirect_uris = [\"https://moi.example/cb\"]\n";
    std::fs::write(&file, client).unwrap();
    let mut config = idp.house.config.clone();
    config.server.clients_file = Some(file);
    let store = Store::new(Beaten { store: idp.house.store.clone(), beaten: AtomicBool::new(false) });
    portal_id_server::clients::sync_file(&config, &store, &idp.ctx()).await.unwrap();
    let id = portal_id_testkit::core::ids::ClientId::from_text("moi");
    assert!(idp.house.store.read("client", move |tx| tx.find_client(&id)).await.unwrap().is_some());
}
