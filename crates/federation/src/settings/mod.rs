//! What an operator writes down about an upstream. Almost everything has a value by its preset, and each of those can be
//! set otherwise.

mod addresses;
mod choices;
mod claims;
mod fitness;
mod levels;
mod proof;
mod resolved;

pub(crate) use addresses::Addresses;
pub use choices::{
    AnswerMode, AskedAge, LogoutPolicy, UpstreamClientAuth, UpstreamSource, UserinfoMethod, UserinfoSigned,
    VouchedContact,
};
pub use claims::{ClaimMap, ClaimNames};
pub use levels::{DefaultLevel, LevelRule};
pub(crate) use proof::ClientProof;
pub(crate) use resolved::Resolved;

use crate::presets::Preset;
use portal_id_core::language::LocalText;
use portal_id_core::network::Network;
use portal_id_core::profile::AccountClass;
use portal_id_core::secret::Secret;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::time::Span;
use portal_id_core::upstream::UpstreamId;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The providers that people may arrive by.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FederationSettings {
    /// `[[federation.upstreams]]`: each provider, in the order in which their buttons stand on the sign-in page.
    pub upstreams: Vec<UpstreamSettings>,
}

/// One provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpstreamSettings {
    /// Its name in addresses (`/upstream/<id>/callback`) and in the database. Never give it to another provider.
    pub id: UpstreamId,
    /// `vnconnect`, `vneid`, `keycloak`, `wso2` or `oidc` (default): where everything below comes from that is not set.
    #[serde(default)]
    pub preset: Preset,
    /// Whether people may arrive by it. Default true.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Its name on pages.
    #[serde(default)]
    pub name: Option<LocalText>,
    /// Where it is: presets make their addresses of it, as far as metadata do not say them. For `keycloak` the realm's
    /// address.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The issuer of its tokens (`iss`). With a `discovery_url` it is what the metadata say, if that has the
    /// origin of that address: scheme, host and port.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Issuers that it had before: links made then still hold.
    #[serde(default)]
    pub former_issuers: Vec<String>,
    /// The address of its metadata, any address; empty for none. Where there is one, of this setting or of the preset, the
    /// metadata say every endpoint that is not set here, and those of the preset do not count.
    #[serde(default)]
    pub discovery_url: Option<String>,
    /// Wins over the metadata.
    #[serde(default)]
    pub authorization_endpoint: Option<String>,
    /// Wins over the metadata.
    #[serde(default)]
    pub token_endpoint: Option<String>,
    /// Wins over the metadata.
    #[serde(default)]
    pub userinfo_endpoint: Option<String>,
    /// Wins over the metadata.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// Wins over the metadata; empty for none.
    #[serde(default)]
    pub end_session_endpoint: Option<String>,
    /// Our name there.
    #[serde(default)]
    pub client_id: String,
    /// Our secret there; better in `client_secret_file`.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// A file that holds the secret.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// A file with our private key there (PEM, or a JWK), for `private_key_jwt`.
    #[serde(default)]
    pub private_key_file: Option<PathBuf>,
    /// The algorithm of that key. Default RS256.
    #[serde(default)]
    pub private_key_algorithm: Option<SigningAlgorithm>,
    /// The `kid` under which the provider knows that key; its thumbprint when absent.
    #[serde(default)]
    pub private_key_id: Option<String>,
    /// How we prove who we are.
    #[serde(default)]
    pub client_auth: Option<UpstreamClientAuth>,
    /// The `aud` of our assertions, where the provider does not take its issuer.
    #[serde(default)]
    pub assertion_audience: Option<String>,
    /// Whether to protect the code by PKCE.
    #[serde(default)]
    pub pkce: Option<bool>,
    /// Whether to send a nonce and demand it back.
    #[serde(default)]
    pub nonce: Option<bool>,
    /// The scopes to ask for.
    #[serde(default)]
    pub scope: Option<String>,
    /// The `acr_values` to ask for; empty for none.
    #[serde(default)]
    pub acr_values: Option<String>,
    /// Whether to tell it the language of the page (`ui_locales`).
    #[serde(default)]
    pub ui_locales: Option<bool>,
    /// Further parameters of the authorization request.
    #[serde(default)]
    pub extra_parameters: BTreeMap<String, String>,
    /// How its answer travels.
    #[serde(default)]
    pub answer_mode: Option<AnswerMode>,
    /// How userinfo is asked for.
    #[serde(default)]
    pub userinfo: Option<UserinfoMethod>,
    /// Whether userinfo is signed.
    #[serde(default)]
    pub userinfo_signed: Option<UserinfoSigned>,
    /// Whether an ID token without `auth_time` is refused when the person was to sign in anew. Default: as `max_age` is asked
    /// for. Who was asked and does not answer may never have heard the question, which whoever sits at the browser can take
    /// out of the address: then an old session there passes for a new sign-in.
    #[serde(default)]
    pub auth_time_required: Option<bool>,
    /// The `max_age` to ask for in seconds, or false for none: whoever is asked for one must say when people signed in.
    #[serde(default)]
    pub max_age: Option<AskedAge>,
    /// What happens there when somebody signs out here.
    #[serde(default)]
    pub logout: Option<LogoutPolicy>,
    /// Whether `<our address>/upstream/<id>/signed-out` is registered there as an address to come back to after signing
    /// out. Without it nobody is sent there: they would not come back. Default true.
    #[serde(default = "yes")]
    pub post_logout_redirect: bool,
    /// Whether it may end sessions here by a logout token. Default true.
    #[serde(default = "yes")]
    pub backchannel_logout: bool,
    /// A PEM file with further authorities to trust when it is called.
    #[serde(default)]
    pub root_ca_file: Option<PathBuf>,
    /// Networks beyond the public internet in which it may be called.
    #[serde(default)]
    pub allowed_networks: Vec<Network>,
    /// Seconds after which a call is given up. Default 5.
    #[serde(default = "five")]
    pub timeout_seconds: u32,
    /// How far its clock may be off, in seconds. Default 60, at most 600.
    #[serde(default = "sixty")]
    pub clock_skew_seconds: u32,
    /// Whether `vnconnect=1` in an address leads to it. Default: whether it is the preset `vnconnect`.
    #[serde(default)]
    pub deep_link: Option<bool>,
    /// As whose word services are told what it vouches for (`..._source` of claims, and `LoA2` where a service asks for
    /// the national portal's levels). Default: that of the preset, the national portal's for `vnconnect` and `vneid`.
    #[serde(default)]
    pub source: Option<UpstreamSource>,
    /// Contacts that it vouches for without saying so.
    #[serde(default)]
    pub vouches_for: Vec<VouchedContact>,
    /// In which claims it says what.
    #[serde(default)]
    pub claims: ClaimMap,
    /// Which value of the claim `class` means which kind of account.
    #[serde(default)]
    pub classes: Option<BTreeMap<String, AccountClass>>,
    /// The kind of account where no claim says it. The presets `keycloak`, `wso2` and `oidc` say citizen unless
    /// `claims.class` is set: whoever then says no kind is refused.
    #[serde(default)]
    pub default_class: Option<AccountClass>,
    /// What its claims about levels mean, in place of the preset's rules. The first claim with a known value decides.
    #[serde(default)]
    pub levels: Option<Vec<LevelRule>>,
    /// What it means when no rule fits.
    #[serde(default)]
    pub default_level: Option<DefaultLevel>,
}

const fn yes() -> bool {
    true
}

const fn five() -> u32 {
    5
}

/// How far an upstream's clock may be off at most. Whoever wants more should set that clock: a token counts for
/// so much longer than it says, and marks of what was heeded are kept as long.
pub(crate) const MOST_CLOCK_SKEW: Span = Span::minutes(10);

const fn sixty() -> u32 {
    60
}

impl UpstreamSettings {
    /// The paths in it, which are relative to the configuration's folder.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.client_secret_file, &mut self.private_key_file, &mut self.root_ca_file].into_iter().flatten()
    }
}
