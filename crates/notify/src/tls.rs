//! What every client over TLS shares.

use crate::SetupError;
use std::path::Path;

/// Makes sure that the process has a provider of cryptography for TLS.
pub(crate) fn install_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Lost only to another thread that installed one first: then there is one, which is all we need.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// The authorities in a PEM file.
pub(crate) fn roots(path: &Path) -> Result<Vec<reqwest::Certificate>, SetupError> {
    let pem =
        std::fs::read(path).map_err(|error| SetupError::new(format!("root_ca_file {}: {error}", path.display())))?;
    reqwest::Certificate::from_pem_bundle(&pem).map_err(|_| SetupError::new("root_ca_file holds no PEM certificates"))
}

/// What went wrong, without the address, which may carry keys or a number.
pub(crate) fn in_words(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "cannot be reached over a protected connection"
    } else {
        "broke the connection"
    }
}
