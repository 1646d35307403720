//! The protocol's settings.

use portal_id_core::time::Span;
use schemars::JsonSchema;
use serde::Deserialize;
use url::{Host, Url};

/// Issuer and lifetimes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OidcSettings {
    /// The issuer: the public address of this provider, without a slash at its end. https, or http on loopback.
    pub issuer: String,
    /// Seconds for which an authorization code works.
    pub code_seconds: i64,
    /// Seconds for which an access token works.
    pub access_token_seconds: i64,
    /// Seconds for which an ID token is good.
    pub id_token_seconds: i64,
    /// Days without use after which a refresh token no longer works.
    pub refresh_idle_days: i64,
    /// Days after which a refresh token no longer works in any case.
    pub refresh_absolute_days: i64,
    /// Seconds in which the refresh token just replaced still gets the same successor again, for lost answers.
    pub refresh_grace_seconds: i64,
    /// Seconds for which a client's assertion may live; its clock may be 30 seconds off besides.
    pub assertion_seconds: i64,
    /// Seconds for which an access token works that a client got for itself, without a person.
    pub client_token_seconds: i64,
    /// Minutes for which a person may take to sign in before the service has to ask anew.
    pub flow_minutes: i64,
    /// Whether a request without PKCE must carry a `nonce`. Off only for conformance tests.
    pub require_nonce_without_pkce: bool,
}

impl Default for OidcSettings {
    fn default() -> Self {
        Self {
            issuer: "http://localhost:8080".to_owned(),
            code_seconds: 60,
            access_token_seconds: 300,
            id_token_seconds: 300,
            refresh_idle_days: 30,
            refresh_absolute_days: 90,
            refresh_grace_seconds: 10,
            assertion_seconds: 300,
            client_token_seconds: 300,
            flow_minutes: 60,
            require_nonce_without_pkce: true,
        }
    }
}

/// Why a text cannot be the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerFault {
    /// No absolute URL in its normal form, or one with a slash at its end.
    #[error("the issuer must be an absolute URL in its normal form, without a slash at its end")]
    NotPlain,
    /// It has a path: our pages and endpoints live at the root of their host.
    #[error("the issuer must be the root of a host, without a path")]
    Path,
    /// It has a query, a fragment or credentials (OpenID Connect Discovery §3).
    #[error("the issuer must not have a query, a fragment or credentials")]
    TooMuch,
    /// http, but not on loopback.
    #[error("the issuer must be https (http only on loopback, for development)")]
    NotSecure,
}

impl OidcSettings {
    /// Checks the issuer (OpenID Connect Discovery §3, RFC 8414 §2).
    pub fn check(&self) -> Result<(), IssuerFault> {
        let url = Url::parse(&self.issuer).map_err(|_| IssuerFault::NotPlain)?;
        if url.query().is_some() || url.fragment().is_some() || self.issuer.contains('@') {
            return Err(IssuerFault::TooMuch);
        }
        if url.path() != "/" {
            return Err(IssuerFault::Path);
        }
        // Clients compare the issuer byte for byte, so it has to be what every URL library writes.
        if url.as_str().trim_end_matches('/') != self.issuer {
            return Err(IssuerFault::NotPlain);
        }
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if url.scheme() == "https" || (url.scheme() == "http" && loopback) {
            Ok(())
        } else {
            Err(IssuerFault::NotSecure)
        }
    }

    /// How long a code works.
    pub(crate) const fn code_life(&self) -> Span {
        Span::seconds(self.code_seconds)
    }

    /// How long an access token works.
    pub(crate) const fn access_token_life(&self) -> Span {
        Span::seconds(self.access_token_seconds)
    }

    /// How long an ID token is good.
    pub(crate) const fn id_token_life(&self) -> Span {
        Span::seconds(self.id_token_seconds)
    }

    /// How long an unused refresh token works.
    pub(crate) const fn refresh_idle(&self) -> Span {
        Span::days(self.refresh_idle_days)
    }

    /// How long a family of refresh tokens lives.
    pub(crate) const fn refresh_absolute(&self) -> Span {
        Span::days(self.refresh_absolute_days)
    }

    /// How long a client's assertion may live.
    pub(crate) const fn assertion_life(&self) -> Span {
        Span::seconds(self.assertion_seconds)
    }

    /// How long an access token without a person works.
    pub(crate) const fn client_token_life(&self) -> Span {
        Span::seconds(self.client_token_seconds)
    }

    /// How long a lost answer can be asked for again (decisions 21).
    pub(crate) const fn refresh_grace(&self) -> Span {
        Span::seconds(self.refresh_grace_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(issuer: &str) -> Result<(), IssuerFault> {
        OidcSettings { issuer: issuer.to_owned(), ..OidcSettings::default() }.check()
    }

    #[test]
    fn the_issuer_is_https_or_on_loopback_and_in_its_plain_form() {
        assert_eq!(check("https://id.example.gov.vn"), Ok(()));
        assert_eq!(check("https://example.gov.vn/id"), Err(IssuerFault::Path));
        assert_eq!(check("http://localhost:8080"), Ok(()));
        assert_eq!(check("http://127.0.0.1:8080"), Ok(()));
        assert_eq!(check("http://id.example.gov.vn"), Err(IssuerFault::NotSecure));
        assert_eq!(check("https://id.example.gov.vn/"), Err(IssuerFault::NotPlain));
        assert_eq!(check("https://ID.example.gov.vn"), Err(IssuerFault::NotPlain));
        assert_eq!(check("https://id.example.gov.vn:443"), Err(IssuerFault::NotPlain));
        assert_eq!(check("https://id.example.gov.vn?x=1"), Err(IssuerFault::TooMuch));
        assert_eq!(check("https://u@id.example.gov.vn"), Err(IssuerFault::TooMuch));
        assert_eq!(check("id.example.gov.vn"), Err(IssuerFault::NotPlain));
    }
}
