//! The crate brings no HTTP client of its own: it takes whoever can send a request and give back the answer.

use openidconnect::{HttpRequest, HttpResponse, SyncHttpClient};
use std::fs;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// Sends requests to hosts that one authority vouches for.
pub struct Http(ureq::Agent);

impl Http {
    /// Trusts the authorities of a PEM file and no others. An error is an answer like any other, and redirects are not
    /// followed (the crate asks for that: they would lead elsewhere than the discovery document says).
    pub fn trusting_only(file: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let text = fs::read(file)?;
        let mut roots = Vec::new();
        for item in parse_pem(&text) {
            if let PemItem::Certificate(certificate) = item? {
                roots.push(certificate);
            }
        }
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&roots)).build();
        let plain = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).tls_config(tls).build();
        Ok(Self(plain.into()))
    }
}

impl SyncHttpClient for Http {
    type Error = ureq::Error;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, Self::Error> {
        // A GET with a body, even an empty one, is something else than a GET.
        let answer = if request.body().is_empty() {
            let (parts, _) = request.into_parts();
            self.0.run(openidconnect::http::Request::from_parts(parts, ()))?
        } else {
            self.0.run(request)?
        };
        let (parts, mut body) = answer.into_parts();
        Ok(HttpResponse::from_parts(parts, body.read_to_vec()?))
    }
}
