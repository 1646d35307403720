//! Many at once want the same name, number or code: one gets it, the others are told what people are told.

use portal_id_testkit::core::accounts::{ActivateOutcome, ActivationView, Field, RegisterOutcome};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::digest::DigestPurpose;
use portal_id_testkit::core::facts::FieldError;
use portal_id_testkit::core::link::LinkPurpose;
use portal_id_testkit::core::profile::{AccountClass, AccountState, IdentifierKind};
use portal_id_testkit::people::activation_token;
use portal_id_testkit::{Business, Citizen, TestIdp};
use tokio::task::JoinSet;

/// Of each class.
const RACERS: usize = 12;

/// Activates at one moment whatever was mailed to these addresses, all with one password.
async fn activate_at_once(idp: &TestIdp, emails: &[String], password: &str) -> Vec<ActivateOutcome> {
    let mut racers = JoinSet::new();
    for email in emails {
        let token = activation_token(&idp.newest_mail(email).await.text);
        let (accounts, ctx, password) = (idp.house.accounts.clone(), idp.ctx(), password.to_owned());
        racers.spawn(async move { accounts.activate(&ctx, &token, &password).await.unwrap() });
    }
    racers.join_all().await
}

fn expect_one_winner(outcomes: &[ActivateOutcome]) {
    let count = |wanted: &ActivateOutcome| outcomes.iter().filter(|outcome| *outcome == wanted).count();
    assert_eq!(
        (count(&ActivateOutcome::Activated), count(&ActivateOutcome::NotCompleted)),
        (1, outcomes.len() - 1),
        "{outcomes:?}"
    );
}

/// How many active accounts have a fact, and whether one of the class holds the claim to it.
async fn holders(idp: &TestIdp, class: AccountClass, kind: IdentifierKind, text: &str) -> (usize, bool) {
    let digest = kind.digest(idp.house.vault.as_ref(), text);
    let found = idp.house.store.read("holders", move |tx| {
        let holders = tx.list_accounts_by_identifier(kind, &digest, AccountState::Active)?;
        Ok((holders.len(), tx.find_claimant(class, kind, &digest)?.is_some()))
    });
    found.await.unwrap()
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_registrations_of_one_username_one_is_accepted_whatever_its_class() {
    let idp = TestIdp::start().await;
    let mut racers = JoinSet::new();
    for number in 0..RACERS {
        let mut citizen = Citizen::named(&format!("citizen.{number}"));
        let mut business = Business::named(&format!("business.{number}"));
        // The same name however it is written.
        "Vai.Thieu".clone_into(&mut citizen.username);
        "vai.thieu".clone_into(&mut business.username);
        let (accounts, ctx) = (idp.house.accounts.clone(), idp.ctx());
        racers.spawn(async move { accounts.register_citizen(&ctx, &citizen.form()).await.unwrap() });
        let (accounts, ctx) = (idp.house.accounts.clone(), idp.ctx());
        racers.spawn(async move { accounts.register_business(&ctx, &business.form()).await.unwrap() });
    }
    let outcomes = racers.join_all().await;
    let accepted = outcomes.iter().filter(|outcome| matches!(outcome, RegisterOutcome::Accepted { .. })).count();
    let taken = outcomes
        .iter()
        .filter(|outcome| {
            matches!(outcome, RegisterOutcome::Refused(errors) if errors.get(Field::Username) == Some(FieldError::Taken))
        })
        .count();
    assert_eq!((accepted, taken), (1, 2 * RACERS - 1), "{outcomes:?}");
    idp.expect_an_empty_outbox().await;
    assert_eq!(idp.mails.kept().len(), 1, "who was refused is not mailed");
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_activations_with_one_business_code_one_wins_and_the_others_end() {
    let idp = TestIdp::start().await;
    let code = Business::named("vai.thieu").code.clone();
    let mut emails = Vec::new();
    for number in 0..RACERS {
        let name = format!("business.{number}");
        let business = idp.business(&name).with(|business| business.code.clone_from(&code)).create().await;
        emails.push(business.email);
    }
    expect_one_winner(&activate_at_once(&idp, &emails, &Business::named("any").password).await);
    assert_eq!(holders(&idp, AccountClass::Business, IdentifierKind::BusinessCode, &code).await, (1, true));
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_activations_with_one_identity_number_one_wins_and_the_others_end() {
    let idp = TestIdp::start().await;
    let number = Citizen::named("nguyen.thi.an").identity_number.clone();
    let mut emails = Vec::new();
    for racer in 0..RACERS {
        let name = format!("citizen.{racer}");
        let citizen = idp.citizen(&name).with(|citizen| citizen.identity_number.clone_from(&number)).create().await;
        emails.push(citizen.email);
    }
    expect_one_winner(&activate_at_once(&idp, &emails, &Citizen::named("any").password).await);
    assert_eq!(holders(&idp, AccountClass::Citizen, IdentifierKind::IdentityNumber, &number).await, (1, true));
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_activations_with_one_former_number_one_wins_and_the_others_end() {
    let idp = TestIdp::start().await;
    let mut emails = Vec::new();
    for racer in 0..RACERS {
        let name = format!("citizen.{racer}");
        let citizen = idp.citizen(&name).with(|citizen| citizen.former_number = "121234567".to_owned()).create().await;
        emails.push(citizen.email);
    }
    expect_one_winner(&activate_at_once(&idp, &emails, &Citizen::named("any").password).await);
    assert_eq!(holders(&idp, AccountClass::Citizen, IdentifierKind::FormerNumber, "121234567").await, (1, true));
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_registrations_with_one_email_at_most_one_of_each_class_is_ever_active() {
    let idp = TestIdp::start().await;
    let email = "shared@example.vn";
    let mut racers = JoinSet::new();
    for number in 0..RACERS / 2 {
        let mut citizen = Citizen::named(&format!("citizen.{number}"));
        let mut business = Business::named(&format!("business.{number}"));
        email.clone_into(&mut citizen.email);
        email.clone_into(&mut business.email);
        let (accounts, ctx) = (idp.house.accounts.clone(), idp.ctx());
        racers.spawn(async move { accounts.register_citizen(&ctx, &citizen.form()).await.unwrap() });
        let (accounts, ctx) = (idp.house.accounts.clone(), idp.ctx());
        racers.spawn(async move { accounts.register_business(&ctx, &business.form()).await.unwrap() });
    }
    let outcomes = racers.join_all().await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, RegisterOutcome::Accepted { .. })), "{outcomes:?}");
    let tokens: Vec<_> = idp.mails_to(email).await.iter().map(|mail| activation_token(&mail.text)).collect();
    assert_eq!(tokens.len(), RACERS);
    let mut racers = JoinSet::new();
    for token in tokens {
        let (accounts, ctx, password) = (idp.house.accounts.clone(), idp.ctx(), Citizen::named("any").password);
        racers.spawn(async move { accounts.activate(&ctx, &token, &password).await.unwrap() });
    }
    let outcomes = racers.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == ActivateOutcome::Activated).count(), 2, "{outcomes:?}");
    for class in [AccountClass::Citizen, AccountClass::Business] {
        assert_eq!(holders(&idp, class, IdentifierKind::Email, email).await, (2, true));
    }
}

/// Registers this many citizens with one phone, who wait for their activation.
async fn sharing_a_phone(idp: &TestIdp, number: usize) -> Vec<Citizen> {
    let phone = Citizen::named("nguyen.thi.an");
    let mut citizens = Vec::new();
    for at in 0..number {
        let share = |one: &mut Citizen| (one.phone, one.e164) = (phone.phone.clone(), phone.e164.clone());
        citizens.push(idp.citizen(&format!("nguoi.thu.{at}")).with(share).create().await);
    }
    citizens
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_activations_with_one_phone_five_win_and_the_others_end() {
    let idp = TestIdp::start().await;
    let citizens = sharing_a_phone(&idp, RACERS).await;
    let emails: Vec<_> = citizens.iter().map(|citizen| citizen.email.clone()).collect();
    let outcomes = activate_at_once(&idp, &emails, &citizens[0].password).await;
    let count = |wanted: &ActivateOutcome| outcomes.iter().filter(|outcome| *outcome == wanted).count();
    let found = (count(&ActivateOutcome::Activated), count(&ActivateOutcome::NotCompleted));
    assert_eq!(found, (5, RACERS - 5), "{outcomes:?}");
    let (active, _) = holders(&idp, AccountClass::Citizen, IdentifierKind::Phone, &citizens[0].e164).await;
    assert_eq!(active, 5);
}

#[tokio::test]
async fn a_phone_has_at_most_five_accounts_by_registration_and_by_correction() {
    let idp = TestIdp::start().await;
    let citizens = sharing_a_phone(&idp, 5).await;
    for citizen in &citizens {
        expect_one_winner(&activate_at_once(&idp, std::slice::from_ref(&citizen.email), &citizen.password).await);
    }
    // The page of a sixth registration says nothing; the mail does.
    let sixth = Citizen { phone: citizens[0].phone.clone(), ..Citizen::named("nguoi.thu.sau") };
    let _ = sixth.register(&mut idp.browser()).await.expect("registered");
    let mail = idp.newest_mail(&sixth.email).await;
    assert!(!mail.text.contains("/activate?token="), "{}", mail.text);
    assert!(idp.audited(AuditKind::RegistrationCollided).await);

    let an = idp.citizen("nguyen.thi.an").with(|an| (an.phone, an.e164) = other_phone()).activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let code = an.give_password(&mut browser, &page).await.expect("code");
    let _ = browser.submit(code.form_to("/sign-in/phone").press("action", "ask")).await.expect("phone-asked");
    let link = portal_id_testkit::people::link_in(&idp.newest_mail(&an.email).await.text);
    let page = browser.open(&link).await.expect("phone-correct");
    let form = page.form_with("phone").fill("phone", &citizens[0].phone).fill("password", &an.password);
    let _ = browser.submit(form.press("action", "correct")).await.expect("phone-link-over");
    assert_eq!(holders(&idp, AccountClass::Citizen, IdentifierKind::Phone, &citizens[0].e164).await.0, 5);
    // Nothing of it remains: the link still corrects to a number that has room.
    let page = browser.open(&link).await.expect("phone-correct");
    let form = page.form_with("phone").fill("phone", "0987 654 321").fill("password", &an.password);
    let _ = browser.submit(form.press("action", "correct")).await.expect("phone-corrected");
}

fn other_phone() -> (String, String) {
    ("0912345678".to_owned(), "+84912345678".to_owned())
}

// security: row 6, 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_links_of_one_registration_used_at_once_one_works_and_the_other_stays_unused() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").create().await;
    let first = activation_token(&idp.newest_mail(&an.email).await.text);
    let _ = idp.house.accounts.resend_activation(&idp.ctx(), &first).await.unwrap();
    let second = activation_token(&idp.newest_mail(&an.email).await.text);
    assert_ne!(first, second);
    let mut racers = JoinSet::new();
    for token in [first, second] {
        let (accounts, ctx, password) = (idp.house.accounts.clone(), idp.ctx(), an.password.clone());
        racers.spawn(async move { (accounts.activate(&ctx, &token, &password).await.unwrap(), token) });
    }
    for (outcome, token) in racers.join_all().await {
        let digest = idp.house.vault.digest(DigestPurpose::MailedLink, &[b"activation", token.as_bytes()]);
        let link = idp.house.store.read("link", move |tx| tx.find_link(LinkPurpose::Activation, &digest)).await;
        let used = link.unwrap().expect("the link").used_at.is_some();
        match outcome {
            ActivateOutcome::Activated => assert!(used),
            ActivateOutcome::Link(ActivationView::Used) => assert!(!used, "what did nothing leaves no trace"),
            other => panic!("{other:?}"),
        }
    }
}
