//! The seam to oxide-auth: the only folder that imports it (`docs/adr/0001`).
//!
//! Its state machines do no I/O: they ask ([`Output`](oxide_auth::code_grant::accesstoken::Output)), our executors
//! answer, and each executor is one synchronous function over facts that were read before. What the machines give us
//! is the order of the steps: nobody reaches an issue without having recovered and matched the grant.
//!
//! Known traps, each met in here: the machines read the wall clock, so a grant is handed in as never expiring and
//! our own checks take `now`; they compare redirect URIs as parsed URLs, so ours are compared byte for byte before;
//! a `Scope` is an unordered set, so its text is never kept; `Input::Issued` is never fed, so that they write no
//! answer; their texts never reach a client, only the kind of an error does.

pub(crate) mod authorization;
pub(crate) mod code;
pub(crate) mod refresh;

use crate::error::ProtocolError;
use chrono::{DateTime, Utc};
use oxide_auth::code_grant::error::{AccessTokenError, AccessTokenErrorType};
use oxide_auth::primitives::grant::{Extensions, Grant as MachineGrant};
use oxide_auth::primitives::scope::Scope;
use portal_id_core::client::ordered_scopes;
use portal_id_core::grant::Grant;

/// Our grant as the machines know one.
fn machine_grant(grant: &Grant, extensions: Extensions) -> Result<Box<MachineGrant>, ProtocolError> {
    Ok(Box::new(MachineGrant {
        owner_id: grant.account_id.as_str().to_owned(),
        client_id: grant.client_id.as_str().to_owned(),
        scope: grant.scopes.join(" ").parse().map_err(|error| ProtocolError::server_error(&error))?,
        redirect_uri: grant.redirect_uri.parse().map_err(|error| ProtocolError::server_error(&error))?,
        // Expiry is checked by us against the request's `now`; the machines would ask the wall clock.
        until: DateTime::<Utc>::MAX_UTC,
        extensions,
    }))
}

/// The scopes of a set, in our order.
fn in_order(scope: &Scope) -> Vec<String> {
    ordered_scopes(scope.iter())
}

/// A machine's refusal in our words.
fn refused(description: Option<&mut AccessTokenError>) -> ProtocolError {
    match description.map(AccessTokenError::kind) {
        Some(AccessTokenErrorType::InvalidRequest) => {
            ProtocolError::invalid_request("a required parameter is missing or malformed")
        }
        Some(AccessTokenErrorType::InvalidGrant) => ProtocolError::invalid_grant("the grant does not fit this request"),
        Some(AccessTokenErrorType::InvalidScope) => {
            ProtocolError::invalid_scope("the scope is malformed or was not granted")
        }
        Some(AccessTokenErrorType::UnsupportedGrantType) => ProtocolError::unsupported_grant_type(),
        Some(AccessTokenErrorType::InvalidClient | AccessTokenErrorType::UnauthorizedClient) | None => out_of_step(),
    }
}

/// The machine asked for something that our executor never lets it come to.
fn out_of_step() -> ProtocolError {
    ProtocolError::server_error(&"the grant's state machine is out of step")
}
