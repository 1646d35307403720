//! Renders and delivers what the outbox says; never decides to send.
//!
//! Owns the words of every e-mail and text message ([`Renderer`] and `templates/`), the way to a mail server
//! ([`Smtp`]), the way to text-message gateways and back ([`HttpGateway`], [`Failover`], [`Reports`]) and the job that
//! empties the outbox ([`Courier`]). What is sent, to whom and until when is decided by `portal-id-core` in the transaction that causes it.

mod courier;
#[cfg(test)]
mod false_authority;
mod loopback;
mod outgoing;
mod render;
mod settings;
mod sms;
mod smtp;
mod tls;

pub use courier::{Courier, NoticeCourier, Places, Round, RunReport, Way};
pub use outgoing::{HttpOutgoing, OutgoingSettings};
pub use render::{CodeText, Gsm7Fault, Renderer, UnfitMessage};
pub use settings::{Attempts, NotifySettings, SmsSettings};
pub use sms::{
    AnswerFormat, AnswerSettings, BodyKind, Failover, GatewaySettings, HttpGateway, HttpSettings, JwtSettings, Method,
    NumberForm, Receipts, ReportRule, ReportSettings, Reports, Route, SignatureScheme, SignatureSettings, SmppGateway,
    SmppSettings, StoredReceipts, TokenSettings, Verdict, WayBack, open_route,
};
pub use smtp::{Security, Smtp, SmtpSettings};

/// Settings that cannot work: the program must not start with them.
#[derive(Debug, thiserror::Error)]
#[error("notify: {0}")]
pub struct SetupError(String);

impl SetupError {
    fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

/// Reads a secret that is given either in the settings or in a file of its own; a final line break is not part of it.
fn read_secret(
    name: &str,
    given: Option<&portal_id_core::secret::Secret>,
    file: Option<&std::path::Path>,
) -> Result<Option<portal_id_core::secret::Secret>, SetupError> {
    match (given, file) {
        (Some(_), Some(_)) => Err(SetupError::new(format!("{name} and {name}_file exclude each other"))),
        (Some(secret), None) => Ok(Some(secret.clone())),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| SetupError::new(format!("{name}_file {} cannot be read: {error}", path.display())))?;
            Ok(Some(portal_id_core::secret::Secret::new(text.trim_end_matches(['\r', '\n']).to_owned())))
        }
        (None, None) => Ok(None),
    }
}
