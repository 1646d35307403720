//! PostgreSQL and Redis for tests: databases of their own on the server of `PORTAL_ID_TEST_POSTGRES`, names of their own on
//! that of `PORTAL_ID_TEST_REDIS` (`cargo xtask test` starts both), and a Redis that a test may kill.

use portal_id_core::time::Span;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// The URL of a PostgreSQL database whose user may create others, when there is one.
pub fn postgres() -> Option<String> {
    std::env::var("PORTAL_ID_TEST_POSTGRES").ok()
}

/// The URL of a Redis, when there is one.
pub fn redis() -> Option<String> {
    std::env::var("PORTAL_ID_TEST_REDIS").ok()
}

/// An empty database of its own whose tables are up to date; it is left behind, as the server is meant to be thrown away.
pub fn fresh_database() -> String {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let name = unique("template");
        let url = create_database(&name, "");
        // Opened once, so that every copy has the tables already.
        let settings = portal_id_storage::StorageSettings { url, postgres_connections: 1, ..Default::default() };
        drop(portal_id_storage::open(&settings).expect("the template opens"));
        name
    });
    create_database(&unique("test"), &format!(" TEMPLATE {template}"))
}

/// An empty database without any table.
pub fn bare_database() -> String {
    create_database(&unique("bare"), "")
}

fn create_database(name: &str, how: &str) -> String {
    let server = postgres().expect("PORTAL_ID_TEST_POSTGRES holds the URL of a database");
    sql(&server, &format!("CREATE DATABASE {name}{how}"));
    // The URL's database gives way to ours; its parameters stay.
    let at = server.find('?').unwrap_or(server.len());
    let (place, _) = server[..at].rsplit_once('/').expect("the URL names a database");
    format!("{place}/{name}{}", &server[at..])
}

/// Runs statements through `psql`.
pub fn sql(url: &str, statements: &str) {
    let run = Command::new("psql").args(["--no-psqlrc", "--quiet", "--command", statements, url]).status();
    assert!(run.expect("psql is installed").success(), "{statements}");
}

/// Everything a database holds, as it would stand in a backup: the text, and the bytes of its binary columns.
pub fn dump(url: &str) -> Vec<u8> {
    let dump = Command::new("pg_dump").arg("--dbname").arg(url).output().expect("pg_dump is installed");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let mut bytes = dump.stdout;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    for word in text.split_ascii_whitespace().filter_map(|word| word.strip_prefix("\\\\x")) {
        bytes.extend((0..word.len() / 2).filter_map(|at| u8::from_str_radix(word.get(2 * at..2 * at + 2)?, 16).ok()));
    }
    bytes
}

/// A name that nobody else uses on a server that several runs share.
pub fn unique(kind: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{kind}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Lets `span` pass for every name under `prefix`, as if the server's clock had moved: the frozen clock of a test is not
/// the server's.
pub fn age(url: &str, prefix: &str, span: Span) {
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    let keys: Vec<String> = redis::cmd("KEYS").arg(format!("{prefix}:*")).query(&mut connection).unwrap();
    for key in keys {
        let left: i64 = redis::cmd("PTTL").arg(&key).query(&mut connection).unwrap();
        // Not above zero, Redis deletes the name.
        let () = redis::cmd("PEXPIRE").arg(&key).arg(left - span.as_millis()).query(&mut connection).unwrap();
    }
}

/// A Redis of one test's own, to be killed and started again on the same port.
pub struct RedisServer {
    port: u16,
    options: Vec<String>,
    folder: TempDir,
    process: Option<Child>,
}

impl RedisServer {
    /// Starts one with more options (`["--maxmemory-policy", "allkeys-lru"]`) and waits until it answers.
    pub fn start(options: &[&str]) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let options = options.iter().map(ToString::to_string).collect();
        let mut server = Self { port, options, folder, process: None };
        server.go_on();
        server
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Ends it at once; whatever it held is gone.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it again with other options.
    pub fn go_on_with(&mut self, options: &[&str]) {
        self.options = options.iter().map(ToString::to_string).collect();
        self.go_on();
    }

    /// Starts it (again).
    pub fn go_on(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.args(&self.options).arg("--dir").arg(self.folder.path()).stdout(Stdio::null());
        self.process = Some(command.spawn().expect("redis-server is installed"));
        let client = redis::Client::open(self.url()).unwrap();
        for _ in 0..200 {
            if client.get_connection().is_ok_and(|mut connection| redis::cmd("PING").exec(&mut connection).is_ok()) {
                return;
            }
            pause(25);
        }
        panic!("redis-server does not answer");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits for a real process, or for a real clock.
#[expect(clippy::disallowed_methods, reason = "a server of ours has no frozen clock")]
pub fn pause(milliseconds: u64) {
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
}
