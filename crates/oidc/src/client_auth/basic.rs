//! HTTP Basic as OAuth writes it.

use crate::parameters::decode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal_id_core::ids::ClientId;
use portal_id_core::secret::Secret;

/// RFC 6749 §2.3.1: form-encoded id and secret in HTTP Basic, whose scheme has no case (RFC 9110 §11.1).
pub(super) fn basic(header: &str) -> Option<(ClientId, Secret)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let plain = STANDARD.decode(credentials.trim_matches(' ')).ok()?;
    let colon = plain.iter().position(|byte| *byte == b':')?;
    let (id, secret) = (decode(&plain[..colon]).ok()?, decode(&plain[colon + 1..]).ok()?);
    // Control characters are no part of either (RFC 6749 appendix A), and NUL none that every database takes.
    let plain = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
    (plain(&id) && plain(&secret)).then(|| (ClientId::from_text(id), Secret::new(secret)))
}
