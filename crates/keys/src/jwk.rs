//! Public JWKs: which members they have, their RFC 7638 thumbprint, and the key set that we publish.
//!
//! Members are picked by name, never copied whole, so nothing private or symmetric can slip in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::ids::KeyId;
use portal_id_core::signing_key::SigningAlgorithm;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// The public members of a key of this algorithm, in lexicographic order (RFC 7638 §3.2), which is also the whole of what
/// is public about it (RFC 7518 §6.2.1, §6.3.1, RFC 8037 §2).
const fn public_members(algorithm: SigningAlgorithm) -> &'static [&'static str] {
    match algorithm {
        SigningAlgorithm::Es256 => &["crv", "kty", "x", "y"],
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => &["e", "kty", "n"],
        SigningAlgorithm::EdDsa => &["crv", "kty", "x"],
    }
}

/// The fixed members that a key of this algorithm must have.
const fn expected(algorithm: SigningAlgorithm) -> &'static [(&'static str, &'static str)] {
    match algorithm {
        SigningAlgorithm::Es256 => &[("kty", "EC"), ("crv", "P-256")],
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => &[("kty", "RSA")],
        SigningAlgorithm::EdDsa => &[("kty", "OKP"), ("crv", "Ed25519")],
    }
}

/// The public JWK of `key` with `kid` (its thumbprint), `use` and `alg`; `None` when `key` is not of `algorithm`.
pub(crate) fn public_jwk(algorithm: SigningAlgorithm, key: &Map<String, Value>) -> Option<Map<String, Value>> {
    let kid = thumbprint(algorithm, key)?;
    let mut public = Map::new();
    for member in public_members(algorithm) {
        public.insert((*member).to_owned(), key.get(*member)?.clone());
    }
    public.insert("kid".to_owned(), Value::from(kid.as_str()));
    public.insert("use".to_owned(), Value::from("sig"));
    public.insert("alg".to_owned(), Value::from(algorithm.as_str()));
    Some(public)
}

/// The thumbprint (RFC 7638 §3): SHA-256 over the required members in lexicographic order without white space, base64url.
pub(crate) fn thumbprint(algorithm: SigningAlgorithm, key: &Map<String, Value>) -> Option<KeyId> {
    let text = |member: &str| key.get(member).and_then(Value::as_str).filter(|text| is_plain(text));
    if !expected(algorithm).iter().all(|(member, value)| text(member) == Some(value)) {
        return None;
    }
    let members: Option<Vec<String>> =
        public_members(algorithm).iter().map(|member| Some(format!("\"{member}\":\"{}\"", text(member)?))).collect();
    let canonical = format!("{{{}}}", members?.join(","));
    Some(KeyId::from_text(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))))
}

/// Whether a member's value needs no escaping in JSON: base64url and names of curves.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The JWK Set (RFC 7517 §5) of these public keys.
pub(crate) fn key_set<'a>(keys: impl Iterator<Item = &'a Map<String, Value>>) -> String {
    json!({ "keys": keys.collect::<Vec<_>>() }).to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    /// RFC 7638 §3.1.
    const RFC_7638: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
    /// RFC 7517 appendix A.2, the elliptic key with its private member.
    const RFC_7517_EC: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE","use":"enc","kid":"1"}"#;

    fn map(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_thumbprint_is_that_of_the_example_in_rfc_7638() {
        let kid = thumbprint(SigningAlgorithm::Rs256, &map(RFC_7638)).unwrap();
        assert_eq!(kid.as_str(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn the_thumbprint_of_an_edwards_key_is_that_of_the_example_in_rfc_8037() {
        // RFC 8037 appendix A.3.
        let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let kid = thumbprint(SigningAlgorithm::EdDsa, &map(key)).unwrap();
        assert_eq!(kid.as_str(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert!(thumbprint(SigningAlgorithm::EdDsa, &map(&key.replace("Ed25519", "Ed448"))).is_none());
        assert!(thumbprint(SigningAlgorithm::EdDsa, &map(&key.replace("Ed25519", "X25519"))).is_none());
    }

    #[test]
    fn the_thumbprint_of_an_elliptic_key_ignores_all_but_its_required_members() {
        let whole = thumbprint(SigningAlgorithm::Es256, &map(RFC_7517_EC)).unwrap();
        let bare = public_jwk(SigningAlgorithm::Es256, &map(RFC_7517_EC)).unwrap();
        assert_eq!(thumbprint(SigningAlgorithm::Es256, &bare), Some(whole));
    }

    #[test]
    fn a_public_key_has_no_private_member_and_our_own_kid_use_and_alg() {
        let public = public_jwk(SigningAlgorithm::Es256, &map(RFC_7517_EC)).unwrap();
        let mut members: Vec<&str> = public.keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!(public["use"], "sig");
        assert_eq!(public["alg"], "ES256");
        assert_ne!(public["kid"], "1");
    }

    // security: row 18
    #[test]
    fn a_key_of_another_type_or_curve_has_no_public_form_for_the_algorithm() {
        assert!(public_jwk(SigningAlgorithm::Rs256, &map(RFC_7517_EC)).is_none());
        assert!(public_jwk(SigningAlgorithm::Es256, &map(RFC_7638)).is_none());
        let curve = RFC_7517_EC.replace("P-256", "P-384");
        assert!(public_jwk(SigningAlgorithm::Es256, &map(&curve)).is_none());
        assert!(public_jwk(SigningAlgorithm::Es256, &map(r#"{"kty":"oct","k":"AAAA"}"#)).is_none());
    }

    #[test]
    fn a_member_that_would_need_escaping_is_refused() {
        let odd = RFC_7638.replace("AQAB", r#"AQ\"AB"#);
        assert!(thumbprint(SigningAlgorithm::Rs256, &map(&odd)).is_none());
        let number = RFC_7638.replace(r#""AQAB""#, "65537");
        assert!(thumbprint(SigningAlgorithm::Rs256, &map(&number)).is_none());
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_members_make_the_thumbprint_panic(kty in ".{0,8}", x in ".{0,40}", y in ".{0,40}") {
            let key = json!({ "kty": kty, "crv": "P-256", "x": x, "y": y, "n": x, "e": y });
            for algorithm in SigningAlgorithm::ALL {
                let _ = public_jwk(algorithm, key.as_object().unwrap());
            }
        }
    }
}
