//! Expand, then contract (`migrations/README.md`): the program of the release before must be able to run on the tables of
//! this one while nodes are upgraded one after the other.

use super::tables::{Column, of_postgres, of_sqlite, postgres};
use crate::migrations::{POSTGRES, SQLITE};
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness as _;
use std::fs;
use std::path::Path;

/// The migrations of the first release: whatever comes later finds people's data.
const FIRST_RELEASE: usize = 4;

#[derive(QueryableByName, Debug, PartialEq)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

fn tables(columns: &[Column]) -> Vec<&str> {
    let mut tables: Vec<&str> = columns.iter().map(|column| column.table.as_str()).collect();
    tables.dedup();
    tables
}

/// One row in every table, of the columns that are there now. `letter` makes it differ from an earlier one.
fn insertions(columns: &[Column], letter: char, bytes: impl Fn(char) -> String) -> Vec<String> {
    let mut tables = tables(columns);
    // Whom others refer to comes first.
    tables.sort_by_key(|table| !["accounts", "clients"].contains(table));
    let insert = |table: &str| {
        let own: Vec<_> = columns.iter().filter(|column| column.table == table).collect();
        let names: Vec<_> = own.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let value = |column: &&Column| match column.kind.as_str() {
            "integer" => u32::from(letter).to_string(),
            "bytes" => bytes(letter),
            "flag" => "true".to_owned(),
            _ => format!("'{letter}'"),
        };
        let values: Vec<_> = own.iter().map(value).collect();
        format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))
    };
    tables.into_iter().map(insert).collect()
}

/// Every row of the columns as one text each; `cast` turns the column `?` into text.
fn selections(columns: &[Column], cast: &str) -> Vec<String> {
    let select = |table: &str| {
        let own = columns.iter().filter(|column| column.table == table);
        let texts: Vec<_> = own.map(|column| cast.replace('?', &format!("\"{}\"", column.name))).collect();
        format!("SELECT '{table}: ' || {} AS row FROM {table} ORDER BY 1", texts.join(" || ',' || "))
    };
    tables(columns).into_iter().map(select).collect()
}

/// Runs the migrations of the first release, fills the tables, runs the others one by one, and after each has the first
/// release's statements run. A macro, because the engines' migrations are of different types.
macro_rules! upgrade_populated {
    ($conn:expr, $source:expr, $columns:path, $backend:ty, $bytes:expr, $cast:expr) => {{
        let conn = $conn;
        let mut all: Vec<Box<dyn Migration<$backend>>> = MigrationSource::<$backend>::migrations(&$source).unwrap();
        all.sort_by_key(|migration| migration.name().version().to_string());
        // Makes the table in which the others are noted.
        conn.applied_migrations().unwrap();
        for migration in all.drain(..FIRST_RELEASE) {
            conn.run_migration(&migration).unwrap();
        }
        let old = $columns(conn);
        let fill = |conn: &mut _, letter| {
            for statement in insertions(&old, letter, $bytes) {
                SimpleConnection::batch_execute(conn, &statement).unwrap();
            }
        };
        fill(conn, 'b');
        let mut before = Vec::new();
        for query in selections(&old, $cast) {
            before.extend(diesel::sql_query(query).load::<Row>(conn).unwrap());
        }
        assert!(before.len() > 10, "{before:?}");
        for (letter, migration) in ('c'..).zip(all) {
            conn.run_migration(&migration).unwrap();
            fill(conn, letter);
            let mut after = Vec::new();
            for query in selections(&old, $cast) {
                after.extend(diesel::sql_query(query).load::<Row>(conn).unwrap());
            }
            for row in &before {
                assert!(after.contains(row), "{}: {row:?} changed", migration.name());
            }
            assert!(after.len() > before.len());
        }
    }};
}

#[test]
fn an_older_program_runs_on_the_newer_tables_of_a_populated_sqlite() {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    upgrade_populated!(
        &mut conn,
        SQLITE,
        of_sqlite,
        diesel::sqlite::Sqlite,
        |letter| format!("x'{:02x}'", u32::from(letter)),
        "quote(?)"
    );
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_older_program_runs_on_the_newer_tables_of_a_populated_postgres() {
    let mut conn = postgres("expansion");
    upgrade_populated!(
        &mut conn,
        POSTGRES,
        of_postgres,
        diesel::pg::Pg,
        |letter| format!("'\\x{:02x}'", u32::from(letter)),
        "coalesce(?::text, 'null')"
    );
}

/// A statement that takes nothing away and demands nothing new of an older program.
fn expands(statement: &str) -> bool {
    let words = statement.to_uppercase();
    let adds_column = words.starts_with("ALTER TABLE")
        && words.contains("ADD COLUMN")
        && (!words.contains("NOT NULL") || words.contains("DEFAULT"));
    words.starts_with("CREATE TABLE") || words.starts_with("CREATE INDEX") || adds_column
}

#[test]
fn a_migration_after_the_first_release_only_expands_or_says_that_it_contracts() {
    for engine in ["sqlite", "postgres"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(engine);
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        for migration in names.iter().skip(FIRST_RELEASE) {
            let text = fs::read_to_string(migration.join("up.sql")).unwrap();
            if text.contains("-- contract:") {
                continue;
            }
            let code: String = text.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join(" ");
            for statement in code.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
                assert!(expands(statement), "{}: {statement}", migration.display());
            }
        }
    }
    assert!(!expands("ALTER TABLE accounts DROP COLUMN language"));
    assert!(!expands("ALTER TABLE accounts ADD COLUMN more TEXT NOT NULL"));
    assert!(!expands("CREATE UNIQUE INDEX a ON accounts (language)"));
    assert!(expands("ALTER TABLE accounts ADD COLUMN more TEXT NOT NULL DEFAULT ''"));
}
