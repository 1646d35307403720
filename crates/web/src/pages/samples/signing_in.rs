//! Signing in: the password, every second step, and correcting a wrong phone number.

use super::Samples;
use crate::pages::code::CodePage;
use crate::pages::layout::Layout;
use crate::pages::new_here::NewHere;
use crate::pages::not_activated::NotActivatedPage;
use crate::pages::passkey::PasskeyPage;
use crate::pages::phone_correction::{PhoneCorrectPage, PhoneCorrectedPage};
use crate::pages::problems::Problems;
use crate::pages::second_step::{OtherWay, SecondStepPage, other_ways};
use crate::pages::sign_in::SignInPage;
use crate::pages::sign_in_help::SignInHelpPage;
use crate::pages::step_up::StepUpPage;
use crate::texts::Texts;
use portal_id_core::accounts::{Field, FieldErrors};
use portal_id_core::credential::{Factor, Factors};
use portal_id_core::facts::FieldError;
use portal_id_core::ids::ChallengeId;
use portal_id_core::passkey::PasskeyAsk;

impl Samples {
    pub(super) fn sign_in(&mut self) {
        let page = SignInPage::new(self.in_flow_of_client("sign-in-title"), String::new(), None);
        self.draw("sign-in", &page.with_passkey(Some(self.ask())));
        let layout = self.layout("sign-in-title");
        let problem = layout.texts.text_with("sign-in-refused", &[("minutes", &15_i64)]);
        let page = SignInPage::new(self.in_flow("sign-in-title"), String::new(), Some(layout.t("upstream-denied")));
        self.draw("sign-in-upstream-denied", &SignInPage { ways: self.ways(), ..page });
        self.draw("sign-in-refused", &SignInPage::new(layout, self.v("nguyenthian85"), Some(problem)));
        let about = Layout { signed_in_as: Some(self.v("nguyenthian85")), ..self.in_flow("step-up-title") };
        self.draw(
            "step-up",
            &StepUpPage { layout: about, problem: None, username: self.v("nguyenthian85"), for_service: true },
        );
        let layout = self.in_flow("step-up-title");
        let problem =
            Some(layout.texts.text_with("sign-in-too-many-codes", &[("until", &self.v("10:25, 23/11/2026"))]));
        self.draw(
            "step-up-too-many",
            &StepUpPage { layout, problem, username: self.v("nguyenthian85"), for_service: true },
        );
        let again = Layout { signed_in_as: Some(self.v("nguyenthian85")), ..self.in_flow("sign-in-title") };
        self.draw("sign-in-again", &SignInPage::new(again, self.v("nguyenthian85"), None));
        let (all, others) = (self.ways(), self.ways().split_off(1));
        let first = all[0].clone();
        for (sample, ways, new_here, for_level) in [
            ("sign-in-federated-only", all.clone(), NewHere::Arrive(first.clone()), None),
            ("sign-in-for-level", others.clone(), NewHere::Register, Some(first.clone())),
            ("sign-in-for-level-only", others, NewHere::Arrive(first.clone()), Some(first)),
            ("sign-in-nobody-new", all, NewHere::Ask, None),
        ] {
            let layout = self.in_flow("sign-in-title");
            let page = SignInPage::new(layout, String::new(), None).with_passkey(Some(self.ask()));
            self.draw(sample, &SignInPage { ways, new_here, for_level, ..page });
        }
        self.draw("sign-in-help", &SignInHelpPage { layout: self.layout("help-title") });
        self.draw(
            "not-activated",
            &NotActivatedPage { layout: self.layout("not-activated-title"), ticket: self.v("ticket") },
        );
    }

    /// The code by SMS, in every state.
    pub(super) fn code(&mut self) {
        let texts = Texts::of(self.language);
        let one = |text| Problems::one(Field::Code, text);
        let wrong = one(texts.text_with("code-wrong", &[("tries", &4_u32)]));
        let last = one(texts.text_with("code-wrong", &[("tries", &1_u32)]));
        let throttled = one(texts.text_with("code-throttled", &[("until", &self.v("10:25, 23/11/2026"))]));
        let wait = texts.text_with("code-wait", &[("seconds", &42_i64)]);
        let too_many = texts.text_with("code-too-many-sent", &[("until", &self.v("10:25, 23/11/2026"))]);
        let desk = self.v("Trung tâm Phục vụ");
        let told = |key| texts.text_with(key, &[("desk", &desk)]);
        let [failing, failing_others] = ["code-gateway-fails", "code-gateway-fails-others"].map(told);
        let [given_up, not_delivered] = ["code-given-up-others", "code-not-delivered"].map(told);
        for (name, problems, news, can_correct_phone) in [
            ("code", Problems::default(), None, true),
            ("code-given-up", Problems::default(), Some(given_up), false),
            ("code-not-delivered", Problems::default(), Some(not_delivered), true),
            ("code-not-sent", Problems::default(), None, false),
            ("code-gateway-fails", Problems::default(), Some(failing), true),
            ("code-gateway-fails-others", Problems::default(), Some(failing_others), false),
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
    }

    pub(super) fn ask(&self) -> PasskeyAsk {
        PasskeyAsk {
            challenge: self.v("Y2hhbGxlbmdl"),
            rp_id: self.v("id.tinh.example"),
            allowed: vec![self.v("a2V5")],
        }
    }

    /// Every other way there is.
    pub(super) fn others(layout: &Layout, challenge: &str, here: Factor) -> Vec<OtherWay> {
        let all = Factors { authenticators: 1, passkeys: 1, recovery_codes: 10 };
        other_ways(layout, &ChallengeId::from_text(challenge), (all, true), here)
    }

    pub(super) fn second_step(&mut self) {
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

    pub(super) fn phone_correction(&mut self) {
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
    }
}
