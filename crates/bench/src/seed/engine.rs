//! The engine's own client, fed with rows as text: nothing else fills ten million accounts in minutes.
//!
//! What may be slow or unsafe for a provider is fine here: the file is nobody's yet, or one transaction holds it all.

use anyhow::{Context as _, Result, bail, ensure};
use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Rows of one statement.
const PORTION: usize = 16;

/// A column's value.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    Number(i64),
    Null,
}

/// A table's rows on their way.
struct Table {
    name: &'static str,
    columns: &'static str,
    rows: String,
    count: usize,
}

/// The running client.
pub(super) struct Engine {
    child: Child,
    input: BufWriter<ChildStdin>,
    sqlite: bool,
    accounts: Table,
    identifiers: Table,
}

impl Engine {
    /// Starts it for the database of a URL.
    pub(super) fn start(url: &str, folder: &std::path::Path) -> Result<Self> {
        let sqlite = url.strip_prefix("sqlite:");
        let mut command = if let Some(file) = sqlite {
            let mut command = Command::new("sqlite3");
            command.args(["-batch", "-bail"]).arg(folder.join(file));
            command
        } else {
            let mut command = Command::new("psql");
            command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]);
            command
        };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().with_context(|| {
            format!("starting {} (Debian: sqlite3, postgresql-client)", command.get_program().display())
        })?;
        let Some(input) = child.stdin.take() else { bail!("the client has no input") };
        let sqlite = sqlite.is_some();
        let mut engine = Self {
            child,
            input: BufWriter::with_capacity(1 << 20, input),
            sqlite,
            accounts: Table::new(
                "accounts",
                "id,class,state,username,username_key,password_hash,profile,language,created_at,updated_at,activated_at",
            ),
            identifiers: Table::new("identifiers", "account_id,kind,digest,unique_claim,verified_at,source"),
        };
        engine.say(if sqlite { SQLITE_BEGIN } else { POSTGRES_BEGIN })?;
        Ok(engine)
    }

    /// Adds an account's row, in the order of the migration's columns.
    pub(super) fn account(&mut self, row: &[Value<'_>]) -> Result<()> {
        self.accounts.add(row, self.sqlite);
        if self.accounts.count >= PORTION { self.flush() } else { Ok(()) }
    }

    /// Adds an identifier's row, after its account's.
    pub(super) fn identifier(&mut self, row: &[Value<'_>]) {
        self.identifiers.add(row, self.sqlite);
    }

    /// Keeps everything, puts the indexes back, waits until it is done.
    pub(super) fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.say(if self.sqlite { SQLITE_END } else { POSTGRES_END })?;
        self.input.flush()?;
        drop(self.input);
        ensure!(self.child.wait()?.success(), "the database's client failed; its words are above");
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        for table in [&mut self.accounts, &mut self.identifiers] {
            if table.count == 0 {
                continue;
            }
            let (name, columns, rows) = (table.name, table.columns, &table.rows);
            let written = if self.sqlite {
                let rows = rows.trim_end_matches(',');
                writeln!(self.input, "INSERT INTO {name} ({columns}) VALUES {rows};")
            } else {
                write!(self.input, "COPY {name} ({columns}) FROM STDIN;\n{rows}\\.\n")
            };
            written.context("the database's client stopped; its words are above")?;
            table.rows.clear();
            table.count = 0;
        }
        Ok(())
    }

    fn say(&mut self, words: &str) -> Result<()> {
        self.input.write_all(words.as_bytes()).context("the database's client stopped; its words are above")
    }
}

impl Table {
    const fn new(name: &'static str, columns: &'static str) -> Self {
        Self { name, columns, rows: String::new(), count: 0 }
    }

    /// Our own generated values hold no quote, tab or backslash but those written here.
    fn add(&mut self, row: &[Value<'_>], sqlite: bool) {
        let rows = &mut self.rows;
        if sqlite {
            rows.push('(');
        }
        for (place, value) in row.iter().enumerate() {
            if place > 0 {
                rows.push(if sqlite { ',' } else { '\t' });
            }
            // Writing to a String cannot fail.
            let _ = match (value, sqlite) {
                (Value::Text(text), true) => write!(rows, "'{text}'"),
                (Value::Text(text), false) => write!(rows, "{text}"),
                (Value::Number(number), _) => write!(rows, "{number}"),
                (Value::Null, true) => write!(rows, "NULL"),
                (Value::Null, false) => write!(rows, "\\N"),
                (Value::Bytes(bytes), sqlite) => {
                    rows.push_str(if sqlite { "x'" } else { "\\\\x" });
                    hexadecimal(rows, bytes);
                    if sqlite {
                        rows.push('\'');
                    }
                    Ok(())
                }
            };
        }
        rows.push_str(if sqlite { ")," } else { "\n" });
        self.count += 1;
    }
}

fn hexadecimal(rows: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        rows.push(char::from(DIGITS[usize::from(byte >> 4)]));
        rows.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// The file is thrown away if this fails, so it needs no journal. The indexes of random keys fit into the cache.
const SQLITE_BEGIN: &str = "\
PRAGMA locking_mode=EXCLUSIVE;
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
PRAGMA cache_size=-6000000;
BEGIN;
";
const SQLITE_END: &str = "\
COMMIT;
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA wal_checkpoint(TRUNCATE);
";

/// The keys in random order are taken off and built anew from the sorted whole; all in one transaction, so that a
/// failure leaves the database as it was.
const POSTGRES_BEGIN: &str = "\
BEGIN;
SET LOCAL maintenance_work_mem='1GB';
CREATE TEMP TABLE again ON COMMIT DROP AS
SELECT 1 AS turn, format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS build,
       format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop
FROM pg_constraint WHERE conrelid='identifiers'::regclass OR (conrelid='accounts'::regclass AND contype='u')
UNION ALL
SELECT 0, pg_get_indexdef(indexrelid), format('DROP INDEX %s', indexrelid::regclass)
FROM pg_index WHERE indrelid='identifiers'::regclass
  AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid=indexrelid);
SELECT drop FROM again \\gexec
";
const POSTGRES_END: &str = "\
SELECT build FROM again ORDER BY turn \\gexec
COMMIT;
VACUUM ANALYZE accounts;
VACUUM ANALYZE identifiers;
";
