//! The command line of `portal-id`.

mod auth;
mod links;
mod tokens;

pub use auth::AuthArgs;
pub use links::LinkArgs;
pub use tokens::TokenArgs;

use clap::{Parser, Subcommand};
use portal_id_core::audit::AuditKind;
use portal_id_core::client::IdentityPolicy;
use portal_id_core::signing_key::SigningAlgorithm;
use std::path::PathBuf;

/// Portal ID: the OpenID Provider of a provincial public-service portal.
#[derive(Debug, Parser)]
#[command(version, after_help = "Start with `portal-id serve --demo`, or read docs/guide/operator.")]
pub struct Cli {
    /// The configuration file.
    #[arg(long, global = true, default_value = "portal-id.toml", env = "PORTAL_ID_CONFIG")]
    pub config: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve people and relying parties until told to stop.
    Serve(ServeArgs),
    /// Read the configuration and say what a start would refuse, without serving.
    Check,
    /// Register and manage relying parties.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Make and rotate keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// See what became of e-mails and text messages, without their words.
    #[command(subcommand)]
    Messages(MessagesCommand),
    /// Read the audit trail.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Try an SMS gateway.
    #[command(subcommand)]
    Sms(SmsCommand),
    /// Look after the other providers by which people arrive.
    #[command(subcommand)]
    Upstream(UpstreamCommand),
    /// Look after people's accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Print a reference page or schema made from the code.
    Docs {
        /// Which one.
        page: crate::commands::docs::Page,
    },
}

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Serve a demonstration: its own database and keys, an inbox for everybody, a ready citizen and client, and a
    /// stand-in for the national portal. Reads no configuration file.
    #[arg(long)]
    pub demo: bool,
    /// The folder of the demonstration's database and keys.
    #[arg(long, default_value = ".portal/demo", requires = "demo")]
    pub data: PathBuf,
    /// The port of the demonstration.
    #[arg(long, default_value_t = 8080, requires = "demo")]
    pub port: u16,
    /// The address of the demonstration's sample service, where its client may be sent back to.
    #[arg(long, default_value = "http://localhost:8081", requires = "demo")]
    pub service: String,
    /// The port of the demonstration's stand-in for the national portal: 8082 unless that is taken, 0 for none.
    #[arg(long, requires = "demo", conflicts_with = "upstreams")]
    pub national_portal_port: Option<u16>,
    /// A configuration file of which only the section `federation` is read: providers by which people arrive at the
    /// demonstration, in place of the stand-in.
    #[arg(long, requires = "demo")]
    pub upstreams: Option<PathBuf>,
}

/// Managing relying parties.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Register a client and print its secret, once.
    Add(Box<AddClient>),
    /// List all clients.
    List,
    /// Show one client.
    Show {
        /// Its client id.
        id: String,
    },
    /// Give a client a new secret and print it, once. The one before works for seven more days.
    RotateSecret {
        /// Its client id.
        id: String,
        /// End the secrets before at once: for a secret that leaked.
        #[arg(long)]
        now: bool,
    },
    /// Switch a client off and revoke everything it was granted.
    Disable {
        /// Its client id.
        id: String,
    },
    /// Switch a client on again.
    Enable {
        /// Its client id.
        id: String,
    },
}

/// A client to register.
#[derive(Debug, clap::Args)]
pub struct AddClient {
    /// Its client id: 1 to 64 letters, digits, `-`, `_` or `.`.
    pub id: String,
    /// The service's name in Vietnamese, as people will see it.
    #[arg(long)]
    pub name: String,
    /// The service's name in English.
    #[arg(long)]
    pub name_en: Option<String>,
    /// Where answers may be sent, byte for byte; may be given several times.
    #[arg(long = "redirect-uri")]
    pub redirect_uris: Vec<String>,
    /// Where people may be sent after signing out, byte for byte; may be given several times.
    #[arg(long = "post-logout-redirect-uri")]
    pub post_logout_redirect_uris: Vec<String>,
    /// The scopes it may ask for.
    #[arg(long, default_value = "openid profile")]
    pub scope: String,
    /// The algorithm of its ID tokens: `ES256`, `RS256` for libraries that know nothing else, `PS256` or `EdDSA`.
    #[arg(long, default_value = "ES256", value_parser = parse_serde::<SigningAlgorithm>)]
    pub id_token_alg: SigningAlgorithm,
    /// Which identity numbers it gets: `verified-only`, or `any` for self-declared ones too.
    #[arg(long, default_value = "verified-only", value_parser = parse_serde::<IdentityPolicy>)]
    pub identity: IdentityPolicy,
    /// A library that cannot do PKCE; it must then send a nonce.
    #[arg(long)]
    pub without_pkce: bool,
    /// A service of the province itself: people are not asked for consent.
    #[arg(long)]
    pub first_party: bool,
    /// How it proves who it is.
    #[command(flatten)]
    pub auth: AuthArgs,
    /// What its tokens say.
    #[command(flatten)]
    pub tokens: TokenArgs,
    /// Its own pages.
    #[command(flatten)]
    pub links: LinkArgs,
    /// How it is told that a person signed out.
    #[command(flatten)]
    pub logout: LogoutArgs,
}

/// How a client is told that a person signed out.
#[derive(Debug, Default, clap::Args)]
pub struct LogoutArgs {
    /// Where it is called when a session ends (back-channel logout).
    #[arg(long)]
    pub backchannel_logout_uri: Option<String>,
    /// It needs to be told which session.
    #[arg(long, requires = "backchannel_logout_uri")]
    pub backchannel_logout_session_required: bool,
    /// What the browser loads in a frame when a person signs out (front-channel logout).
    #[arg(long)]
    pub frontchannel_logout_uri: Option<String>,
    /// It needs to be told which session there.
    #[arg(long, requires = "frontchannel_logout_uri")]
    pub frontchannel_logout_session_required: bool,
}

/// Managing keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Print a new key-encryption key. Keep it in a file that only the service can read, and a copy in a safe.
    GenerateKek,
    /// Show the timetable of the signing keys.
    List,
    /// Announce new signing keys now; they sign once every cache of the key set has seen them.
    Rotate,
}

/// Looking at messages.
#[derive(Debug, Subcommand)]
pub enum MessagesCommand {
    /// List the newest: template, masked recipient, state, gateway, times; and what today's text messages cost.
    List {
        /// Only those in this state.
        #[arg(long)]
        state: Option<MessageState>,
        /// How many at most.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
}

/// Reading the audit trail.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the newest entries: when, what, whose account, which client and session, from which network, in which request.
    List {
        /// Only about this account, by its id.
        #[arg(long)]
        account: Option<String>,
        /// Only of this event, as `signed_in`; `portal-id docs audit-events` has them all.
        #[arg(long, value_parser = parse_event)]
        event: Option<AuditKind>,
        /// How many at most.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
}

fn parse_event(text: &str) -> Result<AuditKind, String> {
    AuditKind::from_text(text).ok_or_else(|| "no such event; see `portal-id docs audit-events`".to_owned())
}

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum MessageState {
    /// Waiting for its next attempt.
    Pending,
    /// Taken by the mail server or a gateway, whatever the gateway told since.
    Accepted,
    /// Given up.
    Dead,
    /// Too late to be sent.
    Expired,
}

/// Trying gateways.
#[derive(Debug, Subcommand)]
pub enum SmsCommand {
    /// Send the code message with the code 000000, which opens nothing, through one gateway, and say what it answered. It
    /// is billed, and not counted against notify.sms.parts_per_day.
    Test {
        /// The gateway's name in the configuration.
        gateway: String,
        /// A Vietnamese mobile number.
        phone: String,
        /// Send the text that confirms a new phone number instead: it is registered with the gateway apart.
        #[arg(long)]
        new_phone: bool,
    },
}

/// Looking after upstream providers.
#[derive(Debug, Subcommand)]
pub enum UpstreamCommand {
    /// Say of each provider whether people may arrive by it, what must be registered there, and whether it answers.
    ///
    /// Calls the provider's metadata and keys once, from this machine. Whether the nodes that serve have left a provider alone
    /// because it failed is known to them only: each writes a line to its log when it begins to ("fails and is left alone") and
    /// when the provider works again.
    Status {
        /// Only this one, by its id in the configuration.
        id: Option<String>,
    },
    /// Say that a provider's secret may go to the addresses that are configured now.
    ///
    /// A provider whose secret was ever used with other addresses, by itself or by another provider of the configuration, stays
    /// off: whoever changed the address would be sent what proves who we are. Compare the addresses with what the provider's
    /// operator told you, on a way that nobody else could have changed. To give the provider a new secret is better, and needs
    /// no confirmation.
    Confirm {
        /// Its id in the configuration.
        id: String,
    },
}

/// Looking after accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// List the numbers that accounts lost, since another provider vouches for them being somebody else's.
    ///
    /// The newest first: since when, which account lost which number, which account has it now, by whose word, and the number
    /// with all but its end hidden. A dash stands where nobody has the number any more, or nobody vouches for it today. What
    /// the desk does about one is in docs/guide/operator/desk.md, "When a number is disputed"; what else happened to an account,
    /// `portal-id audit list --account ID` says.
    Disputes {
        /// Only those of this account, by its id.
        #[arg(long, conflicts_with = "username")]
        account: Option<String>,
        /// Only those of the account with this username.
        #[arg(long)]
        username: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
}

/// Reads a value by its serialised name, so that the command line and the files use the same words.
fn parse_serde<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
