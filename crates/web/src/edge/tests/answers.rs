//! What every answer carries, and what becomes of a request that no page answers.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use super::{Browser, CUT_OFF, ISSUER, app, app_of, cookie_name, open, send};
use crate::edge::cookies::CookieKind;
use crate::settings::WebSettings;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::header::COOKIE;
use http::{Method, Request};
use std::net::SocketAddr;

// security: row 3
#[tokio::test]
async fn every_page_keeps_foreign_content_frames_and_caches_away() {
    for path in ["/page", "/nowhere", "/broken"] {
        let answer = open(&app(), path).await;
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("content-language", "vi"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn a_browser_is_named_once() {
    let app = app();
    let first = open(&app, "/page").await;
    let name = first.cookie(CookieKind::Browser).expect("a name");
    let again = Request::get("/page")
        .header(COOKIE, format!("{}={name}", cookie_name(CookieKind::Browser)))
        .body(Body::empty())
        .unwrap();
    let again = send(&app, again).await;
    assert!(!again.headers.contains_key("set-cookie"));
    assert_eq!(again.csrf(), first.csrf());
}

#[tokio::test]
async fn an_address_without_a_page_gets_the_page_that_says_so() {
    let answer = open(&app(), "/nowhere").await;
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains(answer.header("x-request-id")), "{}", answer.body);
    assert!(answer.body.contains("data-page=\"error\""));
}

#[tokio::test]
async fn a_page_asked_in_the_wrong_way_says_which_ways_there_are() {
    let answer = send(&app(), Request::delete("/page").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET,HEAD"));
    assert!(answer.body.contains("data-page=\"error\""));
    let answer = open(&app(), "/token").await;
    assert_eq!(answer.status, 405);
    assert!(answer.header("allow").contains("POST"));
    assert!(answer.body.starts_with("{\"error\":\"invalid_request\""), "{}", answer.body);
}

#[tokio::test]
async fn head_is_get_without_the_body_and_a_body_of_a_get_is_not_looked_at() {
    let head = send(&app(), Request::builder().method(Method::HEAD).uri("/page").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.body.as_str(), head.header("content-type")), (200, "", "text/html; charset=utf-8"));
    let get =
        Request::get("/page").header("content-type", "application/json").body(Body::from(vec![0xff; 100_000])).unwrap();
    assert_eq!(send(&app(), get).await.status, 200);
}

#[tokio::test]
async fn a_panic_is_a_page_that_gives_nothing_away() {
    let answer = open(&app(), "/broken").await;
    assert_eq!(answer.status, 500);
    assert!(!answer.body.contains("secret"), "{}", answer.body);
    assert!(answer.body.contains(answer.header("x-request-id")));
    let program = open(&app(), "/jwks").await;
    let id = program.header("x-request-id");
    let description = format!("an unexpected fault; try again later; request {id}");
    assert_eq!(
        (program.status, program.body.clone()),
        (500, format!(r#"{{"error":"server_error","error_description":"{description}"}}"#))
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_given_up() {
    let answer = open(&app(), "/never").await;
    assert_eq!(answer.status, 408);
    assert!(answer.body.contains("data-page=\"error\""));
}

#[tokio::test]
async fn when_the_database_is_away_the_page_says_when_to_come_back() {
    let request = Request::get("/page").header(COOKIE, format!("{}={CUT_OFF}", cookie_name(CookieKind::Session)));
    let answer = send(&app(), request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
    assert!(!answer.body.contains("secret"), "{}", answer.body);
}

fn from(peer: &str, id: &str) -> Request<Body> {
    let mut request = Request::get("/page").header("x-request-id", id).body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
    request
}

// security: row 28
#[tokio::test]
async fn a_request_is_named_by_us_or_by_our_proxy_and_by_nobody_else() {
    let app = app_of(WebSettings { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..WebSettings::default() });
    let named = send(&app, from("10.0.0.1:1000", "lb-0123456789")).await;
    assert_eq!(named.header("x-request-id"), "lb-0123456789");
    let ours = |answer: &super::Answer| answer.header("x-request-id").len() == 36;
    assert!(ours(&send(&app, from("198.51.100.1:1000", "lb-0123456789")).await));
    for nonsense in ["short", "has a\ttab in it", "has space in it", "<script>alert(1)</script>", &"x".repeat(65)] {
        assert!(ours(&send(&app, from("10.0.0.1:1000", nonsense)).await), "{nonsense}");
    }
}

#[tokio::test]
async fn a_language_that_was_chosen_stays_chosen() {
    let app = app();
    let chosen = open(&app, "/page?lang=en").await;
    assert!(chosen.body.contains("<html lang=\"en\">"));
    let choice = chosen.cookie(CookieKind::Language).expect("a choice");
    let later = |path: &str| {
        Request::get(path)
            .header(COOKIE, format!("{}={choice}", cookie_name(CookieKind::Language)))
            .body(Body::empty())
            .unwrap()
    };
    assert!(send(&app, later("/page")).await.body.contains("<html lang=\"en\">"));
    assert_eq!(send(&app, later("/nowhere")).await.header("content-language"), "en");
    assert_eq!(open(&app, "/page?lang=xx").await.cookie(CookieKind::Language), None);
    assert!(chosen.body.contains("href=\"/page?lang=vi\""), "{}", chosen.body);
}

// security: row 10
#[tokio::test]
async fn a_pending_request_goes_on_in_its_own_browser_only() {
    let app = app();
    let browser = Browser::new(&app).await;
    let carried = send(&app, Request::get("/carry").header(COOKIE, &browser.cookie).body(Body::empty()).unwrap()).await;
    assert_eq!(carried.status, 303);
    let (path, flow) = carried.header("location").split_once("?flow=").expect("a flow");
    assert_eq!(path, "/authorize/resume");
    let page =
        |cookie: &str| Request::get(format!("/page?flow={flow}")).header(COOKIE, cookie).body(Body::empty()).unwrap();
    let own = send(&app, page(&browser.cookie)).await;
    assert!(
        own.header("content-security-policy")
            .contains("form-action 'self' https://rp.example:8443; frame-ancestors 'none'")
    );
    assert_eq!(own.header("content-language"), "en");
    assert!(own.body.contains("Đất đai"), "{}", own.body);
    let other = Browser::new(&app).await;
    let stolen = send(&app, page(&other.cookie)).await;
    assert_eq!((stolen.status, stolen.header("content-language")), (200, "vi"));
    assert!(!stolen.body.contains("Đất đai"));
    assert!(!stolen.header("content-security-policy").contains("rp.example"));
}

// security: row 35
#[tokio::test]
async fn scripts_of_other_origins_may_ask_the_endpoints_for_programs_and_nothing_else() {
    let app = app();
    for path in ["/page", "/form", "/nowhere", "/authorize", "/sign-out", "/consent", "/assets/x", "/.well-known/other"]
    {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("origin", "https://evil.example")
                .header("access-control-request-method", "POST");
            let answer = send(&app, request.body(Body::empty()).unwrap()).await;
            assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{path}");
        }
    }
    let preflight = Request::options("/token")
        .header("origin", "https://spa.example")
        .header("access-control-request-method", "POST");
    let preflight = send(&app, preflight.body(Body::empty()).unwrap()).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, "*"));
    assert!(preflight.header("access-control-allow-headers").contains("authorization"));
    // Refused or broken, a script must be able to read why; never with the visitor's cookies.
    for path in ["/token", "/jwks"] {
        let answer = open(&app, path).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
}

// security: row 5
#[tokio::test]
async fn hostile_host_and_forwarding_headers_change_nothing_in_the_answer() {
    let app = app();
    let browser = Browser::new(&app).await;
    let plain = send(&app, Request::get("/page").header(COOKIE, &browser.cookie).body(Body::empty()).unwrap()).await;
    let mut hostile = Request::get("/page").header(COOKIE, &browser.cookie);
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-for", "192.0.2.1"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "/nowhere"),
        ("x-http-method-override", "DELETE"),
    ] {
        hostile = hostile.header(name, value);
    }
    let hostile = send(&app, hostile.body(Body::empty()).unwrap()).await;
    assert_eq!(hostile.body, plain.body);
    assert_eq!(hostile.status, plain.status);
    assert!(!hostile.body.contains("evil") && !ISSUER.contains("evil"));
}
