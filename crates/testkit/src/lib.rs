//! Makes a whole provider in one line, and people to walk through it. Only ever a dev-dependency.
//!
//! The provider is the real one: the router of production on a real database, forms parsed from the HTML we serve. The
//! database is a SQLite file, or PostgreSQL with Redis beside it when [`servers`] finds them.
//! What is exchanged is the world outside: clock, chance, mail server, SMS gateway.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's tools fail by panicking")]
#![expect(missing_docs, reason = "the names are sentences; tests show the use")]
#![expect(clippy::missing_panics_doc, reason = "panicking is how these tools report")]

pub mod browser;
pub mod businesses;
pub mod citizens;
pub mod device;
pub mod idp;
pub mod outside;
pub mod own_key;
pub mod page;
pub mod people;
pub mod provider;
pub mod servers;
pub mod service;
pub mod sms_server;
pub mod suites;
pub mod upstream;

pub use browser::Browser;
pub use businesses::Business;
pub use citizens::Citizen;
pub use device::{App, Device};
pub use idp::TestIdp;
pub use own_key::OwnKey;
pub use page::Page;
pub use portal_id_core as core;
pub use provider::Provider;
pub use service::{Service, TokenAnswer};
pub use sms_server::SmsServer;
pub use upstream::Visitor;
