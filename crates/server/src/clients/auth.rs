//! What is registered about how a client proves who it is and what it may ask for without a person: what does not fit
//! together is said in words for the operator.

use anyhow::{Context as _, bail};
use portal_id_core::client::{ClientAuthMethod, ClientMetadata, GrantKind, SCOPES};
use portal_id_core::store::{Store, StoreResult};
use portal_id_keys::ClientKeys;

/// The method and the keys.
pub(super) fn keys(metadata: &ClientMetadata) -> anyhow::Result<()> {
    let signs = metadata.token_endpoint_auth_method == ClientAuthMethod::PrivateKeyJwt;
    match (&metadata.jwks, &metadata.jwks_uri) {
        (Some(_), Some(_)) => bail!("jwks and jwks_uri exclude each other (RFC 7591 §2)"),
        (None, None) if signs => bail!("private_key_jwt needs the client's public keys: jwks or jwks_uri"),
        (Some(set), None) if signs => drop(ClientKeys::check(set).context("jwks")?),
        // Not needed to sign in with; what is registered must still be public keys.
        (Some(set), None) => drop(ClientKeys::read(set).context("jwks")?),
        (None, Some(uri)) => {
            portal_id_oidc::check_web_uri(uri, &[]).with_context(|| format!("jwks_uri {uri:?}"))?;
        }
        (None, None) => {}
    }
    if metadata.legacy_assertion_audience && !signs {
        bail!("legacy_assertion_audience means something only with private_key_jwt");
    }
    Ok(())
}

/// What it may exchange for tokens, and what it may have without a person.
pub(super) fn grant_types(metadata: &ClientMetadata) -> anyhow::Result<()> {
    let has = |kind| metadata.grant_types.contains(&kind);
    if metadata.grant_types.is_empty() {
        bail!("at least one grant type is needed");
    }
    if has(GrantKind::RefreshToken) && !has(GrantKind::AuthorizationCode) {
        bail!("refresh_token comes from authorization_code only");
    }
    if has(GrantKind::AuthorizationCode) && metadata.redirect_uris.is_empty() {
        bail!("at least one redirect URI is needed");
    }
    if !has(GrantKind::AuthorizationCode) && !metadata.redirect_uris.is_empty() {
        bail!("redirect URIs mean something only with authorization_code");
    }
    if has(GrantKind::ClientCredentials) && metadata.token_endpoint_auth_method == ClientAuthMethod::None {
        bail!("client_credentials needs a client that can prove who it is (RFC 6749 §4.4)");
    }
    if !metadata.api_scopes.is_empty() && !has(GrantKind::ClientCredentials) {
        bail!("api_scopes mean something only with client_credentials");
    }
    for scope in &metadata.api_scopes {
        // RFC 6749 §3.3. The colon keeps them apart from the scopes about people, today's and tomorrow's.
        let plain = scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        if !plain || !scope.contains(':') || scope.len() > 128 || SCOPES.contains(&scope.as_str()) {
            bail!("api scope {scope:?}: at most 128 characters without spaces, with a colon in them, as tax:read");
        }
    }
    Ok(())
}

/// The services that its tokens may be for, and the one that it is.
pub(super) fn resources(metadata: &ClientMetadata) -> anyhow::Result<()> {
    for resource in metadata.resources.iter().chain(&metadata.resource_identifier) {
        portal_id_oidc::check_resource(resource).with_context(|| format!("resource {resource:?}"))?;
    }
    if metadata.resource_identifier.is_some() && metadata.token_endpoint_auth_method == ClientAuthMethod::None {
        bail!("a resource that introspects tokens must prove who it is: another auth method than none");
    }
    Ok(())
}

/// Says at every start which clients still use what has to end (decisions 20).
pub async fn warn_of_legacy(store: &Store) -> StoreResult<()> {
    let clients = store.read("look_for_legacy", |tx| tx.list_clients()).await?;
    for client in clients.iter().filter(|client| client.metadata.legacy_assertion_audience) {
        tracing::warn!(
            client = %client.id,
            "legacy_assertion_audience is on: an assertion meant for another server could be used here. Move the client \
             to a library that names the issuer as audience."
        );
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::clients::{ClientsFile, check};

    const KEY: &str = "{ kty = \"EC\", crv = \"P-256\", x = \"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\", \
                       y = \"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\" }";

    fn refused(fields: &str) -> Option<String> {
        let redirects =
            if fields.contains("redirect_uris") { "" } else { "redirect_uris = [\"https://a.example/cb\"]\n" };
        let text = format!("[[client]]\nclient_id = \"a\"\nclient_name = \"A\"\n{redirects}{fields}\n");
        let file: ClientsFile = toml::from_str(&text).unwrap();
        check("a", &file.client[0].metadata).err().map(|error| error.to_string())
    }

    #[test]
    fn a_client_with_its_own_key_registers_the_public_half_or_where_it_is() {
        let method = "token_endpoint_auth_method = \"private_key_jwt\"\n";
        let with = |fields: &str| refused(&format!("{method}{fields}"));
        assert_eq!(with(&format!("jwks = {{ keys = [{KEY}] }}")), None);
        assert_eq!(with("jwks_uri = \"https://a.example/jwks\""), None);
        assert_eq!(with("jwks_uri = \"http://127.0.0.1:9000/jwks\""), None);
        assert!(with("").unwrap().contains("jwks or jwks_uri"));
        assert!(
            with(&format!("jwks_uri = \"https://a.example/\"\njwks = {{ keys = [{KEY}] }}"))
                .unwrap()
                .contains("exclude")
        );
        let private = KEY.replace("kty", "d = \"AA\", kty");
        assert!(with(&format!("jwks = {{ keys = [{private}] }}")).unwrap().contains("private"));
        assert!(with("jwks = { keys = [] }").unwrap().contains("no key"));
        assert!(
            with(&format!("jwks = {{ keys = [{}] }}", KEY.replace("MKBC", "AAAA"))).unwrap().contains("cannot be used")
        );
        for uri in
            ["http://a.example/jwks", "file:///etc/passwd", "https://u@a.example/", "jwks", "https://a.example/#f"]
        {
            assert!(with(&format!("jwks_uri = \"{uri}\"")).unwrap().contains("jwks_uri"), "{uri}");
        }
        assert!(refused("legacy_assertion_audience = true").unwrap().contains("private_key_jwt"));
    }

    #[test]
    fn grant_types_scopes_and_resources_must_fit_together() {
        let own = "grant_types = [\"client_credentials\"]\nredirect_uris = []\n";
        let with = |fields: &str| refused(&format!("{own}{fields}"));
        assert_eq!(with("api_scopes = [\"tax:read\"]\nresources = [\"https://tax.example/\", \"urn:x\"]"), None);
        for scope in ["openid", "tax", "tax: read", "tax:\\\"", ""] {
            assert!(with(&format!("api_scopes = [\"{scope}\"]")).unwrap().contains("api scope"), "{scope}");
        }
        assert!(with("resources = [\"tax\"]").unwrap().contains("resource"));
        assert!(with("resource_identifier = \"https://a.example/#f\"").unwrap().contains("resource"));
        assert!(with("token_endpoint_auth_method = \"none\"").unwrap().contains("prove"));
        assert!(
            refused("token_endpoint_auth_method = \"none\"\nresource_identifier = \"urn:a\"")
                .unwrap()
                .contains("prove")
        );
        assert!(refused("api_scopes = [\"tax:read\"]").unwrap().contains("client_credentials"));
        assert!(refused("grant_types = []").unwrap().contains("at least one"));
        assert!(refused("grant_types = [\"refresh_token\"]").unwrap().contains("authorization_code"));
        assert!(refused("redirect_uris = []").unwrap().contains("redirect URI"));
        assert!(refused("grant_types = [\"client_credentials\"]").unwrap().contains("only with authorization_code"));
    }
}
