//! A provider that does not answer, and the ways that stay open meanwhile.

use super::{SCOPE, Town, expect_trouble, is_signed_in};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::provider::Manner;
use portal_id_testkit::{Provider, TestIdp};

#[tokio::test]
async fn a_provider_that_fails_in_the_middle_keeps_nobody_from_signing_in_another_way() {
    let mut town = Town::begin().await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    for path in ["/oauth2/token", "/oauth2/jwks", "/oauth2/userinfo"] {
        for manner in [Manner::Away, Manner::Status(500), Manner::Say("text/html", "<h1>Bảo trì</h1>".to_owned())] {
            // Not so often in a row that it is left alone.
            town.idp.advance(Span::hours(25)).await;
            town.browser = town.idp.browser();
            town.portal.inside().manners.insert(path.to_owned(), manner.clone());
            let page = expect_trouble(town.walk().await, 503, "upstream-away");
            assert!(page.link("again").unwrap().contains("flow="), "{path} {manner:?}");
            assert!(!is_signed_in(&mut town.browser).await);
            town.portal.inside().manners.clear();
            // The service still waits: by the same way, once it works, and by the password.
            let there = town.browser.open(&page.link("again").unwrap()).await.expect_away(&town.portal.base);
            let page = town.come_back(&there).await;
            town.tokens(page).await.fields();
        }
    }
    town.idp.advance(Span::hours(25)).await;
    town.browser = town.idp.browser();
    town.portal.inside().manners.insert("/oauth2/token".to_owned(), Manner::Away);
    let page = expect_trouble(town.walk().await, 503, "upstream-away");
    let sign_in = town.browser.open(&page.link("sign-in").unwrap()).await.expect("sign-in");
    let page = an.sign_in(&town.idp, &mut town.browser, &sign_in).await;
    assert!(town.tokens(page).await.id_token()["acr"] == "urn:portal-id:loa:2");
}

#[tokio::test]
async fn a_provider_that_keeps_failing_is_left_alone_and_comes_back_by_itself() {
    let mut town = Town::begin().await;
    town.portal.inside().manners.insert("/oauth2/token".to_owned(), Manner::Status(503));
    for _ in 0..5 {
        town.browser = town.idp.browser();
        expect_trouble(town.walk().await, 503, "upstream-away");
    }
    let asked = town.portal.asked_at("/oauth2/token").len();
    assert_eq!(asked, 5);
    town.browser = town.idp.browser();
    let page = town.browser.open(town.service.authorize_url(SCOPE).as_str()).await.expect("sign-in");
    let page = expect_trouble(town.browser.open(&page.link("by-vnconnect").unwrap()).await, 503, "upstream-away");
    assert!(page.link("sign-in").unwrap().contains("flow="), "nobody is sent there in vain");
    assert_eq!(town.portal.asked_at("/oauth2/token").len(), asked);
    town.portal.inside().manners.clear();
    town.idp.advance(Span::seconds(31)).await;
    town.browser = town.idp.browser();
    let page = town.walk().await;
    town.tokens(page).await.fields();
}

#[tokio::test]
async fn where_metadata_are_read_they_may_be_away_too() {
    let (portal, province) = (Provider::vnconnect(), Provider::generic("tinh"));
    let idp = TestIdp::start_with_providers(&[&portal, &province], |_| {}).await;
    province.inside().manners.insert("/.well-known/openid-configuration".to_owned(), Manner::Away);
    let mut browser = idp.browser();
    let page = expect_trouble(browser.open("/upstream/tinh/start").await, 503, "upstream-away");
    assert!(page.words().contains("Tài khoản tỉnh"), "{}", page.words());
    assert_eq!(page.link("by-vnconnect").as_deref(), Some("/upstream/vnconnect/start"), "the other one works");
    assert!(page.link("by-tinh").is_none(), "it is offered once more, not as another way");
    assert_eq!(page.link("again").as_deref(), Some("/upstream/tinh/start"));
    province.inside().manners.clear();
    let there = browser.open("/upstream/tinh/start").await.expect_away(&province.base);
    let _ = browser.come_back(province.sign_in(&there).as_str()).await.expect("home");
}

#[tokio::test]
async fn without_a_place_for_one_time_marks_nobody_is_let_in_and_the_page_says_what_works() {
    let portal = Provider::vnconnect();
    // Nothing listens there.
    let idp = TestIdp::start_with_providers(&[&portal], |config| {
        "redis://127.0.0.1:1/0".clone_into(&mut config.ephemeral.url);
    })
    .await;
    let mut browser = idp.browser();
    let page = expect_trouble(browser.open("/upstream/vnconnect/start").await, 503, "upstream-out-of-reach");
    assert!(page.link("sign-in").is_some());
    let page = browser.open("/upstream/vnconnect/callback?code=code-1&state=s").await;
    expect_trouble(page, 503, "upstream-out-of-reach");
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let page = browser.open("/sign-in").await.expect("sign-in");
    let _ = an.sign_in(&idp, &mut browser, &page).await.expect("home");
}

// security: row 16
#[tokio::test]
async fn nobody_fills_the_one_time_marks_by_leaving_over_and_over() {
    let portal = Provider::vnconnect();
    let idp = TestIdp::start_with_providers(&[&portal], |config| {
        config.accounts.limits.sign_ins_per_minute_and_address = 3;
    })
    .await;
    for _ in 0..3 {
        let _ = idp.browser().open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    }
    let page = expect_trouble(idp.browser().open("/upstream/vnconnect/start").await, 429, "upstream-flood");
    assert_eq!(page.answer.header("retry-after"), Some("30"));
    let mut elsewhere = idp.browser().at_address("198.51.100.9");
    let _ = elsewhere.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    idp.advance(Span::minutes(1)).await;
    let _ = idp.browser().open("/upstream/vnconnect/start").await.expect_away(&portal.base);
}

#[tokio::test]
async fn the_page_speaks_the_language_that_the_service_asked_for() {
    let mut town = Town::begin().await;
    let request = town.service.authorize_url_with(SCOPE, &[("ui_locales", "en")]);
    let page = town.browser.open(request.as_str()).await.expect("sign-in");
    let there = town.browser.open(&page.link("by-vnconnect").unwrap()).await.expect_away(&town.portal.base);
    let page = town.browser.open(town.portal.refuse(&there, "server_error").as_str()).await;
    assert!(page.words().contains("We did not learn from"), "{}", page.words());
    let there = town.browser.open(&page.link("again").unwrap()).await.expect_away(&town.portal.base);
    let page = town.browser.open(town.portal.refuse(&there, "access_denied").as_str()).await.expect("sign-in");
    assert!(page.words().contains("You did not agree"), "{}", page.words());
}
