//! The claim of one serving process to a database file.

use crate::open_error::OpenError;
use crate::settings::{StorageSettings, Target};
use std::fs::{File, OpenOptions, TryLockError};

/// Held by the process that serves; a second one is refused. Commands that only look or add beside it need none: the
/// engine itself keeps their transactions apart.
#[derive(Debug)]
pub struct FileClaim {
    _file: Option<File>,
}

impl FileClaim {
    /// Claims the database file of `settings` until dropped; claims nothing on PostgreSQL, where nodes share.
    pub fn take(settings: &StorageSettings) -> Result<Self, OpenError> {
        let Target::Sqlite(path) = settings.target()? else {
            return Ok(Self { _file: None });
        };
        // A file of its own: opening and closing the database file again would drop the engine's own locks on it.
        let mut name = path.clone().into_os_string();
        name.push("-claim");
        let claim = OpenOptions::new().write(true).create(true).truncate(false).open(&name);
        let file = claim.map_err(|why| OpenError::File { path: path.clone(), why })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Claimed(path)),
            Err(TryLockError::Error(why)) => Err(OpenError::File { path, why }),
        }
    }
}
