//! "This was not me", and what the stranger had enrolled by then (`docs/adr/0014`).

use crate::factors::{add_app, enrolled, give, make_codes};
use crate::not_me::{NEW, press, set, with_password};
use crate::passkeys::add_passkey;
use crate::password_change::change;
use crate::walk::signed_in;
use portal_id_testkit::core::accounts::{Credentials, Given, Here, NotMeOutcome, SecondStepOutcome, SignInOutcome};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::credential::CredentialKind;
use portal_id_testkit::core::digest::Digest;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::link_in;
use portal_id_testkit::{App, Browser, Citizen, Device, Page, TestIdp};

/// What a citizen enrolled long ago.
struct Own {
    an: Citizen,
    app: App,
    device: Device,
}

/// A citizen who enrolled an authenticator and a passkey so long ago that the mails about it are over.
async fn citizen(idp: &TestIdp) -> Own {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut own, mut device) = (signed_in(idp, &an).await, Device::new());
    let app = add_app(idp, &mut own).await;
    idp.advance(Span::minutes(1)).await;
    let _ = add_passkey(&mut own, &mut device, "Điện thoại của tôi").await.expect("security");
    idp.deliver().await;
    idp.advance(Span::days(11)).await;
    Own { an, app, device }
}

/// Somebody who knows the password and reads the text messages signs in, and lets the browser be remembered.
async fn stranger_in(idp: &TestIdp, an: &Citizen) -> Browser {
    let mut stranger = idp.browser();
    let page = after_password(an, &mut stranger).await.expect("app-code");
    let sms = stranger.open(&page.link("by-sms").unwrap()).await.expect("code");
    let sms = stranger.submit(sms.form_to("/sign-in/code").press("action", "resend")).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let form = sms.form_with("code").fill("code", &code).tick("remember").press("action", "verify");
    let _ = stranger.submit(form).await.expect("home");
    stranger
}

async fn after_password(an: &Citizen, browser: &mut Browser) -> Page {
    let page = browser.open("/sign-in").await.expect("sign-in");
    an.give_password(browser, &page).await
}

/// The link of the newest mail with this subject.
async fn link_about(idp: &TestIdp, an: &Citizen, subject: &str) -> String {
    let mails = idp.mails_to(&an.email).await;
    link_in(&mails.iter().rfind(|mail| mail.subject.contains(subject)).expect("a mail").text)
}

async fn by_passkey(idp: &TestIdp, device: &mut Device) -> Page {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    browser.submit(device.answer(&page).await).await
}

// security: row 22
#[tokio::test]
async fn what_a_stranger_enrolled_ends_with_the_press_and_what_was_there_before_stays() {
    let idp = TestIdp::start().await;
    let Own { an, app, mut device } = citizen(&idp).await;
    let mut stranger = stranger_in(&idp, &an).await;
    let link = link_about(&idp, &an, "trình duyệt mới").await;
    let mut theirs = Device::new();
    let their_app = add_app(&idp, &mut stranger).await;
    let _ = add_passkey(&mut stranger, &mut theirs, "Của người lạ").await.expect("security");
    let _ = make_codes(&mut stranger).await;
    idp.advance(Span::minutes(5)).await;
    assert_eq!(enrolled(&idp, &an).await.len(), 2 + 13);

    let _ = press(&mut idp.browser(), &link).await.expect("not-me-done");
    assert_eq!(enrolled(&idp, &an).await, [CredentialKind::Authenticator, CredentialKind::Passkey]);
    for kind in [
        AuditKind::AuthenticatorRemoved,
        AuditKind::PasskeyRemoved,
        AuditKind::RecoveryCodesRemoved,
        AuditKind::DevicesForgotten,
    ] {
        assert!(idp.audited(kind).await, "{kind:?}");
    }
    for news in ["mới thêm gần đây đã bị xóa", "vừa bị bỏ ghi nhớ"] {
        assert!(idp.told(&an.email, news).await, "{news}");
    }
    idp.expect_an_empty_outbox().await;

    let refused = by_passkey(&idp, &mut theirs).await;
    assert_eq!((refused.name().as_str(), refused.status().as_u16()), ("sign-in", 422));
    // The browser is not remembered, and the stranger's app and codes are nobody's.
    let page = after_password(&an, &mut stranger).await.expect("app-code");
    assert!(page.link("by-recovery-code").is_none());
    let page = give(&mut stranger, &page, &their_app.code_at(idp.now())).await.expect("app-code");
    assert!(page.error_of("code").is_some());
    // The owner's own still prove who they are; a passkey proves no password, so that nothing stands in its way.
    let _ = by_passkey(&idp, &mut device).await.expect("home");
    let mut own = idp.browser();
    let page = after_password(&an, &mut own).await.expect("app-code");
    let _ = give(&mut own, &page, &app.code_at(idp.now())).await.expect("new-password");
}

// security: row 22
#[tokio::test]
async fn a_distrusted_password_opens_no_session_whatever_the_second_step_is() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut own, mut device) = (signed_in(&idp, &an).await, Device::new());
    let (app, codes) = (add_app(&idp, &mut own).await, make_codes(&mut own).await);
    let _ = add_passkey(&mut own, &mut device, "Điện thoại của tôi").await.expect("security");
    idp.advance(Span::days(11)).await;
    let mut stranger = stranger_in(&idp, &an).await;
    let link = link_about(&idp, &an, "trình duyệt mới").await;
    let _ = press(&mut idp.browser(), &link).await.expect("not-me-done");
    let _ = stranger.open("/account").await.expect("sign-in");

    for way in ["by-app", "by-recovery-code", "by-passkey", "by-sms"] {
        idp.advance(Span::minutes(2)).await;
        // Whoever wants the browser remembered gets nothing remembered either.
        let mut browser = idp.browser();
        let page = after_password(&an, &mut browser).await.expect("app-code");
        let page = if way == "by-app" { page } else { browser.open(&page.link(way).unwrap()).await };
        let form = match way {
            "by-app" => page.form_with("code").fill("code", &app.code_at(idp.now())).tick("remember"),
            "by-recovery-code" => page.form_with("code").fill("code", &codes[0]).tick("remember"),
            "by-passkey" => device.answer(&page).await,
            _ => {
                let form = page.form_to("/sign-in/code").press("action", "resend");
                let page = browser.submit(form).await.expect("code");
                let code = idp.newest_code(&an.e164).await;
                page.form_with("code").fill("code", &code).tick("remember").press("action", "verify")
            }
        };
        let page = browser.submit(form).await;
        assert_eq!(page.name(), "new-password", "{way}");
        let _ = browser.clone().open("/account").await.expect("sign-in");
        assert!(browser.cookies().keys().all(|name| !name.ends_with("-r")), "{way}");
        assert!(!enrolled(&idp, &an).await.contains(&CredentialKind::Device), "{way}");
        if way == "by-sms" {
            let _ = set(&mut browser, &page, None, NEW).await.expect("home");
        }
    }
    idp.advance(Span::minutes(2)).await;
    let (an, mut browser) = (with_password(&an, NEW), idp.browser());
    let page = after_password(&an, &mut browser).await.expect("app-code");
    let _ = give(&mut browser, &page, &app.code_at(idp.now())).await.expect("home");
}

// security: row 22
#[tokio::test]
async fn the_press_of_a_later_mail_also_ends_what_was_enrolled_after_an_earlier_one() {
    let idp = TestIdp::start().await;
    let Own { an, .. } = citizen(&idp).await;
    let mut stranger = stranger_in(&idp, &an).await;
    let mut theirs = Device::new();
    let _ = add_passkey(&mut stranger, &mut theirs, "Của người lạ").await.expect("security");
    // Two days later the stranger comes back by it, and makes the password their own.
    idp.advance(Span::days(2)).await;
    stranger.forget_session();
    let page = stranger.open("/sign-in").await.expect("sign-in");
    let _ = stranger.submit(theirs.answer(&page).await).await.expect("home");
    let _ = change(&mut stranger, &an.password, NEW).await.expect("password-changed");
    let link = link_about(&idp, &an, "Mật khẩu của tài khoản đã được đổi").await;
    let _ = press(&mut idp.browser(), &link).await.expect("not-me-done");
    assert_eq!(by_passkey(&idp, &mut theirs).await.status().as_u16(), 422);
    assert_eq!(enrolled(&idp, &an).await, [CredentialKind::Authenticator, CredentialKind::Passkey]);
}

// security: row 13, 22
#[tokio::test]
async fn nothing_is_enrolled_behind_the_back_of_the_press() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let accounts = &idp.house.accounts;
    let mut ctx = idp.ctx();
    ctx.browser = Some(Digest::from_bytes([1; 32]));
    let credentials = Credentials { name: an.username.clone(), password: an.password.clone() };
    let SignInOutcome::CodeSent(challenge) = accounts.sign_in(&ctx, credentials).await.unwrap() else {
        panic!("no code was sent");
    };
    let code = Given::SmsCode(idp.newest_code(&an.e164).await);
    let taken = accounts.take_second_step(&ctx, &challenge, code, Here::default()).await.unwrap();
    let SecondStepOutcome::SignedIn(new) = taken else { panic!("{taken:?}") };
    let who = accounts.session(&ctx, &new.cookie).await.unwrap().expect("a session");
    // The request has passed every gate in front of its page when the owner presses.
    let stranger = accounts.confirmed(&ctx, &who, None).expect("a fresh sign-in");
    assert!(accounts.make_recovery_codes(&ctx, &stranger).await.unwrap().is_some());
    let link = link_about(&idp, &an, "trình duyệt mới").await;
    let (_, secret) = link.split_once("token=").unwrap();
    let pressed = accounts.disown_sign_in(&ctx, secret).await.unwrap();
    assert!(matches!(pressed, NotMeOutcome::Ended(_)), "{pressed:?}");
    assert!(accounts.make_recovery_codes(&ctx, &stranger).await.unwrap().is_none());
    assert!(enrolled(&idp, &an).await.is_empty());
}
