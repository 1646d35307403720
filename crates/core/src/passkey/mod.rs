//! Passkeys (WebAuthn Level 3): what a browser is asked for, and what its answer must be (§7.1, §7.2).
//!
//! Owns the rules of the ceremonies. Leaves to `coset` and `ciborium` keys and CBOR, to a port the signature itself, to the
//! use cases which challenge is expected and that it is answered once. No attestation is asked for (§5.4.7 "none"): which
//! make of device a person has is no business of ours.

mod answer;
mod authenticator_data;
mod key;
mod name;

pub use answer::{Asserted, Assertion, Attestation, NewPasskey, PasskeyFault};
pub use key::{ALGORITHMS, PublicKey};
pub use name::PasskeyName;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// Who we are to passkeys: they are bound to a host, and answer pages of one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// The host of the public address: the RP ID (§5.1.2).
    pub id: String,
    /// The origin of the public address, as browsers write it.
    pub origin: String,
}

impl RelyingParty {
    /// That of the provider at `public_url`.
    pub fn of(public_url: &str) -> Self {
        let (scheme, rest) = public_url.split_once("://").unwrap_or(("https", public_url));
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
        // A browser leaves the scheme's own port away.
        let usual = if scheme == "http" { ":80" } else { ":443" };
        let authority = authority.strip_suffix(usual).unwrap_or(&authority);
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        };
        Self { id: host.to_owned(), origin: format!("{scheme}://{authority}") }
    }

    /// Whether browsers make and use passkeys here at all: at the address of a machine they never do (§5.1.3 step 7: the
    /// host must be a domain).
    pub fn is_domain(&self) -> bool {
        let last = self.id.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        // No domain ends in a number: such a host is an IPv4 address, however it is spelt.
        !self.id.starts_with('[') && !last.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// What is kept of a passkey, sealed in its credential's row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredPasskey {
    /// The credential id that the browser is asked for, base64url.
    pub id: String,
    /// The key that its signatures are checked with.
    pub key: PublicKey,
}

/// What the page asks a browser for, to prove who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyAsk {
    /// What is to be signed, base64url.
    pub challenge: String,
    /// The RP ID.
    pub rp_id: String,
    /// The credential ids that will do, base64url; empty for any that the person chooses at their device.
    pub allowed: Vec<String>,
}

/// What the page asks a browser for, to make a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyOffer {
    /// What is to be signed, base64url.
    pub challenge: String,
    /// The RP ID.
    pub rp_id: String,
    /// The user handle, base64url: the account's id, which tells nothing about the person.
    pub user_handle: String,
    /// The name under which the device lists the passkey.
    pub username: String,
    /// The credential ids that the account has, base64url: a device that holds one makes no second.
    pub excluded: Vec<String>,
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_relying_party_is_the_host_and_origin_of_the_public_address() {
        for (url, id, origin) in [
            ("https://id.tinh.example", "id.tinh.example", "https://id.tinh.example"),
            ("https://ID.tinh.example:443/", "id.tinh.example", "https://id.tinh.example"),
            ("https://id.tinh.example:8443/idp", "id.tinh.example", "https://id.tinh.example:8443"),
            ("http://localhost:8080", "localhost", "http://localhost:8080"),
            ("http://localhost:80", "localhost", "http://localhost"),
        ] {
            assert_eq!(RelyingParty::of(url), RelyingParty { id: id.to_owned(), origin: origin.to_owned() }, "{url}");
        }
    }

    #[test]
    fn there_are_passkeys_at_domains_alone() {
        for url in
            ["https://id.tinh.example", "http://localhost:8080", "https://id.tinh.example.:8443/", "https://1.vn"]
        {
            assert!(RelyingParty::of(url).is_domain(), "{url}");
        }
        for url in
            ["http://127.0.0.1:8082", "https://10.1.2.3/", "http://[::1]:8080", "https://[2001:db8::1]", "http://127.1"]
        {
            assert!(!RelyingParty::of(url).is_domain(), "{url}");
        }
    }
}
