//! In which language to answer.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use portal_id_core::language::Language;
use portal_id_core::time::Timestamp;

/// A language that a person chose by the link on a page, kept in a cookie with its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What was chosen.
    pub(crate) language: Language,
    /// When.
    pub(crate) at: Timestamp,
}

impl Choice {
    /// Reads the cookie.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (tag, seconds) = text.split_once('.')?;
        Some(Self { language: Language::from_tag(tag)?, at: Timestamp::from_seconds(seconds.parse().ok()?) })
    }

    /// The cookie's value.
    pub(crate) fn to_text(self) -> String {
        format!("{}.{}", self.language.tag(), self.at.seconds())
    }
}

/// Everything that says in which language a person reads.
#[derive(Clone, Copy, Default)]
pub(crate) struct Signs<'a> {
    /// The parameter of our own language links.
    pub(crate) link: Option<&'a str>,
    /// What the service asked for (OpenID Connect Core §3.1.2.1).
    pub(crate) ui_locales: Option<&'a str>,
    /// When the service asked, if that was in an earlier request.
    pub(crate) asked_at: Option<Timestamp>,
    /// What was chosen before in this browser.
    pub(crate) choice: Option<Choice>,
    /// What the account's messages are written in.
    pub(crate) account: Option<Language>,
}

impl Signs<'_> {
    /// The language: the link just followed, then a choice made after the service asked, then what the service asked
    /// for, an older choice, the account, the browser's settings, Vietnamese. Tags that we lack never stop a request.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Language {
        let fresh =
            self.choice.filter(|choice| self.asked_at.is_some_and(|asked| choice.at.seconds() >= asked.seconds()));
        self.link
            .and_then(Language::from_tag)
            .or_else(|| fresh.map(|choice| choice.language))
            .or_else(|| self.ui_locales.and_then(Language::from_ui_locales))
            .or_else(|| self.choice.map(|choice| choice.language))
            .or(self.account)
            .or_else(|| accepted(headers))
            .unwrap_or_default()
    }
}

/// The language that the browser likes best of those we have (RFC 9110 §12.5.4).
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let lists = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|header| header.to_str().ok());
    let ranges = lists.flat_map(|list| list.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let language = Language::from_tag(parts.next()?)?;
        let weight =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |weight| weight.parse::<f32>().ok())?;
        (weight > 0.0).then_some((language, weight))
    });
    // Of equal weights the first counts, so later ones must be greater.
    ranges
        .fold(
            None,
            |best: Option<(Language, f32)>, next| {
                if best.is_none_or(|best| next.1 > best.1) { Some(next) } else { best }
            },
        )
        .map(|best| best.0)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn accept(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn vietnamese_is_what_everybody_gets_who_says_nothing() {
        assert_eq!(Signs::default().read(&HeaderMap::new()), Language::Vi);
        assert_eq!(Signs::default().read(&accept("fr-FR, de;q=0.5")), Language::Vi);
        assert_eq!(
            Signs { link: Some("xx"), ui_locales: Some("fr de"), ..Signs::default() }.read(&HeaderMap::new()),
            Language::Vi
        );
    }

    #[test]
    fn the_browsers_weights_count() {
        for (header, language) in [
            ("en-US,en;q=0.9,vi;q=0.8", Language::En),
            ("en;q=0.5, vi-VN;q=0.7", Language::Vi),
            ("fr, en;q=0.1", Language::En),
            ("vi, en", Language::Vi),
            ("en;q=0, vi;q=0.1", Language::Vi),
            ("en;q=NaN, vi", Language::Vi),
            ("en;q=, vi;q=0.1", Language::Vi),
        ] {
            assert_eq!(Signs::default().read(&accept(header)), language, "{header}");
        }
    }

    #[test]
    fn a_choice_made_on_our_pages_outlives_what_the_service_asked_for_earlier() {
        let asked = Timestamp::from_seconds(1000);
        let signs = |chosen_at: i64| Signs {
            ui_locales: Some("vi"),
            asked_at: Some(asked),
            choice: Some(Choice { language: Language::En, at: Timestamp::from_seconds(chosen_at) }),
            ..Signs::default()
        };
        assert_eq!(signs(1000).read(&HeaderMap::new()), Language::En);
        assert_eq!(signs(999).read(&HeaderMap::new()), Language::Vi);
        assert_eq!(Signs { link: Some("en"), ..signs(999) }.read(&HeaderMap::new()), Language::En);
    }

    #[test]
    fn a_signed_in_person_reads_in_the_accounts_language_unless_they_chose() {
        let signs = Signs { account: Some(Language::Vi), ..Signs::default() };
        assert_eq!(signs.read(&accept("en")), Language::Vi);
        let choice = Choice { language: Language::En, at: Timestamp::from_seconds(5) };
        assert_eq!(Signs { choice: Some(choice), ..signs }.read(&HeaderMap::new()), Language::En);
    }

    #[test]
    fn the_cookie_is_read_back_and_nonsense_is_none() {
        let choice = Choice { language: Language::En, at: Timestamp::from_seconds(1_795_366_800) };
        assert_eq!(Choice::parse(&choice.to_text()), Some(choice));
        for nonsense in ["", "en", "en.", "en.x", "fr.1", ".1", "en.99999999999999999999"] {
            assert_eq!(Choice::parse(nonsense), None, "{nonsense}");
        }
    }
}
