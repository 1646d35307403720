//! Where messages end: a text-message gateway and a mail server on loopback, inside the bench.

mod sms;
mod smtp;

pub(crate) use sms::Phones;

use anyhow::Result;
use std::net::SocketAddr;

/// The running sinks.
pub(crate) struct Sinks {
    /// Where the gateway listens.
    pub(crate) sms: SocketAddr,
    /// Where the mail server listens.
    pub(crate) smtp: SocketAddr,
    /// The codes that arrived.
    pub(crate) phones: Phones,
}

/// Starts both.
pub(crate) async fn start() -> Result<Sinks> {
    let phones = Phones::default();
    Ok(Sinks { sms: sms::start(phones.clone()).await?, smtp: smtp::start().await?, phones })
}
