//! A citizen registers: form and answer. The link of the mail is not followed.

use super::Target;
use crate::load::Walk;
use crate::load::browser::Browser;
use crate::seed;
use anyhow::{Result, ensure};
use std::cell::Cell;
use std::rc::Rc;

/// People who come for the first time, each with data of their own.
#[derive(Clone)]
pub(crate) struct Newcomers {
    next: Rc<Cell<u64>>,
    /// Tells this run's newcomers from those of another on the same database.
    run: u64,
}

impl Newcomers {
    /// Those of the run with this number.
    pub(crate) fn new(run: u64) -> Self {
        Self { next: Rc::default(), run }
    }
}

/// The walk.
pub(crate) struct Registration {
    browser: Browser,
    newcomers: Newcomers,
}

impl Registration {
    /// At `target`.
    pub(crate) fn new(target: &Target, newcomers: &Newcomers) -> Self {
        Self { browser: Browser::new(target.address, &target.host), newcomers: newcomers.clone() }
    }
}

impl Walk for Registration {
    async fn once(&mut self) -> Result<()> {
        let number = self.newcomers.next.get();
        self.newcomers.next.set(number + 1);
        let name = format!("moi{:x}x{number}", self.newcomers.run);
        let (email, identity) = (format!("{name}@example.vn"), format!("001085{:06}", number % 1_000_000));
        let phone = format!("09{:08}", number % 100_000_000);
        self.browser.forget();
        let page = self.browser.open("/register/citizen").await?.expect(200, "the registration page")?;
        let fields = [
            ("full_name", "Trần Thị Mới"),
            ("birth_date", "15/03/1985"),
            ("username", &name),
            ("phone", &phone),
            ("email", &email),
            ("identity_number", &identity),
            ("address_era", "2025"),
            ("province_code", "24"),
            ("ward_code", "07210"),
            ("street", "Số 1 đường Hùng Vương"),
            ("password", seed::PASSWORD),
            ("password_confirmation", seed::PASSWORD),
        ];
        let answer = self.browser.submit("/register/citizen", &page, &fields).await?.expect(200, "a registration")?;
        ensure!(answer.text().contains(&email), "the registration was not taken");
        Ok(())
    }
}
