//! The walk that most stories begin with.

use portal_id_testkit::core::client::Client;
use portal_id_testkit::core::ids::ClientId;
use portal_id_testkit::core::store::Tx;
use portal_id_testkit::service::TokenAnswer;
use portal_id_testkit::{Browser, Citizen, Page, Service, TestIdp};
use url::Url;

/// From a service's request to the consent page.
pub(crate) async fn to_consent(idp: &TestIdp, citizen: &Citizen, browser: &mut Browser, request: &Url) -> Page {
    let sign_in = browser.open(request.as_str()).await.expect("sign-in");
    citizen.sign_in(idp, browser, &sign_in).await.expect("consent")
}

/// Presses one of the consent page's buttons.
pub(crate) async fn decide(browser: &mut Browser, consent: &Page, decision: &str) -> Page {
    browser.submit(consent.form_with("decision").press("decision", decision)).await
}

/// From a service's request through sign-in and consent to the callback.
pub(crate) async fn to_callback(
    idp: &TestIdp,
    citizen: &Citizen,
    browser: &mut Browser,
    service: &Service,
    scope: &str,
) -> Url {
    let consent = to_consent(idp, citizen, browser, &service.authorize_url(scope)).await;
    decide(browser, &consent, "allow").await.expect_away(&service.redirect_uri)
}

/// Signs a citizen in without any service.
pub(crate) async fn signed_in(idp: &TestIdp, citizen: &Citizen) -> Browser {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await.expect("sign-in");
    let _ = citizen.sign_in(idp, &mut browser, &page).await.expect("home");
    browser
}

/// Signs a citizen in, in this browser, without any service; gives the page that it ends at.
pub(crate) async fn sign_in_with(idp: &TestIdp, citizen: &Citizen, browser: &mut Browser) -> Page {
    let page = browser.open("/sign-in").await.expect("sign-in");
    citizen.sign_in(idp, browser, &page).await
}

/// Gives a service what it asks for, from a browser that is signed in.
pub(crate) async fn tokens(browser: &mut Browser, service: &Service, scope: &str) -> TokenAnswer {
    let callback = browser.open(service.authorize_url(scope).as_str()).await.expect_away(&service.redirect_uri);
    service.redeem(&callback).await
}

/// Changes what is registered of a service, past what an operator would be told about it.
pub(crate) async fn change_client(idp: &TestIdp, id: &str, change: impl Fn(&mut Client) + Send + 'static) {
    let id = ClientId::from_text(id);
    let body = move |tx: &mut dyn Tx| {
        let mut client = tx.find_client(&id)?.expect("the client");
        change(&mut client);
        tx.update_client(&client)
    };
    assert!(idp.house.store.tx("change", body).await.unwrap());
}

/// The headers of an answer, without what differs from one request to the next: its name, cookies, the nonce of its policy.
pub(crate) fn headers(page: &Page) -> Vec<(String, String)> {
    let own = |name: &str| matches!(name, "x-request-id" | "set-cookie" | "content-length");
    let value = |value: &http::HeaderValue| {
        let text = value.to_str().unwrap();
        let pieces = text.split(' ').map(|word| if word.starts_with("'nonce-") { "'nonce'" } else { word });
        pieces.collect::<Vec<_>>().join(" ")
    };
    let all = page.answer.headers.iter().filter(|(name, _)| !own(name.as_str()));
    all.map(|(name, text)| (name.to_string(), value(text))).collect()
}
