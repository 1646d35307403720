//! Stories: people, services and attackers at the real router. A refusal takes a good request, spoils one thing, and
//! names what comes of it.

// A provider inside a browser inside a story is a deep future.
#![recursion_limit = "256"]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod activation;
mod addresses;
mod aliases;
mod assertions;
mod at_rest;
mod authorization;
mod authorize_faults;
mod authorize_parameters;
mod back_channel;
mod bare_accounts;
mod browsers;
mod business;
mod claims_parameter;
mod client_credentials;
mod codes;
mod consents;
mod disabled;
mod factors;
mod fields;
mod former_number_index;
mod former_numbers;
mod forms;
mod front_channel;
mod going_back;
mod guide;
mod introspection;
mod log_in_with_the_portal;
mod messages;
mod new_browser;
mod newer_versions;
mod nodes;
mod not_me;
mod not_me_factors;
mod odd_requests;
mod parameters;
mod parting;
mod passkey_names;
mod passkeys;
mod passkeys_by_number;
mod password_change;
mod passwords;
mod phone_correction;
mod refreshing;
mod registration;
mod registration_policy;
mod registration_races;
mod remembered;
mod revocation;
mod session_state;
mod sessions;
mod sign_out;
mod sign_out_parameters;
mod signing_keys;
mod sms;
mod sms_gateways;
mod sms_limits;
mod stated_sex;
mod step_up;
mod subjects;
mod tokens;
mod upstream;
mod userinfo_jwt;
mod walk;
mod writes;
