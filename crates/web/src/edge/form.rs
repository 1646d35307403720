//! Forms: exactly what our own pages send, and nothing else (security.md rows 9, 16, 36).

use crate::edge::arrival::Arrival;
use crate::edge::cookies::CookieKind;
use crate::edge::csrf;
use crate::edge::error::PageError;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use std::fmt;

/// The largest form: the registration form with every field at its longest is a third of it.
pub(crate) const MAX_FORM: usize = 32 * 1024;

/// The form of a page, checked: the content type, the size, the text, the fields, where it came from.
pub(crate) struct CsrfForm<T>(pub(crate) T);

/// What a form of ours is made of.
pub(crate) trait FormFields {
    /// The names of its fields, without `csrf`. Any other field is refused.
    const FIELDS: &'static [&'static str];

    /// The names of the fields of a part that several forms have.
    const PART: &'static [&'static str] = &[];

    /// Takes the values; a field that was not sent is empty.
    fn from_fields(fields: &Fields) -> Self;
}

/// Decoded fields, each name once. `Debug` shows names only: values may be passwords.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `name=value&…`.
    pub(crate) fn parse(raw: &[u8]) -> Result<Self, PageError> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for pair in raw.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(PageError::Malformed("duplicate-field"));
            }
            if fields.len() == 64 {
                return Err(PageError::Malformed("too-many-fields"));
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// A field's value; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// A field's value, if it was sent.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The names that were sent.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// Decodes one name or value. A broken escape stands for itself (WHATWG URL §5.1); what is then no text is refused,
/// because a replaced character would become part of somebody's name or password. NUL has no place in any field.
fn decode(raw: &[u8]) -> Result<String, PageError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, after)) = rest.split_first() {
        let escaped = if first == b'%' { after.first_chunk::<2>().and_then(|digits| hex(*digits)) } else { None };
        match (first, escaped) {
            (_, Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
                continue;
            }
            (b'+', None) => bytes.push(b' '),
            (other, None) => bytes.push(other),
        }
        rest = after;
    }
    if bytes.contains(&0) {
        return Err(PageError::Malformed("control-character"));
    }
    String::from_utf8(bytes).map_err(|_| PageError::Malformed("not-utf-8"))
}

fn hex([high, low]: [u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

/// Whether a body claims to be a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let essence = only.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The bytes of a form.
pub(crate) async fn read_form(headers: &HeaderMap, body: Body) -> Result<Bytes, PageError> {
    if !is_form(headers) {
        return Err(PageError::NotAForm);
    }
    match Limited::new(body, MAX_FORM).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => Err(PageError::TooLarge),
        Err(_) => Err(PageError::Malformed("broken-body")),
    }
}

impl<T: FormFields, S: Send + Sync> FromRequest<S> for CsrfForm<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &S) -> Result<Self, PageError> {
        let arrival = Arrival::of(request.extensions())?;
        let (parts, body) = request.into_parts();
        let edge = &arrival.edge;
        csrf::check_source(&parts.headers, &edge.origin)?;
        let fields = Fields::parse(&read_form(&parts.headers, body).await?)?;
        let known = |name: &str| name == csrf::FIELD || T::FIELDS.contains(&name) || T::PART.contains(&name);
        if !fields.names().all(known) {
            return Err(PageError::Malformed("unknown-field"));
        }
        let browser = edge.browser_cookie(&parts.headers);
        let session = edge.cookies.read(&parts.headers, CookieKind::Session);
        csrf::check_value(edge.vault.as_ref(), browser.as_ref(), session.as_ref(), fields.get(csrf::FIELD))?;
        Ok(Self(T::from_fields(&fields)))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    #[test]
    fn values_are_decoded_as_browsers_encode_them() {
        let fields = Fields::parse(b"full_name=Nguy%E1%BB%85n+V%c4%83n+A&empty=&flag&odd=100%&eq=a=b&&").unwrap();
        assert_eq!(fields.get("full_name"), "Nguyễn Văn A");
        assert_eq!(
            (fields.get("empty"), fields.find("flag"), fields.get("odd"), fields.get("eq")),
            ("", Some(""), "100%", "a=b")
        );
        assert_eq!(fields.find("absent"), None);
    }

    #[test]
    fn what_is_no_text_and_what_comes_twice_is_refused() {
        assert_eq!(Fields::parse(b"a=%ff").unwrap_err(), PageError::Malformed("not-utf-8"));
        assert_eq!(Fields::parse(b"a=\xc3").unwrap_err(), PageError::Malformed("not-utf-8"));
        assert_eq!(Fields::parse(b"a=%00").unwrap_err(), PageError::Malformed("control-character"));
        assert_eq!(Fields::parse(b"a=1&b=2&a=1").unwrap_err(), PageError::Malformed("duplicate-field"));
        assert_eq!(Fields::parse(b"a=1&%61=2").unwrap_err(), PageError::Malformed("duplicate-field"));
        let many: Vec<String> = (0..65).map(|n| format!("f{n}=")).collect();
        assert_eq!(Fields::parse(many.join("&").as_bytes()).unwrap_err(), PageError::Malformed("too-many-fields"));
    }

    #[test]
    fn only_one_content_type_makes_a_form() {
        let of = |values: &[&'static str]| {
            is_form(&values.iter().map(|value| (CONTENT_TYPE, HeaderValue::from_static(value))).collect())
        };
        assert!(of(&["application/x-www-form-urlencoded"]));
        assert!(of(&["Application/X-WWW-Form-Urlencoded ; charset=UTF-8"]));
        assert!(!of(&["application/json"]));
        assert!(!of(&["multipart/form-data; boundary=x"]));
        assert!(!of(&["application/x-www-form-urlencodedx"]));
        assert!(!of(&["application/x-www-form-urlencoded", "text/plain"]));
        assert!(!of(&[]));
    }

    proptest! {
        // security: row 36
        #[test]
        fn any_bytes_are_fields_or_refused_and_never_panic(raw in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Fields::parse(&raw);
        }

        // security: row 36
        #[test]
        fn bytes_that_look_like_a_form_never_panic(raw in "([a%=&+;]|%[0-9a-fA-F]{0,2}|\\PC){0,80}") {
            let _ = Fields::parse(raw.as_bytes());
        }

        #[test]
        fn what_a_browser_encodes_is_read_back(value in "[^\\x00]{0,60}") {
            let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let fields = Fields::parse(format!("v={encoded}").as_bytes()).unwrap();
            prop_assert_eq!(fields.get("v"), value.as_str());
        }
    }
}
