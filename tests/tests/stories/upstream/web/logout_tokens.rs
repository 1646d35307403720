//! Another provider says that somebody left it (OpenID Connect Back-Channel Logout 1.0).

use super::{Town, expect_trouble, is_signed_in, links};
use crate::back_channel::{address, told};
use crate::walk::sign_in_with;
use http::{Request, StatusCode};
use portal_id_testkit::browser::Answer;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::client::ClientMetadata;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::provider::{CLIENT_ID, Manner};
use portal_id_testkit::{Browser, OwnKey, Provider, TestIdp};
use serde_json::{Value, json};
use std::sync::Arc;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What a good token of the portal says.
fn good(idp: &TestIdp, portal: &Provider) -> Value {
    let now = idp.now().seconds();
    json!({
        "iss": portal.issuer(), "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": "j-1", "sub": "s-binh",
        "sid": "sid-binh", "events": { EVENT: {} },
    })
}

/// The claims with these changed; `null` takes one out.
fn with(mut claims: Value, changes: &Value) -> Value {
    let map = claims.as_object_mut().unwrap();
    map.extend(changes.as_object().unwrap().clone());
    map.retain(|_, value| !value.is_null());
    claims
}

fn signed_by(key: &OwnKey, claims: &Value) -> String {
    let mut header = key.header();
    header["typ"] = json!("logout+jwt");
    key.sign(&header, claims)
}

async fn post_body(idp: &TestIdp, id: &str, body: String) -> Answer {
    let request = Request::post(format!("/upstream/{id}/backchannel-logout"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://elsewhere.example");
    idp.browser().send_raw(request.body(body.into()).unwrap()).await
}

async fn post(idp: &TestIdp, id: &str, token: &str) -> Answer {
    post_body(idp, id, form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", token).finish())
        .await
}

/// Somebody signed in twice: by the portal at a service that wants to know, and elsewhere by the portal too.
struct Signed {
    town: Town,
    elsewhere: Browser,
    sid: String,
}

impl Signed {
    async fn with(more: &str) -> Self {
        let mut town = Town::with(more).await;
        let change = |client: &mut ClientMetadata| {
            client.first_party = true;
            client.backchannel_logout_uri = Some(address("reached"));
        };
        town.idp.beyond.at(&address("reached"), 200, "");
        town.service = town.idp.service().id("reached").with(change).register().await;
        town.portal.inside().id_token.insert("sid".to_owned(), json!("sid-other"));
        let there = town.browser.open("/upstream/vnconnect/start").await.expect_away(&town.portal.base);
        let _ = town.come_back(&there).await.expect("home");
        let elsewhere = town.browser.clone();
        town.browser = town.idp.browser();
        town.portal.inside().id_token.insert("sid".to_owned(), json!("sid-binh"));
        let page = town.walk().await;
        let sid = town.tokens(page).await.id_token()["sid"].as_str().unwrap().to_owned();
        Self { town, elsewhere, sid }
    }

    async fn post(&self, changes: Value) -> Answer {
        let claims = with(good(&self.town.idp, &self.town.portal), &changes);
        let token = signed_by(&self.town.portal.inside().key.clone(), &claims);
        post(&self.town.idp, "vnconnect", &token).await
    }

    /// Whether they are signed in at the service's browser, and elsewhere.
    async fn here_and_elsewhere(&mut self) -> (bool, bool) {
        (is_signed_in(&mut self.town.browser).await, is_signed_in(&mut self.elsewhere).await)
    }
}

fn expect_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.json()["error"], error);
    assert!(answer.json()["error_description"].as_str().unwrap().contains("; request "));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("access-control-allow-origin").is_none() && answer.header("set-cookie").is_none());
}

#[tokio::test]
async fn the_session_that_stands_on_it_ends_and_its_services_are_told() {
    let mut signed = Signed::with("").await;
    let answer = signed.post(json!({})).await;
    assert_eq!((answer.status, answer.text().as_str()), (StatusCode::OK, ""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("access-control-allow-origin").is_none() && answer.header("set-cookie").is_none());
    assert_eq!(signed.here_and_elsewhere().await, (false, true));
    assert_eq!(told(&signed.town.idp).await, [("reached".to_owned(), signed.sid.clone())]);
    assert!(signed.town.idp.audited(AuditKind::UpstreamEndedSession).await);
}

#[tokio::test]
async fn without_a_session_in_it_everything_of_that_person_there_ends() {
    let mut signed = Signed::with("").await;
    assert_eq!(signed.post(json!({ "sid": null })).await.status, StatusCode::OK);
    assert_eq!(signed.here_and_elsewhere().await, (false, false));
}

#[tokio::test]
async fn where_the_policy_says_all_every_session_of_the_person_ends_whichever_was_left() {
    let mut signed = Signed::with("logout = \"all\"").await;
    assert_eq!(signed.post(json!({})).await.status, StatusCode::OK);
    assert_eq!(signed.here_and_elsewhere().await, (false, false));
    assert_eq!(told(&signed.town.idp).await.len(), 1, "a service hears once of what it was signed in with");
}

#[tokio::test]
async fn where_the_policy_says_all_also_what_a_password_began_ends_though_nothing_is_left_that_began_there() {
    let mut town = Town::with("logout = \"all\"").await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let _ = sign_in_with(&town.idp, &an, &mut town.browser).await.expect("home");
    town.portal.inside().userinfo.insert("SoDinhDanh".to_owned(), json!(an.identity_number));
    let _ = links::link(&mut town).await;
    assert!(is_signed_in(&mut town.browser).await);
    let claims = with(good(&town.idp, &town.portal), &json!({ "sid": null }));
    let token = signed_by(&town.portal.inside().key.clone(), &claims);
    assert_eq!(post(&town.idp, "vnconnect", &token).await.status, StatusCode::OK);
    assert!(!is_signed_in(&mut town.browser).await);
}

#[tokio::test]
async fn of_somebody_unknown_nothing_ends_and_that_is_no_error() {
    let mut signed = Signed::with("").await;
    for changes in [json!({ "sid": "sid-unknown" }), json!({ "sid": null, "sub": "s-unknown", "jti": "j-2" })] {
        assert_eq!(signed.post(changes).await.status, StatusCode::OK);
    }
    assert_eq!(signed.here_and_elsewhere().await, (true, true));
}

// security: row 26
#[tokio::test]
async fn a_token_with_one_thing_spoilt_ends_nothing() {
    let mut signed = Signed::with("").await;
    let now = signed.town.idp.now().seconds();
    for changes in [
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": "https://portal.example" }),
        json!({ "aud": "other" }),
        json!({ "aud": null }),
        json!({ "iat": null }),
        json!({ "iat": now - 700, "exp": null }),
        json!({ "iat": now + 120 }),
        json!({ "exp": now - 61 }),
        json!({ "events": null }),
        json!({ "events": {} }),
        json!({ "events": { EVENT: "x" } }),
        json!({ "nonce": "n" }),
        json!({ "sub": null, "sid": null }),
        json!({ "sid": 7 }),
        json!({ "jti": null }),
    ] {
        let answer = signed.post(changes.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changes}");
        expect_refused(&answer, 400, "invalid_request");
    }
    let (idp, portal) = (&signed.town.idp, &signed.town.portal);
    let (key, claims) = (portal.inside().key.clone(), good(idp, portal));
    let token = signed_by(&key, &claims);
    let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let foreign = OwnKey::named("key-of-vnconnect-too");
    let none = key.sign(&json!({ "alg": "none", "typ": "logout+jwt" }), &claims);
    for spoilt in [
        String::new(),
        "a.b.c".to_owned(),
        format!("{head}.{body}."),
        format!("{head}.{body}.{}", &signature[..signature.len() - 4]),
        format!("{head}.{}.{signature}", body.to_uppercase()),
        none,
        signed_by(&foreign, &claims),
    ] {
        expect_refused(&post(idp, "vnconnect", &spoilt).await, 400, "invalid_request");
    }
    for body in ["", "logout_token=", "other=1", &format!("logout_token={token}&logout_token={token}")] {
        expect_refused(&post_body(idp, "vnconnect", body.to_owned()).await, 400, "invalid_request");
    }
    let as_json = Request::post("/upstream/vnconnect/backchannel-logout").header("content-type", "application/json");
    let body = json!({ "logout_token": token }).to_string();
    expect_refused(&idp.browser().send_raw(as_json.body(body.into()).unwrap()).await, 400, "invalid_request");
    let by_link = format!("/upstream/vnconnect/backchannel-logout?logout_token={token}");
    expect_refused(&idp.browser().open(&by_link).await.answer, 405, "invalid_request");
    // None of them used up the good one, which works once.
    assert_eq!(signed.here_and_elsewhere().await, (true, true));
    assert_eq!(signed.post(json!({})).await.status, StatusCode::OK);
    expect_refused(&signed.post(json!({})).await, 400, "invalid_request");
    assert_eq!(signed.here_and_elsewhere().await, (false, true));
}

// security: row 24, 26
#[tokio::test]
async fn a_token_counts_as_what_it_is_and_for_the_provider_that_made_it() {
    let (portal, province) = (Provider::vnconnect(), Provider::generic("tinh"));
    province.inside().person(json!({ "sub": "s-binh", "sid": "sid-binh" }), json!({ "sub": "s-binh", "name": "Khác" }));
    let idp = TestIdp::start_with_providers(&[&portal, &province], |_| {}).await;
    let mut browser = idp.browser();
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    let _ = browser.come_back(portal.sign_in(&there).as_str()).await.expect("home");
    // The same sub and sid at another provider are somebody else's.
    let key = |of: &Arc<Provider>| of.inside().key.clone();
    let theirs = signed_by(&key(&province), &good(&idp, &province));
    assert_eq!(post(&idp, "tinh", &theirs).await.status, StatusCode::OK);
    assert!(is_signed_in(&mut browser).await);
    // A provider's token is nothing at the address of another, and none can speak for another.
    let of_portal = signed_by(&key(&portal), &good(&idp, &portal));
    expect_refused(&post(&idp, "tinh", &of_portal).await, 400, "invalid_request");
    let in_its_name = signed_by(&key(&province), &with(good(&idp, &portal), &json!({ "jti": "j-2" })));
    for id in ["vnconnect", "tinh"] {
        expect_refused(&post(&idp, id, &in_its_name).await, 400, "invalid_request");
    }
    // An ID token is no logout token, and a logout token no ID token.
    let now = idp.now().seconds();
    let id_token = json!({
        "iss": portal.issuer(), "aud": CLIENT_ID, "iat": now, "exp": now + 300, "sub": "s-binh", "sid": "sid-binh",
        "nonce": "n", "jti": "j-3",
    });
    expect_refused(
        &post(&idp, "vnconnect", &key(&portal).sign(&key(&portal).header(), &id_token)).await,
        400,
        "invalid_request",
    );
    assert!(is_signed_in(&mut browser).await);
    portal.inside().token = Some(of_portal.clone());
    let mut other = idp.browser();
    let there = other.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    expect_trouble(other.open(portal.sign_in(&there).as_str()).await, 502, "upstream-distrusted");
    assert_eq!(post(&idp, "vnconnect", &of_portal).await.status, StatusCode::OK);
    assert!(!is_signed_in(&mut browser).await);
}

// security: row 23
#[tokio::test]
async fn only_a_provider_that_is_on_and_may_end_sessions_is_heard() {
    let portal = Provider::vnconnect();
    let idp = TestIdp::start_with_providers(&[&portal], |_| {}).await;
    let mut browser = idp.browser();
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    let _ = browser.come_back(portal.sign_in(&there).as_str()).await.expect("home");
    let token = signed_by(&portal.inside().key.clone(), &good(&idp, &portal));
    for id in ["nobody", "%3Cscript%3E", "vnconnect%2F"] {
        expect_refused(&post(&idp, id, &token).await, 400, "invalid_request");
    }
    let idp = idp.restart_with(|config| config.federation.upstreams[0].enabled = false).await;
    expect_refused(&post(&idp, "vnconnect", &token).await, 400, "invalid_request");
    let idp = idp
        .restart_with(|config| {
            let upstream = &mut config.federation.upstreams[0];
            (upstream.enabled, upstream.backchannel_logout) = (true, false);
        })
        .await;
    expect_refused(&post(&idp, "vnconnect", &token).await, 400, "invalid_request");
    let idp = idp.restart_with(|config| config.federation.upstreams[0].backchannel_logout = true).await;
    let mut browser = browser.at_node(&idp);
    assert!(is_signed_in(&mut browser).await);
    assert_eq!(post(&idp, "vnconnect", &token).await.status, StatusCode::OK);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn what_cannot_be_judged_now_may_be_sent_again() {
    let mut signed = Signed::with("").await;
    // The keys that are known do not fit, and there are no others to be had.
    let fresh = OwnKey::named("key-of-tomorrow");
    let claims = good(&signed.town.idp, &signed.town.portal);
    signed.town.idp.advance(Span::minutes(3)).await;
    let claims =
        with(claims, &json!({ "iat": signed.town.idp.now().seconds(), "exp": signed.town.idp.now().seconds() + 120 }));
    let token = signed_by(&fresh, &claims);
    signed.town.portal.inside().manners.insert("/oauth2/jwks".to_owned(), Manner::Status(500));
    let answer = post(&signed.town.idp, "vnconnect", &token).await;
    expect_refused(&answer, 503, "temporarily_unavailable");
    assert!(answer.header("retry-after").is_some());
    assert_eq!(signed.here_and_elsewhere().await, (true, true));
    signed.town.portal.inside().manners.clear();
    signed.town.portal.inside().published.push(fresh.public_jwk());
    signed.town.idp.advance(Span::minutes(2)).await;
    assert_eq!(post(&signed.town.idp, "vnconnect", &token).await.status, StatusCode::OK);
    assert_eq!(signed.here_and_elsewhere().await, (false, true));
}
