//! Signing and verifying compact JWS (RFC 7515 §7.1) around josekit.
//!
//! Used of josekit: key generation, key import, and the two bare operations `sign` and `verify` on bytes. Header and
//! framing are ours: josekit's own reader takes members that we never write, and its date accessors panic on a foreign
//! `exp` of 1e300.

use crate::jwk::public_jwk;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsSigner, JwsVerifier, PS256, RS256};
use portal_id_core::ids::KeyId;
use portal_id_core::signing_key::SigningAlgorithm;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::{Zeroize as _, Zeroizing};

/// The longest token that we make or read, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The size of our RSA keys in bits: the least that RFC 7518 §3.3 allows, and what every client takes.
const RSA_BITS: u32 = 2048;

/// A token of ours whose signature and header hold. Its claims are still to be judged: `exp`, `iss`, `aud`.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedToken {
    /// The claims as they were signed.
    pub claims: Map<String, Value>,
    /// The key that signed them.
    pub kid: KeyId,
}

/// Why a token is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the token is too long")]
    TooLong,
    /// Not three parts divided by dots (RFC 7515 §7.1).
    #[error("the token does not have three parts")]
    Parts,
    /// A part is not strict base64url without padding (RFC 7515 §2).
    #[error("a part of the token is not base64url")]
    Encoding,
    /// The header is not JSON with `alg`, `typ` and `kid` alone, each once: among others `crit`, `jwk`, `jku`, `x5u` and
    /// `x5c` are refused (RFC 8725 §3.10).
    #[error("the token's header is not one that we write")]
    Header,
    /// `typ` is not the expected one (RFC 8725 §3.11).
    #[error("the token is of another type")]
    Type,
    /// No published key has this `kid`.
    #[error("the token's key is not one of ours, or no longer published")]
    UnknownKey,
    /// `alg` is not the algorithm of the key (RFC 8725 §3.1).
    #[error("the token's algorithm is not that of its key")]
    Algorithm,
    /// The signature does not hold.
    #[error("the token's signature does not hold")]
    Signature,
    /// The signed content is not a JSON object.
    #[error("the token's content is not a JSON object")]
    Claims,
}

/// A private key that cannot be made or taken in. The text names no key material.
#[derive(Debug, thiserror::Error)]
#[error("the private key cannot be used: {0}")]
pub(crate) struct KeyFault(&'static str);

/// The header of our tokens, whole.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// One key ready for use: built once, shared by all threads.
pub(crate) struct KeyMaterial {
    pub(crate) kid: KeyId,
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) public: Map<String, Value>,
    signer: Box<dyn JwsSigner>,
    verifier: Box<dyn JwsVerifier>,
}

/// A private JWK whose text members are wiped when it is dropped.
struct PrivateJwk(Map<String, Value>);

impl Drop for PrivateJwk {
    fn drop(&mut self) {
        for value in self.0.values_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
    }
}

/// Makes a private key; its JWK as JSON. OpenSSL draws the randomness: key generation takes no source of chance.
/// RSA takes a good part of a second.
pub(crate) fn generate(algorithm: SigningAlgorithm) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    let jwk = match algorithm {
        SigningAlgorithm::Es256 => Jwk::generate_ec_key(josekit::jwk::alg::ec::EcCurve::P256),
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => Jwk::generate_rsa_key(RSA_BITS),
        SigningAlgorithm::EdDsa => Jwk::generate_ed_key(josekit::jwk::alg::ed::EdCurve::Ed25519),
    };
    let private = PrivateJwk(jwk.map_err(|_| KeyFault("OpenSSL made none"))?.into());
    serde_json::to_vec(&private.0).map(Zeroizing::new).map_err(|_| KeyFault("it has no JSON form"))
}

impl KeyMaterial {
    /// Takes a private JWK in. `kid` and the public part follow from the key itself.
    pub(crate) fn import(algorithm: SigningAlgorithm, private_jwk: &[u8]) -> Result<Self, KeyFault> {
        let private = PrivateJwk(serde_json::from_slice(private_jwk).map_err(|_| KeyFault("it is not a JSON object"))?);
        let public = public_jwk(algorithm, &private.0).ok_or(KeyFault("it is not of its algorithm"))?;
        let kid =
            public.get("kid").and_then(Value::as_str).map(KeyId::from_text).ok_or(KeyFault("it has no thumbprint"))?;
        let (signer, verifier) = build(algorithm, private, &public).map_err(|_| KeyFault("OpenSSL refuses it"))?;
        let material = Self { kid, algorithm, public, signer, verifier };
        // A public part that does not belong to the private one would make tokens that nobody can verify.
        let proof = material.signer.sign(b"proof").map_err(|_| KeyFault("it does not sign"))?;
        if !material.holds(b"proof", &proof) {
            return Err(KeyFault("its public and private parts do not belong together"));
        }
        Ok(material)
    }

    /// The compact token with this type and these claims; `None` when it would be longer than we read.
    pub(crate) fn sign(&self, typ: &str, claims: &Map<String, Value>) -> Result<Option<String>, KeyFault> {
        let header =
            Header { alg: self.algorithm.as_str().to_owned(), typ: typ.to_owned(), kid: self.kid.as_str().to_owned() };
        let header = serde_json::to_vec(&header).map_err(|_| KeyFault("the header has no JSON form"))?;
        let claims = serde_json::to_vec(claims).map_err(|_| KeyFault("the claims have no JSON form"))?;
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.signer.sign(token.as_bytes()).map_err(|_| KeyFault("OpenSSL did not sign"))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok((token.len() <= MAX_TOKEN_BYTES).then_some(token))
    }

    fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.verify(message, signature).is_ok()
    }
}

/// Verifies `token` as one of type `typ`, with the key that `key_of` gives for its `kid`.
pub(crate) fn verify<'a>(
    token: &str,
    typ: &str,
    key_of: impl FnOnce(&str) -> Option<&'a KeyMaterial>,
) -> Result<VerifiedToken, VerifyError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(VerifyError::TooLong);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(VerifyError::Parts)?;
    let (header, claims) = signed.split_once('.').ok_or(VerifyError::Parts)?;
    if claims.contains('.') {
        return Err(VerifyError::Parts);
    }
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| VerifyError::Encoding);
    let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);

    let header: Header = serde_json::from_slice(&header).map_err(|_| VerifyError::Header)?;
    if header.typ != typ {
        return Err(VerifyError::Type);
    }
    let key = key_of(&header.kid).ok_or(VerifyError::UnknownKey)?;
    // The key decides the algorithm; the header may only agree (RFC 8725 §3.1).
    if header.alg != key.algorithm.as_str() {
        return Err(VerifyError::Algorithm);
    }
    if !key.holds(signed.as_bytes(), &signature) {
        return Err(VerifyError::Signature);
    }
    let claims = serde_json::from_slice(&claims).map_err(|_| VerifyError::Claims)?;
    Ok(VerifiedToken { claims, kid: key.kid.clone() })
}

/// What signs, and what verifies.
type Halves = (Box<dyn JwsSigner>, Box<dyn JwsVerifier>);

/// The two halves at work. The verifier gets the public members only.
fn build(
    algorithm: SigningAlgorithm,
    mut private: PrivateJwk,
    public: &Map<String, Value>,
) -> Result<Halves, JoseError> {
    let public = Jwk::from_map(public.clone())?;
    let verifier: Box<dyn JwsVerifier> = match algorithm {
        SigningAlgorithm::Es256 => Box::new(ES256.verifier_from_jwk(&public)?),
        SigningAlgorithm::Rs256 => Box::new(RS256.verifier_from_jwk(&public)?),
        SigningAlgorithm::Ps256 => Box::new(PS256.verifier_from_jwk(&public)?),
        SigningAlgorithm::EdDsa => Box::new(EdDSA.verifier_from_jwk(&public)?),
    };
    let jwk = Jwk::from_map(std::mem::take(&mut private.0))?;
    let signer = match algorithm {
        SigningAlgorithm::Es256 => ES256.signer_from_jwk(&jwk).map(|signer| Box::new(signer) as Box<dyn JwsSigner>),
        SigningAlgorithm::Rs256 => RS256.signer_from_jwk(&jwk).map(|signer| Box::new(signer) as Box<dyn JwsSigner>),
        SigningAlgorithm::Ps256 => PS256.signer_from_jwk(&jwk).map(|signer| Box::new(signer) as Box<dyn JwsSigner>),
        SigningAlgorithm::EdDsa => EdDSA.signer_from_jwk(&jwk).map(|signer| Box::new(signer) as Box<dyn JwsSigner>),
    };
    // Back into the wrapper that wipes it, whether or not it could be used.
    private.0 = jwk.into();
    Ok((signer?, verifier))
}

#[cfg(test)]
mod tests;
