//! What every client over TLS shares.

use crate::SetupError;
use rustls::{AlertDescription, CertificateError, Error as Fault};
use std::error::Error;
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
    if let Some(why) = unprotected(error) {
        why
    } else if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "cannot be reached over a protected connection"
    } else {
        "broke the connection"
    }
}

/// Why there is no protected connection, though somebody answered: then an operator knows where to look.
fn unprotected(error: &(dyn Error + 'static)) -> Option<&'static str> {
    use CertificateError as Certificate;
    Some(match tls_fault(error)? {
        Fault::InvalidCertificate(fault) => match fault {
            // The second: an authority of the same name, with another key.
            Certificate::UnknownIssuer | Certificate::BadSignature => {
                "its certificate is of an authority that is not trusted; root_ca_file adds one"
            }
            Certificate::Expired | Certificate::ExpiredContext { .. } => "its certificate has expired",
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => "its certificate is not valid yet",
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            _ => "its certificate is not acceptable",
        },
        Fault::InvalidMessage(_) => "it does not speak TLS at that port",
        Fault::PeerIncompatible(_) | Fault::AlertReceived(AlertDescription::ProtocolVersion) => {
            "it speaks no version of TLS that is safe"
        }
        _ => return None,
    })
}

/// The fault of TLS among the causes. What an I/O error wraps is not told by its `source`.
fn tls_fault<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Fault> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(fault) = error.downcast_ref() {
            return Some(fault);
        }
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}
