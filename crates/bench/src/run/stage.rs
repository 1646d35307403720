//! What a run stands on: the folder, the accounts, the sinks, the provider and the floor beside it.

use super::process::{Process, free_port};
use super::settings::{self, Places};
use super::{Options, progress};
use crate::sinks::{self, Sinks};
use crate::walks::Target;
use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const DATABASE: &str = "portal-id.sqlite3";

/// The running parts.
pub(super) struct Stage {
    /// The provider.
    pub(super) provider: Process,
    /// The floor.
    pub(super) floor: Process,
    /// Where messages end.
    pub(super) sinks: Sinks,
    /// What the program calls itself.
    pub(super) version: String,
    /// The `Authorization` header of the client that asks for itself.
    pub(super) machine: String,
    /// Resident memory before any load, in KiB.
    pub(super) idle_kib: u64,
    _folder: TempDir,
}

impl Stage {
    /// Fills the database, starts everything.
    pub(super) async fn set(options: &Options) -> Result<Self> {
        let folder = match &options.folder {
            Some(parent) => TempDir::new_in(parent)?,
            None => TempDir::new()?,
        };
        let sinks = sinks::start().await?;
        make_key(&options.program, folder.path())?;
        let config = folder.path().join("portal-id.toml");
        let (port, floor_port) = (free_port()?, free_port()?);
        let store = if is_sqlite(options) { format!("sqlite:{DATABASE}") } else { options.store.clone() };
        let places = |port, store| Places {
            port,
            store,
            ephemeral: &options.ephemeral,
            upstream: floor_port,
            sms: sinks.sms,
            smtp: sinks.smtp,
        };
        settings::write(folder.path(), &places(port, &store))?;
        let log = folder.path().join("provider.log");
        progress("the first start: tables, keys, the bench's client");
        drop(Process::start(&mut serve(&options.program, &config), &log, port, "/readyz").await?);
        let machine = secret_of_machine(&options.program, &config)?;
        progress(&format!("{} accounts", options.accounts));
        fill(&config, options.accounts)?;
        let mut floor_config = config.clone();
        if is_sqlite(options) {
            floor_config = copy(folder.path(), &places(port, &store))?;
        }
        progress("the second start, measured");
        let provider = Process::start(&mut serve(&options.program, &config), &log, port, "/readyz").await?;
        crate::clock::sleep(std::time::Duration::from_secs(1)).await;
        let idle_kib = provider.memory_kib("VmRSS");
        let floor = start_floor(folder.path(), &floor_config, floor_port, &Target::at(provider.address)).await?;
        let version = output(Command::new(&options.program).arg("--version"))?;
        Ok(Self { provider, floor, sinks, version, machine, idle_kib, _folder: folder })
    }
}

/// Whether the run is on a fresh SQLite file.
pub(super) fn is_sqlite(options: &Options) -> bool {
    options.store == "sqlite"
}

fn serve(program: &Path, config: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("serve").arg("--config").arg(config).env("RUST_LOG", "warn");
    command
}

fn make_key(program: &Path, folder: &Path) -> Result<()> {
    let key = output(Command::new(program).args(["keys", "generate-kek"]))?;
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(folder.join("key-encryption-key"))?;
    std::io::Write::write_all(&mut file, key.as_bytes())?;
    Ok(())
}

/// Has a secret made, since a file holds none, and writes it as HTTP Basic. It has no letter that a form would escape.
fn secret_of_machine(program: &Path, config: &Path) -> Result<String> {
    let mut command = Command::new(program);
    let told = output(command.args(["client", "rotate-secret", settings::MACHINE_ID, "--config"]).arg(config))?;
    let secret = told.lines().find_map(|line| line.strip_prefix("client_secret")).context("no secret was told")?;
    Ok(format!("Basic {}", STANDARD.encode(format!("{}:{}", settings::MACHINE_ID, secret.trim()))))
}

/// In a process of its own: what it needed of the machine is given back before anything is measured.
fn fill(config: &Path, accounts: u64) -> Result<()> {
    let own = std::env::current_exe()?;
    let status = Command::new(own)
        .arg("seed")
        .arg("--config")
        .arg(config)
        .args(["--accounts", &accounts.to_string()])
        .status()?;
    ensure!(status.success(), "the accounts could not be made");
    Ok(())
}

/// The floor's own copy of an SQLite database: two programs must not write one file.
fn copy(folder: &Path, places: &Places<'_>) -> Result<PathBuf> {
    let own = folder.join("floor");
    fs::create_dir(&own)?;
    settings::write(&own, places)?;
    for file in [DATABASE.to_owned(), format!("{DATABASE}-wal"), "key-encryption-key".to_owned()] {
        if folder.join(&file).exists() {
            fs::copy(folder.join(&file), own.join(&file))?;
        }
    }
    Ok(own.join("portal-id.toml"))
}

async fn start_floor(folder: &Path, config: &Path, port: u16, provider: &Target) -> Result<Process> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("floor").arg("--config").arg(config).args(["--port", &port.to_string()]);
    for (option, path) in [("--discovery", "/.well-known/openid-configuration"), ("--jwks", "/jwks")] {
        let mut connection = crate::load::http::Connection::to(provider.address);
        let answer = connection.send(&crate::load::http::get(path, &provider.host, "")).await?.expect(200, path)?;
        let file = folder.join(option.trim_start_matches('-'));
        fs::write(&file, &answer.body)?;
        command.arg(option).arg(file);
    }
    Process::start(&mut command, &folder.join("floor.log"), port, "/readyz").await
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("running {}", command.get_program().display()))?;
    ensure!(
        output.status.success(),
        "{}: {}",
        command.get_program().display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
