//! A business's registration: every mistake at once, nothing typed lost but the passwords.

use super::address_fields::{AddressFields, PostedAddress};
use super::layout::Layout;
use super::problems::Problems;
use super::registered::{self, Registered};
use super::{moment, register_closed};
use crate::edge::{CsrfForm, Fields, FormFields, PageError, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, AddressForm, BusinessForm, Field, RegisterOutcome, RegistrationMode};
use portal_id_core::profile::AccountClass;
use std::sync::Arc;

/// The fields in the order of the page.
pub(super) const ORDER: [Field; 13] = [
    Field::BusinessName,
    Field::BusinessCode,
    Field::AddressEra,
    Field::ProvinceCode,
    Field::DistrictCode,
    Field::WardCode,
    Field::NewWardCode,
    Field::Street,
    Field::Phone,
    Field::Email,
    Field::Username,
    Field::Password,
    Field::PasswordConfirmation,
];

/// The registration form.
#[derive(Template)]
#[template(path = "pages/register-business.html")]
pub(crate) struct RegisterBusinessPage {
    pub(super) layout: Layout,
    pub(super) problems: Problems,
    pub(super) typed: BusinessForm,
    /// The last day on which businesses may register here, when it is near.
    pub(super) closes_on: Option<String>,
    pub(super) address: AddressFields,
    pub(super) passwords_again: bool,
}

/// What the form sends.
pub(crate) struct BusinessFields {
    typed: BusinessForm,
    shows_lists: bool,
}

impl FormFields for BusinessFields {
    const FIELDS: &'static [&'static str] =
        &["business_name", "business_code", "username", "phone", "email", "password", "password_confirmation"];
    const PART: &'static [&'static str] = PostedAddress::FIELDS;

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        let address = PostedAddress::from_fields(fields);
        let typed = BusinessForm {
            business_name: get("business_name"),
            business_code: get("business_code"),
            username: get("username"),
            phone: get("phone"),
            email: get("email"),
            address: address.typed,
            password: get("password"),
            password_confirmation: get("password_confirmation"),
        };
        Self { typed, shows_lists: address.shows_lists }
    }
}

impl RegisterBusinessPage {
    /// The form with what was typed before.
    fn new(visit: &Visit, accounts: &Accounts, typed: BusinessForm, problems: Problems) -> Self {
        Self {
            layout: visit.layout("register-business-title"),
            closes_on: accounts.registration_closes_soon(&visit.ctx, AccountClass::Business).map(moment::day),
            address: AddressFields::new(visit.assets(), &typed.address),
            passwords_again: !typed.password.is_empty() || !typed.password_confirmation.is_empty(),
            typed,
            problems,
        }
    }
}

/// `GET /register/business`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> Response {
    match accounts.registration_mode(&visit.ctx, AccountClass::Business) {
        RegistrationMode::Open => {
            let province_code = accounts.settings().home_province.clone().unwrap_or_default();
            let address = AddressForm { province_code, ..AddressForm::default() };
            let blank = BusinessForm { address, ..BusinessForm::default() };
            let page = RegisterBusinessPage::new(&visit, &accounts, blank, Problems::default());
            visit.page_with_lists(StatusCode::OK, page)
        }
        mode => register_closed::show(visit, AccountClass::Business, mode),
    }
}

/// `POST /register/business`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<BusinessFields>,
) -> PageResult {
    if fields.shows_lists {
        let page = RegisterBusinessPage::new(&visit, &accounts, fields.typed, Problems::default());
        return Ok(visit.page_with_lists(StatusCode::OK, page));
    }
    match accounts.register_business(&visit.ctx, &fields.typed).await? {
        RegisterOutcome::Accepted { phone } => {
            let (email, hours) = (fields.typed.email, accounts.settings().activation_hours);
            Ok(registered::show(visit, Registered { email, phone, hours, form: "/register/business" }))
        }
        RegisterOutcome::Refused(errors) => {
            let problems = Problems::told(Texts::of(visit.ctx.language), &errors, &ORDER);
            let page = RegisterBusinessPage::new(&visit, &accounts, fields.typed, problems);
            Ok(visit.page_with_lists(StatusCode::UNPROCESSABLE_ENTITY, page))
        }
        RegisterOutcome::NotOpen(mode) => Ok(register_closed::show(visit, AccountClass::Business, mode)),
        RegisterOutcome::SlowDown { until } => Err(PageError::Overloaded(until.since(visit.ctx.now))),
    }
}
