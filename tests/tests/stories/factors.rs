//! Authenticators and recovery codes: enrolling them, signing in with them, losing them; and the gate in front of it all.

use crate::walk::signed_in;
use portal_id_server::config::Config;
use portal_id_testkit::core::accounts::{Credentials, Given, Here, SecondStepOutcome, SignInOutcome};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::credential::CredentialKind;
use portal_id_testkit::core::ctx::ClientAddress;
use portal_id_testkit::core::digest::{Digest, DigestPurpose};
use portal_id_testkit::core::outbox::Delivery;
use portal_id_testkit::core::profile::AccountClass;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{App, Browser, Citizen, Device, Page, TestIdp};

/// Adds an authenticator in a browser whose person has just signed in.
pub(crate) async fn add_app(idp: &TestIdp, browser: &mut Browser) -> App {
    let page = browser.open("/account/security/authenticator").await.expect("add-authenticator");
    let app = App::reading(&page);
    let form = page.form_with("code").fill("code", &app.code_at(idp.now()));
    let page = browser.submit(form).await.expect("security");
    assert!(page.words().contains("Đã thêm ứng dụng xác thực"), "{}", page.words());
    app
}

/// Makes a list of recovery codes in a browser whose person has just signed in.
pub(crate) async fn make_codes(browser: &mut Browser) -> Vec<String> {
    let page = browser.open("/account/security/recovery-codes").await.expect("make-recovery-codes");
    let page = browser.submit(page.form_to("/account/security/recovery-codes")).await.expect("recovery-codes");
    page.texts_of(".codes code")
}

/// A citizen with an authenticator, some minutes later and in a new browser: at the page that asks for its code.
async fn with_app(idp: &TestIdp) -> (Citizen, App, Browser, Page) {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(idp, &an).await;
    let app = add_app(idp, &mut own).await;
    idp.advance(Span::minutes(5)).await;
    let (browser, page) = at_second_step(idp, &an, "app-code").await;
    (an, app, browser, page)
}

async fn at_second_step(idp: &TestIdp, an: &Citizen, name: &str) -> (Browser, Page) {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect(name);
    (browser, page)
}

pub(crate) async fn give(browser: &mut Browser, page: &Page, code: &str) -> Page {
    browser.submit(page.form_with("code").fill("code", code).press("action", "verify")).await
}

fn wrong(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

pub(crate) async fn enrolled(idp: &TestIdp, an: &Citizen) -> Vec<CredentialKind> {
    let key = an.username.clone();
    let read = move |tx: &mut dyn portal_id_testkit::core::store::Tx| {
        let account = tx.find_account_by_username(&key)?.expect("an account");
        tx.list_credentials(&account.id)
    };
    idp.house.store.read("enrolled", read).await.unwrap().into_iter().map(|one| one.kind).collect()
}

#[tokio::test]
async fn whoever_has_an_authenticator_is_asked_for_its_code_and_no_text_message_is_paid() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let (an, app, mut browser, page) = with_app(&idp).await;
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 1, "the one of the first sign-in");
    let code = app.code_at(idp.now());
    let _ = give(&mut browser, &page, &format!(" {} {} ", &code[..3], &code[3..])).await.expect("home");
    let callback = browser.open(service.authorize_url("openid").as_str()).await.expect_away(&service.redirect_uri);
    let token = service.redeem(&callback).await.id_token();
    assert_eq!((&token["amr"], &token["aal"]), (&serde_json::json!(["pwd", "otp", "mfa"]), &serde_json::json!(2)));
    assert_eq!(token["acr"], "urn:portal-id:loa:2");
    assert!(idp.told(&an.email, "ứng dụng xác thực vừa được thêm").await);
    assert!(idp.audited(AuditKind::AuthenticatorAdded).await);
}

// security: row 12, 13
#[tokio::test]
async fn a_code_works_once_although_its_half_minute_is_not_over() {
    let idp = TestIdp::start().await;
    let (an, app, mut browser, page) = with_app(&idp).await;
    let code = app.code_at(idp.now());
    let _ = give(&mut browser, &page, &code).await.expect("home");
    let (mut second, page) = at_second_step(&idp, &an, "app-code").await;
    let refused = give(&mut second, &page, &code).await.expect("app-code");
    assert!(refused.error_of("code").unwrap().contains("Mã không đúng"));
    idp.advance(Span::seconds(30)).await;
    let _ = give(&mut second, &page, &app.code_at(idp.now())).await.expect("home");
}

// security: row 13
#[tokio::test]
async fn of_64_parallel_sign_ins_with_one_code_one_begins_a_session() {
    let idp = TestIdp::start().await;
    let (an, app, browser, page) = with_app(&idp).await;
    let code = app.code_at(idp.now());
    let mut walks = vec![(browser, page)];
    for _ in 0..3 {
        walks.push(at_second_step(&idp, &an, "app-code").await);
    }
    let before = idp.audit().await.iter().filter(|entry| entry.kind == AuditKind::SignedIn).count();
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..64 {
        let (browser, page) = &walks[number % walks.len()];
        let (mut browser, form) = (browser.clone(), page.form_with("code").fill("code", &code));
        tries.spawn(async move { browser.submit(form).await.name() });
    }
    tries.join_all().await;
    let after = idp.audit().await.iter().filter(|entry| entry.kind == AuditKind::SignedIn).count();
    assert_eq!(after - before, 1);
}

#[tokio::test]
async fn the_code_that_added_an_authenticator_signs_nobody_in() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let app = add_app(&idp, &mut own).await;
    let (mut browser, page) = at_second_step(&idp, &an, "app-code").await;
    let _ = give(&mut browser, &page, &app.code_at(idp.now())).await.expect("app-code");
}

#[tokio::test]
async fn a_wrong_first_code_shows_the_same_secret_again_and_adds_nothing() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let page = own.open("/account/security/authenticator").await.expect("add-authenticator");
    let app = App::reading(&page);
    let code = app.code_at(idp.now());
    for typed in ["", "12345", wrong(&code)] {
        let again = own.submit(page.form_with("code").fill("code", typed)).await.expect("add-authenticator");
        assert!(again.error_of("code").is_some(), "{typed}");
        assert_eq!(App::reading(&again).code_at(idp.now()), code);
    }
    assert!(enrolled(&idp, &an).await.is_empty());
    let _ = own.submit(page.form_with("code").fill("code", &code)).await.expect("security");
    // Sent once more: nothing is added twice.
    let _ = own.submit(page.form_with("code").fill("code", &code)).await.expect("security");
    assert_eq!(enrolled(&idp, &an).await, [CredentialKind::Authenticator]);
}

// security: row 10
#[tokio::test]
async fn a_secret_shown_in_one_session_cannot_be_added_in_another() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let (mut ans, mut binhs) = (signed_in(&idp, &an).await, signed_in(&idp, &binh).await);
    let shown = ans.open("/account/security/authenticator").await;
    let code = App::reading(&shown).code_at(idp.now());
    let sealed = shown.form_with("code").value("sealed").to_owned();
    let theirs = binhs.open("/account/security/authenticator").await.form_with("code");
    let page = binhs.submit(theirs.script("sealed", &sealed).fill("code", &code)).await.expect("security");
    assert!(page.words().contains("Chưa có gì thay đổi"), "{}", page.words());
    assert!(enrolled(&idp, &binh).await.is_empty());
}

// security: row 12
#[tokio::test]
async fn wrong_codes_of_any_mix_of_factors_count_together_and_a_resend_gives_no_new_tries() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut own, mut device) = (signed_in(&idp, &an).await, Device::new());
    let (app, codes) = (add_app(&idp, &mut own).await, make_codes(&mut own).await);
    let _ = crate::passkeys::add_passkey(&mut own, &mut device, "Điện thoại của tôi").await.expect("security");
    idp.advance(Span::minutes(5)).await;
    let (mut browser, page) = at_second_step(&idp, &an, "app-code").await;
    let right = app.code_at(idp.now());
    let _ = give(&mut browser, &page, wrong(&right)).await.expect("app-code");
    let passkey = browser.open(&page.link("by-passkey").unwrap()).await.expect("passkey");
    let spoiled = device.answer(&passkey).await.script("user_handle", "bmd1b2kta2hhYw");
    let _ = browser.submit(spoiled).await.expect("passkey");
    let recovery = browser.open(&page.link("by-recovery-code").unwrap()).await.expect("recovery-code");
    let _ = give(&mut browser, &recovery, "00000-00000").await.expect("recovery-code");
    let sms = browser.open(&page.link("by-sms").unwrap()).await.expect("code");
    let sms = browser.submit(sms.form_to("/sign-in/code").press("action", "resend")).await.expect("code");
    let sent = idp.newest_code(&an.e164).await;
    let _ = give(&mut browser, &sms, wrong(&sent)).await.expect("code");
    let _ = give(&mut browser, &sms, wrong(&sent)).await.expect("code-over");
    for (page, code) in [(&page, &right), (&recovery, &codes[0]), (&sms, &sent)] {
        let _ = give(&mut browser, page, code).await.expect("code-over");
    }
    // Two more series make fifteen within the hour: then no factor is looked at, right or wrong.
    for series in 0..2 {
        let (browser, page) = at_second_step(&idp, &an, "app-code").await;
        for number in 0..5 {
            // From wherever they come.
            let mut browser = browser.clone().at_address(&format!("198.51.{series}.{number}"));
            let _ = give(&mut browser, &page, wrong(&right)).await;
        }
        idp.advance(Span::minutes(2)).await;
    }
    let (browser, page) = at_second_step(&idp, &an, "app-code").await;
    let mut browser = browser.at_address("192.0.2.77");
    let refused = give(&mut browser, &page, &app.code_at(idp.now())).await.expect("app-code");
    assert!(refused.error_of("code").unwrap().contains("quá nhiều mã sai"), "{}", refused.words());
    let recovery = browser.open(&page.link("by-recovery-code").unwrap()).await.expect("recovery-code");
    let _ = give(&mut browser, &recovery, &codes[0]).await.expect("recovery-code");
}

#[tokio::test]
async fn a_text_message_is_sent_to_whoever_prefers_another_way_only_when_they_ask() {
    let idp = TestIdp::start().await;
    let (an, _, mut browser, page) = with_app(&idp).await;
    let sms = browser.open(&page.link("by-sms").unwrap()).await.expect("code");
    assert!(sms.words().contains("có thể gửi tin nhắn") && sms.link("by-app").is_some(), "{}", sms.words());
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 1, "looking is free");
    let sms = browser.submit(sms.form_to("/sign-in/code").press("action", "resend")).await.expect("code");
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 2);
    let code = idp.newest_code(&an.e164).await;
    let _ = give(&mut browser, &sms, &code).await.expect("home");
}

#[tokio::test]
async fn a_code_page_without_a_code_takes_none() {
    let idp = TestIdp::start().await;
    let (_, _, mut browser, page) = with_app(&idp).await;
    let sms = page.link("by-sms").unwrap();
    let url = page.url.join(&sms).unwrap();
    let csrf = page.form_with("code").value("csrf").to_owned();
    for guess in ["000000", "123456"] {
        let fields = [("csrf", csrf.as_str()), ("code", guess), ("action", "verify")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = browser.post(&url, &fields).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
    }
}

#[tokio::test]
async fn when_the_gateways_fail_the_page_offers_what_the_person_has() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let codes = make_codes(&mut own).await;
    idp.advance(Span::minutes(5)).await;
    idp.texts.answer(Delivery::Passing("the gateway is away".to_owned()));
    let (mut browser, page) = at_second_step(&idp, &an, "code").await;
    idp.deliver().await;
    let told = browser.open(page.url.as_str()).await.expect("code");
    assert!(told.words().contains("Bạn có thể dùng cách khác"), "{}", told.words());
    let recovery = browser.open(&told.link("by-recovery-code").unwrap()).await.expect("recovery-code");
    let _ = give(&mut browser, &recovery, &codes[3]).await.expect("home");
}

#[tokio::test]
async fn a_recovery_code_works_once_its_owner_is_told_and_a_new_list_ends_the_old_one() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let codes = make_codes(&mut own).await;
    assert_eq!(codes.len(), 10);
    assert_eq!(codes.iter().collect::<std::collections::BTreeSet<_>>().len(), 10);
    let untidy = format!(" {} ", codes[0].to_uppercase().replace('-', " "));
    let by_recovery = async |code: &str, comes: &str| {
        idp.advance(Span::minutes(2)).await;
        let mut browser = idp.browser();
        let page = browser.open("/sign-in").await;
        let mut page = an.give_password(&mut browser, &page).await;
        // From the sixth sign-in of the hour on no text message is sent, and the page asks for the list at once.
        if let Some(link) = page.link("by-recovery-code") {
            page = browser.open(&link).await;
        }
        let _ = give(&mut browser, &page.expect("recovery-code"), code).await.expect(comes);
    };
    by_recovery(&untidy, "home").await;
    assert!(idp.told(&an.email, "mã dự phòng của tài khoản").await);
    assert!(idp.audited(AuditKind::RecoveryCodeUsed).await);
    by_recovery(&codes[0], "recovery-code").await;
    by_recovery("không phải mã", "recovery-code").await;
    let page = own.open("/account/security").await.expect("security");
    assert!(page.words().contains("Còn 9 mã chưa dùng"), "{}", page.words());
    let fresh = make_codes(&mut own).await;
    by_recovery(&codes[1], "recovery-code").await;
    by_recovery(&fresh[1], "home").await;
}

#[tokio::test]
async fn whoever_has_used_up_the_hours_text_messages_still_gets_in_with_the_printed_list() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let codes = make_codes(&mut signed_in(&idp, &an).await).await;
    for _ in 0..4 {
        idp.advance(Span::minutes(1)).await;
        at_second_step(&idp, &an, "code").await;
    }
    idp.advance(Span::minutes(1)).await;
    let (mut browser, page) = at_second_step(&idp, &an, "recovery-code").await;
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 5, "one hour's worth");
    let _ = give(&mut browser, &page, &codes[0]).await.expect("home");
}

#[tokio::test]
async fn a_recovery_code_of_one_person_is_nothing_to_another() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let ans = make_codes(&mut signed_in(&idp, &an).await).await;
    make_codes(&mut signed_in(&idp, &binh).await).await;
    idp.advance(Span::minutes(2)).await;
    let (mut browser, page) = at_second_step(&idp, &binh, "code").await;
    let recovery = browser.open(&page.link("by-recovery-code").unwrap()).await.expect("recovery-code");
    let _ = give(&mut browser, &recovery, &ans[0]).await.expect("recovery-code");
}

// security: row 11
#[tokio::test]
async fn factors_are_seen_and_changed_only_within_twenty_minutes_of_proving_who_one_is() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let pages = [
        ("/account/security", "security"),
        ("/account/security/authenticator", "add-authenticator"),
        ("/account/security/recovery-codes", "make-recovery-codes"),
        ("/account/security/passkey", "add-passkey"),
    ];
    idp.advance(Span::minutes(20) - Span::millis(1)).await;
    let form = own.open("/account/security/recovery-codes").await.form_to("/account/security/recovery-codes");
    idp.advance(Span::millis(1)).await;
    for (path, _) in pages {
        let _ = own.open(path).await.expect("confirm");
    }
    let _ = own.submit(form.clone()).await.expect("confirm");
    assert!(enrolled(&idp, &an).await.is_empty(), "a page left open makes nothing");
    for (path, name) in pages {
        idp.advance(Span::minutes(20)).await;
        // The session is kept awake, and the last confirmation is over.
        let confirm = own.open(path).await.expect("confirm");
        let refused = own.submit(confirm.form_with("password").fill("password", "sai mat khau")).await;
        assert_eq!((refused.name().as_str(), refused.status().as_u16()), ("confirm", 422));
        let back = own.submit(refused.form_with("password").fill("password", &an.password)).await;
        let _ = back.expect(name);
    }
    assert!(idp.audited(AuditKind::IdentityConfirmed).await);
    let _ = own.open("/account/security").await.expect("security");
}

// security: row 10
#[tokio::test]
async fn a_confirmation_holds_for_its_own_session_alone() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut one, mut two) = (signed_in(&idp, &an).await, signed_in(&idp, &an).await);
    idp.advance(Span::minutes(20)).await;
    let confirm = one.open("/account/security").await.expect("confirm");
    let _ = one.submit(confirm.form_with("password").fill("password", &an.password)).await.expect("security");
    let _ = two.open("/account/security").await.expect("confirm");
    let (name, value) = one.cookies().iter().find(|(name, _)| name.ends_with("-c")).expect("a cookie");
    two.keep_cookie(name, value);
    let _ = two.open("/account/security").await.expect("confirm");
}

// security: row 2
#[tokio::test]
async fn a_forged_way_back_leads_home_to_our_own_pages() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    for next in ["https://evil.example", "//evil.example", "/%5Cevil.example", "security%2f..%2f..", ""] {
        idp.advance(Span::minutes(20)).await;
        let confirm = own.open(&format!("/account/confirm?next={next}")).await.expect("confirm");
        let back = own.submit(confirm.form_with("password").fill("password", &an.password)).await;
        let _ = back.expect("security");
    }
}

#[tokio::test]
async fn a_stranger_is_led_to_sign_in_first_and_comes_back() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    for (path, name) in [
        ("/account/security", "security"),
        ("/account", "account"),
        ("/account/sessions", "sessions"),
        ("/account/password", "password"),
    ] {
        let mut browser = idp.browser();
        let page = browser.open(path).await.expect("sign-in");
        let _ = an.sign_in(&idp, &mut browser, &page).await.expect(name);
        idp.advance(Span::minutes(2)).await;
    }
}

#[tokio::test]
async fn a_pending_request_is_not_lost_on_the_way_to_ones_own_pages() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    for (path, name) in [("/account/sessions", "sessions"), ("/account/password", "password")] {
        let mut browser = idp.browser();
        let waiting = browser.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
        let (_, flow) = waiting.url.query_pairs().find(|(name, _)| name == "flow").expect("a pending request");
        let page = browser.open(&format!("{path}?flow={flow}")).await.expect("sign-in");
        let page = an.sign_in(&idp, &mut browser, &page).await.expect(name);
        assert!(page.words().contains("Dịch vụ thử nghiệm"), "{}", page.words());
        let _ = browser.open(&format!("/authorize/resume?flow={flow}")).await.expect("consent");
        idp.advance(Span::minutes(2)).await;
    }
}

// security: row 33
#[tokio::test]
async fn nobody_removes_what_is_anothers() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let (mut ans, mut binhs) = (signed_in(&idp, &an).await, signed_in(&idp, &binh).await);
    add_app(&idp, &mut ans).await;
    add_app(&idp, &mut binhs).await;
    let id = ans.open("/account/security").await.form_with("id").value("id").to_owned();
    let mut answers = Vec::new();
    for id in [id.as_str(), "0192f3a1-0000-7000-8000-000000000000"] {
        let theirs = binhs.open("/account/security").await.form_with("id");
        let page = binhs.submit(theirs.script("id", id).press("action", "remove")).await.expect("security");
        answers.push((page.status(), page.url.clone(), page.words()));
    }
    assert_eq!(answers[0], answers[1], "another's is as if it never was");
    assert_eq!(enrolled(&idp, &an).await.len(), 1);
    assert_eq!(enrolled(&idp, &binh).await.len(), 1);
    let own = ans.open("/account/security").await.form_with("id");
    let page = ans.submit(own.press("action", "remove")).await.expect("security");
    assert!(page.words().contains("Đã xóa"), "{}", page.words());
    assert!(enrolled(&idp, &an).await.is_empty());
    assert!(idp.told(&an.email, "vừa bị xóa").await);
    assert!(idp.audited(AuditKind::AuthenticatorRemoved).await);
    // The second step is a text message again.
    idp.advance(Span::minutes(2)).await;
    at_second_step(&idp, &an, "code").await;
}

#[tokio::test]
async fn an_account_has_at_most_two_authenticators() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let spare = own.open("/account/security/authenticator").await;
    let (one, two) = (add_app(&idp, &mut own).await, add_app(&idp, &mut own).await);
    let code = App::reading(&spare).code_at(idp.now());
    let page = own.submit(spare.form_with("code").fill("code", &code)).await.expect("security");
    assert!(page.words().contains("số lượng tối đa") && page.link("add-authenticator").is_none(), "{}", page.words());
    for app in [one, two] {
        idp.advance(Span::minutes(2)).await;
        let (mut browser, page) = at_second_step(&idp, &an, "app-code").await;
        let _ = give(&mut browser, &page, &app.code_at(idp.now())).await.expect("home");
    }
}

// security: row 9
#[tokio::test]
async fn a_field_that_these_forms_do_not_have_is_refused_and_nothing_changes() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let page = own.open("/account/security/authenticator").await;
    let code = App::reading(&page).code_at(idp.now());
    let form = page.form_with("code").fill("code", &code).forge("account_id", "another");
    assert_eq!(own.submit(form).await.status().as_u16(), 400);
    let make = own.open("/account/security/recovery-codes").await.form_to("/account/security/recovery-codes");
    assert_eq!(own.submit(make.forge("count", "1000")).await.status().as_u16(), 400);
    assert!(enrolled(&idp, &an).await.is_empty());
}

// security: row 30
#[tokio::test]
async fn neither_seeds_nor_recovery_codes_lie_readable_on_the_disk() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    let page = own.open("/account/security/authenticator").await;
    let secret = page.text_of("#secret").replace(' ', "");
    let code = App::reading(&page).code_at(idp.now());
    let _ = own.submit(page.form_with("code").fill("code", &code)).await.expect("security");
    let codes = make_codes(&mut own).await;
    let bytes = idp.database_bytes();
    let lies = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!lies(&secret));
    for code in &codes {
        assert!(!lies(code) && !lies(&code.replace('-', "")));
    }
}

#[tokio::test]
async fn the_home_page_hints_calmly_until_something_better_is_enrolled() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = signed_in(&idp, &an).await;
    assert!(own.open("/").await.words().contains("ứng dụng xác thực hoặc khóa truy cập"));
    add_app(&idp, &mut own).await;
    assert!(!own.open("/").await.words().contains("ứng dụng xác thực hoặc khóa truy cập"));
    let overview = own.open("/account").await.expect("account");
    assert_eq!(overview.link("security").as_deref(), Some("/account/security"));
}

#[tokio::test]
async fn a_policy_may_lead_a_class_to_enrol_before_any_service_learns_of_them() {
    let idp = TestIdp::start_with(|config| config.accounts.factors.required_for = vec![AccountClass::Citizen]).await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
    let page = an.sign_in(&idp, &mut browser, &page).await.expect("security");
    assert!(page.words().contains("cần có ứng dụng xác thực") && page.link("continue").is_none());
    // Neither a second request nor a silent one gets past it.
    let _ = browser.open(service.authorize_url("openid").as_str()).await.expect("security");
    let silent = service.authorize_url_with("openid", &[("prompt", "none")]);
    let answer = browser.open(silent.as_str()).await.expect_away(&service.redirect_uri);
    assert_eq!(portal_id_testkit::service::parameter(&answer, "error").as_deref(), Some("interaction_required"));

    let page = browser.open(&page.link("add-authenticator").unwrap()).await.expect("add-authenticator");
    let code = App::reading(&page).code_at(idp.now());
    let page = browser.submit(page.form_with("code").fill("code", &code)).await.expect("security");
    browser.open(&page.link("continue").unwrap()).await.expect_away(&service.redirect_uri);
}

// security: row 11
#[tokio::test]
async fn the_consent_page_is_no_way_around_what_a_policy_wants_enrolled() {
    for first_party in [true, false] {
        let wanted = |config: &mut Config| config.accounts.factors.required_for = vec![AccountClass::Citizen];
        let idp = TestIdp::start_with(wanted).await;
        let service = idp.service().with(|client| client.first_party = first_party).register().await;
        let citizen = idp.citizen("nguyen.thi.an").activated().create().await;
        let mut browser = idp.browser();
        let page = browser.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
        let page = citizen.sign_in(&idp, &mut browser, &page).await.expect("security");
        let flow = portal_id_testkit::service::parameter(&page.url, "flow").expect("the request waits");
        let consent = page.url.join("/consent").unwrap();
        let consent = url::Url::parse_with_params(consent.as_str(), &[("flow", &flow)]).unwrap();
        let shown = browser.open(consent.as_str()).await.expect("security");
        assert!(portal_id_testkit::service::parameter(&shown.url, "flow").is_some(), "and goes on waiting");
        let make = browser.open("/account/security/recovery-codes").await.form_to("/account/security/recovery-codes");
        for decision in ["allow", "deny"] {
            let fields = [("csrf", make.value("csrf")), ("decision", decision)];
            let answer = browser.post(&consent, &fields.map(|(name, value)| (name.to_owned(), value.to_owned()))).await;
            let next = answer.header("location").expect("a redirect");
            assert!(answer.status.is_redirection() && next.starts_with("/account/security"), "{decision}: {next}");
        }
        for kind in [AuditKind::CodeIssued, AuditKind::ConsentGranted, AuditKind::ConsentDenied] {
            assert!(!idp.audited(kind).await, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn what_is_enrolled_survives_a_restart() {
    let idp = TestIdp::start().await;
    let (an, app, ..) = with_app(&idp).await;
    let idp = idp.restart().await;
    let (mut browser, page) = at_second_step(&idp, &an, "app-code").await;
    let _ = give(&mut browser, &page, &app.code_at(idp.now())).await.expect("home");
}

/// Gives fifteen wrong codes within the hour, in challenges of their own.
async fn fifteen_wrong_codes(idp: &TestIdp, an: &Citizen, first: &str) {
    for _ in 0..3 {
        let (mut browser, page) = at_second_step(idp, an, first).await;
        let recovery = browser.open(&page.link("by-recovery-code").unwrap()).await.expect("recovery-code");
        for _ in 0..5 {
            let _ = give(&mut browser, &recovery, "00000-00000").await;
        }
        idp.advance(Span::minutes(2)).await;
    }
}

// security: row 12
#[tokio::test]
async fn too_many_wrong_codes_are_told_to_the_owner_once_and_do_not_lock_out_a_passkey() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut own, mut device) = (signed_in(&idp, &an).await, Device::new());
    let _ = crate::passkeys::add_passkey(&mut own, &mut device, "Điện thoại của tôi").await.expect("security");
    let codes = make_codes(&mut own).await;
    idp.advance(Span::minutes(5)).await;
    let told = async || {
        let mails = idp.mails_to(&an.email).await;
        mails.into_iter().filter(|mail| mail.subject.contains("sai mã xác thực")).collect::<Vec<_>>()
    };
    fifteen_wrong_codes(&idp, &an, "passkey").await;
    assert_eq!(told().await.len(), 1);
    let (mut browser, page) = at_second_step(&idp, &an, "passkey").await;
    let recovery = browser.open(&page.link("by-recovery-code").unwrap()).await.expect("recovery-code");
    let refused = give(&mut browser, &recovery, &codes[0]).await.expect("recovery-code");
    assert!(refused.error_of("code").unwrap().contains("quá nhiều mã sai"), "{}", refused.words());
    let _ = browser.submit(device.answer(&page).await).await.expect("home");
    idp.advance(Span::hours(1)).await;
    fifteen_wrong_codes(&idp, &an, "passkey").await;
    let audited = idp.audit().await.iter().filter(|entry| entry.kind == AuditKind::SecondStepThrottled).count();
    assert_eq!((told().await.len(), audited), (1, 1), "once in a day");
    // Whoever did not give these codes makes the password useless to whoever did.
    let link = portal_id_testkit::people::link_in(&told().await[0].text);
    let _ = crate::not_me::press(&mut idp.browser(), &link).await.expect("not-me-done");
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_at_one_moment_in_many_challenges_are_judged_one_after_the_other() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let codes = make_codes(&mut signed_in(&idp, &an).await).await;
    idp.advance(Span::minutes(5)).await;
    let mut waiting = Vec::new();
    for number in 0..30_u8 {
        // From the sixth sign-in of the hour on no text message is sent; the challenge is open all the same.
        let mut ctx = idp.ctx();
        ctx.browser = Some(Digest::from_bytes([number; 32]));
        let address = format!("198.51.100.{number}").parse().unwrap();
        ctx.address = ClientAddress::new(address);
        let credentials = Credentials { name: an.username.clone(), password: an.password.clone() };
        let challenge = match idp.house.accounts.sign_in(&ctx, credentials).await.unwrap() {
            SignInOutcome::CodeSent(challenge) | SignInOutcome::SecondStep { challenge, .. } => challenge,
            other => panic!("{other:?}"),
        };
        let code = if number < 10 { codes[usize::from(number)].clone() } else { "00000-00000".to_owned() };
        waiting.push((ctx, challenge, Given::RecoveryCode(code)));
    }
    let at_once = async |waiting: Vec<_>| {
        let mut tries = tokio::task::JoinSet::new();
        for (ctx, challenge, given) in waiting {
            let accounts = idp.house.accounts.clone();
            tries.spawn(
                async move { accounts.take_second_step(&ctx, &challenge, given, Here::default()).await.unwrap() },
            );
        }
        tries.join_all().await
    };
    let late = waiting.split_off(20);
    let outcomes = at_once(waiting).await;
    let evaluated = |outcome: &&SecondStepOutcome| {
        matches!(outcome, SecondStepOutcome::SignedIn(_) | SecondStepOutcome::Wrong { .. })
    };
    assert_eq!(outcomes.iter().filter(evaluated).count(), 20, "{outcomes:?}");
    let key = an.username.clone();
    let vault = idp.house.vault.clone();
    let row = idp.house.store.read("wrong_codes", move |tx| {
        let account = tx.find_account_by_username(&key)?.expect("an account");
        let parts: [&[u8]; 2] = [b"wrong-codes", account.id.as_str().as_bytes()];
        tx.find_throttle(&vault.digest(DigestPurpose::Throttle, &parts))
    });
    let row = row.await.unwrap().expect("the limit's row");
    // Each wrong one was counted by itself, on what those before it had left.
    assert_eq!((row.version, row.marks.len()), (10, 10));
    // Fifteen an hour: of ten more at one moment five are judged, because each waits until those before it are counted.
    let outcomes = at_once(late).await;
    assert_eq!(outcomes.iter().filter(evaluated).count(), 5, "{outcomes:?}");
    let throttled = |outcome: &&SecondStepOutcome| matches!(outcome, SecondStepOutcome::Throttled { .. });
    assert_eq!(outcomes.iter().filter(throttled).count(), 5, "{outcomes:?}");
}
