//! A wrong phone can be corrected by whoever has the password and the mailbox, until a code was accepted on it.

use http::Method;
use portal_id_testkit::core::accounts::CorrectPhoneOutcome;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::digest::{Digest, DigestPurpose};
use portal_id_testkit::core::link::{LinkPurpose, MailedLink};
use portal_id_testkit::core::store::Tx;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::page::Form;
use portal_id_testkit::people::link_in;
use portal_id_testkit::{Browser, Citizen, Page, TestIdp};

#[tokio::test]
async fn a_wrong_number_is_corrected_by_a_mailed_link_and_the_password() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let code = an.give_password(&mut browser, &page).await.expect("code");
    let _ = browser.submit(code.form_to("/sign-in/phone").press("action", "ask")).await.expect("phone-asked");
    let link = link_in(&idp.newest_mail(&an.email).await.text);

    let mut anywhere = idp.browser();
    let page = anywhere.open(&link).await.expect("phone-correct");
    let wrong = page
        .form_with("phone")
        .fill("phone", "0987 654 321")
        .fill("password", "sai mat khau")
        .press("action", "correct");
    let page = anywhere.submit(wrong).await.expect("phone-correct");
    let right =
        page.form_with("phone").fill("phone", "0987 654 321").fill("password", &an.password).press("action", "correct");
    let _ = anywhere.submit(right).await.expect("phone-corrected");
    let _ = anywhere.open(&link).await.expect("phone-link-over");

    idp.advance(portal_id_testkit::core::time::Span::minutes(2)).await;
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("code");
    let code = idp.newest_code("+84987654321").await;
    let _ = browser.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await.expect("home");
}

#[tokio::test]
async fn who_corrects_to_a_number_from_before_2018_is_told_the_new_one() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let code = an.give_password(&mut browser, &page).await.expect("code");
    let _ = browser.submit(code.form_to("/sign-in/phone").press("action", "ask")).await.expect("phone-asked");
    let page = browser.open(&link_in(&idp.newest_mail(&an.email).await.text)).await.expect("phone-correct");
    let form = page.form_with("phone").fill("phone", "0168 912 3456").fill("password", &an.password);
    let page = browser.submit(form.press("action", "correct")).await.expect("phone-corrected");
    assert!(page.words().contains("0168") && page.words().contains("038 ••• •456"), "{}", page.words());
}

// security: row 16
#[tokio::test]
async fn who_asks_for_the_link_again_and_again_is_told_from_when_it_can_be_sent() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let code = an.give_password(&mut browser, &page).await.expect("code");
    for asked in 0.. {
        assert!(asked <= 20, "mails to one address have a limit of 20 an hour");
        let page = browser.submit(code.form_to("/sign-in/phone").press("action", "ask")).await;
        if page.status() == 429 {
            let page = page.expect("phone-slow");
            assert!(asked > 0 && page.words().contains("23/11/2026"), "{}", page.words());
            break;
        }
        let _ = page.expect("phone-asked");
    }
}

#[tokio::test]
async fn a_number_that_received_a_code_cannot_be_changed_that_way() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    crate::walk::signed_in(&idp, &an).await;
    idp.advance(portal_id_testkit::core::time::Span::minutes(2)).await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let code = an.give_password(&mut browser, &page).await.expect("code");
    assert!(!code.html().contains("/sign-in/phone"), "not even offered");
}

// security: row 12
#[tokio::test]
async fn a_code_that_reached_one_phone_proves_nothing_about_another() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let waiting = an.give_password(&mut browser, &page).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let asked = browser.submit(waiting.form_to("/sign-in/phone").press("action", "ask")).await;
    let _ = asked.expect("phone-asked");
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    let page = browser.open(&link).await.expect("phone-correct");
    let form = page.form_with("phone").fill("phone", "0987 654 321").fill("password", &an.password);
    let _ = browser.submit(form.press("action", "correct")).await.expect("phone-corrected");

    let form = waiting.form_with("code").fill("code", &code).press("action", "verify");
    let refused = browser.submit(form).await;
    assert_ne!(refused.name(), "home");
    let audit = idp.audit().await;
    assert!(audit.iter().all(|entry| entry.kind != AuditKind::PhoneVerified && entry.kind != AuditKind::SignedIn));
}

/// A browser at the page of the code, whose person asked for the link; and the link.
async fn asked(idp: &TestIdp, an: &Citizen) -> (Browser, String) {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let code = an.give_password(&mut browser, &page).await.expect("code");
    let _ = browser.submit(code.form_to("/sign-in/phone").press("action", "ask")).await.expect("phone-asked");
    (browser, link_in(&idp.newest_mail(&an.email).await.text))
}

fn correcting(page: &Page, an: &Citizen) -> Form {
    let form = page.form_with("phone").fill("phone", "0987 654 321").fill("password", &an.password);
    form.press("action", "correct")
}

// security: row 6
#[tokio::test]
async fn the_link_works_once_for_half_an_hour_and_for_its_address_and_purpose() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut browser, link) = asked(&idp, &an).await;
    idp.advance(Span::minutes(30) - Span::millis(1)).await;
    let page = browser.open(&link).await.expect("phone-correct");
    assert_eq!(page.answer.header("referrer-policy"), Some("no-referrer"));
    idp.advance(Span::millis(1)).await;
    let _ = browser.open(&link).await.expect("phone-link-over");
    let _ = browser.submit(correcting(&page, &an)).await.expect("phone-link-over");

    // Of another purpose, or of an address that the account does not have.
    let (mut browser, link) = asked(&idp, &an).await;
    let secret = link.split_once("token=").unwrap().1;
    let _ = browser.open(&format!("/activate?token={secret}")).await.expect("activation-unknown");
    let _ = browser.open(&format!("/sign-in/not-me?token={secret}")).await.expect("not-me-over");
    let vault = idp.house.vault.clone();
    let digest = move |secret: &str| vault.digest(DigestPurpose::MailedLink, &[b"phone-correction", secret.as_bytes()]);
    let (one, other) = (digest(secret), digest("elsewhere"));
    let of_another_address = move |tx: &mut dyn Tx| {
        let link = tx.find_link(LinkPurpose::PhoneCorrection, &one)?.expect("the link");
        tx.insert_link(&MailedLink { secret: other, email: Digest::from_bytes([9; 32]), ..link })
    };
    idp.house.store.tx("link", of_another_address).await.unwrap();
    let _ = browser.open("/sign-in/phone?token=elsewhere").await.expect("phone-link-over");

    let page = browser.open(&link).await.expect("phone-correct");
    let _ = browser.submit(correcting(&page, &an)).await.expect("phone-corrected");
    let _ = browser.submit(correcting(&page, &an)).await.expect("phone-link-over");
}

// security: row 6
#[tokio::test]
async fn looking_at_the_link_changes_nothing() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut browser, link) = asked(&idp, &an).await;
    let path = link.strip_prefix("https://id.example.gov.vn").unwrap();
    for method in [Method::GET, Method::HEAD, Method::GET, Method::HEAD] {
        let request = http::Request::builder().method(method).uri(path).body(String::new().into()).unwrap();
        // Scanners have no cookies.
        assert_eq!(idp.browser().send_raw(request).await.status, 200);
    }
    let page = browser.open(&link).await.expect("phone-correct");
    assert!(!idp.audited(AuditKind::PhoneCorrected).await);
    let _ = browser.submit(correcting(&page, &an)).await.expect("phone-corrected");
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_corrections_by_one_link_one_wins() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (_, link) = asked(&idp, &an).await;
    let secret = link.split_once("token=").unwrap().1.to_owned();
    let mut tries = tokio::task::JoinSet::new();
    // Four, because more would meet the limit of tries for one address.
    for number in 0..4 {
        let (accounts, ctx, secret, password) =
            (idp.house.accounts.clone(), idp.ctx(), secret.clone(), an.password.clone());
        let phone = format!("098765432{number}");
        tries.spawn(async move { accounts.correct_phone(&ctx, &secret, &password, &phone).await.unwrap() });
    }
    let outcomes = tries.join_all().await;
    let corrected = outcomes.iter().filter(|outcome| matches!(outcome, CorrectPhoneOutcome::Corrected { .. })).count();
    assert_eq!(corrected, 1, "{outcomes:?}");
    assert!(
        outcomes
            .iter()
            .all(|outcome| { matches!(outcome, CorrectPhoneOutcome::Corrected { .. } | CorrectPhoneOutcome::Over) }),
        "{outcomes:?}"
    );
    let told = idp.audit().await.iter().filter(|entry| entry.kind == AuditKind::PhoneCorrected).count();
    assert_eq!(told, 1);
}
