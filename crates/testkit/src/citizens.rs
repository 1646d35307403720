//! Citizens. None of them exists.

use crate::people::{Class, Holder};
use portal_id_core::accounts::{Accounts, CitizenForm, Contact, RegisterOutcome};
use portal_id_core::ctx::Ctx;

/// A citizen as the test knows them.
pub type Citizen = Holder<Person>;

/// What only a citizen has.
#[derive(Clone, Debug)]
pub struct Person {
    pub full_name: String,
    pub birth_date: String,
    pub identity_number: String,
    /// Empty for whoever does not say, or is not asked.
    pub sex: String,
    /// Empty for whoever never had one.
    pub former_number: String,
}

impl Class for Person {
    const PAGE: &'static str = "register-citizen";
    const PATH: &'static str = "/register/citizen";
    const PHONES: char = '9';
    const STREET: &'static str = "Số 1 đường Hùng Vương";
    type Form = CitizenForm;

    fn of(number: u64) -> Self {
        Self {
            full_name: "Nguyễn Thị An".to_owned(),
            birth_date: "15/03/1985".to_owned(),
            identity_number: format!("024185{:06}", number % 1_000_000),
            sex: String::new(),
            former_number: String::new(),
        }
    }

    fn fields(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("full_name", &self.full_name),
            ("birth_date", &self.birth_date),
            ("identity_number", &self.identity_number),
            ("former_number", &self.former_number),
        ]
    }

    fn form(&self, contact: Contact) -> CitizenForm {
        let Self { full_name, birth_date, sex, identity_number, former_number } = self.clone();
        CitizenForm { full_name, birth_date, sex, identity_number, former_number, contact }
    }

    async fn register(accounts: &Accounts, ctx: &Ctx, form: &CitizenForm) -> RegisterOutcome {
        accounts.register_citizen(ctx, form).await.unwrap()
    }
}
