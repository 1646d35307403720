//! The proof that a client registered a URI.

use super::registration::{Kind, OF_ANSWERS, OF_SIGN_OUT, kind_of};
use crate::parameters::encode_pairs;
use portal_id_core::client::Client;
use url::Url;

/// A URI that its client registered. Nothing else can become a redirect to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRedirect {
    uri: String,
    kind: Kind,
}

impl VerifiedRedirect {
    /// Verifies the `redirect_uri` of an authorization request: byte for byte a registered one (RFC 9700 §4.1.3). Only
    /// a public client on loopback may choose the port when it asks (RFC 8252 §7.3).
    pub(crate) fn of_authorization(client: &Client, asked: &str) -> Option<Self> {
        let registered = &client.metadata.redirect_uris;
        let chosen_port =
            || client.is_public() && registered.iter().any(|uri| differs_in_loopback_port_only(uri, asked));
        if registered.iter().any(|uri| uri == asked) || chosen_port() {
            Self::of(client, asked, OF_ANSWERS)
        } else {
            None
        }
    }

    /// Verifies a `post_logout_redirect_uri`: byte for byte a registered one (RP-Initiated Logout §3).
    pub(crate) fn of_sign_out(client: &Client, asked: &str) -> Option<Self> {
        let registered = client.metadata.post_logout_redirect_uris.iter().any(|uri| uri == asked);
        if registered { Self::of(client, asked, OF_SIGN_OUT) } else { None }
    }

    fn of(client: &Client, asked: &str, appended: &[&'static str]) -> Option<Self> {
        let kind = kind_of(asked, appended).ok()?;
        (kind == Kind::Web || client.is_public()).then(|| Self { uri: asked.to_owned(), kind })
    }

    /// The URI as it was registered and sent.
    pub fn as_str(&self) -> &str {
        &self.uri
    }

    /// Its origin, for `form-action`; `None` for an app's own scheme.
    pub fn origin(&self) -> Option<String> {
        match self.kind {
            Kind::Web => Url::parse(&self.uri).ok().map(|url| url.origin().ascii_serialization()),
            Kind::PrivateUse => None,
        }
    }

    /// Whether it is an app's own scheme: the browser gets a page with a link instead of a redirect (decisions 17).
    pub fn is_private_use(&self) -> bool {
        self.kind == Kind::PrivateUse
    }

    /// Whether its own query has a parameter of this name.
    pub(crate) fn has_in_query(&self, name: &str) -> bool {
        Url::parse(&self.uri).is_ok_and(|url| url.query_pairs().any(|(known, _)| known == name))
    }

    /// The URI with `fields` appended to its query, which is otherwise kept as it is (RFC 6749 §3.1.2).
    pub(super) fn with_query(&self, fields: &[(&'static str, String)]) -> String {
        with_query(&self.uri, fields.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

/// `uri` with `fields` appended to its query, which is otherwise kept as it is.
pub(crate) fn with_query<'a>(uri: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let fields = encode_pairs(fields);
    if fields.is_empty() {
        return uri.to_owned();
    }
    let join = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{join}{fields}")
}

/// RFC 8252 §7.3: the address as a literal, and any port. The name `localhost` is not meant.
fn differs_in_loopback_port_only(registered: &str, asked: &str) -> bool {
    matches!((without_loopback_port(registered), without_loopback_port(asked)), (Some(one), Some(other)) if one == other)
}

/// Address and what follows the port, of a plain http URI on a loopback address.
fn without_loopback_port(uri: &str) -> Option<(&'static str, &str)> {
    let (address, after) = ["http://127.0.0.1", "http://[::1]"]
        .into_iter()
        .find_map(|address| Some((address, uri.strip_prefix(address)?)))?;
    let rest = match after.strip_prefix(':') {
        None => after,
        Some(tail) => {
            let rest = tail.trim_start_matches(|c: char| c.is_ascii_digit());
            tail[..tail.len() - rest.len()].parse::<u16>().ok().filter(|port| *port > 0)?;
            rest
        }
    };
    // Anything else right behind the host would make it another host (`http://127.0.0.1.evil.example`).
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((address, rest))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing;
    use portal_id_core::client::ClientAuthMethod;
    use proptest::prelude::*;

    fn client(uris: &[&str], public: bool) -> Client {
        let mut client = testing::client();
        client.metadata.redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        client.metadata.post_logout_redirect_uris.clone_from(&client.metadata.redirect_uris);
        if public {
            client.metadata.token_endpoint_auth_method = ClientAuthMethod::None;
        }
        client
    }

    fn accepts(client: &Client, asked: &str) -> bool {
        VerifiedRedirect::of_authorization(client, asked).is_some()
    }

    /// What people tried at other providers against `https://rp.example/cb` (security.md row 1).
    const CORPUS: [&str; 41] = [
        "https://rp.example/cb/",
        "https://rp.example/cb?",
        "https://rp.example/cb?x=1",
        "https://rp.example/cb#",
        "https://rp.example/cb#x",
        "https://rp.example/CB",
        "https://RP.example/cb",
        "HTTPS://rp.example/cb",
        "http://rp.example/cb",
        "https://rp.example./cb",
        "https://rp.example:443/cb",
        "https://rp.example:8443/cb",
        "https://rp.example:/cb",
        "https://rp.example",
        "https://rp.example/",
        "https://rp.example/cb/..",
        "https://rp.example/x/../cb",
        "https://rp.example/./cb",
        "https://rp.example/..;/cb",
        "https://rp.example//cb",
        "https://rp.example/%63b",
        "https://rp.example%2fcb",
        "https://rp.example/%2fcb",
        "https://rp.example/%252fcb",
        "https://rp.example/cb%00",
        "https://rp.example/cb%0d%0a",
        "https://rp.example\\@evil.example/cb",
        "https://rp.example@evil.example/cb",
        "https://evil.example@rp.example/cb",
        "https://evil.example/https://rp.example/cb",
        "https://rp.example.evil.example/cb",
        "https://evil.example\\.rp.example/cb",
        "https://xn--rp-mia.example/cb",
        "https://rр.example/cb",
        "https://[::1]/cb",
        " https://rp.example/cb",
        "https://rp.example/cb ",
        "https://rp.example/cb\t",
        "https://rp.example/cb\n",
        "https://rp.ex\nample/cb",
        "javascript:alert(1)//https://rp.example/cb",
    ];

    // security: row 1
    #[test]
    fn no_variation_of_a_registered_uri_is_accepted() {
        let client = client(&["https://rp.example/cb"], false);
        assert!(accepts(&client, "https://rp.example/cb"));
        for asked in CORPUS {
            assert!(!accepts(&client, asked), "{asked:?}");
        }
    }

    // security: row 2
    #[test]
    fn no_variation_of_a_registered_return_after_sign_out_is_accepted() {
        let client = client(&["https://rp.example/cb"], true);
        assert!(VerifiedRedirect::of_sign_out(&client, "https://rp.example/cb").is_some());
        for asked in CORPUS {
            assert_eq!(VerifiedRedirect::of_sign_out(&client, asked), None, "{asked:?}");
        }
    }

    // security: row 1
    #[test]
    fn a_native_app_chooses_its_loopback_port_and_nothing_else() {
        let native = client(&["http://127.0.0.1/cb", "http://[::1]:9/cb?x=1"], true);
        for asked in
            ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", "http://[::1]:51004/cb?x=1", "http://[::1]/cb?x=1"]
        {
            assert!(accepts(&native, asked), "{asked}");
        }
        for asked in [
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:51004/cb?x=1",
            "http://127.0.0.1:51004/cb#x",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:80.evil.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "http://127.0.0.2:51004/cb",
            "http://127.1:51004/cb",
            "http://localhost:51004/cb",
            "https://127.0.0.1:51004/cb",
            "http://[::1]:51004/cb",
            "http://[::ffff:127.0.0.1]/cb",
        ] {
            assert!(!accepts(&native, asked), "{asked}");
        }
        assert!(
            !accepts(&client(&["http://127.0.0.1/cb"], false), "http://127.0.0.1:51004/cb"),
            "a confidential client has a fixed port"
        );
        assert!(
            !accepts(&client(&["http://localhost/cb"], true), "http://localhost:51004/cb"),
            "RFC 8252 §7.3 means the address"
        );
    }

    // security: row 2
    #[test]
    fn a_dangerous_uri_is_refused_even_when_it_got_into_the_registration() {
        for uri in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://rp.example/cb",
            "https://rp.example/cb#f",
            "https://u@rp.example/",
        ] {
            assert!(!accepts(&client(&[uri], true), uri), "{uri}");
        }
        assert!(accepts(&client(&["vn.gov.app:/cb"], true), "vn.gov.app:/cb"));
        assert!(!accepts(&client(&["vn.gov.app:/cb"], false), "vn.gov.app:/cb"));
    }

    #[test]
    fn parameters_are_appended_to_a_query_that_is_kept() {
        let append = |uri: &str| {
            VerifiedRedirect::of_authorization(&client(&[uri], false), uri)
                .unwrap()
                .with_query(&[("code", "a b".to_owned()), ("state", "&=".to_owned())])
        };
        assert_eq!(append("https://rp.example/cb"), "https://rp.example/cb?code=a%20b&state=%26%3D");
        assert_eq!(append("https://rp.example/cb?x=%2F+1"), "https://rp.example/cb?x=%2F+1&code=a%20b&state=%26%3D");
        assert_eq!(append("https://rp.example/cb?"), "https://rp.example/cb?code=a%20b&state=%26%3D");
        assert_eq!(append("https://rp.example"), "https://rp.example?code=a%20b&state=%26%3D");
    }

    #[test]
    fn the_origin_is_what_a_policy_compares() {
        let origin = |uri: &str| VerifiedRedirect::of_authorization(&client(&[uri], true), uri).unwrap().origin();
        assert_eq!(origin("https://RP.example:443/cb?x").as_deref(), Some("https://rp.example"));
        assert_eq!(origin("http://127.0.0.1:8081/cb").as_deref(), Some("http://127.0.0.1:8081"));
        assert_eq!(origin("vn.gov.app:/cb"), None);
    }

    proptest! {
        // security: row 1
        #[test]
        fn accepted_means_byte_equal(asked in "https://rp\\.example(/|%2[fF]|\\.|:443|@|\\\\|[?#;.])?(cb|CB|c)?[/?#]?[ -~]{0,3}") {
            let registered = ["https://rp.example/cb", "https://rp.example/", "https://rp.example/cb?x=1"];
            prop_assert_eq!(accepts(&client(&registered, true), &asked), registered.contains(&asked.as_str()));
        }

        // security: row 36
        #[test]
        fn no_text_makes_the_check_panic(asked in "\\PC{0,80}", tail in "\\PC{0,20}") {
            let client = client(&["http://127.0.0.1/cb", "https://rp.example/cb"], true);
            prop_assert!(!accepts(&client, &asked));
            let _ = accepts(&client, &format!("http://127.0.0.1:{tail}"));
            let _ = kind_of(&asked, OF_ANSWERS);
        }
    }
}
