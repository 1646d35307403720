//! The public key of a passkey: two kinds, which together every device has one of.

use super::{decode, encode};
use ciborium::Value;
use coset::iana::{self, EnumI64 as _};
use coset::{Algorithm, CoseKey, KeyType, Label};
use serde::{Deserialize, Serialize};

/// The algorithms that pages ask for (COSE), the better first: ECDSA on P-256 with SHA-256, RSA PKCS #1 v1.5 with
/// SHA-256, which older Windows devices have only.
pub const ALGORITHMS: [i64; 2] = [-7, -257];

/// Bytes of an RSA modulus that we take: 2048 to 4096 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;

/// A public key, its numbers as base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alg")]
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256 {
        /// The point's x, 32 bytes.
        x: String,
        /// The point's y, 32 bytes.
        y: String,
    },
    /// RSA PKCS #1 v1.5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256 {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
}

impl PublicKey {
    /// Reads a COSE key (RFC 9052 §7, RFC 9053 §7.1, RFC 8230 §4). `None` for any that we did not ask for.
    pub(super) fn of_cose(key: &CoseKey) -> Option<Self> {
        let is = |algorithm| key.alg == Some(Algorithm::Assigned(algorithm));
        match key.kty {
            KeyType::Assigned(iana::KeyType::EC2) if is(iana::Algorithm::ES256) => {
                let curve = number(key, iana::Ec2KeyParameter::Crv.to_i64())?;
                if i128::from(curve) != i128::from(iana::EllipticCurve::P_256.to_i64()) {
                    return None;
                }
                let coordinate = |label: i64| bytes(key, label).filter(|bytes| bytes.len() == 32).map(encode);
                Some(Self::Es256 {
                    x: coordinate(iana::Ec2KeyParameter::X.to_i64())?,
                    y: coordinate(iana::Ec2KeyParameter::Y.to_i64())?,
                })
            }
            KeyType::Assigned(iana::KeyType::RSA) if is(iana::Algorithm::RS256) => {
                let n = bytes(key, iana::RsaKeyParameter::N.to_i64()).filter(|n| MODULUS.contains(&n.len()))?;
                let e = bytes(key, iana::RsaKeyParameter::E.to_i64()).filter(|e| (1..=8).contains(&e.len()))?;
                // An even modulus, or 1 as exponent, makes signatures that anybody can write.
                let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
                (odd(n) && odd(e) && e != [1]).then(|| Self::Rs256 { n: encode(n), e: encode(e) })
            }
            _ => None,
        }
    }

    /// The numbers, decoded: x and y, or n and e.
    pub fn numbers(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        match self {
            Self::Es256 { x, y } => Some((decode(x)?, decode(y)?)),
            Self::Rs256 { n, e } => Some((decode(n)?, decode(e)?)),
        }
    }
}

fn parameter(key: &CoseKey, label: i64) -> Option<&Value> {
    key.params.iter().find(|(known, _)| *known == Label::Int(label)).map(|(_, value)| value)
}

fn bytes(key: &CoseKey, label: i64) -> Option<&[u8]> {
    parameter(key, label)?.as_bytes().map(Vec::as_slice)
}

fn number(key: &CoseKey, label: i64) -> Option<i64> {
    i64::try_from(i128::from(parameter(key, label)?.as_integer()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use coset::CoseKeyBuilder;

    fn p256() -> CoseKey {
        CoseKeyBuilder::new_ec2_pub_key(iana::EllipticCurve::P_256, vec![1; 32], vec![2; 32])
            .algorithm(iana::Algorithm::ES256)
            .build()
    }

    fn rsa(n: Vec<u8>, e: Vec<u8>) -> CoseKey {
        CoseKey {
            kty: KeyType::Assigned(iana::KeyType::RSA),
            alg: Some(Algorithm::Assigned(iana::Algorithm::RS256)),
            params: vec![(Label::Int(-1), Value::Bytes(n)), (Label::Int(-2), Value::Bytes(e))],
            ..CoseKey::default()
        }
    }

    #[test]
    fn both_kinds_that_are_asked_for_are_read() {
        assert_eq!(PublicKey::of_cose(&p256()), Some(PublicKey::Es256 { x: encode(&[1; 32]), y: encode(&[2; 32]) }));
        let key = PublicKey::of_cose(&rsa(vec![255; 256], vec![1, 0, 1]));
        assert_eq!(key, Some(PublicKey::Rs256 { n: encode(&[255; 256]), e: "AQAB".to_owned() }));
    }

    // security: row 18
    #[test]
    fn a_key_of_another_algorithm_curve_or_size_is_none() {
        let ec = |change: fn(&mut CoseKey)| {
            let mut key = p256();
            change(&mut key);
            PublicKey::of_cose(&key)
        };
        assert_eq!(ec(|key| key.alg = None), None);
        assert_eq!(ec(|key| key.alg = Some(Algorithm::Assigned(iana::Algorithm::RS256))), None);
        assert_eq!(ec(|key| key.alg = Some(Algorithm::Assigned(iana::Algorithm::ES384))), None);
        assert_eq!(ec(|key| key.kty = KeyType::Assigned(iana::KeyType::OKP)), None);
        assert_eq!(ec(|key| key.params[0].1 = Value::from(2)), None, "P-384");
        assert_eq!(ec(|key| key.params[1].1 = Value::Bytes(vec![1; 31])), None);
        assert_eq!(ec(|key| key.params[2].1 = Value::Bool(true)), None, "a compressed point");
        assert_eq!(ec(|key| key.params.truncate(2)), None);
        for (n, e) in [
            (vec![255; 128], vec![1, 0, 1]),
            (vec![255; 513], vec![1, 0, 1]),
            (vec![254; 256], vec![1, 0, 1]),
            (vec![255; 256], vec![1]),
            (vec![255; 256], vec![2]),
            (vec![255; 256], Vec::new()),
        ] {
            assert_eq!(PublicKey::of_cose(&rsa(n.clone(), e.clone())), None, "{} {e:?}", n.len());
        }
    }
}
