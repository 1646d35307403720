//! Whoever holds an account, to walk through the provider: what citizens and businesses have in common. What only one
//! class has is in [`crate::citizens`] and [`crate::businesses`]. None of them exists.

use crate::browser::Browser;
use crate::idp::TestIdp;
use crate::page::{Form, Page};
use portal_id_core::accounts::{Accounts, ActivateOutcome, AddressForm, Contact, RegisterOutcome};
use portal_id_core::ctx::Ctx;
use std::ops::{Deref, DerefMut};

/// A holder of an account as the test knows them; the facts of their class are read and changed as if they were fields.
#[derive(Clone, Debug)]
pub struct Holder<Own> {
    pub username: String,
    pub password: String,
    pub email: String,
    pub phone: String,
    pub e164: String,
    pub address: AddressForm,
    pub own: Own,
}

/// What a class has of its own: facts, and a form for them.
pub trait Class: Clone + Send + Sync {
    /// The name of its registration page.
    const PAGE: &'static str;
    /// Where that is.
    const PATH: &'static str;
    /// The digit after the 0 of their phones: so nobody of two classes has the same by chance.
    const PHONES: char;
    /// Where they are.
    const STREET: &'static str;
    /// The form of the use case.
    type Form;

    /// Facts that differ for every number.
    fn of(number: u64) -> Self;

    /// The own fields of the registration page, filled.
    fn fields(&self) -> Vec<(&'static str, &str)>;

    fn form(&self, contact: Contact) -> Self::Form;

    fn register(accounts: &Accounts, ctx: &Ctx, form: &Self::Form) -> impl Future<Output = RegisterOutcome> + Send;
}

impl<Own> Deref for Holder<Own> {
    type Target = Own;

    fn deref(&self) -> &Own {
        &self.own
    }
}

impl<Own> DerefMut for Holder<Own> {
    fn deref_mut(&mut self) -> &mut Own {
        &mut self.own
    }
}

/// A number that differs for every name and stays the same for one.
fn number_of(name: &str) -> u64 {
    name.bytes().fold(7, |number: u64, byte| number.wrapping_mul(131).wrapping_add(u64::from(byte)))
}

impl<Own: Class> Holder<Own> {
    /// One of this username, with data of their own.
    pub fn named(username: &str) -> Self {
        let number = number_of(username);
        let subscriber = format!("{}{:08}", Own::PHONES, number % 100_000_000);
        Self {
            username: username.to_owned(),
            password: "Bốn con mèo béo 4".to_owned(),
            email: format!("{}@example.vn", username.to_lowercase()),
            phone: format!("0{subscriber}"),
            e164: format!("+84{subscriber}"),
            address: AddressForm {
                era: "2025".to_owned(),
                province_code: "24".to_owned(),
                ward_code: "07210".to_owned(),
                street: Own::STREET.to_owned(),
                ..AddressForm::default()
            },
            own: Own::of(number),
        }
    }

    /// The registration form, filled.
    pub fn form(&self) -> Own::Form {
        self.own.form(Contact {
            username: self.username.clone(),
            phone: self.phone.clone(),
            email: self.email.clone(),
            address: self.address.clone(),
            password: self.password.clone(),
            password_confirmation: self.password.clone(),
        })
    }

    /// Fills the registration page.
    pub async fn register(&self, browser: &mut Browser) -> Page {
        self.register_with(browser, &[]).await
    }

    /// Fills the registration page, with some fields changed.
    pub async fn register_with(&self, browser: &mut Browser, changes: &[(&str, &str)]) -> Page {
        let form = self.filled_form(browser, changes).await;
        browser.submit(form).await
    }

    /// The registration page's form, filled and not yet sent.
    pub async fn filled_form(&self, browser: &mut Browser, changes: &[(&str, &str)]) -> Form {
        let page = browser.open(Own::PATH).await.expect(Own::PAGE);
        let province = changes.iter().find(|(name, _)| *name == "province_code").map_or("24", |(_, value)| value);
        let form = page.form_with("password").fill("province_code", province).press("choose_province", "1");
        let page = browser.submit(form).await.expect(Own::PAGE);
        let form = self.fill_but_units(&page).fill("ward_code", &self.address.ward_code);
        changes.iter().fold(form, |form, (name, value)| form.fill(name, value))
    }

    /// The form of a registration page on which the units of the address are chosen, filled and not yet sent.
    pub fn fill_but_units(&self, page: &Page) -> Form {
        let common = [
            ("username", &self.username),
            ("phone", &self.phone),
            ("email", &self.email),
            ("street", &self.address.street),
            ("password", &self.password),
            ("password_confirmation", &self.password),
        ];
        let form = common.into_iter().fold(page.form_with("password"), |form, (name, value)| form.fill(name, value));
        self.own.fields().into_iter().fold(form, |form, (name, value)| form.fill(name, value))
    }

    /// Gives name and password on a sign-in page; gives what comes next.
    pub async fn give_password(&self, browser: &mut Browser, page: &Page) -> Page {
        let form = page.form_with("password").fill("username", &self.username).fill("password", &self.password);
        browser.submit(form).await
    }

    /// Signs in from a sign-in page: password, code; gives what comes next.
    pub async fn sign_in(&self, idp: &TestIdp, browser: &mut Browser, page: &Page) -> Page {
        let page = self.give_password(browser, page).await.expect("code");
        let code = idp.newest_code(&self.e164).await;
        browser.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await
    }
}

/// Makes a holder of an account.
pub struct HolderBuilder<'a, Own> {
    idp: &'a TestIdp,
    holder: Holder<Own>,
    activate: bool,
}

impl<'a, Own: Class> HolderBuilder<'a, Own> {
    pub(crate) fn new(idp: &'a TestIdp, username: &str) -> Self {
        Self { idp, holder: Holder::named(username), activate: false }
    }

    /// Activated, not only registered.
    #[must_use]
    pub fn activated(mut self) -> Self {
        self.activate = true;
        self
    }

    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Holder<Own>)) -> Self {
        change(&mut self.holder);
        self
    }

    /// Registers (and activates) through the use cases; pages have their own stories.
    pub async fn create(self) -> Holder<Own> {
        let outcome = Own::register(&self.idp.house.accounts, &self.idp.ctx(), &self.holder.form()).await;
        assert!(matches!(outcome, RegisterOutcome::Accepted { .. }), "{outcome:?}");
        if self.activate {
            let outcome = activate(self.idp, &self.holder.email, &self.holder.password).await;
            assert_eq!(outcome, ActivateOutcome::Activated);
        }
        self.holder
    }
}

/// Activates by the newest mail to an address.
pub async fn activate(idp: &TestIdp, email: &str, password: &str) -> ActivateOutcome {
    let token = activation_token(&idp.newest_mail(email).await.text);
    idp.house.accounts.activate(&idp.ctx(), &token, password).await.unwrap()
}

/// The address in a mail that leads to us.
pub fn link_in(mail: &str) -> String {
    mail.split_whitespace()
        .find(|word| word.starts_with(crate::idp::ISSUER) && word.contains("token="))
        .unwrap_or_else(|| panic!("no link in {mail}"))
        .to_owned()
}

/// The secret of an activation mail's link.
pub fn activation_token(mail: &str) -> String {
    link_in(mail).split_once("token=").unwrap().1.to_owned()
}
