//! Registering, and every way it is refused.

use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Citizen, TestIdp};

#[tokio::test]
async fn all_mistakes_are_shown_at_once_and_nothing_typed_is_lost_but_the_passwords() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let an = Citizen::named("nguyen.thi.an");
    let page = an
        .register_with(
            &mut browser,
            &[
                ("full_name", ""),
                ("birth_date", "31/02/1985"),
                ("phone", "0204 3854 321"),
                ("email", "khong-phai-dia-chi"),
                ("identity_number", "024085"),
                ("password_confirmation", "khac han"),
            ],
        )
        .await
        .expect("register-citizen");
    assert_eq!(page.status(), 422);
    for field in ["full_name", "birth_date", "phone", "email", "identity_number", "password_confirmation"] {
        assert!(page.error_of(field).is_some(), "no error beside {field}");
    }
    for field in ["username", "street"] {
        assert_eq!(page.error_of(field), None, "{field}");
    }
    assert_eq!(page.value_of("birth_date").as_deref(), Some("31/02/1985"));
    assert_eq!(page.value_of("email").as_deref(), Some("khong-phai-dia-chi"));
    assert_eq!(page.value_of("ward_code").as_deref(), Some("07210"));
    assert_eq!(page.value_of("password").as_deref(), Some(""));
    idp.expect_an_empty_outbox().await;
    assert!(idp.audit().await.iter().all(|entry| entry.kind != AuditKind::Registered));
}

#[tokio::test]
async fn a_taken_username_is_said_without_regard_to_case() {
    let idp = TestIdp::start().await;
    idp.citizen("nguyen.thi.an").activated().create().await;
    let page = Citizen::named("someone.else").register_with(&mut idp.browser(), &[("username", "Nguyen.THI.an")]).await;
    assert!(page.expect("register-citizen").error_of("username").is_some());
}

#[tokio::test]
async fn a_username_that_only_looks_like_anothers_is_refused_and_the_page_says_why() {
    let idp = TestIdp::start().await;
    idp.citizen("vai.thieu").activated().create().await;
    let mut browser = idp.browser();
    for lookalike in ["v\u{430}i.thieu", "vai.th\u{456}eu"] {
        let page = Citizen::named("someone.else").register_with(&mut browser, &[("username", lookalike)]).await;
        let told = page.expect("register-citizen").error_of("username").unwrap();
        assert!(told.contains("La-tinh"), "{told}");
    }
}

// security: row 15
#[tokio::test]
async fn a_known_email_or_number_gets_the_same_page_and_both_sides_are_told_by_mail() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let fresh = Citizen::named("le.van.binh");
    let expected = fresh.register(&mut idp.browser()).await.expect("registered");

    for (username, changes) in [
        ("stranger.one", [("email", an.email.as_str())]),
        ("stranger.two", [("identity_number", an.identity_number.as_str())]),
    ] {
        let stranger = Citizen::named(username);
        let page = stranger.register_with(&mut idp.browser(), &changes).await.expect("registered");
        assert_eq!(page.status(), expected.status());
        assert_eq!(crate::walk::headers(&page), crate::walk::headers(&expected));
        let typed = if username == "stranger.one" { &an.email } else { &stranger.email };
        assert_eq!(
            page.words().replace(typed, "ADDRESS"),
            expected.words().replace(&fresh.email, "ADDRESS"),
            "the page must not tell"
        );
    }
    let to_stranger = idp.newest_mail(&Citizen::named("stranger.two").email).await;
    assert!(!to_stranger.text.contains("token="), "{}", to_stranger.text);
    let to_holder = idp.mails_to(&an.email).await;
    assert!(
        to_holder.len() >= 3,
        "the holder is told: {:?}",
        to_holder.iter().map(|mail| &mail.subject).collect::<Vec<_>>()
    );

    // The name stays reserved, as after a good registration: a free name would tell.
    let page = Citizen::named("another.one").register_with(&mut idp.browser(), &[("username", "stranger.two")]).await;
    assert!(page.error_of("username").is_some());
}

// security: row 8
#[tokio::test]
async fn a_later_registration_with_the_same_email_replaces_one_that_was_never_activated() {
    let idp = TestIdp::start().await;
    let attacker = Citizen::named("attacker.account");
    let _ = attacker.register_with(&mut idp.browser(), &[("email", "victim@example.vn")]).await.expect("registered");
    let first_link = portal_id_testkit::people::link_in(&idp.newest_mail("victim@example.vn").await.text);
    idp.advance(Span::minutes(1)).await;
    let victim = Citizen::named("victim.account");
    let _ = victim.register_with(&mut idp.browser(), &[("email", "victim@example.vn")]).await.expect("registered");
    let _ = idp.browser().open(&first_link).await.expect("activation-unknown");
    assert!(idp.audited(AuditKind::RegistrationReplaced).await);
}

// security: row 9
#[tokio::test]
async fn a_field_that_the_form_does_not_have_is_refused_and_nothing_is_registered() {
    let idp = TestIdp::start().await;
    for (name, value) in
        [("state", "active"), ("class", "organisation"), ("verified_at", "1"), ("username", "second.value")]
    {
        let mut browser = idp.browser();
        let page = browser.open("/register/citizen").await.expect("register-citizen");
        let refused = browser.submit(page.form_with("full_name").forge(name, value)).await.expect("error");
        assert_eq!(refused.status(), 400, "{name}");
    }
    assert!(idp.audit().await.iter().all(|entry| entry.kind != AuditKind::Registered));
}

// security: row 28
#[tokio::test]
async fn names_and_passwords_typed_in_nfd_are_those_typed_in_nfc() {
    let idp = TestIdp::start().await;
    let an = Citizen::named("nguyen.thi.an");
    let decomposed = "Bo\u{302}\u{301}n con me\u{300}o be\u{301}o 4";
    let _ = an
        .register_with(
            &mut idp.browser(),
            &[
                ("password", decomposed),
                ("password_confirmation", decomposed),
                ("full_name", "Nguye\u{302}\u{303}n Thi\u{323} An"),
            ],
        )
        .await
        .expect("registered");
    let token = portal_id_testkit::people::activation_token(&idp.newest_mail(&an.email).await.text);
    let outcome = idp.house.accounts.activate(&idp.ctx(), &token, &an.password).await.unwrap();
    assert_eq!(outcome, portal_id_testkit::core::accounts::ActivateOutcome::Activated);
}

// security: row 16
#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let page = browser.open("/register/citizen").await;
    let form = page.form_with("full_name").fill("street", &"a".repeat(200_000));
    let refused = browser.submit(form).await.expect("error");
    assert_eq!(refused.status(), 413);
}

// security: row 15
#[tokio::test]
async fn who_types_a_number_from_before_2018_is_told_the_new_one_whoever_has_the_email() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let old = ("phone", "0168 912 3456");
    let binh = Citizen::named("le.van.binh");
    let page = binh.register_with(&mut idp.browser(), &[old]).await.expect("registered");
    for word in ["0168", "038 ••• •456"] {
        assert!(page.words().contains(word), "{}", page.words());
    }
    let collided = [old, ("email", an.email.as_str())];
    let same = Citizen::named("tran.thi.chi").register_with(&mut idp.browser(), &collided).await.expect("registered");
    assert_eq!(same.words().replace(&an.email, "ADDRESS"), page.words().replace(&binh.email, "ADDRESS"));
    let today = Citizen::named("pham.van.dung").register(&mut idp.browser()).await.expect("registered");
    assert!(!today.html().contains("phone-moved"));
    // The code goes to the number of today.
    let link = portal_id_testkit::people::link_in(&idp.newest_mail(&binh.email).await.text);
    let mut browser = idp.browser();
    let page = browser.open(&link).await.expect("activate");
    let form = page.form_with("password").fill("password", &binh.password).press("action", "activate");
    let _ = browser.submit(form).await.expect("activated");
    let page = browser.open("/sign-in").await.expect("sign-in");
    let page = binh.give_password(&mut browser, &page).await.expect("code");
    let code = idp.newest_code("+84389123456").await;
    let _ = browser.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await.expect("home");
}

#[tokio::test]
async fn a_flood_of_registrations_for_one_mailbox_is_stopped() {
    let idp = TestIdp::start().await;
    let mut last = None;
    for number in 0..21 {
        let citizen = Citizen::named(&format!("flood.number{number}"));
        last = Some(citizen.register_with(&mut idp.browser(), &[("email", "one@example.vn")]).await);
        idp.advance(Span::seconds(1)).await;
    }
    let last = last.unwrap().expect("error");
    assert_eq!(last.status(), 429);
    assert!(last.answer.header("retry-after").is_some());
    assert_eq!(idp.mails_to("one@example.vn").await.len(), 20);
}

// security: row 15
#[tokio::test]
async fn the_number_of_registrations_until_the_limit_does_not_tell_whether_an_email_is_known() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut until_refused = Vec::new();
    for address in [an.email.as_str(), "nobody.knows@example.vn"] {
        // Past the hour that the account's own registration counted in.
        idp.advance(Span::hours(2)).await;
        let mut accepted = 0;
        for number in 0..30 {
            let stranger = Citizen::named(&format!("stranger{number}.{}", address.len()));
            let page = stranger.register_with(&mut idp.browser(), &[("email", address)]).await;
            if page.name() != "registered" {
                break;
            }
            accepted += 1;
        }
        until_refused.push(accepted);
    }
    assert_eq!(until_refused, [20, 20]);
}

// security: row 15
#[tokio::test]
async fn the_number_of_mails_sent_again_until_the_limit_does_not_tell_whether_an_email_is_known() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    idp.advance(Span::hours(2)).await;
    // The owner gets mails of their own within the hour.
    for _ in 0..3 {
        crate::walk::signed_in(&idp, &an).await;
        idp.advance(Span::minutes(2)).await;
    }
    let mut until_refused = Vec::new();
    for (name, email) in [("nguoi.la", an.email.as_str()), ("nguoi.khac", "nobody.knows@example.vn")] {
        let stranger = Citizen::named(name);
        let mut browser = idp.browser();
        let _ = stranger.register_with(&mut browser, &[("email", email)]).await.expect("registered");
        let page = browser.open("/sign-in").await.expect("sign-in");
        let waiting = stranger.give_password(&mut browser, &page).await.expect("not-activated");
        let mut sent = 0;
        while sent < 30 && browser.submit(waiting.form_to("/activate/resend")).await.status() == 200 {
            sent += 1;
        }
        until_refused.push(sent);
    }
    assert_eq!(until_refused, [20, 20]);
}

#[tokio::test]
async fn a_registration_refused_for_its_number_leaves_the_earlier_one_as_it_was() {
    let idp = TestIdp::start().await;
    let an = Citizen::named("nguyen.thi.an");
    for _ in 0..20 {
        let _ = an.register(&mut idp.browser()).await.expect("registered");
        idp.advance(Span::seconds(1)).await;
    }
    let link = portal_id_testkit::people::link_in(&idp.newest_mail(&an.email).await.text);
    assert_eq!(an.register(&mut idp.browser()).await.status(), 429);
    let _ = idp.browser().open(&link).await.expect("activate");
}
