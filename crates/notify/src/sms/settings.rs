//! How a gateway is described: by a preset, or field by field.

use portal_id_core::secret::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One text-message gateway.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(tag = "preset", rename_all = "snake_case")]
pub enum GatewaySettings {
    /// eSMS (developers.esms.vn).
    Esms(EsmsSettings),
    /// Any gateway that takes a JSON or form request and answers JSON.
    Http(Box<HttpSettings>),
}

/// eSMS: `SendMultipleMessage_V4_post_json`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EsmsSettings {
    /// The name in logs. Default `esms`.
    pub name: String,
    /// Where requests go; default eSMS's own address. http only on this machine.
    pub url: String,
    /// The ApiKey; better in `api_key_file`.
    pub api_key: Option<Secret>,
    /// A file that holds the ApiKey.
    pub api_key_file: Option<PathBuf>,
    /// The SecretKey; better in `secret_key_file`.
    pub secret_key: Option<Secret>,
    /// A file that holds the SecretKey.
    pub secret_key_file: Option<PathBuf>,
    /// The registered brandname, at most 11 characters.
    pub brandname: String,
    /// eSMS checks the request, sends nothing and charges nothing. Default false.
    pub sandbox: bool,
    /// Adds the line by which browsers fill the code in (WebOTP). Default false: carriers refuse `@` and `#`.
    pub web_otp: bool,
    /// How long one request may last. Default 8.
    pub timeout_seconds: u32,
}

impl Default for EsmsSettings {
    fn default() -> Self {
        Self {
            name: "esms".to_owned(),
            url: "https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/".to_owned(),
            api_key: None,
            api_key_file: None,
            secret_key: None,
            secret_key_file: None,
            brandname: String::new(),
            sandbox: false,
            web_otp: false,
            timeout_seconds: 8,
        }
    }
}

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
    /// Writes an E.164 number in this form; `None` for a foreign number in the national form and for what is no number.
    pub(super) fn write(self, e164: &str) -> Option<String> {
        let digits = e164
            .strip_prefix('+')
            .filter(|digits| (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        match self {
            Self::National => digits.strip_prefix("84").map(|rest| format!("0{rest}")),
            Self::CountryCode => Some(digits.to_owned()),
            Self::E164 => Some(e164.to_owned()),
        }
    }
}

/// How to read the gateway's answer. Codes are compared as text; a number or a boolean in the JSON counts as its text.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AnswerSettings {
    /// Where the code stands, as a JSON pointer (RFC 6901), such as `/CodeResult`. Empty: any 2xx status is acceptance.
    pub code: String,
    /// Codes that mean accepted.
    pub accepted: Vec<String>,
    /// Where an error's code stands, if elsewhere than `code` (SpeedSMS: `code` is `/status`, `error_code` is `/code`).
    pub error_code: String,
    /// Codes that say the number cannot be reached by anybody: the message is given up.
    pub number: Vec<String>,
    /// Codes that say the gateway will not serve us (keys, balance, brandname, template): the next gateway is tried
    /// and an operator must look.
    pub gateway: Vec<String>,
    /// Where the gateway's id of the message stands, as a JSON pointer; for the log. Empty: none.
    pub message_id: String,
}

/// A gateway described field by field.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// The name in logs.
    pub name: String,
    /// Where requests go. http only on this machine.
    pub url: String,
    /// `post` (default), `put` or `get`.
    pub method: Method,
    /// `json` (default) or `form`.
    pub body: BodyKind,
    /// What is sent. Texts may hold `{phone}`, `{text}`, `{text_base64}`, `{id}` and the names in `values` and
    /// `secrets`; `{{` and `}}` stand for the braces themselves.
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// Further headers; may hold the same placeholders.
    pub headers: BTreeMap<String, String>,
    /// The user name of Basic authentication (RFC 7617).
    pub basic_user: Option<String>,
    /// The password of Basic authentication: the name of one of the `secrets`. Empty: no password.
    pub basic_password: String,
    /// Fixed texts for placeholders, such as `brand`.
    pub values: BTreeMap<String, String>,
    /// Secret texts for placeholders; better in `secret_files`.
    pub secrets: BTreeMap<String, Secret>,
    /// Files that hold secret texts for placeholders.
    pub secret_files: BTreeMap<String, PathBuf>,
    /// `0x` (default), `84x` or `+84x`.
    pub number_form: NumberForm,
    /// How to read the answer.
    pub answer: AnswerSettings,
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
            headers: BTreeMap::new(),
            basic_user: None,
            basic_password: String::new(),
            values: BTreeMap::new(),
            secrets: BTreeMap::new(),
            secret_files: BTreeMap::new(),
            number_form: NumberForm::default(),
            answer: AnswerSettings::default(),
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
        assert_eq!(NumberForm::CountryCode.write("+4915112345678").as_deref(), Some("4915112345678"));
    }

    #[test]
    fn what_is_no_number_is_never_sent() {
        assert_eq!(NumberForm::National.write("+4915112345678"), None);
        for text in [
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
