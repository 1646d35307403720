//! A SQLite file over the life of the program: what was acknowledged is there after a new start, also when the process
//! before it ended without a word; a file of a newer version is refused; a full queue refuses at once.
#![expect(clippy::unwrap_used, reason = "tests")]

use portal_id_core::digest::Digest;
use portal_id_core::store::{Store, StoreError, StoreResult, Tx};
use portal_id_core::throttle::Throttle;
use portal_id_core::time::Timestamp;
use portal_id_storage::{FileClaim, OpenError, StorageSettings, open};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::task::{Context, Waker};

const NOW: Timestamp = Timestamp::from_seconds(1_795_392_000);

fn settings(folder: &Path) -> StorageSettings {
    StorageSettings { url: format!("sqlite:{}", folder.join("store.sqlite3").display()), ..StorageSettings::default() }
}

fn mark(number: u8) -> impl FnMut(&mut dyn Tx) -> StoreResult<bool> + Send + 'static {
    move |tx| tx.put_throttle(&Throttle::fresh(Digest::from_bytes([number; 32]), NOW))
}

fn is_marked(number: u8) -> impl FnMut(&mut dyn Tx) -> StoreResult<bool> + Send + 'static {
    move |tx| Ok(tx.find_throttle(&Digest::from_bytes([number; 32]))?.is_some())
}

#[tokio::test]
async fn what_was_written_is_there_after_a_new_start() {
    let folder = tempfile::tempdir().unwrap();
    for start in 0..3 {
        let store = Store::new(open(&settings(folder.path())).unwrap());
        for earlier in 0..start {
            assert_eq!(store.read("look", is_marked(earlier)).await, Ok(true));
        }
        assert_eq!(store.tx("mark", mark(start)).await, Ok(true));
    }
}

/// The part of the next test that is killed: it writes and says so, until it is ended.
#[tokio::test]
#[ignore = "started by the test below"]
async fn a_writer_that_will_be_killed() {
    let Some(folder) = std::env::var_os("STORE_FOLDER") else {
        return;
    };
    let store = Store::new(open(&settings(Path::new(&folder))).unwrap());
    for number in 0..u8::MAX {
        assert_eq!(store.tx("mark", mark(number)).await, Ok(true));
        println!("acknowledged {number}");
    }
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_killed_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_writer_that_will_be_killed", "--ignored", "--nocapture"])
        .env("STORE_FOLDER", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let numbers =
        lines.map_while(Result::ok).filter_map(|line| line.split_once("acknowledged ")?.1.trim().parse::<u8>().ok());
    let acknowledged = numbers.take(20).last().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(acknowledged >= 19);
    let store = Store::new(open(&settings(folder.path())).unwrap());
    for number in 0..=acknowledged {
        assert_eq!(store.read("look", is_marked(number)).await, Ok(true), "{number}");
    }
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_serves_again_when_it_is_drained() {
    let folder = tempfile::tempdir().unwrap();
    let backend = open(&StorageSettings { queue_length: 2, ..settings(folder.path()) }).unwrap();
    let store = Store::new(backend);
    let (started, has_started) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let slow = tokio::spawn({
        let store = store.clone();
        let body = move |_: &mut dyn Tx| {
            started.send(()).unwrap();
            may_go_on.recv().unwrap();
            Ok(())
        };
        async move { store.tx("slow", body).await }
    });
    tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
    let mut waiting: Vec<_> = (0..2).map(|number| Box::pin(store.tx("mark", mark(number)))).collect();
    for waiter in &mut waiting {
        // Asked once, so that it is in the queue.
        assert!(waiter.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    let refused = Err(StoreError::Unavailable("too many transactions wait already".to_owned()));
    assert_eq!(store.tx("one_too_many", mark(9)).await, refused);
    go_on.send(()).unwrap();
    assert_eq!(slow.await.unwrap(), Ok(()));
    for waiter in waiting {
        assert_eq!(waiter.await, Ok(true));
    }
    assert_eq!(store.tx("again", mark(10)).await, Ok(true));
}

#[test]
fn one_process_at_a_time_claims_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let claim = FileClaim::take(&settings).unwrap();
    assert!(matches!(FileClaim::take(&settings), Err(OpenError::Claimed(_))));
    drop(claim);
    FileClaim::take(&settings).unwrap();
}

#[cfg(unix)]
#[test]
fn nobody_but_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let backend = open(&settings(folder.path())).unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{entry:?}");
        files += 1;
    }
    assert!(files >= 2, "the database and its write-ahead log");
    drop(backend);
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = settings(&folder.path().join("missing"));
    assert!(matches!(open(&nowhere), Err(OpenError::File { .. })));
    std::fs::write(folder.path().join("store.sqlite3"), "this is a text, and not a short one at all ".repeat(40))
        .unwrap();
    assert!(matches!(open(&settings(folder.path())), Err(OpenError::Unreachable(_))));
}
