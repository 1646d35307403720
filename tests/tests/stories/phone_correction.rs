//! A wrong phone can be corrected by whoever has the password and the mailbox, until a code was accepted on it.

use portal_id_testkit::TestIdp;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::people::link_in;

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
