//! A relying party as it is registered.

mod metadata;
mod stored;

pub use metadata::{ClientAuthMethod, ClientMetadata, GrantKind, IdentityPolicy, SubjectType};
pub use stored::Stored;

use crate::digest::Digest;
use crate::ids::ClientId;
use crate::language::Language;
use crate::time::Timestamp;

/// Every scope we know, in the order in which scopes are kept, shown and issued.
pub const SCOPES: [&str; 8] =
    ["openid", "profile", "email", "phone", "address", "identity", "organization", "offline_access"];

/// Keeps those of `requested` that are known, in the order of [`SCOPES`], without repeats.
pub fn ordered_scopes<'a>(requested: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let requested: Vec<&str> = requested.into_iter().collect();
    SCOPES.into_iter().filter(|scope| requested.contains(scope)).map(str::to_owned).collect()
}

/// Who manages a client's registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientSource {
    /// The clients file: changes are made there, and read at start.
    File,
    /// The command line or, later, the console.
    Operator,
    /// The demo; refused by a production configuration (security.md row 34).
    Demo,
}

impl ClientSource {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Operator => "operator",
            Self::Demo => "demo",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::File, Self::Operator, Self::Demo].into_iter().find(|source| source.as_str() == text)
    }
}

/// A client secret as it is remembered: a keyed digest, never the value (decisions 22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    /// The keyed digest.
    pub digest: Digest,
    /// When it was made.
    pub created_at: Timestamp,
    /// The first moment at which it no longer works; `None` for the newest.
    pub expires_at: Option<Timestamp>,
}

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its `client_id`.
    pub id: ClientId,
    /// What the operator set.
    pub metadata: ClientMetadata,
    /// Its secrets, the newest first; two during a rotation's overlap.
    pub secrets: Vec<ClientSecret>,
    /// Who manages it.
    pub source: ClientSource,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Set while it is switched off.
    pub disabled_at: Option<Timestamp>,
    /// How much of it this version knows.
    pub stored: Stored,
}

impl Client {
    /// Whether it is a public client (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == ClientAuthMethod::None
    }

    /// Whether it may be served: switched on, and nothing of it that this version cannot read.
    pub fn is_on(&self) -> bool {
        self.disabled_at.is_none() && self.unreadable().is_none()
    }

    /// Why this version cannot serve it.
    pub fn unreadable(&self) -> Option<String> {
        match &self.stored {
            Stored::Known => None,
            Stored::WithUnknownFields(fields) => {
                let names: Vec<&str> = fields.keys().map(String::as_str).collect();
                Some(format!("unknown fields: {}", names.join(", ")))
            }
            Stored::Unreadable(why) => Some(why.clone()),
        }
    }

    /// Its name for people.
    pub fn name(&self, language: Language) -> &str {
        match (language, &self.metadata.client_name_en) {
            (Language::En, Some(name)) => name,
            _ => &self.metadata.client_name,
        }
    }

    /// Whether it may ask for `scope`.
    pub fn may_ask_for(&self, scope: &str) -> bool {
        self.metadata.scope.split_ascii_whitespace().any(|allowed| allowed == scope)
    }

    /// Whether it may exchange this for tokens.
    pub fn may_use(&self, kind: GrantKind) -> bool {
        self.metadata.grant_types.contains(&kind)
    }

    /// Whether PKCE is required of it.
    pub fn needs_pkce(&self) -> bool {
        self.is_public() || self.metadata.require_pkce
    }

    /// Whether `presented` is the digest of a secret that works at `now`.
    pub fn accepts_secret(&self, presented: &Digest, now: Timestamp) -> bool {
        self.secrets
            .iter()
            .filter(|secret| secret.expires_at.is_none_or(|until| now < until))
            .any(|secret| secret.digest == *presented)
    }
}
