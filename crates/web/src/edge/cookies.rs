//! The cookies: their names, how they are read, how they are set.
//!
//! Owns: names and attributes (decisions 15). Leaves: what the values mean to [`super::visit`] and the use cases.

use cookie::{Cookie, SameSite};
use http::HeaderMap;
use http::header::COOKIE;
use portal_id_core::secret::Secret;
use portal_id_core::time::Span;
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

/// Which of our cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CookieKind {
    /// The session's bearer value.
    Session,
    /// The random name of the browser: forms and pending requests are bound to it.
    Browser,
    /// The language that the person chose, and when.
    Language,
    /// The accounts that this browser is known to, sealed.
    KnownDevices,
    /// The secrets by which this browser is remembered: the password is enough in it.
    Remembered,
    /// When the person of the session last confirmed who they are, sealed.
    Confirmation,
    /// The ticket of an arrival by another provider that waits for a proof.
    Arrival,
    /// Which session this is, for the script of [`crate::protocol::check_session`]: no secret, and worth nothing to us.
    LoginState,
}

impl CookieKind {
    const fn suffix(self) -> &'static str {
        match self {
            Self::Session => "",
            Self::Browser => "-b",
            Self::Language => "-l",
            Self::KnownDevices => "-d",
            Self::Remembered => "-r",
            Self::Confirmation => "-c",
            Self::Arrival => "-a",
            Self::LoginState => "-s",
        }
    }

    /// How long the browser keeps it; `None` until it closes. A session ends on the server, whatever the browser keeps.
    const fn lifetime(self) -> Option<Span> {
        match self {
            Self::Session | Self::Confirmation | Self::Arrival | Self::LoginState => None,
            Self::Browser | Self::Language | Self::KnownDevices | Self::Remembered => Some(Span::days(180)),
        }
    }
}

/// What a browser may bring along besides its name and its session; the use cases alone know what it means.
pub(crate) struct Brought {
    pub(crate) known_devices: Option<Secret>,
    pub(crate) remembered: Option<Secret>,
    pub(crate) confirmation: Option<Secret>,
    pub(crate) arrival: Option<Secret>,
}

impl Brought {
    /// What came with these headers.
    pub(crate) fn read(names: &CookieNames, headers: &HeaderMap) -> Self {
        let read = |kind| names.read(headers, kind);
        Self {
            known_devices: read(CookieKind::KnownDevices),
            remembered: read(CookieKind::Remembered),
            confirmation: read(CookieKind::Confirmation),
            arrival: read(CookieKind::Arrival),
        }
    }
}

/// The names of our cookies: a pure function of the issuer, so that two providers on one host never read each other's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CookieNames {
    stem: String,
    secure: bool,
}

impl CookieNames {
    /// For the provider at `issuer`. Only plain http on this machine itself gets cookies without `Secure`; any other
    /// http address gets names that browsers refuse to store over http, which fails closed.
    pub(crate) fn of(issuer: &Url) -> Self {
        Self::named(issuer.as_str(), issuer.scheme() != "http" || !is_loopback(issuer))
    }

    /// For an address that is none: cookies over TLS only.
    pub(crate) fn strictest(issuer: &str) -> Self {
        Self::named(issuer, true)
    }

    fn named(issuer: &str, secure: bool) -> Self {
        let hash = Sha256::digest(issuer.trim_end_matches('/').as_bytes());
        let hash = format!("{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3]);
        let prefix = if secure { "__Host-" } else { "" };
        Self { stem: format!("{prefix}pid-{hash}"), secure }
    }

    /// The name of a cookie.
    pub(crate) fn name(&self, kind: CookieKind) -> String {
        format!("{}{}", self.stem, kind.suffix())
    }

    /// What the browser sent. A name that came twice with different values counts as absent: we could not tell which
    /// one is ours.
    pub(crate) fn read(&self, headers: &HeaderMap, kind: CookieKind) -> Option<Secret> {
        // Programs send none, and need no name made for nothing.
        if !headers.contains_key(COOKIE) {
            return None;
        }
        let name = self.name(kind);
        let mut found: Option<Secret> = None;
        for cookie in headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(Cookie::split_parse)
            .flatten()
        {
            if cookie.name() != name {
                continue;
            }
            match &found {
                Some(before) if before.expose() != cookie.value() => return None,
                _ => found = Some(Secret::new(cookie.value().to_owned())),
            }
        }
        found.filter(|value| !value.expose().is_empty())
    }

    /// A `Set-Cookie` value.
    pub(crate) fn set(&self, kind: CookieKind, value: &str) -> String {
        let cookie = self.plain(kind, value.to_owned());
        match kind.lifetime() {
            Some(lifetime) => cookie.max_age(cookie::time::Duration::seconds(lifetime.as_seconds())),
            None => cookie,
        }
        .build()
        .to_string()
    }

    /// A `Set-Cookie` value that removes the cookie.
    pub(crate) fn remove(&self, kind: CookieKind) -> String {
        self.plain(kind, String::new()).removal().build().to_string()
    }

    fn plain(&self, kind: CookieKind, value: String) -> cookie::CookieBuilder<'static> {
        let readable = kind == CookieKind::LoginState;
        // Browsers take `None` only with `Secure`: on loopback http the frame must be of the same site, as ports are.
        let same_site = if readable && self.secure { SameSite::None } else { SameSite::Lax };
        Cookie::build((self.name(kind), value)).path("/").http_only(!readable).same_site(same_site).secure(self.secure)
    }

    /// Whether everything here goes over TLS.
    pub(crate) const fn secure(&self) -> bool {
        self.secure
    }
}

/// Whether the address can only be reached from this machine (RFC 8252 §7.3, RFC 6761 §6.3).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    const KINDS: [CookieKind; 7] = [
        CookieKind::Session,
        CookieKind::Browser,
        CookieKind::Language,
        CookieKind::KnownDevices,
        CookieKind::Remembered,
        CookieKind::Confirmation,
        CookieKind::Arrival,
    ];

    fn names(issuer: &str) -> CookieNames {
        CookieNames::of(&issuer.parse().unwrap())
    }

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (COOKIE, HeaderValue::from_str(value).unwrap())).collect()
    }

    // security: row 10
    #[test]
    fn cookies_of_an_https_issuer_are_bound_to_the_host_and_to_tls() {
        let names = names("https://id.tinh.example");
        for kind in KINDS {
            for set in [names.set(kind, "v"), names.remove(kind)] {
                assert!(set.starts_with("__Host-pid-"), "{set}");
                for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
                    assert!(set.contains(attribute), "{set}");
                }
                assert!(!set.contains("Domain"), "{set}");
            }
        }
    }

    // security: row 10
    #[test]
    fn one_cookie_is_for_a_script_in_a_frame_and_it_alone() {
        for (issuer, attributes) in [
            ("https://id.tinh.example", "; SameSite=None; Secure; Path=/"),
            ("https://localhost:8443", "; SameSite=None; Secure; Path=/"),
            ("http://localhost:8080", "; SameSite=Lax; Path=/"),
        ] {
            let names = names(issuer);
            let name = names.name(CookieKind::LoginState);
            assert_eq!(names.set(CookieKind::LoginState, "v"), format!("{name}=v{attributes}"), "{issuer}");
            assert_eq!(name.starts_with("__Host-"), issuer.starts_with("https"));
        }
    }

    #[test]
    fn the_session_cookie_ends_with_the_browser_and_its_name_is_eight_hex_digits() {
        let names = names("https://id.tinh.example");
        assert!(!names.set(CookieKind::Session, "v").contains("Max-Age"));
        assert!(names.set(CookieKind::Browser, "v").contains("Max-Age=15552000"));
        let name = names.name(CookieKind::Session);
        let hash = name.strip_prefix("__Host-pid-").unwrap();
        assert!(hash.len() == 8 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
    }

    #[test]
    fn plain_cookies_are_for_http_on_this_machine_alone() {
        for issuer in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "http://portal.localhost"]
        {
            let set = names(issuer).set(CookieKind::Session, "v");
            assert!(set.starts_with("pid-") && !set.contains("Secure"), "{issuer}: {set}");
        }
        for issuer in
            ["http://id.tinh.example", "http://10.0.0.1", "http://localhost.evil.example", "https://localhost:8443"]
        {
            let set = names(issuer).set(CookieKind::Session, "v");
            assert!(set.starts_with("__Host-pid-") && set.contains("; Secure"), "{issuer}: {set}");
        }
    }

    proptest! {
        // security: row 10
        #[test]
        fn no_https_issuer_gets_a_plain_cookie(host in "[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\\.[a-z]{2,8}){0,3}|127\\.0\\.0\\.1|\\[::1\\]|localhost", port in 1_u16.., path in "(/[a-z]{1,8}){0,2}/?") {
            if let Ok(issuer) = Url::parse(&format!("https://{host}:{port}{path}")) {
                let names = CookieNames::of(&issuer);
                prop_assert!(names.secure());
                for kind in KINDS {
                    prop_assert!(names.name(kind).starts_with("__Host-pid-"));
                    prop_assert!(names.set(kind, "v").contains("; Secure"));
                }
            }
        }

        // security: row 36
        #[test]
        fn any_cookie_header_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                let mut headers = HeaderMap::new();
                headers.insert(COOKIE, value);
                let _ = names("https://id.tinh.example").read(&headers, CookieKind::Session);
            }
        }
    }

    #[test]
    fn issuers_on_one_host_do_not_read_each_others_cookies_and_a_final_slash_changes_nothing() {
        assert_ne!(
            names("http://localhost:8080").name(CookieKind::Session),
            names("http://localhost:8081").name(CookieKind::Session)
        );
        assert_eq!(names("http://localhost:8080"), names("http://localhost:8080/"));
    }

    #[test]
    fn a_cookie_is_found_among_others_and_an_ambiguous_one_is_not() {
        let names = names("http://localhost:8080");
        let name = names.name(CookieKind::Session);
        let read =
            |values: &[&str]| names.read(&headers(values), CookieKind::Session).map(|value| value.expose().to_owned());
        assert_eq!(read(&[&format!("a=1; {name}=abc; b=2")]).as_deref(), Some("abc"));
        assert_eq!(read(&["a=1", &format!("{name}=abc")]).as_deref(), Some("abc"));
        assert_eq!(read(&[&format!("{name}=abc; {name}=abc")]).as_deref(), Some("abc"));
        assert_eq!(read(&[&format!("{name}=abc; {name}=xyz")]), None);
        assert_eq!(read(&[&format!("{name}=")]), None);
        assert_eq!(read(&[&format!("{name}-b=abc")]), None);
        assert_eq!(read(&[]), None);
    }
}
