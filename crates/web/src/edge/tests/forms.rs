//! What a form must be to be taken.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Browser, app, send};
use axum::body::Body;
use http::Request;
use http::header::{CONTENT_TYPE, COOKIE};

async fn status(browser: &Browser, body: impl Into<Body>) -> u16 {
    send(&app(), browser.form().body(body.into()).unwrap()).await.status
}

#[tokio::test]
async fn a_form_of_our_own_page_is_taken() {
    let browser = Browser::new(&app()).await;
    let answer =
        send(&app(), browser.form().body(browser.fields("username=Nguy%E1%BB%85n&password=x").into()).unwrap()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("Nguyễn"), "{}", answer.body);
}

// security: row 35
#[tokio::test]
async fn without_the_pages_own_value_a_form_is_refused() {
    let app = app();
    let (browser, other) = (Browser::new(&app).await, Browser::new(&app).await);
    assert_eq!(status(&browser, "username=a").await, 403);
    assert_eq!(status(&browser, "csrf=&username=a").await, 403);
    assert_eq!(status(&browser, other.fields("username=a")).await, 403);
    let without_cookie = Request::post("/form")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(browser.fields("").into())
        .unwrap();
    assert_eq!(send(&app, without_cookie).await.status, 403);
    let forged_cookie = Request::post("/form")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(COOKIE, format!("{}x", browser.cookie));
    assert_eq!(send(&app, forged_cookie.body(browser.fields("").into()).unwrap()).await.status, 403);
}

// security: row 35
#[tokio::test]
async fn a_form_of_another_site_is_refused_even_with_the_right_value() {
    let browser = Browser::new(&app()).await;
    for (name, value) in
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")]
    {
        let answer =
            send(&app(), browser.form().header(name, value).body(browser.fields("username=a").into()).unwrap()).await;
        assert_eq!(answer.status, 403, "{name}: {value}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    let own = browser.form().header("origin", super::ISSUER).header("sec-fetch-site", "same-origin");
    assert_eq!(send(&app(), own.body(browser.fields("username=a").into()).unwrap()).await.status, 200);
}

// security: row 9
#[tokio::test]
async fn a_field_that_the_page_does_not_have_is_refused() {
    let browser = Browser::new(&app()).await;
    assert_eq!(status(&browser, browser.fields("username=a&is_admin=1")).await, 400);
    assert_eq!(status(&browser, browser.fields("username=a&=1")).await, 400);
    assert_eq!(status(&browser, browser.fields("Username=a")).await, 400);
}

#[tokio::test]
async fn a_field_that_comes_twice_or_is_no_text_is_refused() {
    let browser = Browser::new(&app()).await;
    assert_eq!(status(&browser, browser.fields("username=a&username=b")).await, 400);
    assert_eq!(status(&browser, browser.fields(&browser.fields(""))).await, 400);
    assert_eq!(status(&browser, browser.fields("username=%ff%fe")).await, 400);
    assert_eq!(status(&browser, browser.fields("username=a%00b")).await, 400);
}

#[tokio::test]
async fn another_kind_of_body_is_refused() {
    let app = app();
    let browser = Browser::new(&app).await;
    for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
        let request = Request::post("/form").header(COOKIE, &browser.cookie).header(CONTENT_TYPE, kind);
        assert_eq!(send(&app, request.body(browser.fields("username=a").into()).unwrap()).await.status, 415, "{kind}");
    }
    let untyped =
        Request::post("/form").header(COOKIE, &browser.cookie).body(browser.fields("username=a").into()).unwrap();
    assert_eq!(send(&app, untyped).await.status, 415);
}

// security: row 16
#[tokio::test]
async fn a_form_larger_than_ours_is_refused_whether_it_says_so_or_not() {
    let browser = Browser::new(&app()).await;
    let large = browser.fields(&format!("username={}", "a".repeat(crate::edge::form::MAX_FORM)));
    assert_eq!(status(&browser, large.clone()).await, 413);
    let pieces =
        large.into_bytes().chunks(1000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
    assert_eq!(status(&browser, Body::from_stream(futures_util::stream::iter(pieces))).await, 413);
}

// security: row 10
#[tokio::test]
async fn after_sign_out_the_browser_has_another_name_and_old_forms_are_nothing() {
    use crate::edge::cookies::CookieKind;
    let app = app();
    let browser = Browser::new(&app).await;
    let left = send(&app, Request::post("/leave").header(COOKIE, &browser.cookie).body(Body::empty()).unwrap()).await;
    assert_eq!((left.status, left.header("location")), (303, "/"));
    assert_eq!(left.cookie(CookieKind::Session).as_deref(), Some(""));
    let fresh = left.cookie(CookieKind::Browser).unwrap();
    assert!(!browser.cookie.ends_with(&fresh));
    let renamed =
        Browser { cookie: format!("{}={fresh}", super::cookie_name(CookieKind::Browser)), csrf: browser.csrf };
    assert_eq!(status(&renamed, renamed.fields("username=a")).await, 403);
}

// security: row 35
#[tokio::test]
async fn a_form_drawn_where_a_session_begins_or_ends_is_taken_afterwards() {
    use crate::edge::cookies::CookieKind::{Browser as Name, Session};
    let app = app();
    let signed_in = format!("{}=old", super::cookie_name(Session));
    for (path, cookies) in [("/enter", String::new()), ("/enter", signed_in.clone()), ("/leave-and-stay", signed_in)] {
        let browser = Browser::new(&app).await;
        let before = format!("{}; {cookies}", browser.cookie);
        let page = send(&app, Request::post(path).header(COOKIE, before).body(Body::empty()).unwrap()).await;
        let name = page.cookie(Name).map(|name| format!("{}={name}", super::cookie_name(Name)));
        let session = page.cookie(Session).filter(|value| !value.is_empty());
        let session = session.map(|value| format!("; {}={value}", super::cookie_name(Session))).unwrap_or_default();
        let cookie = format!("{}{session}", name.unwrap_or_else(|| browser.cookie.clone()));
        let after = Browser { cookie, csrf: page.csrf() };
        assert_eq!(status(&after, after.fields("username=a")).await, 200, "{path}");
        let stale = Browser { cookie: after.cookie, csrf: browser.csrf };
        assert_eq!(status(&stale, stale.fields("username=a")).await, 403, "{path}: the form before");
    }
}
