//! Every page, drawn without a server: for the tests, and to look at.

#![expect(clippy::expect_used, reason = "tests")]

use super::account::AccountPage;
use super::account_stopped::AccountStoppedPage;
use super::activate::{ActivatePage, ActivatedPage, DisownedPage, NotCompletedPage};
use super::activation_link::{ActivationExpiredPage, ActivationUnknownPage, ActivationUsedPage};
use super::activation_resend::ActivationResentPage;
use super::add_authenticator::AddAuthenticatorPage;
use super::add_passkey::AddPasskeyPage;
use super::address_fields::AddressFields;
use super::code::{CodeOverPage, CodePage};
use super::confirm::ConfirmPage;
use super::consent::{ConsentPage, Grant};
use super::error::ErrorPage;
use super::fact::Fact;
use super::form_post::FormPostPage;
use super::going_back::GoingBackPage;
use super::home::{AccountSummary, HomePage};
use super::layout::{LanguageLink, Layout};
use super::not_activated::NotActivatedPage;
use super::not_me::{NewPasswordSavedPage, NotMeDonePage, NotMeOverPage, NotMePage};
use super::open_app::OpenAppPage;
use super::passkey::{PasskeyForm, PasskeyPage};
use super::password::{PasswordChangedPage, PasswordPage};
use super::phone_correction::{
    PhoneAskedPage, PhoneCorrectPage, PhoneCorrectedPage, PhoneLinkOverPage, PhoneNotPossiblePage,
};
use super::problems::Problems;
use super::qr::Qr;
use super::recovery_codes::{MakeRecoveryCodesPage, RecoveryCodesPage};
use super::register::RegisterPage;
use super::register_business::RegisterBusinessPage;
use super::register_citizen::RegisterCitizenPage;
use super::register_closed::RegisterClosedPage;
use super::registered::RegisteredPage;
use super::second_step::{OtherWay, SecondStepPage, other_ways};
use super::security::{Onward, Row, SecurityPage};
use super::sessions::{SessionLine, SessionsPage};
use super::sign_in::SignInPage;
use super::sign_in_help::SignInHelpPage;
use super::sign_out::{SignOutPage, SignedOutPage};
use crate::assets::Assets;
use crate::edge::PageError;
use crate::settings::{Instead, WebSettings};
use crate::texts::Texts;
use askama::Template;
use portal_id_core::accounts::{AddressForm, BusinessForm, CitizenForm, Field, FieldErrors, RegistrationMode};
use portal_id_core::client::SCOPES;
use portal_id_core::credential::{Factor, Factors};
use portal_id_core::facts::FieldError;
use portal_id_core::ids::ChallengeId;
use portal_id_core::language::{Language, LocalText};
use portal_id_core::passkey::{PasskeyAsk, PasskeyOffer};
use portal_id_core::place::OldProvince;
use portal_id_core::profile::AccountClass;
use portal_id_core::time::Span;
use serde_json::json;

/// A drawn page.
pub(super) struct Sample {
    /// What it shows.
    pub(super) name: &'static str,
    /// The page.
    pub(super) html: String,
}

/// Draws pages in one language, with plausible values, or with one hostile value in every place.
pub(super) struct Samples {
    language: Language,
    hostile: Option<&'static str>,
    drawn: Vec<Sample>,
}

/// All pages.
pub(super) fn all(language: Language, hostile: Option<&'static str>) -> Vec<Sample> {
    let mut samples = Samples { language, hostile, drawn: Vec::new() };
    samples.registration();
    samples.activation();
    samples.sign_in();
    samples.second_step();
    samples.own_account();
    samples.factors();
    samples.phone_correction();
    samples.sessions();
    samples.passwords();
    samples.service();
    samples.leaving();
    samples.faults();
    samples.drawn
}

/// A frame, for tests of parts of a page.
pub(super) fn layout(language: Language) -> Layout {
    Samples { language, hostile: None, drawn: Vec::new() }.layout("home-title")
}

/// Every way in which a request can fail.
pub(crate) fn faults() -> Vec<PageError> {
    vec![
        PageError::NotFound,
        PageError::MethodNotAllowed,
        PageError::Malformed("unknown-field"),
        PageError::NotAForm,
        PageError::TooLarge,
        PageError::UriTooLong,
        PageError::HeadersTooLarge,
        PageError::StartAgain,
        PageError::FlowOver,
        PageError::AuthorizeRefused("redirect-uri-unregistered"),
        PageError::TooSlow,
        PageError::Overloaded(Span::seconds(1)),
        PageError::Unavailable("out of reach".to_owned()),
        PageError::Internal("a detail for the log".to_owned()),
    ]
}

fn address_fields(typed: &AddressForm) -> AddressFields {
    AddressFields::new(&Assets::load(&WebSettings::default()).expect("assets"), typed)
}

impl Samples {
    /// The value for one place.
    fn v(&self, plausible: &str) -> String {
        self.hostile.unwrap_or(plausible).to_owned()
    }

    fn layout(&self, title: &'static str) -> Layout {
        let (vi, en) = ("Tiếng Việt", "English");
        let (tag, name) = if self.language == Language::Vi { ("en", en) } else { ("vi", vi) };
        let portal = if self.language == Language::Vi {
            "Cổng dịch vụ công trực tuyến"
        } else {
            "Public service portal"
        };
        let desk = if self.language == Language::Vi {
            "Trung tâm Phục vụ hành chính công tỉnh, số 1 đường Lý Thái Tổ"
        } else {
            "the provincial service centre, 1 Lý Thái Tổ street"
        };
        Layout {
            texts: Texts::of(self.language),
            title,
            portal_name: self.v(portal),
            province_name: Some(self.v("Tỉnh Bắc Ninh")),
            support_url: Some(self.v("https://support.example.vn/")),
            desk: self.v(desk),
            stylesheet: self.v("style.css"),
            theme: Some(self.v("theme.css")),
            logo: self.v("logo.svg"),
            passkey_script: self.v("passkey.js"),
            csrf: self.v("csrf-value"),
            flow: None,
            next: None,
            service: None,
            request_id: self.v("0192f3a1-7c1e-7b1a-9d52-3f2b8c1d0e5f"),
            languages: vec![LanguageLink { tag, name, href: self.v(&format!("?lang={tag}")) }],
            signed_in_as: None,
        }
    }

    fn in_flow(&self, title: &'static str) -> Layout {
        Layout {
            flow: Some(self.v("c2VhbGVk")),
            service: Some(self.v("Dịch vụ hộ tịch điện tử")),
            ..self.layout(title)
        }
    }

    fn signed_in(&self, title: &'static str) -> Layout {
        Layout { signed_in_as: Some(self.v("nguyenthian85")), ..self.layout(title) }
    }

    fn draw(&mut self, name: &'static str, page: &impl Template) {
        self.drawn.push(Sample { name, html: page.render().expect("a page can be drawn") });
    }

    fn registration(&mut self) {
        self.draw("home", &HomePage { layout: self.layout("home-title"), account: None, hint: false });
        for (name, hint) in [("home-signed-in", true), ("home-signed-in-with-factors", false)] {
            let (layout, account) = (self.signed_in("home-title"), Some(self.summary()));
            self.draw(name, &HomePage { layout, account, hint });
        }
        self.where_to_register();
        for (name, moved) in [("registered", false), ("registered-phone-moved", true)] {
            let layout = self.layout("registered-title");
            let phone_moved = moved.then(|| self.phone_moved(&layout));
            let email = self.v("nguyen.an@example.vn");
            self.draw(name, &RegisteredPage { layout, email, hours: 24, phone_moved, again: "/register/citizen" });
        }

        let layout = self.in_flow("register-citizen-title");
        self.draw("register-citizen", &Self::citizen(layout, CitizenForm::default(), Problems::default()));
        let mut errors = FieldErrors::one(Field::Phone, FieldError::NotAllowedCharacter);
        errors.add(Field::IdentityNumber, FieldError::BirthDateMismatch);
        errors.add(Field::Username, FieldError::TooShort);
        errors.add(Field::WardCode, FieldError::Missing);
        errors.add(Field::Street, FieldError::Missing);
        errors.add(Field::Password, FieldError::ContainsPersonal);
        errors.add(Field::PasswordConfirmation, FieldError::DoesNotMatchConfirmation);
        let layout = self.layout("register-citizen-title");
        let problems = Problems::told(layout.texts, &errors, &super::register_citizen::ORDER);
        let typed = CitizenForm {
            full_name: self.v("Nguyễn Thị An"),
            birth_date: self.v("27/03/1985"),
            username: self.v("an85"),
            phone: self.v("0912 34x 678"),
            email: self.v("nguyen.an@example.vn"),
            identity_number: self.v("024190001234"),
            address: AddressForm { street: self.v(""), ..self.address("2025", "24", "", "") },
            password: self.v("bimat1985"),
            password_confirmation: self.v("bimat"),
        };
        self.draw("register-citizen-problems", &Self::citizen(layout, typed, problems));
        self.addresses();
        self.business();
    }

    /// Which class to register, and where to go when it cannot be done here.
    fn where_to_register(&mut self) {
        for (name, citizens, businesses) in [("register", true, true), ("register-citizens-alone", true, false)] {
            self.draw(name, &RegisterPage { layout: self.layout("register-title"), citizens, businesses });
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
            ("register-business-elsewhere", AccountClass::Business, RegistrationMode::FederatedOnly, &theirs),
        ] {
            let layout = self.layout(RegisterClosedPage::title(mode));
            self.draw(name, &RegisterClosedPage::new(layout, class, mode, instead));
        }
    }

    fn phone_moved(&self, layout: &Layout) -> String {
        let (old, new, phone) = (self.v("0168"), self.v("038"), self.v("038 ••• •456"));
        layout.texts.text_with("phone-moved", &[("old", &old), ("new", &new), ("phone", &phone)])
    }

    fn business(&mut self) {
        let blank = RegisterBusinessPage {
            layout: self.in_flow("register-business-title"),
            problems: Problems::default(),
            typed: BusinessForm::default(),
            closes_on: Some(self.v("30/06/2027")),
            address: address_fields(&AddressForm { province_code: "24".to_owned(), ..AddressForm::default() }),
            passwords_again: false,
        };
        self.draw("register-business", &blank);
        let layout = self.layout("register-business-title");
        let mut errors = FieldErrors::one(Field::BusinessCode, FieldError::Checksum);
        errors.add(Field::BusinessName, FieldError::NotAllowedCharacter);
        errors.add(Field::ProvinceCode, FieldError::Missing);
        errors.add(Field::WardCode, FieldError::Missing);
        errors.add(Field::Phone, FieldError::NotAMobile);
        errors.add(Field::Password, FieldError::TooCommon);
        let problems = Problems::told(layout.texts, &errors, &super::register_business::ORDER);
        let typed = BusinessForm {
            business_name: self.v("Công ty TNHH Vải Thiều 🌸"),
            business_code: self.v("9900000017"),
            username: self.v("vaithieu"),
            phone: self.v("0204 3854 321"),
            email: self.v("vaithieu@example.vn"),
            address: AddressForm { street: self.v("Số 2 đường Hùng Vương"), ..AddressForm::default() },
            password: self.v("matkhau123"),
            ..BusinessForm::default()
        };
        let address = address_fields(&typed.address);
        self.draw(
            "register-business-problems",
            &RegisterBusinessPage { layout, problems, typed, closes_on: None, address, passwords_again: true },
        );
    }

    fn address(&self, era: &str, province: &str, district: &str, ward: &str) -> AddressForm {
        let [era, province_code, district_code, ward_code] = [era, province, district, ward].map(str::to_owned);
        let street = self.v("Số 12, đường Hùng Vương");
        AddressForm { era, province_code, district_code, ward_code, new_ward_code: String::new(), street }
    }

    /// The address part with a district: certain today, split, on an island, and with every mistake.
    fn addresses(&mut self) {
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
            let problems = Problems::told(layout.texts, &errors, &super::register_citizen::ORDER);
            let typed = CitizenForm { address, ..CitizenForm::default() };
            self.draw(name, &Self::citizen(layout, typed, problems));
        }
    }

    fn summary(&self) -> AccountSummary {
        let facts = vec![
            Fact::plain("label-username", self.v("nguyenthian85")),
            Fact::plain("claim-email", self.v("a•••@example.vn")),
            Fact::plain("claim-phone", self.v("091 ••• •678")),
            Fact::plain("claim-identity_number", self.v("024••••••234")),
            Fact::plain("home-signed-in-since", self.v("10:25, 23/11/2026")),
        ];
        AccountSummary { name: self.v("Nguyễn Thị An"), facts }
    }

    fn citizen(layout: Layout, typed: CitizenForm, problems: Problems) -> RegisterCitizenPage {
        RegisterCitizenPage {
            layout,
            closes_on: None,
            address: address_fields(&typed.address),
            identity_hint: "hint-identity_number",
            passwords_again: problems.any(),
            typed,
            problems,
        }
    }

    fn activation(&mut self) {
        for (name, needs_password, wrong) in
            [("activate", true, false), ("activate-same-browser", false, false), ("activate-refused", true, true)]
        {
            let layout = self.layout("activate-title");
            let refused = layout.texts.text_with("activate-refused", &[("minutes", &15_i64)]);
            let problems = if wrong { Problems::one(Field::Password, refused) } else { Problems::default() };
            let (token, username, phone) = (self.v("token"), self.v("nguyenthian85"), self.v("091 ••• •678"));
            self.draw(name, &ActivatePage { layout, problems, token, username, phone, needs_password });
        }
        self.draw("activated", &ActivatedPage { layout: self.layout("activated-title") });
        self.draw("activation-used", &ActivationUsedPage { layout: self.layout("activation-used-title") });
        self.draw(
            "activation-expired",
            &ActivationExpiredPage { layout: self.layout("activation-expired-title"), token: self.v("token") },
        );
        self.draw("activation-unknown", &ActivationUnknownPage { layout: self.layout("activation-unknown-title") });
        self.draw(
            "activation-resent",
            &ActivationResentPage { layout: self.layout("activation-resent-title"), until: None },
        );
        self.draw(
            "activation-slow",
            &ActivationResentPage {
                layout: self.layout("activation-slow-title"),
                until: Some(self.v("10:25, 23/11/2026")),
            },
        );
        self.draw("disowned", &DisownedPage { layout: self.layout("disowned-title") });
        self.draw("not-completed", &NotCompletedPage { layout: self.layout("not-completed-title") });
    }

    fn sign_in(&mut self) {
        let page = SignInPage::new(self.in_flow("sign-in-title"), String::new(), None);
        self.draw("sign-in", &page.with_passkey(Some(self.ask())));
        let layout = self.layout("sign-in-title");
        let problem = layout.texts.text_with("sign-in-refused", &[("minutes", &15_i64)]);
        self.draw("sign-in-refused", &SignInPage::new(layout, self.v("nguyenthian85"), Some(problem)));
        let again = Layout { signed_in_as: Some(self.v("nguyenthian85")), ..self.in_flow("sign-in-title") };
        self.draw("sign-in-again", &SignInPage::new(again, self.v("nguyenthian85"), None));
        self.draw("sign-in-help", &SignInHelpPage { layout: self.layout("help-title") });
        self.draw(
            "not-activated",
            &NotActivatedPage { layout: self.layout("not-activated-title"), ticket: self.v("ticket") },
        );
        self.draw("account-disabled", &AccountStoppedPage { layout: self.layout("disabled-title"), closed: false });
        self.draw("account-closed", &AccountStoppedPage { layout: self.layout("closed-title"), closed: true });

        let texts = Texts::of(self.language);
        let one = |text| Problems::one(Field::Code, text);
        let wrong = one(texts.text_with("code-wrong", &[("tries", &4_u32)]));
        let last = one(texts.text_with("code-wrong", &[("tries", &1_u32)]));
        let throttled = one(texts.text_with("code-throttled", &[("until", &self.v("10:25, 23/11/2026"))]));
        let wait = texts.text_with("code-wait", &[("seconds", &42_i64)]);
        let too_many = texts.text_with("code-too-many-sent", &[("until", &self.v("10:25, 23/11/2026"))]);
        let failing = texts.text_with("code-gateway-fails-others", &[("desk", &self.v("Trung tâm Phục vụ"))]);
        for (name, problems, news, can_correct_phone) in [
            ("code", Problems::default(), None, true),
            ("code-not-sent", Problems::default(), None, false),
            ("code-gateway-fails", Problems::default(), Some(failing), false),
            ("code-verified-phone", Problems::default(), None, false),
            ("code-wrong", wrong, None, false),
            ("code-last-try", last, None, false),
            ("code-expired", one(texts.text("code-expired")), None, false),
            ("code-throttled", throttled, None, false),
            ("code-sent-again", Problems::default(), Some(texts.text("code-sent-again")), false),
            ("code-wait", Problems::default(), Some(wait), false),
            ("code-too-many-sent", Problems::default(), Some(too_many), false),
        ] {
            let sent = texts.text_with("code-sent", &[("phone", &self.v("091 ••• •678")), ("minutes", &5_i64)]);
            let layout = self.in_flow("code-title");
            let challenge = self.v("0192f3a1");
            let action = layout.to_with("/sign-in/code", &[("challenge", &challenge)]);
            let code_sent = name != "code-not-sent";
            let others = if can_correct_phone { Vec::new() } else { Self::others(&layout, &challenge, Factor::Sms) };
            let remember_days = Some(30).filter(|_| code_sent);
            self.draw(
                name,
                &CodePage {
                    layout,
                    problems,
                    news,
                    code_sent,
                    sent,
                    action,
                    challenge,
                    can_correct_phone,
                    remember_days,
                    others,
                },
            );
        }
        self.draw("code-over", &CodeOverPage { layout: self.in_flow("code-over-title") });
    }

    fn ask(&self) -> PasskeyAsk {
        PasskeyAsk {
            challenge: self.v("Y2hhbGxlbmdl"),
            rp_id: self.v("id.tinh.example"),
            allowed: vec![self.v("a2V5")],
        }
    }

    /// Every other way there is.
    fn others(layout: &Layout, challenge: &str, here: Factor) -> Vec<OtherWay> {
        let all = Factors { authenticators: 1, passkeys: 1, recovery_codes: 10 };
        other_ways(layout, &ChallengeId::from_text(challenge), all, here)
    }

    fn second_step(&mut self) {
        for (name, recovery, problem) in [
            ("app-code", false, None),
            ("app-code-malformed", false, Some("app-code-malformed")),
            ("recovery-code", true, None),
            ("recovery-code-malformed", true, Some("recovery-code-malformed")),
        ] {
            let layout = self.in_flow(if recovery { "recovery-code-title" } else { "app-code-title" });
            let here = if recovery { Factor::RecoveryCode } else { Factor::Authenticator };
            let problems = problem.map_or_else(Problems::default, |key| Problems::one(Field::Code, layout.t(key)));
            let action = layout.to_with("/sign-in/app", &[("challenge", &self.v("0192f3a1"))]);
            let others = Self::others(&layout, &self.v("0192f3a1"), here);
            self.draw(name, &SecondStepPage { layout, problems, recovery, action, remember_days: Some(30), others });
        }
        for (name, problem) in [("passkey", None), ("passkey-refused", Some("passkey-refused"))] {
            let layout = self.in_flow("passkey-title");
            let action = layout.to_with("/sign-in/passkey", &[("challenge", &self.v("0192f3a1"))]);
            let others = Self::others(&layout, &self.v("0192f3a1"), Factor::Passkey);
            let problem = problem.map(|key| layout.t(key));
            self.draw(name, &PasskeyPage { layout, problem, action, passkey: self.ask().into(), others });
        }
    }

    fn own_account(&mut self) {
        self.draw("account", &AccountPage { layout: self.signed_in("account-title"), account: self.summary() });
        for (name, wrong) in [("confirm", false), ("confirm-refused", true)] {
            let layout = Layout { next: Some("security"), ..self.signed_in("confirm-title") };
            let refused = layout.texts.text_with("confirm-refused", &[("minutes", &15_i64)]);
            let problems = if wrong { Problems::one(Field::Password, refused) } else { Problems::default() };
            self.draw(name, &ConfirmPage { layout, problems, passkey: Some(PasskeyForm::from(self.ask())) });
        }
    }

    fn row(&self, number: u32, used: bool) -> Row {
        Row {
            id: format!("{number}-{}", self.v("0192f3a1")),
            name: self.v("Điện thoại của tôi"),
            added: self.v("10:25, 23/11/2026"),
            last_used: used.then(|| self.v("08:00, 24/11/2026")),
            until: used.then(|| self.v("10:25, 23/12/2026")),
        }
    }

    fn factors(&mut self) {
        let bare = SecurityPage {
            layout: self.signed_in("security-title"),
            news: None,
            onward: Onward::AfterEnrolling,
            authenticators: Vec::new(),
            another_authenticator: true,
            passkeys: Vec::new(),
            another_passkey: true,
            recovery_codes_left: 0,
            recovery_codes_made: None,
            devices: Vec::new(),
        };
        self.draw("security-must-enrol", &bare);
        let full = SecurityPage {
            layout: self.signed_in("security-title"),
            news: Some("security-done-passkey-added"),
            onward: Onward::ToService,
            authenticators: vec![self.row(1, true), self.row(2, false)],
            another_authenticator: false,
            passkeys: vec![self.row(3, false)],
            recovery_codes_left: 7,
            recovery_codes_made: Some(self.v("10:25, 23/11/2026")),
            devices: vec![self.row(4, true)],
            ..bare
        };
        self.draw("security", &full);
        for (name, problem) in
            [("add-authenticator", None), ("add-authenticator-wrong", Some("add-authenticator-wrong"))]
        {
            let layout = self.signed_in("add-authenticator-title");
            let problems = problem.map_or_else(Problems::default, |key| Problems::one(Field::Code, layout.t(key)));
            let qr = Qr::of("otpauth://totp/A:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").expect("a code");
            let (secret, sealed) = (self.v("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"), self.v("c2VhbGVk"));
            self.draw(name, &AddAuthenticatorPage { layout, problems, qr, secret, sealed });
        }
        for (name, again) in [("make-recovery-codes", false), ("make-recovery-codes-again", true)] {
            let layout = self.signed_in("make-recovery-codes-title");
            self.draw(name, &MakeRecoveryCodesPage { layout, again });
        }
        let codes = (0..10).map(|_| self.v("7k2mq-x9r4d")).collect();
        let layout = self.signed_in("recovery-codes-title");
        self.draw("recovery-codes", &RecoveryCodesPage { layout, username: self.v("nguyenthian85"), codes });
        for (name, problem) in [("add-passkey", None), ("add-passkey-refused", Some("add-passkey-refused"))] {
            let layout = self.signed_in("add-passkey-title");
            let problem = problem.map(|key| layout.t(key));
            let offer = PasskeyOffer {
                challenge: self.v("Y2hhbGxlbmdl"),
                rp_id: self.v("id.tinh.example"),
                user_handle: self.v("aGFuZGxl"),
                username: self.v("nguyenthian85"),
                excluded: vec![self.v("a2V5")],
            };
            self.draw(name, &AddPasskeyPage::new(layout, offer, self.v("Điện thoại của tôi"), problem));
        }
    }

    fn phone_correction(&mut self) {
        self.draw("phone-asked", &PhoneAskedPage { layout: self.layout("phone-asked-title") });
        self.draw("phone-not-possible", &PhoneNotPossiblePage { layout: self.layout("phone-not-possible-title") });
        for (name, phone, problem) in [("phone-correct", "", false), ("phone-correct-problem", "024 3838 4040", true)] {
            let layout = self.layout("phone-correct-title");
            let errors = FieldErrors::one(Field::Phone, FieldError::NotAMobile);
            let problems =
                if problem { Problems::told(layout.texts, &errors, &[Field::Phone]) } else { Problems::default() };
            let (token, username, phone_now, phone) =
                (self.v("token"), self.v("nguyenthian85"), self.v("091 ••• •678"), self.v(phone));
            self.draw(name, &PhoneCorrectPage { layout, problems, token, username, phone_now, phone });
        }
        for (name, moved) in [("phone-corrected", false), ("phone-corrected-moved", true)] {
            let layout = self.layout("phone-corrected-title");
            let phone_moved = moved.then(|| self.phone_moved(&layout));
            self.draw(name, &PhoneCorrectedPage { layout, phone_moved });
        }
        self.draw("phone-link-over", &PhoneLinkOverPage { layout: self.layout("phone-link-over-title") });
    }

    fn session(&self, browser: &str) -> SessionLine {
        SessionLine {
            id: self.v("0192f3a1-7c1e-7b1a-9d52-3f2b8c1d0e5f"),
            browser: self.v(browser),
            network: self.v("203.0.113.•••"),
            signed_in: self.v("10:25, 23/11/2026"),
            last_seen: self.v("10:40, 23/11/2026"),
        }
    }

    fn sessions(&mut self) {
        let on = if self.language == Language::Vi { "trên" } else { "on" };
        for (name, number, news, more) in [
            ("sessions", 2, None, false),
            ("sessions-alone", 0, Some("sessions-ended-others"), false),
            ("sessions-ended", 1, Some("sessions-ended"), false),
            ("sessions-unknown", 1, Some("sessions-unknown"), false),
            ("sessions-many", 3, None, true),
        ] {
            let layout = self.signed_in("sessions-title");
            let page = SessionsPage {
                news: news.map(|key| layout.texts.text(key)),
                layout,
                this: self.session(&format!("Chrome {on} Windows")),
                others: (0..number).map(|_| self.session(&format!("Safari {on} iPhone"))).collect(),
                more,
            };
            self.draw(name, &page);
        }
    }

    fn passwords(&mut self) {
        let order = [Field::CurrentPassword, Field::Password, Field::PasswordConfirmation];
        let mut errors = FieldErrors::one(Field::CurrentPassword, FieldError::Missing);
        errors.add(Field::Password, FieldError::SameAsBefore);
        errors.add(Field::PasswordConfirmation, FieldError::DoesNotMatchConfirmation);
        let wrong = Texts::of(self.language).text_with("password-wrong", &[("minutes", &15_i64)]);
        for (name, step, needs_current, problems) in [
            ("password", false, true, Problems::default()),
            ("password-problems", false, true, Problems::told(Texts::of(self.language), &errors, &order)),
            ("password-wrong", false, true, Problems::one(Field::CurrentPassword, wrong)),
            ("new-password", true, false, Problems::default()),
            ("new-password-from-mailbox", true, true, Problems::default()),
        ] {
            let layout = if step { self.in_flow("new-password-title") } else { self.signed_in("password-title") };
            let page = PasswordPage {
                action: if step {
                    layout.to_with("/sign-in/new-password", &[("ticket", &self.v("ticket"))])
                } else {
                    "/account/password".to_owned()
                },
                layout,
                problems,
                username: self.v("nguyenthian85"),
                needs_current,
                step,
            };
            self.draw(name, &page);
        }
        self.draw("password-changed", &PasswordChangedPage { layout: self.signed_in("password-changed-title") });
        self.draw(
            "not-me",
            &NotMePage {
                layout: self.layout("not-me-title"),
                token: self.v("token"),
                username: self.v("nguyenthian85"),
            },
        );
        self.draw(
            "not-me-done",
            &NotMeDonePage {
                layout: self.layout("not-me-done-title"),
                new_password: self.v("/sign-in/new-password?ticket=x"),
            },
        );
        self.draw("not-me-over", &NotMeOverPage { layout: self.layout("not-me-over-title") });
        self.draw("new-password-saved", &NewPasswordSavedPage { layout: self.layout("new-password-saved-title") });
    }

    fn service(&mut self) {
        let claims = json!({
            "name": self.v("Nguyễn Thị An"),
            "preferred_username": self.v("nguyenthian85"),
            "birthdate": self.v("1985-03-27"),
            "email": self.v("nguyen.an@example.vn"),
            "email_verified": true,
            "phone_number": self.v("+84912345678"),
            "phone_number_verified": true,
            "address": { "formatted": self.v("Số 12 Hùng Vương, Phường Bắc Giang, Tỉnh Bắc Ninh") },
            "identity_number": self.v("024185001234"),
            "identity_number_verified": false,
            "business_name": self.v("Công ty TNHH Vải Thiều"),
            "business_name_verified": false,
            "business_code": self.v("9900000016"),
            "business_code_verified": true,
            "head_office": { "formatted": self.v("Số 2 Hùng Vương, Phường Bắc Giang, Tỉnh Bắc Ninh") },
            "head_office_verified": false,
        });
        let claims = claims.as_object().cloned().unwrap_or_default();
        let layout = Layout { service: None, ..self.in_flow("consent-title") };
        let grants = SCOPES.iter().map(|scope| Grant::of(&layout, scope, &claims)).collect();
        let page = ConsentPage {
            layout,
            service: self.v("Dịch vụ hộ tịch điện tử"),
            username: self.v("nguyenthian85"),
            origin: Some(self.v("https://hotich.example.vn")),
            grants,
        };
        self.draw("consent", &page);
        let fields = vec![("code", self.v("abc")), ("state", self.v("xyz"))];
        self.draw(
            "form-post",
            &FormPostPage {
                layout: self.layout("form-post-title"),
                address: self.v("https://hotich.example.vn/cb"),
                fields,
            },
        );
        self.draw(
            "going-back",
            &GoingBackPage {
                layout: self.layout("going-back-title"),
                address: self.v("https://hotich.example.vn/cb?code=abc"),
            },
        );
        self.draw(
            "open-app",
            &OpenAppPage { layout: self.layout("open-app-title"), address: self.v("vn.example.app:/cb?code=abc") },
        );
    }

    fn leaving(&mut self) {
        let asked_by = Some(self.v("Dịch vụ hộ tịch điện tử"));
        let carried = vec![("request", self.v("c2VhbGVk"))];
        self.draw("sign-out", &SignOutPage { layout: self.signed_in("sign-out-title"), asked_by, carried });
        self.draw("signed-out", &SignedOutPage { layout: self.layout("signed-out-title") });
    }

    fn faults(&mut self) {
        for fault in faults() {
            let layout = Layout { csrf: String::new(), ..self.layout(ErrorPage::TITLE) };
            self.draw(fault.key(), &ErrorPage::new(layout, &fault));
        }
    }
}
