//! Where a person is signed in, and ending that.

use crate::walk::{sign_in_with, signed_in, tokens};
use http::StatusCode;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::digest::Digest;
use portal_id_testkit::core::ids::SessionId;
use portal_id_testkit::core::session::Session;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Citizen, Page, Service, TestIdp};

const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

/// A person at a computer and, two minutes later, at a phone elsewhere.
async fn at_two_places(idp: &TestIdp) -> (Citizen, Browser, Browser) {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut computer = idp.browser().calling_itself(CHROME);
    let _ = sign_in_with(idp, &an, &mut computer).await.expect("home");
    idp.advance(Span::minutes(2)).await;
    let mut phone = idp.browser().calling_itself(IPHONE).at_address("2001:db8:1:2::7");
    let _ = sign_in_with(idp, &an, &mut phone).await.expect("home");
    (an, computer, phone)
}

async fn first_party(idp: &TestIdp) -> Service {
    idp.service().with(|client| client.first_party = true).register().await
}

/// The ids that the buttons of the page would send: this session's first.
fn ids_on(page: &Page) -> Vec<String> {
    let html = page.html();
    let values = html.split("name=\"session\" value=\"").skip(1);
    values.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Presses the button beside the session with this id, whether the page has one or not.
async fn end(browser: &mut Browser, id: &str) -> Page {
    let page = browser.open("/account/sessions").await.expect("sessions");
    let form = page.form_with("session").without("session").forge("session", id).press("action", "end");
    browser.submit(form).await
}

async fn press(browser: &mut Browser, action: &str) -> Page {
    let page = browser.open("/account/sessions").await.expect("sessions");
    browser.submit(page.form_to("/account/sessions").without("session").press("action", action)).await
}

#[tokio::test]
async fn a_person_sees_in_plain_words_where_they_are_signed_in() {
    let idp = TestIdp::start().await;
    let (_, mut computer, phone) = at_two_places(&idp).await;
    let page = computer.open("/").await.expect("home");
    let page = computer.open(&page.link("account").unwrap()).await.expect("account");
    let page = computer.open(&page.link("sessions").unwrap()).await.expect("sessions");
    let words = page.words();
    let (this, others) = words.split_once("Trình duyệt khác").expect("two parts");
    assert!(this.contains("Chrome trên Windows") && this.contains("203.0.113.•••"), "{words}");
    assert!(others.contains("Safari trên iPhone") && others.contains("2001:db8:1:•••"), "{words}");
    assert!(!words.contains("203.0.113.7") && !words.contains("::7"), "whole addresses are not shown");
    for cookie in computer.cookies().values().chain(phone.cookies().values()) {
        assert!(!page.html().contains(cookie.as_str()), "nothing on the page opens a session");
    }
    let mut english = computer.clone().in_language("en");
    let words = english.open("/account/sessions?lang=en").await.expect("sessions").words();
    assert!(words.contains("Chrome on Windows") && words.contains("Safari on iPhone"), "{words}");
}

#[tokio::test]
async fn whoever_is_signed_in_nowhere_else_is_told_so_and_a_stranger_is_sent_to_sign_in() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let page = browser.open("/account/sessions").await.expect("sessions");
    assert!(page.words().contains("Bạn không đăng nhập ở nơi nào khác."), "{}", page.words());
    assert_eq!(ids_on(&page).len(), 1);
    let _ = idp.browser().open("/account/sessions").await.expect("sign-in");
}

// security: row 22
#[tokio::test]
async fn ending_one_session_ends_it_and_what_lives_by_it_and_no_other() {
    let idp = TestIdp::start().await;
    let service = first_party(&idp).await;
    let (_, mut computer, mut phone) = at_two_places(&idp).await;
    let online = tokens(&mut phone, &service, "openid").await.field("access_token");
    let offline = tokens(&mut phone, &service, "openid offline_access").await.field("refresh_token");
    let own = tokens(&mut computer, &service, "openid").await.field("access_token");

    let ids = ids_on(&computer.open("/account/sessions").await);
    let page = end(&mut computer, &ids[1]).await.expect("sessions");
    assert_eq!((page.status(), ids_on(&page).len()), (StatusCode::OK, 1));
    let _ = phone.open("/account/sessions").await.expect("sign-in");
    assert_eq!(service.userinfo(&online).await.status, 401);
    assert_eq!(service.userinfo(&own).await.status, 200);
    service.refresh(&offline).await.fields();
    assert!(idp.audited(AuditKind::SessionEnded).await);
    let again = end(&mut computer, &ids[1]).await.expect("sessions");
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn ending_the_session_one_sits_in_is_signing_out() {
    let idp = TestIdp::start().await;
    let (_, mut computer, mut phone) = at_two_places(&idp).await;
    let before = computer.clone();
    let ids = ids_on(&computer.open("/account/sessions").await);
    let _ = end(&mut computer, &ids[0]).await.expect("signed-out");
    assert!(idp.audited(AuditKind::SignedOut).await);
    let _ = before.clone().open("/account/sessions").await.expect("sign-in");
    let _ = phone.open("/account/sessions").await.expect("sessions");
}

// security: row 22
#[tokio::test]
async fn ending_all_others_keeps_this_one_and_what_services_do_without_a_person() {
    let idp = TestIdp::start().await;
    let service = first_party(&idp).await;
    let (_, mut computer, mut phone) = at_two_places(&idp).await;
    let online = tokens(&mut phone, &service, "openid").await.field("access_token");
    let offline = tokens(&mut phone, &service, "openid offline_access").await.field("refresh_token");
    let own = tokens(&mut computer, &service, "openid").await.field("access_token");
    let page = press(&mut computer, "end-others").await.expect("sessions");
    assert_eq!(ids_on(&page).len(), 1);
    let _ = phone.open("/account/sessions").await.expect("sign-in");
    assert_eq!(service.userinfo(&online).await.status, 401);
    assert_eq!(service.userinfo(&own).await.status, 200);
    service.refresh(&offline).await.fields();
    assert!(idp.audited(AuditKind::OtherSessionsEnded).await);
}

// security: row 22
#[tokio::test]
async fn ending_all_leaves_nobody_signed_in_and_services_without_anything() {
    let idp = TestIdp::start().await;
    let service = first_party(&idp).await;
    let (_, mut computer, mut phone) = at_two_places(&idp).await;
    let before = computer.clone();
    let elsewhere = tokens(&mut phone, &service, "openid offline_access").await.field("refresh_token");
    let here = tokens(&mut computer, &service, "openid offline_access").await;
    let _ = press(&mut computer, "end-all").await.expect("signed-out");
    let _ = before.clone().open("/account/sessions").await.expect("sign-in");
    let _ = phone.open("/account/sessions").await.expect("sign-in");
    service.refresh(&elsewhere).await.expect_error("invalid_grant");
    service.refresh(&here.field("refresh_token")).await.expect_error("invalid_grant");
    assert_eq!(service.userinfo(&here.field("access_token")).await.status, 401);
    assert!(idp.audited(AuditKind::AllSessionsEnded).await);
}

// security: row 33
#[tokio::test]
async fn a_session_of_somebody_else_answers_like_one_that_never_was() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let (mut an, mut binh) = (signed_in(&idp, &an).await, signed_in(&idp, &binh).await);
    let foreign = ids_on(&binh.open("/account/sessions").await).remove(0);
    let mut answers = Vec::new();
    for id in [foreign.as_str(), "01941f29-7c00-7aaa-8bbb-ccccdddd0003", "", "' OR 1=1 --"] {
        let page = end(&mut an, id).await.expect("sessions");
        assert!(!page.html().contains(&foreign), "{id}");
        answers.push((page.status(), page.words()));
    }
    assert_eq!(answers[0].0, StatusCode::NOT_FOUND);
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    let _ = binh.open("/account/sessions").await.expect("sessions");
    assert!(!idp.audited(AuditKind::SessionEnded).await);
}

#[tokio::test]
async fn the_list_has_an_end_and_ending_all_others_reaches_beyond_it() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let (username, now) = (an.username.clone(), idp.now());
    let add = move |tx: &mut dyn portal_id_testkit::core::store::Tx| {
        let account = tx.find_account_by_username(&username)?.expect("the account");
        let first = tx.list_sessions(&account.id, now, now - Span::hours(1), 9)?.remove(0);
        for number in 0..60_u8 {
            tx.insert_session(&Session {
                id: SessionId::from_text(format!("session-{number}")),
                secret: Digest::from_bytes([number; 32]),
                ..first.clone()
            })?;
        }
        Ok(())
    };
    idp.house.store.tx("add", add).await.unwrap();
    let page = browser.open("/account/sessions").await.expect("sessions");
    assert_eq!(ids_on(&page).len(), 51);
    assert!(page.words().contains("Còn những nơi khác chưa hiện ở đây."));
    let page = press(&mut browser, "end-others").await.expect("sessions");
    assert_eq!(ids_on(&page).len(), 1);
    assert!(!page.words().contains("Còn những nơi khác"));
}

// security: row 3, 28
#[tokio::test]
async fn what_a_browser_calls_itself_stays_text_and_short() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let hostile = format!("<script>alert(1)</script>\"' onload=x {}", "long".repeat(200));
    let mut stranger = idp.browser().calling_itself(&hostile);
    let _ = sign_in_with(&idp, &an, &mut stranger).await.expect("home");
    let page = stranger.open("/account/sessions").await.expect("sessions");
    assert!(!page.html().contains("<script"), "{}", page.html());
    assert!(page.words().contains("ghi tên là “<script>alert(1)</script>"), "{}", page.words());
    assert!(!page.words().contains(&"long".repeat(20)));
    let mail = idp.newest_mail(&an.email).await;
    assert!(!format!("{}{}", mail.text, mail.html).contains("script"), "nothing that a browser sent is mailed");
    assert!(mail.text.contains("không rõ tên"), "{}", mail.text);
}

// security: row 9
#[tokio::test]
async fn a_field_or_button_that_the_list_does_not_have_changes_nothing() {
    let idp = TestIdp::start().await;
    let (_, mut computer, mut phone) = at_two_places(&idp).await;
    let page = computer.open("/account/sessions").await.expect("sessions");
    let form = page.form_to("/account/sessions").press("action", "end-all");
    assert_eq!(computer.submit(form.clone().forge("account", "other")).await.status(), 400);
    assert_eq!(computer.submit(form.clone().press("action", "end-everything")).await.status(), 400);
    assert_eq!(computer.submit(form.without("csrf")).await.status(), 403);
    let _ = phone.open("/account/sessions").await.expect("sessions");
}
