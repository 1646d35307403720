//! By what we prove to an upstream who we are.

use super::{UpstreamClientAuth, UpstreamSettings};
use portal_id_core::secret::Secret;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_keys::OwnClientKey;
use std::path::Path;

/// By what we prove who we are.
#[derive(Debug)]
pub(crate) enum ClientProof {
    Post(Secret),
    Basic(Secret),
    Key { key: OwnClientKey, audience: Option<String> },
}

impl ClientProof {
    /// That of `settings`, read from its files; or what is wrong with it.
    pub(super) fn of(settings: &UpstreamSettings, auth: UpstreamClientAuth) -> Result<Self, String> {
        if auth == UpstreamClientAuth::PrivateKeyJwt {
            let path = settings.private_key_file.as_deref().ok_or("private_key_file is missing")?;
            let content = read("private_key_file", path)?;
            let algorithm = settings.private_key_algorithm.unwrap_or(SigningAlgorithm::Rs256);
            let key = OwnClientKey::read(&content, algorithm, settings.private_key_id.as_deref());
            let key = key.map_err(|fault| format!("private_key_file: {fault}"))?;
            return Ok(Self::Key { key, audience: settings.assertion_audience.clone() });
        }
        let secret = match (&settings.client_secret, &settings.client_secret_file) {
            (Some(_), Some(_)) => return Err("client_secret and client_secret_file are both set".to_owned()),
            (Some(secret), None) => secret.clone(),
            (None, Some(path)) => {
                let content = String::from_utf8(read("client_secret_file", path)?);
                Secret::new(
                    content.map_err(|_| "client_secret_file holds no text")?.trim_end_matches(['\r', '\n']).to_owned(),
                )
            }
            (None, None) => return Err("client_secret_file is missing".to_owned()),
        };
        if secret.expose().is_empty() {
            return Err("the client secret is empty".to_owned());
        }
        Ok(if auth == UpstreamClientAuth::ClientSecretBasic { Self::Basic(secret) } else { Self::Post(secret) })
    }
}

fn read(name: &str, path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{name} {}: {error}", path.display()))
}
