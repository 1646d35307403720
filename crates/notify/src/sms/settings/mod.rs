//! How a gateway over HTTP is described, field by field. A preset is such a description that we keep.

mod gateway;

pub use gateway::GatewaySettings;
pub(super) use gateway::SMPP;

use portal_id_core::secret::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The HTTP method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// POST, the default.
    #[default]
    Post,
    /// PUT.
    Put,
    /// GET, the fields in the address; only for gateways that offer nothing else, since addresses are logged on the way.
    Get,
}

/// How the fields travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BodyKind {
    /// A JSON object, nested as the fields are. The default.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`; the fields must be flat.
    Form,
    /// The document in `xml`; there are no fields.
    Xml,
}

/// How the gateway wants a Vietnamese number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum NumberForm {
    /// `0912345678`, the default.
    #[default]
    #[serde(rename = "0x")]
    National,
    /// `84912345678`.
    #[serde(rename = "84x")]
    CountryCode,
    /// `+84912345678`.
    #[serde(rename = "+84x")]
    E164,
}

impl NumberForm {
    /// Writes a Vietnamese mobile number in this form; `None` for a foreign number, which nobody here has and which is
    /// what toll fraud sends to, and for what is no number.
    pub(super) fn write(self, e164: &str) -> Option<String> {
        let subscriber = e164
            .strip_prefix("+84")
            .filter(|rest| rest.len() == 9 && rest.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(match self {
            Self::National => format!("0{subscriber}"),
            Self::CountryCode => format!("84{subscriber}"),
            Self::E164 => e164.to_owned(),
        })
    }
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AnswerFormat {
    /// JSON, the default.
    #[default]
    Json,
    /// XML: read as if it were JSON, each element a member named without its namespace, so that the same places work.
    Xml,
}

/// How to read the gateway's answer. Codes are compared as text; a number or a boolean in the JSON counts as its text.
/// A code that ends in `*` stands for all that begin so; `64..255` and `64..` stand for whole numbers from there on.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AnswerSettings {
    /// `json` (default) or `xml`.
    pub format: AnswerFormat,
    /// Where the code stands, as a JSON pointer (RFC 6901), such as `/CodeResult`. Empty: any 2xx status is acceptance.
    pub code: String,
    /// Codes that mean accepted.
    pub accepted: Vec<String>,
    /// Where an error's code stands, if elsewhere than `code` (SpeedSMS: `code` is `/status`, `error_code` is `/code`).
    pub error_code: String,
    /// Error codes that say the message came before. Ours come again only when an attempt is repeated whose answer was
    /// lost, so this counts as accepted.
    pub repeated: Vec<String>,
    /// Codes that say the number cannot be reached by anybody: the message is given up.
    pub number: Vec<String>,
    /// Codes that say the gateway will not serve us (keys, balance, brandname, template): the next gateway is tried
    /// and an operator must look.
    pub gateway: Vec<String>,
    /// Where the gateway's id of the message stands, as a JSON pointer; kept, since reports of delivery speak of it.
    /// Empty: none.
    pub message_id: String,
}

/// A step before the request that fetches an access token (OAuth 2, client credentials). The token is kept until a
/// minute before its end and can be named as `{access_token}`, its session as `{session}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TokenSettings {
    /// Where tokens are fetched. http only on this machine.
    pub url: String,
    /// `json` (default) or `form`.
    pub body: BodyKind,
    /// What is sent there, with the same placeholders as elsewhere but those of the message.
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// Where the token stands in the answer, as a JSON pointer.
    pub place: String,
    /// Where its lifetime in seconds stands, as a JSON pointer.
    pub lifetime: String,
    /// The lifetime in seconds when the answer names none.
    pub lifetime_seconds: u32,
    /// Error codes of the gateway that say the token is over: it is fetched anew and the message sent once more. So is
    /// status 401.
    pub over: Vec<String>,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            body: BodyKind::default(),
            fields: serde_json::Map::new(),
            place: "/access_token".to_owned(),
            lifetime: "/expires_in".to_owned(),
            lifetime_seconds: 600,
            over: Vec::new(),
        }
    }
}

/// A JSON Web Token (RFC 7519) signed with HS256 for each request; can be named as `{jwt}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JwtSettings {
    /// The header besides `alg`.
    pub header: serde_json::Map<String, serde_json::Value>,
    /// The claims besides `exp`; may hold placeholders, and `{unix}` for the moment in seconds.
    pub claims: serde_json::Map<String, serde_json::Value>,
    /// The key: the name of one of the `secrets`.
    pub key: String,
    /// How long a token is good. Default 300.
    pub lifetime_seconds: u32,
}

impl Default for JwtSettings {
    fn default() -> Self {
        let (header, claims) = (serde_json::Map::new(), serde_json::Map::new());
        Self { header, claims, key: String::new(), lifetime_seconds: 300 }
    }
}

/// A place in a report, and what it holds when the report says so.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReportRule {
    /// The place, as a JSON pointer; fields of a form or a query count as members of an object.
    pub at: String,
    /// The values, written as the codes of answers are.
    pub is: Vec<String>,
}

/// How a gateway signs its reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignatureScheme {
    /// Not at all: the secret in the address is all. The default.
    #[default]
    None,
    /// As Twilio does: the header `X-Twilio-Signature`, HMAC-SHA1 over the address and the fields of the form.
    Twilio,
}

/// The signature without which a report is nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignatureSettings {
    /// `none` (default) or `twilio`.
    pub scheme: SignatureScheme,
    /// The key: the name of one of the `secrets`.
    pub key: String,
}

/// How to read the gateway's reports of delivery, which it sends to
/// `<public address>/callbacks/sms/<name>/<callback_secret>`, by GET or POST. That address can be named as
/// `{callback_url}`; a field that holds nothing else is left out while there is no `callback_secret`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReportSettings {
    /// Where the gateway's id of the message stands, as a JSON pointer.
    pub id: String,
    /// Where our id of the message stands, if the gateway repeats it; asked first.
    pub our_id: String,
    /// When the phone has the message.
    pub delivered: ReportRule,
    /// When the network gave up.
    pub failed: ReportRule,
    /// When the gateway itself refused it after all, if it tells that in another place; counts as failed.
    pub refused: ReportRule,
    /// How reports are signed, besides the secret in their address.
    pub signature: SignatureSettings,
}

/// A gateway described field by field.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// The name in logs, in `portal-id messages list` and in the address for reports: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// Where requests go. http only on this machine. May hold the names in `values` and `secrets`.
    pub url: String,
    /// `post` (default), `put` or `get`.
    pub method: Method,
    /// `json` (default), `form` or `xml`.
    pub body: BodyKind,
    /// What is sent. Texts may hold `{phone}`, `{text}`, `{text_base64}`, `{id}` (ours, the same at every attempt),
    /// `{id_digits}` (15 digits made of it), `{code}` and `{minutes}` (for gateways that keep the text themselves),
    /// `{seconds_left}` (for how long the text is of use), and the names in `values` and `secrets`; `{{` and `}}` stand for
    /// the braces themselves.
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// The document to send when `body` is `xml`, with the same placeholders.
    pub xml: String,
    /// Further headers; may hold the same placeholders.
    pub headers: BTreeMap<String, String>,
    /// The user name of Basic authentication (RFC 7617); may hold the names in `values` and `secrets`.
    pub basic_user: Option<String>,
    /// The password of Basic authentication: the name of one of the `secrets` or `values`. Empty: no password.
    pub basic_password: String,
    /// Fixed texts for placeholders, such as `brand`.
    pub values: BTreeMap<String, String>,
    /// Secret texts for placeholders; better in `secret_files`.
    pub secrets: BTreeMap<String, Secret>,
    /// Files that hold secret texts for placeholders.
    pub secret_files: BTreeMap<String, PathBuf>,
    /// `0x` (default), `84x` or `+84x`.
    pub number_form: NumberForm,
    /// A token to fetch first.
    pub token: Option<TokenSettings>,
    /// A token to sign first.
    pub jwt: Option<JwtSettings>,
    /// How to read the answer.
    pub answer: AnswerSettings,
    /// How to read reports of delivery; they are taken only under a `callback_secret`, one of the `secrets`.
    pub report: Option<ReportSettings>,
    /// Adds the line by which browsers fill the code in (WebOTP). Default false: carriers refuse `@` and `#`.
    pub web_otp: bool,
    /// How long one request may last. Default 8.
    pub timeout_seconds: u32,
    /// A PEM file of certificate authorities to trust besides those of the operating system.
    pub root_ca_file: Option<PathBuf>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            name: "http".to_owned(),
            url: String::new(),
            method: Method::default(),
            body: BodyKind::default(),
            fields: serde_json::Map::new(),
            xml: String::new(),
            headers: BTreeMap::new(),
            basic_user: None,
            basic_password: String::new(),
            values: BTreeMap::new(),
            secrets: BTreeMap::new(),
            secret_files: BTreeMap::new(),
            number_form: NumberForm::default(),
            token: None,
            jwt: None,
            answer: AnswerSettings::default(),
            report: None,
            web_otp: false,
            timeout_seconds: 8,
            root_ca_file: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_the_gateway_wants_it() {
        assert_eq!(NumberForm::National.write("+84912345678").as_deref(), Some("0912345678"));
        assert_eq!(NumberForm::CountryCode.write("+84912345678").as_deref(), Some("84912345678"));
        assert_eq!(NumberForm::E164.write("+84912345678").as_deref(), Some("+84912345678"));
    }

    #[test]
    fn a_foreign_number_and_what_is_no_number_are_never_sent() {
        for text in [
            "+4915112345678",
            "+8491234567",
            "+849123456789",
            "",
            "+",
            "0912345678",
            "+84 912345678",
            "+84912345678,+84912345679",
            "+8491234567x",
            "+84",
            "+8491234567890123",
        ] {
            for form in [NumberForm::National, NumberForm::CountryCode, NumberForm::E164] {
                assert_eq!(form.write(text), None, "{text:?}");
            }
        }
    }
}
