//! A service acts for itself: gets a token without a person, and asks what a token is good for.

use super::{Target, field};
use crate::load::Walk;
use crate::load::browser::form;
use crate::load::http::{Connection, post};
use anyhow::{Context as _, Result, ensure};

/// `POST /token` with client credentials in HTTP Basic.
pub(crate) struct ForItself {
    connection: Connection,
    request: Vec<u8>,
}

impl ForItself {
    /// With this `Authorization` header.
    pub(crate) fn new(target: &Target, path: &str, authorization: &str) -> Self {
        let body = form([("grant_type", "client_credentials")]);
        let request = post(path, &target.host, &format!("authorization: {authorization}\r\n"), &body);
        Self { connection: Connection::to(target.address), request }
    }
}

impl Walk for ForItself {
    async fn once(&mut self) -> Result<()> {
        let answer = self.connection.send(&self.request).await?.expect(200, "a token of its own")?;
        field(&answer.text(), "access_token").context("no access token").map(drop)
    }
}

/// `POST /introspect` about an access token.
pub(crate) struct Introspect {
    connection: Connection,
    request: Vec<u8>,
}

impl Introspect {
    /// About this token, with this `Authorization` header.
    pub(crate) fn new(target: &Target, authorization: &str, token: &str) -> Self {
        let body = form([("token", token)]);
        let request = post("/introspect", &target.host, &format!("authorization: {authorization}\r\n"), &body);
        Self { connection: Connection::to(target.address), request }
    }
}

impl Walk for Introspect {
    async fn once(&mut self) -> Result<()> {
        let answer = self.connection.send(&self.request).await?.expect(200, "an introspection")?;
        ensure!(answer.text().contains("\"active\":true"), "the token is not active: {}", answer.text());
        Ok(())
    }
}
