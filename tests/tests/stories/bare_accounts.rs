//! Accounts without a password or without a phone, as another portal will make them: each page says what is so, and what
//! does not need either works.

use crate::walk::signed_in;
use portal_id_testkit::core::accounts::{ConfirmOutcome, Here, NotMeOutcome};
use portal_id_testkit::core::acr::{Amr, Ial};
use portal_id_testkit::core::ctx::Ctx;
use portal_id_testkit::core::digest::{Digest, DigestPurpose};
use portal_id_testkit::core::facts::Username;
use portal_id_testkit::core::ids::{AccountId, SessionId};
use portal_id_testkit::core::link::{LinkPurpose, MailedLink};
use portal_id_testkit::core::profile::{Account, AccountState, FactSource, Identifier, IdentifierKind, Profile};
use portal_id_testkit::core::recovery_code::RecoveryCode;
use portal_id_testkit::core::secret::Secret;
use portal_id_testkit::core::session::Session;
use portal_id_testkit::core::store::Tx;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Citizen, TestIdp};

const USERNAME: &str = "tai.khoan.tran";

/// A citizen with everything, and beside them an active account with an e-mail, with or without a password, without a
/// phone.
async fn bare_account(idp: &TestIdp, with_password: bool) -> (Citizen, Account) {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (key, vault, entropy) = (an.username.clone(), idp.house.vault.clone(), idp.house.outside.entropy.clone());
    let now = idp.now();
    let add = move |tx: &mut dyn Tx| {
        let model = tx.find_account_by_username(&key)?.expect("the citizen");
        let id = AccountId::from_text("bare-account");
        let profile = model.open_profile(vault.as_ref())?;
        let profile = Profile { phone: None, identity_number: None, ..profile };
        let email = profile.email.clone().expect("an e-mail");
        let account = Account {
            id: id.clone(),
            state: AccountState::Active,
            username: Username::parse(USERNAME).unwrap(),
            password_hash: model.password_hash.clone().filter(|_| with_password),
            profile: profile.seal_for(&id, vault.as_ref(), entropy.as_ref()),
            ..model
        };
        tx.insert_account(&account)?;
        tx.insert_identifier(&Identifier {
            account_id: id,
            kind: IdentifierKind::Email,
            digest: IdentifierKind::Email.digest(vault.as_ref(), &email.compare_key()),
            claimed: false,
            verified_at: Some(now),
            source: FactSource::Mailbox,
        })?;
        Ok(account)
    };
    (an, idp.house.store.tx("bare", add).await.unwrap())
}

/// A session of the account at the second level, as another portal's word will begin one, and its cookie.
async fn session(idp: &TestIdp, account: &Account) -> Secret {
    let cookie = Secret::random(idp.house.outside.entropy.as_ref());
    let session = Session {
        id: SessionId::from_text("bare-session"),
        secret: idp.house.vault.digest(DigestPurpose::Session, &[cookie.expose().as_bytes()]),
        account_id: account.id.clone(),
        auth_time: idp.now(),
        last_seen_at: idp.now(),
        expires_at: idp.now() + Span::hours(12),
        amr: vec![Amr::Pop, Amr::User, Amr::Mfa],
        ial: Ial(0),
        user_agent: String::new(),
        network: String::new(),
        ended_at: None,
    };
    idp.house.store.tx("session", move |tx| tx.insert_session(&session)).await.unwrap();
    cookie
}

fn ctx(idp: &TestIdp) -> Ctx {
    Ctx { browser: Some(Digest::from_bytes([1; 32])), ..idp.ctx() }
}

/// Makes a list of recovery codes for whoever holds the cookie.
async fn codes(idp: &TestIdp, cookie: &Secret) -> Vec<String> {
    let (accounts, ctx) = (&idp.house.accounts, ctx(idp));
    let who = accounts.session(&ctx, cookie).await.unwrap().expect("a session");
    let owner = accounts.confirmed(&ctx, &who, None).expect("fresh");
    let codes = accounts.make_recovery_codes(&ctx, &owner).await.unwrap().expect("the session stands");
    codes.iter().map(RecoveryCode::shown).collect()
}

#[tokio::test]
async fn without_a_phone_the_printed_list_takes_the_second_step_and_without_it_the_page_says_so() {
    let idp = TestIdp::start().await;
    let (an, account) = bare_account(&idp, true).await;
    let bare = Citizen { username: USERNAME.to_owned(), ..an };
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    let page = bare.give_password(&mut browser, &page).await.expect("sign-in");
    assert_eq!(page.status(), 422);
    assert!(page.words().contains("chưa có số điện thoại"), "{}", page.words());

    let codes = codes(&idp, &session(&idp, &account).await).await;
    idp.advance(Span::minutes(2)).await;
    let page = bare.give_password(&mut browser, &page).await.expect("recovery-code");
    assert!(page.link("by-sms").is_none(), "there is nowhere to send it");
    let by_sms = page.url.as_str().replace("/sign-in/recovery", "/sign-in/code");
    let _ = browser.open(&by_sms).await.expect("code-over");
    let form = page.form_with("code").fill("code", &codes[0]).press("action", "verify");
    let _ = browser.submit(form).await.expect("home");
}

#[tokio::test]
async fn without_a_password_factors_are_enrolled_and_the_pages_about_it_say_that_there_is_none() {
    let idp = TestIdp::start().await;
    let (an, account) = bare_account(&idp, false).await;
    let cookie = session(&idp, &account).await;
    assert_eq!(codes(&idp, &cookie).await.len(), 10);
    let mut browser = in_session(&idp, &an, &cookie).await;
    // There is none to change: one can be set, and the name that was chosen stays.
    let page = browser.open("/account/password").await.expect("first-password");
    assert!(page.words().contains(USERNAME) && !page.html().contains("name=\"username\""), "{}", page.words());
    assert!(!page.html().contains("name=\"current_password\""));
    idp.advance(Span::minutes(20)).await;
    let page = browser.open("/account/security").await.expect("confirm");
    assert!(!page.html().contains("type=\"password\"") && page.words().contains("đăng xuất rồi đăng nhập lại"));
    let who = idp.house.accounts.session(&ctx(&idp), &cookie).await.unwrap().expect("a session");
    let tried = idp.house.accounts.confirm(&ctx(&idp), &who, &an.password, Here::default()).await.unwrap();
    assert!(matches!(tried, ConfirmOutcome::NoPassword), "{tried:?}");
}

/// A browser that holds the session's cookie.
async fn in_session(idp: &TestIdp, an: &Citizen, cookie: &Secret) -> Browser {
    let mut browser = signed_in(idp, an).await;
    let mut without = browser.clone();
    without.forget_session();
    let name = browser.cookies().keys().find(|name| !without.cookies().contains_key(*name)).cloned();
    browser.keep_cookie(&name.expect("the session's cookie"), cookie.expose());
    browser
}

#[tokio::test]
async fn without_a_password_the_press_ends_everything_and_offers_no_new_password() {
    let idp = TestIdp::start().await;
    let (_, account) = bare_account(&idp, false).await;
    let cookie = session(&idp, &account).await;
    let _ = codes(&idp, &cookie).await;
    for secret in ["first", "second"] {
        let (id, vault, now) = (account.id.clone(), idp.house.vault.clone(), idp.now());
        let add = move |tx: &mut dyn Tx| {
            let email = tx.list_identifiers(&id)?.remove(0).digest;
            tx.insert_link(&MailedLink {
                secret: vault.digest(DigestPurpose::MailedLink, &[b"not-me", secret.as_bytes()]),
                purpose: LinkPurpose::NotMe,
                account_id: id.clone(),
                email,
                browser: None,
                created_at: now,
                expires_at: now + Span::days(10),
                used_at: None,
            })
        };
        idp.house.store.tx("link", add).await.unwrap();
    }
    let pressed = idp.house.accounts.disown_sign_in(&ctx(&idp), "first").await.unwrap();
    assert!(matches!(pressed, NotMeOutcome::Ended(None)), "{pressed:?}");
    assert!(idp.house.accounts.session(&ctx(&idp), &cookie).await.unwrap().is_none());
    let id = account.id.clone();
    assert!(idp.house.store.read("left", move |tx| tx.list_credentials(&id)).await.unwrap().is_empty());
    let page = crate::not_me::press(&mut idp.browser(), "/sign-in/not-me?token=second").await.expect("not-me-done");
    assert!(page.link("new-password").is_none() && page.words().contains("không có mật khẩu"), "{}", page.words());
}
