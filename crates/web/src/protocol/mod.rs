//! The endpoints of the protocol: from HTTP to `portal-id-oidc` and back.
//!
//! Owns: methods, content types, headers, status lines, the way of a request through the browser. Leaves: every rule
//! of the protocol to `portal-id-oidc`, pages to `pages`.

pub(crate) mod answer;
pub(crate) mod authorize;
pub(crate) mod called;
pub(crate) mod check_session;
pub(crate) mod cors;
pub(crate) mod health;
pub(crate) mod introspect;
pub(crate) mod json;
pub(crate) mod leaving;
pub(crate) mod metadata;
pub(crate) mod posted;
pub(crate) mod revoke;
pub(crate) mod sign_out;
pub(crate) mod sms_report;
pub(crate) mod token;
pub(crate) mod upstream_logout;
pub(crate) mod userinfo;

/// The endpoints that programs ask: their errors are JSON, and nothing there looks at a cookie.
const FOR_PROGRAMS: [&str; 7] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/introspect",
    "/jwks",
    "/revoke",
    "/token",
    "/userinfo",
];

/// Those of them that scripts of other origins have no business at.
const NOT_FOR_SCRIPTS: [&str; 1] = ["/introspect"];

/// Whether `path` is asked by programs rather than people.
pub(crate) fn is_for_programs(path: &str) -> bool {
    FOR_PROGRAMS.contains(&path) || upstream_logout::is_at(path)
}

/// Whether scripts of any origin may read what `path` answers.
pub(crate) fn is_for_scripts(path: &str) -> bool {
    FOR_PROGRAMS.contains(&path) && !NOT_FOR_SCRIPTS.contains(&path)
}
