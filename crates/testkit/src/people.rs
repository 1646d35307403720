//! Citizens to walk through the provider. None of them exists.

use crate::browser::Browser;
use crate::idp::TestIdp;
use crate::page::{Form, Page};
use portal_id_core::accounts::{ActivateOutcome, AddressForm, CitizenForm, RegisterOutcome};

/// A citizen as the test knows them.
#[derive(Clone, Debug)]
pub struct Citizen {
    pub username: String,
    pub password: String,
    pub email: String,
    pub phone: String,
    pub e164: String,
    pub identity_number: String,
    pub full_name: String,
    pub address: AddressForm,
}

pub struct CitizenBuilder<'a> {
    idp: &'a TestIdp,
    citizen: Citizen,
    activate: bool,
}

/// A number that differs for every name and stays the same for one.
pub(crate) fn number_of(name: &str) -> u64 {
    name.bytes().fold(7, |number: u64, byte| number.wrapping_mul(131).wrapping_add(u64::from(byte)))
}

impl Citizen {
    /// A citizen of this username, with data of their own.
    pub fn named(username: &str) -> Self {
        let number = number_of(username);
        Self {
            username: username.to_owned(),
            password: "Bốn con mèo béo 4".to_owned(),
            email: format!("{}@example.vn", username.to_lowercase()),
            phone: format!("09{:08}", number % 100_000_000),
            e164: format!("+849{:08}", number % 100_000_000),
            identity_number: format!("024185{:06}", number % 1_000_000),
            full_name: "Nguyễn Thị An".to_owned(),
            address: AddressForm {
                era: "2025".to_owned(),
                province_code: "24".to_owned(),
                ward_code: "07210".to_owned(),
                street: "Số 1 đường Hùng Vương".to_owned(),
                ..AddressForm::default()
            },
        }
    }

    /// The registration form, filled.
    pub fn form(&self) -> CitizenForm {
        CitizenForm {
            full_name: self.full_name.clone(),
            birth_date: "15/03/1985".to_owned(),
            username: self.username.clone(),
            phone: self.phone.clone(),
            email: self.email.clone(),
            identity_number: self.identity_number.clone(),
            address: self.address.clone(),
            password: self.password.clone(),
            password_confirmation: self.password.clone(),
        }
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
        let page = browser.open("/register/citizen").await.expect("register-citizen");
        let province = changes.iter().find(|(name, _)| *name == "province_code").map_or("24", |(_, value)| value);
        let form = page.form_with("full_name").fill("province_code", province).press("choose_province", "1");
        let page = browser.submit(form).await.expect("register-citizen");
        let typed = self.form();
        let mut form = page.form_with("full_name");
        for (name, value) in [
            ("full_name", &typed.full_name),
            ("birth_date", &typed.birth_date),
            ("username", &typed.username),
            ("phone", &typed.phone),
            ("email", &typed.email),
            ("identity_number", &typed.identity_number),
            ("ward_code", &typed.address.ward_code),
            ("street", &typed.address.street),
            ("password", &typed.password),
            ("password_confirmation", &typed.password_confirmation),
        ] {
            form = form.fill(name, value);
        }
        changes.iter().fold(form, |form, (name, value)| form.fill(name, value))
    }

    /// Gives name and password on a sign-in page; gives what comes next.
    pub async fn give_password(&self, browser: &mut Browser, page: &Page) -> Page {
        give_password(browser, page, &self.username, &self.password).await
    }

    /// Signs in from a sign-in page: password, code; gives what comes next.
    pub async fn sign_in(&self, idp: &TestIdp, browser: &mut Browser, page: &Page) -> Page {
        let page = self.give_password(browser, page).await.expect("code");
        give_code(idp, browser, &page, &self.e164).await
    }
}

impl<'a> CitizenBuilder<'a> {
    pub(crate) fn new(idp: &'a TestIdp, username: &str) -> Self {
        Self { idp, citizen: Citizen::named(username), activate: false }
    }

    /// Activated, not only registered.
    #[must_use]
    pub fn activated(mut self) -> Self {
        self.activate = true;
        self
    }

    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Citizen)) -> Self {
        change(&mut self.citizen);
        self
    }

    /// Registers (and activates) through the use cases; pages have their own stories.
    pub async fn create(self) -> Citizen {
        let accounts = &self.idp.house.accounts;
        let ctx = self.idp.ctx();
        let outcome = accounts.register_citizen(&ctx, &self.citizen.form()).await.unwrap();
        assert!(matches!(outcome, RegisterOutcome::Accepted { .. }), "{outcome:?}");
        if self.activate {
            activate(self.idp, &self.citizen.email, &self.citizen.password).await;
        }
        self.citizen
    }
}

/// Fills a sign-in page.
pub(crate) async fn give_password(browser: &mut Browser, page: &Page, username: &str, password: &str) -> Page {
    browser.submit(page.form_with("password").fill("username", username).fill("password", password)).await
}

/// Fills a code page with the newest code for a phone.
pub(crate) async fn give_code(idp: &TestIdp, browser: &mut Browser, page: &Page, e164: &str) -> Page {
    let code = idp.newest_code(e164).await;
    browser.submit(page.form_with("code").fill("code", &code).press("action", "verify")).await
}

/// Activates by the newest mail to an address.
pub(crate) async fn activate(idp: &TestIdp, email: &str, password: &str) {
    let token = activation_token(&idp.newest_mail(email).await.text);
    let outcome = idp.house.accounts.activate(&idp.ctx(), &token, password).await.unwrap();
    assert_eq!(outcome, ActivateOutcome::Activated);
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
