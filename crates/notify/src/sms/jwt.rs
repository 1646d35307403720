//! A JSON Web Token for a gateway that wants one with each request (RFC 7519, HS256 of RFC 7518 §3.2). It signs with a
//! key that a gateway shares with us, never with one of the house.

use super::fill::{Filling, Names};
use super::form::Form;
use super::settings::JwtSettings;
use crate::SetupError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// Signs tokens as the settings say.
pub(super) struct Signer {
    header: String,
    claims: Form,
    mac: Hmac<Sha256>,
    lifetime_seconds: i64,
}

impl Signer {
    /// Takes the key from `names`.
    pub(super) fn new(settings: &JwtSettings, names: &Names) -> Result<Self, SetupError> {
        let key = names
            .get(&settings.key)
            .ok_or_else(|| SetupError::new(format!("jwt.key: the secret {:?} is not set", settings.key)))?;
        let mac = Hmac::new_from_slice(key.expose().as_bytes())
            .map_err(|_| SetupError::new("jwt.key cannot be used as a key"))?;
        let mut header = settings.header.clone();
        header.insert("alg".to_owned(), json!("HS256"));
        Ok(Self {
            header: URL_SAFE_NO_PAD.encode(Value::Object(header).to_string()),
            claims: Form::read("jwt.claims", &Value::Object(settings.claims.clone()), names)?,
            mac,
            lifetime_seconds: i64::from(settings.lifetime_seconds),
        })
    }

    /// A token for one request.
    pub(super) fn sign(&self, with: &Filling<'_>) -> String {
        let mut claims = self.claims.json(with);
        claims["exp"] = json!(with.unix + self.lifetime_seconds);
        let signed = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.mac.clone().chain_update(signed.as_bytes()).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use portal_id_core::secret::Secret;
    use std::collections::BTreeMap;

    #[test]
    fn a_token_is_signed_over_its_own_words_and_says_when_it_ends() {
        let names: Names =
            [("key".to_owned(), Secret::new("secret".to_owned())), ("sid".to_owned(), Secret::new("SK.1".to_owned()))]
                .into();
        let settings: JwtSettings = toml::from_str(
            "key = 'key'\nheader = { typ = 'JWT', cty = 'stringee-api;v=1' }\n\
             claims = { iss = '{sid}', jti = '{sid}-{unix}', rest_api = true }",
        )
        .unwrap();
        let parameters = BTreeMap::new();
        let with = Filling {
            phone: "",
            text: "",
            id: "",
            template: "",
            parameters: &parameters,
            unix: 1000,
            seconds_left: 300,
            access: None,
            jwt: "",
        };
        let token = Signer::new(&settings, &names).unwrap().sign(&with);
        let parts: Vec<&str> = token.split('.').collect();
        let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        assert_eq!(read(parts[0]), json!({ "alg": "HS256", "cty": "stringee-api;v=1", "typ": "JWT" }));
        assert_eq!(read(parts[1]), json!({ "exp": 1300, "iss": "SK.1", "jti": "SK.1-1000", "rest_api": true }));
        let mac = <Hmac<Sha256>>::new_from_slice(b"secret").unwrap();
        let mac = mac.chain_update(format!("{}.{}", parts[0], parts[1]));
        mac.verify_slice(&URL_SAFE_NO_PAD.decode(parts[2]).unwrap()).unwrap();
    }

    #[test]
    fn without_its_key_the_start_is_refused() {
        let settings = JwtSettings { key: "key".to_owned(), ..JwtSettings::default() };
        assert!(Signer::new(&settings, &Names::new()).is_err());
    }
}
