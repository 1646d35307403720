//! Texts with placeholders: read once at start, filled for each message.

use crate::SetupError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal_id_core::secret::Secret;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What differs from message to message.
#[derive(Clone, Copy)]
pub(super) struct Filling<'a> {
    /// The number, in the gateway's form.
    pub(super) phone: &'a str,
    /// The words.
    pub(super) text: &'a str,
    /// Our id of the message.
    pub(super) id: &'a str,
    /// What the template was filled with.
    pub(super) parameters: &'a BTreeMap<&'static str, String>,
    /// The moment, in seconds.
    pub(super) unix: i64,
    /// The token fetched for this gateway, and its session.
    pub(super) access: Option<(&'a str, &'a str)>,
    /// The token signed for this request.
    pub(super) jwt: &'a str,
}

/// Placeholders that every pattern may hold.
pub(super) const OF_THE_MESSAGE: [&str; 11] =
    ["phone", "text", "text_base64", "id", "id_digits", "code", "minutes", "unix", "access_token", "session", "jwt"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Phone,
    Text,
    TextBase64,
    Id,
    IdDigits,
    /// What the template was filled with.
    Parameter(&'static str),
    Unix,
    AccessToken,
    Session,
    Jwt,
}

impl Slot {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "phone" => Self::Phone,
            "text" => Self::Text,
            "text_base64" => Self::TextBase64,
            "id" => Self::Id,
            "id_digits" => Self::IdDigits,
            "code" => Self::Parameter("code"),
            "minutes" => Self::Parameter("minutes"),
            "unix" => Self::Unix,
            "access_token" => Self::AccessToken,
            "session" => Self::Session,
            "jwt" => Self::Jwt,
            _ => return None,
        })
    }

    fn fill<'a>(self, with: &'a Filling<'_>) -> Cow<'a, str> {
        match self {
            Self::Phone => with.phone.into(),
            Self::Text => with.text.into(),
            Self::TextBase64 => STANDARD.encode(with.text).into(),
            Self::Id => with.id.into(),
            Self::IdDigits => id_digits(with.id).into(),
            Self::Parameter(name) => with.parameters.get(name).map_or("", String::as_str).into(),
            Self::Unix => with.unix.to_string().into(),
            Self::AccessToken => with.access.map_or("", |(token, _)| token).into(),
            Self::Session => with.access.map_or("", |(_, session)| session).into(),
            Self::Jwt => with.jwt.into(),
        }
    }
}

/// Fifteen digits made of our id, the same at every attempt, for gateways whose request ids are numbers.
fn id_digits(id: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(id).into();
    let number = digest.iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    format!("{:015}", number % 1_000_000_000_000_000)
}

enum Piece {
    /// The pattern's own words.
    Literal(String),
    /// A value or a secret by its name.
    Named(Secret),
    Slot(Slot),
}

/// How a value is written into what surrounds it.
type Escape = fn(&str) -> Cow<'_, str>;

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
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(match (Slot::named(name), names.get(name)) {
                (Some(slot), _) => Piece::Slot(slot),
                (None, Some(value)) => Piece::Named(value.clone()),
                (None, None) => return Err(wrong(&format!("names {{{name}}}, which is not set"))),
            });
            rest = following;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self(pieces))
    }

    /// The text for one message.
    pub(super) fn fill(&self, with: &Filling<'_>) -> String {
        self.fill_escaped(with, |value| value.into())
    }

    /// The text for one message as XML: what is filled in cannot become markup.
    pub(super) fn fill_xml(&self, with: &Filling<'_>) -> String {
        self.fill_escaped(with, escape_xml)
    }

    fn fill_escaped(&self, with: &Filling<'_>, escape: Escape) -> String {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => filled.push_str(text),
                Piece::Named(value) => filled.push_str(&escape(value.expose())),
                Piece::Slot(slot) => filled.push_str(&escape(&slot.fill(with))),
            }
        }
        filled
    }

    /// The text, if it is the same for every message.
    pub(super) fn fixed(&self) -> Option<String> {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(text.as_str()),
                Piece::Named(value) => Some(value.expose()),
                Piece::Slot(_) => None,
            })
            .collect()
    }

    /// The parameters of the template that it needs.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Slot(Slot::Parameter(name)) => Some(*name),
            _ => None,
        })
    }
}

/// A value inside an element or an attribute of XML 1.0. Characters that XML cannot carry at all become U+FFFD.
fn escape_xml(value: &str) -> Cow<'_, str> {
    let plain = |letter: char| !matches!(letter, '<' | '>' | '&' | '"' | '\'') && (letter >= ' ' || letter == '\t');
    if value.chars().all(|letter| plain(letter) && !matches!(letter, '\u{fffe}' | '\u{ffff}')) {
        return value.into();
    }
    let mut escaped = String::with_capacity(value.len() + 16);
    for letter in value.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other if plain(other) => escaped.push(other),
            _ => escaped.push('\u{fffd}'),
        }
    }
    escaped.into()
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
    use super::*;
    use serde_json::json;

    static NO_PARAMETERS: BTreeMap<&'static str, String> = BTreeMap::new();
    static WITH: Filling<'static> = Filling {
        phone: "0912345678",
        text: "Ma: \"1\"",
        id: "id-1",
        parameters: &NO_PARAMETERS,
        unix: 1_795_400_000,
        access: Some(("at-1", "se-1")),
        jwt: "a.b.c",
    };

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
        assert_eq!(fill("{unix} {access_token} {session} {jwt}"), "1795400000 at-1 se-1 a.b.c");
    }

    #[test]
    fn a_request_id_of_digits_is_the_same_for_the_same_message() {
        let digits = id_digits("019ab000-0000-7000-8000-000000000001.1795400000000");
        assert_eq!(
            (digits.len(), digits.as_str()),
            (15, id_digits("019ab000-0000-7000-8000-000000000001.1795400000000").as_str())
        );
        assert_ne!(digits, id_digits("019ab000-0000-7000-8000-000000000001.1795400060000"));
    }

    // security: row 28
    #[test]
    fn no_value_becomes_markup_in_xml() {
        let names: Names = [("key".to_owned(), Secret::new("</User><Content>x".to_owned()))].into();
        let pattern = Pattern::read("<a><b>{text}</b><c>{key}</c></a>", &names).unwrap();
        for hostile in ["</b><c>&amp;]]>", "<!--", "<![CDATA[", "\"'&<>", "a\r\nb\tc", "\u{0}\u{1b}\u{ffff}đ"] {
            let filled = pattern.fill_xml(&Filling { text: hostile, ..WITH });
            let document = roxmltree::Document::parse(&filled).unwrap();
            let texts: Vec<_> =
                document.root_element().children().map(|child| child.text().unwrap_or_default()).collect();
            let carried: String = hostile
                .chars()
                .map(|letter| if matches!(letter, '\u{0}' | '\u{1b}' | '\u{ffff}') { '\u{fffd}' } else { letter })
                .collect();
            assert_eq!(texts, [carried.as_str(), "</User><Content>x"]);
        }
    }

    #[test]
    fn a_pattern_tells_what_it_needs_of_the_template_and_whether_it_ever_changes() {
        let form =
            Form::read(&json!({ "p": [{ "c": "{code}" }, { "c": "{minutes}" }], "n": "{brand}" }), &names()).unwrap();
        assert_eq!(form.parameters(), ["code", "minutes"]);
        assert_eq!(Pattern::read("a/{brand}", &names()).unwrap().fixed().as_deref(), Some("a/BACGIANG"));
        assert_eq!(Pattern::read("a/{phone}", &names()).unwrap().fixed(), None);
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
