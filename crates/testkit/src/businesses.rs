//! Businesses. None of them exists: codes of no province begin with 99.

use crate::people::{Class, Holder};
use portal_id_core::accounts::{Accounts, BusinessForm, Contact, RegisterOutcome};
use portal_id_core::ctx::Ctx;

/// A business as the test knows it.
pub type Business = Holder<Company>;

/// What only a business has.
#[derive(Clone, Debug)]
pub struct Company {
    pub name: String,
    pub code: String,
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

impl Class for Company {
    const PAGE: &'static str = "register-business";
    const PATH: &'static str = "/register/business";
    const PHONES: char = '8';
    const STREET: &'static str = "Số 2 đường Hùng Vương";
    type Form = BusinessForm;

    fn of(number: u64) -> Self {
        Self { name: "Công ty TNHH Vải Thiều Mẫu".to_owned(), code: code_of(number) }
    }

    fn fields(&self) -> Vec<(&'static str, &str)> {
        vec![("business_name", &self.name), ("business_code", &self.code)]
    }

    fn form(&self, contact: Contact) -> BusinessForm {
        BusinessForm { business_name: self.name.clone(), business_code: self.code.clone(), contact }
    }

    async fn register(accounts: &Accounts, ctx: &Ctx, form: &BusinessForm) -> RegisterOutcome {
        accounts.register_business(ctx, form).await.unwrap()
    }
}
