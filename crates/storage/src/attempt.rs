//! One run of a transaction's body, and what came of it.

use crate::connection::AnyConn;
use crate::counters::Counters;
use crate::tx::SqlTx;
use portal_id_core::store::{Access, Job, StoreError, StoreResult};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

/// How often a body is run at most.
pub(crate) const MOST_RUNS: u32 = 10;

/// A transaction that waits for a thread.
pub(crate) struct Task {
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    pub(crate) job: Job,
    pub(crate) answer: oneshot::Sender<StoreResult<()>>,
}

impl Task {
    /// Answers the caller, who may have gone.
    pub(crate) fn answer(self, result: StoreResult<()>) {
        match &result {
            Err(StoreError::Fault(why)) => tracing::error!(transaction = self.name, why, "a transaction failed"),
            Err(StoreError::Unavailable(why)) => {
                tracing::warn!(transaction = self.name, why, "a transaction could not be run");
            }
            Err(StoreError::Retry) => tracing::warn!(transaction = self.name, "a transaction lost every race"),
            Err(StoreError::Conflict(_)) | Ok(()) => {}
        }
        // The caller may have stopped waiting; what was committed stays.
        let _ = self.answer.send(result);
    }
}

/// What came of one run. Nothing is committed or rolled back yet.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// The body is content.
    Done {
        /// Whether rows were changed.
        changed: bool,
    },
    /// Roll back and run again.
    Again,
    /// Roll back and answer this.
    Failed(StoreError),
    /// The connection is of no more use.
    Lost(StoreError),
}

/// Runs the body of `task` once. A panic in it is caught: the thread and its neighbours must go on.
pub(crate) fn attempt(task: &mut Task, conn: &mut AnyConn, counters: &Counters) -> Attempt {
    let mut tx = SqlTx::new(conn, task.access, counters);
    let Ok(outcome) = catch_unwind(AssertUnwindSafe(|| (task.job)(&mut tx))) else {
        return Attempt::Failed(StoreError::Fault(format!("{}: the transaction's body panicked", task.name)));
    };
    let changed = tx.changed();
    match (outcome, tx.refusal()) {
        (_, Some(refusal)) if refusal.connection_lost => Attempt::Lost(refusal.error),
        (_, Some(refusal)) if refusal.error == StoreError::Retry => Attempt::Again,
        // PostgreSQL refuses everything after a refused statement: what would pass on one engine only must pass on none.
        (Ok(()), Some(refusal)) => Attempt::Failed(StoreError::Fault(format!(
            "{}: the body went on after an error: {}",
            task.name, refusal.error
        ))),
        (Ok(()), None) => Attempt::Done { changed },
        (Err(StoreError::Retry), _) => Attempt::Again,
        (Err(error), _) => Attempt::Failed(error),
    }
}
