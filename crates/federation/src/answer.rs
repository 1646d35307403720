//! The answer of an upstream's authorization endpoint, as it came to our redirect URI (RFC 6749 §4.1.2, RFC 9207 §2).

/// What came back.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub(crate) state: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) iss: Option<String>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("error", &self.error).field("iss", &self.iss).finish_non_exhaustive()
    }
}

/// An answer with a parameter twice, or one that is longer than any honest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer of the provider has a parameter twice, or one that is too long")]
pub struct MalformedAnswer;

impl Answer {
    /// Reads the decoded pairs of the query or form. What it does not know is passed over: claims that come along are
    /// nobody's claims (security.md row 39).
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, MalformedAnswer> {
        let mut answer = Self::default();
        for (name, value) in pairs {
            let (slot, longest) = match name {
                "state" => (&mut answer.state, 512),
                "code" => (&mut answer.code, 4096),
                "error" => (&mut answer.error, 512),
                "iss" => (&mut answer.iss, 1024),
                _ => continue,
            };
            if slot.is_some() || value.len() > longest {
                return Err(MalformedAnswer);
            }
            *slot = Some(value.to_owned());
        }
        Ok(answer)
    }
}

/// An error's code as the standard writes them, for logs and pages: letters, digits and underscores, not many.
pub(crate) fn plain_error(error: &str) -> String {
    let plain = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect::<String>();
    if plain.is_empty() { "unspecified".to_owned() } else { plain.to_ascii_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: row 39
    #[test]
    fn an_answer_is_state_and_code_or_error_and_never_a_claim() {
        let read = Answer::read([("state", "s"), ("code", "c"), ("sub", "x"), ("SoDinhDanh", "024085001234")]);
        assert_eq!(read, Ok(Answer { state: Some("s".into()), code: Some("c".into()), ..Answer::default() }));
        assert_eq!(Answer::read([("state", "s"), ("state", "t")]), Err(MalformedAnswer));
        let long = "c".repeat(4097);
        assert_eq!(Answer::read([("code", long.as_str())]), Err(MalformedAnswer));
    }

    // security: row 28
    #[test]
    fn an_error_is_repeated_in_plain_characters_alone() {
        assert_eq!(plain_error("Access_Denied"), "access_denied");
        assert_eq!(plain_error("<script>\r\nalert(1)"), "scriptalert1");
        assert_eq!(plain_error("đ\u{202e}"), "unspecified");
        assert_eq!(plain_error(&"e".repeat(600)).len(), 64);
    }
}
