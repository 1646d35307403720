//! Texts with placeholders: read once at start, filled for each message.

use crate::SetupError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal_id_core::secret::Secret;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What differs from message to message.
pub(super) struct Filling<'a> {
    /// The number, in the gateway's form.
    pub(super) phone: &'a str,
    /// The words.
    pub(super) text: &'a str,
    /// Our id of the message.
    pub(super) id: &'a str,
}

enum Piece {
    /// A literal text, a value or a secret: kept as a secret, because some are.
    Fixed(Secret),
    Phone,
    Text,
    TextBase64,
    Id,
}

/// One text with placeholders.
pub(super) struct Pattern(Vec<Piece>);

/// The names that a pattern may use besides those of the message.
pub(super) type Names = BTreeMap<String, Secret>;

impl Pattern {
    /// Reads `source`; refuses unknown placeholders and lonely braces.
    pub(super) fn read(source: &str, names: &Names) -> Result<Self, SetupError> {
        let wrong = |why: &str| SetupError::new(format!("the pattern {source:?} {why}"));
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = source;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(at);
            literal.push_str(before);
            if let Some(escaped) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
                literal.push_str(&after[..1]);
                rest = escaped;
                continue;
            }
            let (name, following) = after
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'))
                .ok_or_else(|| wrong("has a lonely brace"))?;
            if !literal.is_empty() {
                pieces.push(Piece::Fixed(Secret::new(std::mem::take(&mut literal))));
            }
            pieces.push(match name {
                "phone" => Piece::Phone,
                "text" => Piece::Text,
                "text_base64" => Piece::TextBase64,
                "id" => Piece::Id,
                _ => Piece::Fixed(
                    names
                        .get(name)
                        .cloned()
                        .ok_or_else(|| wrong(&format!("names {{{name}}}, which is nowhere defined")))?,
                ),
            });
            rest = following;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Fixed(Secret::new(literal)));
        }
        Ok(Self(pieces))
    }

    /// The text for one message.
    pub(super) fn fill(&self, with: &Filling<'_>) -> String {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Fixed(text) => filled.push_str(text.expose()),
                Piece::Phone => filled.push_str(with.phone),
                Piece::Text => filled.push_str(with.text),
                Piece::TextBase64 => STANDARD.encode_string(with.text, &mut filled),
                Piece::Id => filled.push_str(with.id),
            }
        }
        filled
    }
}

/// A JSON value whose texts are patterns. What is filled in is always data: it cannot add a field or leave its quotes.
pub(super) enum Form {
    /// A text.
    Text(Pattern),
    /// A number, a boolean or null.
    Plain(Value),
    /// An array.
    List(Vec<Self>),
    /// An object.
    Object(Vec<(String, Self)>),
}

impl Form {
    /// Reads the fields as the operator wrote them.
    pub(super) fn read(value: &Value, names: &Names) -> Result<Self, SetupError> {
        Ok(match value {
            Value::String(text) => Self::Text(Pattern::read(text, names)?),
            Value::Array(items) => {
                Self::List(items.iter().map(|item| Self::read(item, names)).collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => {
                let read = |(name, value): (&String, &Value)| Ok((name.clone(), Self::read(value, names)?));
                Self::Object(fields.iter().map(read).collect::<Result<_, SetupError>>()?)
            }
            plain => Self::Plain(plain.clone()),
        })
    }

    /// The JSON for one message.
    pub(super) fn json(&self, with: &Filling<'_>) -> Value {
        match self {
            Self::Text(pattern) => Value::String(pattern.fill(with)),
            Self::Plain(value) => value.clone(),
            Self::List(items) => Value::Array(items.iter().map(|item| item.json(with)).collect()),
            Self::Object(fields) => Value::Object(
                fields.iter().map(|(name, field)| (name.clone(), field.json(with))).collect::<Map<_, _>>(),
            ),
        }
    }

    /// Whether a form (without nesting) can carry it.
    pub(super) fn is_flat(&self) -> bool {
        matches!(self, Self::Object(fields) if fields.iter().all(|(_, field)| matches!(field, Self::Text(_) | Self::Plain(_))))
    }

    /// The names and values of a flat object for one message.
    pub(super) fn pairs(&self, with: &Filling<'_>) -> Vec<(String, String)> {
        let text = |field: &Self| match field.json(with) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        match self {
            Self::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), text(field))).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    const WITH: Filling<'_> = Filling { phone: "0912345678", text: "Ma: \"1\"", id: "id-1" };

    fn names() -> Names {
        [
            ("brand".to_owned(), Secret::new("BACGIANG".to_owned())),
            ("key".to_owned(), Secret::new("{phone}".to_owned())),
        ]
        .into()
    }

    #[test]
    fn placeholders_are_filled_and_doubled_braces_stay_braces() {
        let fill = |text: &str| Pattern::read(text, &names()).unwrap().fill(&WITH);
        assert_eq!(fill("{brand}/{phone}?{id}&{text}"), "BACGIANG/0912345678?id-1&Ma: \"1\"");
        assert_eq!(fill("{text_base64}"), "TWE6ICIxIg==");
        assert_eq!(fill("{{phone}} {{{phone}}}"), "{phone} {0912345678}");
        assert_eq!(fill("đ {brand} đ"), "đ BACGIANG đ");
        assert_eq!(fill(""), "");
    }

    #[test]
    fn a_secret_that_looks_like_a_placeholder_stays_what_it_is() {
        assert_eq!(Pattern::read("{key}", &names()).unwrap().fill(&WITH), "{phone}");
    }

    #[test]
    fn an_unknown_name_or_a_lonely_brace_stops_the_start() {
        for text in ["{pohne}", "{phone", "phone}", "{}", "{{phone}"] {
            assert!(Pattern::read(text, &names()).is_err(), "{text}");
        }
    }

    #[test]
    fn values_keep_their_place_in_nested_fields() {
        let form =
            Form::read(&json!({ "to": ["{phone}"], "a": { "text": "{text}" }, "n": 2, "b": true }), &names()).unwrap();
        assert_eq!(form.json(&WITH), json!({ "to": ["0912345678"], "a": { "text": "Ma: \"1\"" }, "n": 2, "b": true }));
        assert!(!form.is_flat());
    }

    #[test]
    fn flat_fields_become_pairs() {
        let form = Form::read(&json!({ "To": "{phone}", "type": 8 }), &names()).unwrap();
        assert!(form.is_flat());
        assert_eq!(
            form.pairs(&WITH),
            vec![("To".to_owned(), "0912345678".to_owned()), ("type".to_owned(), "8".to_owned())]
        );
    }
}
