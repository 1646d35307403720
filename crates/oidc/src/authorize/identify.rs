//! Which client asks and where its answer may go: the checks whose failure is an error page, since there is no place
//! yet that an answer could be sent to (RFC 6749 §4.1.2.1).

use super::outcome::AuthorizeRefusal;
use crate::parameters::Parameters;
use crate::redirect::VerifiedRedirect;
use portal_id_core::client::Client;

/// In this order: client named, known, switched on; redirect URI named, registered. `found` is what the store knows
/// under the request's `client_id`.
pub(super) fn identify(
    params: &Parameters,
    found: Option<Client>,
) -> Result<(Client, VerifiedRedirect), AuthorizeRefusal> {
    client_is_named(params)?;
    let client = found.ok_or(AuthorizeRefusal::ClientUnknown)?;
    client_is_switched_on(&client)?;
    let redirect = redirect_uri_is_registered(params, &client)?;
    Ok((client, redirect))
}

/// RFC 6749 §4.1.1.
fn client_is_named(params: &Parameters) -> Result<(), AuthorizeRefusal> {
    params.get("client_id").map(|_| ()).ok_or(AuthorizeRefusal::ClientMissing)
}

/// security.md row 23: a client that is switched off gets nothing, not even an error.
fn client_is_switched_on(client: &Client) -> Result<(), AuthorizeRefusal> {
    if client.is_on() { Ok(()) } else { Err(AuthorizeRefusal::ClientDisabled) }
}

/// OpenID Connect Core §3.1.2.1: required; RFC 9700 §4.1.3: byte for byte a registered one. The query's value counts,
/// also beside a request object.
fn redirect_uri_is_registered(params: &Parameters, client: &Client) -> Result<VerifiedRedirect, AuthorizeRefusal> {
    let asked = params.get("redirect_uri").ok_or(AuthorizeRefusal::RedirectUriMissing)?;
    VerifiedRedirect::of_authorization(client, asked).ok_or(AuthorizeRefusal::RedirectUriUnregistered)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, NOW};

    fn refusal(query: &str, found: Option<Client>) -> Option<AuthorizeRefusal> {
        identify(&Parameters::parse(query.as_bytes()).unwrap(), found).err()
    }

    // security: row 1
    #[test]
    fn there_is_no_answer_to_an_unverified_place() {
        use AuthorizeRefusal as R;
        let good = "client_id=dat-lich&redirect_uri=https%3A%2F%2Frp.example%2Fcb";
        assert_eq!(refusal(good, Some(testing::client())), None);
        for (query, reason) in [
            ("redirect_uri=https%3A%2F%2Frp.example%2Fcb", R::ClientMissing),
            ("client_id=dat-lich&client_id=dat-lich&redirect_uri=https%3A%2F%2Frp.example%2Fcb", R::ClientMissing),
            ("client_id=dat-lich", R::RedirectUriMissing),
            ("client_id=dat-lich&redirect_uri=", R::RedirectUriMissing),
            (
                "client_id=dat-lich&redirect_uri=https%3A%2F%2Frp.example%2Fcb&redirect_uri=https%3A%2F%2Fevil.example",
                R::RedirectUriMissing,
            ),
            ("client_id=dat-lich&redirect_uri=https%3A%2F%2Fevil.example", R::RedirectUriUnregistered),
            ("client_id=dat-lich&redirect_uri=https%3A%2F%2Frp.example%2Fbye", R::RedirectUriUnregistered),
        ] {
            assert_eq!(refusal(query, Some(testing::client())), Some(reason), "{query}");
        }
        assert_eq!(refusal(good, None), Some(R::ClientUnknown));
    }

    // security: row 23
    #[test]
    fn a_client_that_is_switched_off_gets_an_error_page() {
        let client = Client { disabled_at: Some(NOW), ..testing::client() };
        let query = "client_id=dat-lich&redirect_uri=https%3A%2F%2Frp.example%2Fcb";
        assert_eq!(refusal(query, Some(client)), Some(AuthorizeRefusal::ClientDisabled));
    }

    #[test]
    fn every_refusal_has_its_own_key() {
        for (at, refusal) in AuthorizeRefusal::ALL.iter().enumerate() {
            assert!(AuthorizeRefusal::ALL[..at].iter().all(|earlier| earlier.key() != refusal.key()));
        }
    }
}
