//! Looking after one's account: factors, sessions, passwords, "this was not me".

use super::Samples;
use crate::pages::add_authenticator::AddAuthenticatorPage;
use crate::pages::add_passkey::AddPasskeyPage;
use crate::pages::client_links::ClientFace;
use crate::pages::confirm::ConfirmPage;
use crate::pages::fact::Fact;
use crate::pages::home::AccountSummary;
use crate::pages::layout::Layout;
use crate::pages::not_me::{NotMeDonePage, NotMeOverPage, NotMePage};
use crate::pages::passkey::PasskeyForm;
use crate::pages::password::PasswordPage;
use crate::pages::problems::Problems;
use crate::pages::qr::Qr;
use crate::pages::recovery_codes::{MakeRecoveryCodesPage, RecoveryCodesPage};
use crate::pages::rename_passkey::RenamePasskeyPage;
use crate::pages::security::{Onward, Row, SecurityPage};
use crate::pages::services::{ServiceLine, ServicesPage};
use crate::pages::sessions::{SessionLine, SessionsPage};
use crate::texts::Texts;
use portal_id_core::accounts::{Field, FieldErrors};
use portal_id_core::facts::FieldError;
use portal_id_core::language::Language;
use portal_id_core::passkey::PasskeyOffer;

impl Samples {
    pub(super) fn summary(&self) -> AccountSummary {
        let facts = vec![
            Fact::plain("label-username", self.v("nguyenthian85")),
            Fact::plain("claim-email", self.v("a•••@example.vn")),
            Fact::plain("claim-phone", self.v("091 ••• •678")),
            Fact::plain("claim-identity_number", self.v("024••••••234")),
            Fact::plain("claim-former_number", self.v("•••••4567")),
            Fact::plain("home-signed-in-since", self.v("10:25, 23/11/2026")),
        ];
        AccountSummary { name: self.v("Nguyễn Thị An"), facts }
    }

    pub(super) fn own_account(&mut self) {
        for (name, wrong) in [("confirm", false), ("confirm-refused", true)] {
            let layout = Layout { next: Some("security"), ..self.signed_in("confirm-title") };
            let refused = layout.texts.text_with("confirm-refused", &[("minutes", &15_i64)]);
            let problems = if wrong { Problems::one(Field::Password, refused) } else { Problems::default() };
            let passkey = Some(PasskeyForm::from(self.ask()));
            self.draw(
                name,
                &ConfirmPage {
                    layout,
                    denied: false,
                    problems,
                    has_password: true,
                    second_step: false,
                    passkey,
                    ways: Vec::new(),
                },
            );
        }
        let layout = Layout { next: Some("security"), ..self.signed_in("confirm-title") };
        let ways = self.ways_to(&layout);
        let problems = Problems::default();
        let page =
            ConfirmPage { layout, denied: true, problems, has_password: false, passkey: None, second_step: true, ways };
        self.draw("confirm-no-password", &page);
    }

    pub(super) fn row(&self, number: u32, used: bool) -> Row {
        Row {
            id: format!("{number}-{}", self.v("0192f3a1")),
            name: self.v("Điện thoại của tôi"),
            added: self.v("10:25, 23/11/2026"),
            last_used: used.then(|| self.v("08:00, 24/11/2026")),
            until: used.then(|| self.v("10:25, 23/12/2026")),
            rename: None,
        }
    }

    pub(super) fn factors(&mut self) {
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
            passkeys: vec![Row { rename: Some(self.v("/account/security/passkey/name?id=3")), ..self.row(3, false) }],
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
        for (name, wrong) in [("rename-passkey", false), ("rename-passkey-problem", true)] {
            let layout = self.signed_in("rename-passkey-title");
            let errors = if wrong {
                FieldErrors::one(Field::PasskeyName, FieldError::NotAllowedCharacter)
            } else {
                FieldErrors::default()
            };
            let problems = Problems::told(layout.texts, &errors, &[Field::PasskeyName]);
            let (id, typed) = (self.v("0192f3a1"), self.v("Điện thoại của tôi"));
            self.draw(name, &RenamePasskeyPage { layout, problems, id, typed });
        }
    }

    pub(super) fn services(&mut self) {
        let line = |id: &str, first_party: bool, offline: bool, off: bool| ServiceLine {
            id: format!("{id}-{}", self.v("ho-tich")),
            face: ClientFace { logo: None, ..self.face() },
            knows: vec![self.v("Thông tin cơ bản"), self.v("Số điện thoại")],
            since: self.v("10:25, 23/11/2026"),
            offline,
            first_party,
            off,
        };
        let services =
            vec![line("1", false, true, false), line("2", true, false, false), line("3", false, false, true)];
        for (name, news, services) in [
            ("services", None, services),
            ("services-revoked", Some("services-revoked"), Vec::new()),
            ("services-unknown", Some("services-unknown"), Vec::new()),
        ] {
            let layout = self.signed_in("services-title");
            let news = news.map(|key| layout.t(key));
            self.draw(name, &ServicesPage { layout, news, services });
        }
    }

    pub(super) fn session(&self, browser: &str) -> SessionLine {
        SessionLine {
            id: self.v("0192f3a1-7c1e-7b1a-9d52-3f2b8c1d0e5f"),
            browser: self.v(browser),
            network: self.v("203.0.113.•••"),
            signed_in: Some(self.v("10:25, 23/11/2026")),
            last_seen: self.v("10:40, 23/11/2026"),
        }
    }

    pub(super) fn sessions(&mut self) {
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
                has_password: number > 0,
            };
            self.draw(name, &page);
        }
    }

    pub(super) fn passwords(&mut self) {
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
    }

    pub(super) fn not_me(&mut self) {
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
                new_password: Some(self.v("/sign-in/new-password?ticket=x")),
            },
        );
        let page = NotMeDonePage { layout: self.layout("not-me-done-title"), new_password: None };
        self.draw("not-me-done-no-password", &page);
        self.draw("not-me-over", &NotMeOverPage { layout: self.layout("not-me-over-title") });
    }
}
