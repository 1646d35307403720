//! Asking for what only has to be read.

use super::Target;
use crate::load::Walk;
use crate::load::http::{Connection, get};
use anyhow::Result;

/// `GET` of one or several addresses, in turn.
pub(crate) struct Fetch {
    connection: Connection,
    requests: Vec<Vec<u8>>,
    turn: usize,
}

impl Fetch {
    /// Of these paths.
    pub(crate) fn new(target: &Target, paths: &[&str]) -> Self {
        let requests = paths.iter().map(|path| get(path, &target.host, "")).collect();
        Self { connection: Connection::to(target.address), requests, turn: 0 }
    }
}

impl Walk for Fetch {
    async fn once(&mut self) -> Result<()> {
        self.turn = (self.turn + 1) % self.requests.len();
        self.connection.send(&self.requests[self.turn]).await?.expect(200, "a document").map(drop)
    }
}

/// `GET /userinfo` with an access token.
pub(crate) struct Userinfo {
    connection: Connection,
    request: Vec<u8>,
}

impl Userinfo {
    /// With this token.
    pub(crate) fn new(target: &Target, token: &str) -> Self {
        let request = get("/userinfo", &target.host, &format!("authorization: Bearer {token}\r\n"));
        Self { connection: Connection::to(target.address), request }
    }
}

impl Walk for Userinfo {
    async fn once(&mut self) -> Result<()> {
        self.connection.send(&self.request).await?.expect(200, "userinfo").map(drop)
    }
}
