//! "This was not me", and the new password that follows (`docs/adr/0014`).

use crate::walk::{sign_in_with, signed_in, tokens};
use portal_id_testkit::core::accounts::{Credentials, Given, Here, NotMeOutcome, PasswordForm, SignInOutcome};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::digest::{Digest, DigestPurpose};
use portal_id_testkit::core::link::{LinkPurpose, MailedLink};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::{activation_token, link_in};
use portal_id_testkit::{Browser, Citizen, Page, TestIdp};
use std::sync::Arc;

pub(crate) const NEW: &str = "Ba con vịt bơi 7";

/// Somebody has signed in with this citizen's password and phone; the link of the mail about it.
async fn stranger_in(idp: &TestIdp) -> (Citizen, Browser, String) {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let stranger = signed_in(idp, &an).await;
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    idp.advance(Span::minutes(2)).await;
    (an, stranger, link)
}

/// The owner presses the button behind the link.
pub(crate) async fn press(browser: &mut Browser, link: &str) -> Page {
    let page = browser.open(link).await.expect("not-me");
    browser.submit(page.form_with("token")).await
}

/// Where the page after the button leads to.
fn new_password_on(page: &Page) -> String {
    let html = page.html();
    let rest = html.split("id=\"new-password\" href=\"").nth(1).expect("a link to the next step");
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

pub(crate) async fn set(browser: &mut Browser, page: &Page, current: Option<&str>, password: &str) -> Page {
    let mut form = page.form_with("password");
    if let Some(current) = current {
        form = form.fill("current_password", current);
    }
    browser.submit(form.fill("password", password).fill("password_confirmation", password)).await
}

pub(crate) fn with_password(citizen: &Citizen, password: &str) -> Citizen {
    Citizen { password: password.to_owned(), ..citizen.clone() }
}

// security: row 22
#[tokio::test]
async fn the_button_ends_everything_and_the_old_password_then_leads_to_a_new_one() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let (an, mut stranger, link) = stranger_in(&idp).await;
    let stolen = tokens(&mut stranger, &service, "openid offline_access").await;

    let page = press(&mut idp.browser(), &link).await.expect("not-me-done");
    assert!(page.words().contains("đăng xuất ở mọi nơi"), "{}", page.words());
    assert!(idp.audited(AuditKind::SignInDisowned).await);
    let _ = stranger.open("/account/sessions").await.expect("sign-in");
    service.refresh(&stolen.field("refresh_token")).await.expect_error("invalid_grant");
    assert_eq!(service.userinfo(&stolen.field("access_token")).await.status, 401);

    // The owner, on the way to a service, with the old password and the phone.
    let mut own = idp.browser();
    let page = own.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
    let page = an.sign_in(&idp, &mut own, &page).await.expect("new-password");
    assert!(idp.audited(AuditKind::NewPasswordDemanded).await);
    let _ = own.clone().open("/account/sessions").await.expect("sign-in");
    assert!(!page.html().contains("current_password"), "it was given a moment ago");
    let callback = set(&mut own, &page, None, NEW).await.expect_away(&service.redirect_uri);
    let fields = service.redeem(&callback).await.fields();
    assert!(fields["id_token"].is_string());
    assert!(idp.audited(AuditKind::PasswordChanged).await);
    let mails = idp.mails_to(&an.email).await;
    for news in ["trình duyệt mới", "Mật khẩu"] {
        assert!(mails.iter().any(|mail| mail.subject.contains(news)), "{news}");
    }

    idp.advance(Span::minutes(2)).await;
    let page = stranger.open("/sign-in").await.expect("sign-in");
    let _ = an.give_password(&mut stranger, &page).await.expect("sign-in");
    let _ = sign_in_with(&idp, &with_password(&an, NEW), &mut idp.browser()).await.expect("home");
}

// security: row 6
#[tokio::test]
async fn opening_the_link_any_number_of_times_changes_nothing() {
    let idp = TestIdp::start().await;
    let (_, mut stranger, link) = stranger_in(&idp).await;
    for _ in 0..3 {
        let page = idp.browser().open(&link).await.expect("not-me");
        assert_eq!(page.answer.header("referrer-policy"), Some("no-referrer"));
    }
    let path = link.strip_prefix(portal_id_testkit::idp::ISSUER).expect("our own address");
    let head = http::Request::head(path).body("".into()).unwrap();
    assert_eq!(idp.browser().send_raw(head).await.status, 200);
    let _ = stranger.open("/account/sessions").await.expect("sessions");
    assert!(!idp.audited(AuditKind::SignInDisowned).await);
    let _ = press(&mut idp.browser(), &link).await.expect("not-me-done");
}

// security: row 6
#[tokio::test]
async fn the_link_works_once_for_ten_days_for_its_purpose_and_for_the_address_it_was_sent_to() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let activation = activation_token(&idp.newest_mail(&an.email).await.text);
    signed_in(&idp, &an).await;
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    let token = link.split_once("token=").unwrap().1;
    let _ = idp.browser().open(&format!("/sign-in/not-me?token={activation}")).await.expect("not-me-over");
    let _ = idp.browser().open(&format!("/activate?token={token}")).await.expect("activation-unknown");
    let _ = idp.browser().open(&format!("/sign-in/phone?token={token}")).await.expect("phone-link-over");
    let _ = idp.browser().open(&link[..link.len() - 1]).await.expect("not-me-over");

    // The same link, had it been sent to an address that the account no longer has.
    let secret = idp.house.vault.digest(DigestPurpose::MailedLink, &[b"not-me", b"another"]);
    let (username, now) = (an.username.clone(), idp.now());
    let add = move |tx: &mut dyn portal_id_testkit::core::store::Tx| {
        let account = tx.find_account_by_username(&username)?.expect("the account");
        tx.insert_link(&MailedLink {
            secret,
            purpose: LinkPurpose::NotMe,
            account_id: account.id,
            email: Digest::from_bytes([7; 32]),
            browser: None,
            created_at: now,
            expires_at: now + Span::days(10),
            used_at: None,
        })
    };
    idp.house.store.tx("add", add).await.unwrap();
    let _ = idp.browser().open("/sign-in/not-me?token=another").await.expect("not-me-over");

    let mut owner = idp.browser();
    let waiting = owner.open(&link).await.expect("not-me");
    idp.advance(Span::days(10) - Span::millis(1)).await;
    let _ = idp.browser().open(&link).await.expect("not-me");
    idp.advance(Span::millis(1)).await;
    let _ = idp.browser().open(&link).await.expect("not-me-over");
    let _ = owner.submit(waiting.form_with("token")).await.expect("not-me-over");
    assert!(!idp.audited(AuditKind::SignInDisowned).await);

    signed_in(&idp, &an).await;
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    let page = owner.open(&link).await.expect("not-me");
    let _ = owner.submit(page.form_with("token")).await.expect("not-me-done");
    let _ = owner.submit(page.form_with("token")).await.expect("not-me-over");
    let _ = owner.open(&link).await.expect("not-me-over");
}

// security: row 13
#[tokio::test]
async fn of_many_presses_of_one_link_at_once_one_wins() {
    let idp = TestIdp::start().await;
    let (_, _, link) = stranger_in(&idp).await;
    let token = link.split_once("token=").unwrap().1.to_owned();
    let mut presses = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (accounts, ctx, token) = (Arc::clone(&idp.house.accounts), idp.ctx(), token.clone());
        presses.spawn(async move { accounts.disown_sign_in(&ctx, &token).await.unwrap() });
    }
    let outcomes = presses.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, NotMeOutcome::Ended(_))).count(), 1);
    let audit = idp.audit().await;
    assert_eq!(audit.iter().filter(|entry| entry.kind == AuditKind::SignInDisowned).count(), 1);
}

// security: row 4
#[tokio::test]
async fn the_mailbox_sets_a_new_password_only_together_with_the_old_one_and_begins_no_session() {
    let idp = TestIdp::start().await;
    let (an, _, link) = stranger_in(&idp).await;
    let mut owner = idp.browser();
    let page = press(&mut owner, &link).await.expect("not-me-done");
    let next = new_password_on(&page);
    let page = owner.open(&next).await.expect("new-password");
    let refused = set(&mut owner, &page, Some(""), NEW).await.expect("new-password");
    assert!(refused.error_of("current_password").is_some());
    let refused = set(&mut owner, &page, Some("sai mat khau"), NEW).await.expect("new-password");
    assert!(refused.error_of("current_password").unwrap().contains("không đúng"), "{}", refused.words());
    let _ = set(&mut owner, &page, Some(&an.password), NEW).await.expect("new-password-saved");
    let _ = owner.open("/account/sessions").await.expect("sign-in");
    let _ = owner.open(&next).await.expect("code-over");
    idp.advance(Span::minutes(2)).await;
    let _ = sign_in_with(&idp, &with_password(&an, NEW), &mut owner).await.expect("home");
}

// security: row 12
#[tokio::test]
async fn guesses_at_the_old_password_count_like_those_at_sign_in() {
    let idp = TestIdp::start().await;
    let (an, _, link) = stranger_in(&idp).await;
    let mut owner = idp.browser();
    let page = press(&mut owner, &link).await.expect("not-me-done");
    let page = owner.open(&new_password_on(&page)).await.expect("new-password");
    for _ in 0..10 {
        let _ = set(&mut owner, &page, Some("sai mat khau"), NEW).await.expect("new-password");
        idp.advance(Span::seconds(20)).await;
    }
    let before = idp.house.accounts.passwords_evaluated();
    let refused = set(&mut owner, &page, Some(&an.password), NEW).await.expect("new-password");
    assert!(refused.error_of("current_password").is_some());
    assert_eq!(idp.house.accounts.passwords_evaluated(), before, "not even looked at");
    assert!(idp.audited(AuditKind::SignInThrottled).await);
}

// security: row 10
#[tokio::test]
async fn the_right_to_set_a_password_is_of_one_browser_one_moment_and_a_quarter_of_an_hour() {
    let idp = TestIdp::start().await;
    let (an, _, first) = stranger_in(&idp).await;
    let second = {
        signed_in(&idp, &an).await;
        link_in(&idp.newest_mail(&an.email).await.text)
    };
    let mut owner = idp.browser();
    let page = press(&mut owner, &first).await.expect("not-me-done");
    let next = new_password_on(&page);
    let page = owner.open(&next).await.expect("new-password");
    let _ = idp.browser().open(&next).await.expect("code-over");
    let mut damaged = next.clone();
    damaged.replace_range(next.len() - 2.., "xx");
    let _ = owner.open(&damaged).await.expect("code-over");
    idp.advance(Span::minutes(15)).await;
    let _ = owner.open(&next).await.expect("code-over");
    let _ = set(&mut owner, &page, Some(&an.password), NEW).await.expect("code-over");

    // Another link takes the trust anew, and with it the right that an earlier sign-in had got.
    let mut stranger = idp.browser();
    let page = sign_in_with(&idp, &an, &mut stranger).await.expect("new-password");
    idp.advance(Span::seconds(1)).await;
    let _ = press(&mut owner, &second).await.expect("not-me-done");
    let _ = set(&mut stranger, &page, None, NEW).await.expect("code-over");
    idp.advance(Span::minutes(2)).await;
    let _ = sign_in_with(&idp, &an, &mut owner).await.expect("new-password");
}

#[tokio::test]
async fn the_new_password_is_held_to_the_rules_and_differs_from_the_old() {
    let idp = TestIdp::start().await;
    let (an, _, link) = stranger_in(&idp).await;
    let mut owner = idp.browser();
    let _ = press(&mut owner, &link).await.expect("not-me-done");
    let mut page = sign_in_with(&idp, &an, &mut owner).await.expect("new-password");
    for (password, words) in [
        (an.password.as_str(), "mật khẩu cũ"),
        ("matkhau123", "Rất nhiều người"),
        ("nguyen.thi.an.2026", "chứa tên"),
        ("ngan", "ít nhất 8"),
        ("", "Hãy đặt"),
    ] {
        page = set(&mut owner, &page, None, password).await.expect("new-password");
        assert_eq!(page.status(), 422, "{password}");
        assert!(page.error_of("password").unwrap().contains(words), "{password}: {}", page.words());
    }
    let form = page.form_with("password").fill("password", NEW).fill("password_confirmation", "Ba con vịt bơi 8");
    page = owner.submit(form.clone()).await.expect("new-password");
    assert!(page.error_of("password_confirmation").is_some());
    assert_eq!(owner.submit(form.forge("username", "admin")).await.status(), 400);
    let _ = set(&mut owner, &page, None, NEW).await.expect("home");
}

// security: row 10
#[tokio::test]
async fn a_sign_in_that_had_only_its_code_left_is_over_with_the_button() {
    let idp = TestIdp::start().await;
    let (an, mut stranger, link) = stranger_in(&idp).await;
    stranger.forget_session();
    let page = stranger.open("/sign-in").await.expect("sign-in");
    let waiting = an.give_password(&mut stranger, &page).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let _ = press(&mut idp.browser(), &link).await.expect("not-me-done");
    let form = waiting.form_with("code").fill("code", &code).press("action", "verify");
    let _ = stranger.submit(form).await.expect("code-over");
}

#[tokio::test]
async fn a_browser_that_was_disowned_is_told_of_when_it_comes_back() {
    let idp = TestIdp::start().await;
    let (an, mut stranger, link) = stranger_in(&idp).await;
    let mut owner = idp.browser();
    let _ = press(&mut owner, &link).await.expect("not-me-done");
    let page = sign_in_with(&idp, &an, &mut owner).await.expect("new-password");
    let _ = set(&mut owner, &page, None, NEW).await.expect("home");
    let told = |mails: Vec<portal_id_testkit::core::ports::EmailMessage>| {
        mails.iter().filter(|mail| mail.subject.contains("trình duyệt mới")).count()
    };
    let before = told(idp.mails_to(&an.email).await);
    idp.advance(Span::minutes(2)).await;
    stranger.forget_session();
    let _ = sign_in_with(&idp, &with_password(&an, NEW), &mut stranger).await.expect("home");
    assert_eq!(told(idp.mails_to(&an.email).await), before + 1);
    idp.advance(Span::minutes(2)).await;
    owner.forget_session();
    let _ = sign_in_with(&idp, &with_password(&an, NEW), &mut owner).await.expect("home");
    assert_eq!(told(idp.mails_to(&an.email).await), before + 1, "the owner's own is known");
}

// security: row 13
#[tokio::test]
async fn of_many_new_passwords_at_once_one_is_set() {
    let idp = TestIdp::start().await;
    let (an, _, link) = stranger_in(&idp).await;
    let token = link.split_once("token=").unwrap().1.to_owned();
    let mut ctx = idp.ctx();
    ctx.browser = Some(Digest::from_bytes([1; 32]));
    let NotMeOutcome::Ended(Some(ticket)) = idp.house.accounts.disown_sign_in(&ctx, &token).await.unwrap() else {
        panic!("the link is over");
    };
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..4 {
        let (accounts, ctx, ticket) = (Arc::clone(&idp.house.accounts), ctx.clone(), ticket.clone());
        let password = format!("Ba con vịt bơi {number}");
        let form = PasswordForm {
            current_password: an.password.clone(),
            password: password.clone(),
            password_confirmation: password.clone(),
        };
        tries.spawn(async move {
            let outcome = accounts.set_new_password(&ctx, &ticket, &form, Here::default()).await.unwrap();
            (password, format!("{outcome:?}"))
        });
    }
    let mut outcomes = tries.join_all().await;
    // The good one first: wrong ones before it would make it wait.
    outcomes.sort_by_key(|(_, outcome)| outcome != "Saved");
    let winners: Vec<_> = outcomes.iter().filter(|(_, outcome)| outcome == "Saved").collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    idp.advance(Span::minutes(2)).await;
    for (password, outcome) in &outcomes {
        let credentials = Credentials { name: an.username.clone(), password: password.clone() };
        let entered = idp.house.accounts.sign_in(&ctx, credentials).await.unwrap();
        assert_eq!(matches!(entered, SignInOutcome::CodeSent(_)), outcome == "Saved", "{password}: {entered:?}");
    }
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_given_at_the_very_moment_of_the_button_begins_nothing_that_lasts() {
    let idp = TestIdp::start().await;
    for round in 0..8_u8 {
        let an = idp.citizen(&format!("nguyen.thi.an.{round}")).activated().create().await;
        signed_in(&idp, &an).await;
        let link = link_in(&idp.newest_mail(&an.email).await.text);
        let token = link.split_once("token=").unwrap().1.to_owned();
        idp.advance(Span::minutes(2)).await;
        let mut ctx = idp.ctx();
        ctx.browser = Some(Digest::from_bytes([round; 32]));
        let (name, password) = (an.username.clone(), an.password.clone());
        let credentials = Credentials { name, password };
        let SignInOutcome::CodeSent(challenge) = idp.house.accounts.sign_in(&ctx, credentials).await.unwrap() else {
            panic!("no code was sent");
        };
        let code = idp.newest_code(&an.e164).await;
        let (accounts, at) = (Arc::clone(&idp.house.accounts), ctx.clone());
        let press = tokio::spawn(async move { accounts.disown_sign_in(&at, &token).await.unwrap() });
        let accounts = Arc::clone(&idp.house.accounts);
        let give = tokio::spawn(async move {
            accounts.take_second_step(&ctx, &challenge, Given::SmsCode(code), Here::default()).await.unwrap()
        });
        assert!(matches!(press.await.unwrap(), NotMeOutcome::Ended(_)));
        let given = give.await.unwrap();
        let (username, now) = (an.username.clone(), idp.now());
        let live = move |tx: &mut dyn portal_id_testkit::core::store::Tx| {
            let account = tx.find_account_by_username(&username)?.expect("the account");
            tx.list_sessions(&account.id, now, now - Span::hours(1), 9)
        };
        let live = idp.house.store.read("live", live).await.unwrap();
        assert!(live.is_empty(), "round {round}: {given:?}");
    }
}
