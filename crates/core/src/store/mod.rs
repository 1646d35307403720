//! The port to everything that must survive a restart.
//!
//! One way in: `store.tx("redeem_code", |tx| { … })`. The closure is synchronous, so nobody can await the network
//! inside a transaction, and may be **run again** (a lost race, a broken connection): it must only read, decide and
//! write through `tx`, and take everything else (moment, fresh identifiers, digests) from outside.
//!
//! Correctness comes from unique keys and gates, not from isolation: a *gate* is a conditional update or delete whose
//! row count says whether we won, in the same transaction as what it unlocks.

mod accounts;
mod backfills;
mod credentials;
mod protocol;
mod relying_parties;
mod service;
mod sign_in;
mod sms;
mod upstreams;

pub use accounts::{AccountRepo, Dispute, Enrolled, FirstPassword, LinkRepo, PasswordChange};
pub use backfills::{Backfill, BackfillRepo};
pub use credentials::CredentialRepo;
pub use protocol::{ClientRepo, ConsentRepo, GrantRepo, Ground, LiveGrant};
pub use relying_parties::{RevokedTokenRepo, SessionClient, SessionClientRepo, SubjectRepo};
pub use service::{AuditFilter, AuditRepo, DataKey, JobRepo, KeyRepo, OutboxCount, OutboxRepo};
pub use sign_in::{ChallengeFound, ChallengeRepo, SessionRepo, ThrottleRepo};
pub use sms::SmsRepo;
pub use upstreams::{ContactRepo, UpstreamRepo, VouchedFactRepo};

use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};

/// Why a transaction did not happen. Nothing of it remains.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A unique key is taken; the name is that of the key (`accounts.username_key`).
    #[error("a unique key is taken: {0}")]
    Conflict(String),
    /// Somebody else changed the row first: the closure asks to be run again.
    #[error("the row was changed by another transaction")]
    Retry,
    /// The database cannot be reached, or its queue is full: try later.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// A row cannot be read, or the database refused a statement: a fault of ours.
    #[error("storage fault: {0}")]
    Fault(String),
}

/// The result of a repository's verb.
pub type StoreResult<T> = Result<T, StoreError>;

/// All repositories of one transaction.
pub trait Tx:
    AccountRepo
    + LinkRepo
    + SessionRepo
    + ChallengeRepo
    + CredentialRepo
    + ThrottleRepo
    + ClientRepo
    + ConsentRepo
    + GrantRepo
    + SessionClientRepo
    + SubjectRepo
    + RevokedTokenRepo
    + UpstreamRepo
    + VouchedFactRepo
    + ContactRepo
    + KeyRepo
    + OutboxRepo
    + SmsRepo
    + AuditRepo
    + JobRepo
    + BackfillRepo
{
}

impl<T> Tx for T where
    T: AccountRepo
        + LinkRepo
        + SessionRepo
        + ChallengeRepo
        + CredentialRepo
        + ThrottleRepo
        + ClientRepo
        + ConsentRepo
        + GrantRepo
        + SessionClientRepo
        + SubjectRepo
        + RevokedTokenRepo
        + UpstreamRepo
        + VouchedFactRepo
        + ContactRepo
        + KeyRepo
        + OutboxRepo
        + SmsRepo
        + AuditRepo
        + JobRepo
        + BackfillRepo
{
}

/// What a transaction may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only reads, from one snapshot: may run on any reader.
    Read,
    /// Only reads, each statement as of its own moment: the same without the round trips of a transaction.
    Look,
    /// Also writes: acknowledged only when durable.
    Write,
    /// Also writes, and need not wait for the disk: see [`Store::tx_soon_durable`].
    WriteSoon,
    /// One statement that writes: see [`Store::write_alone`].
    WriteAlone,
}

/// A transaction's body, as the backend runs it.
pub type Job = Box<dyn FnMut(&mut dyn Tx) -> StoreResult<()> + Send>;

/// A database behind the port.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Runs `job` in one transaction named `name`, again after [`StoreError::Retry`] (a few times), and returns when
    /// its writes are as durable as `access` says.
    async fn run(&self, name: &'static str, access: Access, job: Job) -> StoreResult<()>;
}

/// The store: cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<dyn Backend>);

impl Store {
    /// The store on `backend`.
    pub fn new(backend: impl Backend + 'static) -> Self {
        Self(Arc::new(backend))
    }

    /// Runs `body` in one transaction and returns its value once its writes are durable.
    pub async fn tx<T, F>(&self, name: &'static str, body: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> StoreResult<T> + Send + 'static,
    {
        self.run(name, Access::Write, body).await
    }

    /// The same for what nobody was promised: the engine may say yes before its disk does, and be quicker for it. Lost is
    /// it only with the machine or the database, never with this program, and never without what was written after it.
    pub async fn tx_soon_durable<T, F>(&self, name: &'static str, body: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> StoreResult<T> + Send + 'static,
    {
        self.run(name, Access::WriteSoon, body).await
    }

    /// Runs `body`, which is one statement, durable like a transaction and without a server's two round trips for one.
    /// When the connection breaks under it, it may run twice: it must be one that then changes nothing more, or nothing
    /// that matters.
    pub async fn write_alone<T, F>(&self, name: &'static str, body: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> StoreResult<T> + Send + 'static,
    {
        self.run(name, Access::WriteAlone, body).await
    }

    /// Runs `body` in one read-only transaction.
    pub async fn read<T, F>(&self, name: &'static str, body: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> StoreResult<T> + Send + 'static,
    {
        self.run(name, Access::Read, body).await
    }

    /// Runs `body`, which only reads, without a transaction: each of its statements sees what is committed when it runs.
    /// For one statement, or for facts that are judged each for itself (a client, a grant and its person, each in force
    /// or not). It spares a server's two round trips, so the hottest paths use it; whatever must be of one moment is
    /// [read](Self::read).
    pub async fn look<T, F>(&self, name: &'static str, body: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> StoreResult<T> + Send + 'static,
    {
        self.run(name, Access::Look, body).await
    }

    async fn run<T, F>(&self, name: &'static str, access: Access, mut body: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut dyn Tx) -> StoreResult<T> + Send + 'static,
    {
        let slot = Arc::new(Mutex::new(None));
        let filled = Arc::clone(&slot);
        let job: Job = Box::new(move |tx| {
            let value = body(tx)?;
            *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            Ok(())
        });
        self.0.run(name, access, job).await?;
        let value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| StoreError::Fault(format!("{name}: the backend reported success without running")))
    }
}
