//! Fields whose texts are patterns, as JSON or as the pairs of a form.

use super::fill::{Filling, Names, Pattern};
use crate::SetupError;
use serde_json::{Map, Value};

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
    /// Reads the fields as the operator wrote them at `place`.
    pub(super) fn read(place: &str, value: &Value, names: &Names) -> Result<Self, SetupError> {
        Ok(match value {
            Value::String(text) => Self::Text(Pattern::read(place, text, names)?),
            Value::Array(items) => {
                Self::List(items.iter().map(|item| Self::read(place, item, names)).collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => {
                let read = |(name, value): (&String, &Value)| {
                    Ok((name.clone(), Self::read(&format!("{place}.{name}"), value, names)?))
                };
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

    /// The parameters of the template that it needs.
    pub(super) fn parameters(&self) -> Vec<&'static str> {
        match self {
            Self::Text(pattern) => pattern.parameters().collect(),
            Self::Plain(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::parameters).collect(),
            Self::Object(fields) => fields.iter().flat_map(|(_, field)| field.parameters()).collect(),
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
    use super::super::fill::tests::{WITH, names};
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_tell_what_they_need_of_the_template_and_where_a_fault_is() {
        let fields = json!({ "p": [{ "c": "{code}" }, { "c": "{minutes}" }], "n": "{brand}" });
        assert_eq!(Form::read("fields", &fields, &names()).unwrap().parameters(), ["code", "minutes"]);
        let fault = Form::read("fields", &json!({ "a": { "b": ["{c}"] } }), &names()).err().unwrap().to_string();
        assert!(fault.contains("fields.a.b names {c}"), "{fault}");
    }

    #[test]
    fn values_keep_their_place_in_nested_fields() {
        let form =
            Form::read("fields", &json!({ "to": ["{phone}"], "a": { "text": "{text}" }, "n": 2, "b": true }), &names())
                .unwrap();
        assert_eq!(form.json(&WITH), json!({ "to": ["0912345678"], "a": { "text": "Ma: \"1\"" }, "n": 2, "b": true }));
        assert!(!form.is_flat());
    }

    #[test]
    fn flat_fields_become_pairs() {
        let form = Form::read("fields", &json!({ "To": "{phone}", "type": 8 }), &names()).unwrap();
        assert!(form.is_flat());
        assert_eq!(
            form.pairs(&WITH),
            vec![("To".to_owned(), "0912345678".to_owned()), ("type".to_owned(), "8".to_owned())]
        );
    }
}
