//! The first step, and what guessing comes to.

use portal_id_testkit::TestIdp;
use portal_id_testkit::core::accounts::{Credentials, SignInOutcome};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;

async fn guess(idp: &TestIdp, name: &str, password: &str, address: &str) -> SignInOutcome {
    let mut ctx = idp.ctx();
    ctx.address = portal_id_testkit::core::ctx::ClientAddress::new(address.parse().unwrap());
    ctx.browser = Some(portal_id_testkit::core::digest::Digest::from_bytes([1; 32]));
    let credentials = Credentials { name: name.to_owned(), password: password.to_owned() };
    idp.house.accounts.sign_in(&ctx, credentials).await.unwrap()
}

// security: row 15
#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_page() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut pages = Vec::new();
    for (username, password) in [
        (an.username.as_str(), "sai mat khau"),
        ("khong.co.ai", "sai mat khau"),
        (an.username.as_str(), "ngan"),
        ("0999999999", "sai mat khau"),
    ] {
        let mut browser = idp.browser();
        let page = browser.open("/sign-in").await;
        let typed = page.form_with("password").fill("username", username).fill("password", password);
        let before = idp.house.accounts.passwords_evaluated();
        let page = browser.submit(typed).await.expect("sign-in");
        // The same work for all of them, or the time would tell.
        assert_eq!(idp.house.accounts.passwords_evaluated() - before, 1, "{username}");
        let words = page.words().replace(username, "NAME");
        pages.push((page.status(), words, crate::walk::headers(&page)));
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "{pages:#?}");
}

// security: row 12, 14
#[tokio::test]
async fn guesses_count_for_the_account_whatever_name_and_address_they_use() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    // The phone and the e-mail are verified after a first sign-in, and are then names of the same account.
    crate::walk::signed_in(&idp, &an).await;
    let names = [
        an.username.clone(),
        an.username.to_uppercase(),
        an.email.clone(),
        an.phone.clone(),
        an.e164.clone(),
        an.e164.trim_start_matches('+').to_owned(),
        an.identity_number.clone(),
    ];
    for (number, name) in names.iter().cycle().take(10).enumerate() {
        let address = format!("198.51.100.{number}");
        assert!(matches!(guess(&idp, name, "sai mat khau", &address).await, SignInOutcome::Refused));
    }
    // Ten wrong ones: the account must wait, and even the right password is not evaluated.
    assert!(matches!(guess(&idp, &an.username, &an.password, "192.0.2.1").await, SignInOutcome::Refused));
    idp.advance(Span::minutes(1)).await;
    assert!(matches!(guess(&idp, &an.username, &an.password, "192.0.2.1").await, SignInOutcome::CodeSent(_)));
}

#[tokio::test]
async fn the_owner_is_mailed_once_when_somebody_keeps_guessing() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let before = idp.mails_to(&an.email).await.len();
    for number in 0..16 {
        guess(&idp, &an.username, "sai mat khau", &format!("198.51.100.{number}")).await;
    }
    assert_eq!(idp.mails_to(&an.email).await.len(), before + 1);
    assert!(idp.audited(AuditKind::SignInThrottled).await);
}

// security: row 13
#[tokio::test]
async fn of_two_hundred_parallel_guesses_only_as_many_are_evaluated_as_the_limit_allows() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let before = idp.house.accounts.passwords_evaluated();
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..200_u32 {
        let (accounts, mut ctx, name) = (idp.house.accounts.clone(), idp.ctx(), an.username.clone());
        ctx.address = portal_id_testkit::core::ctx::ClientAddress::new(
            format!("198.51.{}.{}", number / 100, number % 100).parse().unwrap(),
        );
        let credentials = Credentials { name, password: format!("sai mat khau {number}") };
        guesses.spawn(async move { accounts.sign_in(&ctx, credentials).await });
    }
    guesses.join_all().await;
    let evaluated = idp.house.accounts.passwords_evaluated() - before;
    assert!(evaluated <= 10, "{evaluated} were evaluated");
    // The limit is reached: the right password is refused too.
    assert!(matches!(guess(&idp, &an.username, &an.password, "192.0.2.1").await, SignInOutcome::Refused));
}

#[tokio::test]
async fn a_strangers_guesses_do_not_lock_the_owner_out_of_a_browser_they_know() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = crate::walk::signed_in(&idp, &an).await;
    for number in 0..12 {
        guess(&idp, &an.username, "sai mat khau", &format!("198.51.100.{number}")).await;
    }
    let mut strange = idp.browser().at_address("192.0.2.9");
    let page = strange.open("/sign-in").await;
    let _ = an.give_password(&mut strange, &page).await.expect("sign-in");
    own.forget_session();
    let page = own.open("/sign-in").await;
    let form = page.form_with("password").fill("username", &an.username).fill("password", &an.password);
    let page = own.submit(form).await.expect("code");
    let code = idp.newest_code(&an.e164).await;
    let _ = own.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await.expect("home");

    // Nor out of proving again there who they are.
    idp.advance(Span::minutes(20)).await;
    for number in 0..12 {
        guess(&idp, &an.username, "sai mat khau", &format!("198.51.100.{number}")).await;
    }
    let confirm = own.open("/account/security").await.expect("confirm");
    let form = confirm.form_with("password").fill("password", &an.password);
    let _ = own.submit(form).await.expect("security");
}

#[tokio::test]
async fn an_email_or_phone_opens_the_door_only_when_verified_and_when_one_account_has_it() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let by_phone = |address| guess(&idp, &an.phone, &an.password, address);
    assert!(matches!(guess(&idp, &an.email, &an.password, "192.0.2.1").await, SignInOutcome::CodeSent(_)));
    assert!(matches!(by_phone("192.0.2.2").await, SignInOutcome::Refused), "not verified yet");
    idp.advance(Span::minutes(2)).await;
    crate::walk::signed_in(&idp, &an).await;
    assert!(matches!(by_phone("192.0.2.3").await, SignInOutcome::CodeSent(_)));
    let binh = idp
        .citizen("le.van.binh")
        .with(|other| (other.phone, other.e164) = (an.phone.clone(), an.e164.clone()))
        .activated()
        .create()
        .await;
    idp.advance(Span::minutes(2)).await;
    crate::walk::signed_in(&idp, &binh).await;
    assert!(matches!(by_phone("192.0.2.4").await, SignInOutcome::Refused), "two accounts have it");
}

// security: row 16
#[tokio::test]
async fn a_password_of_a_megabyte_is_nobodys_and_costs_no_more_than_any_other() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let huge = "a".repeat(1 << 20);
    for (name, password) in
        [(an.username.as_str(), huge.as_str()), ("khong.co.ai", &huge), (&an.username, "sai mat khau")]
    {
        let before = idp.house.accounts.passwords_evaluated();
        assert!(matches!(guess(&idp, name, password, "192.0.2.1").await, SignInOutcome::Refused));
        assert_eq!(idp.house.accounts.passwords_evaluated() - before, 1, "{name}");
    }
    assert!(matches!(guess(&idp, &an.username, &an.password, "192.0.2.1").await, SignInOutcome::CodeSent(_)));
}

/// Letters and digits as East Asian keyboards type them.
fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c })
        .collect()
}

fn spaced(number: &str, mark: &str) -> String {
    let groups: Vec<_> = number.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(mark)
}

// security: row 14
#[tokio::test]
async fn every_form_of_a_name_leads_to_one_account_and_to_one_count() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyễn.thị.ắn").with(|an| an.email = "an@example.vn".to_owned()).activated().create().await;
    crate::walk::signed_in(&idp, &an).await;
    idp.advance(Span::hours(2)).await;
    let forms = [
        an.username.clone(),
        "nguye\u{302}\u{303}n.thi\u{323}.a\u{306}\u{301}n".to_owned(),
        an.username.to_uppercase(),
        full_width(&an.username),
        "AN@example.vn".to_owned(),
        "an@EXAMPLE.VN".to_owned(),
        spaced(&an.phone, " "),
        spaced(&an.phone, "."),
        an.e164.clone(),
        spaced(&an.identity_number, " "),
    ];
    for (number, name) in forms.iter().enumerate() {
        let outcome = guess(&idp, name, &an.password, &format!("203.0.113.{number}")).await;
        assert!(!matches!(outcome, SignInOutcome::Refused), "{name} leads to the account: {outcome:?}");
    }
    for (number, name) in forms.iter().enumerate() {
        let before = idp.house.accounts.passwords_evaluated();
        guess(&idp, name, "sai mat khau", &format!("198.51.100.{number}")).await;
        assert_eq!(idp.house.accounts.passwords_evaluated() - before, 1, "{name}");
    }
    let before = idp.house.accounts.passwords_evaluated();
    for (number, name) in forms.iter().enumerate() {
        let outcome = guess(&idp, name, &an.password, &format!("192.0.2.{number}")).await;
        assert!(matches!(outcome, SignInOutcome::Refused), "{name}");
    }
    assert_eq!(idp.house.accounts.passwords_evaluated(), before, "ten were the limit for all of them");
}

// security: row 14, 15
#[tokio::test]
async fn every_form_of_an_unknown_name_counts_as_one_too() {
    let idp = TestIdp::start().await;
    let name = "không.có.ai";
    let forms = [name.to_owned(), name.to_uppercase(), full_width(name), "kho\u{302}ng.co\u{301}.ai".to_owned()];
    for (number, name) in forms.iter().cycle().take(10).enumerate() {
        guess(&idp, name, "sai mat khau", &format!("198.51.100.{number}")).await;
    }
    let before = idp.house.accounts.passwords_evaluated();
    for (number, name) in forms.iter().enumerate() {
        guess(&idp, name, "sai mat khau", &format!("192.0.2.{number}")).await;
    }
    assert_eq!(idp.house.accounts.passwords_evaluated(), before);
}

// security: row 15
#[tokio::test]
async fn while_throttled_known_and_unknown_get_the_same_page() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut pages = Vec::new();
    for (username, password) in [(an.username.as_str(), an.password.as_str()), ("khong.co.ai", "sai mat khau")] {
        for number in 0..10 {
            guess(&idp, username, "sai mat khau", &format!("198.51.100.{number}")).await;
        }
        let mut browser = idp.browser();
        let page = browser.open("/sign-in").await;
        let typed = page.form_with("password").fill("username", username).fill("password", password);
        let before = idp.house.accounts.passwords_evaluated();
        let page = browser.submit(typed).await.expect("sign-in");
        assert_eq!(idp.house.accounts.passwords_evaluated(), before, "{username}");
        pages.push((page.status(), page.words().replace(username, "NAME"), crate::walk::headers(&page)));
    }
    assert_eq!(pages[0], pages[1]);
}
