//! What the tables look like on each engine, in one form.

use crate::migrations::{bring_postgres_up_to_date, bring_sqlite_up_to_date};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use std::collections::BTreeSet;

/// A column: its place in its table counts, since rows are read by position.
#[derive(QueryableByName, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Column {
    #[diesel(sql_type = Text)]
    pub(super) table: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    /// `text`, `integer`, `bytes`, or `flag`, which on SQLite is an integer.
    #[diesel(sql_type = Text)]
    pub(super) kind: String,
    #[diesel(sql_type = Bool)]
    pub(super) nullable: bool,
}

const OF_SQLITE: &str = r#"SELECT m.name AS "table", printf('%03d', c.cid + 1) AS place, c.name AS name,
        CASE c.type WHEN 'TEXT' THEN 'text' WHEN 'INTEGER' THEN 'integer' WHEN 'BLOB' THEN 'bytes' ELSE c.type END AS kind,
        c."notnull" = 0 AS nullable
    FROM sqlite_schema m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE '\_\_diesel%' ESCAPE '\' AND m.name NOT LIKE 'sqlite%' ORDER BY 1, 2"#;

const OF_POSTGRES: &str = r#"SELECT table_name::text COLLATE "C" AS "table",
        lpad(ordinal_position::text, 3, '0') AS place, column_name::text AS name,
        CASE data_type WHEN 'text' THEN 'text' WHEN 'bigint' THEN 'integer' WHEN 'bytea' THEN 'bytes' WHEN 'boolean' THEN 'flag'
            ELSE data_type::text END AS kind,
        is_nullable = 'YES' AS nullable
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE '\_\_diesel%' ORDER BY 1, 2"#;

pub(super) fn of_sqlite(conn: &mut SqliteConnection) -> Vec<Column> {
    diesel::sql_query(OF_SQLITE).load(conn).unwrap()
}

pub(super) fn of_postgres(conn: &mut PgConnection) -> Vec<Column> {
    diesel::sql_query(OF_POSTGRES).load(conn).unwrap()
}

/// An empty database on the server of `PORTAL_ID_TEST_POSTGRES`, left behind: the server is thrown away.
pub(super) fn postgres(name: &str) -> PgConnection {
    let server = std::env::var("PORTAL_ID_TEST_POSTGRES").unwrap();
    let name = format!("{name}_{}", std::process::id());
    PgConnection::establish(&server).unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let (place, _) = server.rsplit_once('/').unwrap();
    PgConnection::establish(&format!("{place}/{name}")).unwrap()
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn both_engines_have_the_same_columns_in_the_same_places_and_the_same_indexes() {
    let (mut sqlite, mut postgres) = (SqliteConnection::establish(":memory:").unwrap(), postgres("columns"));
    bring_sqlite_up_to_date(&mut sqlite).unwrap();
    bring_postgres_up_to_date(&mut postgres).unwrap();
    let (ours, theirs) = (of_sqlite(&mut sqlite), of_postgres(&mut postgres));
    assert!(ours.len() > 90, "{} columns were seen", ours.len());
    for (one, mut other) in ours.iter().zip(theirs.clone()) {
        if other.kind == "flag" {
            "integer".clone_into(&mut other.kind);
        }
        assert_eq!(*one, other);
    }
    assert_eq!(ours.len(), theirs.len());
    // Named indexes; those of keys are the engines' own.
    let ours: Vec<Index> = diesel::sql_query("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        .load(&mut sqlite)
        .unwrap();
    let theirs: Vec<Index> = diesel::sql_query(
        "SELECT i.relname::text AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
         JOIN pg_namespace n ON n.oid = i.relnamespace WHERE n.nspname = 'public' AND NOT x.indisunique",
    )
    .load(&mut postgres)
    .unwrap();
    let names = |indexes: Vec<Index>| indexes.into_iter().map(|index| index.name).collect::<BTreeSet<_>>();
    assert_eq!(names(ours), names(theirs));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_postgres_of_a_newer_version_is_refused_and_untouched() {
    let mut conn = postgres("newer");
    bring_postgres_up_to_date(&mut conn).unwrap();
    conn.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')").unwrap();
    let refused = bring_postgres_up_to_date(&mut conn).unwrap_err().to_string();
    assert!(refused.contains("9999") && refused.contains("newer version"), "{refused}");
}
