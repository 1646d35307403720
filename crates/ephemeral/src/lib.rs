//! Everything that may vanish: counts of floods, one-time states, replay marks.
//!
//! Owns the store behind [`portal_id_core::ports::Ephemeral`]. Leaves to its callers what a mark means, and what to refuse
//! when the store cannot take one (decisions 11: what needs a replay mark fails closed).

mod expiring;
mod in_process;
mod settings;

pub use in_process::InProcess;
pub use settings::{EphemeralSettings, SettingsError};
