//! We prove who we are by a key of ours (`private_key_jwt`), and the provider has its public half from us.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::house::{House, NOW, id, settings};
use super::provider::{Asked, CLIENT_ID, Key, Provider};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_keys::ClientKeys;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Our private key as a file, gone at the end.
struct KeyFile(PathBuf);

impl KeyFile {
    fn of(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("portal-id-federation-{}-{test}.json", std::process::id()));
        let mut private = Key::of("whatever-the-file-says", 9).public_jwk();
        private["d"] = json!(URL_SAFE_NO_PAD.encode([9; 32]));
        std::fs::write(&path, private.to_string()).unwrap();
        Self(path)
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn house(provider: &Provider, file: &Path, more: &str) -> House {
    let toml = format!(
        "id = \"vnconnect\"\npreset = \"vnconnect\"\nbase_url = \"{}\"\nclient_id = \"{CLIENT_ID}\"\nclient_auth = \"private_key_jwt\"\nprivate_key_algorithm = \"ES256\"\nprivate_key_file = \"{}\"\n{more}",
        provider.base,
        file.display()
    );
    House::with(vec![settings(&toml)])
}

/// The assertion of one request: its header, and its claims, if the registered half verifies it.
fn assertion(asked: &Asked, registered: &Map<String, Value>) -> (Value, Map<String, Value>) {
    assert!(asked.field("client_secret").is_none());
    assert_eq!(asked.field("client_assertion_type").unwrap(), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert_eq!(asked.field("client_id").as_deref(), Some(CLIENT_ID));
    let assertion = asked.field("client_assertion").unwrap();
    let header = URL_SAFE_NO_PAD.decode(assertion.split('.').next().unwrap()).unwrap();
    let keys = ClientKeys::check(&json!({ "keys": [registered] })).unwrap();
    (serde_json::from_slice(&header).unwrap(), keys.verify(&assertion, &["JWT"]).unwrap())
}

// security: row 19
#[tokio::test]
async fn an_assertion_of_ours_is_signed_for_the_issuer_alone_and_new_each_time() {
    let provider = Provider::start().await;
    let file = KeyFile::of("issuer");
    let house = house(&provider, &file.0, "");
    house.round_trip(&provider).await.unwrap();
    house.round_trip(&provider).await.unwrap();
    let registered = house.federation.public_key(&id()).unwrap();
    let [(header, first), (_, second)] = <[_; 2]>::try_from(
        provider.asked("/oauth2/token").iter().map(|asked| assertion(asked, registered)).collect::<Vec<_>>(),
    )
    .unwrap();
    assert_eq!((&header["alg"], &header["kid"]), (&json!("ES256"), &registered["kid"]));
    assert_eq!(registered["kid"].as_str().unwrap().len(), 43, "its thumbprint, not what the file says");
    assert_eq!(first["aud"], json!(format!("{}/oauth2/token", provider.base)), "the issuer, as one string");
    assert_eq!((&first["iss"], &first["sub"]), (&json!(CLIENT_ID), &json!(CLIENT_ID)));
    assert!(first["jti"].as_str().unwrap().len() >= 22);
    assert_ne!(first["jti"], second["jti"]);
    let (now, expires) = (NOW.seconds(), first["exp"].as_i64().unwrap());
    assert!(first["iat"].as_i64().unwrap() <= now && (now + 1..=now + 300).contains(&expires), "{first:?}");
    // Another key signs nothing that this half verifies.
    let other = ClientKeys::check(&json!({ "keys": [Key::of("other", 8).public_jwk()] })).unwrap();
    let sent = provider.asked("/oauth2/token")[0].field("client_assertion").unwrap();
    assert!(other.verify(&sent, &["JWT"]).is_err());
}

// security: row 19
#[tokio::test]
async fn a_provider_that_knows_the_key_or_itself_by_another_name_is_addressed_by_it() {
    let provider = Provider::start().await;
    let file = KeyFile::of("names");
    let more = "private_key_id = \"tinh-2026\"\nassertion_audience = \"https://old.example/oauth2/token\"";
    let house = house(&provider, &file.0, more);
    house.round_trip(&provider).await.unwrap();
    let registered = house.federation.public_key(&id()).unwrap();
    assert_eq!(registered["kid"], json!("tinh-2026"));
    let (header, claims) = assertion(&provider.asked("/oauth2/token")[0], registered);
    assert_eq!((&header["kid"], &claims["aud"]), (&json!("tinh-2026"), &json!("https://old.example/oauth2/token")));
}

#[tokio::test]
async fn what_is_told_of_the_key_is_its_public_half_and_nothing_where_there_is_none() {
    let provider = Provider::start().await;
    let file = KeyFile::of("public");
    let house = house(&provider, &file.0, "");
    let registered = house.federation.public_key(&id()).unwrap();
    assert!(!registered.contains_key("d"), "{registered:?}");
    assert_eq!(registered["x"], Key::of("x", 9).public_jwk()["x"]);
    assert_eq!(House::at(&provider, "").federation.public_key(&id()), None);
}
