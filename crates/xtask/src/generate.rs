//! `cargo xtask gen`: files that are made from others. Reference pages come from the program and from
//! the tests; the embedded lists (places, passwords) come from published packages and are only remade
//! when asked for by name, because that needs the network.

use crate::processes::{self, output, progress, run as run_command};
use crate::repository::{Repository, TemporaryFolder};
use crate::security_tests;
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::Command;

/// Options of `cargo xtask gen`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// What to make; nothing named means every reference page
    #[arg(value_enum)]
    what: Vec<Product>,
    /// Change nothing; fail when a reference page differs from what would be made
    #[arg(long)]
    check: bool,
}

/// What can be made.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Product {
    /// docs/reference/config.md: every setting
    Config,
    /// docs/reference/config.schema.json: the same for editors
    ConfigSchema,
    /// docs/reference/clients.schema.json: the file of clients, for editors
    ClientsSchema,
    /// docs/reference/audit-events.md: every event of the audit trail
    AuditEvents,
    /// docs/reference/security-tests.md: which test guards against which class of break
    SecurityTests,
    /// The provinces and wards of today that core embeds (needs the network)
    Places,
    /// The provinces, districts and wards of before 2025 that core embeds (needs the network)
    OldPlaces,
    /// docs/reference/places.md: the old wards compared with a second source (needs the network)
    PlacesCheck,
    /// The common passwords that core embeds (needs the network)
    Passwords,
}

const REFERENCE: [Product; 5] =
    [Product::Config, Product::ConfigSchema, Product::ClientsSchema, Product::AuditEvents, Product::SecurityTests];

const OLD_PLACES: &str = "crates/core/data/places-2004.tsv";

impl Product {
    fn target(self) -> &'static str {
        match self {
            Self::Config => "docs/reference/config.md",
            Self::ConfigSchema => "docs/reference/config.schema.json",
            Self::ClientsSchema => "docs/reference/clients.schema.json",
            Self::AuditEvents => "docs/reference/audit-events.md",
            Self::SecurityTests => "docs/reference/security-tests.md",
            Self::Places => "crates/core/data/places-2025.tsv",
            Self::OldPlaces => OLD_PLACES,
            Self::PlacesCheck => "docs/reference/places.md",
            Self::Passwords => "crates/core/data/common-passwords.txt",
        }
    }

    fn text(self, repository: &Repository) -> Result<String> {
        match self {
            Self::Config => told_by_the_program(repository, "config"),
            Self::ConfigSchema => told_by_the_program(repository, "config-schema"),
            Self::ClientsSchema => told_by_the_program(repository, "clients-schema"),
            Self::AuditEvents => told_by_the_program(repository, "audit-events"),
            Self::SecurityTests => security_tests::page(repository),
            Self::Places => places(repository, "2025"),
            Self::OldPlaces => places(repository, "2004"),
            Self::PlacesCheck => places_check(repository),
            Self::Passwords => passwords(repository),
        }
    }
}

pub(crate) fn run(repository: &Repository, options: &Options) -> Result<()> {
    let products = if options.what.is_empty() { REFERENCE.to_vec() } else { options.what.clone() };
    let mut stale = Vec::new();
    for product in products {
        let target = repository.path(product.target());
        progress(&format!("{} {}", if options.check { "checking" } else { "making" }, product.target()));
        let text = product.text(repository)?;
        if options.check {
            if fs::read_to_string(&target).unwrap_or_default() != text {
                stale.push(product.target());
            }
            continue;
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(&target, text).with_context(|| format!("cannot write {}", target.display()))?;
    }
    if !stale.is_empty() {
        bail!("stale: {}. Run `cargo xtask gen` and commit the result", stale.join(", "));
    }
    Ok(())
}

/// `portal-id docs <name>`: the program knows its settings and events best.
fn told_by_the_program(repository: &Repository, name: &str) -> Result<String> {
    let mut command = Command::new("cargo");
    command.current_dir(repository.root()).args([
        "run",
        "--quiet",
        "--package",
        "portal-id-server",
        "--bin",
        "portal-id",
        "--",
        "docs",
        name,
    ]);
    let text = output(&format!("asking the program for {name}"), &mut command)?;
    if text.trim().is_empty() {
        bail!("`portal-id docs {name}` said nothing; look for the command in crates/server");
    }
    Ok(text)
}

fn places(repository: &Repository, era: &str) -> Result<String> {
    let scripts = repository.path("crates/xtask/data");
    let folder = TemporaryFolder::create("gen-places")?;
    let venv = folder.path("venv");
    run_command("making a Python environment", Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    let python = venv.join("bin/python");
    run_command(
        "fetching the administrative units",
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "-r"])
            .arg(scripts.join("places-requirements.txt")),
    )?;
    let made = folder.path("places.tsv");
    run_command("reading them", Command::new(&python).arg(scripts.join("places.py")).arg(era).arg(&made))?;
    fs::read_to_string(&made).with_context(|| format!("cannot read {}", made.display()))
}

/// The second source is fetched as a file and never installed: its licence keeps it out of the product.
fn places_check(repository: &Repository) -> Result<String> {
    const PACKAGE: &str = "vietnam_provinces";
    const VERSION: &str = "2026.9.0";
    let folder = TemporaryFolder::create("gen-places-check")?;
    run_command(
        "fetching the second source",
        Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version", "3.12"])
            .arg("--dest")
            .arg(folder.path(""))
            .arg(format!("{PACKAGE}=={VERSION}")),
    )?;
    let (wheel, made) = (folder.path(&format!("{PACKAGE}-{VERSION}-py3-none-any.whl")), folder.path("places.md"));
    run_command(
        "comparing",
        Command::new("python3").arg(repository.path("crates/xtask/data/places_check.py")).args([
            &wheel,
            &repository.path(OLD_PLACES),
            &made,
        ]),
    )?;
    fs::read_to_string(&made).with_context(|| format!("cannot read {}", made.display()))
}

fn passwords(repository: &Repository) -> Result<String> {
    const PACKAGE: &str = "@zxcvbn-ts/language-common@4.1.3";
    let folder = TemporaryFolder::create("gen-passwords")?;
    let here = folder.path("");
    processes::run(
        "fetching the password list",
        Command::new("npm").args(["install", "--no-save", "--loglevel=error", PACKAGE]).current_dir(&here),
    )?;
    let made = folder.path("passwords.txt");
    run_command(
        "reading it",
        Command::new("node").arg(repository.path("crates/xtask/data/passwords.mjs")).arg(&made).current_dir(&here),
    )?;
    fs::read_to_string(&made).with_context(|| format!("cannot read {}", made.display()))
}
