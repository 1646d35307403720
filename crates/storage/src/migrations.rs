//! The embedded migrations: run at the start, before anything is served.

use crate::open_error::OpenError;
use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::{PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Two nodes that start together must not both change the tables: any fixed number will do.
const LOCK: i64 = 7_023_112_026;

pub(crate) fn bring_sqlite_up_to_date(conn: &mut SqliteConnection) -> Result<(), OpenError> {
    bring_up_to_date(conn, SQLITE)
}

pub(crate) fn bring_postgres_up_to_date(conn: &mut PgConnection) -> Result<(), OpenError> {
    let fault = |error: diesel::result::Error| OpenError::Migration(error.to_string());
    // The other node's migrations may take longer than a statement may.
    conn.batch_execute(&format!("SET statement_timeout TO 0; SET lock_timeout TO 0; SELECT pg_advisory_lock({LOCK})"))
        .map_err(fault)?;
    let result = bring_up_to_date(conn, POSTGRES);
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})")).map_err(fault)?;
    result
}

fn bring_up_to_date<DB: Backend>(
    conn: &mut impl MigrationHarness<DB>,
    ours: EmbeddedMigrations,
) -> Result<(), OpenError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let fault = |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration(error.to_string());
    let known: Vec<String> = MigrationSource::<DB>::migrations(&ours)
        .map_err(fault)?
        .into_iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let unknown: Vec<String> = conn
        .applied_migrations()
        .map_err(fault)?
        .iter()
        .map(ToString::to_string)
        .filter(|version| !known.contains(version))
        .collect();
    if !unknown.is_empty() {
        return Err(OpenError::Newer(unknown.join(", ")));
    }
    for version in conn.run_pending_migrations(ours).map_err(fault)? {
        tracing::info!(%version, "a migration was applied");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
