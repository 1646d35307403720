//! The provider: what its endpoints share. Each endpoint is an `impl` block in its own file.

use crate::discovery;
use crate::settings::OidcSettings;
use portal_id_core::ports::Vault;
use portal_id_core::store::Store;
use portal_id_core::time::{Span, Timestamp};
use portal_id_keys::KeyRing;
use std::sync::Arc;

/// An OpenID Provider (OpenID Connect Core) and authorization server (RFC 6749).
pub struct Provider {
    store: Store,
    vault: Arc<dyn Vault>,
    keys: Arc<KeyRing>,
    settings: Arc<OidcSettings>,
    discovery: String,
}

impl Provider {
    /// A provider. `settings` are to be [checked](OidcSettings::check) before.
    pub fn new(store: Store, vault: Arc<dyn Vault>, keys: Arc<KeyRing>, settings: OidcSettings) -> Self {
        let discovery = discovery::document(&settings.issuer).to_string();
        Self { store, vault, keys, settings: Arc::new(settings), discovery }
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The metadata as JSON, fixed at start: for `/.well-known/openid-configuration` and
    /// `/.well-known/oauth-authorization-server`.
    pub fn discovery(&self) -> &str {
        &self.discovery
    }

    /// The public keys as JSON (RFC 7517 §5).
    pub fn jwks(&self, now: Timestamp) -> Arc<str> {
        self.keys.jwks(now)
    }

    /// How long the public keys may be cached.
    pub fn jwks_max_age(&self) -> Span {
        self.keys.max_age()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn vault(&self) -> &dyn Vault {
        self.vault.as_ref()
    }

    pub(crate) fn keys(&self) -> &KeyRing {
        &self.keys
    }

    pub(crate) fn settings(&self) -> &OidcSettings {
        &self.settings
    }

    pub(crate) fn shared_settings(&self) -> Arc<OidcSettings> {
        Arc::clone(&self.settings)
    }
}
