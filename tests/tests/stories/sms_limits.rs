//! How many codes are sent: in parallel, in a day, and to one phone.

use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Citizen, TestIdp};

async fn ask_for_a_code(idp: &TestIdp, citizen: &Citizen) {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let _ = citizen.give_password(&mut browser, &page).await;
    idp.deliver().await;
}

// security: row 13
#[tokio::test]
async fn of_many_parallel_resends_one_sends_a_code() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("code");
    idp.advance(Span::seconds(61)).await;
    let mut presses = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let (mut same, form) = (browser.clone(), page.form_with("code").press("action", "resend"));
        presses.spawn(async move { same.submit(form).await.name() });
    }
    assert!(presses.join_all().await.iter().all(|name| name == "code"));
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 2, "the first, and one more");
}

// security: row 13
#[tokio::test]
async fn many_parallel_sign_ins_send_no_more_codes_than_an_hour_allows() {
    let idp = TestIdp::start_with(|config| config.accounts.limits.tries_per_minute = 1000).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut sign_ins = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let mut browser = idp.browser();
        let page = browser.open("/sign-in").await;
        let an = an.clone();
        sign_ins.spawn(async move { an.give_password(&mut browser, &page).await.name() });
    }
    sign_ins.join_all().await;
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 5);
}

#[tokio::test]
async fn ten_codes_are_sent_in_a_day() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    for _ in 0..14 {
        ask_for_a_code(&idp, &an).await;
        idp.advance(Span::minutes(31)).await;
    }
    assert_eq!(idp.texts.kept().len(), 10);
    // The first of them was sent fourteen times 31 minutes ago.
    idp.advance(Span::hours(24) - Span::minutes(31).times(14)).await;
    ask_for_a_code(&idp, &an).await;
    assert_eq!(idp.texts.kept().len(), 11, "the first is a day ago");
    ask_for_a_code(&idp, &an).await;
    assert_eq!(idp.texts.kept().len(), 11, "the second is not");
}

/// Four accounts with one phone, each of which has proved to hold it.
async fn family(idp: &TestIdp) -> Vec<Citizen> {
    let mut family = Vec::new();
    for name in ["nguyen.thi.an", "nguyen.van.binh", "nguyen.thi.chi", "nguyen.van.dung"] {
        let typed = |member: &mut Citizen| {
            let an = Citizen::named("nguyen.thi.an");
            (member.phone, member.e164) = (an.phone, an.e164);
        };
        let member = idp.citizen(name).with(typed).activated().create().await;
        crate::walk::signed_in(idp, &member).await;
        family.push(member);
    }
    family
}

/// Five accounts of one family are no way to flood its phone.
// security: row 12
#[tokio::test]
async fn all_accounts_that_hold_a_phone_are_sent_fifteen_codes_an_hour_together() {
    let idp = TestIdp::start().await;
    let family = family(&idp).await;
    idp.advance(Span::hours(2)).await;
    let before = idp.texts.kept().len();
    for member in &family {
        for _ in 0..5 {
            ask_for_a_code(&idp, member).await;
        }
    }
    assert_eq!(idp.texts.kept().len() - before, 15);
    idp.advance(Span::hours(1)).await;
    ask_for_a_code(&idp, &family[3]).await;
    assert_eq!(idp.texts.kept().len() - before, 16, "an hour later");
}

/// The fifteen of an hour are no way around: over the day a phone gets twice as many, whoever of the family asks.
// security: row 12
#[tokio::test]
async fn all_accounts_that_hold_a_phone_are_sent_thirty_codes_a_day_together() {
    let idp = TestIdp::start().await;
    let family = family(&idp).await;
    idp.advance(Span::hours(25)).await;
    let before = idp.texts.kept().len();
    let sent = || idp.texts.kept().len() - before;
    // Nobody comes near the limits of an hour, or near the ten a day of one account.
    for round in 1..=8 {
        for member in &family {
            ask_for_a_code(&idp, member).await;
        }
        assert_eq!(sent(), (round * family.len()).min(30), "round {round}");
        idp.advance(Span::minutes(61)).await;
    }
    ask_for_a_code(&idp, &family[0]).await;
    assert_eq!(sent(), 30, "still the same day");
    // The four of the first round were sent eight times 61 minutes ago.
    idp.advance(Span::hours(24) - Span::minutes(61).times(8)).await;
    for member in family.iter().rev().chain(&family) {
        ask_for_a_code(&idp, member).await;
    }
    assert_eq!(sent(), 34, "four are a day ago, the fifth is not");
}
