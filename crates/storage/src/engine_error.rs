//! From an engine's error to the port's, and to what the runner must do about it.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use portal_id_core::store::StoreError;

/// The server ends the connection: 57P01, 57P02, 57P03.
const POSTGRES_IS_GOING: [&str; 4] =
    ["terminating connection", "the database system is", "server closed the connection", "no connection to the server"];

/// It passes: 55P03, 57014, 53100, 53200, 53300.
const POSTGRES_IS_BUSY: [&str; 6] = [
    "due to lock timeout",
    "due to statement timeout",
    "No space left on device",
    "could not extend file",
    "out of memory",
    "too many clients",
];

/// `SQLITE_BUSY`, `SQLITE_FULL` and the `SQLITE_IOERR`s: they pass when another process ends or somebody makes room.
const SQLITE_IS_BUSY: [&str; 3] = ["is locked", "database or disk is full", "disk I/O error"];

/// An error of the engine, read.
#[derive(Clone, Debug)]
pub(crate) struct EngineError {
    /// What the port says.
    pub(crate) error: StoreError,
    /// The connection is of no more use.
    pub(crate) connection_lost: bool,
}

impl EngineError {
    /// Reads an error of a statement on PostgreSQL or, with `postgres` false, SQLite.
    pub(crate) fn read(error: &Error, postgres: bool) -> Self {
        let Error::DatabaseError(kind, information) = error else {
            return Self::staying(StoreError::Fault(error.to_string()));
        };
        let message = information.message();
        match kind {
            DatabaseErrorKind::UniqueViolation => Self::staying(StoreError::Conflict(unique_key(information.as_ref()))),
            DatabaseErrorKind::SerializationFailure => Self::staying(StoreError::Retry),
            // A row referred to was deleted by another transaction: run again, the closure will see it gone. SQLite
            // has one writer, so there it is a fault of ours.
            DatabaseErrorKind::ForeignKeyViolation if postgres => Self::staying(StoreError::Retry),
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Self::lost(message),
            // The server was demoted to a standby: another connection may reach the new primary.
            DatabaseErrorKind::ReadOnlyTransaction if postgres => Self::lost(message),
            // diesel has no kind for these and gives no SQLSTATE; the words are those of `lc_messages = C`, which
            // the start checks.
            _ if postgres && message.contains("deadlock detected") => Self::staying(StoreError::Retry),
            _ if postgres && POSTGRES_IS_GOING.iter().any(|words| message.contains(words)) => Self::lost(message),
            _ if postgres && POSTGRES_IS_BUSY.iter().any(|words| message.contains(words)) => {
                Self::staying(StoreError::Unavailable(message.to_owned()))
            }
            _ if !postgres && SQLITE_IS_BUSY.iter().any(|words| message.contains(words)) => {
                Self::staying(StoreError::Unavailable(message.to_owned()))
            }
            _ => Self::staying(StoreError::Fault(message.to_owned())),
        }
    }

    fn staying(error: StoreError) -> Self {
        Self { error, connection_lost: false }
    }

    fn lost(message: &str) -> Self {
        Self { error: StoreError::Unavailable(message.trim().to_owned()), connection_lost: true }
    }
}

/// The name of a unique key as the port speaks of it: `table.column`, or `table.one,two`. PostgreSQL's constraints
/// carry that name; SQLite says `UNIQUE constraint failed: table.one, table.two`.
fn unique_key(information: &(dyn DatabaseErrorInformation + Send + Sync)) -> String {
    if let Some(name) = information.constraint_name() {
        return name.to_owned();
    }
    let message = information.message();
    let columns = message.rsplit_once(": ").map_or(message, |(_, columns)| columns);
    let mut name = String::new();
    for (index, column) in columns.split(", ").enumerate() {
        if index == 0 {
            name.push_str(column);
        } else {
            name.push(',');
            name.push_str(column.rsplit_once('.').map_or(column, |(_, column)| column));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unique(message: &str) -> StoreError {
        EngineError::read(
            &Error::DatabaseError(DatabaseErrorKind::UniqueViolation, Box::new(message.to_owned())),
            false,
        )
        .error
    }

    #[test]
    fn what_passes_by_itself_asks_people_to_try_later() {
        let read = |message: &str, postgres| {
            let unknown = DatabaseErrorKind::Unknown;
            EngineError::read(&Error::DatabaseError(unknown, Box::new(message.to_owned())), postgres)
        };
        for (message, postgres, connection_lost) in [
            ("canceling statement due to lock timeout", true, false),
            ("canceling statement due to statement timeout", true, false),
            ("could not extend file \"base/1\": No space left on device", true, false),
            ("terminating connection due to administrator command", true, true),
            ("database or disk is full", false, false),
            ("disk I/O error", false, false),
        ] {
            let error = read(message, postgres);
            assert!(matches!(error.error, StoreError::Unavailable(_)), "{message}");
            assert_eq!(error.connection_lost, connection_lost, "{message}");
        }
        assert!(matches!(read("syntax error", true).error, StoreError::Fault(_)));
        assert_eq!(read("deadlock detected", true).error, StoreError::Retry);
    }

    #[test]
    fn a_taken_key_is_named_by_table_and_columns() {
        assert_eq!(
            unique("UNIQUE constraint failed: accounts.username_key"),
            StoreError::Conflict("accounts.username_key".into())
        );
        assert_eq!(
            unique("UNIQUE constraint failed: data_keys.name, data_keys.version"),
            StoreError::Conflict("data_keys.name,version".into())
        );
    }
}
