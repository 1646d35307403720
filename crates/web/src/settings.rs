//! What an operator decides about the pages: whose they are, how they look, which proxies are believed.

use portal_id_core::language::LocalText;
use portal_id_core::network::Network;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Everything about the pages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebSettings {
    /// The portal's name, on top of every page.
    pub portal_name: LocalText,
    /// The province's name, under the portal's name; empty for none.
    pub province_name: LocalText,
    /// A file with the logo (`.svg`, `.png`, `.webp` or `.jpg`, at most 256 KiB); a neutral emblem when absent.
    pub logo: Option<PathBuf>,
    /// The colours.
    pub colours: Colours,
    /// A page with help, linked at the foot of every page: https.
    pub support_url: Option<HttpsUrl>,
    /// Where people are sent who cannot register here, because their class of account is not open.
    pub instead_of_registering: InsteadOfRegistering,
    /// Proxies whose `X-Forwarded-For` and `X-Request-Id` are believed: addresses, or networks such as `10.0.0.0/8`.
    pub trusted_proxies: Vec<Network>,
    /// Seconds after which a request that is still unanswered is given up.
    pub request_timeout_seconds: u64,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            portal_name: LocalText::new("Cổng dịch vụ công tỉnh", "Provincial public-service portal"),
            province_name: LocalText::default(),
            logo: None,
            colours: Colours::default(),
            support_url: None,
            instead_of_registering: InsteadOfRegistering::default(),
            trusted_proxies: Vec::new(),
            request_timeout_seconds: 30,
        }
    }
}

/// The colours of the pages. White text stands on them, and they are the colour of text on white, so both need a
/// contrast of at least 4.5 with white (WCAG 2.2, 1.4.3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Colours {
    /// Buttons, links and the head of the page, as `#rrggbb`.
    pub primary: Colour,
    /// Lines and marks, as `#rrggbb`.
    pub accent: Colour,
}

impl Default for Colours {
    fn default() -> Self {
        Self { primary: Colour([0x0b, 0x4f, 0x5c]), accent: Colour([0x8a, 0x5a, 0x0b]) }
    }
}

/// A colour that can be read on white.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Colour([u8; 3]);

/// Why a text is not a colour for our pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColourFault {
    /// Not `#rrggbb`.
    #[error("a colour is written as #rrggbb")]
    NotAColour,
    /// Too light.
    #[error("the colour is too light: its contrast with white must be at least 4.5 (WCAG 2.2, 1.4.3)")]
    TooLight,
}

impl Colour {
    /// The contrast with white (WCAG 2.2, definition of contrast ratio): 1 for white, 21 for black.
    fn contrast_with_white(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0;
        1.05 / (0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) + 0.05)
    }
}

impl FromStr for Colour {
    type Err = ColourFault;

    fn from_str(text: &str) -> Result<Self, ColourFault> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or(ColourFault::NotAColour)?;
        let [_, red, green, blue] = value.to_be_bytes();
        let colour = Self([red, green, blue]);
        if colour.contrast_with_white() >= 4.5 { Ok(colour) } else { Err(ColourFault::TooLight) }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Where people are sent who cannot register here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InsteadOfRegistering {
    /// Citizens.
    pub citizen: Instead,
    /// Businesses.
    pub business: Instead,
    /// Other organisations, which never register here.
    pub organisation: Instead,
}

/// Where people of one class are sent who cannot register here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Instead {
    /// What to do, in place of our own words; empty for those.
    pub text: LocalText,
    /// The address of the place to go to, such as the national portal: https. No link when absent.
    pub link: Option<HttpsUrl>,
    /// The words of the link; the address itself when empty.
    pub link_name: LocalText,
}

/// The address of a page elsewhere: https, so that nobody on the way can change where people are led.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct HttpsUrl(String);

/// A text that is no https address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a page that people are led to must have an https address, without credentials in it")]
pub struct NotHttps;

impl HttpsUrl {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HttpsUrl {
    type Err = NotHttps;

    fn from_str(text: &str) -> Result<Self, NotHttps> {
        let url = url::Url::parse(text).map_err(|_| NotHttps)?;
        // `https://dichvucong.gov.vn@evil.example` looks like another place than it leads to.
        let plain = url.username().is_empty() && url.password().is_none();
        if url.scheme() == "https" && plain { Ok(Self(url.into())) } else { Err(NotHttps) }
    }
}

/// A validated text in the configuration: read from a string, described as one.
macro_rules! read_from_text {
    ($type:ident, $fault:ident, $pattern:literal) => {
        impl TryFrom<String> for $type {
            type Error = $fault;
            fn try_from(text: String) -> Result<Self, $fault> {
                text.parse()
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

read_from_text!(Colour, ColourFault, "^#[0-9a-fA-F]{6}$");
read_from_text!(HttpsUrl, NotHttps, "^https://");

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use portal_id_core::language::Language;

    #[test]
    fn the_default_colours_can_be_read() {
        let Colours { primary, accent } = Colours::default();
        for colour in [primary, accent] {
            assert_eq!(colour.to_string().parse(), Ok(colour));
        }
    }

    #[test]
    fn a_colour_that_cannot_be_read_on_white_is_refused() {
        assert!((Colour([0, 0, 0]).contrast_with_white() - 21.0).abs() < 1e-9);
        assert!((Colour([255, 255, 255]).contrast_with_white() - 1.0).abs() < 1e-9);
        assert_eq!("#767676".parse::<Colour>().map(|colour| colour.to_string()), Ok("#767676".to_owned()));
        assert_eq!("#777777".parse::<Colour>(), Err(ColourFault::TooLight));
        assert_eq!("#ffff00".parse::<Colour>(), Err(ColourFault::TooLight));
        for nonsense in ["", "#", "#12345", "#1234567", "123456", "#12345g", "red", "#+12345", "#0b4f5c;}", "#ăăă"] {
            assert_eq!(nonsense.parse::<Colour>(), Err(ColourFault::NotAColour), "{nonsense}");
        }
    }

    #[test]
    fn settings_are_read_and_a_mistake_is_named() {
        let read = |json: &str| serde_json::from_str::<WebSettings>(json);
        let settings = read(r##"{"portal_name":{"vi":"Cổng Bắc Ninh","en":"Bac Ninh"},"colours":{"primary":"#004080"},"trusted_proxies":["10.0.0.0/8"]}"##).unwrap();
        assert_eq!(settings.portal_name.text(Language::Vi), "Cổng Bắc Ninh");
        assert_eq!(settings.colours.accent, Colours::default().accent);
        assert!(read(r##"{"colours":{"primary":"#ffffff"}}"##).unwrap_err().to_string().contains("contrast"));
        assert!(read(r#"{"trusted_proxies":["everybody"]}"#).is_err());
        assert!(read(r#"{"support_url":"javascript:alert(1)"}"#).is_err());
        assert!(read(r#"{"support_url":"http://help.example"}"#).is_err());
        let instead = |link: &str| read(&format!(r#"{{"instead_of_registering":{{"business":{{"link":{link:?}}}}}}}"#));
        let told = instead("https://dichvucong.gov.vn").unwrap().instead_of_registering.business;
        assert_eq!(told.link.unwrap().as_str(), "https://dichvucong.gov.vn/");
        for refused in
            ["http://dichvucong.gov.vn", "javascript:alert(1)", "//dichvucong.gov.vn", "", "https://a@b.example"]
        {
            assert!(instead(refused).unwrap_err().to_string().contains("https"), "{refused}");
        }
        assert!(read(r#"{"colour":{}}"#).unwrap_err().to_string().contains("unknown field"));
    }
}
