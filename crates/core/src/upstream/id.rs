//! The name of an upstream.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The name of an upstream in the configuration: 1 to 32 of `a`–`z`, digits and hyphens, a letter first. It stands in
/// addresses and in the database, and is never given to another provider.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UpstreamId(String);

/// A text that names no upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of an upstream has 1 to 32 of the characters a-z, 0-9 and -, a letter first")]
pub struct NoUpstreamId;

impl UpstreamId {
    const LONGEST: usize = 32;

    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, NoUpstreamId> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let good = text.len() <= Self::LONGEST
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(fits);
        if good { Ok(Self(text.to_owned())) } else { Err(NoUpstreamId) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UpstreamId {
    type Error = NoUpstreamId;

    fn try_from(text: String) -> Result<Self, NoUpstreamId> {
        Self::parse(&text)
    }
}

impl From<UpstreamId> for String {
    fn from(id: UpstreamId) -> Self {
        id.0
    }
}

impl fmt::Display for UpstreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl schemars::JsonSchema for UpstreamId {
    fn schema_name() -> Cow<'static, str> {
        "UpstreamId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[a-z][a-z0-9-]{0,31}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_upstream_is_a_plain_word_that_fits_an_address() {
        for good in ["vnconnect", "v", "keycloak-digo", "a2"] {
            assert_eq!(UpstreamId::parse(good).map(String::from), Ok(good.to_owned()));
        }
        let long = "a".repeat(33);
        for bad in ["", "2a", "-a", "VNConnect", "a b", "a/b", "a.b", "ă", "a\n", long.as_str()] {
            assert_eq!(UpstreamId::parse(bad), Err(NoUpstreamId), "{bad}");
        }
    }
}
