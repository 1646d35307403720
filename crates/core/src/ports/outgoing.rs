//! Calls to addresses that clients registered.

use async_trait::async_trait;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The body, bounded in size.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnswered {
    /// We do not go there: the scheme, or the network that the name leads to (security.md row 27).
    #[error("is not to be called: {0}")]
    Forbidden(&'static str),
    /// Not reached, not in time, or not over a protected connection; in words without the address.
    #[error("{0}")]
    Unreachable(String),
    /// Answered with more than we read.
    #[error("answered with more than is read")]
    TooLarge,
}

/// Calls an address that a client registered: over TLS, to public networks unless allowed otherwise, without following
/// redirects, bounded in time and size.
#[async_trait]
pub trait Outgoing: Send + Sync {
    /// Fetches a document.
    async fn get(&self, url: &str, accept: &'static str) -> Result<Answered, NotAnswered>;

    /// Posts a form.
    async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answered, NotAnswered>;
}
