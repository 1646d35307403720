//! How the authorization endpoint refuses: each page and each answer to a service has its status, its headers, words that
//! help, and the id to ask us about.

use crate::walk::{change_client, decide, signed_in, to_consent};
use http::Request;
use portal_id_testkit::core::client::GrantKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Page, Service, TestIdp};
use std::collections::BTreeMap;
use url::Url;

const FORM: &str = "application/x-www-form-urlencoded";

/// A request past what a browser would send, and the page that comes of it.
async fn page(idp: &TestIdp, method: &str, path: &str, kind: Option<&str>, body: &str) -> Page {
    let mut request = Request::builder().method(method).uri(path).header("host", "id.example.gov.vn");
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    let answer = idp.browser().send_raw(request.body(body.to_owned().into()).unwrap()).await;
    Page::new(Url::parse(&format!("https://id.example.gov.vn{path}")).unwrap(), answer)
}

fn assert_page(page: &Page, status: u16, reason: Option<&str>, what: &str) {
    assert_eq!((page.name().as_str(), page.status().as_u16()), ("error", status), "{what}");
    let header = |name: &str| page.answer.header(name).unwrap_or_default().to_owned();
    assert_eq!(page.text_of("#request-id"), header("x-request-id"), "{what}");
    assert_eq!(header("content-type"), "text/html; charset=utf-8", "{what}");
    assert_eq!(header("cache-control"), "no-store", "{what}");
    assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{what}");
    assert_eq!((header("location"), header("set-cookie")), (String::new(), String::new()), "{what}");
    assert_eq!(!header("allow").is_empty(), status == 405, "{what}");
    for css in ["h1", "main .lead", "main h2 + p"] {
        assert!(page.text_of(css).len() > 10, "{what}: {css}");
    }
    let shown = page.texts_of("#reason");
    assert_eq!(shown.first().map(String::as_str), reason, "{what}");
}

#[tokio::test]
async fn a_request_that_cannot_be_told_to_a_service_gets_a_page_with_its_id() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let off = idp.service().id("off").register().await;
    let now = idp.now();
    change_client(&idp, "off", move |client| client.disabled_at = Some(now)).await;
    let query = |service: &Service, changes: &[(&str, &str)]| {
        service.authorize_url_with("openid", changes).query().unwrap().to_owned()
    };
    let by_query = [
        (query(&service, &[("client_id", "")]), "client-missing"),
        (query(&service, &[("client_id", "nobody")]), "client-unknown"),
        (query(&off, &[]), "client-disabled"),
        (query(&service, &[("redirect_uri", "")]), "redirect-uri-missing"),
        (query(&service, &[("redirect_uri", "https://evil.example/")]), "redirect-uri-unregistered"),
        ("state=%ff".to_owned(), "unreadable-not-utf-8"),
        ("state=%00".to_owned(), "unreadable-control-character"),
        ("a=1&".repeat(65), "unreadable-too-many"),
        (format!("state={}", "x".repeat(9000)), "unreadable-too-long"),
        (String::new(), "client-missing"),
    ];
    for (query, reason) in by_query {
        let what: String = query.chars().take(60).collect();
        let shown = page(&idp, "GET", &format!("/authorize?{query}"), None, "").await;
        assert_page(&shown, 400, Some(reason), &what);
        // What can be read goes on as a GET, and is judged there.
        if reason.starts_with("unreadable") {
            let shown = page(&idp, "POST", "/authorize", Some(FORM), &query).await;
            assert_page(&shown, 400, Some(reason), &what);
        }
    }
    let good = query(&service, &[]);
    let (by_query, huge) = (format!("/authorize?{good}"), "x".repeat(40_000));
    let endless = format!("/authorize?x={}", "x".repeat(13_000));
    for (method, path, kind, body, status) in [
        ("PUT", "/authorize", Some(FORM), good.as_str(), 405),
        ("DELETE", &by_query, None, "", 405),
        ("POST", "/authorize", None, &good, 415),
        ("POST", "/authorize", Some("application/json"), "{}", 415),
        ("POST", "/authorize", Some("multipart/form-data"), &good, 415),
        ("POST", "/authorize", Some(FORM), &huge, 413),
        ("GET", &endless, None, "", 414),
        ("GET", "/authorize/resume", None, "", 400),
        ("GET", "/authorize/resume?flow=x", None, "", 400),
        ("GET", "/authorize/resume?posted=x", None, "", 400),
    ] {
        let shown = page(&idp, method, path, kind, body).await;
        assert_page(&shown, status, None, &format!("{method} {} {kind:?}", path.get(..40).unwrap_or(path)));
    }
}

/// A service, what is wrong with its request, and the error that it is told.
type Told<'a> = (&'a Service, &'a [(&'a str, &'a str)], &'a str);

/// What a service was told, whichever way it came.
fn told(page: Page, service: &Service) -> (BTreeMap<String, String>, String) {
    let id = page.answer.header("x-request-id").unwrap().to_owned();
    assert_eq!(page.answer.header("cache-control"), Some("no-store"));
    let pairs: Vec<(String, String)> = if page.name() == "form-post" {
        page.form_with("error").into_fields()
    } else if page.name() == "going-back" {
        let back = Url::parse(&page.link("go-back").unwrap()).unwrap();
        back.query_pairs().into_owned().collect()
    } else {
        page.expect_away(&service.redirect_uri).query_pairs().into_owned().collect()
    };
    (pairs.into_iter().collect(), id)
}

fn assert_told(page: Page, service: &Service, error: &str) {
    let (told, id) = told(page, service);
    let field = |name: &str| told.get(name).map(String::as_str);
    assert_eq!(field("error"), Some(error), "{told:?}");
    assert_eq!(field("state"), Some("state-of-the-test"), "{error}");
    assert_eq!(field("iss"), Some("https://id.example.gov.vn"), "{error}");
    let description = field("error_description").unwrap();
    let words =
        description.strip_suffix(&format!("; request {id}")).unwrap_or_else(|| panic!("{error}: {description}"));
    assert!(words.len() > 10, "{description}");
    assert!(words.chars().all(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~')), "{description}");
    // And what a service watches the session by, where there is one to speak of; nothing else.
    let watched = usize::from(told.contains_key("session_state"));
    assert_eq!(told.len(), 4 + watched, "{told:?}");
}

#[tokio::test]
async fn every_error_that_a_service_is_told_names_the_request_in_a_redirect_and_in_a_form() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| "openid email".clone_into(&mut client.scope)).register().await;
    let machine = idp.service().id("machine").acting_for_itself(&[]).register().await;
    change_client(&idp, "machine", |client| client.metadata.grant_types = vec![GrantKind::ClientCredentials]).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let hers = signed_in(&idp, &an).await;
    let class = r#"{"id_token":{"acr":{"essential":true,"value":"urn:portal-id:loa:4"}}}"#;
    let somebody: [Told<'_>; 14] = [
        (&machine, &[], "unauthorized_client"),
        (&service, &[("response_type", "token")], "unsupported_response_type"),
        (&service, &[("response_type", "")], "invalid_request"),
        (&service, &[("scope", "email phone")], "invalid_scope"),
        (&service, &[("scope", "")], "invalid_scope"),
        (&service, &[("code_challenge", "")], "invalid_request"),
        (&service, &[("prompt", "none login")], "invalid_request"),
        (&service, &[("id_token_hint", "x")], "invalid_request"),
        (&service, &[("claims", "x")], "invalid_request"),
        (&service, &[("request", "x")], "request_not_supported"),
        (&service, &[("request_uri", "x")], "request_uri_not_supported"),
        (&service, &[("registration", "x")], "registration_not_supported"),
        (&service, &[("resource", "https://other.example/")], "invalid_target"),
        (&service, &[("claims", class)], "unmet_authentication_requirements"),
    ];
    let silent: [(Browser, &str); 2] = [(idp.browser(), "login_required"), (hers.clone(), "consent_required")];
    for mode in ["query", "form_post"] {
        for (service, changes, error) in somebody {
            let request = service.authorize_url_with("openid", &[changes, &[("response_mode", mode)]].concat());
            assert_told(hers.clone().open(request.as_str()).await, service, error);
        }
        for (browser, error) in &silent {
            let request = service.authorize_url_with("openid", &[("prompt", "none"), ("response_mode", mode)]);
            assert_told(browser.clone().open(request.as_str()).await, &service, error);
        }
        idp.advance(Span::minutes(2)).await;
        let mut browser = idp.browser().showing_pages();
        let request = service.authorize_url_with("openid", &[("response_mode", mode)]);
        let consent = to_consent(&idp, &an, &mut browser, &request).await;
        assert_told(decide(&mut browser, &consent, "deny").await, &service, "access_denied");
    }
}
