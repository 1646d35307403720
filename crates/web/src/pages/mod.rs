//! The pages: what a person sees, and what the buttons do.
//!
//! One file per page: its struct, which `templates/pages` draws, and its handlers. A handler reads the form, calls one
//! use case and picks the page for the outcome. Nothing is decided here; texts are in `i18n`, the frame in [`layout`].

pub(crate) mod account;
pub(crate) mod activate;
pub(crate) mod activation_link;
pub(crate) mod activation_resend;
pub(crate) mod add_authenticator;
pub(crate) mod add_passkey;
pub(crate) mod address_fields;
pub(crate) mod arrival;
pub(crate) mod client_links;
pub(crate) mod code;
pub(crate) mod confirm;
pub(crate) mod consent;
pub(crate) mod contact;
pub(crate) mod error;
pub(crate) mod fact;
pub(crate) mod first_password;
pub(crate) mod form_post;
pub(crate) mod going_back;
pub(crate) mod home;
pub(crate) mod layout;
pub(crate) mod links;
pub(crate) mod moment;
pub(crate) mod new_here;
pub(crate) mod not_activated;
pub(crate) mod not_me;
pub(crate) mod notice;
pub(crate) mod one_code;
pub(crate) mod open_app;
pub(crate) mod passkey;
pub(crate) mod password;
pub(crate) mod phone_correction;
pub(crate) mod problems;
pub(crate) mod qr;
pub(crate) mod recovery_codes;
pub(crate) mod register;
pub(crate) mod register_closed;
pub(crate) mod registered;
pub(crate) mod registration;
pub(crate) mod rename_passkey;
pub(crate) mod second_step;
pub(crate) mod security;
pub(crate) mod services;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod sign_in_help;
pub(crate) mod sign_out;
pub(crate) mod step_up;
pub(crate) mod upstream;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
