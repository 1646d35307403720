//! Who vouches for somebody's number, and since when, as a service is told at each of their arrivals.

use super::{SCOPE, Town, links};
use crate::upstream::{id_of, verify};
use crate::walk::sign_in_with;
use portal_id_testkit::Page;
use portal_id_testkit::core::claim_aliases::{AliasSource, ClaimAliases};
use portal_id_testkit::core::profile::IdentifierKind;
use portal_id_testkit::core::time::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Source, time, and the level in the words of the national sign-in.
async fn told(town: &Town, page: Page) -> [Value; 3] {
    let tokens = town.tokens(page).await;
    let userinfo = town.service.userinfo(&tokens.field("access_token")).await.json();
    ["identity_number_source", "identity_number_verified_at", "assurance"].map(|claim| userinfo[claim].clone())
}

/// Tomorrow, in another browser, An arrives by the portal, at this level.
async fn arrive(town: &mut Town, level: &str) -> [Value; 3] {
    town.idp.advance(Span::days(1)).await;
    town.portal.inside().userinfo.insert("loAs".to_owned(), json!(level));
    town.browser = town.idp.browser();
    let page = town.walk().await;
    told(town, page).await
}

// security: row 11
#[tokio::test]
async fn a_service_learns_of_the_strongest_word_and_of_the_latest_of_those() {
    let mut town = Town::begin().await;
    let names = BTreeMap::from([("assurance".to_owned(), AliasSource::NumberAssurance)]);
    let aliases = ClaimAliases { preset: None, names };
    let service = town.idp.service().id("other").with(|client| {
        client.first_party = true;
        client.claim_aliases = aliases;
    });
    town.service = service.register().await;
    let an = town.idp.citizen("nguyen.thi.an").activated().create().await;
    verify(&town.idp, &id_of(&town.idp, &an.username).await, IdentifierKind::IdentityNumber, &an.identity_number).await;
    let seen = json!(town.idp.now().seconds());
    town.idp.advance(Span::days(1)).await;
    let _ = sign_in_with(&town.idp, &an, &mut town.browser).await.expect("home");
    let page = town.browser.open(town.service.authorize_url(SCOPE).as_str()).await;
    assert_eq!(told(&town, page).await, [json!("desk"), seen, json!("LoA1")]);

    town.portal.inside().userinfo.insert("SoDinhDanh".to_owned(), json!(an.identity_number));
    let _ = links::link(&mut town).await;
    for level in ["LoA1", "LoA2", "LoA2"] {
        let now = json!(town.idp.now().seconds() + Span::days(1).as_seconds());
        assert_eq!(arrive(&mut town, level).await, [json!("national_portal"), now, json!("LoA2")], "{level}");
    }
    let strongest = json!(town.idp.now().seconds());
    assert_eq!(arrive(&mut town, "LoA1").await, [json!("national_portal"), strongest, json!("LoA2")]);
}
