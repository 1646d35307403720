//! The browser tells services that the person left (OpenID Connect Front-Channel Logout 1.0).

use crate::walk::{signed_in, tokens};
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Browser, Page, Service, TestIdp};
use serde_json::Value;
use url::Url;

async fn service(idp: &TestIdp, id: &str, front: Option<&str>) -> Service {
    let redirect = format!("https://{id}.example.vn/callback");
    let change = |client: &mut portal_id_testkit::core::client::ClientMetadata| {
        client.first_party = true;
        client.redirect_uris = vec![redirect];
        client.frontchannel_logout_uri = front.map(str::to_owned);
    };
    idp.service().id(id).with(change).register().await
}

struct Reached {
    idp: TestIdp,
    tax: Service,
    browser: Browser,
    hint: String,
    at_tax: Value,
    at_land: Value,
}

/// A person who reached two services that are told through the browser, and one that is not.
async fn reached() -> Reached {
    let idp = TestIdp::start().await;
    let tax = service(&idp, "tax", Some("https://tax.example.vn/out")).await;
    let land = service(&idp, "land", Some("https://land.example.vn/out?tenant=1")).await;
    let quiet = service(&idp, "quiet", None).await;
    // Registered, but never reached.
    let _ = service(&idp, "other", Some("https://other.example.vn/out")).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let first = tokens(&mut browser, &tax, "openid").await;
    let at_land = tokens(&mut browser, &land, "openid").await.id_token();
    tokens(&mut browser, &quiet, "openid").await;
    Reached { idp, tax, browser, hint: first.field("id_token"), at_tax: first.id_token(), at_land }
}

pub(crate) fn frames(page: &Page) -> Vec<Url> {
    let html = page.html();
    let addresses = html.split("<iframe src=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    addresses.map(|address| Url::parse(&address.replace("&#38;", "&")).unwrap()).collect()
}

fn assert_told(page: &Page, reached: &Reached) {
    let frames = frames(page);
    assert_eq!(frames.len(), 2, "{frames:?}");
    for (frame, (start, id_token)) in frames.iter().zip([
        ("https://land.example.vn/out?tenant=1&iss=", &reached.at_land),
        ("https://tax.example.vn/out?iss=", &reached.at_tax),
    ]) {
        assert!(frame.as_str().starts_with(start), "{frame}");
        assert_eq!(parameter(frame, "iss").as_deref(), id_token["iss"].as_str());
        assert_eq!(parameter(frame, "sid").as_deref(), id_token["sid"].as_str());
    }
    let policy = page.answer.header("content-security-policy").unwrap();
    assert!(policy.contains("; frame-src https://land.example.vn https://tax.example.vn; "), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

fn sign_out(parameters: &[(&str, &str)]) -> Url {
    Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap()
}

#[tokio::test]
async fn the_services_of_the_session_are_told_before_the_browser_goes_back() {
    let mut reached = reached().await;
    let request = sign_out(&[
        ("id_token_hint", &reached.hint),
        ("post_logout_redirect_uri", &reached.tax.post_logout),
        ("state", "bye & \"thanks\""),
    ]);
    let page = reached.browser.open(request.as_str()).await.expect("leaving");
    assert_told(&page, &reached);
    let back = Url::parse(&page.link("continue").unwrap()).unwrap();
    assert!(back.as_str().starts_with(&reached.tax.post_logout));
    assert_eq!(parameter(&back, "state").as_deref(), Some("bye & \"thanks\""));
    // Without scripts the browser goes on too.
    let html = page.html();
    let refresh = html.split("<noscript><meta http-equiv=\"refresh\" content=\"5; url=").nth(1).unwrap();
    let refresh = refresh.split('"').next().unwrap().replace("&#38;", "&");
    assert_eq!(Url::parse(&refresh).unwrap(), back);
    let none = reached.tax.authorize_url_with("openid", &[("prompt", "none")]);
    let callback = reached.browser.open(none.as_str()).await.expect_away(&reached.tax.redirect_uri);
    assert_eq!(parameter(&callback, "error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn whoever_leaves_from_our_own_pages_takes_the_services_along() {
    let mut one = reached().await;
    let page = one.browser.open("/sign-out").await.expect("sign-out");
    let page = one.browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
    assert_told(&page, &one);
    assert!(!page.html().contains("<script"), "there is nowhere to go on to");

    for action in ["end-all", "end"] {
        let mut one = reached().await;
        let page = one.browser.open("/account/sessions").await.expect("sessions");
        let form = page.form_with("session").press("action", action);
        let page = one.browser.submit(form).await.expect("signed-out");
        assert_told(&page, &one);
    }
}

#[tokio::test]
async fn a_session_that_ends_elsewhere_or_is_over_is_nothing_to_this_browser() {
    let mut one = reached().await;
    let mut other = one.browser.clone();
    let page = other.open("/sign-out").await.expect("sign-out");
    let _ = other.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
    let request = sign_out(&[("id_token_hint", &one.hint), ("post_logout_redirect_uri", &one.tax.post_logout)]);
    // A valid hint without a session: straight back, and nobody is told twice.
    one.browser.open(request.as_str()).await.expect_away(&one.tax.post_logout);
    let page = one.browser.open("/sign-out").await.expect("signed-out");
    assert!(frames(&page).is_empty());
}

// security: row 35
#[tokio::test]
async fn a_service_that_was_switched_off_is_not_framed() {
    let mut one = reached().await;
    let now = one.idp.now();
    let body = move |tx: &mut dyn portal_id_testkit::core::store::Tx| {
        let id = portal_id_testkit::core::ids::ClientId::from_text("land");
        let mut client = tx.find_client(&id)?.expect("the client");
        client.disabled_at = Some(now);
        tx.update_client(&client)
    };
    assert!(one.idp.house.store.tx("disable", body).await.unwrap());
    let page = one.browser.open("/sign-out").await.expect("sign-out");
    let page = one.browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
    let hosts: Vec<_> = frames(&page).iter().map(|frame| frame.host_str().unwrap().to_owned()).collect();
    assert_eq!(hosts, ["tax.example.vn"]);
    assert!(!page.answer.header("content-security-policy").unwrap().contains("land.example.vn"));
}
