//! The 9-digit number of former identity cards (CMND): beside the identity number, or, where a setting allows it, as one.

use crate::walk::{signed_in, to_callback};
use portal_id_testkit::core::accounts::{ActivateOutcome, Credentials, SignInOutcome};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::client::IdentityPolicy;
use portal_id_testkit::core::digest::Digest;
use portal_id_testkit::core::profile::{AccountClass, AccountState, IdentifierKind};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::activate;
use portal_id_testkit::{Citizen, TestIdp};

const FORMER: &str = "121234567";

/// A provider that takes a former number alone as identity number.
async fn lenient() -> TestIdp {
    TestIdp::start_with(|config| config.accounts.accept_cmnd = true).await
}

async fn sign_in(idp: &TestIdp, name: &str, password: &str) -> SignInOutcome {
    let mut ctx = idp.ctx();
    ctx.browser = Some(Digest::from_bytes([1; 32]));
    let credentials = Credentials { name: name.to_owned(), password: password.to_owned() };
    idp.house.accounts.sign_in(&ctx, credentials).await.unwrap()
}

/// How many active citizens have this former number, and whether one holds the claim to it.
async fn holders(idp: &TestIdp, number: &str) -> (usize, bool) {
    let kind = IdentifierKind::FormerNumber;
    let digest = kind.digest(idp.house.vault.as_ref(), number);
    let found = idp.house.store.read("holders", move |tx| {
        let holders = tx.list_accounts_by_identifier(kind, &digest, AccountState::Active)?;
        Ok((holders.len(), tx.find_claimant(AccountClass::Citizen, kind, &digest)?.is_some()))
    });
    found.await.unwrap()
}

#[tokio::test]
async fn a_former_number_is_optional_kept_to_be_found_and_shown_masked_to_its_holder_alone() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let page = browser.open("/register/citizen").await.expect("register-citizen");
    assert_eq!(page.attribute("#identity_number", "aria-required").as_deref(), Some("true"));
    assert_eq!(page.attribute("#former_number", "aria-required"), None);
    assert!(page.text_of("#former_number-hint").contains("hãy để trống"));

    let _ = Citizen::named("le.van.binh").register(&mut browser).await.expect("registered");
    assert_eq!(holders(&idp, "").await, (0, false), "what is empty is no number");

    let an = Citizen::named("nguyen.thi.an");
    let _ = an.register_with(&mut browser, &[("former_number", "121 234.567")]).await.expect("registered");
    assert_eq!(holders(&idp, FORMER).await, (0, false), "not before it is activated");
    assert_eq!(activate(&idp, &an.email, &an.password).await, ActivateOutcome::Activated);
    assert_eq!(holders(&idp, FORMER).await, (1, true));

    let mut browser = signed_in(&idp, &an).await;
    for path in ["/", "/account"] {
        let page = browser.open(path).await;
        assert!(page.words().contains("Số chứng minh nhân dân cũ •••••4567"), "{}", page.words());
        assert!(!page.html().contains(FORMER));
    }
    assert!(!String::from_utf8_lossy(&idp.database_bytes()).contains(FORMER), "sealed at rest");
}

#[tokio::test]
async fn a_former_number_that_is_none_is_told_beside_its_field() {
    let idp = TestIdp::start().await;
    let an = Citizen::named("nguyen.thi.an");
    for (typed, told) in
        [("12123456", "đúng 9 chữ số"), ("024185001234", "đúng 9 chữ số"), ("1212E4567", "chỉ gồm chữ số")]
    {
        let page = an.register_with(&mut idp.browser(), &[("former_number", typed)]).await.expect("register-citizen");
        assert_eq!(page.status(), 422);
        assert!(page.error_of("former_number").unwrap().contains(told), "{typed}");
        assert_eq!((page.error_of("identity_number"), page.value_of("former_number").as_deref()), (None, Some(typed)));
    }
}

// security: row 15
#[tokio::test]
async fn a_known_former_number_gets_the_same_page_and_both_sides_are_told_by_mail() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").with(|an| an.former_number = FORMER.to_owned()).activated().create().await;
    let fresh = Citizen::named("le.van.binh");
    let expected =
        fresh.register_with(&mut idp.browser(), &[("former_number", "125000001")]).await.expect("registered");
    let before = idp.mails_to(&an.email).await.len();
    let stranger = Citizen::named("tran.thi.chi");
    let page = stranger.register_with(&mut idp.browser(), &[("former_number", FORMER)]).await.expect("registered");
    assert_eq!(page.status(), expected.status());
    assert_eq!(page.words().replace(&stranger.email, "ADDRESS"), expected.words().replace(&fresh.email, "ADDRESS"));
    let to_stranger = idp.newest_mail(&stranger.email).await.text;
    assert!(!to_stranger.contains("token=") && !to_stranger.contains("chứng minh"), "{to_stranger}");
    assert_eq!(idp.mails_to(&an.email).await.len(), before + 1, "the holder is told");
    // The name stays reserved, as after a good registration: a free name would tell.
    let again =
        Citizen::named("pham.van.dung").register_with(&mut idp.browser(), &[("username", "tran.thi.chi")]).await;
    assert!(again.error_of("username").is_some());
    assert!(idp.audited(AuditKind::RegistrationCollided).await);
}

#[tokio::test]
async fn a_former_number_beside_an_identity_number_is_no_sign_in_name() {
    let idp = lenient().await;
    let an = idp.citizen("nguyen.thi.an").with(|an| an.former_number = FORMER.to_owned()).activated().create().await;
    assert!(matches!(sign_in(&idp, FORMER, &an.password).await, SignInOutcome::Refused));
    assert!(matches!(sign_in(&idp, &an.identity_number, &an.password).await, SignInOutcome::CodeSent(_)));
}

// security: row 38
#[tokio::test]
async fn a_former_number_is_told_under_the_rule_of_the_identity_number() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").with(|an| an.former_number = FORMER.to_owned()).activated().create().await;
    for (policy, expected) in [(IdentityPolicy::Any, Some(FORMER)), (IdentityPolicy::VerifiedOnly, None)] {
        let id = format!("service-{}", idp.now().millis());
        let service = idp.service().id(&id).with(|client| client.identity = policy).register().await;
        let mut browser = idp.browser();
        let page = browser.open(service.authorize_url("openid identity").as_str()).await.expect("sign-in");
        let consent = an.sign_in(&idp, &mut browser, &page).await.expect("consent");
        let shown = "Số chứng minh nhân dân cũ •••••4567";
        assert_eq!(consent.words().contains(shown), expected.is_some(), "{}", consent.words());
        assert!(!consent.html().contains(FORMER));
        let callback = crate::walk::decide(&mut browser, &consent, "allow").await.expect_away(&service.redirect_uri);
        let tokens = service.redeem(&callback).await;
        let about = service.userinfo(&tokens.field("access_token")).await.json();
        assert_eq!(about["former_number"].as_str(), expected, "{about}");
        assert_eq!(about["former_number_verified"].as_bool(), expected.map(|_| false), "{about}");
        idp.advance(Span::minutes(2)).await;
    }
    // Without the scope nothing of it.
    let service = idp.service().id("other").with(|client| client.identity = IdentityPolicy::Any).register().await;
    let callback = to_callback(&idp, &an, &mut idp.browser(), &service, "openid profile email phone address").await;
    let tokens = service.redeem(&callback).await;
    let about = service.userinfo(&tokens.field("access_token")).await.json();
    assert!(about.get("former_number").is_none(), "{about}");
}

#[tokio::test]
async fn where_the_setting_takes_a_former_number_alone_every_text_says_so() {
    let idp = lenient().await;
    let mut browser = idp.browser();
    let page = browser.open("/register/citizen").await.expect("register-citizen");
    assert!(page.text_of("label[for=identity_number]").contains("CMND"));
    assert!(page.text_of("#identity_number-hint").contains("9 chữ số"));
    for typed in ["12123456", "02408500123"] {
        let page = Citizen::named("nguyen.thi.an").register_with(&mut browser, &[("identity_number", typed)]).await;
        let told = page.expect("register-citizen").error_of("identity_number").unwrap();
        assert!(told.contains("12 chữ số") && told.contains("9 chữ số"), "{told}");
    }
    browser.language = "en".to_owned();
    let page = browser.open("/register/citizen").await.expect("register-citizen");
    assert!(page.text_of("label[for=identity_number]").contains("CMND"));

    let strict = TestIdp::start().await;
    let page =
        Citizen::named("nguyen.thi.an").register_with(&mut strict.browser(), &[("identity_number", FORMER)]).await;
    let told = page.expect("register-citizen").error_of("identity_number").unwrap();
    assert!(told.contains("đã hết giá trị"), "{told}");
}

#[tokio::test]
async fn whoever_registers_with_a_former_number_signs_in_with_it_and_it_lies_sealed() {
    let idp = lenient().await;
    let an = Citizen::named("nguyen.thi.an");
    let changes = [("identity_number", "121 234 567"), ("former_number", FORMER)];
    let _ = an.register_with(&mut idp.browser(), &changes).await.expect("registered");
    assert_eq!(activate(&idp, &an.email, &an.password).await, ActivateOutcome::Activated);
    let mut browser = signed_in(&idp, &an).await;
    let home = browser.open("/").await.expect("home");
    assert!(home.words().contains("Số định danh cá nhân •••••4567"), "{}", home.words());
    assert!(!home.words().contains("chứng minh nhân dân cũ"), "one number is not shown twice");
    idp.advance(Span::minutes(2)).await;
    assert!(matches!(sign_in(&idp, "121.234.567", &an.password).await, SignInOutcome::CodeSent(_)));
    assert!(!String::from_utf8_lossy(&idp.database_bytes()).contains(FORMER), "sealed at rest");
}

// security: row 15
#[tokio::test]
async fn one_former_number_is_one_persons_whether_it_is_their_identity_number_or_beside_it() {
    for beside_first in [true, false] {
        let idp = lenient().await;
        let alone = |citizen: &mut Citizen| citizen.identity_number = FORMER.to_owned();
        let beside = |citizen: &mut Citizen| citizen.former_number = FORMER.to_owned();
        let (first, second) = ("nguyen.thi.an", "le.van.binh");
        let holder = idp.citizen(first).with(if beside_first { beside } else { alone }).activated().create().await;
        let before = idp.mails_to(&holder.email).await.len();
        let stranger = idp.citizen(second).with(if beside_first { alone } else { beside }).create().await;
        assert!(!idp.newest_mail(&stranger.email).await.text.contains("token="));
        assert_eq!(idp.mails_to(&holder.email).await.len(), before + 1, "the holder is told");
        // The same number in the same place, too.
        let third = idp.citizen("pham.van.dung").with(if beside_first { beside } else { alone }).create().await;
        assert!(!idp.newest_mail(&third.email).await.text.contains("token="));
        assert_eq!(holders(&idp, FORMER).await, (1, true));
    }
}
