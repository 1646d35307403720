//! A service from which a person takes back what it may know is told that it is signed in no more (OpenID Connect
//! Back-Channel Logout 1.0 §2.5), and hears nothing more of that person.

use crate::back_channel::{address, leave, notices, of, rows, told};
use crate::consents::revoke;
use crate::front_channel::frames;
use crate::walk::{decide, signed_in};
use http::StatusCode;
use portal_id_testkit::core::client::ClientMetadata;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::claims_of;
use portal_id_testkit::{Browser, Citizen, Service, TestIdp};

/// A service that asks for consent.
async fn asking(idp: &TestIdp, id: &str, change: impl FnOnce(&mut ClientMetadata)) -> Service {
    idp.service().id(id).with(change).register().await
}

/// One that wants to be told.
async fn that_is_told(idp: &TestIdp, id: &str) -> Service {
    idp.beyond.at(&address(id), 200, "");
    asking(idp, id, |client| client.backchannel_logout_uri = Some(address(id))).await
}

/// Signs in to a service, with the page of consent if it comes: whom it then knows by which session.
async fn reach(browser: &mut Browser, service: &Service) -> (String, String) {
    let mut page = browser.open(service.authorize_url("openid profile offline_access").as_str()).await;
    if page.name() == "consent" {
        page = decide(browser, &page, "allow").await;
    }
    of(&service.redeem(&page.expect_away(&service.redirect_uri)).await.id_token())
}

/// A person at a computer and at a phone, and another person.
struct People {
    idp: TestIdp,
    an: Citizen,
    computer: Browser,
    phone: Browser,
    binh: Browser,
}

async fn people() -> People {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let computer = signed_in(&idp, &an).await;
    idp.advance(Span::minutes(2)).await;
    let phone = signed_in(&idp, &an).await;
    let binh = idp.citizen("le.van.binh").activated().create().await;
    let binh = signed_in(&idp, &binh).await;
    People { idp, an, computer, phone, binh }
}

fn sorted<const N: usize>(mut all: [(String, String); N]) -> Vec<(String, String)> {
    all.sort();
    all.to_vec()
}

// security: row 22
#[tokio::test]
async fn the_service_is_told_for_each_session_it_was_signed_in_with_and_no_other_service_is() {
    let People { idp, mut computer, mut phone, mut binh, .. } = people().await;
    let (tax, land) = (that_is_told(&idp, "tax").await, that_is_told(&idp, "land").await);
    let at_computer = reach(&mut computer, &tax).await;
    let at_phone = reach(&mut phone, &tax).await;
    let his = reach(&mut binh, &tax).await;
    let at_land = reach(&mut computer, &land).await;
    // What these sessions were given without offline_access would be long gone.
    idp.advance(Span::minutes(9)).await;
    assert!(told(&idp).await.is_empty());

    // Whom it does not know it cannot lose.
    assert_eq!(revoke(&mut binh, "land").await.status(), StatusCode::NOT_FOUND);
    assert!(rows(&idp, "land").await.is_empty());

    let _ = computer.open("/account/services").await.expect("services");
    let before = idp.house.counters.writes();
    let _ = revoke(&mut computer, "tax").await.expect("services");
    assert_eq!(idp.house.counters.writes() - before, 1, "in the transaction that takes it back");
    let parted = sorted([at_computer.clone(), at_phone]);
    assert_eq!(told(&idp).await, parted);
    for token in notices(&idp) {
        let claims = claims_of(&token);
        assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object(), "{claims}");
    }

    // It hears nothing more of her: neither that she leaves nor where.
    leave(&mut phone).await;
    assert_eq!(told(&idp).await, parted);
    leave(&mut computer).await;
    assert_eq!(told(&idp).await, sorted([parted[0].clone(), parted[1].clone(), at_land.clone()]));
    leave(&mut binh).await;
    assert_eq!(told(&idp).await, sorted([parted[0].clone(), parted[1].clone(), at_land, his]));
    idp.expect_an_empty_outbox().await;
}

#[tokio::test]
async fn whoever_allows_it_again_is_signed_in_there_again_and_the_end_is_told() {
    let People { idp, mut computer, .. } = people().await;
    let tax = that_is_told(&idp, "tax").await;
    let first = reach(&mut computer, &tax).await;
    let _ = revoke(&mut computer, "tax").await.expect("services");
    assert_eq!(reach(&mut computer, &tax).await, first, "the session here is the same");
    leave(&mut computer).await;
    assert_eq!(told(&idp).await, [first.clone(), first]);
}

#[tokio::test]
async fn a_session_that_was_over_before_is_not_told_again() {
    let People { idp, an, mut computer, mut phone, .. } = people().await;
    let tax = that_is_told(&idp, "tax").await;
    let (at_computer, at_phone) = (reach(&mut computer, &tax).await, reach(&mut phone, &tax).await);
    leave(&mut computer).await;
    assert_eq!(told(&idp).await, std::slice::from_ref(&at_computer));
    idp.advance(Span::minutes(2)).await;
    let mut elsewhere = signed_in(&idp, &an).await;
    let _ = revoke(&mut elsewhere, "tax").await.expect("services");
    assert_eq!(told(&idp).await, sorted([at_computer, at_phone]));
}

#[tokio::test]
async fn a_service_without_an_address_is_not_called_and_the_browser_still_tells_it_at_the_end() {
    let People { idp, mut computer, .. } = people().await;
    let quiet = asking(&idp, "quiet", |_| ()).await;
    let front = asking(&idp, "front", |client| {
        client.frontchannel_logout_uri = Some("https://service.example.vn/out".to_owned());
    });
    let front = front.await;
    reach(&mut computer, &quiet).await;
    let (_, sid) = reach(&mut computer, &front).await;
    for id in ["quiet", "front"] {
        let _ = revoke(&mut computer, id).await.expect("services");
        assert!(rows(&idp, id).await.is_empty(), "{id}");
    }
    assert!(told(&idp).await.is_empty() && idp.beyond.posted().is_empty());
    let page = computer.open("/sign-out").await.expect("sign-out");
    let page = computer.submit(page.form_to("/sign-out/confirm")).await;
    let frames = frames(&page);
    assert_eq!(frames.len(), 1, "{frames:?}");
    assert!(frames[0].as_str().ends_with(&format!("&sid={sid}")), "{frames:?}");
}

// security: row 23
#[tokio::test]
async fn a_service_that_is_switched_off_is_not_called() {
    let People { idp, mut computer, .. } = people().await;
    let tax = that_is_told(&idp, "tax").await;
    reach(&mut computer, &tax).await;
    let now = idp.now();
    crate::walk::change_client(&idp, "tax", move |client| client.disabled_at = Some(now)).await;
    let _ = revoke(&mut computer, "tax").await.expect("services");
    assert!(rows(&idp, "tax").await.is_empty());
}
