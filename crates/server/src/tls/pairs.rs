//! Throw-away certificates for tests.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::TlsSettings;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// A chain and its private key, in PEM.
pub(crate) type Pair = (String, String);

/// Who signs them.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), root }
    }

    /// For `localhost`.
    pub(crate) fn pair(&self) -> Pair {
        self.pair_until(date_time_ymd(2099, 1, 1))
    }

    pub(crate) fn pair_until(&self, end: time::OffsetDateTime) -> Pair {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = end;
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    /// A visitor who trusts it and no other, and speaks the protocols of `alpn`.
    pub(crate) fn visitor(&self, alpn: &[&[u8]]) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        TlsConnector::from(Arc::new(config))
    }
}

/// Where the files lie.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.0.path().join("chain.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.0.path().join("key.pem")
    }

    pub(crate) fn settings(&self) -> TlsSettings {
        TlsSettings { certificate_file: self.certificate(), private_key_file: self.key(), reload_seconds: 1 }
    }

    pub(crate) fn write(&self, (chain, key): &Pair) {
        std::fs::write(self.certificate(), chain).unwrap();
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(self.key()).unwrap();
        std::io::Write::write_all(&mut file, key.as_bytes()).unwrap();
    }
}
