//! That a form was sent from a page of ours, in the browser and the session that we gave the page to (security.md row
//! 35): a page that showed one person's data must not act for the next one at the same browser.

use crate::edge::error::PageError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::ORIGIN;
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::ports::Vault;
use portal_id_core::secret::Secret;

/// The name of the hidden field.
pub(crate) const FIELD: &str = "csrf";

/// The value of the hidden field in the pages of the browser that holds these cookies.
pub(crate) fn value(vault: &dyn Vault, browser: &Secret, session: Option<&Secret>) -> String {
    URL_SAFE_NO_PAD.encode(digest(vault, browser, session).as_bytes())
}

fn digest(vault: &dyn Vault, browser: &Secret, session: Option<&Secret>) -> Digest {
    let session = session.map_or("", Secret::expose);
    vault.digest(DigestPurpose::Csrf, &[browser.expose().as_bytes(), session.as_bytes()])
}

/// Checks the field's value against the browser's cookies, in constant time.
pub(crate) fn check_value(
    vault: &dyn Vault,
    browser: Option<&Secret>,
    session: Option<&Secret>,
    given: &str,
) -> Result<(), PageError> {
    let expected = digest(vault, browser.ok_or(PageError::StartAgain)?, session);
    let given = URL_SAFE_NO_PAD.decode(given).ok().and_then(|bytes| Digest::from_slice(&bytes));
    if given == Some(expected) { Ok(()) } else { Err(PageError::StartAgain) }
}

/// Checks what the browser says about where the form was: `Sec-Fetch-Site` and `Origin`, as far as it sends them.
///
/// `Origin: null` says nothing: our pages forbid the referrer, and then browsers send it for our own forms too
/// (Fetch §3.2). The field's value decides in that case.
pub(crate) fn check_source(headers: &HeaderMap, own_origin: &str) -> Result<(), PageError> {
    // `none`: the person sent the form again from the browser itself, by restoring a tab.
    if headers.get_all("sec-fetch-site").iter().any(|site| site != "same-origin" && site != "none") {
        return Err(PageError::StartAgain);
    }
    if headers.get_all(ORIGIN).iter().any(|origin| origin != own_origin && origin != "null") {
        return Err(PageError::StartAgain);
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::edge::tests::FakeVault;
    use http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    // security: row 35
    #[test]
    fn a_form_is_taken_from_our_own_pages_only() {
        let own = "https://id.tinh.example";
        let taken = |pairs: &[(&'static str, &'static str)]| check_source(&headers(pairs), own).is_ok();
        assert!(taken(&[]));
        assert!(taken(&[("origin", "https://id.tinh.example"), ("sec-fetch-site", "same-origin")]));
        assert!(taken(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(taken(&[("origin", "null")]));
        assert!(taken(&[("sec-fetch-site", "none")]));
        assert!(!taken(&[("origin", "null"), ("sec-fetch-site", "cross-site")]));
        assert!(!taken(&[("sec-fetch-site", "same-site")]));
        assert!(!taken(&[("sec-fetch-site", "cross-site")]));
        assert!(!taken(&[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")]));
        assert!(!taken(&[("origin", "http://id.tinh.example")]));
        assert!(!taken(&[("origin", "https://id.tinh.example:444")]));
        assert!(!taken(&[("origin", "https://id.tinh.example.evil.example")]));
    }

    // security: row 35
    #[test]
    fn the_value_of_another_browser_or_session_is_refused() {
        let (mine, theirs) = (Secret::new("a".repeat(43)), Secret::new("b".repeat(43)));
        let good = value(&FakeVault, &mine, None);
        check_value(&FakeVault, Some(&mine), None, &good).unwrap();
        assert!(check_value(&FakeVault, Some(&theirs), None, &good).is_err());
        assert!(check_value(&FakeVault, Some(&mine), Some(&theirs), &good).is_err());
        assert!(check_value(&FakeVault, None, None, &good).is_err());
        assert!(check_value(&FakeVault, Some(&mine), None, "").is_err());
        assert!(check_value(&FakeVault, Some(&mine), None, &good[..42]).is_err());
        assert!(check_value(&FakeVault, Some(&mine), None, &format!("{good}A")).is_err());
    }
}
