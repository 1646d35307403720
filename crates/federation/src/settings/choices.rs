//! Settings that are one word of a few.

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

/// A contact that an upstream vouches for, though it does not say so in a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VouchedContact {
    /// E-mail addresses.
    Email,
    /// Phones.
    Phone,
}
