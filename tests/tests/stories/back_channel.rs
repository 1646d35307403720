//! Services are told when a session ends (OpenID Connect Back-Channel Logout 1.0).

use crate::walk::{change_client, sign_in_with, signed_in, tokens};
use portal_id_server::jobs;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::ids::ClientId;
use portal_id_testkit::core::outbox::{Channel, OutboxRow, OutboxState};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::link_in;
use portal_id_testkit::service::{claims_of, header_of, parameter};
use portal_id_testkit::{Browser, Citizen, Page, Service, TestIdp};
use serde_json::{Value, json};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

pub(crate) fn address(id: &str) -> String {
    format!("https://{id}.example.vn/backchannel")
}

/// A service of the province, which asks nobody.
async fn service(idp: &TestIdp, id: &str, wants_to_know: bool) -> Service {
    let back = wants_to_know.then(|| address(id));
    idp.beyond.at(&address(id), 200, "");
    let change = |client: &mut portal_id_testkit::core::client::ClientMetadata| {
        client.first_party = true;
        client.backchannel_logout_uri = back;
    };
    idp.service().id(id).with(change).register().await
}

/// What the services were told so far, after delivering what is due: to whom, about which session.
pub(crate) async fn told(idp: &TestIdp) -> Vec<(String, String)> {
    idp.deliver().await;
    let mut told: Vec<_> = notices(idp).iter().map(|token| of(&claims_of(token))).collect();
    told.sort();
    told
}

/// Every logout token that was posted, each to the address of its audience.
pub(crate) fn notices(idp: &TestIdp) -> Vec<String> {
    let posted = idp.beyond.posted().into_iter().map(|posted| {
        assert_eq!(posted.fields.len(), 1, "{posted:?}");
        let (name, token) = posted.fields.into_iter().next().unwrap();
        assert_eq!(name, "logout_token");
        assert_eq!(posted.url, address(claims_of(&token)["aud"].as_str().unwrap()));
        token
    });
    posted.collect()
}

pub(crate) fn of(claims: &Value) -> (String, String) {
    let text = |name: &str| claims[name].as_str().unwrap().to_owned();
    (text("aud"), text("sid"))
}

pub(crate) async fn rows(idp: &TestIdp, client: &str) -> Vec<OutboxRow> {
    let client = ClientId::from_text(client);
    idp.house.store.read("notices", move |tx| tx.list_notices(&client, 100)).await.unwrap()
}

/// A person at a computer, where they reached two services that want to know and one that does not, and at a phone,
/// where they reached one of them.
struct Places {
    idp: TestIdp,
    an: Citizen,
    tax: Service,
    computer: Browser,
    phone: Browser,
    at_computer: Vec<(String, String)>,
    at_phone: Vec<(String, String)>,
}

impl Places {
    async fn all() -> Self {
        let idp = TestIdp::start().await;
        let (tax, land) = (service(&idp, "tax", true).await, service(&idp, "land", true).await);
        let quiet = service(&idp, "quiet", false).await;
        let an = idp.citizen("nguyen.thi.an").activated().create().await;
        let mut computer = signed_in(&idp, &an).await;
        idp.advance(Span::minutes(2)).await;
        let mut phone = signed_in(&idp, &an).await;
        let (mut at_computer, mut at_phone) = (Vec::new(), Vec::new());
        for service in [&land, &tax, &tax] {
            at_computer.push(of(&tokens(&mut computer, service, "openid").await.id_token()));
        }
        at_computer.dedup();
        tokens(&mut computer, &quiet, "openid").await;
        at_phone.push(of(&tokens(&mut phone, &tax, "openid").await.id_token()));
        // The grants themselves are long gone when the person leaves.
        for _ in 0..2 {
            idp.advance(Span::minutes(25)).await;
            for browser in [&mut computer, &mut phone] {
                let _ = browser.open("/account/sessions").await.expect("sessions");
            }
            jobs::sweep_once(&idp.house, idp.now()).await.unwrap();
        }
        Self { idp, an, tax, computer, phone, at_computer, at_phone }
    }

    /// Nobody was told before; now exactly these were, and nobody twice however often we look.
    async fn expect(&self, expected: &[&[(String, String)]]) {
        let mut expected = expected.concat();
        expected.sort();
        assert_eq!(told(&self.idp).await, expected);
        self.idp.advance(Span::minutes(9)).await;
        assert_eq!(told(&self.idp).await, expected, "once");
        self.idp.expect_an_empty_outbox().await;
    }
}

async fn press(browser: &mut Browser, action: &str) -> Page {
    let page = browser.open("/account/sessions").await.expect("sessions");
    browser.submit(page.form_to("/account/sessions").without("session").press("action", action)).await
}

pub(crate) async fn leave(browser: &mut Browser) {
    let page = browser.open("/sign-out").await.expect("sign-out");
    let _ = browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
}

#[tokio::test]
async fn whoever_signs_out_leaves_the_services_of_that_session_and_no_other() {
    let mut places = Places::all().await;
    assert!(told(&places.idp).await.is_empty());
    leave(&mut places.computer).await;
    places.expect(&[&places.at_computer]).await;
    // What is over cannot end again.
    leave_again(&mut places.computer).await;
    places.expect(&[&places.at_computer]).await;
    leave(&mut places.phone).await;
    places.expect(&[&places.at_computer, &places.at_phone]).await;
}

async fn leave_again(browser: &mut Browser) {
    let _ = browser.open("/sign-out").await.expect("signed-out");
}

#[tokio::test]
async fn a_session_ended_from_the_list_is_told() {
    let mut places = Places::all().await;
    let page = places.computer.open("/account/sessions").await.expect("sessions");
    let html = page.html();
    let other = html.split("name=\"session\" value=\"").nth(2).unwrap().split('"').next().unwrap();
    let form = page.form_with("session").without("session").forge("session", other).press("action", "end");
    let _ = places.computer.submit(form).await.expect("sessions");
    places.expect(&[&places.at_phone]).await;
}

#[tokio::test]
async fn all_other_sessions_are_told_but_not_the_one_that_stays() {
    let mut places = Places::all().await;
    let _ = press(&mut places.phone, "end-others").await.expect("sessions");
    places.expect(&[&places.at_computer]).await;
}

#[tokio::test]
async fn all_sessions_are_told_each_for_itself() {
    let mut places = Places::all().await;
    let _ = press(&mut places.phone, "end-all").await.expect("signed-out");
    places.expect(&[&places.at_computer, &places.at_phone]).await;
}

// security: row 22
#[tokio::test]
async fn a_new_password_is_told_where_the_old_one_had_opened_something() {
    let mut places = Places::all().await;
    let password = places.an.password.clone();
    let _ = crate::password_change::change(&mut places.phone, &password, "Ba con vịt bơi 7")
        .await
        .expect("password-changed");
    places.expect(&[&places.at_computer]).await;
}

// security: row 22
#[tokio::test]
async fn whoever_says_that_it_was_somebody_else_leaves_everywhere() {
    let places = Places::all().await;
    let link = link_in(&places.idp.newest_mail(&places.an.email).await.text);
    let _ = crate::not_me::press(&mut places.idp.browser(), &link).await.expect("not-me-done");
    places.expect(&[&places.at_computer, &places.at_phone]).await;
}

// security: row 10
#[tokio::test]
async fn another_person_in_the_same_browser_ends_the_session_before() {
    let mut places = Places::all().await;
    let binh = places.idp.citizen("le.van.binh").activated().create().await;
    let tax = places.tax.clone();
    let request = tax.authorize_url_with("openid", &[("prompt", "login")]);
    let page = places.computer.open(request.as_str()).await.expect("sign-in");
    let callback = binh.sign_in(&places.idp, &mut places.computer, &page).await.expect_away(&tax.redirect_uri);
    assert!(callback.query().unwrap().contains("code="));
    places.expect(&[&places.at_computer]).await;
}

/// The same person signs in once more in the same browser: the session goes on, and so do the services.
#[tokio::test]
async fn whoever_proves_again_who_they_are_leaves_nothing() {
    let mut places = Places::all().await;
    let tax = places.tax.clone();
    let request = tax.authorize_url_with("openid", &[("prompt", "login")]);
    let page = places.computer.open(request.as_str()).await.expect("sign-in");
    let _ = places.an.sign_in(&places.idp, &mut places.computer, &page).await.expect_away(&tax.redirect_uri);
    assert!(told(&places.idp).await.is_empty());
}

async fn one_service() -> (TestIdp, Citizen, Service, Browser, Value) {
    let idp = TestIdp::start().await;
    let tax = service(&idp, "tax", true).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let id_token = tokens(&mut browser, &tax, "openid").await.id_token();
    (idp, an, tax, browser, id_token)
}

// security: row 26
#[tokio::test]
async fn the_token_is_what_the_standard_asks_for() {
    let (idp, _, _, mut browser, id_token) = one_service().await;
    leave(&mut browser).await;
    idp.deliver().await;
    let token = notices(&idp).remove(0);
    let (header, claims) = (header_of(&token), claims_of(&token));
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("logout+jwt"), Some("ES256")));
    for name in ["iss", "aud", "sub", "sid"] {
        assert_eq!(claims[name], id_token[name], "{name}");
    }
    let now = idp.now().seconds();
    assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(now), Some(now + 120)));
    assert_eq!(claims["events"], json!({ EVENT: {} }));
    assert!(claims["jti"].as_str().unwrap().len() > 30);
    let names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["iss", "aud", "iat", "exp", "jti", "events", "sub", "sid"], "and no nonce");
}

// security: row 24, 26
#[tokio::test]
async fn a_logout_token_is_nothing_else_and_nothing_else_is_one() {
    let (idp, an, tax, mut browser, _) = one_service().await;
    leave(&mut browser).await;
    idp.deliver().await;
    let token = notices(&idp).remove(0);
    // No access token.
    assert_eq!(tax.userinfo(&token).await.status, 401);
    // No refresh token and no code.
    tax.refresh(&token).await.expect_error("invalid_grant");
    // No hint: whoever is signed in is asked, and is not taken anywhere.
    let mut browser = signed_in_later(&idp, &an).await;
    let request = format!("/sign-out?id_token_hint={token}&post_logout_redirect_uri={}", tax.post_logout);
    let _ = browser.open(&request).await.expect("sign-out");
    let none = tax.authorize_url_with("openid", &[("prompt", "none"), ("id_token_hint", &token)]);
    let back = browser.open(none.as_str()).await.expect_away(&tax.redirect_uri);
    assert!(back.query().unwrap().contains("error="), "{back}");
    // And the tokens of a sign-in carry neither its type nor its event.
    let tokens = tokens(&mut browser, &tax, "openid").await;
    for other in ["id_token", "access_token"] {
        let other = tokens.field(other);
        assert_ne!(header_of(&other)["typ"], "logout+jwt");
        assert_eq!(claims_of(&other).get("events"), None);
    }
}

async fn signed_in_later(idp: &TestIdp, an: &Citizen) -> Browser {
    idp.advance(Span::minutes(2)).await;
    signed_in(idp, an).await
}

#[tokio::test]
async fn a_service_that_is_away_is_told_later_with_a_fresh_token() {
    let (idp, _, _, mut browser, _) = one_service().await;
    idp.beyond.away(&address("tax"));
    leave(&mut browser).await;
    idp.deliver().await;
    let row = rows(&idp, "tax").await.remove(0);
    assert_eq!((row.state, row.attempts), (OutboxState::Pending, 1));
    assert_eq!(row.last_error.as_deref(), Some("the service did not answer in time"));
    idp.beyond.at(&address("tax"), 503, "try later");
    idp.advance(Span::minutes(10)).await;
    idp.deliver().await;
    idp.beyond.at(&address("tax"), 204, "");
    idp.advance(Span::minutes(10)).await;
    idp.expect_an_empty_outbox().await;
    let tokens: Vec<_> = notices(&idp).iter().map(|token| claims_of(token)).collect();
    assert_eq!(tokens.len(), 3);
    for pair in tokens.windows(2) {
        assert_eq!(of(&pair[0]), of(&pair[1]));
        assert_ne!(pair[0]["jti"], pair[1]["jti"], "an attempt is no replay");
        assert_eq!(pair[1]["exp"].as_i64(), pair[0]["exp"].as_i64().map(|exp| exp + 600));
    }
    let row = rows(&idp, "tax").await.remove(0);
    assert_eq!((row.state, row.envelope.is_none()), (OutboxState::Accepted, true), "erased");
}

#[tokio::test]
async fn a_service_that_refuses_is_not_asked_again_and_one_that_is_away_for_a_day_is_given_up() {
    let (idp, an, tax, mut browser, _) = one_service().await;
    idp.beyond.at(&address("tax"), 400, "{\"error\":\"invalid_request\"}");
    leave(&mut browser).await;
    idp.deliver().await;
    idp.advance(Span::hours(1)).await;
    idp.deliver().await;
    assert_eq!(notices(&idp).len(), 1);
    let row = rows(&idp, "tax").await.remove(0);
    assert_eq!((row.state, row.envelope.is_none()), (OutboxState::Dead, true));
    assert_eq!(row.last_error.as_deref(), Some("the service refused the notice (400)"));

    let mut browser = signed_in(&idp, &an).await;
    tokens(&mut browser, &tax, "openid").await;
    idp.beyond.away(&address("tax"));
    leave(&mut browser).await;
    for _ in 0..25 {
        idp.deliver().await;
        idp.advance(Span::hours(1)).await;
    }
    let row = rows(&idp, "tax").await.remove(0);
    assert_eq!((row.state, row.envelope.is_none()), (OutboxState::Expired, true));
    assert!(row.attempts > 20, "{}", row.attempts);
    let before = notices(&idp).len();
    idp.beyond.at(&address("tax"), 200, "");
    idp.deliver().await;
    assert_eq!(notices(&idp).len(), before, "never told late");
}

#[tokio::test]
async fn a_notice_goes_where_the_service_is_registered_by_then_and_to_nobody_who_is_switched_off() {
    let (idp, _, _, mut browser, _) = one_service().await;
    leave(&mut browser).await;
    let moved = "https://tax.example.vn/moved";
    idp.beyond.at(moved, 200, "");
    change_client(&idp, "tax", |client| client.metadata.backchannel_logout_uri = Some(moved.to_owned())).await;
    idp.deliver().await;
    assert_eq!(idp.beyond.posted().iter().map(|posted| posted.url.as_str()).collect::<Vec<_>>(), [moved]);

    let (idp, _, _, mut browser, _) = one_service().await;
    leave(&mut browser).await;
    let now = idp.now();
    change_client(&idp, "tax", move |client| client.disabled_at = Some(now)).await;
    idp.deliver().await;
    assert!(idp.beyond.posted().is_empty());
    let row = rows(&idp, "tax").await.remove(0);
    assert_eq!((row.state, row.last_error.as_deref()), (OutboxState::Dead, Some("the client is switched off")));
}

#[tokio::test]
async fn of_two_nodes_one_tells_and_a_notice_outlives_the_node_that_wrote_it() {
    let (idp, an, tax, mut browser, _) = one_service().await;
    let mut elsewhere = signed_in_later(&idp, &an).await;
    tokens(&mut elsewhere, &tax, "openid").await;
    let _ = press(&mut browser, "end-all").await.expect("signed-out");
    drop((browser, elsewhere));
    let idp = idp.restart().await;
    let other = idp.second_node().await;
    let (one, two) = tokio::join!(
        jobs::deliver_once(&idp.house, Channel::Backchannel),
        jobs::deliver_once(&other.house, Channel::Backchannel)
    );
    one.unwrap();
    two.unwrap();
    assert_eq!(told(&idp).await.len(), 2, "two sessions, each once");
    idp.expect_an_empty_outbox().await;
}

#[tokio::test]
async fn signing_out_costs_one_durable_write_whoever_is_told() {
    let (idp, _, _, mut browser, _) = one_service().await;
    let page = browser.open("/sign-out").await.expect("sign-out");
    let before = idp.house.counters.writes();
    let _ = browser.submit(page.form_to("/sign-out/confirm")).await.expect("signed-out");
    assert_eq!(idp.house.counters.writes() - before, 1);
    assert!(idp.audited(AuditKind::SignedOut).await);
    assert_eq!(rows(&idp, "tax").await.len(), 1, "written in the same transaction");
}

// security: row 13, 22
#[tokio::test]
async fn no_code_that_was_on_its_way_outlives_the_session() {
    let (idp, _, tax, mut browser, _) = one_service().await;
    let page = browser.open("/sign-out").await.expect("sign-out");
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (mut browser, request) = (browser.clone(), tax.authorize_url("openid"));
        asked.spawn(async move { browser.open(request.as_str()).await.url });
    }
    let form = page.form_to("/sign-out/confirm");
    asked.spawn(async move { browser.submit(form).await.expect("signed-out").url });
    for end in asked.join_all().await {
        if parameter(&end, "code").is_some() {
            tax.redeem(&end).await.expect_error("invalid_grant");
        }
    }
    assert_eq!(told(&idp).await.len(), 1);
}

// security: row 33
#[tokio::test]
async fn a_waiting_notice_names_nobody_in_the_database() {
    let (idp, an, _, mut browser, id_token) = one_service().await;
    leave(&mut browser).await;
    let row = rows(&idp, "tax").await.remove(0);
    assert_eq!((row.template.as_str(), row.masked_recipient.as_str()), ("session_ended", "tax"));
    let sealed = row.envelope.unwrap();
    let subject = id_token["sub"].as_str().unwrap();
    for name in [subject, an.username.as_str()] {
        assert!(!sealed.as_bytes().windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_registered_is_not_called_and_old_sessions_of_others_are_left_alone() {
    let idp = TestIdp::start().await;
    let quiet = service(&idp, "quiet", false).await;
    let tax = service(&idp, "tax", true).await;
    let (an, binh) = (
        idp.citizen("nguyen.thi.an").activated().create().await,
        idp.citizen("le.van.binh").activated().create().await,
    );
    let mut an = signed_in(&idp, &an).await;
    let mut others = idp.browser();
    let _ = sign_in_with(&idp, &binh, &mut others).await.expect("home");
    tokens(&mut an, &quiet, "openid").await;
    tokens(&mut others, &tax, "openid").await;
    let _ = press(&mut an, "end-all").await.expect("signed-out");
    assert!(told(&idp).await.is_empty());
    assert!(rows(&idp, "quiet").await.is_empty());
}
