//! What a mail server's refusal means for a message.

use super::session::Broken;
use lettre::transport::smtp::Error;
use portal_id_core::outbox::Delivery;

/// Replies by which a server refuses *us* or our way of speaking, not this message (RFC 5321 §4.2.2, RFC 4954 §6,
/// RFC 7504): an operator can mend that, so the message waits.
const REFUSES_US: [u16; 9] = [500, 502, 503, 504, 521, 530, 534, 535, 538];

/// Maps the end of a conversation. The words never repeat the server's text, since that often names the recipient.
pub(super) fn delivery_after(broken: &Broken) -> Delivery {
    let error = match broken {
        Broken::Silent => return Delivery::Passing("the mail server did not answer in time".to_owned()),
        Broken::Unreachable => return Delivery::Passing("the mail server cannot be reached".to_owned()),
        Broken::Refused(error) => error,
    };
    if let Some(code) = error.status().map(u16::from) {
        return after_reply(code, &enhanced_status(error));
    }
    Delivery::Passing(
        if error.is_tls() || is_bad_certificate(error) {
            "no protected connection to the mail server: its certificate or its TLS is not acceptable"
        } else if error.is_client() {
            // STARTTLS or the way to sign in that we insist on is not on offer.
            "the mail server does not offer what we require (STARTTLS, sign-in or UTF-8 addresses)"
        } else if error.is_response() {
            "the mail server's answer cannot be read"
        } else {
            "the mail server cannot be reached"
        }
        .to_owned(),
    )
}

/// Whether a delivery failed for a reason that an operator must mend.
pub(super) fn concerns_us(broken: &Broken) -> bool {
    let Broken::Refused(error) = broken else { return false };
    let refuses_us = error.status().is_some_and(|code| REFUSES_US.contains(&u16::from(code)));
    error.is_tls() || is_bad_certificate(error) || error.is_client() || refuses_us
}

/// A refused certificate reaches us as invalid data of the connection.
fn is_bad_certificate(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.downcast_ref::<std::io::Error>().is_some_and(|cause| cause.kind() == std::io::ErrorKind::InvalidData) {
            return true;
        }
        source = cause.source();
    }
    false
}

fn after_reply(code: u16, enhanced: &str) -> Delivery {
    let words = if enhanced.is_empty() {
        format!("the mail server answered {code}")
    } else {
        format!("the mail server answered {code} {enhanced}")
    };
    match code {
        500..=599 if !REFUSES_US.contains(&code) => Delivery::Permanent(words),
        _ => Delivery::Passing(words),
    }
}

/// The enhanced status code (RFC 3463 §2), three numbers with dots, out of the server's text.
fn enhanced_status(error: &Error) -> String {
    let text = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let is_status = |word: &&str| {
        let mut numbers = word.split('.');
        word.len() <= 9
            && matches!(numbers.next(), Some("2" | "4" | "5"))
            && numbers.clone().count() == 2
            && numbers.all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    text.split_ascii_whitespace().find(is_status).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_for_good_is_told_from_one_for_now() {
        for code in [550, 551, 552, 553, 554, 501, 555] {
            assert!(matches!(after_reply(code, ""), Delivery::Permanent(_)), "{code}");
        }
        for code in [421, 450, 451, 452, 454] {
            assert!(matches!(after_reply(code, ""), Delivery::Passing(_)), "{code}");
        }
    }

    #[test]
    fn a_server_that_refuses_us_does_not_cost_a_citizen_her_message() {
        for code in REFUSES_US {
            assert!(matches!(after_reply(code, "5.7.8"), Delivery::Passing(_)), "{code}");
        }
    }
}
