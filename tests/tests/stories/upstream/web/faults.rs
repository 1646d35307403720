//! Faults of a provider on a real socket, called by our own client: it hangs, answers with faults, breaks off, changes its
//! keys. Nobody is locked out of the local sign-in by any of them.

use super::{Town, expect_trouble, is_signed_in};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::own_key::OwnKey;
use portal_id_testkit::provider::Manner;
use portal_id_testkit::{Browser, Citizen, Page, Provider, TestIdp};
use url::Url;

const CALLS: [&str; 3] = ["/oauth2/token", "/oauth2/jwks", "/oauth2/userinfo"];

/// Signs in by the password, in a browser of their own.
async fn sign_in_locally(idp: &TestIdp, citizen: &Citizen) {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    let _ = citizen.sign_in(idp, &mut browser, &page).await.expect("home");
}

#[tokio::test]
async fn a_fault_on_the_wire_is_named_leaves_the_other_ways_open_and_ends_by_itself() {
    let mut town = Town::calling("timeout_seconds = 1").await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    for manner in [Manner::Status(500), Manner::Cut, Manner::Hang] {
        for path in CALLS {
            // The keys are not known any more, and it did not fail so often in a row that it is left alone.
            town.idp.advance(Span::hours(25)).await;
            town.browser = town.idp.browser();
            town.portal.inside().manners.insert(path.to_owned(), manner.clone());
            let page = expect_trouble(town.walk().await, 503, "upstream-away");
            assert!(page.words().contains("Cổng Dịch vụ công"), "{path} {manner:?}: {}", page.words());
            assert!(page.link("sign-in").unwrap().contains("flow="), "{path} {manner:?}");
            assert!(!is_signed_in(&mut town.browser).await);
            sign_in_locally(&town.idp, &an).await;
            town.portal.inside().manners.clear();
            let there = town.browser.open(&page.link("again").unwrap()).await.expect_away(&town.portal.base);
            let page = town.come_back(&there).await;
            town.tokens(page).await.fields();
        }
    }
}

/// Metadata are read by whoever goes there first, and for a day by nobody who cannot have them.
#[tokio::test]
async fn metadata_that_fail_on_the_wire_leave_the_other_ways_open_and_come_by_themselves() {
    const METADATA: &str = "/.well-known/openid-configuration";
    let portal = Provider::vnconnect_on_a_socket().await;
    let more = format!("timeout_seconds = 1\ndiscovery_url = \"{}{METADATA}\"", portal.base);
    let idp = TestIdp::start_calling(&portal, &more).await;
    let mut town = Town::around(idp, portal).await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let html = Manner::Say("text/html", "<h1>Bảo trì</h1>".to_owned());
    for manner in [Manner::Status(500), Manner::Cut, Manner::Hang, html] {
        // What was read a day ago is not known any more.
        town.idp.advance(Span::hours(25)).await;
        town.browser = town.idp.browser();
        town.portal.inside().manners.insert(METADATA.to_owned(), manner.clone());
        let request = town.service.authorize_url(super::SCOPE);
        let page = town.browser.open(request.as_str()).await.expect("sign-in");
        let button = page.link("by-vnconnect").expect("the button");
        let page = expect_trouble(town.browser.open(&button).await, 503, "upstream-away");
        assert!(page.link("sign-in").unwrap().contains("flow="), "{manner:?}");
        sign_in_locally(&town.idp, &an).await;
        town.portal.inside().manners.clear();
        let there = town.browser.open(&page.link("again").unwrap()).await.expect_away(&town.portal.base);
        let page = town.come_back(&there).await;
        town.tokens(page).await.fields();
        // An hour later they serve all the same while they cannot be had.
        town.idp.advance(Span::minutes(61)).await;
        town.browser = town.idp.browser();
        town.portal.inside().manners.insert(METADATA.to_owned(), manner.clone());
        let page = town.walk().await;
        town.tokens(page).await.fields();
        town.portal.inside().manners.clear();
    }
    // Five in a row: nobody is sent there and nobody calls, until half a minute later one finds out.
    town.idp.advance(Span::hours(25)).await;
    town.portal.inside().manners.insert(METADATA.to_owned(), Manner::Status(404));
    for _ in 0..5 {
        expect_trouble(town.idp.browser().open("/upstream/vnconnect/start").await, 503, "upstream-away");
    }
    let asked = town.portal.asked_at(METADATA).len();
    expect_trouble(town.idp.browser().open("/upstream/vnconnect/start").await, 503, "upstream-away");
    assert_eq!(town.portal.asked_at(METADATA).len(), asked);
    town.portal.inside().manners.clear();
    town.idp.advance(Span::seconds(31)).await;
    town.browser = town.idp.browser();
    let page = town.walk().await;
    town.tokens(page).await.fields();
}

/// As many as come while the keys hang all hear of it after one time-out, not one after another.
#[tokio::test]
async fn whoever_waits_for_keys_that_hang_hears_of_it_with_the_others() {
    let town = Town::calling("timeout_seconds = 2").await;
    let mut ready = Vec::new();
    for _ in 0..10 {
        ready.push(left(&town).await);
    }
    town.portal.inside().manners.insert("/oauth2/jwks".to_owned(), Manner::Hang);
    let stuck: Vec<_> = ready.into_iter().map(|(browser, back)| coming_back(browser, back)).collect();
    town.portal.has_been_asked("/oauth2/token", 10).await;
    for one in stuck {
        expect_trouble(one.await.unwrap(), 503, "upstream-away");
    }
    assert_eq!(town.portal.asked_at("/oauth2/jwks").len(), 1, "one waited, and all of them know");
}

/// Comes back from there, in a browser of its own, and waits for what is said.
fn coming_back(mut browser: Browser, back: Url) -> tokio::task::JoinHandle<Page> {
    tokio::spawn(async move { browser.open(back.as_str()).await })
}

async fn left(town: &Town) -> (Browser, Url) {
    let mut browser = town.idp.browser();
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&town.portal.base);
    let back = town.portal.sign_in(&there);
    (browser, back)
}

#[tokio::test]
async fn while_as_many_as_may_wait_for_it_wait_everybody_else_signs_in() {
    let town = Town::calling("timeout_seconds = 60").await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut ready, mut stuck) = (Vec::new(), Vec::new());
    for _ in 0..33 {
        ready.push(left(&town).await);
    }
    let (mut late, late_back) = ready.pop().unwrap();
    town.portal.inside().manners.insert("/oauth2/token".to_owned(), Manner::Hang);
    for (browser, back) in ready {
        stuck.push(coming_back(browser, back));
    }
    town.portal.has_been_asked("/oauth2/token", 32).await;
    let page = expect_trouble(late.open(late_back.as_str()).await, 503, "upstream-busy");
    let page = late.open(&page.link("sign-in").unwrap()).await.expect("sign-in");
    let _ = an.sign_in(&town.idp, &mut late, &page).await.expect("home");
    assert!(stuck.iter().all(|one| !one.is_finished()), "all of them are stuck meanwhile");
    town.portal.hang_up();
    for one in stuck {
        let page = expect_trouble(one.await.unwrap(), 503, "upstream-away");
        assert!(page.link("sign-in").is_some());
    }
    // It is left alone for a while, and comes back by itself.
    town.portal.inside().manners.clear();
    expect_trouble(town.idp.browser().open("/upstream/vnconnect/start").await, 503, "upstream-away");
    town.idp.advance(Span::seconds(31)).await;
    let (mut browser, back) = left(&town).await;
    let _ = browser.come_back(back.as_str()).await.expect("home");
}

#[tokio::test]
async fn keys_that_change_while_people_are_there_let_them_in_and_keep_nobody_out() {
    let mut town = Town::calling("timeout_seconds = 5").await;
    let page = town.walk().await;
    town.tokens(page).await.fields();
    let rotate = |portal: &Provider, name: &str| {
        let key = OwnKey::named(name);
        let mut inside = portal.inside();
        inside.published = vec![key.public_jwk()];
        inside.key = key;
    };
    town.idp.advance(Span::minutes(1)).await;
    town.browser = town.idp.browser();
    let there = town.leave().await;
    rotate(&town.portal, "second");
    let page = town.come_back(&there).await;
    town.tokens(page).await.fields();
    assert_eq!(town.portal.asked_at("/oauth2/jwks").len(), 2, "fetched again, once");
    // The new keys cannot be fetched: nobody is let in by what is not known, and it works again by itself.
    town.idp.advance(Span::minutes(1)).await;
    town.browser = town.idp.browser();
    let there = town.leave().await;
    rotate(&town.portal, "third");
    town.portal.inside().manners.insert("/oauth2/jwks".to_owned(), Manner::Cut);
    let page = town.come_back(&there).await.expect("upstream-trouble");
    assert!(page.link("sign-in").unwrap().contains("flow="));
    assert!(!is_signed_in(&mut town.browser).await);
    town.portal.inside().manners.clear();
    town.idp.advance(Span::minutes(1)).await;
    let page = town.walk().await;
    town.tokens(page).await.fields();
}
