//! Calls to addresses that clients registered.

use crate::SetupError;
use crate::loopback::is_loopback;
use async_trait::async_trait;
use portal_id_core::ports::{Answered, NotAnswered, Outgoing};
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// More than this of an answer is not read.
const ANSWER_CAP: usize = 256 * 1024;

/// How addresses that clients registered are called.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutgoingSettings {
    /// A PEM file with further authorities to trust, beside those of the system.
    pub root_ca_file: Option<PathBuf>,
    /// Seconds after which a call is given up.
    pub timeout_seconds: u32,
}

impl Default for OutgoingSettings {
    fn default() -> Self {
        Self { root_ca_file: None, timeout_seconds: 5 }
    }
}

/// Calls over HTTP.
pub struct HttpOutgoing {
    client: reqwest::Client,
}

impl HttpOutgoing {
    /// An adapter of these settings.
    pub fn new(settings: &OutgoingSettings) -> Result<Self, SetupError> {
        crate::tls::install_provider();
        let timeout = Duration::from_secs(u64::from(settings.timeout_seconds.max(1)));
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(timeout)
            .connect_timeout(timeout)
            .user_agent("portal-id");
        if let Some(path) = &settings.root_ca_file {
            builder = builder.tls_certs_merge(crate::tls::roots(path)?);
        }
        let client = builder.build().map_err(|error| SetupError::new(error.without_url().to_string()))?;
        Ok(Self { client })
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answered, NotAnswered> {
        let lost = |error: &reqwest::Error| NotAnswered::Unreachable(crate::tls::in_words(error).to_owned());
        let mut response = request.send().await.map_err(|error| lost(&error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
            if body.len() + chunk.len() > ANSWER_CAP {
                return Err(NotAnswered::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answered { status, body })
    }
}

/// Where a call may go: an address over TLS, or this machine.
fn allowed(url: &str) -> Result<Url, NotAnswered> {
    let url = Url::parse(url).map_err(|_| NotAnswered::Forbidden("the address is not absolute"))?;
    let loopback = url.host_str().is_some_and(is_loopback);
    if url.scheme() == "https" || (url.scheme() == "http" && loopback) {
        return Ok(url);
    }
    Err(NotAnswered::Forbidden("the address must be https"))
}

#[async_trait]
impl Outgoing for HttpOutgoing {
    async fn get(&self, url: &str, accept: &'static str) -> Result<Answered, NotAnswered> {
        self.send(self.client.get(allowed(url)?).header(reqwest::header::ACCEPT, accept)).await
    }

    async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answered, NotAnswered> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .client
            .post(allowed(url)?)
            .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }
}
