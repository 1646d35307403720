//! What a citizen, client or operator would name, or what we must remember: its type, its rules and its port.
//!
//! Nothing in here does I/O. The clock, chance, the database, the mail server and the SMS gateways are traits
//! (`time`, `entropy`, [`store`], [`ports`]); the use cases in [`accounts`] are written against those traits and
//! are the only code that decides what happens to an account.

pub mod accounts;
pub mod acr;
pub mod audit;
pub mod auth_time;
pub mod authenticator;
pub mod browser_name;
pub mod challenge;
pub mod claim_aliases;
pub mod claims_request;
pub mod client;
pub mod client_links;
pub mod consent;
pub mod credential;
pub mod ctx;
pub mod digest;
pub mod encryption;
pub mod entropy;
pub mod facts;
pub mod flow;
pub mod grant;
pub mod ids;
pub mod language;
pub mod link;
pub mod network;
pub mod outbox;
pub mod passkey;
pub mod password;
pub mod pending_contact;
pub mod place;
pub mod ports;
pub mod profile;
pub mod recovery_code;
pub mod secret;
pub mod session;
pub mod signing_key;
pub mod sms;
pub mod store;
pub mod throttle;
pub mod time;
pub mod upstream;
pub mod upstream_way;
pub mod vouched;
