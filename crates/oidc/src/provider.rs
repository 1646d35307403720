//! The provider: what its endpoints share. Each endpoint is an `impl` block in its own file.

use crate::client_auth::FetchedKeys;
use crate::client_origins::ClientOrigins;
use crate::discovery;
use crate::settings::OidcSettings;
use portal_id_core::accounts::RegistrationSettings;
use portal_id_core::acr;
use portal_id_core::ports::{Ephemeral, Outgoing, Vault};
use portal_id_core::store::Store;
use portal_id_core::time::{Span, Timestamp};
use portal_id_core::upstream_way::UpstreamWays;
use portal_id_keys::KeyRing;
use std::sync::Arc;

/// An OpenID Provider (OpenID Connect Core) and authorization server (RFC 6749).
pub struct Provider {
    store: Store,
    vault: Arc<dyn Vault>,
    keys: Arc<KeyRing>,
    settings: Arc<OidcSettings>,
    registration: RegistrationSettings,
    upstreams: UpstreamWays,
    ephemeral: Arc<dyn Ephemeral>,
    outgoing: Arc<dyn Outgoing>,
    /// The keys of clients that publish them.
    fetched_keys: FetchedKeys,
    client_origins: ClientOrigins,
    /// The metadata while somebody may register.
    discovery: String,
    /// The metadata while nobody may.
    discovery_without_registration: String,
}

/// What a provider is made of.
pub struct ProviderParts {
    /// The database.
    pub store: Store,
    /// Seals and digests.
    pub vault: Arc<dyn Vault>,
    /// The keys that sign.
    pub keys: Arc<KeyRing>,
    /// One-time marks: the `jti` of client assertions.
    pub ephemeral: Arc<dyn Ephemeral>,
    /// The way to addresses that clients registered.
    pub outgoing: Arc<dyn Outgoing>,
    /// Issuer and lifetimes; to be [checked](OidcSettings::check) before.
    pub settings: OidcSettings,
    /// On which days `prompt=create` leads to a form.
    pub registration: RegistrationSettings,
    /// The upstreams that a request can lead to.
    pub upstreams: UpstreamWays,
}

impl Provider {
    /// A provider.
    pub fn new(parts: ProviderParts) -> Self {
        let ProviderParts { store, vault, keys, ephemeral, outgoing, settings, registration, upstreams } = parts;
        let classes = acr::reachable(&upstreams.levels().chain([acr::LOCAL]).collect::<Vec<_>>());
        let discovery = |registers| discovery::document(&settings.issuer, registers, &classes).to_string();
        let (discovery, discovery_without_registration) = (discovery(true), discovery(false));
        let settings = Arc::new(settings);
        Self {
            store,
            vault,
            keys,
            settings,
            registration,
            upstreams,
            ephemeral,
            outgoing,
            fetched_keys: FetchedKeys::default(),
            client_origins: ClientOrigins::default(),
            discovery,
            discovery_without_registration,
        }
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The metadata as JSON: for `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`. It
    /// changes on the days on which registration opens or closes, and else never.
    pub fn discovery(&self, now: Timestamp) -> &str {
        if self.registers(now) { &self.discovery } else { &self.discovery_without_registration }
    }

    /// Whether there is a class of account that people may register.
    pub(crate) fn registers(&self, now: Timestamp) -> bool {
        self.registration.is_open_to_anybody(now.date_in_vietnam())
    }

    /// The public keys as JSON (RFC 7517 §5).
    pub fn jwks(&self, now: Timestamp) -> Arc<str> {
        self.keys.jwks(now)
    }

    /// How long the public keys may be cached.
    pub fn jwks_max_age(&self) -> Span {
        self.keys.max_age()
    }

    pub(crate) fn upstreams(&self) -> &UpstreamWays {
        &self.upstreams
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

    pub(crate) fn ephemeral(&self) -> &dyn Ephemeral {
        self.ephemeral.as_ref()
    }

    pub(crate) fn fetched_keys(&self) -> &FetchedKeys {
        &self.fetched_keys
    }

    pub(crate) fn client_origins(&self) -> &ClientOrigins {
        &self.client_origins
    }

    pub(crate) fn outgoing(&self) -> &dyn Outgoing {
        self.outgoing.as_ref()
    }

    pub(crate) fn settings(&self) -> &OidcSettings {
        &self.settings
    }

    pub(crate) fn shared_settings(&self) -> Arc<OidcSettings> {
        Arc::clone(&self.settings)
    }
}
