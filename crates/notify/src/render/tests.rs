//! Every message in every language, and what hostile values do to them.
#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use super::*;
use portal_id_core::outbox::{Recipient, SecurityChange};
use std::collections::BTreeSet;

const END: Timestamp = Timestamp::from_seconds(1_795_400_300);

const DESK: [(Language, &str); 2] = [
    (Language::Vi, "Trung tâm Phục vụ hành chính công, số 1 đường Hùng Vương"),
    (Language::En, "the Public Administration Service Centre, 1 Hung Vuong Street"),
];

fn settings() -> NotifySettings {
    NotifySettings {
        colour: "#0b5394".to_owned(),
        portal_name: LocalText::new("Cổng Dịch vụ công Bắc Giang", "Bac Giang Public Service Portal"),
        province: LocalText::new("UBND tỉnh Bắc Giang", "People's Committee of Bac Giang"),
        sms_name: "Cong DVC Bac Giang".to_owned(),
        ..NotifySettings::default()
    }
}

/// Every e-mail, with `username`, `until`, `phone` and `desk` as given.
fn messages_with(username: &str, until: &str, phone: &str, desk: &str) -> Vec<Message> {
    let link = "https://id.portal.example/activate?token=AbC-_123&x=1".to_owned();
    let sign_in = "https://id.portal.example/sign-in".to_owned();
    let (username, desk) = (username.to_owned(), desk.to_owned());
    vec![
        Message::Activation { username: username.clone(), link: link.clone(), hours: 24 },
        Message::RegistrationNotCompleted { sign_in: sign_in.clone(), desk: desk.clone() },
        Message::RegistrationAttempted { sign_in, desk: desk.clone() },
        Message::SignInThrottled { username: username.clone(), until: until.to_owned(), desk: desk.clone() },
        Message::SecondStepThrottled {
            username: username.clone(),
            until: until.to_owned(),
            link: link.clone(),
            days: 10,
            desk: desk.clone(),
        },
        Message::PhoneCorrection { username: username.clone(), link: link.clone(), minutes: 30 },
        Message::PhoneCorrected { username: username.clone(), phone: phone.to_owned(), desk: desk.clone() },
        Message::NewBrowser {
            username: username.clone(),
            at: until.to_owned(),
            browser: "Chrome".to_owned(),
            system: "Windows".to_owned(),
            network: "203.0.113.•••".to_owned(),
            link: link.clone(),
            days: 10,
            desk: desk.clone(),
        },
        Message::PasswordChanged {
            username: username.clone(),
            at: until.to_owned(),
            link: link.clone(),
            days: 10,
            desk: desk.clone(),
        },
        Message::PasswordSet { username: username.clone(), at: until.to_owned(), link, days: 10, desk: desk.clone() },
        Message::SecurityChanged {
            username: username.clone(),
            change: SecurityChange::PasskeyAdded,
            at: until.to_owned(),
            desk: desk.clone(),
        },
        Message::NumberDisputed { username: username.clone(), business: false, at: until.to_owned(), desk },
        Message::ContactCode { username, code: "123456".to_owned(), minutes: 5 },
    ]
}

/// Every e-mail, with `text` in each place.
fn messages(text: &str) -> Vec<Message> {
    messages_with(text, text, text, text)
}

fn email(message: Message, language: Language) -> EmailMessage {
    let envelope = Envelope { to: Recipient("an@example.vn".to_owned()), language, message };
    match Renderer::new(&settings()).unwrap().render("id-1", END, &envelope).unwrap() {
        Rendered::Email(email) => email,
        Rendered::Sms(_) => panic!("an e-mail was expected"),
    }
}

fn sms(settings: &NotifySettings, code: &str, language: Language) -> Result<TextMessage, UnfitMessage> {
    let message = Message::SignInCode { code: code.to_owned(), minutes: 5, host: "id.portal.example".to_owned() };
    text(settings, message, language)
}

fn text(settings: &NotifySettings, message: Message, language: Language) -> Result<TextMessage, UnfitMessage> {
    let envelope = Envelope { to: Recipient("+84912345678".to_owned()), language, message };
    Renderer::new(settings).unwrap().render("id-1", END, &envelope).map(|rendered| match rendered {
        Rendered::Sms(message) => message,
        Rendered::Email(_) => panic!("a text message was expected"),
    })
}

#[test]
fn every_email_reads_as_approved_in_both_languages() {
    for (language, desk) in DESK {
        for message in messages_with("nguyen.thi.an", "14:05", "091••••678", desk) {
            let name = format!("{}_{}", message.template(), language.tag());
            let email = email(message, language);
            insta::assert_snapshot!(
                name,
                format!("Subject: {}\n\n{}\n=====\n{}", email.subject, email.text, email.html)
            );
        }
    }
}

#[test]
fn a_browser_that_nobody_knows_is_told_of_without_a_name() {
    let message = |system: &str| Message::NewBrowser {
        username: "an".to_owned(),
        at: "14:05, 23/11/2026".to_owned(),
        browser: String::new(),
        system: system.to_owned(),
        network: String::new(),
        link: "https://id.portal.example/sign-in/not-me?token=x".to_owned(),
        days: 10,
        desk: "desk".to_owned(),
    };
    let vi = email(message("Linux"), Language::Vi);
    assert!(vi.text.contains("Trình duyệt: không rõ tên trên Linux\n\nNếu đó là bạn"), "{}", vi.text);
    assert!(!vi.html.contains("Địa chỉ mạng"), "{}", vi.html);
    let en = email(message(""), Language::En);
    assert!(en.text.contains("Browser: of unknown name\n\nIf it was you"), "{}", en.text);
}

#[test]
fn each_change_of_the_ways_to_sign_in_has_a_sentence_of_its_own() {
    for (language, desk) in DESK {
        let told = SecurityChange::ALL.map(|change| {
            let (username, at) = ("nguyen.thi.an".to_owned(), "14:05, 23/11/2026".to_owned());
            let email = email(Message::SecurityChanged { username, change, at, desk: desk.to_owned() }, language);
            let text = email.text.lines().find(|line| line.contains("nguyen.thi.an")).unwrap().to_owned();
            assert!(text.contains("14:05, 23/11/2026") && text.ends_with('.'), "{text}");
            assert!(email.html.contains("14:05, 23/11/2026"), "{change:?}");
            text
        });
        assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len(), "{told:#?}");
    }
}

#[test]
fn the_code_message_is_one_unaccented_line_in_both_languages() {
    let vi = sms(&settings(), "123456", Language::Vi).unwrap();
    assert_eq!(vi.text, "Ma xac thuc Cong DVC Bac Giang la 123456. Hieu luc 5 phut. Khong chia se ma nay.");
    assert_eq!(vi.web_otp.as_deref(), Some("@id.portal.example #123456"));
    assert_eq!(vi.to, "+84912345678");
    let en = sms(&settings(), "123456", Language::En).unwrap();
    assert_eq!(en.text, "Cong DVC Bac Giang: your sign-in code is 123456. Valid for 5 minutes. Do not share it.");
    let one_text = NotifySettings { sms_language: Some(Language::Vi), ..settings() };
    assert_eq!(sms(&one_text, "123456", Language::En).unwrap().text, vi.text);
}

#[test]
fn the_message_that_proves_a_phone_says_what_its_code_is_for_and_fits_one_part() {
    let written = |language| {
        let message =
            Message::PhoneCode { code: "123456".to_owned(), minutes: 5, host: "id.portal.example".to_owned() };
        text(&settings(), message, language).unwrap()
    };
    let (vi, en) = (written(Language::Vi), written(Language::En));
    assert_eq!(
        vi.text,
        "Ma xac nhan so dien thoai cho tai khoan Cong DVC Bac Giang la 123456. Hieu luc 5 phut. Khong chia se ma nay. \
         Neu khong phai ban, hay bo qua."
    );
    assert_eq!(
        en.text,
        "Cong DVC Bac Giang: code to confirm this phone number for your account: 123456. Valid for 5 minutes. Do not share \
         it. Not you? Ignore it."
    );
    assert_eq!((vi.template, vi.web_otp.as_deref()), ("phone_code", Some("@id.portal.example #123456")));
    for text in CodeText::ALL {
        let specimen = Renderer::new(&settings()).unwrap().specimen(text, "id-1", "+84912345678", END).unwrap();
        assert_eq!(specimen.template, text.template());
        assert!(specimen.text.contains("000000") && specimen.web_otp.is_none(), "{}", specimen.text);
    }
    // The longest name that every text has room for.
    let fits = |length| Renderer::new(&NotifySettings { sms_name: "x".repeat(length), ..settings() }).is_ok();
    assert!(fits(36) && !fits(37));
}

#[test]
fn a_sender_name_that_cannot_fit_stops_the_start() {
    for name in ["Cổng DVC".to_owned(), "x".repeat(120)] {
        assert!(Renderer::new(&NotifySettings { sms_name: name, ..settings() }).is_err());
    }
    assert!(
        Renderer::new(&NotifySettings { portal_name: LocalText::new("A\r\nBcc: x@y", "B"), ..settings() }).is_err()
    );
    assert!(Renderer::new(&NotifySettings { portal_name: LocalText::new("", "B"), ..settings() }).is_err());
    assert!(Renderer::new(&NotifySettings { colour: "red".to_owned(), ..settings() }).is_err());
}

#[test]
fn a_code_message_that_would_not_fit_is_never_sent() {
    assert!(matches!(sms(&settings(), "mã", Language::Vi), Err(UnfitMessage::Sms(Gsm7Fault::Foreign('ã')))));
    assert!(matches!(sms(&settings(), &"9".repeat(160), Language::Vi), Err(UnfitMessage::Sms(Gsm7Fault::TooLong(_)))));
}

// security: row 3
#[test]
fn markup_in_any_value_is_escaped_in_html_and_left_alone_in_text() {
    let hostile = "<script>alert(1)</script>\"'&<img src=x onerror=y>";
    for language in Language::ALL {
        for message in messages(hostile) {
            let template = message.template();
            let email = email(message, language);
            let lower = email.html.to_lowercase();
            assert!(!lower.contains("<script") && !lower.contains("<img"), "{template}: {}", email.html);
            if email.text.contains("<script>") {
                assert!(email.html.contains("&#60;script&#62;"), "{template}: {}", email.html);
            }
        }
    }
}

// security: row 28
#[test]
fn a_line_break_in_any_value_never_reaches_the_subject() {
    for language in Language::ALL {
        for message in messages("an\r\nBcc: thief@example.org\r\n\r\nbody\u{0}\u{2028}x") {
            let subject = email(message, language).subject;
            assert!(subject.chars().all(|letter| !letter.is_control()), "{subject:?}");
            assert!(!subject.contains("Bcc"));
        }
    }
    assert_eq!(one_line("a\r\nb\u{2028}c\u{85}d\n"), "a  b c d");
}

// security: row 3, 5
#[test]
fn a_link_that_is_no_web_address_is_never_mailed() {
    let renderer = Renderer::new(&settings()).unwrap();
    for link in [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "/activate?token=x",
        "https://a b/",
        "https://a\r\n.example",
        "",
    ] {
        let message = Message::Activation { username: "an".to_owned(), link: link.to_owned(), hours: 24 };
        let envelope = Envelope { to: Recipient("an@example.vn".to_owned()), language: Language::Vi, message };
        assert!(matches!(renderer.render("id-1", END, &envelope), Err(UnfitMessage::Link("activation"))), "{link:?}");
    }
}

#[test]
fn an_email_loads_nothing_from_afar_and_leaves_colours_to_dark_mode() {
    for language in Language::ALL {
        for message in messages("an") {
            let html = email(message, language).html;
            assert!(
                !html.contains("<img")
                    && !html.contains("url(")
                    && !html.contains("<link")
                    && !html.contains("<script"),
                "{html}"
            );
            assert!(html.contains(r#"<meta name="color-scheme" content="light dark">"#));
            assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{}\">", language.tag())));
            // A text colour may be set only where its background is set too: on the button.
            assert_eq!(html.matches(";color:").count(), html.matches("background-color:").count());
        }
    }
}

#[test]
fn every_template_folder_belongs_to_a_message_in_every_language() {
    let mut names: Vec<String> = messages("an").iter().map(|message| message.template().to_owned()).collect();
    names.extend(CodeText::ALL.map(|text| text.template().to_owned()));
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for name in &names {
        for language in Language::ALL {
            assert!(root.join(name).join(language.tag()).join("body.txt").is_file(), "{name}");
        }
    }
    let folders = std::fs::read_dir(root).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    assert_eq!(folders, names.len());
}
