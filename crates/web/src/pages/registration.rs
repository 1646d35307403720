//! Registering: one form for each class, answered alike. Every mistake at once, nothing typed lost but the passwords.

use super::address_fields::{AddressFields, Choice, PostedAddress};
use super::layout::Layout;
use super::problems::Problems;
use super::registered::{self, Registered};
use super::{moment, register_closed};
use crate::assets::Assets;
use crate::edge::{CsrfForm, Fields, FormFields, PageError, PageResult, Visit};
use crate::texts::Texts;
use crate::wiring::People;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{
    AccountSettings, Accounts, AddressForm, BusinessForm, CitizenForm, Contact, Failure, Field, RegisterOutcome,
    RegistrationMode,
};
use portal_id_core::ctx::Ctx;
use portal_id_core::facts::Sex;
use portal_id_core::profile::AccountClass;
use std::future::Future;

/// What a class's registration form has of its own.
pub(crate) trait ClassForm: Into<Typed> + Send + Sized {
    /// The class.
    const CLASS: AccountClass;

    /// Where the form is.
    const PATH: &'static str;

    /// The key of its title.
    const TITLE: &'static str;

    /// Its own fields, in the order of the page; the common ones follow.
    const OWN: &'static [Field];

    /// The names of all its fields but those of the address.
    const FIELDS: &'static [&'static str];

    /// The form as typed.
    fn new(fields: &Fields, contact: Contact) -> Self;

    /// The common part.
    fn contact(&self) -> &Contact;

    /// The answer to the question for the sex, of whoever can be asked.
    fn sex(&self) -> Option<&str> {
        None
    }

    /// Registers.
    fn register(&self, accounts: &Accounts, ctx: &Ctx)
    -> impl Future<Output = Result<RegisterOutcome, Failure>> + Send;
}

/// The common fields in the order of the page.
const COMMON: [Field; 11] = [
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

impl ClassForm for CitizenForm {
    const CLASS: AccountClass = AccountClass::Citizen;
    const PATH: &'static str = "/register/citizen";
    const TITLE: &'static str = "register-citizen-title";
    const OWN: &'static [Field] =
        &[Field::FullName, Field::BirthDate, Field::Sex, Field::IdentityNumber, Field::FormerNumber];
    const FIELDS: &'static [&'static str] = &[
        "full_name",
        "birth_date",
        "sex",
        "identity_number",
        "former_number",
        "username",
        "phone",
        "email",
        "password",
        "password_confirmation",
    ];

    fn new(fields: &Fields, contact: Contact) -> Self {
        let [full_name, birth_date, sex, identity_number, former_number] =
            ["full_name", "birth_date", "sex", "identity_number", "former_number"]
                .map(|name| fields.get(name).to_owned());
        Self { full_name, birth_date, sex, identity_number, former_number, contact }
    }

    fn contact(&self) -> &Contact {
        &self.contact
    }

    fn sex(&self) -> Option<&str> {
        Some(&self.sex)
    }

    async fn register(&self, accounts: &Accounts, ctx: &Ctx) -> Result<RegisterOutcome, Failure> {
        accounts.register_citizen(ctx, self).await
    }
}

impl ClassForm for BusinessForm {
    const CLASS: AccountClass = AccountClass::Business;
    const PATH: &'static str = "/register/business";
    const TITLE: &'static str = "register-business-title";
    const OWN: &'static [Field] = &[Field::BusinessName, Field::BusinessCode];
    const FIELDS: &'static [&'static str] =
        &["business_name", "business_code", "username", "phone", "email", "password", "password_confirmation"];

    fn new(fields: &Fields, contact: Contact) -> Self {
        let [business_name, business_code] = ["business_name", "business_code"].map(|name| fields.get(name).to_owned());
        Self { business_name, business_code, contact }
    }

    fn contact(&self) -> &Contact {
        &self.contact
    }

    async fn register(&self, accounts: &Accounts, ctx: &Ctx) -> Result<RegisterOutcome, Failure> {
        accounts.register_business(ctx, self).await
    }
}

/// What was typed, for the part of the page that each class has of its own.
pub(crate) enum Typed {
    Citizen(CitizenForm),
    Business(BusinessForm),
}

impl From<CitizenForm> for Typed {
    fn from(form: CitizenForm) -> Self {
        Self::Citizen(form)
    }
}

impl From<BusinessForm> for Typed {
    fn from(form: BusinessForm) -> Self {
        Self::Business(form)
    }
}

impl Typed {
    /// The common part.
    fn contact(&self) -> &Contact {
        match self {
            Self::Citizen(form) => &form.contact,
            Self::Business(form) => &form.contact,
        }
    }
}

/// The registration form.
#[derive(Template)]
#[template(path = "pages/registration.html")]
pub(crate) struct RegistrationPage {
    layout: Layout,
    problems: Problems,
    typed: Typed,
    /// Where the form is.
    path: &'static str,
    /// The last day on which the class may register here, when it is near.
    closes_on: Option<String>,
    address: AddressFields,
    /// The answers to the question for the sex, where it is asked.
    sexes: Vec<Choice>,
    /// Whether a former number alone will do as identity number.
    takes_cmnd: bool,
    passwords_again: bool,
}

/// What surrounds a form.
pub(super) struct Around<'a> {
    pub(super) layout: Layout,
    pub(super) closes_on: Option<String>,
    pub(super) assets: &'a Assets,
    pub(super) settings: &'a AccountSettings,
}

impl RegistrationPage {
    /// The form with what was typed before.
    pub(super) fn new<F: ClassForm>(around: Around<'_>, form: F, problems: Problems) -> Self {
        let contact = form.contact();
        let (asks_sex, texts) = (around.settings.registration.ask_sex, around.layout.texts);
        Self {
            layout: around.layout,
            problems,
            sexes: form.sex().filter(|_| asks_sex).map(|chosen| sexes(texts, chosen)).unwrap_or_default(),
            path: F::PATH,
            closes_on: around.closes_on,
            address: AddressFields::new(around.assets, &contact.address),
            takes_cmnd: around.settings.accept_cmnd,
            passwords_again: !contact.password.is_empty() || !contact.password_confirmation.is_empty(),
            typed: form.into(),
        }
    }

    /// The fields of a class's form, in the order of the page.
    pub(super) fn order<F: ClassForm>() -> Vec<Field> {
        [F::OWN, &COMMON].concat()
    }

    /// The key of what stands above the form.
    fn lead(&self) -> &'static str {
        match self.typed {
            Typed::Citizen(_) if !self.sexes.is_empty() => "register-citizen-lead-sex",
            Typed::Citizen(_) => "register-citizen-lead",
            Typed::Business(_) => "register-business-lead",
        }
    }

    /// The hint beside the username.
    fn username_hint(&self) -> &'static str {
        match self.typed {
            Typed::Citizen(_) => "hint-username",
            Typed::Business(_) => "hint-username-business",
        }
    }

    /// The label of the identity number, and its hint.
    fn identity_texts(&self) -> (&'static str, &'static str) {
        if self.takes_cmnd {
            ("label-identity_number-cmnd", "hint-identity_number-cmnd")
        } else {
            ("label-identity_number", "hint-identity_number")
        }
    }
}

/// What can be answered to the question for the sex.
fn sexes(texts: Texts, chosen: &str) -> Vec<Choice> {
    let choice = |sex: Sex| Choice {
        code: sex.as_str().to_owned(),
        name: texts.text(match sex {
            Sex::Male => "sex-male",
            Sex::Female => "sex-female",
        }),
        chosen: sex.as_str() == chosen,
    };
    Sex::ALL.map(choice).into()
}

/// What the form sends.
pub(crate) struct Posted<F> {
    typed: F,
    shows_lists: bool,
}

impl<F: ClassForm> FormFields for Posted<F> {
    const FIELDS: &'static [&'static str] = F::FIELDS;
    const PART: &'static [&'static str] = PostedAddress::FIELDS;

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        let address = PostedAddress::from_fields(fields);
        let contact = Contact {
            username: get("username"),
            phone: get("phone"),
            email: get("email"),
            address: address.typed,
            password: get("password"),
            password_confirmation: get("password_confirmation"),
        };
        Self { typed: F::new(fields, contact), shows_lists: address.shows_lists }
    }
}

/// Answers with the form.
fn show<F: ClassForm>(visit: Visit, accounts: &Accounts, status: StatusCode, form: F, problems: Problems) -> Response {
    let around = Around {
        layout: visit.layout(F::TITLE),
        closes_on: accounts.registration_closes_soon(&visit.ctx, F::CLASS).map(moment::day),
        assets: visit.assets(),
        settings: accounts.settings(),
    };
    let page = RegistrationPage::new(around, form, problems);
    visit.page_with_lists(status, page)
}

/// `GET` of a class's form.
pub(crate) async fn get<F: ClassForm>(visit: Visit, State(people): State<People>) -> Response {
    let People { accounts, federation } = people;
    match accounts.registration_mode(&visit.ctx, F::CLASS) {
        RegistrationMode::Open => {
            let province_code = accounts.settings().home_province.clone().unwrap_or_default();
            let address = AddressForm { province_code, ..AddressForm::default() };
            let blank = F::new(&Fields::default(), Contact { address, ..Contact::default() });
            show(visit, &accounts, StatusCode::OK, blank, Problems::default())
        }
        mode => register_closed::show(visit, &federation, F::CLASS, mode),
    }
}

/// `POST` of a class's form.
pub(crate) async fn post<F: ClassForm + Sync + 'static>(
    visit: Visit,
    State(People { accounts, federation }): State<People>,
    CsrfForm(fields): CsrfForm<Posted<F>>,
) -> PageResult {
    let form = fields.typed;
    if fields.shows_lists {
        return Ok(show(visit, &accounts, StatusCode::OK, form, Problems::default()));
    }
    match form.register(&accounts, &visit.ctx).await? {
        RegisterOutcome::Accepted { phone } => {
            let (email, hours) = (form.contact().email.clone(), accounts.settings().activation_hours);
            Ok(registered::show(visit, Registered { email, phone, hours, form: F::PATH }))
        }
        RegisterOutcome::Refused(errors) => {
            let order = RegistrationPage::order::<F>();
            let problems = Problems::told(Texts::of(visit.ctx.language), &errors, &order);
            Ok(show(visit, &accounts, StatusCode::UNPROCESSABLE_ENTITY, form, problems))
        }
        RegisterOutcome::NotOpen(mode) => Ok(register_closed::show(visit, &federation, F::CLASS, mode)),
        RegisterOutcome::SlowDown { until } => Err(PageError::Overloaded(until.since(visit.ctx.now))),
    }
}
