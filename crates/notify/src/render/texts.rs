//! The words of text messages: each is registered with the gateways as it stands, and fits one part.

use super::{UnfitMessage, one_line, places};
use askama::Template;
use portal_id_core::language::Language;
use portal_id_core::outbox::Message;

macro_rules! words {
    ($vi:ident $vi_path:literal, $en:ident $en_path:literal) => {
        #[derive(Template)]
        #[template(path = $vi_path)]
        struct $vi<'a> {
            sender: &'a str,
            code: &'a str,
            minutes: i64,
        }

        #[derive(Template)]
        #[template(path = $en_path)]
        struct $en<'a> {
            sender: &'a str,
            code: &'a str,
            minutes: i64,
        }
    };
}

words!(SignInVi "sign_in_code/vi/body.txt", SignInEn "sign_in_code/en/body.txt");
words!(PhoneVi "phone_code/vi/body.txt", PhoneEn "phone_code/en/body.txt");

/// Which of the text messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeText {
    /// The code of a sign-in.
    SignIn,
    /// The code that proves a phone to be the holder's.
    Phone,
}

impl CodeText {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::SignIn, Self::Phone];

    /// The template's name.
    pub const fn template(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in_code",
            Self::Phone => "phone_code",
        }
    }

    /// Its words; refused when they do not fit one part.
    pub(super) fn write(
        self,
        language: Language,
        sender: &str,
        code: &str,
        minutes: i64,
    ) -> Result<String, UnfitMessage> {
        let text = match (self, language) {
            (Self::SignIn, Language::Vi) => SignInVi { sender, code, minutes }.render(),
            (Self::SignIn, Language::En) => SignInEn { sender, code, minutes }.render(),
            (Self::Phone, Language::Vi) => PhoneVi { sender, code, minutes }.render(),
            (Self::Phone, Language::En) => PhoneEn { sender, code, minutes }.render(),
        };
        let text = one_line(&text.map_err(|_| UnfitMessage::Template(self.template()))?);
        places(&text)?;
        Ok(text)
    }
}

/// What a text message says, if `message` is one: which, its code, the minutes and the host for WebOTP.
pub(super) fn of(message: &Message) -> Option<(CodeText, &str, i64, &str)> {
    match message {
        Message::SignInCode { code, minutes, host } => Some((CodeText::SignIn, code, *minutes, host)),
        Message::PhoneCode { code, minutes, host } => Some((CodeText::Phone, code, *minutes, host)),
        _ => None,
    }
}
