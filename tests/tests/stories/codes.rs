//! The second step: tries, time, resends, other browsers.

use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::outbox::Delivery;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Citizen, Page, TestIdp};

async fn at_the_code(idp: &TestIdp, an: &Citizen) -> (Browser, Page) {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("code");
    (browser, page)
}

async fn give(browser: &mut Browser, page: &Page, code: &str) -> Page {
    browser.submit(page.form_with("code").fill("code", code).press("action", "verify")).await
}

async fn resend(browser: &mut Browser, page: &Page) -> Page {
    browser.submit(page.form_with("code").press("action", "resend")).await
}

/// A code that is not the one sent.
fn wrong(code: &str) -> String {
    if code == "000000" { "111111".to_owned() } else { "000000".to_owned() }
}

#[tokio::test]
async fn a_code_typed_with_a_blank_in_the_middle_works() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut browser, page) = at_the_code(&idp, &an).await;
    let code = idp.newest_code(&an.e164).await;
    let _ = give(&mut browser, &page, &format!("{} {}", &code[..3], &code[3..])).await.expect("home");
}

// security: row 12
#[tokio::test]
async fn five_wrong_codes_end_the_challenge_and_a_resend_does_not_give_new_tries() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut browser, mut page) = at_the_code(&idp, &an).await;
    let code = idp.newest_code(&an.e164).await;
    for _ in 0..3 {
        page = give(&mut browser, &page, &wrong(&code)).await.expect("code");
    }
    idp.advance(Span::seconds(60)).await;
    page = resend(&mut browser, &page).await.expect("code");
    let second = idp.newest_code(&an.e164).await;
    assert_ne!(code, second);
    page = give(&mut browser, &page, &wrong(&second)).await.expect("code");
    let over = give(&mut browser, &page, &wrong(&second)).await;
    assert_ne!(over.name(), "home");
    let after = give(&mut browser, &page, &second).await;
    assert_ne!(after.name(), "home", "the right code after five wrong ones");
    assert!(!idp.audited(AuditKind::SignedIn).await);
}

// security: row 12
#[tokio::test]
async fn wrong_codes_count_for_the_account_over_many_challenges() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    for _ in 0..3 {
        let (mut browser, page) = at_the_code(&idp, &an).await;
        let code = idp.newest_code(&an.e164).await;
        for _ in 0..5 {
            let _ = give(&mut browser, &page, &wrong(&code)).await;
        }
        idp.advance(Span::minutes(2)).await;
    }
    let (mut browser, page) = at_the_code(&idp, &an).await;
    let code = idp.newest_code(&an.e164).await;
    let refused = give(&mut browser, &page, &code).await;
    assert_ne!(refused.name(), "home", "fifteen wrong codes within the hour");
}

#[tokio::test]
async fn a_code_ends_after_five_minutes_and_a_resent_one_replaces_it() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut browser, page) = at_the_code(&idp, &an).await;
    let first = idp.newest_code(&an.e164).await;
    idp.advance(Span::minutes(5)).await;
    let page = give(&mut browser, &page, &first).await.expect("code");
    let page = resend(&mut browser, &page).await.expect("code");
    let second = idp.newest_code(&an.e164).await;
    idp.advance(Span::minutes(5) - Span::millis(1)).await;
    let _ = give(&mut browser, &page, &second).await.expect("home");
}

#[tokio::test]
async fn a_code_is_sent_again_only_after_a_minute_and_five_times_an_hour() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut browser, mut page) = at_the_code(&idp, &an).await;
    page = resend(&mut browser, &page).await.expect("code");
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 1, "too soon");
    for _ in 0..6 {
        idp.advance(Span::seconds(61)).await;
        page = resend(&mut browser, &page).await.expect("code");
        idp.deliver().await;
    }
    assert_eq!(idp.texts.kept().len(), 5, "one hour's worth");
}

// security: row 10
#[tokio::test]
async fn the_second_step_cannot_be_taken_in_another_browser() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (_, page) = at_the_code(&idp, &an).await;
    let code = idp.newest_code(&an.e164).await;
    let mut other = idp.browser();
    let stolen = other.open(page.url.as_str()).await;
    assert_ne!(stolen.name(), "code");
    let taken = other.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await;
    assert_ne!(taken.name(), "home");
    assert!(!idp.audited(AuditKind::SignedIn).await);
}

// security: row 13
#[tokio::test]
async fn of_many_parallel_codes_no_more_are_evaluated_than_there_are_tries() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (browser, page) = at_the_code(&idp, &an).await;
    let code = idp.newest_code(&an.e164).await;
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..200_u32 {
        let mut thief = browser.clone();
        let guess = format!("{:06}", (code.parse::<u32>().unwrap() + 1 + number) % 1_000_000);
        let form = page.form_with("code").fill("code", &guess).press("action", "verify");
        tries.spawn(async move { thief.submit(form).await.name() });
    }
    let pages = tries.join_all().await;
    assert!(pages.iter().all(|name| name != "home"));
    let id = portal_id_testkit::service::parameter(&page.url, "challenge").expect("the challenge in the address");
    let id = portal_id_testkit::core::ids::ChallengeId::from_text(id);
    let challenge = idp.house.store.read("challenge", move |tx| tx.find_challenge(&id)).await.unwrap().unwrap();
    assert_eq!(challenge.tries, 5, "each one evaluated was counted, and no more");
    let mut browser = browser;
    let refused = give(&mut browser, &page, &code).await;
    assert_ne!(refused.name(), "home", "the tries are used up");
}

// security: row 13
#[tokio::test]
async fn of_many_parallel_right_codes_one_begins_a_session() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (browser, page) = at_the_code(&idp, &an).await;
    let code = idp.newest_code(&an.e164).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (mut same, form) = (browser.clone(), page.form_with("code").fill("code", &code).press("action", "verify"));
        tries.spawn(async move { same.submit(form).await.name() });
    }
    tries.join_all().await;
    let began = idp.audit().await.into_iter().filter(|entry| entry.kind == AuditKind::SignedIn).count();
    assert_eq!(began, 1);
}

// security: row 12
#[tokio::test]
async fn strangers_who_type_a_phone_neither_flood_it_nor_use_up_its_holders_codes() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    crate::walk::signed_in(&idp, &an).await;
    idp.advance(Span::hours(2)).await;
    let before = idp.texts.kept().len();
    for name in ["stranger.one", "stranger.two"] {
        let typed = |other: &mut Citizen| (other.phone, other.e164) = (an.phone.clone(), an.e164.clone());
        let stranger = idp.citizen(name).with(typed).activated().create().await;
        for _ in 0..5 {
            let mut browser = idp.browser();
            let page = browser.open("/sign-in").await;
            let _ = stranger.give_password(&mut browser, &page).await;
            idp.deliver().await;
        }
    }
    assert_eq!(idp.texts.kept().len() - before, 5, "typed numbers are counted together");
    let _ = at_the_code(&idp, &an).await;
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len() - before, 6, "the holder still gets a code");
}

#[tokio::test]
async fn when_the_gateways_fail_the_code_is_tried_again_and_never_sent_late() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    idp.texts.answer(Delivery::Passing("the gateway is away".to_owned()));
    let (mut browser, page) = at_the_code(&idp, &an).await;
    idp.deliver().await;
    assert!(idp.texts.kept().is_empty());
    let told = browser.open(page.url.as_str()).await.expect("code");
    assert!(told.words().contains("chưa gửi được tin nhắn"), "{}", told.words());
    idp.advance(Span::seconds(30)).await;
    idp.texts.answer(Delivery::Accepted);
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 1);

    idp.texts.answer(Delivery::Passing("the gateway is away".to_owned()));
    idp.advance(Span::minutes(2)).await;
    let _ = at_the_code(&idp, &an).await;
    idp.deliver().await;
    idp.advance(Span::minutes(5)).await;
    idp.texts.answer(Delivery::Accepted);
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 1, "a code past its lifetime is never sent");
}
