//! Encrypting to a client's public key (RFC 7516, compact). What is encrypted is always a token that we signed: whoever
//! reads it knows from whom it is, which encryption alone does not say.

use josekit::jwe::{ECDH_ES, JweContext, JweEncrypter, JweHeader, RSA_OAEP_256};
use josekit::jwk::Jwk;
use portal_id_core::encryption::{ContentEncryption, KeyEncryption};
use serde_json::{Map, Value};

/// RSA shorter than this is broken, and longer makes every answer expensive.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;

/// Why nothing can be encrypted to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionFault {
    /// Not an object with a list `keys` (RFC 7517 §5).
    #[error("it is no JWK Set: an object with a list \"keys\"")]
    NotASet,
    /// No key that fits.
    #[error("it has no key for {} (RSA of 2048 to 4096 bits; EC on P-256 or OKP with X25519), its use \"enc\" or left out", .0.as_str())]
    NoKey(KeyEncryption),
    /// The key is broken.
    #[error("its key for encryption cannot be used")]
    Unusable,
}

/// Whether something could be encrypted to one of these keys.
pub fn check_encryption(set: &Value, alg: KeyEncryption) -> Result<(), EncryptionFault> {
    // Tried out, so that a broken key is refused when it is registered and not when somebody signs in.
    encrypt_to(set, alg, ContentEncryption::default(), "probe").map(drop)
}

/// `signed` as a nested token (RFC 7519 §5.2) for the first key of the set that fits.
pub fn encrypt_to(
    set: &Value,
    alg: KeyEncryption,
    enc: ContentEncryption,
    signed: &str,
) -> Result<String, EncryptionFault> {
    let keys = set.get("keys").and_then(Value::as_array).ok_or(EncryptionFault::NotASet)?;
    let key = keys.iter().filter_map(Value::as_object).find(|key| fits(key, alg)).ok_or(EncryptionFault::NoKey(alg))?;
    let unusable = |_| EncryptionFault::Unusable;
    let jwk = Jwk::from_map(public_members(key)).map_err(unusable)?;
    let encrypter: Box<dyn JweEncrypter> = match alg {
        KeyEncryption::RsaOaep256 => Box::new(RSA_OAEP_256.encrypter_from_jwk(&jwk).map_err(unusable)?),
        KeyEncryption::EcdhEs => Box::new(ECDH_ES.encrypter_from_jwk(&jwk).map_err(unusable)?),
    };
    let mut header = JweHeader::new();
    header.set_content_encryption(enc.as_str());
    header.set_token_type("JWT");
    header.set_content_type("JWT");
    if let Some(kid) = key.get("kid").and_then(Value::as_str) {
        header.set_key_id(kid);
    }
    JweContext::new().serialize_compact(signed.as_bytes(), &header, encrypter.as_ref()).map_err(unusable)
}

fn fits(key: &Map<String, Value>, alg: KeyEncryption) -> bool {
    let text = |member: &str| key.get(member).and_then(Value::as_str);
    let kind = match (alg, text("kty"), text("crv")) {
        (KeyEncryption::RsaOaep256, Some("RSA"), _) => {
            text("n").is_some_and(|n| RSA_BYTES.contains(&(n.len() * 3 / 4)))
        }
        (KeyEncryption::EcdhEs, Some("EC"), Some("P-256")) | (KeyEncryption::EcdhEs, Some("OKP"), Some("X25519")) => {
            true
        }
        _ => false,
    };
    // RFC 7517 §4.2, §4.4.
    kind && text("use").is_none_or(|used| used == "enc") && text("alg").is_none_or(|own| own == alg.as_str())
}

/// Nothing private that a client may have sent us goes further.
fn public_members(key: &Map<String, Value>) -> Map<String, Value> {
    let public = |name: &str| ["kty", "crv", "x", "y", "n", "e"].contains(&name);
    key.iter().filter(|(name, _)| public(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use josekit::jwe::JweDecrypter;
    use josekit::jwk::alg::{ec::EcCurve, ecx::EcxCurve};
    use serde_json::json;

    fn own(jwk: Jwk, further: &[(&str, &str)]) -> (Jwk, Value) {
        let mut public: Map<String, Value> = public_members(&jwk.clone().into());
        public.extend(further.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        (jwk, json!({ "keys": [public] }))
    }

    fn header_of(token: &str) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_encrypted_opens_with_the_clients_key_and_says_that_it_is_nested() {
        for (alg, key) in [
            (KeyEncryption::RsaOaep256, Jwk::generate_rsa_key(2048).unwrap()),
            (KeyEncryption::EcdhEs, Jwk::generate_ec_key(EcCurve::P256).unwrap()),
            (KeyEncryption::EcdhEs, Jwk::generate_ecx_key(EcxCurve::X25519).unwrap()),
        ] {
            let (private, set) = own(key, &[("kid", "k"), ("use", "enc")]);
            for enc in ContentEncryption::ALL {
                let token = encrypt_to(&set, alg, enc, "a.signed.token").unwrap();
                assert_eq!(token.split('.').count(), 5);
                let header = header_of(&token);
                let told = ["alg", "enc", "typ", "cty", "kid"].map(|name| header[name].as_str().unwrap().to_owned());
                assert_eq!(told, [alg.as_str(), enc.as_str(), "JWT", "JWT", "k"]);
                let decrypter: Box<dyn JweDecrypter> = match alg {
                    KeyEncryption::RsaOaep256 => Box::new(RSA_OAEP_256.decrypter_from_jwk(&private).unwrap()),
                    KeyEncryption::EcdhEs => Box::new(ECDH_ES.decrypter_from_jwk(&private).unwrap()),
                };
                let (opened, _) = JweContext::new().deserialize_compact(&token, decrypter.as_ref()).unwrap();
                assert_eq!(opened, b"a.signed.token");
            }
        }
    }

    // security: row 18
    #[test]
    fn only_a_key_for_encryption_of_the_right_kind_and_size_is_used() {
        let ec = |further: &[(&str, &str)]| own(Jwk::generate_ec_key(EcCurve::P256).unwrap(), further).1;
        assert_eq!(check_encryption(&ec(&[]), KeyEncryption::EcdhEs), Ok(()));
        let none = Err(EncryptionFault::NoKey(KeyEncryption::EcdhEs));
        assert_eq!(check_encryption(&ec(&[("use", "sig")]), KeyEncryption::EcdhEs), none);
        assert_eq!(check_encryption(&ec(&[("alg", "ES256")]), KeyEncryption::EcdhEs), none);
        assert!(check_encryption(&ec(&[]), KeyEncryption::RsaOaep256).is_err());
        let (_, short) = own(Jwk::generate_rsa_key(1024).unwrap(), &[]);
        assert!(check_encryption(&short, KeyEncryption::RsaOaep256).is_err());
        let broken = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA" }] });
        assert_eq!(check_encryption(&broken, KeyEncryption::EcdhEs), Err(EncryptionFault::Unusable));
        for odd in [json!(null), json!([]), json!({}), json!({ "keys": {} })] {
            assert_eq!(check_encryption(&odd, KeyEncryption::EcdhEs), Err(EncryptionFault::NotASet));
        }
        assert_eq!(check_encryption(&json!({ "keys": [1, "x", {}] }), KeyEncryption::EcdhEs), none);
    }
}
