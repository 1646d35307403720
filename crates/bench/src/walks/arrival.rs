//! A person arrives by another provider: sent there, back at once, in.

use super::Target;
use crate::load::Walk;
use crate::load::browser::Browser;
use crate::run::settings::UPSTREAM_ID;
use anyhow::{Context as _, Result};

/// One of a few people who arrive again and again.
pub(crate) struct Arrival {
    browser: Browser,
    person: u32,
    /// What the way back ends with: 303 of those who are let in, 503 of those who are told that it does not work.
    ends_with: u16,
}

impl Arrival {
    /// The person of this number.
    pub(crate) fn new(target: &Target, person: usize, ends_with: u16) -> Self {
        let person = u32::try_from(person).unwrap_or_default();
        Self { browser: Browser::new(target.address, &target.host), person, ends_with }
    }

    /// Leaves for the other provider; gives the way back, as that one would send it.
    pub(crate) async fn leave(&mut self) -> Result<String> {
        self.browser.forget();
        let answer =
            self.browser.open(&format!("/upstream/{UPSTREAM_ID}/start")).await?.expect(303, "the way there")?;
        let (_, query) = answer.header("location").and_then(|place| place.split_once('?')).context("no way there")?;
        let field = |wanted: &str| {
            let found = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.into_owned()).with_context(|| format!("no {wanted}"))
        };
        let code = format!("{}.{}", self.person, field("nonce")?);
        let back = crate::load::browser::form([("code", code.as_str()), ("state", field("state")?.as_str())]);
        Ok(format!("/upstream/{UPSTREAM_ID}/callback?{back}"))
    }

    /// Comes back.
    pub(crate) async fn come_back(&mut self, back: &str) -> Result<()> {
        self.browser.open(back).await?.expect(self.ends_with, "the way back").map(drop)
    }
}

impl Walk for Arrival {
    async fn once(&mut self) -> Result<()> {
        let back = self.leave().await?;
        self.come_back(&back).await
    }
}
