//! A client's own key on P-256, made of other people's code, and what it signs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

/// The key pair.
#[derive(Clone)]
pub struct OwnKey {
    kid: String,
    key: SigningKey,
}

impl OwnKey {
    /// The same for the same name.
    pub fn named(kid: &str) -> Self {
        let mut bytes = [7; 32];
        for (place, byte) in kid.bytes().take(32).enumerate() {
            bytes[place] = byte;
        }
        Self { kid: kid.to_owned(), key: SigningKey::from_slice(&bytes).unwrap() }
    }

    /// Its public half.
    pub fn public_jwk(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
            "x": number(point.x().unwrap()), "y": number(point.y().unwrap()),
        })
    }

    /// The whole of it, as an operator keeps it in a file.
    pub fn private_jwk(&self) -> Value {
        let mut jwk = self.public_jwk();
        jwk["d"] = URL_SAFE_NO_PAD.encode(self.key.to_bytes()).into();
        jwk
    }

    /// A JWK Set of this key alone.
    pub fn set(&self) -> Value {
        json!({ "keys": [self.public_jwk()] })
    }

    /// The usual header.
    pub fn header(&self) -> Value {
        json!({ "alg": "ES256", "kid": self.kid, "typ": "JWT" })
    }

    /// A compact JWS with whatever header and claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}
