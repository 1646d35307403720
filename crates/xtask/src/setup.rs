//! What demo and test need beyond Rust, Node and Python, and how to get it: system packages through apt
//! as root (otherwise it is said what to install), the rest inside the repository.

use crate::processes::{self, progress, run};
use crate::repository::{Repository, on_path};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One thing that an area of tests cannot do without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A C compiler, make and perl: SQLite, libpq and OpenSSL are built from source.
    Compiler,
    /// The packages of a Node folder, exactly as its lock file says.
    Npm(&'static str),
    /// A real browser.
    Chromium,
    /// A Python environment with a real SMTP server and a client library.
    Python,
    /// The program that makes throw-away certificates.
    OpenSsl,
    /// The program that makes a Chromium trust them.
    Nss,
    /// A web server and its module for OpenID Connect.
    Apache,
    /// A web server that asks the one above about each request.
    Nginx,
    /// What the services of the guide's pages are run with, beside Node and Python.
    Guide,
    /// The database of several nodes.
    Postgres,
    /// SQLite's shell: fills the bench's database.
    SqliteShell,
    /// The shared store of several nodes, and its Sentinel.
    Redis,
    /// The load balancer in front of several nodes.
    HaProxy,
    /// The program that checks walls, licences and sources.
    CargoDeny,
    /// The program that builds the guide.
    MdBook,
}

const EVERYTHING: [Need; 17] = [
    Need::Compiler,
    Need::Npm("tests/sample-service"),
    Need::Npm("tests/interop"),
    Need::Npm("tests/browser"),
    Need::Npm("tests/upstream"),
    Need::Npm("tests/smsc"),
    Need::Chromium,
    Need::Python,
    Need::OpenSsl,
    Need::Nss,
    Need::Apache,
    Need::Nginx,
    Need::Guide,
    Need::Postgres,
    Need::Redis,
    Need::HaProxy,
    Need::CargoDeny,
];

/// `cargo xtask setup`.
pub(crate) fn everything(repository: &Repository) -> Result<()> {
    prepare(repository, &EVERYTHING)?;
    progress("everything is there");
    Ok(())
}

/// Gets what of `needs` is missing; quick and silent when nothing is.
pub(crate) fn prepare(repository: &Repository, needs: &[Need]) -> Result<()> {
    let packages: Vec<_> = needs.iter().flat_map(|need| missing_packages(*need)).collect();
    install_packages(&packages)?;
    for need in needs {
        match need {
            Need::Npm(folder) => npm(repository, folder)?,
            Need::Python => python(repository)?,
            Need::Nginx => fetch_nginx(repository)?,
            Need::CargoDeny => cargo_install(repository, "cargo-deny", "0.20.2")?,
            Need::MdBook => cargo_install(repository, "mdbook", "0.5.4")?,
            Need::Compiler
            | Need::Chromium
            | Need::OpenSsl
            | Need::Nss
            | Need::Apache
            | Need::Guide
            | Need::Postgres
            | Need::SqliteShell
            | Need::Redis
            | Need::HaProxy => {}
        }
    }
    Ok(())
}

/// The browser for the tests: `CHROMIUM`, else the usual names.
pub(crate) fn chromium() -> Option<PathBuf> {
    std::env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path))
}

/// The folder of PostgreSQL's server programs, the newest first: Debian keeps them out of PATH.
pub(crate) fn postgres_programs() -> Option<PathBuf> {
    let debian =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let mut folders: Vec<_> = debian.filter(|folder| folder.join("initdb").is_file()).collect();
    folders.sort();
    folders.pop().or_else(|| Some(on_path("initdb")?.parent()?.to_path_buf()))
}

fn apache() -> bool {
    let program = on_path("apache2").is_some() || Path::new("/usr/sbin/apache2").is_file();
    program && Path::new("/usr/lib/apache2/modules/mod_auth_openidc.so").is_file()
}

/// nginx: the machine's own, else the one that we fetched.
pub(crate) fn nginx(repository: &Repository) -> Option<PathBuf> {
    let ours = repository.path(".portal/nginx/usr/sbin/nginx");
    on_path("nginx").or_else(|| [PathBuf::from("/usr/sbin/nginx"), ours].into_iter().find(|program| program.is_file()))
}

fn php() -> bool {
    processes::succeeds(Command::new("php").args(["-r", "exit(extension_loaded('curl') ? 0 : 1);"]))
}

fn haproxy() -> Option<PathBuf> {
    on_path("haproxy").or_else(|| Some(PathBuf::from("/usr/sbin/haproxy")).filter(|program| program.is_file()))
}

/// What the Python of the tests needs: files of pinned packages.
const PYTHON_PACKAGES: [&str; 2] = ["tests/crash/requirements.txt", "tests/interop/town/requirements.txt"];

/// The Python with the packages of the tests.
pub(crate) fn python_program(repository: &Repository) -> Result<PathBuf> {
    repository.portal("venv/bin/python")
}

fn missing_packages(need: Need) -> Vec<&'static str> {
    let missing = |program: &str, package| on_path(program).is_none().then_some(package);
    match need {
        Need::Compiler => [missing("cc", "build-essential"), missing("make", "make"), missing("perl", "perl")]
            .into_iter()
            .flatten()
            .collect(),
        // Without a font for Vietnamese the pictures would show boxes.
        Need::Chromium if chromium().is_none() => vec!["chromium", "fonts-noto-core"],
        Need::Python if !processes::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])) => {
            vec!["python3-venv"]
        }
        Need::OpenSsl => missing("openssl", "openssl").into_iter().collect(),
        Need::Nss => missing("certutil", "libnss3-tools").into_iter().collect(),
        // The programs alone: the package `apache2` would start a server of its own on port 80.
        Need::Apache if !apache() => vec!["apache2-bin", "libapache2-mod-auth-openidc"],
        Need::Guide => [(php(), "php-cli"), (php(), "php-curl"), (on_path("curl").is_some(), "curl")]
            .into_iter()
            .filter_map(|(there, package)| (!there).then_some(package))
            .collect(),
        Need::Postgres if postgres_programs().is_none() => vec!["postgresql", "postgresql-client"],
        Need::SqliteShell => missing("sqlite3", "sqlite3").into_iter().collect(),
        Need::Redis => missing("redis-server", "redis-server").into_iter().collect(),
        Need::HaProxy if haproxy().is_none() => vec!["haproxy"],
        _ => Vec::new(),
    }
}

fn install_packages(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let wanted = packages.join(" ");
    if on_path("apt-get").is_none() {
        bail!(
            "missing on this machine: {wanted} (Debian's names). Install them with your system's packages, then run this again"
        );
    }
    if !processes::is_root() {
        bail!(
            "missing on this machine: {wanted}. Run `sudo apt-get install -y --no-install-recommends {wanted}`, then run this again"
        );
    }
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run("refreshing the package lists", apt().args(["update", "-qq"]))?;
    let install = || {
        let mut command = apt();
        command.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages);
        run(&format!("installing {wanted}"), &mut command)
    };
    // A package that arrived broken stays in apt's cache; without it the second try fetches it again.
    install().or_else(|_| {
        run("clearing apt's cache", apt().arg("clean"))?;
        install()
    })
}

/// Unpacks the program out of Debian's package without installing that: it would start a server on port 80.
fn fetch_nginx(repository: &Repository) -> Result<()> {
    if nginx(repository).is_some() {
        return Ok(());
    }
    if on_path("apt-get").is_none() {
        bail!("missing on this machine: nginx. Install it with your system's packages, then run this again");
    }
    let folder = repository.portal("nginx")?;
    fs::create_dir_all(&folder)?;
    let fetch = || {
        let mut command = Command::new("apt-get");
        // As root apt would rather download as somebody who may not write here, and say so.
        command.args(["download", "-qq", "-o", "APT::Sandbox::User=root", "nginx"]).current_dir(&folder);
        run("fetching nginx", &mut command)
    };
    // The lists may be missing or name a version that is no longer there; only root renews them.
    fetch().or_else(|error| {
        if !processes::is_root() {
            return Err(error.context("`sudo apt-get update`, then run this again"));
        }
        run("refreshing the package lists", Command::new("apt-get").args(["update", "-qq"]))?;
        fetch()
    })?;
    let package = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
    let package = package.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "deb"));
    let package = package.context("apt-get download left no package")?;
    run("unpacking nginx", Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&folder))?;
    fs::remove_file(&package).with_context(|| format!("cannot remove {}", package.display()))
}

fn npm(repository: &Repository, folder: &str) -> Result<()> {
    let folder = repository.path(folder);
    let wanted =
        fs::read(folder.join("package-lock.json")).with_context(|| format!("no lock file in {}", folder.display()))?;
    // npm's own note of what it installed has another form, so we keep a copy of the lock beside it.
    let note = folder.join("node_modules/.installed-lock.json");
    if fs::read(&note).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    check_node()?;
    let what = format!("npm ci in {}", folder.display());
    run(&what, Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder))?;
    fs::create_dir_all(folder.join("node_modules"))?;
    fs::write(&note, wanted).with_context(|| format!("cannot write {}", note.display()))
}

fn check_node() -> Result<()> {
    const OLDEST: u32 = 20;
    let version = processes::output("asking for Node's version", Command::new("node").arg("--version"))
        .context("Node is missing: install Node 20.19 or later (https://nodejs.org), then run this again")?;
    let major: u32 =
        version.trim().trim_start_matches('v').split('.').next().and_then(|text| text.parse().ok()).unwrap_or(0);
    if major < OLDEST {
        bail!("Node {} is too old: install Node 20.19 or later", version.trim());
    }
    Ok(())
}

fn python(repository: &Repository) -> Result<()> {
    let files = PYTHON_PACKAGES.map(|file| repository.path(file));
    let mut wanted = Vec::new();
    for file in &files {
        wanted.extend(fs::read(file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    let folder = repository.portal("venv")?;
    let note = folder.join("installed-requirements.txt");
    let program = python_program(repository)?;
    // A venv breaks when the Python that made it goes away.
    if fs::read(&note).is_ok_and(|installed| installed == wanted)
        && processes::succeeds(Command::new(&program).arg("--version"))
    {
        return Ok(());
    }
    run("making a Python environment", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut install = pip(&program);
    for file in &files {
        install.arg("-r").arg(file);
    }
    run("installing Python packages for tests", &mut install)?;
    fs::write(&note, wanted).with_context(|| format!("cannot write {}", note.display()))
}

fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    command
}

fn cargo_install(repository: &Repository, package: &str, version: &str) -> Result<()> {
    if repository.tool(package).is_some() {
        return Ok(());
    }
    let mut command = Command::new("cargo");
    command
        .args(["install", "--locked", "--quiet", package, "--version", version, "--root"])
        .arg(repository.portal("tools")?)
        .env("CARGO_TARGET_DIR", repository.portal("tools/target")?);
    run(&format!("building {package} (some minutes, once)"), &mut command)
}
