//! The optional question for the sex on the citizen's form, where an operator has it asked: held against the identity
//! number, then forgotten.

use crate::walk::{signed_in, to_callback};
use portal_id_testkit::core::accounts::ActivateOutcome;
use portal_id_testkit::core::client::IdentityPolicy;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::activate;
use portal_id_testkit::{Citizen, TestIdp};

async fn asking() -> TestIdp {
    TestIdp::start_with(|config| config.accounts.registration.ask_sex = true).await
}

#[tokio::test]
async fn nobody_is_asked_for_their_sex_unless_the_operator_has_it_asked() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let page = browser.open("/register/citizen").await.expect("register-citizen");
    assert!(!page.html().contains("name=\"sex\"") && !page.words().contains("Giới tính"));
    assert!(!page.words().contains("không bắt buộc"));
    // Whoever sends an answer all the same is not judged by it.
    let an = Citizen::named("nguyen.thi.an");
    let form = an.filled_form(&mut browser, &[]).await.forge("sex", "male");
    let _ = browser.submit(form).await.expect("registered");
}

#[tokio::test]
async fn the_question_may_stay_unanswered() {
    let idp = asking().await;
    let mut browser = idp.browser();
    let page = browser.open("/register/citizen").await.expect("register-citizen");
    assert_eq!(page.text_of("label[for=sex]"), "Giới tính (không bắt buộc)");
    assert_eq!(page.attribute("#sex", "aria-required"), None);
    assert!(page.text_of("#sex-hint").contains("không lưu lại"));
    assert!(page.text_of(".lead").contains("không bắt buộc"));
    let choices = [("male", "Nam"), ("female", "Nữ")].map(|(value, words)| (value.to_owned(), words.to_owned()));
    assert_eq!(page.choices_of("sex"), choices);
    assert_eq!(page.value_of("sex").as_deref(), Some(""), "no answer is given for anybody");
    let _ = Citizen::named("nguyen.thi.an").register(&mut browser).await.expect("registered");
    // A business has none.
    let page = idp.browser().open("/register/business").await.expect("register-business");
    assert!(!page.html().contains("name=\"sex\""));
}

#[tokio::test]
async fn an_answer_that_the_number_does_not_fit_is_told_beside_the_number() {
    let idp = asking().await;
    let an = Citizen::named("nguyen.thi.an");
    let mut browser = idp.browser();
    let page = an.register_with(&mut browser, &[("sex", "male")]).await.expect("register-citizen");
    assert_eq!(page.status(), 422);
    assert!(page.error_of("identity_number").unwrap().contains("không khớp với giới tính"));
    assert_eq!((page.error_of("sex"), page.value_of("sex").as_deref()), (None, Some("male")));

    let form = an.filled_form(&mut browser, &[]).await.without("sex").forge("sex", "khác");
    let page = browser.submit(form).await.expect("register-citizen");
    assert!(page.error_of("sex").unwrap().contains("trong danh sách"));
    assert_eq!((page.error_of("identity_number"), page.value_of("sex").as_deref()), (None, Some("")));
    assert!(idp.mails_to(&an.email).await.is_empty());
}

#[tokio::test]
async fn the_answer_is_neither_kept_nor_told_to_anybody() {
    let idp = asking().await;
    let service = idp.service().with(|client| client.identity = IdentityPolicy::Any).register().await;
    let an = Citizen::named("nguyen.thi.an");
    let page = an.register_with(&mut idp.browser(), &[("sex", "female")]).await.expect("registered");
    assert!(!page.words().contains("Giới tính"));
    assert_eq!(activate(&idp, &an.email, &an.password).await, ActivateOutcome::Activated);
    let mut browser = signed_in(&idp, &an).await;
    for path in ["/", "/account"] {
        assert!(!browser.open(path).await.words().contains("Giới tính"), "{path}");
    }
    idp.advance(Span::minutes(2)).await;
    let callback = to_callback(&idp, &an, &mut idp.browser(), &service, "openid profile identity").await;
    let about = service.userinfo(&service.redeem(&callback).await.field("access_token")).await.json();
    assert!(about.get("gender").is_none() && !about.to_string().contains("female"), "{about}");
    // Nor sealed: nothing that is sealed has a place for it.
    let key = an.username.clone();
    let found = idp.house.store.read("find", move |tx| tx.find_account_by_username(&key)).await.unwrap().unwrap();
    let profile = serde_json::to_string(&found.open_profile(idp.house.vault.as_ref()).unwrap()).unwrap();
    assert!(profile.contains(&an.identity_number) && !profile.contains("sex") && !profile.contains("female"));
    let stored = idp.database_bytes();
    assert!(!stored.windows(6).any(|bytes| bytes == b"female"), "at rest");
}
