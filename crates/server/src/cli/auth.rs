//! The options of `portal-id client add` about how a client proves who it is and what it may ask for without a person.

use super::parse_serde;
use anyhow::Context as _;
use portal_id_core::client::{ClientAuthMethod, ClientMetadata, GrantKind};
use std::path::PathBuf;

/// How it proves who it is.
#[derive(Debug, clap::Args)]
pub struct AuthArgs {
    /// How it proves who it is: `client_secret_basic`, `client_secret_post`, `private_key_jwt` (its own key) or `none` (an
    /// app without a secret).
    #[arg(long, default_value = "client_secret_basic", value_parser = parse_serde::<ClientAuthMethod>)]
    pub auth_method: ClientAuthMethod,
    /// A file with its public keys as a JWK Set, for `private_key_jwt`.
    #[arg(long, conflicts_with = "jwks_uri")]
    pub jwks: Option<PathBuf>,
    /// The address where it publishes its public keys, for `private_key_jwt`.
    #[arg(long)]
    pub jwks_uri: Option<String>,
    /// Take assertions whose audience is the token endpoint: for libraries that cannot name the issuer.
    #[arg(long)]
    pub legacy_assertion_audience: bool,
    /// What it may exchange for tokens: `authorization_code`, `refresh_token`, `client_credentials`; may be given several
    /// times. The first two when left out.
    #[arg(long = "grant-type", value_parser = parse_serde::<GrantKind>)]
    pub grant_types: Vec<GrantKind>,
    /// A service that its access tokens may be for, as an absolute URI; may be given several times.
    #[arg(long = "resource")]
    pub resources: Vec<String>,
    /// The resource that it is itself: it may introspect tokens for that one.
    #[arg(long)]
    pub resource_identifier: Option<String>,
    /// A scope that it may have without a person, as `tax:read`; may be given several times.
    #[arg(long = "api-scope")]
    pub api_scopes: Vec<String>,
}

impl AuthArgs {
    /// Writes the options into the registration.
    pub fn apply(self, metadata: &mut ClientMetadata) -> anyhow::Result<()> {
        metadata.token_endpoint_auth_method = self.auth_method;
        if let Some(path) = self.jwks {
            let text = std::fs::read(&path).with_context(|| format!("reading the keys in {}", path.display()))?;
            let set = serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))?;
            metadata.jwks = Some(set);
        }
        metadata.jwks_uri = self.jwks_uri;
        metadata.legacy_assertion_audience = self.legacy_assertion_audience;
        if !self.grant_types.is_empty() {
            metadata.grant_types = self.grant_types;
        }
        metadata.resources = self.resources;
        metadata.resource_identifier = self.resource_identifier;
        metadata.api_scopes = self.api_scopes;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::cli::{Cli, ClientCommand, Command};
    use clap::Parser as _;
    use portal_id_core::client::{ClientAuthMethod, ClientMetadata, GrantKind};
    use serde_json::json;

    fn registered(options: &[&str]) -> anyhow::Result<ClientMetadata> {
        let words = ["portal-id", "client", "add", "kho", "--name", "Kho"].iter().chain(options);
        let Command::Client(ClientCommand::Add(wanted)) = Cli::try_parse_from(words)?.command else {
            anyhow::bail!("another command")
        };
        let mut metadata = ClientMetadata::named(wanted.name, wanted.redirect_uris);
        wanted.auth.apply(&mut metadata)?;
        Ok(metadata)
    }

    #[test]
    fn a_client_with_its_own_key_is_added_from_a_file_or_by_its_address() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}"#).unwrap();
        let path = file.path().to_str().unwrap();
        let by_file = registered(&["--auth-method", "private_key_jwt", "--jwks", path]).unwrap();
        assert_eq!(by_file.token_endpoint_auth_method, ClientAuthMethod::PrivateKeyJwt);
        assert_eq!(by_file.jwks.unwrap()["keys"][0]["kty"], json!("OKP"));
        let address = "https://kho.example/jwks";
        let by_address = registered(&["--auth-method", "private_key_jwt", "--jwks-uri", address]).unwrap();
        assert_eq!(by_address.jwks_uri.as_deref(), Some(address));
        assert!(registered(&["--jwks", path, "--jwks-uri", address]).is_err());
        std::fs::write(file.path(), "-----BEGIN PUBLIC KEY-----").unwrap();
        assert!(format!("{:#}", registered(&["--jwks", path]).unwrap_err()).contains("not JSON"));
        assert!(format!("{:#}", registered(&["--jwks", "/nowhere"]).unwrap_err()).contains("/nowhere"));
    }

    #[test]
    fn a_client_without_grant_types_of_its_own_has_the_usual_ones() {
        assert_eq!(registered(&[]).unwrap().grant_types, [GrantKind::AuthorizationCode, GrantKind::RefreshToken]);
        let own = registered(&["--grant-type", "client_credentials", "--api-scope", "a:b", "--resource", "urn:a"]);
        let own = own.unwrap();
        assert_eq!(
            (own.grant_types, own.api_scopes, own.resources),
            (vec![GrantKind::ClientCredentials], vec!["a:b".to_owned()], vec!["urn:a".to_owned()])
        );
        assert!(registered(&["--grant-type", "password"]).is_err());
    }
}
