//! How a service's page notices that the person at the browser is another, or gone (OpenID Connect Session Management
//! 1.0), and who may frame a page of ours.

use crate::walk::{change_client, sign_in_with, signed_in};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, Request};
use portal_id_testkit::browser::Answer;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Browser, Service, TestIdp};
use sha2::{Digest as _, Sha256};
use url::Url;

/// A service of the province: nobody is asked for a consent.
async fn service(idp: &TestIdp, id: &str) -> Service {
    let uris = vec![format!("https://{id}.example.vn/callback"), format!("https://{id}.example.vn:8443/two")];
    let change = |client: &mut portal_id_testkit::core::client::ClientMetadata| {
        client.first_party = true;
        client.redirect_uris = uris;
    };
    idp.service().id(id).with(change).register().await
}

/// The browser's own state, as the script of the page reads it.
fn login_state(browser: &Browser) -> Option<String> {
    let mut cookies = browser.cookies().iter().filter(|(name, _)| name.ends_with("-s"));
    cookies.next().map(|(_, value)| value.clone())
}

/// Whether the page's script would call the state unchanged.
fn is_unchanged(service: &Service, origin: &str, session_state: &str, browser: &Browser) -> bool {
    let (hash, salt) = session_state.split_once('.').expect("hash and salt");
    let state = login_state(browser).expect("the browser keeps its state");
    let parts = [service.client_id.as_str(), origin, &state, salt].join(" ");
    URL_SAFE_NO_PAD.encode(Sha256::digest(parts)) == hash
}

/// What a service is told when it asks once more.
async fn silent(browser: &mut Browser, service: &Service, changes: &[(&str, &str)]) -> Url {
    let changes = [&[("prompt", "none")], changes].concat();
    let asked = service.authorize_url_with("openid", &changes);
    browser.open(asked.as_str()).await.expect_away(&service.redirect_uri)
}

fn state_of(answer: &Url) -> String {
    parameter(answer, "session_state").expect("a session_state")
}

#[tokio::test]
async fn every_answer_carries_a_state_that_the_page_can_judge_for_this_client_and_origin_alone() {
    let idp = TestIdp::start().await;
    let (tax, land) = (service(&idp, "tax").await, service(&idp, "land").await);
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let first = state_of(&silent(&mut browser, &tax, &[]).await);
    let second = state_of(&silent(&mut browser, &tax, &[]).await);
    for state in [&first, &second] {
        assert!(is_unchanged(&tax, "https://tax.example.vn", state, &browser));
        assert!(!is_unchanged(&land, "https://tax.example.vn", state, &browser));
        assert!(!is_unchanged(&tax, "https://tax.example.vn:8443", state, &browser));
        assert!(!state.contains(' '), "the space is what ends the client id before it");
    }
    assert_ne!(first, second, "two answers cannot be told to be of one browser");
    let at_port = tax.authorize_url_with("openid", &[("redirect_uri", "https://tax.example.vn:8443/two")]);
    let answer = browser.open(at_port.as_str()).await.expect_away("https://tax.example.vn:8443/two");
    assert!(is_unchanged(&tax, "https://tax.example.vn:8443", &state_of(&answer), &browser));
    let posted = browser.open(tax.authorize_url_with("openid", &[("response_mode", "form_post")]).as_str()).await;
    let posted = posted.expect("form-post").attribute("input[name=session_state]", "value").expect("a field");
    assert!(is_unchanged(&tax, "https://tax.example.vn", &posted, &browser));
    // No session is spoken of without OpenID Connect.
    let plain = browser.open(land.authorize_url("profile").as_str()).await.expect_away(&land.redirect_uri);
    assert!(parameter(&plain, "code").is_some() && parameter(&plain, "session_state").is_none());
}

#[tokio::test]
async fn the_state_changes_with_sign_in_and_sign_out_and_stays_while_the_session_does() {
    let idp = TestIdp::start().await;
    let tax = service(&idp, "tax").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("tran.van.binh").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let of_an = state_of(&silent(&mut browser, &tax, &[]).await);
    let unchanged = |state: &str, browser: &Browser| is_unchanged(&tax, "https://tax.example.vn", state, browser);

    idp.advance(Span::minutes(3)).await;
    let quiet = browser.open("/account").await;
    assert!(quiet.answer.headers.get_all("set-cookie").iter().all(|set| !set.to_str().unwrap().contains("-s=")));
    assert!(unchanged(&of_an, &browser));

    let page = browser.open("/sign-out").await;
    let page = browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
    assert_eq!(login_state(&browser).as_deref(), Some("signed-out"));
    assert!(!unchanged(&of_an, &browser));
    let set: Vec<_> = page.answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    let ours = set.iter().find(|set| set.contains("-s=")).expect("the state is set");
    assert!(
        ours.starts_with("__Host-pid-") && ours.ends_with("-s=signed-out; SameSite=None; Secure; Path=/"),
        "{ours}"
    );
    for other in set.iter().filter(|set| !set.contains("-s=")) {
        assert!(other.contains("HttpOnly") && other.contains("SameSite=Lax"), "{other}");
    }

    let nobody = silent(&mut browser, &tax, &[]).await;
    assert_eq!(parameter(&nobody, "error").as_deref(), Some("login_required"));
    let of_nobody = state_of(&nobody);
    assert!(unchanged(&of_nobody, &browser));

    let _ = sign_in_with(&idp, &binh, &mut browser).await.expect("home");
    let of_binh = state_of(&silent(&mut browser, &tax, &[]).await);
    assert!(unchanged(&of_binh, &browser));
    assert!(!unchanged(&of_an, &browser) && !unchanged(&of_nobody, &browser));

    // A session that ran out is noticed when the browser next comes.
    idp.advance(Span::minutes(31)).await;
    assert!(unchanged(&of_binh, &browser));
    let _ = browser.open("/").await;
    assert!(!unchanged(&of_binh, &browser));
    assert_eq!(login_state(&browser).as_deref(), Some("signed-out"));
}

// security: row 10
#[tokio::test]
async fn the_readable_state_tells_nothing_and_opens_nothing() {
    let idp = TestIdp::start().await;
    let tax = service(&idp, "tax").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let callback = silent(&mut browser, &tax, &[]).await;
    let sid = tax.redeem(&callback).await.id_token()["sid"].as_str().unwrap().to_owned();
    let state = login_state(&browser).unwrap();
    assert_eq!(state.len(), 43);
    for (name, value) in browser.cookies().iter().filter(|(name, _)| !name.ends_with("-s")) {
        assert!(!value.contains(&state), "{name}");
    }
    assert_ne!(state, sid);
    // Whoever has it alone is nobody; and a made-up one is put right.
    let mut thief = idp.browser();
    let name = browser.cookies().keys().find(|name| name.ends_with("-s")).unwrap().clone();
    thief.keep_cookie(&name, &state);
    thief.keep_cookie(name.strip_suffix("-s").unwrap(), &state);
    let _ = thief.open("/account").await.expect("sign-in");
    for odd in ["", "a b", "signed-out", "x", "="] {
        browser.keep_cookie(&name, odd);
        let answer = silent(&mut browser, &tax, &[]).await;
        assert_eq!(login_state(&browser).as_deref(), Some(state.as_str()), "{odd:?}");
        assert!(is_unchanged(&tax, "https://tax.example.vn", &state_of(&answer), &browser), "{odd:?}");
    }
}

#[tokio::test]
async fn a_frame_of_another_site_which_sends_that_cookie_alone_is_no_sign_that_somebody_left() {
    let idp = TestIdp::start().await;
    let tax = service(&idp, "tax").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let own = signed_in(&idp, &an).await;
    let mut frame = own.clone();
    frame.forget_cookies();
    let state = own.cookies().iter().find(|(name, _)| name.ends_with("-s")).unwrap();
    frame.keep_cookie(state.0, state.1);
    let answer = silent(&mut frame, &tax, &[]).await;
    assert_eq!(parameter(&answer, "error").as_deref(), Some("login_required"));
    assert_eq!(login_state(&frame), login_state(&own));
    assert!(is_unchanged(&tax, "https://tax.example.vn", &state_of(&answer), &own));
    // A browser that was never here has no state, and gets none for being asked.
    let mut fresh = idp.browser();
    let answer = silent(&mut fresh, &tax, &[]).await;
    assert!(parameter(&answer, "session_state").is_none() && login_state(&fresh).is_none());
}

async fn check_page(idp: &TestIdp, referrer: Option<&str>) -> Answer {
    let mut request = Request::get("/session/check");
    if let Some(referrer) = referrer {
        request = request.header("referer", referrer);
    }
    idp.browser().send_raw(request.body("".into()).unwrap()).await
}

/// What the page may be framed by.
fn ancestors(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy").expect("a policy");
    let (_, rest) = policy.split_once("frame-ancestors ").expect("who may frame it");
    let ancestors = rest.split(';').next().unwrap().to_owned();
    assert_eq!(answer.header("x-frame-options"), (ancestors == "'none'").then_some("DENY"), "{policy}");
    ancestors
}

#[tokio::test]
async fn whoever_frames_the_page_again_and_again_costs_the_database_nothing() {
    let idp = TestIdp::start().await;
    let _tax = service(&idp, "tax").await;
    let _ = check_page(&idp, Some("https://tax.example.vn/")).await;
    let before = idp.house.counters.statements();
    for referrer in [Some("https://tax.example.vn/"), Some("https://evil.example/"), Some("null"), None] {
        let _ = check_page(&idp, referrer).await;
    }
    assert_eq!(idp.house.counters.statements() - before, 0);
    let _other = service(&idp, "land").await;
    idp.advance(Span::seconds(10)).await;
    assert_eq!(ancestors(&check_page(&idp, Some("https://land.example.vn/")).await), "https://land.example.vn");
}

// security: row 35
#[tokio::test]
async fn the_page_that_judges_is_framed_by_the_origins_of_services_and_by_nobody_else() {
    let idp = TestIdp::start().await;
    let _tax = service(&idp, "tax").await;
    for referrer in [
        "https://tax.example.vn/",
        "https://tax.example.vn/cases?id=1",
        "https://tax.example.vn:443",
        "https://TAX.example.vn/",
    ] {
        let page = check_page(&idp, Some(referrer)).await;
        assert_eq!(page.status, 200);
        assert_eq!(ancestors(&page), "https://tax.example.vn", "{referrer}");
        let html = page.text();
        assert!(html.contains("data-origin=\"https://tax.example.vn\""), "{html}");
        let script = html.split("<script src=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains(&format!("script-src https://id.example.gov.vn{script};")), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("connect-src"), "{policy}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(page.header("set-cookie").is_none() && page.header("access-control-allow-origin").is_none());
        let script = idp.browser().open(&script).await;
        assert_eq!(script.answer.header("content-type"), Some("text/javascript; charset=utf-8"));
    }
    assert_eq!(
        ancestors(&check_page(&idp, Some("https://tax.example.vn:8443/x")).await),
        "https://tax.example.vn:8443"
    );
    for foreign in [
        None,
        Some("https://evil.example/"),
        Some("https://tax.example.vn.evil.example/"),
        Some("https://tax.example.vn@evil.example/"),
        Some("https://evil.example/https://tax.example.vn/"),
        Some("http://tax.example.vn/"),
        Some("https://tax.example.vn:444/"),
        Some("https://service.example.vn/bye"),
        Some("https://id.example.gov.vn/"),
        Some("null"),
        Some(""),
        Some("data:text/html,x"),
        Some("blob:https://tax.example.vn/1"),
    ] {
        let page = check_page(&idp, foreign).await;
        assert_eq!(ancestors(&page), "'none'", "{foreign:?}");
        assert!(!page.text().contains("<script"), "{foreign:?}");
    }
    change_client(&idp, "tax", |client| client.disabled_at = Some(client.created_at)).await;
    idp.advance(Span::seconds(10)).await;
    assert_eq!(ancestors(&check_page(&idp, Some("https://tax.example.vn/")).await), "'none'");
}

// security: row 35
#[tokio::test]
async fn an_answer_by_form_is_framed_only_when_nothing_was_to_be_shown_and_by_its_own_client() {
    let idp = TestIdp::start().await;
    let (tax, _land) = (service(&idp, "tax").await, service(&idp, "land").await);
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    for mut browser in [signed_in(&idp, &an).await, idp.browser()] {
        let silent = [("response_mode", "form_post"), ("prompt", "none")];
        let page = browser.open(tax.authorize_url_with("openid", &silent).as_str()).await.expect("form-post");
        assert_eq!(ancestors(&page.answer), "https://tax.example.vn https://tax.example.vn:8443");
    }
    let mut browser = signed_in(&idp, &an).await;
    let shown = [("response_mode", "form_post")];
    let page = browser.open(tax.authorize_url_with("openid", &shown).as_str()).await.expect("form-post");
    assert_eq!(ancestors(&page.answer), "'none'");
    // Nor is what has no client to answer to.
    let unknown = [("prompt", "none"), ("redirect_uri", "https://evil.example/cb")];
    let page = browser.open(tax.authorize_url_with("openid", &unknown).as_str()).await.expect("error");
    assert_eq!(ancestors(&page.answer), "'none'");
}

// security: row 35
#[tokio::test]
async fn no_other_address_of_ours_can_be_framed_whoever_asks() {
    const ROUTES: &str = include_str!("../../../crates/web/src/lib.rs");
    let idp = TestIdp::start().await;
    let _tax = service(&idp, "tax").await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let signed_in = signed_in(&idp, &an).await;
    // As it stands in the list, with or without a line of its own.
    let routes: Vec<_> = ROUTES
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .map(|path| path.replace(['{', '}'], ""))
        .collect();
    assert!(routes.len() > 40 && routes.iter().any(|path| path == "/session/check"), "{routes:?}");
    let mut pages = 0;
    for path in routes.iter().filter(|path| *path != "/session/check").chain([&"/nothing-here".to_owned()]) {
        for browser in [&signed_in, &idp.browser()] {
            for method in [Method::GET, Method::POST] {
                let cookies: Vec<_> = browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
                let request = Request::builder()
                    .method(method.clone())
                    .uri(path)
                    .header("cookie", cookies.join("; "))
                    .header("referer", "https://tax.example.vn/")
                    .header("sec-fetch-dest", "iframe")
                    .header("content-type", "application/x-www-form-urlencoded");
                let answer = browser.clone().send_raw(request.body("".into()).unwrap()).await;
                let is_page = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
                if is_page {
                    pages += 1;
                    assert_eq!(ancestors(&answer), "'none'", "{method} {path}");
                }
            }
        }
    }
    assert!(pages > 100, "{pages}");
}
