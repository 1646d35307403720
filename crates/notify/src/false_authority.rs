//! A server's side of TLS for tests, with a certificate for which nobody but its own file vouches.
#![expect(clippy::unwrap_used, reason = "tests")]

use rustls::pki_types::PrivateKeyDer;
use std::io::Write as _;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;

/// Takes connections as `name`; and the PEM file for those who are to believe it.
pub(crate) fn certified_for(name: &str) -> (TlsAcceptor, NamedTempFile) {
    let certified = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let mut root_ca = NamedTempFile::new().unwrap();
    root_ca.write_all(certified.cert.pem().as_bytes()).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), root_ca)
}
