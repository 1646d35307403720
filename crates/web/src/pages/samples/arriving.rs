//! What is asked of whoever arrived by another provider, and what they look after later.

use super::Samples;
use crate::pages::account::{AccountPage, OwnFact};
use crate::pages::arrival::decline::DeclinePage;
use crate::pages::arrival::{ArrivalPage, CandidateLine};
use crate::pages::contact::ContactPage;
use crate::pages::first_password::FirstPasswordPage;
use crate::pages::layout::Layout;
use crate::pages::links::{AnotherWay, LinkLine, LinksPage};
use crate::pages::one_code::OneCodePage;
use crate::pages::problems::Problems;
use crate::pages::upstream::Way;
use crate::texts::Texts;
use portal_id_core::accounts::{Field, FieldErrors};
use portal_id_core::facts::FieldError;

impl Samples {
    pub(super) fn ways_to(&self, layout: &Layout) -> Vec<(Way, String)> {
        let to = |way: Way| {
            let address = layout.to_with(&way.start(), &[("again", "1")]);
            (way, address)
        };
        self.ways().into_iter().map(to).collect()
    }

    pub(super) fn arriving(&mut self) {
        let texts = Texts::of(self.language);
        let name = self.v("VNConnect");
        for (sample, lead, news, phone) in [
            ("arrival", "arrival-lead", None, true),
            ("arrival-not-proved", "arrival-lead", Some("arrival-not-proved"), true),
            ("arrival-business", "arrival-lead-business", None, true),
            ("arrival-no-phone", "arrival-lead", None, false),
        ] {
            let layout = self.in_flow("arrival-title");
            let called = self.v("leminh1990");
            let one = CandidateLine {
                number: 0,
                name: texts.text_with("arrival-candidate", &[("username", &self.v("ng••••"))]),
                phone: phone.then(|| self.v("091 ••• •678")),
                has_password: true,
            };
            let name_of_other = texts.text("arrival-candidate-unnamed");
            let other = CandidateLine { number: 1, name: name_of_other, phone: None, has_password: false };
            let page = ArrivalPage {
                news: news.map(|key| texts.text_with(key, &[("username", &called)])),
                lead: texts.text_with(lead, &[("name", &name)]),
                candidates: vec![one, other],
                action: layout.to("/sign-in/arrival"),
                sign_in: layout.to_next("/sign-in", "arrival"),
                ways: self.ways_to(&layout),
                decline: layout.to("/sign-in/arrival/decline"),
                layout,
            };
            self.draw(sample, &page);
        }
        for (sample, number, closed) in [
            ("arrival-decline", "arrival-decline-number", false),
            ("arrival-decline-business", "arrival-decline-number-business", false),
            ("arrival-decline-closed", "arrival-decline-number", true),
        ] {
            let layout = self.in_flow("arrival-decline-title");
            let (action, back) = (layout.to("/sign-in/arrival/decline"), layout.to("/sign-in/arrival"));
            self.draw(sample, &DeclinePage { layout, name: name.clone(), number, closed, action, back });
        }
        self.one_code();
        self.contact();
    }

    fn one_code(&mut self) {
        let texts = Texts::of(self.language);
        let wrong = || Problems::one(Field::Code, texts.text_with("code-wrong", &[("tries", &4_u32)]));
        let phone = self.v("091 ••• •678");
        let mail = self.v("b•••@example.vn");
        let back = "arrival-code-back";
        for (sample, page, title, lead, problems, not_received) in [
            (
                "arrival-code",
                "arrival-code",
                "arrival-code-title",
                ("code-sent", "phone", &phone),
                None,
                "code-not-received-wait",
            ),
            (
                "arrival-code-wrong",
                "arrival-code",
                "arrival-code-title",
                ("code-sent", "phone", &phone),
                Some(wrong()),
                "code-not-received-wait",
            ),
            (
                "contact-code-by-mail",
                "contact-code",
                "contact-code-title",
                ("contact-code-by-mail", "to", &mail),
                None,
                "contact-code-not-mailed",
            ),
            (
                "contact-code-texted",
                "contact-code",
                "contact-code-title",
                ("contact-code-texted", "to", &phone),
                Some(wrong()),
                "code-not-received-wait",
            ),
        ] {
            let layout = self.in_flow(title);
            let (key, argument, to) = lead;
            let page = OneCodePage {
                page,
                problems: problems.unwrap_or_default(),
                news: (sample == "contact-code-by-mail").then(|| texts.text("code-sent-again")),
                lead: texts.text_with(key, &[(argument, to), ("minutes", &5_i64)]),
                action: layout.to_with("/sign-in/arrival/code", &[("challenge", &self.v("0192f3a1"))]),
                not_received,
                back: (layout.to("/sign-in/arrival"), back),
                layout,
            };
            self.draw(sample, &page);
        }
    }

    fn contact(&mut self) {
        let texts = Texts::of(self.language);
        let errors = FieldErrors::one(Field::Email, FieldError::Malformed);
        for (sample, needed, news, problems) in [
            ("contact", false, None, Problems::default()),
            ("contact-needed", true, None, Problems::told(texts, &errors, &[Field::Email])),
            ("contact-taken", false, Some("contact-taken"), Problems::default()),
        ] {
            let layout = self.in_flow("contact-title");
            let page = ContactPage {
                problems,
                news: news.map(|key| texts.text(key)),
                needed,
                email: Some(self.v("binh@example.vn")),
                phone: (!needed).then(|| self.v("0912345678")),
                action: layout.to("/account/contact"),
                onward: layout.to("/authorize/resume"),
                layout,
            };
            self.draw(sample, &page);
        }
    }

    pub(super) fn linked(&mut self) {
        let line = |id: &str, only: bool, off: bool| LinkLine {
            id: format!("{id}-{}", self.v("0192f3a1")),
            name: self.v("VNConnect"),
            off,
            since: self.v("10:25, 23/11/2026"),
            last_used: self.v("08:00, 24/11/2026"),
            only,
        };
        let samples = [
            ("links", None, vec![line("1", false, false), line("2", false, true)], self.ways(), AnotherWay::Phone),
            ("links-only", Some("links-last-way"), vec![line("1", true, false)], Vec::new(), AnotherWay::Password),
            ("links-only-phone", None, vec![line("1", true, false)], Vec::new(), AnotherWay::Phone),
            ("links-none", Some("links-done-removed"), Vec::new(), self.ways(), AnotherWay::Password),
        ];
        for (sample, news, links, others, another_way) in samples {
            let layout = self.signed_in("links-title");
            self.draw(sample, &LinksPage { layout, news, links, others, another_way });
        }
        self.first_passwords();
        self.facts();
    }

    fn first_passwords(&mut self) {
        let texts = Texts::of(self.language);
        let mut errors = FieldErrors::one(Field::Username, FieldError::Taken);
        errors.add(Field::Password, FieldError::TooShort);
        let order = [Field::Username, Field::Password, Field::PasswordConfirmation];
        let slow = texts.text_with("first-password-slow", &[("until", &self.v("10:25, 23/11/2026"))]);
        for (sample, problems, news, named) in [
            ("first-password", Problems::default(), None, false),
            ("first-password-problems", Problems::told(texts, &errors, &order), None, false),
            ("first-password-slow", Problems::default(), Some(slow), false),
            ("first-password-named", Problems::default(), None, true),
        ] {
            let layout = self.signed_in("first-password-title");
            let page = FirstPasswordPage {
                problems,
                news,
                named: named.then(|| self.v("nguyenthian85")),
                username: self.v("nguyenthian85"),
                username_hint: "hint-username",
                needs_phone: !named,
                action: layout.to("/account/password/first"),
                layout,
            };
            self.draw(sample, &page);
        }
    }

    fn fact(&self, label: &'static str, value: &str, vouched: Option<String>) -> OwnFact {
        OwnFact { label, value: self.v(value), vouched }
    }

    fn facts(&mut self) {
        let texts = Texts::of(self.language);
        let at = self.v("10:25, 23/11/2026");
        let vouched =
            texts.text_with("account-vouched", &[("name", &self.v("VNConnect")), ("level", &2_i64), ("at", &at)]);
        let by = |key: &str| Some(texts.text_with(key, &[("at", &at)]));
        let desk = self.v("Trung tâm Phục vụ");
        for (sample, full) in [("account", true), ("account-bare", false)] {
            let mut facts = vec![
                self.fact("claim-full_name", "Nguyễn Thị An", Some(vouched.clone())),
                self.fact("claim-identity_number", "024••••••234", Some(vouched.clone())),
            ];
            if full {
                facts.insert(0, self.fact("label-username", "nguyenthian85", None));
                facts.push(self.fact("claim-email", "a•••@example.vn", by("account-vouched-mailbox")));
                facts.push(self.fact("claim-phone", "091 ••• •678", by("account-vouched-phone")));
                facts.push(self.fact("claim-former_number", "•••••4567", Some(texts.text("account-declared"))));
            }
            let disputed = ["both", "identity", "former", "business"]
                .map(|kind| texts.text_with(&format!("account-disputed-{kind}"), &[("at", &at), ("desk", &desk)]));
            let page = AccountPage {
                layout: self.signed_in("account-title"),
                facts,
                disputed: if full { Vec::new() } else { disputed.to_vec() },
                since: self.v("10:25, 23/11/2026"),
                incomplete: !full,
                links: true,
                wants_password: !full,
            };
            self.draw(sample, &page);
        }
    }
}
