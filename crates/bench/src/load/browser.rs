//! A person's browser: cookies, forms, redirects.

use super::http::{Answer, Connection, get, post};
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// One browser with one connection.
pub(crate) struct Browser {
    connection: Connection,
    host: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A fresh browser.
    pub(crate) fn new(address: SocketAddr, host: &str) -> Self {
        Self { connection: Connection::to(address), host: host.to_owned(), cookies: BTreeMap::new() }
    }

    /// Another person sits down: no cookies; the connection is kept.
    pub(crate) fn forget(&mut self) {
        self.cookies.clear();
    }

    /// The person brings a cookie along.
    pub(crate) fn bring(&mut self, (name, value): (String, String)) {
        self.cookies.insert(name, value);
    }

    /// The cookie that tells the provider which accounts know this browser.
    pub(crate) fn known_devices(&self) -> Option<(String, String)> {
        let found = self.cookies.iter().find(|(name, _)| name.ends_with("-d"));
        found.map(|(name, value)| (name.clone(), value.clone()))
    }

    /// Opens an address of the provider.
    pub(crate) async fn open(&mut self, path: &str) -> Result<Answer> {
        let request = get(path, &self.host, &self.cookie_line());
        let answer = self.connection.send(&request).await?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    /// Sends a form with the anti-forgery value of the page it stands on.
    pub(crate) async fn submit(&mut self, path: &str, page: &Answer, fields: &[(&str, &str)]) -> Result<Answer> {
        let csrf = csrf_of(&page.text()).context("the page has no form")?;
        let body = form(fields.iter().copied().chain([("csrf", csrf.as_str())]));
        let request = post(path, &self.host, &self.cookie_line(), &body);
        let answer = self.connection.send(&request).await?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    /// The header with this browser's cookies, a whole line.
    pub(crate) fn cookie_line(&self) -> String {
        if self.cookies.is_empty() {
            return String::new();
        }
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("cookie: {}\r\n", pairs.join("; "))
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for set in answer.headers("set-cookie") {
            let pair = set.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}

/// The hidden field of a page's form.
fn csrf_of(page: &str) -> Option<String> {
    let (_, after) = page.split_once("name=\"csrf\" value=\"")?;
    after.split('"').next().map(str::to_owned)
}

/// Encodes fields as a form's body.
pub(crate) fn form<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
