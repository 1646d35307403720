//! Everything that must survive a restart: SQLite and PostgreSQL, one code.
//!
//! Owns: the tables, the row types, the threads that own a connection each, and how a transaction is run, run again
//! and made durable. Leaves: what a transaction decides, to the use cases in `core`, which know only its port
//! (`core::store`). Nothing of diesel leaves this crate.

mod attempt;
mod backend;
mod claim;
mod connection;
mod counters;
mod engine_error;
mod migrations;
mod open_error;
mod postgres;
mod queue;
mod schema;
mod settings;
mod sql;
mod sqlite;
mod tx;

pub use backend::{SqlBackend, open, reach};
pub use claim::FileClaim;
pub use counters::Counters;
pub use open_error::OpenError;
pub use settings::StorageSettings;
