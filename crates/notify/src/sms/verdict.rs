//! What a gateway's answer means, and whom it concerns.

use super::settings::AnswerSettings;
use portal_id_core::outbox::Delivery;
use serde_json::Value;

/// What came of handing one text message to one gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Taken; with the gateway's id of the message, if it gave one.
    Accepted(Option<String>),
    /// Not reached, overloaded or of unclear mind: another gateway, or later.
    Passing(String),
    /// The gateway will not serve us (keys, balance, brandname, template): another gateway, and an operator must look.
    GatewayRefused(String),
    /// Nobody can reach this number: give the message up.
    NumberRefused(String),
}

impl Verdict {
    /// The verdict of the only gateway. One that will not serve us may serve us in a minute, when the operator has
    /// paid or corrected; the code lives longer than that.
    pub(super) fn into_delivery(self) -> Delivery {
        match self {
            Self::Accepted(_) => Delivery::Accepted,
            Self::Passing(reason) | Self::GatewayRefused(reason) => Delivery::Passing(reason),
            Self::NumberRefused(reason) => Delivery::Permanent(reason),
        }
    }
}

/// Reads the answer with `status` and `body`. Words name the code alone: a gateway's own text may repeat the number.
pub(super) fn judge(rules: &AnswerSettings, status: u16, body: &[u8]) -> Verdict {
    let answer: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let is_success = (200..300).contains(&status);
    let code = text_at(&answer, &rules.code);
    let accepted =
        if rules.code.is_empty() { true } else { code.as_ref().is_some_and(|code| rules.accepted.contains(code)) };
    if is_success && accepted {
        return Verdict::Accepted(text_at(&answer, &rules.message_id).filter(|id| is_plain(id)));
    }
    let error_code = if rules.error_code.is_empty() { code } else { text_at(&answer, &rules.error_code).or(code) };
    if let Some(code) = error_code {
        let words = format!("answered {status} with code {}", if is_plain(&code) { &code } else { "(unreadable)" });
        if rules.number.contains(&code) {
            return Verdict::NumberRefused(words);
        }
        if rules.gateway.contains(&code) {
            return Verdict::GatewayRefused(words);
        }
        if is_success {
            return Verdict::Passing(words);
        }
    }
    match status {
        // Overload, faults of its own, and answers in between are its affair and may pass.
        408 | 425 | 429 | 500..=599 => Verdict::Passing(format!("answered {status}")),
        // A redirect is not followed: the keys would travel to wherever it points.
        300..=499 => Verdict::GatewayRefused(format!("answered {status}")),
        _ => Verdict::Passing(format!("answered {status} in a way that cannot be read")),
    }
}

fn text_at(answer: &Value, pointer: &str) -> Option<String> {
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
fn is_plain(text: &str) -> bool {
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
        }
    }

    #[test]
    fn an_answer_with_separate_status_and_error_code_is_read() {
        let judge = |body: &str| judge(&speedsms(), 200, body.as_bytes());
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
