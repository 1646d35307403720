//! What an operator sets for a client.

use crate::claim_aliases::ClaimAliases;
use crate::encryption::{ContentEncryption, KeyEncryption};
use crate::signing_key::SigningAlgorithm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::Not;

/// How a client proves who it is at the endpoints for programs (OpenID Connect Core §9). One per client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// HTTP Basic with form-encoded id and secret (RFC 6749 §2.3.1).
    #[default]
    ClientSecretBasic,
    /// Id and secret in the body.
    ClientSecretPost,
    /// An assertion signed with the client's own key (RFC 7523 §2.2): we hold nothing that could be stolen.
    PrivateKeyJwt,
    /// A public client: no secret, PKCE always.
    None,
}

impl ClientAuthMethod {
    /// The registered value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    /// Whether it is a secret that we make and keep the digest of.
    pub const fn uses_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}

/// What a client may exchange for tokens: the values of `grant_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// An authorization code (RFC 6749 §4.1): a person at a browser.
    AuthorizationCode,
    /// A refresh token (RFC 6749 §6).
    RefreshToken,
    /// Its own proof of who it is, without a person (RFC 6749 §4.4).
    ClientCredentials,
}

impl GrantKind {
    /// All of them, as discovery lists them.
    pub const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// The `grant_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// Reads a `grant_type`.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Whether self-declared identity numbers and business codes reach the client (decisions 7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityPolicy {
    /// Only what the national portal or the desk vouches for.
    #[default]
    VerifiedOnly,
    /// Also what the person merely typed, marked as such.
    Any,
}

/// What an operator sets for a client: a `[[client]]` of the clients file, or the options of `portal-id client add`.
/// Names follow RFC 7591 §2 where it has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "these are the registered names, and most of them are yes or no")]
pub struct ClientMetadata {
    /// The service's name in Vietnamese, shown to people.
    pub client_name: String,
    /// The service's name in English; the Vietnamese one when absent.
    #[serde(default)]
    pub client_name_en: Option<String>,
    /// Where answers may be sent; compared byte for byte (RFC 9700 §4.1.3). None are needed without codes.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where a person may be sent after signing out; compared byte for byte.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// The scopes it may ask for, separated by spaces.
    #[serde(default = "default_scope")]
    pub scope: String,
    /// How it proves who it is.
    #[serde(default)]
    pub token_endpoint_auth_method: ClientAuthMethod,
    /// The algorithm of its ID tokens; RS256 when absent, the standard's default (decisions 19).
    #[serde(default = "default_id_token_algorithm")]
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// Whether PKCE is required. Public clients always need it; without it `nonce` is required (decisions 19).
    #[serde(default = "yes")]
    pub require_pkce: bool,
    /// Whether self-declared identity numbers reach it.
    #[serde(default)]
    pub identity: IdentityPolicy,
    /// A service of the province itself: people are not asked for consent.
    #[serde(default)]
    pub first_party: bool,
    /// What it may exchange for tokens: codes and refresh tokens when absent.
    #[serde(default = "default_grant_types", skip_serializing_if = "is_default_grant_types")]
    pub grant_types: Vec<GrantKind>,
    /// Its public keys as a JWK Set (RFC 7517 §5), for `private_key_jwt` and for userinfo encrypted to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where its public keys are published, instead of `jwks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Takes assertions whose audience is the token endpoint (RFC 10070 forbids it). Only for libraries that cannot name
    /// the issuer.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub legacy_assertion_audience: bool,
    /// The services that its access tokens may be for (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// As which resource it may introspect access tokens that were issued to others (RFC 7662).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_identifier: Option<String>,
    /// The scopes that it may have without a person, each with a colon in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_scopes: Vec<String>,
    /// Further names under which userinfo tells it claims, for services that already read them.
    #[serde(default, skip_serializing_if = "ClaimAliases::is_empty")]
    pub claim_aliases: ClaimAliases,
    /// Whether people have one `sub` at every service, or another in each sector.
    #[serde(default, skip_serializing_if = "SubjectType::is_public")]
    pub subject_type: SubjectType,
    /// The sector of pairwise subjects: services with the same word know a person by the same `sub`. The one host of the
    /// redirect URIs when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// Userinfo as a JWT signed with this algorithm; plain JSON when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<SigningAlgorithm>,
    /// Signed userinfo encrypted to its key from `jwks` by this algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<KeyEncryption>,
    /// How the content is encrypted then; A128CBC-HS256 when absent, the standard's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<ContentEncryption>,
    /// Its first page, an https address, shown to people on the way to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its picture: the https address of one file, without a query. The browser fetches it, we never do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// What it does with people's details, an https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of use, an https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    // Signing out.
    /// Where it is told that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it needs to be told which session. It is in any case.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub backchannel_logout_session_required: bool,
    /// What the browser loads in a frame when a person signs out (OpenID Connect Front-Channel Logout 1.0 §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether it needs `iss` and `sid` there. It gets them in any case.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub frontchannel_logout_session_required: bool,
}

/// Whether services can match people by their `sub` (OpenID Connect Core §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// One `sub` per person, the same at every service.
    #[default]
    Public,
    /// Another `sub` in each sector.
    Pairwise,
}

impl SubjectType {
    /// All of them, as discovery lists them.
    pub const ALL: [Self; 2] = [Self::Public, Self::Pairwise];

    /// The registered value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_public(&self) -> bool {
        *self == Self::Public
    }
}

impl ClientMetadata {
    /// A client with this name and these redirect URIs, and the default of everything else.
    pub fn named(client_name: impl Into<String>, redirect_uris: Vec<String>) -> Self {
        Self {
            client_name: client_name.into(),
            client_name_en: None,
            redirect_uris,
            post_logout_redirect_uris: Vec::new(),
            scope: default_scope(),
            token_endpoint_auth_method: ClientAuthMethod::default(),
            id_token_signed_response_alg: default_id_token_algorithm(),
            require_pkce: yes(),
            identity: IdentityPolicy::default(),
            first_party: false,
            grant_types: default_grant_types(),
            jwks: None,
            jwks_uri: None,
            legacy_assertion_audience: false,
            resources: Vec::new(),
            resource_identifier: None,
            api_scopes: Vec::new(),
            claim_aliases: ClaimAliases::default(),
            subject_type: SubjectType::default(),
            sector: None,
            userinfo_signed_response_alg: None,
            userinfo_encrypted_response_alg: None,
            userinfo_encrypted_response_enc: None,
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
        }
    }

    /// The algorithms that we sign with for it.
    pub fn signing_algorithms(&self) -> impl Iterator<Item = SigningAlgorithm> {
        std::iter::once(self.id_token_signed_response_alg).chain(self.userinfo_signed_response_alg)
    }
}

fn default_grant_types() -> Vec<GrantKind> {
    vec![GrantKind::AuthorizationCode, GrantKind::RefreshToken]
}

fn is_default_grant_types(grant_types: &[GrantKind]) -> bool {
    grant_types == default_grant_types()
}

fn default_scope() -> String {
    "openid profile".to_owned()
}

const fn default_id_token_algorithm() -> SigningAlgorithm {
    SigningAlgorithm::Rs256
}

const fn yes() -> bool {
    true
}
