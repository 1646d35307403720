//! One walk for each preset that the other stories do not walk: where it looks, how it is asked, what comes of its claims, and
//! how people leave it.

use super::{SCOPE, Town, is_signed_in};
use crate::upstream::known;
use portal_id_logwatch::LogWatch;
use portal_id_server::commands::upstream::status;
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::provider::CLIENT_ID;
use portal_id_testkit::service::{claims_of, parameter};
use portal_id_testkit::{OwnKey, Provider, TestIdp, TokenAnswer};
use serde_json::{Value, json};
use std::sync::Arc;
use url::Url;

/// The house of this provider alone, with further lines of its settings.
async fn town(provider: Arc<Provider>, more: &str) -> Town {
    let idp = TestIdp::start_with_providers(&[&provider], |config| {
        config.federation.upstreams.clear();
        provider.configure(config, more);
    })
    .await;
    Town::around(idp, provider).await
}

/// From a service over the provider's button and back; where the person was sent there, and what the service has in the end.
async fn walk(town: &mut Town) -> (Url, TokenAnswer) {
    let page = town.browser.open(town.service.authorize_url(SCOPE).as_str()).await.expect("sign-in");
    let button = page.link(&format!("by-{}", town.portal.id)).expect("the button");
    let there = town.browser.open(&button).await.expect_away(&town.portal.base);
    let page = town.come_back(&there).await;
    (there, town.tokens(page).await)
}

/// Signs out at the service; where the browser is sent.
async fn sign_out(town: &mut Town, tokens: &TokenAnswer) -> Url {
    let parameters =
        [("id_token_hint", tokens.field("id_token")), ("post_logout_redirect_uri", town.service.post_logout.clone())];
    let request = Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap();
    let way = town.browser.open(request.as_str()).await.expect_away(&town.portal.base);
    assert!(!is_signed_in(&mut town.browser).await);
    way
}

/// Comes back from there to the service.
async fn back_at_the_service(town: &mut Town, way: &Url) {
    let mut back = Url::parse(&parameter(way, "post_logout_redirect_uri").expect("a way back")).unwrap();
    assert_eq!(back.path(), format!("/upstream/{}/signed-out", town.portal.id));
    back.query_pairs_mut().append_pair("state", &parameter(way, "state").expect("somebody waits"));
    let _ = town.browser.open(back.as_str()).await.expect_away(&town.service.post_logout);
}

fn asks(there: &Url, wanted: &[(&str, Option<&str>)]) {
    for (name, value) in wanted {
        assert_eq!(parameter(there, name).as_deref(), *value, "{name} in {there}");
    }
}

#[tokio::test]
async fn a_keycloak_realm_is_found_below_its_address_and_its_numbers_are_taken_at_the_level_that_is_set() {
    const REALM: &str = "/auth/realms/tinh/protocol/openid-connect";
    let mut town = town(Provider::keycloak("digo"), "default_level = { ial = 1, amr = [\"pwd\"] }").await;
    let (there, tokens) = walk(&mut town).await;
    assert_eq!(there.path(), format!("{REALM}/auth"));
    asks(
        &there,
        &[
            ("scope", Some("openid profile email phone")),
            ("code_challenge_method", Some("S256")),
            ("ui_locales", Some("vi")),
            ("acr_values", None),
        ],
    );
    let asked = |path: &str| town.portal.asked_at(&format!("{REALM}{path}"));
    let token = &asked("/token")[0];
    assert!(token.authorization.as_ref().unwrap().starts_with("Basic ") && token.field("client_secret").is_none());
    assert!(token.field("code_verifier").is_some());
    assert_eq!(asked("/userinfo")[0].method, "GET");
    assert_eq!(
        (asked("/certs").len(), town.portal.asked_at("/auth/realms/tinh/.well-known/openid-configuration").len()),
        (1, 1)
    );
    let id_token = tokens.id_token();
    assert_eq!((&id_token["ial"], &id_token["amr"]), (&json!(1), &json!(["pwd"])));
    let userinfo = town.service.userinfo(&tokens.field("access_token")).await.json();
    for (claim, value) in [
        ("name", json!("Lê Văn Cường")),
        ("birthdate", json!("1979-05-02")),
        ("identity_number", json!("024079004321")),
        ("identity_number_verified", json!(true)),
        ("identity_number_source", json!("provider")),
        ("former_number", json!("121234567")),
        ("account_type", json!("citizen")),
    ] {
        assert_eq!(userinfo[claim], value, "{claim} in {userinfo}");
    }
    let way = sign_out(&mut town, &tokens).await;
    assert_eq!(way.path(), format!("{REALM}/logout"));
    back_at_the_service(&mut town, &way).await;
}

#[tokio::test]
async fn a_wso2_is_found_by_its_metadata_and_is_believed_nothing_but_who_somebody_is() {
    let mut town = town(Provider::wso2("tinh"), "").await;
    let (there, tokens) = walk(&mut town).await;
    assert_eq!(there.path(), "/oauth2/authorize");
    asks(&there, &[("scope", Some("openid profile email phone")), ("code_challenge_method", Some("S256"))]);
    assert_eq!(town.portal.asked_at("/oauth2/token/.well-known/openid-configuration").len(), 1);
    let token = &town.portal.asked_at("/oauth2/token")[0];
    assert_eq!((token.field("client_secret"), &token.authorization), (Some(town.portal.secret().as_str()), &None));
    let userinfo = &town.portal.asked_at("/oauth2/userinfo")[0];
    assert_eq!(
        (userinfo.method, userinfo.authorization.as_deref()),
        ("POST", Some("Bearer access-token-of-the-portal"))
    );
    let id_token = tokens.id_token();
    assert_eq!(id_token["ial"], json!(0));
    let account = AccountId::from_text(id_token["sub"].as_str().unwrap());
    let known = known(&town.idp, &account).await;
    assert!(known.vouched.is_empty() && known.profile.full_name.is_none(), "what nobody vouches for is not taken");
    // It is the same person the next time.
    town.browser = town.idp.browser();
    let (_, again) = walk(&mut town).await;
    assert_eq!(again.id_token()["sub"], id_token["sub"]);
    let way = sign_out(&mut town, &again).await;
    assert_eq!(way.path(), "/oidc/logout");
    back_at_the_service(&mut town, &way).await;
}

#[tokio::test]
async fn vneid_is_asked_by_a_key_of_ours_at_the_addresses_that_were_told_and_left_by_the_one_in_its_claims() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    std::fs::write(&file, OwnKey::named("ours").private_jwk().to_string()).unwrap();
    let more = format!(
        "issuer = \"https://vneid.example\"\ntoken_endpoint = \"https://vneid.example/told/token\"\nuserinfo_endpoint = \"https://vneid.example/told/userinfo\"\njwks_uri = \"https://vneid.example/told/keys\"\nprivate_key_file = \"{}\"\nprivate_key_algorithm = \"ES256\"\nprivate_key_id = \"tinh-1\"\n",
        file.display()
    );
    let mut town = town(Provider::vneid(), &more).await;
    let (there, tokens) = walk(&mut town).await;
    assert_eq!(there.path(), "/auth");
    asks(&there, &[("scope", Some("openid")), ("code_challenge_method", Some("S256")), ("ui_locales", None)]);
    let token = &town.portal.asked_at("/told/token")[0];
    assert_eq!((token.field("client_secret"), token.field("client_id")), (None, Some(CLIENT_ID)));
    // They verify it with what the operator was told to send them.
    let said = status(&town.idp.house, None).await.unwrap();
    let told = said.lines().find_map(|line| line.trim().strip_prefix("and our key: ")).expect("our key");
    let told: Value = serde_json::from_str(told).unwrap();
    assert_eq!((&told["kid"], &told["x"]), (&json!("tinh-1"), &OwnKey::named("ours").public_jwk()["x"]));
    assert!(told.get("d").is_none(), "{told}");
    let registered = portal_id_keys::ClientKeys::check(&json!({ "keys": [told] })).unwrap();
    let assertion = registered.verify(token.field("client_assertion").unwrap(), &["JWT"]).unwrap();
    assert_eq!(assertion["aud"], json!("https://vneid.example"));
    let id_token = tokens.id_token();
    assert_eq!(id_token["acr"], "urn:portal-id:loa:3");
    assert_eq!(
        (&id_token["ial"], &id_token["amr"]),
        (&json!(2), &json!(["pwd", "otp", "mfa"])),
        "IAL decides, not loAs"
    );
    let userinfo = town.service.userinfo(&tokens.field("access_token")).await.json();
    for (claim, value) in [
        ("name", json!("Trần Thị Bình")),
        ("identity_number", json!("024185001234")),
        ("identity_number_source", json!("national_portal")),
    ] {
        assert_eq!(userinfo[claim], value, "{claim} in {userinfo}");
    }
    let way = sign_out(&mut town, &tokens).await;
    assert_eq!((way.path(), parameter(&way, "phien").as_deref()), ("/thoat", Some("1")), "the person's own: {way}");
    back_at_the_service(&mut town, &way).await;
}

/// The longest ID token that is read makes an address that not every browser takes.
#[tokio::test]
async fn whose_way_out_would_be_too_long_for_browsers_is_signed_out_here_and_goes_on_to_the_service() {
    let mut town = Town::begin().await;
    town.portal.inside().id_token.insert("x".to_owned(), json!("x".repeat(5_600)));
    let (_, tokens) = walk(&mut town).await;
    assert!(claims_of(&tokens.field("id_token")).get("x").is_none(), "ours is none of theirs");
    let parameters =
        [("id_token_hint", tokens.field("id_token")), ("post_logout_redirect_uri", town.service.post_logout.clone())];
    let request = Url::parse_with_params("https://id.example.gov.vn/sign-out", parameters).unwrap();
    let log = LogWatch::begin();
    let _ = town.browser.open(request.as_str()).await.expect_away(&town.service.post_logout);
    let told: Vec<_> = log.all().into_iter().filter(|line| line.contains("too long")).collect();
    assert!(told.len() == 1 && told[0].contains("upstream=vnconnect") && !told[0].contains("eyJ"), "{told:?}");
    assert!(!is_signed_in(&mut town.browser).await);
}
