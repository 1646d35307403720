//! What a gateway's answer means, and whom it concerns.

use super::settings::{AnswerFormat, AnswerSettings};
use super::xml;
use serde_json::Value;

/// What came of handing one text message to one gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Taken; with the gateway's id of the message, if it gave one.
    Accepted(Option<String>),
    /// Not reached, overloaded or of unclear mind: another gateway, or later.
    Passing(String),
    /// Asked, and no answer came: it may have taken the message, and may bill it. Another gateway, or later.
    Unanswered(String),
    /// The gateway will not serve us (keys, balance, brandname, template): another gateway, and an operator must look.
    GatewayRefused(String),
    /// Nobody can reach this number: give the message up.
    NumberRefused(String),
}

/// An answer as it came, read as far as it can be.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Value,
}

impl Answer {
    /// Reads `body`; what cannot be read holds nothing.
    pub(super) fn read(format: AnswerFormat, status: u16, body: &[u8]) -> Self {
        let body = match format {
            AnswerFormat::Json => serde_json::from_slice(body).ok(),
            AnswerFormat::Xml => std::str::from_utf8(body).ok().and_then(xml::read),
        };
        Self { status, body: body.unwrap_or(Value::Null) }
    }

    /// The text, number or boolean at a place, as text.
    pub(super) fn text_at(&self, pointer: &str) -> Option<String> {
        text_at(&self.body, pointer)
    }

    /// Whether the message was taken.
    pub(super) fn is_acceptance(&self, rules: &AnswerSettings) -> bool {
        let accepted = |code: String| !code.is_empty() && stands_in(&rules.accepted, &code).is_some();
        (200..300).contains(&self.status) && (rules.code.is_empty() || self.text_at(&rules.code).is_some_and(accepted))
    }

    /// What it means. Words name the code alone: a gateway's own text may repeat the number.
    pub(super) fn judge(&self, rules: &AnswerSettings) -> Verdict {
        let status = self.status;
        if self.is_acceptance(rules) {
            return Verdict::Accepted(self.text_at(&rules.message_id).filter(|id| is_plain(id)));
        }
        let mut told = format!("answered {status}");
        if let Some(code) = self.error_code(rules).filter(|code| !code.is_empty()) {
            // A rule's own words are the operator's or ours, whatever the answer made of them.
            let words = |known: &str| format!("answered {status} with code {}", known.trim_end_matches('*').trim_end());
            if stands_in(&rules.repeated, &code).is_some() {
                return Verdict::Accepted(self.text_at(&rules.message_id).filter(|id| is_plain(id)));
            }
            if let Some(known) = stands_in(&rules.number, &code) {
                return Verdict::NumberRefused(words(known));
            }
            if let Some(known) = stands_in(&rules.gateway, &code) {
                return Verdict::GatewayRefused(words(known));
            }
            told = words(if is_plain(&code) { &code } else { "(unreadable)" });
            // Refused for a reason that no table names: the dearest mistake would be to stop at it (ADR 12).
            if matches!(status, 200..=299 | 400 | 409 | 422) {
                return Verdict::Passing(told);
            }
        }
        match status {
            // Somebody on the way to the gateway waited for it in vain.
            504 => Verdict::Unanswered(told),
            // Overload, faults of its own, and answers in between are its affair and may pass.
            408 | 425 | 429 | 500..=599 => Verdict::Passing(told),
            // Keys, address, rights. A redirect is not followed: the keys would travel to wherever it points.
            300..=499 => Verdict::GatewayRefused(told),
            _ => Verdict::Passing(format!("answered {status} in a way that cannot be read")),
        }
    }

    /// The code that says what went wrong. What stands at `code` is none where errors have a place of their own: it may
    /// be an id.
    pub(super) fn error_code(&self, rules: &AnswerSettings) -> Option<String> {
        self.text_at(if rules.error_code.is_empty() { &rules.code } else { &rules.error_code })
    }
}

/// The entry of `codes` that stands for `code`: the code itself, a beginning that ends in `*`, or whole numbers `from..to`.
pub(super) fn stands_in<'a>(codes: &'a [String], code: &str) -> Option<&'a str> {
    let stands_for = |entry: &&String| {
        if let Some(beginning) = entry.strip_suffix('*') {
            return code.starts_with(beginning);
        }
        if let Some((from, to)) = entry.split_once("..") {
            let number = |text: &str| text.parse::<i64>().ok();
            let (Some(code), Some(from)) = (number(code), number(from)) else { return false };
            return code >= from && (to.is_empty() || number(to).is_some_and(|to| code <= to));
        }
        *entry == code
    };
    codes.iter().find(stands_for).map(String::as_str)
}

/// The text, number or boolean at a JSON pointer, as text.
pub(super) fn text_at(answer: &Value, pointer: &str) -> Option<String> {
    if pointer.is_empty() {
        return None;
    }
    match answer.pointer(pointer)? {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Fit for a log: short, and made of what ids and codes are made of.
pub(super) fn is_plain(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speedsms() -> AnswerSettings {
        let codes = |codes: &[&str]| codes.iter().map(ToString::to_string).collect();
        AnswerSettings {
            code: "/status".to_owned(),
            accepted: codes(&["success"]),
            error_code: "/code".to_owned(),
            number: codes(&["105"]),
            gateway: codes(&["007", "300"]),
            message_id: "/data/tranId".to_owned(),
            ..AnswerSettings::default()
        }
    }

    fn judge(rules: &AnswerSettings, status: u16, body: &[u8]) -> Verdict {
        Answer::read(rules.format, status, body).judge(rules)
    }

    #[test]
    fn an_entry_may_stand_for_a_beginning_or_for_numbers() {
        let codes = ["7", "Check template*", "64..", "10..12"].map(ToString::to_string);
        for (code, stands) in [
            ("7", true),
            ("07", false),
            ("Check template: NOT_MATCH", true),
            ("check template", false),
            ("63", false),
            ("64", true),
            ("9999", true),
            ("10", true),
            ("12", true),
            ("13", false),
            ("x", false),
            ("", false),
        ] {
            assert_eq!(stands_in(&codes, code).is_some(), stands, "{code}");
        }
        assert!(stands_in(&["*".to_owned()], "").is_some());
    }

    #[test]
    fn an_empty_code_accepts_nothing() {
        let rules = AnswerSettings {
            code: "/MessageId".to_owned(),
            accepted: vec!["*".to_owned()],
            error_code: "/error".to_owned(),
            ..AnswerSettings::default()
        };
        assert_eq!(judge(&rules, 200, br#"{"MessageId":"7"}"#), Verdict::Accepted(None));
        for body in [r#"{"MessageId":""}"#, r#"{"MessageId":" "}"#, "{}"] {
            assert!(matches!(judge(&rules, 200, body.as_bytes()), Verdict::Passing(_)), "{body}");
        }
    }

    /// ADR 12: what no table names is passing; the operator reads the code.
    #[test]
    fn a_refusal_that_no_table_names_is_passing_and_says_its_code_whatever_the_status() {
        for status in [200, 400, 409, 422, 429, 500] {
            let told = judge(&speedsms(), status, br#"{"status":"error","code":"9"}"#);
            assert_eq!(told, Verdict::Passing(format!("answered {status} with code 9")));
        }
        for status in [401, 403, 404] {
            let told = judge(&speedsms(), status, br#"{"status":"error","code":"9"}"#);
            assert_eq!(told, Verdict::GatewayRefused(format!("answered {status} with code 9")));
        }
        let listed = judge(&speedsms(), 400, br#"{"status":"error","code":"105"}"#);
        assert_eq!(listed, Verdict::NumberRefused("answered 400 with code 105".to_owned()));
        assert_eq!(judge(&speedsms(), 400, b"{}"), Verdict::GatewayRefused("answered 400".to_owned()));
    }

    #[test]
    fn what_stands_at_the_code_is_no_error_where_errors_have_a_place_of_their_own() {
        let rules = AnswerSettings { number: vec!["pending".to_owned()], ..speedsms() };
        assert!(matches!(judge(&rules, 200, br#"{"status":"pending"}"#), Verdict::Passing(_)));
    }

    #[test]
    fn an_answer_with_separate_status_and_error_code_is_read() {
        let judge = |body: &str| super::tests::judge(&speedsms(), 200, body.as_bytes());
        assert_eq!(judge(r#"{"status":"success","data":{"tranId":77}}"#), Verdict::Accepted(Some("77".to_owned())));
        assert_eq!(
            judge(r#"{"status":"error","code":"105"}"#),
            Verdict::NumberRefused("answered 200 with code 105".to_owned())
        );
        assert_eq!(
            judge(r#"{"status":"error","code":"300"}"#),
            Verdict::GatewayRefused("answered 200 with code 300".to_owned())
        );
        assert_eq!(
            judge(r#"{"status":"error","code":"500"}"#),
            Verdict::Passing("answered 200 with code 500".to_owned())
        );
    }

    #[test]
    fn without_a_code_rule_the_http_status_decides() {
        let rules = AnswerSettings { message_id: "/sid".to_owned(), ..AnswerSettings::default() };
        assert_eq!(judge(&rules, 201, br#"{"sid":"SM1"}"#), Verdict::Accepted(Some("SM1".to_owned())));
        assert_eq!(judge(&rules, 200, b"ok"), Verdict::Accepted(None));
        for status in [401, 403, 404, 301, 307] {
            assert!(matches!(judge(&rules, status, b""), Verdict::GatewayRefused(_)), "{status}");
        }
        for status in [408, 429, 500, 503] {
            assert!(matches!(judge(&rules, status, b""), Verdict::Passing(_)), "{status}");
        }
        assert_eq!(judge(&rules, 504, b""), Verdict::Unanswered("answered 504".to_owned()));
    }

    #[test]
    fn acceptance_needs_a_good_status_and_the_code() {
        assert!(matches!(judge(&speedsms(), 500, br#"{"status":"success"}"#), Verdict::Passing(_)));
        for body in ["", "<html>", "[]", "{}", r#"{"status":null}"#, r#"{"status":["success"]}"#] {
            assert!(matches!(judge(&speedsms(), 200, body.as_bytes()), Verdict::Passing(_)), "{body}");
        }
    }

    // security: row 28
    #[test]
    fn an_answer_cannot_write_into_our_logs() {
        let body = r#"{"status":"error","code":"1\r\nforged line 0912345678"}"#;
        assert_eq!(
            judge(&speedsms(), 200, body.as_bytes()),
            Verdict::Passing("answered 200 with code (unreadable)".to_owned())
        );
        let body = r#"{"status":"success","data":{"tranId":"a\nb"}}"#;
        assert_eq!(judge(&speedsms(), 200, body.as_bytes()), Verdict::Accepted(None));
    }
}
