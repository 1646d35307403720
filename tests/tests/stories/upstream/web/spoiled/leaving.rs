//! The way back from signing out there, and what a provider says of it itself.

use super::{swapped, usual};
use crate::upstream::web::logout_tokens::{good, signed_by};
use crate::upstream::web::{Town, is_signed_in};
use http::Request;
use portal_id_testkit::Page;
use portal_id_testkit::browser::Answer;
use portal_id_testkit::service::parameter;
use url::Url;

/// A person who signed out by a service and is at the provider; what the provider sends them back with.
async fn left(town: &mut Town) -> String {
    town.browser = town.idp.browser();
    let page = town.walk().await;
    let hint = town.tokens(page).await.field("id_token");
    let request = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", &town.service.post_logout)];
    let request = Url::parse_with_params("https://id.example.gov.vn/sign-out", request).unwrap();
    let there = town.browser.open(request.as_str()).await.expect_away("https://portal.example/oidc/logout?");
    parameter(&there, "state").expect("where the service waits")
}

async fn come_back(town: &mut Town, id: &str, values: &[String]) -> Page {
    let mut back = Url::parse(&format!("https://id.example.gov.vn/upstream/{id}/signed-out")).unwrap();
    back.query_pairs_mut().extend_pairs(values.iter().map(|value| ("state", value)));
    town.browser.open(back.as_str()).await
}

// security: rows 2, 36
#[tokio::test]
async fn whatever_comes_back_from_a_sign_out_but_our_own_seal_leads_nowhere_and_spoils_nothing() {
    let mut town = Town::begin().await;
    let of_other = left(&mut town).await;
    let state = left(&mut town).await;
    let mut tries = usual(&state);
    for (how, value) in [
        ("in the other case", swapped(&state)),
        ("cut", state[..state.len() - 1].to_owned()),
        ("of another browser", of_other),
        ("an address", "https://evil.example/".to_owned()),
        ("with a blank", format!(" {state}")),
    ] {
        tries.push((how, vec![value]));
    }
    for (how, values) in tries {
        let page = come_back(&mut town, "vnconnect", &values).await;
        let (name, status) = if how == "endless" { ("error", 414) } else { ("signed-out", 200) };
        assert_eq!((page.name().as_str(), page.status().as_u16()), (name, status), "{how}");
        assert!(!page.html().contains("\"https://evil") && !is_signed_in(&mut town.browser).await, "{how}");
        // The good one still leads where the service waits.
        let page = come_back(&mut town, "vnconnect", std::slice::from_ref(&state)).await;
        let _ = page.expect_away(&town.service.post_logout);
    }
    let page = town.walk().await;
    town.tokens(page).await.fields();
}

/// Posts these fields as a provider does.
async fn post(town: &Town, id: &str, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(format!("/upstream/{id}/backchannel-logout"))
        .header("content-type", "application/x-www-form-urlencoded");
    town.idp.browser().send_raw(request.body(body.into()).unwrap()).await
}

fn token(town: &Town) -> String {
    let key = town.portal.inside().key.clone();
    signed_by(&key, &good(&town.idp, &town.portal))
}

// security: rows 26, 36
#[tokio::test]
async fn a_logout_token_spoiled_in_every_way_ends_nothing_and_uses_nothing_up() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    town.tokens(page).await.fields();
    let good = token(&town);
    let mut tries = usual(&good);
    for (how, value) in [
        ("in the other case", swapped(&good)),
        ("cut", good[..good.len() - 1].to_owned()),
        ("with a blank", format!(" {good}")),
        ("with more behind it", format!("{good}.x")),
        ("in quotes", format!("\"{good}\"")),
    ] {
        tries.push((how, vec![value]));
    }
    let spoiled = tries.iter().map(|(how, values)| {
        (*how, "vnconnect", values.iter().map(|value| ("logout_token", value.as_str())).collect::<Vec<_>>())
    });
    let mut spoiled: Vec<_> = spoiled.collect();
    spoiled.extend([
        ("by another name", "vnconnect", vec![("Logout_Token", good.as_str())]),
        ("by the name of another token", "vnconnect", vec![("id_token", good.as_str())]),
        ("at nobody's address", "nobody", vec![("logout_token", good.as_str())]),
        ("at an address in the other case", "VNCONNECT", vec![("logout_token", good.as_str())]),
        ("at an address in NFD", "e%CC%82%CC%81", vec![("logout_token", good.as_str())]),
    ]);
    for (how, id, fields) in spoiled {
        let answer = post(&town, id, &fields).await;
        assert_eq!(answer.status.as_u16(), 400, "{how}: {}", answer.text());
        assert_eq!(answer.json()["error"], "invalid_request", "{how}");
        let id = answer.header("x-request-id").unwrap();
        assert!(answer.json()["error_description"].as_str().unwrap().ends_with(&format!("; request {id}")), "{how}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{how}");
        assert!(is_signed_in(&mut town.browser).await, "{how}");
    }
    // What nobody knows is passed over, and the good one still counts, once.
    let answer = post(&town, "vnconnect", &[("logout_token", &good), ("extra", "1"), ("extra", "2")]).await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, ""));
    assert!(!is_signed_in(&mut town.browser).await);
    assert_eq!(post(&town, "vnconnect", &[("logout_token", &good)]).await.status, 400);
    let page = town.walk().await;
    town.tokens(page).await.fields();
}
