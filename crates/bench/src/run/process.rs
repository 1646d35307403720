//! A program that is measured: its start, what the system says about it, its end.

use crate::clock;
use crate::load::http::{Connection, get};
use anyhow::{Context as _, Result, bail};
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running program that listens on loopback; ended when dropped.
pub(crate) struct Process {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How long it took until it was ready.
    pub(crate) start: Duration,
}

/// A port that nobody used a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

impl Process {
    /// Starts `command`, with what it says in the file `log`, and waits until `GET path` answers 200 on `port`.
    pub(crate) async fn start(command: &mut Command, log: &Path, port: u16, path: &str) -> Result<Self> {
        let file = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        // As many workers on both sides of every ratio.
        command.env("TOKIO_WORKER_THREADS", cores().to_string());
        let begun = clock::now();
        let child = command.spawn().with_context(|| format!("starting {}", command.get_program().display()))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut process = Self { child, address, start: Duration::ZERO };
        let request = get(path, &format!("localhost:{port}"), "connection: close\r\n");
        while begun.elapsed() < Duration::from_mins(2) {
            if let Some(status) = process.child.try_wait()? {
                bail!("it ended with {status}: {}", fs::read_to_string(log).unwrap_or_default());
            }
            if Connection::to(address).send(&request).await.is_ok_and(|answer| answer.status == 200) {
                process.start = begun.elapsed();
                return Ok(process);
            }
            clock::sleep(Duration::from_millis(2)).await;
        }
        bail!("it does not become ready: {}", fs::read_to_string(log).unwrap_or_default());
    }

    /// A line of `/proc/<pid>/status` in KiB: `VmRSS` now, `VmHWM` at most so far.
    pub(crate) fn memory_kib(&self, line: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
        found.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }

    /// The processor time it has used so far.
    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(&self.child.id().to_string())
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Asked politely, so that a database is closed well; what does not listen is killed.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        for _ in 0..250 {
            if !matches!(self.child.try_wait(), Ok(None)) || asked.is_err() {
                break;
            }
            wait_regardless();
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[expect(clippy::disallowed_methods, reason = "a real process is ending")]
fn wait_regardless() {
    std::thread::sleep(Duration::from_millis(20));
}

/// How many cores there are.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The processor time that a process (`self` for the bench) has used so far.
pub(crate) fn cpu_of(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in parentheses may hold blanks; user and system time are the 12th and 13th field after it.
    let after = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    let ticks: u64 = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
