//! Signatures of passkeys, checked by OpenSSL through josekit: foreign public keys, no private bytes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, JwsVerifier as _, RS256};
use portal_id_core::passkey::PublicKey;
use portal_id_core::ports::SignatureVerifier;
use serde_json::{Map, Value};

/// Bytes of a number modulo the order of P-256.
const SCALAR_BYTES: usize = 32;

/// Checks signatures of passkeys.
#[derive(Clone, Copy, Debug, Default)]
pub struct PasskeySignatures;

impl SignatureVerifier for PasskeySignatures {
    fn holds(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        holds(key, message, signature).unwrap_or(false)
    }
}

fn holds(key: &PublicKey, message: &[u8], signature: &[u8]) -> Option<bool> {
    let (first, second) = key.numbers()?;
    let number = |bytes: Vec<u8>| Value::from(URL_SAFE_NO_PAD.encode(bytes));
    let held = match key {
        PublicKey::Es256 { .. } => {
            let (x, y) = (number(first), number(second));
            let jwk = public_jwk([("kty", "EC".into()), ("crv", "P-256".into()), ("x", x), ("y", y)])?;
            ES256.verifier_from_jwk(&jwk).ok()?.verify(message, &plain_ecdsa(signature)?)
        }
        PublicKey::Rs256 { .. } => {
            let jwk = public_jwk([("kty", "RSA".into()), ("n", number(first)), ("e", number(second))])?;
            RS256.verifier_from_jwk(&jwk).ok()?.verify(message, signature)
        }
    };
    Some(held.is_ok())
}

fn public_jwk<const N: usize>(members: [(&str, Value); N]) -> Option<Jwk> {
    let members: Map<String, Value> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Jwk::from_map(members).ok()
}

/// r and s side by side, as JWS has them (RFC 7518 §3.4), from their ASN.1 DER form (RFC 3279 §2.2.3). Only the one
/// encoding that DER allows is taken.
fn plain_ecdsa(der: &[u8]) -> Option<[u8; 2 * SCALAR_BYTES]> {
    const SEQUENCE: u8 = 0x30;
    let (body, rest) = element(der, SEQUENCE)?;
    let (r, after) = integer(body)?;
    let (s, end) = integer(after)?;
    if !rest.is_empty() || !end.is_empty() {
        return None;
    }
    let mut plain = [0; 2 * SCALAR_BYTES];
    plain[SCALAR_BYTES - r.len()..SCALAR_BYTES].copy_from_slice(r);
    plain[2 * SCALAR_BYTES - s.len()..].copy_from_slice(s);
    Some(plain)
}

/// The content of an element with this tag, and what follows. A signature on P-256 is short enough for one byte of
/// length.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[first, length], rest) = der.split_first_chunk::<2>()?;
    if first != tag || length >= 0x80 {
        return None;
    }
    rest.split_at_checked(usize::from(length))
}

/// A positive integer in its shortest form, without its sign byte, and what follows.
fn integer(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const INTEGER: u8 = 0x02;
    let (content, rest) = element(der, INTEGER)?;
    let magnitude = match content {
        [0, next, ..] if *next >= 0x80 => &content[1..],
        [first, ..] if (1..0x80).contains(first) => content,
        _ => return None,
    };
    (magnitude.len() <= SCALAR_BYTES).then_some((magnitude, rest))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use josekit::jws::JwsSigner as _;
    use proptest::prelude::*;

    /// The DER form of r and s side by side.
    fn der(plain: &[u8]) -> Vec<u8> {
        let integer = |number: &[u8]| {
            let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len() - 1);
            let mut content = number[start..].to_vec();
            if content[0] >= 0x80 {
                content.insert(0, 0);
            }
            [&[2, u8::try_from(content.len()).unwrap()][..], &content].concat()
        };
        let body = [integer(&plain[..32]), integer(&plain[32..])].concat();
        [&[0x30, u8::try_from(body.len()).unwrap()][..], &body].concat()
    }

    fn key(jwk: &Jwk, first: &str, second: &str) -> (String, String) {
        let text = |name| jwk.parameter(name).and_then(Value::as_str).unwrap().to_owned();
        (text(first), text(second))
    }

    #[test]
    fn a_signature_on_p256_holds_for_its_own_key_and_message_alone() {
        let jwk = Jwk::generate_ec_key(josekit::jwk::alg::ec::EcCurve::P256).unwrap();
        let other = Jwk::generate_ec_key(josekit::jwk::alg::ec::EcCurve::P256).unwrap();
        let public = |jwk: &Jwk| {
            let (x, y) = key(jwk, "x", "y");
            PublicKey::Es256 { x, y }
        };
        for _ in 0..20 {
            let signature = der(&ES256.signer_from_jwk(&jwk).unwrap().sign(b"message").unwrap());
            assert!(PasskeySignatures.holds(&public(&jwk), b"message", &signature));
            assert!(!PasskeySignatures.holds(&public(&jwk), b"massage", &signature));
            assert!(!PasskeySignatures.holds(&public(&other), b"message", &signature));
        }
    }

    // security: row 31
    #[test]
    fn no_truncated_extended_or_flipped_signature_holds() {
        let jwk = Jwk::generate_ec_key(josekit::jwk::alg::ec::EcCurve::P256).unwrap();
        let (x, y) = key(&jwk, "x", "y");
        let public = PublicKey::Es256 { x, y };
        let signature = der(&ES256.signer_from_jwk(&jwk).unwrap().sign(b"message").unwrap());
        for end in 0..signature.len() {
            assert!(!PasskeySignatures.holds(&public, b"message", &signature[..end]), "{end}");
            for bit in 0..8 {
                let mut flipped = signature.clone();
                flipped[end] ^= 1 << bit;
                assert!(!PasskeySignatures.holds(&public, b"message", &flipped), "{end}, bit {bit}");
            }
        }
        assert!(!PasskeySignatures.holds(&public, b"message", &[&signature[..], &[0]].concat()));
    }

    #[test]
    fn an_rsa_signature_holds_for_its_own_key_and_message_alone() {
        let jwk = Jwk::generate_rsa_key(2048).unwrap();
        let (n, e) = key(&jwk, "n", "e");
        let public = PublicKey::Rs256 { n, e };
        let signature = RS256.signer_from_jwk(&jwk).unwrap().sign(b"message").unwrap();
        assert!(PasskeySignatures.holds(&public, b"message", &signature));
        assert!(!PasskeySignatures.holds(&public, b"massage", &signature));
        assert!(!PasskeySignatures.holds(&public, b"message", &signature[1..]));
    }

    #[test]
    fn a_point_that_is_not_on_the_curve_is_nobodys_key() {
        let one = URL_SAFE_NO_PAD.encode([1; 32]);
        let nowhere = PublicKey::Es256 { x: one.clone(), y: one };
        assert!(!PasskeySignatures.holds(&nowhere, b"message", &der(&[1; 64])));
    }

    proptest! {
        #[test]
        fn der_and_plain_form_say_the_same(plain in proptest::collection::vec(any::<u8>(), 64)) {
            prop_assume!(plain[..32] != [0; 32] && plain[32..] != [0; 32]);
            prop_assert_eq!(plain_ecdsa(&der(&plain)).unwrap().to_vec(), plain);
        }

        // security: row 36
        #[test]
        fn any_bytes_are_a_signature_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(plain) = plain_ecdsa(&bytes) {
                prop_assert_eq!(der(&plain), bytes);
            }
        }
    }
}
