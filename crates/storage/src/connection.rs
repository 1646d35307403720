//! One connection type over both engines.

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

/// A connection to either engine; its variants are reached by [`on_each!`] where the engines differ.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl AnyConn {
    /// Runs statements without parameters or rows: those around a transaction.
    pub(crate) fn command(&mut self, sql: &str) -> QueryResult<()> {
        self.batch_execute(sql)
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// Writes a query once and compiles it for each engine: for what `MultiConnection` cannot carry (`ON CONFLICT`).
macro_rules! on_each {
    ($conn:expr, $inner:ident => $query:expr) => {
        match $conn {
            $crate::connection::AnyConn::Sqlite($inner) => $query,
            $crate::connection::AnyConn::Postgres($inner) => $query,
        }
    };
}
pub(crate) use on_each;

/// Loads the ids of a query's rows and holds the rows until the transaction ends. SQLite has one writer at a time: there
/// nobody else could change them.
macro_rules! locked {
    ($conn:expr, $query:expr) => {
        match $conn {
            $crate::connection::AnyConn::Sqlite(inner) => $query.load::<String>(inner),
            $crate::connection::AnyConn::Postgres(inner) => $query.for_no_key_update().load::<String>(inner),
        }
    };
}
pub(crate) use locked;

/// A query over accounts and what belongs to them, which holds the row of each account, and no other, until the
/// transaction ends. It is prepared once for each connection, like those it is made of.
#[derive(QueryId)]
pub(crate) struct HoldingAccounts<Q>(pub(crate) Q);

impl<Q: Query> Query for HoldingAccounts<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<PgConnection> for HoldingAccounts<Q> {}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for HoldingAccounts<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" FOR NO KEY UPDATE OF \"accounts\"");
        Ok(())
    }
}

/// Loads a query over accounts and what belongs to them, and holds the accounts until the transaction ends.
macro_rules! holding_accounts {
    ($conn:expr, $query:expr) => {
        match $conn {
            $crate::connection::AnyConn::Sqlite(inner) => $query.load(inner),
            $crate::connection::AnyConn::Postgres(inner) => $crate::connection::HoldingAccounts($query).load(inner),
        }
    };
}
pub(crate) use holding_accounts;
