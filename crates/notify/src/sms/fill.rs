//! Texts with placeholders: read once at start, filled for each message.

use crate::SetupError;
use crate::render::CodeText;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal_id_core::secret::Secret;
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
    /// The template's name.
    pub(super) template: &'a str,
    /// What the template was filled with.
    pub(super) parameters: &'a BTreeMap<&'static str, String>,
    /// The moment, in seconds.
    pub(super) unix: i64,
    /// For how many seconds the words are of use.
    pub(super) seconds_left: i64,
    /// The token fetched for this gateway, and its session.
    pub(super) access: Option<(&'a str, &'a str)>,
    /// The token signed for this request.
    pub(super) jwt: &'a str,
}

/// Where a value is another one in the text that proves a phone, that one's name is this and its own: a gateway that holds
/// the texts itself has each under a number of its own (`phone_code_template_id` for `template_id`).
const PHONE_CODE: &str = CodeText::Phone.template();

/// Placeholders that every pattern may hold.
pub(super) const OF_THE_MESSAGE: [&str; 12] = [
    "phone",
    "text",
    "text_base64",
    "id",
    "id_digits",
    "code",
    "minutes",
    "unix",
    "seconds_left",
    "access_token",
    "session",
    "jwt",
];

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
    SecondsLeft,
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
            "seconds_left" => Self::SecondsLeft,
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
            Self::SecondsLeft => with.seconds_left.to_string().into(),
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

/// What an operator may call a value: more may be a piece of a key.
fn is_name(text: &str) -> bool {
    (1..=24).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'0'..=b'9'))
}

enum Piece {
    /// The pattern's own words.
    Literal(String),
    /// A value or a secret by its name, and what stands for it in the text that proves a phone.
    Named {
        value: Secret,
        of_phone_code: Option<Secret>,
    },
    Slot(Slot),
}

/// How a value is written into what surrounds it.
type Escape = fn(&str) -> Cow<'_, str>;

/// One text with placeholders.
pub(super) struct Pattern(Vec<Piece>);

/// The names that a pattern may use besides those of the message.
pub(super) type Names = BTreeMap<String, Secret>;

impl Pattern {
    /// Reads `source`, which stands at `place` in the settings; refuses unknown placeholders and lonely braces. The fault
    /// names the place and never repeats the source, which may hold a key.
    pub(super) fn read(place: &str, source: &str, names: &Names) -> Result<Self, SetupError> {
        let wrong = |why: &str| SetupError::new(format!("{place} {why}"));
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
                (None, Some(value)) => {
                    let of_phone_code = names.get(&format!("{PHONE_CODE}_{name}")).cloned();
                    Piece::Named { value: value.clone(), of_phone_code }
                }
                (None, None) if is_name(name) => return Err(wrong(&format!("names {{{name}}}, which is not set"))),
                (None, None) => return Err(wrong("has braces around what is no name")),
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
        self.fill_escaped(with, super::xml::escape)
    }

    fn fill_escaped(&self, with: &Filling<'_>, escape: Escape) -> String {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => filled.push_str(text),
                Piece::Named { of_phone_code: Some(value), .. } if with.template == PHONE_CODE => {
                    filled.push_str(&escape(value.expose()));
                }
                Piece::Named { value, .. } => filled.push_str(&escape(value.expose())),
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
                Piece::Named { value, of_phone_code: None } => Some(value.expose()),
                Piece::Named { .. } | Piece::Slot(_) => None,
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

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    static NO_PARAMETERS: BTreeMap<&'static str, String> = BTreeMap::new();
    pub(in crate::sms) static WITH: Filling<'static> = Filling {
        phone: "0912345678",
        text: "Ma: \"1\"",
        id: "id-1",
        template: "sign_in_code",
        parameters: &NO_PARAMETERS,
        unix: 1_795_400_000,
        seconds_left: 299,
        access: Some(("at-1", "se-1")),
        jwt: "a.b.c",
    };

    pub(in crate::sms) fn names() -> Names {
        [
            ("brand".to_owned(), Secret::new("BACGIANG".to_owned())),
            ("key".to_owned(), Secret::new("{phone}".to_owned())),
        ]
        .into()
    }

    #[test]
    fn placeholders_are_filled_and_doubled_braces_stay_braces() {
        let fill = |text: &str| Pattern::read("x", text, &names()).unwrap().fill(&WITH);
        assert_eq!(fill("{brand}/{phone}?{id}&{text}"), "BACGIANG/0912345678?id-1&Ma: \"1\"");
        assert_eq!(fill("{text_base64}"), "TWE6ICIxIg==");
        assert_eq!(fill("{{phone}} {{{phone}}}"), "{phone} {0912345678}");
        assert_eq!(fill("đ {brand} đ"), "đ BACGIANG đ");
        assert_eq!(fill(""), "");
        assert_eq!(fill("{unix} {seconds_left} {access_token} {session} {jwt}"), "1795400000 299 at-1 se-1 a.b.c");
    }

    #[test]
    fn the_text_that_proves_a_phone_has_values_of_its_own_where_there_are_any() {
        let mut names = names();
        names.insert("phone_code_brand".to_owned(), Secret::new("BG DT".to_owned()));
        let pattern = Pattern::read("x", "{brand} {key}", &names).unwrap();
        assert_eq!(pattern.fill(&WITH), "BACGIANG {phone}");
        assert_eq!(pattern.fill(&Filling { template: "phone_code", ..WITH }), "BG DT {phone}");
        assert_eq!(pattern.fixed(), None, "it differs from message to message");
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
        let pattern = Pattern::read("x", "<a><b>{text}</b><c>{key}</c></a>", &names).unwrap();
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
        let needs = |text: &str| Pattern::read("x", text, &names()).unwrap().parameters().collect::<Vec<_>>();
        assert_eq!((needs("{code} {minutes}"), needs("{brand}")), (vec!["code", "minutes"], vec![]));
        assert_eq!(Pattern::read("x", "a/{brand}", &names()).unwrap().fixed().as_deref(), Some("a/BACGIANG"));
        assert_eq!(Pattern::read("x", "a/{phone}", &names()).unwrap().fixed(), None);
    }

    #[test]
    fn a_secret_that_looks_like_a_placeholder_stays_what_it_is() {
        assert_eq!(Pattern::read("x", "{key}", &names()).unwrap().fill(&WITH), "{phone}");
    }

    #[test]
    fn an_unknown_name_or_a_lonely_brace_stops_the_start() {
        for text in ["{pohne}", "{phone", "phone}", "{}", "{{phone}"] {
            assert!(Pattern::read("x", text, &names()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_fault_names_its_place_and_never_a_key_that_is_written_into_the_pattern() {
        for text in ["sk-7731}", "{sk-7731}", "sk-7731 {pohne}", "{phone} sk-7731 {"] {
            let fault = Pattern::read("headers.X-Key", text, &names()).err().unwrap().to_string();
            assert!(fault.contains("headers.X-Key") && !fault.contains("7731"), "{fault}");
        }
        assert!(Pattern::read("url", "{pohne}", &names()).err().unwrap().to_string().contains("{pohne}"));
    }
}
