//! Which template file says what: one module per e-mail, checked against its files when the program is compiled.

/// The portal as e-mails show it, in one language.
pub(super) struct House<'a> {
    /// The portal's name.
    pub(super) portal: &'a str,
    /// The province or office; may be empty.
    pub(super) province: &'a str,
    /// `#rrggbb`.
    pub(super) colour: &'a str,
    /// Black or white, whichever is readable on `colour`.
    pub(super) on_colour: &'static str,
    /// The BCP 47 tag of the language.
    pub(super) language: &'static str,
    /// Whether that is Vietnamese.
    pub(super) vietnamese: bool,
}

macro_rules! letter {
    ($module:ident { $($field:ident: $kind:ty),+ }
        vi: $vi_subject:literal, $vi_text:literal, $vi_html:literal;
        en: $en_subject:literal, $en_text:literal, $en_html:literal) => {
        pub(super) mod $module {
            use super::House;
            use crate::render::Written;
            use askama::Template;
            use portal_id_core::language::Language;

            pub(in crate::render) struct Letter<'a> {
                $(pub(in crate::render) $field: &'a $kind,)+
            }

            #[derive(Template)]
            #[template(path = $vi_subject)]
            struct ViSubject<'a> { house: &'a House<'a> }

            #[derive(Template)]
            #[template(path = $vi_text)]
            struct ViText<'a> { house: &'a House<'a>, letter: &'a Letter<'a> }

            #[derive(Template)]
            #[template(path = $vi_html)]
            struct ViHtml<'a> { house: &'a House<'a>, subject: &'a str, letter: &'a Letter<'a> }

            #[derive(Template)]
            #[template(path = $en_subject)]
            struct EnSubject<'a> { house: &'a House<'a> }

            #[derive(Template)]
            #[template(path = $en_text)]
            struct EnText<'a> { house: &'a House<'a>, letter: &'a Letter<'a> }

            #[derive(Template)]
            #[template(path = $en_html)]
            struct EnHtml<'a> { house: &'a House<'a>, subject: &'a str, letter: &'a Letter<'a> }

            pub(in crate::render) fn write(language: Language, house: &House<'_>, letter: &Letter<'_>) -> askama::Result<Written> {
                match language {
                    Language::Vi => {
                        let subject = ViSubject { house }.render()?;
                        let text = ViText { house, letter }.render()?;
                        let html = ViHtml { house, subject: &subject, letter }.render()?;
                        Ok(Written { subject, text, html })
                    }
                    Language::En => {
                        let subject = EnSubject { house }.render()?;
                        let text = EnText { house, letter }.render()?;
                        let html = EnHtml { house, subject: &subject, letter }.render()?;
                        Ok(Written { subject, text, html })
                    }
                }
            }
        }
    };
}

letter!(activation { username: str, link: str, hours: i64 }
    vi: "activation/vi/subject.txt", "activation/vi/body.txt", "activation/vi/body.html";
    en: "activation/en/subject.txt", "activation/en/body.txt", "activation/en/body.html");

letter!(registration_not_completed { sign_in: str, desk: str }
    vi: "registration_not_completed/vi/subject.txt", "registration_not_completed/vi/body.txt", "registration_not_completed/vi/body.html";
    en: "registration_not_completed/en/subject.txt", "registration_not_completed/en/body.txt", "registration_not_completed/en/body.html");

letter!(registration_attempted { sign_in: str, desk: str }
    vi: "registration_attempted/vi/subject.txt", "registration_attempted/vi/body.txt", "registration_attempted/vi/body.html";
    en: "registration_attempted/en/subject.txt", "registration_attempted/en/body.txt", "registration_attempted/en/body.html");

letter!(sign_in_throttled { username: str, until: str, desk: str }
    vi: "sign_in_throttled/vi/subject.txt", "sign_in_throttled/vi/body.txt", "sign_in_throttled/vi/body.html";
    en: "sign_in_throttled/en/subject.txt", "sign_in_throttled/en/body.txt", "sign_in_throttled/en/body.html");

letter!(second_step_throttled { username: str, until: str, link: str, days: i64, desk: str }
    vi: "second_step_throttled/vi/subject.txt", "second_step_throttled/vi/body.txt", "second_step_throttled/vi/body.html";
    en: "second_step_throttled/en/subject.txt", "second_step_throttled/en/body.txt", "second_step_throttled/en/body.html");

letter!(phone_correction { username: str, link: str, minutes: i64 }
    vi: "phone_correction/vi/subject.txt", "phone_correction/vi/body.txt", "phone_correction/vi/body.html";
    en: "phone_correction/en/subject.txt", "phone_correction/en/body.txt", "phone_correction/en/body.html");

letter!(new_browser { username: str, at: str, browser: str, system: str, network: str, link: str, days: i64, desk: str }
    vi: "new_browser/vi/subject.txt", "new_browser/vi/body.txt", "new_browser/vi/body.html";
    en: "new_browser/en/subject.txt", "new_browser/en/body.txt", "new_browser/en/body.html");

letter!(password_changed { username: str, at: str, link: str, days: i64, desk: str }
    vi: "password_changed/vi/subject.txt", "password_changed/vi/body.txt", "password_changed/vi/body.html";
    en: "password_changed/en/subject.txt", "password_changed/en/body.txt", "password_changed/en/body.html");
letter!(password_set { username: str, at: str, link: str, days: i64, desk: str }
    vi: "password_set/vi/subject.txt", "password_set/vi/body.txt", "password_set/vi/body.html";
    en: "password_set/en/subject.txt", "password_set/en/body.txt", "password_set/en/body.html");

letter!(phone_corrected { username: str, phone: str, desk: str }
    vi: "phone_corrected/vi/subject.txt", "phone_corrected/vi/body.txt", "phone_corrected/vi/body.html";
    en: "phone_corrected/en/subject.txt", "phone_corrected/en/body.txt", "phone_corrected/en/body.html");

letter!(security_changed { username: str, change: str, at: str, desk: str }
    vi: "security_changed/vi/subject.txt", "security_changed/vi/body.txt", "security_changed/vi/body.html";
    en: "security_changed/en/subject.txt", "security_changed/en/body.txt", "security_changed/en/body.html");

letter!(number_disputed { username: str, number: str, at: str, desk: str }
    vi: "number_disputed/vi/subject.txt", "number_disputed/vi/body.txt", "number_disputed/vi/body.html";
    en: "number_disputed/en/subject.txt", "number_disputed/en/body.txt", "number_disputed/en/body.html");

letter!(contact_code { username: str, code: str, minutes: i64 }
    vi: "contact_code/vi/subject.txt", "contact_code/vi/body.txt", "contact_code/vi/body.html";
    en: "contact_code/en/subject.txt", "contact_code/en/body.txt", "contact_code/en/body.html");
