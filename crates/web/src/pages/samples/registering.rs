//! From the home page to an active account.

use super::Samples;
use crate::assets::Assets;
use crate::pages::activate::{ActivatePage, NotCompletedPage};
use crate::pages::activation_link::{ActivationExpiredPage, ActivationUnknownPage};
use crate::pages::home::HomePage;
use crate::pages::layout::Layout;
use crate::pages::new_here::NewHere;
use crate::pages::problems::Problems;
use crate::pages::register::RegisterPage;
use crate::pages::register_closed::RegisterClosedPage;
use crate::pages::registered::RegisteredPage;
use crate::pages::registration::{Around, ClassForm, RegistrationPage};
use crate::settings::{Instead, WebSettings};
use portal_id_core::accounts::{
    AccountSettings, AddressForm, BusinessForm, CitizenForm, Contact, Field, FieldErrors, RegistrationMode,
    RegistrationSettings,
};
use portal_id_core::facts::{FieldError, Sex};
use portal_id_core::language::LocalText;
use portal_id_core::place::OldProvince;
use portal_id_core::profile::AccountClass;

/// A registration form under the default settings.
fn registration<F: ClassForm>(layout: Layout, typed: F, problems: Problems) -> RegistrationPage {
    registration_until(layout, None, &AccountSettings::default(), typed, problems)
}

fn registration_until<F: ClassForm>(
    layout: Layout,
    closes_on: Option<String>,
    settings: &AccountSettings,
    typed: F,
    problems: Problems,
) -> RegistrationPage {
    let assets = Assets::load(&WebSettings::default()).expect("assets");
    RegistrationPage::new(Around { layout, closes_on, assets: &assets, settings }, typed, problems)
}

impl Samples {
    pub(super) fn registration(&mut self) {
        self.draw(
            "home",
            &HomePage { layout: self.layout("home-title"), account: None, hint: false, new_here: NewHere::Register },
        );
        let (layout, new_here) = (self.layout("home-title"), NewHere::Arrive(self.ways()[0].clone()));
        self.draw("home-federated-only", &HomePage { layout, account: None, hint: false, new_here });
        for (name, hint) in [("home-signed-in", true), ("home-signed-in-with-factors", false)] {
            let (layout, account) = (self.signed_in("home-title"), Some(self.summary()));
            self.draw(name, &HomePage { layout, account, hint, new_here: NewHere::Register });
        }
        self.where_to_register();
        for (name, moved) in [("registered", false), ("registered-phone-moved", true)] {
            let layout = self.layout("registered-title");
            let phone_moved = moved.then(|| self.phone_moved(&layout));
            let email = self.v("nguyen.an@example.vn");
            self.draw(name, &RegisteredPage { layout, email, hours: 24, phone_moved, again: "/register/citizen" });
        }

        let layout = self.in_flow("register-citizen-title");
        self.draw("register-citizen", &registration(layout, CitizenForm::default(), Problems::default()));
        let (layout, closes_on) = (self.layout("register-citizen-title"), Some(self.v("30/06/2027")));
        let settings = AccountSettings::default();
        let page = registration_until(layout, closes_on, &settings, CitizenForm::default(), Problems::default());
        self.draw("register-citizen-closes", &page);
        let mut errors = FieldErrors::one(Field::Phone, FieldError::NotAllowedCharacter);
        errors.add(Field::IdentityNumber, FieldError::BirthDateMismatch);
        errors.add(Field::FormerNumber, FieldError::WrongLength);
        errors.add(Field::Username, FieldError::TooShort);
        errors.add(Field::WardCode, FieldError::Missing);
        errors.add(Field::Street, FieldError::Missing);
        errors.add(Field::Password, FieldError::ContainsPersonal);
        errors.add(Field::PasswordConfirmation, FieldError::DoesNotMatchConfirmation);
        let layout = self.layout("register-citizen-title");
        let problems = Problems::told(layout.texts, &errors, &RegistrationPage::order::<CitizenForm>());
        let typed = CitizenForm {
            full_name: self.v("Nguyễn Thị An"),
            birth_date: self.v("27/03/1985"),
            sex: String::new(),
            identity_number: self.v("024190001234"),
            former_number: self.v("12123456"),
            contact: Contact {
                username: self.v("an85"),
                phone: self.v("0912 34x 678"),
                email: self.v("nguyen.an@example.vn"),
                address: AddressForm { street: self.v(""), ..self.address("2025", "24", "", "") },
                password: self.v("bimat1985"),
                password_confirmation: self.v("bimat"),
            },
        };
        self.draw("register-citizen-problems", &registration(layout, typed, problems));
        self.former_numbers_accepted();
        self.asked_for_the_sex();
        self.addresses();
        self.business();
    }

    /// Which class to register, and where to go when it cannot be done here.
    pub(super) fn where_to_register(&mut self) {
        for (name, citizens, businesses, organisations) in
            [("register", true, true, true), ("register-citizens-alone", true, false, false)]
        {
            let layout = self.in_flow_of_client("register-title");
            let ways = if citizens && businesses { self.ways() } else { Vec::new() };
            self.draw(name, &RegisterPage { layout, citizens, businesses, organisations, ways });
        }
        let ours = Instead::default();
        let theirs = Instead {
            text: LocalText::new(&self.v("Hãy vào bằng tài khoản của tổ chức."), ""),
            link: "https://dichvucong.gov.vn/".parse().ok(),
            link_name: LocalText::new(&self.v("Cổng Dịch vụ công quốc gia"), ""),
        };
        for (name, class, mode, instead) in [
            ("register-closed", AccountClass::Citizen, RegistrationMode::Closed, &ours),
            ("register-federated", AccountClass::Citizen, RegistrationMode::FederatedOnly, &ours),
            ("register-business-closed", AccountClass::Business, RegistrationMode::Closed, &ours),
            ("register-business-federated", AccountClass::Business, RegistrationMode::FederatedOnly, &ours),
            ("register-organisation-closed", AccountClass::Organisation, RegistrationMode::Closed, &ours),
            ("register-organisation", AccountClass::Organisation, RegistrationMode::FederatedOnly, &ours),
            ("register-business-elsewhere", AccountClass::Business, RegistrationMode::FederatedOnly, &theirs),
        ] {
            let layout = self.layout(RegisterClosedPage::title(mode));
            let ways = if name == "register-federated" { self.ways() } else { Vec::new() };
            self.draw(name, &RegisterClosedPage::new(layout, class, mode, instead).with_ways(ways));
        }
        for (name, class, instead) in [
            ("arrival-not-open-citizen", AccountClass::Citizen, &theirs),
            ("arrival-not-open-business", AccountClass::Business, &ours),
            ("arrival-not-open-organisation", AccountClass::Organisation, &ours),
        ] {
            let layout = self.in_flow("arrival-not-open-title");
            self.draw(name, &RegisterClosedPage::after_arrival(layout, class, instead));
        }
    }

    pub(super) fn phone_moved(&self, layout: &Layout) -> String {
        let (old, new, phone) = (self.v("0168"), self.v("038"), self.v("038 ••• •456"));
        layout.texts.text_with("phone-moved", &[("old", &old), ("new", &new), ("phone", &phone)])
    }

    pub(super) fn business(&mut self) {
        let (layout, closes_on) = (self.in_flow("register-business-title"), Some(self.v("30/06/2027")));
        let address = AddressForm { province_code: "24".to_owned(), ..AddressForm::default() };
        let blank = BusinessForm { contact: Contact { address, ..Contact::default() }, ..BusinessForm::default() };
        let page = registration_until(layout, closes_on, &AccountSettings::default(), blank, Problems::default());
        self.draw("register-business", &page);
        let layout = self.layout("register-business-title");
        let mut errors = FieldErrors::one(Field::BusinessCode, FieldError::Checksum);
        errors.add(Field::BusinessName, FieldError::NotAllowedCharacter);
        errors.add(Field::ProvinceCode, FieldError::Missing);
        errors.add(Field::WardCode, FieldError::Missing);
        errors.add(Field::Phone, FieldError::NotAMobile);
        errors.add(Field::Password, FieldError::TooCommon);
        let problems = Problems::told(layout.texts, &errors, &RegistrationPage::order::<BusinessForm>());
        let typed = BusinessForm {
            business_name: self.v("Công ty TNHH Vải Thiều ™"),
            business_code: self.v("9900000017"),
            contact: Contact {
                username: self.v("vaithieu"),
                phone: self.v("0204 3854 321"),
                email: self.v("vaithieu@example.vn"),
                address: AddressForm { street: self.v("Số 2 đường Hùng Vương"), ..AddressForm::default() },
                password: self.v("matkhau123"),
                ..Contact::default()
            },
        };
        self.draw("register-business-problems", &registration(layout, typed, problems));
    }

    /// The citizen's form where a former number alone will do, with what it says of another.
    fn former_numbers_accepted(&mut self) {
        let settings = AccountSettings { accept_cmnd: true, ..AccountSettings::default() };
        let layout = self.layout("register-citizen-title");
        let mut errors = FieldErrors::one(Field::IdentityNumber, FieldError::NineOrTwelveDigits);
        errors.add(Field::FormerNumber, FieldError::FormerNumberTwice);
        let problems = Problems::told(layout.texts, &errors, &RegistrationPage::order::<CitizenForm>());
        let typed = CitizenForm { identity_number: self.v("12123456"), ..CitizenForm::default() };
        self.draw("register-citizen-cmnd", &registration_until(layout, None, &settings, typed, problems));
    }

    /// The citizen's form where it asks for the sex: unanswered, and with an answer that the number does not fit.
    fn asked_for_the_sex(&mut self) {
        let registration = RegistrationSettings { ask_sex: true, ..RegistrationSettings::default() };
        let settings = AccountSettings { registration, ..AccountSettings::default() };
        let fits = (FieldErrors::default(), CitizenForm::default());
        let typed = CitizenForm {
            sex: Sex::Male.as_str().to_owned(),
            identity_number: self.v("024185001234"),
            ..CitizenForm::default()
        };
        let mismatch = (FieldErrors::one(Field::IdentityNumber, FieldError::SexMismatch), typed);
        for (name, (errors, typed)) in [("register-citizen-sex", fits), ("register-citizen-sex-mismatch", mismatch)] {
            let layout = self.layout("register-citizen-title");
            let problems = Problems::told(layout.texts, &errors, &RegistrationPage::order::<CitizenForm>());
            self.draw(name, &registration_until(layout, None, &settings, typed, problems));
        }
    }

    pub(super) fn address(&self, era: &str, province: &str, district: &str, ward: &str) -> AddressForm {
        let [era, province_code, district_code, ward_code] = [era, province, district, ward].map(str::to_owned);
        let street = self.v("Số 12, đường Hùng Vương");
        AddressForm { era, province_code, district_code, ward_code, new_ward_code: String::new(), street }
    }

    /// The address part with a district: certain today, split, on an island, and with every mistake.
    pub(super) fn addresses(&mut self) {
        let districts = || OldProvince::all().iter().flat_map(OldProvince::districts);
        let split = districts().flat_map(|district| district.wards().iter().map(move |ward| (district, ward)));
        let (district, ward) = split.into_iter().find(|(_, ward)| ward.became().is_split()).expect("a split ward");
        let split =
            self.address("2004", district.province_code().as_str(), district.code().as_str(), ward.code().as_str());
        let island = districts().find(|district| district.wards().is_empty()).expect("an island");
        let island = self.address("2004", island.province_code().as_str(), island.code().as_str(), "");
        let mistaken = self.address("2004", "27", "213", "07375");
        let mut wrong_units = FieldErrors::one(Field::AddressEra, FieldError::NoDistrictsInThisEra);
        wrong_units.add(Field::ProvinceCode, FieldError::UnknownPlace);
        wrong_units.add(Field::DistrictCode, FieldError::DistrictOfAnotherProvince);
        wrong_units.add(Field::WardCode, FieldError::WardOfAnotherDistrict);
        for (name, address, errors) in [
            ("register-citizen-district", self.address("2004", "24", "213", "07201"), FieldErrors::default()),
            ("register-citizen-split", split.clone(), FieldErrors::default()),
            ("register-citizen-split-problem", split, FieldErrors::one(Field::NewWardCode, FieldError::Missing)),
            ("register-citizen-island", island, FieldErrors::default()),
            ("register-citizen-elsewhere", mistaken, wrong_units),
        ] {
            let layout = self.layout("register-citizen-title");
            let problems = Problems::told(layout.texts, &errors, &RegistrationPage::order::<CitizenForm>());
            let contact = Contact { address, ..Contact::default() };
            let typed = CitizenForm { contact, ..CitizenForm::default() };
            self.draw(name, &registration(layout, typed, problems));
        }
    }

    pub(super) fn activation(&mut self) {
        for (name, needs_password, wrong) in
            [("activate", true, false), ("activate-same-browser", false, false), ("activate-refused", true, true)]
        {
            let layout = self.layout("activate-title");
            let refused = layout.texts.text_with("activate-refused", &[("minutes", &15_i64)]);
            let problems = if wrong { Problems::one(Field::Password, refused) } else { Problems::default() };
            let (token, username, phone) = (self.v("token"), self.v("nguyenthian85"), self.v("091 ••• •678"));
            self.draw(name, &ActivatePage { layout, problems, token, username, phone, needs_password });
        }
        self.draw(
            "activation-expired",
            &ActivationExpiredPage { layout: self.layout("activation-expired-title"), token: self.v("token") },
        );
        self.draw("activation-unknown", &ActivationUnknownPage { layout: self.layout("activation-unknown-title") });
        self.draw("not-completed", &NotCompletedPage { layout: self.layout("not-completed-title") });
    }
}
