//! The migrations of both engines: the same tables, forwards and back, and never a step that an older program could not
//! live with.
#![expect(clippy::unwrap_used, reason = "tests")]

mod expansion;
mod tables;

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
        "SELECT * FROM sms_sends WHERE gateways_id = ? AND gateway = ?",
        "SELECT * FROM sms_early WHERE gateway = ? AND (id = ? OR id = ?)",
        "SELECT * FROM sms_early WHERE told_at < ?",
        "SELECT * FROM upstream_links WHERE upstream = ? AND key = ?",
        "SELECT * FROM upstream_links WHERE account_id = ?",
        "SELECT * FROM upstream_sessions WHERE sid = ? AND upstream = ?",
        "SELECT * FROM upstream_sessions WHERE subject = ? AND upstream = ?",
        "SELECT * FROM upstream_sessions WHERE link_id = ?",
        "SELECT * FROM pending_contacts WHERE created_at < ?",
        "SELECT * FROM audit WHERE account_id = ? ORDER BY at DESC",
    ] {
        let plans: Vec<Plan> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(&mut conn).unwrap();
        let plan: Vec<&str> = plans.iter().map(|plan| plan.detail.as_str()).collect();
        let bad = |step: &&str| step.starts_with("SCAN") || step.contains("TEMP B-TREE");
        assert!(!plan.iter().any(bad), "{query}: {plan:?}");
    }
}
