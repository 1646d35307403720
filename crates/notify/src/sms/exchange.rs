//! One request and its answer, bounded in time, size and where it may go.

use super::settings::HttpSettings;
use crate::SetupError;
use crate::loopback::is_loopback;
use crate::tls;
use std::time::Duration;
use url::Url;

/// More than this of an answer is not read.
const ANSWER_CAP: usize = 64 * 1024;

/// Where a request may go: an address over TLS, or this machine. It carries keys and codes.
pub(super) fn guarded_url(text: &str) -> Result<(Url, bool), String> {
    let url = Url::parse(text).map_err(|_| "is not an absolute address".to_owned())?;
    let loopback = url.host_str().is_some_and(is_loopback);
    if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
        return Err("must be https, or http on this machine".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not carry a password; use basic_user and basic_password".to_owned());
    }
    Ok((url, loopback))
}

/// A client that goes to one place: no redirects, no proxies, nothing unprotected beyond this machine.
pub(super) fn client(settings: &HttpSettings, https_only: bool) -> Result<reqwest::Client, SetupError> {
    tls::install_provider();
    let timeout = Duration::from_secs(u64::from(settings.timeout_seconds.max(1)));
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .https_only(https_only)
        .timeout(timeout)
        .connect_timeout(timeout)
        .user_agent("portal-id");
    if let Some(path) = &settings.root_ca_file {
        builder = builder.tls_certs_merge(tls::roots(path)?);
    }
    builder.build().map_err(|error| SetupError::new(error.without_url().to_string()))
}

/// Sends the request; the status and body of the answer, or why there is none, in words without any address.
pub(super) async fn send(request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), String> {
    let mut response = request.send().await.map_err(|error| tls::in_words(&error).to_owned())?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| tls::in_words(&error).to_owned())? {
        if body.len() + chunk.len() > ANSWER_CAP {
            return Err(format!("answered {status} with more than we read"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, body))
}
