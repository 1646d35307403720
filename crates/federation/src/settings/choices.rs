//! Settings that are one word of a few.

use portal_id_core::profile::FactSource;
use portal_id_core::time::Span;
use schemars::JsonSchema;
use serde::Deserialize;

/// How we prove to the token endpoint who we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamClientAuth {
    /// Id and secret in the form.
    ClientSecretPost,
    /// Id and secret in the header.
    ClientSecretBasic,
    /// An assertion signed with `private_key_file`.
    PrivateKeyJwt,
}

/// How userinfo is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserinfoMethod {
    /// GET.
    Get,
    /// POST with an empty body.
    Post,
    /// Not at all: the ID token says everything.
    None,
}

/// Whether userinfo is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UserinfoSigned {
    /// Either way; what is signed must verify.
    IfItIs,
    /// Plain JSON is refused.
    Always,
    /// A signed answer is refused.
    Never,
}

/// How long ago people may have signed in at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AskedAge {
    /// At most these seconds.
    Seconds(u32),
    /// `false`: not asked for.
    Asked(bool),
}

impl AskedAge {
    /// What is asked; `true` says nothing.
    pub(crate) fn span(self) -> Result<Option<Span>, &'static str> {
        match self {
            Self::Seconds(seconds) => Ok(Some(Span::seconds(seconds.into()))),
            Self::Asked(false) => Ok(None),
            Self::Asked(true) => Err("max_age is a number of seconds, or false"),
        }
    }
}

/// How the answer of the authorization endpoint travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerMode {
    /// In the address.
    Query,
    /// In a form.
    FormPost,
}

/// What happens at the upstream when somebody signs out here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogoutPolicy {
    /// Nothing: the upstream's session goes on.
    None,
    /// The browser is sent to the upstream's end-session endpoint.
    Browser,
    /// The same; and when the upstream says that a person left, all sessions of that person here end.
    All,
}

/// As whose word services are told what an upstream vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamSource {
    /// The national portal's, or VNeID's.
    NationalPortal,
    /// Another provider's.
    Provider,
}

impl UpstreamSource {
    pub(crate) const fn of_facts(self) -> FactSource {
        match self {
            Self::NationalPortal => FactSource::NationalPortal,
            Self::Provider => FactSource::Provider,
        }
    }
}

/// A contact that an upstream vouches for, though it does not say so in a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VouchedContact {
    /// E-mail addresses.
    Email,
    /// Phones.
    Phone,
}
