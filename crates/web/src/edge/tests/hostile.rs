//! Whatever is sent, the answer is one of ours: no panic, no 500 (security.md row 36).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use super::{app, cookie_name, send};
use crate::edge::cookies::CookieKind;
use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE};
use http::{HeaderValue, Request, Uri};
use proptest::prelude::*;
use std::cell::OnceCell;
use tokio::runtime::{Builder, Runtime};

thread_local! {
    static STAGE: OnceCell<(Runtime, Router)> = const { OnceCell::new() };
}

fn status(request: Request<Body>) -> u16 {
    STAGE.with(|stage| {
        let (runtime, app) =
            stage.get_or_init(|| (Builder::new_current_thread().enable_all().build().expect("a runtime"), app()));
        runtime.block_on(send(app, request)).status
    })
}

fn uri(path: &'static str, query: &[u8]) -> Option<Uri> {
    Uri::try_from([path.as_bytes(), b"?", query].concat()).ok()
}

proptest! {
    // security: row 36
    #[test]
    fn any_bytes_as_a_query_are_answered(query in proptest::collection::vec(any::<u8>(), 0..300)) {
        for path in ["/page", "/carry", "/nowhere", "/token"] {
            if let Some(uri) = uri(path, &query) {
                prop_assert!(status(Request::get(uri).body(Body::empty()).unwrap()) < 500);
            }
        }
    }

    // security: row 36
    #[test]
    fn a_query_of_our_own_names_with_any_values_is_answered(query in "((flow|lang|ui_locales|posted|token|=|&|%[0-9a-fA-F]{0,2}|[A-Za-z0-9_-]{1,9})){0,30}") {
        if let Some(uri) = uri("/page", query.as_bytes()) {
            prop_assert_eq!(status(Request::get(uri).body(Body::empty()).unwrap()), 200);
        }
    }

    // security: row 36
    #[test]
    fn any_bytes_as_a_form_are_answered(body in proptest::collection::vec(any::<u8>(), 0..600)) {
        for path in ["/form", "/token"] {
            let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            prop_assert!(status(request.body(Body::from(body.clone())).unwrap()) < 500);
        }
    }

    // security: row 36
    #[test]
    fn any_cookies_and_headers_are_answered(cookie in proptest::collection::vec(any::<u8>(), 0..80), other in proptest::collection::vec(any::<u8>(), 0..80)) {
        for kind in [CookieKind::Session, CookieKind::Browser, CookieKind::Language, CookieKind::KnownDevices] {
            let named = [cookie_name(kind).as_bytes(), b"=", &cookie].concat();
            let (Ok(named), Ok(other)) = (HeaderValue::from_bytes(&named), HeaderValue::from_bytes(&other)) else { continue };
            let request = Request::get("/page").header(COOKIE, named).header("accept-language", &other).header("x-forwarded-for", &other).header("user-agent", &other);
            prop_assert_eq!(status(request.body(Body::empty()).unwrap()), 200);
        }
    }
}
