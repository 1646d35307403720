//! Calls to addresses that clients registered, and to upstream providers (security.md row 27).
//!
//! Whoever registers an address makes us call it from within the province's network, so we go to few places: over TLS,
//! to addresses of the public internet and to networks that the operator named, never where an answer redirects us.

mod guard;
mod resolve;

use crate::{SetupError, tls};
use async_trait::async_trait;
use guard::Reach;
use portal_id_core::network::Network;
use portal_id_core::ports::{Answered, CallBody, NotAnswered, Outgoing, UpstreamAnswer, UpstreamCall, UpstreamHttp};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use resolve::{GuardedNames, LookUp, SystemNames};
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// More than this of an answer is not read.
const ANSWER_CAP: usize = 256 * 1024;

/// How addresses that clients registered are called: their keys are fetched, and they are told when somebody signs out.
/// Always over https, without redirects and proxies. A development or demo also calls its own machine, there by http too.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutgoingSettings {
    /// A PEM file with further authorities to trust, beside those of the system.
    pub root_ca_file: Option<PathBuf>,
    /// Networks beyond the public internet in which services may be called: addresses, or networks such as `10.20.0.0/16`.
    /// Everything private, link-local (cloud metadata too), loopback or reserved is refused otherwise.
    pub allowed_networks: Vec<Network>,
    /// Seconds after which a call is given up, from the look-up of the name to the end of the answer. Default 5.
    pub timeout_seconds: u32,
}

impl Default for OutgoingSettings {
    fn default() -> Self {
        Self { root_ca_file: None, allowed_networks: Vec::new(), timeout_seconds: 5 }
    }
}

/// Calls over HTTP.
pub struct HttpOutgoing {
    client: reqwest::Client,
    reach: Arc<Reach>,
}

impl HttpOutgoing {
    /// An adapter of these settings. `own_machine` also lets it call the loopback, by http too: outside production.
    pub fn new(settings: &OutgoingSettings, own_machine: bool) -> Result<Self, SetupError> {
        Self::with_names(settings, own_machine, SystemNames)
    }

    fn with_names(
        settings: &OutgoingSettings,
        own_machine: bool,
        names: impl LookUp + 'static,
    ) -> Result<Self, SetupError> {
        tls::install_provider();
        let reach = Arc::new(Reach::new(settings.allowed_networks.clone(), own_machine));
        let timeout = Duration::from_secs(u64::from(settings.timeout_seconds.max(1)));
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .https_only(!own_machine)
            .dns_resolver(Arc::new(GuardedNames::new(Arc::clone(&reach), names)))
            .timeout(timeout)
            .connect_timeout(timeout)
            .user_agent("portal-id");
        if let Some(path) = &settings.root_ca_file {
            builder = builder.tls_certs_merge(tls::roots(path)?);
        }
        let client = builder.build().map_err(|error| SetupError::new(error.without_url().to_string()))?;
        Ok(Self { client, reach })
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<UpstreamAnswer, NotAnswered> {
        let mut response = request.send().await.map_err(|error| lost(&error))?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        let content_type = content_type.trim().to_ascii_lowercase();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
            if body.len() + chunk.len() > ANSWER_CAP {
                return Err(NotAnswered::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(UpstreamAnswer { status, content_type, body })
    }
}

fn lost(error: &reqwest::Error) -> NotAnswered {
    match resolve::refusal(error) {
        Some(why) => NotAnswered::Forbidden(why),
        None => NotAnswered::Unreachable(tls::in_words(error).to_owned()),
    }
}

#[async_trait]
impl Outgoing for HttpOutgoing {
    async fn get(&self, url: &str, accept: &'static str) -> Result<Answered, NotAnswered> {
        let url = self.reach.address(url).map_err(NotAnswered::Forbidden)?;
        self.send(self.client.get(url).header(ACCEPT, accept)).await.map(without_type)
    }

    async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answered, NotAnswered> {
        let url = self.reach.address(url).map_err(NotAnswered::Forbidden)?;
        self.send(form(self.client.post(url), fields)).await.map(without_type)
    }
}

#[async_trait]
impl UpstreamHttp for HttpOutgoing {
    async fn call(&self, call: UpstreamCall<'_>) -> Result<UpstreamAnswer, NotAnswered> {
        let url = self.reach.address(call.url).map_err(NotAnswered::Forbidden)?;
        let request = match call.body {
            CallBody::Get => self.client.get(url),
            CallBody::EmptyPost => self.client.post(url).header(CONTENT_LENGTH, 0),
            CallBody::Form(fields) => form(self.client.post(url), fields),
        };
        let request = request.header(ACCEPT, call.accept);
        let Some(authorization) = call.authorization else { return self.send(request).await };
        let mut value = HeaderValue::from_str(authorization.expose())
            .map_err(|_| NotAnswered::Forbidden("its credentials have a character that no header takes"))?;
        // Kept out of what the HTTP library may log.
        value.set_sensitive(true);
        self.send(request.header(AUTHORIZATION, value)).await
    }
}

fn form(request: reqwest::RequestBuilder, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
}

fn without_type(answer: UpstreamAnswer) -> Answered {
    Answered { status: answer.status, body: answer.body }
}

#[cfg(test)]
mod tests;
