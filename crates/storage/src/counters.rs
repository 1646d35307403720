//! What the database was asked to do, for metrics and for tests that hold hot paths to a number.

use std::sync::atomic::{AtomicU64, Ordering};

/// Running totals of one backend.
#[derive(Debug, Default)]
pub struct Counters {
    statements: AtomicU64,
    writes: AtomicU64,
    commits: AtomicU64,
    retries: AtomicU64,
}

impl Counters {
    /// Statements of repositories that were run, without those that open and close transactions.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Transactions that changed something and became durable: the durable writes that a use case costs.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Commits that had to reach the disk. Fewer than [`Counters::writes`] when transactions shared one.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Transactions that had to be run again, each time.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    pub(crate) fn count_statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one commit that carried `writes` transactions with changes.
    pub(crate) fn count_commit(&self, writes: u64) {
        if writes > 0 {
            self.writes.fetch_add(writes, Ordering::Relaxed);
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
    }
}
