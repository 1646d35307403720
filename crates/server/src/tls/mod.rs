//! TLS on our own listener: one certificate, looked at again while the program runs.
//!
//! A renewal replaces two files, one after the other. A pair that does not fit (half of a renewal, a wrong key, an empty
//! file) is refused with a log line and the one before stays in use, so that a slip does not end the service.

mod validity;

use anyhow::{Context as _, bail};
use portal_id_core::time::{Span, Timestamp};
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use schemars::JsonSchema;
use serde::Deserialize;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_rustls::TlsAcceptor;

/// A certificate that ends sooner than this is warned of once a day.
const WARN_BEFORE: Span = Span::days(14);
/// No certificate chain and no key is larger.
const LONGEST_FILE: u64 = 1024 * 1024;

/// The certificate of the listener. Without this table the program speaks http, for a proxy in front of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// A PEM file: our certificate first, then those that lead to an authority.
    pub certificate_file: PathBuf,
    /// A PEM file with the certificate's private key, which nobody but the service and its group may read.
    pub private_key_file: PathBuf,
    /// Seconds between two looks at the files: a renewed pair is used from then on, without a restart. SIGHUP makes the
    /// program look at once. Default 10.
    #[serde(default = "ten")]
    pub reload_seconds: u64,
}

const fn ten() -> u64 {
    10
}

/// The certificate in use, and where the next one will be found.
#[derive(Debug)]
pub struct Certificates {
    settings: TlsSettings,
    provider: Arc<CryptoProvider>,
    in_use: RwLock<InUse>,
}

#[derive(Debug)]
struct InUse {
    pair: Arc<CertifiedKey>,
    /// Of both files as they were read: tells whether there is anything new.
    fingerprint: u64,
    /// When the first certificate of the chain to end does so.
    until: Timestamp,
    /// The day of the last warning that it will.
    warned_on: Option<time::Date>,
}

impl Certificates {
    /// Reads the pair. A start with one that cannot work is refused.
    pub fn open(settings: &TlsSettings) -> anyhow::Result<Arc<Self>> {
        let provider = Arc::new(ring::default_provider());
        let in_use = RwLock::new(read(settings, &provider)?);
        Ok(Arc::new(Self { settings: settings.clone(), provider, in_use }))
    }

    /// Greets visitors: TLS 1.2 and 1.3, HTTP/1.1, no client certificates.
    pub fn acceptor(self: &Arc<Self>) -> anyhow::Result<TlsAcceptor> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// The time between two looks at the files.
    pub fn period(&self) -> Duration {
        Duration::from_secs(self.settings.reload_seconds.max(1))
    }

    /// Uses the files' pair from now on if it is another one than before; an error leaves the one before in use.
    pub fn reload(&self, now: Timestamp) -> anyhow::Result<()> {
        let found = read(&self.settings, &self.provider).context("the TLS certificate before stays in use")?;
        let mut in_use = self.in_use.write().unwrap_or_else(PoisonError::into_inner);
        if found.fingerprint != in_use.fingerprint {
            *in_use = found;
            tracing::info!(until = %in_use.until.in_vietnam(), "A new TLS certificate is in use.");
        }
        if in_use.is_to_be_warned_of(now) {
            tracing::warn!(until = %in_use.until.in_vietnam(), "The TLS certificate must be renewed.");
        }
        Ok(())
    }
}

impl InUse {
    /// Whether the operator has to hear that it ends, or ended; once a day.
    fn is_to_be_warned_of(&mut self, now: Timestamp) -> bool {
        let today = now.date_in_vietnam();
        if self.until > now + WARN_BEFORE || self.warned_on == Some(today) {
            return false;
        }
        self.warned_on = Some(today);
        true
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.in_use.read().unwrap_or_else(PoisonError::into_inner).pair))
    }
}

fn read(settings: &TlsSettings, provider: &CryptoProvider) -> anyhow::Result<InUse> {
    let (chain_pem, _) = contents(&settings.certificate_file)?;
    let (key_pem, mode) = contents(&settings.private_key_file)?;
    let named = |path: &Path, what: &str| format!("{}: {what}", path.display());
    if mode & 0o007 != 0 {
        bail!(named(&settings.private_key_file, "others may read or write it; chmod 640 or 600"));
    }
    let chain = CertificateDer::pem_slice_iter(&chain_pem)
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| named(&settings.certificate_file, "is no PEM file of certificates"))?;
    let ends = chain.iter().map(|certificate| validity::not_after(certificate));
    let until = ends
        .collect::<Option<Vec<_>>>()
        .and_then(|ends| ends.into_iter().min())
        .with_context(|| named(&settings.certificate_file, "holds no certificate"))?;
    let key = PrivateKeyDer::from_pem_slice(&key_pem)
        .map_err(|_| anyhow::anyhow!(named(&settings.private_key_file, "is no PEM file of a private key")))?;
    let pair = CertifiedKey::from_der(chain, key, provider)
        .map_err(|error| anyhow::anyhow!("server.tls: certificate and private key do not fit: {error}"))?;
    let mut hasher = DefaultHasher::new();
    (chain_pem, key_pem).hash(&mut hasher);
    Ok(InUse { pair: Arc::new(pair), fingerprint: hasher.finish(), until, warned_on: None })
}

/// A file's bytes and permissions, both of the same opened file.
fn contents(path: &Path) -> anyhow::Result<(Vec<u8>, u32)> {
    let mut bytes = Vec::new();
    let mut look = || -> std::io::Result<u32> {
        let file = std::fs::File::open(path)?;
        let mode = file.metadata()?.mode();
        file.take(LONGEST_FILE).read_to_end(&mut bytes)?;
        Ok(mode)
    };
    let mode = look().with_context(|| format!("reading {}", path.display()))?;
    Ok((bytes, mode))
}

#[cfg(test)]
pub(crate) mod pairs;
#[cfg(test)]
mod tests;
