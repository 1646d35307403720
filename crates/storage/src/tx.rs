//! One transaction: the repositories' only way to the connection. It counts statements, remembers whether anything
//! changed, and lets nothing follow a refused statement.

use crate::connection::AnyConn;
use crate::counters::Counters;
use crate::engine_error::EngineError;
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use portal_id_core::store::{Access, StoreError, StoreResult};

/// A transaction under way.
pub(crate) struct SqlTx<'a> {
    conn: &'a mut AnyConn,
    access: Access,
    counters: &'a Counters,
    changed: bool,
    refusal: Option<EngineError>,
    /// Whether there was a statement already.
    spoken: bool,
}

impl<'a> SqlTx<'a> {
    pub(crate) fn new(conn: &'a mut AnyConn, access: Access, counters: &'a Counters) -> Self {
        Self { conn, access, counters, changed: false, refusal: None, spoken: false }
    }

    /// Whether a row was added, changed or deleted.
    pub(crate) fn changed(&self) -> bool {
        self.changed
    }

    /// The statement that the engine refused, if any.
    pub(crate) fn refusal(self) -> Option<EngineError> {
        self.refusal
    }

    /// Runs a query that changes nothing.
    pub(crate) fn read<T>(&mut self, query: impl FnOnce(&mut AnyConn) -> QueryResult<T>) -> StoreResult<T> {
        self.ready()?;
        let result = query(self.conn);
        self.keep(result)
    }

    /// Runs a statement that changes rows, and says how many.
    pub(crate) fn write(&mut self, statement: impl FnOnce(&mut AnyConn) -> QueryResult<usize>) -> StoreResult<usize> {
        self.ready_to_write()?;
        let result = statement(self.conn);
        let rows = self.keep(result)?;
        self.changed |= rows > 0;
        Ok(rows)
    }

    /// A gate: runs a statement that changes one row or none, and says whether it did.
    pub(crate) fn gate(&mut self, statement: impl FnOnce(&mut AnyConn) -> QueryResult<usize>) -> StoreResult<bool> {
        Ok(self.write(statement)? > 0)
    }

    /// Holds the rows that a query finds; whether there is one. Nothing is written for it.
    pub(crate) fn lock(&mut self, query: impl FnOnce(&mut AnyConn) -> QueryResult<Vec<String>>) -> StoreResult<bool> {
        self.ready_to_write()?;
        let result = query(self.conn);
        Ok(!self.keep(result)?.is_empty())
    }

    /// Loads what a query finds and holds some of its rows. Nothing is written for it.
    pub(crate) fn hold<T>(&mut self, query: impl FnOnce(&mut AnyConn) -> QueryResult<Vec<T>>) -> StoreResult<Vec<T>> {
        self.ready_to_write()?;
        let result = query(self.conn);
        self.keep(result)
    }

    /// Runs a statement that changes rows and gives them back.
    pub(crate) fn write_returning<T>(
        &mut self,
        statement: impl FnOnce(&mut AnyConn) -> QueryResult<Vec<T>>,
    ) -> StoreResult<Vec<T>> {
        self.ready_to_write()?;
        let result = statement(self.conn);
        let rows = self.keep(result)?;
        self.changed |= !rows.is_empty();
        Ok(rows)
    }

    /// A gate on a unique key: `false` when the key is taken, and the transaction goes on.
    pub(crate) fn gate_unless_taken(
        &mut self,
        statement: impl FnOnce(&mut AnyConn) -> QueryResult<usize>,
    ) -> StoreResult<bool> {
        self.ready_to_write()?;
        if self.access == Access::WriteAlone {
            return Err(StoreError::Fault("a gate on a unique key needs a transaction around it".to_owned()));
        }
        // SQLite undoes a refused statement alone; PostgreSQL would refuse the rest of the transaction.
        let guarded = self.conn.is_postgres();
        let result = run_guarded(self.conn, guarded, statement);
        if let Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) = result {
            return Ok(false);
        }
        let rows = self.keep(result)?;
        self.changed |= rows > 0;
        Ok(rows > 0)
    }

    fn ready(&mut self) -> StoreResult<()> {
        if let Some(refusal) = &self.refusal {
            return Err(refusal.error.clone());
        }
        // On PostgreSQL the first one is done already: nothing could undo it any more.
        if self.access == Access::WriteAlone && self.spoken {
            return Err(StoreError::Fault("a write that stands alone wants another statement".to_owned()));
        }
        self.spoken = true;
        self.counters.count_statement();
        Ok(())
    }

    fn ready_to_write(&mut self) -> StoreResult<()> {
        match self.access {
            Access::Read | Access::Look => Err(StoreError::Fault("a read-only transaction wants to write".to_owned())),
            Access::Write | Access::WriteSoon | Access::WriteAlone => self.ready(),
        }
    }

    fn keep<T>(&mut self, result: QueryResult<T>) -> StoreResult<T> {
        result.map_err(|error| {
            let refusal = EngineError::read(&error, self.conn.is_postgres());
            let error = refusal.error.clone();
            self.refusal = Some(refusal);
            error
        })
    }
}

fn run_guarded(
    conn: &mut AnyConn,
    guarded: bool,
    statement: impl FnOnce(&mut AnyConn) -> QueryResult<usize>,
) -> QueryResult<usize> {
    if !guarded {
        return statement(conn);
    }
    conn.command("SAVEPOINT gate")?;
    let result = statement(conn);
    match &result {
        Ok(_) => conn.command("RELEASE SAVEPOINT gate")?,
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            conn.command("ROLLBACK TO SAVEPOINT gate; RELEASE SAVEPOINT gate")?;
        }
        Err(_) => {}
    }
    result
}
