//! Delivering a rendered message.

use crate::language::Language;
use crate::outbox::Delivery;
use async_trait::async_trait;

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
    /// Tries once to deliver.
    async fn deliver(&self, message: &TextMessage) -> Delivery;
}
