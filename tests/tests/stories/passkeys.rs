//! Passkeys: made, used alone and as the second step, and everything that an answer must not be. The devices are made of
//! other people's code.

use crate::walk::signed_in;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::page::Form;
use portal_id_testkit::{Browser, Citizen, Device, Page, TestIdp};
use serde_json::json;

/// Adds a passkey in a browser whose person has just signed in.
pub(crate) async fn add_passkey(browser: &mut Browser, device: &mut Device, name: &str) -> Page {
    let page = browser.open("/account/security/passkey").await.expect("add-passkey");
    let form = device.make(&page).await.fill("name", name);
    browser.submit(form).await
}

/// A citizen with a passkey, some minutes later.
async fn with_passkey(idp: &TestIdp) -> (Citizen, Device, Browser) {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut own, mut device) = (signed_in(idp, &an).await, Device::new());
    let page = add_passkey(&mut own, &mut device, "Điện thoại của tôi").await.expect("security");
    assert!(page.words().contains("Điện thoại của tôi"), "{}", page.words());
    idp.advance(Span::minutes(5)).await;
    (an, device, own)
}

async fn refused(browser: &mut Browser, form: Form) {
    let page = browser.submit(form).await;
    assert_eq!((page.name().as_str(), page.status().as_u16()), ("sign-in", 422), "{}", page.words());
}

#[tokio::test]
async fn a_passkey_alone_signs_in_at_the_second_level_and_the_service_learns_how() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let (an, mut device, _) = with_passkey(&idp).await;
    let mut browser = idp.browser();
    let request = service.authorize_url_with("openid", &[("acr_values", "urn:portal-id:loa:2")]);
    let page = browser.open(request.as_str()).await.expect("sign-in");
    let callback = browser.submit(device.answer(&page).await).await.expect_away(&service.redirect_uri);
    let token = service.redeem(&callback).await.id_token();
    assert_eq!(token["amr"], json!(["pop", "user", "mfa"]));
    assert_eq!((&token["aal"], &token["acr"]), (&json!(2), &json!("urn:portal-id:loa:2")));
    assert_eq!(idp.texts.kept().len(), 1, "no text message but that of the first sign-in");
    assert!(idp.told(&an.email, "khóa truy cập vừa được thêm").await);
    assert!(idp.audited(AuditKind::PasskeyAdded).await);
}

#[tokio::test]
async fn a_passkey_is_the_second_step_of_whoever_has_one_and_other_ways_are_a_link_away() {
    let idp = TestIdp::start().await;
    let (an, mut device, _) = with_passkey(&idp).await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("passkey");
    idp.deliver().await;
    assert_eq!(idp.texts.kept().len(), 1);
    assert!(page.link("by-sms").is_some());
    let (form, mut same) = (device.answer(&page).await, browser.clone());
    let _ = browser.submit(form.clone()).await.expect("home");
    let _ = same.submit(form).await.expect("code-over");
}

// security: row 15
#[tokio::test]
async fn the_sign_in_page_asks_every_browser_alike_and_names_no_passkey() {
    let idp = TestIdp::start().await;
    let (an, _, mut own) = with_passkey(&idp).await;
    own.forget_session();
    let mut asked = Vec::new();
    for browser in [&mut own, &mut idp.browser()] {
        for page in [browser.open("/sign-in").await, {
            let page = browser.open("/sign-in").await;
            browser.submit(page.form_with("password").fill("username", &an.username).fill("password", "sai")).await
        }] {
            let (_, data) = page.expect("sign-in").passkey_form("ask");
            assert_eq!(data["keys"], "");
            asked.push((data["rp"].clone(), data["challenge"].len(), data.keys().cloned().collect::<Vec<_>>()));
        }
    }
    assert!(asked.windows(2).all(|pair| pair[0] == pair[1]), "{asked:?}");
}

// security: row 10, 13
#[tokio::test]
async fn an_answer_is_good_once_and_in_its_own_browser() {
    let idp = TestIdp::start().await;
    let (_, mut device, _) = with_passkey(&idp).await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let form = device.answer(&page).await;
    let mut thief = idp.browser();
    let theirs = thief.open("/sign-in").await.passkey_form("ask").0;
    let stolen = ["credential_id", "client_data", "authenticator_data", "signature", "user_handle"]
        .into_iter()
        .fold(theirs, |stolen, name| stolen.script(name, form.value(name)));
    refused(&mut thief, stolen).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (mut same, form) = (browser.clone(), form.clone());
        tries.spawn(async move { same.submit(form).await.name() });
    }
    let names = tries.join_all().await;
    assert_eq!(names.iter().filter(|name| *name == "home").count(), 1);
    refused(&mut browser, form).await;
}

#[tokio::test]
async fn an_answer_is_good_for_half_an_hour() {
    let idp = TestIdp::start().await;
    let (_, mut device, _) = with_passkey(&idp).await;
    for (after, name) in [(Span::minutes(30) - Span::millis(1), "home"), (Span::minutes(30), "sign-in")] {
        let mut browser = idp.browser();
        let page = browser.open("/sign-in").await;
        let form = device.answer(&page).await;
        idp.advance(after).await;
        let _ = browser.submit(form).await.expect(name);
    }
}

// security: row 31
#[tokio::test]
async fn a_spoiled_answer_proves_nothing_whatever_was_spoiled() {
    let idp = TestIdp::start().await;
    let (_, mut device, _) = with_passkey(&idp).await;
    let mut browser = idp.browser();
    let fields = ["credential_id", "client_data", "authenticator_data", "signature", "user_handle"];
    for name in fields {
        let good = browser.open("/sign-in").await;
        let form = device.answer(&good).await;
        let value = form.value(name).to_owned();
        let middle = value.len() / 2;
        let other = if &value[middle..=middle] == "A" { "B" } else { "A" };
        let flipped = format!("{}{other}{}", &value[..middle], &value[middle + 1..]);
        for spoiled in [flipped.as_str(), &value[..middle], "", "%%%", "AAAA", &"A".repeat(2000)] {
            refused(&mut browser, form.clone().script(name, spoiled)).await;
        }
        refused(&mut browser, form.clone().without(name)).await;
        // The very same answer, unspoiled, was none of them.
        let _ = browser.submit(form).await.expect("home");
        browser.forget_session();
    }
}

#[tokio::test]
async fn an_answer_from_another_origin_or_of_a_locked_device_proves_nothing() {
    let idp = TestIdp::start().await;
    let (_, device, _) = with_passkey(&idp).await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    // A page of a sub-domain may ask for the key of its parent's name; we take answers of our own pages alone.
    let near = device.clone().moved_to("https://evil.id.example.gov.vn").try_answer(&page).await;
    refused(&mut browser, near.expect("a browser allows this")).await;
    assert!(device.clone().moved_to("https://evil.example").try_answer(&page).await.is_none(), "the browser refuses");
    let touched = device.clone().locked().answer(&page).await;
    refused(&mut browser, touched).await;
}

// security: row 11
#[tokio::test]
async fn an_answer_to_one_question_is_none_to_another() {
    let idp = TestIdp::start().await;
    let (an, mut device, mut own) = with_passkey(&idp).await;
    idp.advance(Span::minutes(20)).await;
    let confirm = own.open("/account/security").await.expect("confirm");
    let for_confirm = device.answer(&confirm).await;
    own.forget_session();
    let at_sign_in = own.open("/sign-in").await;
    let form = at_sign_in.passkey_form("ask").0;
    let moved = ["credential_id", "client_data", "authenticator_data", "signature", "user_handle"]
        .into_iter()
        .fold(form, |moved, name| moved.script(name, for_confirm.value(name)));
    refused(&mut own, moved).await;
    // Nor does the answer of a sign-in take the second step of a challenge.
    let alone = device.answer(&at_sign_in).await;
    let step = an.give_password(&mut own, &at_sign_in).await.expect("passkey");
    let moved = ["credential_id", "client_data", "authenticator_data", "signature", "user_handle"]
        .into_iter()
        .fold(step.passkey_form("ask").0, |moved, name| moved.script(name, alone.value(name)));
    let _ = own.submit(moved).await.expect("passkey");
    assert!(!idp.audited(AuditKind::IdentityConfirmed).await);
}

#[tokio::test]
async fn a_passkey_confirms_who_one_is_and_leads_back() {
    let idp = TestIdp::start().await;
    let (_, mut device, mut own) = with_passkey(&idp).await;
    idp.advance(Span::minutes(20)).await;
    let confirm = own.open("/account/security/recovery-codes").await.expect("confirm");
    let _ = own.submit(device.answer(&confirm).await).await.expect("make-recovery-codes");
    assert!(idp.audited(AuditKind::IdentityConfirmed).await);
}

#[tokio::test]
async fn a_passkey_of_one_person_confirms_and_completes_nothing_of_another() {
    let idp = TestIdp::start().await;
    let (_, mut device, _) = with_passkey(&idp).await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let (mut binhs, mut other) = (signed_in(&idp, &binh).await, Device::new());
    let _ = add_passkey(&mut binhs, &mut other, "").await.expect("security");
    idp.advance(Span::minutes(20)).await;
    let confirm = binhs.open("/account/security").await.expect("confirm");
    assert!(device.try_answer(&confirm).await.is_none(), "it is not among those that are asked for");
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let ans_answer = device.answer(&page).await;
    let step = binh.give_password(&mut browser, &page).await.expect("passkey");
    let moved = ["credential_id", "client_data", "authenticator_data", "signature", "user_handle"]
        .into_iter()
        .fold(step.passkey_form("ask").0, |moved, name| moved.script(name, ans_answer.value(name)));
    let _ = browser.submit(moved).await.expect("passkey");
}

// security: row 22
#[tokio::test]
async fn a_removed_passkey_opens_nothing_any_more() {
    let idp = TestIdp::start().await;
    let (an, mut device, mut own) = with_passkey(&idp).await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let form = device.answer(&page).await;
    let remove = own.open("/account/security").await.form_with("id").press("action", "remove");
    let _ = own.submit(remove).await.expect("security");
    refused(&mut browser, form).await;
    let page = an.give_password(&mut browser, &page).await;
    assert_eq!(page.name(), "code");
    assert!(idp.audited(AuditKind::PasskeyRemoved).await);
}

#[tokio::test]
async fn a_copied_device_is_noticed_by_its_count() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut own, mut device) = (signed_in(&idp, &an).await, Device::new().counting());
    let _ = add_passkey(&mut own, &mut device, "").await.expect("security");
    let mut copy = device.clone();
    for (device, name) in [(&mut device, "home"), (&mut copy, "sign-in")] {
        idp.advance(Span::minutes(1)).await;
        let mut browser = idp.browser();
        let page = browser.open("/sign-in").await;
        let _ = browser.submit(device.answer(&page).await).await.expect(name);
    }
}

#[tokio::test]
async fn a_passkey_is_added_once_by_an_unlocked_device_and_only_to_its_own_session() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let (mut ans, mut binhs) = (signed_in(&idp, &an).await, signed_in(&idp, &binh).await);
    let page = ans.open("/account/security/passkey").await.expect("add-passkey");
    let made = Device::new().make(&page).await.fill("name", "Khóa");
    let theirs = binhs.open("/account/security/passkey").await.passkey_form("make").0;
    let moved = ["client_data", "attestation_object"]
        .into_iter()
        .fold(theirs, |moved, name| moved.script(name, made.value(name)));
    assert_eq!(binhs.submit(moved).await.expect("add-passkey").status().as_u16(), 422);
    for name in ["client_data", "attestation_object"] {
        for spoiled in ["", "AAAA", "%", &made.value(name)[..made.value(name).len() / 2]] {
            let page = ans.submit(made.clone().script(name, spoiled)).await.expect("add-passkey");
            assert_eq!(page.status().as_u16(), 422, "{name}");
            assert_eq!(page.value_of("name").as_deref(), Some("Khóa"), "what was typed stays");
        }
    }
    let _ = ans.submit(made.clone()).await.expect("security");
    let again = ans.submit(made).await.expect("add-passkey");
    assert!(again.words().contains("đã có trong tài khoản"), "{}", again.words());
}

// security: row 3
#[tokio::test]
async fn only_pages_that_ask_for_a_passkey_may_run_our_one_script() {
    let idp = TestIdp::start().await;
    let (_, _, mut own) = with_passkey(&idp).await;
    for (path, asks) in [
        ("/account/security/passkey", true),
        ("/account/security", false),
        ("/account/security/authenticator", false),
        ("/account", false),
        ("/", false),
    ] {
        let page = own.open(path).await;
        let policy = page.answer.header("content-security-policy").unwrap().to_owned();
        let script = policy.split("; ").find_map(|part| part.strip_prefix("script-src ")).map(str::to_owned);
        assert_eq!(script.is_some(), asks, "{path}: {policy}");
        if let Some(address) = script {
            assert!(address.starts_with("https://id.example.gov.vn/assets/passkey-"), "{address}");
            let script = own.open(&address).await;
            assert_eq!(script.answer.header("content-type"), Some("text/javascript; charset=utf-8"));
        }
    }
}

#[tokio::test]
async fn whoever_was_stopped_is_told_so_and_gets_no_session() {
    let idp = TestIdp::start().await;
    let (an, mut device, _) = with_passkey(&idp).await;
    let (key, now) = (an.username.clone(), idp.now());
    let stop = move |tx: &mut dyn portal_id_testkit::core::store::Tx| {
        use portal_id_testkit::core::profile::AccountState::{Active, Disabled};
        let account = tx.find_account_by_username(&key)?.expect("an account");
        tx.update_account_state(&account.id, Active, Disabled, now)
    };
    assert!(idp.house.store.tx("stop", stop).await.unwrap());
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let _ = browser.submit(device.answer(&page).await).await.expect("account-stopped");
}

#[tokio::test]
async fn an_answer_that_says_it_is_somebody_elses_is_refused_as_the_second_step_and_to_confirm() {
    let idp = TestIdp::start().await;
    let (an, mut device, mut own) = with_passkey(&idp).await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("passkey");
    let form = device.answer(&page).await;
    let page = browser.submit(form.script("user_handle", "bmd1b2kta2hhYw")).await.expect("passkey");
    assert_eq!(page.status(), 422);
    let _ = browser.submit(device.answer(&page).await.script("user_handle", "")).await.expect("home");

    idp.advance(Span::minutes(20)).await;
    let confirm = own.open("/account/security").await.expect("confirm");
    let form = device.answer(&confirm).await;
    let _ = own.submit(form.script("user_handle", "bmd1b2kta2hhYw")).await.expect("confirm");
    let confirm = own.open("/account/security").await.expect("confirm");
    let _ = own.submit(device.answer(&confirm).await.script("user_handle", "")).await.expect("security");
}

// security: row 16
#[tokio::test]
async fn what_is_nested_without_end_is_refused_and_costs_nothing() {
    let idp = TestIdp::start().await;
    let (an, mut device, mut own) = with_passkey(&idp).await;
    let page = own.open("/account/security/passkey").await.expect("add-passkey");
    let base64url = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    };
    let json = base64url("[".repeat(20_000).as_bytes());
    // Arrays of one element each (RFC 8949 §3.1), and maps whose value is the next map.
    let (arrays, maps) = (base64url(&[0x81].repeat(20_000)), base64url(&[0xa1, 0x00].repeat(10_000)));
    let good = Device::new().make(&page).await.fill("name", "Điện thoại thứ hai");
    for (field, value) in [("client_data", &json), ("attestation_object", &arrays), ("attestation_object", &maps)] {
        let refused = own.submit(good.clone().script(field, value)).await;
        assert_eq!((refused.name().as_str(), refused.status().as_u16()), ("add-passkey", 422), "{field}");
    }
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("passkey");
    let form = device.answer(&page).await;
    let refused = browser.submit(form.script("client_data", &json)).await.expect("passkey");
    assert_eq!(refused.status(), 422);
}
