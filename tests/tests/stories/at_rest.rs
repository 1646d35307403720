//! What a thief of the database file gets: nothing that opens a door, nothing that names a person.

use crate::walk::to_callback;
use portal_id_testkit::TestIdp;
use portal_id_testkit::people::{activation_token, link_in};
use portal_id_testkit::service::parameter;

// security: row 6, 30
#[tokio::test]
async fn neither_bearer_values_nor_personal_facts_lie_readable_on_the_disk() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let an =
        idp.citizen("nguyen.thi.an").with(|an| an.former_number = "121234567".to_owned()).activated().create().await;
    let activation = activation_token(&idp.newest_mail(&an.email).await.text);
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("code");
    let _ = browser.submit(page.form_to("/sign-in/phone").press("action", "ask")).await.expect("phone-asked");
    let correction = link_in(&idp.newest_mail(&an.email).await.text);
    idp.advance(portal_id_testkit::core::time::Span::minutes(2)).await;
    let mut browser = idp.browser();
    let callback = to_callback(&idp, &an, &mut browser, &service, "openid profile offline_access").await;
    let tokens = service.redeem(&callback).await;
    let mails = idp.mails_to(&an.email).await;
    let not_me = mails.iter().find(|mail| mail.text.contains("/sign-in/not-me?token=")).expect("a new browser");
    // A message that still waits holds its recipient and its words.
    idp.citizen("le.van.binh").with(|binh| binh.email = "waiting.mail@example.vn".to_owned()).create().await;

    let refresh = tokens.field("refresh_token");
    let mut secrets = vec![
        activation,
        correction.split_once("token=").expect("a link").1.to_owned(),
        link_in(&not_me.text).split_once("token=").expect("a link").1.to_owned(),
        parameter(&callback, "code").expect("a code"),
        refresh.rsplit('.').next().expect("a MAC").to_owned(),
        tokens.field("access_token"),
        service.secret.clone().expect("a secret"),
        an.password.clone(),
        an.full_name.clone(),
        an.email.clone(),
        an.e164.clone(),
        an.phone.clone(),
        an.identity_number.clone(),
        an.former_number.clone(),
        "Hùng Vương".to_owned(),
        "waiting.mail".to_owned(),
        "PRIVATE".to_owned(),
        "\"d\":".to_owned(),
    ];
    secrets.extend(browser.cookies().values().cloned());
    let stored = idp.database_bytes();
    assert!(contains(&stored, "nguyen.thi.an"), "the username is there, so this test can see");
    for secret in secrets {
        assert!(!contains(&stored, &secret), "readable on the disk: {secret}");
    }
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}
