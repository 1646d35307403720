//! Which scopes a request comes to.

use crate::error::AuthorizationFault;
use portal_id_core::client::{Client, SCOPES, ordered_scopes};

/// The known ones of `asked`, in our order. An unknown scope is ignored (OpenID Connect Core §3.1.2.1); a known one
/// that the client may not ask for refuses the request (security.md row 38).
pub(crate) fn negotiate(asked: &[&str], client: &Client) -> Result<Vec<String>, AuthorizationFault> {
    let known = ordered_scopes(asked.iter().copied());
    if asked.is_empty() {
        // RFC 6749 §3.3: without a scope, a default or a refusal; a default would give away what nobody asked for.
        return Err(AuthorizationFault::invalid_scope("scope is missing"));
    }
    if known.is_empty() {
        return Err(AuthorizationFault::invalid_scope("none of the scopes is known"));
    }
    if known.iter().any(|scope| !client.may_ask_for(scope)) {
        return Err(AuthorizationFault::invalid_scope("the client may not ask for one of the scopes"));
    }
    Ok(known)
}

/// Those of `granted` that the client may still have: what an operator takes from a client is gone for old grants too.
pub(crate) fn still_allowed(granted: &[String], client: &Client) -> Vec<String> {
    granted.iter().filter(|scope| SCOPES.contains(&scope.as_str()) && client.may_ask_for(scope)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use proptest::prelude::*;

    proptest! {
        // security: row 38
        #[test]
        fn what_comes_out_was_asked_for_and_is_allowed(asked in proptest::collection::vec("openid|profile|email|phone|address|identity|organization|offline_access|x", 0..9)) {
            let client = testing::client();
            let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
            if let Ok(scopes) = negotiate(&asked, &client) {
                prop_assert!(!scopes.is_empty());
                prop_assert!(scopes.iter().all(|scope| asked.contains(&scope.as_str()) && client.may_ask_for(scope)));
                prop_assert_eq!(still_allowed(&scopes, &client), scopes);
            }
        }
    }

    // security: row 38
    #[test]
    fn a_scope_taken_from_the_client_is_gone_for_old_grants() {
        let mut client = testing::client();
        client.metadata.scope = "openid email".to_owned();
        assert_eq!(still_allowed(&testing::grant().scopes, &client), ["openid", "email"]);
    }
}
