//! Where the database is and how many threads serve it.

use crate::open_error::OpenError;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;

/// The database.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StorageSettings {
    /// `sqlite:<path>`, or `postgres://user:password@host/database` with the parameters of libpq
    /// (`sslmode=verify-full` for a server elsewhere).
    pub url: String,
    /// SQLite: threads that only read. One more thread writes.
    pub sqlite_readers: usize,
    /// PostgreSQL: connections, each owned by a thread.
    pub postgres_connections: usize,
    /// Transactions that may wait for a thread; one more is refused at once, so that a slow database is noticed.
    pub queue_length: usize,
    /// PostgreSQL: how long a start waits for a server that cannot be reached, saying so, before it gives up.
    pub start_patience_seconds: u64,
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self {
            url: "sqlite:portal-id.sqlite3".to_owned(),
            sqlite_readers: 2,
            postgres_connections: 16,
            queue_length: 1024,
            start_patience_seconds: 300,
        }
    }
}

impl fmt::Debug for StorageSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageSettings")
            .field("url", &self.public_url())
            .field("sqlite_readers", &self.sqlite_readers)
            .field("postgres_connections", &self.postgres_connections)
            .field("queue_length", &self.queue_length)
            .field("start_patience_seconds", &self.start_patience_seconds)
            .finish()
    }
}

/// Which engine, and where.
#[derive(Debug)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres(String),
}

impl StorageSettings {
    /// The URL without user, password and parameters, for logs.
    pub fn public_url(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else {
            return self.url.clone();
        };
        let place = rest.split('?').next().unwrap_or_default();
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        format!("{scheme}://{place}")
    }

    pub(crate) fn target(&self) -> Result<Target, OpenError> {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') || path.contains('?') {
                return Err(OpenError::Url("sqlite: wants the path of a file"));
            }
            return Ok(Target::Sqlite(PathBuf::from(path)));
        }
        if self.url.starts_with("postgres://") || self.url.starts_with("postgresql://") {
            return Ok(Target::Postgres(self.url.clone()));
        }
        Err(OpenError::Url("it must begin with sqlite: or postgres://"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_url(url: &str) -> StorageSettings {
        StorageSettings { url: url.to_owned(), ..StorageSettings::default() }
    }

    #[test]
    fn a_password_in_the_url_is_not_printed() {
        let settings = with_url("postgres://portal:p@ss@db.example/portal?sslmode=require&password=hidden");
        let printed = format!("{settings:?}");
        assert!(printed.contains("postgres://db.example/portal"));
        assert!(!printed.contains("p@ss") && !printed.contains("hidden") && !printed.contains("portal:"));
    }

    #[test]
    fn a_url_names_its_engine() {
        assert!(matches!(with_url("sqlite:a/b.db").target(), Ok(Target::Sqlite(path)) if path.ends_with("a/b.db")));
        assert!(
            matches!(with_url("sqlite:///a/b.db").target(), Ok(Target::Sqlite(path)) if path == std::path::Path::new("/a/b.db"))
        );
        assert!(matches!(with_url("postgres://h/d").target(), Ok(Target::Postgres(_))));
        for refused in ["", "mysql://h/d", "sqlite:", "sqlite::memory:", "sqlite:a?mode=ro"] {
            assert!(matches!(with_url(refused).target(), Err(OpenError::Url(_))), "{refused}");
        }
    }
}
