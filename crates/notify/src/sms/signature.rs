//! Signatures by which a gateway proves that a report is its own, and that nobody changed it.

use super::fill::Names;
use super::settings::{SignatureScheme, SignatureSettings};
use crate::SetupError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use portal_id_core::ports::SmsReport;
use portal_id_core::secret::Secret;
use sha1::Sha1;

/// Twilio's header.
const TWILIO_HEADER: &str = "x-twilio-signature";

/// Checks the signatures of one gateway.
pub(super) struct Signature {
    mac: Hmac<Sha1>,
    /// The address that we gave. Never rebuilt from what a request says of itself: `Host` is anybody's to write.
    address: Secret,
}

impl Signature {
    /// As the settings say; `None` when reports are not signed.
    pub(super) fn new(
        settings: &SignatureSettings,
        names: &Names,
        address: Secret,
    ) -> Result<Option<Self>, SetupError> {
        if settings.scheme == SignatureScheme::None {
            return Ok(None);
        }
        let key = names.get(&settings.key).ok_or_else(|| {
            SetupError::new(format!("report.signature.key: the secret {:?} is not set", settings.key))
        })?;
        let mac = Hmac::new_from_slice(key.expose().as_bytes())
            .map_err(|_| SetupError::new("report.signature.key cannot be used as a key"))?;
        Ok(Some(Self { mac, address }))
    }

    /// Whether the report bears its signature: over the address, its query, and the names and values of the form in the
    /// order of the names (twilio.com/docs: "Webhooks security").
    pub(super) fn is_right(&self, report: &SmsReport<'_>) -> bool {
        let given = report.headers.iter().find(|(name, _)| *name == TWILIO_HEADER);
        let Some(Ok(given)) = given.map(|(_, value)| STANDARD.decode(value)) else { return false };
        let mut mac = self.mac.clone().chain_update(self.address.expose().as_bytes());
        if !report.query.is_empty() {
            mac = mac.chain_update(b"?").chain_update(report.query.as_bytes());
        }
        let mut fields: Vec<_> = url::form_urlencoded::parse(report.body).collect();
        fields.sort();
        fields.dedup();
        for (name, value) in fields {
            mac = mac.chain_update(name.as_bytes()).chain_update(value.as_bytes());
        }
        mac.verify_slice(&given).is_ok()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const BODY: &str =
        "CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212";
    const SIGNED: &str = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";

    fn is_right(address: &str, query: &str, body: &str, headers: &[(&str, &str)]) -> bool {
        let names: Names = [("auth_token".to_owned(), Secret::new("12345".to_owned()))].into();
        let settings = SignatureSettings { scheme: SignatureScheme::Twilio, key: "auth_token".to_owned() };
        let signature = Signature::new(&settings, &names, Secret::new(address.to_owned())).unwrap().unwrap();
        signature.is_right(&SmsReport { gateway: "twilio", secret: "", query, headers, body: body.as_bytes() })
    }

    /// Twilio's own example.
    #[test]
    fn the_published_example_is_right_and_nothing_else_is() {
        let address = "https://mycompany.com/myapp.php";
        let header = [("content-type", "x"), (TWILIO_HEADER, SIGNED)];
        assert!(is_right(address, "foo=1&bar=2", BODY, &header));
        let shuffled = BODY.split('&').rev().collect::<Vec<_>>().join("&");
        assert!(is_right(address, "foo=1&bar=2", &shuffled, &header));
        assert!(!is_right("https://elsewhere.example/myapp.php", "foo=1&bar=2", BODY, &header));
        assert!(!is_right(address, "foo=1&bar=3", BODY, &header));
        assert!(!is_right(address, "", BODY, &header));
        assert!(!is_right(address, "foo=1&bar=2", &BODY.replace("1234&", "1235&"), &header));
        assert!(!is_right(address, "foo=1&bar=2", &format!("{BODY}&X=1"), &header));
        for wrong in ["", "0/KCTR6DLpKmkAf8muzZqo1nDg==", "1/KCTR6DLpKmkAf8muzZqo1nDgQ=", "x", "AAAA"] {
            assert!(!is_right(address, "foo=1&bar=2", BODY, &[(TWILIO_HEADER, wrong)]), "{wrong}");
        }
        assert!(!is_right(address, "foo=1&bar=2", BODY, &[]));
    }

    #[test]
    fn a_key_that_is_not_set_stops_the_start_and_no_scheme_needs_none() {
        let new = |scheme| {
            let settings = SignatureSettings { scheme, key: "auth_token".to_owned() };
            Signature::new(&settings, &Names::new(), Secret::new(String::new())).map(|signature| signature.is_some())
        };
        assert!(new(SignatureScheme::Twilio).is_err());
        assert!(matches!(new(SignatureScheme::None), Ok(false)));
    }
}
