//! Straight through, the first time and the second.

use super::Town;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use serde_json::json;

#[tokio::test]
async fn a_citizen_arrives_by_the_national_portal_and_the_service_learns_what_it_vouches_for() {
    let mut town = Town::begin().await;
    let page = town.walk().await;
    let tokens = town.tokens(page).await;
    let id_token = tokens.id_token();
    assert_eq!(id_token["acr"], "urn:portal-id:loa:3");
    assert_eq!((&id_token["ial"], &id_token["aal"]), (&json!(2), &json!(2)));
    assert_eq!(id_token["amr"], json!(["pwd", "sms", "mfa"]));
    assert_eq!(id_token["auth_time"], json!(town.idp.now().seconds() - 5), "when they signed in there");
    let userinfo = town.service.userinfo(&tokens.field("access_token")).await.json();
    assert_eq!((&userinfo["name"], &userinfo["birthdate"]), (&json!("Trần Thị Bình"), &json!("1985-03-15")));
    assert_eq!(
        (&userinfo["identity_number"], &userinfo["identity_number_verified"], &userinfo["identity_number_source"]),
        (&json!("024185001234"), &json!(true), &json!("national_portal"))
    );
    for absent in ["email", "phone_number", "preferred_username"] {
        assert!(userinfo.get(absent).is_none(), "nothing is invented: {userinfo}");
    }
    assert!(town.idp.audited(AuditKind::AccountMadeByFederation).await);
    // The second time, later and in another browser, it is the same person.
    town.idp.advance(Span::days(2)).await;
    town.browser = town.idp.browser();
    let page = town.walk().await;
    let again = town.tokens(page).await.id_token();
    assert_eq!(again["sub"], id_token["sub"]);
    assert_eq!(again["auth_time"], json!(town.idp.now().seconds() - 5));
    // Somebody else is not.
    town.portal.inside().id_token.insert("sub".to_owned(), json!("s-cuc"));
    town.portal.inside().userinfo.extend(
        json!({ "sub": "s-cuc", "TechID": "cuc", "SoDinhDanh": "024185009999", "HoVaTen": "Lê Thị Cúc" })
            .as_object()
            .unwrap()
            .clone(),
    );
    town.browser = town.idp.browser();
    let page = town.walk().await;
    assert_ne!(town.tokens(page).await.id_token()["sub"], id_token["sub"]);
}
