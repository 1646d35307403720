//! Signing out where somebody arrived by another provider: here first, then there, then where the service waits.

use super::{SCOPE, Town, is_signed_in};
use crate::back_channel::{address, told};
use crate::front_channel::frames;
use crate::walk::change_client;
use portal_id_testkit::core::client::ClientMetadata;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::provider::{CLIENT_ID, Manner};
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Page, Provider, TestIdp};
use serde_json::json;
use url::Url;

/// Somebody who arrived, and what the service needs to sign them out.
struct There {
    town: Town,
    hint: String,
    sid: String,
}

impl There {
    async fn with(more: &str) -> Self {
        Self::at_a_service(more, |_| {}).await
    }

    async fn at_a_service(more: &str, change: impl FnOnce(&mut ClientMetadata)) -> Self {
        let mut town = Town::with(more).await;
        let change = |client: &mut ClientMetadata| {
            client.first_party = true;
            client.backchannel_logout_uri = Some(address("reached"));
            change(client);
        };
        town.idp.beyond.at(&address("reached"), 200, "");
        town.service = town.idp.service().id("reached").with(change).register().await;
        let page = town.walk().await;
        let tokens = town.tokens(page).await;
        let sid = tokens.id_token()["sid"].as_str().unwrap().to_owned();
        Self { hint: tokens.field("id_token"), sid, town }
    }

    /// The service's request.
    fn request(&self) -> String {
        let Self { town, hint, .. } = self;
        let parameters = [
            ("id_token_hint", hint.as_str()),
            ("post_logout_redirect_uri", &town.service.post_logout),
            ("state", "tạm & biệt"),
        ];
        Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap().into()
    }

    async fn sign_out(&mut self) -> Page {
        let request = self.request();
        self.town.browser.open(&request).await
    }

    /// Fails unless the service has the person back.
    fn expect_back(&self, page: Page) {
        let back = page.expect_away(&self.town.service.post_logout);
        assert_eq!(back.query_pairs().count(), 1, "{back}");
        assert_eq!(parameter(&back, "state").as_deref(), Some("tạm & biệt"));
    }

    async fn is_told(&self) -> bool {
        told(&self.town.idp).await == [("reached".to_owned(), self.sid.clone())]
    }
}

/// Where the provider sends whoever signed out there.
fn back_from(there: &Url) -> Url {
    let mut back =
        Url::parse(&parameter(there, "post_logout_redirect_uri").expect("an address to come back to")).unwrap();
    if let Some(state) = parameter(there, "state") {
        back.query_pairs_mut().append_pair("state", &state);
    }
    back
}

#[tokio::test]
async fn the_session_here_ends_first_then_the_one_there_and_the_service_has_the_person_back() {
    let mut there = There::with("").await;
    let way = there.sign_out().await.expect_away("https://portal.example/oidc/logout?");
    // Whatever the portal does now: here everything is over, and the service knows.
    assert!(!is_signed_in(&mut there.town.browser).await);
    assert!(there.is_told().await);
    assert_eq!(parameter(&way, "client_id").as_deref(), Some(CLIENT_ID));
    let hint = parameter(&way, "id_token_hint").unwrap();
    assert_eq!(portal_id_testkit::service::claims_of(&hint)["sid"], "sid-binh", "the portal's own ID token");
    let back = back_from(&way);
    assert!(back.as_str().starts_with("https://id.example.gov.vn/upstream/vnconnect/signed-out?state="));
    assert!(!way.as_str().contains("service.example.vn"), "the portal is not told where the person goes: {way}");
    let page = there.town.browser.open(back.as_str()).await;
    there.expect_back(page);
    // The portal was called by nobody but the browser.
    assert!(there.town.portal.asked_at("/oidc/logout").is_empty());
}

#[tokio::test]
async fn from_our_own_page_a_browser_goes_there_by_a_page_that_goes_on_by_itself() {
    let mut there = There::with("").await;
    let asked = there.town.browser.open("/sign-out").await.expect("sign-out");
    let mut program = there.town.browser.clone();
    there.town.browser = there.town.browser.showing_pages();
    let page = there.town.browser.submit(asked.form_to("/sign-out/confirm")).await.expect("leaving");
    assert!(page.words().contains("VNConnect"), "{}", page.words());
    let way = Url::parse(&page.link("continue").unwrap()).unwrap();
    assert!(way.as_str().starts_with("https://portal.example/oidc/logout?"));
    assert_eq!(parameter(&way, "state"), None, "nobody waits");
    let policy = page.answer.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self';") && !policy.contains("portal.example"), "{policy}");
    let page = there.town.browser.open(back_from(&way).as_str()).await.expect("signed-out");
    assert!(frames(&page).is_empty());
    // It ended once: who presses the button again is signed out already.
    let again = program.submit(asked.form_to("/sign-out/confirm")).await;
    assert_eq!(again.status(), 200, "{}", again.words());
}

#[tokio::test]
async fn from_the_list_of_sessions_too() {
    for action in ["end-all", "end"] {
        let mut there = There::with("").await;
        let page = there.town.browser.open("/account/sessions").await.expect("sessions");
        let form = page.form_with("action").press("action", action);
        let way = there.town.browser.submit(form).await.expect_away("https://portal.example/oidc/logout?");
        assert!(!is_signed_in(&mut there.town.browser).await);
        let _ = there.town.browser.open(back_from(&way).as_str()).await.expect("signed-out");
    }
}

#[tokio::test]
async fn nobody_is_sent_there_where_that_is_not_wanted_or_would_be_no_way_back() {
    for more in [
        "logout = \"none\"",
        "post_logout_redirect = false",
        "end_session_endpoint = \"\"",
        "post_logout_redirect = false\nlogout = \"all\"",
    ] {
        let mut there = There::with(more).await;
        let page = there.sign_out().await;
        there.expect_back(page);
        assert!(there.is_told().await, "{more}");
        assert!(!is_signed_in(&mut there.town.browser).await);
    }
    // Nor is anybody who came by a password.
    let mut there = There::with("").await;
    let an = there.town.idp.citizen("nguyen.thi.an").activated().create().await;
    there.town.browser = there.town.idp.browser();
    let request = there.town.service.authorize_url(SCOPE);
    let page = there.town.browser.open(request.as_str()).await.expect("sign-in");
    let page = an.sign_in(&there.town.idp, &mut there.town.browser, &page).await;
    there.hint = there.town.tokens(page).await.field("id_token");
    let page = there.sign_out().await;
    there.expect_back(page);
}

#[tokio::test]
async fn a_portal_that_fails_keeps_nobody_signed_in_here() {
    // It is known to fail: nobody is sent there.
    let mut there = There::with("").await;
    there.town.portal.inside().manners.insert("/oauth2/token".to_owned(), Manner::Status(503));
    let own = there.town.browser.clone();
    for _ in 0..5 {
        there.town.browser = there.town.idp.browser();
        let _ = there.town.walk().await.expect("upstream-trouble");
    }
    there.town.browser = own;
    let page = there.sign_out().await;
    there.expect_back(page);
    assert!(there.is_told().await);
    // It is not known: the person is sent there, and whatever becomes of that, is signed out here.
    let mut there = There::with("").await;
    for path in ["/oauth2/token", "/oauth2/jwks", "/oidc/logout", "/.well-known/openid-configuration"] {
        there.town.portal.inside().manners.insert(path.to_owned(), Manner::Away);
    }
    let asked = there.town.portal.inside().asked.len();
    let _ = there.sign_out().await.expect_away("https://portal.example/oidc/logout?");
    assert!(!is_signed_in(&mut there.town.browser).await && there.is_told().await);
    assert_eq!(there.town.portal.inside().asked.len(), asked, "nobody waits for it");
    // It was switched off meanwhile.
    let there = There::with("").await;
    let (request, post_logout) = (there.request(), there.town.service.post_logout.clone());
    let (own, idp) = (there.town.browser.clone(), there.town.idp);
    let idp = idp.restart_with(|config| config.federation.upstreams[0].enabled = false).await;
    let mut browser = own.at_node(&idp);
    let _ = browser.open(&request).await.expect_away(&post_logout);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_node_that_never_heard_of_the_metadata_does_not_wait_for_them() {
    let province = Provider::generic("tinh");
    let idp = TestIdp::start_with_providers(&[&province], |_| {}).await;
    let mut browser = idp.browser();
    let there = browser.open("/upstream/tinh/start").await.expect_away(&province.base);
    let _ = browser.come_back(province.sign_in(&there).as_str()).await.expect("home");
    province.inside().manners.insert("/.well-known/openid-configuration".to_owned(), Manner::Away);
    let idp = idp.restart().await;
    let mut browser = browser.at_node(&idp);
    let page = browser.open("/sign-out").await.expect("sign-out");
    let _ = browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn the_services_that_are_told_by_frames_are_told_before_the_browser_leaves() {
    let framed = |client: &mut ClientMetadata| {
        client.frontchannel_logout_uri = Some("https://service.example.vn/out".to_owned());
    };
    let mut there = There::at_a_service("", framed).await;
    let page = there.sign_out().await.expect("leaving");
    let told = frames(&page);
    assert_eq!(told.len(), 1);
    assert_eq!(parameter(&told[0], "sid").as_deref(), Some(there.sid.as_str()));
    let way = Url::parse(&page.link("continue").unwrap()).unwrap();
    assert!(way.as_str().starts_with("https://portal.example/oidc/logout?"), "{way}");
    let page = there.town.browser.open(back_from(&way).as_str()).await;
    there.expect_back(page);
}

// security: row 2
#[tokio::test]
async fn an_address_in_the_claims_leads_to_the_portal_and_nowhere_else() {
    const CLAIM: &str = "[federation.upstreams.claims]\nlogout_uri = \"logoutUri\"";
    for (named, leads_to) in [
        ("https://portal.example/thoat?phien=1", "https://portal.example/thoat?phien=1&post_logout_redirect_uri="),
        ("https://evil.example/", "https://portal.example/oidc/logout?"),
        ("https://portal.example@evil.example/", "https://portal.example/oidc/logout?"),
        ("https://portal.example.evil.example/", "https://portal.example/oidc/logout?"),
        ("//evil.example/", "https://portal.example/oidc/logout?"),
        ("javascript:alert(1)", "https://portal.example/oidc/logout?"),
        ("", "https://portal.example/oidc/logout?"),
    ] {
        let mut town = Town::with(CLAIM).await;
        town.portal.inside().userinfo.insert("logoutUri".to_owned(), json!(named));
        let page = town.walk().await;
        let hint = town.tokens(page).await.field("id_token");
        let mut there = There { town, hint, sid: String::new() };
        let way = there.sign_out().await.expect_away(leads_to);
        let page = there.town.browser.open(back_from(&way).as_str()).await;
        there.expect_back(page);
    }
}

// security: row 2, 10
#[tokio::test]
async fn what_comes_back_without_our_seal_or_to_another_browser_or_too_late_leads_nowhere() {
    let mut there = There::with("").await;
    let way = there.sign_out().await.expect_away("https://portal.example/oidc/logout?");
    let back = back_from(&way);
    let state = parameter(&back, "state").unwrap();
    let with = |state: &str| {
        let mut url = back.clone();
        url.query_pairs_mut().clear().append_pair("state", state);
        url
    };
    for spoilt in [
        with(""),
        with("https://evil.example/"),
        with(&state[..state.len() - 1]),
        with(&format!("{state}A")),
        with(&format!("B{}", &state[1..])),
        Url::parse("https://id.example.gov.vn/upstream/vnconnect/signed-out").unwrap(),
        Url::parse(&format!("{back}&state={state}")).unwrap(),
        Url::parse("https://id.example.gov.vn/upstream/vnconnect/signed-out?post_logout_redirect_uri=https://evil.example/&client_id=reached").unwrap(),
        Url::parse("https://id.example.gov.vn/upstream/nobody/signed-out?state=x").unwrap(),
    ] {
        let page = there.town.browser.open(spoilt.as_str()).await.expect("signed-out");
        assert_eq!(page.status(), 200, "{spoilt}");
    }
    let _ = there.town.idp.browser().open(back.as_str()).await.expect("signed-out");
    there.town.idp.advance(Span::minutes(10) - Span::millis(1)).await;
    let page = there.town.browser.open(back.as_str()).await;
    there.expect_back(page);
    there.town.idp.advance(Span::millis(1)).await;
    let _ = there.town.browser.open(back.as_str()).await.expect("signed-out");
}

// security: row 2, 23
#[tokio::test]
async fn where_a_service_waits_is_judged_anew_when_the_person_comes_back() {
    let mut there = There::with("").await;
    let way = there.sign_out().await.expect_away("https://portal.example/oidc/logout?");
    let back = back_from(&way);
    change_client(&there.town.idp, "reached", |client| client.metadata.post_logout_redirect_uris.clear()).await;
    let _ = there.town.browser.open(back.as_str()).await.expect("signed-out");
    let registered = vec![there.town.service.post_logout.clone()];
    change_client(&there.town.idp, "reached", move |client| {
        client.metadata.post_logout_redirect_uris.clone_from(&registered);
        client.disabled_at = Some(client.created_at);
    })
    .await;
    let _ = there.town.browser.open(back.as_str()).await.expect("signed-out");
    change_client(&there.town.idp, "reached", |client| client.disabled_at = None).await;
    // Somebody signed in meanwhile is not told that nobody is.
    let page = there.town.walk().await;
    there.town.tokens(page).await.fields();
    let nothing = Url::parse("https://id.example.gov.vn/upstream/vnconnect/signed-out").unwrap();
    let _ = there.town.browser.open(nothing.as_str()).await.expect("home");
    assert!(is_signed_in(&mut there.town.browser).await, "coming back signs nobody out");
}

// security: row 35
#[tokio::test]
async fn a_forged_hint_signs_nobody_out_anywhere() {
    let mut there = There::with("").await;
    let forged = format!("{}x", there.hint);
    let upstreams_own = there.town.portal.inside().key.clone();
    let claims = portal_id_testkit::service::claims_of(&there.hint);
    for hint in [forged, upstreams_own.sign(&upstreams_own.header(), &claims)] {
        there.hint = hint;
        let page = there.sign_out().await.expect("sign-out");
        assert!(page.link("continue").is_none());
    }
    assert!(is_signed_in(&mut there.town.browser).await);
    assert!(told(&there.town.idp).await.is_empty());
}
