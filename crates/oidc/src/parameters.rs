//! Request parameters as they arrive, `application/x-www-form-urlencoded` in a query or a body: what is no text is
//! refused here, once for every endpoint. What a parameter means is left to whoever asks for it.

use std::borrow::Cow;
use std::fmt;

/// Parsed parameters. `Debug` shows names only: values may be codes, secrets and hints about people.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

/// Every parameter that our endpoints read or refuse and that comes once: those of the standards, and our own for the way
/// to an upstream.
const KNOWN: [&str; 43] = [
    "MaCoQuanThucHien",
    "MaDVC",
    "MaTTHCDP",
    "access_token",
    "acr_values",
    "assertion",
    "claims",
    "claims_locales",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "display",
    "grant_type",
    "id_token_hint",
    "idp_hint",
    "login_hint",
    "logout_hint",
    "max_age",
    "nonce",
    "password",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "registration",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "token",
    "token_type_hint",
    "ui_locales",
    "username",
    "vnconnect",
    "id_token",
    "logout_token",
];

/// Why a query or body is no list of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterFault {
    /// Longer than [`Parameters::MAX_BYTES`].
    #[error("the request is longer than {} bytes", Parameters::MAX_BYTES)]
    TooLong,
    /// More than [`Parameters::MAX_COUNT`] parameters.
    #[error("the request has more than {} parameters", Parameters::MAX_COUNT)]
    TooMany,
    /// A name or value is not UTF-8 once decoded (RFC 6749 appendix B).
    #[error("a parameter is not valid UTF-8")]
    NotUtf8,
    /// A name or value has a control character.
    #[error("a parameter has a control character")]
    ControlCharacter,
}

impl ParameterFault {
    /// All of them, for the texts.
    pub const ALL: [Self; 4] = [Self::TooLong, Self::TooMany, Self::NotUtf8, Self::ControlCharacter];

    /// The key of its text, for whoever connects a service and sees only a page.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TooLong => "unreadable-too-long",
            Self::TooMany => "unreadable-too-many",
            Self::NotUtf8 => "unreadable-not-utf-8",
            Self::ControlCharacter => "unreadable-control-character",
        }
    }
}

impl Parameters {
    /// The longest query or body accepted.
    pub const MAX_BYTES: usize = 8 * 1024;
    /// The most parameters accepted.
    pub const MAX_COUNT: usize = 64;

    /// Reads a query or a body. A parameter without a value is the same as none (RFC 6749 §3.1). A parameter sent
    /// twice is kept as such, because the right answer to it differs by endpoint: see [`Parameters::repeated`].
    pub fn parse(raw: &[u8]) -> Result<Self, ParameterFault> {
        if raw.len() > Self::MAX_BYTES {
            return Err(ParameterFault::TooLong);
        }
        let mut pairs = Vec::new();
        for piece in raw.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
            let (name, value) = match piece.iter().position(|byte| *byte == b'=') {
                Some(at) => (&piece[..at], &piece[at + 1..]),
                None => (piece, &[][..]),
            };
            let (name, value) = (decode(name)?, decode(value)?);
            // White space between the tokens of the JSON in `claims` (OpenID Connect Core §5.5) is legitimate.
            let harmless = |c: char| !c.is_control() || (name == "claims" && matches!(c, '\t' | '\n' | '\r'));
            if name.chars().any(char::is_control) || !value.chars().all(harmless) {
                return Err(ParameterFault::ControlCharacter);
            }
            if !value.is_empty() {
                pairs.push((name, value));
            }
            if pairs.len() > Self::MAX_COUNT {
                return Err(ParameterFault::TooMany);
            }
        }
        Ok(Self { pairs })
    }

    /// The parameter's value; `None` when it is absent, empty or sent twice.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        values.next().filter(|_| values.next().is_none())
    }

    /// Whether an authorization request allows no page (`prompt=none`, OpenID Connect Core §3.1.2.1).
    pub fn is_silent(&self) -> bool {
        crate::authorize::prompt::is_silent(self)
    }

    /// Every value of a parameter that may be sent more than once (`resource`, RFC 8707 §2), in its order.
    pub fn every<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first parameter that was sent twice, which RFC 6749 §3.1 forbids. What we know nothing of is ignored, however
    /// often it comes (the same section); `resource` may repeat (RFC 8707 §2).
    pub fn repeated(&self) -> Option<&str> {
        let repeats =
            |(at, (name, _)): (usize, &(String, String))| self.pairs[..at].iter().any(|(earlier, _)| earlier == name);
        self.pairs
            .iter()
            .enumerate()
            .find(|pair| KNOWN.contains(&pair.1.0.as_str()) && repeats(*pair))
            .map(|(_, (name, _))| name.as_str())
    }

    /// Writes the parameters again, so that parsing gives the same.
    pub fn encode(&self) -> String {
        encode_pairs(self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

impl Parameters {
    /// Parameters of our own making.
    pub(crate) fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { pairs: pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

/// Decodes one form-encoded name or value. A `%` that begins no escape stands for itself, as browsers have it.
pub(crate) fn decode(raw: &[u8]) -> Result<String, ParameterFault> {
    let hex = |at: usize| {
        raw.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
    };
    let mut bytes = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        match (raw[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high * 16 + low);
                at += 2;
            }
            (b'+', ..) => bytes.push(b' '),
            (byte, ..) => bytes.push(byte),
        }
        at += 1;
    }
    String::from_utf8(bytes).map_err(|_| ParameterFault::NotUtf8)
}

/// Writes `name=value&…`. A space becomes `%20`, which form and URI decoders read alike; `+` they do not.
pub(crate) fn encode_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let written: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    written.join("&")
}

fn escape(text: &str) -> Cow<'_, str> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if is_plain(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.extend(['%', char::from(HEX[usize::from(byte >> 4)]), char::from(HEX[usize::from(byte & 15)])]);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_decoded_and_an_empty_value_is_none() {
        let params = Parameters::parse("a=x+y%20z&b=&c&d=%C4%90%E1%BB%93ng&e=1=2".as_bytes()).unwrap();
        assert_eq!(params.get("a"), Some("x y z"));
        assert_eq!(params.get("b"), None);
        assert_eq!(params.get("c"), None);
        assert_eq!(params.get("d"), Some("Đồng"));
        assert_eq!(params.get("e"), Some("1=2"));
        assert_eq!(params.repeated(), None);
    }

    #[test]
    fn a_parameter_sent_twice_has_no_value_and_is_named() {
        let params = Parameters::parse(b"state=1&scope=openid&state=2").unwrap();
        assert_eq!(params.get("state"), None);
        assert_eq!(params.repeated(), Some("state"));
        assert_eq!(Parameters::parse(b"state=1&state=").unwrap().get("state"), Some("1"));
        assert_eq!(Parameters::parse(b"resource=1&resource=2").unwrap().repeated(), None);
        assert_eq!(Parameters::parse(b"utm_source=1&utm_source=2&lang=vi&lang=en").unwrap().repeated(), None);
    }

    // security: row 36
    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(Parameters::parse(b"a=%ff"), Err(ParameterFault::NotUtf8));
        assert_eq!(Parameters::parse(b"a=%00"), Err(ParameterFault::ControlCharacter));
        assert_eq!(
            Parameters::parse(b"redirect_uri=https%3A%2F%2Frp.example%2F%0A"),
            Err(ParameterFault::ControlCharacter)
        );
        assert_eq!(Parameters::parse(b"a%09=1"), Err(ParameterFault::ControlCharacter));
        assert!(Parameters::parse(b"claims=%7B%0A%7D").is_ok());
        assert_eq!(Parameters::parse(&[b'a'; Parameters::MAX_BYTES + 1]), Err(ParameterFault::TooLong));
        assert_eq!(Parameters::parse("a=1&".repeat(65).as_bytes()), Err(ParameterFault::TooMany));
    }

    #[test]
    fn a_percent_sign_that_begins_no_escape_stands_for_itself() {
        assert_eq!(Parameters::parse(b"a=100%&b=%zz&c=%2").unwrap().get("a"), Some("100%"));
        assert_eq!(Parameters::parse(b"b=%zz").unwrap().get("b"), Some("%zz"));
        assert_eq!(Parameters::parse(b"c=%2").unwrap().get("c"), Some("%2"));
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let shown = format!("{:?}", Parameters::parse(b"client_secret=hunter2").unwrap());
        assert!(shown.contains("client_secret") && !shown.contains("hunter2"));
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_bytes_make_the_parser_panic(raw in proptest::collection::vec(any::<u8>(), 0..512)) {
            if let Ok(params) = Parameters::parse(&raw) {
                prop_assert_eq!(Parameters::parse(params.encode().as_bytes()).unwrap(), params);
            }
        }

        #[test]
        fn what_is_written_is_read_back(pairs in proptest::collection::vec(("[a-z_]{1,12}", "\\PC{1,40}"), 0..16)) {
            let text = encode_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            let read = Parameters::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(read.pairs, pairs);
        }
    }
}
