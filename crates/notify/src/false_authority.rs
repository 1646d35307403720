//! A server's side of TLS for tests, with a certificate for which nobody but its own file vouches.
#![expect(clippy::unwrap_used, reason = "tests")]

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use std::io::Write as _;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;

/// Takes connections as `name`; and the PEM file for those who are to believe it.
pub(crate) fn certified_for(name: &str) -> (TlsAcceptor, NamedTempFile) {
    accepting(&CertificateParams::new(vec![name.to_owned()]).unwrap())
}

/// The same with a certificate whose time is over.
pub(crate) fn expired_for(name: &str) -> (TlsAcceptor, NamedTempFile) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    accepting(&params)
}

fn accepting(params: &CertificateParams) -> (TlsAcceptor, NamedTempFile) {
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let mut root_ca = NamedTempFile::new().unwrap();
    root_ca.write_all(certificate.pem().as_bytes()).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), root_ca)
}
