//! Stories: people, services and attackers at the real router. A refusal takes a good request, spoils one thing, and
//! names what comes of it.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod activation;
mod at_rest;
mod authorization;
mod browsers;
mod codes;
mod disabled;
mod factors;
mod log_in_with_the_portal;
mod messages;
mod nodes;
mod odd_requests;
mod passkeys;
mod passwords;
mod phone_correction;
mod refreshing;
mod registration;
mod remembered;
mod sign_out;
mod signing_keys;
mod tokens;
mod walk;
mod writes;
