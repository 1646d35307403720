//! PostgreSQL and Redis for tests and measurements: on free ports, in folders of ours, ended with the command.

use crate::ports;
use crate::processes::{self, Background, progress};
use crate::repository::on_path;
use crate::{interrupt, setup};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The user that PostgreSQL runs as when we are root, which it refuses to be: Debian's package makes it.
const UNPRIVILEGED: &str = "postgres";
/// The password of every Redis here, so that signing in to it is tested too.
const REDIS_PASSWORD: &str = "for-tests-only";
const TRIES: u32 = 400;

/// Whether a server keeps what it was told through a power cut.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// As in production.
    Full,
    /// For tests that never pull the plug: a hundred databases are made in seconds.
    None,
}

/// A running PostgreSQL.
pub(crate) struct Postgres {
    port: u16,
    _process: Background,
}

impl Postgres {
    /// Makes a cluster in `folder` and starts it.
    pub(crate) fn start(folder: &Path, durability: Durability) -> Result<Self> {
        let programs = setup::postgres_programs().context("PostgreSQL's programs are not where they should be")?;
        progress("starting PostgreSQL");
        let (data, log) = (folder.join("postgres"), folder.join("postgres.log"));
        fs::create_dir_all(&data)?;
        if processes::is_root() {
            processes::output("giving PostgreSQL its folder", Command::new("chown").arg(UNPRIVILEGED).arg(&data))?;
        }
        let mut init = unprivileged(&programs.join("initdb"));
        init.arg("--pgdata").arg(&data).args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        processes::output("making a PostgreSQL cluster", &mut init)?;
        let port = ports::free()?;
        let mut serve = unprivileged(&programs.join("postgres"));
        serve.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        serve.args(["-c", "unix_socket_directories=", "-c", "max_connections=300"]);
        if durability == Durability::None {
            serve.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        }
        let mut process = Background::start("PostgreSQL", &mut serve, Some(&log))?;
        wait("PostgreSQL", &mut process, || {
            let mut ask = Command::new(programs.join("pg_isready"));
            ask.args(["--quiet", "--host=127.0.0.1", "--port", &port.to_string()]);
            ask
        })?;
        Ok(Self { port, _process: process })
    }

    /// A database whose user may make others.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

fn unprivileged(program: &Path) -> Command {
    if !processes::is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", UNPRIVILEGED, "--regid", UNPRIVILEGED, "--clear-groups"]).arg(program);
    command.current_dir("/");
    command
}

/// A Redis with a password: alone, behind a Sentinel, or as a cluster of three.
pub(crate) struct Redis {
    url: String,
    _processes: Vec<Background>,
}

impl Redis {
    /// One server.
    pub(crate) fn single(folder: &Path) -> Result<Self> {
        let (port, process) = node(folder, "single", &[])?;
        Ok(Self { url: format!("redis://:{REDIS_PASSWORD}@127.0.0.1:{port}/0"), _processes: vec![process] })
    }

    /// One server and a Sentinel that knows it.
    pub(crate) fn behind_sentinel(folder: &Path) -> Result<Self> {
        let (master, process) = node(folder, "master", &[])?;
        let port = ports::free()?;
        let configuration = folder.join("sentinel.conf");
        let text = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor portal 127.0.0.1 {master} 1\nsentinel auth-pass portal {REDIS_PASSWORD}\n"
        );
        fs::write(&configuration, text)?;
        let mut command = Command::new(redis_server()?);
        command.arg(&configuration).arg("--sentinel");
        let mut sentinel = Background::start("Redis Sentinel", &mut command, Some(&folder.join("sentinel.log")))?;
        wait("Redis Sentinel", &mut sentinel, || client(port, &["ping"]))?;
        let url = format!("redis+sentinel://:{REDIS_PASSWORD}@127.0.0.1:{port}/portal/0");
        Ok(Self { url, _processes: vec![sentinel, process] })
    }

    /// Three masters.
    pub(crate) fn cluster(folder: &Path) -> Result<Self> {
        let (mut processes, mut places) = (Vec::new(), Vec::new());
        for name in ["cluster-1", "cluster-2", "cluster-3"] {
            let bus = ports::free()?.to_string();
            let options = ["--cluster-enabled", "yes", "--cluster-port", &bus, "--cluster-node-timeout", "2000"];
            let (port, process) = node(folder, name, &options)?;
            places.push(format!("127.0.0.1:{port}"));
            processes.push(process);
        }
        let mut join = Command::new("redis-cli");
        join.args(["-a", REDIS_PASSWORD, "--no-auth-warning", "--cluster", "create"]).args(&places);
        processes::output("joining a Redis cluster", join.arg("--cluster-yes"))?;
        let url = format!("redis+cluster://:{REDIS_PASSWORD}@{}", places.join(","));
        Ok(Self { url, _processes: processes })
    }

    /// The address, as `ephemeral.url` takes it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

fn node(folder: &Path, name: &'static str, options: &[&str]) -> Result<(u16, Background)> {
    progress(&format!("starting Redis ({name})"));
    let data = folder.join(name);
    fs::create_dir_all(&data)?;
    let port = ports::free()?;
    let mut command = Command::new(redis_server()?);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    command.args(["--requirepass", REDIS_PASSWORD, "--masterauth", REDIS_PASSWORD, "--dir"]).arg(&data).args(options);
    let mut process = Background::start("Redis", &mut command, Some(&folder.join(format!("{name}.log"))))?;
    wait("Redis", &mut process, || client(port, &["-a", REDIS_PASSWORD, "--no-auth-warning", "ping"]))?;
    Ok((port, process))
}

fn client(port: u16, arguments: &[&str]) -> Command {
    let mut command = Command::new("redis-cli");
    command.args(["-e", "-p", &port.to_string()]).args(arguments);
    command
}

fn redis_server() -> Result<PathBuf> {
    on_path("redis-server").context("redis-server is not installed")
}

fn wait(name: &str, process: &mut Background, ask: impl Fn() -> Command) -> Result<()> {
    for _ in 0..TRIES {
        process.still_running()?;
        if processes::succeeds(&mut ask()) {
            return Ok(());
        }
        interrupt::pause()?;
    }
    bail!("{name} does not answer{}", process.last_words());
}
