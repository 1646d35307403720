//! Businesses to walk through the provider. None of them exists: codes of no province begin with 99.

use crate::browser::Browser;
use crate::idp::TestIdp;
use crate::page::{Form, Page};
use crate::people::{activate, give_code, give_password, number_of};
use portal_id_core::accounts::{AddressForm, BusinessForm, RegisterOutcome};

/// A business as the test knows it.
#[derive(Clone, Debug)]
pub struct Business {
    pub username: String,
    pub password: String,
    pub email: String,
    pub phone: String,
    pub e164: String,
    pub code: String,
    pub name: String,
    pub address: AddressForm,
}

pub struct BusinessBuilder<'a> {
    idp: &'a TestIdp,
    business: Business,
    activate: bool,
}

/// The well-formed code of a number; a number without one gives that of the next.
fn code_of(number: u64) -> String {
    let nine = format!("99{:07}", number % 10_000_000);
    let weights = [31, 29, 23, 19, 17, 13, 7, 5, 3];
    let sum: u32 = nine.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    match 10 - sum % 11 {
        10 => code_of(number + 1),
        check => format!("{nine}{check}"),
    }
}

impl Business {
    /// A business of this username, with data of its own.
    pub fn named(username: &str) -> Self {
        let number = number_of(username);
        Self {
            username: username.to_owned(),
            password: "Bốn con mèo béo 4".to_owned(),
            email: format!("{}@example.vn", username.to_lowercase()),
            phone: format!("08{:08}", number % 100_000_000),
            e164: format!("+848{:08}", number % 100_000_000),
            code: code_of(number),
            name: "Công ty TNHH Vải Thiều Mẫu".to_owned(),
            address: AddressForm {
                era: "2025".to_owned(),
                province_code: "24".to_owned(),
                ward_code: "07210".to_owned(),
                street: "Số 2 đường Hùng Vương".to_owned(),
                ..AddressForm::default()
            },
        }
    }

    /// The registration form, filled.
    pub fn form(&self) -> BusinessForm {
        BusinessForm {
            business_name: self.name.clone(),
            business_code: self.code.clone(),
            username: self.username.clone(),
            phone: self.phone.clone(),
            email: self.email.clone(),
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
        let page = browser.open("/register/business").await.expect("register-business");
        let province = changes.iter().find(|(name, _)| *name == "province_code").map_or("24", |(_, value)| value);
        let form = page.form_with("business_name").fill("province_code", province).press("choose_province", "1");
        let page = browser.submit(form).await.expect("register-business");
        let typed = self.form();
        let mut form = page.form_with("business_name");
        for (name, value) in [
            ("business_name", &typed.business_name),
            ("business_code", &typed.business_code),
            ("username", &typed.username),
            ("phone", &typed.phone),
            ("email", &typed.email),
            ("ward_code", &typed.address.ward_code),
            ("street", &typed.address.street),
            ("password", &typed.password),
            ("password_confirmation", &typed.password_confirmation),
        ] {
            form = form.fill(name, value);
        }
        changes.iter().fold(form, |form, (name, value)| form.fill(name, value))
    }

    /// Signs in from a sign-in page: password, code; gives what comes next.
    pub async fn sign_in(&self, idp: &TestIdp, browser: &mut Browser, page: &Page) -> Page {
        let page = give_password(browser, page, &self.username, &self.password).await.expect("code");
        give_code(idp, browser, &page, &self.e164).await
    }
}

impl<'a> BusinessBuilder<'a> {
    pub(crate) fn new(idp: &'a TestIdp, username: &str) -> Self {
        Self { idp, business: Business::named(username), activate: false }
    }

    /// Activated, not only registered.
    #[must_use]
    pub fn activated(mut self) -> Self {
        self.activate = true;
        self
    }

    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Business)) -> Self {
        change(&mut self.business);
        self
    }

    /// Registers (and activates) through the use cases; pages have their own stories.
    pub async fn create(self) -> Business {
        let outcome = self.idp.house.accounts.register_business(&self.idp.ctx(), &self.business.form()).await.unwrap();
        assert!(matches!(outcome, RegisterOutcome::Accepted { .. }), "{outcome:?}");
        if self.activate {
            activate(self.idp, &self.business.email, &self.business.password).await;
        }
        self.business
    }
}
