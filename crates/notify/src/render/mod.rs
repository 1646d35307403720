//! Turns a message into words. Owns the templates and what may enter a header, a link or a text message.

mod colour;
mod gsm7;
mod letters;
#[cfg(test)]
mod tests;
mod texts;

pub use gsm7::Gsm7Fault;
pub(crate) use gsm7::{Split, billed_parts, places, split};
pub use texts::CodeText;

use crate::SetupError;
use crate::settings::NotifySettings;
use letters::House;
use portal_id_core::language::{Language, LocalText};
use portal_id_core::outbox::{Envelope, Message};
use portal_id_core::ports::{EmailMessage, TextMessage};
use portal_id_core::time::{Span, Timestamp};

/// A message that cannot be written; trying again cannot help. The words name no personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitMessage {
    /// The template engine failed.
    #[error("the template {0} cannot be rendered")]
    Template(&'static str),
    /// A link that is not an absolute http(s) address.
    #[error("the template {0} was given a link that is no web address")]
    Link(&'static str),
    /// A text message that does not fit one part.
    #[error("the text message does not fit: {0}")]
    Sms(#[from] Gsm7Fault),
}

/// An e-mail in words.
struct Written {
    subject: String,
    text: String,
    html: String,
}

/// A message ready to be handed over.
pub(crate) enum Rendered {
    /// For a mail server.
    Email(EmailMessage),
    /// For a gateway.
    Sms(TextMessage),
}

/// Writes messages in the words of one portal.
#[derive(Clone, Debug)]
pub struct Renderer {
    portal_name: LocalText,
    province: LocalText,
    sms_name: String,
    sms_language: Option<Language>,
    colour: String,
    on_colour: &'static str,
}

impl Renderer {
    /// Takes the names and the colour from `settings`; refuses a colour that is none, a name with control characters,
    /// and a sender's name with which the longest code message would not fit 160 GSM-7 characters.
    pub fn new(settings: &NotifySettings) -> Result<Self, SetupError> {
        let renderer = Self {
            portal_name: settings.portal_name.clone(),
            province: settings.province.clone(),
            sms_name: settings.sms_name.clone(),
            sms_language: settings.sms_language,
            colour: settings.colour.clone(),
            on_colour: colour::text_colour_on(&settings.colour)?,
        };
        for language in Language::ALL {
            let (name, province) = (settings.portal_name.text(language), settings.province.text(language));
            if name.trim().is_empty() || one_line(name) != name || one_line(province) != province {
                return Err(SetupError::new(format!(
                    "portal_name.{0} and province.{0} must be plain lines",
                    language.tag()
                )));
            }
            for text in CodeText::ALL {
                text.write(language, &renderer.sms_name, "000000", 999)
                    .map_err(|fault| SetupError::new(format!("sms_name, in the text {}: {fault}", text.template())))?;
            }
        }
        Ok(renderer)
    }

    /// A code message with a code that opens nothing, for an operator who tries a gateway: its words are those that are
    /// registered.
    pub fn specimen(&self, text: CodeText, id: &str, to: &str, now: Timestamp) -> Result<TextMessage, UnfitMessage> {
        let (code, minutes) = ("000000", 5);
        let language = self.sms_language.unwrap_or_default();
        self.text_message(text, language, (code, minutes, ""), (id, to, now + Span::minutes(minutes)))
    }

    fn text_message(
        &self,
        text: CodeText,
        language: Language,
        (code, minutes, host): (&str, i64, &str),
        (id, to, not_after): (&str, &str, Timestamp),
    ) -> Result<TextMessage, UnfitMessage> {
        Ok(TextMessage {
            id: id.to_owned(),
            to: to.to_owned(),
            text: text.write(language, &self.sms_name, code, minutes)?,
            web_otp: (!host.is_empty()).then(|| format!("@{host} #{code}")),
            template: text.template(),
            parameters: [("code", code.to_owned()), ("minutes", minutes.to_string())].into(),
            not_after,
        })
    }

    /// The e-mail or text message of `envelope`, carrying the outbox row's `id` and end.
    pub(crate) fn render(&self, id: &str, not_after: Timestamp, envelope: &Envelope) -> Result<Rendered, UnfitMessage> {
        let to = envelope.to.0.clone();
        if let Some((text, code, minutes, host)) = texts::of(&envelope.message) {
            let language = self.sms_language.unwrap_or(envelope.language);
            let message = self.text_message(text, language, (code, minutes, host), (id, &to, not_after))?;
            return Ok(Rendered::Sms(message));
        }
        let template = envelope.message.template();
        if link(&envelope.message).is_some_and(|link| !is_web_address(link)) {
            return Err(UnfitMessage::Link(template));
        }
        let written = self.write(envelope.language, &envelope.message).map_err(|_| UnfitMessage::Template(template))?;
        let subject = one_line(&written.subject);
        Ok(Rendered::Email(EmailMessage {
            id: id.to_owned(),
            to,
            language: envelope.language,
            subject,
            text: written.text,
            html: written.html,
        }))
    }

    fn write(&self, language: Language, message: &Message) -> askama::Result<Written> {
        let house = self.house(language);
        match message {
            Message::Activation { username, link, hours } => {
                letters::activation::write(language, &house, &letters::activation::Letter { username, link, hours })
            }
            Message::RegistrationNotCompleted { sign_in, desk } => letters::registration_not_completed::write(
                language,
                &house,
                &letters::registration_not_completed::Letter { sign_in, desk },
            ),
            Message::RegistrationAttempted { sign_in, desk } => letters::registration_attempted::write(
                language,
                &house,
                &letters::registration_attempted::Letter { sign_in, desk },
            ),
            Message::SignInThrottled { username, until, desk } => letters::sign_in_throttled::write(
                language,
                &house,
                &letters::sign_in_throttled::Letter { username, until, desk },
            ),
            Message::SecondStepThrottled { username, until, link, days, desk } => {
                letters::second_step_throttled::write(
                    language,
                    &house,
                    &letters::second_step_throttled::Letter { username, until, link, days, desk },
                )
            }
            Message::PhoneCorrection { username, link, minutes } => letters::phone_correction::write(
                language,
                &house,
                &letters::phone_correction::Letter { username, link, minutes },
            ),
            Message::PhoneCorrected { username, phone, desk } => letters::phone_corrected::write(
                language,
                &house,
                &letters::phone_corrected::Letter { username, phone, desk },
            ),
            Message::NewBrowser { username, at, browser, system, network, link, days, desk } => {
                let letter = letters::new_browser::Letter { username, at, browser, system, network, link, days, desk };
                letters::new_browser::write(language, &house, &letter)
            }
            Message::PasswordChanged { username, at, link, days, desk } => letters::password_changed::write(
                language,
                &house,
                &letters::password_changed::Letter { username, at, link, days, desk },
            ),
            Message::PasswordSet { username, at, link, days, desk } => letters::password_set::write(
                language,
                &house,
                &letters::password_set::Letter { username, at, link, days, desk },
            ),
            Message::SecurityChanged { username, change, at, desk } => letters::security_changed::write(
                language,
                &house,
                &letters::security_changed::Letter { username, change: change.as_str(), at, desk },
            ),
            Message::NumberDisputed { username, business, at, desk } => {
                let number = if *business { "business" } else { "person" };
                let letter = letters::number_disputed::Letter { username, number, at, desk };
                letters::number_disputed::write(language, &house, &letter)
            }
            Message::ContactCode { username, code, minutes } => letters::contact_code::write(
                language,
                &house,
                &letters::contact_code::Letter { username, code, minutes },
            ),
            // A text message has no e-mail form, `render` has taken it before; a notice to a client has no words at all.
            Message::SignInCode { .. } | Message::PhoneCode { .. } | Message::SessionEnded(_) => {
                Err(askama::Error::Fmt)
            }
        }
    }

    fn house(&self, language: Language) -> House<'_> {
        House {
            portal: self.portal_name.text(language),
            province: self.province.text(language),
            colour: &self.colour,
            on_colour: self.on_colour,
            language: language.tag(),
            vietnamese: language == Language::Vi,
        }
    }
}

/// The address that a message asks to open.
fn link(message: &Message) -> Option<&str> {
    match message {
        Message::Activation { link, .. }
        | Message::SecondStepThrottled { link, .. }
        | Message::PhoneCorrection { link, .. }
        | Message::NewBrowser { link, .. }
        | Message::PasswordChanged { link, .. }
        | Message::PasswordSet { link, .. } => Some(link),
        Message::RegistrationNotCompleted { sign_in, .. } | Message::RegistrationAttempted { sign_in, .. } => {
            Some(sign_in)
        }
        Message::SignInThrottled { .. }
        | Message::PhoneCorrected { .. }
        | Message::SecurityChanged { .. }
        | Message::NumberDisputed { .. }
        | Message::ContactCode { .. }
        | Message::SignInCode { .. }
        | Message::PhoneCode { .. }
        | Message::SessionEnded(_) => None,
    }
}

/// Whether a mail client may be told to open it: `javascript:` and its like must never stand in an `href`.
fn is_web_address(text: &str) -> bool {
    let plain = text.chars().all(|letter| letter.is_ascii_graphic());
    plain
        && url::Url::parse(text).is_ok_and(|address| matches!(address.scheme(), "http" | "https") && address.has_host())
}

/// `text` as one line without control characters: CR and LF would end a header and begin the next.
fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|letter| if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') { ' ' } else { letter })
        .collect();
    spaced.trim().to_owned()
}
