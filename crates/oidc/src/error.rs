//! Errors as the protocol speaks them: the JSON answer of an endpoint, and the fault that is sent back to a client
//! through the browser. Turning them into HTTP is left to `web`.

use portal_id_core::store::StoreError;

/// The error answer of the endpoints for programs (RFC 6749 §5.2, RFC 6750 §3), without an HTTP framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolError {
    /// The `error` code.
    pub error: &'static str,
    /// The `error_description`, only in the characters of RFC 6749 §5.2.
    pub description: String,
    /// The HTTP status.
    pub status: u16,
    /// The value of the `WWW-Authenticate` header, if one belongs to the answer.
    pub www_authenticate: Option<String>,
    /// What went wrong on our side: for the log, never for the client.
    pub detail: Option<String>,
}

impl ProtocolError {
    fn new(error: &'static str, description: &str, status: u16) -> Self {
        Self { error, description: in_rfc6749_characters(description), status, www_authenticate: None, detail: None }
    }

    /// `invalid_request` (RFC 6749 §5.2).
    pub fn invalid_request(description: &str) -> Self {
        Self::new("invalid_request", description, 400)
    }

    /// `invalid_grant` (RFC 6749 §5.2).
    pub(crate) fn invalid_grant(description: &str) -> Self {
        Self::new("invalid_grant", description, 400)
    }

    /// `invalid_scope` (RFC 6749 §5.2).
    pub(crate) fn invalid_scope(description: &str) -> Self {
        Self::new("invalid_scope", description, 400)
    }

    /// `unsupported_grant_type` (RFC 6749 §5.2).
    pub(crate) fn unsupported_grant_type() -> Self {
        Self::new("unsupported_grant_type", "this grant type is not supported", 400)
    }

    /// `invalid_client` (RFC 6749 §5.2). One text for every reason, so that nothing is learned about clients.
    pub(crate) fn invalid_client(issuer: &str, used_basic: bool) -> Self {
        let challenge = used_basic.then(|| format!("Basic realm=\"{issuer}\", charset=\"UTF-8\""));
        Self { www_authenticate: challenge, ..Self::new("invalid_client", "client authentication failed", 401) }
    }

    /// `invalid_client` for an assertion that is truly signed by the client and still not good: it may know why.
    pub(crate) fn invalid_assertion(why: &str) -> Self {
        Self::new("invalid_client", &format!("client authentication failed: {why}"), 401)
    }

    /// `unauthorized_client` (RFC 6749 §5.2).
    pub(crate) fn unauthorized_client(description: &str) -> Self {
        Self::new("unauthorized_client", description, 400)
    }

    /// `invalid_target` (RFC 8707 §2).
    pub(crate) fn invalid_target(description: &str) -> Self {
        Self::new("invalid_target", description, 400)
    }

    /// `invalid_token` (RFC 6750 §3.1). One text for every reason.
    pub(crate) fn invalid_token(issuer: &str) -> Self {
        let description = "the access token is invalid, expired or revoked";
        let challenge =
            format!("Bearer realm=\"{issuer}\", error=\"invalid_token\", error_description=\"{description}\"");
        Self { www_authenticate: Some(challenge), ..Self::new("invalid_token", description, 401) }
    }

    /// `insufficient_scope` (RFC 6750 §3.1).
    pub(crate) fn insufficient_scope(issuer: &str, needed: &str) -> Self {
        let challenge = format!("Bearer realm=\"{issuer}\", error=\"insufficient_scope\", scope=\"{needed}\"");
        Self {
            www_authenticate: Some(challenge),
            ..Self::new("insufficient_scope", "the access token has not the scope for this", 403)
        }
    }

    /// A fault of ours: the detail goes to the log, not to the client.
    pub(crate) fn server_error(detail: &dyn std::fmt::Display) -> Self {
        let error = Self::new("server_error", "an unexpected fault; try again later", 500);
        Self { detail: Some(detail.to_string()), ..error }
    }

    /// Something we need is out of reach for the moment.
    pub(crate) fn temporarily_unavailable(detail: &dyn std::fmt::Display) -> Self {
        let error = Self::new("temporarily_unavailable", "try again in a moment", 503);
        Self { detail: Some(detail.to_string()), ..error }
    }
}

impl From<StoreError> for ProtocolError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Retry => Self::temporarily_unavailable(&error),
            StoreError::Conflict(_) | StoreError::Fault(_) => Self::server_error(&error),
        }
    }
}

/// A fault that the client learns of through the browser (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AuthorizationFault {
    /// The `error` code.
    pub(crate) error: &'static str,
    /// The `error_description`.
    pub(crate) description: &'static str,
}

impl AuthorizationFault {
    /// `error`, explained to a developer.
    pub(crate) const fn new(error: &'static str, description: &'static str) -> Self {
        Self { error, description }
    }

    /// `invalid_request`.
    pub(crate) const fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    /// `invalid_scope`.
    pub(crate) const fn invalid_scope(description: &'static str) -> Self {
        Self::new("invalid_scope", description)
    }
}

/// Keeps what RFC 6749 §5.2 allows in a description: no quotes, backslash, control or foreign characters.
fn in_rfc6749_characters(text: &str) -> String {
    text.chars().filter(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_has_only_the_characters_of_the_rfc() {
        let error = ProtocolError::invalid_request("the \"code\"\\ is\r\n\tmissing: thiếu");
        assert_eq!(error.description, "the code ismissing: thiu");
    }

    #[test]
    fn basic_is_challenged_only_when_it_was_used() {
        let with = ProtocolError::invalid_client("https://id.example", true);
        assert_eq!(
            (with.status, with.www_authenticate.as_deref()),
            (401, Some("Basic realm=\"https://id.example\", charset=\"UTF-8\""))
        );
        assert_eq!(ProtocolError::invalid_client("https://id.example", false).www_authenticate, None);
    }

    #[test]
    fn an_unreachable_store_is_no_fault_of_the_client() {
        assert_eq!(ProtocolError::from(StoreError::Unavailable("down".into())).status, 503);
        let fault = ProtocolError::from(StoreError::Fault("table grants is gone".into()));
        assert_eq!((fault.status, fault.description.contains("grants")), (500, false));
    }
}
