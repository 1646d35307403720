//! A Redis that goes away, comes back, or forgets what it should keep (decisions 11).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use portal_id_testkit::core::ports::EphemeralKey;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::outside::START;
use portal_id_testkit::servers::{RedisServer, pause};
use portal_id_testkit::suites::ephemeral;
use portal_id_testkit::{Device, OwnKey, TestIdp};

const MINUTE: Span = Span::minutes(1);
/// Longer than the store counts as out of reach after a failure.
const LATER: Span = Span::seconds(2);

fn key(part: &str) -> EphemeralKey {
    EphemeralKey::new("away", part)
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn without_redis_a_one_time_mark_is_refused_and_with_it_back_taken_again() {
    let mut server = RedisServer::start(&[]);
    let store = ephemeral::redis(&server.url()).await;
    assert!(store.set_if_absent(&key("before"), b"", MINUTE, START).await.unwrap());
    server.kill();
    assert!(store.set_if_absent(&key("while"), b"", MINUTE, START).await.is_err());
    // For a second nobody waits for it again.
    assert!(store.take(&key("before"), START).await.unwrap_err().to_string().contains("a moment ago"));
    server.go_on();
    let mut now = START;
    for _ in 0..20 {
        now = now + LATER;
        if let Ok(put) = store.set_if_absent(&key("after"), b"", MINUTE, now).await {
            assert!(put);
            return;
        }
        pause(50);
    }
    unreachable!("the store did not come back by itself");
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_redis_that_evicts_is_refused_at_the_start_and_when_it_comes_back_so() {
    let evicting = RedisServer::start(&["--maxmemory-policy", "allkeys-lru"]);
    let refused = ephemeral::open(&evicting.url()).await.err().expect("refused");
    assert!(refused.contains("allkeys-lru") && refused.contains("maxmemory-policy noeviction"), "{refused}");

    let mut server = RedisServer::start(&[]);
    let store = ephemeral::redis(&server.url()).await;
    assert!(store.set_if_absent(&key("good"), b"", MINUTE, START).await.unwrap());
    server.kill();
    assert!(store.find(&key("good"), START).await.is_err());
    server.go_on_with(&["--maxmemory-policy", "allkeys-lru"]);
    let error = store.find(&key("good"), START + LATER).await.unwrap_err().to_string();
    assert!(error.contains("noeviction"), "{error}");
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_full_redis_refuses_new_marks_and_forgets_none() {
    let server = RedisServer::start(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]);
    let store = ephemeral::redis(&server.url()).await;
    let value = vec![7; 16_000];
    let (mut kept, mut now) = (Vec::new(), START);
    for number in 0..400 {
        now = now + LATER;
        match store.set_if_absent(&key(&number.to_string()), &value, MINUTE, now).await {
            Ok(put) => {
                assert!(put);
                kept.push(number);
            }
            Err(_) => break,
        }
    }
    assert!((10..399).contains(&kept.len()), "{} marks", kept.len());
    for number in kept {
        now = now + LATER;
        assert!(store.find(&key(&number.to_string()), now).await.unwrap().is_some(), "mark {number} was forgotten");
    }
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn people_sign_in_and_services_refresh_while_redis_is_away() {
    let mut server = RedisServer::start(&[]);
    let url = server.url();
    let idp = TestIdp::start_with(|config| config.ephemeral.url = url).await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    // In mid-flow: the password was given with Redis, the code is given without.
    let page = an.give_password(&mut browser, &page).await.expect("code");
    server.kill();
    let code = idp.newest_code(&an.e164).await;
    let _ = browser.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await;
    let address = service.authorize_url("openid offline_access");
    let callback = browser.open(address.as_str()).await.expect_away(&service.redirect_uri);
    let tokens = service.redeem(&callback).await;
    service.refresh(&tokens.field("refresh_token")).await.fields();
    assert_eq!(idp.browser().open("/jwks").await.status(), 200);
    assert_eq!(idp.browser().open("/readyz").await.status(), 200);
    // Another person, from the password on; and the durable limits still hold.
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let _ = binh.give_password(&mut browser, &page).await.expect("code");
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_start_does_not_wait_for_redis() {
    let mut server = RedisServer::start(&[]);
    let url = server.url();
    server.kill();
    let idp = TestIdp::start_with(|config| config.ephemeral.url = url).await;
    assert_eq!(idp.browser().open("/readyz").await.status(), 200);
    server.go_on();
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let _ = an.give_password(&mut browser, &page).await.expect("code");
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn without_redis_a_passkey_alone_is_refused_kindly_and_completes_a_password_all_the_same() {
    let mut server = RedisServer::start(&[]);
    let url = server.url();
    let idp = TestIdp::start_with(|config| config.ephemeral.url = url).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = idp.browser();
    let page = own.open("/sign-in").await;
    let _ = an.sign_in(&idp, &mut own, &page).await.expect("home");
    let mut device = Device::new();
    let page = own.open("/account/security/passkey").await.expect("add-passkey");
    let _ = own.submit(device.make(&page).await).await.expect("security");
    server.kill();
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    assert_eq!(browser.submit(device.answer(&page).await).await.status(), 503, "it could be an answer given before");
    let page = an.give_password(&mut browser, &page).await.expect("passkey");
    let _ = browser.submit(device.answer(&page).await).await.expect("home");
}

// security: row 19
#[tokio::test]
#[ignore = "needs redis-server"]
async fn without_redis_an_assertion_is_put_off_and_a_secret_goes_on() {
    let mut server = RedisServer::start(&[]);
    let url = server.url();
    let idp = TestIdp::start_with(|config| config.ephemeral.url = url).await;
    let signing = idp.service().id("signing").with_key(&OwnKey::named("first")).acting_for_itself(&[]).register().await;
    let secret = idp.service().acting_for_itself(&[]).register().await;
    signing.act_for_itself(&[]).await.fields();
    let (assertion, form) = (signing.assertion(), [("grant_type", "client_credentials"), ("token", "x")]);
    server.kill();
    for path in ["/token", "/introspect", "/revoke"] {
        let answer = signing.call_with_assertion(path, &assertion, &form).await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (503, Some("temporarily_unavailable")));
        assert!(answer.header("retry-after").is_some(), "{path}");
    }
    secret.act_for_itself(&[]).await.fields();
    assert!(!secret.finds_active("x").await);
}

// security: row 19
#[tokio::test]
#[ignore = "needs redis-server"]
async fn an_assertion_used_at_one_node_is_used_at_the_other() {
    let server = RedisServer::start(&[]);
    let url = server.url();
    let idp = TestIdp::start_with(|config| config.ephemeral.url = url).await;
    let service = idp.service().with_key(&OwnKey::named("first")).acting_for_itself(&[]).register().await;
    let (assertion, form) = (service.assertion(), [("grant_type", "client_credentials")]);
    assert_eq!(service.call_with_assertion("/token", &assertion, &form).await.status, 200);
    let other = service.at(&idp.second_node().await);
    assert_eq!(other.call_with_assertion("/token", &assertion, &form).await.status, 401);
    assert_eq!(other.call("/token", &form).await.status, 200);
}
