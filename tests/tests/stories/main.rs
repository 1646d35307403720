//! Stories: people, services and attackers at the real router. A refusal takes a good request, spoils one thing, and
//! names what comes of it.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod activation;
mod addresses;
mod at_rest;
mod authorization;
mod back_channel;
mod bare_accounts;
mod browsers;
mod business;
mod codes;
mod disabled;
mod factors;
mod forms;
mod front_channel;
mod guide;
mod log_in_with_the_portal;
mod messages;
mod new_browser;
mod nodes;
mod not_me;
mod not_me_factors;
mod odd_requests;
mod passkeys;
mod password_change;
mod passwords;
mod phone_correction;
mod refreshing;
mod registration;
mod registration_policy;
mod registration_races;
mod remembered;
mod sessions;
mod sign_out;
mod sign_out_parameters;
mod signing_keys;
mod sms;
mod tokens;
mod walk;
mod writes;
