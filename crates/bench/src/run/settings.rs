//! The provider's settings for a run: production's, except where one machine plays a whole province.

use std::fmt::Write as _;
use std::path::Path;

/// The client that asks for tokens.
pub(crate) const CLIENT_ID: &str = "bench";
/// The client that asks for itself and introspects the tokens of the other.
pub(crate) const MACHINE_ID: &str = "bench-machine";
/// Where its answers go; nobody listens there, the bench reads the redirect.
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1/callback";
/// The other provider by which people arrive, and our name there.
pub(crate) const UPSTREAM_ID: &str = "vnconnect";
pub(crate) const UPSTREAM_CLIENT: &str = "bench-portal";
/// What it asks for.
pub(crate) const SCOPE: &str = "openid profile email phone offline_access";

/// What differs from the defaults, and why; printed on the page.
pub(crate) const DEVIATIONS: [(&str, &str); 5] = [
    ("mode = \"development\"", "http on loopback; changes no code on the measured paths"),
    ("limits.sign_ins_per_minute_and_address = 100000000", "all people come from one address here"),
    (
        "federation.upstreams.timeout_seconds = 600",
        "whoever waits for the provider that hangs does so to the end of the row",
    ),
    ("limits.registrations_per_hour_and_address = 100000000", "the same"),
    (
        "limits.tries_per_minute, codes.sends_per_hour, codes.sends_per_day = 1000",
        "a long run comes back to the same accounts; each account is used in turn, so that its rows stay small",
    ),
];

/// Where things are.
pub(crate) struct Places<'a> {
    /// The provider's port.
    pub(crate) port: u16,
    /// The database.
    pub(crate) store: &'a str,
    /// The store of what may vanish.
    pub(crate) ephemeral: &'a str,
    /// The port of the other provider by which people arrive.
    pub(crate) upstream: u16,
    /// The text-message sink.
    pub(crate) sms: std::net::SocketAddr,
    /// The mail sink.
    pub(crate) smtp: std::net::SocketAddr,
}

/// Writes the configuration and the clients file into `folder`.
pub(crate) fn write(folder: &Path, places: &Places<'_>) -> std::io::Result<()> {
    std::fs::write(folder.join("portal-id.toml"), configuration(places))?;
    std::fs::write(folder.join("clients.toml"), clients(places.port))
}

fn configuration(places: &Places<'_>) -> String {
    let Places { port, store, ephemeral, upstream, sms, smtp } = places;
    let mut text = format!(
        r#"mode = "development"
[server]
listen = "127.0.0.1:{port}"
key_encryption_key_file = "key-encryption-key"
clients_file = "clients.toml"
[storage]
url = "{store}"
[oidc]
issuer = "http://localhost:{port}"
[accounts.registration]
citizen = "open"
business = "closed"
organisation = "closed"
[accounts.limits]
tries_per_minute = 1000
sign_ins_per_minute_and_address = 100000000
registrations_per_hour_and_address = 100000000
[accounts.codes]
sends_per_hour = 1000
sends_per_day = 1000
[notify.smtp]
host = "127.0.0.1"
port = {}
security = "none"
from = "Cong Dich vu cong <no-reply@portal.example>"
[[federation.upstreams]]
id = "{UPSTREAM_ID}"
preset = "vnconnect"
base_url = "http://127.0.0.1:{upstream}"
client_id = "{UPSTREAM_CLIENT}"
client_secret = "bench"
timeout_seconds = 600
[[notify.sms_gateways]]
preset = "esms"
url = "http://{sms}/send"
api_key = "bench"
secret_key = "bench"
brandname = "BENCH"
"#,
        smtp.port()
    );
    if *ephemeral != "in-process" {
        // Writing to a String cannot fail.
        let _ = write!(text, "[ephemeral]\nurl = \"{ephemeral}\"\n");
    }
    text
}

fn clients(port: u16) -> String {
    format!(
        "[[client]]\nclient_id = \"{CLIENT_ID}\"\nclient_name = \"Bench\"\nredirect_uris = [\"{REDIRECT_URI}\"]\n\
         scope = \"{SCOPE}\"\ntoken_endpoint_auth_method = \"none\"\nid_token_signed_response_alg = \"ES256\"\n\
         first_party = true\n\
         [[client]]\nclient_id = \"{MACHINE_ID}\"\nclient_name = \"Bench for itself\"\n\
         grant_types = [\"client_credentials\"]\napi_scopes = [\"bench:read\"]\n\
         resource_identifier = \"http://localhost:{port}\"\n"
    )
}
