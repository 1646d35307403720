//! One gateway over HTTP, as its settings describe it.

use super::Route;
use super::description::{
    CALLBACK_URL, Content, basic, callback_url, check_brandname, check_name, check_places, content, headers, names,
};
use super::exchange::{Silence, client, guarded_url, send};
use super::fill::{Filling, Pattern};
use super::jwt::Signer;
use super::settings::{AnswerSettings, HttpSettings, Method, NumberForm};
use super::signature::Signature;
use super::token::TokenKeeper;
use super::verdict::{Answer, Verdict};
use crate::SetupError;
use crate::render::places;
use async_trait::async_trait;
use portal_id_core::ports::TextMessage;
use portal_id_core::secret::Secret;
use portal_id_core::time::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use url::Url;

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
    /// Whether it knows where to report to.
    tells_later: bool,
}

impl HttpGateway {
    /// From its settings; reads the files that they name, does not connect yet. Reports come to `public_url`, without a
    /// trailing slash.
    pub fn new(settings: &HttpSettings, public_url: &str) -> Result<Self, SetupError> {
        Self::described(settings, public_url)
            .map_err(|fault| SetupError::new(format!("the SMS gateway {}: {}", settings.name, fault.0)))
    }

    fn described(settings: &HttpSettings, public_url: &str) -> Result<Self, SetupError> {
        check_name(&settings.name)?;
        let mut names = names(settings)?;
        check_brandname(settings)?;
        let address = callback_url(settings, &names, public_url)?;
        if let (Some(report), Some(address)) = (&settings.report, &address) {
            Signature::new(&report.signature, &names, address.clone())?;
        }
        let mut fields = settings.fields.clone();
        let tells_later = address.is_some();
        match address {
            Some(address) => drop(names.insert(CALLBACK_URL.to_owned(), address)),
            None => fields.retain(|_, value| value.as_str() != Some("{callback_url}")),
        }
        let Some(address) = Pattern::read("url", &settings.url, &names)?.fixed() else {
            return Err(SetupError::new("url must be the same for every message"));
        };
        let (url, mut loopback) = guarded_url(&address).map_err(|why| SetupError::new(format!("url {why}")))?;
        let content = content(settings, fields, &names)?;
        check_places(settings)?;
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
            tells_later,
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
        let (status, body) = send(request).await.map_err(Silence::verdict)?;
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

    fn tells_later(&self) -> bool {
        self.tells_later
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
            template: message.template,
            parameters: &message.parameters,
            unix: now.seconds(),
            seconds_left: message.not_after.since(now).as_seconds().max(1),
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
