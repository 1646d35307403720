//! One request and its answer, bounded in time, size and where it may go.

use super::settings::HttpSettings;
use super::verdict::Verdict;
use crate::SetupError;
use crate::loopback::is_loopback;
use crate::tls;
use portal_id_core::time::Span;
use std::time::Duration;
use tokio::time::Instant;
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
    // Less, so that a gateway that was never reached is told from one that was asked and gave no answer.
    let connect_timeout = timeout / 2;
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .https_only(https_only)
        .timeout(timeout)
        .connect_timeout(connect_timeout)
        .user_agent("portal-id");
    if let Some(path) = &settings.root_ca_file {
        builder = builder.tls_certs_merge(tls::roots(path)?);
    }
    builder.build().map_err(|error| SetupError::new(error.without_url().to_string()))
}

/// Why there is no answer, in words without any address.
pub(super) enum Silence {
    /// Never asked.
    NotReached(&'static str),
    /// Asked: it may have done what it was asked for.
    Unanswered(String),
}

impl Silence {
    /// What it means for the message that was to be handed over.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::NotReached(why) => Verdict::Passing(why.to_owned()),
            Self::Unanswered(why) => Verdict::Unanswered(why),
        }
    }

    /// The words alone.
    pub(super) fn words(self) -> String {
        match self {
            Self::NotReached(why) => why.to_owned(),
            Self::Unanswered(why) => why,
        }
    }
}

/// Sends the request; the status and body of the answer, or why there is none.
pub(super) async fn send(request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), Silence> {
    let mut response = request.send().await.map_err(|error| silence(&error))?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| silence(&error))? {
        if body.len() + chunk.len() > ANSWER_CAP {
            return Err(Silence::Unanswered(format!("answered {status} with more than we read")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, body))
}

/// What went wrong, without the address, which may carry keys or a number.
fn silence(error: &reqwest::Error) -> Silence {
    if error.is_connect() || error.is_builder() {
        Silence::NotReached("cannot be reached over a protected connection")
    } else if error.is_timeout() {
        Silence::Unanswered("did not answer in time".to_owned())
    } else {
        Silence::Unanswered("broke the connection".to_owned())
    }
}

/// Does `work`, and says how long it took.
#[expect(clippy::disallowed_methods, reason = "a failure holds for those who waited for it meanwhile")]
pub(super) async fn timed<T>(work: impl Future<Output = T>) -> (T, Span) {
    let began = Instant::now();
    let done = work.await;
    (done, Span::millis(i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)))
}
