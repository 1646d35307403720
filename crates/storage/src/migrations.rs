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
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use diesel::Connection;
    use diesel::prelude::*;
    use diesel::sql_types::{BigInt, Text};

    fn in_memory() -> SqliteConnection {
        SqliteConnection::establish(":memory:").unwrap()
    }

    #[test]
    fn a_database_of_a_newer_version_is_refused_and_untouched() {
        let mut conn = in_memory();
        bring_sqlite_up_to_date(&mut conn).unwrap();
        bring_sqlite_up_to_date(&mut conn).unwrap();
        conn.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')").unwrap();
        assert!(matches!(bring_sqlite_up_to_date(&mut conn), Err(OpenError::Newer(versions)) if versions == "9999"));
    }

    #[test]
    fn every_migration_can_be_taken_back_and_run_again() {
        let mut conn = in_memory();
        bring_sqlite_up_to_date(&mut conn).unwrap();
        conn.revert_all_migrations(SQLITE).unwrap();
        let left = diesel::sql_query(
            "SELECT count(*) AS number FROM sqlite_schema WHERE name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
        );
        assert_eq!(left.get_result::<Number>(&mut conn).unwrap().number, 0);
        bring_sqlite_up_to_date(&mut conn).unwrap();
    }

    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }

    #[test]
    fn both_engines_have_the_same_migrations() {
        let names = |source: EmbeddedMigrations| -> Vec<String> {
            MigrationSource::<diesel::sqlite::Sqlite>::migrations(&source)
                .unwrap()
                .iter()
                .map(|one| one.name().to_string())
                .collect()
        };
        assert_eq!(names(SQLITE), names(POSTGRES));
        assert!(!names(SQLITE).is_empty());
    }

    #[derive(QueryableByName)]
    struct Plan {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    /// What a look-up does; a scan of a table that grows would be found by the first busy day instead.
    #[test]
    fn frequent_look_ups_use_an_index() {
        let mut conn = in_memory();
        bring_sqlite_up_to_date(&mut conn).unwrap();
        for query in [
            "SELECT * FROM accounts WHERE username_key = ?",
            "SELECT * FROM identifiers WHERE digest = ? AND kind = ?",
            "SELECT * FROM identifiers WHERE unique_claim = ?",
            "SELECT * FROM mailed_links WHERE account_id = ? AND purpose = ? ORDER BY created_at DESC",
            "SELECT * FROM mailed_links WHERE expires_at < ?",
            "SELECT * FROM sessions WHERE secret = ?",
            "SELECT * FROM sessions WHERE expires_at < ? OR ended_at < ?",
            "SELECT * FROM challenges WHERE created_at < ?",
            "SELECT * FROM throttles WHERE expires_at < ?",
            "SELECT * FROM grants WHERE code = ?",
            "SELECT * FROM grants WHERE session_id = ?",
            "SELECT * FROM grants WHERE expires_at < ?",
            "SELECT * FROM outbox WHERE state = ? AND next_attempt_at <= ? ORDER BY next_attempt_at",
            "SELECT * FROM outbox WHERE settled_at < ?",
            "SELECT * FROM audit WHERE account_id = ? ORDER BY at DESC",
        ] {
            let plans: Vec<Plan> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(&mut conn).unwrap();
            let plan: Vec<&str> = plans.iter().map(|plan| plan.detail.as_str()).collect();
            let bad = |step: &&str| step.starts_with("SCAN") || step.contains("TEMP B-TREE");
            assert!(!plan.iter().any(bad), "{query}: {plan:?}");
        }
    }
}
