//! Everything that may vanish: counts of floods, one-time states, replay marks.
//!
//! Owns the store behind [`portal_id_core::ports::Ephemeral`]. Leaves to its callers what a mark means, and what to refuse
//! when the store cannot take one (decisions 11: what needs a replay mark fails closed).

mod address;
mod expiring;
mod in_process;
mod redis;
mod settings;

pub use in_process::InProcess;
pub use redis::Redis;
pub use settings::{EphemeralSettings, SettingsError};

use address::Address;
use portal_id_core::ports::Ephemeral;
use std::sync::Arc;

/// The longest value kept, in bytes: a pushed authorization request is the longest thing we mean to keep.
const LONGEST_VALUE: usize = 16 * 1024;

/// Opens the store that the settings name. A Redis out of reach is no error: what may vanish must not hold up a start.
/// One that would throw live marks away is.
pub async fn open(settings: &EphemeralSettings) -> Result<Arc<dyn Ephemeral>, SettingsError> {
    match settings.address()? {
        Address::InProcess => Ok(Arc::new(InProcess::new(settings.max_entries))),
        Address::Redis(address) => Ok(Arc::new(Redis::open(address, settings).await?)),
    }
}
