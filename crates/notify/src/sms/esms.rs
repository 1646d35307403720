//! The eSMS preset (developers.esms.vn, "Send OTP/Customer care message" and "Table of error codes").

use super::settings::{AnswerSettings, EsmsSettings, HttpSettings};
use crate::SetupError;
use serde_json::{Map, Value, json};

/// The description of eSMS as an HTTP gateway.
pub(super) fn describe(settings: &EsmsSettings) -> Result<HttpSettings, SetupError> {
    let name = &settings.name;
    let needed = |field: &str, given, file| {
        crate::read_secret(&format!("{name}.{field}"), given, file)?
            .ok_or_else(|| SetupError::new(format!("{name}.{field} is missing")))
    };
    let api_key = needed("api_key", settings.api_key.as_ref(), settings.api_key_file.as_deref())?;
    let secret_key = needed("secret_key", settings.secret_key.as_ref(), settings.secret_key_file.as_deref())?;
    let brand = settings.brandname.trim();
    // Networks show at most 11 characters of the GSM alphabet as a sender's name (3GPP TS 23.040 §9.1.2.5).
    if brand.is_empty() || brand.len() > 11 || !brand.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err(SetupError::new(format!("{name}.brandname must be 1 to 11 unaccented characters")));
    }
    Ok(HttpSettings {
        name: name.clone(),
        url: settings.url.clone(),
        fields: fields(settings.sandbox),
        values: [("brand".to_owned(), brand.to_owned())].into(),
        secrets: [("api_key".to_owned(), api_key), ("secret_key".to_owned(), secret_key)].into(),
        answer: answer(),
        web_otp: settings.web_otp,
        timeout_seconds: settings.timeout_seconds,
        ..HttpSettings::default()
    })
}

fn fields(sandbox: bool) -> Map<String, Value> {
    let fields = json!({
        "ApiKey": "{api_key}",
        "SecretKey": "{secret_key}",
        "Phone": "{phone}",
        "Content": "{text}",
        "Brandname": "{brand}",
        // Customer care, the class of one-time codes.
        "SmsType": "2",
        "IsUnicode": "0",
        "Sandbox": if sandbox { "1" } else { "0" },
        // At most 50 characters; eSMS refuses a repetition for 24 hours.
        "RequestId": "{id}",
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// What eSMS's codes mean for us. Not listed, therefore tried elsewhere and again: 99, which eSMS's pages give as
/// "number blocked in the system" and older clients as "unknown error": in both cases another gateway may succeed.
fn answer() -> AnswerSettings {
    let codes = |codes: &[&str]| codes.iter().map(ToString::to_string).collect();
    AnswerSettings {
        code: "/CodeResult".to_owned(),
        // 124: this RequestId came before. Ours repeat only when an attempt is repeated, so the first one was accepted.
        accepted: codes(&["100", "124"]),
        error_code: String::new(),
        // 108: not a phone number.
        number: codes(&["108"]),
        // 101 keys, 102 no price list, 103 balance, 104 brandname, 118 message type, 140 our address is not allowed,
        // 146 text differs from the registered template, 177 brandname not registered with the number's network.
        gateway: codes(&["101", "102", "103", "104", "118", "140", "146", "177"]),
        message_id: "/SMSID".to_owned(),
    }
}
