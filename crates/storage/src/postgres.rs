//! PostgreSQL: threads that own a connection each and take transactions from one queue.
//!
//! Writes run at READ COMMITTED: correctness comes from unique keys and gates. Reads run on one snapshot, as they do
//! on SQLite; looks, and writes of one statement, run without a transaction, which spares the server's two round trips.

use crate::attempt::{Attempt, MOST_RUNS, Task, attempt};
use crate::connection::AnyConn;
use crate::counters::Counters;
use crate::engine_error::EngineError;
use crate::migrations;
use crate::open_error::OpenError;
use crate::queue::Queue;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl as _};
use portal_id_core::store::{Access, StoreError, StoreResult};

/// For every connection: our moments are UTC; a statement that hangs must not hold a thread for ever.
const EVERY_CONNECTION: &str = "SET TIME ZONE 'UTC'; SET client_encoding TO 'UTF8'; SET statement_timeout TO '15s'; \
    SET lock_timeout TO '10s'; SET idle_in_transaction_session_timeout TO '15s'; \
    SET default_transaction_isolation TO 'read committed'; SET synchronous_commit TO on;";

/// Runs after which the next one first queues up behind others of the same name: without that, many who change one
/// row at once could all lose every time but one.
const RUNS_WITHOUT_QUEUEING: u32 = 2;

/// How often a transaction is tried again on a new connection.
const MOST_RECONNECTIONS: u32 = 2;

/// How to reach the server.
pub(crate) struct Server {
    url: String,
}

impl Server {
    /// Reaches the server once and brings the tables up to date.
    pub(crate) fn open(url: &str) -> Result<Self, OpenError> {
        let server = Self { url: with_timeouts(url) };
        let mut conn = server.connect().map_err(OpenError::Unreachable)?;
        migrations::bring_postgres_up_to_date(&mut conn)?;
        warn_of_foreign_messages(&mut conn);
        Ok(server)
    }

    /// Reaches the server, and nothing more.
    pub(crate) fn reach(url: &str) -> Result<(), OpenError> {
        Self { url: with_timeouts(url) }.connect().map(drop).map_err(OpenError::Unreachable)
    }

    fn connect(&self) -> Result<PgConnection, String> {
        let mut conn = PgConnection::establish(&self.url).map_err(|error| error.to_string())?;
        conn.batch_execute(EVERY_CONNECTION).map_err(|error| error.to_string())?;
        Ok(conn)
    }
}

#[derive(diesel::QueryableByName)]
struct Messages {
    #[diesel(sql_type = diesel::sql_types::Text)]
    language: String,
}

/// Some errors can be told apart by their words only.
fn warn_of_foreign_messages(conn: &mut PgConnection) {
    let asked = diesel::sql_query("SELECT current_setting('lc_messages') AS language").get_result::<Messages>(conn);
    if let Ok(Messages { language }) = asked
        && !(language.is_empty() || language == "C" || language == "POSIX" || language.starts_with("en"))
    {
        tracing::warn!(
            lc_messages = language,
            "PostgreSQL speaks a language whose errors we cannot tell apart: set lc_messages = 'C' for this database."
        );
    }
}

/// Bounds the wait for a server that does not answer, where the operator has not: libpq's default is for ever.
fn with_timeouts(url: &str) -> String {
    let mut url = url.to_owned();
    for (parameter, value) in
        [("connect_timeout", "5"), ("tcp_user_timeout", "15000"), ("application_name", "portal-id")]
    {
        if !url.contains(&format!("{parameter}=")) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(parameter);
            url.push('=');
            url.push_str(value);
        }
    }
    url
}

/// Serves transactions until the queue is closed and drained.
pub(crate) fn serve(server: &Server, queue: &Queue<Task>, counters: &Counters) {
    let mut kept = None;
    loop {
        let Some(mut task) = queue.take(1).pop() else {
            return;
        };
        // Nobody waits for what was only to be read.
        if matches!(task.access, Access::Read | Access::Look) && task.answer.is_closed() {
            continue;
        }
        let result = run(server, &mut kept, &mut task, counters);
        task.answer(result);
    }
}

/// What came of one transaction.
enum Ended {
    With(StoreResult<()>),
    Again,
    /// The connection broke before the commit was sent: nothing happened.
    Lost(StoreError),
    /// The connection broke after the commit was sent: it may have happened.
    CommitUnknown(StoreError),
}

fn run(server: &Server, kept: &mut Option<AnyConn>, task: &mut Task, counters: &Counters) -> StoreResult<()> {
    let mut reconnections = 0;
    let mut runs = 0;
    while runs < MOST_RUNS {
        let mut conn = match kept.take() {
            Some(conn) => conn,
            None => AnyConn::Postgres(server.connect().map_err(StoreError::Unavailable)?),
        };
        let ended = transaction(&mut conn, task, runs >= RUNS_WITHOUT_QUEUEING, counters);
        if !matches!(ended, Ended::Lost(_) | Ended::CommitUnknown(_)) {
            *kept = Some(conn);
        }
        match ended {
            Ended::With(result) => return result,
            Ended::CommitUnknown(error) => return Err(error),
            Ended::Again => {
                runs += 1;
                counters.count_retry();
            }
            Ended::Lost(error) if reconnections == MOST_RECONNECTIONS => return Err(error),
            Ended::Lost(_) => reconnections += 1,
        }
    }
    Err(StoreError::Retry)
}

fn transaction(conn: &mut AnyConn, task: &mut Task, queue_up: bool, counters: &Counters) -> Ended {
    let begin = match task.access {
        Access::Look => return unwrapped(conn, task, counters),
        Access::WriteAlone if !queue_up => return unwrapped(conn, task, counters),
        Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned(),
        Access::Write | Access::WriteSoon | Access::WriteAlone if queue_up => {
            format!("BEGIN; SELECT pg_advisory_xact_lock({})", queue_of(task.name))
        }
        Access::Write | Access::WriteAlone => "BEGIN".to_owned(),
        Access::WriteSoon => "BEGIN; SET LOCAL synchronous_commit = off".to_owned(),
    };
    if let Err(error) = conn.command(&begin) {
        return Ended::Lost(unavailable(&error));
    }
    let ended = match attempt(task, conn, counters) {
        Attempt::Done { changed } => return commit(conn, changed, counters),
        Attempt::Again => Ended::Again,
        Attempt::Failed(error) => Ended::With(Err(error)),
        Attempt::Lost(error) => return Ended::Lost(error),
    };
    match conn.command("ROLLBACK") {
        Ok(()) => ended,
        // The body may have failed because the connection did.
        Err(error) => Ended::Lost(unavailable(&error)),
    }
}

/// Each statement for itself: there is nothing to end. One that writes is durable when it was run; one that a broken
/// connection may have taken along is run again, which its caller allows for.
fn unwrapped(conn: &mut AnyConn, task: &mut Task, counters: &Counters) -> Ended {
    match attempt(task, conn, counters) {
        Attempt::Done { changed } => {
            counters.count_commit(u64::from(changed));
            Ended::With(Ok(()))
        }
        Attempt::Again => Ended::Again,
        Attempt::Failed(error) => Ended::With(Err(error)),
        Attempt::Lost(error) => Ended::Lost(error),
    }
}

fn commit(conn: &mut AnyConn, changed: bool, counters: &Counters) -> Ended {
    match conn.command("COMMIT") {
        Ok(()) => {
            counters.count_commit(u64::from(changed));
            Ended::With(Ok(()))
        }
        Err(error) => {
            let read = EngineError::read(&error, true);
            match read.error {
                StoreError::Retry => Ended::Again,
                // Whether it was committed is not known: running it again could do it twice.
                _ if read.connection_lost || conn.command("ROLLBACK").is_err() => {
                    Ended::CommitUnknown(StoreError::Unavailable("the connection broke during a commit".to_owned()))
                }
                error => Ended::With(Err(error)),
            }
        }
    }
}

fn unavailable(error: &diesel::result::Error) -> StoreError {
    match EngineError::read(error, true).error {
        StoreError::Unavailable(why) | StoreError::Fault(why) => StoreError::Unavailable(why),
        other => StoreError::Unavailable(other.to_string()),
    }
}

/// The number of the queue of a name (FNV-1a): two names sharing one would only wait for each other.
fn queue_of(name: &str) -> i64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash.cast_signed()
}
