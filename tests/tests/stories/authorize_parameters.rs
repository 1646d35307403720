//! Every parameter of the authorization endpoint, missing, empty, sent twice, too long, and of the wrong kind.

use crate::walk::{change_client, signed_in};
use http::StatusCode;
use portal_id_testkit::core::client::GrantKind;
use portal_id_testkit::service::{CHALLENGE, parameter};
use portal_id_testkit::{Browser, Service, TestIdp};
use url::Url;

/// What a request comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comes {
    /// A code.
    Code,
    /// This error, told to the service.
    Told(&'static str),
    /// A page of ours: there is no verified place to tell it to.
    Page,
}
use Comes::{Code, Page, Told};

const INVALID: Comes = Told("invalid_request");

/// A parameter: a good value (empty where a good request has none), then what comes of it missing, empty, twice, and
/// with a value of the wrong kind.
type Row = (&'static str, &'static str, Comes, Comes, Comes, (&'static str, Comes));

const TABLE: [Row; 26] = [
    ("client_id", "test-service", Page, Page, Page, ("another", Page)),
    ("client_id", "", Page, Page, Page, ("machine", Told("unauthorized_client"))),
    ("redirect_uri", "https://service.example.vn/callback", Page, Page, Page, ("callback", Page)),
    ("response_type", "code", INVALID, INVALID, INVALID, ("token", Told("unsupported_response_type"))),
    ("scope", "openid", Told("invalid_scope"), Told("invalid_scope"), INVALID, ("open\"id", Told("invalid_scope"))),
    ("state", "state-of-the-test", Code, Code, INVALID, ("{}", Code)),
    ("nonce", "nonce-of-the-test", Code, Code, INVALID, ("{}", Code)),
    ("code_challenge", CHALLENGE, INVALID, INVALID, INVALID, ("short", INVALID)),
    ("code_challenge_method", "S256", INVALID, INVALID, INVALID, ("plain", INVALID)),
    ("response_mode", "query", Code, Code, INVALID, ("fragment", INVALID)),
    ("prompt", "", Code, Code, INVALID, ("none login", INVALID)),
    ("max_age", "1000", Code, Code, INVALID, ("soon", INVALID)),
    ("acr_values", "gold", Code, Code, INVALID, ("\u{1f600}", Code)),
    ("display", "page", Code, Code, INVALID, ("hologram", Code)),
    ("ui_locales", "en", Code, Code, INVALID, ("---", Code)),
    ("claims_locales", "en", Code, Code, INVALID, ("---", Code)),
    ("login_hint", "an", Code, Code, INVALID, ("'; --", Code)),
    ("id_token_hint", "", Code, Code, INVALID, ("5", INVALID)),
    ("idp_hint", "vnconnect", Code, Code, INVALID, ("https://evil.example", Code)),
    ("vnconnect", "1", Code, Code, INVALID, ("yes!", INVALID)),
    ("MaTTHCDP", "1.004194.000.00.00.H05", Code, Code, INVALID, ("1 2", INVALID)),
    ("MaCoQuanThucHien", "H05.18", Code, Code, INVALID, ("<b>", INVALID)),
    ("MaDVC", "A_b-7", Code, Code, INVALID, ("\u{1f600}", INVALID)),
    ("request", "", Code, Code, INVALID, ("5", Told("request_not_supported"))),
    ("request_uri", "", Code, Code, INVALID, ("5", Told("request_uri_not_supported"))),
    ("registration", "", Code, Code, INVALID, ("5", Told("registration_not_supported"))),
];

/// The good request, all optional parameters with it.
fn good() -> Vec<(&'static str, String)> {
    let set = TABLE.iter().filter(|row| !row.1.is_empty());
    set.map(|row| (row.0, row.1.to_owned())).collect()
}

/// Sends it in both ways (OpenID Connect Core §3.1.2.1) and fails unless each comes to `expected`.
async fn expect(browser: &Browser, service: &Service, request: &[(&str, String)], expected: Comes, what: &str) {
    let url = Url::parse_with_params("https://id.example.gov.vn/authorize", request).unwrap();
    let fields: Vec<(String, String)> =
        request.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let mut by_post = browser.clone();
    let posted = by_post.post(&Url::parse("https://id.example.gov.vn/authorize").unwrap(), &fields).await;
    let by_get = browser.clone().open(url.as_str()).await;
    let mut pages = vec![by_get];
    match posted.header("location").map(str::to_owned) {
        Some(on) => pages.push(by_post.open(&on).await),
        None => assert_eq!((expected, posted.status.is_client_error()), (Page, true), "{what}, posted"),
    }
    for page in pages {
        if expected == Page {
            assert!(
                page.status().is_client_error() && page.status() != StatusCode::NOT_FOUND,
                "{what}: {}",
                page.name()
            );
            assert_eq!(page.name(), "error", "{what}");
            assert_eq!(page.text_of("#request-id"), page.answer.header("x-request-id").unwrap(), "{what}");
            assert!(!page.text_of("#reason").is_empty(), "{what}");
            continue;
        }
        let id = page.answer.header("x-request-id").unwrap().to_owned();
        assert!(page.answer.header("cache-control").is_some_and(|value| value == "no-store"), "{what}");
        let back = page.expect_away(&service.redirect_uri);
        assert_eq!(parameter(&back, "iss").as_deref(), Some("https://id.example.gov.vn"), "{what}");
        let told = parameter(&back, "error");
        match expected {
            Told(error) => {
                assert_eq!(told.as_deref(), Some(error), "{what}");
                let description = parameter(&back, "error_description").unwrap();
                assert!(description.ends_with(&format!("; request {id}")), "{what}: {description}");
                assert!(parameter(&back, "code").is_none(), "{what}");
            }
            _ => assert!(told.is_none() && parameter(&back, "code").is_some(), "{what}: {back}"),
        }
        if !what.starts_with("state") {
            assert_eq!(parameter(&back, "state").as_deref(), Some("state-of-the-test"), "{what}");
        }
    }
}

/// A service from which codes were taken since it was registered.
async fn machine(idp: &TestIdp) -> Service {
    let service = idp.service().id("machine").acting_for_itself(&["tax:read"]).register().await;
    change_client(idp, "machine", |client| client.metadata.grant_types = vec![GrantKind::ClientCredentials]).await;
    service
}

/// Nobody is asked to sign in for it, and nobody who is signed in gets a code for it.
#[tokio::test]
async fn a_service_that_may_have_no_codes_is_told_so_at_once() {
    let idp = TestIdp::start().await;
    let machine = machine(&idp).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let hers = signed_in(&idp, &an).await;
    for (mut browser, who) in [(idp.browser(), "nobody"), (hers, "somebody")] {
        for prompt in ["", "none", "login", "create"] {
            let request = machine.authorize_url_with("openid", &[("prompt", prompt)]);
            let back = browser.open(request.as_str()).await.expect_away(&machine.redirect_uri);
            assert_eq!(parameter(&back, "error").as_deref(), Some("unauthorized_client"), "{who}, {prompt}");
            let told = ["state", "iss"].map(|name| parameter(&back, name).unwrap());
            assert_eq!(told, ["state-of-the-test", "https://id.example.gov.vn"], "{who}, {prompt}");
            assert_eq!(parameter(&back, "code"), None);
        }
        let elsewhere = machine.authorize_url_with("openid", &[("redirect_uri", "https://evil.example/")]);
        let _ = browser.open(elsewhere.as_str()).await.expect("error");
    }
    machine.act_for_itself(&[]).await.fields();
}

// security: row 36
#[tokio::test]
async fn every_parameter_of_the_authorization_request_is_met_whatever_becomes_of_it() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let _ = machine(&idp).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let browser = signed_in(&idp, &an).await;
    expect(&browser, &service, &good(), Code, "good").await;
    for (name, value, missing, empty, twice, (wrong, of_wrong)) in TABLE {
        let without: Vec<_> = good().into_iter().filter(|(known, _)| *known != name).collect();
        let with = |values: &[&str]| {
            [without.clone(), values.iter().map(|value| (name, (*value).to_owned())).collect()].concat()
        };
        expect(&browser, &service, &without, missing, &format!("{name} missing")).await;
        expect(&browser, &service, &with(&[""]), empty, &format!("{name} empty")).await;
        let some = if value.is_empty() { "x" } else { value };
        expect(&browser, &service, &with(&[some, some]), twice, &format!("{name} twice")).await;
        expect(&browser, &service, &with(&[wrong]), of_wrong, &format!("{name} of the wrong kind")).await;
        let long = "a".repeat(9 * 1024);
        expect(&browser, &service, &with(&[&long]), Page, &format!("{name} too long")).await;
    }
}

#[tokio::test]
async fn what_we_know_nothing_of_is_ignored_however_often_it_comes() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let browser = signed_in(&idp, &an).await;
    for extra in [vec!["1"], vec![""], vec!["1", "2"], vec!["\u{1f600}", "\u{1f600}"]] {
        let more = extra.iter().map(|value| ("utm_source", (*value).to_owned())).collect();
        expect(&browser, &service, &[good(), more].concat(), Code, &format!("unknown {extra:?}")).await;
    }
}

// security: row 26
#[tokio::test]
async fn an_id_token_is_a_hint_for_the_service_that_it_was_issued_to_and_for_no_other() {
    let idp = TestIdp::start().await;
    let one = idp.service().with(|client| client.first_party = true).register().await;
    let other = idp.service().id("other").with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let hint = crate::walk::tokens(&mut browser, &one, "openid").await.field("id_token");
    for (service, signed_in_there, expected) in [
        (&one, true, None),
        (&one, false, Some("login_required")),
        (&other, true, Some("invalid_request")),
        (&other, false, Some("invalid_request")),
    ] {
        let mut browser = if signed_in_there { browser.clone() } else { idp.browser() };
        let request = service.authorize_url_with("openid", &[("id_token_hint", &hint), ("prompt", "none")]);
        let back = browser.open(request.as_str()).await.expect_away(&service.redirect_uri);
        assert_eq!(parameter(&back, "error").as_deref(), expected, "{}, {signed_in_there}", service.client_id);
    }
}
