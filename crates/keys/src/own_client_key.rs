//! The private key by which we, as a client of another provider, prove who we are (`private_key_jwt`, OpenID Connect
//! Core §9). It is made elsewhere, lies in a file of the operator, and signs client assertions and nothing else.

use crate::jws::KeyMaterial;
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::ed::EdKeyPair;
use josekit::jwk::alg::rsa::RsaKeyPair;
use portal_id_core::ids::KeyId;
use portal_id_core::secret::Secret;
use portal_id_core::signing_key::SigningAlgorithm;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// Why a file holds no key for client assertions. The text names no key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnClientKeyFault {
    /// Neither PEM nor a private JWK, or not of the algorithm.
    #[error("the file holds no private key for this algorithm: PEM (PKCS#8, or of one kind), or one private JWK")]
    Unusable,
    /// What was to be signed is longer than any token of ours.
    #[error("the assertion is too long, or could not be signed")]
    Unsigned,
}

/// Such a key, ready for use.
pub struct OwnClientKey(KeyMaterial);

impl std::fmt::Debug for OwnClientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnClientKey({})", self.0.kid)
    }
}

impl OwnClientKey {
    /// Reads the content of a file. `kid` is the name that the provider knows the key by; its thumbprint otherwise.
    pub fn read(content: &[u8], algorithm: SigningAlgorithm, kid: Option<&str>) -> Result<Self, OwnClientKeyFault> {
        let jwk = private_jwk(content, algorithm).ok_or(OwnClientKeyFault::Unusable)?;
        let mut material = KeyMaterial::import(algorithm, &jwk).map_err(|_| OwnClientKeyFault::Unusable)?;
        if let Some(kid) = kid {
            material.kid = KeyId::from_text(kid);
        }
        Ok(Self(material))
    }

    /// The public half as a JWK, to be registered at the provider.
    pub fn public_jwk(&self) -> Map<String, Value> {
        let mut public = self.0.public.clone();
        public.insert("kid".to_owned(), self.0.kid.as_str().into());
        public
    }

    /// Signs a client assertion (RFC 7523 §2.2).
    pub fn sign(&self, claims: &Map<String, Value>) -> Result<Secret, OwnClientKeyFault> {
        let signed = self.0.sign("JWT", claims).map_err(|_| OwnClientKeyFault::Unsigned)?;
        signed.map(Secret::new).ok_or(OwnClientKeyFault::Unsigned)
    }
}

fn private_jwk(content: &[u8], algorithm: SigningAlgorithm) -> Option<Zeroizing<Vec<u8>>> {
    if content.trim_ascii_start().starts_with(b"{") {
        return Some(Zeroizing::new(content.to_vec()));
    }
    let jwk = match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => RsaKeyPair::from_pem(content).ok()?.to_jwk_key_pair(),
        SigningAlgorithm::Es256 => EcKeyPair::from_pem(content, Some(EcCurve::P256)).ok()?.to_jwk_key_pair(),
        SigningAlgorithm::EdDsa => EdKeyPair::from_pem(content).ok()?.to_jwk_key_pair(),
    };
    serde_json::to_vec::<Map<String, Value>>(&jwk.into()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::foreign::ClientKeys;
    use serde_json::json;

    fn claims() -> Map<String, Value> {
        json!({ "iss": "portal", "sub": "portal", "aud": "https://sso.example", "jti": "1" })
            .as_object()
            .unwrap()
            .clone()
    }

    #[test]
    fn a_pem_file_and_a_jwk_sign_what_the_registered_half_verifies() {
        let rsa = RsaKeyPair::generate(2048).unwrap();
        let ec = EcKeyPair::generate(EcCurve::P256).unwrap();
        let jwk = serde_json::to_vec::<Map<String, Value>>(&ec.to_jwk_key_pair().into()).unwrap();
        for (content, algorithm) in [
            (rsa.to_pem_private_key(), SigningAlgorithm::Rs256),
            (rsa.to_pem_private_key(), SigningAlgorithm::Ps256),
            (ec.to_pem_private_key(), SigningAlgorithm::Es256),
            (jwk, SigningAlgorithm::Es256),
        ] {
            for kid in [None, Some("cua-tinh")] {
                let key = OwnClientKey::read(&content, algorithm, kid).unwrap();
                let registered = ClientKeys::check(&json!({ "keys": [key.public_jwk()] })).unwrap();
                let verified = registered.verify(key.sign(&claims()).unwrap().expose(), &["JWT"]).unwrap();
                assert_eq!(verified, claims());
                assert!(kid.is_none_or(|kid| key.public_jwk()["kid"] == kid));
            }
        }
    }

    #[test]
    fn whatever_is_no_private_key_of_the_algorithm_is_refused() {
        let ec = EcKeyPair::generate(EcCurve::P256).unwrap();
        let public = serde_json::to_vec::<Map<String, Value>>(&ec.to_jwk_public_key().into()).unwrap();
        for (content, algorithm) in [
            (ec.to_pem_private_key(), SigningAlgorithm::Rs256),
            (ec.to_pem_public_key(), SigningAlgorithm::Es256),
            (public, SigningAlgorithm::Es256),
            (b"{}".to_vec(), SigningAlgorithm::Es256),
            (b"".to_vec(), SigningAlgorithm::EdDsa),
        ] {
            assert_eq!(OwnClientKey::read(&content, algorithm, None).unwrap_err(), OwnClientKeyFault::Unusable);
        }
    }
}
