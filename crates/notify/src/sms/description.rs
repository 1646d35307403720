//! Reads the description of a gateway over HTTP, and refuses one that cannot work or would leak. What is read is used
//! elsewhere: here nothing is sent.

use super::fill::{Names, OF_THE_MESSAGE, Pattern};
use super::form::Form;
use super::settings::{BodyKind, HttpSettings, Method, ReportSettings};
use crate::SetupError;
use portal_id_core::secret::Secret;
use reqwest::header::HeaderName;
use serde_json::{Map, Value};

/// The secret under which a gateway may report.
pub(super) const CALLBACK_SECRET: &str = "callback_secret";
/// The address at which it reports, for patterns.
pub(super) const CALLBACK_URL: &str = "callback_url";

/// What is sent.
pub(super) enum Content {
    Json(Form),
    Form(Form),
    Xml(Pattern),
}

/// A name stands in logs, lists and addresses.
pub(super) fn check_name(name: &str) -> Result<(), SetupError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=40).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    Err(SetupError::new("name must be 1 to 40 letters, digits, - _ ."))
}

/// Networks show at most 11 characters of the GSM alphabet as a sender's name (3GPP TS 23.040 §9.1.2.5).
pub(super) fn is_sender(name: &str) -> bool {
    (1..=11).contains(&name.len())
        && name.trim() == name
        && name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

/// Places are JSON pointers; one that is misspelt would never be found, and nobody would know.
pub(super) fn check_places(settings: &HttpSettings) -> Result<(), SetupError> {
    let answer = &settings.answer;
    if answer.code.is_empty() != answer.accepted.is_empty() {
        return Err(SetupError::new("answer.code and answer.accepted go together"));
    }
    let mut places = vec![
        ("answer.code", &answer.code),
        ("answer.error_code", &answer.error_code),
        ("answer.message_id", &answer.message_id),
    ];
    if let Some(ReportSettings { id, our_id, delivered, failed, refused, .. }) = &settings.report {
        let here = [
            ("report.id", id),
            ("report.our_id", our_id),
            ("report.delivered.at", &delivered.at),
            ("report.failed.at", &failed.at),
            ("report.refused.at", &refused.at),
        ];
        if id.is_empty() && our_id.is_empty() {
            return Err(SetupError::new("report.id or report.our_id must say which message a report is about"));
        }
        if delivered.at.is_empty() || failed.at.is_empty() {
            return Err(SetupError::new("report.delivered.at and report.failed.at must say what became of a message"));
        }
        places.extend(here);
    }
    if let Some(token) = &settings.token {
        if token.place.is_empty() {
            return Err(SetupError::new("token.place must say where the token stands"));
        }
        places.extend([("token.place", &token.place), ("token.lifetime", &token.lifetime)]);
    }
    match places.iter().find(|(_, place)| !place.is_empty() && !place.starts_with('/')) {
        Some((name, _)) => Err(SetupError::new(format!("{name} must be a JSON pointer, which begins with /"))),
        None => Ok(()),
    }
}

/// The body that is sent, or the fields of the address.
pub(super) fn content(
    settings: &HttpSettings,
    fields: Map<String, Value>,
    names: &Names,
) -> Result<Content, SetupError> {
    if settings.body == BodyKind::Xml {
        if settings.xml.is_empty() || !fields.is_empty() || settings.method == Method::Get {
            return Err(SetupError::new("a body of xml needs xml, no fields, and post or put"));
        }
        return Ok(Content::Xml(Pattern::read("xml", settings.xml.trim(), names)?));
    }
    let form = Form::read("fields", &Value::Object(fields), names)?;
    if (settings.body == BodyKind::Form || settings.method == Method::Get) && !form.is_flat() {
        return Err(SetupError::new("fields of a form must be flat"));
    }
    Ok(if settings.body == BodyKind::Form { Content::Form(form) } else { Content::Json(form) })
}

/// User and password of Basic authentication.
pub(super) fn basic(settings: &HttpSettings, names: &Names) -> Result<Option<(String, Option<Secret>)>, SetupError> {
    let Some(user) = &settings.basic_user else {
        let is_lonely = !settings.basic_password.is_empty();
        return if is_lonely { Err(SetupError::new("basic_password needs basic_user")) } else { Ok(None) };
    };
    let user = Pattern::read("basic_user", user, names)?
        .fixed()
        .ok_or_else(|| SetupError::new("basic_user must be the same for every message"))?;
    if settings.basic_password.is_empty() {
        return Ok(Some((user, None)));
    }
    let password = names
        .get(&settings.basic_password)
        .ok_or_else(|| SetupError::new("basic_password must name one of the secrets or values"))?;
    Ok(Some((user, Some(password.clone()))))
}

/// The address at which the gateway reports, if it may.
pub(super) fn callback_url(
    settings: &HttpSettings,
    names: &Names,
    public_url: &str,
) -> Result<Option<Secret>, SetupError> {
    let Some(secret) = names.get(CALLBACK_SECRET) else { return Ok(None) };
    if settings.report.is_none() {
        return Err(SetupError::new("callback_secret is of no use without report, which says how to read one"));
    }
    Ok(Some(Secret::new(format!("{public_url}{}", callback_path(&settings.name, secret.expose())))))
}

/// The path of that address.
pub(super) fn callback_path(gateway: &str, secret: &str) -> String {
    format!("/callbacks/sms/{gateway}/{secret}")
}

/// A registered sender is what the network shows.
pub(super) fn check_brandname(settings: &HttpSettings) -> Result<(), SetupError> {
    if settings.values.get("brandname").is_some_and(|name| !is_sender(name)) {
        return Err(SetupError::new("brandname must be 1 to 11 unaccented characters"));
    }
    Ok(())
}

/// The names that patterns may use: fixed values and secrets, each defined once.
pub(super) fn names(settings: &HttpSettings) -> Result<Names, SetupError> {
    let mut names = Names::new();
    let values = settings.values.iter().map(|(name, value)| Ok((name, Secret::new(value.clone()))));
    let secrets = settings.secrets.iter().map(|(name, secret)| Ok((name, secret.clone())));
    let files = settings.secret_files.iter().map(|(name, path)| {
        let secret = crate::read_secret(name, None, Some(path))?;
        Ok((name, secret.unwrap_or_else(|| Secret::new(String::new()))))
    });
    for entry in values.chain(secrets).chain(files) {
        let (name, value) = entry?;
        let is_ours = name == CALLBACK_URL || OF_THE_MESSAGE.contains(&name.as_str());
        if is_ours || names.insert(name.clone(), value).is_some() {
            return Err(SetupError::new(format!("{{{name}}} is defined twice")));
        }
    }
    if names.get(CALLBACK_SECRET).is_some_and(|secret| !is_path_secret(secret.expose())) {
        return Err(SetupError::new("callback_secret must be 24 to 100 letters, digits, - and _"));
    }
    Ok(names)
}

/// It stands in an address, and is all that keeps strangers from reporting.
fn is_path_secret(secret: &str) -> bool {
    (24..=100).contains(&secret.len())
        && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The further headers.
pub(super) fn headers(settings: &HttpSettings, names: &Names) -> Result<Vec<(HeaderName, Pattern)>, SetupError> {
    let read = |(name, pattern): (&String, &String)| {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| SetupError::new(format!("{name:?} is no header's name")))?;
        Ok((header, Pattern::read(&format!("headers.{name}"), pattern, names)?))
    };
    settings.headers.iter().map(read).collect()
}
