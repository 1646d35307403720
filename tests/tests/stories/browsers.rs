//! What browsers and those who sit between them may try: cookies, forged forms, foreign pages, odd bytes.

use crate::walk::signed_in;
use http::{Request, StatusCode};
use portal_id_testkit::TestIdp;

// security: row 10
#[tokio::test]
async fn cookies_are_bound_to_the_host_out_of_reach_of_scripts_and_new_at_every_sign_in() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let session = |browser: &portal_id_testkit::Browser| {
        browser
            .cookies()
            .iter()
            .find(|(name, _)| name.starts_with("__Host-pid-") && name.len() == 19)
            .map(|(_, value)| value.clone())
    };
    let first = session(&browser).expect("a session cookie");
    idp.advance(portal_id_testkit::core::time::Span::minutes(2)).await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let page = browser.open(service.authorize_url_with("openid", &[("prompt", "login")]).as_str()).await;
    let _ = an.sign_in(&idp, &mut browser, &page).await.expect_away(&service.redirect_uri);
    let second = session(&browser).expect("a session cookie");
    assert_ne!(first, second);
}

// security: row 35
#[tokio::test]
async fn a_form_without_its_token_or_from_another_site_changes_nothing() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let form = page.form_with("password").fill("username", &an.username).fill("password", &an.password);
    let refused = browser.submit(form.clone().without("csrf")).await;
    assert_eq!(refused.status(), 403);
    // The same form in another browser: its token belongs to the first one.
    let refused = idp.browser().submit(form).await;
    assert_eq!(refused.status(), 403);
    idp.deliver().await;
    assert!(idp.texts.kept().is_empty());
}

// security: row 3, 35
#[tokio::test]
async fn every_page_forbids_scripts_frames_and_sniffing() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    for path in [
        "/",
        "/sign-in",
        "/register",
        "/register/citizen",
        "/register/business",
        "/sign-in/help",
        "/sign-out",
        "/activate?token=x",
        "/account",
        "/account/security",
        "/account/services",
        "/account/sessions",
        "/account/password",
        "/sign-in/not-me?token=x",
        "/sign-in/new-password?ticket=x",
        "/nothing-here",
    ] {
        let page = browser.open(path).await;
        let csp =
            page.answer.header("content-security-policy").unwrap_or_else(|| panic!("no CSP on {path}")).to_owned();
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{path}: {csp}");
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(page.answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(page.answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(page.answer.header("access-control-allow-origin").is_none(), "{path}");
        let has_an_address = ["/register/citizen", "/register/business"].contains(&path);
        assert_eq!(page.html().contains("<script"), has_an_address, "{path}");
        assert!(!csp.contains("script-src") || has_an_address, "{path}: {csp}");
    }
}

// security: row 5
#[tokio::test]
async fn hostile_hosts_and_forwarded_headers_leave_the_mails_as_they_are() {
    let idp = TestIdp::start().await;
    let an = portal_id_testkit::Citizen::named("nguyen.thi.an");
    let mut browser = idp.browser();
    let form = an.filled_form(&mut browser, &[]).await;
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form.into_fields()).finish();
    let cookies: Vec<_> = browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::post("/register/citizen")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "host=evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", portal_id_testkit::idp::ISSUER)
        .header("cookie", cookies.join("; "))
        .body(body.into())
        .unwrap();
    let answer = browser.send_raw(request).await;
    assert!(answer.status == StatusCode::OK || answer.status == StatusCode::SEE_OTHER, "{}", answer.text());
    let mail = idp.newest_mail(&an.email).await;
    assert!(!format!("{}{}{}", mail.subject, mail.text, mail.html).contains("evil.example"));
    assert!(mail.text.contains("https://id.example.gov.vn/activate?token="));
}

// security: row 16, 36
#[tokio::test]
async fn odd_requests_get_a_clear_answer_and_never_a_fault() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let long = format!("/authorize?{}", "a".repeat(20_000));
    for (request, expected) in [
        (Request::post("/sign-in").header("content-type", "application/json").body("{}".into()).unwrap(), 415),
        (
            Request::post("/sign-in")
                .header("content-type", "application/x-www-form-urlencoded")
                .body("a=%ff%fe".into())
                .unwrap(),
            400,
        ),
        (Request::post("/token").header("content-type", "application/json").body("{}".into()).unwrap(), 400),
        (
            Request::post("/token")
                .header("content-type", "application/x-www-form-urlencoded")
                .body("grant_type=%ff".into())
                .unwrap(),
            400,
        ),
        (Request::get(long.as_str()).body("".into()).unwrap(), 414),
        (Request::get("/nothing-here").body("".into()).unwrap(), 404),
        (Request::delete("/sign-in").body("".into()).unwrap(), 405),
        (Request::get("/userinfo").body("".into()).unwrap(), 401),
        (Request::get("/healthz").body("".into()).unwrap(), 200),
        (Request::get("/readyz").body("".into()).unwrap(), 200),
    ] {
        let what = format!("{} {}", request.method(), request.uri().path());
        let answer = browser.send_raw(request).await;
        assert_eq!(answer.status.as_u16(), expected, "{what}: {}", answer.text());
        assert!(answer.header("x-request-id").is_some(), "{what}");
    }
}

// security: row 35
#[tokio::test]
async fn other_origins_may_read_only_what_is_made_for_them() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    for (path, open) in [
        ("/.well-known/openid-configuration", true),
        ("/.well-known/oauth-authorization-server", true),
        ("/jwks", true),
        ("/token", true),
        ("/userinfo", true),
        ("/revoke", true),
        ("/introspect", false),
        ("/sign-in", false),
        ("/healthz", false),
    ] {
        let request = Request::get(path).header("origin", "https://elsewhere.example").body("".into()).unwrap();
        let answer = browser.send_raw(request).await;
        assert_eq!(answer.header("access-control-allow-origin"), open.then_some("*"), "{path}");
    }
}

#[tokio::test]
async fn everything_discovery_names_is_there() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let discovery = browser.open("/.well-known/openid-configuration").await.answer.json();
    assert_eq!(discovery, browser.open("/.well-known/oauth-authorization-server").await.answer.json());
    assert_eq!(discovery["issuer"], portal_id_testkit::idp::ISSUER);
    for (name, value) in discovery.as_object().unwrap() {
        if let Some(url) =
            value.as_str().filter(|_| ["_endpoint", "_uri", "_iframe"].iter().any(|it| name.ends_with(it)))
        {
            assert!(url.starts_with(portal_id_testkit::idp::ISSUER), "{name}");
            let page = browser.open(url).await;
            assert_ne!(page.status(), 404, "{name}");
        }
    }
    let keys = browser.open("/jwks").await;
    assert!(keys.answer.header("cache-control").unwrap().contains("max-age=3600"));
    let text = keys.html();
    let keys: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    for private in ["\"d\"", "\"p\"", "\"q\"", "\"k\""] {
        assert!(!text.contains(private), "{private}");
    }
}

#[tokio::test]
async fn pages_speak_the_language_that_is_asked_for() {
    let idp = TestIdp::start().await;
    let vi = idp.browser().open("/sign-in").await;
    let en = idp.browser().in_language("en-GB,en;q=0.9").open("/sign-in").await;
    assert!(vi.html().contains("lang=\"vi\"") && en.html().contains("lang=\"en\""));
    assert_ne!(vi.words(), en.words());
    let asked = idp.browser().open("/sign-in?ui_locales=en").await;
    assert_eq!(asked.words(), en.words());
}

#[tokio::test]
async fn a_head_neither_issues_a_code_nor_ends_a_session() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let request = service.authorize_url("openid");
    let callback = browser.open(request.as_str()).await.expect_away(&service.redirect_uri);
    let hint = service.redeem(&callback).await.field("id_token");
    let cookies: Vec<_> = browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let before = idp.house.counters.writes();
    for address in [request.to_string(), format!("/sign-out?id_token_hint={hint}")] {
        let head = Request::head(&address).header("cookie", cookies.join("; ")).body("".into()).unwrap();
        let answer = browser.clone().send_raw(head).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{address}");
        assert!(answer.header("location").is_none());
    }
    assert_eq!(idp.house.counters.writes(), before);
}

#[tokio::test]
async fn every_refusal_of_userinfo_carries_its_challenge() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    for (body, error) in [("", None), ("access_token=a&access_token=b", Some("invalid_request"))] {
        let request = Request::post("/userinfo")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned().into())
            .unwrap();
        let answer = browser.send_raw(request).await;
        let challenge = answer.header("www-authenticate").expect("a challenge").to_owned();
        assert!(challenge.starts_with("Bearer realm="), "{challenge}");
        assert_eq!(error.is_some_and(|error| challenge.contains(error)), error.is_some(), "{challenge}");
    }
}
