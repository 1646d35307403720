//! Calls to upstream providers.

use super::NotAnswered;
use crate::secret::Secret;
use async_trait::async_trait;

/// What is sent along.
#[derive(Clone, Copy, Debug)]
pub enum CallBody<'a> {
    /// Nothing: a GET.
    Get,
    /// An empty body: a POST.
    EmptyPost,
    /// A form: a POST.
    Form(&'a [(&'a str, &'a str)]),
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct UpstreamCall<'a> {
    /// The address.
    pub url: &'a str,
    /// What is understood.
    pub accept: &'static str,
    /// The whole value of the header `Authorization`.
    pub authorization: Option<&'a Secret>,
    /// What is sent along.
    pub body: CallBody<'a>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamAnswer {
    /// The status.
    pub status: u16,
    /// The media type without parameters, in lower case; empty when none was given.
    pub content_type: String,
    /// The body, bounded in size.
    pub body: Vec<u8>,
}

/// Calls an upstream provider: over TLS, without following redirects, bounded in time and size, to public networks
/// unless allowed otherwise.
#[async_trait]
pub trait UpstreamHttp: Send + Sync {
    /// Calls once.
    async fn call(&self, call: UpstreamCall<'_>) -> Result<UpstreamAnswer, NotAnswered>;
}
