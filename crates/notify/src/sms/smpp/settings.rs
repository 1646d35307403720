//! How a gateway over SMPP is described.

use portal_id_core::secret::Secret;
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;

/// A short message centre over SMPP 3.4 (`preset = "smpp"`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "switches of their own, each with its name in the configuration")]
pub struct SmppSettings {
    /// The name in logs and lists.
    pub name: String,
    /// The host.
    pub host: String,
    /// The port; 3550 with TLS and 2775 without when absent.
    pub port: Option<u16>,
    /// Whether TLS protects the session. Default true; false for this machine only, where the end of a tunnel is.
    pub tls: bool,
    /// A PEM file of certificate authorities to trust besides those of the operating system.
    pub root_ca_file: Option<PathBuf>,
    /// Who we are to the SMSC, at most 15 characters.
    pub system_id: String,
    /// The password, at most 8 characters; better in `password_file`.
    pub password: Option<Secret>,
    /// A file that holds the password.
    pub password_file: Option<PathBuf>,
    /// The kind of system, if the SMSC asks for one.
    pub system_type: String,
    /// The registered brandname, at most 11 characters.
    pub brandname: String,
    /// Whether receipts of delivery are asked for. Default true.
    pub receipts: bool,
    /// Whether a message to us that looks like a receipt counts as one although the SMSC does not mark it (`esm_class`
    /// without 0x04). Default false: a person can write such a message.
    pub unmarked_receipts: bool,
    /// Whether the SMSC gives an id in hexadecimal when it accepts a message and the same number in decimal in its
    /// receipts. Default false.
    pub hex_ids: bool,
    /// How many messages may wait for their answer at a time. Default 10.
    pub window: u8,
    /// How often the session is kept alive, in seconds. Default 30.
    pub enquire_link_seconds: u32,
    /// Further command statuses, as numbers, that say the number cannot be reached by anybody. Carriers have their own
    /// from 1024 (0x400) on.
    pub number: Vec<u32>,
    /// Further command statuses that say the gateway will not serve us.
    pub gateway: Vec<u32>,
    /// Adds the line by which browsers fill the code in (WebOTP). Default false: carriers refuse `@` and `#`.
    pub web_otp: bool,
    /// How long one answer may take. Default 8.
    pub timeout_seconds: u32,
}

impl Default for SmppSettings {
    fn default() -> Self {
        Self {
            name: "smpp".to_owned(),
            host: String::new(),
            port: None,
            tls: true,
            root_ca_file: None,
            system_id: String::new(),
            password: None,
            password_file: None,
            system_type: String::new(),
            brandname: String::new(),
            receipts: true,
            unmarked_receipts: false,
            hex_ids: false,
            window: 10,
            enquire_link_seconds: 30,
            number: Vec::new(),
            gateway: Vec::new(),
            web_otp: false,
            timeout_seconds: 8,
        }
    }
}

impl SmppSettings {
    /// The port in force.
    pub(super) fn port(&self) -> u16 {
        self.port.unwrap_or(if self.tls { 3550 } else { 2775 })
    }
}
