//! A person signs in: form, password, code by text message.

use super::{People, Target};
use crate::load::Walk;
use crate::load::browser::Browser;
use crate::load::http::Answer;
use crate::seed;
use crate::sinks::Phones;
use anyhow::{Context as _, Result};

/// What goes wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoil {
    /// Nothing.
    Nothing,
    /// The password.
    Password,
    /// The name.
    Name,
    /// The code.
    Code,
}

/// The whole walk, each time as another person, at the browser that this person brings along.
pub(crate) struct SignIn {
    browser: Browser,
    people: People,
    phones: Phones,
}

impl SignIn {
    /// A browser at `target`.
    pub(crate) fn new(target: &Target, people: &People, phones: &Phones) -> Self {
        let browser = Browser::new(target.address, &target.host);
        Self { browser, people: people.clone(), phones: phones.clone() }
    }

    /// Signs in; a spoilt step must be refused.
    pub(crate) async fn sign_in(&mut self, spoil: Spoil) -> Result<()> {
        let person = self.people.next();
        self.browser.forget();
        if let Some(cookie) = self.people.browser_of(&person) {
            self.browser.bring(cookie);
        }
        let page = self.browser.open("/sign-in").await?.expect(200, "the sign-in page")?;
        let waiting = self.phones.watch(&person.phone);
        let name = if spoil == Spoil::Name { format!("khong.{}", person.username) } else { person.username.clone() };
        let password = if spoil == Spoil::Password { "Mat-khau-sai-2026" } else { seed::PASSWORD };
        let answer = submit_password(&mut self.browser, &page, &name, password).await?;
        if matches!(spoil, Spoil::Name | Spoil::Password) {
            return answer.expect(422, "a wrong password").map(drop);
        }
        let answer = answer.expect(303, "the password")?;
        let place = answer.header("location").context("no way to the code")?.to_owned();
        let page = self.browser.open(&place).await?.expect(200, "the code's page")?;
        let code = waiting.code().await?;
        if spoil == Spoil::Code {
            let wrong = if code.starts_with('1') { code.replacen('1', "2", 1) } else { format!("1{}", &code[1..]) };
            let answer = self.browser.submit(&place, &page, &[("code", &wrong), ("action", "verify")]).await?;
            return answer.expect(422, "a wrong code").map(drop);
        }
        let answer = self.browser.submit(&place, &page, &[("code", &code), ("action", "verify")]).await?;
        answer.expect(303, "the code")?;
        self.people.keep_browser_of(&person, self.browser.known_devices());
        Ok(())
    }

    /// Signs in and gives the header line with the session's cookies.
    pub(crate) async fn session(&mut self) -> Result<String> {
        self.sign_in(Spoil::Nothing).await?;
        Ok(self.browser.cookie_line())
    }
}

impl Walk for SignIn {
    async fn once(&mut self) -> Result<()> {
        self.sign_in(Spoil::Nothing).await
    }
}

/// Only `POST /sign-in` with the right password: the step that pays for the hash.
pub(crate) struct PasswordStep {
    browser: Browser,
    people: People,
    page: Option<Answer>,
}

impl PasswordStep {
    /// A browser at `target`.
    pub(crate) fn new(target: &Target, people: &People) -> Self {
        Self { browser: Browser::new(target.address, &target.host), people: people.clone(), page: None }
    }
}

impl Walk for PasswordStep {
    async fn once(&mut self) -> Result<()> {
        let page = match self.page.take() {
            Some(page) => page,
            None => self.browser.open("/sign-in").await?.expect(200, "the sign-in page")?,
        };
        let person = self.people.next();
        let answer = submit_password(&mut self.browser, &page, &person.username, seed::PASSWORD).await;
        self.page = Some(page);
        answer?.expect(303, "the password").map(drop)
    }
}

async fn submit_password(browser: &mut Browser, page: &Answer, name: &str, password: &str) -> Result<Answer> {
    browser.submit("/sign-in", page, &[("username", name), ("password", password)]).await
}
