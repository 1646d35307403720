//! The port's backend: hands transactions to the threads, and ends the threads with it.

use crate::attempt::Task;
use crate::counters::Counters;
use crate::open_error::OpenError;
use crate::queue::{Queue, QueueRefusal};
use crate::settings::{StorageSettings, Target};
use crate::{postgres, sqlite};
use async_trait::async_trait;
use portal_id_core::store::{Access, Backend, Job, StoreError, StoreResult};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// A database behind threads that own their connections. Dropping it finishes what waits and ends the threads.
pub struct SqlBackend {
    readers: Arc<Queue<Task>>,
    writers: Arc<Queue<Task>>,
    counters: Arc<Counters>,
    threads: Vec<JoinHandle<()>>,
}

/// Opens the database, brings its tables up to date, and starts the threads. Blocks; meant for the start.
pub fn open(settings: &StorageSettings) -> Result<SqlBackend, OpenError> {
    match settings.target()? {
        Target::Sqlite(path) => open_sqlite(&path, settings),
        Target::Postgres(url) => open_postgres(&url, settings),
    }
}

/// Whether the database can be reached now; changes nothing. A file is always within reach. Blocks.
pub fn reach(settings: &StorageSettings) -> Result<(), OpenError> {
    match settings.target()? {
        Target::Sqlite(_) => Ok(()),
        Target::Postgres(url) => postgres::Server::reach(&url),
    }
}

fn open_sqlite(path: &Path, settings: &StorageSettings) -> Result<SqlBackend, OpenError> {
    let mut writer = sqlite::open_writer(path)?;
    let mut backend = SqlBackend::idle(Queue::new(settings.queue_length), Some(Queue::new(settings.queue_length)));
    let (queue, counters) = (Arc::clone(&backend.writers), Arc::clone(&backend.counters));
    backend.start("store-writer".to_owned(), move || sqlite::serve_writes(&mut writer, &queue, &counters))?;
    for number in 0..settings.sqlite_readers.max(1) {
        let mut reader = sqlite::open_reader(path)?;
        let (queue, counters) = (Arc::clone(&backend.readers), Arc::clone(&backend.counters));
        backend.start(format!("store-reader-{number}"), move || sqlite::serve_reads(&mut reader, &queue, &counters))?;
    }
    Ok(backend)
}

fn open_postgres(url: &str, settings: &StorageSettings) -> Result<SqlBackend, OpenError> {
    let server = Arc::new(postgres::Server::open(url)?);
    let mut backend = SqlBackend::idle(Queue::new(settings.queue_length), None);
    for number in 0..settings.postgres_connections.max(1) {
        let (server, queue, counters) =
            (Arc::clone(&server), Arc::clone(&backend.writers), Arc::clone(&backend.counters));
        backend.start(format!("store-{number}"), move || postgres::serve(&server, &queue, &counters))?;
    }
    Ok(backend)
}

impl SqlBackend {
    /// A backend without threads. Without a queue for readers, all transactions wait in one.
    fn idle(writers: Queue<Task>, readers: Option<Queue<Task>>) -> Self {
        let writers = Arc::new(writers);
        let readers = readers.map_or_else(|| Arc::clone(&writers), Arc::new);
        Self { readers, writers, counters: Arc::new(Counters::default()), threads: Vec::new() }
    }

    /// What the database was asked to do; can be held beside the [`Store`](portal_id_core::store::Store).
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    fn start(&mut self, name: String, serve: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
        let thread = std::thread::Builder::new().name(name).spawn(serve).map_err(OpenError::Thread)?;
        self.threads.push(thread);
        Ok(())
    }
}

#[async_trait]
impl Backend for SqlBackend {
    async fn run(&self, name: &'static str, access: Access, job: Job) -> StoreResult<()> {
        let (answer, answered) = oneshot::channel();
        let queue = match access {
            Access::Read | Access::Look => &self.readers,
            Access::Write | Access::WriteSoon | Access::WriteAlone => &self.writers,
        };
        queue.push(Task { name, access, job, answer }).map_err(|refusal| {
            let why = match refusal {
                QueueRefusal::Full => "too many transactions wait already",
                QueueRefusal::Closed => "the store is closing",
            };
            tracing::warn!(transaction = name, why, "a transaction was refused");
            StoreError::Unavailable(why.to_owned())
        })?;
        answered.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the database thread ended".to_owned())))
    }
}

impl Drop for SqlBackend {
    fn drop(&mut self) {
        self.readers.close();
        self.writers.close();
        let own = std::thread::current().id();
        for thread in self.threads.drain(..) {
            // A body that held the last handle of the store ends it from one of these threads.
            if thread.thread().id() != own {
                let _ = thread.join();
            }
        }
    }
}
