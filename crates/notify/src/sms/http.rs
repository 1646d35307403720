//! One gateway over HTTP, as its settings describe it.

use super::Route;
use super::exchange::{client, guarded_url, send};
use super::fill::{Filling, Form, Names, OF_THE_MESSAGE, Pattern};
use super::jwt::Signer;
use super::settings::{AnswerSettings, BodyKind, HttpSettings, Method, NumberForm};
use super::token::TokenKeeper;
use super::verdict::{Answer, Verdict};
use crate::SetupError;
use crate::render::places;
use async_trait::async_trait;
use portal_id_core::ports::TextMessage;
use portal_id_core::secret::Secret;
use portal_id_core::time::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

/// The secret under which a gateway may report.
pub(super) const CALLBACK_SECRET: &str = "callback_secret";
/// The address at which it reports, for patterns.
const CALLBACK_URL: &str = "callback_url";

/// What is sent.
enum Content {
    Json(Form),
    Form(Form),
    Xml(Pattern),
}

/// A gateway that takes a JSON, form or XML request and answers JSON or XML.
pub struct HttpGateway {
    name: String,
    client: reqwest::Client,
    url: Url,
    method: Method,
    content: Content,
    headers: Vec<(HeaderName, Pattern)>,
    basic: Option<(String, Option<Secret>)>,
    token: Option<TokenKeeper>,
    jwt: Option<Signer>,
    number_form: NumberForm,
    answer: AnswerSettings,
    web_otp: bool,
    /// What it needs to know of the template.
    parameters: Vec<&'static str>,
}

impl HttpGateway {
    /// From its settings; reads the files that they name, does not connect yet. Reports come to `public_url`, without a
    /// trailing slash.
    pub fn new(settings: &HttpSettings, public_url: &str) -> Result<Self, SetupError> {
        Self::described(settings, public_url)
            .map_err(|fault| SetupError::new(format!("the SMS gateway {}: {}", settings.name, fault.0)))
    }

    fn described(settings: &HttpSettings, public_url: &str) -> Result<Self, SetupError> {
        let wrong = |why: &str| Err(SetupError::new(why));
        check_name(&settings.name)?;
        let mut names = names(settings)?;
        if settings.values.get("brandname").is_some_and(|name| !is_sender(name)) {
            return wrong("brandname must be 1 to 11 unaccented characters");
        }
        let mut fields = settings.fields.clone();
        match names.get(CALLBACK_SECRET) {
            Some(secret) => {
                let address = format!("{public_url}/callbacks/sms/{}/{}", settings.name, secret.expose());
                names.insert(CALLBACK_URL.to_owned(), Secret::new(address));
            }
            None => fields.retain(|_, value| value.as_str() != Some("{callback_url}")),
        }
        let Some(address) = Pattern::read(&settings.url, &names)?.fixed() else {
            return wrong("url must be the same for every message");
        };
        let (url, mut loopback) = guarded_url(&address).map_err(|why| SetupError::new(format!("url {why}")))?;
        let content = content(settings, fields, &names)?;
        check_places(&settings.answer)?;
        let token = match &settings.token {
            Some(token) => {
                let (keeper, is_here) = TokenKeeper::new(token, &names)?;
                loopback |= is_here;
                Some(keeper)
            }
            None => None,
        };
        let headers = headers(settings, &names)?;
        let mut parameters: Vec<_> = headers.iter().flat_map(|(_, pattern)| pattern.parameters()).collect();
        parameters.extend(match &content {
            Content::Json(form) | Content::Form(form) => form.parameters(),
            Content::Xml(document) => document.parameters().collect(),
        });
        Ok(Self {
            client: client(settings, !loopback)?,
            basic: basic(settings, &names)?,
            jwt: settings.jwt.as_ref().map(|jwt| Signer::new(jwt, &names)).transpose()?,
            name: settings.name.clone(),
            method: settings.method,
            number_form: settings.number_form,
            answer: settings.answer.clone(),
            web_otp: settings.web_otp,
            url,
            content,
            headers,
            token,
            parameters,
        })
    }

    fn request(&self, with: &Filling<'_>) -> Result<reqwest::RequestBuilder, &'static str> {
        let mut url = self.url.clone();
        let mut request = match (self.method, &self.content) {
            (Method::Get, Content::Json(fields) | Content::Form(fields)) => {
                url.query_pairs_mut().extend_pairs(fields.pairs(with));
                self.client.get(url)
            }
            (Method::Put, _) => self.client.put(url),
            (Method::Get | Method::Post, _) => self.client.post(url),
        };
        if self.method != Method::Get {
            request = match &self.content {
                Content::Json(fields) => request.json(&fields.json(with)),
                Content::Form(fields) => request.form(&fields.pairs(with)),
                Content::Xml(document) => {
                    request.header(CONTENT_TYPE, "text/xml; charset=utf-8").body(document.fill_xml(with))
                }
            };
        }
        for (name, pattern) in &self.headers {
            let mut value = HeaderValue::from_str(&pattern.fill(with)).map_err(|_| "a header cannot be written")?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        Ok(match &self.basic {
            Some((user, password)) => request.basic_auth(user, password.as_ref().map(Secret::expose)),
            None => request,
        })
    }

    async fn exchange(&self, with: &Filling<'_>) -> Result<Answer, Verdict> {
        let request = self.request(with).map_err(|why| Verdict::GatewayRefused(why.to_owned()))?;
        let (status, body) = send(request).await.map_err(Verdict::Passing)?;
        Ok(Answer::read(self.answer.format, status, &body))
    }

    /// With a token: when the gateway says that it is over, once more with another.
    async fn exchange_with(&self, token: &TokenKeeper, with: &Filling<'_>, now: Timestamp) -> Result<Answer, Verdict> {
        let access = token.access(&self.client, with.id, now).await?;
        let granted = Filling { access: Some((access.token.expose(), &access.session)), ..*with };
        let answer = self.exchange(&granted).await?;
        if !token.is_over(&answer, &self.answer) {
            return Ok(answer);
        }
        token.forget(&access).await;
        let access = token.access(&self.client, with.id, now).await?;
        self.exchange(&Filling { access: Some((access.token.expose(), &access.session)), ..*with }).await
    }
}

#[async_trait]
impl Route for HttpGateway {
    fn name(&self) -> &str {
        &self.name
    }

    async fn hand_over(&self, message: &TextMessage, now: Timestamp) -> Verdict {
        let Some(phone) = self.number_form.write(&message.to) else {
            return Verdict::NumberRefused("the number is no Vietnamese mobile number".to_owned());
        };
        if let Some(missing) = self.parameters.iter().find(|name| !message.parameters.contains_key(*name)) {
            return Verdict::GatewayRefused(format!("this message has no {{{missing}}}"));
        }
        let text = words(message, self.web_otp);
        let with = Filling {
            phone: &phone,
            text: &text,
            id: &message.id,
            parameters: &message.parameters,
            unix: now.seconds(),
            access: None,
            jwt: "",
        };
        let jwt = self.jwt.as_ref().map(|signer| signer.sign(&with)).unwrap_or_default();
        let with = Filling { jwt: &jwt, ..with };
        let answer = match &self.token {
            Some(token) => self.exchange_with(token, &with, now).await,
            None => self.exchange(&with).await,
        };
        answer.map_or_else(|verdict| verdict, |answer| answer.judge(&self.answer))
    }
}

/// The words as a gateway may carry them. The WebOTP line is left out where it would make two messages of one: the code
/// arrives all the same, and `autocomplete="one-time-code"` needs no line.
pub(super) fn words(message: &TextMessage, web_otp: bool) -> String {
    match &message.web_otp {
        Some(line) if web_otp => {
            let whole = format!("{}\n{line}", message.text);
            if places(&whole).is_ok() { whole } else { message.text.clone() }
        }
        _ => message.text.clone(),
    }
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

fn check_places(answer: &AnswerSettings) -> Result<(), SetupError> {
    if answer.code.is_empty() != answer.accepted.is_empty() {
        return Err(SetupError::new("answer.code and answer.accepted go together"));
    }
    let pointers = [&answer.code, &answer.error_code, &answer.message_id];
    if pointers.iter().any(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
        return Err(SetupError::new("places in the answer are JSON pointers and begin with /"));
    }
    Ok(())
}

fn content(settings: &HttpSettings, fields: Map<String, Value>, names: &Names) -> Result<Content, SetupError> {
    if settings.body == BodyKind::Xml {
        if settings.xml.is_empty() || !fields.is_empty() || settings.method == Method::Get {
            return Err(SetupError::new("a body of xml needs xml, no fields, and post or put"));
        }
        return Ok(Content::Xml(Pattern::read(settings.xml.trim(), names)?));
    }
    let form = Form::read(&Value::Object(fields), names)?;
    if (settings.body == BodyKind::Form || settings.method == Method::Get) && !form.is_flat() {
        return Err(SetupError::new("fields of a form must be flat"));
    }
    Ok(if settings.body == BodyKind::Form { Content::Form(form) } else { Content::Json(form) })
}

fn basic(settings: &HttpSettings, names: &Names) -> Result<Option<(String, Option<Secret>)>, SetupError> {
    let Some(user) = &settings.basic_user else {
        let is_lonely = !settings.basic_password.is_empty();
        return if is_lonely { Err(SetupError::new("basic_password needs basic_user")) } else { Ok(None) };
    };
    let user = Pattern::read(user, names)?
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

fn headers(settings: &HttpSettings, names: &Names) -> Result<Vec<(HeaderName, Pattern)>, SetupError> {
    let read = |(name, pattern): (&String, &String)| {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| SetupError::new(format!("{name:?} is no header's name")))?;
        Ok((header, Pattern::read(pattern, names)?))
    };
    settings.headers.iter().map(read).collect()
}
