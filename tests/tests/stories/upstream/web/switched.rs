//! Providers that are switched off, gone, or whose secret would go elsewhere than before.

use super::{Town, expect_trouble, is_signed_in};
use crate::upstream::{id_of, known};
use crate::walk::signed_in;
use portal_id_server::commands::upstream::{confirm, status};
use portal_id_server::config::Config;
use portal_id_testkit::core::secret::Secret;
use portal_id_testkit::{OwnKey, Provider, TestIdp};

// security: row 23
#[tokio::test]
async fn a_provider_that_is_switched_off_is_no_way_in_and_no_way_back() {
    let portal = Provider::vnconnect();
    let idp = TestIdp::start_with_providers(&[&portal], |_| {}).await;
    let mut browser = idp.browser();
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    let back = portal.sign_in(&there);
    let idp = idp.restart_with(|config| config.federation.upstreams[0].enabled = false).await;
    let mut browser = browser.at_node(&idp);
    expect_trouble(browser.come_back(back.as_str()).await, 404, "upstream-unknown");
    expect_trouble(browser.open("/upstream/vnconnect/start").await, 404, "upstream-unknown");
    assert!(browser.open("/sign-in").await.link("by-vnconnect").is_none());
    assert!(portal.asked_at("/oauth2/token").is_empty() && !is_signed_in(&mut browser).await);
    let form = browser.post(&back, &[("code".to_owned(), "c".to_owned())]).await;
    assert_eq!(form.status, 404);
    expect_trouble(browser.open("/upstream/nobody/start").await, 404, "upstream-unknown");
    expect_trouble(browser.open("/upstream/%3Cscript%3E/start").await, 404, "upstream-unknown");
}

// security: row 23
#[tokio::test]
async fn a_button_of_before_links_nothing_at_a_provider_that_is_switched_off_meanwhile() {
    let portal = Provider::vnconnect();
    let idp = TestIdp::start_with_providers(&[&portal], |_| {}).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let page = browser.open("/account/links").await.expect("links");
    let button = page.form_to("/upstream/vnconnect/link");
    let there = browser.submit(button.clone()).await.expect_away(&portal.base);
    let back = portal.sign_in(&there);
    let idp = idp.restart_with(|config| config.federation.upstreams[0].enabled = false).await;
    let mut browser = browser.at_node(&idp);
    expect_trouble(browser.open(back.as_str()).await, 404, "upstream-unknown");
    expect_trouble(browser.submit(button).await, 404, "upstream-unknown");
    let page = browser.open("/account/links").await.expect("links");
    assert!(!page.html().contains("/upstream/vnconnect/"), "{}", page.words());
    assert!(known(&idp, &id_of(&idp, &an.username).await).await.links.is_empty());
    assert!(portal.asked_at("/oauth2/token").is_empty());
}

// security: row 37
#[tokio::test]
async fn a_secret_goes_to_no_other_address_until_it_is_another_one_or_somebody_says_so() {
    let portal = Provider::vnconnect();
    let moved = Provider::generic("moved");
    let idp = TestIdp::start_with_providers(&[&portal, &moved], |config| config.federation.upstreams.truncate(1)).await;
    let elsewhere = "https://moved.example";
    // The token endpoint alone, as whoever wants the secret would change it.
    let idp = idp
        .restart_with(|config| {
            config.federation.upstreams[0].token_endpoint = Some(format!("{elsewhere}/oauth2/token"));
        })
        .await;
    let mut browser = idp.browser();
    expect_trouble(browser.open("/upstream/vnconnect/start").await, 404, "upstream-unknown");
    assert!(moved.inside().asked.is_empty());
    let said = status(&idp.house, Some("vnconnect")).await.unwrap();
    assert!(
        said.starts_with("vnconnect: held back") && said.contains("portal-id upstream confirm vnconnect"),
        "{said}"
    );
    // It stays so at every start, also on the way through the old address.
    let idp = idp.restart().await;
    let mut browser = browser.at_node(&idp);
    expect_trouble(browser.open("/upstream/vnconnect/start").await, 404, "upstream-unknown");
    // Back at its own address nothing is wrong.
    let idp = idp.restart_with(|config| config.federation.upstreams[0].token_endpoint = None).await;
    let mut browser = browser.at_node(&idp);
    let _ = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    // With a new secret it may go anywhere.
    let idp = idp
        .restart_with(|config| {
            let upstream = &mut config.federation.upstreams[0];
            upstream.jwks_uri = Some(format!("{elsewhere}/oauth2/jwks"));
            upstream.client_secret = Some(Secret::new("another".to_owned()));
        })
        .await;
    let mut browser = browser.at_node(&idp);
    let _ = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    // Or when somebody says that the move is meant.
    let idp = idp
        .restart_with(|config| config.federation.upstreams[0].end_session_endpoint = Some(format!("{elsewhere}/bye")))
        .await;
    let mut browser = browser.at_node(&idp);
    expect_trouble(browser.open("/upstream/vnconnect/start").await, 404, "upstream-unknown");
    let id = idp.house.federation.ids().remove(0);
    assert!(confirm(&idp.house, &id).await.unwrap().contains("may go to the configured addresses"));
    let idp = idp.restart().await;
    let mut browser = browser.at_node(&idp);
    let _ = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    assert!(confirm(&idp.house, &id).await.unwrap().contains("nothing to confirm"));
}

#[tokio::test]
async fn what_is_switched_off_may_wait_for_its_settings() {
    let portal = Provider::vnconnect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    std::fs::write(&file, OwnKey::named("ours").private_jwk().to_string()).unwrap();
    let idp = TestIdp::start_with_providers(&[&portal], |config| {
        let off = format!(
            "[[federation.upstreams]]\nid = \"vneid\"\npreset = \"vneid\"\nenabled = false\nprivate_key_file = \"{}\"\nprivate_key_algorithm = \"ES256\"\nprivate_key_id = \"tinh-1\"\n",
            file.display()
        );
        config.federation.upstreams.extend(Config::from_toml(&off).unwrap().federation.upstreams);
    })
    .await;
    let mut browser = idp.browser();
    let _ = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    expect_trouble(browser.open("/upstream/vneid/start").await, 404, "upstream-unknown");
    let said = status(&idp.house, None).await.unwrap();
    assert!(
        said.starts_with("vnconnect: on\n") && said.contains("vneid: off, and not to be switched on yet: "),
        "{said}"
    );
    let said = status(&idp.house, Some("vneid")).await.unwrap();
    assert!(said.contains("token_endpoint") || said.contains("client_id"), "{said}");
    // What they must be sent before they say their addresses.
    assert!(said.contains("https://id.example.gov.vn/upstream/vneid/callback"), "{said}");
    assert!(said.contains("https://id.example.gov.vn/upstream/vneid/backchannel-logout"), "{said}");
    assert!(
        said.contains("and our key: {") && said.contains("\"kid\":\"tinh-1\"") && !said.contains("\"d\":"),
        "{said}"
    );
}

// security: row 37
#[tokio::test]
async fn a_secret_of_long_ago_is_no_new_one_and_neither_is_that_of_another_provider() {
    let portal = Provider::vnconnect();
    let idp = TestIdp::start_with_providers(&[&portal], |_| {}).await;
    let old = idp.house.config.federation.upstreams[0].client_secret.clone();
    let idp = idp
        .restart_with(|config| config.federation.upstreams[0].client_secret = Some(Secret::new("another".to_owned())))
        .await;
    let mut browser = idp.browser();
    let _ = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    // The one before, which may still be good there, at an address of somebody else.
    let idp = idp
        .restart_with(|config| {
            config.federation.upstreams[0].client_secret = old;
            config.federation.upstreams[0].token_endpoint = Some("https://moved.example/oauth2/token".to_owned());
        })
        .await;
    let mut browser = browser.at_node(&idp);
    expect_trouble(browser.open("/upstream/vnconnect/start").await, 404, "upstream-unknown");
    // Under another name.
    let idp = idp
        .restart_with(|config| config.federation.upstreams[0].id = portal_id_testkit::upstream::upstream("renamed"))
        .await;
    let mut browser = browser.at_node(&idp);
    expect_trouble(browser.open("/upstream/renamed/start").await, 404, "upstream-unknown");
    let said = status(&idp.house, Some("renamed")).await.unwrap();
    assert!(said.starts_with("renamed: held back: its secret is that of vnconnect"), "{said}");
    // Beside the one whose it is, or in its place at the same addresses, nothing is wrong.
    let idp = idp.restart_with(|config| config.federation.upstreams[0].token_endpoint = None).await;
    let mut browser = browser.at_node(&idp);
    let _ = browser.open("/upstream/renamed/start").await.expect_away(&portal.base);
}

#[tokio::test]
async fn the_status_says_what_to_register_and_whether_the_provider_answers() {
    let town = Town::begin().await;
    let said = status(&town.idp.house, None).await.unwrap();
    assert!(said.starts_with("vnconnect: on\n"), "{said}");
    assert!(said.contains("register there: https://id.example.gov.vn/upstream/vnconnect/callback"), "{said}");
    assert!(said.contains("for signing out: https://id.example.gov.vn/upstream/vnconnect/signed-out"), "{said}");
    assert!(said.contains("logout: https://id.example.gov.vn/upstream/vnconnect/backchannel-logout"), "{said}");
    assert!(said.contains("answers: issuer https://portal.example/oauth2/token, 1 keys"), "{said}");
    assert!(!said.contains(portal_id_testkit::provider::SECRET), "{said}");
    town.portal.inside().manners.insert("/oauth2/jwks".to_owned(), portal_id_testkit::provider::Manner::Status(502));
    town.idp.advance(portal_id_testkit::core::time::Span::hours(2)).await;
    let fresh = town.idp.second_node().await;
    let said = status(&fresh.house, Some("vnconnect")).await.unwrap();
    assert!(said.contains("does not answer as it should: it answered 502"), "{said}");
    let unknown = status(&town.idp.house, Some("nobody")).await.unwrap_err().to_string();
    assert!(unknown.contains("the configuration has: vnconnect"), "{unknown}");
    let bare = TestIdp::start().await;
    assert!(status(&bare.house, None).await.unwrap().contains("has no [[federation.upstreams]]"));
}
