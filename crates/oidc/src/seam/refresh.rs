//! The executor of the refresh request (RFC 6749 §6), for a client that is authenticated and a family that was found,
//! is unrevoked and unexpired: client match and the narrowing of the scope.

use super::{in_order, machine_grant, out_of_step, refused};
use crate::error::ProtocolError;
use oxide_auth::code_grant::refresh::{Input, Output, Refresh, Request};
use oxide_auth::primitives::grant::Extensions;
use portal_id_core::grant::Grant;
use std::borrow::Cow;

/// What the token request presents.
pub(crate) struct Renewal<'a> {
    /// The authenticated client.
    pub(crate) client_id: &'a str,
    /// The refresh token.
    pub(crate) refresh_token: &'a str,
    /// The scope asked for: all that was granted when absent.
    pub(crate) scope: Option<&'a str>,
}

impl Request for Renewal<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.refresh_token))
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(Cow::Borrowed)
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("refresh_token"))
    }
    // The client is authenticated before; only with a name and some password does the machine match it (crate's trap).
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(self.client_id), Cow::Borrowed(b"")))
    }
    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// What the machine asked for, without borrowing it.
enum Next {
    Start,
    Authenticate,
    Recover,
}

/// The scopes of the new access token.
pub(crate) fn narrow(request: &Renewal<'_>, grant: &Grant) -> Result<Vec<String>, ProtocolError> {
    let mut machine = Refresh::new(request);
    let mut next = Next::Start;
    loop {
        let input = match next {
            Next::Start => Input::None,
            Next::Authenticate => Input::Authenticated { scope: request.scope() },
            Next::Recover => {
                Input::Recovered { scope: request.scope(), grant: Some(machine_grant(grant, Extensions::new())?) }
            }
        };
        next = match machine.advance(input) {
            Output::Unauthenticated { .. } => Next::Authenticate,
            Output::RecoverRefresh { .. } => Next::Recover,
            Output::Refresh { grant, .. } => return Ok(in_order(&grant.scope)),
            Output::Err(mut error) => return Err(refused(error.description())),
            Output::Ok(_) => return Err(out_of_step()),
        };
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing;

    fn run(client_id: &str, scope: Option<&str>) -> Result<Vec<String>, &'static str> {
        let request = Renewal { client_id, refresh_token: "any", scope };
        narrow(&request, &testing::grant()).map_err(|error| error.error)
    }

    #[test]
    fn the_scope_may_be_left_out_or_narrowed() {
        assert_eq!(run(testing::CLIENT_ID, None).unwrap(), ["openid", "profile", "email", "offline_access"]);
        assert_eq!(run(testing::CLIENT_ID, Some("email openid")).unwrap(), ["openid", "email"]);
    }

    // security: row 38
    #[test]
    fn the_scope_cannot_grow() {
        for scope in ["openid address", "identity", "openid unknown", "\"openid\""] {
            assert_eq!(run(testing::CLIENT_ID, Some(scope)), Err("invalid_scope"), "{scope}");
        }
    }

    // security: row 20
    #[test]
    fn a_family_is_bound_to_its_client() {
        assert_eq!(run("other", None), Err("invalid_grant"));
    }
}
