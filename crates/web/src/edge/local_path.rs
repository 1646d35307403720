//! Addresses of our own pages: the only thing that a page can redirect to (security.md row 2).

use portal_id_core::upstream::UpstreamId;
use std::fmt;

/// A path on this server, with its query. Made from a constant and encoded parameters, so that nothing that came with
/// a request can turn it into an address elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalPath(String);

impl LocalPath {
    /// The page at `path`, a constant of ours.
    pub(crate) fn new(path: &'static str) -> Self {
        debug_assert!(is_local(path), "{path} is not a path of ours");
        Self(path.to_owned())
    }

    /// A page about an upstream provider, whose name is a plain word.
    pub(crate) fn of_upstream(id: &UpstreamId, page: &'static str) -> Self {
        Self(format!("/upstream/{id}/{page}"))
    }

    /// The same page with one more parameter.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(name);
        self.0.push('=');
        self.0.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        self
    }

    /// The address that was asked for, in another language. The home page when the path could lead elsewhere: a
    /// browser reads `//host` and `/\host` as other hosts.
    pub(crate) fn in_language(uri: &http::Uri, tag: &str) -> Self {
        if !is_local(uri.path()) {
            return Self("/".to_owned()).with("lang", tag);
        }
        let mut path = uri.path().to_owned();
        let kept = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty() && *pair != "lang" && !pair.starts_with("lang="));
        for (index, pair) in kept.enumerate() {
            path.push(if index == 0 { '?' } else { '&' });
            path.push_str(pair);
        }
        Self(path).with("lang", tag)
    }

    /// The address as it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for LocalPath {
    fn from(path: &'static str) -> Self {
        Self::new(path)
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a browser stays on this host when it follows `path`.
fn is_local(path: &str) -> bool {
    let mut characters = path.chars();
    characters.next() == Some('/')
        && !matches!(characters.next(), Some('/' | '\\'))
        && !path.contains(['\\', '\r', '\n', '\t'])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_cannot_leave_its_place() {
        let path = LocalPath::new("/sign-in").with("flow", "a&b=c#d\r\nLocation: x").with("n", "ă");
        assert_eq!(path.as_str(), "/sign-in?flow=a%26b%3Dc%23d%0D%0ALocation%3A+x&n=%C4%83");
    }

    #[test]
    fn the_language_link_keeps_the_query_and_replaces_the_language() {
        let of = |uri: &str| LocalPath::in_language(&uri.parse().unwrap(), "en").0;
        assert_eq!(of("/sign-in?flow=abc&lang=vi"), "/sign-in?flow=abc&lang=en");
        assert_eq!(of("/"), "/?lang=en");
        assert_eq!(of("/sign-in?language=x"), "/sign-in?language=x&lang=en");
    }

    // security: row 2
    #[test]
    fn the_language_link_of_a_path_that_names_another_host_leads_home() {
        for path in ["//evil.example/", "//evil.example", "///evil.example"] {
            let uri = http::Uri::builder().path_and_query(path).build().unwrap();
            assert_eq!(LocalPath::in_language(&uri, "en").as_str(), "/?lang=en", "{path}");
        }
        assert!(!is_local("/\\evil.example"));
        assert!(!is_local("https://evil.example"));
        assert!(!is_local(""));
    }
}
