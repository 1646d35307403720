//! Why a database could not be opened, in words for the operator who starts the program.

use std::path::PathBuf;

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is not one of ours.
    #[error("the database url cannot be used: {0}")]
    Url(&'static str),
    /// The file or its folder cannot be used.
    #[error("the database file {path} cannot be used: {why}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        why: std::io::Error,
    },
    /// The server cannot be reached, or the file is not a database.
    #[error("the database cannot be opened: {0}")]
    Unreachable(String),
    /// The database was already changed by a newer version of the program.
    #[error(
        "the database has migrations that this version of the program does not know ({0}): start the newer version, or restore a backup"
    )]
    Newer(String),
    /// A migration failed; the database is as before it.
    #[error("a migration failed: {0}")]
    Migration(String),
    /// Another process holds the file.
    #[error("another process already serves the database file {0}")]
    Claimed(PathBuf),
    /// A thread could not be started.
    #[error("a database thread cannot be started: {0}")]
    Thread(std::io::Error),
}
