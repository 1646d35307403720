//! The endpoints of the protocol: from HTTP to `portal-id-oidc` and back.
//!
//! Owns: methods, content types, headers, status lines, the way of a request through the browser. Leaves: every rule
//! of the protocol to `portal-id-oidc`, pages to `pages`.

pub(crate) mod answer;
pub(crate) mod authorize;
pub(crate) mod cors;
pub(crate) mod health;
pub(crate) mod json;
pub(crate) mod leaving;
pub(crate) mod metadata;
pub(crate) mod posted;
pub(crate) mod sign_out;
pub(crate) mod sms_report;
pub(crate) mod token;
pub(crate) mod userinfo;

/// The endpoints that programs ask, from any origin: their errors are JSON, and nothing there looks at a cookie.
const FOR_PROGRAMS: [&str; 5] =
    ["/token", "/userinfo", "/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

/// Whether `path` is asked by programs rather than people.
pub(crate) fn is_for_programs(path: &str) -> bool {
    FOR_PROGRAMS.contains(&path)
}
