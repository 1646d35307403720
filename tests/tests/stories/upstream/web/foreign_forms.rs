//! A browser holds the policy of a form's page against every redirect that follows. A service's page knows us, and a
//! provider's knows us, but neither knows the other (decisions 17): so from one to the other leads a page of ours.

use super::Town;
use portal_id_testkit::service::parameter;
use url::Url;

fn sign_out(town: &Town, hint: &str) -> Url {
    let parameters = [
        ("id_token_hint", hint),
        ("post_logout_redirect_uri", town.service.post_logout.as_str()),
        ("state", "of-the-service"),
    ];
    Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap()
}

#[tokio::test]
async fn from_a_service_s_sign_out_to_the_provider_and_back_lead_pages() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let hint = town.tokens(page).await.field("id_token");
    let mut browser = town.browser.clone().showing_pages();
    let page = browser.open(sign_out(&town, &hint).as_str()).await.expect("leaving");
    let there = Url::parse(&page.link("continue").unwrap()).unwrap();
    assert!(there.as_str().starts_with(&town.portal.base), "{there}");
    let policy = page.html();
    assert!(policy.contains("content=\"0; url="), "without JavaScript it goes on at once: {policy}");
    let back = format!("/upstream/vnconnect/signed-out?state={}", parameter(&there, "state").unwrap());
    let page = browser.open(&back).await.expect("going-back");
    let service = Url::parse(&page.link("go-back").unwrap()).unwrap();
    assert!(service.as_str().starts_with(&town.service.post_logout), "{service}");
    assert_eq!(parameter(&service, "state").as_deref(), Some("of-the-service"));
}

#[tokio::test]
async fn a_program_is_redirected_as_ever() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let hint = town.tokens(page).await.field("id_token");
    let there = town.browser.open(sign_out(&town, &hint).as_str()).await.expect_away(&town.portal.base);
    let back = format!("/upstream/vnconnect/signed-out?state={}", parameter(&there, "state").unwrap());
    let _ = town.browser.open(&back).await.expect_away(&town.service.post_logout);
}

#[tokio::test]
async fn a_request_that_names_the_provider_may_come_by_a_form() {
    let town = Town::begin().await;
    let request = town.service.authorize_url_with("openid profile", &[("idp_hint", "vnconnect")]);
    let page = town.browser.clone().showing_pages().open(request.as_str()).await.expect("going-there");
    assert!(page.link("go-there").unwrap().starts_with(&town.portal.base));
    let mut program = town.browser.clone();
    let _ = program.open(request.as_str()).await.expect_away(&town.portal.base);
}
