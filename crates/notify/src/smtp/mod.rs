//! The way to the mail server.

mod answer;
mod compose;
mod session;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::{Security, SmtpSettings};

use crate::SetupError;
use crate::loopback::is_loopback;
use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use portal_id_core::outbox::Delivery;
use portal_id_core::ports::{EmailMessage, Mailer};
use session::{Protection, Server};
use std::time::Duration;

/// Hands e-mails to one mail server, over TLS or not at all.
pub struct Smtp {
    server: Server,
    from: Mailbox,
}

impl Smtp {
    /// Reads the settings and their files; does not connect yet.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SetupError> {
        let from: Mailbox = settings
            .from
            .parse()
            .map_err(|_| SetupError::new(format!("smtp.from is no sender: {:?}", settings.from)))?;
        if settings.from.chars().any(char::is_control) {
            return Err(SetupError::new("smtp.from must be one line"));
        }
        let hello = settings.hello_name.clone().unwrap_or_else(|| from.email.domain().to_owned());
        if hello.is_empty() || !hello.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SetupError::new("smtp.hello_name must be a host name"));
        }
        let password =
            crate::read_secret("smtp.password", settings.password.as_ref(), settings.password_file.as_deref())?;
        let credentials = match (&settings.username, password) {
            (Some(username), Some(password)) => Some(Credentials::new(username.clone(), password.expose().to_owned())),
            (None, None) => None,
            _ => return Err(SetupError::new("smtp.username and smtp.password go together")),
        };
        let server = Server {
            host: settings.host.clone(),
            port: settings.port(),
            protection: protection(settings)?,
            hello: ClientId::Domain(hello),
            credentials,
            timeout: Duration::from_secs(u64::from(settings.timeout_seconds.max(1))),
        };
        Ok(Self { server, from })
    }
}

fn protection(settings: &SmtpSettings) -> Result<Protection, SetupError> {
    if settings.security == Security::None {
        return if is_loopback(&settings.host) {
            Ok(Protection::None)
        } else {
            Err(SetupError::new(format!(
                "smtp.security = \"none\" is for this machine only, not for {:?}",
                settings.host
            )))
        };
    }
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.root_ca_file {
        let unreadable =
            |why: &dyn std::fmt::Display| SetupError::new(format!("smtp.root_ca_file {}: {why}", path.display()));
        let pem = std::fs::read(path).map_err(|error| unreadable(&error))?;
        parameters = parameters
            .add_root_certificate(Certificate::from_pem(&pem).map_err(|_| unreadable(&"not PEM certificates"))?);
    }
    let parameters =
        parameters.build_rustls().map_err(|error| SetupError::new(format!("smtp: TLS cannot be set up: {error}")))?;
    Ok(match settings.security {
        Security::Tls => Protection::Tls(parameters),
        Security::StartTls | Security::None => Protection::StartTls(parameters),
    })
}

#[async_trait]
impl Mailer for Smtp {
    async fn deliver(&self, email: &EmailMessage) -> Delivery {
        let message = match compose::compose(email, &self.from) {
            Ok(message) => message,
            Err(fault) => return Delivery::Permanent(fault.to_string()),
        };
        let Err(broken) = self.server.hand_over(message.envelope(), &message.formatted()).await else {
            return Delivery::Accepted;
        };
        let delivery = answer::delivery_after(&broken);
        if answer::concerns_us(&broken)
            && let Delivery::Passing(reason) = &delivery
        {
            tracing::error!(
                message_id = email.id,
                reason,
                "the mail server cannot be used; e-mails wait until that is mended"
            );
        }
        delivery
    }
}
