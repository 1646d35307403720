//! The bytes of an e-mail. Nothing that a person typed enters a header except the recipient's parsed address.

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use portal_id_core::ports::EmailMessage;
use std::time::{Duration, UNIX_EPOCH};

/// Why an e-mail cannot be composed; for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Uncomposable {
    #[error("the recipient's address cannot be written in an e-mail")]
    Recipient,
    #[error("the subject is not one line")]
    Subject,
    #[error("the message's id cannot be written in a header")]
    Id,
    #[error("the e-mail cannot be composed")]
    Other,
}

/// Composes `email` from `from`: plain text and HTML as alternatives (RFC 2046 §5.1.4). The same e-mail gives the same
/// bytes each time, so that a repeated delivery can be recognised.
pub(super) fn compose(email: &EmailMessage, from: &Mailbox) -> Result<Message, Uncomposable> {
    let address = email.to.parse::<lettre::Address>().map_err(|_| Uncomposable::Recipient)?;
    if email.to.chars().any(char::is_control) {
        return Err(Uncomposable::Recipient);
    }
    if email.subject.chars().any(char::is_control) {
        return Err(Uncomposable::Subject);
    }
    if email.id.is_empty() || !email.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(Uncomposable::Id);
    }
    let mut builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, address))
        .subject(email.subject.as_str())
        .message_id(Some(format!("<{}@{}>", email.id, from.email.domain())))
        // RFC 3834 §5: automatic answers to this mail are unwanted.
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Content-Language"),
            email.language.tag().to_owned(),
        ));
    if let Some(millis) = moment_of(&email.id) {
        builder = builder.date(UNIX_EPOCH + Duration::from_millis(millis));
    }
    let parts = MultiPart::alternative()
        .boundary(format!("part-{}", email.id))
        .singlepart(part(ContentType::TEXT_PLAIN, &email.text))
        .singlepart(part(ContentType::TEXT_HTML, &email.html));
    builder.multipart(parts).map_err(|_| Uncomposable::Other)
}

fn part(kind: ContentType, body: &str) -> SinglePart {
    // Base64 survives every relay unchanged; quoted-printable triples the size of Vietnamese text.
    SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(body.to_owned())
}

/// The moment the message was written, which its time-ordered id carries (RFC 9562 §5.7): the origination date of
/// RFC 5322 §3.6.1, the same at each attempt.
fn moment_of(id: &str) -> Option<u64> {
    let id = uuid::Uuid::parse_str(id).ok().filter(|id| id.get_version_num() == 7)?;
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    Some(seconds.saturating_mul(1000).saturating_add(u64::from(nanos / 1_000_000)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use mail_parser::{HeaderValue as Parsed, MessageParser};
    use portal_id_core::language::Language;

    fn email() -> EmailMessage {
        EmailMessage {
            id: "019ab000-0000-7000-8000-000000000001".to_owned(),
            to: "nguyen.an+dvc@example.vn".to_owned(),
            language: Language::Vi,
            subject: "Kích hoạt tài khoản Cổng Dịch vụ công".to_owned(),
            text: "Xin chào Nguyễn Thị Ân\n.\nhttps://id.portal.example/activate?token=a=b".to_owned(),
            html: "<!doctype html>\n<html lang=\"vi\"><p>Xin chào</p></html>".to_owned(),
        }
    }

    fn from() -> Mailbox {
        "Cổng Dịch vụ công <no-reply@portal.example>".parse().unwrap()
    }

    #[test]
    fn an_email_has_both_forms_and_the_headers_of_an_automatic_message() {
        let bytes = compose(&email(), &from()).unwrap().formatted();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(mail.subject(), Some("Kích hoạt tài khoản Cổng Dịch vụ công"));
        assert_eq!(mail.message_id(), Some("019ab000-0000-7000-8000-000000000001@portal.example"));
        assert_eq!(mail.to().and_then(|to| to.first()).and_then(|to| to.address()), Some("nguyen.an+dvc@example.vn"));
        assert_eq!(mail.from().and_then(|from| from.first()).and_then(|from| from.name()), Some("Cổng Dịch vụ công"));
        assert!(
            mail.body_text(0).unwrap().contains("Nguyễn Thị Ân\n.\nhttps")
                || mail.body_text(0).unwrap().contains("Nguyễn Thị Ân\r\n.\r\nhttps")
        );
        assert!(mail.body_html(0).unwrap().contains("<p>Xin chào</p>"));
        let header = |name: &str| match mail.header(name) {
            Some(Parsed::Text(text)) => text.to_string(),
            Some(Parsed::TextList(list)) => list.join(","),
            _ => String::new(),
        };
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert_eq!(header("Content-Language"), "vi");
        // 0x019ab0000000 milliseconds after the epoch: the moment in the id.
        assert_eq!(mail.date().map(mail_parser::DateTime::to_timestamp), Some(0x019a_b000_0000 / 1000));
    }

    #[test]
    fn the_same_email_gives_the_same_bytes_at_each_attempt() {
        assert_eq!(compose(&email(), &from()).unwrap().formatted(), compose(&email(), &from()).unwrap().formatted());
    }

    // security: row 28
    #[test]
    fn nothing_that_could_end_a_header_line_is_composed() {
        let with = |change: &dyn Fn(&mut EmailMessage)| {
            let mut email = email();
            change(&mut email);
            compose(&email, &from()).map(|message| message.formatted())
        };
        for to in [
            "a@b.vn\r\nBcc: x@y.vn",
            "a@b.vn\nDATA",
            "a b@c.vn",
            "a@b.vn, x@y.vn",
            "<a@b.vn>",
            "",
            "a@b.vn\u{0}",
            "An <a@b.vn>",
        ] {
            assert_eq!(with(&|email| to.clone_into(&mut email.to)), Err(Uncomposable::Recipient), "{to:?}");
        }
        for subject in ["a\r\nBcc: x@y.vn", "a\nb", "a\rb", "a\u{0}b"] {
            assert_eq!(
                with(&|email| subject.clone_into(&mut email.subject)),
                Err(Uncomposable::Subject),
                "{subject:?}"
            );
        }
        for id in ["a>\r\nBcc: x@y", "a b", "", "a@b"] {
            assert_eq!(with(&|email| id.clone_into(&mut email.id)), Err(Uncomposable::Id), "{id:?}");
        }
    }

    /// Vietnamese names and header look-alikes pass through a body unchanged.
    // security: row 28
    #[test]
    fn a_body_that_looks_like_headers_stays_a_body() {
        let mut sly = email();
        sly.text = "\r\n\r\n.\r\nBcc: thief@example.org\r\nSubject: other".to_owned();
        let bytes = compose(&sly, &from()).unwrap().formatted();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert!(mail.bcc().is_none());
        assert_eq!(mail.subject(), Some(sly.subject.as_str()));
        assert!(mail.body_text(0).unwrap().contains("Bcc: thief@example.org"));
    }
}
