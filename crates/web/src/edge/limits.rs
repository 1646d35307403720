//! How large a request may be, before anybody looks at it (security.md row 16). Bodies are measured where they are
//! read ([`super::form`]); how long a request may take is a layer of the router.

use crate::edge::error::PageError;
use http::{HeaderMap, Uri};

/// The longest path and query. A service's request may be 8 KiB long ([`portal_id_oidc::Parameters::MAX_BYTES`]), and
/// our own pages carry it sealed and in base64url, which makes it a third longer.
const MAX_URI: usize = 12 * 1024;

/// The most header lines.
const MAX_HEADERS: usize = 64;

/// The largest header lines together.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Checks address and headers.
pub(crate) fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), PageError> {
    if uri.path_and_query().map_or(0, |whole| whole.as_str().len()) > MAX_URI {
        return Err(PageError::UriTooLong);
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return Err(PageError::HeadersTooLarge);
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use http::HeaderValue;

    // security: row 16
    #[test]
    fn an_address_beyond_any_of_ours_is_refused() {
        let of = |length: usize| check(&format!("/{}", "a".repeat(length - 1)).parse().unwrap(), &HeaderMap::new());
        assert_eq!(of(MAX_URI), Ok(()));
        assert_eq!(of(MAX_URI + 1), Err(PageError::UriTooLong));
    }

    // security: row 16
    #[test]
    fn too_many_and_too_large_headers_are_refused() {
        let uri = Uri::from_static("/");
        let many = |count: usize| {
            (0..count).map(|_| (http::header::ACCEPT, HeaderValue::from_static("x"))).collect::<HeaderMap>()
        };
        assert_eq!(check(&uri, &many(MAX_HEADERS)), Ok(()));
        assert_eq!(check(&uri, &many(MAX_HEADERS + 1)), Err(PageError::HeadersTooLarge));
        let mut large = HeaderMap::new();
        large.insert(http::header::COOKIE, HeaderValue::from_str(&"c".repeat(MAX_HEADER_BYTES)).unwrap());
        assert_eq!(check(&uri, &large), Err(PageError::HeadersTooLarge));
    }
}
