//! Who came back and is not let in: each is told why, and where to go.

use super::{SCOPE, Town, expect_trouble, is_signed_in};
use crate::upstream::{id_of, set_state, verify};
use portal_id_logwatch::LogWatch;
use portal_id_testkit::core::accounts::RegistrationMode;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::language::LocalText;
use portal_id_testkit::core::profile::{AccountState, IdentifierKind};
use portal_id_testkit::core::upstream::UpstreamId;
use portal_id_testkit::idp::ISSUER;
use portal_id_testkit::{Browser, Citizen, Page, Provider, TestIdp};
use serde_json::{Value, json};
use url::Url;

#[tokio::test]
async fn whoever_says_no_there_is_asked_again_here_and_the_service_still_waits() {
    let mut town = Town::begin().await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let there = town.leave().await;
    let page = town.browser.open(town.portal.refuse(&there, "access_denied").as_str()).await.expect("sign-in");
    assert!(page.text_of("#refused").contains("không đồng ý"), "{}", page.words());
    assert!(page.link("by-vnconnect").unwrap().contains("flow="));
    let page = an.sign_in(&town.idp, &mut town.browser, &page).await;
    town.tokens(page).await.fields();
}

#[tokio::test]
async fn an_error_of_the_provider_is_told_in_its_own_word_and_no_more() {
    let mut town = Town::begin().await;
    for (error, shown) in [
        ("server_error", "server_error"),
        ("temporarily_unavailable", "temporarily_unavailable"),
        ("login_required", "login_required"),
        ("<script>alert(1)</script>", "scriptalert1script"),
        ("", "unspecified"),
    ] {
        town.browser = town.idp.browser();
        let there = town.leave().await;
        let back = format!("{}&error_description=Ho+So+Mat", town.portal.refuse(&there, error));
        let log = LogWatch::begin();
        let page = expect_trouble(town.browser.come_back(&back).await, 502, "upstream-said");
        assert_eq!(page.text_of("#reason"), shown);
        let (id, lines) = (page.text_of("#request-id"), log.all());
        assert!(lines.iter().any(|line| line.contains(&id) && line.contains(shown)), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("Ho So Mat") && !line.contains('<')), "{lines:?}");
        assert!(!page.html().contains("Ho So Mat") && page.link("again").unwrap().contains("flow="));
    }
}

/// Walks with these claims of userinfo changed.
async fn walk_as(town: &mut Town, changed: Value) -> Page {
    town.browser = town.idp.browser();
    town.portal.inside().userinfo.extend(changed.as_object().unwrap().clone());
    town.walk().await
}

#[tokio::test]
async fn too_little_or_something_unknown_makes_no_account() {
    let mut town = Town::begin().await;
    for (changed, what) in [
        (json!({ "LoaiTaiKhoan": 4 }), "upstream-unknown-class"),
        (json!({ "LoaiTaiKhoan": "" }), "upstream-unknown-class"),
        (json!({ "LoaiTaiKhoan": 1, "SoDinhDanh": "" }), "upstream-incomplete"),
        (json!({ "LoaiTaiKhoan": 2, "SoDinhDanh": "024185001234" }), "upstream-incomplete"),
        // An organisation is known by its own name there, never by that of the person who came.
        (json!({ "LoaiTaiKhoan": 3, "TechID": "" }), "upstream-said"),
    ] {
        let status = if what == "upstream-said" { 502 } else { 403 };
        let page = expect_trouble(walk_as(&mut town, changed.clone()).await, status, what);
        assert!(page.link("sign-in").unwrap().contains("flow="), "{changed}");
        assert!(!is_signed_in(&mut town.browser).await);
    }
    assert!(!town.idp.audited(AuditKind::AccountMadeByFederation).await);
}

// security: row 7
#[tokio::test]
async fn another_person_or_another_kind_of_account_under_the_same_name_is_refused() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    town.tokens(page).await.fields();
    let log = LogWatch::begin();
    let page = walk_as(&mut town, json!({ "SoDinhDanh": "024185007777" })).await;
    let page = expect_trouble(page, 403, "arrival-person-changed");
    // The desk finds it by what the page says.
    let shown = page.text_of("#request-id");
    let entry = town.idp.audit().await.into_iter().find(|entry| entry.kind == AuditKind::ArrivalRefused).unwrap();
    assert_eq!((entry.request_id.as_str(), entry.reason.as_deref()), (shown.as_str(), Some("person_changed")));
    assert_eq!(entry.upstream.as_ref().map(UpstreamId::as_str), Some("vnconnect"));
    let found = log.all().iter().any(|line| line.contains(&shown) && line.contains("person_changed"));
    assert!(found, "{:?}", log.all());
    let business = json!({ "SoDinhDanh": "024185001234", "LoaiTaiKhoan": 2, "MaSoDoanhNghiep": "0100109106" });
    expect_trouble(walk_as(&mut town, business).await, 403, "arrival-class-changed");
    assert!(!is_signed_in(&mut town.browser).await);
    assert!(town.idp.audited(AuditKind::ArrivalRefused).await);
}

#[tokio::test]
async fn a_class_that_takes_nobody_says_where_to_go_instead() {
    let portal = Provider::vnconnect();
    let idp = TestIdp::start_with_providers(&[&portal], |config| {
        config.accounts.registration.citizen = Some(RegistrationMode::Closed.into());
        config.accounts.registration.business = Some(RegistrationMode::FederatedOnly.into());
        config.accounts.desk = LocalText::new("quầy số 7", "desk 7");
        config.web.instead_of_registering.citizen.link = Some("https://dichvucong.gov.vn/".parse().unwrap());
    })
    .await;
    let mut browser = idp.browser();
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    let page = browser.come_back(portal.sign_in(&there).as_str()).await.expect("register-closed");
    assert_eq!(page.status(), 403);
    assert!(
        page.words().contains("chưa có tài khoản ở Cổng này") && page.words().contains("quầy số 7"),
        "{}",
        page.words()
    );
    assert_eq!(page.link("instead").as_deref(), Some("https://dichvucong.gov.vn/"));
    assert!(!is_signed_in(&mut browser).await);
    portal.inside().userinfo.extend(
        json!({ "LoaiTaiKhoan": 2, "MaSoDoanhNghiep": "0100109106", "TechID": "vai" }).as_object().unwrap().clone(),
    );
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    let _ = browser.come_back(portal.sign_in(&there).as_str()).await.expect("home");
}

// security: row 23
#[tokio::test]
async fn an_account_that_an_operator_stopped_is_told_so_and_opens_nothing() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let subject = town.tokens(page).await.id_token()["sub"].as_str().unwrap().to_owned();
    let account = portal_id_testkit::core::ids::AccountId::from_text(subject);
    set_state(&town.idp, &account, AccountState::Disabled).await;
    town.browser = town.idp.browser();
    let page = town.walk().await.expect("account-stopped");
    assert_eq!(page.status(), 403);
    assert!(!is_signed_in(&mut town.browser).await);
    // Nor is an operator's stop got round by arriving once more, as somebody new with a number that an official saw.
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let an_id = id_of(&town.idp, &an.username).await;
    verify(&town.idp, &an_id, IdentifierKind::IdentityNumber, &an.identity_number).await;
    set_state(&town.idp, &an_id, AccountState::Disabled).await;
    let page = walk_as(&mut town, json!({ "TechID": "an", "SoDinhDanh": an.identity_number })).await;
    let _ = page.expect("account-stopped");
}

/// A citizen who signed in here a moment ago.
async fn signed_in(idp: &TestIdp, username: &str) -> (Citizen, Browser) {
    let citizen = idp.citizen(username).activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    let _ = citizen.sign_in(idp, &mut browser, &page).await.expect("home");
    (citizen, browser)
}

/// Presses the button that links an account, as the page of the links has it.
async fn link(browser: &mut Browser) -> Option<Url> {
    let page = browser.open("/account/password").await.expect("password");
    let csrf = page.form_with("csrf").value("csrf").to_owned();
    let url: Url = format!("{ISSUER}/upstream/vnconnect/link").parse().unwrap();
    let answer = browser.post(&url, &[("csrf".to_owned(), csrf)]).await;
    url.join(answer.header("location").unwrap()).ok()
}

// security: rows 7, 35
#[tokio::test]
async fn only_our_own_button_links_an_account_and_what_is_anothers_is_not_linked() {
    let mut town = Town::begin().await;
    let portal = town.portal.clone();
    let (_, mut browser) = signed_in(&town.idp, "nguyen.thi.an").await;
    // A link of somebody else begins a sign-in, and never ties accounts.
    let url: Url = format!("{ISSUER}/upstream/vnconnect/link").parse().unwrap();
    let answer = browser.post(&url, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (403, None));
    let answer = browser.open("/upstream/vnconnect/link").await;
    assert_eq!(answer.status(), 405);
    let there = link(&mut browser).await.unwrap();
    assert!(there.as_str().starts_with(&portal.base), "{there}");
    portal.inside().userinfo.insert("SoDinhDanh".to_owned(), json!("024185006666"));
    let page = browser.come_back(portal.sign_in(&there).as_str()).await;
    assert_eq!(page.url.path(), "/account/links");
    assert!(town.idp.audited(AuditKind::UpstreamLinked).await);
    // Linked to that account, the person is of no other.
    let (_, mut other) = signed_in(&town.idp, "le.van.cuong").await;
    let there = link(&mut other).await.unwrap();
    let page = other.come_back(portal.sign_in(&there).as_str()).await;
    let page = expect_trouble(page, 409, "arrival-linked-elsewhere");
    assert_eq!(page.link("account").as_deref().map(|link| link.starts_with("/account")), Some(true));
    // And that account has one person there.
    portal.inside().userinfo.extend(json!({ "TechID": "cuc" }).as_object().unwrap().clone());
    let there = link(&mut browser).await.unwrap();
    let page = browser.come_back(portal.sign_in(&there).as_str()).await;
    expect_trouble(page, 409, "arrival-another-linked-here");
    // Whoever is not signed in proves first who they are.
    town.browser = town.idp.browser();
    let page = town.browser.open("/sign-in").await.expect("sign-in");
    let csrf = page.form_with("csrf").value("csrf").to_owned();
    let answer = town.browser.post(&url, &[("csrf".to_owned(), csrf)]).await;
    assert_eq!(answer.header("location"), Some("/sign-in?next=links"));
}

// security: rows 10, 11
#[tokio::test]
async fn whoever_proves_again_who_they_are_must_be_the_person_of_the_session() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    town.tokens(page).await.fields();
    let there =
        town.browser.open("/upstream/vnconnect/start?again=1&next=account").await.expect_away(&town.portal.base);
    assert!(there.query_pairs().any(|pair| pair == ("prompt".into(), "login".into())));
    let now = town.idp.now().seconds();
    town.portal.inside().id_token.insert("auth_time".to_owned(), json!(now));
    let before = town.browser.cookies().clone();
    let page = town.come_back(&there).await.expect("account");
    assert_ne!(town.browser.cookies(), &before, "the session has another secret");
    drop(page);
    let there = town.browser.open("/upstream/vnconnect/start?again=1").await.expect_away(&town.portal.base);
    town.portal.inside().userinfo.insert("TechID".to_owned(), json!("cuc"));
    let page = expect_trouble(town.come_back(&there).await, 403, "arrival-somebody-else");
    assert!(page.words().contains("không phải của chủ tài khoản"), "{}", page.words());
    // The session goes on as it was.
    assert!(is_signed_in(&mut town.browser).await);
    let page = town.browser.open(town.service.authorize_url(SCOPE).as_str()).await;
    town.tokens(page).await.fields();
}

// security: row 7
#[tokio::test]
async fn somebody_with_the_number_of_an_account_here_is_asked_to_prove_it() {
    let mut town = Town::begin().await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    let page = walk_as(&mut town, json!({ "SoDinhDanh": an.identity_number })).await;
    assert_eq!(page.url.path(), "/sign-in/arrival");
    assert!(page.url.query().unwrap().contains("flow="), "the service waits");
    assert!(!is_signed_in(&mut town.browser).await);
    let names: Vec<_> = town.browser.cookies().keys().filter(|name| name.ends_with("-a")).collect();
    assert_eq!(names.len(), 1, "the browser has a name for what waits, and nothing of it");
    for value in town.browser.cookies().values() {
        assert!(!value.contains("024"), "{value}");
    }
}
