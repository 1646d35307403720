//! A client's own pages and its picture, as they may be registered (RFC 7591 §2).

use anyhow::anyhow;
use portal_id_core::client::ClientMetadata;
use url::Url;

/// The longest address.
const LONGEST: usize = 1024;

/// What an address must be.
type Rule = fn(&str) -> Result<(), &'static str>;

/// The addresses that people's browsers are led to.
pub(super) fn pages(metadata: &ClientMetadata) -> anyhow::Result<()> {
    let rules: [(&str, &Option<String>, Rule); 5] = [
        ("client_uri", &metadata.client_uri, https),
        ("policy_uri", &metadata.policy_uri, https),
        ("tos_uri", &metadata.tos_uri, https),
        ("logo_uri", &metadata.logo_uri, https),
        ("logo_uri", &metadata.logo_uri, one_picture),
    ];
    for (name, address, rule) in rules {
        if let Some(address) = address {
            rule(address).map_err(|why| anyhow!("{name} {address:?}: {why}"))?;
        }
    }
    Ok(())
}

/// https, so that nobody on the way can change where people are led or what they see.
fn https(address: &str) -> Result<(), &'static str> {
    if address.len() > LONGEST {
        return Err("longer than 1024 characters");
    }
    if !address
        .chars()
        .all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}'))
    {
        return Err("a character that no address has; write it with percent signs");
    }
    let url = Url::parse(address).map_err(|_| "not an absolute address")?;
    if url.scheme() != "https" || !address.starts_with("https://") {
        return Err("it must begin with https://");
    }
    // `https://dichvucong.gov.vn@evil.example` looks like another place than it leads to.
    if !url.username().is_empty() || url.password().is_some() {
        return Err("no credentials before the host");
    }
    Ok(())
}

/// The policy of the pages names the picture's address and nothing else (CSP Level 3 §6.7.2.9): it cannot say a query,
/// takes a path that ends in a slash for a whole folder, and divides its words by `;` and `,`.
fn one_picture(address: &str) -> Result<(), &'static str> {
    if address.contains(['?', '#']) {
        return Err("an address of a picture has no query and no fragment");
    }
    if address.contains([';', ',', '\'', '*']) {
        return Err("the characters ; , ' and * must be written with percent signs");
    }
    let path = address.trim_start_matches("https://").split_once('/').map_or("", |(_, path)| path);
    if path.is_empty() || path.ends_with('/') { Err("it must lead to a file") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut ClientMetadata)) -> Result<(), String> {
        let mut metadata = ClientMetadata::named("Đất đai", vec!["https://dat.example.vn/cb".to_owned()]);
        change(&mut metadata);
        crate::clients::check("a", &metadata).map_err(|error| error.to_string())
    }

    #[test]
    fn https_addresses_are_taken() {
        assert_eq!(with(|_| {}), Ok(()));
        let all = with(|client| {
            client.client_uri = Some("https://dat.example.vn".to_owned());
            client.policy_uri = Some("https://dat.example.vn/chinh-sach?lang=vi#muc-2".to_owned());
            client.tos_uri = Some("https://dat.example.vn:8443/dieu-khoan".to_owned());
            client.logo_uri = Some("https://cdn.example.vn/a/logo-1.svg".to_owned());
        });
        assert_eq!(all, Ok(()));
    }

    // security: row 2
    #[test]
    fn whatever_is_no_https_address_is_refused() {
        for bad in [
            "http://dat.example.vn/",
            "javascript:alert(1)",
            "data:text/html,x",
            "//dat.example.vn/",
            "/chinh-sach",
            "https:dat.example.vn",
            "https://dichvucong.gov.vn@evil.example/",
            "https://dat.example.vn/a b",
            "https://dat.example.vn/\"onload=",
            "https://đất.example.vn/",
            "",
        ] {
            assert!(with(|client| client.client_uri = Some(bad.to_owned())).is_err(), "client_uri {bad}");
            assert!(with(|client| client.policy_uri = Some(bad.to_owned())).is_err(), "policy_uri {bad}");
            assert!(with(|client| client.tos_uri = Some(bad.to_owned())).is_err(), "tos_uri {bad}");
            assert!(with(|client| client.logo_uri = Some(bad.to_owned())).is_err(), "logo_uri {bad}");
        }
        let long = format!("https://dat.example.vn/{}", "a".repeat(LONGEST));
        assert!(with(|client| client.client_uri = Some(long)).is_err());
    }

    // security: row 3
    #[test]
    fn a_picture_is_one_file_that_a_policy_can_name() {
        for bad in [
            "https://dat.example.vn",
            "https://dat.example.vn/",
            "https://dat.example.vn/logos/",
            "https://dat.example.vn/logo.svg?v=2",
            "https://dat.example.vn/logo.svg#x",
            "https://dat.example.vn/a;script-src",
            "https://dat.example.vn/a,b",
            "https://dat.example.vn/*",
            "https://*.example.vn/logo.svg",
            "https://dat.example.vn/'self'",
        ] {
            assert!(with(|client| client.logo_uri = Some(bad.to_owned())).is_err(), "{bad}");
        }
    }
}
