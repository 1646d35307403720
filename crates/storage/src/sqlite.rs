//! SQLite: one thread that writes with group commit, some that read.
//!
//! Each group is one transaction of the engine, and each body in it a savepoint: a body that fails is rolled back
//! alone, and nobody is answered before the group is on the disk.

use crate::attempt::{Attempt, MOST_RUNS, Task, attempt};
use crate::connection::AnyConn;
use crate::counters::Counters;
use crate::engine_error::EngineError;
use crate::migrations;
use crate::open_error::OpenError;
use crate::queue::Queue;
use diesel::connection::SimpleConnection;
use diesel::result::Error;
use diesel::{Connection, SqliteConnection};
use portal_id_core::store::{Access, StoreError, StoreResult};
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;

/// How many waiting transactions share a commit at most.
const LARGEST_GROUP: usize = 64;

/// For every connection. FULL: a commit that was acknowledged survives a power cut.
const EVERY_CONNECTION: &str = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; \
    PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;";

/// The connection of the thread that writes, to a database whose tables are up to date.
pub(crate) fn open_writer(path: &Path) -> Result<AnyConn, OpenError> {
    make_private(path)?;
    let mut conn = connect(path)?;
    // WAL stays in the file. Deleted personal data is overwritten where that costs no extra write.
    conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = FAST;")
        .map_err(|error| OpenError::Unreachable(error.to_string()))?;
    migrations::bring_sqlite_up_to_date(&mut conn)?;
    Ok(AnyConn::Sqlite(conn))
}

/// The connection of a thread that reads.
pub(crate) fn open_reader(path: &Path) -> Result<AnyConn, OpenError> {
    let mut conn = connect(path)?;
    conn.batch_execute("PRAGMA query_only = ON").map_err(|error| OpenError::Unreachable(error.to_string()))?;
    Ok(AnyConn::Sqlite(conn))
}

fn connect(path: &Path) -> Result<SqliteConnection, OpenError> {
    let name = path.to_str().ok_or(OpenError::Url("the path of the database is not UTF-8"))?;
    // A leading ./ keeps a path that begins with "file:" from being read as a URI.
    let name = if path.is_absolute() { name.to_owned() } else { format!("./{name}") };
    let mut conn = SqliteConnection::establish(&name).map_err(|error| OpenError::Unreachable(error.to_string()))?;
    conn.batch_execute(EVERY_CONNECTION).map_err(|error| OpenError::Unreachable(error.to_string()))?;
    Ok(conn)
}

/// Creates the file readable by its owner only; SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(why) if why.kind() != ErrorKind::AlreadyExists => Err(OpenError::File { path: path.to_owned(), why }),
        _ => Ok(()),
    }
}

/// Serves transactions that write until the queue is closed and drained.
pub(crate) fn serve_writes(conn: &mut AnyConn, queue: &Queue<Task>, counters: &Counters) {
    loop {
        let group = queue.take(LARGEST_GROUP);
        if group.is_empty() {
            return;
        }
        write_group(conn, group, counters);
    }
}

fn write_group(conn: &mut AnyConn, mut group: Vec<Task>, counters: &Counters) {
    let results = run_group(conn, &mut group, counters);
    match results {
        Ok(results) => {
            for (task, result) in group.into_iter().zip(results) {
                task.answer(result);
            }
        }
        Err(error) => {
            // Nothing may stay open, whatever state the engine is in; when there is nothing to undo this fails.
            let _ = conn.command("ROLLBACK");
            for task in group {
                task.answer(Err(error.clone()));
            }
        }
    }
}

/// The results of all bodies, once they are on the disk. An error means that nothing of the group remains.
fn run_group(conn: &mut AnyConn, group: &mut [Task], counters: &Counters) -> StoreResult<Vec<StoreResult<()>>> {
    let failed = |error: Error| whole_group_failed(&error);
    conn.command("BEGIN IMMEDIATE").map_err(failed)?;
    let mut results = Vec::with_capacity(group.len());
    let mut writes = 0;
    for task in group {
        let result = run_in_savepoint(conn, task, counters)?;
        writes += u64::from(result == Ok(true));
        results.push(result.map(|_| ()));
    }
    conn.command("COMMIT").map_err(failed)?;
    counters.count_commit(writes);
    Ok(results)
}

/// Whether the body changed anything, or why it was undone. An error means that the savepoint could not be handled.
fn run_in_savepoint(conn: &mut AnyConn, task: &mut Task, counters: &Counters) -> StoreResult<StoreResult<bool>> {
    let failed = |error: Error| whole_group_failed(&error);
    for _ in 0..MOST_RUNS {
        conn.command("SAVEPOINT body").map_err(failed)?;
        let undone = match attempt(task, conn, counters) {
            Attempt::Done { changed } => {
                conn.command("RELEASE body").map_err(failed)?;
                return Ok(Ok(changed));
            }
            Attempt::Again => None,
            Attempt::Failed(error) | Attempt::Lost(error) => Some(error),
        };
        if let Err(error) = conn.command("ROLLBACK TO body; RELEASE body") {
            // A full disk has SQLite undo the whole transaction by itself: what the body met says why.
            return Err(undone.map_or_else(|| whole_group_failed(&error), passing));
        }
        match undone {
            Some(error) => return Ok(Err(error)),
            None => counters.count_retry(),
        }
    }
    Ok(Err(StoreError::Retry))
}

fn whole_group_failed(error: &Error) -> StoreError {
    passing(EngineError::read(error, false).error)
}

/// What undoes a whole group is no fault of those in it: they may try again.
fn passing(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(why) | StoreError::Fault(why) => StoreError::Unavailable(why),
        other => other,
    }
}

/// Serves transactions that read until the queue is closed and drained.
pub(crate) fn serve_reads(conn: &mut AnyConn, queue: &Queue<Task>, counters: &Counters) {
    loop {
        let Some(mut task) = queue.take(1).pop() else {
            return;
        };
        // Nobody waits for what was only to be read.
        if task.answer.is_closed() {
            continue;
        }
        let result = read_once(conn, &mut task, counters);
        task.answer(result);
    }
}

/// Reads from one snapshot; a look takes a new one for each statement.
fn read_once(conn: &mut AnyConn, task: &mut Task, counters: &Counters) -> StoreResult<()> {
    let one_snapshot = task.access != Access::Look;
    for _ in 0..MOST_RUNS {
        if one_snapshot {
            conn.command("BEGIN").map_err(|error| whole_group_failed(&error))?;
        }
        let attempt = attempt(task, conn, counters);
        if one_snapshot {
            // There is nothing to keep, so the end cannot fail in a way that matters.
            let _ = conn.command("ROLLBACK");
        }
        match attempt {
            Attempt::Done { .. } => return Ok(()),
            Attempt::Again => counters.count_retry(),
            Attempt::Failed(error) | Attempt::Lost(error) => return Err(error),
        }
    }
    Err(StoreError::Retry)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use diesel::RunQueryDsl;
    use portal_id_core::audit::{AuditEntry, AuditKind};
    use portal_id_core::ids::AuditId;
    use portal_id_core::store::{AuditFilter, Tx};
    use portal_id_core::time::Timestamp;
    use tokio::sync::oneshot::{self, Receiver};

    fn task(body: impl FnMut(&mut dyn Tx) -> StoreResult<()> + Send + 'static) -> (Task, Receiver<StoreResult<()>>) {
        let (answer, answered) = oneshot::channel();
        (Task { name: "test", access: Access::Write, job: Box::new(body), answer }, answered)
    }

    fn noting(id: &'static str) -> (Task, Receiver<StoreResult<()>>) {
        let entry = AuditEntry {
            id: AuditId::from_text(id),
            at: Timestamp::from_millis(1),
            kind: AuditKind::SignedIn,
            account_id: None,
            client_id: None,
            session_id: None,
            network: String::new(),
            request_id: String::new(),
            upstream: None,
            reason: None,
        };
        task(move |tx| tx.insert_audit(&entry))
    }

    fn run(
        conn: &mut AnyConn,
        counters: &Counters,
        tasks: Vec<(Task, Receiver<StoreResult<()>>)>,
    ) -> Vec<StoreResult<()>> {
        let (group, answers): (Vec<_>, Vec<_>) = tasks.into_iter().unzip();
        write_group(conn, group, counters);
        answers.into_iter().map(|mut answer| answer.try_recv().unwrap()).collect()
    }

    fn noted(conn: &mut AnyConn, counters: &Counters) -> usize {
        let (found, number) = std::sync::mpsc::channel();
        let (mut task, _) = task(move |tx| {
            found.send(tx.list_audit(&AuditFilter::default(), 100)?.len()).unwrap();
            Ok(())
        });
        read_once(conn, &mut task, counters).unwrap();
        number.recv().unwrap()
    }

    fn fresh() -> (tempfile::TempDir, AnyConn, Counters) {
        let folder = tempfile::tempdir().unwrap();
        let conn = open_writer(&folder.path().join("store.sqlite3")).unwrap();
        (folder, conn, Counters::default())
    }

    #[test]
    fn a_group_is_one_commit_and_a_failing_member_is_undone_alone() {
        let (_folder, mut conn, counters) = fresh();
        let fault = StoreError::Fault("on purpose".to_owned());
        let failing = fault.clone();
        let group = vec![noting("a"), noting("a"), task(move |_| Err(failing.clone())), noting("b")];
        let results = run(&mut conn, &counters, group);
        assert_eq!(results, [Ok(()), Err(StoreError::Conflict("audit.id".to_owned())), Err(fault), Ok(())]);
        assert_eq!((counters.writes(), counters.commits()), (2, 1));
        assert_eq!(noted(&mut conn, &counters), 2);
    }

    #[test]
    fn when_the_commit_fails_everybody_is_told_and_nothing_remains() {
        let (_folder, mut conn, counters) = fresh();
        // A debt that only the commit collects.
        conn.command(
            "CREATE TABLE debts (owed TEXT REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED);
            CREATE TRIGGER owe AFTER INSERT ON audit WHEN new.id = 'bad' BEGIN INSERT INTO debts VALUES ('nobody'); END;",
        )
        .unwrap();
        let results = run(&mut conn, &counters, vec![noting("a"), noting("bad"), noting("b")]);
        assert!(results.iter().all(|result| matches!(result, Err(StoreError::Unavailable(_)))), "{results:?}");
        assert_eq!((counters.writes(), counters.commits()), (0, 0));
        assert_eq!(noted(&mut conn, &counters), 0);
        assert_eq!(run(&mut conn, &counters, vec![noting("a"), noting("b")]), [Ok(()), Ok(())]);
        assert_eq!(noted(&mut conn, &counters), 2);
    }

    /// A full disk refuses whoever comes, forgets nobody who was told that it went well, and passes by itself.
    #[test]
    fn a_full_disk_is_unavailable_leaves_nothing_half_done_and_passes() {
        let (_folder, mut conn, counters) = fresh();
        // Room for some of the entries beside the empty tables, however many those are.
        let pages = diesel::sql_query("SELECT CAST(page_count AS TEXT) AS value FROM pragma_page_count");
        let pages: u32 = pages.get_result::<Setting>(&mut conn).unwrap().value.parse().unwrap();
        conn.command(&format!("PRAGMA max_page_count = {}", pages + 50)).unwrap();
        let long = |number: u32| {
            let entry = AuditEntry {
                id: AuditId::from_text(format!("{number:04}")),
                at: Timestamp::from_millis(1),
                kind: AuditKind::SignedIn,
                account_id: None,
                client_id: None,
                session_id: None,
                network: "x".repeat(3900),
                request_id: String::new(),
                upstream: None,
                reason: None,
            };
            task(move |tx| tx.insert_audit(&entry))
        };
        let (mut kept, mut refused) = (0, 0);
        for group in 0..30 {
            for result in run(&mut conn, &counters, (0..4).map(|number| long(group * 4 + number)).collect()) {
                match result {
                    Ok(()) => kept += 1,
                    Err(StoreError::Unavailable(why)) => {
                        assert!(why.contains("full"), "{why}");
                        refused += 1;
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
        assert!(kept > 10 && refused > 10, "{kept} kept, {refused} refused");
        assert_eq!(noted(&mut conn, &counters), kept);
        conn.command("PRAGMA max_page_count = 1000000").unwrap();
        assert_eq!(run(&mut conn, &counters, vec![long(9000)]), [Ok(())]);
        assert_eq!(noted(&mut conn, &counters), kept + 1);
    }

    #[derive(diesel::QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }

    #[test]
    fn every_connection_waits_for_the_disk_and_checks_references() {
        let (folder, writer, _) = fresh();
        let reader = open_reader(&folder.path().join("store.sqlite3")).unwrap();
        for (mut conn, writes) in [(writer, true), (reader, false)] {
            for (pragma, expected) in [("synchronous", "2"), ("foreign_keys", "1"), ("journal_mode", "wal")] {
                let query = diesel::sql_query(format!("SELECT CAST({pragma} AS TEXT) AS value FROM pragma_{pragma}"));
                assert_eq!(query.get_result::<Setting>(&mut conn).unwrap().value, expected, "{pragma}");
            }
            assert_eq!(conn.command("CREATE TABLE other (id TEXT)").is_ok(), writes);
        }
    }
}
