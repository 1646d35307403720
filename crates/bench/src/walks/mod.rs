//! What people and programs do, step by step, over HTTP only.

mod arrival;
mod fetch;
mod mix;
mod people;
mod registration;
mod service;
mod sign_in;
mod tokens;

pub(crate) use arrival::Arrival;
pub(crate) use fetch::{Fetch, Userinfo};
pub(crate) use mix::Mix;
pub(crate) use people::People;
pub(crate) use registration::{Newcomers, Registration};
pub(crate) use service::{ForItself, Introspect};
pub(crate) use sign_in::{PasswordStep, SignIn, Spoil};
pub(crate) use tokens::{Authorize, Refresh, field};

use std::net::SocketAddr;

/// Whom to ask.
#[derive(Clone)]
pub(crate) struct Target {
    /// The socket.
    pub(crate) address: SocketAddr,
    /// The `Host`.
    pub(crate) host: String,
}

impl Target {
    /// The program that listens there.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self { address, host: format!("localhost:{}", address.port()) }
    }
}
