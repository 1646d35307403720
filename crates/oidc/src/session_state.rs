//! What lets a service notice that the person at the browser changed (OpenID Connect Session Management 1.0): the
//! `session_state` of an answer, and which origins may frame the page that judges it. The page itself and the browser's
//! own state are left to `portal-id-web`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::client::ClientMetadata;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use url::Url;

/// §2: a salted hash of client, origin and the browser's state. The page computes the same, with what it reads then.
pub(crate) fn session_state(client_id: &str, origin: &str, browser_state: &str, salt: &str) -> String {
    let hash = Sha256::digest([client_id, origin, browser_state, salt].join(" "));
    format!("{}.{salt}", URL_SAFE_NO_PAD.encode(hash))
}

/// The origin of a web address, as browsers write it (RFC 6454 §6.2).
pub(crate) fn origin(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// The origins that a client registered: those of its redirect URIs.
pub(crate) fn registered_origins(metadata: &ClientMetadata) -> BTreeSet<String> {
    metadata.redirect_uris.iter().filter_map(|uri| origin(uri)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_the_hash_of_its_parts_and_the_salt() {
        // printf '%s' 'dat-lich https://rp.example s-1 salt' | openssl dgst -sha256 -binary | basenc --base64url
        let state = session_state("dat-lich", "https://rp.example", "s-1", "salt");
        assert_eq!(state, "VePwOH5fNpAG5U5Ov6iXiuSAX3R76QvtsV6BpMl3XMc.salt");
        for other in [
            session_state("dat-lich2", "https://rp.example", "s-1", "salt"),
            session_state("dat-lich", "https://rp.example:8443", "s-1", "salt"),
            session_state("dat-lich", "https://rp.example", "s-2", "salt"),
            session_state("dat-lich", "https://rp.example", "s-1", "pepper"),
        ] {
            assert_ne!(state, other);
            assert!(!other.contains(' '), "§2: it must not contain the space that ends the client id before it");
        }
    }

    #[test]
    fn the_origins_of_a_client_are_those_of_its_redirect_uris() {
        let of = |uris: &[&str]| {
            let mut metadata = crate::testing::client().metadata;
            metadata.redirect_uris = uris.iter().map(|&uri| uri.to_owned()).collect();
            metadata.post_logout_redirect_uris = vec!["https://elsewhere.example/bye".to_owned()];
            Vec::from_iter(registered_origins(&metadata))
        };
        assert_eq!(
            of(&[
                "https://b.example/cb",
                "https://b.example:443/two?x=1",
                "http://127.0.0.1:9000/cb",
                "vn.example.app:/cb"
            ]),
            ["http://127.0.0.1:9000", "https://b.example"]
        );
        assert_eq!(of(&["vn.example.app:/cb"]), [""; 0]);
    }
}
