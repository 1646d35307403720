//! What a browser calls itself, in plain words: read with a small table of our own, for the list of sessions and mails.
//!
//! The names are ours; nothing that a browser sent gets into a mail.

/// What can be told from a `User-Agent` header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrowserName {
    /// The browser.
    pub browser: Option<&'static str>,
    /// What it runs on.
    pub system: Option<&'static str>,
}

/// What a browser's name is known by. Most claim to be Chrome or Safari too, so those come last.
const BROWSERS: [(&str, &str); 17] = [
    ("Zalo", "Zalo"),
    ("FBAN/", "Facebook"),
    ("FBAV/", "Facebook"),
    ("coc_coc_browser/", "Cốc Cốc"),
    ("CocCoc", "Cốc Cốc"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("MiuiBrowser/", "Mi Browser"),
    ("UCBrowser/", "UC Browser"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// What a system is known by. Android says that it is Linux too, and an iPhone that it is like Mac OS X.
const SYSTEMS: [(&str, &str); 8] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Unix"),
];

impl BrowserName {
    /// Reads what a browser calls itself.
    pub fn read(user_agent: &str) -> Self {
        let first = |table: &[(&str, &'static str)]| {
            table.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
        };
        Self { browser: first(&BROWSERS), system: first(&SYSTEMS) }
    }
}

/// The longest name that a page shows of a browser which the table does not know.
const LONGEST_SHOWN: usize = 60;

/// What an unknown browser calls itself, as far as a page shows it: plain characters only, since others could turn the
/// line around or hide in it (security.md row 28).
pub fn plain_name(user_agent: &str) -> String {
    let plain: String = user_agent.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(LONGEST_SHOWN).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";

    fn read(user_agent: &str) -> (Option<&'static str>, Option<&'static str>) {
        let name = BrowserName::read(user_agent);
        (name.browser, name.system)
    }

    #[test]
    fn browsers_are_told_apart_although_most_claim_to_be_another() {
        for (system, rest, expected) in [
            ("Windows NT 10.0; Win64; x64", "Chrome/131.0.0.0 Safari/537.36", ("Chrome", "Windows")),
            ("Windows NT 10.0; Win64; x64", "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", ("Edge", "Windows")),
            ("Windows NT 10.0", "coc_coc_browser/125.0 Chrome/119.0 Safari/537.36", ("Cốc Cốc", "Windows")),
            ("Linux; Android 10; K", "Chrome/131.0.0.0 Mobile Safari/537.36", ("Chrome", "Android")),
            ("Linux; Android 14", "SamsungBrowser/27.0 Chrome/125.0 Safari/537.36", ("Samsung Internet", "Android")),
            ("Linux; Android 13", "Chrome/120.0 Safari/537.36 Zalo android/240101", ("Zalo", "Android")),
            ("Macintosh; Intel Mac OS X 10_15_7", "Version/18.1 Safari/605.1.15", ("Safari", "macOS")),
            (
                "iPhone; CPU iPhone OS 18_1 like Mac OS X",
                "Version/18.1 Mobile/15E148 Safari/604.1",
                ("Safari", "iPhone"),
            ),
            (
                "iPhone; CPU iPhone OS 18_1 like Mac OS X",
                "CriOS/131.0 Mobile/15E148 Safari/604.1",
                ("Chrome", "iPhone"),
            ),
            ("X11; Linux x86_64", "Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0", ("Opera", "Linux")),
        ] {
            let found = read(&format!("Mozilla/5.0 ({system}) {WEBKIT} {rest}"));
            assert_eq!(found, (Some(expected.0), Some(expected.1)), "{system} {rest}");
        }
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";
        assert_eq!(read(firefox), (Some("Firefox"), Some("Windows")));
    }

    #[test]
    fn what_is_not_in_the_table_stays_unknown() {
        assert_eq!(read(""), (None, None));
        assert_eq!(read("curl/8.5.0"), (None, None));
        assert_eq!(read("Thing/1.0 (Linux)"), (None, Some("Linux")));
    }

    // security: row 28
    #[test]
    fn an_unknown_name_is_shown_in_plain_characters_and_never_long() {
        assert_eq!(plain_name("curl/8.5.0"), "curl/8.5.0");
        assert_eq!(plain_name(" a\u{202e}b\u{200b}c\r\nd\u{1b}[0mẹ "), "abcd[0m");
        assert_eq!(plain_name(&"x".repeat(200)).len(), 60);
    }

    proptest! {
        // security: row 28, 36
        #[test]
        fn no_text_makes_the_reader_panic_or_gets_through_it_unplain(text in "\\PC{0,200}|[\\x00-\\x7f\u{202a}-\u{202e}]{0,80}") {
            let _ = BrowserName::read(&text);
            prop_assert!(plain_name(&text).chars().all(|c| c.is_ascii_graphic() || c == ' '));
        }
    }
}
