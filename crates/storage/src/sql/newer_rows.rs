//! Rows that a newer version wrote, or that are broken: they are their own affair, and stop nobody else. Written past the
//! port, which writes none such.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::connection::AnyConn;
use crate::counters::Counters;
use crate::sqlite;
use crate::tx::SqlTx;
use portal_id_core::audit::AuditKind;
use portal_id_core::ids::{AccountId, ClientId};
use portal_id_core::store::{Access, AuditFilter, AuditRepo as _, BackfillRepo as _, ClientRepo as _, StoreResult};
use portal_id_core::time::Timestamp;
use portal_id_logwatch::LogWatch;
use tracing::Level;

/// Runs `body` on a store into which `rows` were put, and counts the warnings.
fn with<T>(rows: &str, body: impl FnOnce(&mut SqlTx<'_>) -> StoreResult<T>) -> (T, usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut conn: AnyConn = sqlite::open_writer(&folder.path().join("store.sqlite3")).unwrap();
    conn.command(rows).unwrap();
    let counters = Counters::default();
    let log = LogWatch::begin();
    let result = body(&mut SqlTx::new(&mut conn, Access::Read, &counters));
    (result.unwrap(), log.at(Level::WARN).len())
}

#[test]
fn an_event_that_nobody_here_knows_is_left_aside_with_a_warning() {
    let rows = "INSERT INTO audit (id, at, kind, network, request_id) VALUES
        ('1', 1, 'signed_in', '', ''), ('2', 2, 'of_the_future', '', ''), ('3', 3, 'activated', '', '')";
    let (listed, warnings) = with(rows, |tx| tx.list_audit(&AuditFilter::default(), 10));
    let kinds: Vec<_> = listed.iter().map(|entry| entry.kind).collect();
    assert_eq!((kinds, warnings), (vec![AuditKind::Activated, AuditKind::SignedIn], 1));
}

#[test]
fn an_account_that_cannot_be_read_does_not_stop_a_pass_before_those_behind_it() {
    let rows =
        "INSERT INTO accounts (id, class, state, username, username_key, profile, language, created_at, updated_at)
        VALUES ('a', 'citizen', 'active', 'an', 'an', x'00', 'vi', 1, 1),
            ('b', 'citizen', 'active', 'binh', 'binh', x'00', 'of_the_future', 1, 1),
            ('c', 'citizen', 'active', 'chi', 'chi', x'00', 'vi', 1, 1)";
    let (listed, _) = with(rows, |tx| tx.list_accounts_after(&AccountId::from_text(""), Timestamp::from_millis(2), 10));
    let listed: Vec<_> = listed.iter().map(|(id, account)| (id.as_str(), account.is_some())).collect();
    assert_eq!(listed, [("a", true), ("b", false), ("c", true)]);
}

/// Anybody can name a client in a request, as often as they like; only operators and the start list them.
#[test]
fn a_client_that_cannot_be_read_is_warned_of_where_clients_are_listed_and_nowhere_else() {
    let rows = "INSERT INTO clients (id, metadata, secrets, source, created_at, updated_at)
        VALUES ('tax', 'of the future', '[]', 'operator', 1, 1)";
    let find = |tx: &mut SqlTx<'_>| tx.find_client(&ClientId::from_text("tax"));
    let (found, warnings) = with(rows, find);
    assert_eq!((found.is_some_and(|client| client.unreadable().is_some()), warnings), (true, 0));
    let (listed, warnings) = with(rows, |tx| tx.list_clients());
    assert_eq!((listed.len(), warnings), (1, 1));
}
