//! Where metadata lead us.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::house::{House, NOW, settings};
use super::provider::{CLIENT_ID, Provider};
use crate::Trouble;

const PLACE: &str = "/oauth2/token/.well-known/openid-configuration";

/// The preset of VNConnect, of which nothing is set but where the metadata are.
fn discovering(provider: &Provider) -> House {
    let toml = format!(
        "id = \"vnconnect\"\npreset = \"vnconnect\"\nclient_id = \"{CLIENT_ID}\"\nclient_secret = \"x\"\ndiscovery_url = \"{}{PLACE}\"",
        provider.base
    );
    House::with(vec![settings(&toml)])
}

/// The names in the metadata of what is called.
const CALLED: [(&str, &str); 3] =
    [("token", "token_endpoint"), ("userinfo", "userinfo_endpoint"), ("jwks", "jwks_uri")];

#[tokio::test]
async fn discovered_endpoints_are_called_and_the_presets_are_not() {
    let provider = Provider::start().await;
    for (path, name) in CALLED {
        provider.state().metadata.insert(name.to_owned(), format!("{}/moved/{path}", provider.base).into());
    }
    let arrived = discovering(&provider).round_trip(&provider).await.unwrap();
    assert_eq!(arrived.identity.issuer, format!("{}/oauth2/token", provider.base));
    let asked = |path: &str| provider.asked(path).len();
    for (path, _) in CALLED {
        assert_eq!((asked(&format!("/moved/{path}")), asked(&format!("/oauth2/{path}"))), (1, 0), "{path}");
    }
    assert_eq!(asked(PLACE), 1);
}

// security: row 27
#[tokio::test]
async fn an_endpoint_that_metadata_put_into_a_private_network_is_not_called() {
    for (_, name) in CALLED {
        for address in
            ["https://10.0.0.1/x", "https://169.254.169.254/latest", "https://[fd00::1]/x", "https://0xa000001/"]
        {
            let provider = Provider::start().await;
            provider.state().metadata.insert(name.to_owned(), address.into());
            let house = discovering(&provider);
            assert_eq!(house.round_trip(&provider).await.map(|_| ()), Err(Trouble::Away), "{name} {address}");
            let (_, why) = house.federation.standing(NOW)[0].last_failure.clone().unwrap();
            assert!(
                why.contains("is not to be called") && why.contains("neither public nor"),
                "{name} {address}: {why}"
            );
        }
    }
}
