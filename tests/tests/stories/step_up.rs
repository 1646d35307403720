//! A service that asks for two factors of somebody who is signed in with one: only the second is asked for, and the
//! session goes on.

use crate::remembered::{after_password, remembered};
use crate::walk::signed_in;
use http::StatusCode;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Browser, Citizen, Page, Service, TestIdp};
use serde_json::{Value, json};

const TWO: (&str, &str) = ("acr_values", "urn:portal-id:loa:2");

async fn first_party(idp: &TestIdp) -> Service {
    idp.service().with(|client| client.first_party = true).register().await
}

/// A person in a session of one factor, at a browser of their own.
async fn with_one_factor(idp: &TestIdp, an: &Citizen) -> Browser {
    let mut own = remembered(idp, an).await;
    let _ = after_password(idp, an, &mut own).await.expect("home");
    idp.advance(Span::minutes(2)).await;
    own
}

/// A service that asks two factors of somebody whose session has one.
struct Asked {
    idp: TestIdp,
    service: Service,
    an: Citizen,
    own: Browser,
    /// The address of the request.
    asks: String,
}

impl Asked {
    async fn begin() -> Self {
        let idp = TestIdp::start().await;
        let service = first_party(&idp).await;
        let an = idp.citizen("nguyen.thi.an").activated().create().await;
        let own = with_one_factor(&idp, &an).await;
        let asks = service.authorize_url_with("openid", &[TWO]).to_string();
        Self { idp, service, an, own, asks }
    }
}

/// From a request for two factors to the page that asks for the code.
async fn to_code(browser: &mut Browser, request: &str) -> Page {
    let page = browser.open(request).await.expect("step-up");
    browser.submit(page.form_to("/sign-in/step-up")).await.expect("code")
}

/// Gives the code that was sent.
async fn give_code(idp: &TestIdp, an: &Citizen, browser: &mut Browser, page: &Page) -> Page {
    let code = idp.newest_code(&an.e164).await;
    browser.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await
}

async fn claims(service: &Service, browser: &mut Browser, request: &str) -> Value {
    let callback = browser.open(request).await.expect_away(&service.redirect_uri);
    service.redeem(&callback).await.id_token()
}

// security: row 10, 11
#[tokio::test]
async fn the_second_factor_alone_raises_the_session_and_makes_no_fresh_sign_in_of_it() {
    let idp = TestIdp::start().await;
    let service = first_party(&idp).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut own = with_one_factor(&idp, &an).await;
    let plain = service.authorize_url("openid").to_string();
    let before = claims(&service, &mut own, &plain).await;
    assert_eq!((&before["acr"], &before["amr"]), (&json!("urn:portal-id:loa:1"), &json!(["pwd"])));

    let asks = service.authorize_url_with("openid", &[TWO]).to_string();
    let page = own.open(&asks).await.expect("step-up");
    assert!(page.words().contains("nguyen.thi.an") && !page.html().contains("type=\"password\""), "{}", page.words());
    let stale = own.clone();
    let code = to_code(&mut own, &asks).await;
    assert!(!code.html().contains("name=\"remember\"") && !code.html().contains("/sign-in/phone"), "{}", code.html());
    let callback = give_code(&idp, &an, &mut own, &code).await.expect_away(&service.redirect_uri);
    let raised = service.redeem(&callback).await.id_token();
    assert_eq!((&raised["acr"], &raised["aal"]), (&json!("urn:portal-id:loa:2"), &json!(2)));
    assert_eq!(raised["amr"], json!(["pwd", "sms", "mfa"]));
    for same in ["sub", "sid", "auth_time"] {
        assert_eq!(before[same], raised[same], "{same}");
    }
    assert!(idp.audited(AuditKind::SteppedUp).await);
    // The cookie from before opens nothing any more.
    let mut stale = stale;
    let _ = stale.open(&plain).await.expect("sign-in");
    // The service that is content with less sees what there is; asked again, nothing more is needed.
    for request in [&plain, &asks] {
        assert_eq!(claims(&service, &mut own, request).await["acr"], "urn:portal-id:loa:2");
    }
}

// security: row 11
#[tokio::test]
async fn whatever_is_asked_of_the_session_the_token_tells_the_truth() {
    let idp = TestIdp::start().await;
    let service = first_party(&idp).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let one = with_one_factor(&idp, &an).await;
    idp.advance(Span::minutes(2)).await;
    let two = signed_in(&idp, &an).await;
    idp.advance(Span::minutes(3)).await;
    for (browser, factors) in [(&one, 1), (&two, 2)] {
        let age = {
            let claims = claims(&service, &mut browser.clone(), service.authorize_url("openid").as_str()).await;
            idp.now().seconds() - claims["auth_time"].as_i64().unwrap()
        };
        assert!(age > 100 && age < 1000, "{age}");
        for acr in [
            "",
            "urn:portal-id:loa:1",
            "urn:portal-id:loa:2",
            "urn:portal-id:loa:3",
            "urn:portal-id:loa:2 urn:portal-id:loa:1",
            "gold",
        ] {
            for max_age in ["", "0", "100", "1000"] {
                for prompt in ["", "none", "login", "select_account"] {
                    let asked = format!("{factors} factors, acr {acr:?}, max_age {max_age:?}, prompt {prompt:?}");
                    let request = service
                        .authorize_url_with("openid", &[("acr_values", acr), ("max_age", max_age), ("prompt", prompt)]);
                    let page = browser.clone().open(request.as_str()).await;
                    let wants_two = matches!(acr, "urn:portal-id:loa:2" | "urn:portal-id:loa:3");
                    let too_old = max_age.parse::<i64>().is_ok_and(|most| age > most);
                    let expected = match (too_old, wants_two && factors < 2, prompt) {
                        (_, _, "login" | "select_account") | (true, _, "") => "sign-in",
                        (true, _, _) => "login_required",
                        (false, true, "none") => "interaction_required",
                        (false, true, _) => "step-up",
                        (false, false, _) => "code",
                    };
                    if ["sign-in", "step-up"].contains(&expected) {
                        let _ = page.expect(expected);
                        continue;
                    }
                    let back = page.expect_away(&service.redirect_uri);
                    let error = parameter(&back, "error");
                    assert_eq!(error.as_deref().unwrap_or("code"), expected, "{asked}");
                    if error.is_none() {
                        let claims = service.redeem(&back).await.id_token();
                        assert_eq!(claims["aal"], factors, "{asked}");
                        assert_eq!(claims["acr"], format!("urn:portal-id:loa:{factors}"), "{asked}");
                        assert_eq!(idp.now().seconds() - claims["auth_time"].as_i64().unwrap(), age, "{asked}");
                    }
                }
            }
        }
    }
}

// security: row 11
#[tokio::test]
async fn a_second_factor_is_no_answer_to_a_question_about_the_sign_in_itself() {
    let Asked { idp, service, an, mut own, asks } = Asked::begin().await;
    let code = to_code(&mut own, &asks).await;
    let _ = give_code(&idp, &an, &mut own, &code).await.expect_away(&service.redirect_uri);
    for more in [("max_age", "60"), ("prompt", "login")] {
        let request = service.authorize_url_with("openid", &[TWO, more]);
        let _ = own.open(request.as_str()).await.expect("sign-in");
    }
}

// security: row 10
#[tokio::test]
async fn the_step_is_good_only_in_the_browser_and_the_session_that_asked_for_it() {
    let Asked { idp, service, an, mut own, asks } = Asked::begin().await;
    let code = to_code(&mut own, &asks).await;
    let sent = idp.newest_code(&an.e164).await;
    let form = |page: &Page| page.form_with("code").fill("code", &sent).press("action", "verify");

    // Another browser of the same person, with or without a session.
    idp.advance(Span::minutes(1)).await;
    for mut other in [idp.browser(), signed_in(&idp, &an).await] {
        let _ = other.open(code.url.as_str()).await.expect("code-over");
    }
    // The same browser, whose session is over: its own time, or its owner at another one.
    let mut without = own.clone();
    without.forget_session();
    let answer = without.submit(form(&code)).await;
    assert!(answer.status().is_client_error() || answer.name() == "code-over", "{}", answer.words());
    // The same browser, in a session that began anew since.
    let mut anew = own.clone();
    anew.forget_session();
    let _ = after_password(&idp, &an, &mut anew).await.expect("home");
    let page = anew.open(code.url.as_str()).await.expect("code");
    let _ = anew.submit(form(&page)).await.expect("code-over");
    let plain = service.authorize_url("openid").to_string();
    assert_eq!(claims(&service, &mut anew, &plain).await["aal"], 1, "and nothing was raised by it");
    // Its owner ends the session elsewhere: not even a code is sent for it any more.
    let mut elsewhere = signed_in(&idp, &an).await;
    let page = elsewhere.open("/account/sessions").await.expect("sessions");
    let _ = elsewhere.submit(page.form_to("/account/sessions").without("session").press("action", "end-others")).await;
    let _ = own.open(code.url.as_str()).await.expect("code-over");
}

// security: row 10
#[tokio::test]
async fn a_session_that_ran_out_meanwhile_is_not_raised() {
    let Asked { idp, mut own, asks, .. } = Asked::begin().await;
    let page = own.open(&asks).await.expect("step-up");
    idp.advance(Span::minutes(31)).await;
    // Nobody is signed in any more: the whole way.
    let mut late = own.clone();
    let answer = late.submit(page.form_to("/sign-in/step-up")).await;
    assert!(answer.status() == StatusCode::FORBIDDEN || answer.name() == "sign-in", "{}", answer.words());
    let _ = own.open(page.url.as_str()).await.expect("sign-in");
}

// security: row 12, 13
#[tokio::test]
async fn wrong_codes_are_counted_as_at_any_sign_in() {
    let Asked { idp, service, an, mut own, asks } = Asked::begin().await;
    let code = to_code(&mut own, &asks).await;
    let sent = idp.newest_code(&an.e164).await;
    let wrong = if sent == "000000" { "000001" } else { "000000" };
    let mut page = code;
    for _ in 0..4 {
        page = own.submit(page.form_with("code").fill("code", wrong).press("action", "verify")).await.expect("code");
    }
    let _ = own.submit(page.form_with("code").fill("code", wrong).press("action", "verify")).await.expect("code-over");
    let _ = own.open(page.url.as_str()).await.expect("code-over");
    let plain = service.authorize_url("openid").to_string();
    assert_eq!(claims(&service, &mut own, &plain).await["aal"], 1);
}

#[tokio::test]
async fn without_a_request_that_asks_for_it_there_is_nothing_to_step_up_for() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let page = browser.open("/sign-in/step-up").await;
    assert_eq!(page.status(), StatusCode::BAD_REQUEST, "{}", page.words());
}
