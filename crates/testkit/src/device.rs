//! What a person proves themselves with besides a phone number: an authenticator app, and a device that keeps passkeys.
//! Both are made of other people's code, which knows nothing of ours.

use crate::page::{Form, Page};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passkey_authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey_client::{Client, DefaultClientData};
use passkey_crypto::rust_crypto::RustCryptoBackend;
use passkey_types::Passkey;
use passkey_types::ctap2::{Aaguid, Ctap2Error};
use passkey_types::webauthn::{CredentialCreationOptions, CredentialRequestOptions};
use portal_id_core::time::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use totp_rs::{Algorithm, Secret, TOTP};
use url::Url;

/// An authenticator app that was given our secret.
#[derive(Clone)]
pub struct App(TOTP);

impl App {
    /// Types the secret of the page into the app.
    pub fn reading(page: &Page) -> Self {
        let secret = page.text_of("#secret").replace(' ', "");
        let secret = Secret::Encoded(secret).to_bytes().unwrap();
        Self(TOTP::new(Algorithm::SHA1, 6, 1, 30, secret).unwrap())
    }

    /// The code that it shows.
    pub fn code_at(&self, now: Timestamp) -> String {
        self.0.generate(now.seconds().unsigned_abs())
    }
}

/// A device that keeps one passkey, with a browser at one origin.
#[derive(Clone)]
pub struct Device {
    origin: Url,
    passkey: Option<Passkey>,
    unlocks: bool,
    counts: bool,
}

/// The person at the device.
struct Person {
    unlocks: bool,
}

#[async_trait::async_trait]
impl UserValidationMethod for Person {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification: verification && self.unlocks })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn keys(data: &BTreeMap<String, String>) -> Vec<Value> {
    data["keys"].split_ascii_whitespace().map(|id| json!({ "type": "public-key", "id": id })).collect()
}

impl Device {
    /// A device in its owner's hands, at our pages.
    pub fn new() -> Self {
        Self::at(crate::idp::ISSUER)
    }

    /// The same at the pages of another origin.
    pub fn at(origin: &str) -> Self {
        Self { origin: origin.parse().unwrap(), passkey: None, unlocks: true, counts: false }
    }

    /// One that counts its signatures.
    #[must_use]
    pub fn counting(mut self) -> Self {
        self.counts = true;
        self
    }

    /// The same device, whose owner only touches it.
    #[must_use]
    pub fn locked(mut self) -> Self {
        self.unlocks = false;
        self
    }

    /// The same passkey, used at the pages of another origin.
    #[must_use]
    pub fn moved_to(mut self, origin: &str) -> Self {
        self.origin = origin.parse().unwrap();
        self
    }

    fn authenticator(&self) -> Authenticator<Option<Passkey>, Person, RustCryptoBackend> {
        let person = Person { unlocks: self.unlocks };
        let mut authenticator =
            Authenticator::new(Aaguid::new_empty(), self.passkey.clone(), person, RustCryptoBackend);
        authenticator.set_make_credentials_with_signature_counter(self.counts);
        authenticator
    }

    /// Does what the page's script does: makes a passkey and fills the form.
    pub async fn make(&mut self, page: &Page) -> Form {
        let (form, data) = page.passkey_form("make");
        let algorithms: Vec<Value> = data["algorithms"]
            .split(' ')
            .map(|alg| json!({ "type": "public-key", "alg": alg.parse::<i64>().unwrap() }))
            .collect();
        let options = json!({ "publicKey": {
            "rp": { "id": data["rp"], "name": data["portal"] },
            "user": { "id": data["user"], "name": data["username"], "displayName": data["username"] },
            "challenge": data["challenge"],
            "pubKeyCredParams": algorithms,
            "excludeCredentials": keys(&data),
            "authenticatorSelection":
                { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
            "attestation": "none",
        }});
        let mut client = Client::new(self.authenticator());
        let options: CredentialCreationOptions = serde_json::from_value(options).unwrap();
        let made = client.register(&self.origin, options, DefaultClientData).await.expect("a passkey is made");
        self.passkey.clone_from(client.authenticator().store());
        form.script("client_data", &text(&made.response.client_data_json))
            .script("attestation_object", &text(&made.response.attestation_object))
    }

    /// Does what the page's script does: answers with the passkey and fills the form. `None` when the device refuses.
    pub async fn try_answer(&mut self, page: &Page) -> Option<Form> {
        let (form, data) = page.passkey_form("ask");
        let mut options = json!({ "publicKey": {
            "rpId": data["rp"],
            "challenge": data["challenge"],
            "userVerification": if self.unlocks { "required" } else { "discouraged" },
        }});
        if !data["keys"].is_empty() {
            options["publicKey"]["allowCredentials"] = Value::Array(keys(&data));
        }
        let mut client = Client::new(self.authenticator());
        let options: CredentialRequestOptions = serde_json::from_value(options).unwrap();
        let given = client.authenticate(&self.origin, options, DefaultClientData).await.ok()?;
        self.passkey.clone_from(client.authenticator().store());
        let user_handle = given.response.user_handle.as_ref().map(|handle| text(handle)).unwrap_or_default();
        Some(
            form.script("credential_id", &text(&given.raw_id))
                .script("client_data", &text(&given.response.client_data_json))
                .script("authenticator_data", &text(&given.response.authenticator_data))
                .script("signature", &text(&given.response.signature))
                .script("user_handle", &user_handle),
        )
    }

    /// The same, of a device that answers.
    pub async fn answer(&mut self, page: &Page) -> Form {
        self.try_answer(page).await.expect("the device answers")
    }
}

impl Default for Device {
    fn default() -> Self {
        Self::new()
    }
}
