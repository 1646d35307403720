//! Where the mail server is and how we prove who we are.

use portal_id_core::secret::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How the way to the mail server is protected. There is no "if possible": what is asked for happens, or nothing is
/// sent (RFC 8314 §4.1; security.md row 29).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte, usually port 465: the better of the two (RFC 8314 §3.3).
    Tls,
    /// TLS begun by STARTTLS, usually port 587 (RFC 3207); a server that does not offer it gets no mail.
    #[default]
    StartTls,
    /// No protection: only to a host that can be nothing but this machine.
    None,
}

/// The mail server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpSettings {
    /// The host name, which its certificate must bear. Default `localhost`.
    pub host: String,
    /// The port; default 465 for `tls`, 587 for `starttls`, 25 for `none`.
    pub port: Option<u16>,
    /// `tls`, `starttls` (default) or `none`, the last only for `localhost`, 127.0.0.0/8 or ::1.
    pub security: Security,
    /// The user name, when the server wants one.
    pub username: Option<String>,
    /// The password; better in `password_file`.
    pub password: Option<Secret>,
    /// A file that holds the password.
    pub password_file: Option<PathBuf>,
    /// The sender, `Name <address>`. Its domain also ends our Message-IDs. Default `no-reply@localhost`.
    pub from: String,
    /// The name by which we greet the server (RFC 5321 §4.1.1.1); default: the domain of `from`.
    pub hello_name: Option<String>,
    /// A PEM file of certificate authorities to trust besides those of the operating system.
    pub root_ca_file: Option<PathBuf>,
    /// How long handing one e-mail over may last. Default 30; keep it below `lease_seconds`.
    pub timeout_seconds: u32,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: None,
            security: Security::default(),
            username: None,
            password: None,
            password_file: None,
            from: "no-reply@localhost".to_owned(),
            hello_name: None,
            root_ca_file: None,
            timeout_seconds: 30,
        }
    }
}

impl SmtpSettings {
    /// The port in use.
    pub(super) fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        })
    }
}
