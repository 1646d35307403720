//! Every form of every page: a field that it does not have, and a form that did not come from our page.

use crate::factors::{add_app, make_codes};
use crate::passkeys::add_passkey;
use crate::walk::signed_in;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::page::Form;
use portal_id_testkit::people::link_in;
use portal_id_testkit::{Browser, Citizen, Device, TestIdp};
use std::collections::BTreeSet;

/// Every address that a form of ours is sent to.
const POSTS: [&str; 27] = [
    "/account/confirm",
    "/account/confirm/passkey",
    "/account/password",
    "/account/security",
    "/account/security/authenticator",
    "/account/security/passkey",
    "/account/security/passkey/name",
    "/account/security/recovery-codes",
    "/account/services",
    "/account/sessions",
    "/activate",
    "/activate/resend",
    "/consent",
    "/register/business",
    "/register/citizen",
    "/sign-in",
    "/sign-in/app",
    "/sign-in/code",
    "/sign-in/new-password",
    "/sign-in/not-me",
    "/sign-in/passkey",
    "/sign-in/passkey?challenge",
    "/sign-in/phone",
    "/sign-in/phone?token",
    "/sign-in/recovery",
    "/sign-in/step-up",
    "/sign-out/confirm",
];

/// Forms as they are shown, each with the browser that it was shown to.
struct Shown(Vec<(String, Browser, Form)>);

impl Shown {
    fn keep(&mut self, form: Form, browser: &Browser) {
        let path = form.action.path().to_owned();
        self.keep_as(&path, form, browser);
    }

    fn keep_as(&mut self, name: &str, form: Form, browser: &Browser) {
        self.0.push((name.to_owned(), browser.clone(), form));
    }
}

/// Walks past every form, of a stranger and of somebody who has all factors.
async fn all_forms(idp: &TestIdp) -> Shown {
    let mut shown = Shown(Vec::new());
    let mut stranger = idp.browser();
    shown.keep(Citizen::named("le.van.binh").filled_form(&mut stranger, &[]).await, &stranger);
    let page = stranger.open("/register/business").await.expect("register-business");
    shown.keep(page.form_with("business_name"), &stranger);
    let page = stranger.open("/sign-in").await.expect("sign-in");
    shown.keep(page.form_with("password"), &stranger);
    shown.keep(page.passkey_form("ask").0, &stranger);
    let waiting = idp.citizen("dang.cho").create().await;
    let link = link_in(&idp.newest_mail(&waiting.email).await.text);
    shown.keep(stranger.open(&link).await.expect("activate").form_with("token"), &stranger);
    let page = waiting.give_password(&mut stranger, &page).await.expect("not-activated");
    shown.keep(page.form_to("/activate/resend"), &stranger);

    let service = idp.service().register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
    let page = an.give_password(&mut browser, &page).await.expect("code");
    shown.keep(page.form_with("code"), &browser);
    shown.keep(page.form_to("/sign-in/phone"), &browser);
    let _ = browser.submit(page.form_to("/sign-in/phone").press("action", "ask")).await.expect("phone-asked");
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    let correct = browser.open(&link).await.expect("phone-correct").form_with("phone");
    shown.keep_as("/sign-in/phone?token", correct, &browser);
    let code = idp.newest_code(&an.e164).await;
    let page = browser.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await;
    shown.keep(page.expect("consent").form_with("decision"), &browser);

    idp.advance(Span::minutes(2)).await;
    let (mut own, mut device) = (signed_in(idp, &an).await, Device::new());
    let link = link_in(&idp.newest_mail(&an.email).await.text);
    add_app(idp, &mut own).await;
    let _ = add_passkey(&mut own, &mut device, "Điện thoại").await.expect("security");
    make_codes(&mut own).await;
    let known = idp.service().id("known").with(|client| client.first_party = true).register().await;
    let _ = own.open(known.authorize_url("openid").as_str()).await.expect_away(&known.redirect_uri);
    for (path, field) in [
        ("/account/password", "current_password"),
        ("/account/security", "id"),
        ("/account/security/authenticator", "code"),
        ("/account/services", "service"),
        ("/account/sessions", "action"),
    ] {
        shown.keep(own.open(path).await.form_with(field), &own);
    }
    let page = own.open("/account/security/recovery-codes").await;
    shown.keep(page.form_to("/account/security/recovery-codes"), &own);
    shown.keep(own.open("/account/security/passkey").await.passkey_form("make").0, &own);
    let page = own.open("/account/security").await;
    let rename = page.attribute("a[href*='passkey/name']", "href").expect("a way to another name");
    shown.keep(own.open(&rename).await.expect("rename-passkey").form_with("passkey_name"), &own);
    shown.keep(own.open("/sign-out").await.form_to("/sign-out/confirm"), &own);
    let (mut one_factor, le) = (idp.browser(), idp.citizen("le.thi.le").activated().create().await);
    let page = one_factor.open("/sign-in").await;
    let page = le.give_password(&mut one_factor, &page).await.expect("code");
    let code = idp.newest_code(&le.e164).await;
    let form = page.form_with("code").fill("code", &code).tick("remember").press("action", "verify");
    let _ = one_factor.submit(form).await.expect("home");
    let _ = crate::remembered::after_password(idp, &le, &mut one_factor).await.expect("home");
    let asks = known.authorize_url_with("openid", &[("acr_values", "urn:portal-id:loa:2")]);
    let page = one_factor.open(asks.as_str()).await.expect("step-up");
    shown.keep(page.form_to("/sign-in/step-up"), &one_factor);
    let mut second = idp.browser();
    let page = second.open("/sign-in").await;
    let app = an.give_password(&mut second, &page).await.expect("app-code");
    shown.keep(app.form_with("code"), &second);
    let recovery = second.open(&app.link("by-recovery-code").unwrap()).await.expect("recovery-code");
    shown.keep(recovery.form_with("code"), &second);
    let passkey = second.open(&app.link("by-passkey").unwrap()).await.expect("passkey");
    shown.keep_as("/sign-in/passkey?challenge", passkey.passkey_form("ask").0, &second);
    shown.keep(stranger.open(&link).await.expect("not-me").form_with("token"), &stranger);
    idp.advance(Span::minutes(20)).await;
    let page = own.open("/account/confirm").await.expect("confirm");
    shown.keep(page.form_with("password"), &own);
    shown.keep(page.passkey_form("ask").0, &own);
    let done = crate::not_me::press(&mut second, &link).await.expect("not-me-done");
    let page = second.open(&done.link("new-password").unwrap()).await.expect("new-password");
    shown.keep(page.form_with("password"), &second);
    shown
}

// security: row 9, 35
#[tokio::test]
async fn no_form_takes_a_field_that_it_does_not_have_or_comes_from_elsewhere() {
    let idp = TestIdp::start().await;
    let Shown(all) = all_forms(&idp).await;
    let named: BTreeSet<_> = all.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(named, POSTS.into_iter().collect::<BTreeSet<_>>(), "every form there is");
    let before = idp.audit().await.len();
    for (name, browser, form) in all {
        for (spoiled, expected) in [
            (form.clone().forge("state", "active"), 400),
            (form.clone().forge("csrf", form.value("csrf")), 400),
            (form.clone().without("csrf"), 403),
        ] {
            let answer = browser.clone().submit(spoiled).await;
            assert_eq!(answer.status().as_u16(), expected, "{name}: {}", answer.words());
        }
    }
    assert_eq!(idp.audit().await.len(), before, "nothing came of it");
}
