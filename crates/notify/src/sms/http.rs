//! One gateway over HTTP, as its settings describe it.

use super::fill::{Filling, Form, Names, Pattern};
use super::settings::{AnswerSettings, BodyKind, GatewaySettings, HttpSettings, Method, NumberForm};
use super::verdict::{Verdict, judge};
use super::{Route, esms};
use crate::SetupError;
use crate::loopback::is_loopback;
use crate::render::places;
use async_trait::async_trait;
use portal_id_core::outbox::Delivery;
use portal_id_core::ports::{SmsGateway, TextMessage};
use portal_id_core::secret::Secret;
use reqwest::header::{HeaderName, HeaderValue};
use std::time::Duration;
use url::Url;

/// More than this of an answer is not read.
const ANSWER_CAP: usize = 64 * 1024;

/// A gateway that takes a JSON or form request and answers JSON.
pub struct HttpGateway {
    name: String,
    client: reqwest::Client,
    url: Url,
    method: Method,
    body: BodyKind,
    fields: Form,
    headers: Vec<(HeaderName, Pattern)>,
    basic: Option<(String, Option<Secret>)>,
    number_form: NumberForm,
    answer: AnswerSettings,
    web_otp: bool,
}

impl HttpGateway {
    /// From a preset or a description; reads the files it names, does not connect yet.
    pub fn new(settings: &GatewaySettings) -> Result<Self, SetupError> {
        match settings {
            GatewaySettings::Esms(settings) => Self::described(&esms::describe(settings)?),
            GatewaySettings::Http(settings) => Self::described(settings),
        }
    }

    fn described(settings: &HttpSettings) -> Result<Self, SetupError> {
        let wrong = |why: String| SetupError::new(format!("the SMS gateway {}: {why}", settings.name));
        let url = Url::parse(&settings.url).map_err(|_| wrong("url is not an absolute address".to_owned()))?;
        let loopback = url.host_str().is_some_and(is_loopback);
        if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
            return Err(wrong("url must be https, or http on this machine".to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("url must not carry a password; use basic_user and basic_password".to_owned()));
        }
        let names = names(settings)?;
        let fields = Form::read(&serde_json::Value::Object(settings.fields.clone()), &names)?;
        if (settings.body == BodyKind::Form || settings.method == Method::Get) && !fields.is_flat() {
            return Err(wrong("fields of a form must be flat".to_owned()));
        }
        if settings.answer.code.is_empty() != settings.answer.accepted.is_empty() {
            return Err(wrong("answer.code and answer.accepted go together".to_owned()));
        }
        let pointers = [&settings.answer.code, &settings.answer.error_code, &settings.answer.message_id];
        if pointers.iter().any(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
            return Err(wrong("places in the answer are JSON pointers and begin with /".to_owned()));
        }
        let basic = match (&settings.basic_user, settings.basic_password.as_str()) {
            (None, "") => None,
            (None, _) => return Err(wrong("basic_password needs basic_user".to_owned())),
            (Some(user), "") => Some((user.clone(), None)),
            (Some(user), name) => {
                let password =
                    names.get(name).ok_or_else(|| wrong("basic_password must name one of the secrets".to_owned()))?;
                Some((user.clone(), Some(password.clone())))
            }
        };
        Ok(Self {
            client: client(settings, !loopback)?,
            headers: headers(settings, &names)?,
            name: settings.name.clone(),
            method: settings.method,
            body: settings.body,
            number_form: settings.number_form,
            answer: settings.answer.clone(),
            web_otp: settings.web_otp,
            url,
            fields,
            basic,
        })
    }

    /// The words as this gateway may carry them. The WebOTP line is left out where it would make two messages of one:
    /// the code arrives all the same, and `autocomplete="one-time-code"` needs no line.
    fn words(&self, message: &TextMessage) -> String {
        match &message.web_otp {
            Some(line) if self.web_otp => {
                let whole = format!("{}\n{line}", message.text);
                if places(&whole).is_ok() { whole } else { message.text.clone() }
            }
            _ => message.text.clone(),
        }
    }

    fn request(&self, with: &Filling<'_>) -> Result<reqwest::RequestBuilder, &'static str> {
        let mut request = match self.method {
            Method::Get => {
                let mut url = self.url.clone();
                url.query_pairs_mut().extend_pairs(self.fields.pairs(with));
                self.client.get(url)
            }
            Method::Post => self.client.post(self.url.clone()),
            Method::Put => self.client.put(self.url.clone()),
        };
        if self.method != Method::Get {
            request = match self.body {
                BodyKind::Json => request.json(&self.fields.json(with)),
                BodyKind::Form => request.form(&self.fields.pairs(with)),
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

    async fn exchange(&self, with: &Filling<'_>) -> Verdict {
        let request = match self.request(with) {
            Ok(request) => request,
            Err(reason) => return Verdict::GatewayRefused(reason.to_owned()),
        };
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Verdict::Passing(in_words(&error).to_owned()),
        };
        let status = response.status().as_u16();
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_CAP => body.extend_from_slice(&chunk),
                Ok(Some(_)) => return Verdict::Passing(format!("answered {status} with more than we read")),
                Ok(None) => return judge(&self.answer, status, &body),
                Err(error) => return Verdict::Passing(in_words(&error).to_owned()),
            }
        }
    }
}

#[async_trait]
impl Route for HttpGateway {
    fn name(&self) -> &str {
        &self.name
    }

    async fn hand_over(&self, message: &TextMessage) -> Verdict {
        let Some(phone) = self.number_form.write(&message.to) else {
            return Verdict::NumberRefused("the number cannot be written in the gateway's form".to_owned());
        };
        let text = self.words(message);
        self.exchange(&Filling { phone: &phone, text: &text, id: &message.id }).await
    }
}

#[async_trait]
impl SmsGateway for HttpGateway {
    async fn deliver(&self, message: &TextMessage) -> Delivery {
        self.hand_over(message).await.into_delivery()
    }
}

/// The names that patterns may use: fixed values and secrets, each defined once.
fn names(settings: &HttpSettings) -> Result<Names, SetupError> {
    let mut names = Names::new();
    let values = settings.values.iter().map(|(name, value)| Ok((name, Secret::new(value.clone()))));
    let secrets = settings.secrets.iter().map(|(name, secret)| Ok((name, secret.clone())));
    let files = settings.secret_files.iter().map(|(name, path)| {
        let secret = crate::read_secret(&format!("{}.{name}", settings.name), None, Some(path))?;
        Ok((name, secret.unwrap_or_else(|| Secret::new(String::new()))))
    });
    for entry in values.chain(secrets).chain(files) {
        let (name, value) = entry?;
        let taken = matches!(name.as_str(), "phone" | "text" | "text_base64" | "id")
            || names.insert(name.clone(), value).is_some();
        if taken {
            return Err(SetupError::new(format!("the SMS gateway {}: {{{name}}} is defined twice", settings.name)));
        }
    }
    Ok(names)
}

fn headers(settings: &HttpSettings, names: &Names) -> Result<Vec<(HeaderName, Pattern)>, SetupError> {
    let read = |(name, pattern): (&String, &String)| {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| SetupError::new(format!("the SMS gateway {}: {name:?} is no header's name", settings.name)))?;
        Ok((header, Pattern::read(pattern, names)?))
    };
    settings.headers.iter().map(read).collect()
}

/// A client that goes to one place: no redirects, no proxies, nothing unprotected beyond this machine.
fn client(settings: &HttpSettings, https_only: bool) -> Result<reqwest::Client, SetupError> {
    let wrong = |why: &dyn std::fmt::Display| SetupError::new(format!("the SMS gateway {}: {why}", settings.name));
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Lost only to another thread that installed one first: then there is one, which is all we need.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let timeout = Duration::from_secs(u64::from(settings.timeout_seconds.max(1)));
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .https_only(https_only)
        .timeout(timeout)
        .connect_timeout(timeout)
        .user_agent("portal-id");
    if let Some(path) = &settings.root_ca_file {
        let pem = std::fs::read(path).map_err(|error| wrong(&format!("root_ca_file {}: {error}", path.display())))?;
        let roots = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|_| wrong(&"root_ca_file holds no PEM certificates"))?;
        builder = builder.tls_certs_merge(roots);
    }
    builder.build().map_err(|error| wrong(&error.without_url()))
}

/// What went wrong, without the address, which may carry keys or a number.
fn in_words(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "cannot be reached over a protected connection"
    } else {
        "broke the connection"
    }
}
