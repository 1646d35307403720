//! Delivering a rendered message.

use crate::language::Language;
use crate::outbox::Delivery;
use crate::store::StoreError;
use crate::time::Timestamp;
use async_trait::async_trait;
use std::collections::BTreeMap;

/// A rendered e-mail.
#[derive(Clone)]
pub struct EmailMessage {
    /// The outbox row's id: becomes the `Message-ID`, so that a repeated delivery can be recognised.
    pub id: String,
    /// The recipient's address.
    pub to: String,
    /// The language it is written in (RFC 3282).
    pub language: Language,
    /// The subject, one line.
    pub subject: String,
    /// The plain-text body.
    pub text: String,
    /// The HTML body.
    pub html: String,
}

/// A rendered text message.
#[derive(Clone)]
pub struct TextMessage {
    /// The outbox row's id: the gateway's request id.
    pub id: String,
    /// The recipient in E.164.
    pub to: String,
    /// The text, unaccented.
    pub text: String,
    /// The line that lets a browser fill the code in (`@host #code`), for gateways that allow it.
    pub web_otp: Option<String>,
    /// The template's name: gateways that hold the texts themselves have each under a number of its own.
    pub template: &'static str,
    /// What the template was filled with, by name: for gateways that hold the text themselves and take only these.
    pub parameters: BTreeMap<&'static str, String>,
    /// From this moment on the words are of no use: gateways that can are told not to deliver them later.
    pub not_after: Timestamp,
}

/// Hands e-mails to a mail server.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Tries once to deliver.
    async fn deliver(&self, email: &EmailMessage) -> Delivery;
}

/// Hands text messages to a gateway, or to the next one when the first fails.
#[async_trait]
pub trait SmsGateway: Send + Sync {
    /// Tries once to deliver, at `now`: tokens for gateways are dated by it.
    async fn deliver(&self, message: &TextMessage, now: Timestamp) -> Delivery;

    /// Whether the gateway of this name may tell later what became of a message that it accepted.
    fn tells_later(&self, _gateway: &str) -> bool {
        true
    }
}

/// A gateway's report about a message that it had accepted, as it came: not believed yet, and never logged.
pub struct SmsReport<'a> {
    /// The gateway's name in the address.
    pub gateway: &'a str,
    /// The secret in the address.
    pub secret: &'a str,
    /// The query, undecoded.
    pub query: &'a str,
    /// The headers that can be read as text; names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body: a form, or JSON; gateways do not always say which.
    pub body: &'a [u8],
}

/// What came of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportOutcome {
    /// Read; whether it told us anything new is nobody's business.
    Taken,
    /// No gateway of that name reports here under that secret.
    Unknown,
}

/// Takes the reports of text-message gateways.
#[async_trait]
pub trait SmsReports: Send + Sync {
    /// Notes what the report tells.
    async fn take(&self, report: SmsReport<'_>, now: Timestamp) -> Result<ReportOutcome, StoreError>;
}
