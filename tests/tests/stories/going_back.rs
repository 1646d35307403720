//! Back to a service after a form of ours. Chromium holds every redirect that follows a form against the form's page, the
//! service's own further ones too, so that browsers get a page that goes on by itself (decisions 17).

use crate::walk::{signed_in, tokens};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Page, TestIdp};
use url::Url;

/// Where the page leads, by itself and by its link.
fn destination(page: &Page) -> Url {
    let by_itself = page.attribute("head meta[http-equiv=refresh]", "content").expect("a page that goes on by itself");
    let link = page.link("go-back").expect("a link for whoever stays");
    assert_eq!(by_itself, format!("0;url={link}"));
    Url::parse(&link).unwrap()
}

#[tokio::test]
async fn after_the_consent_a_browser_gets_a_page_that_goes_on_and_a_program_a_redirect() {
    let idp = TestIdp::start().await;
    let service = idp.service().register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await.showing_pages();
    for decision in ["deny", "allow"] {
        let consent = browser.open(service.authorize_url("openid").as_str()).await.expect("consent");
        let form = consent.form_with("decision").press("decision", decision);
        let (mut program, theirs) = (browser.clone(), consent.form_with("decision").press("decision", decision));
        let page = browser.submit(form).await.expect("going-back");
        assert_eq!(page.status(), 200);
        let callback = destination(&page);
        assert!(callback.as_str().starts_with(&service.redirect_uri), "{callback}");
        assert_eq!(parameter(&callback, "state").as_deref(), Some("state-of-the-test"));
        if decision == "allow" {
            let _ = service.redeem(&callback).await.id_token();
        } else {
            assert_eq!(parameter(&callback, "error").as_deref(), Some("access_denied"));
        }
        program.navigates = false;
        program.submit(theirs).await.expect_away(&service.redirect_uri);
    }
}

#[tokio::test]
async fn after_the_code_too_but_not_where_no_form_of_ours_was_shown() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser().showing_pages();
    let sign_in = browser.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
    let page = an.sign_in(&idp, &mut browser, &sign_in).await.expect("going-back");
    let hint = service.redeem(&destination(&page)).await.field("id_token");
    for extra in [&[][..], &[("prompt", "none")]] {
        let silent = browser.open(service.authorize_url_with("openid", extra).as_str()).await;
        let _ = silent.expect_away(&service.redirect_uri);
    }
    let leave = Url::parse_with_params(
        "https://id.example.gov.vn/sign-out",
        [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", &service.post_logout)],
    );
    browser.open(leave.unwrap().as_str()).await.expect_away(&service.post_logout);
}

#[tokio::test]
async fn whoever_was_asked_about_leaving_goes_back_by_a_page() {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut earlier = signed_in(&idp, &an).await;
    let hint = tokens(&mut earlier, &service, "openid").await.field("id_token");
    idp.advance(Span::minutes(5)).await;
    let mut browser = signed_in(&idp, &an).await.showing_pages();
    let leave = Url::parse_with_params(
        "https://id.example.gov.vn/sign-out",
        [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", &service.post_logout), ("state", "bye")],
    );
    let asked = browser.open(leave.unwrap().as_str()).await.expect("sign-out");
    let page = browser.submit(asked.form_to("/sign-out/confirm")).await.expect("going-back");
    assert_eq!(destination(&page).as_str(), format!("{}?state=bye", service.post_logout));
}
